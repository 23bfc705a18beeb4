/** Our UnionPay adapter: the suite of every channel, and what is UnionPay's alone. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { accountFor, startUnionPaySim, type UnionPaySim } from '../../sim/channels/unionpay/server.ts';
import { stamp } from '../../sim/channels/unionpay/truth.ts';
import { steppedClock } from '../../sim/clock.ts';
import type { Answer, Channel, RawMessage } from '../../src/channels/channel.ts';
import { unionpay } from '../../src/channels/unionpay/channel.ts';
import type { Observed } from '../../src/observations/observation.ts';
import { conformance, type Harness } from './suite.ts';
import { accountOf, closeOutbound, type Ear, ioOf, readFileOf, startEar } from './surroundings.ts';

const ends: Array<() => unknown> = [closeOutbound];
after(async () => {
  for (const end of ends) await end();
});

type Bench = Harness & Readonly<{ sim: UnionPaySim; ear: Ear; over: Set<string> }>;

async function bench(): Promise<Bench> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const ear = await startEar({ status: 200, body: 'ok' });
  const sim = await startUnionPaySim({ clock, notifyUrl: () => ear.url });
  ends.unshift(() => sim.close(), ear.close);
  const made = accountFor(sim);
  const account = accountOf(made);
  // What the book knows of an order: when it was placed, and its end.
  const placed = new Map<string, Temporal.Instant>();
  const decided = new Map<string, Temporal.Instant>();
  const over = new Set<string>();
  const placedAt = (ref: string) => placed.get(ref) ?? clock.now();
  const askedAt = (ref: string) => decided.getOrInsertComputed(ref, () => clock.now());
  const knowing = <A extends { paymentRef: string }>(ask: A) => ({
    ...ask,
    placedAt: placedAt(ask.paymentRef),
    expiresAt: over.has(ask.paymentRef) ? clock.now().subtract({ minutes: 10 }) : clock.now().add({ minutes: 30 }),
  });
  const channel: Channel = {
    ...unionpay,
    inquire: (ask, ...on) => unionpay.inquire(knowing(ask), ...on),
    reverse: (ask, ...on) => unionpay.reverse(knowing(ask), ...on),
    refund: (ask, ...on) => unionpay.refund({ ...knowing(ask), askedAt: askedAt(ask.refundRef) }, ...on),
    inquireRefund: (ask, ...on) => unionpay.inquireRefund({ ...ask, askedAt: askedAt(ask.refundRef) }, ...on),
  };
  return {
    channel,
    sim,
    ear,
    clock,
    account,
    over,
    keys: made.credentials,
    io: ioOf(clock),
    other: { ...account, merchantNo: '898310000000000' },
    words: { placed: 'not_found', underway: 'processing' },
    place(ref, minor) {
      placed.set(ref, clock.now());
      sim.place(ref, minor);
    },
    open: (ref) => sim.open(ref),
    pay: (ref) => sim.pay(ref),
    payAfter: (ref, ms) => sim.pay(ref, { processingMs: ms }),
    fail(ref) {
      sim.decline(ref);
      over.add(ref);
    },
    async notifications(ref) {
      ear.accept(false);
      ear.caught.length = 0;
      await sim.pay(ref);
      ear.accept(true);
      await clock.advance(61_000);
      return [ear.caught[0]!, ear.caught[1]!];
    },
    fault: (kind) => sim.faultAnswer(kind),
    fired: (kind) => sim.fired.get(kind) ?? 0,
    rotate: () => assert.fail('its certificates are entered by hand'),
    signedHeaders: [],
    // Something on the way adds a field of its own.
    rewritten: (body) => Buffer.concat([body, Buffer.from('&from=proxy')]),
    staleAfterMs: undefined,
  };
}

conformance('unionpay', bench);

const ask = (paymentRef: string) => ({ paymentRef, channelTrade: undefined, product: undefined });
const inquire = (h: Bench, ref: string): Promise<Answer> => h.channel.inquire(ask(ref), h.account, h.keys, h.io);
function saidBy(answer: Answer): readonly Observed[] {
  assert.ok(answer.outcome === 'answered', inspect(answer));
  return answer.observed;
}
const kinds = async (h: Bench, ref: string): Promise<readonly string[]> =>
  saidBy(await inquire(h, ref)).map((o) => o.kind);
const refund = (h: Bench, paymentRef: string, refundRef: string, refundMinor: bigint, totalMinor: bigint) =>
  h.channel.refund(
    { paymentRef, refundRef, refundMinor, totalMinor, currency: 'CNY', reason: '' },
    h.account,
    h.keys,
    h.io,
  );
const verify = (h: Bench, m: RawMessage, account = h.account) => unionpay.verify(m, account, h.keys, h.clock.now());
const read = (h: Bench, m: RawMessage): readonly Observed[] => unionpay.read(m, h.account, h.keys);

test('only 00 and A6 of the transaction are money; 03 04 05 42 74 75 are in progress, whatever the time', async () => {
  const h = await bench();
  for (const [i, [code, open, ended]] of (
    [
      ['00', 'captured', 'captured'],
      ['A6', 'captured', 'captured'],
      ['03', 'processing', 'processing'],
      ['04', 'processing', 'processing'],
      ['05', 'processing', 'processing'],
      ['42', 'processing', 'processing'],
      ['70', 'unpaid', 'unpaid'],
      ['01', 'unpaid', 'failed'],
      ['64', 'unpaid', 'failed'],
      ['39', 'unpaid', 'failed'],
    ] as const
  ).entries()) {
    const ref = `UPCODE${String(i).padStart(4, '0')}`;
    h.place(ref, 500);
    await h.pay(ref);
    h.sim.decline(ref, code);
    assert.deepEqual(await kinds(h, ref), [open], code);
    h.over.add(ref);
    assert.deepEqual(await kinds(h, ref), [ended], `${code} after the end`);
  }
  // A word that UnionPay does not publish is no answer.
  h.place('UPCODE9999', 500);
  h.sim.decline('UPCODE9999', 'Z9');
  assert.equal((await inquire(h, 'UPCODE9999')).outcome, 'unknown');
});

test('a payment by the merchant’s server is over when it was refused; one without an end never fails for good', async () => {
  const h = await bench();
  h.place('UPBACK01', 500);
  h.sim.decline('UPBACK01');
  const placedAt = h.clock.now();
  const say = async (more: object) =>
    saidBy(await unionpay.inquire({ ...ask('UPBACK01'), placedAt, ...more }, h.account, h.keys, h.io))[0]!.kind;
  assert.equal(await say({ product: 'back' }), 'failed');
  assert.equal(await say({}), 'unpaid');
  const expiresAt = h.clock.now();
  await h.clock.advance(599_000);
  assert.equal(await say({ expiresAt }), 'unpaid');
  await h.clock.advance(1_000);
  assert.equal(await say({ expiresAt }), 'failed');
});

test('a payment is known by its number and its time: the wrong second is another payment, none is no question', async () => {
  const h = await bench();
  h.place('UPTIME01', 500);
  await h.pay('UPTIME01');
  const on = [h.account, h.keys, h.io] as const;
  const at = h.clock.now();
  const other = await unionpay.inquire({ ...ask('UPTIME01'), placedAt: at.add({ seconds: 1 }) }, ...on);
  assert.equal(saidBy(other)[0]!.kind, 'not_found');
  const same = await unionpay.inquire({ ...ask('UPTIME01'), placedAt: at.add({ milliseconds: 999 }) }, ...on);
  assert.equal(saidBy(same)[0]!.kind, 'captured');
  const without = await unionpay.inquire(ask('UPTIME01'), ...on);
  assert.equal(without.outcome === 'refused' && without.code, 'NO_TXN_TIME');
  const bad = await unionpay.inquire({ ...ask('UP-TIME-01'), placedAt: at }, ...on);
  assert.equal(bad.outcome === 'refused' && bad.code, 'BAD_NUMBER');
});

test('each way in which an answer can be wrong fires, and says nothing about money', async () => {
  const h = await bench();
  h.place('UPFAULT1', 500);
  await h.pay('UPFAULT1');
  for (const [fault, outcome] of [
    ['silent_after', 'unknown'],
    ['unclear', 'unknown'],
    ['badly_chained', 'unknown'],
    ['tampered', 'unknown'],
    ['foreign', 'unknown'],
    ['limited_http', 'limited'],
  ] as const) {
    h.sim.faultAnswer(fault, 1, 'UPFAULT1');
    assert.equal((await inquire(h, 'UPFAULT1')).outcome, outcome, fault);
    assert.equal(h.sim.fired.get(fault), 1, fault);
  }
  h.sim.faultAnswer('not_there');
  assert.deepEqual(await kinds(h, 'UPFAULT1'), ['not_found']);
  assert.deepEqual(await kinds(h, 'UPFAULT1'), ['captured']);
});

test('a payment after its time to pay: the customer was debited, the merchant is not paid, and nobody is told', async () => {
  const h = await bench();
  h.place('UPLATE01', 500);
  h.open('UPLATE01');
  await h.clock.advance(25 * 3_600_000);
  await h.pay('UPLATE01');
  assert.deepEqual(await kinds(h, 'UPLATE01'), ['processing']);
  assert.equal(h.ear.caught.length, 0);
});

test('five deliveries after 1, 2, 4 and 5 minutes, and no more; a declined payment is never notified', async () => {
  const h = await bench();
  h.ear.accept(false);
  h.place('UPFIVE01', 500);
  await h.pay('UPFIVE01');
  const heard: number[] = [];
  for (const minutes of [0, 1, 2, 4, 5, 60]) {
    await h.clock.advance(minutes * 60_000);
    heard.push(h.ear.caught.length);
  }
  assert.deepEqual(heard, [1, 2, 3, 4, 5, 5]);
  assert.equal(new Set(h.ear.caught.map((m) => (verify(h, m) as { key?: string }).key)).size, 1);
  h.place('UPFIVE02', 500);
  h.sim.decline('UPFIVE02');
  await h.clock.advance(3_600_000);
  assert.equal(h.ear.caught.length, 5);
});

test('each way in which a notification can be wrong fires', async () => {
  const h = await bench();
  const send = async (ref: string, fault: Parameters<UnionPaySim['faultNotify']>[0], waitMs = 61_000) => {
    h.ear.caught.length = 0;
    h.place(ref, 500);
    h.sim.faultNotify(fault, 1, ref);
    await h.pay(ref);
    const atOnce = h.ear.caught.length;
    await h.clock.advance(waitMs);
    assert.equal(h.sim.fired.get(typeof fault === 'string' ? fault : Object.keys(fault)[0]!), 1, inspect(fault));
    return [atOnce, h.ear.caught.length];
  };
  assert.deepEqual(await send('UPNOTE01', 'lost', 3_600_000), [0, 0]);
  assert.deepEqual(await send('UPNOTE02', 'first_lost'), [0, 1]);
  assert.deepEqual(await send('UPNOTE03', 'duplicated'), [3, 3]);
  assert.deepEqual(await send('UPNOTE04', { late: 30_000 }), [0, 1]);
  assert.deepEqual(await send('UPNOTE05', 'reordered'), [0, 1]);
  assert.deepEqual(await send('UPNOTE06', 'forged'), [2, 2]);
  const [forged, genuine] = h.ear.caught.map((m) => verify(h, m));
  assert.deepEqual([!forged!.ok && forged!.reason, genuine!.ok], ['unknown_key', true]);
  await send('UPNOTE07', 'wrong_amount');
  assert.equal(read(h, h.ear.caught[0]!)[0]!.amount!.minor, 1n);
  await send('UPNOTE08', 'plus_lost');
  assert.ok(Buffer.from(h.ear.caught[0]!.body).includes('+'));
  assert.equal(verify(h, h.ear.caught[0]!).ok, true, 'a plus that became a blank');
});

test('a new certificate of UnionPay’s signs the same event, with nothing entered anew', async () => {
  const h = await bench();
  h.place('UPROTA01', 500);
  h.ear.accept(false);
  await h.pay('UPROTA01');
  h.sim.rotate();
  h.ear.accept(true);
  await h.clock.advance(61_000);
  const [old, fresh] = h.ear.caught.map((m) => verify(h, m));
  assert.ok(old?.ok && fresh?.ok);
  assert.notDeepEqual(h.ear.caught[0]!.body, h.ear.caught[1]!.body);
  assert.deepEqual([old.key, old.bodyHash], [fresh.key, fresh.bodyHash]);
  assert.deepEqual(await kinds(h, 'UPROTA01'), ['captured']);
});

test('what stands in the query of the notification address is no field of UnionPay’s', async () => {
  const h = await bench();
  h.place('UPBACKUR', 500);
  await h.pay('UPBACKUR');
  const body = Buffer.concat([h.ear.caught[0]!.body, Buffer.from('&shop=7')]);
  const message = { headers: {}, body };
  assert.equal(verify(h, message).ok, false);
  const account = { ...h.account, settings: { ...h.account.settings, back_url: 'https://dz.example/n/abc?shop=7' } };
  assert.equal(verify(h, message, account).ok, true);
  const elsewhere = { ...account, settings: { ...account.settings, back_url: 'https://dz.example/n/abc?shop=8' } };
  assert.equal(verify(h, message, elsewhere).ok, false);
});

test('a refund is notified when it succeeded, finds its payment by the query number, and is the same when sent twice', async () => {
  const h = await bench();
  const account = { ...h.account, settings: { ...h.account.settings, back_url: h.ear.url } };
  const back = { ...h, account };
  h.place('UPREFU01', 1_000);
  await h.pay('UPREFU01');
  const { queryId } = h.sim.trades.get('UPREFU01')!;
  const first = saidBy(await refund(back, 'UPREFU01', 'UPREFU01A', 400n, 1_000n));
  assert.deepEqual(
    first.map((o) => o.refund),
    [{ ref: 'UPREFU01A', state: 'processing' }],
  );
  h.ear.caught.length = 0;
  await h.clock.advance(3_000);
  const again = saidBy(await refund(back, 'UPREFU01', 'UPREFU01A', 400n, 1_000n));
  assert.deepEqual(
    again.map((o) => o.refund),
    [{ ref: 'UPREFU01A', state: 'succeeded' }],
  );
  assert.equal(h.ear.caught.length, 1);
  assert.equal(verify(h, h.ear.caught[0]!).ok, true);
  const [told] = read(h, h.ear.caught[0]!);
  assert.deepEqual(
    [told!.kind, told!.paymentRef, told!.amount!.minor, told!.refund, told!.refs[0]],
    ['refund', undefined, 400n, { ref: 'UPREFU01A', state: 'succeeded' }, { kind: 'channel_trade', value: queryId }],
  );
  const much = await refund(h, 'UPREFU01', 'UPREFU01B', 700n, 1_000n);
  assert.equal(much.outcome === 'refused' && much.code, '36');
  const none = await h.channel.inquireRefund(
    { paymentRef: 'UPREFU01', refundRef: 'UPREFU01C' },
    h.account,
    h.keys,
    h.io,
  );
  assert.deepEqual(saidBy(none), []);
  h.place('UPREFU02', 1_000);
  const unpaid = await refund(h, 'UPREFU02', 'UPREFU02A', 400n, 1_000n);
  assert.equal(unpaid.outcome === 'refused' && unpaid.code, '34');
});

test('the answer to a refund is lost after it happened: the same again finds it', async () => {
  const h = await bench();
  h.place('UPSILENT', 1_000);
  await h.pay('UPSILENT');
  h.sim.faultAnswer('silent_after', 1, 'UPSILENTA');
  assert.equal((await refund(h, 'UPSILENT', 'UPSILENTA', 400n, 1_000n)).outcome, 'unknown');
  await h.clock.advance(3_000);
  const [found] = saidBy(await refund(h, 'UPSILENT', 'UPSILENTA', 400n, 1_000n));
  assert.deepEqual(found!.refund, { ref: 'UPSILENTA', state: 'succeeded' });
});

test('a revocation takes back the whole until the clearing day ends; afterwards it is a refund', async () => {
  const h = await bench();
  const take = (ref: string) => h.channel.reverse(ask(ref), h.account, h.keys, h.io);
  h.place('UPREVO01', 1_000);
  await h.pay('UPREVO01');
  const [said] = saidBy(await take('UPREVO01'));
  assert.deepEqual([said!.kind, said!.paymentRef, said!.amount!.minor], ['reversed', 'UPREVO01', 1_000n]);
  // The payment itself says what it said.
  assert.deepEqual(await kinds(h, 'UPREVO01'), ['captured']);
  assert.equal((await take('UPREVO01')).outcome, 'refused');
  // 22:00; the clearing day ends at 23:00.
  await h.clock.advance(12 * 3_600_000);
  h.place('UPREVO02', 1_000);
  await h.pay('UPREVO02');
  await h.clock.advance(3_600_000);
  const late = await take('UPREVO02');
  assert.equal(late.outcome === 'refused' && late.code, 'NOT_TODAY');
  h.place('UPREVO03', 1_000);
  h.open('UPREVO03');
  const unpaid = await take('UPREVO03');
  assert.equal(unpaid.outcome === 'refused' && unpaid.code, 'NOT_PAID');
});

test('there is no close, and the reason is told', async () => {
  const h = await bench();
  const answer = await unionpay.close(ask('UPCLOSE1'), h.account, h.keys, h.io);
  assert.equal(answer.outcome, 'refused');
  assert.notEqual(unionpay.capabilities.close, true);
});

test('the file of a clearing day enters the accountant’s pipeline; late, missing and empty are told apart by time', async () => {
  const h = await bench();
  const bill = (on: Temporal.PlainDate, kind = 'trade') => unionpay.bill({ kind, on }, h.account, h.keys, h.io);
  for (const ref of ['UPBILL01', 'UPBILL02', 'UPBILL03']) {
    h.place(ref, 1_000);
    await h.pay(ref);
  }
  h.sim.giveBack('UPBILL01', 'UPBILL01A', 400);
  await h.channel.reverse(ask('UPBILL02'), h.account, h.keys, h.io);
  h.sim.dispute('UPBILL03');
  // 23:00: the next clearing day has begun.
  await h.clock.advance(13 * 3_600_000);
  h.place('UPBILL04', 700);
  await h.pay('UPBILL04');
  const on = Temporal.PlainDate.from('2026-11-20');
  await h.clock.advance(11 * 3_600_000);
  h.sim.faultBill('bill_late');
  assert.equal((await bill(on)).outcome, 'not_ready');
  assert.equal(h.sim.fired.get('bill_late'), 1);
  const fetched = await bill(on);
  assert.ok(fetched.outcome === 'fetched', inspect(fetched));
  const found = await readFileOf(fetched.name, fetched.bytes);
  const says = found.flatMap((f) => f.lines.map((l) => [f.format, l.kind, l.amount, l.order_ref, l.refund_ref]));
  assert.deepEqual(
    found.flatMap((f) => f.rejected),
    [],
  );
  assert.deepEqual(
    says.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    [
      ['unionpay-zm', 'payment', 1_000n, 'UPBILL01', null],
      ['unionpay-zm', 'payment', 1_000n, 'UPBILL02', null],
      ['unionpay-zm', 'payment', 1_000n, 'UPBILL03', null],
      ['unionpay-zm', 'refund', -400n, 'UPBILL01', 'UPBILL01A'],
      ['unionpay-zm', 'reversal', -1_000n, 'UPBILL02', says.find((s) => s[1] === 'reversal')![4]],
      ['unionpay-zme', 'chargeback', -1_000n, null, null],
    ],
  );
  const next = await bill(on.add({ days: 1 }));
  assert.equal(next.outcome, 'not_ready', 'its day is not over');
  await h.clock.advance(24 * 3_600_000);
  const second = await bill(on.add({ days: 1 }));
  assert.ok(second.outcome === 'fetched');
  assert.equal((await readFileOf(second.name, second.bytes))[0]!.lines[0]!.order_ref, 'UPBILL04');
  await h.clock.advance(3 * 3_600_000);
  h.sim.faultBill('bill_missing');
  assert.equal((await bill(on)).outcome, 'empty');
  assert.equal(h.sim.fired.get('bill_missing'), 1);
  assert.equal((await bill(on, 'fundflow')).outcome, 'refused');
  const nowhere = { ...h.account, settings: {} };
  const refused = await unionpay.bill({ kind: 'trade', on }, nowhere, h.keys, h.io);
  assert.equal(refused.outcome === 'refused' && refused.code, 'NO_FILE_URL');
});

test('the self-test tells what is wrong', async () => {
  const h = await bench();
  const failing = async (keys = h.keys): Promise<readonly string[]> =>
    (await unionpay.selfTest(h.account, keys, h.io)).filter((c) => !c.ok).map((c) => c.name);
  assert.deepEqual(await failing(), []);
  const stranger = accountFor((await bench()).sim).credentials;
  const swap = (kind: string) => h.keys.map((k) => (k.kind === kind ? stranger.find((s) => s.kind === kind)! : k));
  assert.deepEqual(await failing(swap('merchant_key')), ['inquiry']);
  assert.deepEqual(await failing(swap('root_cert')), ['inquiry']);
  assert.deepEqual(await failing(h.keys.map((k) => (k.kind === 'merchant_key' ? { ...k, id: '00DF3A' } : k))), [
    'cert_id',
    'inquiry',
  ]);
  assert.deepEqual(await failing(h.keys.map((k) => (k.kind === 'middle_cert' ? { ...k, value: 'none' } : k))), [
    'middle_cert',
    'inquiry',
  ]);
});

test('times are Beijing’s, and the year of a transmission is that of the order, or the next', async () => {
  const h = await bench();
  // 23:59:50 on New Year's Eve in Beijing.
  await h.clock.advance(
    Temporal.Instant.from('2026-12-31T15:59:50Z').epochMilliseconds - h.clock.now().epochMilliseconds,
  );
  h.place('UPYEAR01', 500);
  assert.equal(stamp(h.clock.now()), '20261231235950');
  await h.clock.advance(20_000);
  await h.pay('UPYEAR01');
  const [said] = saidBy(await inquire(h, 'UPYEAR01'));
  assert.equal(said!.occurredAt.toString(), '2026-12-31T16:00:10Z');
  assert.equal(read(h, h.ear.caught[0]!)[0]!.occurredAt.toString(), '2026-12-31T16:00:10Z');
});
