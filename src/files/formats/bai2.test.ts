import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cuts, type Damage, survivors } from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';

const SOUND = readFileSync(join(import.meta.dirname, '../../../tests/golden/bai2/previous-day.txt'), 'utf8').trimEnd();
const records = SOUND.split('\n');
const fileOf = (lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\n')}\n`);

/** A report of one account, with its control totals computed. */
function report(
  account: string,
  summary: string,
  details: readonly string[],
  { modifier = '2', beside = 0n } = {},
): Uint8Array {
  const body = [`03,${account},USD,${summary}/`, ...details];
  const amounts = [
    ...summary.matchAll(/(?:^|,)\d{3},([+-]?\d+)/g),
    ...details.map((d) => /^16,\d{3},([+-]?\d+)/.exec(d)),
  ];
  const total = amounts.reduce((sum, m) => sum + BigInt(m?.[1] ?? 0), beside);
  return fileOf([
    '01,BANK,SHOP,261120,0600,1,,,2/',
    `02,SHOP,BANK,1,261119,,USD,${modifier}/`,
    ...body,
    `49,${total},${body.length + 1}/`,
    `98,${total},1,${body.length + 3}/`,
    `99,${total},1,${body.length + 5}/`,
  ]);
}

/** One digit of every amount and count of the records that carry control figures. */
function* changedDigits(): Generator<Damage> {
  for (const [i, record] of records.entries()) {
    const figures = /^16,\d{3},/.test(record) ? /^16,\d{3},(\d+)/d : /^(?:03,\d+,\w{3}|88),(?=\d{3},\d)(.*)/d;
    const found = /^(49|98|99)/.test(record) ? /^\d\d,(?:\d{12},)?(.*)/d.exec(record) : figures.exec(record);
    const [from, to] = found?.indices?.[1] ?? [0, 0];
    // The fields of a summary that are no amounts: type codes, funds.
    for (let at = from; at < to; at++) {
      if (!/\d/.test(record[at]!)) continue;
      const field = record.slice(0, at).split(',').length - 1;
      const amountField = record.startsWith('16')
        ? 2
        : record.startsWith('03')
          ? 4 + 4 * Math.floor((field - 3) / 4)
          : field;
      if (record.startsWith('03') && field !== amountField) continue;
      if (record.startsWith('88') && field !== 2 && field !== 6) continue;
      const digit = String((Number(record[at]) + 1) % 10);
      const changed = record.slice(0, at) + digit + record.slice(at + 1);
      yield { what: `${record} → ${changed}`, bytes: fileOf(records.with(i, changed)) };
    }
  }
}

function* turnedDirections(): Generator<Damage> {
  for (const [i, record] of records.entries()) {
    const type = /^16,([124569]\d\d),[1-9]/.exec(record)?.[1];
    if (!type) continue;
    const other = type === '920' ? '960' : type === '960' ? '920' : Number(type) < 400 ? '409' : '108';
    yield { what: `${record}: ${type} → ${other}`, bytes: fileOf(records.with(i, record.replace(type, other))) };
  }
}

function* lostAndRepeatedRecords(): Generator<Damage> {
  for (const [i, record] of records.entries()) {
    yield { what: `gone: ${record}`, bytes: fileOf(records.toSpliced(i, 1)) };
    yield { what: `twice: ${record}`, bytes: fileOf(records.toSpliced(i, 0, record)) };
  }
}

for (const [what, least, damages] of [
  ['a changed digit of an amount or a control figure', 90, changedDigits],
  ['a turned direction', 8, turnedDirections],
  ['a lost or repeated record', 40, lostAndRepeatedRecords],
] as const) {
  test(`${what} is refused, whole`, async () => {
    const { survived, tried } = await survivors(damages());
    assert.deepEqual(survived, []);
    assert.ok(tried >= least, `only ${tried} tried`);
  });
}

test('F27 a file cut at any hundredth is refused, whole', async () => {
  assert.deepEqual((await survivors(cuts(Buffer.from(SOUND)))).survived, []);
});

test('a continuation goes on in the middle of a list, of the funds and of the text', async () => {
  const { lines } = await read(
    report(
      '1',
      '010,0,,,100,14000,2,,400,0,0,,015',
      [
        '88,14000,,/',
        '16,351,10000,S,10000,0,0/',
        '88,I-GEN107,/',
        '88,REPO SWEEP, PURCHASE @ 5.1%',
        '16,301,4000,Z,,/',
        '88,DEPOSIT/',
      ],
      { beside: 14000n },
    ),
  );
  assert.deepEqual(
    lines.map((l) => [l.amount, l.bank_ref, l.payment_ref, l.text]),
    [
      [10000n, 'I-GEN107', null, 'REPO SWEEP, PURCHASE @ 5.1%'],
      [4000n, null, null, 'DEPOSIT'],
    ],
  );
});

test('totals without details bind nothing, and a note says so', async () => {
  const { lines, facts } = await read(
    report('1', '010,500,,,100,9000,3,,400,2000,1,,015,7500,,', ['16,142,1000,,,,ONE/']),
  );
  assert.equal(lines.length, 1);
  assert.ok(facts.checks.every((check) => check.ok));
  assert.match(facts.notes![0]!.en, /1 account\(s\) state totals without all details/);
});

test('the current ledger of a same-day report that states totals is held to its details', async () => {
  const day = (closing: number) =>
    report('1', `010,2500000,,,030,${closing},,,100,0,,,400,3210917,,`, ['16,447,1696558,,,/', '16,469,1514359,,,/'], {
      modifier: '3',
    });
  const checks = (await read(day(-710917))).facts.checks;
  assert.ok(checks.some((check) => check.name.en === '1 opening ledger + details = closing ledger'));
  const { code, params } = await refusal(day(-710918));
  assert.deepEqual([code, params.expected, params.actual], ['file.check_failed', '-7109.18', '-7109.17']);
});

test('codes that move no money reject their row: status, loans, nonsense', async () => {
  for (const type of ['010', '015', '721', '905', '1O8', '']) {
    const { lines, rejected } = await read(report('1', '', [`16,${type},0,,,,X/`, '16,108,5,,,,Y/']));
    assert.equal(lines.length, 1, type);
    assert.deepEqual([rejected[0]?.row, rejected[0]?.column], [4, '16 type code']);
  }
});

test('an amount that is none rejects its row, and the control total then refuses the file', async () => {
  const { code, params } = await refusal(fileOf(records.map((r) => r.replace('16,142,120000', '16,142,1200.00'))));
  assert.deepEqual([code, params.row, params.column, params.value], ['file.bad_rows', 5, '16 amount', '1200.00']);
});

test('a deletion, a test and another version are no statement', async () => {
  for (const [from, to, reason] of [
    [',1,261119,2359', ',2,261119,2359', /deletes/],
    [',1,261119,2359', ',4,261119,2359', /test/],
    [',80,,2/', ',80,,1/', /version “1”/],
  ] as const) {
    const { code, params } = await refusal(Buffer.from(SOUND.replace(from, to)));
    assert.equal(code, 'file.layout');
    assert.match(String(params.reason), reason);
  }
});

test('the account’s currency goes before the group’s, and without either it is US dollars', async () => {
  const bare = Buffer.from(new TextDecoder().decode(report('1', '', ['16,108,5,,,,Y/'])).replaceAll('USD', ''));
  assert.equal((await read(bare)).lines[0]!.currency, 'USD');
  const yen = Buffer.from(
    new TextDecoder().decode(report('1', '', ['16,108,5,,,,Y/'])).replace('03,1,USD', '03,1,JPY'),
  );
  assert.deepEqual([(await read(yen)).lines[0]!.currency, (await read(yen)).lines[0]!.amount], ['JPY', 5n]);
});

test('two files in one are read one after the other', async () => {
  const { lines, facts } = await read(Buffer.from(`${SOUND}\n${SOUND}\n`));
  assert.equal(lines.length, 16);
  assert.ok(facts.checks.every((check) => check.ok));
});
