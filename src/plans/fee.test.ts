import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { openEngine } from '../files/engine.ts';
import { expectedFee, expectedFeeSql } from './fee.ts';
import { defaultPlan, type Fee, type Plan } from './plan.ts';

const withFee = (fee: Fee): Plan => ({ ...defaultPlan('wechatpay'), fee });
const fen = (plan: Plan, amountMinor: bigint, currency = 'CNY'): bigint | undefined =>
  expectedFee(amountMinor, currency, plan)?.value;

const SIX_PER_MILLE: Fee = { ppm: 6000, rounding: 'row' };

const ROWS: ReadonlyArray<readonly [amount: bigint, fee: bigint, why: string]> = [
  [10000n, 60n, '100.00 → 0.60'],
  [83n, 0n, '0.83 × 0.6% = 0.00498: below half a fen, free'],
  [84n, 1n, '0.84 × 0.6% = 0.00504: one fen'],
  [250n, 2n, '2.50 × 0.6% = 0.015, exactly half: away from zero'],
  [-250n, -2n, 'a refund rounds alike'],
  [-10000n, -60n, 'a refund gives the fee back'],
  [1n, 0n, 'one fen is free'],
  [0n, 0n, 'nothing costs nothing'],
  [900_719_925_474_099_300n, 5_404_319_552_844_596n, 'beyond what a float holds: exact'],
];

for (const [amount, fee, why] of ROWS) {
  test(`0.60% of ${amount} fen is ${fee}: ${why}`, () => {
    assert.deepEqual(expectedFee(amount, 'CNY', withFee(SIX_PER_MILLE)), { value: fee, scale: 2 });
  });
}

test('a fee rounded by the day stays exact by the row, six decimals finer', () => {
  const plan = withFee({ ppm: 6000, rounding: 'day' });
  assert.deepEqual(expectedFee(83n, 'CNY', plan), { value: 498_000n, scale: 8 });
  assert.deepEqual(expectedFee(-83n, 'CNY', plan), { value: -498_000n, scale: 8 });
  // Two rows of 0.83 cost one fen together where row by row they cost none.
  assert.equal(2n * fen(plan, 83n)!, 996_000n);
});

test('the scale is the currency’s: yen have none, dinars three', () => {
  assert.deepEqual(expectedFee(1000n, 'JPY', withFee({ ppm: 36_000, rounding: 'row' })), { value: 36n, scale: 0 });
  assert.deepEqual(expectedFee(1_000_000n, 'KWD', withFee({ ppm: 25_000, rounding: 'row' })), {
    value: 25_000n,
    scale: 3,
  });
});

test('min and max bound a payment, and leave a refund without expectation', () => {
  const plan = withFee({ ...SIX_PER_MILLE, currency: 'CNY', min: 10n, max: 2500n });
  assert.equal(fen(plan, 100n), 10n);
  assert.equal(fen(plan, 10_000n), 60n);
  assert.equal(fen(plan, 100_000_000n), 2500n);
  assert.equal(fen(plan, 0n), 0n);
  assert.equal(fen(plan, -10_000n), undefined);
  const byDay = withFee({ ...SIX_PER_MILLE, rounding: 'day', currency: 'CNY', min: 10n, max: 2500n });
  assert.deepEqual(expectedFee(100n, 'CNY', byDay), { value: 10_000_000n, scale: 8 });
});

test('no fee agreed, another currency, no currency: no expectation', () => {
  assert.equal(expectedFee(100n, 'CNY', defaultPlan('alipay')), undefined);
  assert.equal(expectedFee(100n, 'USD', withFee({ ...SIX_PER_MILLE, currency: 'CNY' })), undefined);
  assert.equal(expectedFee(100n, 'XXQ', withFee(SIX_PER_MILLE)), undefined);
});

test('SQL and function agree on every amount and kind of fee', async () => {
  const engine = await openEngine({ temp: tmpdir(), folders: [] });
  const big = 9_000_000_000_000_000_000n;
  const amount = fc.oneof(fc.bigInt({ min: -100_000n, max: 100_000n }), fc.bigInt({ min: -big, max: big }));
  const amounts = [...fc.sample(amount, { numRuns: 300, seed: 11 }), 0n, 83n, 84n, 250n, -250n, big, -big];
  const fees = fc.sample(
    fc.record({
      ppm: fc.oneof(fc.constant(6000), fc.nat(1_000_000)),
      rounding: fc.constantFrom('row' as const, 'day' as const),
      min: fc.option(fc.bigInt({ min: 0n, max: 100n }), { nil: undefined }),
      max: fc.option(fc.bigInt({ min: 100n, max: 100_000n }), { nil: undefined }),
      currency: fc.constantFrom('CNY', undefined),
    }),
    { numRuns: 40, seed: 13 },
  );
  try {
    await engine.run(`create table paid (n integer, amount bigint, currency varchar);
      insert into paid values ${amounts.map((a, i) => `(${i}, ${a}, '${i % 7 === 0 ? 'USD' : 'CNY'}')`).join(', ')}`);
    for (const { min, max, currency, ...fee } of fees) {
      const bounded =
        currency === undefined
          ? {}
          : { currency, ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
      const plan = withFee({ ...fee, ...bounded });
      const rows = await engine.all<{ fee: bigint | null; type: string }>(
        `select ${expectedFeeSql(plan)} as fee, typeof(${expectedFeeSql(plan)}) as type from paid order by n`,
      );
      for (const [i, row] of rows.entries()) {
        const expected = fen(plan, amounts[i]!, i % 7 === 0 ? 'USD' : 'CNY') ?? null;
        assert.equal(
          row.fee,
          expected,
          `${amounts[i]} under ${JSON.stringify(plan.fee, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}`,
        );
        assert.equal(row.type, fee.rounding === 'row' ? 'BIGINT' : 'HUGEINT');
      }
    }
    const none = await engine.one<{ fee: bigint | null }>(
      `select ${expectedFeeSql(defaultPlan('alipay'))} as fee from paid`,
    );
    assert.equal(none.fee, null);
    const bounded = expectedFeeSql(withFee({ ...SIX_PER_MILLE, currency: 'CNY', min: 10n }), 'null::bigint', `'CNY'`);
    assert.equal(
      (await engine.one<{ fee: bigint | null }>(`select ${bounded} as fee`)).fee,
      null,
      'no amount, no minimum',
    );
  } finally {
    engine.close();
  }
});
