/**
 * Money on its way back to the customer, judged like any other: the same stations, seen from the customer's account. A refund that the
 * channel shows as done and that has not reached the customer is not ended with “show proof”. Pure.
 *
 * I6 in this direction: `received` is said where the channel itself keeps the customer's balance, and its answer is that balance's record;
 * of a card or a bank account only the customer can see it. I8: an uncertain refund is asked about, never sent again blindly.
 */
import { type Money, money } from '../base/money.ts';
import { compareInstants } from '../base/time.ts';
import type { Plan } from '../plans/plan.ts';
import type { Payable, StationPromise } from '../plans/station.ts';
import type { Refund, Trace } from '../traces/fold.ts';
import type { VerdictCode } from './catalogue.ts';
import { confidenceIn, type Found, type Row, type Verdict } from './judge.ts';
import { creditPromise } from './promised.ts';

/** One refund of a payment, and what is known of it beside the trace. */
type Refunding = Readonly<{
  refund: Refund;
  trace: Trace;
  /** What was asked for, where the merchant's own system told. */
  asked: Money | undefined;
  /** Where the money goes back to; undefined where the channel does not say. */
  funding: Payable['funding'];
  /** The customer says it has not come: since when. */
  missedSince: Temporal.Instant | undefined;
  /** Complete bills of its days are there, and none has it. */
  missingFromBills: boolean;
}>;

type Moment = Refunding & Readonly<{ now: Temporal.Instant; promise: StationPromise | undefined; isPast: boolean }>;

const isDone = (m: Moment): boolean => m.refund.state === 'succeeded';

export const REFUND_ROWS: ReadonlyArray<Row<Moment>> = [
  {
    id: 'refund_over',
    code: 'unknown',
    why: {
      en: 'more was given back than was paid: which of the refunds is true is settled by asking',
      zh: '退款多于收款:哪一笔是真的,要问清',
    },
    when: ({ trace, refund }) =>
      trace.contradictions.some((c) => c.code === 'refund_exceeds_capture')
        ? {
            release: 'ask',
            cause: 'system_fault',
            reason: 'UNKNOWN_PENDING',
            custody: 'unknown',
            amount: refund.amount,
          }
        : undefined,
  },
  {
    id: 'refund_bounced',
    code: 'payout_returned',
    why: {
      en: 'the customer’s bank refused it: the channel has the money, and another way to the customer is needed',
      zh: '顾客的银行拒收:钱在渠道,要另找办法退给顾客',
    },
    when: ({ refund }) =>
      refund.state === 'abnormal'
        ? {
            release: 'no',
            cause: 'operator_error',
            reason: 'REFUND_RETURNED',
            custody: 'channel',
            amount: refund.amount,
          }
        : undefined,
  },
  {
    id: 'refund_closed',
    code: 'unpaid',
    why: { en: 'the channel ended it without giving anything back', zh: '渠道结束了这笔退款,没有退出任何钱' },
    when: ({ refund }) =>
      refund.state === 'closed'
        ? {
            release: 'ask',
            cause: 'operator_error',
            reason: 'REFUND_NOT_DONE',
            custody: 'channel',
            amount: refund.amount,
          }
        : undefined,
  },
  {
    id: 'refund_at_work',
    code: 'pending',
    why: { en: 'the channel is at work on it: asked again, never sent again', zh: '渠道正在处理:只查询,不重发' },
    when: ({ refund }) =>
      refund.state === 'processing'
        ? { release: 'no', cause: 'sync_delay', reason: 'UNKNOWN_PENDING', custody: 'channel', amount: refund.amount }
        : undefined,
  },
  {
    id: 'refund_not_in_bills',
    code: 'unknown',
    why: {
      en: 'the channel said it was given back, and its own complete bills do not have it',
      zh: '渠道说已退,它自己的完整账单却没有',
    },
    when: (m) =>
      isDone(m) && m.missingFromBills
        ? { release: 'ask', cause: 'third_party', reason: 'NOT_IN_BILL', custody: 'unknown', amount: m.refund.amount }
        : undefined,
  },
  {
    id: 'refund_too_little',
    code: 'underpaid',
    why: { en: 'less went back than the merchant asked for', zh: '退的比商户要求的少' },
    when: (m) => surplus(m, -1n),
  },
  {
    id: 'refund_too_much',
    code: 'overpaid',
    why: { en: 'more went back than the merchant asked for', zh: '退的比商户要求的多' },
    when: (m) => surplus(m, 1n),
  },
  {
    id: 'refund_in_balance',
    code: 'received',
    why: {
      en: 'the channel keeps the customer’s balance: its answer is that balance’s record',
      zh: '顾客的余额由渠道记账:它的答复就是余额记录',
    },
    when: (m) =>
      isDone(m) && m.funding === 'balance'
        ? { release: 'no', cause: 'none', reason: 'REFUNDED', custody: 'customer', amount: m.refund.amount }
        : undefined,
  },
  {
    id: 'refund_missed',
    code: 'late',
    why: {
      en: 'the day it was promised for is past, and the customer says that it has not come',
      zh: '应到之日已过,顾客说没有收到',
    },
    when: (m) =>
      isDone(m) && m.isPast && m.missedSince !== undefined && m.funding !== 'balance'
        ? { release: 'no', cause: 'third_party', reason: 'REFUND_ON_ITS_WAY', custody: 'bank', amount: m.refund.amount }
        : undefined,
  },
  {
    id: 'refund_travels',
    code: 'on_its_way',
    why: { en: 'the channel gave it back; banks take their days to show it', zh: '渠道已退出;银行入账需要几天' },
    when: (m) =>
      isDone(m) && !m.isPast && m.funding !== 'balance'
        ? { release: 'no', cause: 'none', reason: 'REFUND_ON_ITS_WAY', custody: 'bank', amount: m.refund.amount }
        : undefined,
  },
  {
    id: 'refund_done',
    code: 'refunded',
    why: { en: 'given back, its days are past, and nobody misses it', zh: '已退回,时限已过,没有人说没收到' },
    when: (m) =>
      isDone(m) && m.isPast && m.missedSince === undefined && m.funding !== 'balance'
        ? { release: 'no', cause: 'none', reason: 'REFUNDED', custody: 'customer', amount: m.refund.amount }
        : undefined,
  },
];

export function judgeRefund(refunding: Refunding, plan: Plan, now: Temporal.Instant): Verdict {
  const { refund, funding } = refunding;
  const promise =
    refund.state === 'succeeded'
      ? creditPromise({ direction: 'out', capturedAt: refund.at, funding }, plan)
      : undefined;
  const isPast = promise === undefined || compareInstants(promise.at, now) < 0;
  const moment: Moment = { ...refunding, now, promise, isPast };
  const found = REFUND_ROWS.flatMap((row): ReadonlyArray<Found & { code: VerdictCode; id: string }> => {
    const it = row.when(moment);
    return it === undefined ? [] : [{ ...it, code: row.code, id: row.id }];
  });
  const first = found[0]!;
  return Object.freeze({
    code: first.code,
    release: first.release,
    cause: first.cause,
    reason: first.reason,
    custody: first.custody,
    confidence: confidenceIn(refund.by),
    amount: first.amount,
    promise: first.code === 'on_its_way' || first.code === 'late' ? promise : undefined,
    also: [...new Set(found.slice(1).map((f) => f.code))].filter((code) => code !== first.code),
    evidence: refund.observations.map((id) => ({ kind: 'observation' as const, id })),
    path: found.map((f) => f.id),
  });
}

function surplus({ refund, asked }: Moment, sign: 1n | -1n): Found | undefined {
  if (refund.state !== 'succeeded' || asked === undefined || refund.amount === undefined) return undefined;
  if (asked.currency !== refund.amount.currency) return undefined;
  const more = (refund.amount.minor - asked.minor) * sign;
  if (more <= 0n) return undefined;
  const amount = money(more, asked.currency);
  return {
    release: 'ask',
    cause: 'operator_error',
    reason: 'PARTIAL_OR_DISCOUNT',
    custody: sign > 0n ? 'customer' : 'channel',
    amount,
  };
}
