/** A payment followed alive against a Stripe that speaks the real protocol: what is Stripe's way of losing and telling. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { batchLines } from '../src/cli/book.ts';
import { place } from './support/cli.ts';
import {
  givenBack,
  keyOf,
  type Living,
  living,
  type PaymentOut,
  paymentOf,
  until,
  verdictOf,
} from './support/living.ts';

let on: Living<'stripe'>;
before(async () => {
  on = await living({ channel: 'stripe', closing: 'auto' });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

let made = 0;
async function order(how: Readonly<{ minutes?: number; lost?: true; unplaced?: true }> = {}): Promise<string> {
  made += 1;
  const ref = `LS${String(made).padStart(6, '0')}`;
  // Each state has an event of its own: made, charged, succeeded.
  if (how.lost === true) on.sim.faultNotify('lost', 3, ref);
  if (how.unplaced !== true) on.sim.place(ref, 2_500);
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: '25.00', currency: 'CNY' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock
      .now()
      .add({ minutes: how.minutes ?? 30 })
      .toString(),
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return ref;
}

test('a notification is acknowledged, passed on byte for byte with its signature, and recorded', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(payment.captured?.amount, '25.00');
  await on.sim.quiet();
  assert.ok(on.sim.notified().every((status) => status === 200));
  const relayed = await until('the notification to be passed on', () =>
    on.merchant.heard.find((h) => h.path === '/stripe' && h.body.includes('payment_intent.succeeded')),
  );
  assert.match(String(relayed.headers['stripe-signature']), /^t=\d+,v1=[0-9a-f]{64}$/);
  assert.equal(JSON.parse(relayed.body.toString()).data.object.metadata.order_id, ref);
});

test('F23: every notification lost, the search a minute late: asked, told to the merchant, recorded', async () => {
  const ref = await order({ lost: true });
  const paidAt = on.clock.now();
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  assert.equal(on.sim.fired.get('lost'), 3, 'the fault did not fire');
  assert.equal(payment.verdict?.confidence, 'confirmed');
  assert.deepEqual(payment.contradictions, []);
  const took = paidAt.until(on.clock.now()).total('seconds');
  assert.ok(took < 600, `${took} s`);
  const repair = await until('the merchant to be told', () =>
    on.merchant.heard
      .filter((h) => h.path === '/events')
      .map((h) => JSON.parse(h.body.toString()))
      .find((e) => e.type === 'payment.unrecorded' && e.data.payment.payment_ref === ref),
  );
  assert.equal(repair.data.payment.verdict.reason, 'NOTIFY_LOST');
});

test('a refund made in the dashboard whose every notification is lost is found in the list of events, once', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  await on.sim.quiet();
  const { id } = on.sim.intent(ref);
  const before = on.sim.fired.get('lost') ?? 0;
  on.sim.faultNotify('lost', 2, ref);
  const refund = on.sim.giveBack(ref, 1_000);
  await until('both events to be lost', () => on.sim.fired.get('lost') === before + 2);
  await until('a part to be given back', async () => (await paymentOf(on, ref))?.refunded?.amount === '10.00', 30_000);
  // The customer's bank sends it back days later: the list is looked at again for this.
  on.sim.faultNotify('lost', 2, ref);
  await on.sim.market.failRefund(refund);
  await until('the money to be back', async () => (await paymentOf(on, ref))?.refunded === undefined, 30_000);
  assert.deepEqual((await paymentOf(on, ref))?.contradictions, []);
  const rows = await on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.rows<{ key: string; type: string; headers: object }>(
      `select key, convert_from(body, 'utf8')::jsonb ->> 'type' as type, headers::json as headers from messages
        where tenant_id = $1 and kind = 'notification' and position($2 in convert_from(body, 'utf8')) > 0
        order by occurred_at, key`,
      [tx.tenantId, id],
    ),
  );
  assert.deepEqual(
    rows.filter((r) => r.type === 'refund.created').map((r) => r.headers),
    [{}],
  );
  assert.equal(new Set(rows.map((r) => r.key)).size, rows.length, 'an event stands there twice');
  // What has no signature of Stripe's is not passed on as if it had.
  assert.ok(!on.merchant.heard.some((h) => h.path === '/stripe' && h.body.includes(refund.id)));
});

test('a payment nobody ordered here and a dispute: the one is a payment, the other is kept and says nothing', async () => {
  const it = on.sim.market.make({ amount: 700, currency: 'cny' });
  await on.sim.pay(it.id);
  const payment = await until('the payment', () => paymentOf(on, it.id));
  assert.equal(payment.payment_ref, it.id);
  await on.sim.market.dispute(it.charge!);
  await on.sim.quiet();
  const kept = await until('the dispute to be folded', () =>
    on.test.book.tenant(on.test.tenantId, (tx) =>
      tx.maybe<{ fold_error: string | null }>(
        `select fold_error from messages where tenant_id = $1
            and id not in (select unnest(id || rest_ids) from unfolded where tenant_id = $1) and convert_from(body, 'utf8')::jsonb ->> 'type' = 'charge.dispute.created'`,
        [tx.tenantId],
      ),
    ),
  );
  assert.equal(kept.fold_error, null);
  assert.deepEqual((await paymentOf(on, it.id))?.contradictions, []);
});

test('an order that nobody paid in time is cancelled at Stripe; one that was never made there is asked about on', async () => {
  const [opened, unseen] = [await order({ minutes: 1 }), await order({ minutes: 1, unplaced: true })];
  await until('it to be cancelled', () => on.sim.intent(opened).status === 'canceled');
  const closed = await until('its position', async () => {
    const p = await paymentOf(on, opened);
    return p?.position === 'closed' ? p : undefined;
  });
  assert.deepEqual(closed.contradictions, []);
  assert.notEqual((await paymentOf(on, unseen))?.position, 'closed');
  on.sim.place(unseen, 2_500);
  await on.sim.pay(unseen);
  assert.equal((await verdictOf(on, unseen, 'on_its_way')).captured?.amount, '25.00');
});

test('I8: given back at our asking: sent once, done by the channel’s word', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  const { id } = await verdictOf(on, ref, 'on_its_way');
  const story = await givenBack(on, id, { amount: '10.00', currency: 'CNY' });
  assert.equal(story.refund.state, 'done', JSON.stringify(story));
  await until('it to be known', async () => (await paymentOf(on, ref))?.refunded?.amount === '10.00');
});

type Batch = Parameters<typeof batchLines>[0] & Readonly<{ reconciliation_id?: string }>;
type Trace = Readonly<{
  stations: ReadonlyArray<Readonly<{ station: string; state: string; source?: string; message_id?: string }>>;
  batch?: Batch;
}>;
const traceOf = async (ref: string): Promise<Trace> =>
  (await on.call<Trace>('GET', `/v1/payments/${(await paymentOf(on, ref))!.id}/trace`)).body;

test('a payout is told, paid and sent back: once for all its payments, and no customer waits for it', async () => {
  const refs = [await order(), await order()];
  for (const ref of refs) {
    await on.sim.pay(ref);
    await verdictOf(on, ref, 'on_its_way');
  }
  const { payouts } = on.sim.market;
  const payout = await payouts.settle('cny');
  await payouts.send(payout);
  await payouts.list(payout);
  const [first] = refs as [string, string];
  const told = await until('its payments to be bound', async () => {
    const trace = await traceOf(first);
    return trace.batch?.told?.some((f) => f.said === 'in_transit') ? trace : undefined;
  });
  const arrival = Temporal.Instant.fromEpochMilliseconds(payout.arrival * 1_000)
    .toString()
    .slice(0, 10);
  assert.deepEqual(
    [told.batch?.ref, told.batch?.state, told.batch?.due_on, told.batch?.reconciliation_id, told.batch?.contradictions],
    [payout.id, 'on_its_way', arrival, undefined, []],
  );
  // Its number finds it, with what is in it: in both searches, and on the command line.
  const number = encodeURIComponent(payout.id);
  const known = (
    await on.call<{ items: PaymentOut[]; payout: { state: string; told: unknown[] } }>(
      'GET',
      `/v1/payments/search?ref=${number}`,
    )
  ).body;
  assert.deepEqual([known.payout.state, known.payout.told.length > 0], ['on_its_way', true]);
  const found = (await on.call<{ items: { payment: PaymentOut }[] }>('GET', `/v1/search?q=${number}`)).body;
  for (const ref of refs) {
    assert.ok(known.items.some((p) => p.payment_ref === ref));
    assert.ok(found.items.some(({ payment }) => payment.payment_ref === ref));
  }
  const here = place({ DAOZHANG_URL: on.served.url, DAOZHANG_API_KEY: (await keyOf(on.test)).token });
  const where = await here.run('where', payout.id, '--lang', 'en');
  assert.equal(where.code, 0, where.stderr);
  assert.match(
    where.stdout,
    new RegExp(`^settled with .* on its way to the bank[^]*${payout.id}[^]*${first} · 25.00 CNY · `),
  );
  await payouts.pay(payout);
  await until('it to be paid out', async () =>
    (await traceOf(first)).stations.some((s) => s.station === 'paid_out' && s.state === 'reached'),
  );
  // All that was on the balance is in it, and whatever is still to be paid is not.
  const listed = async (filter: string): Promise<readonly string[]> =>
    (await on.call<{ items: PaymentOut[] }>('GET', `/v1/payments?${filter}`)).body.items.map((p) => p.payment_ref);
  const out = await listed('station=paid_out');
  assert.ok(refs.every((ref) => out.includes(ref)));
  // I6: that Stripe calls it paid brings no money.
  const paid = await verdictOf(on, first, 'on_its_way');
  assert.equal(paid.verdict?.release, 'yes');
  assert.ok(!(await traceOf(first)).stations.some((s) => s.station === 'credited' && s.state === 'reached'));
  await payouts.fail(payout);
  for (const ref of refs) {
    const payment = await verdictOf(on, ref, 'payout_returned');
    assert.deepEqual([payment.verdict?.release, payment.verdict?.cause], ['yes', 'operator_error']);
  }
  assert.deepEqual((await listed('verdict=payout_returned')).toSorted(), out.toSorted());
  const { late } = (
    await on.call<{ late: { payments: number; parts: { verdict: string; payments: number }[] } }>(
      'GET',
      '/v1/overview?days=7',
    )
  ).body;
  assert.deepEqual(
    late.parts.map((p) => [p.verdict, p.payments]),
    [['payout_returned', out.length]],
  );
  const { stations, batch } = await traceOf(first);
  const failed = batch!.told!.find((f) => f.source === 'notification' && f.said === 'failed')!;
  assert.deepEqual(failed.failure, { code: 'account_closed', says: 'The bank account has been closed.' });
  const lines = batchLines(batch!, 'en');
  assert.match(lines[0]!, /^settled with .*: returned by the bank/);
  assert.ok(lines.some((l) => l.includes('failed account_closed') && l.endsWith(`[${failed.message_id}]`)));
  const station = (name: string) => stations.find((s) => s.station === name);
  assert.deepEqual([station('returned')?.state, station('returned')?.source], ['branch', 'notification']);
  assert.equal(station('returned')?.message_id, failed.message_id);
  const raw = JSON.parse(String((await on.call('GET', `/v1/messages/${failed.message_id}/raw`)).body));
  assert.deepEqual([raw.type, raw.data.object.id], ['payout.failed', payout.id]);
  const events = await until('the merchant to be told', () => {
    const heard = on.merchant.heard
      .filter((h) => h.path === '/events')
      .map((h) => JSON.parse(h.body.toString()))
      .filter((e) => e.data.batch?.ref === payout.id);
    return heard.some((e) => e.type === 'batch.payout_returned') ? heard : undefined;
  });
  assert.deepEqual(events.map((e) => e.type).sort(), ['batch.on_its_way', 'batch.payout_returned']);
  // The account is corrected, and the money is in the next payout.
  const second = await payouts.settle('cny');
  assert.equal(second.amount, payout.amount);
  await payouts.list(second);
  for (const ref of refs) await verdictOf(on, ref, 'on_its_way');
});
