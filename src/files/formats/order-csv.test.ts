import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, readAll } from '../../../tests/support/reading.ts';
import { DaozhangError, type ErrorCode } from '../../base/errors.ts';
import { parseMoney } from '../../base/money.ts';
import type { RejectCode } from '../format.ts';

const HEADER = 'order_ref,kind,status,amount,currency,created_at,channel';

/** What money.ts calls a refusal, and what the order book calls it. */
const SAME: Readonly<Partial<Record<ErrorCode, RejectCode>>> = {
  'money.not_a_number': 'bad_amount',
  'money.not_exact': 'amount_not_exact',
  'money.no_such_currency': 'bad_currency',
};
/** A line holds 64 bits of minor units; Money has no such bound. */
const LARGEST = 2n ** 63n - 1n;

function byMoney(text: string, currency: string): bigint | RejectCode {
  try {
    const { minor } = parseMoney(text, currency);
    return minor > LARGEST || minor < -LARGEST ? 'bad_amount' : minor;
  } catch (error) {
    assert.ok(error instanceof DaozhangError, String(error));
    return SAME[error.code]!;
  }
}

const AMOUNTS = `
  12.34 | 0 | -0 | -0.00 | +7 | -5 | --5 | 5- | 5. | .5 | 1.005 | 1.50 | 1.500 | 1.0000 | 00012.30 | 0.123 | 0.1234 | 0.12345
  1,234.50 | 1,234,567.8 | 1,00 | 12,34 | 1234,567 | ,123 | 1_000 | 1 000 | 1.234,56
  １２ | １２．３４ | １，２３４．５ | －５ | ＋５ | ５．００５ | ٣
  (5.00) | （5.00） | (5.005) | (-5) | (5 | 5) | () | ( 5 ) | (1,234.5) | (¥5)
  ¥9.90 | ￥9.90 | -¥9.90 | ¥-9.90 | ¥ 9.90 | ¥ | 9.90元
  1e2 | 1E+2 | 1e-3 | 1e-2 | 100e-3 | 1.5E+3 | 1.e2 | 1e | e2 | 0e99 | 1e99 | 4.2E+27 | -1e2 | (1e2) | 1,000e1
  NaN | Infinity | -Infinity | 0x10 | 12a | abc | - | +
  9007199254740993 | 9007199254740993.01 | -9007199254740993.01 | 123456789012345678 | 12345678901234567.8 | 92233720368547758.07
  92233720368547758.08 | 9223372036854775807 | 9223372036854775808 | 1000000000000000000000000000000
  1.000000000000000000 | 1.0000000000000000000`
  .split(/[|\n]/)
  .map((text) => text.trim())
  .filter((text) => text !== '')
  .concat('  12.30', '\t12.30 ', '\u300012.30', '1\u00a0000');

for (const currency of ['CNY', 'JPY', 'KWD', 'CLF', 'RMB']) {
  test(`an order book takes and refuses the amounts that Money does, and says the same of them: ${currency}`, async () => {
    const rows = AMOUNTS.map((amount, i) => `O${i},payment,paid,"${amount}",${currency},2026-11-19 10:00:00,wechatpay`);
    const { lines, rejected } = await read(Buffer.from([HEADER, ...rows, ''].join('\n')));
    const got = AMOUNTS.map((_, i) => {
      const line = lines.find((l) => l.order_ref === `O${i}`);
      return line ? line.amount : rejected.find((r) => r.row === i + 2)?.code;
    });
    const said = (answers: readonly unknown[]) => AMOUNTS.map((text, i) => `${JSON.stringify(text)} ${answers[i]}`);
    assert.deepEqual(said(got), said(AMOUNTS.map((text) => byMoney(text, currency))));
  });
}

test('no amount is a missing one; a refund is negative however it is written', async () => {
  const row = (kind: string, amount: string) => `O1,${kind},paid,"${amount}",CNY,2026-11-19 10:00:00,wechatpay`;
  const { lines, rejected } = await read(
    Buffer.from(
      [HEADER, row('payment', ''), row('payment', ' \t'), row('refund', '(5)'), row('refund', '5')].join('\n'),
    ),
  );
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.code]),
    [
      [2, 'amount', 'missing'],
      [3, 'amount', 'missing'],
    ],
  );
  assert.deepEqual(
    lines.map((l) => l.amount),
    [-500n, -500n],
  );
});

test('a document with a table of its own says the same of what it refuses', async () => {
  const row = (amount: string, currency: string) =>
    `O1,payment,paid,${amount},${currency},2026-11-19 10:00:00,wechatpay`;
  const bytes = Buffer.from([HEADER, row('1.005', 'CNY'), row('1.5', 'JPY'), row('x', 'CNY'), ''].join('\n'));
  for (const large of [1, undefined]) {
    const [reading] = await readAll(bytes, undefined, undefined, large);
    assert.deepEqual(
      reading!.rejected.map((r) => r.code),
      ['amount_not_exact', 'amount_not_exact', 'bad_amount'],
    );
  }
});

test('blanks around a cell and capitals are no difference', async () => {
  const plain = 'O1,payment,paid,5.00,CNY,2026-11-19 10:00:00,wechatpay';
  const loose = ' O1\t, Payment,PAID , 5.00\t, CNY ,\t2026-11-19 10:00:00 , WeChatPay ';
  const { lines, rejected } = await read(Buffer.from([HEADER, plain, loose, ''].join('\n')));
  assert.deepEqual(rejected, []);
  const said = lines.map(({ id, row_no, byte_at, byte_length, ...rest }) => rest);
  assert.equal(said.length, 2);
  assert.deepEqual(said[1], said[0]);
});
