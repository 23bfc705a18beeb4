/** What each path of the simulated Lakala answers, over its truth. Codes other than success are the simulator's own: none are published. */
import { randomBytes } from 'node:crypto';
import {
  orderAnswers,
  type Parties,
  type Product,
  type Refund,
  refundAccepted,
  refundSays,
  type Trade,
  tradeSays,
} from './truth.ts';

export type Market = Readonly<{
  who: Parties;
  trades: Map<string, Trade>;
  now(): Temporal.Instant;
  place(ref: string, total: bigint, more: Readonly<{ product: Product; notifyUrl?: string | undefined }>): Trade;
  refundLater(t: Trade, r: Refund): void;
}>;
type Data = Readonly<Record<string, unknown>>;
export type Reply = Readonly<{ code: string; msg: string; resp_data?: unknown }>;

export const digits = (n: number): string => Array.from(randomBytes(n), (b) => b % 10).join('');
/** Scan trades: the day, the channel, and a reconciliation key of 14 that starts with 66. */
export const tradeNumber = (now: Temporal.Instant): string =>
  `${now.toZonedDateTimeISO('+08:00').toPlainDate().toString().replaceAll('-', '')}1101131066${digits(12)}`;

const ok = (data?: unknown): Reply => ({ code: 'BBS00000', msg: '成功', resp_data: data });
const okCashier = (data?: unknown): Reply => ({ code: '000000', msg: '操作成功', resp_data: data });
const no = (code: string, msg: string): Reply => ({ code, msg });
const NOT_THERE = no('BBS11102', '原交易不存在');
export const NO_SUCH_TRADE: Reply = NOT_THERE;

const paid = (t: Trade): boolean => t.successAt !== undefined;
const isFen = (v: unknown): v is string | number => /^[1-9]\d{0,11}$/.test(String(v));

export function routesOf(on: Market): Readonly<Record<string, (data: Data) => Reply>> {
  const find = (ref: unknown): Trade | undefined => {
    const t = on.trades.get(String(ref)) ?? [...on.trades.values()].find((x) => x.tradeNo === ref);
    if (t?.state === 'CREATE' && Temporal.Instant.compare(on.now(), t.expiresAt) >= 0) {
      t.state = 'CLOSE';
      t.expired = true;
    }
    return t;
  };
  const origin = (d: Data): Trade | undefined => {
    const byTrade = d.origin_trade_no ?? d.origin_log_no;
    if (byTrade === undefined) return find(d.origin_out_trade_no);
    return [...on.trades.values()].find((t) => t.tradeNo?.endsWith(String(byTrade)));
  };
  const located = (d: Data): boolean =>
    typeof (d.location_info as { request_ip?: unknown } | undefined)?.request_ip === 'string';
  const close = (t: Trade | undefined): Reply => {
    if (t === undefined) return NOT_THERE;
    if (paid(t)) return no('BBS11110', '订单已支付,不允许关单');
    if (t.product === 'barcode') return no('BBS11111', '仅主扫交易支持关单');
    t.state = 'CLOSE';
    return ok({ origin_out_trade_no: t.ref, trade_time: '' });
  };
  const place = (ref: unknown, total: unknown, product: Product, url: unknown): Trade | undefined =>
    typeof ref !== 'string' || !isFen(total) || on.trades.has(ref)
      ? undefined
      : on.place(ref, BigInt(total), { product, notifyUrl: typeof url === 'string' ? url : undefined });
  const refund = (d: Data): Reply => {
    if (!located(d)) return no('BBS11001', '参数错误:location_info');
    const t = origin(d);
    if (t === undefined || !paid(t)) return NOT_THERE;
    const origins = [d.origin_trade_no, d.origin_log_no, d.origin_out_trade_no].filter((x) => x !== undefined);
    if (t.product === 'cashier' && origins.length < 2) return no('BBS11001', '参数错误:原交易信息至少传两个');
    const known = t.refunds.find((r) => r.ref === d.out_refund_order_no);
    if (known !== undefined) return ok(refundAccepted(t, known, on.who));
    const given = t.refunds.reduce((sum, r) => sum + r.amount, 0n);
    if (!isFen(d.refund_amount) || given + BigInt(d.refund_amount) > t.total) return no('BBS11120', '退款金额超限');
    const r: Refund = {
      ref: String(d.out_refund_order_no),
      tradeNo: tradeNumber(on.now()),
      kind: 'REFUND',
      amount: BigInt(d.refund_amount),
      createdAt: on.now(),
      state: 'DEAL',
      successAt: undefined,
    };
    t.refunds.push(r);
    on.refundLater(t, r);
    return ok(refundAccepted(t, r, on.who));
  };

  return {
    '/api/v3/labs/trans/preorder': (d) => {
      const t = place(d.out_trade_no, d.total_amount, 'scan', d.notify_url);
      const code = `https://qr.alipay.com/bax${digits(20)}`;
      return t === undefined ? no('BBS11001', '参数错误') : ok({ out_trade_no: t.ref, acc_resp_fields: { code } });
    },
    '/api/v3/labs/trans/micropay': (d) => {
      const t = place(d.out_trade_no, d.total_amount, 'barcode', d.notify_url);
      if (t === undefined) return no('BBS11001', '参数错误');
      t.state = 'DEAL';
      return no('BBS10000', '交易处理中');
    },
    '/api/v3/labs/query/tradequery': (d) => {
      const t = find(d.trade_no ?? d.out_trade_no);
      return t === undefined ? NOT_THERE : ok(tradeSays(t, on.who));
    },
    '/api/v3/labs/relation/close': (d) => (located(d) ? close(origin(d)) : no('BBS11001', '参数错误:location_info')),
    '/api/v3/labs/relation/revoked': (d) => {
      const t = origin(d);
      if (!located(d)) return no('BBS11001', '参数错误:location_info');
      if (t === undefined) return NOT_THERE;
      if (!paid(t)) t.state = 'CLOSE';
      else if (t.state === 'SUCCESS') {
        const now = on.now();
        t.state = 'REFUND';
        t.refunds.push({
          ref: String(d.out_trade_no),
          tradeNo: tradeNumber(now),
          kind: 'CANCEL',
          amount: t.total,
          createdAt: now,
          state: 'SUCCESS',
          successAt: now,
        });
      }
      return ok({ out_trade_no: d.out_trade_no, origin_out_trade_no: t.ref, total_amount: String(t.total) });
    },
    '/api/v3/labs/relation/idmrefund': refund,
    '/api/v3/labs/relation/refund': (d) => refund({ ...d, out_refund_order_no: d.out_trade_no }),
    '/api/v3/labs/query/idmrefundquery': (d) => {
      for (const t of on.trades.values()) {
        const r = t.refunds.find((x) => x.ref === d.out_refund_order_no);
        if (r !== undefined) return ok(refundSays(t, r, on.who));
      }
      return NOT_THERE;
    },
    '/api/v3/ccss/counter/order/special_create': (d) => {
      const t = place(d.out_order_no, d.total_amount, 'cashier', d.notify_url);
      if (t === undefined) return no('000001', '参数错误');
      const url = `https://pay.lakala.com/r/${t.payOrderNo}`;
      return okCashier({
        merchant_no: on.who.merchantNo,
        out_order_no: t.ref,
        pay_order_no: t.payOrderNo,
        counter_url: url,
      });
    },
    '/api/v3/ccss/counter/order/query': (d) => {
      const t = find(d.out_order_no);
      return t === undefined ? no('000002', '订单不存在') : okCashier(orderAnswers(t, on.who));
    },
    '/api/v3/ccss/counter/order/close': (d) => {
      const reply = close(find(d.out_order_no));
      return reply.code === 'BBS00000' ? okCashier({ out_order_no: d.out_order_no }) : reply;
    },
  };
}
