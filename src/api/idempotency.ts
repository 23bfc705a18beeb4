/**
 * `Idempotency-Key`: the same request again is answered as the first was, for 24 hours, within the tenant. Another body under the key is
 * 422, the same while the first is under way 409. An answer of 5xx or 409 is not kept: it speaks of a moment, and the request may be
 * tried again.
 *
 * The key's row and the work are two transactions: what is written is idempotent by itself (an order by its number), the key saves the
 * caller a second look.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest, onSendAsyncHookHandler, preHandlerAsyncHookHandler } from 'fastify';
import { DaozhangError } from '../base/errors.ts';
import type { Book } from '../db/pool.ts';
import type { Api } from './server.ts';

const KEPT = `interval '24 hours'`;
/** A request whose process died is over after this. */
const IN_FLIGHT = `interval '60 seconds'`;

type Row = Readonly<{ request_hash: Buffer; state: string; status: number | null; body: string | null }>;

export function idempotency(app: Api, book: Book): void {
  const held = new WeakMap<FastifyRequest, string>();
  const before: preHandlerAsyncHookHandler = async (request, reply) => {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string') return;
    if (key.length === 0 || key.length > 200) throw new DaozhangError('api.bad_request', { reason: 'Idempotency-Key' });
    const scoped = `${request.caller.livemode ? 'live' : 'test'} ${key}`;
    const hash = createHash('sha256')
      .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
      .digest();
    const kept = await book.tenant(request.caller.tenantId, async (tx) => {
      await tx.run(
        `delete from idempotency_keys where tenant_id = $1 and key = $2
            and (created_at < now() - ${KEPT} or (state = 'in_flight' and created_at < now() - ${IN_FLIGHT}))`,
        [tx.tenantId, scoped],
      );
      const mine = await tx.run(
        `insert into idempotency_keys (tenant_id, key, request_hash, state) values ($1, $2, $3, 'in_flight') on conflict do nothing`,
        [tx.tenantId, scoped, hash],
      );
      if (mine === 1) return 'mine';
      return await tx.maybe<Row>(
        'select request_hash, state, status, body from idempotency_keys where tenant_id = $1 and key = $2',
        [tx.tenantId, scoped],
      );
    });
    if (kept === 'mine') {
      held.set(request, scoped);
      return;
    }
    // It was there and is no more: the first request has just failed.
    if (kept === undefined) throw new DaozhangError('api.key_in_flight', {});
    if (!kept.request_hash.equals(hash)) throw new DaozhangError('api.key_reused', {});
    if (kept.state === 'in_flight') throw new DaozhangError('api.key_in_flight', {});
    return await reply
      .status(kept.status!)
      .header('idempotency-replayed', 'true')
      .header('content-type', `application/${kept.status! < 400 ? 'json' : 'problem+json'}; charset=utf-8`)
      .serializer((text: unknown) => String(text))
      .send(kept.body ?? '');
  };
  const after: onSendAsyncHookHandler = async (request, reply, payload) => {
    const key = held.get(request);
    if (key === undefined) return payload;
    held.delete(request);
    const isKept = reply.statusCode < 500 && reply.statusCode !== 409;
    await book.tenant(request.caller.tenantId, (tx) =>
      isKept
        ? tx.run(
            `update idempotency_keys set state = 'done', status = $3, body = $4 where tenant_id = $1 and key = $2`,
            [tx.tenantId, key, reply.statusCode, typeof payload === 'string' ? payload : ''],
          )
        : tx.run('delete from idempotency_keys where tenant_id = $1 and key = $2', [tx.tenantId, key]),
    );
    return payload;
  };
  // Only where they are meant: a hook costs every request, and most routes have nothing to keep.
  app.addHook('onRoute', (route) => {
    if (route.config?.idempotent !== true) return;
    route.preHandler = [before, route.preHandler ?? []].flat();
    route.onSend = [after, route.onSend ?? []].flat();
  });
}
