/**
 * Balances: up to and with an instant of posting, or a business date. Each is a snapshot plus what came after it, one statement over one
 * range of one index, so that the cost does not grow with history: at most `SNAPSHOT_EVERY` transfers behind the last snapshot by posting
 * time, those of the days since the last close by business date.
 *
 * Signed: debits less credits. A balance at an instant after the last posting waits for whoever posts at that moment, so that it never
 * changes afterwards; all others wait for nobody.
 */
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import { ACCOUNT_CODES, type AccountCode, type LedgerAccount } from './chart.ts';

type Side = Readonly<{ livemode: boolean }>;
/** By posting time (without an instant: all that is posted), or by business date. */
export type At = Readonly<{ axis: 'posted'; at?: Temporal.Instant | undefined } | { axis: 'business'; on: string }>;
export type Balance = LedgerAccount & Readonly<{ balance: bigint }>;

const AXES = {
  posted: { column: 'posted_at', none: `'-infinity'::timestamptz`, cast: '::timestamptz' },
  business: { column: 'business_on', none: `'-infinity'::date`, cast: '::date' },
} as const;

/** `$3`: up to when. Balances of each account that ever moved, from the last snapshot on; `fromScratch` adds up everything. */
function balancesSql(axis: 'posted' | 'business', fromScratch: boolean): string {
  const { column, none, cast } = AXES[axis];
  const range = `tenant_id = $1 and livemode = $2 and ${column} > (select at from snap) and ${column} <= $3${cast}`;
  const newest = `select max(at) from ledger_snapshots
    where tenant_id = $1 and livemode = $2 and axis = '${axis}' and at <= ($3${cast})::timestamptz`;
  return `with last as (${fromScratch ? 'select null::timestamptz as max' : newest}),
    snap as (select coalesce((select max from last)${cast}, ${none}) as at),
    moved as (
      select debit as account_id, amount from transfers where ${range}
      union all select credit, -amount from transfers where ${range}
      union all select account_id, balance from ledger_snapshots
       where tenant_id = $1 and livemode = $2 and axis = '${axis}' and at = (select max from last))
    select account_id, sum(amount)::bigint as balance from moved group by account_id`;
}

export async function balancesAt(tx: TenantTx, side: Side, at: At, fromScratch = false): Promise<readonly Balance[]> {
  const through = at.axis === 'business' ? at.on : await settledAt(tx, side, at.at);
  const rows = await tx.rows<LedgerAccount & { balance: bigint | null }>(
    `with b as (${balancesSql(at.axis, fromScratch)})
     select a.id, a.code, a.currency, a.channel, a.account, b.balance from b
       join ledger_accounts a on a.tenant_id = $1 and a.id = b.account_id`,
    [tx.tenantId, side.livemode, through],
  );
  return rows.map((r) => ({ ...r, balance: r.balance ?? 0n })).sort(byChart);
}

/** An instant up to which nothing more is posted. What is posted at this moment has a later time than all that is committed. */
async function settledAt(tx: TenantTx, side: Side, at: Temporal.Instant | undefined): Promise<Temporal.Instant> {
  const params = [tx.tenantId, side.livemode];
  const row = await tx.maybe<{ last: Temporal.Instant }>(
    'select last_posted_at as last from ledgers where tenant_id = $1 and livemode = $2',
    params,
  );
  if (at === undefined) return row?.last ?? Temporal.Instant.fromEpochMilliseconds(0);
  if (row !== undefined && Temporal.Instant.compare(at, row.last) > 0)
    await tx.rows('select from ledgers where tenant_id = $1 and livemode = $2 for share', params);
  return at;
}

/** As the chart stands, then by currency, channel and account: the same order everywhere. */
function byChart(a: LedgerAccount, b: LedgerAccount): number {
  const place = (x: LedgerAccount): string =>
    [String(ACCOUNT_CODES.indexOf(x.code)).padStart(2, '0'), x.currency, x.channel, x.account].join('\u001f');
  return place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0;
}

/** Keeps the balances up to an instant after which nothing is posted with an earlier time. */
export async function takeSnapshot(tx: TenantTx, side: Side, at: Temporal.Instant): Promise<void> {
  await keep(tx, side, 'posted', at.toString(), await balancesAt(tx, side, { axis: 'posted', at }));
  await tx.run('update ledgers set since_snapshot = 0 where tenant_id = $1 and livemode = $2', [
    tx.tenantId,
    side.livemode,
  ]);
}

/** Keeps the balances at the end of a closed day. */
export async function keepClosed(tx: TenantTx, side: Side, on: string, balances: readonly Balance[]): Promise<void> {
  await keep(tx, side, 'business', `${on}T00:00:00Z`, balances);
}

async function keep(
  tx: TenantTx,
  { livemode }: Side,
  axis: 'posted' | 'business',
  at: string,
  balances: readonly Balance[],
): Promise<void> {
  const rows = balances.map((b) => [livemode, axis, at, b.id, b.balance]);
  for (const chunk of inChunks(rows, 6)) {
    const v = tenantValues(['boolean', 'text', 'timestamptz', 'uuid', 'bigint'], chunk);
    await tx.run(`insert into ledger_snapshots (tenant_id, livemode, axis, at, account_id, balance) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
}

export type TrialRow = LedgerAccount & Readonly<{ opening: bigint; debit: bigint; credit: bigint; closing: bigint }>;

/** Opening, turnover and closing of each account over business days, both ends included. Openings sum to nothing, and so do closings. */
export async function trialBalance(tx: TenantTx, side: Side, from: string, to: string): Promise<readonly TrialRow[]> {
  const before = Temporal.PlainDate.from(from).subtract({ days: 1 }).toString();
  const opening = await balancesAt(tx, side, { axis: 'business', on: before });
  const turnover = await tx.rows<LedgerAccount & { debit_sum: bigint; credit_sum: bigint }>(
    `with moved as (
       select debit as account_id, amount as d, 0::bigint as c from transfers
        where tenant_id = $1 and livemode = $2 and business_on between $3::date and $4::date
       union all select credit, 0, amount from transfers
        where tenant_id = $1 and livemode = $2 and business_on between $3::date and $4::date)
     select a.id, a.code, a.currency, a.channel, a.account, m.debit_sum, m.credit_sum
       from (select account_id, sum(d)::bigint as debit_sum, sum(c)::bigint as credit_sum from moved group by account_id) m
       join ledger_accounts a on a.tenant_id = $1 and a.id = m.account_id`,
    [tx.tenantId, side.livemode, from, to],
  );
  const rows = new Map<string, TrialRow>();
  for (const { balance, ...a } of opening)
    rows.set(a.id, { ...a, opening: balance, debit: 0n, credit: 0n, closing: balance });
  for (const { debit_sum: debit, credit_sum: credit, ...a } of turnover) {
    const start = rows.get(a.id)?.opening ?? 0n;
    rows.set(a.id, { ...a, opening: start, debit, credit, closing: start + debit - credit });
  }
  return [...rows.values()].sort(byChart);
}

/** Sums by code and currency. */
export function sumBy(balances: readonly Balance[], code: AccountCode): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const b of balances) if (b.code === code) sums.set(b.currency, (sums.get(b.currency) ?? 0n) + b.balance);
  return sums;
}
