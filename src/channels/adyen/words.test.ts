/** Adyen's amounts, and what the rows of its report say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account, BillRow } from '../channel.ts';
import { amountOf, recordSays, wireValue } from './words.ts';

test('minor units by Adyen’s own decimals, where they are not those of ISO 4217', () => {
  for (const [currency, value, minor] of [
    ['EUR', 1_234, 1_234n],
    ['JPY', 1_234, 1_234n],
    ['KWD', 1_234, 1_234n],
    ['CLP', 1_200, 12n],
    ['ISK', 1_200, 12n],
    ['CVE', 12, 1_200n],
    ['IDR', 12, 1_200n],
  ] as const) {
    assert.deepEqual(amountOf({ amount: { value, currency } }), { minor, currency });
    assert.equal(wireValue(minor, currency), value, currency);
  }
});

test('an amount that the currency does not have is none', () => {
  for (const amount of [
    undefined,
    { value: 1, currency: 'EUX' },
    { value: 1, currency: 'CNH' },
    { value: 1_250, currency: 'CLP' },
    { value: -1, currency: 'EUR' },
  ])
    assert.throws(() => amountOf({ amount }), /amount/);
  assert.equal(wireValue(1_250n, 'IDR'), undefined);
  assert.equal(wireValue(1n, 'CNH'), undefined);
  assert.equal(wireValue(10n ** 18n, 'EUR'), undefined);
});

test('a row of the report says what its event says, by how the account captures; unknown rows say nothing', () => {
  const row = (text: string | null, over: Partial<BillRow> = {}): BillRow => ({
    ...{
      kind: 'payment',
      status: 'pending',
      amount: '100',
      text,
      channel_ref: 'P1',
      origin_ref: null,
      refund_ref: null,
    },
    ...over,
  });
  const says = (text: string | null, capture: string, over: Partial<BillRow> = {}): unknown => {
    const word = recordSays(row(text, over), { settings: { capture } } as unknown as Account);
    return word?.refund ?? word?.kind;
  };
  for (const [text, automatic, manual] of [
    ['Received', undefined, undefined],
    ['Authorised', 'captured', 'processing'],
    ['Refused', 'unpaid', 'unpaid'],
    ['SentForSettle', 'captured', 'captured'],
    ['Settled', 'captured', 'captured'],
    ['CaptureFailed', 'unpaid', 'unpaid'],
    ['Cancelled', 'reversed', 'closed'],
    ['Expired', 'reversed', 'closed'],
    ['SettledInInstallments', undefined, undefined],
    ['SettledExternally', undefined, undefined],
    ['SettledReversed', undefined, undefined],
    ['RefundedReversed', undefined, undefined],
    ['Chargeback', 'charged_back', 'charged_back'],
    ['SecondChargeback', 'charged_back', 'charged_back'],
    ['ChargebackReversed', 'chargeback_undone', 'chargeback_undone'],
    ['constructor', undefined, undefined],
  ] as const)
    assert.deepEqual([says(text, 'automatic'), says(text, 'manual')], [automatic, manual], String(text));
  const change = { channel_ref: 'R1', origin_ref: 'P1' };
  assert.deepEqual(says('SentForRefund', 'manual', change), { ref: 'R1', state: 'processing' });
  assert.deepEqual(says('Refunded', 'manual', change), { ref: 'R1', state: 'succeeded' });
  assert.deepEqual(says('RefundFailed', 'manual', change), { ref: 'R1', state: 'abnormal' });
  // Of the settlement details only that it moved is told.
  assert.equal(says(null, 'manual'), undefined);
  assert.equal(says(null, 'manual', { status: 'done' }), 'captured');
  assert.deepEqual(says(null, 'manual', { ...change, status: 'done', kind: 'refund' }), {
    ref: 'R1',
    state: 'succeeded',
  });
  assert.equal(says(null, 'manual', { status: 'done', kind: 'reversal' }), undefined);
  assert.equal(says('gross 12.00 USD, rate 0.9', 'manual', { status: 'done' }), undefined);
  // A card that is tried for nothing is no payment.
  assert.equal(says('Authorised', 'automatic', { amount: '0' }), undefined);
  // Told by the payment's number alone it would stand for all that was given back.
  assert.equal(says('Refunded', 'manual', { channel_ref: 'P1', origin_ref: 'P1' }), undefined);
});
