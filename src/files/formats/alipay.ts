/**
 * What Alipay's merchant bills share. Around the table stand lines that begin with `#`:
 *
 *     #支付宝业务明细查询
 *     #账号：[20880011223344550156]
 *     #起始日期：[2026年06月05日 00:00:00]   终止日期：[2026年06月06日 00:00:00]
 *     #-----------------业务明细列表-----------------
 *     (header, rows)
 *     #-----------------业务明细列表结束-------------
 *     #交易合计：2笔，商家实收共115.00元，商家优惠共5.00元
 *     #退款合计：1笔，商家实收退款共-9.50元，商家优惠退款共-0.50元
 *     #导出时间：[2026年06月06日 05:46:49]
 *
 * The end marker and the time of export are always there, so a bill without them is cut. Some cells end in a TAB, which keeps
 * spreadsheets from rounding long numbers. A bill saved again by a spreadsheet has commas behind the `#` lines.
 * Source: opendocs.alipay.com, 下载对账单; and bills that merchants published.
 */
import { DaozhangError } from '../../base/errors.ts';
import { parseDecimal, rescale, scaledText } from '../../base/money.ts';
import { ident } from '../engine.ts';
import type { Check, Head, Input, TableField, TableLayout } from '../format.ts';
import { columnOf } from './columns.ts';

export const ZONE = 'Asia/Shanghai';
/** The header lies within the first records. */
const HEADER_WITHIN = 20;

const recordsOf = (text: string, limit?: number): string[] => text.split(/\r?\n/, limit);

/** The header: the first record that has all these columns, with its record number from 1. */
export function alipayHeader(head: Head, wanted: readonly string[]): { row: number; columns: string[] } | undefined {
  for (const [i, record] of recordsOf(head.text, HEADER_WITHIN).entries()) {
    if (record.startsWith('#')) continue;
    // Some exports end every record with a comma: that column is there, only without a name.
    const columns = record.split(',').map((name, at) => name.trim().replace(/^"|"$/g, '') || `#${at + 1}`);
    if (wanted.every((name) => columnOf(columns, name))) return { row: i + 1, columns };
  }
  return undefined;
}

/** Where the table lies. `file.cut` when the end is missing, `file.layout` when something stands behind it. */
export function alipayLayout(input: Input, wanted: readonly string[]): TableLayout {
  const header = alipayHeader(input, wanted);
  if (!header) {
    const reason = `no header with ${wanted.join(', ')} / 找不到含 ${wanted.join('、')} 的表头`;
    throw new DaozhangError('file.layout', { path: input.name, reason });
  }
  const footer = footerOf(input);
  return { delimiter: ',', quote: '"', firstRow: header.row + 1, columns: header.columns, trailerRows: footer.length };
}

/** The records from the end marker on, blank ones left out as they are no records for the reader of the table either. */
function footerOf(input: Input): string[] {
  const records = recordsOf(input.tail);
  const end = records.findIndex((record) => /^#.*结束/.test(record));
  const footer = records.slice(end).filter((record) => record !== '');
  const cut = (reason: string) => new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
  if (end === -1) throw cut('the end marker “…列表结束” is missing / 缺少“…列表结束”标记');
  const stray = footer.find((record) => !/^#|^[,\s]*$/.test(record));
  if (stray !== undefined) {
    const reason = `rows behind the end marker: ${stray.slice(0, 40)} / 结束标记之后还有内容`;
    throw new DaozhangError('file.layout', { path: input.name, reason });
  }
  if (!footer.some((record) => /^#+\s*导出时间\s*[：:]\s*\[[^\]]+\]/.test(record))) {
    throw cut('the last line “导出时间” is missing / 缺少末行“导出时间”');
  }
  return footer;
}

type Preamble = Readonly<{
  account?: string | undefined;
  from?: Temporal.PlainDate | undefined;
  to?: Temporal.PlainDate | undefined;
}>;

/**
 * What the lines above the table say. The account is written as the merchant's PID (16 digits, 2088…) and `0156`, the number of
 * its balance account; everything else at Alipay knows the PID, so that is what the account is here. The end of the period is
 * exclusive when it is midnight.
 */
export function preambleOf(head: Head): Preamble {
  const lines = recordsOf(head.text, HEADER_WITHIN).filter((record) => record.startsWith('#'));
  const found = (pattern: RegExp) => lines.map((line) => pattern.exec(line)).find((m) => m !== null);
  const account = found(/账号\s*[：:]\s*\[\s*([^\]\s]+)\s*\]/)?.[1];
  const from = instantOf(found(/起始日期\s*[：:]\s*\[([^\]]+)\]/)?.[1]);
  const to = instantOf(found(/终止日期\s*[：:]\s*\[([^\]]+)\]/)?.[1]);
  const midnight = to?.toPlainTime().equals('00:00') && from && Temporal.PlainDateTime.compare(from, to) < 0;
  return {
    account: account && /^2088\d{12}0156$/.test(account) ? account.slice(0, 16) : account,
    from: from?.toPlainDate(),
    to: midnight ? to?.toPlainDate().subtract({ days: 1 }) : to?.toPlainDate(),
  };
}

/** `2026年06月05日 00:00:00`; `undefined` when it is no such instant. */
function instantOf(text: string | undefined): Temporal.PlainDateTime | undefined {
  const m = /(\d{4})[年-](\d{1,2})[月-](\d{1,2})日?(?:\s+(\d{1,2}:\d{2}:\d{2}))?/.exec(text ?? '');
  if (!m) return undefined;
  const two = (n: string) => n.padStart(2, '0');
  try {
    return Temporal.PlainDateTime.from(`${m[1]}-${two(m[2]!)}-${two(m[3]!)}T${(m[4] ?? '00:00:00').padStart(8, '0')}`);
  } catch {
    return undefined;
  }
}

/** One total line of the footer: `交易`, 2, [[`商家实收`, 11500], [`商家优惠`, 500]]; amounts in fen, `undefined` when it is no amount. */
export type Total = Readonly<{
  of: string;
  count: bigint;
  amounts: ReadonlyArray<Readonly<{ label: string; fen: bigint | undefined; written: string }>>;
}>;

/** The total lines. They were worded differently over the years, so labels are read as they come. */
export function totalsOf(input: Input): Total[] {
  return footerOf(input).flatMap((record) => {
    const m = /^#+\s*(.+?)合计\s*[：:]\s*([\d,]+)\s*笔(.*)$/.exec(record);
    if (!m) return [];
    const amounts = [...m[3]!.matchAll(/([^，,。\s]*?)共\s*(\S*?)\s*元/g)].map(([, label, written]) => {
      const read = parseDecimal(written!);
      return { label: label!, written: written!, fen: read && rescale(read, 2)?.value };
    });
    return [{ of: m[1]!, count: BigInt(m[2]!.replaceAll(',', '')), amounts }];
  });
}

/** Compares a figure of the footer with the lines. Signs differ between years and are proven row by row, so sizes are compared. */
export function sizeCheck(name: string, written: string, stated: bigint | undefined, actual: bigint): Check {
  const size = (n: bigint): bigint => (n < 0n ? -n : n);
  return {
    name: { en: name, zh: name },
    expected: written,
    actual: scaledText(stated !== undefined && stated < 0n ? -size(actual) : size(actual), 2),
    ok: stated !== undefined && size(stated) === size(actual),
  };
}

export const countCheck = (name: string, stated: bigint, actual: bigint): Check => ({
  name: { en: `${name}笔数`, zh: `${name}笔数` },
  expected: String(stated),
  actual: String(actual),
  ok: stated === actual,
});

/** A column as SQL: its text, NULL when empty or when the document has no such column. */
export function textOf(layout: TableLayout, ...names: readonly string[]): string {
  const column = columnOf(layout.columns, ...names);
  return column === undefined ? 'null' : `dz_text(${ident(column)})`;
}

/** A number of Alipay's or the merchant's; NULL too when a spreadsheet has rounded it to 2.01E+27. */
export const idOf = (layout: TableLayout, ...names: readonly string[]): string => {
  const text = textOf(layout, ...names);
  return `case when ${text} not like '%E+%' then ${text} end`;
};

/** How a column is called in this document, for messages. */
export const ownName = (layout: TableLayout, ...names: readonly string[]): string =>
  columnOf(layout.columns, ...names) ?? names[0]!;

/** A cell that must be an amount though no field needs it; `sql` is the let that reads it. */
export const amountGuard = (layout: TableLayout, sql: string, name: string): TableField => ({
  sql,
  column: ownName(layout, name),
  code: 'bad_amount',
});
