/** Days of business as text, `2026-11-19`: what comes before and after them. */
import { dayOf, msOf, textOf, todayAt } from '../../base/time.ts';

const DAY_MS = 86_400_000;
const RECENT_DAYS = 35;

export const plus = (day: string, days: number): string =>
  textOf(msOf(`${day}T12:00:00Z`) + days * DAY_MS).slice(0, 10);
const today = (): string => todayAt('12:00').slice(0, 10);

export type Span = Readonly<{ from: string; to: string }>;
export function recent(): Span {
  const to = today();
  return { from: plus(to, 1 - RECENT_DAYS), to };
}
export const monthOf = (month: string): Span => ({ from: `${month}-01`, to: plus(`${shifted(month, 1)}-01`, -1) });
export function shifted(month: string, by: number): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by;
  return `${String(Math.trunc(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}`;
}
export const monthName = (month: string, lang: 'zh' | 'en'): string =>
  lang === 'zh'
    ? `${month.slice(0, 4)}年${Number(month.slice(5))}月`
    : `${dayOf(`${month}-15`, 'en').replace(/[\d\s]/g, '')} ${month.slice(0, 4)}`;
export const isThisMonth = (month: string): boolean => today().startsWith(month);
export function daysIn({ from, to }: Span): string[] {
  const days = [from];
  while (days.at(-1)! < to) days.push(plus(days.at(-1)!, 1));
  return days;
}
/** Sunday is 0. */
export const weekday = (day: string): number => (Math.trunc(msOf(`${day}T12:00:00Z`) / DAY_MS) + 4) % 7;
