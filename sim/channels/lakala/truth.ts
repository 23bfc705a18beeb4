/** What really happened: the orders, trades and refunds of the simulated Lakala. Nobody's opinion; the auditor's ground. */

export type TradeState =
  | 'INIT'
  | 'CREATE'
  | 'SUCCESS'
  | 'FAIL'
  | 'DEAL'
  | 'UNKNOWN'
  | 'CLOSE'
  | 'PART_REFUND'
  | 'REFUND';
export type Product = 'scan' | 'barcode' | 'cashier';

export type Trade = {
  readonly product: Product;
  /** `out_trade_no` of 聚合扫码, `out_order_no` of 收银台. */
  readonly ref: string;
  readonly payOrderNo: string;
  readonly notifyUrl: string | undefined;
  readonly total: bigint;
  readonly createdAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  state: TradeState;
  /** The cashier tells an order that ran out from one that was closed. */
  expired: boolean;
  tradeNo: string | undefined;
  accTradeNo: string | undefined;
  payerAmount: bigint;
  successAt: Temporal.Instant | undefined;
  refunds: Refund[];
};

export type Refund = {
  readonly ref: string;
  readonly tradeNo: string;
  readonly kind: 'REFUND' | 'CANCEL';
  readonly amount: bigint;
  readonly createdAt: Temporal.Instant;
  state: 'DEAL' | 'SUCCESS' | 'FAIL';
  successAt: Temporal.Instant | undefined;
};

export type Parties = Readonly<{ merchantNo: string; settleMerchantNo: string; termNo: string }>;

export const stamp = (at: Temporal.Instant): string => {
  const z = at.toZonedDateTimeISO('+08:00');
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${z.year}${two(z.month)}${two(z.day)}${two(z.hour)}${two(z.minute)}${two(z.second)}`;
};
/** The reconciliation key is the end of the trade number. */
const logNo = (tradeNo: string): string => tradeNo.slice(-14);

/** As tradequery answers; the notification of 聚合扫码 carries the same under one name more. */
export function tradeSays(t: Trade, who: Parties, total = t.total): Record<string, unknown> {
  const paid = t.successAt !== undefined;
  return {
    merchant_no: who.merchantNo,
    out_trade_no: t.ref,
    trade_no: t.tradeNo ?? '',
    log_no: t.tradeNo === undefined ? '' : logNo(t.tradeNo),
    trade_main_type: t.product === 'barcode' ? 'MICROPAY' : 'PREORDER',
    split_attr: 'M',
    acc_trade_no: t.accTradeNo ?? '',
    account_type: 'WECHAT',
    trade_state: t.state,
    trade_state_desc: t.state,
    total_amount: String(total),
    payer_amount: paid ? String(t.payerAmount) : '',
    acc_settle_amount: paid ? String(total) : '',
    trade_time: paid ? stamp(t.successAt!) : '',
  };
}

const ORDER_STATUS = {
  INIT: '0',
  CREATE: '0',
  DEAL: '1',
  UNKNOWN: '1',
  SUCCESS: '2',
  FAIL: '3',
  CLOSE: '5',
  PART_REFUND: '6',
  REFUND: '6',
} as const satisfies Record<TradeState, string>;

const payment = (t: Trade): Record<string, unknown> => ({
  trade_no: t.tradeNo,
  log_no: logNo(t.tradeNo!),
  trade_type: 'PAY',
  trade_status: 'S',
  trade_amount: String(t.total),
  payer_amount: String(t.payerAmount),
  trade_time: stamp(t.successAt!),
  acc_trade_no: t.accTradeNo,
  pay_mode: 'WECHAT',
});

function orderHead(t: Trade, who: Parties): Record<string, unknown> {
  return {
    pay_order_no: t.payOrderNo,
    out_order_no: t.ref,
    channel_id: '25',
    trans_merchant_no: who.merchantNo,
    trans_term_no: who.termNo,
    merchant_no: who.settleMerchantNo,
    term_no: who.termNo,
    order_status: t.state === 'CLOSE' && t.expired ? '4' : ORDER_STATUS[t.state],
    order_create_time: stamp(t.createdAt),
    order_efficient_time: stamp(t.expiresAt),
  };
}

/** The query writes amounts as numbers and one name in capitals. */
export function orderAnswers(t: Trade, who: Parties): Record<string, unknown> {
  const back = t.refunds.map((r) => ({
    trade_no: r.tradeNo,
    log_No: logNo(r.tradeNo),
    trade_type: r.kind,
    trade_status: r.state === 'SUCCESS' ? 'S' : r.state === 'FAIL' ? 'F' : 'P',
    trade_amount: Number(r.amount),
    payer_amount: 0,
    trade_time: r.successAt === undefined ? '' : stamp(r.successAt),
  }));
  const { log_no: log_No, ...pay } = t.successAt === undefined ? {} : payment(t);
  const paid = t.successAt === undefined ? [] : [{ ...pay, log_No, trade_amount: Number(t.total), payer_amount: 0 }];
  return { ...orderHead(t, who), total_amount: Number(t.total), order_trade_info_list: [...back, ...paid] };
}

/** The notification of 收银台 carries the one trade it is about. */
export const orderNotifies = (t: Trade, who: Parties, total = t.total): Record<string, unknown> => ({
  ...orderHead(t, who),
  total_amount: String(total),
  order_trade_info: payment(t),
});

export const refundAccepted = (t: Trade, r: Refund, who: Parties): Record<string, unknown> => ({
  merchant_no: who.merchantNo,
  out_refund_order_no: r.ref,
  trade_no: r.tradeNo,
  log_no: logNo(r.tradeNo),
  total_amount: String(t.total),
  refund_amount: String(r.amount),
  trade_time: stamp(r.createdAt),
  origin_trade_no: t.tradeNo,
  origin_out_trade_no: t.ref,
});
export const refundSays = (t: Trade, r: Refund, who: Parties): Record<string, unknown> => ({
  ...refundAccepted(t, r, who),
  trade_state: r.state,
  trade_time: r.successAt === undefined ? '' : stamp(r.successAt),
});
