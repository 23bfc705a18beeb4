/** Our Alipay adapter: the suite of every channel in both key modes, and what is Alipay's alone. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { type AlipaySim, accountFor, type Mode, startAlipaySim } from '../../sim/channels/alipay/server.ts';
import { steppedClock } from '../../sim/clock.ts';
import { alipay } from '../../src/channels/alipay/channel.ts';
import type { Account, Answer, RawMessage } from '../../src/channels/channel.ts';
import type { Observed } from '../../src/observations/observation.ts';
import { conformance, type Harness } from './suite.ts';
import { accountOf, closeOutbound, type Ear, ioOf, readFileOf, startEar } from './surroundings.ts';

const ends: Array<() => unknown> = [closeOutbound];
after(async () => {
  for (const end of ends) await end();
});

type Bench = Harness & Readonly<{ sim: AlipaySim; ear: Ear }>;

async function bench(mode: Mode = 'public_key'): Promise<Bench> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const ear = await startEar({ status: 200, body: 'success' });
  const sim = await startAlipaySim({ clock, mode, notifyUrl: () => ear.url });
  ends.unshift(() => sim.close(), ear.close);
  const made = accountFor(sim);
  const account = accountOf(made);
  const idOf = (m: RawMessage): string | null => new URLSearchParams(Buffer.from(m.body).toString()).get('notify_id');
  return {
    channel: alipay,
    sim,
    ear,
    clock,
    account,
    keys: made.credentials,
    io: ioOf(clock),
    other: { ...account, merchantNo: '2088000000000000' },
    words: { placed: 'not_found', underway: 'unpaid' },
    place: (ref, minor) => void sim.place(ref, minor),
    open: (ref) => sim.scan(ref),
    pay: (ref) => sim.pay(ref),
    payAfter: (ref, ms) => sim.pay(ref, { processingMs: ms }),
    fail: undefined,
    async notifications(ref) {
      ear.accept(false);
      ear.caught.length = 0;
      await sim.pay(ref);
      ear.accept(true);
      await clock.advance(241_000);
      const mine = ear.caught.filter((m) => idOf(m) === idOf(ear.caught[0]!));
      return [mine[0]!, mine[1]!];
    },
    fault: (kind) => sim.faultAnswer(kind),
    fired: (kind) => sim.fired.get(kind) ?? 0,
    rotate: () => assert.fail('its key is entered by hand'),
    signedHeaders: [],
    // A form read and written once more by something that keeps a plus as it is.
    rewritten: (body) => Buffer.from(Buffer.from(body).toString().replaceAll('%2B', '+')),
    staleAfterMs: undefined,
  };
}

conformance('alipay', () => bench());
conformance('alipay, certificates', () => bench('certificate'));

const ask = (paymentRef: string) => ({ paymentRef, channelTrade: undefined, product: undefined });
const inquire = (h: Bench, ref: string): Promise<Answer> => alipay.inquire(ask(ref), h.account, h.keys, h.io);
function saidBy(answer: Answer): readonly Observed[] {
  assert.ok(answer.outcome === 'answered', inspect(answer));
  return answer.observed;
}
const refundOf = (h: Bench, paymentRef: string, refundRef: string, refundMinor: bigint, totalMinor: bigint) =>
  alipay.refund(
    { paymentRef, refundRef, refundMinor, totalMinor, currency: 'CNY', reason: '' },
    h.account,
    h.keys,
    h.io,
  );
const read = (h: Bench, m: RawMessage): readonly Observed[] => alipay.read(m, h.account, h.keys);
const verify = (h: Bench, m: RawMessage, account: Account = h.account) =>
  alipay.verify(m, account, h.keys, h.clock.now());
const short = (o: Observed): unknown => [o.kind, o.amount?.minor, o.refund];

test('TRADE_CLOSED: never paid is closed; paid and wholly given back is captured and refunded', async () => {
  const h = await bench();
  h.place('AL1', 1_000);
  h.open('AL1');
  assert.equal((await alipay.close(ask('AL1'), h.account, h.keys, h.io)).outcome, 'answered');
  assert.deepEqual(saidBy(await inquire(h, 'AL1')).map(short), [['closed', 1_000n, undefined]]);

  h.place('AL2', 1_000);
  await h.pay('AL2');
  await refundOf(h, 'AL2', 'AL2-A', 400n, 1_000n);
  assert.deepEqual(saidBy(await inquire(h, 'AL2')).map(short), [['captured', 1_000n, undefined]]);
  await refundOf(h, 'AL2', 'AL2-B', 600n, 1_000n);
  const { tradeNo } = h.sim.trades.get('AL2')!;
  const whole = [
    ['captured', 1_000n, undefined],
    ['refund', 1_000n, { ref: tradeNo, state: 'succeeded' }],
  ];
  assert.deepEqual(saidBy(await inquire(h, 'AL2')).map(short), whole);

  h.ear.caught.length = 0;
  await h.clock.advance(3_000);
  const [part, last] = h.ear.caught.map((m) => read(h, m));
  // What a notification names as given back is all of it so far, not this refund's.
  assert.deepEqual(part!.map(short), [
    ['captured', 1_000n, undefined],
    ['refund', 400n, { ref: tradeNo, state: 'succeeded' }],
  ]);
  assert.deepEqual(last!.map(short), whole);
});

test('an order that nobody paid in time is notified as closed', async () => {
  const h = await bench();
  h.sim.place('AL0', 700, { expiresAt: h.clock.now().add({ minutes: 15 }) });
  h.open('AL0');
  await h.clock.advance(900_000);
  await h.pay('AL0');
  assert.deepEqual(
    h.ear.caught.map((m) => [verify(h, m).ok, read(h, m).map(short)]),
    [[true, [['closed', 700n, undefined]]]],
  );
  assert.deepEqual(saidBy(await inquire(h, 'AL0')).map(short), [['closed', 700n, undefined]]);
});

test('a cancellation closes or gives back; one that must be asked for again is not an answer', async () => {
  const h = await bench();
  const reverse = (ref: string): Promise<Answer> => alipay.reverse(ask(ref), h.account, h.keys, h.io);
  h.place('AL3', 500);
  h.open('AL3');
  h.sim.faultAnswer('retry');
  assert.equal((await reverse('AL3')).outcome, 'unknown');
  assert.deepEqual(saidBy(await reverse('AL3')), []);
  assert.deepEqual(
    saidBy(await inquire(h, 'AL3')).map((o) => o.kind),
    ['closed'],
  );
  h.place('AL4', 500);
  await h.pay('AL4');
  await reverse('AL4');
  assert.deepEqual(
    saidBy(await inquire(h, 'AL4')).map((o) => o.kind),
    ['captured', 'refund'],
  );
});

test('10003 is at work, ACQ.SYSTEM_ERROR says nothing, TRADE_NOT_EXIST is of this moment', async () => {
  const h = await bench();
  h.place('AL5', 500);
  await h.pay('AL5');
  h.sim.faultAnswer('pending');
  assert.equal(saidBy(await inquire(h, 'AL5'))[0]?.kind, 'processing');
  h.sim.faultAnswer('system_error');
  assert.equal((await inquire(h, 'AL5')).outcome, 'unknown');
  h.sim.faultAnswer('not_there');
  assert.equal(saidBy(await inquire(h, 'AL5'))[0]?.kind, 'not_found');
  assert.equal(saidBy(await inquire(h, 'AL5'))[0]?.kind, 'captured');
});

test('an answer changed on the way, or about another payment, says nothing', async () => {
  const h = await bench();
  for (const fault of ['tampered', 'foreign'] as const) {
    h.place(fault, 500);
    await h.pay(fault);
    h.sim.faultAnswer(fault, 1, fault);
    assert.equal((await inquire(h, fault)).outcome, 'unknown');
    assert.equal(h.sim.fired.get(fault), 1);
    assert.equal(saidBy(await inquire(h, fault))[0]?.kind, 'captured');
  }
});

test('a refund that the channel does not tell as done says nothing; asked for twice it is not done twice', async () => {
  const h = await bench();
  h.place('AL6', 500);
  await h.pay('AL6');
  const query = (refundRef: string) => alipay.inquireRefund({ refundRef, paymentRef: 'AL6' }, h.account, h.keys, h.io);
  assert.deepEqual(saidBy(await query('AL6-X')), []);
  const states = [await refundOf(h, 'AL6', 'AL6-R', 200n, 500n), await refundOf(h, 'AL6', 'AL6-R', 200n, 500n)];
  assert.deepEqual(
    states.map((a) => saidBy(a)[0]?.refund?.state),
    ['succeeded', 'processing'],
  );
  assert.deepEqual(saidBy(await query('AL6-R')).map(short), [['refund', 200n, { ref: 'AL6-R', state: 'succeeded' }]]);
});

test('a plus that became a blank is a bad signature, and the ladder brings it whole', async () => {
  const h = await bench();
  h.place('AL7', 500);
  h.sim.faultNotify('plus_lost');
  h.ear.accept(false);
  await h.pay('AL7');
  h.ear.accept(true);
  await h.clock.advance(240_000);
  const [damaged, whole] = h.ear.caught.map((m) => verify(h, m));
  assert.equal(!damaged!.ok && damaged!.reason, 'bad_signature');
  assert.equal(whole!.ok, true);
});

test('another application, another seller, a value named twice, a forger', async () => {
  const h = await bench();
  h.place('AL8', 500);
  h.sim.faultNotify('forged');
  await h.pay('AL8');
  const [forged, genuine] = h.ear.caught as [RawMessage, RawMessage];
  const reason = (m: RawMessage, account?: Account): unknown => {
    const v = verify(h, m, account);
    return v.ok ? 'ok' : v.reason;
  };
  assert.equal(reason(forged), 'bad_signature');
  assert.equal(reason(genuine), 'ok');
  const otherApp = { ...h.account, settings: { ...h.account.settings, app_id: '2021000000000000' } };
  assert.equal(reason(genuine, otherApp), 'wrong_account');
  const twice = Buffer.concat([Buffer.from('total_amount=9.99&'), genuine.body]);
  assert.equal(reason({ ...genuine, body: twice }), 'bad_signature');
  // Empty values are not signed, so they may come and go and mean nothing.
  assert.equal(reason({ ...genuine, body: Buffer.concat([genuine.body, Buffer.from('&point_amount=')]) }), 'ok');
});

test('the ladder goes up to 25 hours, and only `success` stops it', async () => {
  const h = await bench();
  h.place('AL9', 500);
  h.ear.accept(false);
  await h.pay('AL9');
  await h.clock.advance(90_000_000);
  assert.equal(h.ear.caught.length, 8);
  const events = h.ear.caught.map((m) => verify(h, m));
  assert.equal(new Set(events.map((v) => v.ok && `${v.key} ${v.bodyHash} ${v.occurredAt}`)).size, 1);
});

test('a bill is fetched as the zip it is and read whole; not ready, empty and an old link are told apart', async () => {
  const h = await bench();
  h.place('AL10', 1_280);
  await h.pay('AL10');
  await refundOf(h, 'AL10', 'AL10-R', 280n, 1_280n);
  const on = Temporal.PlainDate.from('2026-11-20');
  const bill = (day: Temporal.PlainDate, account = h.account) =>
    alipay.bill({ kind: 'trade', on: day }, account, h.keys, h.io);
  assert.equal((await bill(on)).outcome, 'not_ready');
  await h.clock.advance(86_400_000 + 7_200_000);
  const fetched = await bill(on);
  assert.ok(fetched.outcome === 'fetched', inspect(fetched));
  const found = await readFileOf(fetched.name, fetched.bytes);
  const detail = found.find((f) => f.format === 'alipay-trade')!;
  assert.deepEqual(
    [detail.lines.length, detail.rejected, found.map((f) => f.format).sort()],
    [2, [], ['alipay-summary', 'alipay-trade']],
  );
  assert.equal((await bill(on.subtract({ days: 3 }))).outcome, 'empty');
  // A link to somewhere else is not followed.
  const elsewhere = { ...h.io, http: async () => ({ status: 200, headers: {}, body: Buffer.from('{}') }) };
  assert.equal((await alipay.bill({ kind: 'trade', on }, h.account, h.keys, elsewhere)).outcome, 'unknown');
});

test('the self-test tells a wrong key from a right one, in both modes', async () => {
  for (const mode of ['public_key', 'certificate'] as const) {
    const h = await bench(mode);
    const checks = await alipay.selfTest(h.account, h.keys, h.io);
    assert.ok(
      checks.every((c) => c.ok),
      inspect(checks),
    );
    const stranger = await bench();
    const wrong = h.keys.map((k) => (k.kind === 'app_key' ? { ...k, value: stranger.sim.app.privatePem } : k));
    const failed = (await alipay.selfTest(h.account, wrong, h.io)).filter((c) => !c.ok).map((c) => c.name);
    assert.deepEqual(failed, ['inquiry']);
    const garbled = h.keys.map((k) => (k.kind === 'alipay_key' ? { ...k, value: 'no key' } : k));
    const told = (await alipay.selfTest(h.account, garbled, h.io)).filter((c) => !c.ok).map((c) => c.name);
    assert.deepEqual(told, ['alipay_key', 'inquiry']);
    const half = h.keys.filter((k) => k.kind !== 'alipay_root_cert');
    if (mode === 'certificate')
      assert.ok((await alipay.selfTest(h.account, half, h.io)).some((c) => c.name === 'mode' && !c.ok));
  }
});
