import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../../../sim/documents/domain.ts';
import { bill, pay } from '../../../tests/support/bank-days.ts';
import { withFolder } from '../../../tests/support/found.ts';
import { defaultPlan, type Fee, freeze, type Plan } from '../../plans/plan.ts';
import { reconcile } from '../run.ts';
import { type FeeTotal, type PaperFacts, paperFacts } from './facts.ts';
import { feesCsv } from './fees.ts';

const factsOf = (fees: readonly FeeTotal[]): PaperFacts => ({
  bankCompared: false,
  balances: [],
  days: [],
  unnamed: {},
  fees,
});
const NONE = { lines: 0, amount: 0n, fee: 0n };
const total = (more: Partial<FeeTotal> = {}): FeeTotal => ({
  ...{ channel: 'wechatpay', account: '1900000101', month: '2026-11', currency: 'CNY', scale: 2 },
  ...{ payments: NONE, others: NONE, rows: NONE, judged: { lines: 0, amount: 0n, stated: 0n, agreed: 0n } },
  ...more,
});

/** The file as rows by their English titles. */
function rowsOf(facts: PaperFacts): Record<string, string>[] {
  const [header, ...rows] = feesCsv(facts, 'en')!
    .slice(1)
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(header!.map((title, i) => [title, row[i]!])));
}

const runOf = (documents: readonly Document[], plans: readonly Plan[]): Promise<Record<string, string>[]> =>
  withFolder(documents, async (folder) => {
    const run = await reconcile({ paths: [folder], zone: 'Asia/Shanghai', plans });
    try {
      assert.deepEqual(run.result.refused, []);
      return rowsOf(await paperFacts(run));
    } finally {
      await run.close();
    }
  });

const planWith = (fee: Fee): Plan[] => [freeze({ ...defaultPlan('wechatpay'), fee })];

test('the header is what was promised', () => {
  const header = (lang: 'zh' | 'en') => feesCsv(factsOf([total()]), lang)!.split('\r\n')[0];
  assert.equal(
    header('zh'),
    '\ufeff渠道代码,渠道,账户,月份,币种,收款笔数,收款金额,收款手续费(实扣),实际费率 %,有约定的笔数,有约定的金额,其中实扣,按约定应扣,约定费率 %,多扣(负为少扣),退款及其他笔数,退款及其他金额,其手续费(退回为负),单列费用,手续费合计',
  );
  assert.equal(
    header('en'),
    '\ufeffChannel code,Channel,Account,Month,Currency,Payments,Payment turnover,Fees on payments (charged),Actual rate %,Payments with an agreed fee,Their turnover,Their fees (charged),Their fees (agreed),Agreed rate %,Charged over (negative: under),Refunds and others,Their amount,Their fees (negative: given back),Fees as lines of their own,Fees in all',
  );
});

test('charged and agreed are compared over the same payments; a refund is not judged', async () => {
  const account = '1900000101';
  const refund = pay(account, '2026-11-19', 5000, 30, { kind: 'refund', refundNo: '5030000', refundRef: 'R1' });
  const rows = await runOf(
    [
      bill(account, '2026-11-18', [pay(account, '2026-11-18', 10_000, 60), pay(account, '2026-11-18', 10_000, 100)]),
      bill(account, '2026-11-19', [pay(account, '2026-11-19', 333, 2), refund]),
      bill(account, '2026-12-01', [pay(account, '2026-12-01', 100, 0)]),
    ],
    planWith({ ppm: 6000, rounding: 'row' }),
  );
  assert.deepEqual(
    rows.map((r) => Object.values(r).slice(3)),
    [
      [
        ...['2026-11', 'CNY', '3', '203.33', '1.62000', '0.7967', '3', '203.33', '1.62', '1.22', '0.6000', '0.40'],
        ...['1', '-50.00', '-0.30000', '0.00000', '1.32000'],
      ],
      [
        ...['2026-12', 'CNY', '1', '1.00', '0.00000', '0.0000', '1', '1.00', '0.00', '0.01', '1.0000', '-0.01'],
        ...['0', '0.00', '0.00000', '0.00000', '0.00000'],
      ],
    ],
  );
});

test('where the plan rounds the day, so does the agreed fee', async () => {
  const account = '1900000101';
  // Three payments of 0.50: each would be free by the row, together they cost 0.009, which is a fen by the day.
  const small = () => pay(account, '2026-11-18', 50, 0);
  const documents = () => [bill(account, '2026-11-18', [small(), small(), small()])];
  const [byDay] = await runOf(documents(), planWith({ ppm: 6000, rounding: 'day' }));
  const [byRow] = await runOf(documents(), planWith({ ppm: 6000, rounding: 'row' }));
  assert.equal(byDay!['Their fees (agreed)'], '0.01');
  assert.equal(byRow!['Their fees (agreed)'], '0.00');
});

test('without an agreement nothing is said about one', async () => {
  const [row] = await runOf([bill('1900000101', '2026-11-18', [pay('1900000101', '2026-11-18', 10_000, 60)])], []);
  assert.equal(row!['Payments with an agreed fee'], '0');
  assert.deepEqual(Object.values(row!).slice(10, 15), ['', '', '', '', '']);
  assert.equal(row!['Actual rate %'], '0.6000');
});

test('big figures keep every digit, and a rate is exact to its last', () => {
  const [row] = rowsOf(
    factsOf([
      total({
        scale: 5,
        payments: { lines: 9, amount: 9_223_372_036_854_775_807n, fee: 55_340_232_221_128_654_842_000n },
        others: { lines: 1, amount: -1n, fee: -1n },
        rows: { lines: 1, amount: -123n, fee: 0n },
      }),
    ]),
  );
  assert.equal(row!['Payment turnover'], '92233720368547758.07');
  assert.equal(row!['Fees on payments (charged)'], '553402322211286548.42000');
  assert.equal(row!['Actual rate %'], '600.0000');
  assert.equal(row!['Fees in all'], '553402322211286549.64999');
});

test('currencies without decimals and with three', () => {
  const sums = { lines: 1, amount: 1000n, fee: 7n };
  const [yen, dinar] = rowsOf(
    factsOf([
      total({ currency: 'JPY', scale: 0, payments: sums }),
      total({ currency: 'KWD', scale: 3, payments: sums }),
    ]),
  );
  assert.deepEqual([yen!['Payment turnover'], yen!['Fees in all'], yen!['Actual rate %']], ['1000', '7', '0.7000']);
  assert.deepEqual(
    [dinar!['Payment turnover'], dinar!['Fees in all'], dinar!['Actual rate %']],
    ['1.000', '0.007', '0.7000'],
  );
});

test('no turnover has no rate', () => {
  const [row] = rowsOf(factsOf([total({ payments: { lines: 1, amount: 0n, fee: 5n } })]));
  assert.equal(row!['Actual rate %'], '');
});

test('F36 an account that a stranger could name stays text', () => {
  const csv = feesCsv(factsOf([total({ account: '=1+1', channel: 'my,channel' })]), 'en')!;
  assert.match(csv, /\r\n"my,channel","my,channel",'=1\+1,2026-11,/);
});

test('no bill, no file', () => {
  assert.equal(feesCsv(factsOf([]), 'zh'), undefined);
});
