/**
 * Proof that the simulated Stripe is not our own echo: the official SDK (`stripe`) makes, confirms, captures, cancels, gives back, lists and
 * searches against it, reads its errors, and verifies its webhooks; it refuses what was changed by one byte.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { type StripeSim, startStripeSim } from '../../sim/channels/stripe/server.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import { checkSignature } from '../../src/channels/stripe/sign.ts';
import { type Ear, startEar } from './surroundings.ts';

let clock: SteppedClock;
let ear: Ear;
let sim: StripeSim;
let sdk: Stripe;
const sdkOf = (key = sim.apiKey, more: Partial<Stripe.StripeConfig> = {}): Stripe =>
  new Stripe(key, {
    host: '127.0.0.1',
    port: new URL(sim.url).port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...more,
  });
before(async () => {
  clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  ear = await startEar({ status: 200, body: '{"received":true}' });
  sim = await startStripeSim({ clock, connected: 'acct_1Connected', notifyUrl: () => ear.url });
  sdk = sdkOf();
});
after(async () => {
  await sim.close();
  ear.close();
});

const made = (order_id: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  sdk.paymentIntents.create({ amount: 1_280, currency: 'cny', metadata: { order_id, 'a key': 'a&b=c é' }, ...more });
const errorOf = (promise: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  promise.then(
    () => assert.fail('no error'),
    (error) => error,
  );
/** The SDK's own clock is the machine's; the simulated one is given. */
const event = (body: Uint8Array | string, header: string, secret = sim.secrets()[0]!): Stripe.Event =>
  sdk.webhooks.constructEvent(Buffer.from(body), header, secret, 300, undefined, clock.now().epochMilliseconds);

test('made, confirmed, captured, cancelled, retrieved with what is behind it', async () => {
  const it = await made('SDK1');
  assert.deepEqual([it.status, it.metadata], ['requires_payment_method', { order_id: 'SDK1', 'a key': 'a&b=c é' }]);
  const paid = await sdk.paymentIntents.confirm(it.id, { payment_method: 'pm_card_visa' });
  assert.deepEqual([paid.status, paid.amount_received], ['succeeded', 1_280]);
  const whole = await sdk.paymentIntents.retrieve(it.id, { expand: ['latest_charge.refunds'] });
  const charge = whole.latest_charge as Stripe.Charge;
  assert.deepEqual([charge.object, charge.captured, charge.refunds?.data], ['charge', true, []]);
  assert.equal((await errorOf(sdk.paymentIntents.retrieve(it.id, { expand: ['nothing'] }))).statusCode, 400);

  const held = await made('SDK2', { capture_method: 'manual', payment_method: 'pm_card_visa', confirm: true });
  assert.equal(held.status, 'requires_capture');
  assert.equal((await sdk.paymentIntents.capture(held.id)).status, 'succeeded');
  const debit = await made('SDK3', { payment_method: 'pm_sepa_debit', confirm: true });
  assert.equal(debit.status, 'processing');
  const secured = await made('SDK4', { payment_method: 'pm_card_threeDSecure2Required', confirm: true });
  assert.equal(secured.status, 'requires_action');
  const gone = await sdk.paymentIntents.cancel(secured.id, { cancellation_reason: 'abandoned' });
  assert.deepEqual([gone.status, gone.cancellation_reason], ['canceled', 'abandoned']);
});

test('errors are of the SDK’s own classes: declined, missing, not to be cancelled, unknown names, wrong keys, too fast', async () => {
  const declined = await errorOf(made('SDK5', { payment_method: 'pm_card_chargeDeclined', confirm: true }));
  assert.ok(declined instanceof Stripe.errors.StripeCardError);
  assert.deepEqual([declined.statusCode, declined.code], [402, 'card_declined']);
  const missing = await errorOf(sdk.paymentIntents.retrieve('pi_3nobody'));
  assert.ok(missing instanceof Stripe.errors.StripeInvalidRequestError);
  assert.deepEqual([missing.statusCode, missing.code, missing.param], [404, 'resource_missing', 'intent']);
  const paid = await made('SDK6', { payment_method: 'pm_card_visa', confirm: true });
  assert.equal((await errorOf(sdk.paymentIntents.cancel(paid.id))).code, 'payment_intent_unexpected_state');
  const unknown = await errorOf(
    sdk.refunds.create({ payment_intent: paid.id, nonsense: 'x' } as Stripe.RefundCreateParams),
  );
  assert.deepEqual([unknown.code, unknown.param], ['parameter_unknown', 'nonsense']);
  assert.ok(
    (await errorOf(sdkOf('sk_test_wrong').balance.retrieve())) instanceof Stripe.errors.StripeAuthenticationError,
  );
  const other = await errorOf(sdk.paymentIntents.retrieve(paid.id, {}, { stripeAccount: 'acct_1Other' }));
  assert.ok(other instanceof Stripe.errors.StripePermissionError);
  sim.faultAnswer('limited');
  assert.ok((await errorOf(sdk.paymentIntents.retrieve(paid.id))) instanceof Stripe.errors.StripeRateLimitError);
  sim.faultAnswer('broken');
  assert.ok((await errorOf(sdk.paymentIntents.retrieve(paid.id))) instanceof Stripe.errors.StripeAPIError);
  // A connection that was closed the SDK tries once more by itself.
  sim.faultAnswer('silent', 2);
  assert.ok((await errorOf(sdk.paymentIntents.retrieve(paid.id))) instanceof Stripe.errors.StripeConnectionError);
  sim.faultAnswer('html');
  assert.ok((await errorOf(sdk.paymentIntents.retrieve(paid.id))) instanceof Stripe.errors.StripeAPIError);
});

test('refunds: made, retrieved, listed; the same key is the same refund, with other parameters an error', async () => {
  const { id } = await made('SDK7', { payment_method: 'pm_card_visa', confirm: true });
  const wanted = { payment_intent: id, amount: 280, metadata: { refund_id: 'SDK7-R' } };
  const once = { idempotencyKey: 'SDK7-R' };
  const [first, again] = [await sdk.refunds.create(wanted, once), await sdk.refunds.create(wanted, once)];
  assert.equal(first.id, again.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  const other = await errorOf(sdk.refunds.create({ ...wanted, amount: 281 }, once));
  assert.ok(other instanceof Stripe.errors.StripeIdempotencyError);
  sim.faultAnswer('in_flight');
  assert.equal((await errorOf(sdk.refunds.create(wanted, once))).statusCode, 409);
  await clock.advance(86_401_000);
  // After a day the key is new again.
  assert.notEqual((await sdk.refunds.create(wanted, once)).id, first.id);
  const found = await sdk.refunds.list({ payment_intent: id, limit: 1 });
  assert.deepEqual([found.data.length, found.has_more], [1, true]);
  const all: string[] = [];
  for await (const r of sdk.refunds.list({ payment_intent: id, limit: 1 })) all.push(r.metadata?.refund_id ?? '');
  assert.deepEqual(all, ['SDK7-R', 'SDK7-R']);
  assert.equal((await sdk.refunds.retrieve(first.id)).status, 'succeeded');
  assert.equal((await errorOf(sdk.refunds.create({ payment_intent: id }))).statusCode, 400);
});

test('the search is a minute late, pages, and compares as Stripe does', async () => {
  const it = await made('SDK8');
  const query = "metadata['order_id']:'SDK8' AND status:'requires_payment_method'";
  assert.equal((await sdk.paymentIntents.search({ query })).data.length, 0);
  await clock.advance(61_000);
  assert.deepEqual(
    (await sdk.paymentIntents.search({ query })).data.map((p) => p.id),
    [it.id],
  );
  await sdk.paymentIntents.cancel(it.id);
  assert.equal((await sdk.paymentIntents.search({ query })).data.length, 1, 'it shows how it was');
  for (let i = 0; i < 3; i += 1) await made("O'SDK\\9");
  await clock.advance(61_000);
  const odd = "metadata['order_id']:'O\\'SDK\\\\9'";
  const ids: string[] = [];
  for await (const p of sdk.paymentIntents.search({ query: odd, limit: 2 })) ids.push(p.id);
  assert.equal(new Set(ids).size, 3);
  assert.equal((await errorOf(sdk.paymentIntents.search({ query: 'order SDK8' }))).statusCode, 400);
});

test('a connected account has its own payments and events', async () => {
  const there = { stripeAccount: 'acct_1Connected' };
  await sim.quiet();
  ear.caught.length = 0;
  const it = await sdk.paymentIntents.create({ amount: 500, currency: 'jpy' }, there);
  assert.equal((await sdk.paymentIntents.retrieve(it.id, {}, there)).id, it.id);
  assert.equal((await errorOf(sdk.paymentIntents.retrieve(it.id))).statusCode, 404);
  await sim.quiet();
  const told = ear.caught
    .map((m) => event(m.body, m.headers['stripe-signature']!))
    .find((e) => e.account !== undefined);
  assert.equal(told?.account, 'acct_1Connected');
});

test('the list of events: of these types, since then, newest first, in pages either way', async () => {
  const since = Math.floor(clock.now().epochMilliseconds / 1_000);
  await clock.advance(1_000);
  for (let i = 0; i < 5; i += 1) await made(`SDK10-${i}`, { payment_method: 'pm_card_visa', confirm: true });
  await sim.quiet();
  const wanted = { types: ['payment_intent.succeeded'], created: { gt: 0, gte: since }, limit: 2 };
  const ids: string[] = [];
  for await (const e of sdk.events.list(wanted)) ids.push((e.data.object as Stripe.PaymentIntent).metadata.order_id!);
  assert.deepEqual(ids, ['SDK10-4', 'SDK10-3', 'SDK10-2', 'SDK10-1', 'SDK10-0']);
  const page = await sdk.events.list(wanted);
  const newer = await sdk.events.list({ ...wanted, ending_before: page.data[1]!.id });
  assert.deepEqual(
    newer.data.map((e) => e.id),
    [page.data[0]!.id],
  );
  const types = Array.from({ length: 21 }, (_, i) => `type.${i}`);
  assert.equal((await errorOf(sdk.events.list({ types }))).statusCode, 400);
});

test('webhooks verify by the SDK; one changed byte, another secret, an old one do not', async () => {
  await sim.quiet();
  ear.caught.length = 0;
  await made('SDK11', { payment_method: 'pm_card_visa', confirm: true });
  await sim.quiet();
  const m = ear.caught.at(-1)!;
  const header = m.headers['stripe-signature']!;
  const it = event(m.body, header);
  assert.equal(it.type, 'payment_intent.succeeded');
  assert.equal((it.data.object as Stripe.PaymentIntent).metadata.order_id, 'SDK11');
  for (let at = 0; at < m.body.length; at += 31) {
    const body = Buffer.from(m.body);
    body[at]! ^= 1;
    assert.throws(() => event(body, header), Stripe.errors.StripeSignatureVerificationError, `byte ${at}`);
  }
  for (let at = 0; at < header.length; at += 3) {
    const changed = `${header.slice(0, at)}${header[at] === 'a' ? 'b' : 'a'}${header.slice(at + 1)}`;
    assert.throws(() => event(m.body, changed), `${at}`);
  }
  assert.throws(() => event(m.body, header, 'whsec_of_somebody_else'));
  await clock.advance(301_000);
  assert.throws(() => event(m.body, header), /tolerance/);
});

test('a rolled secret: the SDK takes either, and so do we; what the SDK signs we take too', async () => {
  const [old] = sim.secrets();
  const roll = sim.rollSecret();
  ear.caught.length = 0;
  await made('SDK12');
  await sim.quiet();
  const { body, headers } = ear.caught[0]!;
  for (const secret of [old!, roll.secret])
    assert.equal(event(body, headers['stripe-signature']!, secret).object, 'event');
  roll.end();
  const payload = '{"id":"evt_1"}';
  const timestamp = Math.floor(clock.now().epochMilliseconds / 1_000);
  const signed = sdk.webhooks.generateTestHeaderString({ payload, secret: roll.secret, timestamp });
  const judged = (secret: string) =>
    checkSignature(
      { headers: { 'stripe-signature': signed }, body: Buffer.from(payload) },
      [{ kind: 'webhook_secret', id: '', value: secret, notAfter: undefined }],
      clock.now(),
    ).ok;
  assert.deepEqual([judged(roll.secret), judged(old!)], [true, false]);
});

test('a forgery is refused by the SDK, the genuine one behind it is not', async () => {
  ear.caught.length = 0;
  sim.faultNotify('forged', 1, 'SDK13');
  await made('SDK13');
  await sim.quiet();
  const took = ear.caught.map((m) => {
    try {
      return event(m.body, m.headers['stripe-signature']!).type;
    } catch (error) {
      return (error as Error).constructor.name;
    }
  });
  assert.deepEqual(took, ['StripeSignatureVerificationError', 'payment_intent.created']);
});

test('a report: its type, its run, its file', async () => {
  const type = await sdk.reporting.reportTypes.retrieve('balance_change_from_activity.itemized.3');
  const start = type.data_available_end - 43_200;
  const wanted = {
    interval_start: start,
    interval_end: type.data_available_end,
    columns: ['balance_transaction_id', 'gross'],
  };
  const run = await sdk.reporting.reportRuns.create({ report_type: type.id, parameters: wanted });
  assert.deepEqual([run.status, run.result], ['pending', null]);
  await clock.advance(60_000);
  const done = await sdk.reporting.reportRuns.retrieve(run.id);
  const { url } = done.result!;
  assert.equal(done.status, 'succeeded');
  assert.equal((await fetch(url!)).status, 401, 'without the key');
  const file = await fetch(url!, { headers: { authorization: `Bearer ${sim.apiKey}` } });
  assert.match(await file.text(), /^"balance_transaction_id","gross"\n/);
  const late = { ...wanted, interval_end: wanted.interval_end + 1 };
  assert.equal(
    (await errorOf(sdk.reporting.reportRuns.create({ report_type: type.id, parameters: late }))).statusCode,
    400,
  );
});

test('payouts: an automatic one step by step with what is in it, sent back after it was paid; one by hand, cancelled', async () => {
  ear.caught.length = 0;
  const it = await made('SDK20', { currency: 'sgd', payment_method: 'pm_card_visa', confirm: true });
  sim.faultPayout('returned');
  const { id } = await sim.market.payouts.payOut('sgd');
  const first = await sdk.payouts.retrieve(id);
  assert.deepEqual([first.status, first.automatic, first.reconciliation_status], ['pending', true, 'in_progress']);
  await clock.advance(96 * 3_600_000);
  const back = await sdk.payouts.retrieve(id);
  assert.deepEqual(
    [back.status, back.failure_code, back.reconciliation_status],
    ['failed', 'account_closed', 'completed'],
  );
  assert.equal(sim.fired.get('returned'), 1);
  const within = await sdk.balanceTransactions.list({ payout: id, limit: 100 });
  assert.deepEqual(
    within.data.map((t) => [t.type, t.source]),
    [
      ['payout', id],
      ['charge', it.latest_charge],
    ],
  );
  assert.equal(
    within.data.filter((t) => t.type !== 'payout').reduce((sum, t) => sum + t.net, 0),
    back.amount,
  );
  const told = ear.caught.filter((m) => Buffer.from(m.body).includes('"payout.'));
  assert.deepEqual(
    told.map((m) => {
      const header = m.headers['stripe-signature']!;
      const sentAt = Number(/t=(\d+)/.exec(header)![1]) * 1_000;
      const judged = (body: Buffer): Stripe.Event =>
        sdk.webhooks.constructEvent(body, header, sim.secrets()[0]!, 300, undefined, sentAt);
      const changed = Buffer.from(m.body);
      changed[changed.indexOf('"amount"') + 10]! ^= 1;
      assert.throws(() => judged(changed), Stripe.errors.StripeSignatureVerificationError);
      return judged(Buffer.from(m.body)).type;
    }),
    ['payout.created', 'payout.updated', 'payout.reconciliation_completed', 'payout.paid', 'payout.failed'],
  );
  assert.equal((await sdk.payouts.list()).data[0]?.id, id);
  const byHand = await sdk.payouts.create({ amount: 100, currency: 'sgd' });
  assert.deepEqual([byHand.automatic, byHand.reconciliation_status], [false, 'not_applicable']);
  assert.equal((await errorOf(sdk.balanceTransactions.list({ payout: byHand.id }))).statusCode, 400);
  assert.equal((await sdk.payouts.cancel(byHand.id)).status, 'canceled');
  assert.equal((await errorOf(sdk.payouts.cancel(id))).statusCode, 400);
});
