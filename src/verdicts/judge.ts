/**
 * What a payment's trace means now: where the money is, may the goods go, why, when it comes, what would prove us wrong. Pure: no clock,
 * no database; the whole moment is an argument.
 *
 * The headline comes from one ordered table, first true row wins; the other true ones stand in `also`, and the path names them all.
 * Money on its way back to the customer is judged by `refunds.ts`, what a customer shows by `receipt.ts`; the tables stand together in
 * `docs/reference/verdicts.md`.
 *
 * I6: `received` needs the bank's line (a credited batch). I7: an error or silence of anybody is `unknown` or `pending`, never `unpaid`.
 * Conflicting sources: the fold believes a decision, then statement, bill, inquiry, notification, order, claim; time decides between equals.
 *
 * Cost: a microsecond or two; promises are kept (`promised.ts`).
 */
import type { Text } from '../base/lang.ts';
import { type Money, money } from '../base/money.ts';
import { compareInstants, dateIn, microsOf } from '../base/time.ts';
import { rankOf, type Source } from '../observations/observation.ts';
import type { Plan } from '../plans/plan.ts';
import type { StationPromise } from '../plans/station.ts';
import type { Trace } from '../traces/fold.ts';
import {
  type Cause,
  CONFIDENCES,
  type Confidence,
  type Custody,
  type Reason,
  type Release,
  type VerdictCode,
} from './catalogue.ts';
import type { Policy } from './policy.ts';
import { creditPromise, promisedOn } from './promised.ts';
import type { Road, Setting, Standing } from './standing.ts';

/** What a verdict rests on; each opens to its source and hash. */
export type Evidence = Readonly<{ kind: 'observation' | 'document' | 'batch'; id: string }>;

export type Verdict = Readonly<{
  code: VerdictCode;
  release: Release;
  cause: Cause;
  reason: Reason | undefined;
  /** Who holds the money. */
  custody: Custody;
  confidence: Confidence;
  /** What the verdict is about: paid, missing or given back. */
  amount: Money | undefined;
  /** By when the money should be seen where it is going. */
  promise: StationPromise | undefined;
  also: readonly VerdictCode[];
  evidence: readonly Evidence[];
  /** The rows that were true, the headline's first. */
  path: readonly string[];
}>;

export type Found = Readonly<{
  release: Release;
  cause: Cause;
  reason: Reason;
  custody: Custody;
  amount?: Money | undefined;
}>;

/** One row of a precedence table. `id` never changes; `why` is shown to whoever asks how a verdict came to be. */
export type Row<Moment> = Readonly<{ id: string; code: VerdictCode; why: Text; when(m: Moment): Found | undefined }>;

type Moment = Readonly<{
  trace: Trace;
  setting: Setting;
  road: Road;
  policy: Policy;
  now: Temporal.Instant;
  plan: Plan;
}>;

const DAY_MS = 86_400_000;
/** Nobody says “not paid” of it beside what is said: another try under the same number may have come to nothing. */
const MONEY_MOVED: ReadonlySet<Trace['position']> = new Set(['debited', 'captured', 'reversed', 'refunded']);
const isCaptured = ({ trace }: Moment): boolean => trace.position === 'captured';
/** Paid, and of its batch nothing is known yet but that it may be coming. */
const isUnderway = (m: Moment): boolean =>
  isCaptured(m) &&
  (m.road.batch === undefined || m.road.batch.state === 'on_its_way' || m.road.batch.state === 'not_checked');

export const ROWS: ReadonlyArray<Row<Moment>> = [
  {
    id: 'contradiction',
    code: 'unknown',
    why: {
      en: 'a contradiction that touches whether or what was paid is settled by asking, before anything is said',
      zh: '说法相互矛盾,涉及是否付款、付了多少:先问清,再下结论',
    },
    when: ({ trace }) =>
      trace.contradictions.length > 0 && !standsByTrust(trace)
        ? { release: 'ask', cause: 'system_fault', reason: 'UNKNOWN_PENDING', custody: 'unknown' }
        : undefined,
  },
  {
    id: 'taken_back',
    code: 'reversed',
    why: { en: 'the channel took it back: nothing said before counts', zh: '渠道已撤销:此前的说法都不算' },
    when: ({ trace }) =>
      trace.position === 'reversed'
        ? { release: 'no', cause: 'system_fault', reason: 'REVERSED', custody: 'customer', amount: trace.captured }
        : undefined,
  },
  {
    id: 'given_back',
    code: 'refunded',
    why: { en: 'all of it was given back', zh: '已全额退款' },
    when: ({ trace }) =>
      trace.position === 'refunded'
        ? { release: 'no', cause: 'none', reason: 'REFUNDED', custody: 'customer', amount: trace.captured }
        : undefined,
  },
  {
    id: 'disputed',
    code: 'charged_back',
    why: {
      en: 'the payer’s bank took it back: whatever the way to the merchant’s bank was, the money is gone unless the dispute is won',
      zh: '付款人的银行已扣回:无论结算走到哪一步,除非胜诉,钱都没有了',
    },
    when: ({ trace }) =>
      trace.chargedBackMinor > 0n && trace.captured !== undefined
        ? {
            release: 'no',
            cause: 'fraud',
            reason: 'DISPUTED',
            custody: 'customer',
            amount: money(trace.chargedBackMinor, trace.captured.currency),
          }
        : undefined,
  },
  {
    id: 'paid_before',
    code: 'duplicate',
    why: { en: 'the order has been paid already: the goods go once', zh: '这张订单已经付过:只交一次货' },
    when: (m) =>
      isCaptured(m) && m.setting.paidBefore
        ? {
            release: m.policy.release.duplicate,
            cause: 'operator_error',
            reason: 'DUPLICATE_PAID',
            custody: 'channel',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    id: 'too_little',
    code: 'underpaid',
    why: { en: 'less than the order asks does not pay it', zh: '付的比订单少,不算付清' },
    when: ({ trace }) => difference(trace, -1n, 'PARTIAL_OR_DISCOUNT', 'ask'),
  },
  {
    id: 'too_much',
    code: 'overpaid',
    why: { en: 'the order is paid, the surplus is to be given back', zh: '订单已付清,多出的要退' },
    when: ({ trace, policy }) => difference(trace, 1n, 'PAID_OTHER_ORDER', policy.release.overpaid),
  },
  {
    id: 'after_close',
    code: 'paid_after_close',
    why: {
      en: 'the merchant had given the order up: ship or refund is its choice',
      zh: '商户已放弃这张订单:交货还是退款由它决定',
    },
    when: (m) =>
      isCaptured(m) &&
      m.trace.orderClosedAt !== undefined &&
      m.trace.recordedAt === undefined &&
      compareInstants(m.trace.capturedAt!, m.trace.orderClosedAt) > 0
        ? {
            release: m.policy.release.paidAfterClose,
            cause: 'sync_delay',
            reason: 'CLOSED_THEN_PAID',
            custody: 'channel',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    id: 'not_in_bills',
    code: 'unknown',
    why: {
      en: 'the channel said paid, and its own complete bills do not have it: a notification or an answer was wrong, or a bill is',
      zh: '渠道说已付,它自己的完整账单却没有:不是通知或答复有误,就是账单有误',
    },
    when: (m) =>
      isCaptured(m) && m.road.missingFromBills && m.road.clearedOn === undefined
        ? {
            release: 'ask',
            cause: 'third_party',
            reason: 'NOT_IN_BILL',
            custody: 'unknown',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    id: 'not_recorded',
    code: 'unrecorded',
    why: {
      en: 'the customer has paid; that the shop does not know is the shop’s and the channel’s matter',
      zh: '顾客已经付款;本店不知道,是本店与渠道之间的事',
    },
    when: (m) =>
      isCaptured(m) && m.trace.recordedAt === undefined && m.setting.orderRequired
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
    id: 'bounced',
    code: 'payout_returned',
    why: {
      en: 'the bank sent the payout back: the channel has the money again, and the account is to be corrected',
      zh: '银行退回了出款:钱又回到渠道,账户要更正',
    },
    when: (m) => batchIs(m, 'returned', 'operator_error', 'PAYOUT_RETURNED', 'channel'),
  },
  {
    id: 'frozen',
    code: 'held',
    why: {
      en: 'the channel keeps it back: no promise counts until it is set free',
      zh: '渠道暂扣:解冻之前没有到账日可言',
    },
    when: (m) =>
      isCaptured(m) && m.trace.holds.length > 0 && m.road.batch?.state !== 'credited'
        ? {
            release: enoughSaid(m),
            cause: 'third_party',
            reason: m.trace.holds[0]!.reason,
            custody: 'channel',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    id: 'batch_short',
    code: 'short_settled',
    why: { en: 'the batch it is in brought less than its lines less their fees', zh: '所属批次到账少于明细减去手续费' },
    when: (m) => {
      const found = batchIs(m, 'short', 'third_party', 'SETTLED_NET', 'channel');
      return found === undefined ? undefined : { ...found, amount: m.road.batch!.missing ?? m.trace.captured };
    },
  },
  {
    id: 'credited',
    code: 'received',
    why: { en: 'the bank’s statement has the batch it is in', zh: '银行流水里有它所属的批次' },
    when: (m) => batchIs(m, 'credited', 'none', 'SETTLED_NET', 'merchant'),
  },
  {
    id: 'promise_passed',
    code: 'late',
    why: {
      en: 'the day its batch was promised for is past: that day’s bank statement is there and does not have it, or the channel itself says that it is still on its way',
      zh: '批次应到之日已过:当日银行流水已有而其中没有这笔,或渠道自己仍说在途',
    },
    when: (m) => batchIs(m, 'late', 'third_party', 'PAYOUT_PENDING', 'payout'),
  },
  {
    id: 'statement_missing',
    code: 'unknown',
    why: {
      en: 'the promised day is past and its bank statement was not given: neither on its way nor late can be said',
      zh: '应到之日已过,而没有当日的银行流水:既不能说在途,也不能说逾期',
    },
    when: (m) =>
      isUnderway(m) && isUnseen(m)
        ? {
            release: enoughSaid(m),
            cause: 'none',
            reason: 'EVIDENCE_MISSING',
            custody: m.road.batch === undefined ? 'channel' : 'payout',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    id: 'settling',
    code: 'on_its_way',
    why: { en: 'paid and recorded; settlement takes its time', zh: '已付款并已记账;结算需要时间' },
    when: (m) =>
      isUnderway(m) && !isUnseen(m) && m.trace.holds.length === 0
        ? {
            release: enoughSaid(m),
            cause: 'none',
            reason: m.road.batch === undefined ? 'UNSETTLED_WAITING' : 'PAYOUT_PENDING',
            custody: m.road.batch === undefined ? 'channel' : 'settlement',
            amount: m.trace.captured,
          }
        : undefined,
  },
  {
    id: 'at_work',
    code: 'pending',
    why: { en: 'the channel is at work', zh: '渠道正在处理' },
    when: ({ trace }) =>
      trace.position === 'debited'
        ? {
            release: 'ask',
            cause: 'sync_delay',
            reason: 'UNKNOWN_PENDING',
            custody: 'customer',
            amount: trace.ordered,
          }
        : undefined,
  },
  {
    id: 'not_paid',
    code: 'unpaid',
    why: {
      en: 'the channel itself says so: not paid, closed, failed, not in its bills, or twice that it knows no such payment',
      zh: '渠道自己这样说:未付、已关闭、失败、账单里没有,或两次说没有这笔',
    },
    when: ({ trace }) =>
      !MONEY_MOVED.has(trace.position) &&
      (trace.lastWord === 'unpaid' ||
        trace.position === 'closed' ||
        trace.position === 'failed' ||
        trace.absent ||
        (trace.lastWord === 'not_found' && trace.notFoundTimes > 1))
        ? {
            release: 'no',
            ...(trace.wasAtWork
              ? { cause: 'third_party', reason: 'DEBITED_NOT_CONFIRMED' }
              : { cause: 'operator_error', reason: 'NO_PAYMENT' }),
            custody: 'customer',
            amount: trace.ordered,
          }
        : undefined,
  },
  {
    id: 'nobody_answered',
    code: 'unknown',
    why: {
      en: 'nobody has answered yet: an error or silence is never “unpaid”',
      zh: '还没有人答复:出错或没有回音都不等于未付',
    },
    when: ({ trace }) => ({
      release: 'ask',
      cause: 'sync_delay',
      reason: 'UNKNOWN_PENDING',
      custody: 'unknown',
      amount: trace.ordered,
    }),
  },
];

export function judge(standing: Standing, plan: Plan, policy: Policy, now: Temporal.Instant): Verdict {
  const { trace, setting, road } = standing;
  const moment: Moment = { trace, setting, road, policy, plan, now };
  let first: Found | undefined;
  let code: VerdictCode = 'unknown';
  const also: VerdictCode[] = [];
  const path: string[] = [];
  for (const row of ROWS) {
    // The last row is for where no other is true.
    if (first !== undefined && row.id === 'nobody_answered') continue;
    const found = row.when(moment);
    if (found === undefined) continue;
    path.push(row.id);
    if (first === undefined) {
      first = found;
      code = row.code;
    } else if (row.code !== code && !also.includes(row.code)) also.push(row.code);
  }
  if (trace.refundedMinor > 0n && code !== 'refunded' && !also.includes('refunded')) also.push('refunded');
  return Object.freeze({
    code,
    release: first!.release,
    cause: first!.cause,
    reason: first!.reason,
    custody: first!.custody,
    confidence: confidenceOf(code, standing),
    amount: first!.amount,
    promise: ENDED.has(code) ? undefined : code === 'held' ? heldUntil(moment) : promised(moment),
    also,
    evidence: evidenceOf(standing),
    path,
  });
}

/** Nothing more is promised to the merchant. */
const ENDED: ReadonlySet<VerdictCode> = new Set(['received', 'reversed', 'refunded', 'charged_back']);

/** Of what is frozen only the channel's own word promises, or the agreed longest time until it is shared. */
function heldUntil(m: Moment): StationPromise | undefined {
  const { reason, until } = m.trace.holds[0]!;
  const { zone } = m.plan.settle;
  if (until !== undefined) return promisedOn(dateIn(microsOf(until), zone), zone, 'hold');
  return reason === 'PROFIT_SHARING_FROZEN' ? promised(m) : undefined;
}

/** The batch's own date where it has one, else what the plan promises. */
function promised({ trace, road: { batch, clearedOn }, plan }: Moment): StationPromise | undefined {
  if (trace.position !== 'captured') return undefined;
  if (batch?.dueOn !== undefined) return promisedOn(batch.dueOn, plan.settle.zone, 'batch');
  return creditPromise({ direction: 'in', capturedAt: trace.capturedAt!, businessOn: clearedOn }, plan);
}

/**
 * The bank's statements are given to us, and it should have shown the money by now. A bank takes a day or two to show what it has: the plan
 * says how many.
 */
function isUnseen(m: Moment): boolean {
  if (!m.road.bankWatched) return false;
  const promise = promised(m);
  const graceMs = m.plan.valueWindowDays * DAY_MS;
  return promise !== undefined && m.now.epochMilliseconds - promise.at.epochMilliseconds > graceMs;
}

function batchIs(
  m: Moment,
  state: NonNullable<Road['batch']>['state'],
  cause: Cause,
  reason: Reason,
  custody: Custody,
): Found | undefined {
  if (!isCaptured(m) || m.road.batch?.state !== state) return undefined;
  return { release: enoughSaid(m), cause, reason, custody, amount: m.trace.captured };
}

/** The channel's answer to our own question, or more, stands against another figure: of two amounts the more believed counts. */
const standsByTrust = ({ capturedBy, contradictions }: Trace): boolean =>
  capturedBy !== undefined &&
  rankOf(capturedBy) >= rankOf('inquiry') &&
  contradictions.every((c) => c.code === 'amounts_differ' || c.code === 'conflicting_messages');

function difference(trace: Trace, sign: 1n | -1n, reason: Reason, release: Release): Found | undefined {
  if (trace.position !== 'captured' || trace.ordered === undefined || trace.captured === undefined) return undefined;
  const more = trace.captured.minor - trace.ordered.minor;
  if (more * sign <= 0n) return undefined;
  return {
    release,
    cause: 'operator_error',
    reason,
    custody: 'channel',
    amount: money(more * sign, trace.captured.currency),
  };
}

/** A verified notification releases the goods up to a limit; above it the channel's answer to our own question does, its bill, or its settlement. */
function enoughSaid({ trace, policy, setting, road }: Moment): Release {
  if (trace.capturedBy !== 'notification' || trace.captured === undefined) return 'yes';
  if (road.clearedOn !== undefined || road.batch !== undefined) return 'yes';
  if (setting.onlyHints) return 'ask';
  const limit = policy.askAbove[trace.captured.currency];
  return limit !== undefined && trace.captured.minor > limit ? 'ask' : 'yes';
}

const isFresh = ({ trace, policy, now }: Moment): boolean =>
  now.epochMilliseconds - trace.capturedAt!.epochMilliseconds < policy.recordWithinSeconds * 1_000;

/** The rank of the weakest evidence that the verdict needs. */
function confidenceOf(code: VerdictCode, { trace, road }: Standing): Confidence {
  const told = road.batch?.told;
  // That a bank sent it back is known by a statement, or by the channel's word.
  if (code === 'payout_returned' && told?.state === 'returned' && road.batch?.foundState !== 'returned')
    return CONFIDENCE[told.by];
  // So is that it is late; then no more is claimed than the channel says.
  if (code === 'late' && told !== undefined && road.batch?.foundState !== 'late') return CONFIDENCE[told.by];
  if (code === 'received' || code === 'short_settled' || code === 'payout_returned') return 'proven';
  if (trace.absent) return 'proven';
  const isIn = trace.position === 'captured' || trace.position === 'refunded';
  const said = isIn && road.clearedOn !== undefined ? PROVEN : surestOf(trace.saidBy);
  if (said === NOBODY) return trace.placedAt === undefined ? 'claimed' : 'recorded';
  if (code !== 'refunded') return LADDER[said]!;
  const given = surestOf(trace.refunds.map((r) => (r.state === 'succeeded' ? r.by : 'claim')));
  return LADDER[Math.min(said, given)]!;
}

/** How far a source alone is believed. */
const CONFIDENCE = {
  claim: 'claimed',
  order: 'recorded',
  notification: 'reported',
  inquiry: 'confirmed',
  decision: 'confirmed',
  bill: 'proven',
  statement: 'proven',
} as const satisfies Record<Source, Confidence>;
export const confidenceIn = (source: Source): Confidence => CONFIDENCE[source];

const LADDER = Object.keys(CONFIDENCES) as readonly Confidence[];
const PROVEN = LADDER.indexOf('proven');
const NOBODY = -1;
function surestOf(sources: readonly Source[]): number {
  let most = NOBODY;
  for (const source of sources) most = Math.max(most, LADDER.indexOf(CONFIDENCE[source]));
  return most;
}

function evidenceOf({ trace, road }: Standing): readonly Evidence[] {
  const evidence: Evidence[] = trace.evidence.map((id) => ({ kind: 'observation', id }));
  for (const c of trace.contradictions) for (const id of c.observations) evidence.push({ kind: 'observation', id });
  if (road.billId !== undefined) evidence.push({ kind: 'document', id: road.billId });
  if (road.batch !== undefined) evidence.push({ kind: 'batch', id: road.batch.id });
  return evidence;
}
