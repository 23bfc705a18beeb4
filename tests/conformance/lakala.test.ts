/** Our Lakala adapter: the suite of every channel for both products, and what is Lakala's own. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { accountFor, type LakalaSim, startLakalaSim } from '../../sim/channels/lakala/server.ts';
import { steppedClock } from '../../sim/clock.ts';
import type { Account, Answer, RawMessage } from '../../src/channels/channel.ts';
import { lakala } from '../../src/channels/lakala/channel.ts';
import { ORDER_STATES, TRADE_STATES } from '../../src/channels/lakala/words.ts';
import { conformance, type Harness } from './suite.ts';
import { accountOf, closeOutbound, ioOf, startEar } from './surroundings.ts';

const ends: Array<() => unknown> = [closeOutbound];
after(async () => {
  for (const end of ends) await end();
});

type Ours = Harness & Readonly<{ sim: LakalaSim }>;
async function harness(product: 'scan' | 'cashier'): Promise<Ours> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const ear = await startEar({ status: 200, body: lakala.reply(true).body });
  const sim = await startLakalaSim({ clock, product, notifyUrl: () => ear.url });
  ends.unshift(() => sim.close(), ear.close);
  const made = accountFor(sim, product);
  const account = accountOf(made);
  return {
    channel: lakala,
    sim,
    clock,
    account,
    keys: made.credentials,
    io: ioOf(clock),
    other: { ...account, merchantNo: '822290000000001', settings: { ...account.settings, settle_merchant_no: '8221' } },
    words: { placed: 'unpaid', underway: 'processing' },
    place: (ref, minor) => void sim.place(ref, minor),
    open: () => undefined,
    pay: (ref) => sim.pay(ref),
    payAfter: (ref, ms) => sim.pay(ref, { processingMs: ms }),
    fail: (ref) => sim.failPayment(ref),
    async notifications(ref) {
      ear.accept(false);
      ear.caught.length = 0;
      await sim.pay(ref);
      ear.accept(true);
      await clock.advance(2_000);
      const mine = ear.caught.filter((m: RawMessage) => Buffer.from(m.body).includes(`"${ref}"`));
      return [mine[0]!, mine[1]!];
    },
    fault: (kind) => sim.faultAnswer(kind),
    fired: (kind) => sim.fired.get(kind) ?? 0,
    rotate: () => assert.fail('its certificates are entered by hand'),
    signedHeaders: ['authorization'],
    rewritten: (body) => Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString('utf8')), null, 1)),
    staleAfterMs: 300_000,
  };
}

conformance('lakala', () => harness('scan'));
conformance('lakala, cashier', () => harness('cashier'));

const ask = (paymentRef: string) => ({ paymentRef, channelTrade: undefined, product: undefined });
const inquire = (h: Ours, ref: string): Promise<Answer> => lakala.inquire(ask(ref), h.account, h.keys, h.io);
const kinds = (answer: Answer): readonly string[] =>
  answer.outcome === 'answered' ? answer.observed.map((o) => o.kind) : [answer.outcome];
const refsOf = (answer: Answer): Record<string, string> =>
  Object.fromEntries(answer.outcome === 'answered' ? answer.observed[0]!.refs.map((r) => [r.kind, r.value]) : []);

for (const product of ['scan', 'cashier'] as const)
  test(`${product}: three numbers, the log number being the end of the trade number, and the payment's own time`, async () => {
    const h = await harness(product);
    h.place('LK1', 4_250);
    await h.pay('LK1');
    const paidAt = h.clock.now();
    await h.clock.advance(60_000);
    const answer = await inquire(h, 'LK1');
    assert.ok(answer.outcome === 'answered');
    const trade = h.sim.trades.get('LK1')!;
    assert.deepEqual(refsOf(answer), {
      channel_trade: trade.tradeNo,
      log_no: trade.tradeNo!.slice(-14),
      wallet_trade: trade.accTradeNo,
    });
    assert.match(trade.tradeNo!.slice(-14), /^66\d{12}$/);
    assert.ok(answer.observed[0]!.occurredAt.equals(paidAt), 'Beijing time, not UTC');
  });

test('each word of the table, as the wire brings it', async () => {
  const h = await harness('scan');
  h.place('LK2', 100);
  await h.pay('LK2');
  for (const [state, kind] of Object.entries(TRADE_STATES)) {
    Object.assign(h.sim.trades.get('LK2')!, { state });
    assert.equal(kinds(await inquire(h, 'LK2'))[0], kind, state);
  }
  Object.assign(h.sim.trades.get('LK2')!, { state: 'BRAND_NEW' });
  assert.deepEqual(kinds(await inquire(h, 'LK2')), ['unknown'], 'an unknown word is not guessed');
});

test('a cashier order: each status, and one that ran out', async () => {
  const h = await harness('cashier');
  h.place('LK3', 100);
  await h.pay('LK3');
  const seen: Record<string, string> = {};
  for (const state of ['CREATE', 'DEAL', 'SUCCESS', 'FAIL', 'CLOSE', 'PART_REFUND'] as const) {
    Object.assign(h.sim.trades.get('LK3')!, { state });
    const answer = await inquire(h, 'LK3');
    assert.ok(answer.outcome === 'answered');
    seen[answer.observed[0]!.said] = answer.observed[0]!.kind;
  }
  h.sim.place('LK3X', 100, { expiresAt: h.clock.now().add({ seconds: 30 }) });
  assert.deepEqual(kinds(await inquire(h, 'LK3X')), ['unpaid']);
  await h.clock.advance(31_000);
  const out = await inquire(h, 'LK3X');
  assert.ok(out.outcome === 'answered');
  seen[out.observed[0]!.said] = out.observed[0]!.kind;
  assert.deepEqual(seen, ORDER_STATES);
});

for (const product of ['scan', 'cashier'] as const)
  test(`${product}: what was given back is said as far as it is told, all of it under the payment's own number`, async () => {
    const h = await harness(product);
    h.place('LK4', 1_000);
    await h.pay('LK4');
    const give = (n: number, minor: bigint) =>
      lakala.refund(
        {
          paymentRef: 'LK4',
          refundRef: `LK4-${n}`,
          refundMinor: minor,
          totalMinor: 1_000n,
          currency: 'CNY',
          reason: '',
        },
        h.account,
        h.keys,
        h.io,
      );
    assert.deepEqual(kinds(await give(1, 400n)), ['refund']);
    await h.clock.advance(3_000);
    // 聚合扫码 says only that something was given back, the cashier's list says how much.
    assert.deepEqual(kinds(await inquire(h, 'LK4')), product === 'scan' ? ['captured'] : ['captured', 'refund']);
    assert.equal((await give(2, 601n)).outcome, 'refused', 'more than was paid');
    await give(3, 600n);
    await h.clock.advance(3_000);
    const whole = await inquire(h, 'LK4');
    assert.deepEqual(kinds(whole), ['captured', 'refund']);
    assert.ok(whole.outcome === 'answered');
    const back = whole.observed[1]!;
    assert.deepEqual([back.amount?.minor, back.refund?.state], [1_000n, 'succeeded']);
    assert.equal(back.refund?.ref, h.sim.trades.get('LK4')!.tradeNo, 'all so far, not one refund');
  });

test('a payment at the till is revoked, twice the same; the cashier has no revocation', async () => {
  const h = await harness('scan');
  h.sim.place('LK5', 500, { product: 'barcode' });
  await h.pay('LK5');
  for (let i = 0; i < 2; i += 1)
    assert.equal((await lakala.reverse(ask('LK5'), h.account, h.keys, h.io)).outcome, 'answered');
  assert.equal(h.sim.trades.get('LK5')!.refunds.length, 1);
  assert.deepEqual(kinds(await inquire(h, 'LK5')), ['captured', 'refund']);
  const closed = await lakala.close({ ...ask('LK5'), product: 'barcode' }, h.account, h.keys, h.io);
  assert.equal(closed.outcome === 'refused' && closed.code, 'NOT_BY_BARCODE', 'Lakala closes what the customer scans');
  const cashier = await lakala.reverse({ ...ask('LK5'), product: 'cashier' }, h.account, h.keys, h.io);
  assert.equal(cashier.outcome === 'refused' && cashier.code, 'NOT_AT_THE_CASHIER');
});

for (const product of ['scan', 'cashier'] as const)
  test(`${product}: an answer that was changed on the way, or is about another payment, says nothing`, async () => {
    const h = await harness(product);
    h.place('LK9', 100);
    await h.pay('LK9');
    for (const fault of ['tampered', 'foreign', 'silent_after'] as const) {
      h.sim.faultAnswer(fault);
      assert.equal((await inquire(h, 'LK9')).outcome, 'unknown', fault);
      assert.equal(h.sim.fired.get(fault), 1);
    }
    assert.deepEqual(kinds(await inquire(h, 'LK9')), ['captured']);
  });

test('a call that is not through, and an unknown merchant, say nothing about money', async () => {
  const h = await harness('scan');
  h.place('LK6', 100);
  await h.pay('LK6');
  h.sim.faultAnswer('not_through');
  assert.equal((await inquire(h, 'LK6')).outcome, 'unknown');
  assert.equal(h.sim.fired.get('not_through'), 1);
  const other = await lakala.inquire(ask('LK6'), h.other, h.keys, h.io);
  assert.equal(other.outcome === 'refused' && other.detail, '商户不存在');
  h.sim.faultAnswer('not_there');
  assert.deepEqual(kinds(await inquire(h, 'LK6')), ['not_found']);
  assert.deepEqual(kinds(await inquire(h, 'LK6')), ['captured']);
});

test('without the address that risk control wants nothing is closed, reversed or refunded, and it says so', async () => {
  const h = await harness('scan');
  const { request_ip: _, ...settings } = h.account.settings;
  const account = { ...h.account, settings };
  for (const call of [lakala.close, lakala.reverse]) {
    const answer = await call(ask('LK7'), account, h.keys, h.io);
    assert.equal(answer.outcome === 'refused' && answer.code, 'NO_REQUEST_IP');
  }
});

test('a notification of the settling number is ours too, and only one that names neither is not', async () => {
  const h = await harness('cashier');
  h.place('LK8', 100);
  const [message] = await h.notifications('LK8');
  const body = JSON.parse(Buffer.from(message.body).toString('utf8'));
  assert.equal(body.merchant_no, h.sim.who.settleMerchantNo);
  const verify = (account: Account) => lakala.verify(message, account, h.keys, h.clock.now());
  const onlySettling = { ...h.account, merchantNo: '822290000000001' };
  assert.equal(verify(onlySettling).ok, true);
  const { settle_merchant_no: _, ...settings } = h.account.settings;
  assert.equal(verify({ ...h.account, settings }).ok, true, 'the trading number alone fits as well');
  const neither = verify({ ...onlySettling, settings });
  assert.equal(!neither.ok && neither.reason, 'wrong_account');
});

test('the self-test tells a wrong key from a right one, and a certificate that is missing', async () => {
  const h = await harness('scan');
  const failed = async (keys: Harness['keys']) =>
    (await lakala.selfTest(h.account, keys, h.io)).filter((c) => !c.ok).map((c) => c.name);
  assert.deepEqual(await failed(h.keys), []);
  assert.deepEqual(await failed(h.keys.filter((k) => k.kind !== 'notify_key')), ['notify_key']);
  const wrong = h.keys.map((k) => (k.kind === 'merchant_key' ? { ...k, id: 'not-the-serial' } : k));
  assert.deepEqual(await failed(wrong), ['inquiry']);
});
