/**
 * When a channel is asked about a payment: one ladder for each channel and product, as data. Pure.
 *
 * What all keep, shown by `sim/truth/` and printed in docs/reference/time-to-truth.md:
 * - While the customer can pay, and for ten minutes after the order's end, gaps stay under 50 s: whoever paid and whose notification was
 *   lost is found within a minute (F23), also who paid just after the end.
 * - While the channel says “in progress”, the gap is at most 60 s or 5 % of the time in progress.
 * - Then gaps grow with age, up to a day. No ladder ends with time: only the channel's own word ends the asking.
 *
 * Sources: the channels' query policies. WeChat 付款码 every 5 s for 30 s, other products from 5 s on; Alipay 当面付 every 3–6 s for 60 s;
 * UnionPay front 5, 10, 30, 60, 120 min, back waits of 1, 2, 4, 8, 16, 32 s, both the most one may ask; Adyen has no query for a
 * classic payment, its reports decide.
 */
import type { Text } from '../base/lang.ts';
import type { ChannelId } from './channel.ts';

/** `closed_locally`: the merchant gave the order up and the channel has not said `closed`. */
export type Phase = 'open' | 'processing' | 'after_expiry' | 'closed_locally';

/** Ages are seconds since the phase began. */
type Climb = Readonly<{
  /** Questions at just these ages; */
  at: readonly number[];
  /** then so often, */
  everySeconds: number;
  /** up to this age; from there on the gap is this share of the age, if that is more, */
  untilSeconds: number;
  growPercent: number;
  /** and never more than this. */
  mostSeconds: number;
}>;

type Ladder = Readonly<{
  open: Climb;
  processing: Climb;
  /** After the order's end, by time or by the merchant. */
  after: Climb;
  /** The channel's own limit: never earlier than its rungs, and every phase counts from the order. */
  limit: boolean;
}>;

export type Provider = Readonly<{
  /** The most inquiries a second an account may send: what 100 000 orders a day need at lunch, with room. Stripe publishes 100 reads a
   * second; the others publish no figure, and an account that answers 429 is asked more slowly (`actions/health.ts`). */
  perSecond: number;
  /** By product; `''` is every other one. Empty where the channel cannot be asked, */
  ladders: Readonly<Record<string, Ladder>>;
  /** and why. */
  never?: Text;
  /** A payment is known there by the time at which its order was sent: without the order nobody can ask. */
  needsOrder?: true;
}>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const PROCESSING: Climb = { at: [20], everySeconds: 50, untilSeconds: 0, growPercent: 4, mostSeconds: DAY };
/** The first is for who was typing the PIN when the order ended. */
const AFTER: Climb = { at: [10], everySeconds: 45, untilSeconds: 10 * MINUTE, growPercent: 25, mostSeconds: DAY };

/** The customer pays in their own time. Half of all do within half a minute, hence the first two. */
const unattended = (windowSeconds: number): Ladder => ({
  open: { at: [20, 40], everySeconds: 45, untilSeconds: windowSeconds, growPercent: 4, mostSeconds: DAY },
  processing: PROCESSING,
  after: AFTER,
  limit: false,
});

/** The customer stands at the till. */
const attended = (untilSeconds: number): Ladder => {
  const at = [...Array.from({ length: untilSeconds / 5 }, (_, i) => 5 * (i + 1)), untilSeconds + 10, untilSeconds + 30];
  const { open } = unattended(10 * MINUTE);
  return { open: { ...open, at }, processing: { ...PROCESSING, at }, after: AFTER, limit: false };
};

const limited = (at: readonly number[], everySeconds: number): Ladder => {
  const climb: Climb = { at, everySeconds, untilSeconds: 0, growPercent: 100, mostSeconds: DAY };
  return { open: climb, processing: climb, after: climb, limit: true };
};

export const PROVIDERS: Readonly<Record<ChannelId, Provider>> = {
  wechatpay: {
    perSecond: 100,
    ladders: {
      '': unattended(2 * HOUR), // prepay_id and code_url live for two hours
      h5: unattended(30 * MINUTE), // h5_url lives for five minutes, the page it opens for longer
      codepay: attended(30),
    },
  },
  alipay: { perSecond: 100, ladders: { '': unattended(2 * HOUR), barcode: attended(60) } },
  lakala: { perSecond: 100, ladders: { '': unattended(2 * HOUR), barcode: attended(30) } },
  unionpay: {
    perSecond: 50,
    needsOrder: true,
    ladders: {
      '': limited([5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR], 2 * HOUR),
      back: limited([1, 3, 7, 15, 31, 63], DAY), // then the bill decides; it is asked daily all the same
    },
  },
  stripe: { perSecond: 80, ladders: { '': unattended(2 * HOUR) } },
  adyen: {
    perSecond: 1,
    ladders: {},
    never: {
      en: 'Adyen has no status query for a classic payment: notifications for 30 days and the daily reports decide.',
      zh: 'Adyen 经典支付没有状态查询接口:以 30 天内的通知和每日报表为准。',
    },
  },
  paypal: { perSecond: 80, ladders: { '': unattended(2 * HOUR) } },
};

export const inquiriesPerSecond = (provider: ChannelId): number => PROVIDERS[provider].perSecond;

export function ladderOf(provider: ChannelId, product: string | undefined): Ladder | undefined {
  const { ladders } = PROVIDERS[provider];
  return ladders[product ?? ''] ?? ladders[''];
}

export const needsOrder = (provider: ChannelId): boolean => PROVIDERS[provider].needsOrder === true;

/** Why this channel is never asked about a payment; undefined where it is. */
export const whyNever = (provider: ChannelId): Text | undefined => PROVIDERS[provider].never;

export type Standing = Readonly<{
  provider: ChannelId;
  product: string | undefined;
  placedAt: Temporal.Instant;
  expiresAt: Temporal.Instant | undefined;
  phase: Phase;
  phaseSince: Temporal.Instant;
  /** Questions so far, and when the last one was. */
  asked: number;
  lastAskedAt: Temporal.Instant | undefined;
  now: Temporal.Instant;
  /** In [0, 1): so that the orders of one minute are not asked about in one second. */
  jitter: number;
}>;

/**
 * The instant of the next question, not before `now`. Undefined only where the channel cannot be asked (`whyNever`): no ladder ends
 * with time. It counts from the last question, so computing it again moves nothing but the jitter, and after hours in which nobody
 * asked the next question is due at once.
 */
export function nextLook(s: Standing): Temporal.Instant | undefined {
  const ladder = ladderOf(s.provider, s.product);
  if (ladder === undefined) return undefined;
  const since = ladder.limit ? s.placedAt : s.phaseSince;
  const lastMs = s.asked === 0 || s.lastAskedAt === undefined ? 0 : msBetween(since, s.lastAskedAt);
  // Asked before this phase began: that answer says nothing about it.
  const age = Math.max(0, lastMs / 1_000);
  const gap = gapAfter(climbOf(ladder, s), age, s.jitter, ladder.limit);
  const at = since.add({ milliseconds: Math.ceil((age + gap) * 1_000) });
  // Nobody wakes up at the order's end to look again: the question before it plans the one after it.
  const end = s.phase === 'open' && !ladder.limit ? s.expiresAt?.add({ seconds: AFTER.at[0]! }) : undefined;
  const askedAfterEnd = end !== undefined && s.lastAskedAt !== undefined && !isBefore(s.lastAskedAt, end);
  const next = end !== undefined && !askedAfterEnd && isBefore(end, at) ? end : at;
  return isBefore(next, s.now) ? s.now : next;
}

/** The end of a long order is known: until then gaps grow to ten minutes only. */
const LONG_ORDER_SECONDS = 10 * MINUTE;

function climbOf(ladder: Ladder, s: Standing): Climb {
  if (s.phase === 'processing') return ladder.processing;
  if (s.phase !== 'open') return ladder.after;
  if (ladder.limit || s.expiresAt === undefined) return ladder.open;
  return { ...ladder.open, mostSeconds: LONG_ORDER_SECONDS };
}

/** From a question at this age to the next, in seconds. Rungs are met late, never early; gaps vary by a tenth either way. */
function gapAfter(climb: Climb, age: number, jitter: number, limit: boolean): number {
  // A rung that a late question has all but reached is passed over.
  const rung = climb.at.find((at) => at - age > at / 20);
  if (rung !== undefined) return (rung - age) * (1 + jitter / 10);
  const grown = age < climb.untilSeconds ? 0 : (age * climb.growPercent) / 100;
  const gap = Math.min(climb.mostSeconds, Math.max(climb.everySeconds, grown));
  return gap * (limit ? 1 + jitter / 10 : 0.9 + jitter / 5);
}

const msBetween = (from: Temporal.Instant, to: Temporal.Instant): number =>
  to.epochMilliseconds - from.epochMilliseconds;
const isBefore = (a: Temporal.Instant, b: Temporal.Instant): boolean => Temporal.Instant.compare(a, b) < 0;
