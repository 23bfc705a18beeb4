/** What really happened: the payments and refunds of the simulated WeChat Pay. Nobody's opinion; the auditor's ground. */

export type TradeState = 'NOTPAY' | 'USERPAYING' | 'SUCCESS' | 'REFUND' | 'CLOSED' | 'REVOKED' | 'PAYERROR';

export type Trade = {
  readonly mchid: string;
  readonly subMchid: string | undefined;
  readonly outTradeNo: string;
  readonly appid: string;
  readonly description: string;
  readonly notifyUrl: string | undefined;
  readonly tradeType: 'JSAPI' | 'NATIVE' | 'APP' | 'MWEB' | 'MICROPAY';
  readonly total: number;
  /** The merchant's own number of the device. */
  readonly deviceId: string | undefined;
  readonly createdAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  state: TradeState;
  transactionId: string | undefined;
  payerTotal: number;
  successAt: Temporal.Instant | undefined;
  /** A success taken back at the till. */
  revokedAt: Temporal.Instant | undefined;
  refunds: Refund[];
};

export type Refund = {
  readonly outRefundNo: string;
  readonly refundId: string;
  readonly amount: number;
  readonly createdAt: Temporal.Instant;
  status: 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL';
  successAt: Temporal.Instant | undefined;
};

const rfc3339 = (at: Temporal.Instant): string =>
  at.toZonedDateTimeISO('Asia/Shanghai').toString({ smallestUnit: 'second', timeZoneName: 'never' });

const parties = (t: Trade): object =>
  t.subMchid === undefined
    ? { appid: t.appid, mchid: t.mchid }
    : { sp_appid: t.appid, sp_mchid: t.mchid, sub_mchid: t.subMchid };

/** As a query answers; a notification carries the same. */
export function tradeSays(t: Trade, total = t.total): object {
  const isPaid = t.successAt !== undefined;
  return {
    ...parties(t),
    out_trade_no: t.outTradeNo,
    ...(isPaid ? { transaction_id: t.transactionId, trade_type: t.tradeType, bank_type: 'OTHERS' } : {}),
    trade_state: t.state,
    trade_state_desc: t.state,
    attach: '',
    ...(isPaid ? { success_time: rfc3339(t.successAt!), payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } } : {}),
    amount: isPaid
      ? { total, payer_total: Math.min(t.payerTotal, total), currency: 'CNY', payer_currency: 'CNY' }
      : { total: t.total, currency: 'CNY' },
    ...(t.deviceId === undefined ? {} : { scene_info: { device_id: t.deviceId } }),
  };
}

export function refundSays(t: Trade, r: Refund, place: 'query' | 'notification'): object {
  return {
    ...(place === 'notification' ? parties(t) : {}),
    refund_id: r.refundId,
    out_refund_no: r.outRefundNo,
    transaction_id: t.transactionId,
    out_trade_no: t.outTradeNo,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    ...(r.successAt === undefined ? {} : { success_time: rfc3339(r.successAt) }),
    ...(place === 'query' ? { create_time: rfc3339(r.createdAt), status: r.status } : { refund_status: r.status }),
    amount: {
      total: t.total,
      refund: r.amount,
      payer_total: t.payerTotal,
      payer_refund: r.amount,
      ...(place === 'query'
        ? { settlement_refund: r.amount, settlement_total: t.total, discount_refund: 0, currency: 'CNY' }
        : {}),
    },
  };
}
