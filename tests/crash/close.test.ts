/**
 * What is done at the channel and not only asked: closing, taking back, giving back. F03: the worker dies at each point of it. Fault 3: the
 * customer pays at each point of it; money wins.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { closeDue } from '../../src/actions/close.ts';
import { refundDue } from '../../src/actions/refund.ts';
import { type Between, isClose, isQuestion, startBetween } from '../support/between.ts';
import { startChild } from '../support/children.ts';
import { type Living, living, paymentOf, until, verdictOf } from '../support/living.ts';
import { masterKeyOf } from '../support/notices.ts';

let on: Living;
let way: Between;
const masterKey = masterKeyOf();
before(async () => {
  way = await startBetween();
  on = await living({ speed: 1, closing: 'auto', masterKey, through: way.to });
  // Only the processes below work.
  await on.served.workers.stop();
});
afterEach(() => way.on(undefined));
after(async () => {
  await on.close();
  await way.close();
  assert.deepEqual(on.errors, []);
});

let made = 0;
/** An order that the merchant has given up, and that is to be closed at the channel now. */
async function givenUp(): Promise<string> {
  made += 1;
  const ref = `C${String(made).padStart(6, '0')}`;
  on.sim.place(ref, 900);
  const order = await on.call<{ id: string }>('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: '9.00', currency: 'CNY' },
    placed_at: on.clock.now().subtract({ seconds: 10 }).toString(),
    expires_at: on.clock.now().add({ minutes: 30 }).toString(),
  });
  assert.equal((await on.call('POST', `/v1/orders/${order.body.id}/cancel`)).status, 200);
  await dueNow();
  return ref;
}
/** As the end of a lease, which is two minutes, and of the grace after an order's end. */
const dueNow = (): Promise<number> =>
  on.test.book.shared((tx) => tx.run(`update due set due_at = now(), lease_until = null where kind = 'close'`));
const actionsOf = (ref: string): Promise<Array<{ state: string; attempts: number }>> =>
  on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.rows(
      `select a.state, a.attempts from actions a join payments p on p.tenant_id = $1 and p.id = a.payment_id
        where a.tenant_id = $1 and a.kind = 'close' and p.ref = $2`,
      [tx.tenantId, ref],
    ),
  );
const about = (ref: string): string[] =>
  way.calls.filter((c) => c.path.includes(ref)).map((c) => (isClose(c) ? 'close' : isQuestion(c) ? 'ask' : c.path));

/** A worker process is killed in the `nth` call of this kind, before or after it has had its effect at the channel. */
async function killedAt(when: 'before' | 'after', isIt: typeof isClose, nth = 1): Promise<void> {
  const child = await startChild(on.test.appUrl, 'work', masterKey);
  let seen = 0;
  let killed: Promise<void> | undefined;
  way.on((call, at) => {
    if (at !== when || !isIt(call)) return undefined;
    seen += 1;
    if (seen < nth) return undefined;
    killed ??= child.kill();
    return 'drop';
  });
  await until('the worker to be killed', () => killed !== undefined, 20_000);
  await killed;
  way.on(undefined);
  way.calls.length = 0;
}

test('F03: killed after the channel closed and before it was recorded: called; the next one asks, and closes nothing', async () => {
  const ref = await givenUp();
  await killedAt('after', isClose);
  assert.equal(on.sim.trades.get(ref)?.state, 'CLOSED', 'the fault did not fire');
  assert.deepEqual(await actionsOf(ref), [{ state: 'called', attempts: 1 }]);
  assert.equal((await paymentOf(on, ref))?.position, 'ordered');
  await dueNow();
  await closeDue(on.served.engine.working);
  assert.deepEqual(about(ref), ['ask'], 'asked before anything else, and nothing after it');
  assert.equal((await paymentOf(on, ref))?.position, 'closed');
  assert.deepEqual(await actionsOf(ref), [{ state: 'done', attempts: 1 }], 'what was done is not told as withdrawn');
});

test('F03: killed before the channel heard it: called; the next one asks, then closes', async () => {
  const ref = await givenUp();
  await killedAt('before', isClose);
  assert.equal(on.sim.trades.get(ref)?.state, 'NOTPAY', 'the fault did not fire');
  assert.deepEqual(await actionsOf(ref), [{ state: 'called', attempts: 1 }]);
  await dueNow();
  await closeDue(on.served.engine.working);
  assert.deepEqual(about(ref), ['ask', 'close', 'ask']);
  assert.equal((await paymentOf(on, ref))?.position, 'closed');
  assert.deepEqual(await actionsOf(ref), [{ state: 'done', attempts: 2 }]);
});

test('F03: killed with the answer of the first question in hand: nothing is intended; the next one asks', async () => {
  const ref = await givenUp();
  await killedAt('after', isQuestion);
  assert.deepEqual(await actionsOf(ref), []);
  await dueNow();
  await closeDue(on.served.engine.working);
  assert.deepEqual(about(ref), ['ask', 'close', 'ask']);
  assert.deepEqual(await actionsOf(ref), [{ state: 'done', attempts: 1 }]);
});

test('F03, fault 3: killed before the channel heard it, and then the customer pays: asked first, money is not closed over', async () => {
  const ref = await givenUp();
  await killedAt('before', isClose);
  on.sim.faultNotify('lost', 1, ref);
  await on.sim.pay(ref);
  await dueNow();
  await closeDue(on.served.engine.working);
  assert.deepEqual(about(ref), ['ask']);
  assert.equal((await paymentOf(on, ref))?.position, 'captured');
  assert.deepEqual(await actionsOf(ref), [{ state: 'withdrawn', attempts: 1 }]);
});

test('fault 3: paid between the question and the close: the channel refuses, money wins, a person is told', async () => {
  const ref = await givenUp();
  on.sim.faultNotify('lost', 1, ref);
  let paid = 0;
  // The channel tells whole seconds: a payment in the second of the cancelling came before it, for all anybody knows.
  const from = on.clock.now();
  await until('the next second', () => from.until(on.clock.now()).total('seconds') > 2);
  way.on(async (call, when) => {
    if (when !== 'before' || !isClose(call) || !call.path.includes(ref)) return undefined;
    paid += 1;
    await on.sim.pay(ref);
    return undefined;
  });
  way.calls.length = 0;
  await closeDue(on.served.engine.working);
  assert.equal(paid, 1, 'the fault did not fire');
  assert.deepEqual(about(ref), ['ask', 'close', 'ask']);
  assert.equal(on.sim.trades.get(ref)?.state, 'SUCCESS');
  const late = await verdictOf(on, ref, 'paid_after_close');
  assert.equal(late.position, 'captured');
  assert.equal(late.verdict?.release, 'ask');
  assert.deepEqual(await actionsOf(ref), [{ state: 'withdrawn', attempts: 1 }], 'nothing was closed');
  const cases = await on.call<{ items: Array<{ reason: string; subject_id: string }> }>('GET', '/v1/cases');
  assert.ok(cases.body.items.some((c) => c.reason === 'paid_after_close' && c.subject_id === late.id));
});

test('the notification of a payment comes between the question and the close: it wins', async () => {
  const ref = await givenUp();
  let heard = 0;
  way.on(async (call, when) => {
    if (when !== 'after' || !isQuestion(call) || !call.path.includes(ref) || heard > 0) return undefined;
    heard += 1;
    // Answered already: not paid. Then it is paid and told, before that answer is with us.
    await on.sim.pay(ref);
    return undefined;
  });
  await closeDue(on.served.engine.working);
  assert.equal(heard, 1, 'the fault did not fire');
  assert.equal(on.sim.trades.get(ref)?.state, 'SUCCESS');
  on.served.workers.wake(on.test.tenantId);
  await dueNow();
  await closeDue(on.served.engine.working);
  const { position } = (await paymentOf(on, ref))!;
  assert.equal(position, 'captured');
  assert.ok(!(await actionsOf(ref)).some((a) => a.state === 'called' || a.state === 'done'));
});

/** A payment that is to be given back, and whoever works is killed in that call. */
async function killedGivingBack(when: 'before' | 'after'): Promise<{ id: string; ref: string }> {
  made += 1;
  const ref = `B${String(made).padStart(6, '0')}`;
  on.sim.place(ref, 900);
  await on.call('POST', '/v1/orders', { order_ref: ref, amount: { amount: '9.00', currency: 'CNY' } });
  on.sim.faultNotify('lost', 2, ref);
  await on.sim.pay(ref);
  const payment = (await paymentOf(on, ref))!;
  await on.call('POST', `/v1/payments/${payment.id}/inquire`);
  const refund = await on.call<{ id: string }>('POST', `/v1/payments/${payment.id}/refunds`, { reason: 'duplicate' });
  assert.equal(refund.status, 201);
  await killedAt(when, isRefund);
  const { state } = await refundOf(refund.body.id);
  assert.equal(state, 'sent', 'the intent was stored before the call');
  return { id: refund.body.id, ref };
}
const isRefund = (call: { method: string; path: string }): boolean =>
  call.method === 'POST' && call.path.endsWith('/refund/domestic/refunds');
const refundOf = async (id: string): Promise<{ state: string }> =>
  (await on.call<{ refund: { state: string } }>('GET', `/v1/refunds/${id}`)).body.refund;
/** After the lease's two minutes: the next worker. */
async function nextWorker(): Promise<string[]> {
  await on.test.book.shared((tx) => tx.run(`update due set due_at = now(), lease_until = null where kind = 'refund'`));
  way.calls.length = 0;
  await refundDue(on.served.engine.working);
  return way.calls.filter((c) => c.path.includes('/refunds')).map((c) => (isRefund(c) ? 'send' : 'ask'));
}

test('F03, I8: killed after the channel gave back and before it was recorded: asked about, not sent again', async () => {
  const { id, ref } = await killedGivingBack('after');
  assert.equal(on.sim.trades.get(ref)!.refunds.length, 1, 'the fault did not fire');
  assert.deepEqual(await nextWorker(), ['ask']);
  assert.ok(['at_channel', 'done'].includes((await refundOf(id)).state));
  assert.equal(on.sim.trades.get(ref)!.refunds.length, 1);
});

test('F03, I8: killed before the channel heard it: asked, not there, then sent under the same number: once', async () => {
  const { id, ref } = await killedGivingBack('before');
  assert.equal(on.sim.trades.get(ref)!.refunds.length, 0, 'the fault did not fire');
  assert.deepEqual(await nextWorker(), ['ask']);
  assert.equal((await refundOf(id)).state, 'ready');
  assert.deepEqual(await nextWorker(), ['send']);
  assert.equal(on.sim.trades.get(ref)!.refunds.length, 1);
});

test('payments by code: what the till gives up is taken back, while the customer is at it too; what was paid meanwhile goes back', async () => {
  const atTill = async (how: 'unpaid' | 'typing' | 'paying'): Promise<string> => {
    made += 1;
    const ref = `T${String(made).padStart(6, '0')}`;
    on.sim.place(ref, 900, { product: 'codepay' });
    const order = await on.call<{ id: string }>('POST', '/v1/orders', {
      order_ref: ref,
      product: 'codepay',
      amount: { amount: '9.00', currency: 'CNY' },
      placed_at: on.clock.now().subtract({ seconds: 10 }).toString(),
    });
    if (how === 'typing') void on.sim.pay(ref, { processingMs: 3_600_000 });
    assert.equal((await on.call('POST', `/v1/orders/${order.body.id}/cancel`)).status, 200);
    await dueNow();
    return ref;
  };
  const reverses = (ref: string): string[] => about(ref).map((path) => (/\/reverse$/.test(path) ? 'reverse' : path));
  for (const how of ['unpaid', 'typing', 'paying'] as const) {
    const ref = await atTill(how);
    way.on(async (call, when) => {
      if (how === 'paying' && when === 'before' && /\/reverse$/.test(call.path)) await on.sim.pay(ref);
      return undefined;
    });
    way.calls.length = 0;
    assert.equal(await closeDue(on.served.engine.working), 1, how);
    way.on(undefined);
    assert.deepEqual(reverses(ref), ['ask', 'reverse', 'ask'], how);
    assert.equal(on.sim.trades.get(ref)?.state, 'REVOKED');
    assert.equal((await paymentOf(on, ref))?.position, 'reversed');
    assert.deepEqual(await actionsOf(ref), [{ state: 'done', attempts: 1 }]);
  }
  const paid = on.sim.trades.get(`T${String(made).padStart(6, '0')}`)!;
  assert.ok(paid.revokedAt !== undefined, 'the money is with the customer again');
});
