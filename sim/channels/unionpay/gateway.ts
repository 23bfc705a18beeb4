/** What each call to the simulated gateway does to the truth, and says. */
import { zlibSync } from 'fflate';
import type { SimClock } from '../../clock.ts';
import type { Dispute } from '../../documents/domain.ts';
import { dayFile } from './bills.ts';
import { clearingDay, handle, PAID, stamp, type Txn, tells } from './truth.ts';
import type { Fields } from './wire.ts';

export type Reply = Fields & Readonly<{ respCode: string }>;

export const wrong = (respCode: string, respMsg: string): Reply => ({ respCode, respMsg });
const ok = (fields: Fields = {}): Reply => ({ respCode: '00', respMsg: '成功[0000000]', ...fields });

/** How old the time of a call that moves money may be. */
const CURRENT_MINUTES = 10;
const REFUND_MS = 2_000;
/** UnionPay's own address for “no notification wanted”. */
const NOBODY = 'http://www.specialUrl.com';

type Market = Readonly<{
  clock: SimClock;
  merId: string;
  /** Payments by their number. */
  trades: Map<string, Txn>;
  disputes: readonly Dispute[];
  place(orderId: string, fen: number, more: Readonly<{ txnTime: string; payTimeout?: string; backUrl?: string }>): Txn;
  open(orderId: string): void;
  notify(t: Txn): Promise<void>;
  billFault(): string | undefined;
}>;

export type Gateway = Readonly<{
  /** The merchant gives back by hand, at UnionPay's own page. */
  giveBack(origin: Txn, orderId: string, fen: number): Txn;
  call(path: string, asked: Fields): Reply;
}>;

export function gatewayOf(on: Market): Gateway {
  const { clock, merId, trades } = on;
  /** Refunds and revocations by their number. */
  const returns = new Map<string, Txn>();
  const given = (t: Txn): number =>
    [...returns.values()].reduce((sum, r) => sum + (r.origin === t && r.code !== '01' ? r.fen : 0), 0);

  const take = (
    origin: Txn,
    it: Pick<Txn, 'txnType' | 'orderId' | 'txnTime' | 'fen' | 'backUrl'>,
    code: string,
  ): Txn => {
    const t: Txn = {
      ...it,
      termId: origin.termId,
      payTimeoutAt: clock.now(),
      origin,
      code: undefined,
      traceNo: undefined,
      queryId: undefined,
      at: undefined,
    };
    handle(t, clock.now(), code);
    returns.set(it.orderId, t);
    return t;
  };
  const giveBack: Gateway['giveBack'] = (origin, orderId, fen) =>
    take(origin, { txnType: '04', orderId, txnTime: stamp(clock.now()), fen, backUrl: NOBODY }, '00');

  const moves = (asked: Fields): Reply | undefined => {
    if (!/^[0-9A-Za-z]{8,40}$/.test(asked.orderId ?? '')) return wrong('10', '报文格式错误[orderId]');
    if (!/^[1-9]\d{0,11}$/.test(asked.txnAmt ?? '') || asked.currencyCode !== '156')
      return wrong('10', '报文格式错误[txnAmt]');
    const age = clock.now().toZonedDateTimeISO('Asia/Shanghai').subtract({ minutes: CURRENT_MINUTES }).toInstant();
    if (asked.txnTime! < stamp(age)) return wrong('10', 'txnTime无效[1000010]');
    return trades.has(asked.orderId!) || returns.has(asked.orderId!) ? wrong('12', '重复交易[9120001]') : undefined;
  };
  const pay = (asked: Fields): Reply => {
    const { backUrl, payTimeout } = asked;
    on.place(asked.orderId!, Number(asked.txnAmt), {
      txnTime: asked.txnTime!,
      ...(payTimeout === undefined ? {} : { payTimeout }),
      ...(backUrl === undefined ? {} : { backUrl }),
    });
    on.open(asked.orderId!);
    return ok({ tn: `8${stamp(clock.now())}${asked.orderId!.slice(-6)}` });
  };
  const undo = (asked: Fields, txnType: '04' | '31'): Reply => {
    const origin = [...trades.values()].find((t) => t.queryId !== undefined && t.queryId === asked.origQryId);
    if (origin === undefined || !PAID.has(origin.code)) return wrong('35', '原交易不存在或状态不正确[2050004]');
    const fen = Number(asked.txnAmt);
    if (given(origin) + fen > origin.fen || (txnType === '31' && fen !== origin.fen))
      return wrong('36', '与原交易信息不符[2060001]');
    const it = { txnType, orderId: asked.orderId!, txnTime: asked.txnTime!, fen, backUrl: asked.backUrl };
    if (txnType === '31') {
      if (!clearingDay(origin.at!).equals(clearingDay(clock.now())))
        return wrong('35', '原交易不存在或状态不正确[2050004]');
      const t = take(origin, it, '00');
      if (it.backUrl !== NOBODY) void on.notify(t);
      return ok(tells(t, merId));
    }
    const t = take(origin, it, '05');
    clock.after(REFUND_MS, async () => {
      handle(t, clock.now(), '00');
      if (it.backUrl !== NOBODY) await on.notify(t);
    });
    return ok(tells(t, merId));
  };
  const query = (asked: Fields): Reply => {
    const t = trades.get(asked.orderId ?? '') ?? returns.get(asked.orderId ?? '');
    if (t?.code === undefined || t.txnTime !== asked.txnTime) return wrong('34', '查无此交易[2600000]');
    return ok({
      ...tells(t, merId),
      origRespCode: t.code,
      origRespMsg: t.code === '00' ? '成功[0000000]' : '见应答码',
    });
  };
  const file = (asked: Fields): Reply => {
    const on_ = dayOf(asked.settleDate ?? '', clock.now());
    if (asked.fileType !== '00' || on_ === undefined) return wrong('10', '报文格式错误[settleDate]');
    const isMissing = on.billFault() !== undefined;
    const bytes = isMissing ? undefined : dayFile([...trades.values(), ...returns.values()], on.disputes, merId, on_);
    // The file of a day is made in the morning after it.
    const isMade = Temporal.PlainDate.compare(on_, clearingDay(clock.now())) < 0;
    if (bytes === undefined || !isMade) return { ...wrong('98', '文件不存在[9800001]'), settleDate: asked.settleDate! };
    return ok({
      settleDate: asked.settleDate!,
      fileType: '00',
      fileName: `${merId}_${on_.toString().replaceAll('-', '')}.zip`,
      fileContent: Buffer.from(zlibSync(bytes)).toString('base64'),
    });
  };

  return {
    giveBack,
    call(path, asked) {
      const { txnType } = asked;
      if (path === '/') return txnType === '76' ? file(asked) : wrong('32', '无此交易权限[9320001]');
      const name = /^\/gateway\/api\/(\w+)\.do$/.exec(path)?.[1];
      if (name === 'queryTrans') return txnType === '00' ? query(asked) : wrong('10', '报文格式错误[txnType]');
      if (name !== 'backTransReq' && name !== 'frontTransReq' && name !== 'appTransReq')
        return wrong('10', '报文格式错误[url]');
      const no = moves(asked);
      if (no !== undefined) return no;
      if (txnType === '01') return pay(asked);
      if (name === 'backTransReq' && (txnType === '04' || txnType === '31')) return undo(asked, txnType);
      return wrong('32', '无此交易权限[9320001]');
    },
  };
}

/** MMDD of the last twelve months. */
function dayOf(settleDate: string, now: Temporal.Instant): Temporal.PlainDate | undefined {
  const today = clearingDay(now);
  const [, month, day] = /^(\d\d)(\d\d)$/.exec(settleDate) ?? [];
  for (const year of [today.year, today.year - 1])
    try {
      const on = Temporal.PlainDate.from(`${year}-${month}-${day}`);
      if (Temporal.PlainDate.compare(on, today) <= 0) return on;
    } catch {
      // No such day in this year.
    }
  return undefined;
}
