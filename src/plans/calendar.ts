/**
 * Business calendars: which days count as working days. Pure; a calendar is data or a rule and never asks the clock.
 *
 * A calendar knows a span of dates. Outside it the answer is the best guess (Monday to Friday, less what the law fixes),
 * and whoever uses it must say so: `knows` tells, and a promise then carries `assumed`. A merchant's own files add years
 * (`calendar-file.ts`), to these calendars or under a name of their own.
 */
import { FIXED_BY_LAW, NOTICES } from './calendars/cn.ts';
import { FIXED_IN_HONG_KONG, HOLIDAYS } from './calendars/hk.ts';
import { closedInJapan, JP_SINCE, JP_UNTIL } from './calendars/jp.ts';
import { closedByTarget2, TARGET2_SINCE } from './calendars/target2.ts';
import { closedByFed, US_SINCE } from './calendars/us.ts';

export const CALENDARS = ['CN', 'US', 'JP', 'HK', 'TARGET2', 'weekends'] as const;
export type CalendarId = (typeof CALENDARS)[number];

/** A year of a calendar as a file brings it: days off beside what the calendar has already, and days worked in spite of it. */
export type CalendarYear = Readonly<{
  calendar: string;
  year: number;
  off: readonly string[];
  work: readonly string[];
  /** False: some days more, and what the calendar does not know of the year stays unknown. */
  complete: boolean;
}>;

export type Calendar = Readonly<{
  id: string;
  /** First and last date the calendar itself is certain of; absent = no such end, the calendar is a rule. */
  knownFrom?: Temporal.PlainDate;
  knownUntil?: Temporal.PlainDate;
  /** Years beyond these that a file has brought. */
  knownYears: ReadonlySet<number>;
  isWorkday(on: Temporal.PlainDate): boolean;
  /** The date itself when it is a working day, else the first one after it. */
  nextWorkday(on: Temporal.PlainDate): Temporal.PlainDate;
  /** The nth working day after the date; for 0 the date itself, working day or not. */
  addWorkdays(on: Temporal.PlainDate, n: number): Temporal.PlainDate;
}>;

type Span = Pick<Calendar, 'knownFrom' | 'knownUntil'> & { knownYears?: ReadonlySet<number> };

/** A file may close whatever days it likes, but a calendar that never opens again would be searched for ever. */
const MOST_FREE_DAYS = 400;

function calendar(id: string, span: Span, isWorkday: (on: Temporal.PlainDate) => boolean): Calendar {
  const nextWorkday = (on: Temporal.PlainDate): Temporal.PlainDate => {
    let day = on;
    for (let free = 0; free < MOST_FREE_DAYS && !isWorkday(day); free++) day = day.add({ days: 1 });
    return day;
  };
  const addWorkdays = (on: Temporal.PlainDate, n: number): Temporal.PlainDate => {
    let day = on;
    for (let left = n; left > 0; left--) day = nextWorkday(day.add({ days: 1 }));
    return day;
  };
  return Object.freeze({ id, knownYears: NO_YEARS, ...span, isWorkday, nextWorkday, addWorkdays });
}
const NO_YEARS: ReadonlySet<number> = new Set();

const isWeekday = (on: Temporal.PlainDate): boolean => on.dayOfWeek <= 5;

function chinese(): Calendar {
  const off = new Set<string>();
  const work = new Set<string>();
  for (const year of Object.values(NOTICES)) {
    for (const run of year.off) for (const on of datesOf(run)) off.add(on);
    for (const on of year.work) work.add(on);
  }
  return calendar('CN', spanOf(NOTICES), (on) => {
    const iso = on.toString();
    if (on.year in NOTICES) return work.has(iso) || (isWeekday(on) && !off.has(iso));
    return isWeekday(on) && !FIXED_BY_LAW.has(iso.slice(-5));
  });
}

function hongKong(): Calendar {
  const off = new Set(Object.entries(HOLIDAYS).flatMap(([year, days]) => days.map((day) => `${year}-${day}`)));
  return calendar('HK', spanOf(HOLIDAYS), (on) => {
    const iso = on.toString();
    if (on.year in HOLIDAYS) return isWeekday(on) && !off.has(iso);
    return isWeekday(on) && !FIXED_IN_HONG_KONG.has(iso.slice(-5));
  });
}

/** From the first to the last year of a table without gaps. */
function spanOf(table: Readonly<Record<number, unknown>>): Span {
  const years = Object.keys(table).map(Number);
  return {
    knownFrom: Temporal.PlainDate.from({ year: Math.min(...years), month: 1, day: 1 }),
    knownUntil: Temporal.PlainDate.from({ year: Math.max(...years), month: 12, day: 31 }),
  };
}

function datesOf(run: string | readonly [string, string]): string[] {
  const [first, last] = (typeof run === 'string' ? [run, run] : run).map((on) => Temporal.PlainDate.from(on));
  const days = first!.until(last!, { largestUnit: 'days' }).days;
  return Array.from({ length: days + 1 }, (_, i) => first!.add({ days: i }).toString());
}

const BY_ID: Readonly<Record<CalendarId, Calendar>> = {
  CN: chinese(),
  US: calendar('US', { knownFrom: Temporal.PlainDate.from(US_SINCE) }, (on) => isWeekday(on) && !closedByFed(on)),
  JP: calendar(
    'JP',
    { knownFrom: Temporal.PlainDate.from(JP_SINCE), knownUntil: Temporal.PlainDate.from(JP_UNTIL) },
    (on) => isWeekday(on) && !closedInJapan(on),
  ),
  HK: hongKong(),
  TARGET2: calendar(
    'TARGET2',
    { knownFrom: Temporal.PlainDate.from(TARGET2_SINCE) },
    (on) => isWeekday(on) && !closedByTarget2(on),
  ),
  weekends: calendar('weekends', {}, isWeekday),
};

export const isBuiltIn = (id: string): id is CalendarId => Object.hasOwn(BY_ID, id);

const merged = new WeakMap<readonly CalendarYear[], Map<string, Calendar>>();

/** A calendar with the years that files add. A name that nobody has described counts Monday to Friday and is certain of nothing. */
export function calendarOf(id: string, years: readonly CalendarYear[] = []): Calendar {
  if (years.length === 0) return isBuiltIn(id) ? BY_ID[id] : unknownCalendar(id);
  const known = merged.get(years) ?? new Map<string, Calendar>();
  merged.set(years, known);
  const found = known.get(id) ?? withFiles(calendarOf(id), years);
  known.set(id, found);
  return found;
}

const BEFORE_ALL = Temporal.PlainDate.from('0001-01-01');
const unknownCalendar = (id: string): Calendar =>
  calendar(id, { knownFrom: BEFORE_ALL, knownUntil: BEFORE_ALL }, isWeekday);

function withFiles(base: Calendar, years: readonly CalendarYear[]): Calendar {
  const mine = years.filter((y) => y.calendar === base.id);
  if (mine.length === 0) return base;
  const off = new Set(mine.flatMap((y) => y.off));
  const work = new Set(mine.flatMap((y) => y.work));
  const { id, knownFrom, knownUntil } = base;
  const span = {
    ...(knownFrom && { knownFrom }),
    ...(knownUntil && { knownUntil }),
    knownYears: new Set(mine.filter((y) => y.complete).map((y) => y.year)),
  };
  return calendar(id, span, (on) => {
    const iso = on.toString();
    return work.has(iso) || (!off.has(iso) && base.isWorkday(on));
  });
}

/** True when the calendar is certain of every date from `from` to `to`. */
export function knows(calendar: Calendar, from: Temporal.PlainDate, to: Temporal.PlainDate): boolean {
  const { knownFrom, knownUntil, knownYears } = calendar;
  const certain = (on: Temporal.PlainDate): boolean =>
    knownYears.has(on.year) ||
    ((knownFrom === undefined || Temporal.PlainDate.compare(on, knownFrom) >= 0) &&
      (knownUntil === undefined || Temporal.PlainDate.compare(on, knownUntil) <= 0));
  if (!certain(from) || !certain(to)) return false;
  for (let year = from.year + 1; year < to.year; year++) {
    if (!certain(Temporal.PlainDate.from({ year, month: 7, day: 1 }))) return false;
  }
  return true;
}
