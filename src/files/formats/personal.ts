/**
 * What the buyer-side exports of the wallets share: the bill a customer takes from their own app and shows as proof of payment.
 *
 * A preamble, a header within the first 30 records, one row per movement of the customer's money. It is evidence: shown,
 * never counted. Signs are the merchant's: what the customer paid is positive, what they got back negative. Wallets print that
 * such an export is no proof of payment, people cut and edit them, and its own totals need not agree with its rows; so where the
 * stated number of records or the totals differ, that is told in a note and does not refuse the document.
 */
import { DaozhangError } from '../../base/errors.ts';
import { exactMoney, groupedText, parseDecimal } from '../../base/money.ts';
import { CHINA, type Micros, microsIn } from '../../base/time.ts';
import { csvCells } from '../cells.ts';
import type { Facts, Head, Input, RejectCode, Sink } from '../format.ts';
import type { Kind, Line, Status } from '../line.ts';

/** The header's names of each value, most telling first; the first that is present and not blank is taken. */
export type PersonalNames = Readonly<
  Record<
    'time' | 'type' | 'party' | 'product' | 'direction' | 'amount' | 'method' | 'status' | 'ref' | 'order',
    readonly string[]
  >
>;

/** One record of a CSV or one row of a sheet. */
type PersonalRecord = Readonly<{ row: number; at: number; length: number; cells: readonly string[] }>;

export const HEADER_WITHIN = 30;

/** A value without the source's packing; a lone slash is how the wallets write «nothing». */
const bare = (cell: string | undefined): string => {
  const text = (cell ?? '').trim();
  return text === '/' ? '' : text;
};

const named = (cell: string): string => cell.replace(/\s/g, '').replaceAll('（', '(').replaceAll('）', ')');

/** Columns by name, or undefined when this record is not the header. Every value but `method` must have its column. */
function personalHeader(cells: readonly string[], names: PersonalNames): readonly string[] | undefined {
  const header = cells.map(named);
  while (header.at(-1) === '') header.pop();
  const found = Object.entries(names).every(
    ([value, list]) => value === 'method' || list.some((n) => header.includes(n)),
  );
  return found ? header : undefined;
}

/** True when one of the first records is the header. */
export function detectPersonal(records: readonly (readonly string[])[], names: PersonalNames): boolean {
  return records.slice(0, HEADER_WITHIN).some((cells) => personalHeader(cells, names) !== undefined);
}

export function headRecords(head: Head): string[][] {
  return head.text.split(/\r?\n/, HEADER_WITHIN).map((record) => csvCells(record));
}

export type PersonalReader = Readonly<{ take(record: PersonalRecord): void; facts(): Facts }>;

/** `totals`: the source's own totals are the sums of its rows, so a difference is worth a note. */
export function personalReader(input: Input, names: PersonalNames, sink: Sink, totals: boolean): PersonalReader {
  let header: readonly string[] | undefined;
  let around = '';
  let rows = 0;
  let rejected = 0;
  let ended = false;
  const moved = { 支出: { count: 0, amount: 0n }, 收入: { count: 0, amount: 0n } };
  return {
    take(record) {
      const first = bare(record.cells[0]);
      if (ended || !header) {
        around += `${record.cells.join(' ')}\n`;
        if (!ended && record.row <= HEADER_WITHIN) header = personalHeader(record.cells, names);
        return;
      }
      if (record.cells.every((c) => c.trim() === '')) return;
      if (first.startsWith('-----')) {
        ended = true;
        return;
      }
      rows += 1;
      const { row, at, length } = record;
      const read = lineOf(record.cells, header, names);
      if ('code' in read) {
        rejected += 1;
        return sink.reject({ row, at, ...read });
      }
      const total = moved[read.direction as keyof typeof moved];
      if (total) {
        total.count += 1;
        total.amount += read.size;
      }
      sink.line({ row, at, length, ...read.line });
    },
    facts() {
      if (!header) {
        const reason = `no header within ${HEADER_WITHIN} records / 前 ${HEADER_WITHIN} 行内没有表头`;
        throw new DaozhangError('file.layout', { path: input.name, reason });
      }
      const notes = [countNote(around, rows)];
      if (totals && rejected === 0)
        notes.push(totalNote(around, '支出', moved.支出), totalNote(around, '收入', moved.收入));
      return { ...periodOf(around), checks: [], notes: notes.filter((n) => n !== undefined) };
    },
  };
}

// ---------------------------------------------------------------- one row

type Fault = Readonly<{ column: string; code: RejectCode; value: string }>;
type Read = Readonly<{ line: Omit<Line, 'row' | 'at' | 'length'>; direction: string; size: bigint }>;

function lineOf(cells: readonly string[], header: readonly string[], names: PersonalNames): Read | Fault {
  if (cells.length < header.length || cells.slice(header.length).some((c) => c.trim() !== '')) {
    return { column: '', code: 'ragged', value: `${cells.length} ≠ ${header.length}` };
  }
  const get = (value: keyof PersonalNames): string => {
    for (const name of names[value]) {
      const text = bare(cells[header.indexOf(name)]);
      if (text !== '') return text;
    }
    return '';
  };
  const fault = (value: keyof PersonalNames, code: RejectCode): Fault => {
    const text = get(value);
    const column = names[value].find((n) => header.includes(n)) ?? '';
    return { column, code: text === '' ? 'missing' : code, value: text };
  };
  const amount = parseDecimal(get('amount'));
  if (!amount || amount.value < 0n) return fault('amount', 'bad_amount');
  const size = exactMoney(amount, 'CNY')?.minor;
  if (size === undefined) return fault('amount', 'amount_not_exact');
  const occurred = localTime(get('time'));
  if (!occurred) return fault('time', 'bad_date');
  const status = statusOf(get('status'));
  if (!status) return fault('status', 'bad_value');
  const direction = get('direction');
  if (!DIRECTIONS.has(direction)) return fault('direction', 'bad_value');
  for (const value of ['ref', 'order'] as const) {
    // A spreadsheet that saved the file turned the number into 4.2E+27: its digits are gone.
    if (/^\d([.,]\d+)?[eE]\+?\d+$/.test(get(value))) return fault(value, 'bad_value');
  }
  if (get('ref') === '') return fault('ref', 'missing');
  const kind = kindOf(direction, get('status'), `${get('type')} ${get('product')}`);
  const line = {
    kind,
    status,
    currency: 'CNY',
    amount: kind === 'refund' || (kind === 'transfer' && direction === '收入') ? -size : size,
    occurredAt: occurred.at,
    businessOn: occurred.on,
    channelRef: get('ref'),
    orderRef: get('order'),
    method: get('method'),
    party: get('party'),
    text: [get('type'), get('product')].filter((t) => t !== '').join(' '),
  };
  return { line, direction, size };
}

const DIRECTIONS: ReadonlySet<string> = new Set(['支出', '收入', '', '不计收支', '中性交易', '其他']);

/** What the customer paid is a payment; what came back for a purchase is a refund; the rest is their own money moving. */
function kindOf(direction: string, status: string, words: string): Kind {
  if (status === '退款成功') return 'refund';
  if (direction === '支出') return 'payment';
  if (/退款|退货/.test(words)) return 'refund';
  return direction !== '收入' && status === '交易关闭' ? 'payment' : 'transfer';
}

/** The wallets have no closed list of states. Unfinished and undone words come first, for «已关闭» and «提现失败,已退回零钱». */
function statusOf(text: string): Status | undefined {
  if (/失败|关闭|取消|退还|退回|拒|过期|作废/.test(text)) return 'failed';
  if (/待|处理中|进行中/.test(text)) return 'pending';
  return /成功|完成|已/.test(text) ? 'done' : undefined;
}

/** Both apps print Beijing time; a spreadsheet that saved the file may have written 2026/1/2 13:45. */
function localTime(text: string): { at: Micros; on: Temporal.PlainDate } | undefined {
  const m = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!m) return undefined;
  const [year, month, day, hour, minute, second = 0] = m
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  try {
    const local = Temporal.PlainDateTime.from(
      { year, month, day, hour, minute, second } as Temporal.PlainDateTimeLike,
      {
        overflow: 'reject',
      },
    );
    return { at: microsIn(local, CHINA), on: local.toPlainDate() };
  } catch {
    return undefined;
  }
}

// ---------------------------------------------------------------- what the preamble says

type Note = NonNullable<Facts['notes']>[number];

function countNote(around: string, rows: number): Note | undefined {
  const stated = /共\s*(\d+)\s*笔记录/.exec(around)?.[1];
  if (stated === undefined || stated === String(rows)) return undefined;
  return {
    en: `it states ${stated} records and holds ${rows}: rows were removed or added, or the copy is incomplete`,
    zh: `文件写明共 ${stated} 笔记录,实有 ${rows} 笔:有行被删除或添加,或文件不完整`,
  };
}

function totalNote(
  around: string,
  direction: '支出' | '收入',
  moved: { count: number; amount: bigint },
): Note | undefined {
  const m = new RegExp(`${direction}[：:]\\s*(\\d+)\\s*笔\\s*([\\d.,]+)\\s*元`).exec(around);
  const stated = m && parseDecimal(m[2]!);
  const minor = stated ? exactMoney(stated, 'CNY')?.minor : undefined;
  if (!m || minor === undefined || (m[1] === String(moved.count) && minor === moved.amount)) return undefined;
  const [says, gives] = [groupedText(minor, 'CNY'), groupedText(moved.amount, 'CNY')];
  const word = direction === '支出' ? 'paid' : 'received';
  return {
    en: `it states ${word} ${m[1]} × ${says} CNY, the rows give ${moved.count} × ${gives} CNY: amounts or rows were changed`,
    zh: `文件写明${direction} ${m[1]} 笔 ${says} 元,明细合计 ${moved.count} 笔 ${gives} 元:金额或行数被改动过`,
  };
}

function periodOf(around: string): Pick<Facts, 'from' | 'to'> {
  const days =
    /起始(?:时间|日期)[：:]\s*\[(\d{4}-\d{2}-\d{2})[^\]]*\]\s*终止(?:时间|日期)[：:]\s*\[(\d{4}-\d{2}-\d{2})/.exec(
      around,
    );
  if (!days) return {};
  try {
    return { from: Temporal.PlainDate.from(days[1]!), to: Temporal.PlainDate.from(days[2]!) };
  } catch {
    return {};
  }
}
