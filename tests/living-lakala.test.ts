/** The whole path with a Lakala that speaks the real protocol: an order, a notification lost for ever, the question, the repair. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { lakala } from '../src/channels/lakala/channel.ts';
import { givenBack, type Living, living, paymentOf, until, verdictOf } from './support/living.ts';

let on: Living<'lakala'>;
before(async () => {
  on = await living({ channel: 'lakala', closing: 'auto' });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

async function order(ref: string, product: 'scan' | 'cashier' | 'barcode', minutes = 30): Promise<void> {
  on.sim.place(ref, 2_500, { product });
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    product,
    amount: { amount: '25.00', currency: 'CNY' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock.now().add({ minutes }).toString(),
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}

for (const product of ['scan', 'cashier'] as const) {
  test(`${product}: a notification is acknowledged in Lakala's words, passed on with its signature, and recorded`, async () => {
    const ref = `LK-HEARD-${product}`;
    const heard = on.sim.notified().length;
    await order(ref, product);
    await on.sim.pay(ref);
    assert.deepEqual(on.sim.notified().slice(heard), ['{"code":"SUCCESS","message":"执行成功"}']);
    const payment = await verdictOf(on, ref, 'on_its_way');
    assert.equal(payment.captured?.amount, '25.00');
    assert.deepEqual(payment.contradictions, []);
    const relayed = await until('the notification to be passed on', () =>
      on.merchant.heard.find((h) => h.path === '/lakala' && h.body.includes(`"${ref}"`)),
    );
    // The merchant's own system can check it as if Lakala had knocked at its door.
    const message = { headers: relayed.headers as Record<string, string>, body: relayed.body };
    const notify = { kind: 'notify_key', id: '', value: on.sim.notifier().certificate, notAfter: undefined };
    const account = {
      id: '',
      provider: 'lakala' as const,
      merchantNo: on.sim.who.merchantNo,
      subMerchantNo: undefined,
      livemode: false,
      baseUrl: '',
      settings: {},
    };
    const [, sentAt] = /timestamp="(\d+)"/.exec(relayed.headers.authorization ?? '') ?? [];
    const then = Temporal.Instant.fromEpochMilliseconds(Number(sentAt) * 1_000);
    assert.equal(lakala.verify(message, account, [notify], then).ok, true);
  });

  test(`F23: ${product}: a notification is lost for ever: asked, told to the merchant, recorded`, async () => {
    const ref = `LK-LOST-${product}`;
    const lost = on.sim.fired.get('lost') ?? 0;
    await order(ref, product);
    on.sim.faultNotify('lost', 1, ref);
    const paidAt = on.clock.now();
    await on.sim.pay(ref);
    const payment = await verdictOf(on, ref, 'on_its_way');
    assert.equal(on.sim.fired.get('lost'), lost + 1, 'the fault did not fire');
    assert.equal(payment.verdict?.confidence, 'confirmed');
    const took = paidAt.until(on.clock.now()).total('seconds');
    assert.ok(took < 300, `${took} s`);
    const repair = await until('the merchant to be told', () =>
      on.merchant.heard
        .filter((h) => h.path === '/events')
        .map((h) => JSON.parse(h.body.toString()))
        .find((e) => e.type === 'payment.unrecorded' && e.data.payment.payment_ref === ref),
    );
    assert.equal(repair.data.payment.verdict.reason, 'NOTIFY_LOST');
    // The number of the reconciliation file finds the payment too.
    const found = await paymentOf(on, on.sim.trades.get(ref)!.tradeNo!.slice(-14));
    assert.equal(found?.payment_ref, ref);
  });
}

test('I8: given back at our asking: sent once, done by the channel’s word', async () => {
  await order('LK-BACK', 'scan');
  await on.sim.pay('LK-BACK');
  const { id } = await verdictOf(on, 'LK-BACK', 'on_its_way');
  const story = await givenBack(on, id, { amount: '10.00', currency: 'CNY' });
  assert.equal(story.refund.state, 'done', JSON.stringify(story));
  assert.deepEqual(
    on.sim.trades.get('LK-BACK')!.refunds.map((r) => [r.ref, r.amount]),
    [[story.refund.refund_ref, 1_000n]],
  );
});

test('what the till scanned and the shop gave up is taken back, not closed, while the customer is at it too', async () => {
  for (const ref of ['LK-TILL', 'LK-PIN']) await order(ref, 'barcode', 1);
  await on.sim.pay('LK-PIN', { processingMs: 3_600_000 });
  for (const ref of ['LK-TILL', 'LK-PIN'])
    await until(`${ref} to be taken back`, async () => (await paymentOf(on, ref))?.position === 'closed');
  const called = (what: string): number => on.sim.fired.get(`/api/v3/labs/relation/${what}`) ?? 0;
  assert.deepEqual([called('revoked') >= 2, called('close')], [true, 0]);
});
