/** The looks that the papers share: fonts, header rows, plain lines. Black on white and one grey, because they are printed. */
import type { Lang } from '../../base/lang.ts';
import type { Cell, Look } from './workbook.ts';

/** Fonts that every office has in that language; another one is put in their place where it has not. */
export const fontOf = (lang: Lang): string => (lang === 'zh' ? '宋体' : 'Calibri');

export const HEADER: Look = { fill: 'E7E6E6' };

export const headerRow = (titles: readonly string[]): Cell[] =>
  titles.map((text) => ({ text, bold: true, border: true, wrap: true, align: 'center', ...HEADER }));

export const line = (text: string, look: Look = {}): Cell => ({ text, ...look });
