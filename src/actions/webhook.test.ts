/** Standard Webhooks 1.0.0, verified by the library its authors publish, over real connections. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { clock } from '../base/clock.ts';
import { openOutbound } from '../base/outbound.ts';
import { newWebhookSecret, nextTry, type Sender, senderOf, signatures } from './webhook.ts';

type Got = Readonly<{ headers: Record<string, string>; body: Buffer }>;
const closing: Array<() => void> = [];
after(() => {
  for (const close of closing) close();
});

async function receiver(status: number | 'redirect' | 'break'): Promise<Readonly<{ url: string; got: Got[] }>> {
  const got: Got[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (p: Buffer) => parts.push(p));
    request.on('end', () => {
      got.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(parts) });
      if (status === 'break') request.socket.destroy();
      else if (status === 'redirect')
        response.writeHead(307, { location: `http://${request.headers.host}/again` }).end();
      else response.writeHead(status).end('thank you');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got };
}

const outbound = openOutbound(['127.0.0.1/32']);
closing.push(() => outbound.close());
const sender = senderOf(outbound, clock.now);
const BODY = JSON.stringify({ type: 'payment.unrecorded', data: { note: '到账 €' } });
const ID = '0193-event-1';

async function sent(secrets: readonly string[], by: Sender = sender): Promise<Got> {
  const to = await receiver(204);
  const { signed, ...outcome } = await by.event({ url: to.url, id: ID, secrets, body: BODY });
  assert.deepEqual(outcome, { outcome: 'acknowledged', status: 204, detail: '' });
  const got = to.got[0]!;
  // What is kept of the try is what the receiver got.
  assert.equal(got.headers['webhook-signature'], signed!.signature);
  assert.equal(got.headers['webhook-timestamp'], String(signed!.at.epochMilliseconds / 1_000));
  return got;
}

test('the reference library verifies what we send', async () => {
  const secret = newWebhookSecret();
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const { headers, body } = await sent([secret]);
  assert.equal(headers['webhook-id'], ID);
  assert.deepEqual(new Webhook(secret).verify(body.toString(), headers), JSON.parse(BODY));
});

test('it refuses another secret, body, id or time, and a try of six minutes ago', async () => {
  const secret = newWebhookSecret();
  const { headers, body } = await sent([secret]);
  const text = body.toString();
  const refused = (key: string, payload: string, more: Record<string, string>): void => {
    assert.throws(() => new Webhook(key).verify(payload, { ...headers, ...more }), /signature|timestamp/i);
  };
  refused(newWebhookSecret(), text, {});
  refused(secret, text.replace('unrecorded', 'received'), {});
  refused(secret, text, { 'webhook-id': '0193-event-2' });
  refused(secret, text, { 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) });
  refused(secret, text, { 'webhook-signature': headers['webhook-signature']!.replace('v1,', 'v2,') });
  const old = await sent(
    [secret],
    senderOf(outbound, () => clock.now().subtract({ minutes: 6 })),
  );
  assert.throws(() => new Webhook(secret).verify(text, old.headers), /timestamp too old/i);
});

test('while a secret is changed, the holder of either verifies', async () => {
  const [fresh, old] = [newWebhookSecret(), newWebhookSecret()];
  const { headers, body } = await sent([fresh, old]);
  for (const secret of [fresh, old]) new Webhook(secret).verify(body.toString(), headers);
  assert.throws(() => new Webhook(newWebhookSecret()).verify(body.toString(), headers));
});

test('the signature of the specification’s own example', () => {
  const signed = signatures('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}', [
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ]);
  assert.equal(signed, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('F25: what an answer means', async () => {
  const outcome = async (status: number | 'redirect' | 'break'): Promise<string> => {
    const to = await receiver(status);
    const { outcome } = await sender.event({ url: to.url, id: ID, secrets: [newWebhookSecret()], body: BODY });
    assert.equal(to.got.length, 1, 'asked once, whatever it answered');
    return outcome;
  };
  for (const status of [200, 202, 204, 299]) assert.equal(await outcome(status), 'acknowledged', String(status));
  for (const status of ['redirect', 'break', 304, 400, 404, 429, 500, 503] as const)
    assert.equal(await outcome(status), 'failed', String(status));
  assert.equal(await outcome(410), 'gone');
});

test('an address inside fails without a call, and says why', async () => {
  const to = await receiver(200);
  const guarded = openOutbound();
  closing.push(() => guarded.close());
  const result = await senderOf(guarded, clock.now).event({ url: to.url, id: ID, secrets: [], body: BODY });
  assert.equal(result.outcome, 'failed');
  assert.match(result.detail, /outbound\.refused.*127\.0\.0\.1/);
  assert.deepEqual(to.got, []);
});

test('a relayed notification keeps its bytes and its signature headers; what belongs to the connection stays behind', async () => {
  const to = await receiver(200);
  const body = Buffer.from('{ "resource" : "\\u5230" }\n');
  const headers = {
    'wechatpay-signature': 'abc==',
    'content-type': 'application/json; charset=utf-8',
    host: 'ours.example',
    'content-length': '999',
    connection: 'close',
    cookie: 'session=1',
    'x-forwarded-for': '10.0.0.1',
  };
  assert.equal((await sender.relay({ url: to.url, headers, body })).outcome, 'acknowledged');
  const [got] = to.got;
  assert.deepEqual(got!.body, body);
  assert.equal(got!.headers['wechatpay-signature'], 'abc==');
  assert.equal(got!.headers['content-length'], String(body.length));
  for (const name of ['cookie', 'x-forwarded-for']) assert.equal(got!.headers[name], undefined);
  assert.notEqual(got!.headers.host, 'ours.example');
});

test('an Authorization that is the channel’s signature goes on, one that opens something stays behind', async () => {
  const to = await receiver(200);
  const body = Buffer.from('{}');
  const signed = 'LKLAPI-SHA256withRSA timestamp="1",nonce_str="n",signature="abc=="';
  for (const authorization of [signed, 'Bearer secret', 'Basic dTpw', 'LKLAPI-SHA256withRSA'])
    assert.equal((await sender.relay({ url: to.url, headers: { authorization }, body })).outcome, 'acknowledged');
  assert.deepEqual(
    to.got.map((got) => got.headers.authorization),
    [signed, undefined, undefined, undefined],
  );
});

test('ten tries over 75 hours, each later than the one before', () => {
  const waits = Array.from({ length: 9 }, (_, i) => nextTry(i + 1, 0.5)!);
  const hours = waits.reduce((a, b) => a + b) / 3_600_000;
  assert.ok(hours > 74 && hours < 76, `${hours} h`);
  assert.deepEqual(
    waits,
    waits.toSorted((a, b) => a - b),
  );
  assert.equal(nextTry(10, 0.5), undefined);
  for (const [i, wait] of waits.entries()) {
    assert.ok(Math.abs(nextTry(i + 1, 0)! - wait * 0.9) < 2);
    assert.ok(Math.abs(nextTry(i + 1, 0.999)! - wait * 1.1) < wait * 0.001);
  }
});
