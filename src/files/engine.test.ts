import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { parseDecimal, rescale } from '../base/money.ts';
import { microsOf } from '../base/time.ts';
import { openEngine, quote } from './engine.ts';
import { localClock } from './local-time.ts';
import { workspace } from './open.ts';

const space = await workspace();
const engine = await openEngine({ temp: space.path, folders: [] });
after(async () => {
  engine.close();
  await space.remove();
});

/** One expression over many texts, as one query. */
async function over(texts: readonly string[], sql: string): Promise<unknown[]> {
  const rows = await engine.all<{ y: unknown }>(
    `select ${sql} as y from (values ${texts.map((t, i) => `(${i}, ${quote(t)})`).join(', ')}) v(i, x) order by i`,
  );
  return rows.map((r) => r.y);
}

const INT64 = 2n ** 63n;

test('law: SQL reads a decimal exactly as money.ts does, and refuses what it refuses', async () => {
  const written = fc.oneof(
    fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 7 })).map(([v, scale]) => {
      const digits = (v < 0n ? -v : v).toString().padStart(scale + 1, '0');
      return `${v < 0n ? '-' : ''}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`;
    }),
    fc.constantFrom(
      '1e5',
      '1E2',
      '4.2E+27',
      '1_000',
      ' 12.30 ',
      '12.',
      '.5',
      '+5',
      '-0',
      '-0.00',
      '1,234.50',
      '1,23',
      '１２.３０',
      '0x10',
      'NaN',
      '',
      '9223372036854775807',
      '92233720368547758.07',
      '92233720368547758.08',
      '00012.30',
      '1.10',
      '1.1',
      '1.005',
      '--1',
      '(5.00)',
      '（1,234.5）',
      '( 5 )',
      '(-5)',
      '(¥5)',
      '(¥-5)',
      '(5',
      '5)',
      '-¥ 5.10',
      '￥９．９０',
      '¥¥5',
      '1.5E+3',
      '1e-2',
      '100e-2',
      '100e-3',
      '1.e2',
      '1,000e1',
      '0e99',
      '1e17',
      '1e99',
      '(1e2)',
      '- 5',
      '5-',
      '\u3000５\u00a0',
      '-9223372036854775808',
      '9223372036854775808',
      '123456789012345678',
      '1.0000000000000000000',
      '0.000000000000000000',
      '1000000000000000000000000000000',
      '10000000000000000000000000000000',
      '1_000',
      'Infinity',
      '12.34.56',
      '1,234,56',
      '12,345',
      '1234,567',
      ',123',
    ),
  );
  const texts = fc.sample(written, { numRuns: 3000, seed: 7 });
  for (const scale of [0, 2, 3, 5]) {
    const got = await over(texts, `dz_scaled(x, ${scale})`);
    texts.forEach((text, i) => {
      const decimal = parseDecimal(text);
      const exact = decimal && rescale(decimal, scale);
      const fits = exact && exact.value < INT64 && exact.value >= -INT64 ? exact.value : null;
      assert.equal(got[i], fits, `${JSON.stringify(text)} at scale ${scale}`);
    });
  }
});

test('amounts by currency, F39', async () => {
  const row = await engine.one(
    `select dz_minor('5', 'JPY') as jpy, dz_minor('5.5', 'JPY') as half_yen, dz_minor('-0.123', 'KWD') as kwd, dz_minor('1.2345', 'CLF') as clf, dz_minor('1.005', 'CNY') as cny`,
  );
  assert.deepEqual(row, { jpy: 5n, half_yen: null, kwd: -123n, clf: 12345n, cny: null });
});

test('rounding is half away from zero, on both signs and scales', async () => {
  const row = await engine.one(
    'select dz_round(60500::bigint, 5, 2) as a, dz_round(-60500::bigint, 5, 2) as b, dz_round(60499::bigint, 5, 2) as c, dz_round(5::bigint, 0, 2) as d, dz_round(7::bigint, 2, 2) as e',
  );
  assert.deepEqual(row, { a: 61n, b: -61n, c: 60n, d: 500n, e: 7n });
});

test('law: local times are read as Temporal reads them, offsets are obeyed', async () => {
  const instants = fc.sample(
    fc.date({ min: new Date('1975-01-01T00:00:00Z'), max: new Date('2060-01-01T00:00:00Z'), noInvalidDate: true }),
    { numRuns: 500, seed: 3 },
  );
  // Times that the clocks skipped or showed twice among them.
  const open = [
    '2026-03-08 02:30:00',
    '2026-11-01 01:30:00',
    '2026-03-29 02:00:00',
    '2026-10-25 02:59:59',
    '2026-10-04 02:15:00',
  ];
  const local = [...instants.map((d) => d.toISOString().slice(0, 19).replace('T', ' ')), ...open];
  for (const zone of [
    'Asia/Shanghai',
    'UTC',
    'Asia/Tokyo',
    'America/New_York',
    'Europe/Berlin',
    'Australia/Lord_Howe',
  ]) {
    const clock = localClock(zone);
    const got = await over(local, `dz_at(x, ${quote(zone)})`);
    local.forEach((text, i) => {
      assert.equal(got[i], clock.at(Temporal.PlainDateTime.from(text.replace(' ', 'T'))), `${text} ${zone}`);
    });
  }
  const texts = ['2026-11-20T14:03:01+08:00', '2026-11-20T14:03:01Z', '2026-11-20 14:03:01.500+08:00'];
  assert.deepEqual(
    await over(texts, `dz_at(x, 'Europe/Berlin')`),
    texts.map((t) => microsOf(Temporal.Instant.from(t.replace(' ', 'T')))),
  );
  assert.deepEqual(
    await over(
      ['2026-11-20T23:30:00Z', '2026-11-20 23:30:00', '2026-11-20', '20 Nov', '2026-02-30 10:00:00'],
      `dz_day(x, 'Asia/Shanghai')`,
    ),
    ['2026-11-21', '2026-11-20', '2026-11-20', null, null],
  );
});

test('the engine reads nothing outside its folders', async () => {
  await assert.rejects(engine.all(`select * from read_csv('/etc/passwd')`), /Permission Error/);
  await assert.rejects(engine.run(`copy (select 1) to '/tmp/daozhang-escape.csv'`), /Permission Error/);
  await assert.rejects(engine.run('install httpfs'));
  await assert.rejects(engine.run(`set enable_external_access = true`));
});
