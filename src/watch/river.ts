/**
 * The money of many payments, where it stands and what is said of it: the payments are put together in SQL by everything a verdict can rest
 * on, and one of each kind is judged by the judge itself. So the sums are those of the payments read one by one (`tests/overview.test.ts`).
 * Hours that are past and that nobody touched come from sums that are kept (`actions/sums.ts`); what time, plans and batches make of them is asked here.
 *
 * Cost: one statement over the hours asked for, a few rows an hour and account, and the payments of the last hours and of those just touched.
 */

import type { Reading } from '../actions/standing.ts';
import { offRoad, restAt } from '../actions/stands.ts';
import type { StationName } from '../actions/stations.ts';
import { FRESH_HOURS, freshFrom, sumsFrom } from '../actions/sums.ts';
import type { Currency } from '../base/currency.ts';
import { money } from '../base/money.ts';
import { CHINA, compareInstants } from '../base/time.ts';
import type { PlainAccount } from '../channels/accounts.ts';
import { billTerms } from '../channels/bills.ts';
import { termsOf } from '../channels/terms.ts';
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
  /** The day its batch was due. */
  dueOn: Temporal.PlainDate | undefined;
  /** Of those that waited equally long. */
  oldestAt: Temporal.Instant;
  /** Of what is in progress: for longer than the policy lets it. */
  isLong: boolean;
}>;

export type Ages = Readonly<{ oldestAt: Temporal.Instant; medianAt: Temporal.Instant }>;
export type Span = Readonly<{ livemode: boolean; from: Temporal.Instant; now: Temporal.Instant }>;

/** Verdicts that documents and batches may have changed since; the others stand as they were written. */
const OPEN: ReadonlySet<VerdictCode> = new Set(['on_its_way', 'unrecorded', 'held']);
/** The groups are few and the planner cannot know: it is to count them in memory, not to sort the payments. */
const ROOM = `select set_config('work_mem', '64MB', true), set_config('enable_sort', 'off', true)`;
const AS_EVER = `select set_config('enable_sort', 'on', true)`;

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
  whole: string;
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
  const v = values(
    ['uuid', 'timestamptz', 'timestamptz', 'text', 'int', 'text'],
    terms.map((t) => [t.accountId, t.sinceAt, t.untilAt, t.zone, t.shift, t.billZone]),
  );
  const at = v.params.length + 2;
  const longAt = span.now.subtract({ minutes: policy.pendingCaseMinutes });
  const fineAt = span.now.subtract({ hours: FRESH_HOURS });
  const fresh = [freshFrom(span.now), span.from].sort(Temporal.Instant.compare)[1]!;
  await tx.rows(ROOM);
  const rows = await tx.rows<Row>(
    `select s.currency, s.verdict as base, s.position, s.unpaid, s.unrecorded, s.account_id, b.state, b.due_on, s.cleared_on,
            case when t.bill_zone is not null and s.cleared_on is null then (s.first_at at time zone t.bill_zone)::date end as bill_on,
            s.refunded, s.verdict = 'pending' and s.first_at < $${at + 3} as is_long, b.paid_out_at is not null as is_out,
            sum(s.payments)::bigint as payments, sum(s.whole_minor) as whole, min(s.first_at) as some_at,
            sum(s.given_minor) as given, sum(s.rest_payments)::bigint as rest_payments
       from (${sumsFrom(`$${at}`, `$${at + 1}`, `$${at + 2}`, `$${at + 5}`)}) s
       left join batches b on b.tenant_id = $1 and b.id = s.batch_id
       left join (${v.text}) as t (account_id, since_at, until_at, zone, shift, bill_zone)
         on t.account_id = s.account_id and (s.cleared_on is null or b.state is null or b.state in ('on_its_way', 'not_checked'))
        and s.position = 'captured' and s.verdict in ('on_its_way', 'unrecorded', 'held')
        and not s.unpaid and s.first_at >= t.since_at and s.first_at < t.until_at
      group by s.currency, s.verdict, s.position, s.unpaid, s.unrecorded, s.account_id, b.state, b.due_on, s.cleared_on, 10, 11, 12, 13, t.since_at,
            case when t.zone is not null and s.verdict = 'on_its_way' and b.due_on is null
              then (s.first_at at time zone t.zone + t.shift * interval '1 minute')::date end,
            case when (b.state is null or b.state not in ('credited', 'short')) and s.position in ('captured', 'ordered', 'expected', 'debited')
              then date_trunc(case when s.first_at > $${at + 4} then 'minute' else 'hour' end, s.first_at) end`,
    [
      tx.tenantId,
      ...v.params,
      span.livemode,
      span.from,
      fresh,
      longAt,
      fineAt,
      [longAt, ...cutsOf(terms, span)].map(hourOf),
    ],
  );
  await tx.rows(AS_EVER);
  const termsOfAccount = Map.groupBy(terms, (t) => t.accountId);
  const byId = new Map(accounts.map((a) => [a.account.id, a]));
  const missing = await missingDays(tx, accounts, rows);
  const pools: Pool[] = [];
  for (const row of rows) {
    const { account } = byId.get(row.account_id)!;
    const { code, custody } = said(row, {
      ...{ plan: planOf(termsOfAccount.get(account.id)!, row.some_at), policy, now: span.now },
      bankWatched: watched.has(account.provider),
      missingFromBills: row.bill_on !== null && missing.has(`${row.account_id} ${row.bill_on}`),
    });
    const common = {
      ...{ currency: row.currency, code, accountId: account.id, isLong: row.is_long },
      ...{ oldestAt: row.some_at, dueOn: row.due_on ?? undefined },
    };
    const whole = BigInt(row.whole);
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
      ...{ payments: 1n, dueOn: undefined, oldestAt: row.moment },
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
    const sorted = of
      .map((p) => ({ ms: p.oldestAt.epochMilliseconds, ...p }))
      .sort((a, b) => a.ms - b.ms || compareInstants(a.oldestAt, b.oldestAt));
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

/** From `sinceAt` on, until: days end `shift` minutes before midnight in `zone`, on bills at midnight in `billZone`. */
type Term = Readonly<{
  plan: Plan;
  accountId: string;
  sinceAt: Temporal.Instant;
  untilAt: Temporal.Instant;
  zone?: string;
  shift?: number;
  billZone: string | undefined;
}>;

/**
 * Of each account the stretches of days under one plan: when its settle day ends, for which a promise is the same all day; and in which zone
 * its bills count days. What stands under no such rule needs none.
 */
async function termRows(
  tx: TenantTx,
  accounts: readonly PlainAccount[],
  watched: ReadonlySet<string>,
  { from }: Span,
): Promise<readonly Term[]> {
  const first = from.toZonedDateTimeISO(CHINA).toPlainDate();
  const rows: Term[] = [];
  for (const { account } of accounts) {
    const { plans, planOn } = await termsOf(tx, account.id);
    const starts = plans
      .flatMap((p) => p.from ?? [])
      .filter((on) => Temporal.PlainDate.compare(on, first) > 0)
      .sort(Temporal.PlainDate.compare);
    const bill = billTerms(account).find((t) => t.role !== 'evidence');
    const since = [FIRST, ...starts];
    since.forEach((on, i) => {
      const plan = planOn(i === 0 ? first : on);
      const isWatched = watched.has(account.provider);
      rows.push({
        ...{
          plan,
          accountId: account.id,
          sinceAt: startOf(on),
          untilAt: startOf(since[i + 1] ?? LAST),
          billZone: bill?.zone,
        },
        ...(isWatched && { zone: plan.settle.zone, shift: DAY_MINUTES - minutesOf(plan.settle.cutoff) }),
      });
    });
  }
  return rows;
}

const planOf = (terms: readonly Term[], at: Temporal.Instant): Plan =>
  terms.findLast((t) => t.sinceAt.epochMilliseconds <= at.epochMilliseconds)!.plan;

/** When days end in the middle of an hour: what was paid in that hour is not all of one day. */
function cutsOf(terms: readonly Term[], { from, now }: Span): readonly Temporal.Instant[] {
  const ends = new Map<string, readonly [zone: string, minutes: number]>();
  for (const { zone, shift = 0, billZone } of terms) {
    if (zone !== undefined) ends.set(`${zone} ${shift}`, [zone, DAY_MINUTES - shift]);
    if (billZone !== undefined) ends.set(`${billZone} 0`, [billZone, DAY_MINUTES]);
  }
  const cuts: Temporal.Instant[] = [];
  for (const [zone, minutes] of ends.values()) {
    const last = now.toZonedDateTimeISO(zone).toPlainDate();
    for (
      let on = from.toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 1 });
      Temporal.PlainDate.compare(on, last) <= 0;
      on = on.add({ days: 1 })
    ) {
      const end = on.toPlainDateTime().add({ minutes });
      // Where clocks are put back it comes twice.
      for (const disambiguation of ['earlier', 'later'] as const)
        cuts.push(end.toZonedDateTime(zone, { disambiguation }).toInstant());
    }
  }
  return cuts.filter((at) => !at.equals(hourOf(at)));
}

const hourOf = (at: Temporal.Instant): Temporal.Instant => at.round({ smallestUnit: 'hour', roundingMode: 'floor' });

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
