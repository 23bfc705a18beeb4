import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { microsOf } from '../base/time.ts';
import { CALENDARS, type CalendarYear, calendarOf } from './calendar.ts';
import { parsePlans } from './load.ts';
import { defaultPlan, PLANNED_CHANNELS, type Plan, type Settle, withYears } from './plan.ts';
import { closingDay, settleDay } from './promise.ts';
import { FUNDINGS } from './refunds.ts';
import { type Payable, promiseOf } from './station.ts';

const on = (iso: string): Temporal.PlainDate => Temporal.PlainDate.from(iso);
const at = (iso: string): Temporal.Instant => Temporal.Instant.from(iso);
const STATIONS = ['cleared', 'settled', 'paid_out', 'credited'] as const;
type Station = (typeof STATIONS)[number];
const terms = (channel: string, yaml: string): Plan =>
  parsePlans(`plans:\n  - { channel: ${channel}, ${yaml} }`, 'p')[0]!;

/** Worked out by hand from the calendars and the terms. */
const ROWS: ReadonlyArray<
  readonly [
    plan: Plan,
    payment: string | Payable,
    station: Station,
    due: string | undefined,
    assumed: boolean,
    why: string,
  ]
> = [
  [
    defaultPlan('wechatpay'),
    '2026-11-20T22:00+08:00',
    'cleared',
    '2026-11-21T10:00+08:00',
    false,
    'the bill of the day, on a Saturday too',
  ],
  [
    defaultPlan('wechatpay'),
    '2026-11-20T22:00+08:00',
    'settled',
    '2026-11-24T00:00+08:00',
    false,
    'Friday, T+1: the end of Monday',
  ],
  [defaultPlan('wechatpay'), '2026-11-20T22:00+08:00', 'credited', '2026-11-24T00:00+08:00', false, 'the same day'],
  [
    defaultPlan('wechatpay'),
    '2026-09-30T12:00+08:00',
    'credited',
    '2026-10-09T00:00+08:00',
    false,
    'National Day lies between',
  ],
  [
    defaultPlan('wechatpay'),
    '2026-12-31T12:00+08:00',
    'credited',
    '2027-01-05T00:00+08:00',
    true,
    'the notice of 2027 is not known',
  ],
  [
    defaultPlan('unionpay'),
    '2026-11-19T22:59+08:00',
    'cleared',
    '2026-11-20T10:00+08:00',
    false,
    'before 23:00: the bill of that day',
  ],
  [
    defaultPlan('unionpay'),
    '2026-11-19T23:00+08:00',
    'cleared',
    '2026-11-21T10:00+08:00',
    false,
    'after 23:00: the next day’s',
  ],
  [defaultPlan('unionpay'), '2026-11-19T23:00+08:00', 'credited', '2026-11-24T00:00+08:00', false, 'Friday’s money'],
  [defaultPlan('lakala'), '2026-11-19T12:00+08:00', 'cleared', undefined, false, 'nobody says when its bill is there'],
  [defaultPlan('stripe'), '2026-11-19T12:00Z', 'cleared', '2026-11-20T12:00Z', false, 'loaded by noon UTC'],
  [
    defaultPlan('adyen'),
    '2026-11-19T23:30Z',
    'cleared',
    '2026-11-21T10:00+01:00',
    false,
    'half past midnight in Amsterdam',
  ],
  [defaultPlan('stripe'), '2026-11-19T12:00Z', 'credited', undefined, false, 'its report states the dates'],
  [
    terms('wechatpay', 'payout: manual'),
    '2026-11-19T12:00+08:00',
    'settled',
    '2026-11-21T00:00+08:00',
    false,
    'settled by itself',
  ],
  [
    terms('wechatpay', 'payout: manual'),
    '2026-11-19T12:00+08:00',
    'credited',
    undefined,
    false,
    'the merchant draws it',
  ],
  [
    terms('wechatpay', 'minPayout: { amount: 100, currency: CNY }'),
    '2026-11-19T12:00+08:00',
    'settled',
    '2026-11-21T00:00+08:00',
    false,
    'settled whatever it is worth',
  ],
  [
    terms('wechatpay', 'minPayout: { amount: 100, currency: CNY }'),
    '2026-11-19T12:00+08:00',
    'credited',
    '2026-11-21T00:00+08:00',
    true,
    'it may wait',
  ],
  [
    terms('wechatpay', 'holds: { freezeDays: 30 }'),
    '2026-11-01T12:00+08:00',
    'credited',
    '2026-12-03T00:00+08:00',
    true,
    'free on 1 December, T+1',
  ],
  [
    terms('alipay', 'settle: { cycle: D+0 }'),
    '2026-10-03T12:00+08:00',
    'credited',
    '2026-10-04T00:00+08:00',
    false,
    'the same day, holiday or not',
  ],
  [
    terms('alipay', 'settle: { cycle: T+0 }'),
    '2026-10-03T12:00+08:00',
    'credited',
    '2026-10-09T00:00+08:00',
    false,
    'a free day: the next working day',
  ],
  [
    terms('alipay', 'settle: { cycle: T+1, freeDays: next }'),
    '2026-11-21T12:00+08:00',
    'credited',
    '2026-11-25T00:00+08:00',
    false,
    'Saturday is Monday’s: Tuesday',
  ],
  [
    terms('alipay', 'settle: { cycle: weekly, closes: [sunday] }'),
    '2026-11-19T12:00+08:00',
    'credited',
    '2026-11-24T00:00+08:00',
    false,
    'the week closes on Sunday, Monday pays',
  ],
  [
    terms('alipay', 'settle: { cycle: monthly, closes: [15, last], after: D+2 }'),
    '2026-11-16T12:00+08:00',
    'credited',
    '2026-12-03T00:00+08:00',
    false,
    'closes on the 30th',
  ],
  [
    terms('alipay', 'settle: { cycle: monthly, closes: [30] }'),
    '2026-02-03T12:00+08:00',
    'credited',
    '2026-03-03T00:00+08:00',
    false,
    'February closes on its last, a made-up Saturday; Monday pays',
  ],
  [
    terms('shop', 'settle: { cycle: T+2, calendar: US, zone: America/New_York }'),
    '2026-11-25T12:00-05:00',
    'credited',
    '2026-12-01T00:00-05:00',
    false,
    'Thanksgiving: Friday and Monday',
  ],
  [
    terms('shop', 'settle: { cycle: T+1, calendar: JP, zone: Asia/Tokyo }'),
    '2026-12-30T12:00+09:00',
    'credited',
    '2027-01-05T00:00+09:00',
    false,
    'banks rest from 31 December to 3 January',
  ],
  [
    terms('shop', 'settle: { cycle: T+1, calendar: HK, zone: Asia/Hong_Kong }'),
    '2026-04-02T12:00+08:00',
    'credited',
    '2026-04-09T00:00+08:00',
    false,
    'Easter and Ching Ming',
  ],
  [
    defaultPlan('wechatpay'),
    { direction: 'out', capturedAt: at('2026-11-19T12:00+08:00'), funding: 'balance' },
    'credited',
    '2026-11-20T00:00+08:00',
    false,
    'change: the same day',
  ],
  [
    defaultPlan('wechatpay'),
    { direction: 'out', capturedAt: at('2026-11-19T12:00+08:00'), funding: 'credit_card' },
    'credited',
    '2026-11-25T00:00+08:00',
    false,
    'three working days',
  ],
  [
    defaultPlan('wechatpay'),
    { direction: 'out', capturedAt: at('2026-11-19T12:00+08:00') },
    'credited',
    '2026-11-25T00:00+08:00',
    true,
    'nobody says what was paid with: the slowest',
  ],
  [
    defaultPlan('wechatpay'),
    { direction: 'out', capturedAt: at('2026-11-19T12:00+08:00') },
    'paid_out',
    undefined,
    false,
    'not published',
  ],
  [
    defaultPlan('wechatpay'),
    { direction: 'out', capturedAt: at('2026-11-19T12:00+08:00') },
    'settled',
    '2026-11-21T00:00+08:00',
    false,
    'taken off its day’s batch',
  ],
  [
    defaultPlan('unionpay'),
    { direction: 'out', capturedAt: at('2026-11-19T12:00+08:00'), funding: 'balance' },
    'credited',
    undefined,
    false,
    'nothing is published for a balance',
  ],
  [
    defaultPlan('shop'),
    { direction: 'out', capturedAt: at('2026-11-19T12:00+08:00') },
    'credited',
    undefined,
    false,
    'a channel nobody knows',
  ],
  [
    defaultPlan('wechatpay'),
    { direction: 'in', capturedAt: at('2026-11-19T12:00+08:00'), businessOn: on('2026-11-20') },
    'credited',
    '2026-11-24T00:00+08:00',
    false,
    'the source books it on the next day',
  ],
];

for (const [plan, said, station, due, assumed, why] of ROWS) {
  const payment: Payable = typeof said === 'string' ? { direction: 'in', capturedAt: at(said) } : said;
  test(`${plan.channel} ${payment.direction} ${station} ${due ?? 'not promised'}: ${why}`, () => {
    const found = promiseOf(payment, station, plan);
    assert.equal(found?.at.toString(), due === undefined ? undefined : at(due).toString());
    if (found === undefined) return;
    assert.equal(found.assumed, assumed);
    for (const lang of ['en', 'zh'] as const) assert.ok(found.rule[lang].length > 5);
  });
}

const zone = fc.constantFrom(
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/Havana',
  'America/Santiago',
  'Australia/Lord_Howe',
  'UTC',
);
const cutoff = fc
  .integer({ min: 1, max: 1440 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
const lag = fc.oneof(
  fc.record({ cycle: fc.constant('T' as const), days: fc.nat(10), calendar: fc.constantFrom(...CALENDARS) }),
  fc.record({ cycle: fc.constant('D' as const), days: fc.nat(10) }),
);
const day = { cutoff, zone };
const free = fc.constantFrom({}, { freeDays: 'next' as const });
const settle: fc.Arbitrary<Settle> = fc.oneof(
  fc.tuple(lag, fc.record(day), free).map(([l, d, f]) => ({ ...l, ...d, ...(l.cycle === 'T' ? f : {}) })),
  fc
    .tuple(
      fc.constantFrom('weekly' as const, 'monthly' as const),
      fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      lag,
      fc.record(day),
    )
    .map(([cycle, closes, l, d]) => ({ cycle, closes, after: l, ...d })),
);
const plan: fc.Arbitrary<Plan> = fc
  .tuple(fc.constantFrom(...PLANNED_CHANNELS), settle, fc.nat(40))
  .map(([channel, s, freezeDays]) => ({
    ...defaultPlan(channel),
    settle: s,
    ...(freezeDays > 30 && { holds: { freezeDays } }),
  }));
/** Ten years, to the second. */
const moment = fc.integer({ min: 0, max: 10 * 365 * 86_400 }).map((s) => at('2021-01-01T00:00Z').add({ seconds: s }));
const payable: fc.Arbitrary<Payable> = fc.record({
  direction: fc.constantFrom('in' as const, 'out' as const),
  capturedAt: moment,
  funding: fc.option(fc.constantFrom(...FUNDINGS), { nil: undefined }),
});
const station = fc.constantFrom(...STATIONS);

test('no promise before its payment, and a later payment is never promised earlier', () => {
  fc.assert(
    fc.property(payable, station, plan, fc.nat(90 * 86_400), (payment, where, p, later) => {
      const first = promiseOf(payment, where, p);
      if (first === undefined) return;
      assert.ok(Temporal.Instant.compare(first.at, payment.capturedAt) > 0);
      const second = promiseOf({ ...payment, capturedAt: payment.capturedAt.add({ seconds: later }) }, where, p)!;
      assert.ok(Temporal.Instant.compare(first.at, second.at) <= 0);
      assert.ok(Temporal.PlainDate.compare(first.on, second.on) <= 0);
    }),
    { numRuns: 400 },
  );
});

test('money is due on a working day where the plan counts working days', () => {
  fc.assert(
    fc.property(moment, plan, (capturedAt, p) => {
      const counted = 'after' in p.settle ? p.settle.after : p.settle;
      const due = promiseOf({ direction: 'in', capturedAt }, 'credited', p);
      if (due === undefined || counted.cycle !== 'T') return;
      assert.ok(calendarOf(counted.calendar).isWorkday(due.on), due.on.toString());
    }),
    { numRuns: 400 },
  );
});

test('a clock change moves no day: the same wall-clock time is promised for the same day in a zone without one', () => {
  const local = fc
    .tuple(fc.integer({ min: 0, max: 3652 }), fc.integer({ min: 0, max: 24 * 60 - 1 }))
    .map(([d, m]) => on('2021-01-01').add({ days: d }).toPlainDateTime().add({ minutes: m }));
  fc.assert(
    fc.property(local, plan, (wall, p) => {
      const here = wall.toZonedDateTime(p.settle.zone);
      // A time that the clock skipped is another time on the wall.
      fc.pre(here.toPlainDateTime().equals(wall));
      const [hours, minutes] = p.settle.cutoff.split(':').map(Number);
      const cut = wall.toPlainDate().toPlainDateTime().add({ hours: hours!, minutes: minutes! });
      // At a cut-off that is skipped or comes twice the zone itself decides; it is tested beside settleDay.
      fc.pre(cut.toZonedDateTime(p.settle.zone).toPlainDateTime().equals(cut));
      const still: Plan = { ...p, settle: { ...p.settle, zone: 'UTC' } };
      const there = promiseOf(
        { direction: 'in', capturedAt: wall.toZonedDateTime('UTC').toInstant() },
        'credited',
        still,
      );
      fc.pre(!comesTwice(cut, p.settle.zone) && !comesTwice(wall, p.settle.zone));
      const found = promiseOf({ direction: 'in', capturedAt: here.toInstant() }, 'credited', p);
      assert.equal(found?.on.toString(), there?.on.toString());
    }),
    { numRuns: 400 },
  );
});

function comesTwice(wall: Temporal.PlainDateTime, name: string): boolean {
  const [a, b] = (['earlier', 'later'] as const).map((disambiguation) =>
    wall.toZonedDateTime(name, { disambiguation }),
  );
  return !a!.equals(b!);
}

test('a holiday more never makes a promise earlier', () => {
  fc.assert(
    fc.property(payable, station, plan, fc.integer({ min: 0, max: 40 }), (payment, where, p, ahead) => {
      const before = promiseOf(payment, where, p);
      const off = payment.capturedAt.toZonedDateTimeISO(p.settle.zone).toPlainDate().add({ days: ahead });
      const years: CalendarYear[] = CALENDARS.map((calendar) => ({
        calendar,
        year: off.year,
        off: [off.toString()],
        work: [],
        complete: false,
      }));
      const after = promiseOf(payment, where, withYears(p, years));
      assert.equal(after === undefined, before === undefined);
      if (before && after) {
        assert.ok(Temporal.Instant.compare(before.at, after.at) <= 0, `${before.on} ${after.on} without ${off}`);
        assert.ok(after.assumed || !before.assumed);
      }
    }),
    { numRuns: 400 },
  );
});

test('a batch of a week or month closes on its day, at or after the settle day, and holds the days since the one before', () => {
  fc.assert(
    fc.property(moment, plan, (when, p) => {
      const settleOn = settleDay(microsOf(when), p);
      const closes = closingDay(settleOn, p);
      assert.ok(Temporal.PlainDate.compare(closes, settleOn) >= 0);
      for (let d = settleOn; Temporal.PlainDate.compare(d, closes) < 0; d = d.add({ days: 1 })) {
        assert.ok(closingDay(d, p).equals(closes));
      }
    }),
    { numRuns: 200 },
  );
});
