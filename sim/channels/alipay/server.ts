/**
 * A simulated Alipay for merchants (gateway v2): the real parameters, signatures, error words, notification ladder and bills, over a truth
 * of its own and a clock that can be stepped. Anybody can test an integration against it.
 *
 * Not simulated: the buyer's phone beyond opening and paying, gateway v3, coupons, pre-authorisation, profit sharing, the ledger bill.
 */
import { randomBytes } from 'node:crypto';
import type { SimClock } from '../../clock.ts';
import { type AnswerFault as AnyFault, type BillFault, faultsOf, once, tallyOf } from '../faults.ts';
import { listen } from '../listen.ts';
import { gatewayOf, type Reply, wrong } from './gateway.ts';
import { type NotifyFault, notifierOf } from './notify.ts';
import { notification, type Refund, type Trade } from './truth.ts';
import { answerText, type Caller, type Keys, makeKeys, refusal } from './wire.ts';

export type AnswerFault =
  | AnyFault
  /** 40004 with ACQ.SYSTEM_ERROR, which is no failure. */
  | 'system_error'
  /** 10003: the buyer is at work. */
  | 'pending'
  /** A cancellation that is to be asked for again. */
  | 'retry';

export type Mode = 'certificate' | 'public_key';

export type AlipaySim = Readonly<{
  url: string;
  mode: Mode;
  appId: string;
  /** The merchant's number at Alipay (PID). */
  pid: string;
  app: Keys;
  /** The keys that sign. */
  platform: Keys;
  root: Keys;
  trades: ReadonlyMap<string, Trade>;
  /** Places an order as a merchant's own system does. Alipay knows it when the buyer has opened it. */
  place(
    outTradeNo: string,
    totalFen: number,
    more?: Readonly<{ notifyUrl?: string | undefined; expiresAt?: Temporal.Instant; place?: Trade['place'] }>,
  ): Trade;
  /** The buyer opens it. */
  scan(outTradeNo: string): void;
  /** The buyer pays, having opened it; `processingMs`: only after so long. */
  pay(outTradeNo: string, how?: Readonly<{ processingMs?: number; payerFen?: number }>): Promise<void>;
  /** The merchant gives back by hand, at Alipay's own page. */
  giveBack(outTradeNo: string, outRequestNo: string, fen: number): void;
  faultNotify(fault: NotifyFault, times?: number, outTradeNo?: string): void;
  /** The next answers (about this payment) come so. */
  faultAnswer(fault: AnswerFault, times?: number, outTradeNo?: string): void;
  /** From now on answers are answers. */
  healAnswers(): void;
  faultBill(fault: BillFault, times?: number): void;
  fired: ReadonlyMap<string, number>;
  notified(): readonly string[];
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  port?: number;
  mode?: Mode;
  appId?: string;
  pid?: string;
  /** What happened in an earlier run. */
  trades?: readonly Trade[];
  /** Notifications go here unless an order names another address. */
  notifyUrl?: () => string | undefined;
}>;

const digits = (n: number): string => Array.from(randomBytes(n), (b) => b % 10).join('');

export async function startAlipaySim(options: SimOptions): Promise<AlipaySim> {
  const { clock } = options;
  const mode = options.mode ?? 'public_key';
  const appId = options.appId ?? `2021${digits(12)}`;
  const pid = options.pid ?? `2088${digits(12)}`;
  const make = (name: string): Keys => makeKeys(name, `4${randomBytes(15).toString('hex').slice(1)}`, clock.now());
  const [app, platform, root] = [
    make(appId),
    make('Ant Financial Certification Authority Class 2 R1'),
    make('Ant Root'),
  ];
  const caller: Caller = { appId, keys: app, rootSn: root.sn };
  const trades = new Map((options.trades ?? []).map((t) => [t.outTradeNo, t]));
  const { fired, count } = tallyOf();
  const notifyFaults = faultsOf<NotifyFault>();
  const answerFaults = faultsOf<AnswerFault>();
  const billFaults = faultsOf<BillFault>();
  const notifier = notifierOf(
    clock,
    () => platform,
    once(() => make('forger')),
    count,
  );

  const place: AlipaySim['place'] = (outTradeNo, totalFen, more = {}) => {
    const t: Trade = {
      outTradeNo,
      subject: '茶饮+点心',
      notifyUrl: more.notifyUrl,
      totalFen,
      place: more.place ?? {},
      placedAt: clock.now(),
      expiresAt: more.expiresAt ?? clock.now().add({ hours: 24 * 15 }),
      tradeNo: undefined,
      createdAt: undefined,
      state: 'WAIT_BUYER_PAY',
      payerFen: totalFen,
      paidAt: undefined,
      closedAt: undefined,
      refunds: [],
    };
    trades.set(outTradeNo, t);
    return t;
  };
  const theOne = (outTradeNo: string): Trade => {
    const t = trades.get(outTradeNo);
    if (t === undefined) throw new Error(`there is no ${outTradeNo}`);
    return t;
  };
  const scan = (outTradeNo: string): void => {
    const t = theOne(outTradeNo);
    const leftMs = t.expiresAt.epochMilliseconds - clock.now().epochMilliseconds;
    if (t.tradeNo !== undefined || leftMs <= 0) return;
    t.tradeNo = `${clock.now().toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString().replaceAll('-', '')}22001${digits(15)}`;
    t.createdAt = clock.now();
    clock.after(leftMs, () => expire(t));
  };
  for (const t of trades.values())
    if (t.tradeNo !== undefined && t.state === 'WAIT_BUYER_PAY')
      clock.after(t.expiresAt.epochMilliseconds - clock.now().epochMilliseconds, () => expire(t));
  /** Nobody paid in time: that, too, is notified. */
  const expire = async (t: Trade): Promise<void> => {
    if (t.state !== 'WAIT_BUYER_PAY') return;
    t.state = 'TRADE_CLOSED';
    t.closedAt = clock.now();
    await notify(t, undefined);
  };
  const notify = async (t: Trade, refund: Refund | undefined): Promise<void> => {
    const url = t.notifyUrl ?? options.notifyUrl?.();
    if (url === undefined) return;
    const notifyId = randomBytes(17).toString('hex');
    // Sent again, it says the same.
    const then: Trade = { ...t, refunds: [...t.refunds] };
    const params = (now: Temporal.Instant, isFalse: boolean): Record<string, string> =>
      notification(then, { appId, sellerId: pid, notifyId, now, refund, falseFen: isFalse ? 1 : undefined });
    await notifier.send(
      { url, params },
      notifyFaults.take((of) => of === t.outTradeNo),
    );
  };
  const succeed = async (t: Trade): Promise<void> => {
    if (t.state !== 'WAIT_BUYER_PAY' || t.tradeNo === undefined) return;
    t.state = 'TRADE_SUCCESS';
    t.paidAt = clock.now();
    await notify(t, undefined);
  };

  let origin = '';
  const gateway = gatewayOf({
    clock,
    pid,
    trades,
    place,
    scan,
    notify,
    origin: () => origin,
    billFault() {
      const fault = billFaults.take(() => true);
      if (fault !== undefined) count(fault);
      return fault;
    },
  });

  const answer = (params: ReadonlyMap<string, string>): readonly [name: string, reply: Reply] => {
    const method = params.get('method') ?? '';
    const no = refusal(params, caller, mode);
    // Without a known application there is nobody to sign for.
    const name = no?.sub_code === 'isv.invalid-app-id' ? 'error_response' : `${method.replaceAll('.', '_')}_response`;
    if (no !== undefined) return [name, { code: '40002', msg: 'Invalid Arguments', ...no }];
    count(method);
    return [name, gateway.call(method, params)];
  };

  const listening = await listen(options.port ?? 0, (request, body, response) => {
    const url = URL.parse(request.url ?? '/', origin);
    if (url === null) return response.writeHead(400).end();
    const params = new Map([...url.searchParams, ...new URLSearchParams(body)]);
    if (url.pathname === '/downloadBillFile.resource') {
      const file = gateway.file(url.searchParams.get('fileId') ?? '');
      response.writeHead(200, { 'content-type': file === undefined ? 'text/html' : 'application/zip' });
      return response.end(file ?? '<html>下载链接已失效</html>');
    }
    const fault = answerFaults.take((of) => (params.get('biz_content') ?? '').includes(`"${of}"`));
    if (fault !== undefined) count(fault);
    if (fault === 'silent') return request.socket.destroy();
    const [name, reply] = answer(params);
    if (fault === 'silent_after') return request.socket.destroy();
    // Text/html is what the gateway really says of its JSON.
    response.writeHead(200, { 'content-type': 'text/html;charset=utf-8' });
    if (fault === 'html') return response.end('<html>login</html>');
    const certSn = mode === 'certificate' ? platform.sn : undefined;
    const keys =
      fault === 'unsigned' || name === 'error_response' ? undefined : fault === 'badly_signed' ? app : platform;
    const text = answerText(name, FAULTY[fault ?? '']?.(reply) ?? reply, keys, certSn);
    response.end(fault === 'tampered' ? text.replace(/"total_amount":"(\d)/, '"total_amount":"9$1') : text);
  });
  origin = listening.url;

  return {
    url: listening.url,
    mode,
    appId,
    pid,
    app,
    platform,
    root,
    trades,
    place,
    scan,
    async pay(outTradeNo, how = {}) {
      scan(outTradeNo);
      const t = theOne(outTradeNo);
      t.payerFen = how.payerFen ?? t.totalFen;
      if (how.processingMs === undefined) await succeed(t);
      else clock.after(how.processingMs, () => succeed(t));
    },
    giveBack: (outTradeNo, outRequestNo, fen) => void gateway.giveBack(theOne(outTradeNo), outRequestNo, fen),
    faultNotify: (fault, times = 1, of) => notifyFaults.add(fault, times, of),
    faultAnswer: (fault, times = 1, of) => answerFaults.add(fault, times, of),
    healAnswers: answerFaults.clear,
    faultBill: (fault, times = 1) => billFaults.add(fault, times),
    fired,
    notified: notifier.answers,
    close: listening.close,
  };
}

const FAULTY: Readonly<Record<string, (reply: Reply) => Reply>> = {
  limited: () => ({
    code: '40005',
    msg: 'Call Limited',
    sub_code: 'isv.app-call-limited',
    sub_msg: '应用调用次数超限',
  }),
  broken: () => ({
    code: '20000',
    msg: 'Service Currently Unavailable',
    sub_code: 'isp.unknow-error',
    sub_msg: '系统繁忙',
  }),
  system_error: () => wrong('ACQ.SYSTEM_ERROR', '系统异常'),
  not_there: () => wrong('ACQ.TRADE_NOT_EXIST', '交易不存在'),
  pending: ({ out_trade_no }) => ({ code: '10003', msg: 'order success pay inprocess', out_trade_no }),
  foreign: (reply) => ({ ...reply, out_trade_no: 'ANOTHER' }),
  retry: (reply) => ({ ...reply, retry_flag: 'Y' }),
};

/** What an account of ours needs to talk to it. */
export function accountFor(sim: AlipaySim): Readonly<{
  provider: 'alipay';
  merchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<
    Readonly<{ kind: string; id: string; value: string; notAfter: Temporal.Instant | undefined }>
  >;
}> {
  const given: ReadonlyArray<readonly [kind: string, value: string]> =
    sim.mode === 'public_key'
      ? [
          ['app_key', sim.app.privatePem],
          ['alipay_key', sim.platform.publicText],
        ]
      : [
          ['app_key', sim.app.privatePem],
          ['alipay_key', sim.platform.certificate],
          ['app_cert', sim.app.certificate],
          ['alipay_root_cert', sim.root.certificate],
        ];
  return {
    provider: 'alipay',
    merchantNo: sim.pid,
    baseUrl: sim.url,
    settings: { app_id: sim.appId, product: 'precreate' },
    credentials: given.map(([kind, value]) => ({ kind, id: '', value, notAfter: undefined })),
  };
}
