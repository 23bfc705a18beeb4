import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cuts } from '../../../tests/support/damage.ts';
import { withMany } from '../../../tests/support/many.ts';
import { read } from '../../../tests/support/reading.ts';
import { DaozhangError } from '../../base/errors.ts';

const HEADER =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Booking Date,TimeZone,Record Type,Modification Psp Reference,Main Currency,Main Amount,Settlement Currency,Commission (SC),Markup (SC),Modification Merchant Reference,Payable Batch';
const step = (
  type: string,
  { amount = '31.45', currency = 'EUR', settlement = 'EUR', costs = ',', psp = '8816200000000001' } = {},
): string =>
  `ExampleCo,ExampleCo_EU,${psp},S2001,visa,2026-11-20 09:00:01,CET,${type},8816200000000011,${currency},${amount},${settlement},${costs},R2001,41`;
const report = (...rows: string[]): Uint8Array => Buffer.from(`${[HEADER, ...rows].join('\r\n')}\r\n`);

test('every step has its kind, how far it got and a sign; all of it is evidence and never counted', async () => {
  const steps = {
    Received: ['payment', 'pending', 3145n],
    Authorised: ['payment', 'pending', 3145n],
    SentForSettle: ['payment', 'pending', 3145n],
    Settled: ['payment', 'done', 3145n],
    SettledBulk: ['payment', 'done', 3145n],
    Refused: ['payment', 'failed', 3145n],
    Cancelled: ['payment', 'failed', 3145n],
    CaptureFailed: ['payment', 'failed', 3145n],
    Expired: ['payment', 'failed', 3145n],
    SentForRefund: ['refund', 'pending', -3145n],
    Refunded: ['refund', 'done', -3145n],
    RefundFailed: ['refund', 'failed', -3145n],
    RefundedReversed: ['reversal', 'done', 3145n],
    Chargeback: ['chargeback', 'done', -3145n],
    SecondChargeback: ['chargeback', 'done', -3145n],
    ChargebackReversed: ['adjustment', 'done', 3145n],
    SomethingNew: ['adjustment', 'pending', 3145n],
  };
  const { format, lines } = await read(report(...Object.keys(steps).map((type) => step(type))));
  assert.equal(format, 'adyen-accounting');
  assert.deepEqual([...new Set(lines.map((l) => l.role))], ['evidence']);
  assert.deepEqual(
    lines.map((l) => [l.text, l.kind, l.status, l.amount]),
    Object.entries(steps).map(([type, expected]) => [type, ...expected]),
  );
});

test('a payment is known by its own reference, what was done to it by that of the modification', async () => {
  const { lines } = await read(report(step('Settled'), step('Refunded')));
  assert.deepEqual(
    lines.map((l) => [l.channel_ref, l.origin_ref, l.order_ref, l.refund_ref, l.batch_ref, l.business_on]),
    [
      ['8816200000000001', null, 'S2001', null, 'ExampleCo_EU/41', '2026-11-20'],
      ['8816200000000011', '8816200000000001', 'S2001', 'R2001', 'ExampleCo_EU/41', '2026-11-20'],
    ],
  );
});

test('costs are told where they are settled in the currency of the payment, at six decimals', async () => {
  const { lines } = await read(
    report(
      step('Settled', { costs: '0.1,0.2005' }),
      step('Settled', { costs: '0.1,0.2', settlement: 'USD' }),
      step('SentForSettle'),
    ),
  );
  assert.deepEqual(
    lines.map((l) => [l.fee, l.fee_scale]),
    [
      [300_500n, 6],
      [null, null],
      [null, null],
    ],
  );
});

test('amounts have the exponent of their currency, and are exact or rejected', async () => {
  const { lines, rejected } = await read(
    report(
      step('Settled', { currency: 'JPY', amount: '3158' }),
      step('Settled', { currency: 'KWD', amount: '1.505' }),
      step('Settled', { currency: 'JPY', amount: '31.5' }),
      step('Settled', { amount: '31.455' }),
      step('Settled', { amount: '' }),
      step('Settled', { currency: 'EUX' }),
      step('Settled', { amount: '99999999999999999.00' }),
    ),
  );
  assert.deepEqual(
    lines.map((l) => l.amount),
    [3158n, 1505n],
  );
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.code]),
    [
      [4, 'Main Amount', 'amount_not_exact'],
      [5, 'Main Amount', 'amount_not_exact'],
      [6, 'Main Amount', 'missing'],
      [7, 'Main Currency', 'bad_currency'],
      [8, 'Main Amount', 'bad_amount'],
    ],
  );
});

test('F27 cut anywhere: refused, or what came through is the beginning of the whole', async () => {
  const bytes = report(...['Received', 'Authorised', 'SentForSettle', 'Settled', 'Refunded'].map((type) => step(type)));
  await withMany(async (readOne) => {
    const whole = (await readOne(bytes)).lines.map((l) => [l.text, l.amount]);
    for (const { what, bytes: cut } of cuts(bytes)) {
      try {
        const { lines, rejected } = await readOne(cut);
        assert.deepEqual(
          lines.map((l) => [l.text, l.amount]),
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
