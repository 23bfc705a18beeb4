import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alipayLedgerBill, bytesOf, yuan } from '../../../tests/support/bills.ts';
import { changedSigns, flippedDigits, refusesDamage } from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';

const bill = alipayLedgerBill();
/** Every column that the footer or the running balance proves. */
const PROVEN = ['收入金额（+元）', '支出金额（-元）', '账户余额（元）'];

refusesDamage(bill, 'alipay-ledger', [
  ['a changed digit', () => flippedDigits(bill, PROVEN)],
  ['a changed sign', () => changedSigns(bill, PROVEN)],
]);

const at = (name: string): number => bill.header.split(',').indexOf(name);

test('expenses without their minus sign are the same expenses', async () => {
  const rows = bill.rows.map((cells) => cells.with(7, cells[7]!.replace('-', '')));
  const plain = { ...bill, after: bill.after.map((line) => line.replace('共-', '共')) };
  assert.deepEqual(
    (await read(bytesOf(plain, rows))).lines.map((l) => l.amount),
    (await read(bytesOf(bill))).lines.map((l) => l.amount),
  );
});

test('an export that leaves rows out is no ledger, though its totals agree', async () => {
  const rows = bill.rows.filter((cells) => cells[at('业务类型')] === '在线支付');
  const into = rows.reduce((n, cells) => n + Number(cells[6]!.trim().replace('.', '')), 0);
  const after = [
    bill.after[0]!,
    '#支出合计：0笔，共0.00元',
    `#收入合计：${rows.length}笔，共${yuan(into)}元`,
    bill.after[3]!,
  ];
  const { code, params } = await refusal(bytesOf({ ...bill, after }, rows));
  assert.equal(code, 'file.check_failed');
  assert.match(JSON.stringify(params.check), /balance of/);
});

test('a row that moves the account both ways is refused', async () => {
  const both = bill.rows.with(0, bill.rows[0]!.with(6, '1.00').with(7, '-1.00'));
  assert.equal((await refusal(bytesOf(bill, both))).code, 'file.bad_rows');
});

test('opening and closing are those of the day, though the newest row stands first', async () => {
  const { facts, lines } = await read(bytesOf(bill));
  const [balance] = facts.balances!;
  assert.equal(balance!.opening, 1_000_000n);
  assert.equal(balance!.closing, 1_000_000n + lines.reduce((n, line) => n + (line.amount as bigint), 0n));
});
