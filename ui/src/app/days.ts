/** Business days as text: `2026-11-19`, months as `2026-11`. */
import type { Lang } from '../base/lang.ts';

const DAY_MS = 86_400_000;
const utc = (day: string): number =>
  Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8)));
const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'UTC', year: 'numeric', month: '2-digit', day: '2-digit' });

export const addDays = (day: string, n: number): string => format.format(utc(day) + n * DAY_MS);
export const monthOf = (day: string): string => day.slice(0, 7);
export const firstOf = (month: string): string => `${month}-01`;
export function addMonths(month: string, n: number): string {
  const months = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + n;
  return `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}`;
}
export const lastOf = (month: string): string => addDays(firstOf(addMonths(month, 1)), -1);
/** Monday is 0. */
export const weekdayOf = (day: string): number => (Math.floor(utc(day) / DAY_MS) + 3) % 7;
export const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && text >= '1970-01-01' && text <= '9000-12-31';
export const isMonth = (text: string | null): text is string =>
  text !== null && /^(19[7-9]\d|[2-8]\d{3})-(0[1-9]|1[0-2])$/.test(text);

/** `2026年11月`, `November 2026`. */
export const monthName = (month: string, lang: Lang): string =>
  new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'long',
  }).format(utc(firstOf(month)));
export function daysIn({ from, to }: Readonly<{ from: string; to: string }>): string[] {
  const days = [from];
  while (days.at(-1)! < to) days.push(addDays(days.at(-1)!, 1));
  return days;
}
