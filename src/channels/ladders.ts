/**
 * How often each channel is asked about a payment: data, and one pure function over it.
 *
 * Dense while the customer can pay, so that a lost notification is found within a minute; dense still for some minutes after the order
 * ended, because customers pay at the last second; then slower and slower, down to once a day, and never ended by time alone. Where a
 * channel publishes a schedule of its own, that schedule is the floor.
 * Sources: each channel's query rules (WeChat Pay plan A and B and 付款码, Alipay 当面付, UnionPay front-end and back-end transactions).
 */
import type { ChannelId } from './channel.ts';

/** Where a payment stands for the purpose of asking. */
export type Phase = 'open' | 'processing' | 'after_expiry' | 'closed_locally';

export type Ladder = Readonly<
  | {
      kind: 'steady';
      /** Seconds after the order was placed, one look each. */
      first: readonly number[];
      /** Then a look each so many seconds while it can be paid. */
      everySeconds: number;
      /** How long it can be paid where the order names no end. */
      windowSeconds: number;
      /** How long after its end it is still asked at that pace. */
      tailSeconds: number;
      why: string;
    }
  | { kind: 'fixed' /** Seconds after the order was placed. */; rungs: readonly number[]; why: string }
  | { kind: 'never'; why: string }
>;

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const GAP = 50;

const steady = (first: readonly number[], windowSeconds: number, why: string): Ladder => ({
  kind: 'steady',
  first,
  everySeconds: GAP,
  windowSeconds,
  tailSeconds: 10 * MINUTE,
  why,
});

const EVERY_5_S_FOR_30_S = [5, 10, 15, 20, 25, 30];

/** By channel and product; `*` is any other product. */
export const LADDERS: Readonly<Record<ChannelId, Readonly<Record<string, Ladder>>>> = {
  wechatpay: {
    '*': steady([5, 30], 2 * HOUR, 'plan A begins at 5 s and 30 s; a prepay_id lives two hours; plan B asks each 30 s'),
    codepay: steady(EVERY_5_S_FOR_30_S, 30 * MINUTE, 'USERPAYING is asked each 5 s for 30 s'),
  },
  alipay: {
    '*': steady([5, 30], 2 * HOUR, 'asked where the notification is silent'),
    f2f: steady(
      [4, 8, 12, 16, 20, 25, 30, 35, 40, 45, 50, 55, 60],
      30 * MINUTE,
      '当面付: each 3–6 s for about a minute',
    ),
  },
  lakala: {
    '*': steady([5, 30], 2 * HOUR, 'Lakala asks the wallet itself for two hours; our question makes it ask again'),
  },
  unionpay: {
    '*': {
      kind: 'fixed',
      rungs: [5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR],
      why: 'front-end transactions: 5, 10, 30, 60, 120 minutes',
    },
    back: { kind: 'fixed', rungs: [1, 3, 7, 15, 31, 63], why: 'back-end transactions: after 1, 2, 4, 8, 16, 32 s' },
  },
  stripe: { '*': steady([5, 30], 2 * HOUR, 'a PaymentIntent may be retrieved at any time') },
  adyen: { '*': { kind: 'never', why: 'classic payments have no status query: the webhook and the report tell' } },
  paypal: { '*': steady([5, 30], 3 * HOUR, 'an order or capture may be read at any time; it lives three hours') },
};

/** The pace of an account, in inquiries a second: far below every published limit, so that a merchant's own calls have room. */
const PACES: Readonly<Record<ChannelId, number>> = {
  wechatpay: 50,
  alipay: 30,
  lakala: 20,
  unionpay: 10,
  stripe: 20,
  adyen: 1,
  paypal: 10,
};
export const inquiriesPerSecond = (provider: ChannelId): number => PACES[provider];

export const ladderOf = (provider: ChannelId, product: string | undefined): Ladder =>
  LADDERS[provider][product ?? '*'] ?? LADDERS[provider]['*']!;

export type Standing = Readonly<{
  provider: ChannelId;
  product: string | undefined;
  placedAt: Temporal.Instant;
  expiresAt: Temporal.Instant | undefined;
  phase: Phase;
  phaseSince: Temporal.Instant;
  /** How often it was asked about. */
  asked: number;
  lastAskedAt: Temporal.Instant | undefined;
  now: Temporal.Instant;
  /** In [0, 1): spreads the looks by a tenth either way. */
  jitter: number;
}>;

/** The next look, never before now; undefined only where the channel cannot be asked at all. */
export function nextLook(at: Standing): Temporal.Instant | undefined {
  const ladder = ladderOf(at.provider, at.product);
  if (ladder.kind === 'never') return undefined;
  const rung = at.phase === 'open' || ladder.kind === 'fixed' ? rungAfter(ladder, at) : undefined;
  const next = rung ?? (at.lastAskedAt ?? at.placedAt).add(seconds(gap(ladder, at) * (0.9 + at.jitter / 5)));
  return Temporal.Instant.compare(next, at.now) < 0 ? at.now : next;
}

/** The rungs a payment passes once, counted by how often it was asked; those that have passed unasked are skipped. */
function rungAfter(ladder: Exclude<Ladder, { kind: 'never' }>, at: Standing): Temporal.Instant | undefined {
  const rungs = ladder.kind === 'fixed' ? ladder.rungs : ladder.first;
  const passed = secondsSince(at.placedAt, at.lastAskedAt ?? at.placedAt);
  const rung = rungs.find((r) => r > passed);
  if (rung === undefined) return undefined;
  return at.placedAt.add(seconds(ladder.kind === 'fixed' ? rung + at.jitter : rung * (0.95 + at.jitter / 10)));
}

function gap(ladder: Exclude<Ladder, { kind: 'never' }>, at: Standing): number {
  const inPhase = secondsSince(at.phaseSince, at.now);
  const least = ladder.kind === 'fixed' ? ladder.rungs.at(-1)! : ladder.everySeconds;
  if (at.phase === 'processing') return Math.min(DAY, Math.max(ladder.kind === 'fixed' ? least : GAP, inPhase / 22));
  if (ladder.kind === 'fixed') return Math.min(DAY, Math.max(least, secondsSince(at.placedAt, at.now) / 2));
  const end = at.phase === 'open' ? windowEnd(ladder, at) : at.phaseSince;
  const over = secondsSince(end, at.now) - ladder.tailSeconds;
  return over <= 0 ? ladder.everySeconds : Math.min(DAY, Math.max(ladder.everySeconds, over / 2));
}

const windowEnd = (ladder: Extract<Ladder, { kind: 'steady' }>, at: Standing): Temporal.Instant =>
  at.expiresAt ?? at.placedAt.add({ seconds: ladder.windowSeconds });

const secondsSince = (from: Temporal.Instant, to: Temporal.Instant): number => from.until(to).total('seconds');
const seconds = (n: number): { milliseconds: number } => ({ milliseconds: Math.round(n * 1_000) });
