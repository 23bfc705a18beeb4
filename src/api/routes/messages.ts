/**
 * What channels told us, as it was stored, and what knocked and was not let in. Their bytes: `/v1/messages/{id}/raw` beside the payments.
 *
 * Cost: a page by id, which grows with time; the payments of a page by one index. What could not be read is found by its case.
 */
import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import type { TenantTx } from '../../db/pool.ts';
import { IS_UNFOLDED, MOST_TRIES, redrive, WAITS } from '../../sources/fold.ts';
import { refold } from '../../traces/advance.ts';
import * as shape from '../contract/logs.ts';
import { id, page, problem } from '../contract.ts';
import { dropEmpty, isInstant, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const tags = ['messages'];

type Row = Readonly<{
  id: string;
  account_id: string;
  provider: string;
  kind: 'notification' | 'answer';
  key: string;
  occurred_at: Temporal.Instant;
  received_at: Temporal.Instant;
  size: number;
  raw_hash: Buffer;
  has_headers: boolean;
  unfolded: boolean;
  folded_at: Temporal.Instant | null;
  fold_attempts: number;
  fold_error: string | null;
}>;
const COLUMNS = `m.id, m.account_id, a.provider, m.kind, m.key, m.occurred_at, m.received_at, octet_length(m.body) as size, m.raw_hash,
  m.headers <> '{}' as has_headers, m.fold_attempts, m.fold_error, m.kind = 'notification' and ${IS_UNFOLDED} as unfolded,
  coalesce(m.folded_at, (select min(b.received_at) from observations b where b.tenant_id = $1 and b.message_id = m.id)) as folded_at`;
const STATES = {
  all: 'true',
  waiting: WAITS,
  unreadable: `m.id in (select subject_id from cases where tenant_id = $1 and reason = 'message_unreadable' and closed_at is null)`,
};

type About = Readonly<{ message_id: string; id: string; ref: string; order_ref: string | null }>;

async function aboutOf(tx: TenantTx, ids: readonly string[]): Promise<readonly About[]> {
  return await tx.rows<About>(
    `select distinct b.message_id, p.id, p.ref, o.ref as order_ref from observations b
       join payments p on p.tenant_id = $1 and p.id = b.payment_id
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where b.tenant_id = $1 and b.message_id = any($2) order by b.message_id, p.id`,
    [tx.tenantId, ids],
  );
}

async function shown(tx: TenantTx, rows: readonly Row[]): Promise<Array<z.output<typeof shape.message>>> {
  const about = Map.groupBy(
    await aboutOf(
      tx,
      rows.map((r) => r.id),
    ),
    (r) => r.message_id,
  );
  return rows.map((r) =>
    dropEmpty({
      id: r.id,
      account_id: r.account_id,
      provider: r.provider,
      kind: r.kind,
      key: r.key,
      occurred_at: r.occurred_at.toString(),
      received_at: r.received_at.toString(),
      size: r.size,
      sha256: r.raw_hash.toString('hex'),
      // What was fetched from a list of the channel's has no headers: its own signature could not be checked.
      checked: r.kind === 'notification' && r.has_headers ? ('signature' as const) : ('connection' as const),
      state: !r.unfolded
        ? ('folded' as const)
        : r.fold_attempts < MOST_TRIES
          ? ('waiting' as const)
          : ('unreadable' as const),
      attempts: r.fold_attempts,
      error: r.fold_error ?? undefined,
      folded_at: r.kind === 'answer' || r.unfolded ? undefined : r.folded_at?.toString(),
      payments: (about.get(r.id) ?? []).map((p) =>
        dropEmpty({ id: p.id, ref: p.ref, order_ref: p.order_ref ?? undefined }),
      ),
    }),
  );
}

export function messageRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/messages',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listMessages',
        summary: 'What channels told us, newest first',
        tags,
        querystring: shape.messagesQuery,
        response: { 200: page(shape.message) },
      },
    },
    async ({ caller, query }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await tx.rows<Row>(
          `select ${COLUMNS} from messages m join accounts a on a.tenant_id = $1 and a.id = m.account_id
            where m.tenant_id = $1 and a.livemode = $2 and ($3::uuid is null or m.account_id = $3)
              and ($4::text is null or m.kind = $4) and ($5::uuid is null or m.id < $5) and ${STATES[query.state ?? 'all']}
            order by m.id desc limit $6`,
          [
            tx.tenantId,
            caller.livemode,
            query.account_id ?? null,
            query.kind ?? null,
            query.after ?? null,
            query.limit,
          ],
        );
        return dropEmpty({
          items: await shown(tx, rows),
          next: rows.length < query.limit ? undefined : rows.at(-1)!.id,
        });
      }),
  );

  api.post(
    '/v1/messages/:id/replay',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'replayMessage',
        summary: 'Read it again; where it was read, fold its payments anew from what is stored',
        tags,
        params: z.object({ id }),
        response: {
          200: z.object({
            queued: z.boolean().describe('It will be read again in a moment'),
            payments: z.int(),
            changed: z.int(),
          }),
          404: problem,
        },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const known = await tx.maybe<{ id: string }>(
          `select m.id from messages m join accounts a on a.tenant_id = $1 and a.id = m.account_id
            where m.tenant_id = $1 and m.id = $2 and a.livemode = $3`,
          [tx.tenantId, params.id, caller.livemode],
        );
        if (known === undefined) return notFound();
        const queued = (await redrive(tx, caller.livemode, params.id)) > 0;
        const payments = [...new Set((await aboutOf(tx, [params.id])).map((p) => p.id))];
        const changed = payments.length === 0 ? 0 : await refold(tx, payments, on.follow);
        return { queued, payments: payments.length, changed };
      }),
  );

  api.get(
    '/v1/messages/rejected',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listRejectedMessages',
        summary: 'What knocked and was not let in, the last first',
        description: 'Counted by its bytes and the reason; no more than 1,000 are kept of an account.',
        tags,
        querystring: shape.rejectedQuery,
        response: { 200: page(shape.rejected) },
      },
    },
    async ({ caller, query }) => {
      const [at, hash] = placeOf(query.after);
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<{
          account_id: string;
          provider: string;
          reason: string;
          detail: string;
          hash: Buffer;
          first_bytes: Buffer;
          size: number;
          times: bigint;
          first_at: Temporal.Instant;
          last_at: Temporal.Instant;
        }>(
          `select r.account_id, a.provider, r.reason, r.detail, r.hash, r.first_bytes, r.size, r.times, r.first_at, r.last_at
             from rejected_messages r join accounts a on a.tenant_id = $1 and a.id = r.account_id
            where r.tenant_id = $1 and a.livemode = $2 and ($3::uuid is null or r.account_id = $3)
              and ($4::timestamptz is null or (r.last_at, r.hash) < ($4::timestamptz, $5::bytea))
            order by r.last_at desc, r.hash desc limit $6`,
          [
            tx.tenantId,
            caller.livemode,
            query.account_id ?? null,
            at ?? null,
            hash === undefined ? null : Buffer.from(hash, 'hex'),
            query.limit,
          ],
        ),
      );
      const last = rows.length < query.limit ? undefined : rows.at(-1)!;
      return dropEmpty({
        items: rows.map((r) => ({
          account_id: r.account_id,
          provider: r.provider,
          reason: r.reason,
          detail: r.detail,
          sha256: r.hash.toString('hex'),
          size: r.size,
          times: r.times.toString(),
          first_at: r.first_at.toString(),
          last_at: r.last_at.toString(),
          first_bytes: r.first_bytes.toString('base64'),
        })),
        next:
          last === undefined
            ? undefined
            : Buffer.from(`${last.last_at} ${last.hash.toString('hex')}`).toString('base64url'),
      });
    },
  );
}

/** Where a page of rejected messages ended: a time and a hash. */
function placeOf(after: string | undefined): readonly [at?: string, hash?: string] {
  if (after === undefined) return [];
  const found = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f]{64})$/.exec(Buffer.from(after, 'base64url').toString('utf8'));
  if (found === null || !isInstant(found[1]!)) throw new DaozhangError('api.bad_request', { reason: 'after' });
  return [found[1]!, found[2]!];
}
