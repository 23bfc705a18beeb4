/**
 * What a trace means now: where the money is, may the goods go, why. Pure: no clock, no database (the whole moment is an argument).
 *
 * The headline comes from one ordered table, first true row wins; the other true ones stand in `also`. This file judges what
 * orders and the channel's own word can decide; what needs bills, plans and statements is judged by the findings of `reconcile`.
 */
import type { Currency } from '../base/currency.ts';
import { type Money, money } from '../base/money.ts';
import type { Trace } from '../traces/fold.ts';
import type { Cause, Reason, Release, VerdictCode } from './catalogue.ts';

/** Weakest first; a verdict has the rank of the weakest evidence it needs. */
export const CONFIDENCES = ['claimed', 'recorded', 'reported', 'confirmed', 'proven'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export type Custody = 'merchant' | 'channel' | 'customer' | 'unknown';

export type Policy = Readonly<{
  /** Above this a notification alone does not release the goods; the channel's answer does. Absent: no such limit. */
  askAbove: Readonly<Record<Currency, bigint>>;
  /** May a payment that came after its order was closed, a surplus, or a second one release the goods? */
  releaseAfterClose: Release;
  /** How long the merchant's system may take before its silence is a fault. */
  recordWithinSeconds: number;
}>;
export const DEFAULT_POLICY: Policy = Object.freeze({
  askAbove: { CNY: 100_000n },
  releaseAfterClose: 'ask',
  recordWithinSeconds: 60,
});

/** What stands around the trace. */
export type Setting = Readonly<{
  /** False for stickers and stand-alone terminals: the channel's payment is the order, nobody has to record it. */
  orderRequired: boolean;
  /** The order was paid by another payment before this one. */
  paidBefore: boolean;
  /** The channel's signature does not bind what its notifications say well enough: the answer to our own question does. */
  onlyHints: boolean;
}>;

export type Verdict = Readonly<{
  code: VerdictCode;
  release: Release;
  cause: Cause;
  reason: Reason | undefined;
  custody: Custody;
  confidence: Confidence;
  /** What the verdict is about: paid, missing or given back. */
  amount: Money | undefined;
  also: readonly VerdictCode[];
  /** Ids of observations. */
  evidence: readonly string[];
}>;

type Found = Readonly<{
  release: Release;
  cause: Cause;
  reason?: Reason;
  custody: Custody;
  amount?: Money | undefined;
}>;
type Moment = Readonly<{ trace: Trace; setting: Setting; policy: Policy; now: Temporal.Instant }>;
type Row = Readonly<{ code: VerdictCode; why: string; when(m: Moment): Found | undefined }>;

const ROWS: readonly Row[] = [
  {
    code: 'unknown',
    why: 'a contradiction that touches whether or what was paid is settled by asking, before anything is said',
    when: ({ trace }) =>
      trace.contradictions.length > 0 && !(trace.capturedBy === 'inquiry' && onlyAmounts(trace))
        ? { release: 'ask', cause: 'system_fault', reason: 'UNKNOWN_PENDING', custody: 'unknown' }
        : undefined,
  },
  {
    code: 'reversed',
    why: 'the channel took it back: nothing said before counts',
    when: ({ trace }) =>
      trace.position === 'reversed'
        ? { release: 'no', cause: 'system_fault', reason: 'REVERSED', custody: 'customer', amount: trace.captured }
        : undefined,
  },
  {
    code: 'refunded',
    why: 'all of it was given back',
    when: ({ trace }) =>
      trace.position === 'refunded'
        ? { release: 'no', cause: 'none', reason: 'REFUNDED', custody: 'customer', amount: trace.captured }
        : undefined,
  },
  {
    code: 'duplicate',
    why: 'the order has been paid already: the goods go once',
    when: ({ trace, setting }) =>
      trace.position === 'captured' && setting.paidBefore
        ? {
            release: 'ask',
            cause: 'operator_error',
            reason: 'DUPLICATE_PAID',
            custody: 'channel',
            amount: trace.captured,
          }
        : undefined,
  },
  {
    code: 'underpaid',
    why: 'less than the order asks does not pay it',
    when: ({ trace }) => difference(trace, -1n, 'PARTIAL_OR_DISCOUNT'),
  },
  {
    code: 'overpaid',
    why: 'the order is paid, the surplus is to be given back',
    when: ({ trace, policy }) => {
      const found = difference(trace, 1n, 'PAID_OTHER_ORDER');
      return found === undefined ? undefined : { ...found, release: policy.releaseAfterClose };
    },
  },
  {
    code: 'paid_after_close',
    why: 'the merchant had given the order up: ship or refund is its choice',
    when: ({ trace, policy }) =>
      trace.position === 'captured' &&
      trace.orderClosedAt !== undefined &&
      trace.recordedAt === undefined &&
      Temporal.Instant.compare(trace.capturedAt!, trace.orderClosedAt) > 0
        ? {
            release: policy.releaseAfterClose,
            cause: 'sync_delay',
            reason: 'CLOSED_THEN_PAID',
            custody: 'channel',
            amount: trace.captured,
          }
        : undefined,
  },
  {
    code: 'unrecorded',
    why: 'the customer has paid; that the shop does not know is the shop’s and the channel’s matter',
    when: (m) =>
      m.trace.position === 'captured' && m.trace.recordedAt === undefined && m.setting.orderRequired
        ? {
            release: enoughSaid(m),
            cause: isFresh(m) ? 'sync_delay' : 'system_fault',
            reason: m.trace.placedAt === undefined ? 'NO_ORDER' : 'NOTIFY_LOST',
            custody: 'channel',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    code: 'on_its_way',
    why: 'paid and recorded; settlement takes its time',
    when: (m) =>
      m.trace.position === 'captured'
        ? {
            release: enoughSaid(m),
            cause: 'none',
            reason: 'UNSETTLED_WAITING',
            custody: 'channel',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    code: 'pending',
    why: 'the channel is at work',
    when: ({ trace }) =>
      trace.position === 'debited'
        ? { release: 'ask', cause: 'sync_delay', reason: 'UNKNOWN_PENDING', custody: 'unknown', amount: trace.ordered }
        : undefined,
  },
  {
    code: 'unpaid',
    why: 'the channel itself says so: not paid, closed, failed, not in its bills, or twice that it knows no such payment',
    when: ({ trace }) =>
      trace.lastWord === 'unpaid' ||
      trace.position === 'closed' ||
      trace.position === 'failed' ||
      trace.absent ||
      (trace.lastWord === 'not_found' && trace.notFoundTimes > 1)
        ? { release: 'no', cause: 'operator_error', reason: 'NO_PAYMENT', custody: 'customer', amount: trace.ordered }
        : undefined,
  },
];

const SILENT: Found = { release: 'ask', cause: 'sync_delay', reason: 'UNKNOWN_PENDING', custody: 'unknown' };

export function judge(trace: Trace, setting: Setting, policy: Policy, now: Temporal.Instant): Verdict {
  const moment: Moment = { trace, setting, policy, now };
  const found = ROWS.flatMap((row) => {
    const it = row.when(moment);
    return it === undefined ? [] : [{ code: row.code, ...it }];
  });
  // Nobody has answered yet: an error or silence is never "unpaid" (I7).
  const first = found[0] ?? { code: 'unknown' as const, ...SILENT };
  return Object.freeze({
    code: first.code,
    release: first.release,
    cause: first.cause,
    reason: first.reason,
    custody: first.custody,
    confidence: confidenceOf(trace),
    amount: first.amount,
    also: [...new Set([...found.slice(1).map((f) => f.code), ...partly(trace)])].filter((code) => code !== first.code),
    evidence: [...trace.evidence, ...trace.contradictions.flatMap((c) => c.observations)],
  });
}

/** The rule path for whoever wants to see it. */
export const precedence = (): ReadonlyArray<Readonly<{ code: VerdictCode; why: string }>> =>
  ROWS.map(({ code, why }) => ({ code, why }));

/** The inquiry's own figure stands against a notification's. */
const onlyAmounts = (trace: Trace): boolean =>
  trace.contradictions.every((c) => c.code === 'amounts_differ' || c.code === 'conflicting_messages');

function difference(trace: Trace, sign: 1n | -1n, reason: Reason): Found | undefined {
  if (trace.position !== 'captured' || trace.ordered === undefined || trace.captured === undefined) return undefined;
  const more = trace.captured.minor - trace.ordered.minor;
  if (more * sign <= 0n) return undefined;
  return {
    release: 'ask',
    cause: 'operator_error',
    reason,
    custody: 'channel',
    amount: money(more * sign, trace.captured.currency),
  };
}

/** A verified notification releases the goods up to a limit; above it the channel's answer to our own question does. */
function enoughSaid({ trace, policy, setting }: Moment): Release {
  if (trace.capturedBy !== 'notification' || trace.captured === undefined) return 'yes';
  if (setting.onlyHints) return 'ask';
  const limit = policy.askAbove[trace.captured.currency];
  return limit !== undefined && trace.captured.minor > limit ? 'ask' : 'yes';
}

const isFresh = ({ trace, policy, now }: Moment): boolean =>
  Temporal.Instant.compare(now, trace.capturedAt!.add({ seconds: policy.recordWithinSeconds })) < 0;

function confidenceOf(trace: Trace): Confidence {
  switch (trace.capturedBy ?? (trace.lastWord === undefined ? undefined : 'inquiry')) {
    case undefined:
      return trace.placedAt === undefined ? 'claimed' : 'recorded';
    case 'statement':
    case 'bill':
      return 'proven';
    case 'inquiry':
    case 'decision':
      return 'confirmed';
    case 'notification':
      return 'reported';
    default:
      return 'recorded';
  }
}

const partly = (trace: Trace): readonly VerdictCode[] =>
  trace.refundedMinor > 0n && trace.position !== 'refunded' ? ['refunded'] : [];
