import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DaozhangError } from '../base/errors.ts';
import { CALENDARS, type CalendarId, calendarOf, knows } from './calendar.ts';
import { calendarNames, parseCalendars } from './calendar-file.ts';
import { NOTICES } from './calendars/cn.ts';
import { easter } from './calendars/target2.ts';

const on = (iso: string): Temporal.PlainDate => Temporal.PlainDate.from(iso);
const cn = calendarOf('CN');
const target2 = calendarOf('TARGET2');

/** Ten years around today, as days after 1 January 2021. */
const day = fc.integer({ min: 0, max: 3652 }).map((n) => on('2021-01-01').add({ days: n }));
const someCalendar = fc.constantFrom<CalendarId>(...CALENDARS).map(calendarOf);

function daysOf(year: number): Temporal.PlainDate[] {
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  return Array.from({ length: first.daysInYear }, (_, i) => first.add({ days: i }));
}

test('each year of the notices has the working days the law leaves: the rest is moved, never added or lost', () => {
  // The law gave 11 statutory days until 2024 and gives 13 since 2025; weekends that are lost to them are made up.
  for (const year of Object.keys(NOTICES).map(Number)) {
    const days = daysOf(year);
    const weekend = days.filter((d) => d.dayOfWeek > 5).length;
    const statutory = year <= 2024 ? 11 : 13;
    assert.equal(days.filter(cn.isWorkday).length, days.length - weekend - statutory, String(year));
  }
});

test('a notice makes up only on Saturdays and Sundays, and every date is of its year', () => {
  for (const [year, notice] of Object.entries(NOTICES)) {
    for (const worked of notice.work) {
      assert.ok(on(worked).dayOfWeek > 5, worked);
      assert.ok(cn.isWorkday(on(worked)), worked);
    }
    for (const date of [...notice.off.flat(), ...notice.work]) assert.ok(date.startsWith(year), date);
    for (const date of notice.off.flat()) assert.ok(!cn.isWorkday(on(date)), date);
  }
});

const CN_DAYS: ReadonlyArray<readonly [date: string, workday: boolean, why: string]> = [
  ['2024-02-09', true, 'New Year’s Eve of 2024 was a working day'],
  ['2024-02-17', false, 'last day of Spring Festival'],
  ['2024-02-18', true, 'Sunday, made up'],
  ['2024-09-15', false, 'Mid-Autumn, Sunday'],
  ['2024-10-12', true, 'Saturday, made up'],
  ['2025-01-02', true, 'New Year 2025 was one day only'],
  ['2025-01-26', true, 'Sunday, made up'],
  ['2025-01-28', false, 'New Year’s Eve is off since 2025'],
  ['2025-10-08', false, 'National Day and Mid-Autumn together'],
  ['2026-01-04', true, 'Sunday, made up'],
  ['2026-02-14', true, 'Saturday, made up'],
  ['2026-02-23', false, 'ninth day of Spring Festival, a Monday'],
  ['2026-02-24', true, 'first day back'],
  ['2026-09-20', true, 'Sunday, made up'],
  ['2026-09-26', false, 'Mid-Autumn, Saturday'],
  ['2026-11-23', true, 'an ordinary Monday'],
];

for (const [date, workday, why] of CN_DAYS) {
  test(`CN ${date} is ${workday ? 'worked' : 'off'}: ${why}`, () => assert.equal(cn.isWorkday(on(date)), workday));
}

test('outside its notices CN is Monday to Friday less the dates of the law, and knows that it does not know', () => {
  assert.equal(cn.knownFrom?.toString(), '2024-01-01');
  assert.equal(cn.knownUntil?.toString(), '2026-12-31');
  assert.equal(cn.isWorkday(on('2027-01-01')), false);
  assert.equal(cn.isWorkday(on('2027-01-04')), true);
  assert.equal(
    cn.isWorkday(on('2027-02-08')),
    true,
    'Spring Festival 2027 is not announced here: a guess, and marked so',
  );
  assert.equal(cn.isWorkday(on('2027-10-01')), false);
  assert.ok(knows(cn, on('2024-01-01'), on('2026-12-31')));
  assert.ok(!knows(cn, on('2026-12-31'), on('2027-01-04')));
  assert.ok(!knows(cn, on('2023-12-31'), on('2024-01-02')));
});

test('Easter by the published dates', () => {
  const published = [
    '1954-04-18',
    '1981-04-19',
    '2000-04-23',
    '2008-03-23',
    '2011-04-24',
    '2019-04-21',
    '2024-03-31',
    '2025-04-20',
    '2026-04-05',
    '2027-03-28',
    '2038-04-25',
    '2049-04-18',
  ];
  for (const sunday of published) assert.equal(easter(on(sunday).year).toString(), sunday);
});

test('TARGET2 closes on its six days and on no national holiday', () => {
  const closed = daysOf(2026).filter((d) => d.dayOfWeek <= 5 && !target2.isWorkday(d));
  assert.deepEqual(closed.map(String), ['2026-01-01', '2026-04-03', '2026-04-06', '2026-05-01', '2026-12-25']);
  assert.equal(target2.isWorkday(on('2026-10-03')), false, 'a Saturday');
  assert.equal(target2.isWorkday(on('2025-10-03')), true, 'German Unity Day is a TARGET day');
  assert.equal(target2.isWorkday(on('2025-12-26')), false);
  assert.ok(knows(target2, on('2026-01-01'), on('2099-01-01')));
  assert.ok(!knows(target2, on('2001-12-31'), on('2002-01-02')));
});

/** Monday to Friday that are closed, as the publications list them. */
const CLOSED: ReadonlyArray<readonly [calendar: CalendarId, year: number, source: string, days: string]> = [
  ['US', 2026, 'Federal Reserve K.8', '01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25'],
  // Juneteenth and Christmas are Saturdays: nothing is closed for them. Independence Day is a Sunday: Monday is.
  ['US', 2027, 'Federal Reserve K.8', '01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25'],
  ['US', 2028, 'Federal Reserve K.8', '01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25'],
  ['US', 2029, 'Federal Reserve K.8', '01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-12 11-22 12-25'],
  ['US', 2030, 'Federal Reserve K.8', '01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25'],
  [
    'JP',
    2026,
    'Cabinet Office, 3 February 2025; 22 September lies between two holidays',
    '01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23 12-31',
  ],
  [
    'JP',
    2027,
    'Cabinet Office, 2 February 2026',
    '01-01 01-11 02-11 02-23 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23 12-31',
  ],
  [
    'HK',
    2026,
    'Government press release of 16 May 2025',
    '01-01 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-25',
  ],
];

for (const [id, year, source, days] of CLOSED) {
  test(`${id} ${year} is closed as published (${source})`, () => {
    const closed = daysOf(year).filter((d) => d.dayOfWeek <= 5 && !calendarOf(id).isWorkday(d));
    assert.equal(closed.map((d) => d.toString().slice(5)).join(' '), days);
  });
}

test('what a calendar does not know is Monday to Friday less its fixed dates, and is said', () => {
  assert.ok(!knows(calendarOf('HK'), on('2027-12-31'), on('2028-01-03')));
  assert.equal(calendarOf('HK').isWorkday(on('2028-12-25')), false);
  assert.equal(calendarOf('HK').isWorkday(on('2028-01-03')), true);
  assert.ok(!knows(calendarOf('JP'), on('2027-12-31'), on('2028-01-04')));
  assert.ok(knows(calendarOf('US'), on('2022-01-01'), on('2090-01-01')));
  const nowhere = calendarOf('nowhere');
  assert.ok(!knows(nowhere, on('2026-01-05'), on('2026-01-06')));
  assert.equal(nowhere.addWorkdays(on('2026-01-02'), 1).toString(), '2026-01-05');
});

const YEAR_2027 = `calendars:
  - calendar: CN
    year: 2027
    off: [2027-01-01, 2027-02-05..2027-02-11]
    work: [2027-01-30, 2027-02-20]
  - { calendar: SG, year: 2027, off: [2027-08-09] }
  - { calendar: US, year: 2027, off: [2027-03-09], complete: no }`;

test('a file adds a year: its days, and that they are certain', () => {
  const years = parseCalendars(YEAR_2027, 'calendars.yaml');
  const later = calendarOf('CN', years);
  assert.equal(calendarOf('CN', years), later, 'made once');
  assert.equal(later.isWorkday(on('2027-02-08')), false);
  assert.equal(later.isWorkday(on('2027-01-30')), true, 'a Saturday, made up');
  assert.equal(later.addWorkdays(on('2027-02-04'), 1).toString(), '2027-02-12');
  assert.ok(knows(later, on('2026-12-31'), on('2027-01-04')));
  assert.ok(!knows(later, on('2027-12-31'), on('2028-01-04')));
  assert.equal(later.isWorkday(on('2026-02-14')), true, 'the built-in years are as they were');
  assert.ok(knows(calendarOf('SG', years), on('2027-01-01'), on('2027-12-31')));
  assert.ok(!knows(calendarOf('SG', years), on('2026-01-01'), on('2027-12-31')));
  assert.equal(calendarOf('US', years).isWorkday(on('2027-03-09')), false, 'one day more');
  assert.deepEqual(calendarNames(years), [...CALENDARS, 'SG']);
  assert.equal(calendarOf('HK', years), calendarOf('HK'), 'what no file names is untouched');
});

const REFUSED_FILES: ReadonlyArray<readonly [yaml: string, at: string, en: string]> = [
  ['calendars: [{ calendar: CN, year: 27 }]', '1:35', 'not a year'],
  ['calendars: [{ calendar: CN, year: 2027, off: [2027-02-30] }]', '1:47', 'not a date'],
  ['calendars: [{ calendar: CN, year: 2027, off: [2027-02-05..2027-04-05] }]', '1:47', 'not a date'],
  ['calendars: [{ calendar: CN, year: 2027, off: [2027-02-05..2027-02-01] }]', '1:47', 'not a date'],
  ['calendars: [{ calendar: CN, year: 2027, off: [2026-02-05] }]', '1:46', 'is not of 2027'],
  ['calendars: [{ calendar: CN, year: 2027, off: [2027-02-05], work: [2027-02-05] }]', '1:66', 'is off too'],
  ['calendars: [{ calendar: "C N", year: 2027 }]', '1:25', 'a name of letters'],
  ['calendars: [{ calendar: CN, year: 2027, complete: maybe }]', '1:51', 'write yes or no'],
  ['calendars: [{ calendar: CN, year: 2027 }, { calendar: CN, year: 2027 }]', '1:43', 'stand above'],
  ['calendars: [{ calendar: CN, year: 2027, holidays: [] }]', '1:41', 'there is no field'],
];
for (const [yaml, at, en] of REFUSED_FILES) {
  test(`a calendar file is refused at ${at}: ${yaml}`, () => {
    assert.throws(
      () => parseCalendars(yaml, 'calendars.yaml'),
      (error) => {
        assert.ok(error instanceof DaozhangError, String(error));
        assert.equal(error.params.path, `calendars.yaml:${at}`, String(error.params.reason));
        assert.ok(String(error.params.reason).includes(en), String(error.params.reason));
        return true;
      },
    );
  });
}

test('weekends knows nothing but Saturday and Sunday', () => {
  assert.equal(calendarOf('weekends').isWorkday(on('2026-01-01')), true);
  assert.equal(calendarOf('weekends').isWorkday(on('2026-02-14')), false);
});

test('adding a then b working days is adding a + b', () => {
  fc.assert(
    fc.property(someCalendar, day, fc.nat(12), fc.nat(12), (calendar, date, a, b) => {
      const twice = calendar.addWorkdays(calendar.addWorkdays(date, a), b);
      assert.equal(twice.toString(), calendar.addWorkdays(date, a + b).toString());
    }),
  );
});

test('n working days lie after the date and up to the result, no more and no fewer', () => {
  fc.assert(
    fc.property(someCalendar, day, fc.nat(12), (calendar, date, n) => {
      const end = calendar.addWorkdays(date, n);
      let count = 0;
      for (let d = date.add({ days: 1 }); Temporal.PlainDate.compare(d, end) <= 0; d = d.add({ days: 1 })) {
        if (calendar.isWorkday(d)) count += 1;
      }
      assert.equal(count, n);
      if (n > 0) assert.ok(calendar.isWorkday(end));
    }),
  );
});

test('the next working day is the first one from the date on', () => {
  fc.assert(
    fc.property(someCalendar, day, (calendar, date) => {
      const next = calendar.nextWorkday(date);
      assert.ok(calendar.isWorkday(next));
      assert.equal(next.equals(date), calendar.isWorkday(date));
    }),
  );
});
