import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';

const HEADER =
  'automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created,available_on,currency,gross,fee,net,reporting_category,source_id,charge_id,payment_intent_id';
const ROWS = [
  'po_1,2026-11-24 00:00:00,txn_1,2026-11-20 10:00:00,2026-11-23 00:00:00,eur,50.00,1.05,48.95,charge,ch_1,ch_1,pi_1',
  'po_1,2026-11-24 00:00:00,txn_2,2026-11-21 11:00:00,2026-11-21 00:00:00,eur,-10.00,0.00,-10.00,refund,re_2,ch_1,pi_1',
  'po_2,2026-11-25 00:00:00,txn_3,2026-11-21 12:00:00,2026-11-24 00:00:00,eur,9.99,0.45,9.54,charge,ch_3,ch_3,pi_3',
];
const bytes = (header: string, rows: readonly string[]): Uint8Array => Buffer.from(`${[header, ...rows].join('\n')}\n`);

test('each row tells the payout that settled it, and the day of that payout', async () => {
  const { format, lines } = await read(bytes(HEADER, ROWS));
  assert.equal(format, 'stripe-payout-reconciliation');
  assert.deepEqual(
    lines.map((l) => [l.role, l.kind, l.amount, l.fee, l.batch_ref, l.value_on]),
    [
      ['channel', 'payment', 5000n, 105n, 'po_1', '2026-11-24'],
      ['channel', 'refund', -1000n, 0n, 'po_1', '2026-11-24'],
      ['channel', 'payment', 999n, 45n, 'po_2', '2026-11-25'],
    ],
  );
});

test('a report made for one payout names it payout_id; the balance report names none', async () => {
  const one = await read(
    bytes(HEADER.replace('automatic_payout_id,automatic_payout_effective_at', 'payout_id,effective_at'), ROWS),
  );
  assert.deepEqual(
    [one.format, one.lines[0]!.batch_ref, one.lines[0]!.value_on],
    ['stripe-payout-reconciliation', 'po_1', '2026-11-24'],
  );
  const balance = HEADER.replace('automatic_payout_id,automatic_payout_effective_at,', '');
  const none = await read(
    bytes(
      balance,
      ROWS.map((row) => row.replace(/^[^,]*,[^,]*,/, '')),
    ),
  );
  assert.deepEqual(
    [none.format, none.lines[0]!.batch_ref, none.lines[0]!.value_on],
    ['stripe-balance', null, '2026-11-23'],
  );
});

test('a row whose net does not follow is rejected, one that stands twice refuses the file', async () => {
  const { lines, rejected } = await read(bytes(HEADER, ROWS.with(1, ROWS[1]!.replace('-10.00,0.00', '-10.01,0.00'))));
  assert.deepEqual([lines.length, rejected[0]?.row, rejected[0]?.column], [2, 3, 'net']);
  assert.equal((await refusal(bytes(HEADER, [...ROWS, ROWS[0]!]))).code, 'file.check_failed');
});
