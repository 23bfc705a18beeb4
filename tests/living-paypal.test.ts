/**
 * The whole path with a PayPal that speaks the real protocol: an order, the first notification whose certificate is fetched by its address, a
 * notification lost for ever, the question, the repair, a refund from PayPal's console.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { paypal } from '../src/channels/paypal/channel.ts';
import { givenBack, type Living, living, paymentOf, until, verdictOf } from './support/living.ts';

let on: Living<'paypal'>;
before(async () => {
  on = await living({ channel: 'paypal' });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

/** The merchant's number is the order's, PayPal's that of the payment. */
async function order(id: string): Promise<void> {
  on.sim.place(id, 2_500, { currency: 'USD', invoiceId: `INV-${id}` });
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: `INV-${id}`,
    payment_ref: id,
    amount: { amount: '25.00', currency: 'USD' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock.now().add({ minutes: 30 }).toString(),
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}

test('the first notification: its certificate is fetched, it is acknowledged, passed on with its signature, recorded', async () => {
  await order('PPHEARD1');
  await on.sim.pay('PPHEARD1');
  // Approved, and captured: both are taken, for one certificate that was asked for once.
  assert.deepEqual(on.sim.notified(), [200, 200]);
  assert.equal(on.sim.fired.get('certificate'), 1);
  const payment = await verdictOf(on, 'PPHEARD1', 'on_its_way');
  assert.equal(payment.captured?.amount, '25.00');
  assert.equal(payment.order_ref, 'INV-PPHEARD1');
  assert.deepEqual(payment.contradictions, []);
  const relayed = await until('the notification to be passed on', () =>
    on.merchant.heard.find((h) => h.path === '/paypal' && h.body.includes('PAYMENT.CAPTURE.COMPLETED')),
  );
  // The merchant's own system can check it as if PayPal had knocked at its door.
  const message = { headers: relayed.headers as Record<string, string>, body: relayed.body };
  const keys = [
    { kind: 'webhook_id', id: '', value: on.sim.webhookId, notAfter: undefined },
    { kind: 'webhook_cert', id: on.sim.signer().name, value: on.sim.signer().pem, notAfter: undefined },
  ];
  const account = {
    id: '',
    provider: 'paypal' as const,
    merchantNo: on.sim.who.merchantId,
    subMerchantNo: undefined,
    livemode: false,
    baseUrl: on.sim.url,
    settings: {},
  };
  assert.equal(paypal.verify(message, account, keys, on.clock.now()).ok, true);
  // PayPal's signature binds little: the goods go on its answer to our question, which is put at once.
  const proven = await until('the answer to release it', async () => {
    const it = await paymentOf(on, 'PPHEARD1');
    return it?.verdict?.release === 'yes' ? it : undefined;
  });
  assert.equal(proven.verdict?.confidence, 'confirmed');
  // The capture's number, which the customer sees, finds the payment too.
  const [capture] = on.sim.orders.get('PPHEARD1')!.captures;
  assert.equal((await paymentOf(on, capture!.id))?.payment_ref, 'PPHEARD1');
});

test('F23: a notification is lost for ever: asked, told to the merchant, recorded', async () => {
  await order('PPLOST1');
  on.sim.faultNotify('lost', 1, 'PPLOST1');
  const paidAt = on.clock.now();
  await on.sim.pay('PPLOST1');
  const payment = await verdictOf(on, 'PPLOST1', 'on_its_way');
  assert.equal(on.sim.fired.get('lost'), 1, 'the fault did not fire');
  assert.equal(payment.verdict?.confidence, 'confirmed');
  const took = paidAt.until(on.clock.now()).total('seconds');
  assert.ok(took < 300, `${took} s`);
  const repair = await until('the merchant to be told', () =>
    on.merchant.heard
      .filter((h) => h.path === '/events')
      .map((h) => JSON.parse(h.body.toString()))
      .find((e) => e.type === 'payment.unrecorded' && e.data.payment.payment_ref === 'PPLOST1'),
  );
  assert.equal(repair.data.payment.verdict.reason, 'NOTIFY_LOST');
});

test('approved is no money: the payment stays unpaid, and a forged capture is turned away', async () => {
  await order('PPAPPROVED1');
  await on.sim.approve('PPAPPROVED1');
  assert.equal((await verdictOf(on, 'PPAPPROVED1', 'unpaid')).verdict?.release, 'no');
  await order('PPFORGED1');
  const heard = on.sim.notified().length;
  on.sim.faultNotify('forged', 1, 'PPFORGED1');
  await on.sim.pay('PPFORGED1');
  assert.equal(on.sim.fired.get('forged'), 1);
  assert.deepEqual(on.sim.notified().slice(heard), [200, 401, 200]);
  await verdictOf(on, 'PPFORGED1', 'on_its_way');
});

test('a merchant that heard of the approval only has not heard of the payment', async () => {
  on.merchant.answer(500);
  await order('PPDEAF1');
  await on.sim.approve('PPDEAF1');
  const relayed = () => on.merchant.heard.filter((h) => h.path === '/paypal' && h.body.includes('PPDEAF1')).length;
  await until('the approval to be passed on', () => relayed() === 1);
  on.sim.faultNotify('lost', 1, 'PPDEAF1');
  await on.sim.pay('PPDEAF1');
  const { id } = await verdictOf(on, 'PPDEAF1', 'unrecorded');
  await until('the repair to be told', () =>
    on.merchant.heard.find((h) => h.path === '/events' && /"payment\.unrecorded".*"PPDEAF1"/.test(h.body.toString())),
  );
  on.merchant.answer(200);
  // The approval is passed on once more, and acknowledged, before the repair is.
  await verdictOf(on, 'PPDEAF1', 'on_its_way');
  assert.equal(relayed(), 2);
  const { body } = await on.call<{ observations: Array<{ kind: string; said: string }> }>(
    'GET',
    `/v1/payments/${id}/trace`,
  );
  assert.deepEqual(
    body.observations.filter((o) => o.kind === 'recorded').map((o) => o.said),
    ['webhook acknowledged'],
  );
});

test('given back from the console: the refund names the capture only, and finds its payment', async () => {
  await on.sim.giveBack('PPHEARD1', 2_500);
  const payment = await verdictOf(on, 'PPHEARD1', 'refunded');
  assert.equal(payment.refunded?.amount, '25.00');
});

test('I8: given back at our asking: sent once, done by the channel’s word', async () => {
  await order('PPBACK1');
  await on.sim.pay('PPBACK1');
  const { id } = await verdictOf(on, 'PPBACK1', 'on_its_way');
  // Nobody gives dollars back alone: no limit is set for them.
  const story = await givenBack(on, id, { amount: '10.00', currency: 'USD' });
  assert.equal(story.refund.state, 'done', JSON.stringify(story));
  assert.deepEqual(
    story.steps.map((s) => s.kind),
    ['made', 'approved', 'sent', 'done'],
  );
  await until('it to be known', async () => (await paymentOf(on, 'PPBACK1'))?.refunded?.amount === '10.00');
});
