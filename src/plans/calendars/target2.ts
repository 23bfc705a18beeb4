/**
 * Days on which TARGET (euro) is closed beside Saturdays and Sundays. One rule since 2002: the ECB's long-term calendar of
 * 14 December 2000. Computed, so there is no list to keep up to date.
 */
const FIXED: ReadonlySet<string> = new Set(['01-01', '05-01', '12-25', '12-26']);

/** The first day of the rule; 1999 to 2001 had calendars of their own. */
export const TARGET2_SINCE = '2002-01-01';

export function closedByTarget2(on: Temporal.PlainDate): boolean {
  if (FIXED.has(on.toString().slice(-5))) return true;
  const sinceEaster = easter(on.year).until(on, { largestUnit: 'days' }).days;
  return sinceEaster === -2 || sinceEaster === 1;
}

/** Easter Sunday of a Gregorian year: the Sunday after the church's full moon (Butcher's rule of 1876, integers only). */
export function easter(year: number): Temporal.PlainDate {
  const div = (a: number, b: number): number => Math.floor(a / b);
  const century = div(year, 100);
  const inCentury = year % 100;
  const golden = year % 19;
  const moonShift = div(century - div(century + 8, 25) + 1, 3);
  const moon = (19 * golden + century - div(century, 4) - moonShift + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * div(inCentury, 4) - moon - (inCentury % 4)) % 7;
  const lateMoon = div(golden + 11 * moon + 22 * toSunday, 451);
  const days = moon + toSunday - 7 * lateMoon + 114;
  return Temporal.PlainDate.from({ year, month: div(days, 31), day: (days % 31) + 1 });
}
