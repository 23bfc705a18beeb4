/**
 * What Alipay's bills share: the `#` lines around the table, GBK, CRLF, a TAB behind long numbers, and the zip whose entry
 * names are GBK without the flag that says UTF-8. Source: opendocs.alipay.com, 下载对账单.
 */
import { zipOf } from '../../tests/support/zip.ts';
import { compactDate, csvLine, gbk, timeText } from './text.ts';

/** A merchant and the days its bill is for. The account number on the bill is the PID and 0156. */
export type AlipayPeriod = Readonly<{ pid: string; from: Temporal.PlainDate; to: Temporal.PlainDate }>;

/** `2026年11月19日 00:00:00`. */
export function hanziStamp(at: Temporal.PlainDateTime): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.year}年${two(at.month)}月${two(at.day)}日 ${timeText(at.toPlainTime())}`;
}

/** A cell that a spreadsheet would turn into 2.02E+27 without the TAB. */
export const long = (id: string): string => `${id}\t`;

export type AlipayTable = Readonly<{
  /** `支付宝业务明细查询` and `业务明细列表`. */
  title: string;
  list: string;
  header: string;
  rows: ReadonlyArray<readonly string[]>;
  totals: readonly string[];
}>;

export function alipayBill({ pid, from, to }: AlipayPeriod, table: AlipayTable): Uint8Array {
  const midnight = (on: Temporal.PlainDate): string => hanziStamp(on.toPlainDateTime());
  const exported = to.add({ days: 1 }).toPlainDateTime('08:41:07');
  const records = [
    `#${table.title}`,
    `#账号：[${pid}0156]`,
    `#起始日期：[${midnight(from)}]   终止日期：[${midnight(to.add({ days: 1 }))}]`,
    `#-----------------------------------------${table.list}----------------------------------------`,
    table.header,
    ...table.rows.map(csvLine),
    `#-----------------------------------------${table.list}结束------------------------------------`,
    ...table.totals.map((total) => `#${total}`),
    `#导出时间：[${hanziStamp(exported)}]`,
  ];
  return gbk(records.map((r) => `${r}\r\n`).join(''));
}

/** The zip as delivered: `<pid>0156_<day>_<what>.csv`. */
export function alipayZip(
  { pid, from }: AlipayPeriod,
  bills: ReadonlyArray<readonly [what: string, Uint8Array]>,
): Uint8Array {
  return zipOf(bills.map(([what, data]) => ({ name: gbk(`${pid}0156_${compactDate(from)}_${what}.csv`), data })));
}
