/**
 * Days on which the Federal Reserve Banks are closed beside Saturdays and Sundays, and with them Fedwire and ACH settlement.
 * One rule: the eleven holidays of 5 U.S.C. 6103; one that falls on a Sunday closes the Monday after it, one on a Saturday closes
 * nothing. Source: Federal Reserve, K.8 "Holidays Observed by the Federal Reserve System". Juneteenth is kept since 2022; in 2021,
 * the year of its law, the Banks stayed open.
 */
import { nthWeekday } from './rules.ts';

export const US_SINCE = '2022-01-01';

const MONDAY = 1;
const THURSDAY = 4;
const FIXED: ReadonlyArray<readonly [month: number, day: number]> = [
  [1, 1],
  [6, 19],
  [7, 4],
  [11, 11],
  [12, 25],
];

export function closedByFed(on: Temporal.PlainDate): boolean {
  const { year } = on;
  const floating = [
    nthWeekday(year, 1, MONDAY, 3),
    nthWeekday(year, 2, MONDAY, 3),
    nthWeekday(year, 5, MONDAY, -1),
    nthWeekday(year, 9, MONDAY, 1),
    nthWeekday(year, 10, MONDAY, 2),
    nthWeekday(year, 11, THURSDAY, 4),
  ];
  if (floating.some((day) => day.equals(on))) return true;
  return FIXED.some(([month, day]) => {
    const date = Temporal.PlainDate.from({ year, month, day });
    return (date.dayOfWeek === 7 ? date.add({ days: 1 }) : date).equals(on);
  });
}
