/**
 * The money of many payments, where it stands and what is said of it: the payments are put together in SQL by everything a verdict can rest
 * on, and one of each kind is judged by the judge itself. So the sums are those of the payments read one by one (`tests/overview.test.ts`).
 *
 * Cost: one statement over the days asked for, whatever the book holds beside them; judged are some groups an hour, day and account.
 */

import type { Reading } from '../actions/standing.ts';
import { CHARGED_BACK, GIVEN_BACK, STATION, WHOLE } from '../actions/stands.ts';
import type { StationName } from '../actions/stations.ts';
import type { Currency } from '../base/currency.ts';
import { money } from '../base/money.ts';
import { CHINA } from '../base/time.ts';
import type { PlainAccount } from '../channels/accounts.ts';
import { billTerms } from '../channels/bills.ts';
import { planAt, termsOf } from '../channels/terms.ts';
import type { TenantTx } from '../db/pool.ts';
import { values } from '../db/values.ts';
import { defaultPlan, type Plan } from '../plans/plan.ts';
import type { Trace } from '../traces/fold.ts';
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
  /** Where it is told by account: what is late. */
  accountId: string | undefined;
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
const OPEN = `('on_its_way', 'unrecorded', 'held')`;
const UNSETTLED = `(b.state is null or b.state not in ('credited', 'short'))`;
/** Its channel's bills come here, and none that came has it. */
const UNCLEARED = '(t.bill_zone is not null and p.cleared_on is null)';
/** Its batch, if it has one, has not told the end. */
const UNDERWAY = `(b.state is null or b.state in ('on_its_way', 'not_checked'))`;

const FINE_HOURS = 2;

type Row = Readonly<{
  currency: Currency;
  station: StationName;
  base: VerdictCode;
  state: BatchFacts['state'] | null;
  account_id: string | null;
  due_on: Temporal.PlainDate | null;
  cleared_on: Temporal.PlainDate | null;
  bill_on: Temporal.PlainDate | null;
  is_long: boolean;
  payments: bigint;
  rest: string;
  some_at: Temporal.Instant;
  given: string;
  given_payments: bigint;
  back: string;
  back_payments: bigint;
  rest_payments: bigint;
}>;

export async function poolsOf(tx: TenantTx, on: Reading, span: Span): Promise<readonly Pool[]> {
  const accounts = await accountsOf(tx, on, span.livemode);
  if (accounts.length === 0) return [];
  const policy = await on.policies.of(tx);
  const watched = await watchedOf(tx, span.livemode);
  const terms = await termRows(tx, accounts, watched, span);
  const v = values(['uuid', 'date', 'date', 'text', 'int', 'text'], terms);
  const at = v.params.length + 2;
  const rows = await tx.rows<Row>(
    `select currency, station, base, state, account_id, due_on, cleared_on, bill_on, is_long, count(*) as payments,
            sum(whole - given - back) as rest, count(*) filter (where whole > given + back or whole = 0) as rest_payments,
            sum(given) as given, count(*) filter (where given > 0) as given_payments,
            sum(back) as back, count(*) filter (where back > 0) as back_payments, min(at) as some_at
       from (
         select p.currency, p.verdict as base, ${STATION} as station, ${WHOLE} as whole, ${GIVEN_BACK} as given, ${CHARGED_BACK} as back,
                p.moment as at, p.verdict = 'pending' and p.moment < $${at + 2} as is_long,
                case when p.verdict in ${OPEN} then b.state end as state,
                case when p.verdict in ${OPEN} and (${UNSETTLED} or ${UNCLEARED} or p.verdict = 'held') then p.account_id end as account_id,
                case when p.verdict in ${OPEN} and ${UNSETTLED} then b.due_on end as due_on,
                case when t.zone is not null and p.verdict = 'on_its_way' and ${UNDERWAY} then p.cleared_on end as cleared_on,
                case when p.verdict in ${OPEN} and ${UNCLEARED}
                  then (p.captured_at at time zone t.bill_zone)::date end as bill_on,
                case when t.zone is not null and p.verdict = 'on_its_way' and ${UNDERWAY} and b.due_on is null
                  then (p.captured_at at time zone t.zone + t.shift * interval '1 minute')::date end as settle_on,
                t.since_on
           from payments p
           left join batches b on b.tenant_id = $1 and b.id = p.batch_id
           left join (${v.text}) as t (account_id, since_on, until_on, zone, shift, bill_zone)
             on p.verdict in ${OPEN} and t.account_id = p.account_id and p.captured_at is not null
            and (p.captured_at at time zone '${CHINA}')::date >= t.since_on and (p.captured_at at time zone '${CHINA}')::date < t.until_on
          where p.tenant_id = $1 and p.livemode = $${at} and p.direction = 'in' and p.moment >= $${at + 1}
            and p.currency is not null and p.verdict is not null) as q
      where whole is not null
      group by currency, station, base, state, account_id, due_on, cleared_on, bill_on, is_long, settle_on, since_on,
            case when station in ('ordered', 'debited', 'captured', 'recorded', 'cleared', 'settled', 'returned')
              then date_trunc(case when at > $${at + 3} then 'minute' else 'hour' end, at) end`,
    [
      ...[
        tx.tenantId,
        ...v.params,
        span.livemode,
        span.from,
        span.now.subtract({ minutes: policy.pendingCaseMinutes }),
      ],
      span.now.subtract({ hours: FINE_HOURS }),
    ],
  );
  const byId = new Map(accounts.map((a) => [a.account.id, a]));
  const missing = await missingDays(tx, accounts, rows);
  const pools: Pool[] = [];
  for (const row of rows) {
    const open = row.account_id === null ? undefined : byId.get(row.account_id);
    const plan = open === undefined ? undefined : await planAt(tx, open.account.id, row.some_at);
    const { code, custody } = said(row, {
      ...{ open, plan, policy, now: span.now },
      bankWatched: open !== undefined && watched.has(open.account.provider),
      missingFromBills: row.bill_on !== null && missing.has(`${row.account_id} ${row.bill_on}`),
    });
    const common = {
      ...{
        currency: row.currency,
        code,
        accountId: row.account_id ?? undefined,
        isLong: row.is_long,
        oldestAt: row.some_at,
      },
      since: row.due_on ?? row.some_at.toZonedDateTimeISO(CHINA).toPlainDate(),
    };
    const parts: ReadonlyArray<readonly [StationName, Custody, bigint, string]> = [
      [code === 'held' ? 'held' : row.station, custody, row.rest_payments, row.rest],
      ['refunded', 'customer', row.given_payments, row.given],
      ['charged_back', 'bank', row.back_payments, row.back],
    ];
    for (const [station, at, payments, minor] of parts)
      if (payments > 0n) pools.push({ ...common, station, custody: at, payments, minor: BigInt(minor) });
  }
  return pools;
}

/** Where money waits for something: how long it has stood there is asked of these. */
const WAITING: ReadonlySet<StationName> = new Set<StationName>([
  ...(['ordered', 'debited', 'captured', 'recorded', 'cleared', 'settled', 'held', 'returned'] as const),
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
    `select distinct channel from batches where tenant_id = $1 and livemode = $2 and state <> 'not_checked'`,
    [tx.tenantId, livemode],
  );
  return new Set(rows.map((r) => r.channel));
}

const FAR = Temporal.PlainDate.from('9999-12-31');
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
    const since = [Temporal.PlainDate.from('1970-01-01'), ...starts];
    since.forEach((on, i) => {
      const { settle } = planOn(i === 0 ? first : on);
      const isWatched = watched.has(account.provider);
      rows.push([
        ...[account.id, on, since[i + 1] ?? FAR],
        ...(isWatched ? [settle.zone, DAY_MINUTES - minutesOf(settle.cutoff)] : [null, null]),
        bill?.zone ?? null,
      ]);
    });
  }
  return rows;
}

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
  open: PlainAccount | undefined;
  plan: Plan | undefined;
  policy: Policy;
  now: Temporal.Instant;
  bankWatched: boolean;
  missingFromBills: boolean;
}>;

/** What the judge says of a payment that stands like these do. */
function said(row: Row, around: Around): Readonly<{ code: VerdictCode; custody: Custody }> {
  const { base, state } = row;
  const isOpen = base === 'on_its_way' || base === 'unrecorded' || base === 'held';
  if (!isOpen) return { code: base, custody: base === 'pending' ? 'customer' : 'channel' };
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
    plan ?? ANY,
    policy,
    now,
  );
}

/** Where no promise is asked of it. */
const ANY = defaultPlan('wechatpay');

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
