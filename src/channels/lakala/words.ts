/**
 * Lakala's words in ours: one table for each place a state stands in, checked by the compiler. An unknown word is never guessed: the
 * message is unreadable and a person sees it. `code` is not among them: BBS00000 and 000000 say that the call was heard, no more.
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
import type { Account } from '../channel.ts';

/** `trade_state` of 聚合扫码. */
export const TRADE_STATES = {
  INIT: 'unpaid', // Lakala has it, no wallet yet: nobody can have paid. Asked on.
  CREATE: 'unpaid', // The wallet waits for the customer. Asked on.
  DEAL: 'processing', // The wallet is at work: the customer may have been debited. Asked on.
  UNKNOWN: 'processing', // Lakala itself does not know, and stops asking the wallet after two hours; our question makes it ask again.
  SUCCESS: 'captured',
  PART_REFUND: 'captured', // Something was given back: how much, the refunds themselves tell.
  REFUND: 'captured', // It was paid, and all of it was given back, by refunds or by a revocation: both are said.
  FAIL: 'failed',
  CLOSE: 'closed',
  REVOKED: 'reversed', // Not in every edition of the list; where it is told, nothing of the payment stays.
} as const satisfies Record<string, Kind>;

/** `order_status` of 收银台. */
export const ORDER_STATES = {
  '0': 'unpaid',
  '1': 'processing', // 支付中: the customer may have been debited. Asked on.
  '2': 'captured',
  '3': 'failed',
  '4': 'closed', // 已过期
  '5': 'closed', // 已取消
  '6': 'captured', // 部分或全部退款, not told apart: the list of trades tells, where there is one.
} as const satisfies Record<string, Kind>;

/** `trade_state` of a refund. */
export const REFUND_STATES = {
  INIT: 'processing',
  CREATE: 'processing',
  DEAL: 'processing',
  UNKNOWN: 'processing',
  SUCCESS: 'succeeded',
  FAIL: 'closed', // Nothing was given back; the same number may be tried again.
  CLOSE: 'closed',
} as const satisfies Record<string, RefundState>;

/** Integer fen; text, where the cashier's query also writes numbers. A fraction or a negative one is not read as something else. */
const fen = z
  .union([
    z.string().regex(/^\d{1,13}$/),
    z
      .int()
      .nonnegative()
      .max(10 ** 13),
  ])
  .transform((v) => BigInt(v));
const empty = <T extends z.ZodType>(shape: T) => z.preprocess((v) => (v === '' || v === null ? undefined : v), shape);
const fenOrNone = empty(fen.optional());
const text = empty(z.string().max(64).optional());
const words = <T extends string>(table: Readonly<Record<T, unknown>>) => z.enum(Object.keys(table) as [T, ...T[]]);

const parties = { merchant_no: text, trans_merchant_no: text };
export const partiesShape = z.object(parties);

export const tradeShape = z.object({
  ...parties,
  out_trade_no: z.string().min(1).max(64),
  trade_no: text,
  log_no: text,
  acc_trade_no: text,
  // A query says trade_state; a notification of old says trade_status only.
  trade_state: empty(words(TRADE_STATES).optional()),
  trade_status: empty(words(TRADE_STATES).optional()),
  total_amount: fenOrNone,
  payer_amount: fenOrNone,
  trade_time: text,
  term_no: text,
});

const orderTrade = z.object({
  trade_no: text,
  log_no: text,
  // The cashier's query spells it so.
  log_No: text,
  acc_trade_no: text,
  trade_type: text,
  trade_status: text,
  trade_amount: fenOrNone,
  payer_amount: fenOrNone,
  trade_time: text,
});
export const orderShape = z.object({
  ...parties,
  pay_order_no: text,
  out_order_no: z.string().min(1).max(64),
  order_status: z.preprocess((v) => (typeof v === 'number' ? String(v) : v), words(ORDER_STATES)),
  total_amount: fenOrNone,
  /** Where it was paid, and on which terminal it is settled. */
  trans_term_no: text,
  term_no: text,
  /** Newest first; a notification carries only the trade it is about. */
  order_trade_info_list: z
    .array(orderTrade)
    .nullish()
    .transform((list) => list ?? undefined),
  order_trade_info: orderTrade.nullish().transform((one) => one ?? undefined),
});
export type Order = z.output<typeof orderShape>;

export const refundShape = z.object({
  ...parties,
  out_refund_order_no: text,
  trade_no: text,
  origin_trade_no: text,
  trade_state: empty(words(REFUND_STATES).optional()),
  refund_amount: fenOrNone,
  trade_time: text,
});

/** About this account? Lakala writes the trading or the settling number; either one of ours will do. */
export function isOf(it: z.output<typeof partiesShape>, account: Account): boolean {
  const ours = [account.merchantNo, account.settings.settle_merchant_no];
  return [it.merchant_no, it.trans_merchant_no].some((no) => no !== undefined && ours.includes(no));
}
export const namesNobody = (it: z.output<typeof partiesShape>): boolean =>
  it.merchant_no === undefined && it.trans_merchant_no === undefined;

export type Heard = Readonly<{ source: Source; at: Temporal.Instant }>;

export function tradeSays(t: z.output<typeof tradeShape>, heard: Heard): readonly Observed[] {
  const state = t.trade_state ?? t.trade_status;
  if (state === undefined) throw new Error('a trade without a state');
  return says(
    {
      kind: TRADE_STATES[state],
      said: state,
      paymentRef: t.out_trade_no,
      tradeNo: t.trade_no,
      refs: refsOf([
        ['channel_trade', t.trade_no],
        ['log_no', t.log_no],
        ['wallet_trade', t.acc_trade_no],
      ]),
      total: t.total_amount,
      payer: t.payer_amount,
      paidAt: beijing(t.trade_time),
      terminal: t.term_no,
      givenBack: state === 'REFUND' ? t.total_amount : undefined,
    },
    heard,
  );
}

export function orderSays(o: Order, heard: Heard): readonly Observed[] {
  const pay = paymentOf(o);
  const givenBack = tradesOf(o)
    .filter((t) => (t.trade_type === 'REFUND' || t.trade_type === 'CANCEL') && t.trade_status === 'S')
    .reduce((sum, t) => sum + (t.trade_amount ?? 0n), 0n);
  return says(
    {
      kind: ORDER_STATES[o.order_status],
      said: o.order_status,
      paymentRef: o.out_order_no,
      tradeNo: pay?.trade_no,
      refs: refsOf([
        ['channel_trade', pay?.trade_no],
        ['log_no', pay?.log_no ?? pay?.log_No],
        ['wallet_trade', pay?.acc_trade_no],
      ]),
      total: o.total_amount,
      // A cashier that does not know what the payer's side paid writes 0.
      payer: pay?.payer_amount === 0n ? undefined : pay?.payer_amount,
      paidAt: beijing(pay?.trade_time),
      terminal: o.trans_term_no ?? o.term_no,
      // Only where the list has the payment too: a notification carries one trade, which is not all that was given back so far.
      givenBack: pay?.trade_no === undefined ? undefined : givenBack,
    },
    heard,
  );
}

const tradesOf = (o: Order) =>
  o.order_trade_info_list ?? (o.order_trade_info === undefined ? [] : [o.order_trade_info]);
/** The trade that paid the order: not one that gave it back, and not an earlier try that failed. */
export const paymentOf = (o: Order) =>
  tradesOf(o).find((t) => t.trade_type === 'PAY' && (t.trade_status === 'S' || t.trade_status === undefined));

type Said = Readonly<{
  kind: Kind;
  said: string;
  paymentRef: string;
  tradeNo: string | undefined;
  refs: readonly Ref[];
  total: bigint | undefined;
  payer: bigint | undefined;
  paidAt: Temporal.Instant | undefined;
  terminal: string | undefined;
  /** All that was given back so far, where it is told. */
  givenBack: bigint | undefined;
}>;

function says(it: Said, heard: Heard): readonly Observed[] {
  const { kind, total, tradeNo, givenBack = 0n } = it;
  // A cashier order that was given back in part may be told without the trade that paid it.
  const isNamed = tradeNo !== undefined || it.said === '6';
  if (kind === 'captured' && (total === undefined || !isNamed))
    throw new Error('a success without an amount or a trade number');
  // Neither side gives events a name: what says the same has the same one.
  const key = [it.paymentRef, it.said, tradeNo, total, it.payer, givenBack].map((p) => p ?? '').join(':');
  const payment: Observed = {
    source: heard.source,
    key,
    kind,
    occurredAt: (kind === 'captured' ? it.paidAt : undefined) ?? heard.at,
    paymentRef: it.paymentRef,
    refs: it.refs,
    ...(total === undefined ? {} : { amount: cny(total) }),
    ...(it.payer === undefined ? {} : { payerAmount: cny(it.payer) }),
    ...placeNamed({ terminal: it.terminal }),
    said: it.said,
  };
  if (givenBack === 0n || tradeNo === undefined) return [payment];
  // In however many refunds: it is named by the payment's own number, as no single one is meant.
  return [
    payment,
    {
      source: heard.source,
      key: `${key}:refund`,
      kind: 'refund',
      occurredAt: heard.at,
      paymentRef: it.paymentRef,
      refs: it.refs,
      amount: cny(givenBack),
      refund: { ref: tradeNo, state: 'succeeded' },
      said: it.said,
    },
  ];
}

/** `minor`: how much was asked for. The answer to a refund need not repeat it; that to a query has to say how much. */
export function refundSays(
  r: z.output<typeof refundShape>,
  asked: Readonly<{ paymentRef: string; refundRef: string; minor: bigint | undefined }>,
  heard: Heard,
): readonly Observed[] {
  // Of the call itself it is only said that it was heard, which is not yet that money went back.
  const state = r.trade_state ?? (asked.minor === undefined ? undefined : 'DEAL');
  if (state === undefined) throw new Error('a refund without a state');
  const minor = r.refund_amount ?? asked.minor;
  if (REFUND_STATES[state] === 'succeeded' && minor === undefined) throw new Error('a refund without its amount');
  return [
    {
      source: heard.source,
      key: [asked.paymentRef, asked.refundRef, state, r.trade_no, minor].map((p) => p ?? '').join(':'),
      kind: 'refund',
      occurredAt: (state === 'SUCCESS' ? beijing(r.trade_time) : undefined) ?? heard.at,
      paymentRef: asked.paymentRef,
      refs: refsOf([
        ['channel_trade', r.origin_trade_no],
        ['refund', asked.refundRef],
        ['channel_refund', r.trade_no],
      ]),
      ...(minor === undefined ? {} : { amount: cny(minor) }),
      refund: { ref: asked.refundRef, state: REFUND_STATES[state] },
      said: state,
    },
  ];
}

/** yyyyMMddHHmmss in Beijing. One that is cut short, as the cashier writes now and then, is no time. */
export function beijing(written: string | undefined): Temporal.Instant | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(written ?? '');
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  try {
    return Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  } catch {
    return undefined;
  }
}
export const beijingText = (at: Temporal.Instant): string =>
  at.toZonedDateTimeISO('Asia/Shanghai').toPlainDateTime().toString({ smallestUnit: 'second' }).replace(/\D/g, '');

const cny = (minor: bigint): Money => money(minor, 'CNY');
const refsOf = (pairs: ReadonlyArray<readonly [Ref['kind'], string | undefined]>): readonly Ref[] =>
  pairs.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]));
