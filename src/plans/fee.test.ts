import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { openEngine } from '../files/engine.ts';
import { cardOf, cardSql } from './card.ts';
import { chargesMonthly, expectedFee, expectedFeeSql } from './fee.ts';
import { CARDS, type Card, defaultPlan, type Fee, type Plan, type Tier } from './plan.ts';

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

test('the first tier that fits has the rate; what the line does not tell is not guessed', () => {
  const plan = withFee({
    ppm: 3800,
    rounding: 'row',
    currency: 'CNY',
    tiers: [
      { card: 'debit', ppm: 5000, max: 2000n },
      { from: 100_000n, ppm: 5500 },
      { card: 'credit', ppm: 6000, fixed: 50n },
    ],
  });
  const fee = (amount: bigint, card?: Card): bigint | undefined => expectedFee(amount, 'CNY', plan, card)?.value;
  assert.equal(fee(10_000n, 'debit'), 50n);
  assert.equal(fee(10_000_000n, 'debit'), 2000n, 'capped');
  assert.equal(fee(10_000n, 'credit'), 110n, '60 and 50 a payment');
  assert.equal(fee(100_000n, 'credit'), 550n, 'the amount comes first in the list');
  assert.equal(fee(10_000n, 'wallet'), 38n, 'no tier: the rate itself');
  assert.equal(fee(10_000n), undefined);
  assert.equal(fee(-10_000n, 'credit'), undefined, 'a tier by amount says nothing of a refund');
  assert.equal(fee(0n, 'credit'), 0n);
  const byAmount = withFee({ ppm: 3800, rounding: 'row', currency: 'CNY', tiers: [{ from: 100_000n, ppm: 5500 }] });
  assert.equal(fen(byAmount, 99_999n), 380n, 'the card does not matter');
  assert.equal(fen(byAmount, 100_000n), 550n);
});

test('a month is charged below the volume, or from it on, as agreed', () => {
  const fee = { minor: 5000n, currency: 'CNY' };
  const volume = 3_500_000n;
  assert.deepEqual(
    [3_499_999n, 3_500_000n].map((v) => [
      chargesMonthly({ fee, volume, when: 'below' }, v),
      chargesMonthly({ fee, volume, when: 'from' }, v),
      chargesMonthly({ fee }, v),
    ]),
    [
      [true, false, true],
      [false, true, true],
    ],
  );
});

const METHODS: ReadonlyArray<readonly [channel: string, method: string | undefined, card: Card | undefined]> = [
  ['unionpay', '0001 01', 'debit'],
  ['unionpay', '02', 'credit'],
  ['unionpay', '0001 03', 'credit'],
  ['unionpay', '0001', undefined],
  ['unionpay', '0001 00', undefined],
  ['lakala', '贷记卡', 'credit'],
  ['lakala', '借记卡', 'debit'],
  ['lakala', '借贷合一', undefined],
  ['lakala', '微信 零钱', 'wallet'],
  ['stripe', 'visa', undefined],
  ['adyen', 'mc_Credit', 'credit'],
  ['lakala', 'credit or debit', undefined],
  ['lakala', undefined, undefined],
];

test('the card is told by the line or not at all, in SQL as in the function', async () => {
  const engine = await openEngine({ temp: tmpdir(), folders: [] });
  try {
    const values = METHODS.map(([c, m], i) => `(${i}, '${c}', ${m === undefined ? 'null' : `'${m}'`})`);
    const rows = await engine.all<{ card: string | null }>(
      `select ${cardSql()} as card from (values ${values.join(', ')}) as v(n, channel, method) order by n`,
    );
    for (const [i, [channel, method, card]] of METHODS.entries()) {
      assert.equal(cardOf(channel, method), card, `${channel} ${method}`);
      assert.equal(rows[i]!.card ?? undefined, card, `${channel} ${method} in SQL`);
    }
  } finally {
    engine.close();
  }
});

test('SQL and function agree on every amount, card and kind of fee', async () => {
  const engine = await openEngine({ temp: tmpdir(), folders: [] });
  const big = 9_000_000_000_000_000_000n;
  const amount = fc.oneof(fc.bigInt({ min: -100_000n, max: 100_000n }), fc.bigInt({ min: -big, max: big }));
  const amounts = [...fc.sample(amount, { numRuns: 300, seed: 11 }), 0n, 83n, 84n, 250n, -250n, big, -big];
  const opt = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
  const bounds = {
    fixed: opt(fc.bigInt({ min: 0n, max: 90n })),
    min: opt(fc.bigInt({ min: 0n, max: 100n })),
    max: opt(fc.bigInt({ min: 100n, max: 100_000n })),
  };
  const ppm = fc.oneof(fc.constant(6000), fc.nat(1_000_000));
  const tier = fc.record({
    ppm,
    card: opt(fc.constantFrom(...CARDS)),
    from: opt(fc.bigInt({ min: 0n, max: 60_000n })),
    ...bounds,
  });
  const fees = fc.sample(
    fc.record({
      ppm,
      rounding: fc.constantFrom('row' as const, 'day' as const, 'batch' as const),
      ...bounds,
      currency: fc.constantFrom('CNY', undefined),
      tiers: fc.array(tier, { maxLength: 3 }),
    }),
    { numRuns: 80, seed: 13 },
  );
  const given = <T extends object>(o: T): T =>
    Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as T;
  const cardAt = (i: number): Card | undefined => [...CARDS, undefined][i % 4];
  const textOf = (fee: unknown): string =>
    JSON.stringify(fee, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
  try {
    const rowsOf = amounts.map((a, i) => {
      const card = cardAt(i);
      return `(${i}, ${a}, '${i % 7 === 0 ? 'USD' : 'CNY'}', ${card === undefined ? 'null' : `'${card}'`})`;
    });
    await engine.run(`create table paid (n integer, amount bigint, currency varchar, card varchar);
      insert into paid values ${rowsOf.join(', ')}`);
    for (const { tiers, ...fee } of fees) {
      const { currency, ppm, rounding } = fee;
      const plan = withFee(
        currency === undefined
          ? { ppm, rounding, tiers: tiers.map((t) => given({ ppm: t.ppm, card: t.card })) as Tier[] }
          : (given({ ...fee, tiers: tiers.map(given) }) as Fee),
      );
      const sql = expectedFeeSql(plan, 'amount', 'currency', 'card');
      const rows = await engine.all<{ fee: bigint | null; type: string }>(
        `select ${sql} as fee, typeof(${sql}) as type from paid order by n`,
      );
      for (const [i, row] of rows.entries()) {
        const expected = expectedFee(amounts[i]!, i % 7 === 0 ? 'USD' : 'CNY', plan, cardAt(i))?.value ?? null;
        assert.equal(row.fee, expected, `${amounts[i]} ${cardAt(i)} under ${textOf(plan.fee)}`);
        assert.equal(row.type, rounding === 'row' ? 'BIGINT' : 'HUGEINT');
      }
    }
    const none = await engine.one<{ fee: bigint | null }>(
      `select ${expectedFeeSql(defaultPlan('alipay'))} as fee from paid`,
    );
    assert.equal(none.fee, null);
    const least = expectedFeeSql(withFee({ ...SIX_PER_MILLE, currency: 'CNY', min: 10n }), 'null::bigint', `'CNY'`);
    assert.equal(
      (await engine.one<{ fee: bigint | null }>(`select ${least} as fee`)).fee,
      null,
      'no amount, no minimum',
    );
  } finally {
    engine.close();
  }
});
