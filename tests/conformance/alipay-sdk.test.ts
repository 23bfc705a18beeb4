/**
 * Proof that the simulated Alipay is not our own echo: the official SDK (`alipay-sdk`, `validateSign: true`) signs, verifies and reads
 * against it in both key modes, and refuses what was changed by one byte.
 */
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { AlipaySdk } from 'alipay-sdk';
import { type AlipaySim, type Mode, startAlipaySim } from '../../sim/channels/alipay/server.ts';
import { listen } from '../../sim/channels/listen.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import { serialsOf } from '../../src/channels/alipay/sign.ts';
import { type Ear, readFileOf, startEar } from './surroundings.ts';

let clock: SteppedClock;
let ear: Ear;
const sims = new Map<Mode, AlipaySim>();
before(async () => {
  clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  ear = await startEar({ status: 200, body: 'success' });
  for (const mode of ['public_key', 'certificate'] as const)
    sims.set(mode, await startAlipaySim({ clock, mode, notifyUrl: () => ear.url }));
});
after(async () => {
  for (const sim of sims.values()) await sim.close();
  ear.close();
});

const simOf = (mode: Mode): AlipaySim => sims.get(mode)!;
function sdkOf(sim: AlipaySim, over: Readonly<Record<string, string>> = {}): AlipaySdk {
  const keys =
    sim.mode === 'public_key'
      ? { alipayPublicKey: sim.platform.publicText }
      : {
          appCertContent: sim.app.certificate,
          alipayPublicCertContent: sim.platform.certificate,
          alipayRootCertContent: sim.root.certificate,
        };
  return new AlipaySdk({
    appId: sim.appId,
    privateKey: sim.app.privatePem,
    keyType: 'PKCS8',
    gateway: `${sim.url}/gateway.do`,
    ...keys,
    ...over,
  });
}
const exec = (sdk: AlipaySdk, method: string, bizContent: Readonly<Record<string, string>>) =>
  sdk.exec(method, { bizContent }, { validateSign: true });
const formOf = (body: Uint8Array): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(Buffer.from(body).toString('utf8')));

for (const mode of ['public_key', 'certificate'] as const) {
  test(`${mode}: order, query, close, pay, refund, cancel`, async () => {
    const sim = simOf(mode);
    const sdk = sdkOf(sim);
    const made = await exec(sdk, 'alipay.trade.precreate', {
      out_trade_no: 'S1',
      total_amount: '12.80',
      subject: '茶饮',
    });
    assert.match(String(made.qrCode), /^https:\/\/qr\.alipay\.com\//);
    const before = await exec(sdk, 'alipay.trade.query', { out_trade_no: 'S1' });
    assert.deepEqual([before.code, before.subCode], ['40004', 'ACQ.TRADE_NOT_EXIST']);
    sim.scan('S1');
    assert.equal((await exec(sdk, 'alipay.trade.query', { out_trade_no: 'S1' })).tradeStatus, 'WAIT_BUYER_PAY');
    assert.equal((await exec(sdk, 'alipay.trade.close', { out_trade_no: 'S1' })).code, '10000');
    assert.equal((await exec(sdk, 'alipay.trade.query', { out_trade_no: 'S1' })).tradeStatus, 'TRADE_CLOSED');

    const order = { out_trade_no: 'S2', total_amount: '12.80', subject: '茶饮', auth_code: '280000000000000000' };
    assert.equal((await exec(sdk, 'alipay.trade.pay', order)).code, '10003');
    await sim.pay('S2');
    const paid = await exec(sdk, 'alipay.trade.query', { out_trade_no: 'S2' });
    assert.deepEqual([paid.tradeStatus, paid.totalAmount], ['TRADE_SUCCESS', '12.80']);
    const refund = { out_trade_no: 'S2', refund_amount: '2.80', out_request_no: 'S2-R' };
    assert.equal((await exec(sdk, 'alipay.trade.refund', refund)).fundChange, 'Y');
    assert.equal((await exec(sdk, 'alipay.trade.refund', refund)).fundChange, 'N');
    const asked = { out_trade_no: 'S2', out_request_no: 'S2-R' };
    const told = await exec(sdk, 'alipay.trade.fastpay.refund.query', asked);
    assert.deepEqual([told.refundStatus, told.refundAmount], ['REFUND_SUCCESS', '2.80']);
    assert.equal((await exec(sdk, 'alipay.trade.cancel', { out_trade_no: 'S2' })).action, 'refund');
    assert.equal((await exec(sdk, 'alipay.trade.query', { out_trade_no: 'S2' })).tradeStatus, 'TRADE_CLOSED');
  });

  test(`${mode}: notifications verify by the SDK; one changed byte does not`, async () => {
    const sim = simOf(mode);
    const sdk = sdkOf(sim);
    ear.caught.length = 0;
    sim.place('S3', 1_280);
    await sim.pay('S3');
    const form = formOf(ear.caught[0]!.body);
    assert.deepEqual([form.out_trade_no, form.trade_status, form.seller_id], ['S3', 'TRADE_SUCCESS', sim.pid]);
    assert.equal(sdk.checkNotifySignV2(form), true);
    for (const name of Object.keys(form).filter((n) => n !== 'sign_type')) {
      const value = form[name]!;
      const changed = `${value.slice(0, 2)}${value[2] === '0' ? '1' : '0'}${value.slice(3)}`;
      assert.equal(sdk.checkNotifySignV2({ ...form, [name]: changed }), false, name);
    }
    const blanks = { ...form, subject: form.subject!.replace('+', ' ') };
    assert.equal(sdk.checkNotifySignV2(blanks), false);
    ear.caught.length = 0;
    sim.place('S4', 100);
    sim.faultNotify('forged', 1, 'S4');
    await sim.pay('S4');
    assert.deepEqual(
      ear.caught.map((m) => sdk.checkNotifySignV2(formOf(m.body))),
      [false, true],
    );
  });

  test(`${mode}: the SDK refuses an answer changed by one byte, unsigned, or signed by another key`, async () => {
    const sim = simOf(mode);
    sim.place('S5', 100);
    sim.scan('S5');
    const query = (sdk: AlipaySdk) => exec(sdk, 'alipay.trade.query', { out_trade_no: 'S5' });
    assert.equal((await query(sdkOf(sim))).code, '10000');
    for (const fault of ['badly_signed', 'unsigned'] as const) {
      sim.faultAnswer(fault);
      await assert.rejects(query(sdkOf(sim)), fault);
      assert.equal(sim.fired.get(fault), 1);
    }
    // Something on the way that changes an amount or a signature.
    for (const [from, to] of [
      ['"total_amount":"1.00"', '"total_amount":"9.00"'],
      [/"sign":"(.)/, '"sign":"_'],
    ] as const) {
      const proxy = await changing(sim, (text) => text.replace(from, to));
      await assert.rejects(query(sdkOf(sim, { gateway: `${proxy.url}/gateway.do` })), /验签失败/);
      await proxy.close();
    }
    const honest = await changing(sim, (text) => text);
    assert.equal((await query(sdkOf(sim, { gateway: `${honest.url}/gateway.do` }))).code, '10000');
    await honest.close();
    const stranger = simOf(mode === 'public_key' ? 'certificate' : 'public_key');
    const key =
      mode === 'public_key'
        ? { alipayPublicKey: stranger.platform.publicText }
        : { alipayPublicCertContent: stranger.platform.certificate };
    await assert.rejects(query(sdkOf(sim, key)), /验签失败/);
  });

  test(`${mode}: the simulator refuses another key and another application`, async () => {
    const sim = simOf(mode);
    const stranger = simOf(mode === 'public_key' ? 'certificate' : 'public_key');
    const query = (over: Readonly<Record<string, string>>) =>
      exec(sdkOf(sim, over), 'alipay.trade.query', { out_trade_no: 'S5' });
    assert.equal((await query({ privateKey: stranger.app.privatePem })).subCode, 'isv.invalid-signature');
    // To an application that it does not know it signs nothing, which the SDK does not take.
    await assert.rejects(query({ appId: '2021000000000000' }));
    const unsigned = await sdkOf(sim, { appId: '2021000000000000' }).exec('alipay.trade.query', {});
    assert.equal(unsigned.subCode, 'isv.invalid-app-id');
    if (mode === 'certificate')
      assert.equal((await query({ appCertContent: stranger.app.certificate })).subCode, 'isv.invalid-app-cert-sn');
  });
}

test('our serial numbers of certificates are those of the SDK, which the gateway compares', () => {
  const sim = simOf('certificate');
  const { config } = sdkOf(sim);
  assert.equal(serialsOf(sim.app.certificate), config.appCertSn);
  assert.equal(serialsOf(`${sim.root.certificate}\n${sim.app.certificate}`).split('_').length, 2);
  assert.equal(serialsOf(sim.root.certificate), config.alipayRootCertSn);
});

test('the bill of a day: asked for by the SDK, its link lives for 30 s, and the accountant’s reader takes it whole', async () => {
  const sim = simOf('public_key');
  const sdk = sdkOf(sim);
  const paidAt = clock.now();
  const on = paidAt.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString();
  sim.place('S6', 1_280);
  await sim.pay('S6');
  const url = 'alipay.data.dataservice.bill.downloadurl.query';
  const early = await exec(sdk, url, { bill_type: 'trade', bill_date: on });
  assert.equal(early.subCode, 'isp.bill_not_exist');
  await clock.advance(86_400_000);
  const where = await exec(sdk, url, { bill_type: 'trade', bill_date: on });
  const file = Buffer.from(await (await fetch(String(where.billDownloadUrl))).arrayBuffer());
  const found = await readFileOf('bill.zip', file);
  const detail = found.find((f) => f.format === 'alipay-trade')!;
  assert.ok(detail.lines.length >= 1);
  assert.deepEqual(detail.rejected, []);
  await clock.advance(31_000);
  assert.match(await (await fetch(String(where.billDownloadUrl))).text(), /^<html>/);
});

/** Stands between, and changes what the gateway answers. */
const changing = (sim: AlipaySim, change: (text: string) => string) =>
  listen(0, (request, body, response) => {
    const onward = http.request(
      `${sim.url}${request.url}`,
      { method: 'POST', headers: { 'content-type': request.headers['content-type'] ?? '' } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => response.end(change(Buffer.concat(parts).toString('utf8'))));
      },
    );
    onward.end(body);
  });
