/**
 * Alipay's words in ours. An unknown word is never guessed: the message is unreadable and a person sees it.
 *
 * Amounts are yuan as text; times are Beijing's, without a zone. TRADE_CLOSED says two things: never paid, or paid and wholly given back;
 * only the payment's own traces (a time of payment, money from the buyer) tell which.
 */
import { z } from 'zod';
import { type Money, money, parseDecimal } from '../../base/money.ts';
import { type Kind, type Observed, placeNamed, type Ref, type Source } from '../../observations/observation.ts';

export const TRADE_STATES = {
  WAIT_BUYER_PAY: 'unpaid',
  TRADE_SUCCESS: 'captured',
  TRADE_FINISHED: 'captured',
  TRADE_CLOSED: 'closed',
} as const satisfies Record<string, Kind>;

const ZONE = 'Asia/Shanghai';

/** Yuan with at most two decimals, as text. Anything else is not read as something near it. */
const yuan = z
  .string()
  .regex(/^\d{1,11}(\.\d{1,2})?$/)
  .transform((text) => {
    const { value, scale } = parseDecimal(text)!;
    return money(value * 10n ** BigInt(2 - scale), 'CNY');
  });
const beijing = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,3})?$/)
  .transform((text, context) => {
    try {
      return Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(ZONE).toInstant();
    } catch {
      context.addIssue({ code: 'custom', message: 'not a time' });
      return z.NEVER;
    }
  });

/** `2026-11-20 10:00:00`, as the gateway wants it. */
export const stampOf = (at: Temporal.Instant): string => {
  const local = at.toZonedDateTimeISO(ZONE).toPlainDateTime();
  return local.toString({ smallestUnit: 'second' }).replace('T', ' ');
};

const ref = z.string().min(1).max(64);
const optional = <T extends z.ZodType>(shape: T) => z.preprocess((v) => (v === '' ? undefined : v), shape.optional());

const common = {
  out_trade_no: ref,
  trade_no: ref,
  trade_status: z.enum(Object.keys(TRADE_STATES) as [keyof typeof TRADE_STATES]),
  total_amount: yuan,
  buyer_pay_amount: optional(yuan),
  /** Named only where it is not CNY, which is not read here. */
  trans_currency: optional(z.literal('CNY')),
  // As the merchant sent them with the order. Whatever stands here, the payment is told.
  store_id: optional(z.string().max(64)).catch(undefined),
  terminal_id: optional(z.string().max(64)).catch(undefined),
};

export const querySays = z.object({ ...common, send_pay_date: optional(beijing) });

export const notifySays = z.object({
  ...common,
  app_id: z.string(),
  seller_id: z.string(),
  notify_id: z.string().min(1).max(128),
  notify_type: z.literal('trade_status_sync'),
  notify_time: beijing,
  gmt_create: optional(beijing),
  gmt_payment: optional(beijing),
  gmt_refund: optional(beijing),
  gmt_close: optional(beijing),
  /** All that was given back of this trade so far, not this refund's. */
  refund_fee: optional(yuan),
  /** In a refund's notification the refund's own reference. */
  out_biz_no: optional(ref),
});
export type Notified = z.output<typeof notifySays>;

export const refundQuerySays = z.object({
  out_trade_no: optional(ref),
  trade_no: optional(ref),
  out_request_no: optional(ref),
  refund_amount: optional(yuan),
  refund_status: optional(z.literal('REFUND_SUCCESS')),
  gmt_refund_pay: optional(beijing),
});

export const refundSays = z.object({
  out_trade_no: ref,
  trade_no: optional(ref),
  fund_change: z.enum(['Y', 'N']),
  gmt_refund_pay: optional(beijing),
});

export const cancelSays = z.object({ out_trade_no: optional(ref), retry_flag: z.enum(['Y', 'N']) });

type Trade = Readonly<{
  out_trade_no: string;
  trade_no: string;
  trade_status: keyof typeof TRADE_STATES;
  total_amount: Money;
  buyer_pay_amount?: Money | undefined;
  store_id?: string | undefined;
  terminal_id?: string | undefined;
  paidAt: Temporal.Instant | undefined;
  /** All that was given back so far, where the channel tells it. */
  givenBack: Money | undefined;
  /** The refund that was the occasion. */
  refundRef?: string | undefined;
}>;

type Heard = Readonly<{ source: Source; key: string | undefined; at: Temporal.Instant }>;

export function tradeSaid(t: Trade, heard: Heard): readonly Observed[] {
  const isSome = (money: Money | undefined): boolean => (money?.minor ?? 0n) > 0n;
  const wasPaid = t.paidAt !== undefined || isSome(t.givenBack) || isSome(t.buyer_pay_amount);
  const isAllBack = t.trade_status === 'TRADE_CLOSED' && wasPaid;
  const givenBack = isAllBack ? t.total_amount : t.givenBack;
  const kind = isAllBack ? 'captured' : TRADE_STATES[t.trade_status];
  const refs = refsOf([['channel_trade', t.trade_no]]);
  const key = heard.key ?? keyOf([t.out_trade_no, t.trade_status, t.trade_no, t.total_amount.minor, givenBack?.minor]);
  const trade: Observed = {
    source: heard.source,
    key,
    kind,
    occurredAt: (kind === 'captured' ? t.paidAt : undefined) ?? heard.at,
    paymentRef: t.out_trade_no,
    refs,
    amount: t.total_amount,
    ...(t.buyer_pay_amount === undefined || kind !== 'captured' ? {} : { payerAmount: t.buyer_pay_amount }),
    ...placeNamed({ store: t.store_id, terminal: t.terminal_id }),
    said: t.trade_status,
  };
  if (!isSome(givenBack)) return [trade];
  // In however many refunds: it is named by the payment's own number, as no single one is meant.
  return [
    trade,
    {
      source: heard.source,
      key: `${key}:refund`,
      kind: 'refund',
      occurredAt: heard.at,
      paymentRef: t.out_trade_no,
      refs: [...refs, ...refsOf([['refund', t.refundRef]])],
      amount: givenBack!,
      refund: { ref: t.trade_no, state: 'succeeded' },
      said: t.trade_status,
    },
  ];
}

export const notifySaid = (n: Notified): readonly Observed[] =>
  tradeSaid(
    {
      ...n,
      paidAt: n.gmt_payment,
      givenBack: n.refund_fee,
      refundRef: n.refund_fee === undefined ? undefined : n.out_biz_no,
    },
    { source: 'notification', key: n.notify_id, at: occurredAt(n) },
  );

/** When it happened: the same each time the notification is sent, unlike `notify_time`. */
export const occurredAt = (n: Notified): Temporal.Instant =>
  n.gmt_refund ??
  (n.trade_status === 'TRADE_CLOSED' ? n.gmt_close : undefined) ??
  n.gmt_payment ??
  n.gmt_create ??
  n.notify_time;

export function refundSaid(
  it: Readonly<{
    paymentRef: string;
    refundRef: string;
    tradeNo: string | undefined;
    amount: Money;
    state: 'succeeded' | 'processing';
    at: Temporal.Instant;
    said: string;
  }>,
): readonly Observed[] {
  return [
    {
      source: 'inquiry',
      key: keyOf([it.refundRef, it.state, it.tradeNo, it.amount.minor]),
      kind: 'refund',
      occurredAt: it.at,
      paymentRef: it.paymentRef,
      refs: refsOf([
        ['channel_trade', it.tradeNo],
        ['refund', it.refundRef],
      ]),
      amount: it.amount,
      refund: { ref: it.refundRef, state: it.state },
      said: it.said,
    },
  ];
}

/** An answer that says the same has the same name; one that says more or other has another. */
const keyOf = (parts: readonly unknown[]): string => parts.map((p) => p ?? '').join(':');
const refsOf = (pairs: ReadonlyArray<readonly [Ref['kind'], string | undefined]>): readonly Ref[] =>
  pairs.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]));
