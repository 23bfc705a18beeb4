/**
 * Stored messages become observations: the second transaction after the inbox, in batches, oldest first.
 *
 * A message that cannot be read stops nobody: after a batch that failed each stands alone, it is tried five times over more than an hour,
 * then a case is opened and it waits for a person (`redrive`). Whatever else keeps it from being folded is no try: it comes again until it
 * is, and the error is told. Two processes may fold at once: a row is taken by one of them.
 */
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Accounts, OpenAccount } from '../channels/accounts.ts';
import type { RawMessage } from '../channels/channel.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { isRefusedData } from '../db/trouble.ts';
import { values } from '../db/values.ts';
import type { Observed } from '../observations/observation.ts';
import type { PayoutSaid } from '../observations/payout.ts';
import { type Follow, type Said, take } from '../traces/advance.ts';
import type { Payment } from '../traces/payment.ts';
import type { SaidPayout } from './payouts.ts';
import type { Recent, RecentMessage } from './recent.ts';

const BATCH = 1_024;
/** How many are folded alone after a batch that failed, before the rest is tried together again. */
const ALONE = 256;
/** After the first try, the second …: what is wrong for a moment is right again before they are spent. */
const AGAIN_SECONDS = [5, 60, 600, 3_600];
export const MOST_TRIES = AGAIN_SECONDS.length + 1;
const AFTER_OTHER_SECONDS = 30;
/** The messages that wait: a row of the list stands for all that were stored together. */
const LISTED = 'select unnest(u.id || u.rest_ids) from unfolded u where u.tenant_id = $1';
/** Whether a message `m` waits, be it for a person or to be folded. The list is read once a statement, and is short as a rule. */
export const IS_UNFOLDED = `m.id in (${LISTED})`;
export const WAITS = `m.id in (${LISTED} and u.attempts < ${MOST_TRIES})`;

type Listed = Readonly<{ attempts: number; id: string; occurred_at: Temporal.Instant }>;
type MessageRow = Listed & RecentMessage;
type StoredRow = Readonly<{ id: string; account_id: string; headers: Record<string, string>; body: Buffer }>;

type Folded = Readonly<{ messages: number; failed: number; more: boolean }>;

/** Called with each delivered message, in the same transaction; and with what tells the payments it was about. */
export type Pass = (
  tx: TenantTx,
  messages: ReadonlyArray<Readonly<{ id: string; accountId: string }>>,
  paymentsOf: (messageId: string) => readonly string[],
) => Promise<void>;

/** Called with what the messages said of payouts, in the same transaction. */
export type Hear = (tx: TenantTx, told: readonly SaidPayout[]) => Promise<void>;

export type Folding = Readonly<{
  book: Book;
  accounts: Accounts;
  recent: Recent;
  follow: Follow;
  pass: Pass;
  hear: Hear;
}>;

/** Folds one batch of a tenant's messages. */
export async function foldBatch(on: Folding, tenantId: string): Promise<Folded> {
  try {
    const rows = await on.book.tenant(tenantId, async (tx) => {
      const taken = await takeMessages(tx, on.recent, BATCH);
      await foldRows(tx, on, taken);
      return taken;
    });
    on.recent.drop(rows.map((row) => row.id));
    return { messages: rows.length, failed: 0, more: rows.length >= BATCH };
  } catch (error) {
    if (isOutage(error)) throw error;
    return await foldOneByOne(on, tenantId);
  }
}

/** The message itself cannot be read: its own matter, not the moment's. */
class Unreadable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const isTry = (error: unknown): boolean => error instanceof Unreadable || isRefusedData(error);
const isOutage = (error: unknown): boolean => error instanceof DaozhangError && error.code.startsWith('db.');

/** After a batch failed: each message in a transaction of its own, so that the poison is found and the others flow. */
async function foldOneByOne(on: Folding, tenantId: string): Promise<Folded> {
  let messages = 0;
  let failed = 0;
  let other: unknown;
  await on.book.tenant(tenantId, takeApart);
  for (let i = 0; i < ALONE; i += 1) {
    let taken: MessageRow | undefined;
    try {
      await on.book.tenant(tenantId, async (tx) => {
        taken = undefined;
        const rows = await takeMessages(tx, on.recent, 1, 'and rest_ids is null');
        taken = rows[0];
        await foldRows(tx, on, rows);
      });
      if (taken === undefined) break;
      messages += 1;
      on.recent.drop([(taken as MessageRow).id]);
    } catch (error) {
      const poison = taken as MessageRow | undefined;
      if (isOutage(error) || poison === undefined) throw error;
      failed += 1;
      if (!isTry(error)) other ??= error;
      await on.book.tenant(tenantId, (tx) => noteFailure(tx, poison, error));
    }
  }
  if (other !== undefined) throw other;
  return { messages, failed, more: messages + failed === ALONE };
}

/** Rows of the list off it, in the order of its key, until they hold $2 messages: one that failed stands behind those not tried yet. */
const taken = (which: string): string => `
  next as materialized (
    select attempts, id, occurred_at, received_at, rest_ids, rest_at from unfolded
     where tenant_id = $1 and attempts < ${MOST_TRIES} and (again_at is null or again_at <= now()) ${which}
     order by attempts, id limit $2 for update skip locked),
  chosen as materialized (
    select * from (select *, sum(coalesce(cardinality(rest_ids), 0)) over before as more, row_number() over before as nth from next
                   window before as (order by attempts, id rows between unbounded preceding and 1 preceding)) as n
     where nth + coalesce(more, 0) <= $2),
  taken as (
    delete from unfolded u using chosen where u.tenant_id = $1 and u.attempts = chosen.attempts and u.id = chosen.id)`;
/** Their messages. */
const EACH = `chosen cross join lateral unnest(chosen.id || chosen.rest_ids, chosen.occurred_at || chosen.rest_at) with ordinality as m (id, occurred_at, n)`;

async function takeMessages(tx: TenantTx, recent: Recent, limit: number, which = ''): Promise<readonly MessageRow[]> {
  const listed = await tx.rows<Listed>(
    `with ${taken(which)} select chosen.attempts, m.id, m.occurred_at from ${EACH} order by chosen.attempts, chosen.id, m.n`,
    [tx.tenantId, limit],
  );
  const kept = listed.map((m) => recent.get(m.id));
  const stored = await readMessages(
    tx,
    listed.filter((_, i) => kept[i] === undefined),
  );
  return listed.map((m, i) => ({ ...m, ...(kept[i] ?? stored.get(m.id)!) }));
}

/** Of the next on the list each message gets a row of its own, so that each can fail alone. */
async function takeApart(tx: TenantTx): Promise<void> {
  await tx.run(
    `with ${taken('and rest_ids is not null')}
     insert into unfolded (tenant_id, attempts, id, occurred_at, received_at)
     select $1, chosen.attempts, m.id, m.occurred_at, chosen.received_at from ${EACH}`,
    [tx.tenantId, ALONE],
  );
}

async function readMessages(tx: TenantTx, listed: readonly Listed[]): Promise<ReadonlyMap<string, RecentMessage>> {
  if (listed.length === 0) return new Map();
  const v = values(
    ['uuid', 'timestamptz'],
    listed.map((m) => [m.id, m.occurred_at]),
  );
  const rows = await tx.rows<StoredRow>(
    `select m.id, m.account_id, m.headers::json as headers, m.body from (${v.text}) as v (id, occurred_at)
       join messages m on m.tenant_id = $1 and m.id = v.id and m.occurred_at = v.occurred_at`,
    [tx.tenantId, ...v.params],
  );
  return new Map(
    rows.map((r) => [r.id, { accountId: r.account_id, message: { headers: r.headers, body: r.body } }] as const),
  );
}

async function foldRows(
  tx: TenantTx,
  { accounts, follow, pass, hear }: Folding,
  rows: readonly MessageRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const said: Said[] = [];
  const payouts: SaidPayout[] = [];
  const opened = new Map<string, OpenAccount>();
  for (const row of rows) {
    const open = opened.get(row.accountId) ?? (await accounts.get(tx, row.accountId));
    opened.set(row.accountId, open);
    const { observed, told } = readWith(open, row.message);
    for (const it of told)
      payouts.push({ account: open.account, said: it, messageId: row.id, heardAt: row.occurred_at });
    for (const o of observed)
      said.push({
        accountId: row.accountId,
        livemode: open.account.livemode,
        observed: o,
        messageId: row.id,
        // The event's own time: so that folding the same messages again gives the same trace (I5).
        heardAt: row.occurred_at,
        product: open.account.settings.product,
      });
  }
  const fresh = new Set<string>();
  const payments = await take(tx, said, follow, fresh);
  await hear(tx, payouts);
  await pass(
    tx,
    // What was fetched from a list of the channel's has no headers: nobody could check its signature.
    rows.filter((row) => !isEmpty(row.message.headers)),
    paymentsNamed(said, payments),
  );
  await noteNothingNew(
    tx,
    rows.filter((row) => !fresh.has(row.id)),
  );
}

function isEmpty(it: object): boolean {
  for (const _ in it) return false;
  return true;
}

/** The payments that a message named itself. Most are not passed on: what tells them is made when the first is asked about. */
function paymentsNamed(said: readonly Said[], payments: readonly Payment[]): (messageId: string) => readonly string[] {
  const nameOf = (accountId: string, ref: string): string => `${accountId} ${ref}`;
  let made: Readonly<{ of: Map<string | undefined, Said[]>; ids: Map<string, string> }> | undefined;
  return (messageId) => {
    made ??= {
      of: Map.groupBy(said, (s) => s.messageId),
      ids: new Map(payments.map((p) => [nameOf(p.accountId, p.ref), p.id])),
    };
    const { of, ids } = made;
    const named = (of.get(messageId) ?? []).flatMap(({ accountId, observed: { paymentRef: ref } }) =>
      ref === undefined ? [] : (ids.get(nameOf(accountId, ref)) ?? []),
    );
    return [...new Set(named)];
  };
}

type Read = Readonly<{ observed: readonly Observed[]; told: readonly PayoutSaid[] }>;
function readWith({ channel, account, keys }: OpenAccount, message: RawMessage): Read {
  try {
    return {
      observed: channel.read(message, account, keys),
      told: channel.payouts?.read(message, account, keys) ?? [],
    };
  } catch (error) {
    throw new Unreadable(error);
  }
}

/** When a message was folded, its observations tell; where there is none of it, its row does. */
async function noteNothingNew(tx: TenantTx, rows: readonly MessageRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.run(`update messages set folded_at = now() where tenant_id = $1 and id = any($2)`, [
    tx.tenantId,
    rows.map((r) => r.id),
  ]);
}

async function noteFailure(tx: TenantTx, message: MessageRow, error: unknown): Promise<void> {
  const says = error instanceof Error ? error.message : String(error);
  const tries = message.attempts + (isTry(error) ? 1 : 0);
  const seconds = isTry(error) ? AGAIN_SECONDS[message.attempts] : AFTER_OTHER_SECONDS;
  // One that another process has taken meanwhile is its to note.
  const moved = await tx.run(
    `update unfolded set attempts = $4, again_at = now() + $5::int * interval '1 second'
      where tenant_id = $1 and attempts = $2 and id = $3`,
    [tx.tenantId, message.attempts, message.id, tries, seconds ?? null],
  );
  if (moved === 0) return;
  await tx.run('update messages set fold_attempts = $3, fold_error = $4 where tenant_id = $1 and id = $2', [
    tx.tenantId,
    message.id,
    tries,
    says.slice(0, 500),
  ]);
  if (tries < MOST_TRIES) return;
  await tx.run(
    `insert into cases (tenant_id, id, reason, subject_kind, subject_id, note)
     values ($1, $2, 'message_unreadable', 'message', $3, $4) on conflict do nothing`,
    [tx.tenantId, newId(), message.id, says.slice(0, 500)],
  );
}

/** For how many seconds the oldest message could have been folded and was not. One that failed counts from when its next try is due. */
export async function foldLag(tx: TenantTx): Promise<number> {
  const { lag } = await tx.one<{ lag: string | null }>(
    `select extract(epoch from now() - min(greatest(received_at, again_at))) as lag from unfolded
      where tenant_id = $1 and attempts < ${MOST_TRIES} and (again_at is null or again_at <= now())`,
    [tx.tenantId],
  );
  return Number(lag ?? 0);
}

/** Lets messages that were given up be tried again, or one of them, and closes their cases; returns how many. */
export async function redrive(tx: TenantTx, livemode: boolean, only?: string): Promise<number> {
  const rows = await tx.rows<{ id: string }>(
    `update unfolded u set attempts = 0, again_at = null from messages m, accounts a
      where u.tenant_id = $1 and u.attempts >= ${MOST_TRIES} and ($3::uuid is null or u.id = $3)
        and m.tenant_id = $1 and m.id = u.id and m.occurred_at = u.occurred_at
        and a.tenant_id = $1 and a.id = m.account_id and a.livemode = $2 returning u.id`,
    [tx.tenantId, livemode, only ?? null],
  );
  const ids = rows.map((r) => r.id);
  await tx.run('update messages set fold_attempts = 0, fold_error = null where tenant_id = $1 and id = any($2)', [
    tx.tenantId,
    ids,
  ]);
  await tx.run(
    `update cases set closed_at = now() where tenant_id = $1 and reason = 'message_unreadable' and subject_id = any($2)
        and closed_at is null`,
    [tx.tenantId, ids],
  );
  return ids.length;
}
