/**
 * Where is the money right now? One picture of a side of the book: the river, four numbers, the channels, what waits for a person. What each
 * number means is told beside it, here and in the contract; nothing is estimated, and nothing is compared with what was not measured.
 *
 * Cost: a dozen statements one after the other on one connection; `bench/overview.ts` has the figures.
 */
import type { Reading } from '../actions/standing.ts';
import type { StationName } from '../actions/stations.ts';
import type { Currency } from '../base/currency.ts';
import { CHINA } from '../base/time.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Custody, VerdictCode } from '../verdicts/catalogue.ts';
import { type Repaired, repairedIn, type Truth, truthIn } from './figures.ts';
import { type Glance, glanceOf } from './glance.ts';
import { type Ages, agesOf, type Pool, poolsOf } from './river.ts';
import { type Want, wantsOf } from './wants.ts';

export type Sum = Readonly<{ payments: bigint; minor: bigint }>;
export type Overview = Readonly<{
  asOf: Temporal.Instant;
  days: number;
  /** The first day of business that counts. */
  from: Temporal.PlainDate;
  currency: Currency;
  currencies: ReadonlyArray<Readonly<{ currency: Currency; payments: bigint }>>;
  stations: ReadonlyArray<
    Sum & Readonly<{ station: StationName; ages: Ages | undefined; parts: ReadonlyArray<Sum & { code: VerdictCode }> }>
  >;
  atRisk: Sum & Readonly<{ parts: ReadonlyArray<Sum & { code: VerdictCode }> }>;
  late: Sum &
    Readonly<{
      parts: ReadonlyArray<
        Sum & Readonly<{ code: VerdictCode; accountId: string; custody: Custody; since: Temporal.PlainDate }>
      >;
    }>;
  repaired: Readonly<{ today: Repaired; before: Repaired | undefined }>;
  truth: Readonly<{ today: Truth; before: Truth | undefined }>;
  channels: readonly Glance[];
  wants: readonly Want[];
}>;

/** Paid, and the merchant may yet do the wrong thing, or the money may be taken away. What is in progress counts when it takes too long. */
const RISKY: ReadonlySet<VerdictCode> = new Set([
  'unrecorded',
  'paid_after_close',
  'duplicate',
  'overpaid',
  'charged_back',
]);
/** Somebody else has it and should have passed it on. What was settled short is told by its breaks, to the cent. */
const OWED: ReadonlySet<VerdictCode> = new Set(['late', 'held', 'payout_returned']);
export const isAtRisk = (code: VerdictCode, isLong: boolean): boolean =>
  RISKY.has(code) || (code === 'pending' && isLong);
/** Given back is given back: it stands nowhere any more. */
const GONE: ReadonlySet<StationName> = new Set(['refunded', 'reversed', 'closed', 'failed']);

/** Of a charge-back what the payer's bank took, and no more. */
const isRisky = (p: Pool): boolean =>
  isAtRisk(p.code, p.isLong) && (p.code === 'charged_back' ? p.station === 'charged_back' : !GONE.has(p.station));

export async function overviewOf(
  tx: TenantTx,
  on: Reading,
  asked: Readonly<{ livemode: boolean; days: number; currency: Currency | undefined }>,
): Promise<Overview> {
  const { livemode, days } = asked;
  const now = on.pace.now();
  const today = now.toZonedDateTimeISO(CHINA).startOfDay();
  const from = today.subtract({ days: days - 1 });
  const span = { livemode, now, from: from.toInstant() };
  const all = await poolsOf(tx, on, span);
  const currencies = counted(all);
  const currency = asked.currency ?? currencies[0]?.currency ?? 'CNY';
  const pools = all.filter((p) => p.currency === currency);
  const ages = agesOf(pools);
  const risky = pools.filter(isRisky);
  const owed = pools.filter((p) => OWED.has(p.code) && !GONE.has(p.station));
  const before = { livemode, from: today.subtract({ days: 1 }).toInstant(), to: now.subtract({ hours: 24 }) };
  const sofar = { livemode, from: today.toInstant(), to: now.add({ nanoseconds: 1 }) };
  const lastDay = { livemode, from: hourOf(now).subtract({ hours: 23 }), to: sofar.to };
  const repaired = { today: await repairedIn(tx, sofar, currency), before: await repairedIn(tx, before, currency) };
  const truth = { today: await truthIn(tx, sofar), before: await truthIn(tx, before) };
  return {
    asOf: now,
    days,
    from: from.toPlainDate(),
    currency,
    currencies,
    stations: [...Map.groupBy(pools, (p) => p.station)].map(([station, of]) => ({
      ...{ station, ages: ages.get(station), ...sumOf(of) },
      parts: partsOf(of, (p) => p.code).map(([p, sum]) => ({ code: p.code, ...sum })),
    })),
    atRisk: { ...sumOf(risky), parts: partsOf(risky, (p) => p.code).map(([p, sum]) => ({ code: p.code, ...sum })) },
    late: {
      ...sumOf(owed),
      parts: partsOf(owed, (p) => `${p.code} ${p.accountId}`).map(([p, sum]) => ({
        ...{ code: p.code, accountId: p.accountId, custody: p.custody, ...sum },
        since: owed
          .filter((o) => o.code === p.code && o.accountId === p.accountId)
          .map((o) => o.dueOn ?? o.oldestAt.toZonedDateTimeISO(CHINA).toPlainDate())
          .sort(Temporal.PlainDate.compare)[0]!,
      })),
    },
    // Where there was nothing a day ago there is nothing to compare with.
    repaired: { today: repaired.today, before: repaired.before.payments === 0n ? undefined : repaired.before },
    truth: { today: truth.today, before: truth.before.payments === 0n ? undefined : truth.before },
    channels: await glanceOf(tx, lastDay, from.toPlainDate()),
    wants: await wantsOf(tx, livemode, currency, now),
  };
}

const hourOf = (at: Temporal.Instant): Temporal.Instant => at.round({ smallestUnit: 'hour', roundingMode: 'floor' });

const sumOf = (pools: readonly Pool[]): Sum => ({
  payments: pools.reduce((sum, p) => sum + p.payments, 0n),
  minor: pools.reduce((sum, p) => sum + p.minor, 0n),
});

/** Largest first. */
const partsOf = (pools: readonly Pool[], key: (p: Pool) => string): ReadonlyArray<readonly [Pool, Sum]> =>
  [...Map.groupBy(pools, key).values()]
    .map((of) => [of[0]!, sumOf(of)] as const)
    .sort(([, a], [, b]) => (a.minor < b.minor ? 1 : a.minor > b.minor ? -1 : 0));

/** The currency of most payments first. */
function counted(pools: readonly Pool[]): Overview['currencies'] {
  return [...Map.groupBy(pools, (p) => p.currency)]
    .map(([currency, of]) => ({ currency, payments: sumOf(of).payments }))
    .sort((a, b) => (a.payments < b.payments ? 1 : a.payments > b.payments ? -1 : a.currency < b.currency ? -1 : 1));
}
