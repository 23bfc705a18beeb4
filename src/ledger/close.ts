/**
 * Days signed off and months closed. Both stand on a hash over the entries and balances, so that whoever looks later can tell whether they
 * are what was signed. A day can be reopened, which leaves a trace; a month cannot. What belongs to either and comes later is posted on
 * the first open day, and says which day it is about.
 *
 * Cost: the entries of the day or month once, a page at a time.
 */
import { createHash } from 'node:crypto';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import { type Balance, balancesAt, keepClosed, type TrialRow, trialBalance } from './balances.ts';
import { pathOf } from './chart.ts';
import { checkControls } from './control.ts';
import { type Entry, everyEntry, lastNo } from './read.ts';
import { needOpen, type Open, withLedger } from './store.ts';

type Signing = Readonly<{ by: string; note?: string | undefined; today: string }>;
export type Sealed = Readonly<{ hash: string; entries: bigint }>;

/** One line an entry and a transfer, one a balance: what the hash is over. */
function* sealedLines(entry: Entry): Generator<string> {
  yield `entry ${entry.no} ${entry.businessOn} ${entry.factOn} ${entry.cause} ${entry.scope} ${entry.part}\n`;
  for (const t of entry.transfers)
    yield `transfer ${t.fact} ${pathOf(t.debit)} ${pathOf(t.credit)} ${t.amount} ${t.currency}\n`;
}

/** Of the days from `from` to `to`: their entries in the order of posting, and the balances at the end of `to`. */
export async function seal(tx: TenantTx, livemode: boolean, from: string, to: string): Promise<Sealed> {
  const hash = createHash('sha256');
  let entries = 0n;
  const through = await lastNo(tx, livemode);
  for await (const entry of everyEntry((work) => work(tx), livemode, { from, to }, through)) {
    for (const line of sealedLines(entry)) hash.update(line);
    entries += 1n;
  }
  for (const b of await balancesAt(tx, { livemode }, { axis: 'business', on: to }))
    if (b.balance !== 0n) hash.update(`balance ${pathOf(b)} ${b.balance} ${b.currency}\n`);
  return { hash: hash.digest('hex'), entries };
}

const isAfter = (a: string, b: string): boolean => Temporal.PlainDate.compare(a, b) > 0;

/**
 * With a day those before it are signed too: the balances at its end stand on them. Throws `ledger.not_over`, `ledger.day_signed`,
 * `ledger.period_closed`, `ledger.not_equal`.
 */
export async function signOff(tx: TenantTx, livemode: boolean, on: string, signing: Signing): Promise<string> {
  if (isAfter(on, signing.today)) throw new DaozhangError('ledger.not_over', { on });
  return await withLedger(tx, { livemode }, async (ledger) => {
    needOpen(ledger, on);
    await needEqual(tx, ledger, signing.note);
    const { hash, entries } = await seal(tx, livemode, on, on);
    const id = newId();
    await tx.run(
      `insert into sign_offs (tenant_id, id, livemode, business_on, hash, entries, note, signed_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [tx.tenantId, id, livemode, on, hash, entries, signing.note ?? null, signing.by],
    );
    return id;
  });
}

/** The last signed day is open again. Throws `ledger.period_closed`, `ledger.day_not_signed`, `ledger.later_signed`. */
export async function reopen(
  tx: TenantTx,
  livemode: boolean,
  on: string,
  by: Readonly<{ who: string; why: string }>,
): Promise<void> {
  await withLedger(tx, { livemode }, async (ledger) => {
    const { closedThrough: closed, signedThrough: signed } = ledger;
    if (closed !== null && !isAfter(on, closed.toString()))
      throw new DaozhangError('ledger.period_closed', { on, through: closed.toString() });
    if (signed !== null && isAfter(signed.toString(), on))
      throw new DaozhangError('ledger.later_signed', { on, through: signed.toString() });
    const mine = await tx.run(
      `update sign_offs set reopened_by = $4, reopened_at = now(), reopened_why = $5
        where tenant_id = $1 and livemode = $2 and business_on = $3 and reopened_at is null`,
      [tx.tenantId, livemode, on, by.who, by.why],
    );
    if (mine === 0) throw new DaozhangError('ledger.day_not_signed', { on });
  });
}

/** Closes a month, and with it whatever is open before it. Throws `ledger.not_over`, `ledger.period_closed`, `ledger.not_equal`. */
export async function closePeriod(
  tx: TenantTx,
  livemode: boolean,
  month: string,
  signing: Signing,
): Promise<Readonly<{ from: string; to: string }> & Sealed> {
  const first = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 });
  const to = first.add({ months: 1 }).subtract({ days: 1 }).toString();
  if (!isAfter(signing.today, to)) throw new DaozhangError('ledger.not_over', { on: to });
  return await withLedger(tx, { livemode }, async (ledger) => {
    const closed = ledger.closedThrough;
    if (closed !== null && !isAfter(to, closed.toString()))
      throw new DaozhangError('ledger.period_closed', { on: to, through: closed.toString() });
    await needEqual(tx, ledger, signing.note);
    const { earliest } = await tx.one<{ earliest: Temporal.PlainDate | null }>(
      'select min(business_on) as earliest from ledger_entries where tenant_id = $1 and livemode = $2 and business_on <= $3',
      [tx.tenantId, livemode, to],
    );
    const start = closed?.add({ days: 1 }) ?? earliest ?? first;
    const from = (
      Temporal.PlainDate.compare(start, first) < 0 ? start : (closed?.add({ days: 1 }) ?? first)
    ).toString();
    const { hash, entries } = await seal(tx, livemode, from, to);
    const trial = await trialBalance(tx, { livemode }, from, to);
    await tx.run(
      `insert into periods (tenant_id, livemode, from_on, to_on, hash, entries, trial, note, closed_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        tx.tenantId,
        livemode,
        from,
        to,
        hash,
        entries,
        JSON.stringify(trial.map(trialText)),
        signing.note ?? null,
        signing.by,
      ],
    );
    const balances: readonly Balance[] = trial.map(({ opening: _o, debit: _d, credit: _c, closing, ...a }) => ({
      ...a,
      balance: closing,
    }));
    await keepClosed(tx, { livemode }, to, balances);
    await tx.run('update ledgers set closed_through = $3 where tenant_id = $1 and livemode = $2', [
      tx.tenantId,
      livemode,
      to,
    ]);
    return { from, to, hash, entries };
  });
}

/** As it is stored: minor units as text. */
const trialText = (r: TrialRow) => ({
  code: r.code,
  currency: r.currency,
  channel: r.channel,
  account: r.account,
  opening: String(r.opening),
  debit: String(r.debit),
  credit: String(r.credit),
  closing: String(r.closing),
});

async function needEqual(tx: TenantTx, ledger: Open, note: string | undefined): Promise<void> {
  const check = await checkControls(tx, ledger.livemode, ledger.postedAt);
  if (check.equal || note !== undefined) return;
  const what = check.rows
    .filter((r) => r.ledger !== r.open)
    .map((r) => `${r.account} ${r.difference} ${r.currency}`)
    .join(', ');
  throw new DaozhangError('ledger.not_equal', { what });
}
