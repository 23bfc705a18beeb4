/** Errors as RFC 9457 problem documents: a stable code, the sentence and the remedy in the reader's language. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DaozhangError, type ErrorCode, explain } from '../base/errors.ts';
import { type Lang, langOf } from '../base/lang.ts';

/** What is not listed is 400 for wrong usage, 422 for wrong input, 500 for our bug. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'db.unavailable': 503,
  'db.outcome_unknown': 503,
  'inbox.full': 503,
  'document.busy': 503,
  'document.reconciled': 409,
  'document.twice': 409,
  'mapping.changed': 409,
  'archive.full': 507,
  'image.busy': 503,
  'image.not_one': 422,
  'image.too_large': 422,
  'image.not_here': 422,
  'case.closed': 409,
  'claim.closed': 409,
  'shift.open': 409,
  'shift.none': 409,
  'account.not_found': 404,
  'account.exists': 409,
  'order.conflict': 409,
  'order.changed': 409,
  'order.is_paid': 409,
  'order.not_closed': 409,
  'ledger.period_closed': 409,
  'ledger.day_signed': 409,
  'ledger.day_not_signed': 409,
  'ledger.later_signed': 409,
  'ledger.not_over': 409,
  'ledger.not_equal': 409,
  'ledger.own_proposal': 403,
  'ledger.changed': 409,
  'ledger.decided': 409,
  'payment.nothing_to_repair': 409,
  'break.changed': 409,
  'break.wrong_step': 409,
  'break.own_explanation': 403,
  'refund.not_paid': 409,
  'refund.unclear': 409,
  'refund.paused': 409,
  'refund.changed': 409,
  'refund.wrong_step': 409,
  'approval.own': 403,
  'approval.changed': 409,
  'approval.decided': 409,
  'approval.twice': 409,
  'member.last_admin': 409,
  'member.disabled': 409,
  'terminal.not_found': 404,
  'terminal.wrong_step': 409,
  'terminal.ended': 409,
  'terminal.changed': 409,
  'terminal.taken': 409,
  'api.not_found': 404,
  'api.no_key': 401,
  'api.bad_key': 401,
  'api.no_scope': 403,
  'api.live_only': 403,
  'api.wrong_type': 415,
  'api.bad_request': 400,
  'api.key_reused': 422,
  'api.key_in_flight': 409,
  'policy.changed': 409,
  'api.too_many': 429,
  'api.too_large': 413,
  'api.timeout': 408,
};
const RETRY_SECONDS = 2;
const TYPE = 'application/problem+json; charset=utf-8';

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
  if (status === 503) void reply.header('retry-after', String(RETRY_SECONDS));
  void reply
    .status(status)
    .header('content-type', TYPE)
    .serializer(JSON.stringify)
    .send({ ...documentOf(known, langFor(request)), ...(issues === undefined ? {} : { errors: issues }) });
}

/** What never became a request: too slow, too long, or not HTTP. Its language is not known. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const known =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new DaozhangError('api.timeout', {})
      : new DaozhangError('api.bad_request', { reason: error.code ?? 'HTTP' });
  const status = statusOf(known);
  const body = JSON.stringify(documentOf(known, 'en'));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function documentOf(error: DaozhangError, lang: Lang): Record<string, unknown> {
  const { says, remedy } = explain(error, lang);
  return {
    type: `urn:daozhang:error:${error.code}`,
    title: says,
    status: statusOf(error),
    detail: says,
    code: error.code,
    remedy,
  };
}
