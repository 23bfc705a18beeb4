import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bill, bytesOf, columnsOf } from '../../../tests/support/bills.ts';
import {
  changedSigns,
  cuts,
  type Damage,
  flippedDigits,
  lostAndRepeatedRows,
  some,
  survivors,
} from '../../../tests/support/damage.ts';
import { withMany } from '../../../tests/support/many.ts';
import { adyenSettlementBill, major } from '../../../tests/support/psp.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';

const bill = adyenSettlementBill();
const GROSS = ['Gross Debit (GC)', 'Gross Credit (GC)'];
const NET = ['Net Debit (NC)', 'Net Credit (NC)'];
const COSTS = ['Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)', 'Interchange (NC)'];

type Cells = Readonly<Record<string, string>>;
/** The cells of one row, named ones changed. */
const changed = (row: readonly string[], cells: Cells): string[] => {
  const at = columnsOf(bill, Object.keys(cells));
  return Object.values(cells).reduce((done, cell, i) => done.with(at[i]!, cell), [...row]);
};
const withRow = (i: number, cells: Cells): Uint8Array =>
  bytesOf(bill, bill.rows.with(i, changed(bill.rows[i]!, cells)));

/** The bill without its payout, these rows added, and a payout that empties it again. */
function paidOut(rows: ReadonlyArray<readonly string[]>, add: readonly Cells[], net: number): Uint8Array {
  const payout = rows.at(-1)!;
  const [at] = columnsOf(bill, ['Net Debit (NC)']) as [number];
  const more = add.map((cells) => changed(rows[0]!, { ...EMPTY, ...cells }));
  const owed = Number(payout[at]!.replace('.', '')) + net;
  return bytesOf(bill, [...rows.slice(0, -1), ...more, payout.with(at, major(owed))]);
}
const EMPTY: Cells = Object.fromEntries([...GROSS, ...NET, ...COSTS].map((name) => [name, '']));

const otherCurrency = function* (column: string, to: string): Generator<Damage> {
  for (const i of bill.rows.keys())
    yield { what: `${column} of row ${i} → ${to}`, bytes: withRow(i, { [column]: to }) };
};

test('the report that is damaged below is sound', async () => {
  const { format, lines, rejected, facts } = await read(bytesOf(bill));
  assert.equal(format, 'adyen-settlement');
  assert.deepEqual([lines.length, rejected.length], [14, 0]);
  assert.deepEqual(
    facts.checks.map((c) => [c.actual, c.ok]),
    [['0.00', true]],
  );
});

const filled = (columns: readonly string[]): Damage[] =>
  columns.flatMap((column) => {
    const [at] = columnsOf(bill, [column]) as [number];
    return [...flippedDigits(bill, [column], (cells) => cells[at] !== '')];
  });

for (const [what, damages, least] of [
  ['a changed digit', () => some(filled([...GROSS, ...NET, ...COSTS])), 16],
  ['a changed sign', () => some(changedSigns(bill, [...GROSS, ...NET, ...COSTS])), 16],
  ['another currency', () => otherCurrency('Net Currency', 'USD'), 14],
  ['no currency', () => otherCurrency('Net Currency', 'EUX'), 14],
  ['another batch', () => otherCurrency('Batch Number', '42'), 14],
  ['a lost or repeated row', () => some(lostAndRepeatedRows(bill)), 16],
  ['F27 a cut', () => some(cuts(bytesOf(bill))), 16],
] as const) {
  test(`${what} is refused, whole`, async () => {
    const { survived, tried } = await survivors(damages());
    assert.deepEqual(survived, []);
    assert.ok(tried >= least, `only ${tried} tried`);
  });
}

test('columns are found by name in any order, and columns nobody knows are left alone', async () => {
  const names = bill.header.split(',');
  const order = names.map((_, i) => (i * 8) % names.length);
  const shuffled: Bill = {
    ...bill,
    header: [...order.map((i) => names[i]!), 'Reserved7', 'Reserved7'].join(','),
    rows: bill.rows.map((row) => [...order.map((i) => row[i]!), 'x', 'y']),
  };
  const plain = ({ row_no, byte_at, byte_length, ...line }: Record<string, unknown>): object => line;
  const [one, other] = [await read(bytesOf(bill)), await read(bytesOf(shuffled))];
  assert.equal(new Set(order).size, names.length);
  assert.deepEqual(other.lines.map(plain), one.lines.map(plain));
});

test('costs may be finer than the currency, when they round to gross − net; otherwise the row is rejected', async () => {
  const row = {
    Type: 'Settled',
    'Gross Credit (GC)': '50',
    'Net Credit (NC)': '49.70',
    'Markup (NC)': '0.1',
    'Scheme Fees (NC)': '0.0512',
    'Interchange (NC)': '0.1493',
  };
  const { lines } = await read(paidOut(bill.rows, [row], 4970));
  const fine = lines.at(-2)!;
  assert.deepEqual([fine.amount, fine.fee, fine.fee_scale], [5000n, 300_500n, 6]);
  assert.equal(
    (await refusal(paidOut(bill.rows, [{ ...row, 'Interchange (NC)': '0.1592' }], 4970))).code,
    'file.bad_rows',
  );
  assert.equal(
    (await refusal(paidOut(bill.rows, [{ ...row, 'Interchange (NC)': '0.1493001' }], 4970))).code,
    'file.bad_rows',
  );
});

test('a cost row without a gross is worth its net, however fine its costs are', async () => {
  const row = { Type: 'PaymentCost', 'Net Debit (NC)': '0.13', 'Scheme Fees (NC)': '0.1275' };
  const { lines } = await read(paidOut(bill.rows, [row], -13));
  assert.deepEqual([lines.at(-2)!.kind, lines.at(-2)!.amount, lines.at(-2)!.fee], ['fee', -13n, 0n]);
});

test('where the shopper paid in another currency the line is in that of the batch, and tells the gross', async () => {
  const row = {
    Type: 'Settled',
    'Gross Currency': 'JPY',
    'Gross Credit (GC)': '3158',
    'Exchange Rate': '0.0062',
    'Net Credit (NC)': '19.3',
    'Commission (NC)': '0.28',
  };
  const { lines } = await read(paidOut(bill.rows, [row], 1930));
  const line = lines.at(-2)!;
  assert.deepEqual([line.currency, line.amount, line.fee, line.fee_scale], ['EUR', 1958n, 28n, 2]);
  assert.equal(line.text, 'gross 3158 JPY, rate 0.0062');
});

test('a settlement in a currency without decimals, and in one with three', async () => {
  for (const [currency, gross, net, cost, expected] of [
    ['JPY', '5000', '4820', '180', [5000n, 180n, 0]],
    ['KWD', '1.505', '1.43', '0.075', [1505n, 75n, 3]],
  ] as const) {
    const sale = changed(bill.rows[0]!, {
      ...EMPTY,
      'Gross Currency': currency,
      'Gross Credit (GC)': gross,
      'Net Currency': currency,
      'Net Credit (NC)': net,
      'Commission (NC)': cost,
    });
    const payout = changed(bill.rows.at(-1)!, { 'Net Currency': currency, 'Net Debit (NC)': net });
    const { lines } = await read(bytesOf(bill, [sale, payout]));
    assert.deepEqual([lines[0]!.amount, lines[0]!.fee, lines[0]!.fee_scale], expected);
    assert.equal(
      (await refusal(bytesOf(bill, [sale, changed(payout, { 'Net Debit (NC)': `${net}5` })]))).code === 'file.cut',
      false,
    );
  }
  const half = changed(bill.rows[0]!, {
    ...EMPTY,
    'Gross Currency': 'JPY',
    'Gross Credit (GC)': '0.5',
    'Net Currency': 'JPY',
    'Net Credit (NC)': '0.5',
  });
  assert.equal((await refusal(bytesOf(bill, [half]))).code, 'file.bad_rows');
});

test('a row that takes and gives at once is rejected, and its column told', async () => {
  const { code, params } = await refusal(withRow(1, { 'Gross Debit (GC)': '1.00' }));
  assert.deepEqual([code, params.row, params.column], ['file.bad_rows', 3, 'Gross Debit (GC)']);
  assert.equal((await refusal(withRow(1, { 'Net Debit (NC)': '1.00' }))).code, 'file.bad_rows');
});

test('the cell that is no amount is the one that is named', async () => {
  for (const column of ['Gross Credit (GC)', 'Net Credit (NC)', 'Scheme Fees (NC)']) {
    const { params } = await refusal(withRow(1, { [column]: '1.5O' }));
    assert.deepEqual([params.row, params.column, params.value], [3, column, '1.5O']);
  }
});

test('journal types have their kinds, in any case, and what is not known moves the batch as an adjustment', async () => {
  const kinds = {
    Settled: 'payment',
    SettledBulk: 'payment',
    SettledInInstallments: 'payment',
    refunded: 'refund',
    RefundedBulk: 'refund',
    Chargeback: 'chargeback',
    SecondChargeback: 'chargeback',
    ChargebackExternallyWithInfo: 'chargeback',
    ChargebackReversed: 'adjustment',
    SettledReversed: 'reversal',
    RefundedReversed: 'reversal',
    CaptureFailed: 'reversal',
    Fee: 'fee',
    MiscCosts: 'fee',
    InvoiceDeduction: 'fee',
    MerchantPayout: 'payout',
    BankInstructionReturned: 'payout_return',
    Balancetransfer: 'transfer',
    DepositCorrection: 'adjustment',
    SomethingNew: 'adjustment',
  };
  const rows = Object.keys(kinds).map((type) =>
    changed(bill.rows.at(-1)!, { ...EMPTY, Type: type, 'Net Debit (NC)': '1.00' }),
  );
  const even = changed(bill.rows.at(-1)!, {
    ...EMPTY,
    Type: 'Balancetransfer',
    'Net Credit (NC)': major(100 * rows.length),
  });
  const { lines } = await read(bytesOf(bill, [...rows, even]));
  assert.deepEqual(
    lines.map((l) => l.kind),
    [...Object.values(kinds), 'transfer'],
  );
});

test('what was done to a payment has its own reference and tells that of the payment', async () => {
  const { lines } = await read(bytesOf(bill));
  assert.deepEqual([lines[0]!.channel_ref, lines[0]!.origin_ref], ['8816000000000010', null]);
  assert.deepEqual(
    [lines[4]!.kind, lines[4]!.channel_ref, lines[4]!.origin_ref],
    ['refund', '8816000000000114', '8816000000000014'],
  );
  assert.deepEqual(
    [lines[13]!.kind, lines[13]!.bank_ref, lines[13]!.batch_ref],
    ['payout', 'TX881600000XT', 'ExampleCo_EU/41'],
  );
});

test('the abbreviation of a zone is an offset; one that several zones share gives no instant', async () => {
  await withMany(async (readOne) => {
    for (const [zone, at] of [
      ['CET', 1_795_158_007_000_000n],
      ['CEST', 1_795_154_407_000_000n],
      ['PST', 1_795_190_407_000_000n],
      ['GMT+08:00', 1_795_132_807_000_000n],
      ['Europe/Amsterdam', 1_795_158_007_000_000n],
      ['CST', null],
    ] as const) {
      const { lines } = await readOne(withRow(0, { TimeZone: zone }));
      assert.deepEqual([lines[0]!.occurred_at, lines[0]!.business_on], [at, '2026-11-20'], zone);
    }
  });
  assert.equal((await refusal(withRow(0, { TimeZone: 'C3T' }))).params.column, 'TimeZone');
});

test('each batch is closed by itself, and a report without rows is none', async () => {
  const second = bill.rows.map((row) => changed(row, { 'Batch Number': '42' }));
  const { facts } = await read(bytesOf(bill, [...bill.rows, ...second]));
  assert.deepEqual(
    facts.checks.map((c) => [c.name.en, c.ok]),
    [
      ['batch ExampleCo_EU/41 EUR: net credits − net debits', true],
      ['batch ExampleCo_EU/42 EUR: net credits − net debits', true],
    ],
  );
  assert.equal((await refusal(bytesOf(bill, [...bill.rows, ...second.slice(1)]))).code, 'file.check_failed');
  assert.equal((await refusal(bytesOf(bill, []))).code, 'file.check_failed');
});

test('sums beyond 64 bits are refused, not overflowed', async () => {
  const huge = changed(bill.rows[0]!, {
    ...EMPTY,
    'Gross Credit (GC)': '9000000000000.00',
    'Net Credit (NC)': '9000000000000.00',
  });
  const { code } = await refusal(
    bytesOf(
      bill,
      Array.from({ length: 20 }, () => huge),
    ),
  );
  assert.equal(code, 'file.check_failed');
  const wider = changed(huge, {
    'Gross Credit (GC)': '99999999999999999.00',
    'Net Credit (NC)': '99999999999999999.00',
  });
  assert.equal((await refusal(bytesOf(bill, [wider]))).code, 'file.bad_rows');
});
