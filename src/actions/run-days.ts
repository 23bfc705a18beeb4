/**
 * Each day of each account, as far as the book knows: which reconciliation stands for it and what that found, whether its bill is there, and
 * what is missing. One look at the runs' days, one at what people explained of their breaks, one at the bill calendar. Cost: days times
 * accounts rows of two indexes, and one pass over those runs' breaks.
 */
import { parseMoney } from '../base/money.ts';
import { CHINA } from '../base/time.ts';
import type { TenantTx } from '../db/pool.ts';
import { ALARM_HOURS } from './bills.ts';
import { moneyView } from './view.ts';

export type Window = Readonly<{
  livemode: boolean;
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  today: Temporal.PlainDate;
  now: Temporal.Instant;
}>;

/** Sums by currency. */
type Tally = { count: number; minor: Map<string, bigint> };
type Bill = Readonly<{
  kind: string;
  state: 'expected' | 'late' | 'gone' | 'fetched' | 'empty';
  ready_at: string;
  gone_at: string;
  document_id?: string;
  last_error?: string;
}>;
type State =
  | 'breaks'
  | 'incomplete'
  | 'explained'
  | 'waiting'
  | 'clean'
  | 'bill_late'
  | 'bill_expected'
  | 'never'
  | 'no_business';
type Cell = {
  on: string;
  state: State;
  run_id?: string;
  runs: number;
  all: Tally;
  matched: Tally;
  breaks: Tally;
  open: Tally;
  unclear: Tally;
  explained: Tally;
  bills: Bill[];
};
type Role = 'channel' | 'bank' | 'order';
type Row = Readonly<{
  role: Role;
  account_id?: string;
  channel?: string;
  account?: string;
  name?: string;
  days: Map<string, Cell>;
  /** Connected since: from then on a day without anything is one that nobody reconciled. */
  since: string | undefined;
}>;
type RunRow = Readonly<{
  id: string;
  created_at: Temporal.Instant;
  outcome: 'clean' | 'breaks' | 'incomplete';
  totals: Record<string, number>;
  not_compared: ReadonlyArray<{ joint: 'orders' | 'bank'; missing: ('order' | 'channel' | 'bank')[] }>;
}>;

export async function runDays(tx: TenantTx, window: Window) {
  const rows = new Map<string, Row>();
  for (const a of await accountsOf(tx, window.livemode))
    rowOf(rows, 'channel', a.provider, a.account, {
      account_id: a.id,
      name: a.name,
      since: a.created_at.toZonedDateTimeISO(CHINA).toPlainDate().toString(),
    });
  const found = await standingDays(tx, window);
  const runs = await runsOf(tx, [...new Set(found.map((d) => d.reconciliation_id))]);
  for (const d of found) {
    const row = rowOf(rows, d.role, d.channel, d.account);
    const on = d.business_on.toString();
    const cell = cellOf(row, on);
    cell.run_id = d.reconciliation_id;
    cell.runs = d.runs;
    add(cell.all, d.lines, d.amount_minor, d.currency);
    add(cell.matched, d.matched, d.matched_minor, d.currency);
    add(cell.breaks, d.breaks, d.breaks_minor, d.currency);
    add(cell.open, d.open, d.open_minor, d.currency);
    add(cell.unclear, d.unclear, d.unclear_minor, d.currency);
  }
  for (const e of await explainedOf(tx, window, runs)) {
    const cell = rowOf(rows, e.role, e.channel, e.account).days.get(e.on);
    if (cell?.run_id !== e.run) continue;
    const { minor } = parseMoney(e.amount, e.currency);
    add(cell.explained, e.count, minor, e.currency);
    add(cell[e.part], -e.count, -minor, e.currency);
  }
  for (const b of await billsOf(tx, window)) {
    const row = [...rows.values()].find((r) => r.account_id === b.account_id);
    if (row === undefined) continue;
    cellOf(row, b.covers_on.toString()).bills.push(billOf(b, window.now));
  }
  const byId = new Map(runs.map((r) => [r.id, r]));
  for (const row of rows.values()) {
    silentDays(row, window);
    for (const cell of row.days.values()) cell.state = stateOf(row.role, cell, byId.get(cell.run_id ?? ''));
  }
  return {
    from: window.from.toString(),
    to: window.to.toString(),
    today: window.today.toString(),
    rows: [...rows.values()].sort(byName).map(({ days, since: _, ...row }) => ({
      ...row,
      days: [...days.values()].sort((a, b) => (a.on < b.on ? -1 : 1)).map(cellOut),
    })),
    runs: runs.map((r) => ({
      id: r.id,
      created_at: r.created_at.toString(),
      outcome: r.outcome,
      refused: r.totals.refused ?? 0,
      rejected: r.totals.rejected ?? 0,
      not_compared: r.not_compared.map((n) => ({ ...n })),
    })),
    needs: needsOf([...rows.values()]),
  };
}

const ORDER: readonly Role[] = ['channel', 'bank', 'order'];
const byName = (a: Row, b: Row): number =>
  ORDER.indexOf(a.role) - ORDER.indexOf(b.role) ||
  (`${a.channel ?? ''} ${a.account ?? ''}` < `${b.channel ?? ''} ${b.account ?? ''}` ? -1 : 1);

function rowOf(
  rows: Map<string, Row>,
  role: Role,
  channel: string,
  account: string,
  more: Readonly<{ account_id?: string; name?: string; since?: string }> = {},
): Row {
  const key = [role, channel, account].join('\t');
  const known = rows.get(key);
  if (known !== undefined) return known;
  const { since, ...rest } = more;
  const row: Row = {
    role,
    ...(channel !== '' && { channel }),
    ...(account !== '' && { account }),
    ...rest,
    days: new Map(),
    since,
  };
  rows.set(key, row);
  return row;
}

const none = (): Tally => ({ count: 0, minor: new Map() });
const tallyOut = ({ count, minor }: Tally) => ({
  count,
  amounts: [...minor].map(([currency, sum]) => moneyView(sum, currency)!),
});
const cellOut = ({ all, matched, breaks, open, unclear, explained, ...cell }: Cell) => ({
  ...cell,
  all: tallyOut(all),
  matched: tallyOut(matched),
  breaks: tallyOut(breaks),
  open: tallyOut(open),
  unclear: tallyOut(unclear),
  explained: tallyOut(explained),
});

function cellOf(row: Row, on: string): Cell {
  let cell = row.days.get(on);
  if (cell === undefined) {
    const tallies = { all: none(), matched: none(), breaks: none(), open: none(), unclear: none(), explained: none() };
    cell = { on, state: 'never', runs: 0, ...tallies, bills: [] };
    row.days.set(on, cell);
  }
  return cell;
}

function add(tally: Tally, count: bigint, minor: bigint, currency: string): void {
  if (count === 0n) return;
  tally.count += Number(count);
  const sum = (tally.minor.get(currency) ?? 0n) + minor;
  // Nothing is left of a currency: it is not named.
  if (count < 0n && sum === 0n) tally.minor.delete(currency);
  else tally.minor.set(currency, sum);
}

/** A day that is over, of an account that is connected, and of which there is nothing. Of one known from files nobody can say so. */
function silentDays(row: Row, { from, to, today }: Window): void {
  if (row.since === undefined) return;
  const since = Temporal.PlainDate.from(row.since);
  let day = Temporal.PlainDate.compare(from, since) < 0 ? since : from;
  for (
    ;
    Temporal.PlainDate.compare(day, to) <= 0 && Temporal.PlainDate.compare(day, today) < 0;
    day = day.add({ days: 1 })
  )
    cellOf(row, day.toString());
}

function stateOf(role: Role, cell: Cell, run: RunRow | undefined): State {
  if (run !== undefined) {
    if (cell.breaks.count + cell.unclear.count > 0) return 'breaks';
    const joint = role === 'bank' ? 'bank' : 'orders';
    const isWhole = (run.totals.refused ?? 0) + (run.totals.rejected ?? 0) === 0;
    if (!isWhole || run.not_compared.some((n) => n.joint === joint)) return 'incomplete';
    if (cell.explained.count > 0) return 'explained';
    return cell.open.count > 0 ? 'waiting' : 'clean';
  }
  const has = (...states: Bill['state'][]): boolean => cell.bills.some((b) => states.includes(b.state));
  if (has('late', 'gone')) return 'bill_late';
  if (has('expected')) return 'bill_expected';
  if (has('fetched')) return 'never';
  return has('empty') ? 'no_business' : 'never';
}

function needsOf(rows: readonly Row[]) {
  const cells = rows.flatMap((r) => [...r.days.values()]);
  const work = cells.filter((c) => c.state === 'breaks');
  const breaks = none();
  for (const { breaks: found } of work) {
    breaks.count += found.count;
    for (const [currency, sum] of found.minor) breaks.minor.set(currency, (breaks.minor.get(currency) ?? 0n) + sum);
  }
  const count = (state: State): number => cells.filter((c) => c.state === state).length;
  return {
    break_days: new Set(work.map((c) => c.on)).size,
    breaks: tallyOut(breaks),
    unclear: work.reduce((n, c) => n + c.unclear.count, 0),
    bills_late: cells.flatMap((c) => c.bills).filter((b) => b.state === 'late' || b.state === 'gone').length,
    incomplete: count('incomplete'),
    never: new Set(cells.filter((c) => c.state === 'never').map((c) => c.on)).size,
  };
}

type BillRow = Readonly<{
  account_id: string;
  covers_on: Temporal.PlainDate;
  kind: string;
  state: 'expected' | 'fetched' | 'empty';
  ready_at: Temporal.Instant;
  gone_at: Temporal.Instant;
  document_id: string | null;
  last_error: string | null;
}>;

function billOf(b: BillRow, now: Temporal.Instant): Bill {
  const isPast = (at: Temporal.Instant): boolean => Temporal.Instant.compare(at, now) < 0;
  const state =
    b.state !== 'expected'
      ? b.state
      : isPast(b.gone_at)
        ? 'gone'
        : isPast(b.ready_at.add({ hours: ALARM_HOURS }))
          ? 'late'
          : 'expected';
  return {
    kind: b.kind,
    state,
    ready_at: b.ready_at.toString(),
    gone_at: b.gone_at.toString(),
    ...(b.document_id !== null && { document_id: b.document_id }),
    ...(b.last_error !== null && { last_error: b.last_error }),
  };
}

/** As lines of documents name it: the merchant number that is settled. */
const accountsOf = (tx: TenantTx, livemode: boolean) =>
  tx.rows<{ id: string; provider: string; account: string; name: string; created_at: Temporal.Instant }>(
    `select id, provider, coalesce(nullif(sub_merchant_no, ''), merchant_no) as account, name, created_at from accounts
      where tenant_id = $1 and livemode = $2 order by provider, 3 limit 500`,
    [tx.tenantId, livemode],
  );

const billsOf = (tx: TenantTx, { livemode, from, to }: Window) =>
  tx.rows<BillRow>(
    `select b.account_id, b.covers_on, b.kind, b.state, b.ready_at, b.gone_at, b.document_id, b.last_error
       from accounts a join bill_days b on b.tenant_id = $1 and b.account_id = a.id and b.covers_on between $3 and $4
      where a.tenant_id = $1 and a.livemode = $2 order by b.covers_on, b.kind`,
    [tx.tenantId, livemode, from, to],
  );

const runsOf = (tx: TenantTx, ids: readonly string[]) =>
  tx.rows<RunRow>(
    `select id, created_at, outcome, totals, not_compared from reconciliations where tenant_id = $1 and id = any($2)
      order by created_at desc, id desc`,
    [tx.tenantId, ids],
  );

type ExplainedOut = Readonly<{
  run: string;
  part: 'breaks' | 'unclear';
  role: Role;
  channel: string;
  account: string;
  on: string;
  currency: string;
  count: bigint;
  amount: string;
}>;

/** What people have explained, in the row and on the day in which the run counted it (`placeOfBreak` in reconcile/days.ts). */
const explainedOf = (tx: TenantTx, { from, to }: Window, runs: readonly RunRow[]) =>
  tx.rows<ExplainedOut>(
    `with done as (
       select b.reconciliation_id as run, case b.part when 'break' then 'breaks' else 'unclear' end as part,
              case when b.account is not null and b.channel is not null or b.joint = 'batches' then 'channel'
                   when b.joint = 'bank' then 'bank' else 'order' end as role,
              b.channel, b.account, b.body -> 'theirs' -> 0 ->> 'account' as bank,
              coalesce(b.business_on, r.covers_to) as on_day, b.currency, b.amount
         from breaks b join reconciliations r on r.tenant_id = $1 and r.id = b.reconciliation_id
        where b.tenant_id = $1 and b.reconciliation_id = any($2) and b.part <> 'open' and b.state in ('explained', 'closed'))
     select run, part, role, case role when 'channel' then coalesce(channel, '') else '' end as channel,
            coalesce(case role when 'channel' then account when 'bank' then bank end, '') as account,
            on_day::text as "on", currency, count(*) as count, sum(amount)::text as amount
       from done where on_day between $3 and $4 group by 1, 2, 3, 4, 5, 6, 7`,
    [tx.tenantId, runs.map((r) => r.id), from, to],
  );

type DayOut = Readonly<{
  reconciliation_id: string;
  business_on: Temporal.PlainDate;
  role: Role;
  channel: string;
  account: string;
  currency: string;
  lines: bigint;
  amount_minor: bigint;
  matched: bigint;
  matched_minor: bigint;
  breaks: bigint;
  breaks_minor: bigint;
  open: bigint;
  open_minor: bigint;
  unclear: bigint;
  unclear_minor: bigint;
  runs: number;
}>;

/** Of each day and account, the one run that stands for it: one that read its lines, a whole one, the newest. */
const standingDays = (tx: TenantTx, { livemode, from, to }: Window) =>
  tx.rows<DayOut>(
    `with here as (
       select d.*, r.created_at, r.outcome <> 'incomplete' as whole,
              sum(d.lines) over (partition by d.role, d.channel, d.account, d.business_on, d.reconciliation_id) > 0 as read
         from reconciliation_days d join reconciliations r on r.tenant_id = $1 and r.id = d.reconciliation_id
        where d.tenant_id = $1 and d.livemode = $2 and d.business_on between $3 and $4
          and r.state = 'done' and r.superseded_by is null),
     ranked as (
       select h.*, dense_rank() over (partition by role, channel, account, business_on
                order by read desc, whole desc, created_at desc, reconciliation_id desc) as rank from here h),
     told as (
       select t.*, (max(t.rank) over (partition by role, channel, account, business_on))::int as runs from ranked t)
     select * from told where rank = 1 order by business_on, currency`,
    [tx.tenantId, livemode, from, to],
  );
