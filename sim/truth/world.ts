/**
 * The world in which ways to the truth are compared: when customers pay, how fast channels answer, how a day goes. All of it is assumed,
 * none of it measured at a merchant; the page prints it. Times are seconds since the order.
 */
import type { Random } from '../../src/base/random.ts';

export type Fault = 'at_once' | 'lost' | 'processing' | 'late';
export const FAULTS: readonly Fault[] = ['at_once', 'lost', 'processing', 'late'];

export const PROCESSING_SECONDS = 2 * 3_600;
export const LATE_SECONDS = 5;
/** How far one looks: who has not learnt it by then never will. */
export const HORIZON_SECONDS = 30 * 86_400;

export type Setting = 'page' | 'till';

/** The order's end in the merchant's own system. */
export const WINDOW_SECONDS: Readonly<Record<Setting, number>> = { page: 900, till: 60 };

/** [per mille, seconds]; straight lines between. */
type Quantiles = ReadonlyArray<readonly [number, number]>;
export const PAYS_AFTER: Readonly<Record<Setting, Quantiles>> = {
  page: [
    [0, 3],
    [100, 8],
    [250, 14],
    [500, 25],
    [750, 55],
    [900, 150],
    [950, 300],
    [990, 600],
    [1000, 900],
  ],
  till: [
    [0, 2],
    [500, 8],
    [900, 25],
    [1000, 60],
  ],
};
/** From the question to the whole answer. */
export const ANSWERS_AFTER: Quantiles = [
  [0, 0.06],
  [500, 0.15],
  [950, 0.6],
  [1000, 3],
];
export const UNANSWERED_PER_MILLE = 10;

/** From the payment to the notification that does arrive. */
export const NOTIFIES_AFTER: Quantiles = [
  [0, 0.3],
  [500, 1],
  [950, 5],
  [1000, 60],
];

/** Of a thousand orders of a day, by hour: breakfast, a lunch peak, an evening. */
export const ORDERS_BY_HOUR = [
  3, 2, 1, 1, 1, 3, 15, 40, 50, 45, 50, 110, 150, 70, 45, 45, 50, 80, 90, 65, 40, 25, 13, 6,
] as const;

export const LOAD = {
  ordersPerDay: 100_000,
  paidPerMille: 800,
  lostPerMille: 2,
  meanMinor: 6_800n,
  /** An unpaid order whose end nobody told the channel: until then it is asked about. */
  channelClosesAfterSeconds: { page: 7 * 86_400, till: 3_600 },
} as const;

/** The bill is read next morning, from ten o'clock on. */
export const BILL_AT_SECONDS = 10 * 3_600;
export const BILL_WITHIN_SECONDS = 1_800;

/** Uniform in [0, 1) by a million steps. */
export const share = (random: Random): number => random.below(1_000_000) / 1_000_000;

export function draw(quantiles: Quantiles, random: Random): number {
  const p = share(random) * 1_000;
  const upper = Math.max(
    1,
    quantiles.findIndex(([at]) => at > p),
  );
  const [[p0, s0], [p1, s1]] = [quantiles[upper - 1]!, quantiles[upper]!];
  return s0 + ((p - p0) / (p1 - p0)) * (s1 - s0);
}

/** Seconds since midnight. */
export function orderTime(random: Random): number {
  let left = random.below(1_000);
  const hour = ORDERS_BY_HOUR.findIndex((n) => {
    left -= n;
    return left < 0;
  });
  return (hour + share(random)) * 3_600;
}

/** One order that meets a fault. */
export type Troubled = Readonly<{
  /** Seconds since midnight when it was placed. */
  timeOfDay: number;
  /** The merchant's own end of the order. */
  endsAt: number;
  paidAt: number;
  /** From here on the channel says success; before it, from `paidAt` on, that it is in progress. */
  truthAt: number;
}>;

export function troubled(fault: Fault, setting: Setting, random: Random): Troubled {
  const endsAt = WINDOW_SECONDS[setting];
  const paidAt = fault === 'at_once' ? 0 : fault === 'late' ? endsAt + LATE_SECONDS : draw(PAYS_AFTER[setting], random);
  return {
    timeOfDay: orderTime(random),
    endsAt,
    paidAt,
    truthAt: fault === 'processing' ? paidAt + PROCESSING_SECONDS : paidAt,
  };
}
