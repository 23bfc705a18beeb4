/** What really happened: the transactions of the simulated UnionPay. Nobody's opinion; the auditor's ground. */
import { queryNo } from '../../documents/unionpay-zip.ts';
import type { Fields } from './wire.ts';

export type Txn = {
  /** 01 消费, 04 退货, 31 消费撤销. */
  readonly txnType: '01' | '04' | '31';
  readonly orderId: string;
  /** As the merchant sent it: half of the name. */
  readonly txnTime: string;
  readonly fen: number;
  readonly backUrl: string | undefined;
  readonly termId: string | undefined;
  /** Of a payment: until when it may be paid. */
  readonly payTimeoutAt: Temporal.Instant;
  /** What a refund or a revocation goes back to. */
  readonly origin: Txn | undefined;
  /** What UnionPay says of it when asked; undefined while it knows nothing of it. */
  code: string | undefined;
  traceNo: string | undefined;
  queryId: string | undefined;
  /** When UnionPay handled it. */
  at: Temporal.Instant | undefined;
};

export const PAID: ReadonlySet<string | undefined> = new Set(['00', 'A6']);
/** Nothing has been decided yet. */
export const isOpen = (t: Txn): boolean => t.code === undefined || t.code === '70' || t.code === '05';

const local = (at: Temporal.Instant): Temporal.PlainDateTime =>
  at.toZonedDateTimeISO('Asia/Shanghai').toPlainDateTime().round({ smallestUnit: 'second', roundingMode: 'trunc' });
/** YYYYMMDDhhmmss. */
export const stamp = (at: Temporal.Instant): string =>
  local(at).toString({ smallestUnit: 'second' }).replace(/\D/g, '');
export const wallClock = local;
/** Clearing days end at 23:00. */
export const clearingDay = (at: Temporal.Instant): Temporal.PlainDate => local(at).add({ hours: 1 }).toPlainDate();

let lastTrace = 100_000;
/** It has reached UnionPay's books: from here on it has numbers. */
export function handle(t: Txn, now: Temporal.Instant, code: string): void {
  lastTrace = lastTrace >= 999_999 ? 100_000 : lastTrace + 1;
  t.traceNo ??= String(lastTrace);
  t.queryId ??= queryNo(local(now), t.traceNo);
  t.at = now;
  t.code = code;
}

/** What an answer or a notification tells of a transaction. */
export function tells(t: Txn, merId: string): Fields {
  return {
    accessType: '0',
    bizType: '000201',
    merId,
    orderId: t.orderId,
    txnTime: t.txnTime,
    txnAmt: String(t.fen),
    currencyCode: '156',
    // As the merchant sent it: a value may hold pairs of its own.
    reqReserved: '{门店=中山路&桌号=3}',
    ...(t.termId === undefined ? {} : { termId: t.termId }),
    ...(t.queryId === undefined ? {} : { queryId: t.queryId }),
    ...(t.origin?.queryId === undefined ? {} : { origQryId: t.origin.queryId }),
    ...(t.at === undefined
      ? {}
      : {
          traceNo: t.traceNo!,
          traceTime: stamp(t.at).slice(4),
          settleAmt: String(t.fen),
          settleCurrencyCode: '156',
          settleDate: clearingDay(t.at).toString().slice(5).replace('-', ''),
        }),
  };
}

/** As it is notified: only what succeeded is. */
export const notification = (t: Txn, merId: string, falseFen?: number): Fields => ({
  ...tells(t, merId),
  txnType: t.txnType,
  txnSubType: t.txnType === '01' ? '01' : '00',
  ...(falseFen === undefined ? {} : { txnAmt: String(falseFen), settleAmt: String(falseFen) }),
  accNo: '6221********0000',
  payCardType: '01',
  respCode: t.code ?? '',
  respMsg: '成功[0000000]',
});
