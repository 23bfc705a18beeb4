import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cuts } from '../../../tests/support/damage.ts';
import { withMany } from '../../../tests/support/many.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { DaozhangError } from '../../base/errors.ts';

const REPORT =
  'payout_id,effective_at_utc,effective_at,currency,gross,fee,net,reporting_category,balance_transaction_id,payout_expected_arrival_date,payout_status,payout_type,trace_id';
const row = (id: string, gross: string, category: string, status: string): string =>
  `${id},2026-11-24 00:00:00,2026-11-24 08:00:00,eur,${gross},0.00,${gross},${category},txn_${id}${category},2026-11-25,${status},bank_account,SCT-${id}`;
const report = (...rows: string[]): Uint8Array => Buffer.from(`${[REPORT, ...rows].join('\n')}\n`);

const DASHBOARD = 'id,Amount,Created (UTC),Currency,Arrival Date (UTC),Status,Type,Statement Descriptor,Trace ID';
const listed = (id: string, amount: string, currency: string, status: string): string =>
  `${id},${amount},2026-11-10 00:18,${currency},2026-11-12 00:00,${status},bank_account,Lane Books,0910${id}`;
const dashboard = (...rows: string[]): Uint8Array => Buffer.from(`${[DASHBOARD, ...rows].join('\n')}\n`);

test('the report: money that left the balance is negative, and the payout is its own batch', async () => {
  const { format, lines } = await read(
    report(row('po_1', '-107.60', 'payout', 'paid'), row('po_2', '55.00', 'payout', 'paid')),
  );
  assert.equal(format, 'stripe-payouts');
  assert.deepEqual(
    lines.map((l) => [l.role, l.kind, l.status, l.amount, l.batch_ref, l.bank_ref, l.business_on, l.value_on]),
    [
      ['balance', 'payout', 'done', -10_760n, 'po_1', 'SCT-po_1', '2026-11-24', '2026-11-25'],
      ['balance', 'payout', 'done', 5500n, 'po_2', 'SCT-po_2', '2026-11-24', '2026-11-25'],
    ],
  );
});

test('the list of the Dashboard: the same with the opposite sign', async () => {
  const { format, lines } = await read(
    dashboard(
      listed('po_1', '"3,930.14"', 'usd', 'paid'),
      listed('po_2', '-18.00', 'usd', 'Paid'),
      listed('po_3', '5000', 'jpy', 'paid'),
    ),
  );
  assert.equal(format, 'stripe-payouts');
  assert.deepEqual(
    lines.map((l) => [l.role, l.kind, l.status, l.amount, l.currency, l.text]),
    [
      ['balance', 'payout', 'done', -393_014n, 'USD', 'Lane Books'],
      ['balance', 'payout', 'done', 1800n, 'USD', 'Lane Books'],
      ['balance', 'payout', 'done', -5000n, 'JPY', 'Lane Books'],
    ],
  );
});

test('states, and one that is none', async () => {
  const states = {
    paid: 'done',
    in_transit: 'pending',
    'In Transit': 'pending',
    pending: 'pending',
    failed: 'failed',
    canceled: 'failed',
  };
  const { lines, rejected } = await read(
    dashboard(...[...Object.keys(states), 'gone'].map((s, i) => listed(`po_${i}`, '1.00', 'usd', s))),
  );
  assert.deepEqual(
    lines.map((l) => l.status),
    Object.values(states),
  );
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.value]),
    [[8, 'Status', 'gone']],
  );
});

test('a failed payout whose money came back in the same file left and returned; another did neither', async () => {
  const { lines } = await read(
    report(
      row('po_3', '-31.00', 'payout', 'failed'),
      row('po_3', '31.00', 'payout_reversal', 'failed'),
      row('po_4', '-12.00', 'payout', 'failed'),
    ),
  );
  assert.deepEqual(
    lines.map((l) => [l.kind, l.status, l.amount]),
    [
      ['payout', 'done', -3100n],
      ['payout_return', 'done', 3100n],
      ['payout', 'failed', -1200n],
    ],
  );
});

test('a row whose net does not follow, whose amount is not exact or whose category is none is rejected', async () => {
  const sound = row('po_1', '-107.60', 'payout', 'paid');
  for (const [from, to, column] of [
    ['-107.60,0.00,-107.60', '-107.60,0.00,-107.61', 'net'],
    ['-107.60,0.00,-107.60', '-107.605,0.005,-107.61', 'gross'],
    ['eur', 'eux', 'currency'],
    [',payout,', ',charge,', 'reporting_category'],
    ['2026-11-24 00:00:00', '2026-11-31 00:00:00', 'effective_at_utc'],
  ] as const) {
    const { lines, rejected } = await read(report(sound.replace(from, to)));
    assert.deepEqual([lines.length, rejected.map((r) => r.column)], [0, [column]], to);
  }
});

test('F27 cut anywhere: refused, or what came through is the beginning of the whole', async () => {
  const bytes = report(...Array.from({ length: 9 }, (_, i) => row(`po_${i}`, `-1${i}.00`, 'payout', 'paid')));
  await withMany(async (readOne) => {
    const whole = (await readOne(bytes)).lines.map((l) => [l.batch_ref, l.amount, l.status]);
    for (const { what, bytes: cut } of cuts(bytes)) {
      try {
        const { lines, rejected } = await readOne(cut);
        assert.deepEqual(
          lines.map((l) => [l.batch_ref, l.amount, l.status]),
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

test('a list of other things with an amount and a status is not one of payouts', async () => {
  assert.equal(
    (await refusal(Buffer.from('id,Amount,Currency,Status\npi_1,1.00,usd,succeeded\n'))).code,
    'file.unknown_format',
  );
});
