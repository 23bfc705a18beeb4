/**
 * Proof that the simulated Adyen is not our own echo: the official library (`@adyen/api-library`) pays, captures, gives back and cancels
 * against it, its validator takes the webhooks, and refuses what was changed by one byte. It computes the signatures that ours must meet.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CheckoutAPI, Client, EnvironmentEnum, HttpClientException, hmacValidator, Types } from '@adyen/api-library';
import { type AdyenSim, accountFor, startAdyenSim } from '../../sim/channels/adyen/server.ts';
import { newHmacKey } from '../../sim/channels/adyen/wire.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import { adyen } from '../../src/channels/adyen/channel.ts';
import type { RawMessage } from '../../src/channels/channel.ts';
import { accountOf, type Ear, startEar } from './surroundings.ts';

let clock: SteppedClock;
let ear: Ear;
let sim: AdyenSim;
before(async () => {
  clock = steppedClock(Temporal.Instant.from('2026-11-20T09:00:00Z'));
  ear = await startEar({ status: 202, body: '[accepted]' });
  sim = await startAdyenSim({ clock, capture: 'manual', notifyUrl: () => ear.url });
});
after(async () => {
  await sim.close();
  ear.close();
});

/** The library knows Adyen's hosts only, so its requests are turned round on the way out; all else is its own. */
function checkoutOf(apiKey: string): CheckoutAPI {
  const client = new Client({ apiKey, environment: EnvironmentEnum.TEST });
  client.httpClient = {
    async request(endpoint, json, config, _, options = {}) {
      const at = new URL(endpoint);
      assert.equal(at.host, 'checkout-test.adyen.com');
      const answer = await fetch(`${sim.url}${at.pathname}`, {
        method: options.method ?? 'POST',
        headers: {
          'content-type': 'application/json',
          'x-api-key': config.apiKey ?? '',
          ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
        },
        body: String(json),
      });
      const text = await answer.text();
      if (answer.ok) return text;
      const apiError = JSON.parse(text);
      throw new HttpClientException({
        message: apiError.message,
        statusCode: apiError.status,
        errorCode: apiError.errorCode,
        responseBody: text,
      });
    },
  };
  return new CheckoutAPI(client);
}
const failsWith = (errorCode: string) => (error: unknown) =>
  error instanceof HttpClientException && error.errorCode === errorCode;

const CARD = {
  type: 'scheme',
  encryptedCardNumber: 'test_4111111111111111',
  encryptedExpiryMonth: 'test_03',
  encryptedExpiryYear: 'test_2030',
  encryptedSecurityCode: 'test_737',
} as const;
const payment = (reference: string, more: object = {}): Types.checkout.PaymentRequest =>
  ({
    merchantAccount: sim.merchantAccount,
    amount: { value: 1_280, currency: 'EUR' },
    reference,
    paymentMethod: { ...CARD, ...more },
    returnUrl: 'https://shop.example/back',
  }) as Types.checkout.PaymentRequest;

type Item = Types.notification.NotificationRequestItem;
async function eventsOf(): Promise<readonly Item[]> {
  await clock.advance(2_000);
  return ear.caught.splice(0).map((m) => itemOf(Buffer.from(m.body).toString('utf8')));
}
const itemOf = (text: string): Item => JSON.parse(text).notificationItems[0].NotificationRequestItem;
const validator = new hmacValidator();
const word = (it: Item): string => `${it.eventCode} ${it.success}`;

test('pay, capture, give back, cancel: the library’s own requests and models', async () => {
  const { PaymentsApi, ModificationsApi } = checkoutOf(sim.apiKey);
  const made = await PaymentsApi.payments(payment('S1'));
  assert.equal(made.resultCode, Types.checkout.PaymentResponse.ResultCodeEnum.Authorised);
  const psp = made.pspReference!;
  assert.deepEqual((await eventsOf()).map(word), ['AUTHORISATION true']);
  const { merchantAccount } = sim;
  const amount = { value: 1_280, currency: 'EUR' };
  const captured = await ModificationsApi.captureAuthorisedPayment(psp, { merchantAccount, amount, reference: 'S1-C' });
  assert.deepEqual([captured.status, captured.paymentPspReference], ['received', psp]);
  assert.deepEqual((await eventsOf()).map(word), ['CAPTURE true']);

  const part = { merchantAccount, amount: { value: 280, currency: 'EUR' }, reference: 'S1-R' };
  const once = await ModificationsApi.refundCapturedPayment(psp, part, { idempotencyKey: 'S1-R' });
  const twice = await ModificationsApi.refundCapturedPayment(psp, part, { idempotencyKey: 'S1-R' });
  assert.deepEqual([once.status, once.pspReference], ['received', twice.pspReference]);
  const [refunded] = await eventsOf();
  assert.deepEqual(
    [word(refunded!), refunded!.originalReference, refunded!.pspReference, refunded!.amount.value],
    ['REFUND true', psp, once.pspReference, 280],
  );
  const reversed = await ModificationsApi.refundOrCancelPayment(psp, { merchantAccount });
  assert.equal(reversed.status, 'received');
  assert.deepEqual((await eventsOf()).map(word), ['CANCEL_OR_REFUND true']);

  const other = await PaymentsApi.payments(payment('S2'));
  await eventsOf();
  const cancelled = await ModificationsApi.cancelAuthorisedPaymentByPspReference(other.pspReference!, {
    merchantAccount,
    reference: 'S2-X',
  });
  assert.equal(cancelled.status, 'received');
  assert.deepEqual((await eventsOf()).map(word), ['CANCELLATION true']);
  await PaymentsApi.payments(payment('S3'));
  await ModificationsApi.cancelAuthorisedPayment({ merchantAccount, paymentReference: 'S3', reference: 'S3-X' });
  assert.deepEqual((await eventsOf()).map(word), ['AUTHORISATION true', 'TECHNICAL_CANCEL true']);

  const declined = await PaymentsApi.payments(payment('S4', { holderName: 'DECLINED' }));
  assert.equal(declined.resultCode, 'Refused');
  assert.deepEqual((await eventsOf()).map(word), ['AUTHORISATION false']);
  const bank = await PaymentsApi.payments(payment('S5', { type: 'ideal' }));
  assert.equal(bank.resultCode, 'RedirectShopper');
  await sim.pay('S5');
  assert.deepEqual((await eventsOf()).map(word), ['AUTHORISATION true']);
  assert.ok((await PaymentsApi.paymentMethods({ merchantAccount })).paymentMethods!.length > 0);
});

test('the simulator refuses another key, another account, an unknown payment, too much', async () => {
  const { PaymentsApi, ModificationsApi } = checkoutOf(sim.apiKey);
  await assert.rejects(checkoutOf('AQEanother').PaymentsApi.payments(payment('S6')), failsWith('000'));
  await assert.rejects(PaymentsApi.payments({ ...payment('S6'), merchantAccount: 'Another' }), failsWith('901'));
  const { merchantAccount } = sim;
  const much = { merchantAccount, amount: { value: 9_999, currency: 'EUR' } };
  await assert.rejects(ModificationsApi.refundCapturedPayment('NOSUCHPAYMENT000', much), failsWith('167'));
  const made = await PaymentsApi.payments(payment('S6'));
  await assert.rejects(ModificationsApi.captureAuthorisedPayment(made.pspReference!, much), failsWith('132'));
  await eventsOf();
});

/** The values that are signed, and one that is not. */
const SIGNED = ['pspReference', 'merchantAccountCode', 'merchantReference', 'eventCode', 'success'] as const;

test('webhooks hold by the library’s validator and by ours; one changed byte holds by neither', async () => {
  const made = accountFor(sim);
  const account = accountOf(made);
  const isOurs = (text: string, keys = made.credentials): boolean =>
    adyen.verify({ headers: {}, body: Buffer.from(text) }, account, keys, clock.now()).ok;
  sim.place('S7:ü', 500);
  await sim.pay('S7:ü');
  const [raw] = ear.caught.splice(0) as [RawMessage];
  const text = Buffer.from(raw.body).toString('utf8');
  const key = sim.hmacKey();
  assert.equal(validator.validateHMAC(itemOf(text), key), true);
  assert.equal(isOurs(text), true);
  for (const name of SIGNED) {
    const changed = text.replace(
      new RegExp(`("${name}":")(.)`),
      (_, head, first) => `${head}${first === 'x' ? 'y' : 'x'}`,
    );
    assert.notEqual(changed, text, name);
    assert.equal(validator.validateHMAC(itemOf(changed), key), false, name);
    assert.equal(isOurs(changed), false, name);
  }
  for (const changed of [
    text.replace('"value":500', '"value":501'),
    text.replace('"currency":"EUR"', '"currency":"USD"'),
    text.replace('"eventCode"', '"originalReference":"A","eventCode"'),
    text.replace(/("hmacSignature":")(.)/, (_, head, first) => `${head}${first === 'A' ? 'B' : 'A'}`),
  ]) {
    assert.notEqual(changed, text);
    assert.equal(validator.validateHMAC(itemOf(changed), key), false);
    assert.equal(isOurs(changed), false);
  }
  // What is not signed may differ: both take it, so nothing of it may be believed.
  const unsigned = text.replace(/"reason":"[^"]*"/, '"reason":"another"').replace('2026-11-20', '2026-11-21');
  assert.notEqual(unsigned, text);
  assert.equal(validator.validateHMAC(itemOf(unsigned), key), true);
  assert.equal(isOurs(unsigned), true);
  const another = newHmacKey();
  assert.equal(validator.validateHMAC(itemOf(text), another), false);
  assert.equal(isOurs(text, [{ kind: 'hmac_key', id: '', value: another, notAfter: undefined }]), false);
});

test('what the library signs, we take; what we take, it would have signed so', async () => {
  const made = accountFor(sim);
  const account = accountOf(made);
  const cases: ReadonlyArray<Partial<Item>> = [
    { merchantReference: 'A-1' },
    { merchantReference: 'A:1\\x' },
    { originalReference: 'ORIGINAL12345678', eventCode: 'REFUND' as Item['eventCode'] },
    { success: 'false' as Item['success'] },
    { amount: { value: 0, currency: 'JPY' } },
    { merchantReference: '' },
  ];
  for (const more of cases) {
    const item = {
      pspReference: 'PSP1234567890123',
      originalReference: '',
      merchantAccountCode: sim.merchantAccount,
      merchantReference: 'M',
      amount: { value: 1_234, currency: 'EUR' },
      eventCode: 'AUTHORISATION',
      eventDate: '2026-11-20T10:00:00+01:00',
      success: 'true',
      ...more,
    } as Item;
    item.additionalData = { hmacSignature: validator.calculateHmac(item, sim.hmacKey()) };
    const body = Buffer.from(JSON.stringify({ live: 'false', notificationItems: [{ NotificationRequestItem: item }] }));
    const verified = adyen.verify({ headers: {}, body }, account, made.credentials, clock.now());
    assert.equal(verified.ok, true, JSON.stringify(more));
  }
});
