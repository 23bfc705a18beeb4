/**
 * A simulated UnionPay 全渠道 (5.1.0, certificates): the real paths, forms, signatures with their chain, codes, notification ladder and
 * files, over a truth of its own and a clock that can be stepped. Anybody can test an integration against it.
 *
 * Not simulated: the buyer's page beyond opening and paying, pre-authorisation, tokens, transfers, instalments, SM2/SM3 signatures.
 */
import { randomBytes } from 'node:crypto';
import type { SimClock } from '../../clock.ts';
import type { Dispute } from '../../documents/domain.ts';
import { type AnswerFault as AnyFault, type BillFault, faultsOf, tallyOf } from '../faults.ts';
import { listen } from '../listen.ts';
import { feeOf } from './bills.ts';
import { gatewayOf, type Reply, wrong } from './gateway.ts';
import { type NotifyFault, notifierOf } from './notify.ts';
import { handle, isOpen, notification, stamp, type Txn, wallClock } from './truth.ts';
import {
  type Certified,
  type Chain,
  certified,
  chain,
  type Fields,
  lifeFrom,
  plain,
  refusal,
  SIGNER_NAME,
  signedBy,
} from './wire.ts';

export type AnswerFault =
  | AnyFault
  /** HTTP 429, where `limited` is UnionPay's own 37. */
  | 'limited_http'
  /** 04: UnionPay does not know itself. */
  | 'unclear'
  /** Signed by a certificate that nobody of the held ones issued. */
  | 'badly_chained';

export type UnionPaySim = Readonly<{
  url: string;
  merId: string;
  merchant: Certified;
  chain: Chain;
  /** Payments by their number. */
  trades: ReadonlyMap<string, Txn>;
  /** Sends an order as a merchant's own system does. UnionPay knows it when the buyer has opened the page. */
  place(
    orderId: string,
    fen: number,
    more?: Readonly<{
      txnTime?: string;
      payTimeout?: string;
      backUrl?: string;
      expiresAt?: Temporal.Instant;
      termId?: string;
    }>,
  ): Txn;
  open(orderId: string): void;
  /** The buyer pays. `processingMs`: only after so long. After payTimeout the buyer is debited, and the merchant not paid (42). */
  pay(orderId: string, how?: Readonly<{ processingMs?: number; code?: '00' | 'A6' }>): Promise<void>;
  /** The issuer says no. */
  decline(orderId: string, code?: string): void;
  /** The merchant gives back by hand, at UnionPay's own page. */
  giveBack(orderId: string, refundNo: string, fen: number): void;
  /** The payer's bank takes it back: it stands in ZME. */
  dispute(orderId: string): void;
  faultNotify(fault: NotifyFault, times?: number, orderId?: string): void;
  /** The next answers (about this payment) come so. */
  faultAnswer(fault: AnswerFault, times?: number, orderId?: string): void;
  faultBill(fault: BillFault, times?: number): void;
  /** Another certificate of the same authority signs from now on. */
  rotate(): void;
  fired: ReadonlyMap<string, number>;
  /** What was answered to the notifications. */
  notified(): readonly number[];
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  port?: number;
  /** Notifications go here unless an order names another address. */
  notifyUrl?: () => string | undefined;
}>;

const digits = (n: number): string => Array.from(randomBytes(n), (b) => b % 10).join('');

export async function startUnionPaySim(options: SimOptions): Promise<UnionPaySim> {
  const { clock } = options;
  const merId = `898310${digits(9)}`;
  const authority = chain(clock.now());
  let { signer } = authority;
  const merchant = certified(`041@${merId}@模拟商户@00000001`, lifeFrom(clock.now()), authority.middle);
  // It has all of UnionPay's names, and issued them to itself.
  const forger = certified(SIGNER_NAME, lifeFrom(clock.now()));
  const trades = new Map<string, Txn>();
  const disputes: Dispute[] = [];
  const { fired, count } = tallyOf();
  const notifyFaults = faultsOf<NotifyFault>();
  const answerFaults = faultsOf<AnswerFault>();
  const billFaults = faultsOf<BillFault>();
  const notifier = notifierOf(clock, () => signer, forger, count);

  const notify = async (t: Txn): Promise<void> => {
    const url = t.backUrl ?? options.notifyUrl?.();
    if (url === undefined) return;
    const it = { url, fields: notification(t, merId), falseFields: notification(t, merId, 1) };
    await notifier.send(
      it,
      notifyFaults.take((of) => of === t.orderId),
    );
  };
  const place: UnionPaySim['place'] = (orderId, fen, more = {}) => {
    const t: Txn = {
      txnType: '01',
      orderId,
      txnTime: more.txnTime ?? stamp(clock.now()),
      fen,
      backUrl: more.backUrl,
      termId: more.termId,
      payTimeoutAt: more.expiresAt ?? instantOf(more.payTimeout) ?? clock.now().add({ hours: 24 }),
      origin: undefined,
      code: undefined,
      traceNo: undefined,
      queryId: undefined,
      at: undefined,
    };
    trades.set(orderId, t);
    return t;
  };
  const theOne = (orderId: string): Txn => {
    const t = trades.get(orderId);
    if (t === undefined) throw new Error(`there is no ${orderId}`);
    return t;
  };
  const open = (orderId: string): void => {
    const t = theOne(orderId);
    if (t.code === undefined) t.code = '70';
  };
  const succeed = async (t: Txn, code: '00' | 'A6'): Promise<void> => {
    if (!isOpen(t)) return;
    const isLate = Temporal.Instant.compare(clock.now(), t.payTimeoutAt) > 0;
    handle(t, clock.now(), isLate ? '42' : code);
    if (!isLate) await notify(t);
  };
  const gateway = gatewayOf({
    clock,
    merId,
    trades,
    disputes,
    place,
    open,
    notify,
    billFault() {
      const fault = billFaults.take(() => true);
      if (fault !== undefined) count(fault);
      return fault;
    },
  });

  /** The merchant's own fields come back with every answer. */
  const echoed = (asked: Fields): Fields => {
    const names = ['accessType', 'bizType', 'merId', 'orderId', 'txnTime', 'txnType', 'txnSubType'];
    return Object.fromEntries(names.flatMap((n) => (asked[n] === undefined ? [] : [[n, asked[n]]])));
  };
  const answer = (path: string, asked: Fields): Reply => {
    const no = refusal(asked, merchant, merId);
    if (no !== undefined) return wrong(...no);
    count(`${path.replace(/^.*\/|\.do$/g, '')}:${asked.txnType}`);
    return gateway.call(path, asked);
  };

  const listening = await listen(options.port ?? 0, (request, body, response) => {
    const path = URL.parse(request.url ?? '/', 'http://gateway')?.pathname ?? '/';
    const asked: Fields = Object.fromEntries(new URLSearchParams(body));
    const fault = answerFaults.take((of) => asked.orderId === of);
    if (fault !== undefined) count(fault);
    if (fault === 'silent') return request.socket.destroy();
    if (fault === 'limited_http') return response.writeHead(429).end();
    if (fault === 'html') return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>');
    if (fault === 'broken') return response.writeHead(502).end('<html>502 Bad Gateway</html>');
    const made = MADE[fault ?? ''];
    const reply = made ?? answer(path, asked);
    if (fault === 'silent_after') return request.socket.destroy();
    // The buyer's browser brings this form, and sees a page.
    if (path.endsWith('/frontTransReq.do'))
      return response
        .writeHead(200, { 'content-type': 'text/html;charset=UTF-8' })
        .end(`<html><title>模拟收银台</title>${reply.respCode} ${reply.respMsg}</html>`);
    const fields = { ...echoed(asked), ...reply, ...(fault === 'foreign' ? { orderId: 'ANOTHER00' } : {}) };
    const whole = fault === 'unsigned' ? fields : signedBy(fault === 'badly_chained' ? forger : signer, fields);
    const spoilt = fault === 'badly_signed' ? { ...whole, signature: randomBytes(256).toString('base64') } : whole;
    const text = plain(spoilt);
    response.writeHead(200, { 'content-type': 'text/html;charset=UTF-8' });
    response.end(fault === 'tampered' ? text.replace(/txnAmt=\d/, 'txnAmt=9') : text);
  });

  return {
    url: listening.url,
    merId,
    merchant,
    chain: authority,
    trades,
    place,
    open,
    async pay(orderId, { processingMs, code = '00' } = {}) {
      const t = theOne(orderId);
      if (processingMs === undefined) return await succeed(t, code);
      if (isOpen(t)) t.code = '05';
      clock.after(processingMs, () => succeed(t, code));
    },
    decline(orderId, code = '64') {
      theOne(orderId).code = code;
    },
    giveBack: (orderId, refundNo, fen) => void gateway.giveBack(theOne(orderId), refundNo, fen),
    dispute(orderId) {
      const t = theOne(orderId);
      disputes.push({
        at: wallClock(clock.now()),
        account: merId,
        amount: BigInt(t.fen),
        fee: feeOf(BigInt(t.fen)),
        traceNo: digits(6),
        originAt: wallClock(t.at!),
        originTraceNo: t.traceNo!,
      });
    },
    faultNotify: (fault, times = 1, of) => notifyFaults.add(fault, times, of),
    faultAnswer: (fault, times = 1, of) => answerFaults.add(fault, times, of),
    faultBill: (fault, times = 1) => billFaults.add(fault, times),
    rotate() {
      signer = certified(SIGNER_NAME, lifeFrom(clock.now()), authority.middle);
    },
    fired,
    notified: notifier.answers,
    close: listening.close,
  };
}

/** Answers that are made in front of the truth. */
const MADE: Readonly<Record<string, Reply>> = {
  limited: wrong('37', '已超过最大查询次数或操作过于频繁[9370001]'),
  not_there: wrong('34', '查无此交易[2600000]'),
  unclear: wrong('04', '交易状态未明,请查询对账结果[9040001]'),
};

/** YYYYMMDDhhmmss in Beijing; undefined where it is none. */
function instantOf(text: string | undefined): Temporal.Instant | undefined {
  const [, day, time] = /^(\d{8})(\d{6})$/.exec(text ?? '') ?? [];
  return day === undefined ? undefined : Temporal.Instant.from(`${day}T${time}+08:00`);
}

/** What an account of ours needs to talk to it. */
export function accountFor(sim: UnionPaySim): Readonly<{
  provider: 'unionpay';
  merchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<
    Readonly<{ kind: string; id: string; value: string; notAfter: Temporal.Instant | undefined }>
  >;
}> {
  const given: ReadonlyArray<readonly [kind: string, id: string, value: string]> = [
    ['merchant_key', sim.merchant.certId, sim.merchant.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['middle_cert', '', sim.chain.middle.certificate],
    ['root_cert', '', sim.chain.root.certificate],
  ];
  return {
    provider: 'unionpay',
    merchantNo: sim.merId,
    baseUrl: sim.url,
    settings: { product: 'front', file_url: `${sim.url}/` },
    credentials: given.map(([kind, id, value]) => ({ kind, id, value, notAfter: undefined })),
  };
}
