/**
 * The front door for messages: authenticated bytes into the book, in groups.
 *
 * I1: a message is acknowledged after the COMMIT that holds its bytes, never before. I2: the same event again finds its row there and
 * is acknowledged too. May not: look into a message or decide anything; folding is a second transaction (`fold.ts`).
 *
 * Cost: one multi-row INSERT and one COMMIT for all that arrived while the last one was under way (at most 256). Nobody is waited for: what
 * comes at a time is a group, and under load the next one fills while two are stored. The queue is bounded; what does not fit is
 * refused with 503, and the channel comes again.
 */
import { hash } from 'node:crypto';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { RawMessage } from '../channels/channel.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { tenantValues } from '../db/values.ts';
import type { Recent } from './recent.ts';

const MOST_IN_A_GROUP = 256;
const MOST_WAITING = 4_096;
/** Groups on their way: while one waits for its COMMIT the next is written. */
const AT_ONCE = 2;

export type Incoming = Readonly<{
  tenantId: string;
  accountId: string;
  kind: 'notification' | 'answer';
  /** The event's name at the channel. */
  key: string;
  /** Hex SHA-256 of what it says once opened. */
  bodyHash: string;
  occurredAt: Temporal.Instant;
  message: RawMessage;
}>;
/** `seen`: the same event is there already. */
export type Received = 'stored' | 'seen';

export type Inbox = Readonly<{
  /** Resolves after the COMMIT. Throws `db.unavailable` where nothing is known to be stored. */
  receive(incoming: Incoming): Promise<Received>;
  waiting(): number;
  /** Stores what waits, then refuses. */
  close(): Promise<void>;
}>;

type Waiting = Readonly<{ incoming: Incoming; done(result: Received): void; fail(error: unknown): void }>;

/** `stored` is called with the tenants whose new messages can be folded; the messages themselves go to `recent`. */
export function openInbox(book: Book, recent: Recent, stored: (tenantId: string) => void): Inbox {
  let queue: Waiting[] = [];
  let soon: NodeJS.Immediate | undefined;
  const running = new Set<Promise<void>>();
  let closed = false;

  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.slice(0, MOST_IN_A_GROUP);
      queue = queue.slice(MOST_IN_A_GROUP);
      for (const [tenantId, items] of Map.groupBy(group, (w) => w.incoming.tenantId)) {
        if ((await storeGroup(book, recent, tenantId, items)) > 0) stored(tenantId);
      }
    }
  };
  const start = (): void => {
    soon = undefined;
    if (running.size === AT_ONCE) return;
    const one = run().finally(() => {
      running.delete(one);
      if (queue.length > 0) start();
    });
    running.add(one);
  };

  return {
    receive(incoming) {
      if (closed || queue.length >= MOST_WAITING)
        return Promise.reject(new DaozhangError('inbox.full', { waiting: queue.length }));
      return new Promise<Received>((done, fail) => {
        queue.push({ incoming, done, fail });
        if (running.size < AT_ONCE) soon ??= setImmediate(start);
      });
    },
    waiting: () => queue.length,
    async close() {
      closed = true;
      clearImmediate(soon);
      if (queue.length > 0) start();
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** One COMMIT for the group; a message that the database cannot take is found by halving and fails alone. */
async function storeGroup(book: Book, recent: Recent, tenantId: string, group: readonly Waiting[]): Promise<number> {
  try {
    const incoming = group.map((w) => w.incoming);
    const fresh = await book.tenant(tenantId, (tx) => insertMessages(tx, incoming));
    for (const [it, id] of fresh) if (it.kind === 'notification') recent.put(id, it);
    group.forEach((w) => {
      w.done(fresh.has(w.incoming) ? 'stored' : 'seen');
    });
    return fresh.size;
  } catch (error) {
    const isOurs = error instanceof DaozhangError && error.code === 'db.unavailable';
    if (isOurs || group.length === 1) {
      for (const w of group) w.fail(error);
      return 0;
    }
    const half = group.length >> 1;
    const first = await storeGroup(book, recent, tenantId, group.slice(0, half));
    return first + (await storeGroup(book, recent, tenantId, group.slice(half)));
  }
}

const TYPES = ['uuid', 'uuid', 'text', 'text', 'bytea', 'timestamptz', 'text', 'bytea', 'bytea'];

/**
 * Inserts those that are not there yet, in the order of their keys; returns them with their ids. They wait to be folded as one row of the
 * list. An answer is folded by whoever asked.
 */
export async function insertMessages(
  tx: TenantTx,
  incoming: readonly Incoming[],
): Promise<ReadonlyMap<Incoming, string>> {
  // One event may stand twice in a group: its first row is inserted, the second is seen.
  const named = new Map<string, Incoming>();
  for (const m of incoming) {
    const name = `${m.accountId}\u001f${m.kind}\u001f${m.key}\u001f${m.bodyHash}\u001f${m.occurredAt.epochNanoseconds}`;
    if (!named.has(name)) named.set(name, m);
  }
  const ids = new Map<string, Incoming>();
  const rows = [...named.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, m]) => {
      const id = newId();
      ids.set(id, m);
      return [
        id,
        m.accountId,
        m.kind,
        m.key,
        Buffer.from(m.bodyHash, 'hex'),
        m.occurredAt,
        JSON.stringify(m.message.headers),
        m.message.body,
        hash('sha256', m.message.body, 'buffer'),
      ];
    });
  const v = tenantValues(TYPES, rows);
  const made = await tx.rows<{ id: string }>(
    `with made as (
       insert into messages (tenant_id, id, account_id, kind, key, body_hash, occurred_at, headers, body, raw_hash) ${v.text}
       on conflict do nothing returning id, kind, occurred_at),
     listed as (
       insert into unfolded (tenant_id, id, occurred_at, rest_ids, rest_at)
       select $1, ids[1], at[1], nullif(ids[2:], '{}'), nullif(at[2:], '{}')
         from (select array_agg(id order by id) as ids, array_agg(occurred_at order by id) as at
                 from made where kind = 'notification' having count(*) > 0) as one)
     select id from made`,
    [tx.tenantId, ...v.params],
  );
  return new Map(made.map((r) => [ids.get(r.id)!, r.id]));
}

/** Rejected messages are kept so that people can see what knocks at the door, and no more than this many an account. */
const MOST_REJECTED = 1_000;
const FIRST_BYTES = 2_048;

/** Notes a message that failed its check: hash, first bytes, how often. It is never folded. */
export async function noteRejected(
  tx: TenantTx,
  accountId: string,
  message: RawMessage,
  why: Readonly<{ reason: string; detail: string }>,
): Promise<void> {
  const digest = hash('sha256', message.body, 'buffer');
  const known = await tx.run(
    `update rejected_messages set times = times + 1, last_at = now()
      where tenant_id = $1 and account_id = $2 and reason = $3 and hash = $4`,
    [tx.tenantId, accountId, why.reason, digest],
  );
  if (known > 0) return;
  await tx.run(
    `delete from rejected_messages r using (
       select reason, hash from rejected_messages where tenant_id = $1 and account_id = $2
        order by last_at desc offset $3) old
      where r.tenant_id = $1 and r.account_id = $2 and r.reason = old.reason and r.hash = old.hash`,
    [tx.tenantId, accountId, MOST_REJECTED - 1],
  );
  await tx.run(
    `insert into rejected_messages (tenant_id, account_id, reason, hash, detail, first_bytes, size)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, account_id, reason, hash) do update set times = rejected_messages.times + 1, last_at = now()`,
    [
      tx.tenantId,
      accountId,
      why.reason,
      digest,
      why.detail.slice(0, 500).replaceAll('\0', ''),
      message.body.subarray(0, FIRST_BYTES),
      message.body.length,
    ],
  );
}
