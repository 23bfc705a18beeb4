/** What each method of the simulated gateway does to the truth, and says. */
import { randomBytes } from 'node:crypto';
import type { SimClock } from '../../clock.ts';
import { tradeBill } from './bills.ts';
import { type Refund, refundedFen, stamp, type Trade, tradeSays, yuan } from './truth.ts';

export type Reply = Readonly<Record<string, unknown>>;

const ok = (content: Reply): Reply => ({ code: '10000', msg: 'Success', ...content });
export const wrong = (sub_code: string, sub_msg: string): Reply => ({
  code: '40004',
  msg: 'Business Failed',
  sub_code,
  sub_msg,
});
const notThere = (): Reply => wrong('ACQ.TRADE_NOT_EXIST', '交易不存在');

/** How long a bill's link lives. */
const LINK_MS = 30_000;
const REFUND_NOTICE_MS = 2_000;

type Market = Readonly<{
  clock: SimClock;
  pid: string;
  trades: ReadonlyMap<string, Trade>;
  place(outTradeNo: string, totalFen: number, more: Readonly<{ notifyUrl: string | undefined }>): Trade;
  scan(outTradeNo: string): void;
  notify(t: Trade, refund: Refund | undefined): Promise<void>;
  origin(): string;
  billFault(): string | undefined;
}>;

type Asked = Readonly<{
  out_trade_no?: string;
  trade_no?: string;
  out_request_no?: string;
  total_amount?: string;
  refund_amount?: string;
  bill_type?: string;
  bill_date?: string;
}>;

/** Undefined where it is no amount. */
const fenOf = (text: string | undefined): number | undefined => {
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text ?? '') ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(part.padEnd(2, '0'));
};

export type Gateway = Readonly<{
  /** The merchant gives back by hand, at Alipay's own page. */
  giveBack(t: Trade, outRequestNo: string, fen: number): Refund;
  call(method: string, params: ReadonlyMap<string, string>): Reply;
  file(id: string): Uint8Array | undefined;
}>;

export function gatewayOf(on: Market): Gateway {
  const { clock, trades } = on;
  const files = new Map<string, Readonly<{ bytes: Uint8Array; until: Temporal.Instant }>>();

  /** Only what the buyer has opened is there. */
  const find = (it: Asked): Trade | undefined => {
    const t =
      it.out_trade_no === undefined
        ? [...trades.values()].find((x) => x.tradeNo === it.trade_no)
        : trades.get(it.out_trade_no);
    return t?.tradeNo === undefined ? undefined : t;
  };
  const shut = (t: Trade): void => {
    t.state = 'TRADE_CLOSED';
    t.closedAt = clock.now();
  };
  const giveBack = (t: Trade, outRequestNo: string, fen: number): Refund => {
    const r: Refund = { outRequestNo, fen, at: clock.now() };
    t.refunds.push(r);
    if (refundedFen(t) === t.totalFen) shut(t);
    // It tells how things stood after this refund, whatever happens before it is sent.
    const then: Trade = { ...t, refunds: [...t.refunds] };
    clock.after(REFUND_NOTICE_MS, () => on.notify(then, r));
    return r;
  };
  const named = (t: Trade): Reply => ({ out_trade_no: t.outTradeNo, trade_no: t.tradeNo });

  /** The trade of a new order, or why not. */
  const order = (it: Asked, notifyUrl: string | undefined): Trade | Reply => {
    const fen = fenOf(it.total_amount);
    if (it.out_trade_no === undefined || fen === undefined || fen === 0)
      return wrong('ACQ.INVALID_PARAMETER', '参数无效');
    const known = trades.get(it.out_trade_no);
    if (known === undefined) return on.place(it.out_trade_no, fen, { notifyUrl });
    if (known.paidAt !== undefined) return wrong('ACQ.TRADE_HAS_SUCCESS', '交易已被支付');
    if (known.state === 'TRADE_CLOSED') return wrong('ACQ.TRADE_HAS_CLOSE', '交易已经关闭');
    return known.totalFen === fen ? known : wrong('ACQ.CONTEXT_INCONSISTENT', '交易信息被篡改');
  };
  const isTrade = (it: Trade | Reply): it is Trade => 'outTradeNo' in it;

  const methods: Readonly<Record<string, (it: Asked, params: ReadonlyMap<string, string>) => Reply>> = {
    'alipay.trade.precreate': (it, params) => {
      const t = order(it, params.get('notify_url'));
      if (!isTrade(t)) return t;
      return ok({ out_trade_no: t.outTradeNo, qr_code: `https://qr.alipay.com/bax${randomBytes(12).toString('hex')}` });
    },
    'alipay.trade.create': (it, params) => {
      const t = order(it, params.get('notify_url'));
      if (!isTrade(t)) return t;
      on.scan(t.outTradeNo);
      return ok(named(t));
    },
    /** 条码支付: the buyer has still to enter the password. */
    'alipay.trade.pay': (it, params) => {
      const t = order(it, params.get('notify_url'));
      if (!isTrade(t)) return t;
      on.scan(t.outTradeNo);
      return { code: '10003', msg: 'order success pay inprocess', ...named(t), total_amount: yuan(t.totalFen) };
    },
    'alipay.trade.query': (it) => {
      const t = find(it);
      return t === undefined ? notThere() : ok(tradeSays(t));
    },
    'alipay.trade.close': (it) => {
      const t = find(it);
      if (t === undefined) return notThere();
      if (t.paidAt !== undefined) return wrong('ACQ.TRADE_STATUS_ERROR', '交易状态不合法');
      shut(t);
      return ok(named(t));
    },
    'alipay.trade.cancel': (it) => {
      const t = find(it);
      if (t === undefined) return ok({ out_trade_no: it.out_trade_no, retry_flag: 'N' });
      const left = t.totalFen - refundedFen(t);
      if (t.paidAt === undefined) shut(t);
      else if (left > 0) giveBack(t, t.outTradeNo, left);
      return ok({ ...named(t), retry_flag: 'N', action: t.paidAt === undefined ? 'close' : 'refund' });
    },
    'alipay.trade.refund': (it) => {
      const t = find(it);
      const fen = fenOf(it.refund_amount);
      if (t === undefined) return notThere();
      if (t.paidAt === undefined) return wrong('ACQ.TRADE_STATUS_ERROR', '交易状态不合法');
      if (t.state === 'TRADE_FINISHED') return wrong('ACQ.TRADE_HAS_FINISHED', '交易已完结');
      if (fen === undefined || fen === 0) return wrong('ACQ.INVALID_PARAMETER', '参数无效');
      const outRequestNo = it.out_request_no ?? t.outTradeNo;
      const known = t.refunds.find((r) => r.outRequestNo === outRequestNo);
      if (known !== undefined && known.fen !== fen) return wrong('ACQ.DISCORDANT_REPEAT_REQUEST', '重复请求不一致');
      if (known === undefined && refundedFen(t) + fen > t.totalFen)
        return wrong('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '退款金额超限');
      const r = known ?? giveBack(t, outRequestNo, fen);
      return ok({
        ...named(t),
        buyer_logon_id: '138******00',
        fund_change: known === undefined ? 'Y' : 'N',
        gmt_refund_pay: stamp(r.at),
        refund_fee: yuan(refundedFen(t)),
        send_back_fee: yuan(known === undefined ? fen : 0),
      });
    },
    'alipay.trade.fastpay.refund.query': (it) => {
      const t = find(it);
      if (t === undefined) return notThere();
      const r = t.refunds.find((x) => x.outRequestNo === it.out_request_no);
      if (r === undefined) return ok({});
      return ok({
        ...named(t),
        out_request_no: r.outRequestNo,
        total_amount: yuan(t.totalFen),
        refund_amount: yuan(r.fen),
        refund_status: 'REFUND_SUCCESS',
        gmt_refund_pay: stamp(r.at),
      });
    },
    'alipay.data.dataservice.bill.downloadurl.query': (it) => {
      const day = Temporal.PlainDate.from(it.bill_date ?? '');
      const ready = day.add({ days: 1 }).toZonedDateTime({ timeZone: 'Asia/Shanghai', plainTime: '09:00' });
      const bytes =
        it.bill_type !== 'trade' ||
        on.billFault() !== undefined ||
        Temporal.Instant.compare(clock.now(), ready.toInstant()) < 0
          ? undefined
          : tradeBill([...trades.values()], on.pid, day);
      if (bytes === undefined) return wrong('isp.bill_not_exist', '账单不存在');
      const id = randomBytes(16).toString('hex');
      files.set(id, { bytes, until: clock.now().add({ milliseconds: LINK_MS }) });
      return ok({
        bill_download_url: `${on.origin()}/downloadBillFile.resource?bizType=trade&fileType=csv.zip&fileId=${id}`,
      });
    },
  };

  return {
    giveBack,
    call(method, params) {
      const known = methods[method];
      if (known === undefined)
        return { code: '40002', msg: 'Invalid Arguments', sub_code: 'isv.invalid-method', sub_msg: '不存在的方法名' };
      try {
        return known(JSON.parse(params.get('biz_content') ?? '{}') as Asked, params);
      } catch {
        return wrong('ACQ.INVALID_PARAMETER', '参数无效');
      }
    },
    file(id) {
      const file = files.get(id);
      return file !== undefined && Temporal.Instant.compare(clock.now(), file.until) <= 0 ? file.bytes : undefined;
    },
  };
}
