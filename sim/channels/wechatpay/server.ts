/**
 * A simulated WeChat Pay for merchants (API v3): the real paths, signatures, sealed resources, error words, notification ladder and bills,
 * over a truth of its own and a clock that can be stepped. Anybody can test an integration against it (`daozhang sim`).
 *
 * Not simulated: the buyer's phone beyond paying, API v2, combined orders, profit sharing.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import type http from 'node:http';
import { gzipSync } from 'node:zlib';
import { seeded } from '../../../src/base/random.ts';
import type { SimClock } from '../../clock.ts';
import { type AnswerFault as AnyFault, type BillFault, faultsOf, once, tallyOf } from '../faults.ts';
import { listen } from '../listen.ts';
import { earned, fundFlowBill, tradeBill } from './bills.ts';
import { type NotifyFault, notifierOf } from './notify.ts';
import { type PayoutFault, withdrawalsOf } from './payouts.ts';
import { type Refund, refundSays, type Trade, tradeSays } from './truth.ts';
import {
  certificateKeys,
  httpDate,
  type Keys,
  type KnownKeys,
  type MerchantKeys,
  merchantKeys,
  publicKeys,
  refusal,
  sealed,
  signed,
} from './wire.ts';

export type AnswerFault =
  | AnyFault
  /** Signed well, about another merchant's payment of the same number. */
  | 'other_merchant';

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
  /** The buyer pays; also what was closed, as it happens at the last moment. `processingMs`: first so long in USERPAYING. */
  pay(outTradeNo: string, how?: Readonly<{ processingMs?: number; payerTotal?: number }>): Promise<void>;
  /** Places an order as a merchant's own system does. */
  place(
    outTradeNo: string,
    total: number,
    more?: Readonly<{
      notifyUrl?: string;
      expiresAt?: Temporal.Instant;
      product?: Product;
      /** For this shop of a service provider. */
      subMchid?: string;
      deviceId?: string;
    }>,
  ): Trade;
  failPayment(outTradeNo: string): void;
  /** The merchant gives back by hand, at WeChat Pay's own page; it takes so long. */
  giveBack(outTradeNo: string, outRefundNo: string, fen: number, tookMs?: number): void;
  /** The till takes it back (付款码): paid or not, nothing of it stays. */
  revoke(outTradeNo: string): void;
  /** The next notifications (of this payment) arrive so. */
  faultNotify(fault: NotifyFault, times?: number, outTradeNo?: string): void;
  /** The next answers (about this payment) come so. */
  faultAnswer(fault: AnswerFault, times?: number, outTradeNo?: string): void;
  /** From now on answers are answers. */
  healAnswers(): void;
  faultBill(fault: BillFault, times?: number): void;
  /** From now on bills are bills. */
  healBills(): void;
  /** The whole balance goes to the bank: the fund-flow bill tells it. */
  payOut(): void;
  /** The bank sends the next ones back, a day later. */
  faultPayout(fault: PayoutFault, times?: number): void;
  /** The next refunds end so. */
  endRefunds(how: 'ABNORMAL' | 'CLOSED', times?: number): void;
  rotateKeys(mode?: Mode): void;
  /** How often each fault has fired, and each call was made. */
  fired: ReadonlyMap<string, number>;
  notified(): readonly number[];
  /** All that an integration needs to talk to it, in the words of the merchant's portal. */
  describe(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  /** Of the numbers it gives out; keys are drawn anew each time. */
  seed?: number;
  port?: number;
  mode?: Mode;
  mchid?: string;
  appid?: string;
  /** The merchant's own keys of an earlier run, so that whoever holds them can go on. */
  keys?: Readonly<{ merchant: KnownKeys; apiv3Key: string }>;
  /** What happened in an earlier run. */
  trades?: readonly Trade[];
  /** Notifications go here unless an order names another address. */
  notifyUrl?: () => string | undefined;
}>;

const PRODUCTS = { jsapi: 'JSAPI', native: 'NATIVE', app: 'APP', h5: 'MWEB', codepay: 'MICROPAY' } as const;
export type Product = keyof typeof PRODUCTS;

const REFUND_MS = 2_000;

type Reply = Readonly<{ status: number; body: string | Uint8Array; plain?: boolean }>;
type Call = Readonly<{ method: string; path: string; url: URL; body: string }>;
type Parties = Readonly<{ mchid?: unknown; sp_mchid?: unknown; sub_mchid?: unknown }>;

const json = (status: number, body: unknown): Reply => ({
  status,
  body: body === undefined ? '' : JSON.stringify(body),
});
/** The number as a whole part of the path, or as a value in the body. */
const isAbout = (call: Call, ref: string): boolean =>
  call.url.pathname.split('/').includes(ref) || call.body.includes(`"${ref}"`);
const wrong = (status: number, code: string, message: string): Reply => json(status, { code, message });

export async function startWeChatPaySim(options: SimOptions): Promise<WeChatPaySim> {
  const { clock } = options;
  const { digits } = seeded(options.seed ?? randomInt(2 ** 32));
  const mchid = options.mchid ?? `19${digits(8)}`;
  const appid = options.appid ?? `wx${randomBytes(8).toString('hex')}`;
  const apiv3Key = options.keys?.apiv3Key ?? randomBytes(16).toString('hex');
  const merchant = merchantKeys(clock.now(), mchid, options.keys?.merchant);
  const makeKeys = (mode: Mode): Keys => (mode === 'public_key' ? publicKeys() : certificateKeys(clock.now()));
  let platform = makeKeys(options.mode ?? 'certificate');
  const older: Keys[] = [];
  const trades = new Map((options.trades ?? []).map((t) => [t.outTradeNo, t]));
  const { fired, count } = tallyOf();
  const notifyFaults = faultsOf<NotifyFault>();
  const answerFaults = faultsOf<AnswerFault>();
  const billFaults: BillFault[] = [];
  const withdrawals = withdrawalsOf(clock, (now) => earned([...trades.values()], now), count);
  const refundEnds: Array<'ABNORMAL' | 'CLOSED'> = [];
  const notifier = notifierOf(
    clock,
    () => platform,
    once(() => certificateKeys(clock.now())),
    apiv3Key,
    count,
  );
  const files = new Map<string, Uint8Array>();

  const takeNotifyFault = (outTradeNo: string): NotifyFault | undefined => notifyFaults.take((of) => of === outTradeNo);
  const notifyUrlOf = (t: Trade): string | undefined => t.notifyUrl ?? options.notifyUrl?.();

  const succeed = async (t: Trade): Promise<void> => {
    t.state = 'SUCCESS';
    t.successAt = clock.now();
    const day = t.successAt.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString().replaceAll('-', '');
    t.transactionId = `4200${digits(6)}${day}${digits(10)}`;
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
    r.status = refundEnds.shift() ?? 'SUCCESS';
    if (r.status === 'SUCCESS') r.successAt = clock.now();
    const url = notifyUrlOf(t);
    if (url !== undefined)
      await notifier.send(
        { event: `REFUND.${r.status}`, type: 'refund', summary: '退款', url, body: refundSays(t, r, 'notification') },
        takeNotifyFault(t.outTradeNo),
      );
  };

  const refund = (t: Trade, outRefundNo: string, amount: number, tookMs: number): Refund => {
    const r: Refund = {
      outRefundNo,
      refundId: `5030${digits(24)}`,
      amount,
      createdAt: clock.now(),
      status: 'PROCESSING',
      successAt: undefined,
    };
    t.refunds.push(r);
    t.state = 'REFUND';
    if (tookMs === 0) void endRefund(t, r);
    else clock.after(tookMs, () => endRefund(t, r));
    return r;
  };
  const revoke = (t: Trade): void => {
    if (t.successAt !== undefined) t.revokedAt ??= clock.now();
    t.state = 'REVOKED';
  };

  const place = (outTradeNo: string, total: number, more: Parameters<WeChatPaySim['place']>[2] = {}): Trade => {
    const t: Trade = {
      mchid,
      subMchid: more.subMchid,
      outTradeNo,
      appid,
      description: '茶饮',
      notifyUrl: more.notifyUrl,
      tradeType: PRODUCTS[more.product ?? 'native'],
      total,
      deviceId: more.deviceId,
      createdAt: clock.now(),
      expiresAt: more.expiresAt ?? clock.now().add({ hours: 24 * 7 }),
      state: 'NOTPAY',
      transactionId: undefined,
      payerTotal: total,
      successAt: undefined,
      revokedAt: undefined,
      refunds: [],
    };
    trades.set(outTradeNo, t);
    return t;
  };
  const current = (t: Trade): Trade => {
    if (t.state === 'NOTPAY' && Temporal.Instant.compare(clock.now(), t.expiresAt) >= 0) t.state = 'CLOSED';
    return t;
  };

  /** As a direct merchant, or as a service provider for a shop: the call has to name who it is, and sees its own payments only. */
  const isOwn = (partner: string | undefined, it: Parties): boolean =>
    partner === undefined ? it.mchid === mchid : it.sp_mchid === mchid && typeof it.sub_mchid === 'string';
  const notOurs = wrong(400, 'PARAM_ERROR', '商户号与请求签名的商户不一致');
  const find = (outTradeNo: unknown, sub: unknown): Trade | undefined => {
    const t = trades.get(String(outTradeNo));
    return t !== undefined && t.subMchid === (sub ?? undefined) ? current(t) : undefined;
  };
  const notThere = wrong(404, 'ORDER_NOT_EXIST', '订单不存在');
  const asked = (call: Call): Record<string, string> => Object.fromEntries(call.url.searchParams);

  const routes: ReadonlyArray<
    readonly [method: string, path: RegExp, handle: (call: Call, parts: readonly string[]) => Reply | Promise<Reply>]
  > = [
    [
      'POST',
      /^\/v3\/pay\/(partner\/)?transactions\/(jsapi|native|app|h5|codepay)$/,
      (call, [partner, product]) => {
        const it = JSON.parse(call.body);
        if (!isOwn(partner, it)) return notOurs;
        if (typeof it.out_trade_no !== 'string' || !Number.isInteger(it.amount?.total) || it.amount.total <= 0)
          return wrong(400, 'PARAM_ERROR', '参数错误');
        const known = trades.get(it.out_trade_no);
        if (known?.successAt !== undefined) return wrong(400, 'ORDERPAID', '该订单已支付');
        if (known !== undefined && (known.total !== it.amount.total || known.subMchid !== it.sub_mchid))
          return wrong(400, 'INVALID_REQUEST', '请求重入时,参数与首次请求时不一致');
        if (known !== undefined && current(known).state === 'CLOSED') return wrong(400, 'ORDER_CLOSED', '订单已关闭');
        if (known === undefined)
          place(it.out_trade_no, it.amount.total, {
            notifyUrl: it.notify_url,
            product: product as Product,
            subMchid: it.sub_mchid,
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
      /^\/v3\/pay\/(partner\/)?transactions\/(id|out-trade-no)\/([^/]+)$/,
      (call, [partner, by, ref]) => {
        const who = asked(call);
        if (!isOwn(partner, who)) return notOurs;
        const no = decodeURIComponent(ref!);
        const outTradeNo = by === 'id' ? [...trades.values()].find((x) => x.transactionId === no)?.outTradeNo : no;
        const t = find(outTradeNo, who.sub_mchid);
        return t === undefined ? notThere : json(200, tradeSays(t));
      },
    ],
    [
      'POST',
      /^\/v3\/pay\/(partner\/)?transactions\/out-trade-no\/([^/]+)\/(close|reverse)$/,
      (call, [partner, ref, what]) => {
        const it = JSON.parse(call.body);
        if (!isOwn(partner, it)) return notOurs;
        const t = find(decodeURIComponent(ref!), it.sub_mchid);
        if (t === undefined) return notThere;
        const isCodepay = t.tradeType === 'MICROPAY';
        if (isCodepay !== (what === 'reverse'))
          return wrong(400, 'INVALID_REQUEST', isCodepay ? '付款码支付请使用撤销' : '仅付款码支付可以撤销');
        if (what === 'close') {
          if (t.successAt !== undefined) return wrong(400, 'ORDERPAID', '该订单已支付');
          t.state = 'CLOSED';
          return json(204, undefined);
        }
        if ((it.appid ?? it.sp_appid) !== appid) return wrong(400, 'APPID_MCHID_NOT_MATCH', 'appid与mchid不匹配');
        revoke(t);
        return json(200, { out_trade_no: t.outTradeNo });
      },
    ],
    [
      'POST',
      /^\/v3\/refund\/domestic\/refunds$/,
      (call) => {
        const it = JSON.parse(call.body);
        const t = find(it.out_trade_no, it.sub_mchid);
        if (t?.successAt === undefined || t.revokedAt !== undefined)
          return wrong(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
        const known = t.refunds.find((r) => r.outRefundNo === it.out_refund_no);
        if (known !== undefined) return json(200, refundSays(t, known, 'query'));
        const given = t.refunds.reduce((sum, r) => sum + r.amount, 0);
        if (it.amount.total !== t.total || given + it.amount.refund > t.total)
          return wrong(400, 'INVALID_REQUEST', '累计退款金额大于支付金额');
        return json(200, refundSays(t, refund(t, it.out_refund_no, it.amount.refund, REFUND_MS), 'query'));
      },
    ],
    [
      'GET',
      /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/,
      (call, [ref]) => {
        for (const t of trades.values()) {
          if (t.subMchid !== asked(call).sub_mchid) continue;
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
      /^\/v3\/bill\/(tradebill|fundflowbill)$/,
      (call, [kind]) => {
        const it = asked(call);
        const on = Temporal.PlainDate.from(it.bill_date ?? '');
        const ready = on
          .add({ days: 1 })
          .toZonedDateTime({ timeZone: 'Asia/Shanghai', plainTime: '10:00' })
          .toInstant();
        const fault = billFaults.shift();
        if (fault !== undefined) count(fault);
        if (fault === 'bill_late' || Temporal.Instant.compare(clock.now(), ready) < 0)
          return wrong(400, 'STATEMENT_CREATING', '账单生成中');
        const own = [...trades.values()].filter((t) => it.sub_mchid === undefined || t.subMchid === it.sub_mchid);
        const text = kind === 'tradebill' ? tradeBill(own, on) : fundFlowBill(own, withdrawals.all, mchid, on);
        if (fault === 'bill_missing' || text === undefined) return wrong(400, 'NO_STATEMENT_EXIST', '账单文件不存在');
        const token = randomBytes(16).toString('hex');
        files.set(token, it.tar_type === 'GZIP' ? gzipSync(text) : text);
        return json(200, {
          hash_type: 'SHA1',
          hash_value: createHash('sha1').update(text).digest('hex'),
          download_url: `${origin}/v3/billdownload/file?token=${token}`,
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

  let origin = '';
  const listening = await listen(options.port ?? 0, async (request, body, response) => {
    const path = request.url ?? '/';
    const url = URL.parse(path, origin);
    if (url === null) return response.writeHead(400).end();
    const call = { method: request.method ?? 'GET', path, url, body };
    const fault = answerFaults.take((of) => isAbout(call, of));
    if (fault !== undefined) count(fault);
    if (fault === 'silent') return request.socket.destroy();
    const reply = await answer(call, request.headers.authorization).catch(() => wrong(500, 'SYSTEM_ERROR', '系统异常'));
    respond(request, response, reply, fault);
  });
  origin = listening.url;

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
    // Who names a public key in the request hears it from that key, also while both are in use.
    const named = [platform, ...older].find((k) => k.id === request.headers['wechatpay-serial']);
    const signs = (it: Reply): Record<string, string> => signed(it.body, named ?? platform, clock.now());
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
      case 'tampered': {
        const body = Buffer.from(reply.body);
        body[body.length >> 1]! ^= 1;
        send({ ...reply, body }, signs(reply));
        return;
      }
      case 'foreign':
      case 'other_merchant': {
        const said = reply.body === '' ? {} : JSON.parse(String(reply.body));
        const other =
          fault === 'foreign' ? { out_trade_no: 'ANOTHER' } : { mchid: '1999999999', sub_mchid: '1999999999' };
        const it = json(reply.status, { ...said, ...other });
        send(it, signs(it));
        return;
      }
      case 'not_there': {
        const it = wrong(404, 'ORDER_NOT_EXIST', '订单不存在');
        send(it, signs(it));
        return;
      }
      default:
        send(reply, reply.plain === true ? { 'content-type': 'text/plain' } : signs(reply));
    }
  }

  return {
    url: origin,
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
      if (t.successAt !== undefined || t.revokedAt !== undefined) throw new Error(`${outTradeNo} has been paid`);
      t.payerTotal = how.payerTotal ?? t.total;
      if (how.processingMs === undefined) return await succeed(t);
      t.state = 'USERPAYING';
      // Taken back meanwhile, it does not succeed any more.
      clock.after(how.processingMs, () => (t.state === 'USERPAYING' ? succeed(t) : undefined));
    },
    failPayment(outTradeNo) {
      trades.get(outTradeNo)!.state = 'PAYERROR';
    },
    giveBack: (outTradeNo, outRefundNo, fen, tookMs = REFUND_MS) =>
      void refund(trades.get(outTradeNo)!, outRefundNo, fen, tookMs),
    revoke: (outTradeNo) => revoke(trades.get(outTradeNo)!),
    faultNotify: (fault, times = 1, of) => notifyFaults.add(fault, times, of),
    faultAnswer: (fault, times = 1, of) => answerFaults.add(fault, times, of),
    healAnswers: answerFaults.clear,
    faultBill(fault, times = 1) {
      for (let i = 0; i < times; i += 1) billFaults.push(fault);
    },
    healBills: () => void billFaults.splice(0),
    payOut: () => void withdrawals.withdraw(),
    faultPayout: (fault, times = 1) => withdrawals.fault(fault, times),
    endRefunds(how, times = 1) {
      for (let i = 0; i < times; i += 1) refundEnds.push(how);
    },
    rotateKeys(mode = 'certificate') {
      older.unshift(platform);
      platform = makeKeys(mode);
    },
    fired,
    notified: notifier.statuses,
    describe: () => ({
      base_url: origin,
      mchid,
      appid,
      apiv3_key: apiv3Key,
      merchant_serial_no: merchant.serial,
      merchant_private_key: merchant.privatePem,
      platform_serial: platform.id,
      platform_key: platform.pem,
    }),
    close: listening.close,
  };
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
