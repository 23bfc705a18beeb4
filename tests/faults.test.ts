/** Faults between the channel, us and the merchant, each shown to fire, on the whole path. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inquireDue } from '../src/actions/inquire.ts';
import { startWorkers } from '../src/actions/work.ts';
import { engineOf } from '../src/api/wire.ts';
import { insertMessages } from '../src/sources/inbox.ts';
import { type Living, living, type PaymentOut, paymentOf, until, verdictOf } from './support/living.ts';

let on: Living;
before(async () => {
  on = await living({ closing: 'auto' });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

let made = 0;
async function order(yuan = '25.00', minutes = 30): Promise<string> {
  made += 1;
  const ref = `F${String(made).padStart(6, '0')}`;
  on.sim.place(ref, Number(yuan.replace('.', '')));
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: yuan, currency: 'CNY' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock.now().add({ minutes }).toString(),
  });
  assert.equal(answer.status, 201);
  return ref;
}
const orderOf = async (ref: string): Promise<{ id: string; state: string }> =>
  (await on.call<{ items: Array<{ id: string; state: string }> }>('GET', `/v1/orders?order_ref=${ref}`)).body.items[0]!;
const fired = (what: string): number => on.sim.fired.get(what) ?? 0;
const verdictsOf = async (p: PaymentOut): Promise<string[]> =>
  (await on.call<{ verdicts: Array<{ code: string }> }>('GET', `/v1/payments/${p.id}/trace`)).body.verdicts.map(
    (v) => v.code,
  );

test('F14: a notification that comes three times has one effect', async () => {
  const ref = await order();
  on.sim.faultNotify('duplicated', 1, ref);
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(fired('duplicated'), 1);
  const relayed = on.merchant.heard.filter((h) => h.path === '/wechatpay').length;
  assert.ok(relayed >= 1);
  const trace = await on.call<{ observations: Array<{ source: string }> }>('GET', `/v1/payments/${payment.id}/trace`);
  assert.equal(trace.body.observations.filter((o) => o.source === 'notification').length, 1);
});

test('F24, I7: whatever the channel answers but an answer, nobody hears “unpaid” of a paid order', async () => {
  const ref = await order();
  on.sim.faultNotify('lost', 1, ref);
  await on.sim.pay(ref);
  for (const fault of ['silent', 'broken', 'html', 'unsigned', 'badly_signed', 'limited'] as const) {
    const before = fired(fault);
    on.sim.faultAnswer(fault, 1);
    const payment = (await paymentOf(on, ref))!;
    const asked = await on.call<{ outcome: string; payment: PaymentOut }>('POST', `/v1/payments/${payment.id}/inquire`);
    // A sweep may have taken the fault: then it was another question that went unanswered.
    assert.ok(['unknown', 'limited', 'answered'].includes(asked.body.outcome), asked.body.outcome);
    await until(`${fault} to fire`, () => fired(fault) > before);
  }
  const payment = await verdictOf(on, ref, 'on_its_way', 30_000);
  assert.ok(!(await verdictsOf(payment)).includes('unpaid'), (await verdictsOf(payment)).join());
});

test('a fen for a hundred yuan, correctly signed: it releases nothing, and the channel’s own answer stands', async () => {
  const ref = await order('100.00');
  on.sim.faultNotify('wrong_amount', 1, ref);
  await on.sim.pay(ref);
  assert.ok(fired('wrong_amount') >= 1);
  // Whichever is heard first, the lie or the channel's own answer: the two contradict, and the answer stands.
  const payment = await until('both to be heard', async () => {
    const p = await paymentOf(on, ref);
    if (p !== undefined && p.captured?.amount !== '100.00') await on.call('POST', `/v1/payments/${p.id}/inquire`);
    return p?.contradictions.includes('amounts_differ') ? p : undefined;
  });
  assert.equal((await paymentOf(on, ref))?.captured?.amount, '100.00');
  const trace = await on.call<{ verdicts: Array<{ code: string; release: string; confidence: string }> }>(
    'GET',
    `/v1/payments/${payment.id}/trace`,
  );
  for (const v of trace.body.verdicts)
    assert.ok(v.release !== 'yes' || v.confidence === 'confirmed', `the lie alone released it: ${JSON.stringify(v)}`);
});

test('fault 3: given up by the shop, closed at the channel only after asking; who paid before that is not lost', async () => {
  const closed = await order('9.00');
  await on.call('POST', `/v1/orders/${(await orderOf(closed)).id}/cancel`);
  await until('the channel to close it', () => on.sim.trades.get(closed)?.state === 'CLOSED', 20_000);
  await until('the book to know', async () => (await paymentOf(on, closed))?.position === 'closed');
  assert.equal((await paymentOf(on, closed))?.verdict?.code, 'unpaid');

  const paid = await order('9.00');
  on.sim.faultNotify('lost', 1, paid);
  await on.call('POST', `/v1/orders/${(await orderOf(paid)).id}/cancel`);
  // The channel tells whole seconds: a payment in the second of the close came before it, for all anybody knows.
  const closedAt = on.clock.now();
  await until('the next second', () => closedAt.until(on.clock.now()).total('seconds') > 2);
  await on.sim.pay(paid);
  const late = await verdictOf(on, paid, 'paid_after_close', 20_000);
  assert.equal(late.verdict?.release, 'ask');
  assert.equal(on.sim.trades.get(paid)?.state, 'SUCCESS', 'money is not closed over');
  const cases = await on.call<{ items: Array<{ reason: string; subject_id: string }> }>('GET', '/v1/cases');
  assert.ok(cases.body.items.some((c) => c.reason === 'paid_after_close' && c.subject_id === late.id));
  await until('the shop to be told', () =>
    on.merchant.heard.some(
      (h) => h.path === '/events' && JSON.parse(h.body.toString()).type === 'payment.paid_after_close',
    ),
  );
});

test('one order paid under two numbers: the second is a duplicate, and a case', async () => {
  const ref = await order('12.00');
  on.sim.place(`${ref}-B`, 1_200);
  await on.call('PATCH', `/v1/orders/${(await orderOf(ref)).id}`, { payment_ref: `${ref}-B` });
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  await new Promise((done) => setTimeout(done, 50));
  await on.sim.pay(`${ref}-B`);
  const second = await verdictOf(on, `${ref}-B`, 'duplicate');
  assert.equal(second.verdict?.release, 'ask');
});

test('F21: a message that verified once and cannot be read: five tries, a case, the others flow, and it is tried again on demand', async () => {
  const { test: book } = on;
  const [genuine] = await book.book.tenant(book.tenantId, (tx) =>
    tx.rows<{ headers: Record<string, string> }>(
      'select headers::json as headers from messages where tenant_id = $1 limit 1',
      [tx.tenantId],
    ),
  );
  await book.book.tenant(book.tenantId, (tx) =>
    insertMessages(tx, [
      {
        tenantId: book.tenantId,
        accountId: on.accountId,
        kind: 'notification',
        key: 'EV-POISON',
        bodyHash: '00'.repeat(32),
        occurredAt: Temporal.Instant.from('2026-11-27T01:00:00Z'),
        message: { headers: genuine!.headers, body: Buffer.from('{"id":"EV-POISON"}') },
      },
    ]),
  );
  // An hour and more passes between the tries.
  const hurried = async (): Promise<string[]> => {
    await book.book.tenant(book.tenantId, (tx) =>
      tx.run('update unfolded set again_at = now() where tenant_id = $1', [tx.tenantId]),
    );
    on.served.workers.wake(book.tenantId);
    return await reasons();
  };
  const reasons = async (): Promise<string[]> =>
    (await on.call<{ items: Array<{ reason: string }> }>('GET', '/v1/cases')).body.items.map((c) => c.reason);
  await until('a case about it', async () => (await hurried()).includes('message_unreadable'), 20_000);
  const ref = await order();
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const again = await on.call<{ messages: number }>('POST', '/v1/replay', {});
  assert.equal(again.body.messages, 1);
  assert.ok(!(await reasons()).includes('message_unreadable'));
  await until('it to be given up again', async () => (await hurried()).includes('message_unreadable'), 20_000);
});

test('two more worker processes on the same book: nothing is asked twice for one wake-up', async () => {
  const others = [0, 1].map(() => {
    const engine = engineOf({
      book: on.test.book,
      vault: on.served.engine.working.vault,
      archive: on.served.engine.working.archive,
      allowPrivate: ['127.0.0.1/32'],
      version: 'test',
      pace: on.served.engine.working.pace,
      told: (error) => on.errors.push(error),
    });
    return { engine, workers: startWorkers(engine.working) };
  });
  const refs = await Promise.all(Array.from({ length: 20 }, () => order('3.00')));
  for (const ref of refs) on.sim.faultNotify('lost', 1, ref);
  for (const ref of refs) await on.sim.pay(ref);
  for (const ref of refs) await verdictOf(on, ref, 'on_its_way', 30_000);
  for (const { workers, engine } of others) {
    await workers.stop();
    engine.outbound.close();
  }
  const told = on.merchant.heard
    .filter((h) => h.path === '/events')
    .map((h) => ({ id: String(h.headers['webhook-id']), event: JSON.parse(h.body.toString()) }))
    .filter((e) => e.event.type === 'payment.unrecorded' && refs.includes(e.event.data.payment.payment_ref));
  assert.equal(told.length, refs.length, 'each is told once');
  assert.equal(new Set(told.map((t) => t.id)).size, refs.length);
});

test('a lease that ends is taken over', async () => {
  const ref = await order();
  on.sim.faultNotify('lost', 1, ref);
  await on.sim.pay(ref);
  const payment = (await paymentOf(on, ref))!;
  // As a process left it that died after taking the wake-up.
  await on.test.book.shared((tx) =>
    tx.run(
      `update due set due_at = now() - interval '1 second', lease_until = now() + interval '700 milliseconds' where kind = 'inquire' and id = $1`,
      [payment.id],
    ),
  );
  assert.equal(typeof (await inquireDue(on.served.engine.working)), 'number');
  await verdictOf(on, ref, 'on_its_way', 20_000);
});
