/** Our Adyen adapter: the suite of every channel, and what is Adyen's alone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { type AdyenSim, type AnswerFault, accountFor, startAdyenSim } from '../../sim/channels/adyen/server.ts';
import { webhookText } from '../../sim/channels/adyen/wire.ts';
import { steppedClock } from '../../sim/clock.ts';
import { CHINA } from '../../src/base/time.ts';
import { adyen } from '../../src/channels/adyen/channel.ts';
import { envelopeOf, signedText } from '../../src/channels/adyen/sign.ts';
import type { Account, Answer, Credential, RawMessage } from '../../src/channels/channel.ts';
import type { Observed } from '../../src/observations/observation.ts';
import { reconcile } from '../../src/reconcile/run.ts';
import { conformance, type Harness } from './suite.ts';
import { accountOf, closeOutbound, type Ear, ioOf, readFileOf, startEar } from './surroundings.ts';

const ends: Array<() => unknown> = [closeOutbound];
after(async () => {
  for (const end of ends) await end();
});

type Bench = Harness & Readonly<{ sim: AdyenSim; ear: Ear }>;

async function bench(capture: 'automatic' | 'manual' = 'automatic'): Promise<Bench> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T09:00:00Z'));
  const ear = await startEar({ status: 202, body: '[accepted]' });
  const sim = await startAdyenSim({ clock, capture, notifyUrl: () => ear.url });
  ends.unshift(() => sim.close(), ear.close);
  const made = accountFor(sim);
  const account = accountOf(made);
  return {
    channel: adyen,
    sim,
    ear,
    clock,
    account,
    keys: made.credentials,
    io: ioOf(clock),
    other: { ...account, merchantNo: 'AnotherCompany_EU' },
    place: (ref, minor) => sim.place(ref, minor, 'CNY'),
    open() {},
    pay: async (ref) => void (await sim.pay(ref)),
    payAfter: async (ref, ms) => void (await sim.pay(ref, { pendingMs: ms })),
    fail: undefined,
    words: { placed: 'unpaid', underway: 'processing' },
    async notifications(ref) {
      ear.caught.length = 0;
      ear.accept(false);
      await sim.pay(ref);
      ear.accept(true);
      await clock.advance(9_000);
      const [first, again] = ear.caught;
      assert.ok(first !== undefined && again !== undefined);
      return [first, again];
    },
    fault: (kind) => sim.faultAnswer(kind as AnswerFault),
    fired: (kind) => sim.fired.get(kind) ?? 0,
    rotate: () => sim.rotateKeys(),
    signedHeaders: [],
    signsValues: true,
    rewritten: undefined,
    tradeOf: (ref) => sim.payments.get(ref)!.psp,
    staleAfterMs: undefined,
  };
}

conformance('adyen', () => bench());

// ------------------------------------------------------------------------------------------- Adyen's own

const verify = (h: Bench, m: RawMessage, keys: readonly Credential[] = h.keys, account: Account = h.account) =>
  adyen.verify(m, account, keys, h.clock.now());
const reasonOf = (h: Bench, m: RawMessage, keys?: readonly Credential[], account?: Account): string => {
  const v = verify(h, m, keys, account);
  return v.ok ? 'ok' : v.reason;
};
const bodyOf = (m: RawMessage): string => Buffer.from(m.body).toString('utf8');
const withBody = (m: RawMessage, body: string): RawMessage => ({ ...m, body: Buffer.from(body) });
/** What came since it was last asked, all of it genuine. */
function heard(h: Bench): readonly Observed[] {
  const said = h.ear.caught.flatMap((m) => {
    assert.equal(reasonOf(h, m), 'ok');
    return adyen.read(m, h.account, h.keys);
  });
  h.ear.caught.length = 0;
  return said;
}
const short = (o: Observed) => [o.kind, o.amount?.minor, o.refund?.state].filter((x) => x !== undefined);
const heardShort = (h: Bench) => heard(h).map(short);
const refundOf = (h: Bench, ref: string, refundRef: string, refundMinor: bigint, over: Partial<Bench> = {}) =>
  adyen.refund(
    {
      paymentRef: ref,
      channelTrade: h.sim.payments.get(ref)?.psp,
      refundRef,
      refundMinor,
      totalMinor: refundMinor,
      currency: 'CNY',
      reason: '',
    },
    over.account ?? h.account,
    over.keys ?? h.keys,
    h.io,
  );
const saidBy = (answer: Answer): readonly Observed[] => {
  assert.ok(answer.outcome === 'answered', inspect(answer));
  return answer.observed;
};

test('captured by itself: the authorisation is the payment, and what takes it back is told', async () => {
  const h = await bench('automatic');
  h.place('AD1', 1_000);
  await h.sim.refuse('AD1');
  assert.deepEqual(heardShort(h), [['unpaid']]);
  await h.sim.pay('AD1');
  const [paid] = heard(h);
  assert.deepEqual(
    [paid?.kind, paid?.paymentRef, paid?.amount, paid?.refs],
    ['captured', 'AD1', { minor: 1_000n, currency: 'CNY' }, [{ kind: 'channel_trade', value: h.tradeOf!('AD1') }]],
  );
  await h.sim.failCapture('AD1');
  const [failed] = heard(h);
  // Found by Adyen's number: the reference may be another's.
  assert.deepEqual(
    [failed?.kind, failed?.paymentRef, failed?.refs],
    ['unpaid', undefined, [{ kind: 'channel_trade', value: h.tradeOf!('AD1') }]],
  );
  await h.sim.recapture('AD1');
  assert.deepEqual(heardShort(h), [['captured', 1_000n]]);
  h.place('AD2', 500);
  await h.sim.pay('AD2');
  await h.sim.expire('AD2');
  assert.deepEqual(heardShort(h), [['captured', 500n], ['reversed']]);
});

test('captured by hand: an authorisation holds money and is no payment until CAPTURE', async () => {
  const h = await bench('manual');
  h.place('AM1', 1_000);
  const p = await h.sim.pay('AM1');
  assert.deepEqual(heardShort(h), [['processing']]);
  const wanted = { merchantAccount: h.sim.merchantAccount, amount: p.amount, reference: 'C1' };
  const post = (path: string, body: object) =>
    fetch(`${h.sim.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': h.sim.apiKey },
      body: JSON.stringify(body),
    });
  for (let i = 0; i < 2; i += 1) await post(`/payments/${p.psp}/captures`, wanted);
  await h.clock.advance(2_000);
  // The second is refused, which says nothing about the first.
  assert.deepEqual(heardShort(h), [['captured', 1_000n]]);
  h.place('AM2', 500);
  await h.sim.pay('AM2');
  await adyen.reverse({ paymentRef: 'AM2', channelTrade: undefined, product: undefined }, h.account, h.keys, h.io);
  await h.clock.advance(2_000);
  assert.deepEqual(heardShort(h), [['processing'], ['closed']]);
  h.place('AM3', 500);
  await h.sim.pay('AM3');
  await h.sim.expire('AM3');
  assert.deepEqual(heardShort(h), [['processing'], ['closed']]);
});

test('a card that is tried for nothing is no payment', async () => {
  const h = await bench();
  h.place('AD0', 0);
  await h.sim.pay('AD0');
  assert.equal(h.ear.caught.length, 1);
  assert.deepEqual(heardShort(h), []);
});

test('what was confirmed only at the bank, refunds, and what failed of them', async () => {
  const h = await bench();
  h.place('AD3', 1_000);
  await h.sim.pay('AD3', { pendingMs: 5_000 });
  await h.clock.advance(6_000);
  assert.deepEqual(heardShort(h), [['processing'], ['captured', 1_000n]]);
  await h.sim.giveBack('AD3', 400);
  await h.sim.failRefund('AD3');
  const told = heard(h);
  assert.deepEqual(told.map(short), [
    ['refund', 400n, 'processing'],
    ['refund', 400n, 'abnormal'],
  ]);
  assert.equal(told[0]?.refund?.ref, told[1]?.refund?.ref);
  await h.sim.giveBack('AD3', 100);
  await h.sim.tell('AD3', {
    eventCode: 'REFUND',
    success: false,
    originalReference: h.tradeOf!('AD3'),
    pspReference: 'R1',
  });
  assert.deepEqual(heardShort(h), [
    ['refund', 100n, 'processing'],
    ['refund', 1_000n, 'closed'],
  ]);
});

test('events without a word of ours are kept and say nothing; a report that is announced is one', async () => {
  const h = await bench();
  h.place('AD4', 1_000);
  await h.sim.pay('AD4');
  heard(h);
  for (const eventCode of [
    ...['CANCEL_OR_REFUND', 'REFUNDED_REVERSED', 'HANDLED_EXTERNALLY', 'ORDER_OPENED', 'ORDER_CLOSED'],
    ...['NOTIFICATION_OF_CHARGEBACK', 'PAYOUT_THIRDPARTY', 'AUTHORISATION_ADJUSTMENT', 'A_NEW_ONE', 'constructor'],
  ])
    await h.sim.tell('AD4', { eventCode, originalReference: h.tradeOf!('AD4') });
  assert.equal(h.ear.caught.length, 10);
  assert.deepEqual(heardShort(h), []);
  await h.clock.advance(86_400_000);
  assert.match(bodyOf(h.ear.caught[0]!), /REPORT_AVAILABLE.*payments_accounting_report_2026_11_20\.csv/);
  assert.deepEqual(heardShort(h), []);
});

test('a dispute takes the money, gives it back where it is won, and takes it for good', async () => {
  const h = await bench();
  h.place('AD6', 1_000);
  await h.sim.pay('AD6');
  heard(h);
  for (const eventCode of ['CHARGEBACK', 'CHARGEBACK_REVERSED', 'SECOND_CHARGEBACK'])
    await h.sim.tell('AD6', { eventCode, originalReference: h.tradeOf!('AD6'), pspReference: 'DISPUTE000000001' });
  assert.deepEqual(
    heard(h).map((o) => [o.kind, o.dispute?.ref, o.amount?.minor]),
    ['charged_back', 'chargeback_undone', 'charged_back'].map((kind) => [kind, 'DISPUTE000000001', 1_000n]),
  );
});

test('a forger, another account, the other environment, no key, a key that is none, an unsigned item', async () => {
  const h = await bench();
  h.place('AD5', 500);
  h.sim.faultNotify('forged');
  await h.sim.pay('AD5');
  assert.equal(h.sim.fired.get('forged'), 1);
  const [forged, genuine] = h.ear.caught as [RawMessage, RawMessage];
  assert.equal(reasonOf(h, forged), 'bad_signature');
  assert.equal(reasonOf(h, genuine), 'ok');
  assert.equal(reasonOf(h, genuine, h.keys, h.other), 'wrong_account');
  assert.equal(reasonOf(h, genuine, h.keys, { ...h.account, livemode: true }), 'wrong_account');
  assert.equal(reasonOf(h, genuine, []), 'unknown_key');
  // An empty key would be one with which anybody signs.
  const empty = [{ kind: 'hmac_key', id: '', value: 'no hex', notAfter: undefined }];
  assert.equal(reasonOf(h, genuine, empty), 'unknown_key');
  assert.equal(
    reasonOf(h, withBody(genuine, bodyOf(genuine).replace(/"hmacSignature":"[^"]*"/, '"x":"y"'))),
    'bad_signature',
  );
  const blank = bodyOf(genuine).replace(/("hmacSignature":")([^"]*)=/, '$1$2');
  assert.equal(reasonOf(h, withBody(genuine, blank)), 'bad_signature', 'another spelling of the same bytes');
});

test('the colons that join what is signed cannot be moved', async () => {
  const h = await bench();
  const { merchantAccount } = h.sim;
  const ref = `${merchantAccount}:Z`;
  h.sim.place(ref, 500);
  await h.sim.pay(ref);
  const [genuine] = h.ear.caught as [RawMessage];
  assert.equal(reasonOf(h, genuine), 'ok');
  const psp = h.tradeOf!(ref);
  // The same text, cut otherwise: another payment of the same account.
  const cut = bodyOf(genuine)
    .replace(`"pspReference":"${psp}"`, `"pspReference":"${psp}:","originalReference":"${merchantAccount}"`)
    .replace(`"merchantReference":"${ref}"`, '"merchantReference":"Z"');
  const signed = (m: string): string => signedText(envelopeOf(Buffer.from(m)).items[0]!);
  assert.equal(signed(cut), signed(bodyOf(genuine)), 'it is signed all the same');
  assert.equal(reasonOf(h, withBody(genuine, cut)), 'bad_signature');
});

test('several items: all of them count, and one that is not genuine spoils all', async () => {
  const h = await bench();
  const event = (ref: string, psp: string) => ({
    eventCode: 'AUTHORISATION',
    success: true,
    pspReference: psp,
    merchantReference: ref,
    amount: { value: 700, currency: 'CNY' },
    eventDate: '2026-11-20T10:00:00+01:00',
  });
  const events = [event('B1', 'PSPB100000000001'), event('B2', 'PSPB200000000002')];
  const text = webhookText(events, h.sim.merchantAccount, h.sim.hmacKey());
  const both: RawMessage = { headers: {}, body: Buffer.from(text) };
  assert.equal(reasonOf(h, both), 'ok');
  assert.deepEqual(
    adyen.read(both, h.account, h.keys).map((o) => o.paymentRef),
    ['B1', 'B2'],
  );
  assert.equal(reasonOf(h, withBody(both, text.replace('"B2"', '"B3"'))), 'bad_signature');
  assert.equal(reasonOf(h, withBody(both, '{"live":"false","notificationItems":[]}')), 'bad_signature');
  assert.equal(
    reasonOf(h, withBody(both, text.replace('"live":"false"', '"live":"false","live":"false"'))),
    'bad_signature',
  );
});

test('F19: a key is changed: while both are held, what either signed holds', async () => {
  const h = await bench();
  h.place('AD6', 500);
  await h.sim.pay('AD6');
  h.sim.rotateKeys();
  await h.sim.pay('AD6');
  const [old, fresh] = h.ear.caught as [RawMessage, RawMessage];
  assert.deepEqual([reasonOf(h, old), reasonOf(h, fresh)], ['ok', 'bad_signature']);
  const both = [...h.keys, { kind: 'hmac_key', id: 'new', value: h.sim.hmacKey(), notAfter: undefined }];
  assert.deepEqual([reasonOf(h, old, both), reasonOf(h, fresh, both)], ['ok', 'ok']);
});

test('what cannot be read is taken all the same, for the queue waits behind what is refused', async () => {
  const h = await bench();
  h.sim.place('AD7', 500, 'CNH');
  await h.sim.pay('AD7');
  const [odd] = h.ear.caught as [RawMessage];
  assert.equal(reasonOf(h, odd), 'ok');
  assert.throws(() => adyen.read(odd, h.account, h.keys), /currency/);
});

test('the queue: in order, by the ladder, for thirty days; what is refused holds up what comes behind', async () => {
  const h = await bench();
  h.ear.accept(false);
  h.place('Q1', 100);
  h.place('Q2', 100);
  await h.sim.pay('Q1');
  await h.sim.pay('Q2');
  await h.clock.advance(27_000);
  assert.equal(h.ear.caught.length, 4);
  await h.clock.advance(119_000);
  assert.equal(h.ear.caught.length, 4);
  await h.clock.advance(1_000);
  assert.equal(h.ear.caught.length, 5);
  assert.ok(h.ear.caught.every((m) => bodyOf(m).includes('"Q1"')));
  h.ear.accept(true);
  await h.clock.advance(300_000);
  assert.deepEqual(
    h.ear.caught.slice(5).map((m) => /"merchantReference":"(Q\d)"/.exec(bodyOf(m))?.[1]),
    ['Q1', 'Q2'],
  );
  h.ear.caught.length = 0;
  h.ear.accept(false);
  h.place('Q3', 100);
  await h.sim.pay('Q3');
  await h.clock.advance(31 * 86_400_000);
  const tries = h.ear.caught.filter((m) => bodyOf(m).includes('"Q3"')).length;
  assert.ok(tries > 95 && tries < 105, String(tries));
});

test('each fault of a webhook fires', async () => {
  const h = await bench();
  const refsOf = (): unknown[] => h.ear.caught.splice(0).map((m) => /"merchantReference":"(\w+)"/.exec(bodyOf(m))?.[1]);
  for (const ref of ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7']) h.place(ref, 500);
  h.sim.faultNotify('lost', 1, 'F1');
  await h.sim.pay('F1');
  assert.deepEqual(refsOf(), []);
  h.sim.faultNotify('first_lost', 1, 'F2');
  await h.sim.pay('F2');
  assert.deepEqual(refsOf(), []);
  await h.clock.advance(9_000);
  assert.deepEqual(refsOf(), ['F2']);
  h.sim.faultNotify('duplicated', 1, 'F3');
  await h.sim.pay('F3');
  assert.deepEqual(refsOf(), ['F3', 'F3', 'F3']);
  h.sim.faultNotify({ late: 5_000 }, 1, 'F4');
  await h.sim.pay('F4');
  await h.clock.advance(5_000);
  assert.deepEqual(refsOf(), ['F4']);
  h.sim.faultNotify('reordered', 1, 'F5');
  await h.sim.pay('F5');
  await h.sim.pay('F6');
  assert.deepEqual(refsOf(), ['F6', 'F5']);
  h.sim.faultNotify('wrong_amount', 1, 'F7');
  await h.sim.pay('F7');
  assert.deepEqual(heardShort(h), [['captured', 1n]]);
  for (const fault of ['lost', 'first_lost', 'duplicated', 'late', 'reordered', 'wrong_amount'])
    assert.equal(h.sim.fired.get(fault), 1, fault);
});

test('a refund is accepted once, by Adyen’s number; asked again with the same reference it is the same', async () => {
  const h = await bench();
  h.place('AD8', 1_000);
  await h.sim.pay('AD8');
  const once = saidBy(await refundOf(h, 'AD8', 'AD8-R', 400n))[0]!;
  const twice = saidBy(await refundOf(h, 'AD8', 'AD8-R', 400n))[0]!;
  assert.deepEqual([once.refund, twice.refund], [{ ref: once.refund!.ref, state: 'processing' }, once.refund]);
  await h.clock.advance(2_000);
  const told = heard(h).filter((o) => o.kind === 'refund');
  assert.deepEqual(
    told.map((o) => o.refund),
    [once.refund],
  );
  const refusal = async (answer: Promise<Answer>): Promise<string> => {
    const it = await answer;
    return it.outcome === 'refused' ? it.code : it.outcome;
  };
  assert.equal(await refusal(refundOf(h, 'AD8', 'AD8-X', 900n)), '131');
  assert.equal(await refusal(refundOf(h, 'NOBODY', 'R', 1n)), 'NO_PSP_REFERENCE');
  assert.equal(await refusal(refundOf(h, 'AD8', 'R', 0n)), 'BAD_AMOUNT');
  assert.equal(await refusal(refundOf(h, 'AD8', 'R', 1n, { account: h.other })), '901');
  const wrong = h.keys.map((k) => (k.kind === 'api_key' ? { ...k, value: 'AQEwrong' } : k));
  assert.equal(await refusal(refundOf(h, 'AD8', 'R', 1n, { keys: wrong })), '000');
  assert.equal(await refusal(refundOf(h, 'AD8', 'R', 1n, { keys: [] })), 'NO_API_KEY');
});

test('taken back by Adyen’s number or by the merchant’s: accepted, not told as done', async () => {
  const h = await bench('manual');
  for (const ref of ['AD12', 'AD13', 'AD14']) {
    h.place(ref, 500);
    await h.sim.pay(ref);
  }
  heard(h);
  const reverse = (paymentRef: string, channelTrade: string | undefined) =>
    adyen.reverse({ paymentRef, channelTrade, product: undefined }, h.account, h.keys, h.io);
  assert.deepEqual(saidBy(await reverse('AD12', h.tradeOf!('AD12'))), []);
  assert.deepEqual(saidBy(await reverse('AD13', undefined)), []);
  await h.clock.advance(2_000);
  // Which of the two a CANCEL_OR_REFUND was is not signed.
  assert.deepEqual(
    h.ear.caught.map((m) => /"eventCode":"(\w+)"/.exec(bodyOf(m))?.[1]),
    ['CANCEL_OR_REFUND', 'TECHNICAL_CANCEL'],
  );
  assert.deepEqual(heardShort(h), [['closed']]);
  for (const trade of [h.tradeOf!('AD14'), undefined]) {
    h.sim.faultAnswer('foreign');
    assert.equal((await reverse('AD14', trade)).outcome, 'unknown');
  }
  assert.equal((await reverse('NOBODY', undefined)).outcome, 'refused');
});

test('I7: each fault of an answer: nothing is said, and only a refusal is one', async () => {
  const h = await bench();
  h.place('AD9', 1_000);
  await h.sim.pay('AD9');
  const expected = {
    silent: 'unknown',
    silent_after: 'unknown',
    limited: 'limited',
    broken: 'unknown',
    html: 'unknown',
    foreign: 'unknown',
    under_way: 'unknown',
    not_there: 'refused',
  } as const satisfies Record<AnswerFault, Answer['outcome']>;
  for (const [fault, outcome] of Object.entries(expected)) {
    h.sim.faultAnswer(fault as AnswerFault);
    const answer = await refundOf(h, 'AD9', `AD9-${fault}`, 10n);
    assert.equal(answer.outcome, outcome, `${fault} ${inspect(answer)}`);
    assert.equal(h.sim.fired.get(fault), 1, fault);
    if (answer.outcome === 'limited') assert.equal(answer.retryAfterMs, 2_000);
  }
  // It had happened: asked again it is not done twice.
  const again = saidBy(await refundOf(h, 'AD9', 'AD9-silent_after', 10n))[0]!;
  await h.clock.advance(2_000);
  assert.equal(heard(h).filter((o) => o.refund?.ref === again.refund!.ref).length, 1);
});

test('the accounting report by its name: read whole; not made, locked, a page, each told apart', async () => {
  const h = await bench();
  h.place('AD10', 1_280);
  await h.sim.pay('AD10');
  await h.sim.giveBack('AD10', 280);
  const on = Temporal.PlainDate.from('2026-11-20');
  const bill = (keys = h.keys, account = h.account) => adyen.bill({ kind: 'accounting', on }, account, keys, h.io);
  assert.equal((await bill()).outcome, 'not_ready');
  await h.clock.advance(86_400_000);
  const fetched = await bill();
  assert.ok(fetched.outcome === 'fetched', inspect(fetched));
  const [file] = await readFileOf(fetched.name, fetched.bytes);
  assert.deepEqual([file?.format, file?.rejected], ['adyen-accounting', []]);
  assert.deepEqual(
    file?.lines.map((l) => [l.text, l.amount]),
    [
      ['Received', 1_280n],
      ['Authorised', 1_280n],
      ['SentForSettle', 1_280n],
      ['SentForRefund', -280n],
    ],
  );
  for (const [fault, outcome] of [
    ['bill_late', 'not_ready'],
    ['bill_missing', 'not_ready'],
    ['bill_login', 'unknown'],
  ] as const) {
    h.sim.faultBill(fault);
    assert.equal((await bill()).outcome, outcome, fault);
    assert.equal(h.sim.fired.get(fault), 1);
  }
  const asKey = h.keys
    .filter((k) => k.kind !== 'report_login')
    .map((k) => (k.kind === 'api_key' ? { ...k, kind: 'report_key' } : k));
  assert.equal((await bill(asKey)).outcome, 'fetched');
  assert.equal((await bill(asKey.map((k) => ({ ...k, value: 'wrong' })))).outcome, 'refused');
  assert.equal((await bill([])).outcome, 'refused');
  assert.equal((await bill(h.keys, h.other)).outcome, 'refused');
});

test('the simulator’s settlement batch comes out at zero, and ends in the payout', async () => {
  const h = await bench();
  h.place('AD11', 1_280);
  await h.sim.pay('AD11');
  await h.sim.giveBack('AD11', 280);
  await h.clock.advance(3 * 86_400_000);
  const batch = Temporal.PlainDate.from('2026-01-01').until('2026-11-22', { largestUnit: 'days' }).days;
  const name = `settlement_detail_report_batch_${batch}.csv`;
  const response = await fetch(`${h.sim.url}/reports/download/MerchantAccount/${h.sim.merchantAccount}/${name}`, {
    headers: { 'x-api-key': h.sim.apiKey },
  });
  const [file] = await readFileOf(name, Buffer.from(await response.arrayBuffer()));
  assert.deepEqual([file?.format, file?.rejected], ['adyen-settlement', []]);
  assert.deepEqual(
    file?.lines.map((l) => l.kind),
    ['payment', 'refund', 'payout'],
  );
  assert.ok(file?.facts.checks.every((c) => c.ok));
});

test('a payout that the bank sends back is in the next batch, and in its payout', async () => {
  const h = await bench();
  h.place('AD12', 5_000);
  await h.sim.pay('AD12');
  await h.clock.advance(2 * 86_400_000);
  h.sim.faultPayout('returned');
  await h.clock.advance(2 * 86_400_000);
  const first = Temporal.PlainDate.from('2026-01-01').until('2026-11-22', { largestUnit: 'days' }).days;
  const amounts = [];
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-adyen-'));
  after(() => rmSync(folder, { recursive: true }));
  for (const batch of [first, first + 1]) {
    const name = `settlement_detail_report_batch_${batch}.csv`;
    const response = await fetch(`${h.sim.url}/reports/download/MerchantAccount/${h.sim.merchantAccount}/${name}`, {
      headers: { 'x-api-key': h.sim.apiKey },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    writeFileSync(join(folder, name), bytes);
    const [file] = await readFileOf(name, bytes);
    assert.deepEqual([file?.format, file?.rejected], ['adyen-settlement', []]);
    assert.ok(file?.facts.checks.every((c) => c.ok));
    amounts.push(...file!.lines.map((l) => [l.kind, l.amount]));
  }
  const [, out] = amounts;
  assert.deepEqual(
    amounts.map(([kind]) => kind),
    ['payment', 'payout', 'payout_return', 'payout'],
  );
  assert.deepEqual([amounts[2]![1], amounts[3]![1]], [-BigInt(out![1] as bigint), out![1]]);
  assert.ok((h.sim.fired.get('returned') ?? 0) > 0);
  // Its money is a line of the batch that pays it out again: nothing is missing.
  const run = await reconcile({ paths: [folder], zone: CHINA });
  const { breaks, batches } = run.result;
  await run.close();
  assert.deepEqual(breaks, []);
  assert.deepEqual(
    batches.map((b) => [b.kind, b.net.amount]),
    [
      ['stated', '49.30'],
      ['stated', '49.30'],
    ],
  );
});

test('the self-test tells a wrong key, another account, a test address of a live account', async () => {
  const h = await bench();
  const failed = async (account = h.account, keys: readonly Credential[] = h.keys): Promise<string[]> =>
    (await adyen.selfTest(account, keys, h.io)).filter((c) => !c.ok).map((c) => c.name);
  assert.deepEqual(await failed(), []);
  const with_ = (kind: string, value: string) => h.keys.map((k) => (k.kind === kind ? { ...k, value } : k));
  assert.deepEqual(await failed(h.account, with_('api_key', 'wrong')), ['api']);
  assert.deepEqual(await failed(h.account, with_('hmac_key', 'no hex')), ['hmac_key']);
  assert.deepEqual(await failed(h.account, with_('report_login', 'a:b')), ['reports']);
  assert.deepEqual(await failed(h.other), ['api', 'reports']);
  const live = { ...h.account, livemode: true, baseUrl: adyen.defaultBaseUrl };
  const silent = { ...h.io, http: async () => ({ status: 401, headers: {}, body: Buffer.from('') }) };
  const checks = await adyen.selfTest(live, h.keys, silent);
  assert.deepEqual(
    checks.filter((c) => !c.ok).map((c) => c.name),
    ['environment', 'api', 'reports'],
  );
});

test('settings: how it captures must be told; a zone must be one', () => {
  const parsed = (settings: object): boolean => adyen.settings.safeParse(settings).success;
  assert.equal(parsed({ capture: 'manual', report_zone: 'America/New_York' }), true);
  assert.equal(parsed({}), false);
  assert.equal(parsed({ capture: 'manual', report_zone: 'EST' }), false);
});
