/**
 * Proof that adapter and simulator are not each other's echo. There is no Lakala SDK for Node, so the signing rules of its documents are
 * written down here once more, by themselves, with nothing but node:crypto; both sides are held against them, and against what they refuse.
 */
import assert from 'node:assert/strict';
import { createPublicKey, createSign, createVerify, generateKeyPairSync, X509Certificate } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type LakalaSim, startLakalaSim } from '../../sim/channels/lakala/server.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import type { Account, RawMessage } from '../../src/channels/channel.ts';
import { lakala } from '../../src/channels/lakala/channel.ts';
import { authorization, checkAnswer } from '../../src/channels/lakala/sign.ts';

// Request and answer: ${appid}\n${serial}\n${timestamp}\n${nonce}\n${body}\n. Notification: ${timestamp}\n${nonce}\n${body}\n.
const made = (text: string, pem: string): string => createSign('RSA-SHA256').update(text, 'utf8').sign(pem, 'base64');
const holds = (text: string, signature: string, pem: string): boolean =>
  createVerify('RSA-SHA256').update(text, 'utf8').verify(pem, signature, 'base64');
const pair = (): { secret: string; open: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { secret: privateKey, open: publicKey };
};
/** By splitting, not by the adapter's pattern. */
const fields = (header: string): Record<string, string> =>
  Object.fromEntries(
    header
      .slice('LKLAPI-SHA256withRSA'.length)
      .split(',')
      .map((part) => part.trim())
      .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 2, -1)]),
  );

type Caught = Readonly<{ headers: http.IncomingHttpHeaders; body: string }>;
const inbox: Caught[] = [];
let clock: SteppedClock;
let sim: LakalaSim;
let listener: http.Server;
let reply = { status: 200, body: '{"code":"SUCCESS","message":"执行成功"}' };

before(async () => {
  clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  listener = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      inbox.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
    });
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
  sim = await startLakalaSim({ clock, notifyUrl: () => url });
});
after(async () => {
  await sim.close();
  listener.close();
  listener.closeAllConnections();
});

const now = (): string => String(Math.floor(clock.now().epochMilliseconds / 1000));
const QUERY = '/api/v3/labs/query/tradequery';
const question = (ref: string): string =>
  `{"req_time":"20261120100000","version":"3.0","req_data":{"merchant_no":"${sim.who.merchantNo}","term_no":"${sim.who.termNo}","out_trade_no":"${ref}"}}`;
type Over = Readonly<{ appid?: string; serial?: string; at?: string; secret?: string; sent?: string }>;
/** Asks by the rules alone; `over` breaks one of them. */
async function ask(body: string, over: Over = {}): Promise<{ status: number; headers: Headers; text: string }> {
  const [appid, serial, at] = [over.appid ?? sim.appid, over.serial ?? sim.merchant.serial, over.at ?? now()];
  const nonce = 'aB3dE5gH7jK9';
  const signature = made(`${appid}\n${serial}\n${at}\n${nonce}\n${body}\n`, over.secret ?? sim.merchant.privatePem);
  const response = await fetch(`${sim.url}${QUERY}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `LKLAPI-SHA256withRSA appid="${appid}",serial_no="${serial}",timestamp="${at}",nonce_str="${nonce}",signature="${signature}"`,
    },
    body: over.sent ?? body,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('the simulator takes a request signed by the rules, and answers so', async () => {
  sim.place('SG1', 100);
  const { headers, text } = await ask(question('SG1'));
  const answer = JSON.parse(text);
  assert.deepEqual([answer.code, answer.resp_data.trade_state], ['BBS00000', 'CREATE']);
  const of = (name: string): string => headers.get(`lklapi-${name}`) ?? '';
  assert.equal(of('serial'), sim.platform().serial);
  const signed = `${of('appid')}\n${of('serial')}\n${of('timestamp')}\n${of('nonce')}\n`;
  const certificate = new X509Certificate(sim.platform().certificate);
  // X.509 prints the number without its leading zeros; Lakala's header has them.
  assert.equal(BigInt(`0x${certificate.serialNumber}`), BigInt(`0x${of('serial')}`));
  const pem = certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  assert.ok(holds(`${signed}${text}\n`, of('signature'), pem));
  assert.ok(!holds(`${signed}${text}`, of('signature'), pem), 'the last line feed is signed too');
  const notifyPem = createPublicKey(sim.notifier().certificate).export({ type: 'spki', format: 'pem' }).toString();
  assert.ok(!holds(`${signed}${text}\n`, of('signature'), notifyPem), 'answers and notifications have their own keys');
});

test('the simulator refuses what the rules refuse', async () => {
  sim.place('SG2', 100);
  const body = question('SG2');
  const late = String(Number(now()) - 301);
  const wrong: readonly Over[] = [
    { sent: body.replace('SG2', 'SG3') },
    { sent: `${body} ` },
    { secret: pair().secret },
    { serial: '00dfba8194c41b84cf' },
    { appid: 'OP00000000' },
    { at: late },
  ];
  for (const over of wrong) assert.equal((await ask(body, over)).status, 401, JSON.stringify(Object.keys(over)));
  assert.equal((await ask(body)).status, 200);
});

test('the adapter’s request header is what the rules give, byte for byte', () => {
  const { secret, open } = pair();
  const key = { kind: 'merchant_key', id: '00dfba8194c41b84cf', value: secret, notAfter: undefined };
  const at = Temporal.Instant.fromEpochMilliseconds(1_626_166_820_999);
  const body = '{"req_data":{"备注":"茶"}}';
  const header = authorization({ appid: 'OP00000003', body, nonce: '0123456789ab', now: at }, key);
  const text = `OP00000003\n00dfba8194c41b84cf\n1626166820\n0123456789ab\n${body}\n`;
  assert.equal(
    header,
    `LKLAPI-SHA256withRSA appid="OP00000003",serial_no="00dfba8194c41b84cf",timestamp="1626166820",nonce_str="0123456789ab",signature="${made(text, secret)}"`,
  );
  assert.ok(holds(text, fields(header).signature!, open));
});

test('the adapter takes an answer signed by the rules, and none that breaks one of them', () => {
  const { secret, open } = pair();
  const serial = '00dfba8194c41b84cf';
  const [at, body] = [clock.now(), '{"code":"BBS00000"}'];
  const text = `OP1\n${serial}\n${now()}\nn0nce\n${body}\n`;
  const headers = {
    'lklapi-appid': 'OP1',
    'lklapi-serial': serial,
    'lklapi-timestamp': now(),
    'lklapi-nonce': 'n0nce',
    'lklapi-signature': made(text, secret),
  };
  const check = (over: Record<string, string> = {}, content = body, id = serial, pem = open) =>
    checkAnswer(
      { headers: { ...headers, ...over }, body: Buffer.from(content) },
      'OP1',
      [{ kind: 'platform_key', id, value: pem, notAfter: undefined }],
      at,
    );
  assert.ok(check().ok);
  assert.ok(check({}, body, 'DFBA8194C41B84CF').ok, 'a serial number is a number');
  const reason = (it: ReturnType<typeof check>) => (it.ok ? 'ok' : it.reason);
  assert.equal(reason(check({}, '{"code":"BBS00001"}')), 'bad_signature');
  assert.equal(reason(check({ 'lklapi-nonce': 'other' })), 'bad_signature');
  assert.equal(reason(check({ 'lklapi-signature': '' })), 'bad_signature');
  assert.equal(reason(check({ 'lklapi-signature': `${headers['lklapi-signature']} ` })), 'bad_signature');
  assert.equal(reason(check({ 'lklapi-timestamp': String(Number(now()) - 301) })), 'stale');
  assert.equal(reason(check({}, body, 'ff')), 'unknown_key');
  assert.equal(reason(check({}, body, serial, pair().open)), 'bad_signature');
  const signedForAnother = made(text.replace('OP1', 'OP2'), secret);
  assert.equal(reason(check({ 'lklapi-appid': 'OP2', 'lklapi-signature': signedForAnother })), 'bad_signature');
});

test('the simulator’s notification holds by the rules, and by the notification certificate alone', async () => {
  inbox.length = 0;
  sim.place('SG4', 1_280);
  sim.faultNotify('duplicated', 1, 'SG4');
  await sim.pay('SG4');
  assert.equal(inbox.length, 3);
  const certificate = (pem: string) =>
    new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }).toString();
  for (const { headers, body } of inbox) {
    assert.equal(headers['lklapi-signature'], undefined);
    const it = fields(headers.authorization ?? '');
    assert.deepEqual(Object.keys(it), ['timestamp', 'nonce_str', 'signature']);
    const text = `${it.timestamp}\n${it.nonce_str}\n${body}\n`;
    assert.ok(holds(text, it.signature!, certificate(sim.notifier().certificate)));
    assert.ok(!holds(text, it.signature!, certificate(sim.platform().certificate)));
    assert.ok(!holds(text.replace('1280', '1281'), it.signature!, certificate(sim.notifier().certificate)));
  }
});

test('only code SUCCESS ends the ladder: 1, 5, 5, 10 s, 3, 10, 20, 30 min, 1, 2 h', async () => {
  inbox.length = 0;
  reply = { status: 200, body: '{"code":"FAIL"}' };
  sim.place('SG5', 100);
  await sim.pay('SG5');
  const gaps = [1, 5, 5, 10, 180, 600, 1_200, 1_800, 3_600, 7_200];
  for (const [i, gap] of gaps.entries()) {
    await clock.advance((gap - 1) * 1_000);
    assert.equal(inbox.length, i + 1, `not before ${gap} s`);
    await clock.advance(1_000);
    assert.equal(inbox.length, i + 2, `after ${gap} s`);
  }
  await clock.advance(86_400_000);
  assert.equal(inbox.length, gaps.length + 1);
  reply = { status: 200, body: '{"code":"SUCCESS","message":"执行成功"}' };
});

test('the adapter takes a notification in each spelling that senders use, and none that breaks a rule', () => {
  const { secret, open } = pair();
  const account: Account = {
    id: 'account',
    provider: 'lakala',
    merchantNo: '822290059430BCY',
    subMerchantNo: undefined,
    livemode: false,
    baseUrl: '',
    settings: {},
  };
  const keys = [{ kind: 'notify_key', id: '', value: open, notAfter: undefined }];
  const body = `{"merchant_no":"822290059430BCY","out_trade_no":"SG6","trade_no":"2026112066210003630077","log_no":"66210003630077","trade_status":"SUCCESS","total_amount":"30","payer_amount":"30","trade_time":"20261120100000"}`;
  const at = now();
  const signature = made(`${at}\nn0nce\n${body}\n`, secret);
  const verify = (header: string, content = body, held = keys) =>
    lakala.verify(
      { headers: { authorization: header }, body: Buffer.from(content) } as RawMessage,
      account,
      held,
      clock.now(),
    );
  const spelled = (gap: string, comma: string, tail = ''): string =>
    `LKLAPI-SHA256withRSA${gap}timestamp="${at}"${comma}nonce_str="n0nce"${comma}signature="${signature}"${tail}`;
  for (const header of [spelled(' ', ','), spelled('  ', ', '), spelled('', ' , '), spelled(' ', ',', ', ')])
    assert.ok(verify(header).ok, header);
  assert.ok(verify(`LKLAPI-SHA256withRSA signature="${signature}",nonce_str="n0nce",timestamp="${at}"`).ok);
  const good = spelled(' ', ',');
  const reason = (it: ReturnType<typeof verify>) => (it.ok ? 'ok' : it.reason);
  for (const header of [
    '',
    good.replace('SHA256withRSA', 'SM3withSM2'),
    good.replace('n0nce', 'n0ncf'),
    good.replace('="', '='),
    `${good},nonce_str="n0nce"`,
    `Basic ${good}`,
    good.replace(`,signature="${signature}"`, ''),
  ])
    assert.equal(reason(verify(header)), 'bad_signature', header);
  assert.equal(reason(verify(good, body.replace('"30"', '"31"'))), 'bad_signature');
  const platform = [{ kind: 'platform_key', id: '00', value: open, notAfter: undefined }];
  assert.equal(reason(verify(good, body, platform)), 'bad_signature', 'the platform certificate signs no notification');
  const twoHeld = [{ kind: 'notify_key', id: 'old', value: pair().open, notAfter: undefined }, ...keys];
  assert.ok(verify(good, body, twoHeld).ok, 'while certificates change, either may have signed');

  const resigned = (content: string): ReturnType<typeof verify> =>
    verify(
      `LKLAPI-SHA256withRSA timestamp="${at}",nonce_str="n",signature="${made(`${at}\nn\n${content}\n`, secret)}"`,
      content,
    );
  assert.equal(reason(resigned(body)), 'ok');
  assert.equal(
    reason(resigned(body.replace('"merchant_no":"822290059430BCY",', ''))),
    'unreadable',
    'it names no merchant',
  );
  assert.equal(reason(resigned(body.replace('822290059430BCY', '822290059430BBP'))), 'wrong_account');
  for (const [from, to] of [
    ['"total_amount":"30"', '"total_amount":"0.30"'],
    ['"total_amount":"30"', '"total_amount":"-30"'],
    ['"total_amount":"30"', '"total_amount":30.5'],
    ['"total_amount":"30",', ''],
    ['"SUCCESS"', '"SUCCEEDED"'],
  ] as const)
    assert.equal(reason(resigned(body.replace(from, to))), 'unreadable', to);
});
