import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, wechatTradeBill } from '../../../tests/support/bills.ts';
import { changedSigns, flippedDigits, refusesDamage } from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';

const bill = wechatTradeBill();
/** Every column that the summary row adds up. */
const PROVEN = ['应结订单金额', '退款金额', '充值券退款金额', '手续费', '订单金额', '申请退款金额'];

refusesDamage(bill, 'wechatpay-trade', [
  ['a changed digit', () => flippedDigits(bill, PROVEN)],
  ['a changed sign', () => changedSigns(bill, PROVEN)],
]);

/** The bill with one cell changed. */
const withCell = (row: number, column: string, cell: string): Uint8Array => {
  const at = bill.header.split(',').indexOf(column);
  return bytesOf(
    bill,
    bill.rows.map((cells, r) => (r === row ? cells.with(at, cell) : cells)),
  );
};

test('F34 a cell that is no amount is named with its line, also where no line needs it', async () => {
  const { code, params } = await refusal(withCell(6, '代金券金额', '0.0O'));
  assert.equal(code, 'file.bad_rows');
  assert.deepEqual([params.row, params.column, params.value, params.count], [8, '代金券金额', '0.0O', 1]);
});

test('F34 a row with a column too many or too few is named with its line', async () => {
  for (const cells of [[...bill.rows[3]!, 'x', 'y'], bill.rows[3]!.slice(0, -1)]) {
    const { code, params } = await refusal(bytesOf(bill, bill.rows.with(3, cells)));
    assert.deepEqual([code, params.row], ['file.bad_rows', 5]);
  }
});

test('F38 fen are not rounded: an amount with three decimals is refused', async () => {
  assert.equal((await refusal(withCell(0, '订单金额', '12.345'))).code, 'file.bad_rows');
});

test('F34 a number that a spreadsheet rounded is refused', async () => {
  const plain = { ...bill, delimiter: ',', lead: '', after: bill.after.map((line) => line.replaceAll('`', '')) };
  const rows = bill.rows.map((cells) => cells.with(20, '拿铁'));
  assert.equal((await read(bytesOf(plain, rows))).lines.length, 20);
  const { code, params } = await refusal(bytesOf(plain, rows.with(2, rows[2]!.with(5, '4.2E+27'))));
  assert.deepEqual([code, params.row, params.column, params.value], ['file.bad_rows', 4, '微信订单号', '4.2E+27']);
});

test('F34 a column named twice is refused: nobody knows which amount is meant', async () => {
  const { code, params } = await refusal(bytesOf({ ...bill, header: bill.header.replace('应结订单金额', '订单金额') }));
  assert.equal(code, 'file.layout');
  assert.match(String(params.reason), /订单金额/);
});

test('the summary row proves 充值券退款金额, which no line carries', async () => {
  const { code, params } = await refusal(withCell(4, '充值券退款金额', '0.01'));
  assert.equal(code, 'file.check_failed');
  assert.match(JSON.stringify(params.check), /充值券退款总金额/);
});

test('F38 amounts that fit 64 bits only one by one are added up and refused, not overflowed', async () => {
  const huge = bill.rows.map((cells) =>
    cells.map((cell, i) => ([12, 24].includes(i) && cell !== '0.00' ? '90000000000000000.00' : cell)),
  );
  assert.equal((await refusal(bytesOf(bill, huge))).code, 'file.check_failed');
});
