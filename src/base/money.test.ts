import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { currencyCodes, exponentOf } from './currency.ts';
import { DaozhangError } from './errors.ts';
import {
  add,
  allocate,
  compare,
  decimalText,
  divideRounding,
  exactMoney,
  groupedText,
  type Money,
  money,
  parseDecimal,
  parseMoney,
  rescale,
  round,
  scaledText,
  subtract,
} from './money.ts';

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof DaozhangError);
  assert.equal(error.code, expected);
  return true;
};

test('F38: amounts are exact or refused', () => {
  const exact: [text: string, currency: string, minor: bigint][] = [
    ['12.34', 'CNY', 1234n],
    ['0', 'CNY', 0n],
    ['-0', 'CNY', 0n],
    ['-0.05', 'CNY', -5n],
    ['+7', 'CNY', 700n],
    ['5.', 'CNY', 500n],
    ['1,234,567.80', 'CNY', 123456780n],
    ['１２.５０', 'CNY', 1250n],
    ['１，２３４．５', 'CNY', 123450n],
    ['(3.00)', 'CNY', -300n],
    ['¥ 9.90', 'CNY', 990n],
    ['-￥9.90', 'CNY', -990n],
    ['9007199254740993.01', 'CNY', 900719925474099301n],
    ['1.50', 'JPY', -1n],
    ['1.5E+3', 'JPY', 1500n],
    ['4.2E+27', 'JPY', 4200000000000000000000000000n],
    ['0.001', 'KWD', 1n],
    ['0.0001', 'CLF', 1n],
    ['1.000', 'CNY', 100n],
  ];
  for (const [text, currency, minor] of exact) {
    if (minor === -1n) assert.throws(() => parseMoney(text, currency), code('money.not_exact'), text);
    else assert.equal(parseMoney(text, currency).minor, minor, text);
  }
  for (const text of [
    '',
    ' ',
    '1,00',
    '1.2.3',
    'NaN',
    'Infinity',
    '1e',
    '--5',
    '(-5)',
    '1,2345',
    '5-',
    '0x10',
    '1 000',
    '12a',
    '٣',
  ]) {
    assert.equal(parseDecimal(text), undefined, JSON.stringify(text));
  }
  assert.throws(() => parseMoney('1.005', 'CNY'), code('money.not_exact'));
  assert.throws(() => parseMoney('1e-9', 'CNY'), code('money.not_exact'));
  assert.throws(() => parseMoney('1', 'RMB'), code('money.no_such_currency'));
  assert.throws(() => parseMoney('abc', 'CNY'), code('money.not_a_number'));
});

test('a decimal comma is read only where the format says so', () => {
  assert.deepEqual(parseDecimal('1.234,56', 'decimal'), { value: 123456n, scale: 2 });
  assert.deepEqual(parseDecimal('-7,5', 'decimal'), { value: -75n, scale: 1 });
  assert.equal(parseDecimal('1,234.56', 'decimal'), undefined);
  assert.equal(parseDecimal('1.234,56'), undefined);
});

test('F39: exponents of ISO 4217', () => {
  for (const [currency, exponent] of [
    ['JPY', 0],
    ['CNY', 2],
    ['KWD', 3],
    ['CLF', 4],
    ['EUR', 2],
  ] as const) {
    assert.equal(exponentOf(currency), exponent);
  }
  assert.equal(exponentOf('RMB'), undefined);
  assert.ok(currencyCodes().length > 160);
});

const minor = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const currency = fc.constantFrom('CNY', 'JPY', 'KWD', 'CLF');

test('law: text and back', () => {
  fc.assert(
    fc.property(minor, currency, (m, c) => {
      assert.equal(parseMoney(decimalText(m, c), c).minor, m);
      assert.equal(parseMoney(groupedText(m, c), c).minor, m);
    }),
  );
});

test('law: sums and differences', () => {
  fc.assert(
    fc.property(minor, minor, currency, (a, b, c) => {
      const [x, y] = [money(a, c), money(b, c)];
      assert.equal(subtract(add(x, y), y).minor, a);
      assert.equal(add(x, y).minor, add(y, x).minor);
      assert.equal(compare(x, y), a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test('law: shares sum to the whole, and no share is off by more than one', () => {
  const weights = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 })
    .filter((w) => w.some((x) => x > 0n));
  fc.assert(
    fc.property(minor, weights, (m, w) => {
      const shares = allocate(money(m, 'CNY'), w);
      assert.equal(
        shares.reduce((sum, s) => sum + s.minor, 0n),
        m,
      );
      const total = w.reduce((a, b) => a + b, 0n);
      shares.forEach((s, i) => {
        const off = s.minor * total - m * w[i]!;
        assert.ok((off < 0n ? -off : off) <= total);
      });
    }),
  );
  assert.throws(() => allocate(money(1n, 'CNY'), [0n]), code('money.bad_weights'));
});

test('law: rounding once, and the rest is told', () => {
  fc.assert(
    fc.property(minor, fc.integer({ min: 0, max: 8 }), (value, scale) => {
      const { money: rounded, left } = round({ value, scale }, 'CNY');
      const back = rescale({ value: rounded.minor, scale: 2 }, Math.max(2, scale))!.value;
      const given = rescale({ value, scale }, Math.max(2, scale))!.value;
      assert.equal(back + left.value * 10n ** BigInt(Math.max(2, scale) - left.scale), given);
      assert.ok((left.value < 0n ? -left.value : left.value) * 2n <= 10n ** BigInt(Math.max(0, scale - 2)));
    }),
  );
  assert.equal(round({ value: 60500n, scale: 5 }, 'CNY').money.minor, 61n);
  assert.equal(round({ value: -60500n, scale: 5 }, 'CNY').money.minor, -61n);
  assert.equal(divideRounding(149n, 100n), 1n);
  assert.equal(exactMoney({ value: 60000n, scale: 5 }, 'CNY')?.minor, 60n);
  assert.equal(exactMoney({ value: 60500n, scale: 5 }, 'CNY'), undefined);
  assert.equal(scaledText(-5n, 5), '-0.00005');
});

test('different currencies do not compile, and throw when the compiler cannot see them', () => {
  const cny: Money<'CNY'> = money(1n, 'CNY');
  const usd: Money<'USD'> = money(1n, 'USD');
  // @ts-expect-error CNY and USD do not add
  assert.throws(() => add(cny, usd), code('money.mixed_currencies'));
  // @ts-expect-error nor compare
  assert.throws(() => compare(cny, usd), code('money.mixed_currencies'));
  const loose: Money[] = [cny, usd];
  assert.throws(() => subtract(loose[0]!, loose[1]!), code('money.mixed_currencies'));
});
