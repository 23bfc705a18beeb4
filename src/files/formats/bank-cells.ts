/**
 * Dates and amounts as tables write them. Where a single cell has two readings (`01/02/2026`, `1.234`), the whole column
 * decides, and when it cannot, the document is refused: a guess about money or days is no reading.
 */
import { type Decimal, parseDecimal } from '../../base/money.ts';
import { dayOf } from './bank.ts';

// ---------------------------------------------------------------- days

export type DayOrder = 'dmy' | 'mdy';
/** `none`: no cell needs an order. `either`: nothing tells. `both`: cells contradict each other. */
export type OrderFound = DayOrder | 'none' | 'either' | 'both';

const YEAR_FIRST = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(.*))?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:\s*(\d{6}))?$/;
const SLASHED = /^(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?:[T\s]+(.*))?$/;
/** With points it is always day, month, year, and the year may be short. */
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:[T\s]+(.*))?$/;
const NAMED = /^(\d{1,2})[\s-]([A-Za-z]{3})[a-z]*[\s-](\d{4})$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Watches a date column for what tells `24/03/2026` from `03/24/2026`. */
export function watchDays() {
  let slashed = false;
  let dmy = false;
  let mdy = false;
  return {
    see: (cell: string): void => {
      const m = SLASHED.exec(cell);
      if (!m) return;
      slashed = true;
      if (Number(m[1]) > 12) dmy = true;
      if (Number(m[3]) > 12) mdy = true;
    },
    found: (): OrderFound => (!slashed ? 'none' : dmy && mdy ? 'both' : dmy ? 'dmy' : mdy ? 'mdy' : 'either'),
  };
}

export type Moment = Readonly<{ on: Temporal.PlainDate; time: Temporal.PlainTime | undefined }>;

/** A cell that holds a date, perhaps with a time behind it. */
export function momentOf(cell: string, order: DayOrder): Moment | undefined {
  const text = cell.normalize('NFKC').trim();
  const m = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (m) return moment(m[1]!, m[2]!, m[3]!, m[4]);
  const s = SLASHED.exec(text);
  if (s) return order === 'dmy' ? moment(s[4]!, s[3]!, s[1]!, s[5]) : moment(s[4]!, s[1]!, s[3]!, s[5]);
  const d = DOTTED.exec(text);
  if (d) return moment(d[3]!.length === 2 ? `20${d[3]}` : d[3]!, d[2]!, d[1]!, d[4]);
  const n = NAMED.exec(text);
  const month = n ? MONTHS.indexOf(n[2]!.toLowerCase()) + 1 : 0;
  return n && month > 0 ? moment(n[3]!, String(month), n[1]!, undefined) : undefined;
}

function moment(year: string, month: string, day: string, rest: string | undefined): Moment | undefined {
  const on = dayOf(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
  if (!on) return undefined;
  const written = rest?.trim() ?? '';
  if (written === '') return { on, time: undefined };
  const time = timeOf(written);
  return time && { on, time };
}

/** `14:03:01`, `14:03`, `140301`; an export through a number drops leading zeros: `90301`. */
export function timeOf(cell: string): Temporal.PlainTime | undefined {
  const text = cell.trim();
  const m =
    /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?$/.exec(text) ??
    /^(\d\d)(\d\d)(\d\d)$/.exec(/^\d{1,6}$/.test(text) ? text.padStart(6, '0') : '');
  if (!m) return undefined;
  const [hour, minute, second] = [m[1], m[2], m[3] ?? '0'].map(Number) as [number, number, number];
  return hour < 24 && minute < 60 && second < 60 ? new Temporal.PlainTime(hour, minute, second) : undefined;
}

// ---------------------------------------------------------------- amounts

export type Mark = 'point' | 'comma';
/** `none`: no cell needs one. `either`: cells such as `1,234` alone, which have two readings. */
export type MarkFound = Mark | 'none' | 'either' | 'both';

/** Digits with the signs and packing taken off: currency signs, grouping blanks and apostrophes, a minus behind. */
function digitsOf(cell: string): string {
  const text = cell
    .normalize('NFKC')
    .replace(/^([+-]?)\s*[¥$€£]\s*/, '$1')
    .replace(/(?<=\d)[\s'’](?=\d{3}(?!\d))/g, '')
    .trim();
  return /^\d.*-$/.test(text) ? `-${text.slice(0, -1)}` : text;
}

/** Watches the amount columns for which sign stands before the decimals. The majority decides; the others are no amounts. */
export function watchMarks() {
  const votes = { '.': 0, ',': 0 };
  let unclear = 0;
  return {
    see: (cell: string): void => {
      const text = digitsOf(cell).replace(/[+()-]/g, '');
      const m = /^\d{1,3}(?:([.,])\d{3})+(?:(?!\1)([.,])\d*)?$|^(\d*)([.,])(\d*)$/.exec(text);
      if (!m) return;
      const grouping = m[1] as '.' | ',' | undefined;
      if (m[2] !== undefined) votes[m[2] as '.' | ','] += 1;
      else if (m[4] !== undefined) votes[m[4] as '.' | ','] += 1;
      else if (text.split(grouping!).length > 2) votes[grouping === '.' ? ',' : '.'] += 1;
      else if (text.startsWith('0')) votes[grouping!] += 1;
      else unclear += 1;
    },
    found: (): MarkFound => {
      if (votes['.'] === votes[',']) return votes['.'] > 0 ? 'both' : unclear > 0 ? 'either' : 'none';
      return votes['.'] > votes[','] ? 'point' : 'comma';
    },
  };
}

/** The amount of a cell, exact; a cell in the other convention than its column is none. Scientific notation has lost digits. */
export function decimalOf(cell: string, mark: Mark): Decimal | undefined {
  const text = digitsOf(cell);
  if (/e/i.test(text)) return undefined;
  return parseDecimal(text, mark === 'comma' ? 'decimal' : 'group');
}

/** What banks write into a cell that has no value. */
export const blank = (cell: string): boolean => cell === '' || /^[-—–/]+$/.test(cell) || /^(null|n\/a)$/i.test(cell);

/** A card's number is never kept whole: the first six and last four digits tell it (PCI DSS 3.4). */
export const maskedCard = (number: string): string =>
  /^\d{13,19}$/.test(number) ? `${number.slice(0, 6)}${'*'.repeat(number.length - 10)}${number.slice(-4)}` : number;
