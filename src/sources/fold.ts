/**
 * Stored messages become observations: the second transaction after the inbox, in batches, oldest first.
 *
 * A message that cannot be read stops nobody: the batch is halved until it stands alone, it is tried five times, then a case is opened
 * and it waits for a person (`redrive`). Two processes may fold at once: a row is taken by one of them.
 */
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Accounts } from '../channels/accounts.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { type Follow, type Said, take } from '../traces/advance.ts';
import type { SaidPayout } from './payouts.ts';

const BATCH = 256;
/** Also in the index `messages_unfolded`. */
const MOST_TRIES = 5;

type MessageRow = Readonly<{
  id: string;
  account_id: string;
  key: string;
  occurred_at: Temporal.Instant;
  headers: Record<string, string>;
  body: Buffer;
}>;

type Folded = Readonly<{ messages: number; failed: number; more: boolean }>;

/** Called with each delivered message and the payments it was about, in the same transaction. */
export type Pass = (
  tx: TenantTx,
  messages: ReadonlyArray<Readonly<{ id: string; accountId: string; paymentIds: readonly string[] }>>,
) => Promise<void>;

/** Called with what the messages said of payouts, in the same transaction. */
export type Hear = (tx: TenantTx, told: readonly SaidPayout[]) => Promise<void>;

/** Folds one batch of a tenant's messages. */
export async function foldBatch(
  book: Book,
  accounts: Accounts,
  tenantId: string,
  follow: Follow,
  pass: Pass,
  hear: Hear,
): Promise<Folded> {
  try {
    const messages = await book.tenant(tenantId, async (tx) => {
      const rows = await takeMessages(tx, BATCH);
      await foldRows(tx, accounts, rows, follow, pass, hear);
      return rows.length;
    });
    return { messages, failed: 0, more: messages === BATCH };
  } catch (error) {
    if (isOutage(error)) throw error;
    return await foldOneByOne(book, accounts, tenantId, follow, pass, hear);
  }
}

const isOutage = (error: unknown): boolean => error instanceof DaozhangError && error.code.startsWith('db.');

/** After a batch failed: each message in a transaction of its own, so that the poison is found and the others flow. */
async function foldOneByOne(
  book: Book,
  accounts: Accounts,
  tenantId: string,
  follow: Follow,
  pass: Pass,
  hear: Hear,
): Promise<Folded> {
  let messages = 0;
  let failed = 0;
  for (let i = 0; i < BATCH; i += 1) {
    let taken: MessageRow | undefined;
    try {
      await book.tenant(tenantId, async (tx) => {
        taken = undefined;
        const rows = await takeMessages(tx, 1);
        taken = rows[0];
        await foldRows(tx, accounts, rows, follow, pass, hear);
      });
      if (taken === undefined) return { messages, failed, more: false };
      messages += 1;
    } catch (error) {
      const poison = taken as MessageRow | undefined;
      if (isOutage(error) || poison === undefined) throw error;
      failed += 1;
      await book.tenant(tenantId, (tx) => noteFailure(tx, poison, error));
    }
  }
  return { messages, failed, more: true };
}

async function takeMessages(tx: TenantTx, limit: number): Promise<readonly MessageRow[]> {
  // One that failed goes behind those that were not tried yet.
  return await tx.rows<MessageRow>(
    `select id, account_id, key, occurred_at, headers, body from messages
      where tenant_id = $1 and kind = 'notification' and folded_at is null and fold_attempts < ${MOST_TRIES}
      order by fold_attempts, received_at limit $2 for update skip locked`,
    [tx.tenantId, limit],
  );
}

async function foldRows(
  tx: TenantTx,
  accounts: Accounts,
  rows: readonly MessageRow[],
  follow: Follow,
  pass: Pass,
  hear: Hear,
): Promise<void> {
  if (rows.length === 0) return;
  const said: Said[] = [];
  const payouts: SaidPayout[] = [];
  const refsOf = new Map<string, Set<string>>();
  for (const row of rows) {
    const open = await accounts.get(tx, row.account_id);
    const observed = open.channel.read({ headers: row.headers, body: row.body }, open.account, open.keys);
    for (const it of open.channel.payouts?.read({ headers: row.headers, body: row.body }, open.account, open.keys) ??
      [])
      payouts.push({ account: open.account, said: it, messageId: row.id, heardAt: row.occurred_at });
    refsOf.set(row.id, new Set(observed.flatMap((o) => (o.paymentRef === undefined ? [] : [o.paymentRef]))));
    for (const o of observed)
      said.push({
        accountId: row.account_id,
        livemode: open.account.livemode,
        observed: o,
        messageId: row.id,
        // The event's own time: so that folding the same messages again gives the same trace (I5).
        heardAt: row.occurred_at,
        product: open.account.settings.product,
      });
  }
  const payments = await take(tx, said, follow);
  await hear(tx, payouts);
  // What was fetched from a list of the channel's has no headers: nobody could check its signature.
  const delivered = rows.filter((row) => Object.keys(row.headers).length > 0);
  await pass(
    tx,
    delivered.map((row) => ({
      id: row.id,
      accountId: row.account_id,
      paymentIds: payments
        .filter((p) => p.accountId === row.account_id && refsOf.get(row.id)!.has(p.ref))
        .map((p) => p.id),
    })),
  );
  await tx.run('update messages set folded_at = now() where tenant_id = $1 and id = any($2)', [
    tx.tenantId,
    rows.map((r) => r.id),
  ]);
}

async function noteFailure(tx: TenantTx, message: MessageRow, error: unknown): Promise<void> {
  const says = error instanceof Error ? error.message : String(error);
  const row = await tx.one<{ fold_attempts: number }>(
    `update messages set fold_attempts = fold_attempts + 1, fold_error = $3
      where tenant_id = $1 and id = $2 returning fold_attempts`,
    [tx.tenantId, message.id, says.slice(0, 500)],
  );
  if (row.fold_attempts < MOST_TRIES) return;
  await tx.run(
    `insert into cases (tenant_id, id, reason, subject_kind, subject_id, note)
     values ($1, $2, 'message_unreadable', 'message', $3, $4) on conflict do nothing`,
    [tx.tenantId, newId(), message.id, says.slice(0, 500)],
  );
}

/** Lets messages that were given up be tried again, or one of them, and closes their cases; returns how many. */
export async function redrive(tx: TenantTx, livemode: boolean, only?: string): Promise<number> {
  const rows = await tx.rows<{ id: string }>(
    `update messages m set fold_attempts = 0, fold_error = null from accounts a
      where m.tenant_id = $1 and m.kind = 'notification' and m.folded_at is null and m.fold_attempts >= ${MOST_TRIES}
        and a.tenant_id = $1 and a.id = m.account_id and a.livemode = $2 and ($3::uuid is null or m.id = $3) returning m.id`,
    [tx.tenantId, livemode, only ?? null],
  );
  await tx.run(
    `update cases set closed_at = now() where tenant_id = $1 and reason = 'message_unreadable' and subject_id = any($2)
        and closed_at is null`,
    [tx.tenantId, rows.map((r) => r.id)],
  );
  return rows.length;
}
