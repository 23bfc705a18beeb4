import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanResult, manyBreaks, sampleResult } from '../../../tests/support/result.ts';
import type { Result } from '../result.ts';
import {
  ageing,
  amountsText,
  amountText,
  caveat,
  daysPast,
  feeView,
  grouped,
  headline,
  sumByCurrency,
  sumTexts,
} from './summary.ts';

test('sums are exact, at the finest scale', () => {
  assert.equal(sumTexts([]), '0');
  assert.equal(sumTexts(['0.10', '0.20']), '0.30');
  assert.equal(sumTexts(['1608.66240', '-0.1']), '1608.56240');
  assert.equal(sumTexts(['9007199254740993', '0.01']), '9007199254740993.01');
  assert.throws(() => sumTexts(['1,00']), TypeError);
});

test('currencies are never added up', () => {
  const sums = sumByCurrency([
    { amount: '12000', currency: 'JPY' },
    { amount: '1.50', currency: 'CNY' },
    { amount: '-0.25', currency: 'CNY' },
    { amount: '3.000', currency: 'BHD' },
  ]);
  assert.deepEqual(
    sums.map((s) => `${s.amount} ${s.currency}`),
    ['1.25 CNY', '3.000 BHD', '12000 JPY'],
  );
});

test('an amount always says its currency', () => {
  const table: [string, string, string, string][] = [
    ['3812.40', 'CNY', '¥3,812.40', '3,812.40\u00a0CNY'],
    ['-3812.40', 'CNY', '-¥3,812.40', '-3,812.40\u00a0CNY'],
    ['12000', 'JPY', '12,000\u00a0JPY', '12,000\u00a0JPY'],
    ['999', 'JPY', '999\u00a0JPY', '999\u00a0JPY'],
    ['1234567.891', 'KWD', '1,234,567.891\u00a0KWD', '1,234,567.891\u00a0KWD'],
  ];
  for (const [amount, currency, zh, en] of table) {
    assert.equal(amountText({ amount, currency }, 'zh'), zh);
    assert.equal(amountText({ amount, currency }, 'en'), en);
  }
  assert.equal(grouped('-1234.5'), '-1,234.5');
  assert.equal(amountsText([]).zh, '0');
});

const withTotals = (totals: Partial<Result['totals']>, more: Partial<Result> = {}): Result => {
  const clean = cleanResult();
  return { ...clean, ...more, totals: { ...clean.totals, ...totals } };
};

test('the headline is a sentence a person would say', () => {
  const table: [Result, string, string][] = [
    [
      sampleResult(),
      '2,004 笔订单里,1,987 笔钱已对上;12 处差错,共 ¥12,632.24 和 12,000 JPY 需要处理。',
      '1,987 of 2,004 orders are matched with their money; 12 breaks, 12,632.24 CNY and 12,000 JPY in all, need attention.',
    ],
    [
      cleanResult(),
      '2,004 笔订单的钱都对上了,没有差错。',
      'All 2,004 orders are matched with their money; there are no breaks.',
    ],
    [
      withTotals({ matched: 2000 }),
      '2,004 笔订单里,2,000 笔钱已对上;没有差错。',
      '2,000 of 2,004 orders are matched with their money; there are no breaks.',
    ],
    [
      withTotals({ matched: 2000, open: 1, ambiguous: 2 }),
      '2,004 笔订单里,2,000 笔钱已对上;没有差错,1 项在等,2 组无法确定。',
      '2,000 of 2,004 orders are matched with their money; there are no breaks, but 1 waits and 2 sets fit in several ways.',
    ],
    [
      withTotals({ orders: 3, matched: 5 }),
      '3 笔订单,共对上 5 行;没有差错。',
      '3 orders, 5 lines matched; there are no breaks.',
    ],
    [
      withTotals({ orders: 0, matched: 0, channelLines: 1, bankLines: 2 }),
      '没有订单,读了 1 行渠道账单和 2 行银行流水;没有差错。',
      'No orders were given; 1 channel line and 2 bank lines were read; there are no breaks.',
    ],
    [
      withTotals(
        { orders: 0, matched: 0, channelLines: 0, bankLines: 2 },
        { notCompared: [{ joint: 'bank', missing: ['channel'] }] },
      ),
      '没有可以对的明细;没有差错。',
      'There was nothing to compare; there are no breaks.',
    ],
    [
      withTotals({ orders: 0, matched: 0, channelLines: 0, bankLines: 0 }),
      '没有可以对的明细;没有差错。',
      'There was nothing to compare; there are no breaks.',
    ],
  ];
  for (const [result, zh, en] of table) {
    assert.equal(headline(result).zh.replaceAll('\u00a0', ' '), zh);
    assert.equal(headline(result).en.replaceAll('\u00a0', ' '), en);
  }
  const one = manyBreaks(1);
  assert.match(headline(one).en, /; 1 break, 1\.00\sCNY in all, needs attention\.$/);
});

test('a run that is not the whole truth says why', () => {
  assert.equal(caveat(cleanResult()), undefined);
  assert.match(caveat(sampleResult())!.zh, /1 份单据、2 行没有采用/);
  assert.match(caveat(sampleResult())!.en, /^1 document and 2 lines were not used/);
  assert.match(caveat({ ...sampleResult(), rejected: [] })!.en, /^1 document was not used/);
  const alone = cleanResult({ notCompared: [{ joint: 'orders', missing: ['order', 'channel'] }] });
  assert.equal(caveat(alone)!.zh, '订单 ↔ 渠道 没有核对:没有提供订单表、渠道账单。');
  assert.equal(caveat(alone)!.en, 'Orders ↔ channel was not compared: no order book and no channel bill was given.');
  assert.equal(caveat(cleanResult({ carry: { taken: 2, left: 0, stale: [] } })), undefined);
  assert.match(caveat(cleanResult({ carry: { taken: 2, stale: [] } }))!.en, /^The open items of this day were not wr/);
});

test('days past a promise count from the day of the result, across months and leap days', () => {
  const table: [string, string, number][] = [
    ['2026-11-20', '2026-11-23 10:00:00+08:00', 3],
    ['2026-11-24', '2026-11-23 23:59:59+08:00', -1],
    ['2026-11-23', '2026-11-23 00:00:00+08:00', 0],
    ['2024-02-28', '2024-03-01 00:00:00+08:00', 2],
    ['2025-12-31', '2026-01-01 00:00:00+08:00', 1],
  ];
  for (const [on, asOf, days] of table) assert.equal(daysPast(on, asOf), days, `${on} ${asOf}`);
});

test('the ageing counts every debt once and names the debtor', () => {
  const rows = ageing(sampleResult());
  const of = (who: string) => rows.find((r) => r.who.en === who)!;
  // The late batch and the break about it are the same money.
  assert.deepEqual(of('WeChat Pay').cells.days_1_3, { amount: '8214.50', count: 1 });
  // Returned on the 13th: ten days.
  assert.deepEqual(of('Alipay').cells.days_8_30, { amount: '1870.00', count: 1 });
  assert.deepEqual(of('Lakala').cells.days_4_7, { amount: '520.00', count: 1 });
  assert.equal(of('Lakala').amount, '3661.59');
  // A batch that nobody could check is no debt, and one that came short did come.
  assert.ok(!rows.some((r) => r.who.en === 'UnionPay' && r.amount.includes('24310')));
  // Who is late with most stands first.
  assert.equal(rows[0]!.who.en, 'WeChat Pay');
  assert.deepEqual(ageing(cleanResult()), []);
});

test('a fee shows its rate and what was charged beyond the agreement', () => {
  const fees = sampleResult().fees.map(feeView);
  assert.deepEqual(
    fees.map((f) => [f.rate, f.over]),
    [
      ['0.600', '0.00000'],
      ['0.600', undefined],
      ['0.651', '12.34'],
      ['0.600', '0'],
    ],
  );
  assert.equal(feeView({ ...sampleResult().fees[0]!, gross: { amount: '0.00', currency: 'CNY' } }).rate, undefined);
});
