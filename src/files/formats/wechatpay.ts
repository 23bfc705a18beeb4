/**
 * What the WeChat Pay bills share: the header with plain commas, cells behind back-ticks, two summary records at the end.
 * A bill saved again by a spreadsheet has lost its back-ticks: then it is read as plain CSV, and long numbers that the
 * spreadsheet turned into 4.2E+27 are refused where they are needed.
 */
import { DaozhangError } from '../../base/errors.ts';
import { parseDecimal, scaledText } from '../../base/money.ts';
import { ident } from '../engine.ts';
import type { Check, Head, Input, TableLayout } from '../format.ts';

const WECHAT_DELIMITER = ',`';

/** The header's names; some tools put back-ticks there too. */
export function wechatHeader(head: Head): string[] {
  const first = head.text.split(/\r?\n/, 1)[0] ?? '';
  return first.split(',').map((name) => name.trim().replace(/^`/, ''));
}

/** Where the table lies. A bill whose summary rows are missing is refused here, before anything of it is read. */
export function wechatLayout(input: Input): TableLayout {
  summaryOf(input);
  const second = input.text.split(/\r?\n/, 2)[1] ?? '';
  const packed = second === '' || second.startsWith('`');
  return {
    delimiter: packed ? WECHAT_DELIMITER : ',',
    quote: packed ? '' : '"',
    firstRow: 2,
    columns: wechatHeader(input),
    trailerRows: 2,
  };
}

/** A column as SQL; the first of a record still has its back-tick, the delimiter took the others. */
export function cell(layout: TableLayout, name: string): string {
  return layout.columns[0] === name ? `ltrim(${ident(name)}, '\`')` : ident(name);
}

/** A column's text as SQL, NULL when it is empty or the document has no such column. */
export const textOf = (layout: TableLayout, name: string | undefined): string =>
  name !== undefined && layout.columns.includes(name) ? `dz_text(${cell(layout, name)})` : 'null';

/** A number of WeChat's or the merchant's as SQL. `0` means none; NULL too when a spreadsheet has rounded it. */
export function idOf(layout: TableLayout, name: string | undefined): string {
  const text = `nullif(${textOf(layout, name)}, '0')`;
  return layout.delimiter === WECHAT_DELIMITER ? text : `case when ${text} not like '%E+%' then ${text} end`;
}

export type Summary = Readonly<{
  has(name: string): boolean;
  check(name: string, actual: string, scale: number): Check;
}>;

/** The two records at the end: names with plain commas, values behind back-ticks. `file.cut` when they are not there. */
export function summaryOf(input: Input): Summary {
  const records = input.tail.split(/\r?\n/).filter((r) => r !== '');
  const names = (records.at(-2) ?? '').split(',').map((n) => n.trim().replace(/^`/, ''));
  const last = records.at(-1) ?? '';
  const values = last.replace(/^`/, '').split(last.includes(WECHAT_DELIMITER) ? WECHAT_DELIMITER : ',');
  if (!/总(交易单数|笔数)/.test(names[0] ?? '') || names.length !== values.length) {
    const reason = 'the summary rows at the end are missing or incomplete / 结尾缺少汇总行或汇总行不完整';
    throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
  }
  const stated = new Map(names.map((name, i) => [name, values[i]!.trim()]));
  return {
    has: (name) => stated.has(name),
    check: (name, actual, scale) => {
      const written = stated.get(name) ?? '';
      const read = parseDecimal(written);
      const expected =
        read && read.scale <= scale ? scaledText(read.value * 10n ** BigInt(scale - read.scale), scale) : written;
      return { name: { en: name, zh: name }, expected, actual, ok: expected === actual };
    },
  };
}
