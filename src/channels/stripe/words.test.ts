import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../channel.ts';
import { amountOf, eventSaid, eventShape, intentSaid, intentShape, moneyOf } from './words.ts';

const account: Account = {
  id: 'account',
  provider: 'stripe',
  merchantNo: 'acct_1',
  subMerchantNo: undefined,
  livemode: false,
  baseUrl: 'https://api.stripe.com',
  settings: {},
};
const byIntent: Account = { ...account, settings: { payment_ref: 'payment_intent', order_key: 'orderNo' } };
const AT = Temporal.Instant.from('2026-11-20T03:00:00Z');
const intent = {
  id: 'pi_1',
  object: 'payment_intent',
  livemode: false,
  amount: 1_099,
  amount_received: 0,
  currency: 'usd',
  created: 1_795_143_600,
  canceled_at: null,
  latest_charge: null,
  metadata: { order_id: 'A1', orderNo: 'B1' },
  status: 'requires_payment_method',
};
const said = (over: object, who = account) =>
  intentSaid(intentShape.parse({ ...intent, ...over }), who, { source: 'inquiry', at: AT });

test('Stripe’s unit in ours and back; nothing finer than the currency, nothing unknown', () => {
  for (const [code, amount, minor] of [
    ['usd', 1_099, 1_099n],
    ['jpy', 500, 500n],
    ['krw', 0, 0n],
    ['kwd', 5_120, 5_120n],
    ['isk', 500, 5n],
    ['ugx', 500, 5n],
    ['mga', 12, 1_200n],
    ['huf', 1_045, 1_045n],
  ] as const) {
    const currency = code.toUpperCase();
    assert.deepEqual(moneyOf(amount, code), { minor, currency });
    assert.equal(amountOf(minor, currency), BigInt(amount), code);
  }
  assert.throws(() => moneyOf(501, 'isk'));
  assert.throws(() => moneyOf(1, 'abc'));
  assert.equal(amountOf(1n, 'ABC'), undefined);
  // Half an ariary is nothing that Stripe can move.
  assert.equal(amountOf(150n, 'MGA'), undefined);
  for (const amount of [1.5, -1, '1099', null, { digits: '1099.0' }])
    assert.throws(() => said({ amount }), String(amount));
});

test('a payment has the name that the account wants: of its metadata, else its own', () => {
  const name = (over: object, who = account): unknown => said(over, who)[0]?.paymentRef;
  assert.equal(name({}), 'A1');
  assert.equal(name({ metadata: { order_id: '' } }), 'pi_1');
  assert.equal(name({ metadata: {} }), 'pi_1');
  const [o] = said({}, byIntent);
  assert.equal(o?.paymentRef, 'pi_1');
  assert.deepEqual(o?.refs, [
    { kind: 'channel_trade', value: 'pi_1' },
    { kind: 'order', value: 'B1' },
  ]);
});

test('an unknown word is not guessed; an equal answer has an equal name, another amount another', () => {
  assert.throws(() => said({ status: 'requires_source' }));
  assert.throws(() => said({ currency: 'USD' }));
  const key = (over: object): unknown => said(over)[0]?.key;
  assert.equal(key({}), key({ created: 1_795_143_601 }));
  assert.notEqual(
    key({ status: 'succeeded', amount_received: 1_099 }),
    key({ status: 'succeeded', amount_received: 900 }),
  );
  // What was received counts, not what was asked for.
  assert.equal(said({ status: 'succeeded', amount_received: 900 })[0]?.amount?.minor, 900n);
});

test('a captured payment is dated by its charge; what is behind it comes with it', () => {
  const refund = (id: string, status: string, metadata: object) => ({
    id,
    object: 'refund',
    amount: 100,
    currency: 'usd',
    created: 1_795_143_700,
    charge: 'ch_1',
    payment_intent: 'pi_1',
    metadata,
    status,
  });
  const charge = {
    id: 'ch_1',
    object: 'charge',
    amount_captured: 1_099,
    currency: 'usd',
    created: 1_795_143_650,
    captured: true,
    status: 'succeeded',
    payment_intent: 'pi_1',
    metadata: {},
    refunds: { data: [refund('re_1', 'succeeded', { refund_id: 'R1' }), refund('re_2', 'requires_action', {})] },
  };
  const [o, ...refunds] = said({ status: 'succeeded', amount_received: 1_099, latest_charge: charge });
  assert.equal(o?.occurredAt.epochMilliseconds, 1_795_143_650_000);
  assert.deepEqual(
    refunds.map((r) => [r.paymentRef, r.refund?.ref, r.refund?.state]),
    [
      ['A1', 'R1', 'succeeded'],
      ['A1', 're_2', 'processing'],
    ],
  );
  const event = (type: string, object: object) =>
    eventSaid(
      eventShape.parse({
        id: 'evt_1',
        object: 'event',
        type,
        created: 1_795_143_800,
        livemode: false,
        data: { object },
      }),
      account,
    );
  // Its metadata may be less than the PaymentIntent's: then it waits under the PaymentIntent's number.
  assert.deepEqual(
    event('charge.succeeded', charge).map((c) => [c.kind, c.paymentRef, c.key]),
    [['captured', undefined, 'evt_1']],
  );
  assert.deepEqual(event('charge.succeeded', { ...charge, captured: false }), []);
  assert.deepEqual(event('charge.succeeded', { ...charge, payment_intent: null }), []);
  // As older versions write it, with the refunds inside.
  assert.deepEqual(
    event('charge.refunded', charge).map((r) => r.key),
    ['evt_1:re_1', 'evt_1:re_2'],
  );
  assert.deepEqual(event('charge.refunded', { ...charge, refunds: undefined }), []);
  assert.deepEqual(event('invoice.paid', { anything: true }), []);
});

test('events of one second keep the order of a payment’s life', () => {
  const at = (type: string, object: object): bigint =>
    eventSaid(
      eventShape.parse({
        id: 'evt_1',
        object: 'event',
        type,
        created: 1_795_143_800,
        livemode: false,
        data: { object },
      }),
      account,
    )[0]!.occurredAt.epochNanoseconds;
  const life = ['requires_payment_method', 'processing', 'succeeded'].map((status) =>
    at('payment_intent.created', { ...intent, status }),
  );
  assert.ok(life[0]! < life[1]! && life[1]! < life[2]!);
  const refund = { id: 're_1', object: 'refund', amount: 100, currency: 'usd', created: 1_795_143_700, metadata: null };
  const states = ['pending', 'succeeded', 'failed'].map((status) => at('refund.updated', { ...refund, status }));
  assert.ok(states[0]! < states[1]! && states[1]! < states[2]!);
});
