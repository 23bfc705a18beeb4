/** What Stripe says of its payouts, told and asked, and what is never an answer. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { PayoutAnswer, PayoutMembers } from '../../src/channels/channel.ts';
import { stripe } from '../../src/channels/stripe/channel.ts';
import { eventOf, factsOf } from '../../src/channels/stripe/event.ts';
import { type Bench, bench, closeBenches, heard, read } from '../support/stripe.ts';

after(closeBenches);

const payouts = stripe.payouts!;
const asked = (h: Bench, id: string): Promise<PayoutAnswer> => payouts.inquire(id, h.account, h.keys, h.io);
const within = (h: Bench, payoutRef: string, afterId?: string): Promise<PayoutMembers> =>
  payouts.members({ payoutRef, after: afterId }, h.account, h.keys, h.io);

test('each event is a fact of its payout and says nothing of a payment; sent again it is the same, changed it is not', async () => {
  const h = await bench();
  h.place('SP1', 5_000);
  await h.pay('SP1');
  h.sim.faultPayout('returned');
  const payout = await h.sim.market.payouts.payOut('cny');
  await h.clock.advance(96 * 3_600_000);
  const facts = [];
  for (const type of ['created', 'updated', 'reconciliation_completed', 'paid', 'failed']) {
    const [m] = await heard(h, `payout.${type}`);
    const sentAt = Number(/t=(\d+)/.exec(m!.headers['stripe-signature']!)![1]) * 1_000;
    const judged = stripe.verify(m!, h.account, h.keys, Temporal.Instant.fromEpochMilliseconds(sentAt));
    assert.deepEqual([judged.ok, read(h, m!)], [true, []], type);
    const [fact] = payouts.read(m!, h.account, h.keys);
    assert.deepEqual(
      [fact!.payoutRef, fact!.amount.minor, fact!.source],
      [payout.id, BigInt(payout.amount), 'notification'],
    );
    facts.push([fact!.state, fact!.listing, fact!.failure?.code]);
    const hashOf = (body: Uint8Array): string => factsOf(eventOf(body), h.account);
    const changed = (from: string, to: string): Uint8Array =>
      Buffer.from(Buffer.from(m!.body).toString().replace(from, to));
    assert.equal(hashOf(changed('"pending_webhooks": 1', '"pending_webhooks": 2')), hashOf(m!.body));
    assert.notEqual(hashOf(changed(`"amount": ${payout.amount}`, '"amount": 1')), hashOf(m!.body));
  }
  assert.deepEqual(facts, [
    ['pending', 'later', undefined],
    ['in_transit', 'later', undefined],
    ['in_transit', 'now', undefined],
    ['paid', 'now', undefined],
    ['returned', 'now', 'account_closed'],
  ]);
});

test('asked: how it stands and what is in it, page by page; what was sent back is in the next', async () => {
  const h = await bench();
  for (let n = 0; n < 101; n += 1) {
    h.place(`SQ${n}`, 1_000);
    await h.sim.pay(`SQ${n}`);
  }
  const { payouts: sim } = h.sim.market;
  const payout = await sim.settle('cny');
  const open = await asked(h, payout.id);
  assert.ok(open.outcome === 'answered');
  assert.deepEqual([open.payout.state, open.payout.listing, open.payout.source], ['pending', 'later', 'inquiry']);
  await sim.list(payout);
  const [one] = [await within(h, payout.id)];
  assert.ok(one.outcome === 'answered' && one.next !== undefined);
  const two = await within(h, payout.id, one.next);
  assert.ok(two.outcome === 'answered');
  assert.deepEqual([one.numbers.length, two.numbers.length, two.next], [99, 2, undefined]);
  assert.equal(one.netMinor + two.netMinor, BigInt(payout.amount));
  assert.ok(one.numbers.includes(h.sim.intent('SQ0').charge!.id));
  await sim.fail(payout);
  h.place('SQ200', 700);
  await h.sim.pay('SQ200');
  const second = await sim.settle('cny');
  const members = await within(h, second.id);
  assert.ok(members.outcome === 'answered');
  assert.deepEqual(
    [members.again, members.numbers, members.netMinor],
    [[payout.id], [h.sim.intent('SQ200').charge!.id], BigInt(second.amount)],
  );
});

test('I7: silence, another payout, the other mode, HTML and a key that may not: nothing is known', async () => {
  const h = await bench();
  h.place('SR1', 5_000);
  await h.pay('SR1');
  const payout = await h.sim.market.payouts.settle('cny');
  for (const fault of ['silent', 'broken', 'html', 'foreign', 'other_mode'] as const) {
    h.sim.faultAnswer(fault);
    assert.equal((await asked(h, payout.id)).outcome, 'unknown', fault);
  }
  h.sim.faultAnswer('limited');
  assert.equal((await asked(h, payout.id)).outcome, 'limited');
  assert.equal((await asked(h, 'po_3nobody')).outcome, 'refused');
  assert.equal((await asked(h, '../v1/charges')).outcome, 'refused');
  assert.equal((await asked(h, payout.id)).outcome, 'answered');
});
