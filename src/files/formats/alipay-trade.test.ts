import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alipayTradeBill, bytesOf } from '../../../tests/support/bills.ts';
import { changedSigns, flippedDigits, refusesDamage, survivors } from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';

const bill = alipayTradeBill();
const at = (name: string): number => bill.header.split(',').indexOf(name);
/** The columns that the footer proves. */
const PROVEN = ['商家实收（元）', '商家优惠（元）'];

refusesDamage(bill, 'alipay-trade', [
  ['a changed digit', () => flippedDigits(bill, PROVEN)],
  [
    'a digit of 订单金额 where there is no discount',
    () => flippedDigits(bill, ['订单金额（元）'], (c) => /0[.]00/.test(c[at('商家优惠（元）')]!)),
  ],
  ['a changed sign', () => changedSigns(bill, ['订单金额（元）', ...PROVEN])],
]);

const withCell = (row: number, column: string, cell: string): Uint8Array =>
  bytesOf(bill, bill.rows.with(row, bill.rows[row]!.with(at(column), cell)));

test('a fee costs, and comes back with a refund, whichever sign the bill prints', async () => {
  const turned = bill.rows.map((cells) =>
    cells.with(
      at('服务费（元）'),
      cells[at('服务费（元）')]!.replace(/^(-?)/, (s) => (s ? '' : '-')),
    ),
  );
  const [negative, positive] = [(await read(bytesOf(bill))).lines, (await read(bytesOf(bill, turned))).lines];
  assert.deepEqual(
    positive.map((line) => line.fee),
    negative.map((line) => line.fee),
  );
  for (const line of negative) assert.equal((line.fee as bigint) > 0n, line.kind === 'payment');
});

test('a bill that prints fees with both signs is refused', async () => {
  assert.deepEqual((await survivors(changedSigns(bill, ['服务费（元）']))).survived, []);
});

test('订单金额 and 商家实收 differ by no more than the discounts of the row', async () => {
  const { code, params } = await refusal(withCell(0, '订单金额（元）', '12.33'));
  assert.deepEqual([code, params.row, params.column], ['file.bad_rows', 6, '订单金额（元）']);
});

test('a payment with a minus sign and a refund without one are refused', async () => {
  assert.equal((await refusal(withCell(0, '业务类型', '退款\t'))).code, 'file.bad_rows');
  assert.equal((await refusal(withCell(4, '业务类型', '交易\t'))).code, 'file.bad_rows');
  assert.equal((await refusal(withCell(4, '业务类型', '预授权\t'))).code, 'file.bad_rows');
});

test('a bill without its end marker or its last line is cut', async () => {
  for (const gone of [0, 3]) {
    const { code } = await refusal(bytesOf({ ...bill, after: bill.after.toSpliced(gone, 1) }));
    assert.equal(code, 'file.cut');
  }
});

test('two bills put one behind the other are refused', async () => {
  assert.equal((await refusal(Buffer.concat([bytesOf(bill), bytesOf(bill)]))).code, 'file.layout');
});

test('a total that is no amount is refused', async () => {
  const after = bill.after.map((line) => line.replace(/商家实收共[^元]+/, '商家实收共若干'));
  assert.equal((await refusal(bytesOf({ ...bill, after }))).code, 'file.check_failed');
});

test('the PID is the account; an end at midnight is the day before', async () => {
  const { facts } = await read(bytesOf(bill));
  assert.equal(facts.account, '2088001122334455');
  assert.deepEqual([String(facts.from), String(facts.to)], ['2026-06-05', '2026-06-05']);
});

test('the header is found by its names, in any order and with any parentheses', async () => {
  const order = [...bill.header.split(',').keys()].reverse();
  const turned = {
    ...bill,
    header: order.map((i) => bill.header.split(',')[i]!.replace('（', ' (').replace('）', ')')).join(','),
    rows: bill.rows.map((cells) => order.map((i) => cells[i]!)),
  };
  const plain = ({ row_no, byte_at, byte_length, ...line }: Record<string, unknown>) => line;
  assert.deepEqual((await read(bytesOf(turned))).lines.map(plain), (await read(bytesOf(bill))).lines.map(plain));
});
