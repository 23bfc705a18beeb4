/**
 * The judge is an SDK we did not write (`wechatpay-axios-plugin`): it checks the requests of our adapter with its own primitives, places
 * orders of every product and mode, reads the bill with its own reader, and refuses one flipped byte wherever it is.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { startWeChatPaySim, type WeChatPaySim } from '../../sim/channels/wechatpay/server.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import { clock as wall } from '../../src/base/clock.ts';
import type { Account, HttpRequest, RawMessage } from '../../src/channels/channel.ts';
import { wechatpay } from '../../src/channels/wechatpay/channel.ts';
import { samplePath, samplesPresent } from '../support/samples.ts';
import { type Facing, facing } from '../support/wechatpay.ts';

type Reply = { status: number; data: Record<string, unknown> };
type Call = { get(config?: object): Promise<Reply>; post(data?: object, config?: object): Promise<Reply> };
type Client = { chain(path: string): Call };
type Sdk = {
  Wechatpay: new (config: object) => Client;
  Rsa: {
    from(pem: string, type: 'public'): object;
    verify(message: string, signature: string, key: object | string): boolean;
  };
  Formatter: {
    joinedByLineFeed(...parts: Array<string | number>): string;
    castCsvBill(bill: Uint8Array): { rows: Array<Record<string, string>>; summary: Record<string, string> };
  };
};
const { Wechatpay, Rsa, Formatter } = createRequire(import.meta.url)('wechatpay-axios-plugin') as Sdk;

let on: Facing;
before(async () => {
  on = await facing();
});
after(() => on.close());

const PAIR = /(\w+)="([^"]*)"/g;
/** The SDK's words for what was signed, and whether it holds. */
function holds(request: HttpRequest, change: (text: string) => string = (text) => text): boolean {
  const [schema, pairs] = (request.headers.authorization ?? '').split(/ (.*)/s);
  assert.equal(schema, 'WECHATPAY2-SHA256-RSA2048');
  const it = Object.fromEntries([...pairs!.matchAll(PAIR)].map(([, name, value]) => [name, value])) as Record<
    'mchid' | 'serial_no' | 'nonce_str' | 'timestamp' | 'signature',
    string
  >;
  assert.deepEqual([it.mchid, it.serial_no], [on.account.merchantNo, on.sim.merchant.serial]);
  const url = new URL(request.url);
  const text = Formatter.joinedByLineFeed(
    request.method,
    `${url.pathname}${url.search}`,
    it.timestamp,
    it.nonce_str,
    request.body ?? '',
  );
  return Rsa.verify(change(text), it.signature, Rsa.from(on.sim.merchant.certificate, 'public'));
}

test('every request of our adapter is signed as the SDK checks it, and one byte off is noticed', async () => {
  const { account, shop, keys, io, sim } = on;
  // A number that has to be escaped: signed is what stands on the line.
  const ask = { paymentRef: 'J*1|a@b', channelTrade: undefined, product: undefined };
  const refund = {
    paymentRef: 'J1',
    refundRef: 'J1-R',
    refundMinor: 1n,
    totalMinor: 2n,
    currency: 'CNY',
    reason: '退货 🍵',
  };
  sim.place('J1', 2);
  await sim.pay('J1');
  await on.clock.advance(86_400_000);
  on.sent.length = 0;
  for (const as of [account, shop]) {
    await wechatpay.inquire(ask, as, keys, io);
    await wechatpay.close(ask, as, keys, io);
    await wechatpay.reverse(ask, as, keys, io);
    await wechatpay.refund(refund, as, keys, io);
    await wechatpay.inquireRefund({ paymentRef: 'J1', refundRef: 'J1-R' }, as, keys, io);
    await wechatpay.bill({ kind: 'fundflow', on: Temporal.PlainDate.from('2026-11-20') }, as, keys, io);
  }
  await wechatpay.fetchKeys(account, keys, io);
  const paths = new Set(on.sent.map((r) => new URL(r.url).pathname));
  assert.equal(paths.size, 11, [...paths].join());
  for (const request of on.sent) {
    assert.ok(holds(request), request.url);
    assert.ok(!holds(request, (text) => text.replace(/.$/s, ' ')), request.url);
    assert.ok(!holds(request, (text) => `${text}\n`), request.url);
  }
});

test('the SDK’s own reader takes the bill of the simulator', async () => {
  on.sim.place('J2', 1_280);
  await on.sim.pay('J2');
  await on.clock.advance(86_400_000);
  const bill = await wechatpay.bill(
    { kind: 'trade', on: Temporal.PlainDate.from('2026-11-21') },
    on.account,
    on.keys,
    on.io,
  );
  assert.ok(bill.outcome === 'fetched');
  const { rows, summary } = Formatter.castCsvBill(bill.bytes);
  const [row] = rows.filter((r) => r.商户订单号 === 'J2');
  assert.deepEqual([row?.订单金额, row?.交易状态, row?.手续费], ['12.80', 'SUCCESS', '0.07680']);
  assert.equal(summary.总交易单数, String(rows.length));
});

/** On the machine's clock, which is the SDK's. */
async function live(use: (sim: WeChatPaySim, client: (over?: object) => Client, clock: SteppedClock) => Promise<void>) {
  const clock = steppedClock(wall.now());
  const sim = await startWeChatPaySim({ clock });
  const client = (over: object = {}): Client =>
    new Wechatpay({
      mchid: sim.mchid,
      serial: sim.merchant.serial,
      privateKey: sim.merchant.privatePem,
      certs: { [sim.platform().id]: sim.platform().pem },
      baseURL: sim.url,
      ...over,
    });
  try {
    await use(sim, client, clock);
  } finally {
    await sim.close();
  }
}

test('every product, direct and for a shop; asked by either number', () =>
  live(async (sim, client) => {
    const PRODUCTS = {
      jsapi: 'prepay_id',
      native: 'code_url',
      app: 'prepay_id',
      h5: 'h5_url',
      codepay: 'out_trade_no',
    };
    for (const [product, given] of Object.entries(PRODUCTS))
      for (const place of ['', 'partner/']) {
        const ref = `P${product}${place.length}`;
        const who = place === '' ? { mchid: sim.mchid } : { sp_mchid: sim.mchid, sub_mchid: '1900000109' };
        const made = await client()
          .chain(`v3/pay/${place}transactions/${product}`)
          .post({ ...who, description: '茶', out_trade_no: ref, amount: { total: 100 } });
        assert.equal(typeof made.data[given], 'string', `${product} ${JSON.stringify(made.data)}`);
        await sim.pay(ref);
        const byOurs = await client().chain(`v3/pay/${place}transactions/out-trade-no/${ref}`).get({ params: who });
        const id = String(byOurs.data.transaction_id);
        assert.match(id, /^4200\d{24}$/);
        const byTheirs = await client().chain(`v3/pay/${place}transactions/id/${id}`).get({ params: who });
        assert.deepEqual(byTheirs.data, byOurs.data);
        assert.equal(byOurs.data[place === '' ? 'mchid' : 'sp_mchid'], sim.mchid);
      }
  }));

test('the SDK refuses an answer of which one byte was changed after signing', () =>
  live(async (sim, client) => {
    sim.place('T1', 100);
    const asked = () =>
      client()
        .chain('v3/pay/transactions/out-trade-no/T1')
        .get({ params: { mchid: sim.mchid } });
    assert.equal((await asked()).data.trade_state, 'NOTPAY');
    for (const [fault, reason] of [
      ['tampered', /Verify the response's data/],
      ['badly_signed', /Verify the response's data/],
      ['unsigned', /Headers incomplete/],
    ] as const) {
      sim.faultAnswer(fault);
      await assert.rejects(asked(), reason);
      assert.equal(sim.fired.get(fault), 1, fault);
    }
  }));

test('the SDK verifies with the public key as with the certificate, and after the keys have changed', () =>
  live(async (sim, client) => {
    sim.place('T2', 100);
    const asked = (certs: object) =>
      client({ certs })
        .chain('v3/pay/transactions/out-trade-no/T2')
        .get({ params: { mchid: sim.mchid } });
    const { id, pem } = sim.platform();
    await asked({ [id]: pem });
    sim.rotateKeys('public_key');
    await assert.rejects(asked({ [id]: pem }), /Cannot found the serial/);
    const fresh = sim.platform();
    assert.match(fresh.id, /^PUB_KEY_ID_\d+$/);
    await asked({ [id]: pem, [fresh.id]: fresh.pem });
  }));

test('a request that the SDK signed and something on the way changed is refused by the simulator', () =>
  live(async (sim, client) => {
    // A proxy that flips one byte of the body.
    const proxy = http.createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', async () => {
        const body = Buffer.concat(parts).toString('utf8').replace('100', '101');
        const headers = { authorization: String(request.headers.authorization), 'content-type': 'application/json' };
        const answer = await fetch(`${sim.url}${request.url}`, { method: 'POST', headers, body });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      });
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const order = { mchid: sim.mchid, description: '茶', out_trade_no: 'T3', amount: { total: 100 } };
    const through = client({ baseURL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    const refused = await through
      .chain('v3/pay/transactions/native')
      .post(order)
      .then(
        () => assert.fail('it was to be refused'),
        (error: { response?: { status: number; data: { code: string } } }) => error.response,
      );
    assert.deepEqual([refused?.status, refused?.data.code], [401, 'SIGN_ERROR']);
    assert.equal(sim.trades.has('T3'), false);
    proxy.close();
    proxy.closeAllConnections();
  }));

test('a notification that nobody here wrote goes through the whole adapter', {
  skip: samplesPresent() ? false : 'the folder of real samples is not beside this clone; the vector was not tested',
}, () => {
  const folder = 'wechat-merchant/gunsluo+wechatpay-go';
  const vector = JSON.parse(readFileSync(samplePath(`${folder}/notify-vector.json`), 'utf8')) as {
    apiV3Key: string;
    headers: Record<string, string>;
    rawBody: string;
  };
  const headers = Object.fromEntries(
    Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const message: RawMessage = { headers, body: Buffer.from(vector.rawBody) };
  const now = Temporal.Instant.fromEpochMilliseconds(Number(headers['wechatpay-timestamp']) * 1_000);
  const pem = readFileSync(samplePath(`${folder}/mock_cert.pem`), 'utf8');
  const keys = [
    { kind: 'platform_key', id: headers['wechatpay-serial']!, value: pem, notAfter: undefined },
    { kind: 'apiv3_key', id: '', value: vector.apiV3Key, notAfter: undefined },
  ];
  const account: Account = { ...on.account, merchantNo: '1601959334' };
  const verified = wechatpay.verify(message, account, keys, now);
  assert.equal(verified.ok && verified.key, 'b62e271c-3389-58a0-8146-4a704966e8f1');
  const [said] = wechatpay.read(message, account, keys);
  assert.deepEqual(said, {
    source: 'notification',
    key: 'b62e271c-3389-58a0-8146-4a704966e8f1',
    kind: 'captured',
    occurredAt: Temporal.Instant.from('2021-01-28T09:07:11Z'),
    paymentRef: 'S20210128170702357723',
    refs: [{ kind: 'channel_trade', value: '4200000925202101284997714292' }],
    amount: { minor: 1n, currency: 'CNY' },
    payerAmount: { minor: 1n, currency: 'CNY' },
    said: 'SUCCESS',
  });
  const other = wechatpay.verify(message, on.account, keys, now);
  assert.equal(!other.ok && other.reason, 'wrong_account');
  const late = wechatpay.verify(message, account, keys, now.add({ seconds: 301 }));
  assert.equal(!late.ok && late.reason, 'stale');
  for (let at = 0; at < message.body.length; at += 3) {
    const body = Buffer.from(message.body);
    body[at]! ^= 1;
    const flipped = wechatpay.verify({ ...message, body }, account, keys, now);
    assert.equal(!flipped.ok && flipped.reason, 'bad_signature', `byte ${at}`);
  }
});
