/** How laws name days: the third Monday of a month, the last one. Pure. */

/** The nth weekday (Monday 1) of a month; -1 is the last. */
export function nthWeekday(year: number, month: number, weekday: number, n: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const ahead = (weekday - first.dayOfWeek + 7) % 7;
  if (n > 0) return first.add({ days: ahead + 7 * (n - 1) });
  const last = first.add({ days: first.daysInMonth - 1 });
  return last.subtract({ days: (last.dayOfWeek - weekday + 7) % 7 });
}
