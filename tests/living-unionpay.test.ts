/** Payments followed alive against a UnionPay that speaks the real protocol: what is UnionPay's way of losing and telling. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { accountFor, startUnionPaySim } from '../sim/channels/unionpay/server.ts';
import { stamp } from '../sim/channels/unionpay/truth.ts';
import { steppedClock } from '../sim/clock.ts';
import { billsDue, planBills } from '../src/actions/bills.ts';
import { paceOf } from '../src/actions/pace.ts';
import { engineOf } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { vaultOf } from '../src/base/vault.ts';
import { unionpay } from '../src/channels/unionpay/channel.ts';
import { accountOf, closeOutbound, ioOf } from './conformance/surroundings.ts';
import { freshBook, temporary } from './support/database.ts';
import { givenBack, type Living, living, paymentOf, until, verdictOf } from './support/living.ts';

let on: Living<'unionpay'>;
before(async () => {
  // UnionPay wants to be asked after 5, 10, 30 minutes and not before: five minutes are half a second here.
  on = await living({ channel: 'unionpay', speed: 600 });
});
after(async () => {
  await on.close();
  await closeOutbound();
  assert.deepEqual(on.errors, []);
});

let made = 0;
/** As a merchant's own system does: one instant is UnionPay's txnTime and the order's placed_at. */
async function order(minutes = 120): Promise<string> {
  made += 1;
  const ref = `LU${String(made).padStart(6, '0')}`;
  const now = on.clock.now();
  const expiresAt = now.add({ minutes });
  on.sim.place(ref, 2_500, { txnTime: stamp(now), expiresAt });
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: '25.00', currency: 'CNY' },
    placed_at: now.toString(),
    expires_at: expiresAt.toString(),
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return ref;
}

test('a notification is answered 200, passed on byte for byte, and recorded', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(payment.captured?.amount, '25.00');
  assert.deepEqual(on.sim.notified(), [200]);
  const relayed = await until('the notification to be passed on', () =>
    on.merchant.heard.find((h) => h.path === '/unionpay'),
  );
  assert.equal(new URLSearchParams(relayed.body.toString()).get('orderId'), ref);
});

test('an order without its time is refused; one more attempt is asked about by its own', async () => {
  const amount = { amount: '25.00', currency: 'CNY' };
  const without = await on.call('POST', '/v1/orders', { order_ref: 'LUTIME01', amount });
  assert.deepEqual([without.status, without.body.code], [422, 'order.needs_time']);
  const first = await order();
  const [one] = (await on.call<{ items: { id: string }[] }>('GET', `/v1/orders?order_ref=${first}`)).body.items;
  const again = { payment_ref: `${first}X` };
  const attempt = (body: object) => on.call('PATCH', `/v1/orders/${one!.id}`, body);
  assert.equal((await attempt(again)).body.code, 'order.needs_time');
  // A second later in UnionPay's own count.
  const sentAt = on.clock.now().add({ seconds: 2 });
  on.sim.place(again.payment_ref, 2_500, { txnTime: stamp(sentAt) });
  on.sim.faultNotify('lost', 1, again.payment_ref);
  await on.sim.pay(again.payment_ref);
  assert.equal((await attempt({ ...again, placed_at: sentAt.toString() })).status, 200);
  const paid = await until('the second attempt to be found', async () => {
    const p = await paymentOf(on, again.payment_ref);
    return p?.position === 'captured' ? p : undefined;
  });
  assert.equal(paid.captured?.amount, '25.00');
});

test('F23: all five notifications are lost: asked, told to the merchant, recorded', async () => {
  const ref = await order();
  const before = on.sim.fired.get('lost') ?? 0;
  on.sim.faultNotify('lost', 1, ref);
  const paidAt = on.clock.now();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(on.sim.fired.get('lost'), before + 1, 'the fault did not fire');
  assert.equal(payment.verdict?.confidence, 'confirmed');
  const repair = await until('the merchant to be told', () =>
    on.merchant.heard
      .filter((h) => h.path === '/events')
      .map((h) => JSON.parse(h.body.toString()))
      .find((e) => e.type === 'payment.unrecorded' && e.data.payment.payment_ref === ref),
  );
  assert.equal(repair.data.payment.verdict.reason, 'NOTIFY_LOST');
  const took = paidAt.until(on.clock.now()).total('minutes');
  assert.ok(took > 4, `asked before UnionPay wants to be asked: ${took} min`);
});

test('“accepted” is not money: in progress until UnionPay says that it is paid', async () => {
  const ref = await order();
  on.sim.faultNotify('lost', 1, ref);
  on.sim.decline(ref, '05');
  assert.equal((await verdictOf(on, ref, 'pending')).captured, undefined);
  await on.sim.pay(ref);
  assert.equal((await verdictOf(on, ref, 'on_its_way')).captured?.amount, '25.00');
});

test('a declined payment may be tried again until the time to pay is over; then it has failed', async () => {
  const ref = await order(15);
  on.sim.decline(ref);
  const tried = await verdictOf(on, ref, 'unpaid');
  assert.equal(tried.position, 'ordered');
  const over = await until('it to be over', async () => {
    const p = await paymentOf(on, ref);
    return p?.position === 'failed' ? p : undefined;
  });
  assert.deepEqual(over.contradictions, []);
});

test('refunds are notified under numbers of their own: they find their payment by UnionPay’s, and add up', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const made = accountFor(on.sim);
  const account = accountOf({ ...made, settings: { ...made.settings, back_url: on.notifyUrl } });
  const { txnTime } = on.sim.trades.get(ref)!;
  const sentAt = Temporal.PlainDateTime.from(`${txnTime.slice(0, 8)}T${txnTime.slice(8)}`).toZonedDateTime(
    'Asia/Shanghai',
  );
  const giveBack = async (refundRef: string, refundMinor: bigint): Promise<void> => {
    const wanted = { paymentRef: ref, refundRef, refundMinor, totalMinor: 2_500n, currency: 'CNY', reason: '' };
    const times = { placedAt: sentAt.toInstant(), askedAt: on.clock.now() };
    const answer = await unionpay.refund({ ...wanted, ...times }, account, made.credentials, ioOf(on.clock));
    assert.equal(
      answer.outcome,
      'answered',
      JSON.stringify(answer, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
    );
  };
  await giveBack(`${ref}A`, 1_000n);
  await until('a part to be given back', async () => (await paymentOf(on, ref))?.refunded?.amount === '10.00');
  await giveBack(`${ref}B`, 1_500n);
  const payment = await until('all of it to be given back', async () => {
    const p = await paymentOf(on, ref);
    return p?.position === 'refunded' ? p : undefined;
  });
  assert.deepEqual(payment.contradictions, []);
});

test('what nobody told of stands in the file: a payment without an order, a refund made by hand', async () => {
  const { book, tenantId, close } = await freshBook();
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const sim = await startUnionPaySim({ clock });
  const engine = engineOf({
    book,
    vault: vaultOf([randomBytes(32)]),
    archive: openArchive(temporary()),
    allowPrivate: ['127.0.0.1/32'],
    version: 'test',
    pace: paceOf(clock.now, 1, () => 0.5),
  });
  try {
    await book.tenant(tenantId, async (tx) => {
      const id = await engine.accounts.create(tx, { ...accountFor(sim), name: 'shop', livemode: false, feed: 'none' });
      await planBills(tx, await engine.accounts.get(tx, id));
    });
    // What is due is due now: the database's clock is not the stepped one.
    const sweep = async (): Promise<number> => {
      await book.shared((tx) => tx.run(`update due set due_at = now() - interval '1 second', lease_until = null`));
      return await billsDue(engine.working);
    };
    const payment = (ref: string) =>
      book.tenant(tenantId, (tx) =>
        tx.maybe<{ position: string; refunded_minor: bigint; cleared_on: Temporal.PlainDate | null }>(
          'select position, refunded_minor, cleared_on from payments where tenant_id = $1 and ref = $2',
          [tx.tenantId, ref],
        ),
      );
    await sweep();
    const pay = async (ref: string): Promise<void> => {
      sim.place(ref, 700);
      await sim.pay(ref);
    };
    await pay('NOBODY01');
    sim.giveBack('NOBODY01', 'BYHAND01', 200);
    sim.dispute('NOBODY01');
    // After 23:00: of the next clearing day.
    await clock.advance(13 * 3_600_000);
    await pay('NOBODY02');
    await clock.advance(12 * 3_600_000);
    sim.faultBill('bill_late', 10);
    await sweep();
    assert.equal(await payment('NOBODY01'), undefined);
    assert.ok((sim.fired.get('bill_late') ?? 0) > 0);
    await clock.advance(3_600_000);
    while (sim.fired.get('bill_late')! < 10) await sweep();
    await sweep();
    const found = await payment('NOBODY01');
    assert.deepEqual(
      [found?.position, found?.refunded_minor, found?.cleared_on?.toString()],
      ['captured', 200n, '2026-11-20'],
    );
    assert.equal(await payment('NOBODY02'), undefined);
    await clock.advance(24 * 3_600_000);
    await sweep();
    assert.equal((await payment('NOBODY02'))?.cleared_on?.toString(), '2026-11-21');
    // The next day has no movements: UnionPay says the same as of a file that is late, until nobody waits for it any more.
    const alarms = () =>
      book.tenant(tenantId, async (tx) => {
        const rows = await tx.rows<{ kind: string }>(
          `select kind from alerts where tenant_id = $1 and closed_at is null`,
          [tx.tenantId],
        );
        return rows.map((r) => r.kind);
      });
    await clock.advance(29 * 3_600_000);
    await sweep();
    assert.deepEqual(await alarms(), ['bill_missing']);
    await clock.advance(20 * 3_600_000);
    await sweep();
    assert.deepEqual(await alarms(), []);
  } finally {
    engine.outbound.close();
    await sim.close();
    await close();
  }
});

test('I8: given back at our asking: asked about by the time it was sent at, done by the channel’s word', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const { id } = await verdictOf(on, ref, 'on_its_way');
  const story = await givenBack(on, id, { amount: '10.00', currency: 'CNY' });
  assert.equal(story.refund.state, 'done', JSON.stringify(story));
  assert.deepEqual(
    story.steps.map((s) => s.kind),
    ['made', 'sent', 'accepted', 'done'],
  );
  assert.equal((await paymentOf(on, ref))?.refunded?.amount, '10.00');
});
