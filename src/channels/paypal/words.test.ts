import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strictJson } from '../json.ts';
import { captureOf, customIdOf, decimalOf, eventSays, eventShape, OfAnother, orderSays, orderShape } from './words.ts';

const AT = Temporal.Instant.from('2026-11-20T03:00:00Z');
const ACCOUNT = {
  id: '',
  provider: 'paypal',
  merchantNo: 'MERCHANT00001',
  subMerchantNo: undefined,
  livemode: false,
  baseUrl: '',
  settings: {},
} as const;

const usd = (value: unknown, currency_code = 'USD') => ({ currency_code, value });
const capture = (over: object = {}) => ({
  id: 'CAPTURE1',
  status: 'COMPLETED',
  amount: usd('10.00'),
  final_capture: true,
  create_time: '2026-11-20T02:00:00Z',
  update_time: '2026-11-20T02:00:05Z',
  payee: { merchant_id: 'MERCHANT00001' },
  supplementary_data: { related_ids: { order_id: 'ORDER1' } },
  ...over,
});
const unit = (payments: object, over: object = {}) => ({
  amount: usd('10.00'),
  payee: { merchant_id: 'MERCHANT00001' },
  payments,
  ...over,
});
const order = (units: readonly object[], over: object = {}) => {
  const it = { id: 'ORDER1', status: 'COMPLETED', purchase_units: units, ...over };
  return orderSays(orderShape.parse(strictJson(JSON.stringify(it))), ACCOUNT, { source: 'inquiry', at: AT });
};
const event = (event_type: string, resource: object, resource_type?: string) => {
  const it = { id: 'WH-1', create_time: AT.toString(), event_type, resource_type, resource };
  return eventSays(eventShape.parse(strictJson(JSON.stringify(it))), ACCOUNT);
};
const brief = (said: ReturnType<typeof order>) => said.map((o) => `${o.kind} ${o.said} ${o.amount?.minor}`);

test('a decimal as its currency has it, and nothing near it', () => {
  for (const [value, currency, minor] of [
    ['10.99', 'USD', 1_099n],
    ['10.9', 'USD', 1_090n],
    ['10', 'USD', 1_000n],
    ['1500', 'JPY', 1_500n],
    ['1500', 'HUF', 150_000n],
    ['1.234', 'KWD', 1_234n],
  ] as const)
    assert.equal(order([unit({ captures: [capture({ amount: usd(value, currency) })] })])[0]?.amount?.minor, minor);
  for (const [value, currency] of [
    ['10.999', 'USD'],
    ['1500.5', 'JPY'],
    ['-1.00', 'USD'],
    ['1,000.00', 'USD'],
    ['1e3', 'USD'],
    ['', 'USD'],
    ['10.', 'USD'],
    [10.99, 'USD'],
    [10, 'USD'],
    ['10.00', 'usd'],
    ['10.00', 'XYZ'],
  ] as const)
    assert.throws(
      () => order([unit({ captures: [capture({ amount: usd(value, currency) })] })]),
      `${value} ${currency}`,
    );
  assert.equal(decimalOf({ minor: 150_000n, currency: 'HUF' }), '1500');
  assert.equal(decimalOf({ minor: 150_050n, currency: 'HUF' }), undefined);
  assert.equal(decimalOf({ minor: 1_500n, currency: 'JPY' }), '1500');
  assert.equal(decimalOf({ minor: 5n, currency: 'USD' }), '0.05');
});

test('several captures are one payment; what is paid to another is not ours', () => {
  const second = capture({
    id: 'CAPTURE2',
    amount: usd('5.00'),
    create_time: '2026-11-20T02:30:00Z',
    update_time: undefined,
  });
  const [paid] = order([unit({ captures: [capture(), second] })]);
  assert.deepEqual([paid?.amount?.minor, paid?.refs.map((r) => r.value)], [1_500n, ['CAPTURE1', 'CAPTURE2']]);
  assert.equal(paid?.occurredAt.toString(), '2026-11-20T02:30:00Z', 'when all of it was there');
  const theirs = unit({ captures: [second] }, { payee: { merchant_id: 'ANOTHER000001' } });
  assert.deepEqual(brief(order([unit({ captures: [capture()] }), theirs])), ['captured COMPLETED 1000']);
  assert.throws(() => order([theirs]), OfAnother);
  assert.deepEqual(brief(order([unit({ captures: [capture({ status: 'PENDING' }), second] })])), [
    'captured COMPLETED 500',
  ]);
  assert.throws(() => order([unit({ captures: [capture(), capture({ amount: usd('1', 'JPY') })] })]), 'two currencies');
  assert.deepEqual(event('PAYMENT.CAPTURE.COMPLETED', capture({ final_capture: false })), [], 'one of several');
});

test('an authorisation is a hold, no money', () => {
  const held = (status: string) => brief(order([unit({ authorizations: [{ status }] })]));
  assert.deepEqual(held('CREATED'), ['unpaid COMPLETED:CREATED 1000']);
  assert.deepEqual(held('PENDING'), ['unpaid COMPLETED:PENDING 1000']);
  assert.deepEqual(held('VOIDED'), ['closed COMPLETED:VOIDED 1000']);
  assert.deepEqual(held('DENIED'), ['failed COMPLETED:DENIED 1000']);
  assert.throws(() => held('CAPTURED'), 'captured, and no capture');
  assert.throws(() => held('BRAND_NEW'));
});

test('a declined capture ends a completed order only; by itself it does not say', () => {
  const declined = capture({ status: 'DECLINED', status_details: { reason: 'CHARGEBACK' } });
  assert.deepEqual(brief(order([unit({ captures: [declined] })])), ['failed COMPLETED:DECLINED:CHARGEBACK 1000']);
  assert.deepEqual(brief(order([unit({ captures: [declined] })], { status: 'PAYER_ACTION_REQUIRED' })), [
    'unpaid PAYER_ACTION_REQUIRED:DECLINED:CHARGEBACK 1000',
  ]);
  for (const name of ['DENIED', 'DECLINED'])
    assert.deepEqual(brief(event(`PAYMENT.CAPTURE.${name}`, declined)), ['unpaid DECLINED:CHARGEBACK 1000']);
});

test('a refund moves the time of change, not that of the payment', () => {
  const [paid] = order([
    unit({ captures: [capture({ status: 'PARTIALLY_REFUNDED', update_time: '2026-11-25T00:00:00Z' })] }),
  ]);
  assert.equal(paid?.occurredAt.toString(), '2026-11-20T02:00:00Z');
});

test('what each event is about; a new one is not guessed, another family is kept and says nothing', () => {
  const links = [{ rel: 'up', href: 'https://api.paypal.com/v2/payments/captures/CAPTURE1' }];
  const refund = { id: 'REFUND1', status: 'COMPLETED', amount: usd('4.00'), links };
  assert.deepEqual(brief(event('PAYMENT.CAPTURE.REFUNDED', refund)), ['refund COMPLETED 400']);
  assert.deepEqual(
    brief(event('PAYMENT.REFUND.PENDING', { ...refund, status: 'PENDING', status_details: { reason: 'ECHECK' } })),
    ['refund PENDING:ECHECK 400'],
  );
  assert.equal(event('PAYMENT.REFUND.FAILED', { ...refund, status: 'FAILED' })[0]?.refund?.state, 'closed');
  for (const value of ['4.00', '-4.00'])
    assert.deepEqual(brief(event('PAYMENT.CAPTURE.REVERSED', { ...refund, amount: usd(value) }, 'refund')), [
      'refund REVERSED:COMPLETED 400',
    ]);
  assert.deepEqual(brief(event('PAYMENT.CAPTURE.REVERSED', capture(), 'capture')), [
    'reversed REVERSED:COMPLETED 1000',
  ]);
  assert.throws(() => event('PAYMENT.CAPTURE.REFUNDED', { ...refund, links: [] }), 'of nobody knows which capture');
  assert.throws(() => event('PAYMENT.CAPTURE.BRAND_NEW', capture()), /unknown type/);
  assert.throws(() => event('PAYMENT.CAPTURE.COMPLETED', capture({ status: 'BRAND_NEW' })));
  for (const other of [
    'CUSTOMER.DISPUTE.CREATED',
    'BILLING.SUBSCRIPTION.CREATED',
    'CHECKOUT.PAYMENT-APPROVAL.REVERSED',
  ])
    assert.deepEqual(event(other, { any: 'thing' }), [], other);
  const up = (href: string) => captureOf({ links: [{ rel: 'up', href }] } as Parameters<typeof captureOf>[0]);
  assert.equal(up('https://api.paypal.com/v2/payments/captures/CAPTURE1'), 'CAPTURE1');
  assert.equal(up('https://api.paypal.com/v2/checkout/orders/ORDER1'), undefined);
});

test('what is not told may be null, and a refund is ours by its prefix only', () => {
  const nulls = { status_details: null, invoice_id: null, custom_id: '', supplementary_data: null };
  assert.deepEqual(brief(order([unit({ captures: [capture(nulls)] }, { payee: null, custom_id: null })])), [
    'captured COMPLETED 1000',
  ]);
  assert.deepEqual(event('PAYMENT.CAPTURE.COMPLETED', capture(nulls))[0]?.paymentRef, undefined);
  assert.deepEqual(brief(order([unit(null as unknown as object)], { status: 'APPROVED' })), ['unpaid APPROVED 1000']);
  const refund = (custom_id: string) => ({ id: 'REFUND1', status: 'COMPLETED', amount: usd('4.00'), custom_id });
  const names = (custom_id: string) =>
    order([unit({ captures: [capture()], refunds: [refund(custom_id)] })])[1]?.refs.map((r) => `${r.kind} ${r.value}`);
  assert.deepEqual(names(customIdOf('R1')), ['refund R1', 'channel_refund REFUND1']);
  assert.deepEqual(names('cart 7'), ['channel_refund REFUND1'], 'that of its capture');
});

test('the merchant’s own numbers find it: on the unit or on the capture, each once', () => {
  const numbers = { invoice_id: 'INV-1', custom_id: 'cart 7' };
  const [paid] = order([unit({ captures: [capture(numbers)] }, numbers)]);
  assert.deepEqual(
    paid?.refs.map((r) => `${r.kind} ${r.value}`),
    ['channel_trade CAPTURE1', 'order INV-1', 'order cart 7'],
  );
});
