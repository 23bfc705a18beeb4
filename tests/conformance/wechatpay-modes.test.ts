/** WeChat Pay beyond what every channel shares: shops of a service provider, taking back at the till, bills, the ladder of notifications. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { NOTIFY_LADDER_SECONDS } from '../../sim/channels/wechatpay/notify.ts';
import type { Account, Answer } from '../../src/channels/channel.ts';
import { wechatpay } from '../../src/channels/wechatpay/channel.ts';
import { readAll } from '../support/reading.ts';
import { type Facing, facing } from '../support/wechatpay.ts';

const open: Facing[] = [];
after(async () => {
  for (const on of open) await on.close();
});
async function start(...options: Parameters<typeof facing>): Promise<Facing> {
  const on = await facing(...options);
  open.push(on);
  return on;
}

const ask = (paymentRef: string) => ({ paymentRef, channelTrade: undefined, product: undefined });
const inquire = (on: Facing, ref: string, account: Account = on.account): Promise<Answer> =>
  wechatpay.inquire(ask(ref), account, on.keys, on.io);
const word = (answer: Answer): string =>
  answer.outcome === 'answered' ? (answer.observed[0]?.kind ?? 'accepted') : answer.outcome;
const pathOf = (on: Facing): string => new URL(on.sent.at(-1)!.url).pathname;
const verdicts = (on: Facing): string[] =>
  on.heard.map((m) => {
    const verified = wechatpay.verify(m, on.account, on.keys, m.at);
    return verified.ok ? verified.key : verified.reason;
  });

test('a shop of a service provider: asked, closed, refunded and notified under both numbers', async () => {
  const on = await start();
  const { sim, shop, keys, io } = on;
  const subMchid = shop.subMerchantNo!;
  sim.place('SP1', 1_000, { subMchid });
  assert.equal(word(await inquire(on, 'SP1', shop)), 'unpaid');
  assert.equal(pathOf(on), '/v3/pay/partner/transactions/out-trade-no/SP1');
  await sim.pay('SP1');
  assert.equal(word(await inquire(on, 'SP1', shop)), 'captured');
  const [message] = on.heard;
  assert.ok(wechatpay.verify(message!, shop, keys, on.clock.now()).ok);
  const other = wechatpay.verify(message!, { ...shop, subMerchantNo: '1900000110' }, keys, on.clock.now());
  assert.equal(!other.ok && other.reason, 'wrong_account');

  const refund = {
    paymentRef: 'SP1',
    refundRef: 'SP1-R',
    refundMinor: 300n,
    totalMinor: 1_000n,
    currency: 'CNY',
    reason: '少件',
  };
  assert.equal(word(await wechatpay.refund(refund, shop, keys, io)), 'refund');
  await on.clock.advance(3_000);
  const told = await wechatpay.inquireRefund({ paymentRef: 'SP1', refundRef: 'SP1-R' }, shop, keys, io);
  assert.ok(told.outcome === 'answered' && told.observed[0]?.refund?.state === 'succeeded', inspect(told));
  assert.ok(wechatpay.verify(on.heard.at(-1)!, shop, keys, on.clock.now()).ok);

  sim.place('SP2', 500, { subMchid });
  assert.equal(word(await wechatpay.close(ask('SP2'), shop, keys, io)), 'accepted');
  assert.equal(word(await inquire(on, 'SP2', shop)), 'closed');
  // A payment of another shop, or of the provider itself, is not there.
  assert.equal(word(await inquire(on, 'SP1')), 'not_found');
  assert.equal(word(await inquire(on, 'SP1', { ...shop, subMerchantNo: '1900000110' })), 'not_found');
});

for (const mode of ['direct', 'service provider'] as const)
  test(`taken back at the till, ${mode}: a payment under way does not succeed, a success is undone`, async () => {
    const on = await start();
    const account = mode === 'direct' ? on.account : on.shop;
    const how = { product: 'codepay', ...(mode === 'direct' ? {} : { subMchid: on.shop.subMerchantNo! }) } as const;
    const reverse = (ref: string, from = account): Promise<Answer> => wechatpay.reverse(ask(ref), from, on.keys, on.io);
    on.sim.place('POS1', 800, how);
    await on.sim.pay('POS1', { processingMs: 10_000 });
    assert.equal(word(await inquire(on, 'POS1', account)), 'processing');
    assert.equal(word(await wechatpay.close(ask('POS1'), account, on.keys, on.io)), 'refused');
    assert.equal(word(await reverse('POS1')), 'accepted');
    await on.clock.advance(20_000);
    assert.equal(word(await inquire(on, 'POS1', account)), 'reversed');
    on.sim.place('POS2', 800, how);
    await on.sim.pay('POS2');
    assert.equal(word(await reverse('POS2')), 'accepted');
    const said = await inquire(on, 'POS2', account);
    assert.equal(word(said), 'reversed');
    assert.ok(said.outcome === 'answered' && said.observed[0]?.refs.some((r) => r.kind === 'channel_trade'));
    // 付款码 has no notification.
    assert.equal(on.heard.length, 0);
    const { appid: _, ...settings } = account.settings;
    const without = await reverse('POS2', { ...account, settings });
    assert.ok(without.outcome === 'refused' && without.code === 'NO_APPID');
  });

test('I7: signed well about another payment or merchant, or changed by one byte: nothing is said', async () => {
  const on = await start();
  on.sim.place('A1', 100);
  await on.sim.pay('A1');
  for (const fault of ['foreign', 'other_merchant', 'tampered', 'silent_after'] as const) {
    on.sim.faultAnswer(fault, 1, 'A1');
    assert.equal(word(await inquire(on, 'NOT-A1')), 'not_found');
    const answer = await inquire(on, 'A1');
    assert.equal(on.sim.fired.get(fault), 1, fault);
    assert.equal(answer.outcome, 'unknown', fault);
    if (fault === 'foreign' && answer.outcome === 'unknown') assert.match(answer.detail, /an answer about ANOTHER/);
  }
  assert.equal(word(await inquire(on, 'A1')), 'captured');
});

test('F24: a refund that timed out after its effect is the same refund when it is asked for again', async () => {
  const on = await start();
  on.sim.place('A2', 1_000);
  await on.sim.pay('A2');
  const wanted = {
    paymentRef: 'A2',
    refundRef: 'A2-R',
    refundMinor: 1_000n,
    totalMinor: 1_000n,
    currency: 'CNY',
    reason: '',
  };
  on.sim.faultAnswer('silent_after');
  assert.equal((await wechatpay.refund(wanted, on.account, on.keys, on.io)).outcome, 'unknown');
  assert.equal(word(await wechatpay.refund(wanted, on.account, on.keys, on.io)), 'refund');
  assert.equal(on.sim.trades.get('A2')!.refunds.length, 1);
  // Given back whole, it was still captured; how much went back, the refund tells.
  const said = await inquire(on, 'A2');
  assert.ok(said.outcome === 'answered');
  assert.deepEqual([said.observed[0]?.kind, said.observed[0]?.said], ['captured', 'REFUND']);
});

test('a refund that the channel could not pay out is abnormal, by notification and by inquiry', async () => {
  const on = await start();
  on.sim.place('A3', 1_000);
  await on.sim.pay('A3');
  on.sim.endRefunds('ABNORMAL');
  const wanted = {
    paymentRef: 'A3',
    refundRef: 'A3-R',
    refundMinor: 1n,
    totalMinor: 1_000n,
    currency: 'CNY',
    reason: '',
  };
  await wechatpay.refund(wanted, on.account, on.keys, on.io);
  await on.clock.advance(3_000);
  const [told] = wechatpay.read(on.heard.at(-1)!, on.account, on.keys);
  assert.deepEqual(told?.refund, { ref: 'A3-R', state: 'abnormal', to: 'balance' });
  const asked = await wechatpay.inquireRefund({ paymentRef: 'A3', refundRef: 'A3-R' }, on.account, on.keys, on.io);
  assert.ok(asked.outcome === 'answered' && asked.observed[0]?.refund?.state === 'abnormal');
});

test('an amount that no double holds, or more than was paid, is not sent', async () => {
  const on = await start();
  const wanted = { paymentRef: 'A4', refundRef: 'R', currency: 'CNY', reason: '' };
  for (const [refundMinor, totalMinor] of [
    [0n, 1n],
    [-1n, 1n],
    [2n, 1n],
    [1n, 2n ** 53n],
  ] as const)
    assert.equal(
      (await wechatpay.refund({ ...wanted, refundMinor, totalMinor }, on.account, on.keys, on.io)).outcome,
      'refused',
    );
  assert.equal(on.sent.length, 0);
});

test('both bills of a day are read whole by the accountant’s formats; late and missing are told apart', async () => {
  const on = await start();
  on.sim.place('B1', 1_280);
  on.sim.place('B2', 5_000);
  on.sim.place('B3', 700, { product: 'codepay' });
  for (const ref of ['B1', 'B2', 'B3']) await on.sim.pay(ref);
  await wechatpay.refund(
    { paymentRef: 'B2', refundRef: 'B2-R', refundMinor: 2_000n, totalMinor: 5_000n, currency: 'CNY', reason: '' },
    on.account,
    on.keys,
    on.io,
  );
  await wechatpay.reverse(ask('B3'), on.account, on.keys, on.io);
  await on.clock.advance(86_400_000);
  const day = Temporal.PlainDate.from('2026-11-20');
  const bill = (kind: string) => wechatpay.bill({ kind, on: day }, on.account, on.keys, on.io);
  on.sim.faultBill('bill_late');
  on.sim.faultBill('bill_missing');
  assert.equal((await bill('trade')).outcome, 'not_ready');
  assert.equal((await bill('trade')).outcome, 'empty');
  assert.deepEqual([on.sim.fired.get('bill_late'), on.sim.fired.get('bill_missing')], [1, 1]);

  const trade = await bill('trade');
  assert.ok(trade.outcome === 'fetched', inspect(trade));
  const [rows] = await readAll(trade.bytes);
  assert.equal(rows?.format, 'wechatpay-trade');
  assert.deepEqual(rows.rejected, []);
  assert.ok(rows.facts.checks?.every((c) => c.ok));
  assert.deepEqual(rows.lines.map((l) => `${l.kind} ${l.order_ref} ${l.amount}`).sort(), [
    'payment B1 1280',
    'payment B2 5000',
    'payment B3 700',
    'refund B2 -2000',
    'reversal B3 -700',
  ]);
  const flow = await bill('fundflow');
  assert.ok(flow.outcome === 'fetched', inspect(flow));
  const [moved] = await readAll(flow.bytes);
  assert.equal(moved?.format, 'wechatpay-fundflow');
  assert.deepEqual(moved.rejected, []);
  assert.ok(moved.facts.checks?.every((c) => c.ok));

  // What goes to the bank, and what the bank sends back a day later.
  on.sim.faultPayout('returned');
  on.sim.payOut();
  await on.clock.advance(2 * 86_400_000);
  const kinds = [];
  for (const day of ['2026-11-21', '2026-11-22']) {
    const it = await wechatpay.bill({ kind: 'fundflow', on: Temporal.PlainDate.from(day) }, on.account, on.keys, on.io);
    assert.ok(it.outcome === 'fetched', `${day} ${inspect(it)}`);
    const [read] = await readAll(it.bytes);
    assert.ok(read?.facts.checks?.every((c) => c.ok));
    kinds.push(...read!.lines.map((l) => l.kind));
  }
  assert.deepEqual([kinds, on.sim.fired.get('returned')], [['payout', 'payout_return'], 1]);
});

test('a bill is fetched at the account’s address, whatever host WeChat Pay names; another file is not', async () => {
  const on = await start();
  on.sim.place('B4', 100);
  await on.sim.pay('B4');
  await on.clock.advance(86_400_000);
  const proxy = on.sim.url.replace('127.0.0.1', 'localhost');
  const wanted = { kind: 'trade', on: Temporal.PlainDate.from('2026-11-20') };
  const got = await wechatpay.bill(wanted, { ...on.account, baseUrl: proxy }, on.keys, on.io);
  assert.equal(got.outcome, 'fetched', inspect(got));
  assert.ok(on.sent.every((r) => r.url.startsWith(proxy)));
});

test('the ladder of notifications: sixteen tries, the last a day after the first, each the same event', async () => {
  const on = await start();
  on.answers.status = 500;
  on.sim.place('N1', 100);
  await on.sim.pay('N1');
  await on.clock.advance(30 * 3_600_000);
  const first = on.heard[0]!.at;
  let seconds = 0;
  const expected = [0, ...NOTIFY_LADDER_SECONDS.map((wait) => (seconds += wait))];
  assert.deepEqual(
    on.heard.map((m) => first.until(m.at).total('seconds')),
    expected,
  );
  assert.equal(expected.at(-1), 24 * 3_600 + 4 * 60);
  assert.equal(new Set(verdicts(on)).size, 1);
});

test('F15: notifications late, behind the next one, several times, forged: each arrives as planned, once by name', async () => {
  const on = await start();
  for (const ref of ['N2', 'N3', 'N4', 'N5', 'N6']) on.sim.place(ref, 100);
  on.sim.faultNotify('reordered', 1, 'N2');
  on.sim.faultNotify({ late: 7_200_000 }, 1, 'N4');
  on.sim.faultNotify({ duplicated: 4 }, 1, 'N5');
  on.sim.faultNotify('forged', 1, 'N6');
  for (const ref of ['N2', 'N3', 'N4', 'N5', 'N6']) await on.sim.pay(ref);
  await on.clock.advance(7_200_000);
  for (const fault of ['reordered', 'late', 'duplicated', 'forged']) assert.equal(on.sim.fired.get(fault), 1, fault);
  const refs = on.heard.map((m) => {
    const verified = wechatpay.verify(m, on.account, on.keys, m.at);
    return verified.ok ? wechatpay.read(m, on.account, on.keys)[0]!.paymentRef : verified.reason;
  });
  assert.deepEqual(refs, ['N3', 'N2', 'N5', 'N5', 'N5', 'N5', 'N5', 'bad_signature', 'N6', 'N4']);
  assert.equal(new Set(verdicts(on)).size, 6);
});

test('closed, then paid all the same: the channel says captured, at its own time', async () => {
  const on = await start();
  on.sim.place('C1', 100);
  await wechatpay.close(ask('C1'), on.account, on.keys, on.io);
  await on.clock.advance(60_000);
  const paidAt = on.clock.now();
  await on.sim.pay('C1');
  await on.clock.advance(60_000);
  const said = await inquire(on, 'C1');
  assert.ok(said.outcome === 'answered' && said.observed[0]?.kind === 'captured');
  assert.equal(said.observed[0].occurredAt.toString(), paidAt.toString());
  await assert.rejects(on.sim.pay('C1'), /has been paid/);
});

test('F19: from certificates to a public key: who names the new key hears it, what was signed before still verifies', async () => {
  const on = await start();
  on.sim.place('K1', 100);
  await on.sim.pay('K1');
  on.sim.rotateKeys('public_key');
  const unknown = await inquire(on, 'K1');
  assert.ok(unknown.outcome === 'unknown' && unknown.unknownKey === true, inspect(unknown));
  const { id, pem, expires } = on.sim.platform();
  const keys = [...on.keys, { kind: 'platform_key', id, value: pem, notAfter: expires }];
  assert.equal(word(await wechatpay.inquire(ask('K1'), on.account, keys, on.io)), 'captured');
  assert.equal(on.sent.at(-1)!.headers['wechatpay-serial'], id);
  assert.ok(wechatpay.verify(on.heard[0]!, on.account, keys, on.clock.now()).ok);
});

test('the certificates that the simulator makes are certificates to a reader we did not write', async () => {
  const on = await start();
  const made = on.sim.platform();
  const read = new X509Certificate(made.pem);
  assert.equal(read.serialNumber, made.id);
  assert.ok(read.verify(read.publicKey));
  assert.equal(read.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
  assert.equal(
    Temporal.Instant.fromEpochMilliseconds(Number(new Date(read.validTo))).toString(),
    made.expires.toString(),
  );
  assert.equal(new X509Certificate(on.sim.merchant.certificate).serialNumber, on.sim.merchant.serial);
});
