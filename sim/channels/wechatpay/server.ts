/**
 * A simulated WeChat Pay for merchants (API v3): the real paths, signatures, sealed resources, error words, notification ladder and bills,
 * over a truth of its own and a clock that can be stepped. Anybody can test an integration against it (`daozhang sim`).
 *
 * Not simulated: the buyer's phone beyond paying, API v2, combined orders, profit sharing.
 */
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { SimClock } from '../../clock.ts';
import { tradeBill } from './bills.ts';
import { type NotifyFault, notifierOf } from './notify.ts';
import { type Refund, refundSays, type Trade, tradeSays } from './truth.ts';
import {
  certificateKeys,
  type Keys,
  type MerchantKeys,
  merchantKeys,
  publicKeys,
  refusal,
  sealed,
  signed,
} from './wire.ts';

export type AnswerFault =
  /** Nothing comes, and nothing happened. */
  | 'silent'
  /** It happened, and nothing comes. */
  | 'silent_after'
  | 'limited'
  | 'broken'
  /** A page of something on the way, with 200. */
  | 'html'
  | 'unsigned'
  | 'badly_signed'
  /** Knows no such payment, this once. */
  | 'not_there';

export type Mode = 'certificate' | 'public_key';

export type WeChatPaySim = Readonly<{
  url: string;
  mchid: string;
  appid: string;
  apiv3Key: string;
  merchant: MerchantKeys;
  /** The keys that sign now. */
  platform(): Keys;
  trades: ReadonlyMap<string, Trade>;
  /** The buyer pays. `after`: first so long in USERPAYING. */
  pay(outTradeNo: string, how?: Readonly<{ processingMs?: number; payerTotal?: number }>): Promise<void>;
  /** Places an order as a merchant's own system does. */
  place(
    outTradeNo: string,
    total: number,
    more?: Readonly<{ notifyUrl?: string; expiresAt?: Temporal.Instant; micropay?: boolean }>,
  ): Trade;
  failPayment(outTradeNo: string): void;
  /** The next notifications (of this payment) arrive so. */
  faultNotify(fault: NotifyFault, times?: number, outTradeNo?: string): void;
  /** The next answers come so. */
  faultAnswer(fault: AnswerFault, times?: number): void;
  rotateKeys(mode?: Mode): void;
  /** How often each fault has fired, and each call was made. */
  fired: ReadonlyMap<string, number>;
  notified(): readonly number[];
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  port?: number;
  mode?: Mode;
  mchid?: string;
  /** Notifications go here unless an order names another address. */
  notifyUrl?: () => string | undefined;
}>;

type Reply = Readonly<{ status: number; body: string | Buffer; plain?: boolean }>;
type Call = Readonly<{ method: string; path: string; url: URL; body: string }>;

const json = (status: number, body: unknown): Reply => ({
  status,
  body: body === undefined ? '' : JSON.stringify(body),
});
const wrong = (status: number, code: string, message: string): Reply => json(status, { code, message });
const digits = (n: number): string => Array.from(randomBytes(n), (b) => b % 10).join('');

export async function startWeChatPaySim(options: SimOptions): Promise<WeChatPaySim> {
  const { clock } = options;
  const mchid = options.mchid ?? `19${digits(8)}`;
  const appid = `wx${randomBytes(8).toString('hex')}`;
  const apiv3Key = randomBytes(16).toString('hex');
  const merchant = merchantKeys(clock.now(), mchid);
  const makeKeys = (mode: Mode): Keys => (mode === 'public_key' ? publicKeys() : certificateKeys(clock.now()));
  let platform = makeKeys(options.mode ?? 'certificate');
  const older: Keys[] = [];
  const trades = new Map<string, Trade>();
  const fired = new Map<string, number>();
  const count = (what: string): void => {
    fired.set(what, (fired.get(what) ?? 0) + 1);
  };
  const notifyFaults: Array<{ fault: NotifyFault; left: number; of: string | undefined }> = [];
  const answerFaults: Array<{ fault: AnswerFault; left: number }> = [];
  const notifier = notifierOf(clock, () => platform, certificateKeys(clock.now()), apiv3Key, count);
  const files = new Map<string, Buffer>();

  const takeNotifyFault = (outTradeNo: string): NotifyFault | undefined => {
    const it = notifyFaults.find((f) => f.left > 0 && (f.of === undefined || f.of === outTradeNo));
    if (it !== undefined) it.left -= 1;
    return it?.fault;
  };
  const notifyUrlOf = (t: Trade): string | undefined => t.notifyUrl ?? options.notifyUrl?.();

  const succeed = async (t: Trade): Promise<void> => {
    t.state = 'SUCCESS';
    t.successAt = clock.now();
    t.transactionId = `4200${digits(24)}`;
    const url = notifyUrlOf(t);
    // 付款码 has no notification.
    if (url === undefined || t.tradeType === 'MICROPAY') return;
    await notifier.send(
      {
        event: 'TRANSACTION.SUCCESS',
        type: 'transaction',
        summary: '支付成功',
        url,
        body: tradeSays(t),
        falseBody: tradeSays(t, 1),
      },
      takeNotifyFault(t.outTradeNo),
    );
  };

  const endRefund = async (t: Trade, r: Refund): Promise<void> => {
    r.status = 'SUCCESS';
    r.successAt = clock.now();
    const url = notifyUrlOf(t);
    if (url !== undefined)
      await notifier.send(
        { event: 'REFUND.SUCCESS', type: 'refund', summary: '退款成功', url, body: refundSays(t, r, 'notification') },
        takeNotifyFault(t.outTradeNo),
      );
  };

  const place = (outTradeNo: string, total: number, more: Parameters<WeChatPaySim['place']>[2] = {}): Trade => {
    const t: Trade = {
      mchid,
      subMchid: undefined,
      outTradeNo,
      appid,
      description: '茶饮',
      notifyUrl: more.notifyUrl,
      tradeType: more.micropay === true ? 'MICROPAY' : 'NATIVE',
      total,
      createdAt: clock.now(),
      expiresAt: more.expiresAt ?? clock.now().add({ hours: 24 * 7 }),
      state: 'NOTPAY',
      transactionId: undefined,
      payerTotal: total,
      successAt: undefined,
      refunds: [],
    };
    trades.set(outTradeNo, t);
    return t;
  };
  const current = (t: Trade): Trade => {
    if (t.state === 'NOTPAY' && Temporal.Instant.compare(clock.now(), t.expiresAt) >= 0) t.state = 'CLOSED';
    return t;
  };

  const routes: ReadonlyArray<
    readonly [method: string, path: RegExp, handle: (call: Call, parts: readonly string[]) => Reply | Promise<Reply>]
  > = [
    [
      'POST',
      /^\/v3\/pay\/(?:partner\/)?transactions\/(jsapi|native|app|h5|codepay)$/,
      (call, [product]) => {
        const it = JSON.parse(call.body);
        if (typeof it.out_trade_no !== 'string' || !Number.isInteger(it.amount?.total) || it.amount.total <= 0)
          return wrong(400, 'PARAM_ERROR', '参数错误');
        const known = trades.get(it.out_trade_no);
        if (known?.successAt !== undefined) return wrong(400, 'ORDERPAID', '该订单已支付');
        if (known !== undefined && known.total !== it.amount.total)
          return wrong(400, 'INVALID_REQUEST', '请求重入时,参数与首次请求时不一致');
        if (known === undefined)
          place(it.out_trade_no, it.amount.total, {
            notifyUrl: it.notify_url,
            micropay: product === 'codepay',
            ...(it.time_expire === undefined ? {} : { expiresAt: Temporal.Instant.from(it.time_expire) }),
          });
        if (product === 'native') return json(200, { code_url: `weixin://wxpay/bizpayurl?pr=${digits(9)}` });
        if (product === 'h5')
          return json(200, {
            h5_url: `https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx${digits(20)}`,
          });
        if (product === 'codepay') {
          trades.get(it.out_trade_no)!.state = 'USERPAYING';
          return json(202, { out_trade_no: it.out_trade_no });
        }
        return json(200, { prepay_id: `wx${digits(34)}` });
      },
    ],
    [
      'GET',
      /^\/v3\/pay\/(?:partner\/)?transactions\/out-trade-no\/([^/]+)$/,
      (call, [ref]) => {
        if ((call.url.searchParams.get('mchid') ?? call.url.searchParams.get('sp_mchid')) !== mchid)
          return wrong(400, 'PARAM_ERROR', '商户号与下单时不一致');
        const t = trades.get(decodeURIComponent(ref!));
        return t === undefined ? wrong(404, 'ORDER_NOT_EXIST', '订单不存在') : json(200, tradeSays(current(t)));
      },
    ],
    [
      'GET',
      /^\/v3\/pay\/(?:partner\/)?transactions\/id\/([^/]+)$/,
      (_, [id]) => {
        const t = [...trades.values()].find((x) => x.transactionId === id);
        return t === undefined ? wrong(404, 'ORDER_NOT_EXIST', '订单不存在') : json(200, tradeSays(t));
      },
    ],
    [
      'POST',
      /^\/v3\/pay\/(?:partner\/)?transactions\/out-trade-no\/([^/]+)\/(close|reverse)$/,
      (_, [ref, what]) => {
        const t = trades.get(decodeURIComponent(ref!));
        if (t === undefined) return wrong(404, 'ORDER_NOT_EXIST', '订单不存在');
        if (what === 'reverse') {
          t.state = 'REVOKED';
          return json(200, { out_trade_no: t.outTradeNo });
        }
        if (t.successAt !== undefined) return wrong(400, 'ORDERPAID', '该订单已支付');
        t.state = 'CLOSED';
        return json(204, undefined);
      },
    ],
    [
      'POST',
      /^\/v3\/refund\/domestic\/refunds$/,
      (call) => {
        const it = JSON.parse(call.body);
        const t = trades.get(it.out_trade_no);
        if (t?.successAt === undefined) return wrong(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
        const known = t.refunds.find((r) => r.outRefundNo === it.out_refund_no);
        if (known !== undefined) return json(200, refundSays(t, known, 'query'));
        const given = t.refunds.reduce((sum, r) => sum + r.amount, 0);
        if (it.amount.total !== t.total || given + it.amount.refund > t.total)
          return wrong(400, 'INVALID_REQUEST', '累计退款金额大于支付金额');
        const r: Refund = {
          outRefundNo: it.out_refund_no,
          refundId: `5030${digits(24)}`,
          amount: it.amount.refund,
          createdAt: clock.now(),
          status: 'PROCESSING',
          successAt: undefined,
        };
        t.refunds.push(r);
        t.state = 'REFUND';
        clock.after(2_000, () => endRefund(t, r));
        return json(200, refundSays(t, r, 'query'));
      },
    ],
    [
      'GET',
      /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/,
      (_, [ref]) => {
        for (const t of trades.values()) {
          const r = t.refunds.find((x) => x.outRefundNo === decodeURIComponent(ref!));
          if (r !== undefined) return json(200, refundSays(t, r, 'query'));
        }
        return wrong(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
      },
    ],
    [
      'GET',
      /^\/v3\/certificates$/,
      () => {
        const all = [platform, ...older].filter((k) => k.pem.includes('CERTIFICATE'));
        if (all.length === 0) return wrong(404, 'RESOURCE_NOT_EXISTS', '无可用的平台证书,请使用微信支付公钥');
        return json(200, {
          data: all.map((k) => ({
            serial_no: k.id,
            effective_time: clock.now().toString(),
            expire_time: k.expires.toString(),
            encrypt_certificate: sealed(k.pem, apiv3Key, 'certificate'),
          })),
        });
      },
    ],
    [
      'GET',
      /^\/v3\/bill\/tradebill$/,
      (call) => {
        const on = Temporal.PlainDate.from(call.url.searchParams.get('bill_date') ?? '');
        const ready = on
          .add({ days: 1 })
          .toZonedDateTime({ timeZone: 'Asia/Shanghai', plainTime: '10:00' })
          .toInstant();
        if (Temporal.Instant.compare(clock.now(), ready) < 0) return wrong(400, 'STATEMENT_CREATING', '账单生成中');
        const text = tradeBill([...trades.values()], mchid, on);
        if (text === undefined) return wrong(400, 'NO_STATEMENT_EXIST', '账单文件不存在');
        const token = randomBytes(16).toString('hex');
        files.set(token, call.url.searchParams.get('tar_type') === 'GZIP' ? gzipSync(text) : text);
        return json(200, {
          hash_type: 'SHA1',
          hash_value: createHash('sha1').update(text).digest('hex'),
          download_url: `${origin()}/v3/billdownload/file?token=${token}`,
        });
      },
    ],
    [
      'GET',
      /^\/v3\/billdownload\/file$/,
      (call) => {
        const file = files.get(call.url.searchParams.get('token') ?? '');
        return file === undefined
          ? wrong(400, 'INVALID_REQUEST', 'token已失效')
          : { status: 200, body: file, plain: true };
      },
    ],
  ];

  const answer = async (call: Call, authorization: string | undefined): Promise<Reply> => {
    const no = refusal({ ...call, authorization }, (id) => (id === mchid ? merchant : undefined), clock.now());
    if (no !== undefined) return wrong(401, 'SIGN_ERROR', no);
    for (const [method, path, handle] of routes) {
      const match = method === call.method ? path.exec(call.url.pathname) : null;
      if (match === null) continue;
      count(`${method} ${call.url.pathname.split('/').slice(0, 5).join('/')}`);
      return await handle(call, match.slice(1));
    }
    return wrong(404, 'RESOURCE_NOT_EXISTS', '接口不存在');
  };

  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const path = request.url ?? '/';
      const call = {
        method: request.method ?? 'GET',
        path,
        url: new URL(path, origin()),
        body: Buffer.concat(parts).toString('utf8'),
      };
      const fault = answerFaults.find((f) => f.left > 0);
      if (fault !== undefined) {
        fault.left -= 1;
        count(fault.fault);
      }
      if (fault?.fault === 'silent') return request.socket.destroy();
      const reply = await answer(call, request.headers.authorization).catch(() =>
        wrong(500, 'SYSTEM_ERROR', '系统异常'),
      );
      respond(request, response, reply, fault?.fault);
    });
  });

  function respond(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    reply: Reply,
    fault: AnswerFault | undefined,
  ): void {
    const send = (it: Reply, headers: Record<string, string>): void => {
      response.writeHead(it.status, {
        'content-type': 'application/json',
        'request-id': `08${randomBytes(8).toString('hex').toUpperCase()}-268435456`,
        date: httpDate(clock.now()),
        ...headers,
      });
      response.end(it.body);
    };
    const signs = (it: Reply): Record<string, string> => signed(it.body, platform, clock.now());
    switch (fault) {
      case 'silent_after':
        request.socket.destroy();
        return;
      case 'limited': {
        const it = wrong(429, 'FREQUENCY_LIMITED', '频率超限');
        send(it, signs(it));
        return;
      }
      case 'broken': {
        const it = wrong(500, 'SYSTEM_ERROR', '系统异常');
        send(it, signs(it));
        return;
      }
      case 'html':
        send({ status: 200, body: '<html>login</html>' }, { 'content-type': 'text/html' });
        return;
      case 'unsigned':
        send(reply, {});
        return;
      case 'badly_signed':
        send(reply, { ...signs(reply), 'Wechatpay-Signature': randomBytes(256).toString('base64') });
        return;
      case 'not_there': {
        const it = wrong(404, 'ORDER_NOT_EXIST', '订单不存在');
        send(it, signs(it));
        return;
      }
      default:
        send(reply, reply.plain === true ? { 'content-type': 'text/plain' } : signs(reply));
    }
  }

  await new Promise<void>((done, fail) => server.once('error', fail).listen(options.port ?? 0, '127.0.0.1', done));
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: origin(),
    mchid,
    appid,
    apiv3Key,
    merchant,
    platform: () => platform,
    trades,
    place,
    async pay(outTradeNo, how = {}) {
      const t = trades.get(outTradeNo);
      if (t === undefined) throw new Error(`there is no ${outTradeNo} to pay`);
      t.payerTotal = how.payerTotal ?? t.total;
      if (how.processingMs === undefined) return await succeed(t);
      t.state = 'USERPAYING';
      clock.after(how.processingMs, () => succeed(t));
    },
    failPayment(outTradeNo) {
      trades.get(outTradeNo)!.state = 'PAYERROR';
    },
    faultNotify(fault, times = 1, of) {
      notifyFaults.push({ fault, left: times, of });
    },
    faultAnswer(fault, times = 1) {
      answerFaults.push({ fault, left: times });
    },
    rotateKeys(mode = 'certificate') {
      older.unshift(platform);
      platform = makeKeys(mode);
    },
    fired,
    notified: notifier.statuses,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** RFC 9110 IMF-fixdate. */
function httpDate(at: Temporal.Instant): string {
  const z = at.toZonedDateTimeISO('UTC');
  return `${DAYS[z.dayOfWeek - 1]}, ${String(z.day).padStart(2, '0')} ${MONTHS[z.month - 1]} ${z.year} ${z.toPlainTime().toString({ smallestUnit: 'second' })} GMT`;
}

/** What an account of ours needs to talk to it. */
export function accountFor(sim: WeChatPaySim): Readonly<{
  provider: 'wechatpay';
  merchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<
    Readonly<{ kind: string; id: string; value: string; notAfter: Temporal.Instant | undefined }>
  >;
}> {
  const platform = sim.platform();
  return {
    provider: 'wechatpay',
    merchantNo: sim.mchid,
    baseUrl: sim.url,
    settings: { appid: sim.appid, product: 'native' },
    credentials: [
      { kind: 'merchant_key', id: sim.merchant.serial, value: sim.merchant.privatePem, notAfter: undefined },
      { kind: 'apiv3_key', id: '', value: sim.apiv3Key, notAfter: undefined },
      { kind: 'platform_key', id: platform.id, value: platform.pem, notAfter: platform.expires },
    ],
  };
}
