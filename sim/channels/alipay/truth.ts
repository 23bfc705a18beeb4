/** What really happened: the payments and refunds of the simulated Alipay. Nobody's opinion; the auditor's ground. */

export type TradeState = 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_FINISHED' | 'TRADE_CLOSED';

export type Trade = {
  readonly outTradeNo: string;
  readonly subject: string;
  readonly notifyUrl: string | undefined;
  readonly totalFen: number;
  /** The merchant's own numbers of the place. */
  readonly place: Readonly<{ storeId?: string; terminalId?: string }>;
  readonly placedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  /** From when the buyer has opened it. Before, Alipay knows no such trade. */
  tradeNo: string | undefined;
  createdAt: Temporal.Instant | undefined;
  state: TradeState;
  payerFen: number;
  paidAt: Temporal.Instant | undefined;
  closedAt: Temporal.Instant | undefined;
  refunds: Refund[];
};

export type Refund = {
  readonly outRequestNo: string;
  readonly fen: number;
  readonly at: Temporal.Instant;
};

export const yuan = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
export const local = (at: Temporal.Instant): Temporal.PlainDateTime =>
  at.toZonedDateTimeISO('Asia/Shanghai').toPlainDateTime();
export const stamp = (at: Temporal.Instant): string =>
  `${local(at).toPlainDate()} ${local(at).toPlainTime().toString({ smallestUnit: 'second' })}`;

export const refundedFen = (t: Trade): number => t.refunds.reduce((sum, r) => sum + r.fen, 0);

/** As alipay.trade.query answers. */
export function tradeSays(t: Trade): Record<string, unknown> {
  const isPaid = t.paidAt !== undefined;
  return {
    buyer_logon_id: '138******00',
    buyer_pay_amount: yuan(isPaid ? t.payerFen : 0),
    buyer_user_id: '2088102122524333',
    invoice_amount: yuan(isPaid ? t.payerFen : 0),
    out_trade_no: t.outTradeNo,
    point_amount: '0.00',
    receipt_amount: yuan(isPaid ? t.totalFen : 0),
    ...(t.place.storeId === undefined ? {} : { store_id: t.place.storeId }),
    ...(t.place.terminalId === undefined ? {} : { terminal_id: t.place.terminalId }),
    ...(isPaid ? { send_pay_date: stamp(t.paidAt!) } : {}),
    total_amount: yuan(t.totalFen),
    trade_no: t.tradeNo,
    trade_status: t.state,
  };
}

/** What a notification carries besides the signature. `refund`: it is about this one. */
export function notification(
  t: Trade,
  it: Readonly<{
    appId: string;
    sellerId: string;
    notifyId: string;
    now: Temporal.Instant;
    refund: Refund | undefined;
    falseFen?: number | undefined;
  }>,
): Record<string, string> {
  const fen = it.falseFen ?? t.totalFen;
  return {
    gmt_create: stamp(t.createdAt ?? t.placedAt),
    charset: 'utf-8',
    ...(t.paidAt === undefined
      ? {}
      : { gmt_payment: stamp(t.paidAt), buyer_pay_amount: yuan(Math.min(t.payerFen, fen)), receipt_amount: yuan(fen) }),
    ...(it.refund === undefined
      ? t.closedAt === undefined
        ? {}
        : { refund_fee: '0.00' }
      : {
          gmt_refund: `${stamp(it.refund.at)}.120`,
          refund_fee: yuan(refundedFen(t)),
          out_biz_no: it.refund.outRequestNo,
        }),
    ...(t.closedAt === undefined ? {} : { gmt_close: stamp(t.closedAt) }),
    notify_time: stamp(it.now),
    subject: t.subject,
    buyer_id: '2088102122524333',
    version: '1.0',
    notify_id: it.notifyId,
    notify_type: 'trade_status_sync',
    out_trade_no: t.outTradeNo,
    total_amount: yuan(fen),
    trade_status: t.state,
    trade_no: t.tradeNo ?? '',
    auth_app_id: it.appId,
    app_id: it.appId,
    seller_id: it.sellerId,
    fund_bill_list: JSON.stringify([{ amount: yuan(t.payerFen), fundChannel: 'ALIPAYACCOUNT' }]),
  };
}
