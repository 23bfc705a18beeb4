import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, wechatFundflowBill, yuan } from '../../../tests/support/bills.ts';
import { changedSigns, flippedDigits, refusesDamage } from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';

const bill = wechatFundflowBill();
/** Every column that the summary row or the running balance proves. */
const PROVEN = ['收支金额(元)', '账户结余(元)'];

refusesDamage(bill, 'wechatpay-fundflow', [
  ['a changed digit', () => flippedDigits(bill, PROVEN)],
  ['a changed sign', () => changedSigns(bill, PROVEN)],
]);

/** Rows as [second of the day, kind, direction, amount, balance]; the summary row agrees with them. */
const flow = (...rows: ReadonlyArray<readonly [number, string, '收入' | '支出', string, string]>): Uint8Array => {
  const total = (direction: string): [number, string] => {
    const amounts = rows.filter((row) => row[2] === direction).map((row) => Number(row[3].replace('.', '')));
    return [amounts.length, yuan(amounts.reduce((a, b) => a + b, 0))];
  };
  const cells = rows.map(([second, kind, direction, amount, balance], i) => [
    ...[
      `2026-06-05 08:00:${String(second).padStart(2, '0')}`,
      `B${i}`,
      `F${i}`,
      kind,
      kind,
      direction,
      amount,
      balance,
      '',
      '',
      `V${i}`,
    ],
  ]);
  const values = [rows.length, ...total('收入'), ...total('支出')];
  return bytesOf({ ...bill, rows: cells, after: [bill.after[0]!, `\`${values.join(',`')}`] });
};

test('the balance runs forwards, backwards, or in another order within a second; opening and closing follow', async () => {
  const pay = [0, '交易', '收入', '10.00', '110.00'] as const;
  const fee = [0, '扣除交易手续费', '支出', '0.06', '109.94'] as const;
  const later = [9, '交易', '收入', '5.00', '114.94'] as const;
  for (const rows of [
    [pay, fee, later],
    [later, fee, pay],
    [fee, pay, later],
    [later, pay, fee],
  ] as const) {
    const { facts } = await read(flow(...rows));
    assert.deepEqual(
      facts.balances?.map(({ opening, closing }) => [opening, closing]),
      [[10000n, 11494n]],
    );
  }
});

test('a balance that does not run on is told with its line', async () => {
  const { code, params } = await refusal(
    flow([0, '交易', '收入', '10.00', '110.00'], [1, '交易', '收入', '1.00', '112.00']),
  );
  assert.equal(code, 'file.check_failed');
  assert.match(JSON.stringify(params.check), /line 3/);
  assert.deepEqual([params.expected, params.actual], ['112.00', '111.00']);
});

test('the sums agree and yet rows are missing: the balance tells', async () => {
  const missing = flow(
    [0, '交易', '收入', '10.00', '110.00'],
    [0, '交易', '收入', '1.00', '211.00'],
    [5, '提现', '支出', '9.00', '202.00'],
  );
  assert.equal((await refusal(missing)).code, 'file.check_failed');
});

test('what each movement is', async () => {
  const table = [
    ['交易', '收入', 'payment'],
    ['交易', '支出', 'adjustment'],
    ['扣除交易手续费', '支出', 'fee'],
    ['退还交易手续费', '收入', 'fee'],
    ['退款', '支出', 'refund'],
    ['退款', '收入', 'adjustment'],
    ['提现', '支出', 'payout'],
    ['提现退票', '收入', 'payout_return'],
    ['分账', '支出', 'adjustment'],
    ['转账', '支出', 'transfer'],
    ['充值', '收入', 'transfer'],
    ['冻结', '支出', 'adjustment'],
  ] as const;
  let balance = 10_000;
  const rows = table.map(([kind, direction], i) => {
    balance += direction === '收入' ? 100 : -100;
    return [i, kind, direction, '1.00', yuan(balance)] as const;
  });
  const { lines } = await read(flow(...rows));
  assert.deepEqual(
    lines.map((line) => line.kind),
    table.map((row) => row[2]),
  );
  assert.deepEqual(
    lines.map((line) => line.amount),
    table.map((row) => (row[1] === '收入' ? 100n : -100n)),
  );
});

test('a direction that is neither in nor out is refused', async () => {
  const { code, params } = await refusal(bytesOf(bill, bill.rows.with(1, bill.rows[1]!.with(5, '不详'))));
  assert.deepEqual([code, params.row, params.column, params.value], ['file.bad_rows', 3, '收支类型', '不详']);
});
