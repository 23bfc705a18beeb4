/**
 * How long after a payment each channel gives it back, and in how many parts: data. A policy may be shorter, never longer. Pure.
 *
 * Sources: WeChat Pay, “申请退款” (within a year, at most 50 partial refunds; an ABNORMAL refund is finished under its own number); Alipay,
 * alipay.trade.refund (within twelve months unless the contract says less); UnionPay, 退货交易 (within eleven months); PayPal, “Refund captured
 * payment” and REFUND_TIME_LIMIT_EXCEEDED (180 days). Stripe and Adyen name no day for all methods, Lakala none that is published: there the
 * channel's own refusal tells. Adyen, “API idempotency”: a key is kept for at least seven days.
 */
import type { ChannelId } from './channel.ts';

type RefundLimit = Readonly<{
  /** Undefined: the channel names none. */
  days: number | undefined;
  parts: number | undefined;
  /** One that the customer's bank bounced still belongs to the customer: it is finished at the channel, not asked for anew. */
  keepsBounced?: true;
  /** There is no question by its number, but the same call again is answered as the first was, for so long: that is the question. */
  sameAnswerDays?: number;
}>;

export const REFUND_LIMITS: Readonly<Record<ChannelId, RefundLimit>> = {
  wechatpay: { days: 365, parts: 50, keepsBounced: true },
  alipay: { days: 365, parts: undefined },
  lakala: { days: undefined, parts: undefined },
  unionpay: { days: 330, parts: undefined },
  stripe: { days: undefined, parts: undefined },
  adyen: { days: undefined, parts: undefined, sameAnswerDays: 7 },
  paypal: { days: 180, parts: undefined },
};
