/**
 * The bill calendar: each day's bill is fetched once it is there, kept byte for byte, and taken into the book. A day that does not come
 * raises an alert; what was fetched twice is the same.
 *
 * It is the second net: a payment that no notification and no question brought to light stands in the bill.
 */
import type { Archive } from '../base/archive.ts';
import { newId } from '../base/ids.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import { type BillTerms, billTerms, goneAt, lastReady, readyAt } from '../channels/bills.ts';
import type { BillAnswer } from '../channels/channel.ts';
import { askKnowingKeys } from '../channels/keys.ts';
import type { TenantTx } from '../db/pool.ts';
import { proveAbsent, takeBill } from '../sources/bills.ts';
import { raise, settle } from './cases.ts';
import { clearDue, eachAtOnce, setDue, workDue } from './due.ts';
import type { Asking } from './inquire.ts';
import { savedOfSide } from './mappings.ts';

const EACH = 5;
const LEASE_MS = 600_000;
const AGAIN_MINUTES = 30;
/** Not there so long after its time: somebody should know. */
export const ALARM_HOURS = 6;
/** A new account's bills are fetched from so many days back. */
const BACK_DAYS = 3;
/** After its order's day, so many complete bills more prove an absence: payments near the day's cut stand in the next. */
const ABSENT_AFTER_DAYS = 1;

export type Billing = Asking & Readonly<{ archive: Archive }>;

/** The account's bills are to be looked at now. */
export async function planBills(tx: TenantTx, open: OpenAccount): Promise<void> {
  if (open.channel.capabilities.bills === true && billTerms(open.account).length > 0)
    await setDue(tx, [{ kind: 'bill', id: open.account.id, inMs: 0 }]);
}

/** One sweep; returns how many bills were taken in. */
export async function billsDue(on: Billing): Promise<number> {
  const work = async (tenantId: string, ids: readonly string[]): Promise<number> => {
    let taken = 0;
    await eachAtOnce(ids, 1, async (id) => {
      taken += await accountBills(on, tenantId, id);
    });
    return taken;
  };
  // A bill may be large: one at a time.
  return await workDue(on.book, 'bill', EACH, LEASE_MS, work, 1);
}

async function accountBills(on: Billing, tenantId: string, accountId: string): Promise<number> {
  const open = await on.book.tenant(tenantId, (tx) => on.accounts.get(tx, accountId));
  const all = billTerms(open.account);
  if (open.state === 'paused' || all.length === 0) {
    await on.book.tenant(tenantId, (tx) => clearDue(tx, 'bill', [accountId]));
    return 0;
  }
  let taken = 0;
  let waits = false;
  for (const terms of all) {
    const days = await on.book.tenant(tenantId, (tx) => openDays(tx, on, open, terms));
    for (const day of days) {
      const done = await fetchDay(on, tenantId, open, terms, day);
      if (done) taken += 1;
      else waits = true;
    }
    await proveAbsences(on, tenantId, open, terms);
  }
  const now = on.pace.now();
  const next = waits
    ? now.add({ minutes: AGAIN_MINUTES })
    : all
        .map((terms) => readyAt(terms, lastReady(terms, now).add({ days: 1 })))
        .reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? a : b));
  const spread = on.pace.jitter() * 600_000;
  await on.book.tenant(tenantId, (tx) =>
    setDue(tx, [
      { kind: 'bill', id: accountId, inMs: on.pace.msUntil(next.add({ milliseconds: Math.trunc(spread) })) },
    ]),
  );
  return taken;
}

/** The days whose bill is ready and was not fetched, oldest first; days that came due are entered. */
async function openDays(
  tx: TenantTx,
  on: Billing,
  open: OpenAccount,
  terms: BillTerms,
): Promise<readonly Temporal.PlainDate[]> {
  const last = lastReady(terms, on.pace.now());
  const known = await tx.one<{ newest: Temporal.PlainDate | null }>(
    'select max(covers_on) as newest from bill_days where tenant_id = $1 and account_id = $2 and kind = $3',
    [tx.tenantId, open.account.id, terms.kind],
  );
  let day = known.newest?.add({ days: 1 }) ?? last.subtract({ days: BACK_DAYS - 1 });
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 }))
    await tx.run(
      `insert into bill_days (tenant_id, account_id, kind, covers_on, ready_at, gone_at) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing`,
      [tx.tenantId, open.account.id, terms.kind, day, readyAt(terms, day), goneAt(terms, day)],
    );
  const rows = await tx.rows<{ covers_on: Temporal.PlainDate }>(
    `select covers_on from bill_days where tenant_id = $1 and account_id = $2 and kind = $3 and state = 'expected'
        and gone_at > $4 order by covers_on`,
    [tx.tenantId, open.account.id, terms.kind, on.pace.now()],
  );
  return rows.map((r) => r.covers_on);
}

/** True where the day is settled: taken in, or said to be empty. */
async function fetchDay(
  on: Billing,
  tenantId: string,
  open: OpenAccount,
  terms: BillTerms,
  day: Temporal.PlainDate,
): Promise<boolean> {
  const answer = await askKnowingKeys(on, tenantId, open, (current) =>
    current.channel
      .bill({ kind: terms.kind, on: day }, current.account, current.keys, on.io)
      .catch((error: Error): BillAnswer => ({ outcome: 'unknown', detail: error.message })),
  );
  if (answer.outcome === 'fetched') {
    try {
      await keepBill(on, tenantId, open, terms, day, answer);
      return true;
    } catch (error) {
      await on.book.tenant(tenantId, (tx) => noteDay(tx, on, open, terms, day, 'expected', (error as Error).message));
      return false;
    }
  }
  if (answer.outcome === 'empty' && (await hasPayments(on, tenantId, open, terms, day))) {
    await on.book.tenant(tenantId, (tx) =>
      noteDay(tx, on, open, terms, day, 'expected', 'the channel says that the day has no bill, and it has payments'),
    );
    return false;
  }
  const says =
    answer.outcome === 'empty'
      ? undefined
      : 'detail' in answer
        ? `${answer.outcome}: ${answer.detail}`
        : answer.outcome;
  await on.book.tenant(tenantId, (tx) =>
    noteDay(tx, on, open, terms, day, answer.outcome === 'empty' ? 'empty' : 'expected', says),
  );
  return answer.outcome === 'empty';
}

/**
 * A bill that is late and one that there is none of are one word at some channels: what was paid on the day tells them apart. The day stands
 * twice in the condition, the second time as the index `payments_moment` has it.
 */
async function hasPayments(
  on: Billing,
  tenantId: string,
  open: OpenAccount,
  terms: BillTerms,
  day: Temporal.PlainDate,
): Promise<boolean> {
  const start = (date: Temporal.PlainDate): Temporal.Instant =>
    date.toZonedDateTime({ timeZone: terms.zone }).toInstant();
  const row = await on.book.tenant(tenantId, (tx) =>
    tx.one<{ found: boolean }>(
      `select exists (select from payments where tenant_id = $1 and account_id = $2 and livemode = $5 and captured_at >= $3 and captured_at < $4
                         and cleared_on is null and moment >= $3
                         and moment < $4) as found`,
      [tx.tenantId, open.account.id, start(day), start(day.add({ days: 1 })), open.account.livemode],
    ),
  );
  return row.found;
}

async function keepBill(
  on: Billing,
  tenantId: string,
  open: OpenAccount,
  terms: BillTerms,
  day: Temporal.PlainDate,
  fetched: Extract<BillAnswer, { outcome: 'fetched' }>,
): Promise<void> {
  const sha256 = on.archive.put(tenantId, fetched.bytes);
  const documentId = await on.book.tenant(tenantId, async (tx) => {
    await tx.run(
      `insert into documents (tenant_id, id, account_id, kind, covers_on, name, sha256, size, told_hash, livemode)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict on constraint documents_once do nothing`,
      [
        tx.tenantId,
        newId(),
        open.account.id,
        terms.kind,
        day,
        fetched.name,
        Buffer.from(sha256, 'hex'),
        fetched.bytes.length,
        fetched.hash ?? null,
        open.account.livemode,
      ],
    );
    const row = await tx.one<{ id: string }>(
      'select id from documents where tenant_id = $1 and account_id = $2 and sha256 = $3',
      [tx.tenantId, open.account.id, Buffer.from(sha256, 'hex')],
    );
    return row.id;
  });
  const path = on.archive.path(tenantId, sha256);
  const mappings = await on.book.tenant(tenantId, (tx) => savedOfSide(tx, open.account.livemode));
  const read = await takeBill(
    on.book,
    tenantId,
    open,
    { documentId, on: day, path, zone: terms.zone, role: terms.role ?? 'channel', mappings, balance: terms.balance },
    on.follow,
  );
  await on.book.tenant(tenantId, async (tx) => {
    await tx.run(
      `update bill_days set state = 'fetched', attempts = attempts + 1, last_error = null, document_id = $5, lines = $6
        where tenant_id = $1 and account_id = $2 and kind = $3 and covers_on = $4`,
      [tx.tenantId, open.account.id, terms.kind, day, documentId, read.lines],
    );
    await settle(tx, 'bill_missing', { kind: 'account', id: open.account.id }, open.account.livemode);
  });
}

async function noteDay(
  tx: TenantTx,
  on: Billing,
  open: OpenAccount,
  terms: BillTerms,
  day: Temporal.PlainDate,
  state: 'expected' | 'empty',
  says: string | undefined,
): Promise<void> {
  await tx.run(
    `update bill_days set state = $5, attempts = attempts + 1, last_error = $6
      where tenant_id = $1 and account_id = $2 and kind = $3 and covers_on = $4`,
    [tx.tenantId, open.account.id, terms.kind, day, state, says?.slice(0, 300) ?? null],
  );
  if (state === 'empty')
    return await settle(tx, 'bill_missing', { kind: 'account', id: open.account.id }, open.account.livemode);
  const late = readyAt(terms, day).until(on.pace.now()).total('hours') > ALARM_HOURS;
  if (late)
    await raise(tx, 'bill_missing', { kind: 'account', id: open.account.id }, open.account.livemode, {
      kind: terms.kind,
      day: day.toString(),
      gone_at: goneAt(terms, day).toString(),
      says: says ?? '',
    });
}

/** Orders whose days' bills, and one day's more, are all there. */
async function proveAbsences(on: Billing, tenantId: string, open: OpenAccount, terms: BillTerms): Promise<void> {
  const row = await on.book.tenant(tenantId, (tx) =>
    tx.one<{ first: Temporal.PlainDate | null; through: Temporal.PlainDate | null }>(
      `select min(covers_on) as first,
              coalesce(min(covers_on) filter (where state = 'expected') - 1, max(covers_on)) as through
         from bill_days where tenant_id = $1 and account_id = $2 and kind = $3`,
      [tx.tenantId, open.account.id, terms.kind],
    ),
  );
  if (row.first === null || row.through === null) return;
  const start = (day: Temporal.PlainDate): Temporal.Instant =>
    day.toZonedDateTime({ timeZone: terms.zone }).toInstant();
  const last = row.through.subtract({ days: ABSENT_AFTER_DAYS });
  if (Temporal.PlainDate.compare(last, row.first) < 0) return;
  const span = {
    from: start(row.first),
    to: start(last.add({ days: 1 })),
    on: row.through,
    at: start(row.through.add({ days: 1 })),
  };
  while ((await on.book.tenant(tenantId, (tx) => proveAbsent(tx, open, span, on.follow))) > 0);
}
