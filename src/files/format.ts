/**
 * The contract of a format: one file in `formats/`, one export. A format recognises its documents by content and turns
 * bytes into lines. It never decides anything about money: it says what the source says, or rejects the row with a reason.
 *
 * Two shapes. `rows` formats walk the bytes themselves (camt, MT940 …). `table` formats are delimited text that DuckDB
 * reads in parallel; they declare where the columns are and what each means, and never see a row in JavaScript.
 *
 * A document is taken whole or not at all: when a control figure the source itself carries does not agree
 * (`Facts.checks`), the document is refused with `file.check_failed`. A row that cannot be read is rejected with its
 * line, column and reason, and the run is then `incomplete`.
 */
import { DaozhangError } from '../base/errors.ts';
import type { Text } from '../base/lang.ts';
import type { Line, LineField, Role } from './line.ts';
import type { LineIndex } from './line-index.ts';

/** The beginning of a document, decoded, for detection: at most 64 KiB of bytes; the tail likewise for trailers. */
export type Head = Readonly<{
  /** As the user knows it: path, and `archive.zip › member.csv` for a member. For messages only, never for detection. */
  name: string;
  /** The first bytes decoded by `encoding`, without BOM. */
  text: string;
  /** The last bytes decoded; equals `text` when the document is short. */
  tail: string;
  bytes: Uint8Array;
  encoding: Encoding;
}>;

export const ENCODINGS = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A document ready to be read: unpacked on disk, hashed, encoding known. */
export type Input = Head &
  Readonly<{
    path: string;
    size: number;
    sha256: string;
    /** Some byte of it is that of a quote sign: without one, every line end ends a record. */
    hasQuote: boolean;
    /** Where its lines lie, when each ends with a line feed of one byte. */
    lines?: LineIndex | undefined;
    /** Control figures known from outside the document; they agree, else it would not be here. */
    checks?: readonly Check[];
    /** The raw bytes, in chunks. */
    chunks(): AsyncIterable<Uint8Array>;
    /** Zone of local times in documents that state none. */
    zone: string;
  }>;

/** Why one row cannot be read. The sentences are `REJECTS`. */
export type Rejected = Readonly<{
  row: number;
  at: number;
  /** The source's own name of the column or tag, e.g. `订单金额`, `:61:`, `Ntry/Amt`. */
  column: string;
  code: RejectCode;
  /** The offending value, cut to 80 characters. */
  value: string;
}>;

export const REJECTS = {
  bad_amount: { en: 'not an amount', zh: '不是金额' },
  amount_not_exact: { en: 'more decimals than the currency has', zh: '小数位多于币种允许的位数' },
  bad_currency: { en: 'not an ISO 4217 currency', zh: '不是 ISO 4217 货币代码' },
  bad_date: { en: 'not a date or time', zh: '不是日期或时间' },
  missing: { en: 'a required value is missing', zh: '缺少必填的值' },
  bad_value: { en: 'not a value this column may have', zh: '不是该列允许的值' },
  ragged: { en: 'the row has another number of columns than the header', zh: '该行列数与表头不一致' },
  too_long: { en: 'the row is longer than any real one', zh: '该行长度异常' },
} as const satisfies Record<string, Text>;
export type RejectCode = keyof typeof REJECTS;

/** What to do about such a row. */
export const REJECT_REMEDIES = {
  bad_amount: {
    en: 'Correct the amount in the file, or choose another column or unit for it.',
    zh: '在文件中改正金额,或为金额另选一列、另选单位。',
  },
  amount_not_exact: {
    en: 'Check the unit: cents read as units, or the other way round; else correct the amount.',
    zh: '核对单位(元或分);单位无误则改正该金额。',
  },
  bad_currency: { en: 'Write the code of the currency, such as CNY.', zh: '请写货币代码,例如 CNY。' },
  bad_date: {
    en: 'Write it like the other rows, or choose the format in which this column is written.',
    zh: '按其他行的写法改正,或选择该列的时间格式。',
  },
  missing: {
    en: 'Fill the cell, or take another column for it; leave the row out where it is no payment.',
    zh: '补上该格,或另选一列;若该行不是交易,请从文件中删去。',
  },
  bad_value: {
    en: 'Say what this word means, or correct it in the file.',
    zh: '说明这个词的含义,或在文件中改正。',
  },
  ragged: {
    en: 'Export the file again: a delimiter stands inside a cell without quotes, or the row was cut.',
    zh: '请重新导出文件:单元格内含分隔符却没有引号,或该行被截断。',
  },
  too_long: { en: 'Export the file again: a line end or a quote is missing.', zh: '请重新导出文件:缺少换行或引号。' },
} as const satisfies Record<RejectCode, Text>;

/** A control figure of the source, compared with what the lines give. Amounts as decimal text, counts as digits. */
export type Check = Readonly<{ name: Text; expected: string; actual: string; ok: boolean }>;

export const checkFailed = (path: string, { name, expected, actual }: Check): DaozhangError =>
  new DaozhangError('file.check_failed', { path, check: name, expected, actual });

/**
 * An account balance the source states; opening + Σ done lines = closing is checked by the format itself. `account` is empty
 * when the document does not name it: such a balance is never chained to another document's.
 */
export type Balance = Readonly<{
  account: string;
  currency: string;
  opening?: bigint | undefined;
  closing?: bigint | undefined;
  from?: Temporal.PlainDate | undefined;
  to?: Temporal.PlainDate | undefined;
}>;

/**
 * What a document says of payments and refunds as a whole, to be held against another document of the same account and days.
 * Minor units of `currency`. `amount`, `settle` and `fee` are net of refunds as far as the source nets them; `refunded` is the
 * refunds' part, negative, where it is known on its own.
 */
export type Totals = Readonly<{
  currency: string;
  payments: bigint;
  refunds: bigint;
  amount: bigint;
  settle: bigint;
  /** Cost to the merchant, positive. */
  fee: bigint;
  refunded?: Readonly<{ amount: bigint; settle: bigint; fee: bigint }> | undefined;
}>;

/** What a document says about itself beside its lines. */
export type Facts = Readonly<{
  /** Merchant number or bank account; absent when lines carry several. */
  account?: string | undefined;
  /** First and last business date the document claims to cover; absent = first and last date of its lines. */
  from?: Temporal.PlainDate | undefined;
  to?: Temporal.PlainDate | undefined;
  checks: readonly Check[];
  balances?: readonly Balance[] | undefined;
  totals?: Totals | undefined;
  /** Things worth telling that are no error, e.g. «statement 3 repeats statement 2». */
  notes?: readonly Text[] | undefined;
}>;

/** Where `rows` formats put what they find. Calls are synchronous and cheap; memory stays flat. */
export type Sink = Readonly<{
  line(line: Line): void;
  reject(rejected: Rejected): void;
}>;

export type FormatInfo = Readonly<{
  /** `<provider>-<kind>`, the file name in `formats/` and the name for `--format`. */
  id: string;
  title: Text;
  role: Role;
  /** Provider when the format itself fixes it. */
  channel?: string;
  /** Where the source rounds fees: per row, per batch, per day, or it has none. */
  rounding: 'row' | 'batch' | 'day' | 'none';
  /** The control figure the format carries, or that it carries none. */
  check: Text;
  /** For people and `daozhang formats`: [field of the line, the source's column or tag]. */
  mapping: ReadonlyArray<readonly [LineField, string]>;
  /** Byte ranges of a record that are never shown: card numbers. */
  masks?: ReadonlyArray<Readonly<{ at: number; length: number }>>;
  detect(head: Head): boolean;
}>;

export type RowsFormat = FormatInfo & Readonly<{ shape: 'rows'; read(input: Input, sink: Sink): Promise<Facts> }>;

/** One raw row of a `table` format: how each line field is computed, in DuckDB SQL over the raw columns. */
export type TableLayout = Readonly<{
  delimiter: string;
  /** `"` for quoted CSV, empty when the source never quotes. */
  quote: '"' | '';
  /** Record number of the first data row, from 1 (the header and preamble lie before it). */
  firstRow: number;
  /** The raw columns in file order, by the source's own names; SQL refers to them as quoted identifiers. */
  columns: readonly string[];
  /** How many records at the end are not data (summary rows, totals). */
  trailerRows: number;
}>;

/** A field of the line as SQL, and what to say when it yields NULL though `required`. */
export type TableField = Readonly<{ sql: string; column: string; required?: boolean; code?: RejectCode }>;

export type TableFormat = FormatInfo &
  Readonly<{
    shape: 'table';
    /** Where the table lies. Throws `file.cut` when the end that the format always writes is missing. */
    layout(input: Input): TableLayout;
    fields(layout: TableLayout, input: Input): TableFields;
    /** Aggregates over the finished lines of this document, compared with the trailer. */
    facts(layout: TableLayout, input: Input, query: TableQuery): Promise<Facts>;
  }>;

export type TableFields = Readonly<{
  fields: Partial<Record<LineField, TableField>>;
  /**
   * Named SQL over the raw columns and the lets before it, computed once a row, for use in `fields`, `guards`, `where` and in
   * the queries of `facts`: macros are inlined, so nesting them repeats work. A cell that holds an amount is best two lets, its
   * text and its value: the macro that reads amounts names its argument ten times.
   */
  lets?: Readonly<Record<string, string>>;
  /** The lets look at all rows (table `raw`, to decide once how dates are written) or make several lines of a row (unnest). */
  whole?: boolean;
  /** Columns that must be readable though no field needs them on this row; `sql` is NULL when the cell is not. */
  guards?: readonly TableField[];
  /** Drops raw rows that are no line. */
  where?: string;
}>;

/**
 * Runs one SELECT and gives the first row; bigint, string or null cells. It sees `these`, this document's lines, and `cells`,
 * its rows without the trailer, rejected and dropped ones too: `row_no` and the lets named `l_…`. They join on `row_no`.
 */
export type TableQuery = (select: string) => Promise<readonly (bigint | string | null)[]>;

export type Format = RowsFormat | TableFormat;
