/**
 * Proof that the simulated WeChat Pay is not our own echo: an SDK we did not write (`wechatpay-axios-plugin`) signs, verifies, opens and
 * seals against it, and refuses what was changed by one byte.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startWeChatPaySim, type WeChatPaySim } from '../../sim/channels/wechatpay/server.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import { clock as wall } from '../../src/base/clock.ts';
import { readAll } from '../support/reading.ts';

type Sdk = {
  Wechatpay: new (config: object) => { chain(path: string): Call };
  Rsa: { sign(message: string, key: string): string; verify(message: string, signature: string, key: string): boolean };
  Formatter: {
    joinedByLineFeed(...parts: string[]): string;
    request(method: string, uri: string, timestamp: number, nonce: string, body?: string): string;
    response(timestamp: string, nonce: string, body: string): string;
  };
  Aes: { AesGcm: { decrypt(text: string, key: string, nonce: string, aad: string): string } };
};
type Reply = { status: number; data: Record<string, unknown>; headers: Record<string, string> };
type Call = {
  get(config?: object): Promise<Reply>;
  post(data?: object, config?: object): Promise<Reply>;
};
const { Wechatpay, Rsa, Formatter, Aes } = createRequire(import.meta.url)('wechatpay-axios-plugin') as Sdk;

type Notified = Readonly<{ headers: http.IncomingHttpHeaders; body: string }>;
const inbox: Notified[] = [];
let clock: SteppedClock;
let sim: WeChatPaySim;
let listener: http.Server;

before(async () => {
  // The SDK has the machine's clock; the simulator is stepped from there.
  clock = steppedClock(wall.now());
  listener = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      inbox.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const notifyUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
  sim = await startWeChatPaySim({ clock, notifyUrl: () => notifyUrl });
});
after(async () => {
  await sim.close();
  listener.close();
  listener.closeAllConnections();
});

const client = (over: object = {}): { chain(path: string): Call } =>
  new Wechatpay({
    mchid: sim.mchid,
    serial: sim.merchant.serial,
    privateKey: sim.merchant.privatePem,
    certs: { [sim.platform().id]: sim.platform().publicPem },
    baseURL: sim.url,
    ...over,
  });
const order = async (ref: string, total = 100): Promise<Reply> =>
  await client()
    .chain('v3/pay/transactions/native')
    .post({
      appid: sim.appid,
      mchid: sim.mchid,
      description: '茶饮',
      out_trade_no: ref,
      notify_url: 'https://example.com/notify',
      amount: { total, currency: 'CNY' },
    });
const failure = async (call: Promise<unknown>): Promise<{ status: number | undefined; code: unknown }> => {
  const error = await call.then(
    () => assert.fail('it was to be refused'),
    (e: { response?: { status: number; data: Record<string, unknown> } }) => e,
  );
  return { status: error.response?.status, code: error.response?.data?.code };
};

test('order, query, close', async () => {
  const made = await order('SDK001');
  assert.match(String(made.data.code_url), /^weixin:/);
  const path = 'v3/pay/transactions/out-trade-no/SDK001';
  const asked = await client()
    .chain(path)
    .get({ params: { mchid: sim.mchid } });
  assert.equal(asked.data.trade_state, 'NOTPAY');
  const closed = await client().chain(`${path}/close`).post({ mchid: sim.mchid });
  assert.equal(closed.status, 204);
  const after = await client()
    .chain(path)
    .get({ params: { mchid: sim.mchid } });
  assert.equal(after.data.trade_state, 'CLOSED');
});

test('pay, notification verified and opened by the SDK, refund, bill', async () => {
  sim.place('SDK002', 1_280);
  await sim.pay('SDK002');
  const { headers, body } = inbox.at(-1)!;
  const signed = Formatter.response(String(headers['wechatpay-timestamp']), String(headers['wechatpay-nonce']), body);
  assert.ok(Rsa.verify(signed, String(headers['wechatpay-signature']), sim.platform().publicPem));
  assert.ok(!Rsa.verify(`${signed} `, String(headers['wechatpay-signature']), sim.platform().publicPem));
  const { resource } = JSON.parse(body);
  const opened = JSON.parse(
    Aes.AesGcm.decrypt(resource.ciphertext, sim.apiv3Key, resource.nonce, resource.associated_data),
  );
  assert.equal(opened.out_trade_no, 'SDK002');
  assert.equal(opened.trade_state, 'SUCCESS');
  assert.equal(opened.amount.total, 1_280);
  assert.throws(() =>
    Aes.AesGcm.decrypt(resource.ciphertext, sim.apiv3Key, resource.nonce, `${resource.associated_data}x`),
  );

  const refund = {
    out_trade_no: 'SDK002',
    out_refund_no: 'R002',
    amount: { refund: 280, total: 1_280, currency: 'CNY' },
  };
  const given = await client().chain('v3/refund/domestic/refunds').post(refund);
  assert.equal(given.data.status, 'PROCESSING');
  assert.equal((await client().chain('v3/refund/domestic/refunds').post(refund)).data.refund_id, given.data.refund_id);
  await clock.advance(3_000);
  const asked = await client().chain('v3/refund/domestic/refunds/R002').get();
  assert.equal(asked.data.status, 'SUCCESS');

  const on = clock.now().toZonedDateTimeISO('Asia/Shanghai').toPlainDate();
  const early = await failure(
    client()
      .chain('v3/bill/tradebill')
      .get({ params: { bill_date: on.toString() } }),
  );
  assert.equal(early.code, 'STATEMENT_CREATING');
});

test('the bill of a day: fetched by the SDK, its SHA-1 holds, and the accountant’s reader takes it whole', async () => {
  const t = sim.place('SDK003', 1_280);
  const paidAt = clock.now().subtract({ hours: 48 });
  Object.assign(t, { state: 'SUCCESS', successAt: paidAt, transactionId: '4200000000202611250000000001' });
  const on = paidAt.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString();
  const where = await client()
    .chain('v3/bill/tradebill')
    .get({ params: { bill_date: on, tar_type: 'GZIP' } });
  const url = new URL(String(where.data.download_url));
  const file = await client()
    .chain('v3/billdownload/file')
    .get({
      params: { token: url.searchParams.get('token') },
      responseType: 'arraybuffer',
      // The file's bytes are not signed.
      transformResponse: [(data: Buffer) => data],
    });
  const bytes = gunzipSync(file.data as unknown as Buffer);
  assert.equal(createHash('sha1').update(bytes).digest('hex'), where.data.hash_value);
  const [read] = await readAll(bytes);
  assert.equal(read?.format, 'wechatpay-trade');
  assert.equal(read.lines.length, 1);
  assert.deepEqual(read.rejected, []);
});

test('the SDK refuses an answer changed by one byte, and a key that is not the platform’s', async () => {
  sim.place('SDK004', 100);
  const path = 'v3/pay/transactions/out-trade-no/SDK004';
  const params = { params: { mchid: sim.mchid } };
  await client().chain(path).get(params);
  sim.faultAnswer('badly_signed');
  await assert.rejects(client().chain(path).get(params));
  sim.faultAnswer('unsigned');
  await assert.rejects(client().chain(path).get(params));
  assert.equal(sim.fired.get('badly_signed'), 1);
  const other = await startWeChatPaySim({ clock });
  await assert.rejects(
    client({ certs: { [sim.platform().id]: other.platform().publicPem } })
      .chain(path)
      .get(params),
  );
  await other.close();
});

test('the simulator refuses a request changed on the way, another serial, and a clock that is off', async () => {
  sim.place('SDK005', 100);
  const path = 'v3/pay/transactions/out-trade-no/SDK005';
  const params = { params: { mchid: sim.mchid } };
  assert.deepEqual(
    await failure(
      client({ serial: '40'.repeat(20) })
        .chain(path)
        .get(params),
    ),
    { status: 401, code: 'SIGN_ERROR' },
  );
  const other = await startWeChatPaySim({ clock });
  assert.equal((await failure(client({ privateKey: other.merchant.privatePem }).chain(path).get(params))).status, 401);
  await other.close();
  await clock.advance(400_000);
  assert.equal((await failure(client().chain(path).get(params))).status, 401);
});
