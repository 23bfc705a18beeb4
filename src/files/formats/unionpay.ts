/**
 * What the UnionPay 全渠道 merchant reconciliation files share: records of fixed byte width, one separator byte between
 * fields, text in GBK, amounts in fen, and times without a year.
 *
 * A field is cut by bytes, never by characters, because one hanzi is two bytes. A record of another width, or one whose
 * separators are not all the same byte, has slipped and is rejected: a number read one byte aside is still a number.
 * The year comes from the name the file is delivered under (INN<yymmdd>88ZM_…), which is the settlement date; nothing inside
 * says it. Without that name the document is refused.
 * Source: open.unionpay.com, 平台接入接口规范 — 第3部分 文件接口 (channels.md §4.3). Cost: O(bytes); memory is one record.
 */
import { DaozhangError } from '../../base/errors.ts';
import { CHINA, type Micros, microsIn } from '../../base/time.ts';
import { bomOf } from '../encoding.ts';
import type { Facts, Head, Input, RejectCode, Sink } from '../format.ts';
import type { Line } from '../line.ts';
import { scanRecords } from '../records.ts';

type FixedLayout = Readonly<{
  place: Readonly<Record<string, readonly [from: number, to: number]>>;
  /** Offsets of the separator bytes; the one before the reserved field is not among them, older files have none there. */
  separators: readonly number[];
  /** Record widths in bytes the layout is known in; the last field takes what is left. */
  widths: readonly number[];
}>;

/** How every record begins, whichever file it is of. The 帐号 is there to be skipped and masked. */
export const RECORD_HEAD = [
  ['交易代码', 3],
  ['代理机构标识码', 11],
  ['发送机构标识码', 11],
  ['系统跟踪号', 6],
  ['交易传输时间', 10],
  ['帐号', 19],
  ['交易金额', 12],
  ['商户类别', 4],
  ['终端类型', 2],
] as const;

/** `spare`: how many bytes the last, reserved field may have more than stated. */
export function fixedLayout(fields: ReadonlyArray<readonly [name: string, width: number]>, spare: number): FixedLayout {
  const place: Record<string, readonly [number, number]> = {};
  const separators: number[] = [];
  let at = 0;
  for (const [name, width] of fields) {
    place[name] = [at, at + width];
    separators.push(at + width);
    at += width + 1;
  }
  const width = at - 1;
  return {
    place,
    separators: separators.slice(0, -2),
    widths: Array.from({ length: spare + 1 }, (_, more) => width + more),
  };
}

/** One record, its fields by name. `text` is '' when blank and undefined when the bytes are not GBK. */
export type FixedRecord = Readonly<{ text(name: string): string | undefined }>;

/** Why a record is no line. */
export type Fault = Readonly<{ column: string; code: RejectCode; value: string }>;

export const fault = (record: FixedRecord, column: string, code: RejectCode): Fault => ({
  column,
  code,
  value: record.text(column) ?? '',
});

const GBK = new TextDecoder('gb18030', { fatal: true });

function fieldText(bytes: Buffer, from: number, to: number): string | undefined {
  for (let i = from; i < to; i++) {
    if (bytes[i]! >= 0x80) return hanzi(bytes.subarray(from, to));
  }
  return bytes.toString('latin1', from, to).trim();
}

/** A long text is cut at the field's width, which may fall inside a hanzi: then its half is dropped. */
function hanzi(bytes: Buffer): string | undefined {
  for (const part of [bytes, bytes.subarray(0, -1)]) {
    try {
      return GBK.decode(part).trim();
    } catch {
      // The next, shorter part.
    }
  }
  return undefined;
}

const viewOf = (layout: FixedLayout, bytes: Buffer): FixedRecord => ({
  text: (name) => fieldText(bytes, ...layout.place[name]!),
});

const inStep = (layout: FixedLayout, bytes: Buffer): boolean => {
  const separator = bytes[layout.separators[0]!];
  return layout.separators.every((at) => bytes[at] === separator);
};

/** A line without its place. */
export type FixedLine = Omit<Line, 'row' | 'at' | 'length'>;
export type Clock = (text: string | undefined) => Micros | undefined;

/**
 * Reads every record in step through `lineOf`. The others are rejected with their width, never with their text, which holds
 * a card number. All records of a document have the width of its first; the settlement day is the business date of all.
 */
export async function readFixed(
  input: Input,
  layout: FixedLayout,
  sink: Sink,
  lineOf: (record: FixedRecord, clock: Clock) => FixedLine | Fault,
): Promise<Facts> {
  const settledOn = settlementDate(input);
  const clock = clockOf(settledOn);
  const accounts = new Set<string>();
  let row = 0;
  let width: number | undefined;
  await scanRecords(input, '', (at, length, data, from) => {
    row += 1;
    if (length === 0) return;
    if (width === undefined && layout.widths.includes(length)) width = length;
    const record = Buffer.from(data.buffer, data.byteOffset + from, length);
    if (length !== width || !inStep(layout, record)) {
      return sink.reject({ row, at, column: '', code: 'ragged', value: `${length} B` });
    }
    const line = lineOf(viewOf(layout, record), clock);
    if ('code' in line) return sink.reject({ row, at, ...line });
    if (line.account) accounts.add(line.account);
    sink.line({ row, at, length, businessOn: settledOn, ...line });
  });
  const [account, ...others] = accounts;
  return { account: others.length === 0 ? account : undefined, from: settledOn, to: settledOn, checks: [] };
}

/** The columns both files have, as they must look in a sound record. */
const KEYS: ReadonlyArray<readonly [string, RegExp]> = [
  ['交易代码', /^[A-Z0-9]{1,3}$/],
  ['交易传输时间', /^\d{10}$/],
  ['交易金额', /^\d{12}$/],
  ['商户手续费', /^[CD]\d{12}$/],
  ['结算金额', /^[CD]\d{12}$/],
];

/** True when one of the first records has the layout's width, is in step, and its key columns look as they must. */
export function detectFixed(head: Head, layout: FixedLayout): boolean {
  const bytes = Buffer.from(head.bytes.buffer, head.bytes.byteOffset, head.bytes.length);
  let from = bomOf(bytes)?.length ?? 0;
  for (let tries = 0; tries < 5 && from < bytes.length; tries++) {
    const end = bytes.indexOf(0x0a, from);
    const stop = end === -1 ? bytes.length : end;
    const record = bytes.subarray(from, bytes[stop - 1] === 0x0d ? stop - 1 : stop);
    if (layout.widths.includes(record.length) && inStep(layout, record)) {
      const view = viewOf(layout, record);
      if (KEYS.every(([column, pattern]) => pattern.test(view.text(column) ?? ''))) return true;
    }
    from = stop + 1;
  }
  return false;
}

// ---------------------------------------------------------------- values

/** n12, zero-filled, in fen. */
export const fen = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^\d{12}$/.test(text) ? BigInt(text) : undefined;

/** X+n12 in fen: C credits the merchant (+), D debits it (−). */
export const creditDebit = (text: string | undefined): bigint | undefined => {
  const m = /^([CD])(\d{12})$/.exec(text ?? '');
  return m ? BigInt(m[2]!) * (m[1] === 'D' ? -1n : 1n) : undefined;
};

/**
 * The sign the transaction amount must have so that 结算金额 = 交易金额 − 手续费 holds to the fen, where a fee that costs is
 * a debit. Undefined when neither sign does: then one of the three figures is wrong.
 */
export function signOf(amount: bigint, fee: bigint, settle: bigint): 1n | -1n | undefined {
  if (amount + fee === settle) return 1n;
  return -amount + fee === settle ? -1n : undefined;
}

// ---------------------------------------------------------------- the missing year

/** The settlement date in the delivered name; the innermost name counts. `file.layout` when there is none. */
function settlementDate(input: Input): Temporal.PlainDate {
  const m = [...input.name.matchAll(/INN(\d{2})(\d{2})(\d{2})\d{2}ZME?_/g)].at(-1);
  if (m) {
    const on = dayOf(2000 + Number(m[1]), Number(m[2]), Number(m[3]));
    if (on) return on;
  }
  const reason =
    'the file has no year inside; it is only in the name it was delivered under, INN<yymmdd>88ZM_<merchant>: keep that name' +
    ' / 文件内没有年份,年份只在交付时的文件名 INN<yymmdd>88ZM_<商户号> 里,请保留原文件名';
  throw new DaozhangError('file.layout', { path: input.name, reason });
}

function dayOf(year: number, month: number, day: number): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

/**
 * MMDDhhmmss in Beijing time → instant. The year is the latest that does not put the transaction after the day that follows
 * the settlement date: 1231 in a file of January is last year's. Undefined when it is no date or time.
 */
export function clockOf(settledOn: Temporal.PlainDate): Clock {
  const last = settledOn.add({ days: 1 });
  const midnights = new Map<string, Micros | undefined>();
  const midnightOf = (mmdd: string): Micros | undefined => {
    for (const year of [last.year, last.year - 1]) {
      const on = dayOf(year, Number(mmdd.slice(0, 2)), Number(mmdd.slice(2)));
      if (on && Temporal.PlainDate.compare(on, last) <= 0) return microsIn(on.toPlainDateTime(), CHINA);
    }
    return undefined;
  };
  return (text) => {
    const m = /^(\d{4})([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(text ?? '');
    if (!m) return undefined;
    const mmdd = m[1]!;
    if (!midnights.has(mmdd)) midnights.set(mmdd, midnightOf(mmdd));
    const midnight = midnights.get(mmdd);
    // China has one zone and no summer time, so seconds of the day can be added.
    const seconds = Number(m[2]) * 3600 + Number(m[3]) * 60 + Number(m[4]);
    return midnight === undefined ? undefined : midnight + BigInt(seconds) * 1_000_000n;
  };
}
