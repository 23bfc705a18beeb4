/**
 * Calendar files: the holidays and make-up days of a year, for a calendar that is built in or one of the merchant's own. Reference:
 * docs/reference/plans.md. Read like plans.yaml: as text, refused with line and column; nothing is guessed.
 */
import * as z from 'zod';
import { parseYaml, readText } from '../base/yaml.ts';
import { CALENDARS, type CalendarYear } from './calendar.ts';

/** Longer than any run of holidays: a mistyped year is refused. */
const MOST_DAYS = 31;

export const CALENDAR_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
export const calendarName = z
  .string()
  .regex(CALENDAR_NAME, 'a name of letters, digits, - and _ such as CN / 名称用字母、数字、-、_,例如 CN');

const yearOf = z
  .string()
  .regex(/^(19|20|21)\d\d$/, 'not a year such as 2027 / 不是 2027 这样的年份')
  .transform(Number);

/** `2027-02-05`, or `2027-02-05..2027-02-11` with both ends. */
const days = z.string().transform((written, ctx): string[] => {
  const [first, last = first, ...more] = written.split('..').map((part) => dateOf(part.trim()));
  const count = first && last ? first.until(last, { largestUnit: 'days' }).days : -1;
  if (first && more.length === 0 && count >= 0 && count < MOST_DAYS) {
    return Array.from({ length: count + 1 }, (_, i) => first.add({ days: i }).toString());
  }
  ctx.addIssue(
    `“${written}” is not a date such as 2027-01-31 or a span 2027-02-05..2027-02-11 / 不是 2027-01-31 或 2027-02-05..2027-02-11`,
  );
  return z.NEVER;
});

function dateOf(written: string): Temporal.PlainDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(written)) return undefined;
  try {
    return Temporal.PlainDate.from(written);
  } catch {
    return undefined;
  }
}

const list = z.array(days).max(400, 'more than 400 entries / 超过 400 项').default([]);

const YEAR = {
  calendar: calendarName,
  year: yearOf,
  off: list,
  work: list,
  complete: z.enum(['yes', 'no'], 'write yes or no / 请写 yes 或 no').default('yes'),
};

const CALENDAR_FIELDS = Object.keys(YEAR);

const year = z.strictObject(YEAR).transform((written, ctx): CalendarYear => {
  const off = written.off.flat();
  const work = written.work.flat();
  const refuse = (field: 'off' | 'work', message: string): void => {
    ctx.addIssue({ code: 'custom', message, path: [field] });
  };
  for (const [field, dates] of [
    ['off', off],
    ['work', work],
  ] as const) {
    const other = dates.find((on) => !on.startsWith(`${written.year}-`));
    if (other !== undefined) refuse(field, `${other} is not of ${written.year} / ${other} 不在 ${written.year} 年`);
  }
  const both = work.find((on) => off.includes(on));
  if (both !== undefined) refuse('work', `${both} is off too / ${both} 同时写在 off 中`);
  return Object.freeze({
    calendar: written.calendar,
    year: written.year,
    off: Object.freeze([...new Set(off)].sort()),
    work: Object.freeze([...new Set(work)].sort()),
    complete: written.complete === 'yes',
  });
});

const calendarFile = z.strictObject({ calendars: z.array(year) });

/** Throws `config.invalid` with `path:line:column`. */
export function parseCalendars(source: string, path: string): readonly CalendarYear[] {
  const known = (at: readonly PropertyKey[]): readonly string[] => (at.length === 0 ? ['calendars'] : CALENDAR_FIELDS);
  const { calendars } = parseYaml(source, path, calendarFile, known, (data) => {
    const seen = new Set<string>();
    const again = data.calendars.findIndex((y) => seen.size === seen.add(`${y.calendar} ${y.year}`).size);
    if (again === -1) return undefined;
    return { path: ['calendars', again], reason: 'this calendar and year stand above / 上文已有同一日历与年份' };
  });
  return Object.freeze(calendars);
}

export const loadCalendars = async (path: string): Promise<readonly CalendarYear[]> =>
  parseCalendars(await readText(path), path);

/** The names a plan may use: the built-in calendars and those of the files. */
export const calendarNames = (years: readonly CalendarYear[]): readonly string[] => [
  ...new Set([...CALENDARS, ...years.map((y) => y.calendar)]),
];
