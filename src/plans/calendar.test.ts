import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CALENDARS, type CalendarId, calendarOf, knows } from './calendar.ts';
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
