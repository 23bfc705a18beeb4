import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CUTS, cuts, type Damage, survivors } from '../../../tests/support/damage.ts';
import { STL, stlBytes, stlRecords } from '../../../tests/support/psp.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { paypalKind } from './paypal.ts';

const records = stlRecords();
const isRow = (cells: readonly string[]): boolean => cells[0] === 'SB';
const rowsAt = records.flatMap((cells, i) => (isRow(cells) ? [i] : []));

const withCell = (record: number, cell: number, value: string): Uint8Array =>
  stlBytes(records.with(record, records[record]!.with(cell, value)));

/** A fee of nothing may run either way and stand in any currency. */
const says = (cells: readonly string[], c: number): boolean =>
  (c !== STL.feeWay && c !== STL.feeCurrency) || cells[STL.fee] !== '0';

function* changedCells(cells: readonly number[], change: (cell: string) => string): Generator<Damage> {
  for (const i of rowsAt) {
    for (const c of cells) {
      if (!says(records[i]!, c)) continue;
      const cell = records[i]![c]!;
      const now = change(cell);
      if (now !== cell) yield { what: `record ${i + 1}, cell ${c + 1}: ${cell} → ${now}`, bytes: withCell(i, c, now) };
    }
  }
}

const other = (digits: string): string => digits.replace(/\d$/, (d) => String((Number(d) + 1) % 10));
const opposite: Readonly<Record<string, string>> = { CR: 'DR', DR: 'CR' };

function* footers(): Generator<Damage> {
  for (const [i, cells] of records.entries()) {
    const proven = { SF: [2, 3, 4, 5], RF: [2, 3, 4, 5], SC: [1], RC: [1], FF: [1] }[cells[0]!] ?? [];
    for (const c of proven) yield { what: `${cells[0]} cell ${c + 1}`, bytes: withCell(i, c, other(cells[c]!)) };
  }
}

function* lostAndRepeated(): Generator<Damage> {
  for (const i of rowsAt) {
    yield { what: `record ${i + 1} is gone`, bytes: stlBytes(records.toSpliced(i, 1)) };
    yield { what: `record ${i + 1} stands twice`, bytes: stlBytes(records.toSpliced(i, 0, records[i]!)) };
  }
}

test('the report that is damaged below is sound', async () => {
  const { format, lines, rejected, facts } = await read(stlBytes(records));
  assert.equal(format, 'paypal-stl');
  assert.deepEqual([lines.length, rejected.length, facts.account], [16, 0, 'EXAMPLEPAYER1']);
  assert.ok(facts.checks.every((c) => c.ok));
  assert.equal(facts.notes?.length, 0);
});

for (const [what, damages, least] of [
  ['a changed digit', () => changedCells([STL.gross, STL.fee], other), 32],
  ['another direction', () => changedCells([STL.way, STL.feeWay], (cell) => opposite[cell]!), 28],
  ['another currency', () => changedCells([STL.currency, STL.feeCurrency], () => 'EUR'), 28],
  ['no currency', () => changedCells([STL.currency], () => 'EUX'), 16],
  ['a changed footer', footers, 19],
  ['a lost or repeated row', lostAndRepeated, 32],
  ['F27 a cut', () => cuts(stlBytes(records)), CUTS],
] as const) {
  test(`${what} is refused, whole`, async () => {
    const { survived, tried } = await survivors(damages());
    assert.deepEqual(survived, []);
    assert.ok(tried >= least, `only ${tried} tried`);
  });
}

test('without its last record the report is cut, however much of it was there', async () => {
  for (const missing of [1, 2, 5, 6]) {
    const { code, params } = await refusal(stlBytes(records.slice(0, -missing)));
    assert.equal(code, 'file.cut');
    assert.match(String(params.reason), /FF/);
  }
});

test('what can be read is proven first: a row that cannot is named', async () => {
  for (const [cell, value, column] of [
    [STL.gross, '12.00', 'Gross Transaction Amount'],
    [STL.gross, '-1200', 'Gross Transaction Amount'],
    [STL.way, 'XX', 'Transaction  Debit or Credit'],
    [STL.code, '0006', 'Transaction Event Code'],
    [6, '2026/13/20 00:00:00 -0800', 'Transaction Initiation Date'],
    [7, '2026/11/20', 'Transaction Completion Date'],
  ] as const) {
    const { code, params } = await refusal(withCell(rowsAt[0]!, cell, value));
    assert.deepEqual([code, params.row, params.column, params.value], ['file.bad_rows', 5, column, value]);
  }
  const ragged = records.with(rowsAt[0]!, records[rowsAt[0]!]!.slice(0, -1));
  assert.equal((await refusal(stlBytes(ragged))).code, 'file.bad_rows');
});

test('a record of another type, or behind the end, refuses the file', async () => {
  assert.equal((await refusal(stlBytes(records.toSpliced(6, 0, ['XX', '1'])))).code, 'file.layout');
  assert.equal((await refusal(stlBytes([...records, records[rowsAt[0]!]!]))).code, 'file.layout');
});

test('a split report: totals of the whole are not held against its second file', async () => {
  const second = records.map((cells) =>
    cells[0] === 'FH'
      ? ['FH', '02']
      : cells[0] === 'RF'
        ? cells.with(2, '1')
        : cells[0] === 'RC'
          ? ['RC', '999']
          : cells,
  );
  assert.equal((await read(stlBytes(second))).lines.length, 16);
});

test('the balance is told when the rows explain it, else a note says so', async () => {
  const { facts } = await read(stlBytes(records));
  assert.deepEqual(
    facts.balances?.map((b) => [b.account, b.currency, b.opening]),
    [
      ['EXAMPLEPAYER1', 'USD', 100_000n],
      ['EXAMPLEPAYER1', 'JPY', 100_000n],
    ],
  );
  const footer = records.findIndex((cells) => cells[0] === 'SF');
  const held = await read(stlBytes(records.with(footer, records[footer]!.with(9, '1').with(13, '2'))));
  assert.deepEqual([held.facts.balances?.length, held.facts.notes?.length], [1, 1]);
});

test('times have the offset beside them, and the business date is that of completion in it', async () => {
  const row = records[rowsAt[0]!]!;
  const { lines } = await read(
    stlBytes(records.with(rowsAt[0]!, row.with(6, '2026/11/19 23:59:58 -0800').with(7, '2026/11/20 00:00:01 -0800'))),
  );
  assert.deepEqual([lines[0]!.occurred_at, lines[0]!.business_on], [1_795_161_598_000_000n, '2026-11-20']);
});

test('a detail report: what moved nothing is not done, and a cell may hold line ends', async () => {
  const path = join(import.meta.dirname, '../../../tests/golden/paypal-stl/trr.csv');
  const text = readFileSync(path, 'utf8');
  assert.deepEqual(
    (await read(Buffer.from(text))).lines.map((l) => l.status),
    ['done', 'failed', 'pending', 'done', 'pending', 'done', 'done'],
  );
  // Its footers are of what moved; they may be of all that is listed, and of nothing else.
  assert.equal((await read(Buffer.from(text.replaceAll('"HKD",19000,', '"HKD",31200,')))).lines.length, 7);
  assert.equal((await refusal(Buffer.from(text.replaceAll('"HKD",19000,', '"HKD",21500,')))).code, 'file.check_failed');
  assert.equal(
    (await refusal(Buffer.from(text.replace('"S",0,0,0,"Two lamps"', '"Z",0,0,0,"Two lamps"')))).code,
    'file.bad_rows',
  );
});

test('event codes have their kinds, which turn with the direction of the money', () => {
  for (const [code, incoming, kind] of [
    ['T0006', true, 'payment'],
    ['T0000', false, 'adjustment'],
    ['T0106', false, 'fee'],
    ['T0200', true, 'transfer'],
    ['T0300', true, 'transfer'],
    ['T0400', false, 'payout'],
    ['T1101', true, 'payout_return'],
    ['T1106', false, 'chargeback'],
    ['T1107', false, 'refund'],
    ['T1107', true, 'adjustment'],
    ['T1201', false, 'chargeback'],
    ['T1202', true, 'adjustment'],
    ['T1503', false, 'adjustment'],
    ['T2101', false, 'adjustment'],
    ['T9900', true, 'adjustment'],
  ] as const) {
    assert.equal(paypalKind(code, incoming), kind, `${code} ${incoming ? 'in' : 'out'}`);
  }
});

test('sums beyond 64 bits are compared, not overflowed', async () => {
  assert.equal((await refusal(withCell(rowsAt[0]!, STL.gross, '999999999999999999'))).code, 'file.check_failed');
  assert.equal((await refusal(withCell(rowsAt[0]!, STL.gross, '9999999999999999999'))).code, 'file.bad_rows');
});
