/** A payment followed alive, from the order to the record, against a WeChat Pay that speaks the real protocol. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { take } from '../src/traces/advance.ts';
import { type Living, living, paymentOf, until, verdictOf } from './support/living.ts';

let on: Living;
before(async () => {
  on = await living();
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

let made = 0;
async function order(amount = '25.00', more: Record<string, unknown> = {}): Promise<string> {
  made += 1;
  const ref = `L${String(made).padStart(6, '0')}`;
  on.sim.place(ref, Math.round(Number(amount) * 100));
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount, currency: 'CNY' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock.now().add({ minutes: 30 }).toString(),
    ...more,
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return ref;
}

test('a notification arrives, is stored, passed on byte for byte, and recorded', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(payment.captured?.amount, '25.00');
  assert.equal(payment.verdict?.release, 'yes');
  const relayed = on.merchant.heard.find((h) => h.path === '/wechatpay')!;
  const trace = await on.call<{ observations: Array<{ source: string; message_id?: string }> }>(
    'GET',
    `/v1/payments/${payment.id}/trace`,
  );
  const heard = trace.body.observations.find((o) => o.source === 'notification')!;
  const raw = await fetch(`${on.served.url}/v1/messages/${heard.message_id}/raw`, {
    headers: { authorization: (await key()).authorization },
  });
  assert.deepEqual(Buffer.from(await raw.arrayBuffer()), relayed.body);
  assert.equal(relayed.headers['wechatpay-serial'], on.sim.platform().id);
});

test('F23: a notification is lost for ever: the channel is asked, the merchant is told, the order is recorded', async () => {
  const ref = await order();
  on.sim.faultNotify('lost', 1, ref);
  const paidAt = on.clock.now();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.ok((on.sim.fired.get('lost') ?? 0) >= 1, 'the fault did not fire');
  const took = paidAt.until(on.clock.now()).total('seconds');
  assert.equal(payment.verdict?.confidence, 'confirmed');
  const repair = on.merchant.heard
    .filter((h) => h.path === '/events')
    .map((h) => JSON.parse(h.body.toString()))
    .find((e) => e.type === 'payment.unrecorded' && e.data.payment.payment_ref === ref);
  assert.equal(repair.data.payment.verdict.reason, 'NOTIFY_LOST');
  // Business time runs 60 times as fast: the sweep's own second is a minute of it.
  assert.ok(took < 300, `${took} s`);
});

test('a refund under way of whose end nobody tells: it is asked about, never sent again, and judged where the customer stands', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  const { accounts, io, follow, book } = on.served.engine.working;
  const open = await book.tenant(on.test.tenantId, (tx) => accounts.get(tx, on.accountId));
  on.sim.faultNotify('lost', 1, ref);
  const wanted = { paymentRef: ref, refundRef: `${ref}-R`, refundMinor: 2_500n, totalMinor: 2_500n, currency: 'CNY' };
  const begun = await open.channel.refund({ ...wanted, reason: 'returned' }, open.account, open.keys, io);
  assert.ok(begun.outcome === 'answered');
  const heardAt = on.clock.now().round('millisecond');
  await book.tenant(on.test.tenantId, (tx) =>
    take(
      tx,
      begun.observed.map((observed) => ({
        accountId: on.accountId,
        livemode: false,
        observed: { ...observed, occurredAt: observed.occurredAt.round('millisecond') },
        messageId: undefined,
        heardAt,
      })),
      follow,
    ),
  );
  type Refunds = ReadonlyArray<{ refund_ref: string; verdict: { code: string; custody: string } }>;
  const refunds = async (): Promise<Refunds> =>
    (await on.call<{ refunds?: Refunds }>('GET', `/v1/payments/${payment.id}`)).body.refunds ?? [];
  const done = await until('the refund to be known', async () => {
    const [refund] = await refunds();
    return refund?.verdict.code === 'received' ? refund : undefined;
  });
  // WeChat keeps the customer's balance: its word is that balance's record.
  assert.deepEqual([done.refund_ref, done.verdict.custody], [`${ref}-R`, 'customer']);
  assert.equal((await paymentOf(on, ref))?.verdict?.code, 'refunded');
  assert.ok((on.sim.fired.get('lost') ?? 0) >= 1);
  assert.equal(on.sim.trades.get(ref)!.refunds.length, 1);
});

test('above the limit a notification alone releases nothing: the channel is asked at once, and then it does', async () => {
  const ref = await order('1500.00');
  await on.sim.pay(ref);
  const payment = await until('the answer to release it', async () => {
    const it = await paymentOf(on, ref);
    return it?.verdict?.release === 'yes' && it.verdict.code === 'on_its_way' ? it : undefined;
  });
  assert.equal(payment.verdict?.confidence, 'confirmed');
  const { body } = await on.call<{ verdicts: ReadonlyArray<{ release: string; confidence: string }> }>(
    'GET',
    `/v1/payments/${payment.id}/trace`,
  );
  // On the notification it was “ask”, and never “yes”.
  const reported = body.verdicts.filter((v) => v.confidence === 'reported').map((v) => v.release);
  assert.ok(reported.length > 0 && !reported.includes('yes'), JSON.stringify(body.verdicts));
});

async function key(): Promise<{ authorization: string }> {
  const made = await on.call<{ key: string }>('POST', '/v1/keys', { name: 'reader', scopes: ['read'] });
  return { authorization: `Bearer ${made.body.key}` };
}
