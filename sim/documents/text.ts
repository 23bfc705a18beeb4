/** How the sources write things down: yuan, dates and times, GBK, quoted cells. Shared by the writers; no layout is here. */
import iconv from 'iconv-lite';
import { decimalText } from '../../src/base/money.ts';

export const yuan = (fen: bigint): string => decimalText(fen, 'CNY');

export const dateText = (on: Temporal.PlainDate): string => on.toString();
export const compactDate = (on: Temporal.PlainDate): string => on.toString().replaceAll('-', '');
export const timeText = (at: Temporal.PlainTime): string => at.toString({ smallestUnit: 'second' });
/** `2026-11-19 14:03:01`. */
export const stampText = (at: Temporal.PlainDateTime): string =>
  `${dateText(at.toPlainDate())} ${timeText(at.toPlainTime())}`;

export const gbk = (text: string): Uint8Array => iconv.encode(text, 'gb18030');
export const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** A cell of quoted CSV. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
export const csvLine = (cells: readonly string[]): string => cells.map(csvCell).join(',');
