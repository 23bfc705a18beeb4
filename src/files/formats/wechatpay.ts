/** What the WeChat Pay bills share: the header with plain commas, cells behind back-ticks, two summary records at the end. */
import { DaozhangError } from '../../base/errors.ts';
import { parseDecimal, scaledText } from '../../base/money.ts';
import { ident } from '../engine.ts';
import type { Check, Head, TableLayout } from '../format.ts';

export const WECHAT_DELIMITER = ',`';

/** The header's names; some tools put back-ticks there too. */
export function wechatHeader(head: Head): string[] {
  const first = head.text.split(/\r?\n/, 1)[0] ?? '';
  return first.split(',').map((name) => name.trim().replace(/^`/, ''));
}

export function wechatLayout(head: Head): TableLayout {
  return { delimiter: WECHAT_DELIMITER, quote: '', firstRow: 2, columns: wechatHeader(head), trailerRows: 2 };
}

/** A column as SQL; the first of a record still has its back-tick, the delimiter took the others. */
export function cell(layout: TableLayout, name: string): string {
  return layout.columns[0] === name ? `ltrim(${ident(name)}, '\`')` : ident(name);
}

export type Summary = Readonly<{ has(name: string): boolean; check(name: string, actual: string, scale: number): Check }>;

/** The two records at the end: names with plain commas, values behind back-ticks. `file.cut` when they are not there. */
export function summaryOf(input: Head & { size: number }): Summary {
  const records = input.tail.split(/\r?\n/).filter((r) => r !== '');
  const names = (records.at(-2) ?? '').split(',').map((n) => n.trim().replace(/^`/, ''));
  const last = records.at(-1) ?? '';
  const values = last.replace(/^`/, '').split(last.includes(WECHAT_DELIMITER) ? WECHAT_DELIMITER : ',');
  if (!/总(交易单数|笔数)/.test(names[0] ?? '') || names.length !== values.length) {
    const reason = 'the summary rows at the end are missing / 结尾缺少汇总行';
    throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
  }
  const stated = new Map(names.map((name, i) => [name, values[i]!.trim()]));
  return {
    has: (name) => stated.has(name),
    check: (name, actual, scale) => {
      const written = stated.get(name) ?? '';
      const read = parseDecimal(written);
      const expected = read && read.scale <= scale ? scaledText(read.value * 10n ** BigInt(scale - read.scale), scale) : written;
      return { name: { en: name, zh: name }, expected, actual, ok: expected === actual };
    },
  };
}
