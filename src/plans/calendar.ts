/**
 * Business calendars: which days count as working days. Pure; a calendar is data or a rule and never asks the clock.
 *
 * A calendar knows a span of dates. Outside it the answer is the best guess (Monday to Friday, less what the law fixes),
 * and whoever uses it must say so: `knows` tells, and a promise then carries `assumed`.
 */
import { FIXED_BY_LAW, NOTICES } from './calendars/cn.ts';
import { closedByTarget2, TARGET2_SINCE } from './calendars/target2.ts';

export const CALENDARS = ['CN', 'TARGET2', 'weekends'] as const;
export type CalendarId = (typeof CALENDARS)[number];

export type Calendar = Readonly<{
  id: CalendarId;
  /** First and last date the calendar is certain of; absent = no such end, the calendar is a rule. */
  knownFrom?: Temporal.PlainDate;
  knownUntil?: Temporal.PlainDate;
  isWorkday(on: Temporal.PlainDate): boolean;
  /** The date itself when it is a working day, else the first one after it. */
  nextWorkday(on: Temporal.PlainDate): Temporal.PlainDate;
  /** The nth working day after the date; for 0 the date itself, working day or not. */
  addWorkdays(on: Temporal.PlainDate, n: number): Temporal.PlainDate;
}>;

type Span = Pick<Calendar, 'knownFrom' | 'knownUntil'>;

function calendar(id: CalendarId, span: Span, isWorkday: (on: Temporal.PlainDate) => boolean): Calendar {
  const nextWorkday = (on: Temporal.PlainDate): Temporal.PlainDate => {
    let day = on;
    while (!isWorkday(day)) day = day.add({ days: 1 });
    return day;
  };
  const addWorkdays = (on: Temporal.PlainDate, n: number): Temporal.PlainDate => {
    let day = on;
    for (let left = n; left > 0; left--) day = nextWorkday(day.add({ days: 1 }));
    return day;
  };
  return Object.freeze({ id, ...span, isWorkday, nextWorkday, addWorkdays });
}

const isWeekday = (on: Temporal.PlainDate): boolean => on.dayOfWeek <= 5;

function chinese(): Calendar {
  const off = new Set<string>();
  const work = new Set<string>();
  for (const year of Object.values(NOTICES)) {
    for (const run of year.off) for (const on of datesOf(run)) off.add(on);
    for (const on of year.work) work.add(on);
  }
  const years = Object.keys(NOTICES).map(Number);
  const span = {
    knownFrom: Temporal.PlainDate.from({ year: Math.min(...years), month: 1, day: 1 }),
    knownUntil: Temporal.PlainDate.from({ year: Math.max(...years), month: 12, day: 31 }),
  };
  return calendar('CN', span, (on) => {
    const iso = on.toString();
    if (on.year in NOTICES) return work.has(iso) || (isWeekday(on) && !off.has(iso));
    return isWeekday(on) && !FIXED_BY_LAW.has(iso.slice(-5));
  });
}

function datesOf(run: string | readonly [string, string]): string[] {
  const [first, last] = (typeof run === 'string' ? [run, run] : run).map((on) => Temporal.PlainDate.from(on));
  const days = first!.until(last!, { largestUnit: 'days' }).days;
  return Array.from({ length: days + 1 }, (_, i) => first!.add({ days: i }).toString());
}

const BY_ID: Readonly<Record<CalendarId, Calendar>> = {
  CN: chinese(),
  TARGET2: calendar(
    'TARGET2',
    { knownFrom: Temporal.PlainDate.from(TARGET2_SINCE) },
    (on) => isWeekday(on) && !closedByTarget2(on),
  ),
  weekends: calendar('weekends', {}, isWeekday),
};

export const calendarOf = (id: CalendarId): Calendar => BY_ID[id];

/** True when the calendar is certain of every date from `from` to `to`. */
export function knows(calendar: Calendar, from: Temporal.PlainDate, to: Temporal.PlainDate): boolean {
  const { knownFrom, knownUntil } = calendar;
  if (knownFrom && Temporal.PlainDate.compare(from, knownFrom) < 0) return false;
  return knownUntil === undefined || Temporal.PlainDate.compare(to, knownUntil) <= 0;
}
