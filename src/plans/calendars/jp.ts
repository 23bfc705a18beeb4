/**
 * Days on which banks in Japan are closed beside Saturdays and Sundays: the holidays of the Act on National Holidays, and 31 December
 * to 3 January (Banking Act, order of enforcement, article 5). A holiday on a Sunday moves to the next day that is none; a day between
 * two holidays is one. The days of the equinoxes are announced each February for the year after; they are computed here, and the
 * calendar is certain of the years that have been announced.
 */
import { nthWeekday } from './rules.ts';

export const JP_SINCE = '2022-01-01';
/** The last year whose equinoxes the National Astronomical Observatory has announced (2 February 2026). */
export const JP_UNTIL = '2027-12-31';

const MONDAY = 1;

export function closedInJapan(on: Temporal.PlainDate): boolean {
  const day = on.toString().slice(5);
  if (day === '12-31' || day === '01-02' || day === '01-03') return true;
  return holidays(on.year).has(on.toString());
}

const kept = new Map<number, ReadonlySet<string>>();

function holidays(year: number): ReadonlySet<string> {
  const found = kept.get(year);
  if (found !== undefined) return found;
  const named = new Set([
    ...['01-01', '02-11', '02-23', '04-29', '05-03', '05-04', '05-05', '08-11', '11-03', '11-23'].map(
      (d) => `${year}-${d}`,
    ),
    `${year}-03-${equinox(year, 20_843_100n)}`,
    `${year}-09-${equinox(year, 23_248_800n)}`,
    nthWeekday(year, 1, MONDAY, 2).toString(),
    nthWeekday(year, 7, MONDAY, 3).toString(),
    nthWeekday(year, 9, MONDAY, 3).toString(),
    nthWeekday(year, 10, MONDAY, 2).toString(),
  ]);
  const all = new Set(named);
  for (const iso of named) {
    const on = Temporal.PlainDate.from(iso);
    if (on.dayOfWeek === 7) {
      let next = on.add({ days: 1 });
      while (named.has(next.toString())) next = next.add({ days: 1 });
      all.add(next.toString());
    }
    // A day between two holidays.
    const between = on.add({ days: 1 });
    if (named.has(on.add({ days: 2 }).toString()) && !named.has(between.toString())) all.add(between.toString());
  }
  kept.set(year, all);
  return all;
}

/** The day of March or September, by the mean equinox of 1980 (in millionths of a day) and the tropical year; good for 1980 to 2099. */
function equinox(year: number, at1980: bigint): string {
  const years = BigInt(year - 1980);
  const day = (at1980 + 242_194n * years) / 1_000_000n - years / 4n;
  return day.toString().padStart(2, '0');
}
