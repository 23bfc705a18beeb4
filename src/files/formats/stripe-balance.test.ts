import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '../../../tests/support/bills.ts';
import { changedSigns, cuts, flippedDigits } from '../../../tests/support/damage.ts';
import { withMany } from '../../../tests/support/many.ts';
import { stripeBalanceBill } from '../../../tests/support/psp.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { DaozhangError } from '../../base/errors.ts';

const bill = stripeBalanceBill();
const HEADER =
  'balance_transaction_id,created_utc,created,available_on,currency,gross,fee,net,reporting_category,source_id,charge_id,payment_intent_id';
const report = (...rows: string[]): Uint8Array => Buffer.from(`${[HEADER, ...rows].join('\n')}\n`);
const CHARGE =
  'txn_1,2026-11-20 07:00:00,2026-11-19 23:00:00,2026-11-24 00:00:00,usd,120.00,3.78,116.22,charge,ch_1,ch_1,pi_1';
const with_ = (...changes: ReadonlyArray<readonly [from: string, to: string]>): Uint8Array =>
  report(changes.reduce((row, [from, to]) => row.replace(from, to), CHARGE));

test('the report that is damaged below is sound', async () => {
  const { format, lines, rejected } = await read(bytesOf(bill));
  assert.equal(format, 'stripe-balance');
  assert.deepEqual([lines.length, rejected.length], [12, 0]);
});

test('net must be gross − fee: a changed digit or sign rejects its row, and only it', async () => {
  await withMany(async (readOne) => {
    let tried = 0;
    for (const damages of [flippedDigits(bill, ['gross', 'fee', 'net']), changedSigns(bill, ['gross', 'fee', 'net'])]) {
      for (const { what, bytes } of damages) {
        const { lines, rejected } = await readOne(bytes);
        assert.deepEqual([lines.length, rejected.length, rejected[0]?.code], [11, 1, 'bad_amount'], what);
        tried += 1;
      }
    }
    assert.ok(tried > 50, String(tried));
  });
});

test('the rejected row tells its place, column and value', async () => {
  const { rejected } = await read(with_(['116.22', '116.23']));
  assert.deepEqual(rejected, [{ row: 2, at: HEADER.length + 1, column: 'net', code: 'bad_amount', value: '116.23' }]);
});

test('a balance transaction that stands twice refuses the file; one that was taken out cannot be seen', async () => {
  await withMany(async (readOne) => {
    for (const [i, row] of bill.rows.entries()) {
      const twice = bytesOf(bill, bill.rows.toSpliced(i, 0, row));
      await assert.rejects(readOne(twice), (e) => e instanceof DaozhangError && e.code === 'file.check_failed');
    }
    assert.equal((await readOne(bytesOf(bill, bill.rows.toSpliced(3, 1)))).lines.length, 11);
  });
});

test('F27 cut anywhere: refused, or what came through is the beginning of the whole', async () => {
  const whole = (await read(bytesOf(bill))).lines.map((l) => [l.bank_ref, l.amount, l.fee, l.channel_ref]);
  await withMany(async (readOne) => {
    for (const { what, bytes } of cuts(bytesOf(bill))) {
      try {
        const { lines, rejected } = await readOne(bytes);
        assert.deepEqual(
          lines.map((l) => [l.bank_ref, l.amount, l.fee, l.channel_ref]),
          whole.slice(0, lines.length),
          what,
        );
        assert.ok(rejected.length <= 1, what);
      } catch (error) {
        assert.ok(error instanceof DaozhangError, `${what}: ${String(error)}`);
      }
    }
  });
});

test('amounts have the exponent of their currency, and are exact or rejected', async () => {
  const yen = ['usd,120.00,3.78,116.22', 'jpy,5000,180,4820'] as const;
  const dinar = ['usd,120.00,3.78,116.22', 'kwd,1.505,0.075,1.430'] as const;
  for (const [change, amount, fee, scale] of [
    [yen, 5000n, 180n, 0],
    [dinar, 1505n, 75n, 3],
    [['120.00,3.78,116.22', '1.2E+02,3.78,116.22'], 12000n, 378n, 2],
  ] as const) {
    const { lines } = await read(with_(change));
    assert.deepEqual([lines[0]!.amount, lines[0]!.fee, lines[0]!.fee_scale], [amount, fee, scale]);
  }
  for (const wrong of [
    'jpy,12.50,0.00,12.50',
    'usd,120.001,3.781,116.22',
    'xyz,120.00,3.78,116.22',
    'usd,1.2E-02,3.78,116.22',
    'usd,,3.78,116.22',
  ]) {
    const { lines, rejected } = await read(with_(['usd,120.00,3.78,116.22', wrong]));
    assert.deepEqual([lines.length, rejected.length], [0, 1], wrong);
  }
});

test('numbers beyond 64 bits reject their row, and do not end the run', async () => {
  for (const huge of [
    '92233720368547758.07,0.00,92233720368547758.07',
    '99999999999999999999.00,1.00,99999999999999999998.00',
  ]) {
    const { lines, rejected } = await read(with_(['120.00,3.78,116.22', huge]));
    assert.equal(lines.length + rejected.length, 1);
  }
  const { rejected } = await read(with_(['120.00,3.78,116.22', '92233720368547758.07,-92233720368547758.07,0.00']));
  assert.equal(rejected.length, 1);
});

test('a payment is known by its intent, else its charge; what was done to it by its own id', async () => {
  const bare = (row: string): string => row.replace(',pi_1', ',');
  const { lines } = await read(
    report(
      CHARGE,
      bare(CHARGE).replace('txn_1', 'txn_2'),
      CHARGE.replace('txn_1', 'txn_3')
        .replace('charge,ch_1', 'refund,re_3')
        .replace('120.00,3.78,116.22', '-120.00,0.00,-120.00'),
      'txn_4,2026-11-20 07:00:00,2026-11-19 23:00:00,,usd,-0.55,0.00,-0.55,fee,,,',
    ),
  );
  assert.deepEqual(
    lines.map((l) => [l.kind, l.channel_ref, l.origin_ref, l.wallet_ref, l.bank_ref]),
    [
      ['payment', 'pi_1', null, 'ch_1', 'txn_1'],
      ['payment', 'ch_1', null, 'ch_1', 'txn_2'],
      ['refund', 're_3', 'pi_1', 'ch_1', 'txn_3'],
      ['fee', null, null, null, 'txn_4'],
    ],
  );
});

test('the instant is that of created_utc, the business date that of the zone the report was made in', async () => {
  const { lines } = await read(report(CHARGE));
  assert.deepEqual(
    [lines[0]!.occurred_at, lines[0]!.business_on, lines[0]!.value_on],
    [1_795_158_000_000_000n, '2026-11-19', '2026-11-24'],
  );
});

test('without created_utc the time is read in the zone of the run', async () => {
  const local = Buffer.from(Buffer.from(report(CHARGE)).toString().replace('created_utc,', 'other,'));
  const { lines } = await read(local, undefined, 'America/New_York');
  assert.equal(lines[0]!.occurred_at, 1_795_147_200_000_000n);
});

test('every category of reports has its kind, and what is not known is an adjustment', async () => {
  const kinds = {
    charge: 'payment',
    payment: 'payment',
    charge_failure: 'reversal',
    refund: 'refund',
    refund_failure: 'reversal',
    partial_capture_reversal: 'refund',
    dispute: 'chargeback',
    dispute_reversal: 'adjustment',
    fee: 'fee',
    network_cost: 'fee',
    payout: 'payout',
    payout_reversal: 'payout_return',
    transfer: 'transfer',
    transfer_reversal: 'transfer',
    topup: 'transfer',
    risk_reserved_funds: 'adjustment',
    something_new: 'adjustment',
  };
  const rows = Object.keys(kinds).map((category, i) =>
    CHARGE.replace('txn_1', `txn_${i}`).replace(',charge,', `,${category},`),
  );
  const { lines } = await read(report(...rows));
  assert.deepEqual(
    lines.map((l) => l.kind),
    Object.values(kinds),
  );
});

test('the order number comes from order_id or from metadata that merchants use for it', async () => {
  for (const [column, expected] of [
    ['order_id', 'S7'],
    ['payment_metadata[order_id]', 'S7'],
    ['payment_metadata[Order-No]', 'S7'],
    ['payment_metadata[colour]', null],
  ] as const) {
    const { lines } = await read(Buffer.from(`${HEADER},${column}\n${CHARGE},S7\n`));
    assert.equal(lines[0]!.order_ref, expected, column);
  }
});

test('columns may stand in any order and case; one that is read twice refuses the file', async () => {
  const names = HEADER.split(',');
  const cells = CHARGE.split(',');
  const { lines } = await read(
    Buffer.from(`${names.toReversed().join(',').toUpperCase()}\n${cells.toReversed().join(',')}\n`),
  );
  assert.deepEqual([lines[0]!.amount, lines[0]!.channel_ref], [12_000n, 'pi_1']);
  const { code } = await refusal(Buffer.from(`${HEADER},Gross\n${CHARGE},1.00\n`));
  assert.equal(code, 'file.layout');
  assert.equal((await read(Buffer.from(`${HEADER},extra,extra,\n${CHARGE},1,2,3\n`))).lines.length, 1);
});

test('a BOM, quoted cells with commas, quotes and line ends', async () => {
  const { lines } = await read(
    Buffer.from(
      `\uFEFF${HEADER},description\r\n${CHARGE},"A ""big"" order,\ntwo items"\r\n${CHARGE.replace('txn_1', 'txn_2')},"1,200"\r\n`,
    ),
  );
  assert.deepEqual(
    lines.map((l) => [l.text, l.amount]),
    [
      ['A "big" order,\ntwo items', 12_000n],
      ['1,200', 12_000n],
    ],
  );
});
