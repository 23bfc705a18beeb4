import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alipaySummaryBill, alipayTradeBill, bytesOf } from '../../../tests/support/bills.ts';
import {
  changedSigns,
  cuts,
  flippedDigits,
  lostAndRepeatedRows,
  some,
  survivors,
} from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { summaryChecks } from './alipay-summary.ts';

const bill = alipaySummaryBill();
/** Every column that the row 合计 proves. */
const PROVEN = [
  '交易订单总笔数',
  '退款订单总笔数',
  '订单金额（元）',
  '商家实收（元）',
  '商家优惠（元）',
  '服务费（元）',
  '实收净额（元）',
];

test('the bill that is damaged below is sound', async () => {
  const { lines, rejected, format } = await read(bytesOf(bill));
  assert.equal(format, 'alipay-summary');
  assert.equal(lines.length, 0);
  assert.deepEqual(rejected, []);
});

for (const [what, damages] of [
  ['a changed digit', () => flippedDigits(bill, PROVEN)],
  ['a changed sign', () => changedSigns(bill, PROVEN)],
  ['a lost or repeated row', () => lostAndRepeatedRows(bill)],
  ['F27 a cut', () => cuts(bytesOf(bill))],
] as const) {
  test(`${what} is refused, whole`, async () => {
    const { survived, tried } = await survivors(some(damages()));
    assert.deepEqual(survived, []);
    assert.ok(tried >= 6, `only ${tried} tried`);
  });
}

test('it gives no lines: a total is no payment', async () => {
  const { lines, facts } = await read(bytesOf(bill));
  assert.deepEqual(lines, []);
  assert.deepEqual([facts.totals?.payments, facts.totals?.refunds], [16n, 4n]);
});

test('F34 a cell that is no number is named with its line, also when it is worth nothing', async () => {
  const { code, params } = await refusal(bytesOf(bill, bill.rows.with(0, bill.rows[0]!.with(6, '0.0O'))));
  assert.deepEqual([code, params.row, params.column], ['file.bad_rows', 6, '支付宝优惠（元）']);
});

test('it is held against the detail bill of the same account and days', async () => {
  const detail = (await read(bytesOf(alipayTradeBill()))).facts;
  const summary = (await read(bytesOf(bill))).facts;
  assert.deepEqual(
    summaryChecks(detail, summary)!.filter((check) => !check.ok),
    [],
  );
  assert.equal(summaryChecks(detail, { ...summary, account: '2088000000000000' }), undefined);
  assert.equal(summaryChecks(detail, { ...summary, to: summary.to!.add({ days: 1 }) }), undefined);
  assert.equal(summaryChecks(summary, detail), undefined);
  const cheaper = { ...summary, totals: { ...summary.totals!, fee: summary.totals!.fee - 1n } };
  assert.deepEqual(
    summaryChecks(detail, cheaper)!
      .filter((check) => !check.ok)
      .map((check) => check.name.en),
    ['服务费'],
  );
  const gross = { ...summary.totals!, amount: detail.totals!.amount - detail.totals!.refunded!.amount };
  assert.deepEqual(
    summaryChecks(detail, { ...summary, totals: gross })!.filter((check) => !check.ok),
    [],
    'of payments alone',
  );
});

test('a digit of a fee in the detail bill is caught by the summary', async () => {
  const trade = alipayTradeBill();
  const summary = (await read(bytesOf(bill))).facts;
  for (const { what, bytes } of flippedDigits({ ...trade, rows: trade.rows }, ['服务费（元）'])) {
    const checks = summaryChecks((await read(bytes)).facts, summary)!;
    assert.ok(
      checks.some((check) => !check.ok),
      what,
    );
  }
});
