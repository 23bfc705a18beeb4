/**
 * What of a payment can still be given back, and why it cannot (I8). Pure: the caller holds the payment's lock and hands in what it read.
 *
 * Counted as gone: what the channel refunded or is refunding, whoever asked; what the payer's bank took back; and what is asked for here and
 * not over, known to the channel or not.
 */
import { DaozhangError } from '../base/errors.ts';
import { decimalText } from '../base/money.ts';
import type { PlainAccount } from '../channels/accounts.ts';
import { REFUND_LIMITS } from '../channels/refund-limits.ts';
import type { Refund, Trace } from '../traces/fold.ts';
import type { Policy } from '../verdicts/policy.ts';
import type { RefundRow } from './refund-book.ts';

const OVER: ReadonlySet<string> = new Set(['done', 'refused', 'rejected', 'cancelled']);
/** Ended without anything given back. */
export const CAME_TO_NOTHING = ['refused', 'rejected', 'cancelled'] as const;
const isNothing = ({ state }: RefundRow): boolean => (CAME_TO_NOTHING as readonly string[]).includes(state);

/** What the trace says of a refund of ours. */
export const wordOn = (trace: Trace, r: RefundRow): Refund | undefined =>
  trace.refunds.find((it) => it.ref === r.ref || (r.channel_ref !== null && it.ref === r.channel_ref));

export function roomOf(trace: Trace, ours: readonly RefundRow[], plain: PlainAccount): bigint {
  const captured = trace.captured?.minor ?? 0n;
  const keepsBounced = REFUND_LIMITS[plain.account.provider].keepsBounced === true;
  const isHeld = (it: Refund): boolean => it.state === 'processing' || (keepsBounced && it.state === 'abnormal');
  const byUs = ours.map((r) => ({ r, word: wordOn(trace, r) }));
  const known = new Set(byUs.map(({ word }) => word));
  // One whose amount is not told may be all of it.
  const theirs = trace.refunds.filter((it) => isHeld(it) && !known.has(it)).map((it) => it.amount?.minor ?? captured);
  const mine = byUs
    .filter(({ r, word }) => (word === undefined ? !OVER.has(r.state) : isHeld(word)))
    .map(({ r }) => r.amount_minor);
  const gone = [...theirs, ...mine].reduce((sum, minor) => sum + minor, trace.refundedMinor + trace.chargedBackMinor);
  return gone >= captured ? 0n : captured - gone;
}

/** Of one payment, as it is asked for: what the number of people is counted by. */
export const askedFor = (ours: readonly RefundRow[]): bigint =>
  ours.filter((r) => !isNothing(r)).reduce((sum, r) => sum + r.amount_minor, 0n);

export type Asked = Readonly<{
  trace: Trace;
  /** All of the payment's but the one that is looked at. */
  ours: readonly RefundRow[];
  plain: PlainAccount;
  policy: Policy;
  now: Temporal.Instant;
  /** What the account gives back today in this currency, without the one that is looked at. */
  today: bigint;
}>;

/** The shorter of the policy's days and the channel's. */
export const daysFor = ({ plain, policy }: Pick<Asked, 'plain' | 'policy'>): number =>
  Math.min(policy.refund.days, REFUND_LIMITS[plain.account.provider].days ?? policy.refund.days);

/** Why this much cannot be given back now; undefined where it can. Without an amount: why nothing can. */
export function refusalOf(asked: Asked, amount: bigint | undefined): DaozhangError | undefined {
  const { trace, ours, plain, policy, now, today } = asked;
  const can = plain.channel.capabilities.refund;
  if (can !== true) return new DaozhangError('refund.no_call', { reason: can });
  if (plain.state === 'paused') return new DaozhangError('refund.paused', {});
  const { captured, capturedAt } = trace;
  if (captured === undefined || capturedAt === undefined || !HOLDS.has(trace.position))
    return new DaozhangError('refund.not_paid', {});
  if (trace.contradictions.length > 0) return new DaozhangError('refund.unclear', {});
  const days = daysFor(asked);
  if (Temporal.Instant.compare(now, capturedAt.add({ hours: 24 * days })) > 0)
    return new DaozhangError('refund.too_old', { days });
  const { parts } = REFUND_LIMITS[plain.account.provider];
  const used = trace.refunds.length + ours.filter((r) => !isNothing(r) && wordOn(trace, r) === undefined).length;
  if (parts !== undefined && used >= parts) return new DaozhangError('refund.too_many', { parts });
  const { currency } = captured;
  const room = roomOf(trace, ours, plain);
  if ((amount ?? 1n) > room)
    return new DaozhangError('refund.too_much', {
      amount: decimalText(amount ?? 0n, currency),
      left: decimalText(room, currency),
      currency,
    });
  const most = policy.refund.daily[currency];
  if (most !== undefined && today + (amount ?? 1n) > most)
    return new DaozhangError('refund.over_daily', {
      most: decimalText(most, currency),
      left: decimalText(most > today ? most - today : 0n, currency),
      currency,
    });
  return undefined;
}
const HOLDS: ReadonlySet<string> = new Set<Trace['position']>(['captured', 'refunded']);
