/** What Stripe sends and lists: signatures, secrets that are rolled, connected accounts, events that were lost. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { accountFor, type StripeSim } from '../../sim/channels/stripe/server.ts';
import { signature } from '../../sim/channels/stripe/wire.ts';
import type { RawMessage } from '../../src/channels/channel.ts';
import { stripe } from '../../src/channels/stripe/channel.ts';
import {
  ask,
  bench,
  closeBenches,
  codeOf,
  heard,
  read,
  reasonOf,
  saidBy,
  seen,
  short,
  verify,
} from '../support/stripe.ts';

after(closeBenches);

test('Connect: the account is named in each request and in each event; another account’s is refused', async () => {
  const h = await bench({ connected: 'acct_1Connected' });
  h.place('ST8', 500);
  await h.pay('ST8');
  const [m] = await heard(h, 'payment_intent.succeeded');
  assert.equal(reasonOf(verify(h, m!)), 'ok');
  for (const subMerchantNo of [undefined, 'acct_1Other'])
    assert.equal(reasonOf(verify(h, m!, { account: { ...h.account, subMerchantNo } })), 'wrong_account');
  const other = { ...h.account, subMerchantNo: 'acct_1Other' };
  assert.equal(codeOf(await stripe.inquire(ask('ST8'), other, h.keys, h.io)), 'account_invalid');
  // The platform's own account has no such payment.
  const platform = { ...h.account, subMerchantNo: undefined };
  assert.deepEqual(saidBy(await stripe.inquire(ask('ST8'), platform, h.keys, h.io))[0]?.kind, 'not_found');
});

test('a secret is rolled: both sign for a while, either is enough, and the old one ends', async () => {
  const h = await bench();
  const old = h.keys;
  const roll = h.sim.rollSecret();
  const both = accountFor(h.sim).credentials;
  const only = both.filter((k) => k.value !== old[1]!.value);
  h.place('ST9', 500);
  await h.pay('ST9');
  const [during] = await heard(h, 'payment_intent.succeeded');
  assert.equal(during!.headers['stripe-signature']!.match(/v1=/g)?.length, 2);
  for (const keys of [old, both, only]) assert.equal(reasonOf(verify(h, during!, { keys })), 'ok');
  roll.end();
  h.ear.caught.length = 0;
  h.place('ST10', 500);
  await h.pay('ST10');
  const [later] = await heard(h, 'payment_intent.succeeded');
  assert.deepEqual(
    [old, both, only].map((keys) => reasonOf(verify(h, later!, { keys }))),
    ['bad_signature', 'ok', 'ok'],
  );
  const over = both.map((k) => ({ ...k, notAfter: h.clock.now().subtract({ seconds: 1 }) }));
  assert.equal(reasonOf(verify(h, later!, { keys: over })), 'bad_signature');
});

test('a signature’s time: once, a number, neither old nor ahead; other schemes do not count', async () => {
  const h = await bench();
  h.place('ST11', 500);
  await h.pay('ST11');
  const [m] = await heard(h, 'payment_intent.succeeded');
  const header = m!.headers['stripe-signature']!;
  const judged = (changed: string): string => reasonOf(verify(h, { ...m!, headers: { 'stripe-signature': changed } }));
  assert.equal(judged(header), 'ok');
  assert.equal(judged(`${header},v0=00`), 'ok');
  assert.equal(judged(`${header},t=1`), 'bad_signature');
  assert.equal(judged(header.replace('v1=', 'v2=')), 'bad_signature');
  assert.equal(judged(header.replace(/t=\d+,/, '')), 'bad_signature');
  assert.equal(judged(header.replace(/v1=../, 'v1=')), 'bad_signature');
  await h.clock.advance(300_000);
  assert.equal(judged(header), 'ok');
  const ahead = h.clock.now().subtract({ seconds: 601 });
  assert.equal(reasonOf(stripe.verify(m!, h.account, h.keys, ahead)), 'stale');
});

test('each way in which a notification goes wrong: forged, changed on the way, false, twice, behind, late', async () => {
  const h = await bench();
  const pay = async (ref: string, fault: Parameters<StripeSim['faultNotify']>[0]): Promise<readonly RawMessage[]> => {
    h.place(ref, 500);
    await h.sim.quiet();
    h.ear.caught.length = 0;
    h.sim.faultNotify(fault, 1, 'payment_intent.succeeded');
    await h.pay(ref);
    return await heard(h, 'payment_intent.succeeded');
  };
  assert.deepEqual(
    (await pay('ST12', 'forged')).map((m) => reasonOf(verify(h, m))),
    ['bad_signature', 'ok'],
  );
  h.ear.accept(false);
  assert.deepEqual(
    (await pay('ST13', 'rewritten')).map((m) => reasonOf(verify(h, m))),
    ['bad_signature'],
  );
  h.ear.accept(true);
  await h.clock.advance(300_000);
  assert.equal(reasonOf(verify(h, (await heard(h, 'payment_intent.succeeded')).at(-1)!)), 'ok');
  // Signed well and false: the inquiry's figure stands against it in the book.
  assert.equal(read(h, (await pay('ST14', 'wrong_amount'))[0]!)[0]?.amount?.minor, 1n);
  assert.equal((await pay('ST15', 'duplicated')).length, 3);
  assert.equal((await pay('ST16', 'first_lost')).length, 0);
  await h.clock.advance(300_000);
  assert.equal((await heard(h, 'payment_intent.succeeded')).length, 1);
  assert.equal((await pay('ST17', { late: 5_000 })).length, 0);
  await h.clock.advance(5_000);
  assert.equal((await heard(h, 'payment_intent.succeeded')).length, 1);
  assert.equal((await pay('ST18', 'reordered')).length, 0);
  await h.clock.advance(60_000);
  assert.equal((await heard(h, 'payment_intent.succeeded')).length, 1);
  assert.equal((await pay('ST19', 'lost')).length, 0);
  for (const fault of ['forged', 'rewritten', 'wrong_amount', 'duplicated', 'first_lost', 'late', 'reordered', 'lost'])
    assert.equal(h.sim.fired.get(fault), 1, fault);
});

test('the ladder goes up to three days, each sending signed anew, and is one event', async () => {
  const h = await bench();
  h.place('ST20', 500);
  h.ear.accept(false);
  await h.sim.quiet();
  h.ear.caught.length = 0;
  const from = h.clock.now();
  await h.pay('ST20');
  const all: Array<ReturnType<typeof verify>> = [];
  let last = from;
  for (const minutes of [0, 5, 30, 120, 240, 480, 960, 1_440, 1_045]) {
    await h.clock.advance(minutes * 60_000);
    const mine = await heard(h, 'payment_intent.succeeded');
    if (mine.length === all.length) continue;
    all.push(verify(h, mine.at(-1)!));
    last = h.clock.now();
  }
  await h.clock.advance(864_000_000);
  assert.equal((await heard(h, 'payment_intent.succeeded')).length, 9);
  assert.equal(from.until(last).total('hours'), 72);
  assert.equal(new Set(all.map((v) => v.ok && `${v.key} ${v.bodyHash} ${v.occurredAt}`)).size, 1);
  assert.ok(all.every((v) => v.ok));
});

test('a dispute speaks where it moves money, and is kept where not; what cannot be read is stored for a person', async () => {
  const h = await bench();
  h.place('ST25', 1_000);
  await h.pay('ST25');
  const charge = h.sim.intent('ST25').charge!;
  await h.sim.market.dispute(charge);
  await h.sim.market.winDispute(charge);
  for (const [type, kind] of [
    ['charge.dispute.funds_withdrawn', 'charged_back'],
    ['charge.dispute.funds_reinstated', 'chargeback_undone'],
  ]) {
    const [m] = await heard(h, type!);
    const [said] = read(h, m!);
    assert.deepEqual(
      [said?.kind, said?.amount?.minor, said?.dispute, said?.refs.map((r) => r.value)],
      [kind, 1_000n, { ref: `dp_${charge.id.slice(3)}` }, [charge.intent.id, charge.id]],
    );
  }
  const [opened] = await heard(h, 'charge.dispute.created');
  assert.equal(reasonOf(verify(h, opened!)), 'ok');
  assert.deepEqual(read(h, opened!), []);
  const [created] = await heard(h, 'payment_intent.created');
  const signed = (text: string): RawMessage => {
    const header = signature(text, h.sim.secrets(), Math.floor(h.clock.now().epochMilliseconds / 1_000));
    return { headers: { 'stripe-signature': header }, body: Buffer.from(text) };
  };
  const odd = signed(Buffer.from(created!.body).toString().replace('requires_payment_method', 'a_new_word'));
  assert.equal(reasonOf(verify(h, odd)), 'ok');
  assert.throws(() => read(h, odd));
  const newType = signed(Buffer.from(created!.body).toString().replace('payment_intent.created', 'payment_intent.new'));
  assert.deepEqual([reasonOf(verify(h, newType)), read(h, newType)], ['ok', []]);
  const thin = signed('{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered"}');
  assert.equal(reasonOf(verify(h, thin)), 'unreadable');
});

test('the list of events: what was lost is there, as it would have been delivered, oldest first and of this account', async () => {
  const h = await bench({ connected: 'acct_1Connected' });
  const since = h.clock.now();
  h.place('ST27', 1_000);
  h.sim.faultNotify('lost', 20, 'ST27');
  await h.pay('ST27');
  h.sim.giveBack('ST27', 100);
  await h.sim.market.dispute(h.sim.intent('ST27').charge!);
  await h.sim.quiet();
  const list = (from: Temporal.Instant, account = h.account) => stripe.recover!(from, account, h.keys, h.io);
  // A delivery takes its time: what is younger is left to it.
  const early = await list(since);
  assert.ok(early.outcome === 'answered' && early.events.length === 0);
  await h.clock.advance(121_000);
  const told = await list(early.through);
  assert.ok(told.outcome === 'answered', inspect(told));
  const types = told.events.map((e) => seen({ headers: {}, body: e.body }).type);
  assert.deepEqual(types, [
    'payment_intent.succeeded',
    'refund.created',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
  ]);
  const [refund] = told.events.filter((e) => seen({ headers: {}, body: e.body }).type === 'refund.created');
  assert.deepEqual(stripe.read({ headers: {}, body: refund!.body }, h.account, h.keys).map(short), [
    ['refund', undefined, 100n, 'succeeded'],
  ]);
  const none = await list(told.through);
  assert.ok(none.outcome === 'answered' && none.events.length === 0);
  h.sim.faultAnswer('other_mode');
  assert.equal((await list(early.through)).outcome, 'unknown');
});

test('an event that is listed has the name and the hash of the one that was delivered', async () => {
  const h = await bench();
  const since = h.clock.now();
  h.place('ST28', 1_000);
  await h.pay('ST28');
  const [delivered] = await heard(h, 'payment_intent.succeeded');
  await h.clock.advance(121_000);
  const told = await stripe.recover!(since, h.account, h.keys, h.io);
  const one = told.outcome === 'answered' ? told.events.find((e) => e.key === seen(delivered!).id) : undefined;
  const v = stripe.verify(delivered!, h.account, h.keys, h.clock.now());
  assert.ok(v.ok && one !== undefined);
  assert.deepEqual([one.bodyHash, one.occurredAt.toString()], [v.bodyHash, v.occurredAt.toString()]);
  assert.notDeepEqual(Buffer.from(one.body), Buffer.from(delivered!.body));
});

test('a list of many pages is read whole; a span of too many is shortened from its end', async () => {
  const h = await bench({ notifyUrl: () => undefined });
  const since = h.clock.now();
  let made = 0;
  const many = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i += 1) {
      made += 1;
      const it = h.sim.place(`ST29-${made}`, 100);
      await h.sim.market.cancel(it, null);
    }
  };
  await many(250);
  await h.clock.advance(1_000_000);
  const all = await stripe.recover!(since, h.account, h.keys, h.io);
  assert.ok(all.outcome === 'answered');
  assert.equal(new Set(all.events.map((e) => e.key)).size, 250);
  await many(2_100);
  await h.clock.advance(1_000_000);
  const part = await stripe.recover!(since, h.account, h.keys, h.io);
  assert.ok(part.outcome === 'answered');
  assert.equal(part.events.length, 250);
  assert.ok(Temporal.Instant.compare(part.through, h.clock.now().subtract({ seconds: 1_000 })) < 0);
});
