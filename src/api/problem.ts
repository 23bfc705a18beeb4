/** Errors as RFC 9457 problem documents: a stable code, the sentence and the remedy in the reader's language. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DaozhangError, type ErrorCode, explain } from '../base/errors.ts';
import { type Lang, langOf } from '../base/lang.ts';

/** What is not listed is 400 for wrong usage, 422 for wrong input, 500 for our bug. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'db.unavailable': 503,
  'db.outcome_unknown': 503,
  'inbox.full': 503,
  'account.not_found': 404,
  'account.exists': 409,
  'order.conflict': 409,
  'order.changed': 409,
  'order.is_paid': 409,
  'api.not_found': 404,
  'api.no_key': 401,
  'api.bad_key': 401,
  'api.no_scope': 403,
  'api.bad_request': 400,
  'api.key_reused': 422,
  'api.key_in_flight': 409,
  'api.too_many': 429,
  'api.too_large': 413,
  'api.timeout': 408,
};
const RETRY_SECONDS = 2;

export function statusOf(error: DaozhangError): number {
  const told = STATUS[error.code];
  if (told !== undefined) return told;
  const { exit } = explain(error, 'en');
  return exit === 70 ? 500 : exit === 64 ? 400 : 422;
}

export const langFor = (request: FastifyRequest): Lang => langOf(request.headers['accept-language']?.split(/[,;]/)[0]);

type Issue = Readonly<{ path: string; message: string }>;

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  issues?: readonly Issue[],
): void {
  const known = error instanceof DaozhangError ? error : new DaozhangError('api.broke', { request: request.id }, error);
  const status = statusOf(known);
  const told = explain(known, langFor(request));
  if (status === 503) void reply.header('retry-after', String(RETRY_SECONDS));
  void reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({
      type: `urn:daozhang:error:${known.code}`,
      title: told.says,
      status,
      detail: told.says,
      code: known.code,
      remedy: told.remedy,
      ...(issues === undefined ? {} : { errors: issues }),
    });
}
