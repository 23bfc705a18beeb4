/**
 * UnionPay's merchant files as delivered: a zip with ZM (transactions) and ZME (errors) of one settlement date. Records have
 * fixed byte widths in GBK with one blank between fields; no year stands inside, it is in the members' names.
 * Source: open.unionpay.com, 平台接入接口规范 — 第3部分 文件接口.
 *
 * 查询流水号 is the year, the transmission time, the trace number and one more digit: ZME names a payment by the middle part.
 */
import { zipOf } from '../../tests/support/zip.ts';
import type { Dispute, Trade } from './domain.ts';
import { compactDate, gbk, timeText } from './text.ts';

export type UnionpayDay = Readonly<{
  merchant: string;
  settledOn: Temporal.PlainDate;
  trades: readonly Trade[];
  disputes?: readonly Dispute[];
}>;

export function unionpayZip(day: UnionpayDay): Uint8Array {
  const stamp = compactDate(day.settledOn).slice(2);
  const member = (kind: string, data: Uint8Array) => ({ name: gbk(`INN${stamp}88${kind}_${day.merchant}`), data });
  const disputes = day.disputes ?? [];
  return zipOf([
    member('ZM', unionpayZm(day.trades)),
    ...(disputes.length > 0 ? [member('ZME', unionpayZme(disputes))] : []),
  ]);
}

/** A query number: 21 digits of which the trace number is part. */
export const queryNo = (at: Temporal.PlainDateTime, traceNo: string): string =>
  `${at.year}${transmission(at)}${traceNo}8`;

const transmission = (at: Temporal.PlainDateTime): string =>
  `${compactDate(at.toPlainDate()).slice(4)}${timeText(at.toPlainTime()).replaceAll(':', '')}`;
const traceOf = (tradeNo: string): string => tradeNo.slice(14, 20);

type Cell = readonly [width: number, text: string];

/** Text is padded behind, to its width in bytes; a record ends without a blank. */
const record = (cells: readonly Cell[]): Buffer => {
  const parts = cells.map(([width, text]) => {
    const bytes = Buffer.from(gbk(text)).subarray(0, width);
    return Buffer.concat([bytes, Buffer.alloc(width - bytes.length, ' ')]);
  });
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from(' '), part])));
};
const file = (records: readonly Buffer[]): Uint8Array => Buffer.concat(records.flatMap((r) => [r, Buffer.from('\n')]));

const n12 = (fen: bigint): string => String(fen).padStart(12, '0');
/** C credits the merchant, D debits it. */
const signed = (fen: bigint): string => `${fen < 0n ? 'D' : 'C'}${n12(fen < 0n ? -fen : fen)}`;

export const unionpayZm = (trades: readonly Trade[]): Uint8Array => file(trades.map(zmRecord));

const TYPES = { payment: '01', refund: '04', reversal: '31' } as const;

function zmRecord(t: Trade): Buffer {
  const paid = t.kind === 'payment';
  const own = paid ? t.tradeNo : (t.refundNo ?? t.tradeNo);
  const fee = paid ? -t.fee : t.fee;
  const settled = (paid ? t.amount : -t.amount) + fee;
  return record([
    ...([
      [3, paid ? 'S22' : 'S30'],
      [11, '48020000'],
      [11, '00010000'],
      [6, traceOf(own)],
      [10, transmission(t.at)],
    ] satisfies Cell[]),
    ...([
      [19, '622848****5678'],
      [12, n12(t.amount)],
      [4, '5411'],
      [2, '07'],
      [21, own],
      [2, ''],
    ] satisfies Cell[]),
    ...([
      [32, paid ? t.orderRef : (t.refundRef ?? '')],
      [2, '01'],
      [6, paid ? '' : traceOf(t.tradeNo)],
      [10, ''],
    ] satisfies Cell[]),
    ...([
      [13, signed(fee)],
      [13, signed(settled)],
      [4, t.method ?? '0001'],
      [15, ''],
      [2, TYPES[t.kind]],
      [2, '01'],
    ] satisfies Cell[]),
    ...([
      [6, '000201'],
      [2, '01'],
      [4, ''],
      [32, ''],
      [1, '0'],
      [21, paid ? '' : t.tradeNo],
      [15, t.account],
      [1, ''],
    ] satisfies Cell[]),
    ...([
      [15, t.store ?? ''],
      [32, ''],
      [13, signed(0n)],
      [13, signed(settled)],
      [8, t.terminal ?? ''],
      [32, t.product ?? ''],
    ] satisfies Cell[]),
    ...([
      [13, signed(0n)],
      [13, signed(0n)],
      [12, `C${'0'.repeat(11)}`],
      [2, ''],
      [1, ''],
      [32, paid ? '' : t.orderRef],
    ] satisfies Cell[]),
    [98, signed(t.amount)],
  ]);
}

export const unionpayZme = (disputes: readonly Dispute[]): Uint8Array => file(disputes.map(zmeRecord));

/** E23 退单: the payer's bank takes the amount back; the merchant gets the fee of the payment back. */
function zmeRecord(d: Dispute): Buffer {
  return record([
    ...([
      [3, 'E23'],
      [11, '48020000'],
      [11, '00010000'],
      [6, d.traceNo],
      [10, transmission(d.at)],
    ] satisfies Cell[]),
    ...([
      [19, '622848****5678'],
      [12, n12(d.amount)],
      [4, '5411'],
      [2, '07'],
      [2, '01'],
      [6, d.originTraceNo],
    ] satisfies Cell[]),
    ...([
      [10, transmission(d.originAt)],
      [4, compactDate(d.originAt.toPlainDate()).slice(4)],
      [12, n12(d.amount)],
    ] satisfies Cell[]),
    ...([
      [13, signed(d.fee)],
      [13, signed(d.fee - d.amount)],
      [15, ''],
      [15, d.account],
      [1, ''],
    ] satisfies Cell[]),
    ...([
      [12, `C${'0'.repeat(11)}`],
      [2, ''],
      [135, ''],
    ] satisfies Cell[]),
  ]);
}
