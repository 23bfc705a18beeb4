/**
 * A simulated Lakala open platform: the real paths, signatures, notification scheme and ladder, over a truth of its own and a clock that
 * can be stepped. Anybody can test an integration against it.
 *
 * Not simulated: the buyer's phone beyond paying, SM4-sealed calls, 分账, bank cards at the terminal, reconciliation files.
 */
import { randomBytes } from 'node:crypto';
import type { SimClock } from '../../clock.ts';
import { type AnswerFault as AnyFault, faultsOf, type NotifyFault, once, tallyOf } from '../faults.ts';
import { listen } from '../listen.ts';
import { notifierOf } from './notify.ts';
import { digits, NO_SUCH_TRADE, type Reply, routesOf, tradeNumber } from './routes.ts';
import { orderNotifies, type Parties, type Product, stamp, type Trade, type TradeState, tradeSays } from './truth.ts';
import { certificateKeys, type Keys, type MerchantKeys, merchantKeys, refusal, signedAnswer } from './wire.ts';

export type AnswerFault =
  | AnyFault
  /** Lakala's own word for a call that is not through yet, this once. */
  | 'not_through';

export type LakalaSim = Readonly<{
  url: string;
  appid: string;
  who: Parties;
  merchant: MerchantKeys;
  /** The certificate that signs answers, and the other one that signs notifications, as they are now. */
  platform(): Keys;
  notifier(): Keys;
  trades: ReadonlyMap<string, Trade>;
  /** The buyer pays, if it still can be. `processingMs`: first so long in DEAL. */
  pay(ref: string, how?: Readonly<{ processingMs?: number; payerAmount?: number }>): Promise<void>;
  /** Places an order as a merchant's own system does. */
  place(
    ref: string,
    total: number,
    more?: Readonly<{ product?: Product; notifyUrl?: string; expiresAt?: Temporal.Instant }>,
  ): Trade;
  failPayment(ref: string): void;
  /** The next notifications (of this payment) arrive so. */
  faultNotify(fault: NotifyFault, times?: number, ref?: string): void;
  /** The next answers (about this payment) come so. */
  faultAnswer(fault: AnswerFault, times?: number, ref?: string): void;
  rotateKeys(): void;
  /** How often each fault has fired, and each call was made. */
  fired: ReadonlyMap<string, number>;
  /** What was answered to the notifications. */
  notified(): readonly string[];
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  port?: number;
  merchantNo?: string;
  appid?: string;
  who?: Parties;
  /** The merchant's own keys of an earlier run, so that whoever holds them can go on. */
  keys?: Pick<MerchantKeys, 'serial' | 'privatePem'>;
  /** What happened in an earlier run. */
  trades?: readonly Trade[];
  /** Of orders that name none. */
  product?: Product;
  /** Notifications go here unless an order names another address. */
  notifyUrl?: () => string | undefined;
}>;

export async function startLakalaSim(options: SimOptions): Promise<LakalaSim> {
  const { clock } = options;
  const appid = options.appid ?? `OP${digits(8)}`;
  const merchantNo = options.merchantNo ?? `8222900${digits(8)}`;
  const who: Parties = options.who ?? {
    merchantNo,
    settleMerchantNo: `8221210${digits(8)}`,
    termNo: `A${digits(7)}`,
  };
  const merchant = merchantKeys(options.keys);
  let platform = certificateKeys(clock.now(), 'lakala.com');
  let notify = certificateKeys(clock.now(), 'notify.lakala.com');
  const trades = new Map((options.trades ?? []).map((t) => [t.ref, t]));
  const { fired, count } = tallyOf();
  const notifyFaults = faultsOf<NotifyFault>();
  const answerFaults = faultsOf<AnswerFault>();
  const notifier = notifierOf(
    clock,
    () => notify,
    once(() => certificateKeys(clock.now(), 'notify.lakala.com')),
    count,
  );

  const succeed = async (t: Trade): Promise<void> => {
    const isOver = Temporal.Instant.compare(clock.now(), t.expiresAt) >= 0;
    if (!OPEN.has(t.state) || (t.state === 'CREATE' && isOver)) return;
    t.state = 'SUCCESS';
    t.successAt = clock.now();
    t.tradeNo = tradeNumber(clock.now());
    t.accTradeNo = `4200${digits(24)}`;
    const url = t.notifyUrl ?? options.notifyUrl?.();
    if (url === undefined) return;
    const says = (total?: bigint): object =>
      t.product === 'cashier'
        ? orderNotifies(t, who, total)
        : { ...tradeSays(t, who, total), trade_status: t.state, notify_url: url, remark: '' };
    await notifier.send(
      { url, body: says(), falseBody: says(1n) },
      notifyFaults.take((of) => of === t.ref),
    );
  };

  const place: LakalaSim['place'] = (ref, total, more = {}) => {
    const t: Trade = {
      product: more.product ?? options.product ?? 'scan',
      ref,
      payOrderNo: `${stamp(clock.now()).slice(2, 8)}11012001${digits(15)}`,
      notifyUrl: more.notifyUrl,
      total: BigInt(total),
      createdAt: clock.now(),
      expiresAt: more.expiresAt ?? clock.now().add({ hours: 24 * 7 }),
      state: 'CREATE',
      expired: false,
      tradeNo: undefined,
      accTradeNo: undefined,
      payerAmount: BigInt(total),
      successAt: undefined,
      refunds: [],
    };
    trades.set(ref, t);
    return t;
  };

  const routes = routesOf({
    who,
    trades,
    now: clock.now,
    place: (ref, total, { product, notifyUrl }) =>
      place(ref, Number(total), { product, ...(notifyUrl === undefined ? {} : { notifyUrl }) }),
    refundLater: (t, r) =>
      clock.after(2_000, () => {
        r.state = 'SUCCESS';
        r.successAt = clock.now();
        const given = t.refunds.reduce((sum, x) => sum + (x.state === 'SUCCESS' ? x.amount : 0n), 0n);
        t.state = given < t.total ? 'PART_REFUND' : 'REFUND';
      }),
  });

  const answer = (
    path: string,
    body: string,
    authorization: string | undefined,
  ): Readonly<{ status: number; reply: Reply }> => {
    const why = refusal({ body, authorization }, appid, merchant, clock.now());
    if (why !== undefined) return { status: 401, reply: { code: 'SYS0001', msg: why } };
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return { status: 404, reply: { code: 'SYS0004', msg: '接口不存在' } };
    const { version, req_time, req_data } = requestOf(body);
    if (version !== '3.0' || !/^\d{14}$/.test(String(req_time)) || req_data === undefined)
      return { status: 200, reply: { code: 'BBS11001', msg: '参数错误' } };
    if (req_data.merchant_no !== who.merchantNo && req_data.merchant_no !== who.settleMerchantNo)
      return { status: 200, reply: { code: 'BBS11003', msg: '商户不存在' } };
    count(path);
    return { status: 200, reply: route(req_data) };
  };

  type Sent = Readonly<{ status: number; body: string; type?: 'text/html'; unsigned?: true }>;
  const bodyOf = (reply: Reply): string => JSON.stringify({ ...reply, resp_time: stamp(clock.now()) });
  const sentOf = (path: string, body: string, authorization: string | undefined, fault: string | undefined): Sent => {
    if (fault === 'html') return { status: 200, body: '<html>login</html>', type: 'text/html', unsigned: true };
    const made = Object.hasOwn(MADE, fault ?? '') ? MADE[fault!] : undefined;
    if (made !== undefined) return { status: made[0], body: bodyOf(made[1]) };
    const { status, reply } = answer(path, body, authorization);
    const data = reply.resp_data as Record<string, unknown> | undefined;
    const foreign = { ...data, out_trade_no: 'ANOTHER', out_order_no: 'ANOTHER' };
    const whole = bodyOf(fault === 'foreign' ? { ...reply, resp_data: foreign } : reply);
    // The gate in front signs nothing.
    return { status, body: whole, ...(fault === 'unsigned' || status !== 200 ? { unsigned: true } : {}) };
  };

  const listening = await listen(options.port ?? 0, (request, body, response) => {
    const fault = answerFaults.take((of) => body.includes(`"${of}"`));
    if (fault !== undefined) count(fault);
    if (fault === 'silent') return request.socket.destroy();
    const sent = sentOf(request.url ?? '/', body, request.headers.authorization, fault);
    if (fault === 'silent_after') return request.socket.destroy();
    const signature = sent.unsigned ? {} : signedAnswer(sent.body, appid, platform, clock.now());
    const spoilt = fault === 'badly_signed' ? { 'Lklapi-Signature': randomBytes(256).toString('base64') } : {};
    response.writeHead(sent.status, { 'content-type': sent.type ?? 'application/json', ...signature, ...spoilt });
    return response.end(
      fault === 'tampered' ? sent.body.replace(/"total_amount":("?)\d/, '"total_amount":$19') : sent.body,
    );
  });

  return {
    url: listening.url,
    appid,
    who,
    merchant,
    platform: () => platform,
    notifier: () => notify,
    trades,
    place,
    async pay(ref, how = {}) {
      const t = trades.get(ref);
      if (t === undefined) throw new Error(`there is no ${ref} to pay`);
      if (how.payerAmount !== undefined) t.payerAmount = BigInt(how.payerAmount);
      if (how.processingMs === undefined) return await succeed(t);
      if (OPEN.has(t.state)) t.state = 'DEAL';
      clock.after(how.processingMs, () => succeed(t));
    },
    failPayment(ref) {
      trades.get(ref)!.state = 'FAIL';
    },
    faultNotify: (fault, times = 1, of) => notifyFaults.add(fault, times, of),
    faultAnswer: (fault, times = 1, of) => answerFaults.add(fault, times, of),
    rotateKeys() {
      platform = certificateKeys(clock.now(), 'lakala.com');
      notify = certificateKeys(clock.now(), 'notify.lakala.com');
    },
    fired,
    notified: notifier.answers,
    close: listening.close,
  };
}

/** As long as a buyer can pay. */
export const OPEN: ReadonlySet<string> = new Set<TradeState>(['INIT', 'CREATE', 'DEAL', 'UNKNOWN']);

/** Answers that are made in front of the truth: a status and a word of the simulator's own, where Lakala publishes none. */
const MADE: Readonly<Record<string, readonly [status: number, reply: Reply]>> = {
  limited: [429, { code: 'SYS0429', msg: '请求过于频繁' }],
  broken: [500, { code: 'SYS0500', msg: '系统异常' }],
  not_there: [200, NO_SUCH_TRADE],
  not_through: [200, { code: 'BBS11112', msg: '网络请求超时' }],
};

type Request = Readonly<{ version?: unknown; req_time?: unknown; req_data?: Record<string, unknown> }>;
function requestOf(body: string): Request {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}

/** What an account of ours needs to talk to it. */
export function accountFor(
  sim: LakalaSim,
  product: Product = 'scan',
): Readonly<{
  provider: 'lakala';
  merchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<
    Readonly<{ kind: string; id: string; value: string; notAfter: Temporal.Instant | undefined }>
  >;
}> {
  const [platform, notify] = [sim.platform(), sim.notifier()];
  return {
    provider: 'lakala',
    merchantNo: sim.who.merchantNo,
    baseUrl: sim.url,
    settings: {
      appid: sim.appid,
      term_no: sim.who.termNo,
      settle_merchant_no: sim.who.settleMerchantNo,
      request_ip: '203.0.113.7',
      product,
    },
    credentials: [
      { kind: 'merchant_key', id: sim.merchant.serial, value: sim.merchant.privatePem, notAfter: undefined },
      { kind: 'platform_key', id: platform.serial, value: platform.certificate, notAfter: platform.expires },
      { kind: 'notify_key', id: '', value: notify.certificate, notAfter: notify.expires },
    ],
  };
}
