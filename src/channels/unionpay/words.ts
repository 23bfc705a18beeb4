/**
 * UnionPay's words in ours. An unknown word is never guessed: the message is unreadable and a person sees it.
 *
 * `respCode` is about the call, `origRespCode` about the transaction that was asked for. Amounts are fen as text, times Beijing's:
 * `txnTime` with its year, `traceTime` (MMDDhhmmss) without. UnionPay has no close; what was declined may be tried again with another card
 * until the time to pay is over, so a failure is final only then.
 */
import { z } from 'zod';
import { type Money, money } from '../../base/money.ts';
import {
  type Kind,
  type Observed,
  placeNamed,
  type Ref,
  type RefundState,
  type Source,
} from '../../observations/observation.ts';
import type { Form } from './sign.ts';

/** Of a transaction: paid. A6 is a success with a defect that is not the merchant's. */
const DONE: ReadonlySet<string> = new Set(['00', 'A6']);
/**
 * Not settled yet: time-out, state unclear, accepted. 42, 74 and 75: the customer was debited and the merchant is not paid; the money goes
 * back by itself after some days, which only a bill or a refund tells.
 */
const UNDERWAY: ReadonlySet<string> = new Set(['03', '04', '05', '42', '74', '75']);
/** At the page where the buyer types. */
const WAITING: ReadonlySet<string> = new Set(['70']);
/** Declined by UnionPay, the issuer, or for the merchant's own request. */
const DECLINED: ReadonlySet<string> = new Set(
  `01 02 10 11 12 13 14 30 31 32 33 35 36 38 39 40 41 43 44 60 61 62 63 64 65 66 67 68 69 71 72 73 76 77 78 79 80`.split(
    ' ',
  ),
);

/** `isFinal`: nobody can pay it any more. */
export function kindOf(code: string, isFinal: boolean): Kind {
  if (DONE.has(code)) return 'captured';
  if (UNDERWAY.has(code)) return 'processing';
  if (WAITING.has(code)) return 'unpaid';
  if (DECLINED.has(code)) return isFinal ? 'failed' : 'unpaid';
  throw new Error(`an unknown state, ${code.slice(0, 10)}`);
}

function refundStateOf(code: string): RefundState {
  const kind = kindOf(code, true);
  // Nothing was given back; it may be tried anew under another number.
  return kind === 'captured' ? 'succeeded' : kind === 'failed' ? 'closed' : 'processing';
}

const optional = <T extends z.ZodType>(shape: T) => z.preprocess((v) => (v === '' ? undefined : v), shape.optional());
const ref = z.string().regex(/^[\x21-\x7e]{1,64}$/);
const code = z.string().regex(/^[0-9A-Z]{2}$/);
const fen = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform((text) => BigInt(text));
const beijing = z
  .string()
  .regex(/^\d{14}$/)
  .transform((text, context) => {
    try {
      return instantOf(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'not a time' });
      return z.NEVER;
    }
  });

const common = {
  merId: ref,
  orderId: ref,
  txnTime: beijing,
  txnAmt: optional(fen),
  currencyCode: optional(z.literal('156')),
  queryId: optional(ref),
  traceTime: optional(z.string().regex(/^\d{10}$/)),
  // Whatever stands here, the payment is told.
  termId: optional(ref).catch(undefined),
};

/** The answer to a question: of the transaction, what the words above say. */
export const answerShape = z.object({ ...common, origRespCode: code });
export type Answered = z.output<typeof answerShape>;

/** 消费, 预授权完成, 代收, 账单支付; what takes such a one back; 退货. */
const PAYING = ['01', '03', '11', '13'] as const;
const UNDOING = ['31', '33'] as const;
const REFUNDING = '04';
/** UnionPay notifies successes only: any other word is none of its. */
const notifyShape = z.object({
  ...common,
  txnType: z.enum([...PAYING, ...UNDOING, REFUNDING]),
  respCode: z.enum(['00', 'A6']),
  txnAmt: fen,
  currencyCode: z.literal('156'),
  queryId: ref,
  origQryId: optional(ref),
  origOrderId: optional(ref),
});
export type Notified = z.output<typeof notifyShape>;

export const textsOf = (form: Form): Readonly<Record<string, string>> => Object.fromEntries(form);
export const notifiedOf = (form: Form): Notified => notifyShape.parse(textsOf(form));

export type Heard = Readonly<{ source: Source; at: Temporal.Instant }>;

/** Of a payment that was asked for. */
export function paymentSays(it: Answered, isFinal: boolean, heard: Heard): readonly Observed[] {
  const kind = kindOf(it.origRespCode, isFinal);
  return [payment(it, kind, it.origRespCode, heard)];
}

export function notificationSays(it: Notified): readonly Observed[] {
  const heard: Heard = { source: 'notification', at: it.txnTime };
  if (isOneOf(PAYING, it.txnType)) return [payment(it, 'captured', it.respCode, heard)];
  if (it.txnType === REFUNDING)
    return [refund(it, { paymentRef: it.origOrderId, refundRef: it.orderId, minor: it.txnAmt }, it.respCode, heard)];
  return [reversal(it, { paymentRef: it.origOrderId, tradeNo: it.origQryId }, it.respCode, heard)];
}

type Common = Omit<Answered, 'origRespCode'>;

function payment(it: Common, kind: Kind, said: string, heard: Heard): Observed {
  const isCaptured = kind === 'captured';
  if (isCaptured && (it.txnAmt === undefined || it.queryId === undefined || it.currencyCode === undefined))
    throw new Error('a success without an amount, a currency or a query number');
  return {
    source: heard.source,
    // Events have no name at UnionPay: what says the same has the same one.
    key: [it.orderId, kind, said, it.queryId, it.txnAmt].map((p) => p ?? '').join(':'),
    kind,
    occurredAt: isCaptured ? transmittedAt(it) : heard.at,
    paymentRef: it.orderId,
    refs: refsOf([
      ['channel_trade', it.queryId],
      ['query_id', it.queryId],
    ]),
    ...(it.txnAmt === undefined || it.currencyCode === undefined ? {} : { amount: cny(it.txnAmt) }),
    ...placeNamed({ terminal: it.termId }),
    said,
  };
}

/** `minor`: as it was asked for, where the answer need not repeat it. Without `paymentRef` it waits under the payment's query number. */
export function refund(
  it: Common & Readonly<{ origQryId?: string | undefined }>,
  asked: Readonly<{ paymentRef: string | undefined; refundRef: string; minor: bigint | undefined }>,
  said: string,
  heard: Heard,
): Observed {
  const minor = it.txnAmt ?? asked.minor;
  const state = refundStateOf(said);
  if (state === 'succeeded' && minor === undefined) throw new Error('a refund without its amount');
  return {
    source: heard.source,
    key: [asked.refundRef, state, said, it.queryId, minor].map((p) => p ?? '').join(':'),
    kind: 'refund',
    occurredAt: state === 'succeeded' ? transmittedAt(it) : heard.at,
    ...(asked.paymentRef === undefined ? {} : { paymentRef: asked.paymentRef }),
    refs: refsOf([
      ['channel_trade', it.origQryId],
      ['refund', asked.refundRef],
      ['channel_refund', it.queryId],
    ]),
    ...(minor === undefined ? {} : { amount: cny(minor) }),
    refund: { ref: asked.refundRef, state },
    said,
  };
}

/** 撤销 that succeeded. */
export function reversal(
  it: Common,
  origin: Readonly<{ paymentRef: string | undefined; tradeNo: string | undefined }>,
  said: string,
  heard: Heard,
): Observed {
  if (origin.paymentRef === undefined && origin.tradeNo === undefined)
    throw new Error('a revocation that does not name what it revokes');
  return {
    source: heard.source,
    key: [it.orderId, 'reversed', said, it.queryId].map((p) => p ?? '').join(':'),
    kind: 'reversed',
    occurredAt: transmittedAt(it),
    ...(origin.paymentRef === undefined ? {} : { paymentRef: origin.paymentRef }),
    refs: refsOf([['channel_trade', origin.tradeNo]]),
    ...(it.txnAmt === undefined ? {} : { amount: cny(it.txnAmt) }),
    said,
  };
}

/**
 * When UnionPay handled it: `traceTime` in the year of the order, or in the next where the order was sent before New Year; else the order's
 * own time.
 */
export function transmittedAt({ txnTime, traceTime }: Pick<Common, 'txnTime' | 'traceTime'>): Temporal.Instant {
  if (traceTime === undefined) return txnTime;
  const { year } = txnTime.toZonedDateTimeISO(ZONE);
  const [same, next] = [year, year + 1].map((y) => {
    try {
      return instantOf(`${y}${traceTime}`);
    } catch {
      return undefined;
    }
  });
  const isFar = same === undefined || same.until(txnTime).total('hours') > HALF_A_YEAR_HOURS;
  return (isFar ? next : same) ?? txnTime;
}

const ZONE = 'Asia/Shanghai';
const HALF_A_YEAR_HOURS = 183 * 24;

/** YYYYMMDDhhmmss in Beijing; throws where it is no time. */
function instantOf(text: string): Temporal.Instant {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return Temporal.Instant.from(`${y}-${mo}-${d}T${h}:${mi}:${s}+08:00`);
}
/** As UnionPay wants it, cut to the second. */
export const txnTimeOf = (at: Temporal.Instant): string =>
  at.toZonedDateTimeISO(ZONE).toPlainDateTime().toString({ smallestUnit: 'second' }).replace(/\D/g, '');
/** The day of UnionPay's clearing, which ends at 23:00. */
export const clearingDay = (at: Temporal.Instant): Temporal.PlainDate =>
  at.toZonedDateTimeISO(ZONE).add({ hours: 1 }).toPlainDate();

const cny = (minor: bigint): Money => money(minor, 'CNY');
const isOneOf = <T extends string>(list: readonly T[], it: string): it is T => (list as readonly string[]).includes(it);
const refsOf = (pairs: ReadonlyArray<readonly [Ref['kind'], string | undefined]>): readonly Ref[] =>
  pairs.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]));
