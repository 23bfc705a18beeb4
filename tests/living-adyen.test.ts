/**
 * The whole path with an Adyen that speaks the real protocol. Nothing can be asked there: what a notification does not bring, the report
 * of the day brings.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adyen } from '../src/channels/adyen/channel.ts';
import { givenBack, type Living, living, type PaymentOut, paymentOf, until, verdictOf } from './support/living.ts';

/** A day and a half of business pass in some eight seconds. */
const FAST = 15_000;
const WITHIN_MS = 45_000;

let on: Living<'adyen'>;
before(async () => {
  on = await living({ channel: 'adyen', speed: FAST });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

async function order(ref: string): Promise<void> {
  on.sim.place(ref, 2_500);
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: '25.00', currency: 'EUR' },
    placed_at: on.clock.now().toString(),
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}
const untilPayment = (ref: string, what: string, look: (p: PaymentOut) => boolean): Promise<PaymentOut> =>
  until(`${ref} ${what}`, async () => {
    const p = await paymentOf(on, ref);
    return p !== undefined && look(p) && p;
  });

test('a webhook is acknowledged, passed on with its signature, and recorded', async () => {
  await order('AY-HEARD');
  await on.sim.pay('AY-HEARD');
  const payment = await verdictOf(on, 'AY-HEARD', 'on_its_way', WITHIN_MS);
  assert.equal(payment.captured?.amount, '25.00');
  assert.deepEqual(payment.contradictions, []);
  assert.equal(on.sim.notified()[0], 202);
  const relayed = await until('the webhook to be passed on', () =>
    on.merchant.heard.find((h) => h.path === '/adyen' && h.body.includes('"AY-HEARD"')),
  );
  const message = { headers: {}, body: relayed.body };
  const account = {
    ...{ id: '', provider: 'adyen' as const, merchantNo: on.sim.merchantAccount, subMerchantNo: undefined },
    ...{ livemode: false, baseUrl: '', settings: {} },
  };
  const key = { kind: 'hmac_key', id: '', value: on.sim.hmacKey(), notAfter: undefined };
  assert.equal(adyen.verify(message, account, [key], on.clock.now()).ok, true);
  // Whoever sends it again under another date, which is not signed, makes no conflict of it.
  const dated = relayed.body.toString().replace(/"eventDate":"\d{4}/, '"eventDate":"2025');
  const again = await fetch(on.notifyUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: dated,
  });
  assert.deepEqual([dated === relayed.body.toString(), again.status], [false, 202]);
  await on.sim.giveBack('AY-HEARD', 500);
});

test('F23: the AUTHORISATION is lost for ever: the report of its day finds the payment, and the merchant is told', async () => {
  await order('AY-LOST');
  on.sim.faultNotify('lost', 1, 'AY-LOST');
  const paidAt = on.clock.now();
  const { psp } = await on.sim.pay('AY-LOST');
  assert.notEqual((await paymentOf(on, 'AY-LOST'))?.position, 'captured');
  const payment = await verdictOf(on, 'AY-LOST', 'on_its_way', WITHIN_MS);
  assert.equal(on.sim.fired.get('lost'), 1, 'the fault did not fire');
  assert.ok((on.sim.fired.get('report') ?? 0) > 0);
  assert.equal(payment.captured?.amount, '25.00');
  assert.deepEqual(payment.contradictions, []);
  const took = paidAt.until(on.clock.now()).total('hours');
  assert.ok(took > 9, `${took} h: before its report was there`);
  const repair = await until('the merchant to be told', () =>
    on.merchant.heard
      .filter((h) => h.path === '/events')
      .map((h) => JSON.parse(h.body.toString()))
      .find((e) => e.type === 'payment.unrecorded' && e.data.payment.payment_ref === 'AY-LOST'),
  );
  assert.equal(repair.data.payment.verdict.reason, 'NOTIFY_LOST');
  assert.equal((await paymentOf(on, psp))?.payment_ref, 'AY-LOST', 'found by Adyen’s number too');
  // What the webhooks had told already, the same report tells alike.
  const heard = await paymentOf(on, 'AY-HEARD');
  assert.deepEqual([heard?.position, heard?.contradictions], ['captured', []]);
  const asked = await on.call<{ outcome: string }>('POST', `/v1/payments/${payment.id}/inquire`);
  assert.equal(asked.body.outcome, 'refused');
  const alerts = await on.call<{ items: ReadonlyArray<{ kind: string }> }>('GET', '/v1/alerts');
  assert.deepEqual(
    alerts.body.items.filter((a) => a.kind === 'channel_refuses'),
    [],
  );
});

test('a capture that fails stands in doubt, and the next capture settles it', async () => {
  await order('AY-FAIL');
  await on.sim.pay('AY-FAIL');
  await verdictOf(on, 'AY-FAIL', 'on_its_way', WITHIN_MS);
  await on.sim.failCapture('AY-FAIL');
  const doubted = await untilPayment('AY-FAIL', 'to be doubted', (p) => p.contradictions.length > 0);
  assert.deepEqual([doubted.contradictions, doubted.verdict?.code], [['success_denied'], 'unknown']);
  await on.sim.recapture('AY-FAIL');
  await untilPayment('AY-FAIL', 'to be settled', (p) => p.contradictions.length === 0);
  assert.equal((await paymentOf(on, 'AY-FAIL'))?.verdict?.code, 'on_its_way');
});

test('another card was refused, before and after: neither makes a paid order doubtful', async () => {
  await order('AY-TRIES');
  await on.sim.refuse('AY-TRIES');
  await untilPayment('AY-TRIES', 'to be known', (p) => p.position === 'ordered');
  await on.sim.pay('AY-TRIES');
  await verdictOf(on, 'AY-TRIES', 'on_its_way', WITHIN_MS);
  await on.sim.refuse('AY-TRIES');
  const heard = on.sim.notified().length;
  await order('AY-AFTER');
  await on.sim.pay('AY-AFTER');
  await verdictOf(on, 'AY-AFTER', 'on_its_way', WITHIN_MS);
  assert.ok(on.sim.notified().length > heard);
  assert.deepEqual((await paymentOf(on, 'AY-TRIES'))?.contradictions, []);
});

test('I8: given back at our asking, the answer lost: the same call with the same key is the question; once', async () => {
  await order('AY-BACK');
  await on.sim.pay('AY-BACK');
  const { id } = await verdictOf(on, 'AY-BACK', 'on_its_way', WITHIN_MS);
  on.sim.faultAnswer('silent_after', 1);
  const story = await givenBack(on, id, { amount: '10.00', currency: 'EUR' });
  assert.equal(story.refund.state, 'done', JSON.stringify(story));
  assert.ok(story.steps.some((s) => s.kind === 'uncertain'));
  const steps = on.sim.payments.get('AY-BACK')!.steps.filter((s) => s.type === 'SentForRefund');
  assert.deepEqual(
    steps.map((s) => s.amount.value),
    [1_000],
  );
  await untilPayment('AY-BACK', 'to know it', (p) => p.refunded?.amount === '10.00');
});
