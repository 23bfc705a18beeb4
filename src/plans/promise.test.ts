import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Micros, microsOf } from '../base/time.ts';
import { openEngine } from '../files/engine.ts';
import { CALENDARS, calendarOf } from './calendar.ts';
import { defaultPlan, type Plan, planFor, type Settle } from './plan.ts';
import { closesAt, closingDay, dueTable, promise, settleDay } from './promise.ts';

const on = (iso: string): Temporal.PlainDate => Temporal.PlainDate.from(iso);
const at = (iso: string): Micros => microsOf(Temporal.Instant.from(iso));
const withSettle = (settle: Settle): Plan => ({ ...defaultPlan('wechatpay'), settle });
const CHINA_DAY = { cutoff: '24:00', zone: 'Asia/Shanghai' };
const chinese = (days: number): Plan => withSettle({ cycle: 'T', days, calendar: 'CN', ...CHINA_DAY });

/** Worked out by hand from the notices: a payment of this day under T+1 is due on that day. */
const NEXT_DAY: ReadonlyArray<readonly [paid: string, due: string, why: string]> = [
  ['2024-02-09', '2024-02-18', 'Friday before Spring Festival → Sunday that is made up'],
  ['2024-04-03', '2024-04-07', 'Qingming Thursday to Saturday → Sunday that is made up'],
  ['2024-06-07', '2024-06-11', 'Friday → Dragon Boat Monday is off → Tuesday'],
  ['2024-09-13', '2024-09-14', 'Friday → Saturday that is made up'],
  ['2024-09-14', '2024-09-18', 'made-up Saturday → Mid-Autumn to Tuesday → Wednesday'],
  ['2024-09-30', '2024-10-08', 'National Day to Monday → Tuesday'],
  ['2024-12-31', '2025-01-02', 'New Year 2025 is one day'],
  ['2025-01-24', '2025-01-26', 'Friday → Sunday that is made up, Saturday is free'],
  ['2025-01-27', '2025-02-05', 'Spring Festival to Tuesday → Wednesday'],
  ['2025-04-30', '2025-05-06', 'Labour Day to Monday → Tuesday'],
  ['2025-09-30', '2025-10-09', 'National Day and Mid-Autumn to Wednesday → Thursday'],
  ['2025-10-10', '2025-10-11', 'Friday → Saturday that is made up'],
  ['2025-12-31', '2026-01-04', 'New Year to Saturday → Sunday that is made up'],
  ['2026-02-13', '2026-02-14', 'Friday → Saturday that is made up'],
  ['2026-02-14', '2026-02-24', 'Spring Festival, nine days → Tuesday'],
  ['2026-02-18', '2026-02-24', 'in the middle of Spring Festival'],
  ['2026-02-27', '2026-02-28', 'Friday → Saturday that is made up'],
  ['2026-02-28', '2026-03-02', 'made-up Saturday → Monday'],
  ['2026-04-03', '2026-04-07', 'Qingming to Monday → Tuesday'],
  ['2026-04-30', '2026-05-06', 'Labour Day to Tuesday → Wednesday'],
  ['2026-05-08', '2026-05-09', 'Friday → Saturday that is made up'],
  ['2026-06-18', '2026-06-22', 'Dragon Boat to Sunday → Monday'],
  ['2026-09-18', '2026-09-20', 'Friday → Sunday that is made up'],
  ['2026-09-24', '2026-09-28', 'Mid-Autumn to Sunday → Monday'],
  ['2026-09-30', '2026-10-08', 'National Day to Wednesday → Thursday'],
  ['2026-10-09', '2026-10-10', 'Friday → Saturday that is made up'],
  ['2026-11-20', '2026-11-23', 'an ordinary Friday'],
];

for (const [paid, due, why] of NEXT_DAY) {
  test(`T+1 CN, paid ${paid}, due ${due}: ${why}`, () => {
    const promised = promise(on(paid), undefined, chinese(1));
    assert.equal(promised?.settleOn.toString(), paid);
    assert.equal(promised?.dueOn.toString(), due);
    assert.equal(promised?.assumed, false);
  });
}

test('Friday, Saturday and Sunday are three settle days due on one Monday', () => {
  const rows = dueTable(() => chinese(1), on('2026-11-20'), on('2026-11-23'));
  assert.deepEqual(
    rows.map((r) => `${r.settleOn} ${r.dueOn}`),
    ['2026-11-20 2026-11-23', '2026-11-21 2026-11-23', '2026-11-22 2026-11-23', '2026-11-23 2026-11-24'],
  );
});

test('T+0 on a free day rolls to the next working day; T+3 counts working days; D+n counts every day', () => {
  assert.equal(promise(on('2026-11-21'), undefined, chinese(0))?.dueOn.toString(), '2026-11-23');
  assert.equal(promise(on('2026-11-23'), undefined, chinese(0))?.dueOn.toString(), '2026-11-23');
  assert.equal(promise(on('2026-09-29'), undefined, chinese(3))?.dueOn.toString(), '2026-10-09');
  const daily = withSettle({ cycle: 'D', days: 1, ...CHINA_DAY });
  assert.deepEqual(promise(on('2026-10-02'), undefined, daily), {
    settleOn: on('2026-10-02'),
    dueOn: on('2026-10-03'),
    assumed: false,
  });
});

test('a date the calendar does not know is assumed, and a rule never is', () => {
  assert.equal(promise(on('2026-12-30'), undefined, chinese(1))?.assumed, false);
  const overNewYear = promise(on('2026-12-31'), undefined, chinese(1));
  assert.equal(overNewYear?.dueOn.toString(), '2027-01-04');
  assert.equal(overNewYear?.assumed, true);
  assert.equal(promise(on('2023-06-01'), undefined, chinese(1))?.assumed, true);
  const euro = withSettle({ cycle: 'T', days: 2, calendar: 'TARGET2', cutoff: '24:00', zone: 'Europe/Berlin' });
  const easter = promise(on('2031-04-10'), undefined, euro);
  assert.equal(
    easter?.dueOn.toString(),
    '2031-04-16',
    'Thursday, Good Friday and Easter Monday free → Tuesday, Wednesday',
  );
  assert.equal(easter?.assumed, false);
});

test('a plan that leaves the dates to the report promises nothing', () => {
  assert.equal(promise(on('2026-11-20'), at('2026-11-20T04:00:00Z'), defaultPlan('stripe')), undefined);
  assert.deepEqual(
    dueTable(() => defaultPlan('adyen'), on('2026-11-20'), on('2026-11-23')),
    [],
  );
});

test('a payment at the cut-off or after it belongs to the next day', () => {
  const plan = withSettle({ cycle: 'T', days: 1, calendar: 'CN', cutoff: '23:00', zone: 'Asia/Shanghai' });
  const settled = (local: string): string =>
    promise(on(local.slice(0, 10)), at(`${local}+08:00`), plan)!.settleOn.toString();
  assert.equal(settled('2026-11-20T22:59:59.999999'), '2026-11-20');
  assert.equal(settled('2026-11-20T23:00:00'), '2026-11-21');
  assert.equal(settled('2026-11-20T00:00:00'), '2026-11-20');
  // Thursday 23:30 is Friday's money: due on Monday, where 22:30 would be due on Friday.
  assert.equal(promise(on('2026-11-19'), at('2026-11-19T23:30:00+08:00'), plan)?.dueOn.toString(), '2026-11-23');
  assert.equal(promise(on('2026-11-19'), at('2026-11-19T22:30:00+08:00'), plan)?.dueOn.toString(), '2026-11-20');
});

test('midnight as cut-off leaves every payment on its own date', () => {
  assert.equal(settleDay(at('2026-11-20T23:59:59.999999+08:00'), chinese(1)).toString(), '2026-11-20');
  assert.equal(settleDay(at('2026-11-21T00:00:00+08:00'), chinese(1)).toString(), '2026-11-21');
});

test('a source that books a payment on a later day is believed; on an earlier day the cut-off decides', () => {
  const late = at('2026-11-19T23:30:00+08:00');
  assert.equal(promise(on('2026-11-20'), late, chinese(1))?.settleOn.toString(), '2026-11-20');
  assert.equal(promise(on('2026-11-18'), late, chinese(1))?.settleOn.toString(), '2026-11-19');
});

const BERLIN: ReadonlyArray<readonly [cutoff: string, instant: string, settleOn: string, why: string]> = [
  ['17:00', '2026-03-28T15:59:59Z', '2026-03-28', 'winter: 16:59:59'],
  ['17:00', '2026-03-28T16:00:00Z', '2026-03-29', 'winter: 17:00'],
  ['17:00', '2026-03-29T14:59:59Z', '2026-03-29', 'summer since this morning: 16:59:59'],
  ['17:00', '2026-03-29T15:00:00Z', '2026-03-30', 'summer: 17:00'],
  ['02:30', '2026-03-29T00:59:59Z', '2026-03-29', '01:59:59, just before the gap'],
  ['02:30', '2026-03-29T01:29:59Z', '2026-03-29', '03:29:59: the skipped 02:30 is read as 03:30'],
  ['02:30', '2026-03-29T01:30:00Z', '2026-03-30', '03:30'],
  ['02:30', '2026-10-25T00:29:59Z', '2026-10-25', '02:29:59 the first time'],
  ['02:30', '2026-10-25T00:30:00Z', '2026-10-26', '02:30 the first time'],
  ['02:30', '2026-10-25T01:10:00Z', '2026-10-26', '02:10 the second time: later, so not back on the day before'],
  ['24:00', '2026-10-25T22:59:59Z', '2026-10-25', 'last second of the day of 25 hours'],
  ['24:00', '2026-10-25T23:00:00Z', '2026-10-26', 'midnight after it'],
];

for (const [cutoff, instant, settleOn, why] of BERLIN) {
  test(`Berlin, cut-off ${cutoff}, ${instant} → ${settleOn}: ${why}`, () => {
    const plan = withSettle({ cycle: 'T', days: 1, calendar: 'TARGET2', cutoff, zone: 'Europe/Berlin' });
    assert.equal(settleDay(at(instant), plan).toString(), settleOn);
  });
}

test('a midnight that the clock skips or repeats still parts the days (Havana, Santiago, Nuuk)', () => {
  const havana = withSettle({ cycle: 'D', days: 1, cutoff: '24:00', zone: 'America/Havana' });
  // 1 November 2026, 01:00 → 00:00: the day begins once, at the first midnight.
  assert.equal(settleDay(at('2026-11-01T03:59:59Z'), havana).toString(), '2026-10-31');
  assert.equal(settleDay(at('2026-11-01T04:00:00Z'), havana).toString(), '2026-11-01');
  assert.equal(settleDay(at('2026-11-01T05:10:00Z'), havana).toString(), '2026-11-01');
  const santiago = withSettle({ cycle: 'D', days: 1, cutoff: '23:30', zone: 'America/Santiago' });
  // 5 April 2026, 24:00 → 23:00 of the 4th: 23:30 comes twice, the first one parts the days.
  assert.equal(settleDay(at('2026-04-05T02:29:59Z'), santiago).toString(), '2026-04-04');
  assert.equal(settleDay(at('2026-04-05T02:30:00Z'), santiago).toString(), '2026-04-05');
  assert.equal(settleDay(at('2026-04-05T03:10:00Z'), santiago).toString(), '2026-04-05');
  const nuuk = withSettle({ cycle: 'D', days: 1, cutoff: '23:30', zone: 'America/Nuuk' });
  // 28 March 2026, 23:00 → 24:00: 23:30 is skipped and read as 00:30 of the 29th, so the 28th closes after its date.
  assert.equal(settleDay(at('2026-03-29T01:29:59Z'), nuuk).toString(), '2026-03-28');
  assert.equal(settleDay(at('2026-03-29T01:30:00Z'), nuuk).toString(), '2026-03-29');
});

const day = fc.integer({ min: 0, max: 3652 }).map((n) => on('2021-01-01').add({ days: n }));
const hhmm = fc
  .integer({ min: 1, max: 1440 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
const zone = fc.constantFrom(
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/Havana',
  'America/Santiago',
  'Australia/Lord_Howe',
  'UTC',
);
const settle = fc.oneof(
  fc.record({
    cycle: fc.constant('T' as const),
    days: fc.nat(10),
    calendar: fc.constantFrom(...CALENDARS),
    cutoff: hhmm,
    zone,
  }),
  fc.record({ cycle: fc.constant('D' as const), days: fc.nat(10), cutoff: hhmm, zone }),
  fc.record({
    cycle: fc.constantFrom('weekly' as const, 'monthly' as const),
    closes: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    after: fc.record({ cycle: fc.constant('T' as const), days: fc.nat(10), calendar: fc.constantFrom(...CALENDARS) }),
    cutoff: hhmm,
    zone,
  }),
);
const instant = fc.bigInt({ min: at('2021-01-01T00:00:00Z'), max: at('2030-12-31T00:00:00Z') });

test('the due date is a working day for T, never before the settle day, and never earlier for a later payment', () => {
  fc.assert(
    fc.property(settle, day, fc.nat(40), (terms, date, later) => {
      const plan = withSettle(terms);
      const first = promise(date, undefined, plan)!;
      const second = promise(date.add({ days: later }), undefined, plan)!;
      if (terms.cycle === 'T') assert.ok(calendarOf(terms.calendar).isWorkday(first.dueOn));
      assert.ok(Temporal.PlainDate.compare(first.dueOn, first.settleOn) >= 0);
      assert.ok(Temporal.PlainDate.compare(first.dueOn, second.dueOn) <= 0);
    }),
  );
});

test('every instant is in exactly one settle day, and later instants are never in earlier days', () => {
  fc.assert(
    fc.property(settle, instant, fc.bigInt({ min: 0n, max: 200_000_000_000n }), (terms, when, later) => {
      const plan = withSettle(terms);
      const settleOn = settleDay(when, plan);
      assert.ok(when < closesAt(settleOn, plan));
      assert.ok(when >= closesAt(settleOn.subtract({ days: 1 }), plan));
      assert.ok(Temporal.PlainDate.compare(settleOn, settleDay(when + later, plan)) <= 0);
    }),
  );
});

test('the table has no gap and no overlap, and says what promise says', () => {
  fc.assert(
    fc.property(settle, day, fc.integer({ min: 0, max: 20 }), (terms, from, days) => {
      const plan = withSettle(terms);
      const rows = dueTable(() => plan, from, from.add({ days }));
      assert.equal(rows.length, days + 1);
      for (const [i, row] of rows.entries()) {
        if (i > 0) assert.equal(row.opensAt, rows[i - 1]!.closesAt);
        assert.equal(settleDay(row.opensAt, plan).toString(), row.settleOn.toString());
        assert.equal(settleDay(row.closesAt - 1n, plan).toString(), row.settleOn.toString());
        const { settleOn, dueOn, assumed } = row;
        assert.deepEqual({ settleOn, dueOn, assumed }, promise(row.settleOn, row.opensAt, plan));
        assert.ok(row.batchOn.equals(closingDay(row.settleOn, plan)));
      }
    }),
    { numRuns: 50 },
  );
});

test('a change of terms falls on its day, with no instant lost between two cut-offs', () => {
  const old = chinese(1);
  const next: Plan = {
    ...withSettle({ cycle: 'T', days: 1, calendar: 'CN', cutoff: '23:00', zone: 'Asia/Shanghai' }),
    from: on('2026-11-18'),
  };
  const rows = dueTable(
    (date) => planFor([old, next], 'wechatpay', undefined, date),
    on('2026-11-17'),
    on('2026-11-18'),
  );
  assert.equal(rows[0]!.closesAt, at('2026-11-18T00:00:00+08:00'));
  assert.equal(rows[1]!.opensAt, rows[0]!.closesAt);
  assert.equal(rows[1]!.closesAt, at('2026-11-18T23:00:00+08:00'));
});

test('DuckDB, joining the table, gives every line the settle day and due date of promise', async () => {
  const engine = await openEngine({ temp: tmpdir(), folders: [] });
  try {
    const plan = withSettle({ cycle: 'T', days: 1, calendar: 'TARGET2', cutoff: '02:30', zone: 'Europe/Berlin' });
    const rows = dueTable(() => plan, on('2026-03-20'), on('2026-11-10'));
    const values = rows.map((r) => `(date '${r.settleOn}', ${r.opensAt}, ${r.closesAt}, date '${r.dueOn}')`);
    await engine.run(`create table due (settle_on date, opens_at bigint, closes_at bigint, due_on date);
      insert into due values ${values.join(', ')}`);
    const lines = fc.sample(fc.bigInt({ min: at('2026-03-25T00:00:00Z'), max: at('2026-11-01T00:00:00Z') }), {
      numRuns: 300,
      seed: 7,
    });
    lines.push(
      at('2026-03-29T01:29:59Z'),
      at('2026-03-29T01:30:00Z'),
      at('2026-10-25T00:30:00Z'),
      at('2026-10-25T01:10:00Z'),
    );
    const dated = lines.map((when, i) => ({
      when: i % 5 === 0 ? undefined : when,
      businessOn: settleDay(when, plan)
        .subtract({ days: 1 })
        .add({ days: i % 3 }),
    }));
    await engine.run(`create table paid (n integer, occurred_at bigint, business_on date);
      insert into paid values ${dated.map((d, i) => `(${i}, ${d.when ?? 'null'}, date '${d.businessOn}')`).join(', ')}`);
    const found = await engine.all<{ settle_on: string; due_on: string }>(`
      with settled as (
        select n, coalesce(greatest(business_on, settle_on), business_on) as settle_on
        from paid left join due on occurred_at >= opens_at and occurred_at < closes_at)
      select settle_on, due_on from settled join due using (settle_on) order by n`);
    assert.equal(found.length, dated.length);
    for (const [i, row] of found.entries()) {
      const expected = promise(dated[i]!.businessOn, dated[i]!.when, plan)!;
      assert.deepEqual([row.settle_on, row.due_on], [expected.settleOn.toString(), expected.dueOn.toString()]);
    }
  } finally {
    engine.close();
  }
});
