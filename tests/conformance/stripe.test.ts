/** Our Stripe adapter: the suite of every channel, what its PaymentIntents say, how they are found. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Credential } from '../../src/channels/channel.ts';
import { stripe } from '../../src/channels/stripe/channel.ts';
import { ask, bench, closeBenches, codeOf, heard, inquire, read, refundOf, saidBy, short } from '../support/stripe.ts';
import { conformance } from './suite.ts';

after(closeBenches);

conformance('stripe', () => bench());
conformance('stripe, a connected account', () => bench({ connected: 'acct_1Connected' }));

test('the search lags: what it does not find says nothing of a young payment, and of an older one how it was', async () => {
  const h = await bench({ searchLagMs: 60_000 });
  const placedAt = h.clock.now();
  h.place('ST1', 500);
  await h.pay('ST1');
  // A moment ago the index knew nothing of it.
  assert.deepEqual(saidBy(await inquire(h, 'ST1', { placedAt })), []);
  // By its own number, heard from a notification, it is known at once.
  const { id } = h.sim.intent('ST1');
  assert.deepEqual(saidBy(await inquire(h, 'ST1', { placedAt, channelTrade: id })).map(short), [
    ['captured', 'ST1', 500n, undefined],
  ]);
  await h.clock.advance(60_000);
  assert.equal(saidBy(await inquire(h, 'ST1', { placedAt }))[0]?.kind, 'captured');
  await h.clock.advance(120_000);
  const [none] = saidBy(await inquire(h, 'NOBODY', { placedAt }));
  assert.equal(none?.kind, 'not_found');
  assert.equal(none?.occurredAt.toString(), h.clock.now().subtract({ seconds: 120 }).toString());
  // By an id there is no index between.
  const [gone] = saidBy(await inquire(h, 'pi_3nobody', { placedAt: h.clock.now() }));
  assert.deepEqual([gone?.kind, gone?.occurredAt.toString()], ['not_found', h.clock.now().toString()]);
});

test('the index is behind in what it says of an intent too: only the ids are taken from it', async () => {
  const h = await bench({ searchLagMs: 60_000 });
  h.place('ST2', 500);
  await h.clock.advance(61_000);
  await h.pay('ST2');
  assert.equal(saidBy(await inquire(h, 'ST2'))[0]?.kind, 'captured');
});

test('each status of a PaymentIntent has its word', async () => {
  const h = await bench();
  const word = async (ref: string): Promise<unknown> => {
    const [o] = saidBy(await inquire(h, ref));
    return [o?.said, o?.kind, o?.amount?.minor];
  };
  const { market } = h.sim;
  const made = h.sim.place('ST3', 700);
  assert.deepEqual(await word('ST3'), ['requires_payment_method', 'unpaid', 700n]);
  await market.decline(made);
  assert.deepEqual(await word('ST3'), ['requires_payment_method', 'unpaid', 700n]);
  await market.askBuyer(made);
  assert.deepEqual(await word('ST3'), ['requires_action', 'unpaid', 700n]);
  made.status = 'requires_confirmation';
  assert.deepEqual(await word('ST3'), ['requires_confirmation', 'unpaid', 700n]);
  await h.pay('ST3');
  assert.deepEqual(await word('ST3'), ['succeeded', 'captured', 700n]);
  const held = h.sim.place('ST4', 800, { captureMethod: 'manual' });
  await h.pay('ST4');
  // The customer sees a hold; the merchant has nothing.
  assert.deepEqual(await word('ST4'), ['requires_capture', 'processing', 800n]);
  assert.equal(codeOf(await stripe.close(ask('ST4'), h.account, h.keys, h.io)), 'NOT_OPEN');
  await market.capture(held);
  assert.deepEqual(await word('ST4'), ['succeeded', 'captured', 800n]);
  // An unknown word is never guessed.
  (held as { status: string }).status = 'requires_something_new';
  assert.equal((await inquire(h, 'ST4')).outcome, 'unknown');
});

test('zero, two and three decimals; currencies that Stripe writes with more digits than they have', async () => {
  const h = await bench();
  for (const [currency, amount, minor] of [
    ['jpy', 500, 500n],
    ['usd', 1_099, 1_099n],
    ['kwd', 5_120, 5_120n],
    ['isk', 500, 5n],
    ['ugx', 500, 5n],
    ['mga', 12, 1_200n],
  ] as const) {
    const ref = `ST-${currency}`;
    h.sim.place(ref, amount, { currency });
    await h.pay(ref);
    const [o] = saidBy(await inquire(h, ref));
    assert.deepEqual(o?.amount, { minor, currency: currency.toUpperCase() }, currency);
    const code = currency.toUpperCase();
    const given = await refundOf(h, ref, `${ref}-R`, minor, { currency: code });
    assert.deepEqual(saidBy(given)[0]?.amount, { minor, currency: code }, currency);
    assert.equal(
      h.sim.market.refunds.get(saidBy(given)[0]!.refs.find((r) => r.kind === 'channel_refund')!.value)?.amount,
      amount,
    );
  }
  // Finer than the currency: no amount at all.
  const odd = h.sim.place('ST-odd', 500, { currency: 'isk' });
  await h.pay('ST-odd');
  odd.received = 501;
  assert.equal((await inquire(h, 'ST-odd')).outcome, 'unknown');
});

test('of several PaymentIntents of one number the success counts; a second success is a payment of its own', async () => {
  const h = await bench();
  const first = h.sim.place('ST5', 900);
  await h.sim.market.cancel(first, null);
  assert.equal(saidBy(await inquire(h, 'ST5'))[0]?.kind, 'closed');
  await h.clock.advance(1_000);
  const second = h.sim.place('ST5', 900);
  assert.equal(saidBy(await inquire(h, 'ST5', { channelTrade: first.id }))[0]?.kind, 'unpaid');
  await h.sim.market.pay(second);
  assert.deepEqual(saidBy(await inquire(h, 'ST5')).map(short), [['captured', 'ST5', 900n, undefined]]);
  await h.clock.advance(1_000);
  const third = h.sim.place('ST5', 900);
  await h.sim.market.pay(third);
  const both = saidBy(await inquire(h, 'ST5', { channelTrade: second.id }));
  assert.deepEqual(both.map(short), [
    ['captured', 'ST5', 900n, undefined],
    ['captured', third.id, 900n, undefined],
  ]);
  assert.ok(both[1]?.refs.some((r) => r.kind === 'order' && r.value === 'ST5'));
  // Which of the two is to be given back, a person says.
  assert.equal(codeOf(await refundOf(h, 'ST5', 'ST5-R', 900n)), 'PAID_TWICE');
  assert.equal(saidBy(await refundOf(h, third.id, 'ST5-R', 900n))[0]?.refund?.state, 'succeeded');
  // Numbers are compared exactly, though the search is not so strict.
  h.place('st5', 100);
  assert.deepEqual(saidBy(await inquire(h, 'st5')).map(short), [['unpaid', 'st5', 100n, undefined]]);
});

test('payments named by their PaymentIntent: each attempt is its own, the order stands beside it', async () => {
  const h = await bench({ settings: { payment_ref: 'payment_intent' } });
  const it = h.sim.place('ST6', 900);
  await h.sim.pay(it.id);
  const [o] = saidBy(await inquire(h, it.id));
  assert.deepEqual([o?.kind, o?.paymentRef], ['captured', it.id]);
  assert.ok(o?.refs.some((r) => r.kind === 'order' && r.value === 'ST6'));
  for (const type of ['payment_intent.succeeded', 'charge.succeeded'])
    assert.deepEqual(read(h, (await heard(h, type))[0]!).map(short), [['captured', it.id, 900n, undefined]]);
  h.sim.giveBack(it.id, 200);
  assert.deepEqual(read(h, (await heard(h, 'refund.created'))[0]!).map(short), [['refund', it.id, 200n, 'succeeded']]);
  assert.equal(codeOf(await inquire(h, 'ST6')), 'NO_PAYMENT_INTENT');
});

test('a PaymentIntent without a number is told of once it is at work or paid; until then it may get its number', async () => {
  const h = await bench();
  const it = h.sim.market.make({ amount: 900, currency: 'cny' });
  const said = async (type: string) => (await heard(h, `payment_intent.${type}`)).flatMap((m) => read(h, m).map(short));
  assert.deepEqual(await said('created'), []);
  it.metadata.order_id = 'ST0';
  await h.sim.market.askBuyer(it);
  assert.deepEqual(await said('requires_action'), [['unpaid', 'ST0', 900n, undefined]]);
  const other = h.sim.market.make({ amount: 700, currency: 'cny' });
  await h.sim.pay(other.id);
  assert.deepEqual(await said('succeeded'), [['captured', other.id, 700n, undefined]]);
  const gone = h.sim.market.make({ amount: 100, currency: 'cny' });
  await h.sim.market.cancel(gone, null);
  assert.deepEqual(await said('canceled'), []);
  assert.equal(saidBy(await inquire(h, gone.id))[0]?.kind, 'closed');
});

test('an answer about another payment, of another mode, or in flight says nothing; a key of the other mode asks nothing', async () => {
  const h = await bench();
  const { id } = h.sim.place('ST7', 500);
  await h.pay('ST7');
  for (const fault of ['foreign', 'other_mode', 'in_flight', 'silent_after', 'broken'] as const) {
    h.sim.faultAnswer(fault);
    assert.equal((await inquire(h, id)).outcome, 'unknown', fault);
    assert.equal(h.sim.fired.get(fault), 1);
  }
  h.sim.faultAnswer('not_there');
  assert.equal(saidBy(await inquire(h, id))[0]?.kind, 'not_found');
  assert.equal(h.sim.fired.get('not_there'), 1);
  const with_ = (value: string) => [{ ...h.keys[0]!, value }, ...h.keys.slice(1)];
  const live = h.sim.apiKey.replace('test', 'live');
  assert.equal(codeOf(await stripe.inquire(ask(id), h.account, with_(live), h.io)), 'WRONG_KEY');
  assert.equal(
    codeOf(await stripe.inquire(ask(id), h.account, with_(`${h.sim.apiKey}x`), h.io)),
    'invalid_request_error',
  );
  assert.equal(codeOf(await stripe.inquire(ask('pi_a/../../refunds'), h.account, h.keys, h.io)), 'NO_PAYMENT_INTENT');
});

test('the self-test tells a wrong key, a wrong secret and another account from right ones', async () => {
  const h = await bench();
  const failing = async (keys: readonly Credential[], account = h.account): Promise<readonly string[]> =>
    (await stripe.selfTest(account, keys, h.io)).filter((c) => !c.ok).map((c) => c.name);
  assert.deepEqual(await failing(h.keys), []);
  const swap = (kind: string, value: string) => h.keys.map((k) => (k.kind === kind ? { ...k, value } : k));
  assert.deepEqual(await failing(swap('webhook_secret', 'whsec_ with a blank')), ['webhook_secret']);
  assert.deepEqual(await failing(swap('api_key', h.sim.apiKey.slice(0, -1))), [
    'account',
    'inquiry',
    'refunds',
    'events',
  ]);
  assert.deepEqual(await failing(h.keys, { ...h.account, merchantNo: 'acct_1Another' }), ['account']);
  assert.deepEqual(await failing(swap('api_key', 'sk_live_1')), ['api_key', 'account', 'inquiry', 'refunds', 'events']);
});

test('settings: an order key that the reports are not read by is refused', () => {
  for (const order_key of ['order_id', 'orderNo', 'out_trade_no'])
    assert.ok(stripe.settings.safeParse({ order_key }).success, order_key);
  assert.equal(stripe.settings.safeParse({ order_key: 'basket' }).success, false);
});
