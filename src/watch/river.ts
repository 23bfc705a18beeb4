/**
 * The money of many payments, where it stands and what is said of it: the payments are put together in SQL by everything a verdict can rest
 * on, and one of each kind is judged by the judge itself. So the sums are those of the payments read one by one (`tests/overview.test.ts`).
 *
 * Cost: one statement over the days asked for, whatever the book holds beside them; judged are some groups an hour, day and account.
 */

import type { Reading } from '../actions/standing.ts';
import { offRoad, restAt } from '../actions/stands.ts';
import type { StationName } from '../actions/stations.ts';
import type { Currency } from '../base/currency.ts';
import { money } from '../base/money.ts';
import { CHINA } from '../base/time.ts';
import type { PlainAccount } from '../channels/accounts.ts';
import { billTerms } from '../channels/bills.ts';
import { planAt, termsOf } from '../channels/terms.ts';
import type { TenantTx } from '../db/pool.ts';
import { values } from '../db/values.ts';
import type { Plan } from '../plans/plan.ts';
import type { Trace } from '../traces/fold.ts';
import type { Position } from '../traces/transitions.ts';
import type { Custody, VerdictCode } from '../verdicts/catalogue.ts';
import { judge } from '../verdicts/judge.ts';
import type { Policy } from '../verdicts/policy.ts';
import type { BatchFacts } from '../verdicts/standing.ts';

/** What stands together at one station under one verdict. */
export type Pool = Readonly<{
  currency: Currency;
  station: StationName;
  code: VerdictCode;
  custody: Custody;
  accountId: string;
  payments: bigint;
  minor: bigint;
  /** The day its batch was due, or the day of the oldest payment. */
  since: Temporal.PlainDate;
  /** Of those that waited equally long. */
  oldestAt: Temporal.Instant;
  /** Of what is in progress: for longer than the policy lets it. */
  isLong: boolean;
}>;

export type Ages = Readonly<{ oldestAt: Temporal.Instant; medianAt: Temporal.Instant }>;
export type Span = Readonly<{ livemode: boolean; from: Temporal.Instant; now: Temporal.Instant }>;

/** Verdicts that documents and batches may have changed since; the others stand as they were written. */
const OPEN: ReadonlySet<VerdictCode> = new Set(['on_its_way', 'unrecorded', 'held']);
const FINE_HOURS = 2;
/** The groups are few and the planner cannot know: it is to count them in memory, not to sort the payments. */
const ROOM = `select set_config('work_mem', '64MB', true)`;

/** Payments that are alike in everything that is told of them here. */
type Row = Readonly<{
  currency: Currency;
  base: VerdictCode;
  position: Position;
  unpaid: boolean;
  unrecorded: boolean;
  account_id: string;
  state: BatchFacts['state'] | null;
  due_on: Temporal.PlainDate | null;
  cleared_on: Temporal.PlainDate | null;
  bill_on: Temporal.PlainDate | null;
  refunded: boolean;
  is_long: boolean;
  is_out: boolean;
  payments: bigint;
  ordered: string | null;
  captured: string;
  given: string;
  rest_payments: bigint;
  some_at: Temporal.Instant;
}>;
type ChargedRow = Readonly<{
  currency: Currency;
  account_id: string;
  unrecorded: boolean;
  cleared_on: Temporal.PlainDate | null;
  state: BatchFacts['state'] | null;
  is_out: boolean;
  moment: Temporal.Instant;
  captured_minor: bigint;
  given: bigint;
  back: bigint;
}>;

export async function poolsOf(tx: TenantTx, on: Reading, span: Span): Promise<readonly Pool[]> {
  const accounts = await accountsOf(tx, on, span.livemode);
  if (accounts.length === 0) return [];
  const policy = await on.policies.of(tx);
  const watched = await watchedOf(tx, span.livemode);
  const terms = await termRows(tx, accounts, watched, span);
  const v = values(['uuid', 'timestamptz', 'timestamptz', 'text', 'int', 'text'], terms);
  const at = v.params.length + 2;
  await tx.rows(ROOM);
  const rows = await tx.rows<Row>(
    `select p.currency, p.verdict as base, p.position, p.captured_at is null as unpaid, p.recorded_at is null as unrecorded, p.account_id,
            b.state, b.due_on, p.cleared_on,
            case when t.bill_zone is not null and p.cleared_on is null then (p.captured_at at time zone t.bill_zone)::date end as bill_on,
            p.refunded_minor > 0 as refunded, p.verdict = 'pending' and p.moment < $${at + 2} as is_long,
            b.paid_out_at is not null as is_out, count(*) as payments, sum(p.ordered_minor) as ordered, sum(p.captured_minor) as captured, min(p.moment) as some_at,
            sum(least(p.refunded_minor, p.captured_minor)) as given,
            count(*) filter (where p.captured_minor > p.refunded_minor or p.captured_minor = 0) as rest_payments
       from payments p
       left join batches b on b.tenant_id = $1 and b.id = p.batch_id
       left join (${v.text}) as t (account_id, since_at, until_at, zone, shift, bill_zone)
         on t.account_id = p.account_id and (p.cleared_on is null or b.state is null or b.state in ('on_its_way', 'not_checked'))
        and p.position = 'captured' and p.verdict in ('on_its_way', 'unrecorded', 'held')
        and p.captured_at >= t.since_at and p.captured_at < t.until_at
      where p.tenant_id = $1 and p.livemode = $${at} and p.direction = 'in' and p.moment >= $${at + 1}
        and p.currency is not null and p.verdict <> 'charged_back' and (p.captured_at is not null or p.ordered_minor is not null)
      group by p.currency, p.verdict, p.position, 4, 5, p.account_id, b.state, b.due_on, p.cleared_on, 10, 11, 12, 13, t.since_at,
            case when t.zone is not null and p.verdict = 'on_its_way' and b.due_on is null
              then (p.captured_at at time zone t.zone + t.shift * interval '1 minute')::date end,
            case when (b.state is null or b.state not in ('credited', 'short')) and p.position in ('captured', 'ordered', 'expected', 'debited')
              then date_trunc(case when p.moment > $${at + 3} then 'minute' else 'hour' end, p.moment) end`,
    [
      ...[tx.tenantId, ...v.params, span.livemode, span.from],
      ...[span.now.subtract({ minutes: policy.pendingCaseMinutes }), span.now.subtract({ hours: FINE_HOURS })],
    ],
  );
  const byId = new Map(accounts.map((a) => [a.account.id, a]));
  const missing = await missingDays(tx, accounts, rows);
  const pools: Pool[] = [];
  for (const row of rows) {
    const { account } = byId.get(row.account_id)!;
    const { code, custody } = said(row, {
      ...{ plan: await planAt(tx, account.id, row.some_at), policy, now: span.now },
      bankWatched: watched.has(account.provider),
      missingFromBills: row.bill_on !== null && missing.has(`${row.account_id} ${row.bill_on}`),
    });
    const common = {
      ...{ currency: row.currency, code, accountId: account.id, isLong: row.is_long, oldestAt: row.some_at },
      since: row.due_on ?? row.some_at.toZonedDateTimeISO(CHINA).toPlainDate(),
    };
    const whole = BigInt((row.unpaid ? row.ordered : row.captured) ?? 0);
    const given = isThere(row) && row.refunded ? BigInt(row.given) : 0n;
    const rest = isThere(row) ? row.rest_payments : row.payments;
    if (rest > 0n)
      pools.push({ ...common, station: stationOf(row, code), custody, payments: rest, minor: whole - given });
    if (given > 0n)
      pools.push({ ...common, station: 'refunded', custody: 'customer', payments: row.payments, minor: given });
  }
  pools.push(...(await chargedBack(tx, span)));
  return pools;
}

const isThere = (row: Row): boolean => !row.unpaid && row.position === 'captured';

/** Payments that the payer's bank took back, a handful: what was taken stands in the trace alone. */
async function chargedBack(tx: TenantTx, { livemode, from }: Span): Promise<readonly Pool[]> {
  const rows = await tx.rows<ChargedRow>(
    `select p.currency, p.account_id, p.recorded_at is null as unrecorded, p.cleared_on, b.state, b.paid_out_at is not null as is_out, p.moment, p.captured_minor,
            least(p.refunded_minor, p.captured_minor) as given,
            least((p.trace::json ->> 'chargedBackMinor')::bigint, p.captured_minor - least(p.refunded_minor, p.captured_minor)) as back
       from payments p left join batches b on b.tenant_id = $1 and b.id = p.batch_id
      where p.tenant_id = $1 and p.livemode = $2 and p.direction = 'in' and p.verdict = 'charged_back' and p.moment >= $3`,
    [tx.tenantId, livemode, from],
  );
  return rows.flatMap((row) => {
    const common = {
      ...({
        currency: row.currency,
        code: 'charged_back',
        custody: 'customer',
        accountId: row.account_id,
        isLong: false,
      } as const),
      ...{ payments: 1n, since: row.moment.toZonedDateTimeISO(CHINA).toPlainDate(), oldestAt: row.moment },
    };
    const rest = restAt(row.state ?? undefined, row.is_out, row.cleared_on ?? undefined, !row.unrecorded);
    const parts: ReadonlyArray<readonly [StationName, bigint]> = [
      [rest, row.captured_minor - row.given - row.back],
      ['refunded', row.given],
      ['charged_back', row.back],
    ];
    return parts.flatMap(([station, minor]) => (minor > 0n ? [{ ...common, station, minor }] : []));
  });
}

/** As `standsOf` has it. */
function stationOf(row: Row, code: VerdictCode): StationName {
  if (!isThere(row)) return offRoad(row.position);
  if (code === 'held') return 'held';
  return restAt(row.state ?? undefined, row.is_out, row.cleared_on ?? undefined, !row.unrecorded);
}

/** Where money waits for something: how long it has stood there is asked of these. */
const WAITING: ReadonlySet<StationName> = new Set<StationName>([
  ...(['ordered', 'debited', 'captured', 'recorded', 'cleared', 'settled', 'paid_out', 'held', 'returned'] as const),
]);

/**
 * How long money has stood at each station: since the customer paid, or the order was placed. The median is as fine as it is told: to the
 * minute within two hours, to the hour beyond.
 */
export function agesOf(pools: readonly Pool[]): ReadonlyMap<StationName, Ages> {
  const ages = new Map<StationName, Ages>();
  for (const [station, of] of Map.groupBy(pools, (p) => p.station)) {
    if (!WAITING.has(station)) continue;
    const sorted = of.toSorted((a, b) => Temporal.Instant.compare(a.oldestAt, b.oldestAt));
    const all = sorted.reduce((sum, p) => sum + p.payments, 0n);
    let seen = 0n;
    const median = sorted.find((p) => {
      seen += p.payments;
      return seen * 2n >= all;
    })!;
    ages.set(station, { oldestAt: sorted[0]!.oldestAt, medianAt: median.oldestAt });
  }
  return ages;
}

async function accountsOf(tx: TenantTx, on: Reading, livemode: boolean): Promise<readonly PlainAccount[]> {
  const rows = await tx.rows<{ id: string }>(
    'select id from accounts where tenant_id = $1 and livemode = $2 order by created_at, id',
    [tx.tenantId, livemode],
  );
  const all: PlainAccount[] = [];
  for (const { id } of rows) all.push(await on.accounts.plain(tx, id));
  return all;
}

/** Providers whose money the bank's statements show: a batch of theirs was checked against one. */
async function watchedOf(tx: TenantTx, livemode: boolean): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ channel: string }>(
    `select distinct channel from batches where tenant_id = $1 and livemode = $2 and found <> 'not_checked'`,
    [tx.tenantId, livemode],
  );
  return new Set(rows.map((r) => r.channel));
}

const FIRST = Temporal.PlainDate.from('1970-01-01');
const LAST = Temporal.PlainDate.from('9999-12-31');
const DAY_MINUTES = 1_440;

/**
 * Of each account the stretches of days under one plan: when its settle day ends, for which a promise is the same all day; and in which zone
 * its bills count days. What stands under no such rule needs none.
 */
async function termRows(
  tx: TenantTx,
  accounts: readonly PlainAccount[],
  watched: ReadonlySet<string>,
  { from, now }: Span,
): Promise<ReadonlyArray<readonly unknown[]>> {
  const first = from.toZonedDateTimeISO(CHINA).toPlainDate();
  const last = now.toZonedDateTimeISO(CHINA).toPlainDate();
  const rows: unknown[][] = [];
  for (const { account } of accounts) {
    const { plans, planOn } = await termsOf(tx, account.id);
    const starts = plans
      .flatMap((p) => p.from ?? [])
      .filter((on) => Temporal.PlainDate.compare(on, first) > 0 && Temporal.PlainDate.compare(on, last) <= 0)
      .sort(Temporal.PlainDate.compare);
    const bill = billTerms(account).find((t) => t.role !== 'evidence');
    const since = [FIRST, ...starts];
    since.forEach((on, i) => {
      const { settle } = planOn(i === 0 ? first : on);
      const isWatched = watched.has(account.provider);
      rows.push([
        ...[account.id, startOf(on), startOf(since[i + 1] ?? LAST)],
        ...(isWatched ? [settle.zone, DAY_MINUTES - minutesOf(settle.cutoff)] : [null, null]),
        bill?.zone ?? null,
      ]);
    });
  }
  return rows;
}

const startOf = (on: Temporal.PlainDate): Temporal.Instant => on.toZonedDateTime(CHINA).toInstant();

function minutesOf(cutoff: string): number {
  const [hours, minutes] = cutoff.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}

/** Days of which the channel's complete bills are there, and those of the day after: what they do not have is missing from them. */
async function missingDays(
  tx: TenantTx,
  accounts: readonly PlainAccount[],
  rows: readonly Row[],
): Promise<ReadonlySet<string>> {
  if (rows.every((r) => r.bill_on === null)) return new Set();
  const kinds = accounts.flatMap(({ account }) => {
    const terms = billTerms(account).find((t) => t.role !== 'evidence');
    return terms === undefined ? [] : [[account.id, terms.kind]];
  });
  const v = values(['uuid', 'text'], kinds);
  const found = await tx.rows<{ account_id: string; on: Temporal.PlainDate }>(
    `select d.account_id, d.covers_on as on from (${v.text}) as k (account_id, kind)
       join bill_days d on d.tenant_id = $1 and d.account_id = k.account_id and d.kind = k.kind and d.state = 'fetched'
       join bill_days n on n.tenant_id = $1 and n.account_id = k.account_id and n.kind = k.kind and n.covers_on = d.covers_on + 1
        and n.state <> 'expected'`,
    [tx.tenantId, ...v.params],
  );
  return new Set(found.map((r) => `${r.account_id} ${r.on}`));
}

type Around = Readonly<{
  plan: Plan;
  policy: Policy;
  now: Temporal.Instant;
  bankWatched: boolean;
  missingFromBills: boolean;
}>;

/** What the judge says of a payment that stands like these do. */
function said(row: Row, around: Around): Readonly<{ code: VerdictCode; custody: Custody }> {
  const { base, state } = row;
  if (!OPEN.has(base)) return { code: base, custody: base === 'pending' ? 'customer' : 'channel' };
  const at = row.some_at;
  const trace: Trace = {
    ...PAID,
    captured: money(0n, row.currency),
    ...{ placedAt: at, capturedAt: at, recordedAt: base === 'unrecorded' ? undefined : at },
    holds: base === 'held' ? [{ ref: '', reason: 'HELD_BY_RISK', since: at, until: undefined }] : [],
  };
  const batch: BatchFacts | undefined =
    state === null
      ? undefined
      : { id: '', state, dueOn: row.due_on ?? undefined, creditedOn: undefined, missing: undefined };
  const { bankWatched, missingFromBills, plan, policy, now } = around;
  return judge(
    {
      trace,
      setting: { orderRequired: base === 'unrecorded', paidBefore: false, onlyHints: false },
      road: { clearedOn: row.cleared_on ?? undefined, billId: undefined, missingFromBills, batch, bankWatched },
    },
    plan,
    policy,
    now,
  );
}

const PAID: Trace = Object.freeze({
  position: 'captured',
  ordered: undefined,
  placedAt: undefined,
  expiresAt: undefined,
  orderClosedAt: undefined,
  recordedAt: undefined,
  processingSince: undefined,
  wasAtWork: false,
  captured: undefined,
  capturedAt: undefined,
  capturedBy: 'inquiry',
  saidBy: [],
  refunds: [],
  refundedMinor: 0n,
  chargedBackMinor: 0n,
  holds: [],
  lastWord: 'captured',
  lastWordAt: undefined,
  notFoundTimes: 0,
  absent: false,
  contradictions: [],
  evidence: [],
});
