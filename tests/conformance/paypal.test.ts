/** Our PayPal adapter: the suite of every channel, and what is PayPal's own. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { type AnswerFault, accountFor, type PayPalSim, startPayPalSim } from '../../sim/channels/paypal/server.ts';
import { authorityOf } from '../../sim/channels/paypal/wire.ts';
import { steppedClock } from '../../sim/clock.ts';
import { certificateFor } from '../../src/base/certificate.ts';
import type { Account, Answer, Io, RawMessage } from '../../src/channels/channel.ts';
import { paypal } from '../../src/channels/paypal/channel.ts';
import { CAPTURE_STATES, ORDER_STATES } from '../../src/channels/paypal/words.ts';
import { conformance, type Harness } from './suite.ts';
import { accountOf, closeOutbound, ioOf, startEar } from './surroundings.ts';

const ends: Array<() => unknown> = [closeOutbound];
after(async () => {
  for (const end of ends) await end();
});

const NAME = 'messageverificationcerts.sandbox.paypal.com';
const certificateUrl = (sim: PayPalSim): string => `${sim.url}/v1/notifications/certs/${sim.signer().name}`;
const typeOf = (m: RawMessage): string => JSON.parse(Buffer.from(m.body).toString('utf8')).event_type;

type Ours = Harness & Readonly<{ sim: PayPalSim; caught: readonly RawMessage[]; secrets: Harness['keys'] }>;
async function harness(): Promise<Ours> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const ear = await startEar({ status: 200, body: '' });
  const sim = await startPayPalSim({ clock, notifyUrl: () => ear.url });
  ends.unshift(() => sim.close(), ear.close);
  const made = accountFor(sim);
  const account = accountOf(made);
  const io = ioOf(clock);
  const fetched = await paypal.fetchKeys(account, made.credentials, io, certificateUrl(sim));
  return {
    channel: paypal,
    sim,
    clock,
    account,
    caught: ear.caught,
    secrets: made.credentials,
    keys: [...made.credentials, ...fetched],
    io,
    other: { ...account, merchantNo: 'ANOTHER000001' },
    words: { placed: 'unpaid', underway: 'processing' },
    place: (ref, minor) => void sim.place(ref, minor),
    open: (ref) => void sim.approve(ref),
    pay: (ref) => sim.pay(ref),
    payAfter: (ref, ms) => sim.pay(ref, { pendingMs: ms }),
    fail: (ref) => sim.failPayment(ref),
    async notifications(ref) {
      ear.accept(false);
      ear.caught.length = 0;
      await sim.pay(ref);
      ear.accept(true);
      await clock.advance(61_000);
      const mine = ear.caught.filter(
        (m) => typeOf(m) === 'PAYMENT.CAPTURE.COMPLETED' && Buffer.from(m.body).includes(`"${ref}"`),
      );
      return [mine[0]!, mine[1]!];
    },
    fault(kind) {
      if (kind === 'unsigned' || kind === 'badly_signed') assert.fail('no answer is signed');
      sim.faultAnswer(kind);
    },
    fired: (kind) => sim.fired.get(kind) ?? 0,
    unsignedAnswers: 'PayPal signs no answer: TLS alone says whose it is',
    rotate: () => sim.rotateKeys(),
    signedHeaders: [
      'paypal-transmission-id',
      'paypal-transmission-time',
      'paypal-transmission-sig',
      'paypal-cert-url',
      'paypal-auth-algo',
    ],
    rewritten: (body) => Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString('utf8')), null, 1)),
    staleAfterMs: 73 * 3_600_000,
  };
}

conformance('paypal', harness);

const ask = (paymentRef: string, channelTrade?: string) => ({ paymentRef, channelTrade, product: undefined });
const inquire = (h: Ours, ref: string, trade?: string): Promise<Answer> =>
  paypal.inquire(ask(ref, trade), h.account, h.keys, h.io);
const kinds = (answer: Answer): readonly string[] =>
  answer.outcome === 'answered' ? answer.observed.map((o) => o.kind) : [answer.outcome];
const first = (answer: Answer) => {
  assert.ok(answer.outcome === 'answered', inspect(answer));
  return answer.observed[0]!;
};
const refused = (answer: Answer): string | undefined => (answer.outcome === 'refused' ? answer.code : undefined);
const verify = (h: Ours, m: RawMessage, keys = h.keys, account = h.account) =>
  paypal.verify(m, account, keys, h.clock.now());
const reasonOf = (v: ReturnType<typeof verify>): string => (v.ok ? 'ok' : v.reason);

test('approved is no money: nothing is said to be paid before the capture', async () => {
  const h = await harness();
  h.sim.place('PP1', 1_999, { currency: 'USD', invoiceId: 'INV-1', customId: 'cart 7' });
  for (const status of ['CREATED', 'SAVED', 'PAYER_ACTION_REQUIRED', 'APPROVED', 'VOIDED'] as const) {
    Object.assign(h.sim.orders.get('PP1')!, { status });
    const said = first(await inquire(h, 'PP1'));
    assert.deepEqual([said.kind, said.said, said.amount?.minor], [ORDER_STATES[status], status, 1_999n]);
  }
  Object.assign(h.sim.orders.get('PP1')!, { status: 'COMPLETED' });
  assert.deepEqual(kinds(await inquire(h, 'PP1')), ['unknown'], 'completed, and nothing that was paid');
  Object.assign(h.sim.orders.get('PP1')!, { status: 'BRAND_NEW' });
  assert.deepEqual(kinds(await inquire(h, 'PP1')), ['unknown'], 'an unknown word is not guessed');
});

test('each word of a capture, with the reason that goes with it, and all the numbers that find it', async () => {
  const h = await harness();
  h.sim.place('PP2', 1_999, { currency: 'USD', invoiceId: 'INV-2', customId: 'cart 8' });
  await h.sim.pay('PP2', { pendingMs: 86_400_000, reason: 'ECHECK' });
  const waiting = first(await inquire(h, 'PP2'));
  assert.deepEqual([waiting.kind, waiting.said], ['processing', 'PENDING:ECHECK']);
  await h.clock.advance(86_400_000);
  const paidAt = h.clock.now();
  await h.clock.advance(60_000);
  const paid = first(await inquire(h, 'PP2'));
  const [capture] = h.sim.orders.get('PP2')!.captures;
  assert.ok(paid.occurredAt.equals(paidAt), 'when the eCheck cleared, not when it was promised');
  assert.deepEqual(paid.amount, { minor: 1_999n, currency: 'USD' });
  assert.deepEqual(paid.refs, [
    { kind: 'channel_trade', value: capture!.id },
    { kind: 'order', value: 'INV-2' },
    { kind: 'order', value: 'cart 8' },
  ]);
  for (const [status, kind] of Object.entries(CAPTURE_STATES)) {
    Object.assign(capture!, { status });
    assert.equal(first(await inquire(h, 'PP2')).kind, kind, status);
  }
  Object.assign(capture!, { status: 'DECLINED' });
  Object.assign(h.sim.orders.get('PP2')!, { status: 'APPROVED' });
  assert.equal(first(await inquire(h, 'PP2')).kind, 'unpaid', 'declined, and may be paid another way');
});

for (const [currency, minor, value] of [
  ['JPY', 1_500, '1500'],
  ['HUF', 150_000, '1500'],
  ['USD', 1_500, '15.00'],
] as const)
  test(`amounts of ${currency} as PayPal writes them, refunds too`, async () => {
    const h = await harness();
    h.sim.place('PP3', minor, { currency });
    await h.sim.pay('PP3');
    const answer = await inquire(h, 'PP3');
    assert.deepEqual(first(answer).amount, { minor: BigInt(minor), currency });
    assert.ok(answer.outcome === 'answered' && Buffer.from(answer.raw.body).includes(`"value":"${value}"`));
    const give = (refundRef: string, refundMinor: bigint) =>
      paypal.refund(
        { paymentRef: 'PP3', refundRef, refundMinor, totalMinor: BigInt(minor), currency, reason: 'sorry' },
        h.account,
        h.keys,
        h.io,
      );
    assert.deepEqual(kinds(await give('R1', 500n)), ['refund']);
    assert.equal(first(await inquire(h, 'PP3')).kind, 'captured');
    assert.equal(refused(await give('R2', BigInt(minor) + 1n)), 'BAD_AMOUNT');
    if (currency === 'HUF') assert.equal(refused(await give('R3', 50n)), 'BAD_AMOUNT', 'PayPal takes no fillér');
  });

test('silence after a refund: the same again finds it done, once; one from the console is another', async () => {
  const h = await harness();
  h.sim.place('PP5', 1_000, { currency: 'USD', customId: 'dzen' });
  await h.sim.pay('PP5');
  const [capture] = h.sim.orders.get('PP5')!.captures;
  const wanted = {
    paymentRef: 'PP5',
    refundRef: 'RF-1',
    refundMinor: 400n,
    totalMinor: 1_000n,
    currency: 'USD',
    reason: '',
  };
  const give = (over = {}) => paypal.refund({ ...wanted, ...over }, h.account, h.keys, h.io);
  for (const fault of ['silent_after', 'in_progress'] as const) {
    h.sim.faultAnswer(fault, 1, `captures/${capture!.id}`);
    const answer = await give(fault === 'in_progress' ? { refundRef: 'RF-0' } : {});
    assert.equal(answer.outcome, 'unknown', fault);
    assert.equal(h.sim.fired.get(fault), 1);
  }
  assert.deepEqual(first(await give()).refund, { ref: 'RF-1', state: 'succeeded' });
  assert.equal(capture!.refunds.length, 1);
  assert.equal((await give({ refundMinor: 300n })).outcome, 'unknown', 'the same number with another amount');
  const elsewhere = await h.sim.giveBack('PP5', 600);
  const all = await inquire(h, 'PP5');
  assert.ok(all.outcome === 'answered');
  assert.deepEqual(
    all.observed.map((o) => [o.kind, o.refund?.ref, o.amount?.minor]),
    [
      ['captured', undefined, 1_000n],
      ['refund', 'RF-1', 400n],
      ['refund', elsewhere.id, 600n],
    ],
  );
  const told = h.caught
    .filter((m) => typeOf(m) === 'PAYMENT.CAPTURE.REFUNDED')
    .flatMap((m) => paypal.read(m, h.account, h.keys));
  assert.deepEqual(
    told.map((o) => [o.paymentRef, o.refs[0], o.refund?.ref]),
    [
      [undefined, { kind: 'channel_trade', value: capture!.id }, 'RF-1'],
      [undefined, { kind: 'channel_trade', value: capture!.id }, elsewhere.id],
    ],
  );
  assert.equal(refused(await give({ refundRef: 'RF-2' })), 'UNPROCESSABLE_ENTITY:CAPTURE_FULLY_REFUNDED');
  const asked = (refundRef: string) => paypal.inquireRefund({ paymentRef: 'PP5', refundRef }, h.account, h.keys, h.io);
  assert.equal(first(await asked(elsewhere.id)).amount?.minor, 600n);
  const none = await asked('RF-9');
  assert.deepEqual([none.outcome, kinds(none)], ['answered', []]);
});

test('I8: sent again it is one refund: by the name of the request while the order lags, by the order once that name is forgotten', async () => {
  const h = await harness();
  h.sim.place('PPI8', 1_000, { currency: 'USD' });
  await h.sim.pay('PPI8');
  const [capture] = h.sim.orders.get('PPI8')!.captures;
  const wanted = {
    paymentRef: 'PPI8',
    refundRef: 'RF',
    refundMinor: 400n,
    totalMinor: 1_000n,
    currency: 'USD',
    reason: '',
  };
  let stale: Awaited<ReturnType<Io['http']>> | undefined;
  const lagging: Io = {
    ...h.io,
    async http(request) {
      if (!request.url.includes('/orders/')) return await h.io.http(request);
      stale ??= await h.io.http(request);
      return stale;
    },
  };
  for (let i = 0; i < 2; i += 1)
    assert.deepEqual(kinds(await paypal.refund(wanted, h.account, h.keys, lagging)), ['refund']);
  assert.equal(capture!.refunds.length, 1);
  await h.clock.advance(46 * 86_400_000);
  assert.deepEqual(kinds(await paypal.refund(wanted, h.account, h.keys, h.io)), ['refund']);
  assert.equal(capture!.refunds.length, 1);
});

test('what PayPal takes back is told as given back, a dispute is kept and says nothing', async () => {
  const h = await harness();
  h.sim.place('PP6', 1_000, { currency: 'USD' });
  await h.sim.pay('PP6');
  await h.sim.dispute('PP6');
  await h.sim.giveBack('PP6', 1_000, { by: 'paypal' });
  const heard = h.caught.map((m) => {
    assert.equal(reasonOf(verify(h, m)), 'ok');
    return [typeOf(m), ...paypal.read(m, h.account, h.keys).map((o) => `${o.kind} ${o.said}`)];
  });
  assert.deepEqual(heard, [
    ['CHECKOUT.ORDER.APPROVED', 'unpaid APPROVED'],
    ['PAYMENT.CAPTURE.COMPLETED', 'captured COMPLETED'],
    ['CUSTOMER.DISPUTE.CREATED'],
    ['PAYMENT.CAPTURE.REVERSED', 'refund REVERSED:COMPLETED'],
  ]);
});

test('an answer about something else, or of a withdrawn token, and what PayPal forgets', async () => {
  const h = await harness();
  h.sim.place('PP7', 100);
  await h.sim.pay('PP7');
  for (const fault of ['foreign', 'silent_after'] satisfies AnswerFault[]) {
    h.sim.faultAnswer(fault, 1, 'PP7');
    assert.equal((await inquire(h, 'PP7')).outcome, 'unknown', fault);
    assert.equal(h.sim.fired.get(fault), 1);
  }
  const tokens = h.sim.fired.get('/v1/oauth2/token');
  assert.deepEqual(kinds(await inquire(h, 'PP7')), ['captured']);
  assert.equal(h.sim.fired.get('/v1/oauth2/token'), tokens, 'one token for many calls');
  h.sim.faultAnswer('token_gone');
  assert.deepEqual(kinds(await inquire(h, 'PP7')), ['captured'], 'another token, and the question again');
  assert.equal(h.sim.fired.get('/v1/oauth2/token'), tokens! + 1);
  await h.clock.advance(9 * 3_600_000);
  assert.deepEqual(kinds(await inquire(h, 'PP7')), ['captured']);
  assert.equal(h.sim.fired.get('/v1/oauth2/token'), tokens! + 2, 'it had run out');
  h.sim.faultAnswer('not_there', 1, 'PP7');
  assert.deepEqual(kinds(await inquire(h, 'PP7')), ['not_found']);
  const [capture] = h.sim.orders.get('PP7')!.captures;
  h.sim.faultAnswer('not_there', 1, 'orders/PP7');
  assert.deepEqual(kinds(await inquire(h, 'PP7', capture!.id)), ['captured'], 'the capture is still there');
  h.sim.place('PP8', 100);
  await h.clock.advance(4 * 3_600_000);
  assert.deepEqual(kinds(await inquire(h, 'PP8')), ['not_found'], 'nobody paid it, and PayPal forgets');
  const other = await paypal.inquire(ask('PP7'), h.other, h.keys, h.io);
  assert.equal(other.outcome, 'unknown', 'an order that pays another merchant');
  assert.equal(refused(await inquire(h, 'SHOP-1')), 'NOT_AN_ORDER_ID');
});

test('without a token nothing is asked, and what stands in its way is told as it is', async () => {
  const h = await harness();
  h.sim.place('PPT', 100);
  const asked: string[] = [];
  const through = (status: number, body: string, headers = {}): Io => ({
    ...h.io,
    async http(request) {
      asked.push(new URL(request.url).pathname);
      return { status, headers, body: Buffer.from(body) };
    },
  });
  const token = (over: object) =>
    JSON.stringify({ access_token: 'T', token_type: 'Bearer', expires_in: 32_400, ...over });
  for (const [io, outcome] of [
    [through(500, '{"name":"INTERNAL_SERVER_ERROR","message":""}'), 'unknown'],
    [through(429, '{}', { 'retry-after': '7' }), 'limited'],
    [through(200, '<html>login</html>'), 'unknown'],
    [through(302, ''), 'unknown'],
    [through(403, '<html>blocked</html>'), 'unknown'],
    [through(401, '{"error":"invalid_client","error_description":"Client Authentication failed"}'), 'refused'],
    [through(200, token({ token_type: 'mac' })), 'unknown'],
    [through(200, token({ access_token: 'a\r\nb' })), 'unknown'],
    [through(200, token({ expires_in: -1 })), 'unknown'],
    [through(200, '{"access_token":"A","access_token":"B","token_type":"Bearer","expires_in":9}'), 'unknown'],
  ] as const) {
    const answer = await paypal.inquire(ask('PPT'), h.account, h.keys, io);
    assert.equal(answer.outcome, outcome);
    if (answer.outcome === 'limited') assert.equal(answer.retryAfterMs, 7_000);
  }
  assert.deepEqual(new Set(asked), new Set(['/v1/oauth2/token']));
  assert.deepEqual(kinds(await inquire(h, 'PPT')), ['unpaid'], 'and none of it is remembered');
});

test('many questions at once wait for one token', async () => {
  const h = await harness();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => inquire(h, `PPX${i}`)));
  assert.ok(answers.every((a) => kinds(a)[0] === 'not_found'));
  assert.equal(h.sim.fired.get('/v1/oauth2/token'), 1);
});

test('SSRF: nothing but a certificate of the account’s own API is ever asked for', async () => {
  const h = await harness();
  const asked: string[] = [];
  const io: Io = {
    ...h.io,
    http(request) {
      asked.push(request.url);
      return h.io.http(request);
    },
  };
  h.place('PP9', 100);
  const [genuine] = await h.notifications('PP9');
  const name = h.sim.signer().name;
  const live: Account = { ...h.account, baseUrl: paypal.defaultBaseUrl };
  const hostile = [
    `http://api.paypal.com/v1/notifications/certs/${name}`,
    `https://api.paypal.com.evil.example/v1/notifications/certs/${name}`,
    `https://evil.example/v1/notifications/certs/${name}`,
    `https://api.paypal.com@evil.example/v1/notifications/certs/${name}`,
    `https://evil.example#https://api.paypal.com/v1/notifications/certs/${name}`,
    `https://api.sandbox.paypal.com/v1/notifications/certs/${name}`,
    `https://www.paypal.com/v1/notifications/certs/${name}`,
    `https://api.paypal.com:8443/v1/notifications/certs/${name}`,
    `https://api.paypal.com/v1/notifications/certs/../../../${name}`,
    `https://api.paypal.com/v1/notifications/certs/${name}/../x`,
    `https://api.paypal.com/v1/notifications/certs/${name}?x=1`,
    `https://api.paypal.com/v1/notifications/certs/%2e%2e%2fCERT-1`,
    'https://169.254.169.254/v1/notifications/certs/CERT-1',
    'file:///v1/notifications/certs/CERT-1',
    `\nhttps://api.paypal.com/v1/notifications/certs/${name}`,
  ];
  for (const url of hostile) {
    const m = { ...genuine, headers: { ...genuine.headers, 'paypal-cert-url': url } };
    assert.equal(reasonOf(verify(h, m, h.secrets, live)), 'bad_signature', url);
    assert.deepEqual(await paypal.fetchKeys(live, h.secrets, io, url), [], url);
  }
  assert.deepEqual(await paypal.fetchKeys(live, h.secrets, io), [], 'no message names one');
  assert.deepEqual(asked, []);
  for (const host of ['api.paypal.com', 'api-m.paypal.com']) {
    const url = `https://${host}/v1/notifications/certs/CERT-1`;
    const named = verify(h, { ...genuine, headers: { ...genuine.headers, 'paypal-cert-url': url } }, h.secrets, live);
    assert.equal(!named.ok && named.reason === 'unknown_key' && named.key, url);
  }
});

test('what is served at the address must be PayPal’s certificate, of today, under the authority that is held', async () => {
  const h = await harness();
  const fetch = (pem: string, keys = h.secrets, now = h.clock.now(), baseUrl = h.account.baseUrl) => {
    const io: Io = {
      ...h.io,
      now: () => now,
      http: async () => ({ status: 200, headers: {}, body: Buffer.from(pem) }),
    };
    const account = { ...h.account, baseUrl };
    return paypal.fetchKeys(account, keys, io, `${baseUrl}/v1/notifications/certs/CERT-1`);
  };
  const { pem } = h.sim.signer();
  const [good] = await fetch(pem);
  assert.equal(good?.id, 'CERT-1');
  assert.ok(good?.notAfter !== undefined && Temporal.Instant.compare(good.notAfter, h.clock.now()) > 0);
  const strangers = authorityOf(h.clock.now());
  const [leaf, between] = pem.match(/-----BEGIN[^-]+-----[^-]+-----END CERTIFICATE-----\n/g)!;
  // Whoever holds a certificate under the same root, and signs another with it.
  const by = { name: NAME, key: h.sim.signer().privateKey };
  const times = { from: h.clock.now().subtract({ hours: 1 }), to: h.clock.now().add({ hours: 1 }) };
  const child = certificateFor(by.key, { name: NAME, serial: '1234', ...times }, by);
  const none: ReadonlyArray<readonly [string, Promise<readonly unknown[]>]> = [
    ['another authority', fetch(strangers.signer().pem)],
    ['another name', fetch(authorityOf(h.clock.now()).signer('www.paypal.com').pem)],
    ['no way up', fetch(leaf!)],
    ['signed by what is no authority', fetch(`${child}${leaf}${between}`)],
    ['the CA itself', fetch(between!)],
    ['not PEM', fetch('<html>login</html>')],
    ['nothing held, and no TLS', fetch(pem, [])],
    ['run out', fetch(pem, h.secrets, h.clock.now().add({ hours: 24 * 366 }))],
    ['not yet', fetch(pem, h.secrets, h.clock.now().subtract({ hours: 48 }))],
  ];
  for (const [what, fetched] of none) assert.deepEqual(await fetched, [], what);
  assert.equal((await fetch(leaf!, [], h.clock.now(), 'https://api.paypal.com')).length, 1, 'TLS says whose it is');
  const later = h.clock.now().add({ hours: 24 * 366 });
  assert.deepEqual(await fetch(leaf!, [], later, 'https://api.paypal.com'), []);
  assert.equal((await fetch(strangers.signer().pem, h.secrets, h.clock.now(), 'https://api.paypal.com')).length, 0);
});

test('another webhook’s id, another algorithm, a certificate that ran out, a time ahead', async () => {
  const h = await harness();
  h.place('PP10', 100);
  const [m] = await h.notifications('PP10');
  assert.equal(reasonOf(verify(h, m)), 'ok');
  const webhook = (...ids: string[]) => [
    ...h.keys.filter((k) => k.kind !== 'webhook_id'),
    ...ids.map((value) => ({ kind: 'webhook_id', id: value, value, notAfter: undefined })),
  ];
  assert.equal(reasonOf(verify(h, m, webhook())), 'bad_signature');
  assert.equal(reasonOf(verify(h, m, webhook('ANOTHER'))), 'bad_signature');
  assert.equal(reasonOf(verify(h, m, webhook('ANOTHER', h.sim.webhookId))), 'ok', 'while one is changed for another');
  const algorithm = { ...m, headers: { ...m.headers, 'paypal-auth-algo': 'SHA1withRSA' } };
  assert.equal(reasonOf(verify(h, algorithm)), 'bad_signature');
  const past = h.keys.map((k) =>
    k.kind === 'webhook_cert' ? { ...k, notAfter: h.clock.now().subtract({ hours: 1 }) } : k,
  );
  assert.equal(reasonOf(verify(h, m, past)), 'bad_signature');
  const early = h.clock.now().subtract({ seconds: 400 });
  assert.equal(reasonOf(paypal.verify(m, h.account, h.keys, early)), 'stale');
});

test('25 tries over three days, the last of them still fresh; each fault of a notification fires', async () => {
  const h = await harness();
  const deaf = await startEar({ status: 200, body: '' });
  ends.unshift(deaf.close);
  const sim = await startPayPalSim({ clock: h.clock, notifyUrl: () => deaf.url });
  ends.unshift(() => sim.close());
  deaf.accept(false);
  sim.place('PP12', 100);
  await sim.pay('PP12');
  const start = h.clock.now();
  await h.clock.advance(4 * 86_400_000);
  const tries = deaf.caught.filter((x) => typeOf(x) === 'PAYMENT.CAPTURE.COMPLETED');
  assert.equal(tries.length, 25);
  const { credentials, ...made } = accountFor(sim);
  const account = accountOf(made);
  const url = tries[0]!.headers['paypal-cert-url'];
  const keys = [...credentials, ...(await paypal.fetchKeys(account, credentials, h.io, url))];
  assert.equal(paypal.verify(tries[24]!, account, keys, start.add({ hours: 72 })).ok, true);
  deaf.accept(true);
  for (const fault of [
    'lost',
    'first_lost',
    'duplicated',
    { late: 1_000 },
    'reordered',
    'forged',
    'wrong_amount',
  ] as const) {
    const name = typeof fault === 'string' ? fault : 'late';
    deaf.caught.length = 0;
    const id = `PPF${name.replaceAll('_', '').toUpperCase()}`;
    sim.place(id, 100);
    sim.faultNotify(fault, 1, id);
    await sim.pay(id);
    await h.clock.advance(120_000);
    assert.equal(sim.fired.get(name), 1, name);
    const said = deaf.caught.filter((x) => typeOf(x) === 'PAYMENT.CAPTURE.COMPLETED');
    const verdicts = said.map((x) => reasonOf(paypal.verify(x, account, keys, h.clock.now())));
    const expected = { lost: [], duplicated: ['ok', 'ok', 'ok'], forged: ['bad_signature', 'ok'] }[name as 'lost'] ?? [
      'ok',
    ];
    assert.deepEqual(verdicts, expected, name);
    if (fault === 'wrong_amount') assert.equal(paypal.read(said[0]!, account, keys)[0]!.amount?.minor, 1n);
  }
});

test('the self-test tells a wrong secret from a right one, and a webhook that is not the application’s', async () => {
  const h = await harness();
  const failed = async (keys: Harness['keys']) =>
    (await paypal.selfTest(h.account, keys, h.io)).filter((c) => !c.ok).map((c) => c.name);
  assert.deepEqual(await failed(h.keys), []);
  const wrong = h.keys.map((k) => (k.kind === 'client_secret' ? { ...k, value: 'wrong' } : k));
  assert.deepEqual(await failed(wrong), ['inquiry', 'webhook_id']);
  assert.deepEqual(await failed(h.keys.filter((k) => k.kind !== 'client_secret')), ['inquiry', 'webhook_id']);
  const webhook = (value: string) => h.keys.map((k) => (k.kind === 'webhook_id' ? { ...k, value } : k));
  assert.deepEqual(await failed(webhook('ANOTHER')), ['webhook_id']);
  assert.deepEqual(await failed(webhook('../x')), ['webhook_id']);
  assert.deepEqual(await failed(h.keys.filter((k) => k.kind !== 'webhook_id')), ['webhook_id']);
});
