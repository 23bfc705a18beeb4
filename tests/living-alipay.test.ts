/** A payment followed alive against an Alipay that speaks the real protocol: what is Alipay's way of losing and telling. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { givenBack, type Living, living, paymentOf, until, verdictOf } from './support/living.ts';

let on: Living<'alipay'>;
before(async () => {
  on = await living({ channel: 'alipay', closing: 'auto' });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

let made = 0;
async function order(minutes = 30, product?: string): Promise<string> {
  made += 1;
  const ref = `LA${String(made).padStart(6, '0')}`;
  on.sim.place(ref, 2_500);
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    ...(product === undefined ? {} : { product }),
    amount: { amount: '25.00', currency: 'CNY' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock.now().add({ minutes }).toString(),
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return ref;
}

test('a notification is answered `success`, passed on byte for byte, and recorded', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(payment.captured?.amount, '25.00');
  assert.deepEqual(on.sim.notified(), ['success']);
  const relayed = await until('the notification to be passed on', () =>
    on.merchant.heard.find((h) => h.path === '/alipay'),
  );
  assert.equal(new URLSearchParams(relayed.body.toString()).get('out_trade_no'), ref);
});

test('F23: an order unknown to the channel, a notification lost for ever: asked, told to the merchant, recorded', async () => {
  const ref = await order();
  // The buyer takes their time: until they open it, the channel says that there is no such trade.
  const looks = (): number => on.sim.fired.get('alipay.trade.query') ?? 0;
  const before = looks();
  await until('the channel to be asked', () => looks() > before);
  on.sim.faultNotify('lost', 1, ref);
  const paidAt = on.clock.now();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(on.sim.fired.get('lost'), 1, 'the fault did not fire');
  assert.equal(payment.verdict?.confidence, 'confirmed');
  const took = paidAt.until(on.clock.now()).total('seconds');
  const repair = await until('the merchant to be told', () =>
    on.merchant.heard
      .filter((h) => h.path === '/events')
      .map((h) => JSON.parse(h.body.toString()))
      .find((e) => e.type === 'payment.unrecorded' && e.data.payment.payment_ref === ref),
  );
  assert.equal(repair.data.payment.verdict.reason, 'NOTIFY_LOST');
  assert.ok(took < 300, `${took} s`);
});

test('what is given back in parts is added up from what was told; the whole of it ends the payment', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  on.sim.giveBack(ref, `${ref}-A`, 1_000);
  await until('a part to be given back', async () => (await paymentOf(on, ref))?.refunded?.amount === '10.00');
  on.sim.giveBack(ref, `${ref}-B`, 1_500);
  const payment = await until('the payment to be given back', async () => {
    const p = await paymentOf(on, ref);
    return p?.position === 'refunded' ? p : undefined;
  });
  assert.deepEqual(payment.contradictions, []);
});

test('an order that the buyer opened and never paid is closed at the channel; one that is not there is asked about on', async () => {
  const [opened, unseen] = [await order(1), await order(1)];
  on.sim.scan(opened);
  await until('the opened one to be closed', () => on.sim.trades.get(opened)?.state === 'TRADE_CLOSED');
  const closed = await until('its position', async () => {
    const p = await paymentOf(on, opened);
    return p?.position === 'closed' ? p : undefined;
  });
  assert.deepEqual(closed.contradictions, []);
  assert.notEqual((await paymentOf(on, unseen))?.position, 'closed');
  // The buyer opens it late, and pays.
  await on.sim.pay(unseen);
  assert.equal((await verdictOf(on, unseen, 'on_its_way')).captured?.amount, '25.00');
});

test('an order at the till that the buyer began and never paid is taken back, not closed', async () => {
  const ref = await order(1, 'barcode');
  const closes = (): number => on.sim.fired.get('alipay.trade.close') ?? 0;
  const before = closes();
  on.sim.scan(ref);
  await until('it to be taken back', () => on.sim.trades.get(ref)?.state === 'TRADE_CLOSED');
  await until('its position', async () => (await paymentOf(on, ref))?.position === 'closed');
  assert.deepEqual([on.sim.fired.get('alipay.trade.cancel'), closes()], [1, before]);
});

test('I8: given back at our asking: sent once, done by the channel’s word', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const { id } = await verdictOf(on, ref, 'on_its_way');
  const story = await givenBack(on, id, { amount: '10.00', currency: 'CNY' });
  assert.deepEqual([story.refund.state, story.steps.at(-1)?.kind], ['done', 'done']);
  assert.deepEqual(
    on.sim.trades.get(ref)!.refunds.map((r) => [r.outRequestNo, r.fen]),
    [[story.refund.refund_ref, 1_000]],
  );
});
