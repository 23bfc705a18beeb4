/** Our WeChat Pay adapter: the suite of every channel, service-provider mode, and a vector nobody here wrote. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { accountFor, startWeChatPaySim, type WeChatPaySim } from '../../sim/channels/wechatpay/server.ts';
import { steppedClock } from '../../sim/clock.ts';
import type { RawMessage } from '../../src/channels/channel.ts';
import { wechatpay } from '../../src/channels/wechatpay/channel.ts';
import { check, unseal } from '../../src/channels/wechatpay/sign.ts';
import { conformance, type Harness } from './suite.ts';
import { accountOf, closeOutbound, ioOf, startEar } from './surroundings.ts';

const ends: Array<() => unknown> = [];
after(async () => {
  for (const end of ends) await end();
});

ends.push(closeOutbound);

async function harness(mode: 'certificate' | 'public_key'): Promise<Harness & { sim: WeChatPaySim }> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const ear = await startEar({ status: 204, body: '' });
  const sim = await startWeChatPaySim({ clock, mode, notifyUrl: () => ear.url });
  ends.push(() => sim.close(), ear.close);
  const made = accountFor(sim);
  const account = accountOf(made);
  const { caught } = ear;
  return {
    channel: wechatpay,
    sim,
    clock,
    account,
    keys: made.credentials,
    io: ioOf(clock),
    other: { ...account, merchantNo: '1900000002' },
    place: (ref, minor) => void sim.place(ref, minor),
    open() {},
    words: { placed: 'unpaid', underway: 'processing' },
    pay: (ref) => sim.pay(ref),
    payAfter: (ref, ms) => sim.pay(ref, { processingMs: ms }),
    fail: (ref) => sim.failPayment(ref),
    async notifications(ref) {
      ear.accept(false);
      caught.length = 0;
      await sim.pay(ref);
      ear.accept(true);
      await clock.advance(16_000);
      // Others may be sent again at the same time: an event has its own name.
      const idOf = (m: RawMessage): string => JSON.parse(Buffer.from(m.body).toString('utf8')).id;
      const mine = caught.filter((m) => idOf(m) === idOf(caught[0]!));
      return [mine[0]!, mine[1]!];
    },
    async probe(ref) {
      caught.length = 0;
      sim.faultNotify('probe', 1, ref);
      await sim.pay(ref);
      return caught[0]!;
    },
    fault: (kind) => sim.faultAnswer(kind),
    fired: (kind) => sim.fired.get(kind) ?? 0,
    rotate: () => sim.rotateKeys('certificate'),
    rewritten: (body) => Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString('utf8')), null, 1)),
    staleAfterMs: 300_000,
    signedHeaders: ['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-signature', 'wechatpay-serial'],
  };
}

conformance('wechatpay', () => harness('certificate'));
conformance('wechatpay, public key', async () => {
  const h = await harness('public_key');
  // A merchant of the public-key mode has no certificates to fetch.
  return {
    ...h,
    channel: {
      ...h.channel,
      capabilities: {
        ...h.channel.capabilities,
        keys: { en: 'the public key is entered by hand', zh: '公钥由人工录入' },
      },
    },
  };
});

test('not there, then there: the answer of the moment is told, and nothing more', async () => {
  const h = await harness('certificate');
  h.place('WX1', 100);
  await h.pay('WX1');
  h.sim.faultAnswer('not_there');
  const ask = { paymentRef: 'WX1', channelTrade: undefined, product: undefined };
  const first = await wechatpay.inquire(ask, h.account, h.keys, h.io);
  assert.equal(first.outcome === 'answered' && first.observed[0]?.kind, 'not_found');
  const second = await wechatpay.inquire(ask, h.account, h.keys, h.io);
  assert.equal(second.outcome === 'answered' && second.observed[0]?.kind, 'captured');
});

test('a bill is fetched whole with its SHA-1; not ready and empty are told apart', async () => {
  const h = await harness('certificate');
  h.place('WX2', 1_280);
  await h.pay('WX2');
  const on = Temporal.PlainDate.from('2026-11-20');
  const bill = (day: Temporal.PlainDate) => wechatpay.bill({ kind: 'trade', on: day }, h.account, h.keys, h.io);
  assert.equal((await bill(on)).outcome, 'not_ready');
  await h.clock.advance(86_400_000);
  const fetched = await bill(on);
  assert.ok(fetched.outcome === 'fetched', JSON.stringify(fetched));
  assert.match(Buffer.from(fetched.bytes).toString('utf8'), /WX2/);
  assert.equal((await bill(on.subtract({ days: 3 }))).outcome, 'empty');
});

test('the self-test tells a wrong key from a right one', async () => {
  const h = await harness('certificate');
  assert.ok((await wechatpay.selfTest(h.account, h.keys, h.io)).every((c) => c.ok));
  const wrong = h.keys.map((k) => (k.kind === 'apiv3_key' ? { ...k, value: 'short' } : k));
  const failed = (await wechatpay.selfTest(h.account, wrong, h.io)).filter((c) => !c.ok).map((c) => c.name);
  assert.ok(failed.includes('apiv3_key') && failed.includes('certificates'), failed.join());
});

const SAMPLES = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'shared',
  'samples',
  'wechat-merchant',
  'gunsluo+wechatpay-go',
);
test('a notification that nobody here wrote verifies and opens', {
  skip: existsSync(SAMPLES) ? false : 'no ../shared',
}, () => {
  const vector = JSON.parse(readFileSync(join(SAMPLES, 'notify-vector.json'), 'utf8')) as {
    apiV3Key: string;
    headers: Record<string, string>;
    rawBody: string;
  };
  const headers = Object.fromEntries(
    Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const message: RawMessage = { headers, body: Buffer.from(vector.rawBody) };
  const at = Temporal.Instant.fromEpochMilliseconds(Number(headers['wechatpay-timestamp']) * 1000);
  const pem = readFileSync(join(SAMPLES, 'mock_cert.pem'), 'utf8');
  const keys = [{ kind: 'platform_key', id: headers['wechatpay-serial']!, value: pem, notAfter: undefined }];
  assert.deepEqual(check(message, keys, at), { ok: true, at });
  const changed = Buffer.from(message.body);
  changed[10]! ^= 1;
  assert.equal(check({ ...message, body: changed }, keys, at).ok, false);
  const { resource } = JSON.parse(vector.rawBody);
  assert.equal(JSON.parse(unseal(resource, vector.apiV3Key)).trade_state, 'SUCCESS');
});
