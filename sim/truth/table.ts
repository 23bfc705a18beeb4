/** Many payments through each system: percentiles, what is never learnt, what is closed though paid, and what the questions cost. */
import { seeded } from '../../src/base/random.ts';
import { inquiriesPerSecond, ladderOf } from '../../src/channels/ladders.ts';
import { learn, ourQuestions, type Says } from './model.ts';
import { OURS, type Ours, PEERS, type System } from './systems.ts';
import {
  draw,
  FAULTS,
  type Fault,
  LOAD,
  NOTIFIES_AFTER,
  orderTime,
  PAYS_AFTER,
  share,
  troubled,
  WINDOW_SECONDS,
} from './world.ts';

export const SEED = 20_261_120;
export const TRIALS = 1_000;
const ORDERS = 2_000;

export type Figures = Readonly<{
  /** Seconds; undefined: never. */
  p50: number | undefined;
  p95: number | undefined;
  p99: number | undefined;
  most: number | undefined;
  /** Who told most of them. */
  by: 'question' | 'bill' | 'nothing';
  questions: number;
  neverPerMille: number;
  closedThoughPaidPerMille: number;
}>;

export function figures(system: System, fault: Fault, trials = TRIALS): Figures {
  const random = seeded(SEED);
  const all = Array.from({ length: trials }, () => learn(system, troubled(fault, system.setting, random), random));
  const seconds = all.map((l) => l.seconds ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const at = (perCent: number): number | undefined => {
    const value = seconds[Math.ceil((trials * perCent) / 100) - 1]!;
    return Number.isFinite(value) ? value : undefined;
  };
  const count = (is: (l: (typeof all)[number]) => boolean): number => all.filter(is).length;
  const by = (['question', 'bill', 'nothing'] as const).toSorted(
    (a, b) => count((l) => l.by === b) - count((l) => l.by === a),
  );
  return {
    p50: at(50),
    p95: at(95),
    p99: at(99),
    most: at(100),
    by: by[0]!,
    questions: all.reduce((sum, l) => sum + l.questions, 0) / trials,
    neverPerMille: (count((l) => l.seconds === undefined) * 1_000) / trials,
    closedThoughPaidPerMille: (count((l) => l.closedThoughPaid) * 1_000) / trials,
  };
}

export type Row = Readonly<{ system: System; faults: Readonly<Record<Fault, Figures>> }>;

export const rows = (): readonly Row[] =>
  [...OURS, ...PEERS].map((system) => {
    const faults = once(
      `rows ${alike(system)}`,
      () => Object.fromEntries(FAULTS.map((f) => [f, figures(system, f)])) as Record<Fault, Figures>,
    );
    return { system, faults };
  });

/** Channels that share a ladder share the figures. */
const alike = (s: System): string =>
  s.kind === 'peer' ? s.name : JSON.stringify([ladderOf(s.provider, s.product) ?? null, s.setting, s.before]);
const known = new Map<string, unknown>();
function once<T>(name: string, make: () => T): T {
  if (!known.has(name)) known.set(name, make());
  return known.get(name) as T;
}

/** Money that nobody ever learns of, in one day at the stated load: lost notifications only. */
export const limboMinorPerDay = (row: Row): bigint =>
  (BigInt((LOAD.ordersPerDay * LOAD.paidPerMille * LOAD.lostPerMille) / 1_000_000) *
    LOAD.meanMinor *
    BigInt(row.faults.lost.neverPerMille)) /
  1_000n;

export type Load = Readonly<{
  system: Ours;
  perPaid: number;
  perUnpaid: number;
  perOrder: number;
  /** Of one account, on average over the day and in its busiest five minutes. */
  perSecond: number;
  peakPerSecond: number;
  /** What the account is allowed. */
  pace: number;
}>;

const BIN_SECONDS = 300;
const DAY_SECONDS = 86_400;

/** A day like every other: what is left of earlier days is asked about today, so that each question counts at its time of day. */
export function load(system: Ours): Load {
  const random = seeded(SEED);
  const bins = new Array<number>(DAY_SECONDS / BIN_SECONDS).fill(0);
  const total = { paid: 0, unpaid: 0 };
  const orders = { paid: 0, unpaid: 0 };
  for (let i = 0; i < ORDERS; i += 1) {
    const placed = orderTime(random);
    const paid = random.chance(LOAD.paidPerMille);
    const paidAt = paid ? draw(PAYS_AFTER[system.setting], random) : Number.POSITIVE_INFINITY;
    const lost = random.chance(LOAD.lostPerMille);
    const toldAt = lost ? Number.POSITIVE_INFINITY : paidAt + draw(NOTIFIES_AFTER, random);
    const says: Says = (at) =>
      at >= paidAt ? 'captured' : at >= LOAD.channelClosesAfterSeconds[system.setting] ? 'closed' : system.before;
    const ages: number[] = [];
    for (const q of ourQuestions(system, WINDOW_SECONDS[system.setting], says, random)) {
      if (q.askedAt >= toldAt) break;
      ages.push(q.askedAt);
    }
    // A captured payment is looked at once more after its day, for reversals.
    if (paid && inquiriesPerSecond(system.provider) > 1) ages.push(paidAt + 26 * 3_600 + share(random) * 3_600);
    for (const age of ages) bins[Math.floor(((placed + age) % DAY_SECONDS) / BIN_SECONDS)]! += 1;
    orders[paid ? 'paid' : 'unpaid'] += 1;
    total[paid ? 'paid' : 'unpaid'] += ages.length;
  }
  const scale = LOAD.ordersPerDay / ORDERS;
  const all = total.paid + total.unpaid;
  return {
    system,
    perPaid: total.paid / orders.paid,
    perUnpaid: total.unpaid / orders.unpaid,
    perOrder: all / ORDERS,
    perSecond: (all * scale) / DAY_SECONDS,
    peakPerSecond: (Math.max(...bins) * scale) / BIN_SECONDS,
    pace: inquiriesPerSecond(system.provider),
  };
}

export const loads = (): readonly Load[] =>
  OURS.map((system) => ({
    ...once(`load ${alike(system)}`, () => load(system)),
    system,
    pace: inquiriesPerSecond(system.provider),
  }));
