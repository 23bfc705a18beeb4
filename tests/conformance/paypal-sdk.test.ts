/**
 * Proof that the simulated PayPal is not our own echo: the official SDK (`@paypal/paypal-server-sdk`) gets its token, creates, reads,
 * captures and refunds against it, and takes its errors for what they are. The SDK has no webhooks: those are held against the rule for them,
 * written a third time here.
 */
import assert from 'node:assert/strict';
import { createVerify, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  ApiError,
  CheckoutPaymentIntent,
  Client,
  CustomError,
  OrdersController,
  PaymentsController,
} from '@paypal/paypal-server-sdk';
import { type PayPalSim, startPayPalSim } from '../../sim/channels/paypal/server.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import type { RawMessage } from '../../src/channels/channel.ts';
import { type Ear, startEar } from './surroundings.ts';

let clock: SteppedClock;
let ear: Ear;
let sim: PayPalSim;
before(async () => {
  clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  ear = await startEar({ status: 200, body: '' });
  sim = await startPayPalSim({ clock, notifyUrl: () => ear.url });
});
after(async () => {
  await sim.close();
  ear.close();
});

type Sent = Readonly<{ url: string; method: string; headers: Record<string, string>; data?: string }>;
/** The SDK knows two hosts only: what it sends goes to the simulator instead. */
const adapter = async (config: Sent) => {
  const response = await fetch(config.url.replace('https://api-m.sandbox.paypal.com', sim.url), {
    method: config.method,
    headers: { ...config.headers },
    ...(config.data === undefined ? {} : { body: config.data }),
  });
  return {
    data: await response.text(),
    status: response.status,
    statusText: response.statusText,
    headers: Object.fromEntries(response.headers),
    config,
    request: {},
  };
};

function sdk(over: Readonly<{ secret?: string }> = {}) {
  const client = new Client({
    clientCredentialsAuthCredentials: {
      oAuthClientId: sim.clientId,
      oAuthClientSecret: over.secret ?? sim.clientSecret,
    },
    unstable_httpClientOptions: { adapter },
  });
  return { orders: new OrdersController(client), payments: new PaymentsController(client) };
}

const usd = (value: string) => ({ currencyCode: 'USD', value });
const create = (value: string, invoiceId: string) => ({
  body: {
    intent: CheckoutPaymentIntent.Capture,
    purchaseUnits: [{ amount: usd(value), invoiceId, customId: `cart of ${invoiceId}` }],
  },
  prefer: 'return=representation',
});

test('an order from its making to its refunds', async () => {
  const { orders, payments } = sdk();
  const { result: made, statusCode } = await orders.createOrder(create('19.99', 'INV-1'));
  assert.deepEqual([statusCode, made.status, made.purchaseUnits?.[0]?.amount?.value], [201, 'CREATED', '19.99']);
  const id = made.id!;
  assert.match(id, /^[A-Z0-9]{17}$/);
  await assert.rejects(orders.captureOrder({ id }), (error: unknown) => {
    assert.ok(error instanceof CustomError);
    assert.deepEqual([error.statusCode, error.result?.details?.[0]?.issue], [422, 'ORDER_NOT_APPROVED']);
    return true;
  });
  await sim.approve(id);
  assert.equal((await orders.getOrder({ id })).result.status, 'APPROVED');

  const capture = { id, prefer: 'return=representation', paypalRequestId: 'capture-1' };
  const { result: paid } = await orders.captureOrder(capture);
  const told = paid.purchaseUnits?.[0]?.payments?.captures?.[0];
  assert.deepEqual([paid.status, told?.status, told?.amount?.value], ['COMPLETED', 'COMPLETED', '19.99']);
  assert.equal(told?.sellerReceivableBreakdown?.grossAmount?.value, '19.99');
  const again = await orders.captureOrder(capture);
  assert.deepEqual([again.statusCode, again.result.id], [200, id], 'the same request is the same capture');
  assert.equal(sim.orders.get(id)!.captures.length, 1);

  const { result: one } = await payments.getCapturedPayment({ captureId: told!.id! });
  assert.deepEqual(
    [one.payee?.merchantId, one.supplementaryData?.relatedIds?.orderId, one.invoiceId, one.finalCapture],
    [sim.who.merchantId, id, 'INV-1', true],
  );
  const refund = {
    captureId: told!.id!,
    prefer: 'return=representation',
    paypalRequestId: 'refund-1',
    body: { amount: usd('9.99'), customId: 'R1' },
  };
  const { result: given } = await payments.refundCapturedPayment(refund);
  assert.deepEqual([given.status, given.amount?.value, given.customId], ['COMPLETED', '9.99', 'R1']);
  assert.equal((await payments.refundCapturedPayment(refund)).result.id, given.id);
  assert.equal((await payments.getRefund({ refundId: given.id! })).result.amount?.value, '9.99');
  const back = (await orders.getOrder({ id })).result.purchaseUnits?.[0]?.payments;
  assert.deepEqual([back?.captures?.[0]?.status, back?.refunds?.map((r) => r.id)], ['PARTIALLY_REFUNDED', [given.id]]);
  // All that is left; what it does not say itself, its capture does.
  const rest = await payments.refundCapturedPayment({ captureId: told!.id!, prefer: 'return=representation' });
  assert.deepEqual([rest.result.amount?.value, rest.result.customId], ['10.00', 'cart of INV-1']);
  await assert.rejects(
    payments.refundCapturedPayment({ captureId: told!.id! }),
    (e: unknown) => e instanceof CustomError && e.result?.details?.[0]?.issue === 'CAPTURE_FULLY_REFUNDED',
  );
});

test('a capture that waits says why', async () => {
  const { orders } = sdk();
  sim.place('SDKPENDING', 500, { currency: 'JPY' });
  await sim.pay('SDKPENDING', { pendingMs: 1_000, reason: 'ECHECK' });
  const read = async () =>
    (await orders.getOrder({ id: 'SDKPENDING' })).result.purchaseUnits![0]!.payments!.captures![0]!;
  const waiting = await read();
  assert.deepEqual(
    [waiting.status, waiting.statusDetails?.reason, waiting.amount?.value],
    ['PENDING', 'ECHECK', '500'],
  );
  await clock.advance(1_000);
  assert.equal((await read()).status, 'COMPLETED');
});

test('a wrong secret, a withdrawn token, an order that is not there', async () => {
  const { orders } = sdk();
  await assert.rejects(sdk({ secret: 'wrong' }).orders.getOrder({ id: 'SDKPENDING' }), (error: unknown) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.statusCode, (error.result as { error?: string }).error], [401, 'invalid_client']);
    return true;
  });
  await orders.getOrder({ id: 'SDKPENDING' });
  sim.faultAnswer('token_gone');
  await assert.rejects(
    orders.getOrder({ id: 'SDKPENDING' }),
    (e: unknown) => e instanceof ApiError && e.statusCode === 401,
  );
  assert.equal(sim.fired.get('token_gone'), 1);
  await assert.rejects(
    sdk().orders.getOrder({ id: 'NOTTHERE' }),
    (e: unknown) => e instanceof CustomError && e.statusCode === 404 && e.result?.name === 'RESOURCE_NOT_FOUND',
  );
  await assert.rejects(
    sdk().orders.createOrder(create('19.999', 'INV-9')),
    (e: unknown) => e instanceof CustomError && e.statusCode === 400 && e.result?.name === 'INVALID_REQUEST',
  );
});

/** The rule once more: what the headers sign, by a table of remainders. */
const TABLE = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const sumOf = (bytes: Uint8Array): number =>
  (bytes.reduce((c, b) => TABLE[(c ^ b) & 0xff]! ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
async function isSigned(m: RawMessage, webhookId: string): Promise<boolean> {
  const h = (name: string): string => m.headers[`paypal-${name}`]!;
  const pem = await (await fetch(h('cert-url'))).text();
  const certificate = new X509Certificate(pem);
  const text = `${h('transmission-id')}|${h('transmission-time')}|${webhookId}|${sumOf(m.body)}`;
  return createVerify('SHA256').update(text).verify(certificate.publicKey, h('transmission-sig'), 'base64');
}

test('a webhook holds by the rule for them; a flipped byte, another webhook’s id, another key do not', async () => {
  assert.equal(sumOf(Buffer.from('123456789')), 0xcbf43926, 'the check value of CRC-32');
  ear.caught.length = 0;
  sim.place('SDKHOOK', 1_000, { currency: 'USD' });
  sim.faultNotify('forged', 1, 'SDKHOOK');
  await sim.pay('SDKHOOK');
  const captures = ear.caught.filter((m) => Buffer.from(m.body).includes('PAYMENT.CAPTURE.COMPLETED'));
  assert.equal(captures.length, 2);
  const [forged, genuine] = captures;
  assert.equal(await isSigned(genuine!, sim.webhookId), true);
  assert.equal(await isSigned(forged!, sim.webhookId), false);
  assert.equal(await isSigned(genuine!, 'ANOTHER'), false);
  const body = Buffer.from(genuine!.body);
  body[body.length >> 1]! ^= 1;
  assert.equal(await isSigned({ ...genuine!, body }, sim.webhookId), false);
  const subject = new X509Certificate(sim.signer().pem).subject;
  assert.match(subject, /^CN=messageverificationcerts\.sandbox\.paypal\.com$/);
});
