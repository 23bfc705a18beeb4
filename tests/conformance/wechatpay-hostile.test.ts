/**
 * What WeChat Pay would never write, signed well all the same: bytes that mean two things, amounts that are none, errors in every dress.
 * The signature makes a message the channel's; it does not make it sensible (F16, F20, F24, F38, I7).
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { sealed, signed } from '../../sim/channels/wechatpay/wire.ts';
import type { Account, Answer, HttpAnswer, Io, RawMessage } from '../../src/channels/channel.ts';
import { wechatpay } from '../../src/channels/wechatpay/channel.ts';
import { type Facing, facing } from '../support/wechatpay.ts';

let on: Facing;
before(async () => {
  on = await facing();
});
after(() => on.close());

const lower = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const transaction = (more: object = {}): string =>
  JSON.stringify({
    mchid: on.account.merchantNo,
    out_trade_no: 'T1',
    transaction_id: '4200000000202611200000000001',
    trade_state: 'SUCCESS',
    success_time: '2026-11-20T10:00:00+08:00',
    amount: { total: 1234, payer_total: 1234, currency: 'CNY' },
    ...more,
  });
const total = (digits: string): string => transaction().replace('"total":1234', `"total":${digits}`);

/** A notification as the channel would send it, of whatever text. */
function notification(text: string, envelope: (body: string) => string = (body) => body): RawMessage {
  const resource = { original_type: 'transaction', ...sealed(text, on.sim.apiv3Key, 'transaction') };
  const body = envelope(
    JSON.stringify({
      id: 'EV-1',
      create_time: '2026-11-20T10:00:00+08:00',
      resource_type: 'encrypt-resource',
      event_type: 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      resource,
    }),
  );
  return { headers: lower(signed(body, on.sim.platform(), on.clock.now())), body: Buffer.from(body) };
}
/** Verified and read; or why not. */
function heard(message: RawMessage, account: Account = on.account): string {
  const verified = wechatpay.verify(message, account, on.keys, on.clock.now());
  if (!verified.ok) return verified.reason;
  try {
    return wechatpay
      .read(message, account, on.keys)
      .map((o) => `${o.kind} ${o.amount?.minor}`)
      .join();
  } catch {
    return 'unreadable';
  }
}

test('the notification these tests spoil is a good one', () => {
  assert.equal(heard(notification(transaction())), 'captured 1234');
});

test('F20: a name that stands twice, `__proto__`, depth, bytes that are no UTF-8: unreadable', () => {
  const twice = transaction().replace('"trade_state":"SUCCESS"', '"trade_state":"NOTPAY","trade_state":"SUCCESS"');
  assert.equal(heard(notification(twice)), 'unreadable');
  const inherited = '{"__proto__":'.concat(transaction(), '}');
  assert.equal(heard(notification(inherited)), 'unreadable');
  assert.equal(heard(notification(transaction().replace('1234', '['.repeat(10_000)))), 'unreadable');
  assert.equal(
    heard(notification(transaction(), (body) => body.replace('"id":"EV-1"', '"id":"EV-0","id":"EV-1"'))),
    'unreadable',
  );
  for (const nonsense of ['', 'null', '[]', '"x"', '<xml/>'])
    assert.notEqual(heard(notification(nonsense)).slice(0, 8), 'captured', nonsense);
});

test('F38: an amount that is no plain number of fen is unreadable, never guessed', () => {
  for (const digits of ['-1', '1234.0', '1234.5', '1e3', '9007199254740993', '1e21', '"1234"', 'null', 'true', '{}'])
    assert.equal(heard(notification(total(digits))), 'unreadable', digits);
  assert.equal(heard(notification(total('99999999999999'))), 'unreadable', 'more than anybody pays');
  assert.equal(heard(notification(total('0'))), 'captured 0');
});

test('a currency without fen, an unknown state, a success without a number: unreadable', () => {
  for (const more of [
    { amount: { total: 1, currency: 'JPY' } },
    { amount: { total: 1, currency: 'XXQ' } },
    { trade_state: 'PAID' },
    { trade_state: 'toString' },
    { transaction_id: undefined },
    { amount: undefined },
    { success_time: '2026-11-20 10:00:00' },
  ])
    assert.equal(heard(notification(transaction(more))), 'unreadable', inspect(more));
});

test('whose it is: another merchant, another shop of the same provider, a provider’s seen as direct', () => {
  const shops = { mchid: undefined, sp_mchid: on.account.merchantNo, sub_mchid: '1900000109' };
  assert.equal(heard(notification(transaction(shops)), on.shop), 'captured 1234');
  assert.equal(heard(notification(transaction(shops)), { ...on.shop, subMerchantNo: '1900000110' }), 'wrong_account');
  assert.equal(heard(notification(transaction(shops))), 'wrong_account');
  assert.equal(heard(notification(transaction()), on.shop), 'wrong_account');
  assert.equal(heard(notification(transaction({ mchid: '1900000002' }))), 'wrong_account');
});

test('F16: each signed header that changes is refused for the right reason', () => {
  const genuine = notification(transaction());
  const at = (header: string, value: string): string =>
    heard({ ...genuine, headers: { ...genuine.headers, [header]: value } });
  const seconds = Number(genuine.headers['wechatpay-timestamp']);
  const signature = genuine.headers['wechatpay-signature']!;
  assert.equal(at('wechatpay-timestamp', String(seconds + 1)), 'bad_signature');
  assert.equal(at('wechatpay-timestamp', String(seconds - 301)), 'stale');
  assert.equal(at('wechatpay-timestamp', String(seconds + 302)), 'stale');
  assert.equal(at('wechatpay-timestamp', `${seconds}.0`), 'bad_signature');
  assert.equal(at('wechatpay-nonce', 'other'), 'bad_signature');
  assert.equal(at('wechatpay-serial', `${genuine.headers['wechatpay-serial']}0`), 'unknown_key');
  assert.equal(at('wechatpay-signature-type', 'WECHATPAY2-SM2-WITH-SM3'), 'bad_signature');
  assert.equal(at('wechatpay-signature', `WECHATPAY/SIGNTEST/${signature}`), 'probe');
  // Other spellings of the same bytes: a signature has one.
  for (const other of [`${signature} `, `${signature}=`, signature.replace(/=+$/, ''), `-${signature.slice(1)}`])
    assert.equal(at('wechatpay-signature', other), 'bad_signature', other.slice(-6));
});

test('a key that cannot be read, or is of another kind, is an unknown key and no crash', () => {
  const message = notification(transaction());
  for (const value of ['', 'not a key', on.sim.apiv3Key]) {
    const keys = on.keys.map((k) => (k.kind === 'platform_key' ? { ...k, value } : k));
    const verified = wechatpay.verify(message, on.account, keys, on.clock.now());
    assert.equal(!verified.ok && verified.reason, 'unknown_key');
  }
});

test('sealed with another APIv3 key: unreadable', () => {
  const keys = on.keys.map((k) => (k.kind === 'apiv3_key' ? { ...k, value: 'x'.repeat(32) } : k));
  const verified = wechatpay.verify(notification(transaction()), on.account, keys, on.clock.now());
  assert.equal(!verified.ok && verified.reason, 'unreadable');
});

/** Asks about T1 and hears exactly these bytes. */
async function asked(status: number, body: string, sign: boolean): Promise<Answer> {
  const headers = sign ? lower(signed(body, on.sim.platform(), on.clock.now())) : {};
  const answer: HttpAnswer = { status, headers, body: Buffer.from(body) };
  const io: Io = { ...on.io, http: async () => answer };
  return await wechatpay.inquire(
    { paymentRef: 'T1', channelTrade: undefined, product: undefined },
    on.account,
    on.keys,
    io,
  );
}
const word = (answer: Answer): string =>
  answer.outcome === 'answered' ? answer.observed.map((o) => o.kind).join() : answer.outcome;

test('I7, F24: what each answer is worth', async () => {
  const error = (code: string): string => JSON.stringify({ code, message: 'x' });
  const twice = transaction().replace('"SUCCESS"', '"NOTPAY","trade_state":"SUCCESS"');
  const table: ReadonlyArray<readonly [status: number, body: string, sign: boolean, worth: string]> = [
    [200, transaction(), true, 'captured'],
    [200, transaction({ trade_state: 'REFUND' }), true, 'captured'],
    [200, transaction(), false, 'unknown'],
    [200, twice, true, 'unknown'],
    [200, total('1234.0'), true, 'unknown'],
    [200, transaction({ out_trade_no: 'T2' }), true, 'unknown'],
    [200, transaction({ mchid: '1900000002' }), true, 'unknown'],
    [200, '<html></html>', true, 'unknown'],
    [200, error('ORDER_NOT_EXIST'), true, 'unknown'],
    [204, '', true, 'unknown'],
    [302, '', true, 'unknown'],
    [404, error('ORDER_NOT_EXIST'), true, 'not_found'],
    // Something on the way, or a wrong address: not a word about this payment.
    [404, '<html>404</html>', false, 'unknown'],
    [404, error('RESOURCE_NOT_EXISTS'), true, 'refused'],
    [429, '', false, 'limited'],
    [429, error('FREQUENCY_LIMITED'), true, 'limited'],
    [400, error('FREQUENCY_LIMITED'), true, 'limited'],
    [500, error('SYSTEM_ERROR'), true, 'unknown'],
    [400, error('SYSTEM_ERROR'), true, 'unknown'],
    [502, '<html>bad gateway</html>', false, 'unknown'],
    [500, error('ORDER_NOT_EXIST'), true, 'unknown'],
    [401, error('SIGN_ERROR'), false, 'refused'],
    [403, error('NO_AUTH'), true, 'refused'],
    [400, error('PARAM_ERROR'), true, 'refused'],
    [400, error('constructor'), true, 'refused'],
    [400, error('SOMETHING_NEW'), true, 'refused'],
  ];
  for (const [status, body, sign, worth] of table)
    assert.equal(word(await asked(status, body, sign)), worth, `${status} ${sign ? 'signed' : 'unsigned'} ${body}`);
});

test('a refusal says what to do about it, in both languages', async () => {
  const answer = await asked(401, JSON.stringify({ code: 'SIGN_ERROR', message: '签名错误' }), false);
  assert.ok(answer.outcome === 'refused');
  assert.equal(answer.code, 'SIGN_ERROR');
  assert.match(answer.detail, /签名错误 — .*private key.* \/ .*私钥/);
});

test('an inquiry is named by what it says: another amount is another name, a later time is not', async () => {
  const name = async (more: object): Promise<string> => {
    const answer = await asked(200, transaction(more), true);
    assert.ok(answer.outcome === 'answered');
    return answer.observed[0]!.key;
  };
  const first = await name({});
  await on.clock.advance(60_000);
  assert.equal(await name({ trade_state_desc: '支付成功', attach: 'x' }), first);
  const others = [
    { amount: { total: 1235, payer_total: 1234, currency: 'CNY' } },
    { amount: { total: 1234, payer_total: 1000, currency: 'CNY' } },
    { trade_state: 'REFUND' },
  ];
  const names = await Promise.all(others.map(name));
  assert.equal(new Set([first, ...names]).size, 4);
});

test('F27, F29: a bill that is cut, is a bomb, or is not the one that was announced, is no bill', async () => {
  const text = Buffer.from('\ufeff交易时间,公众账号ID\r\n'.repeat(500));
  const packed = gzipSync(text);
  const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
  const bomb = Buffer.alloc(4 * 1024 * 1024);
  const told = {
    hash_type: 'SHA1',
    hash_value: sha1(text),
    download_url: `${on.sim.url}/v3/billdownload/file?token=1`,
  };
  const fetched = async (file: Uint8Array, more: object = {}): Promise<string> => {
    const first = JSON.stringify({ ...told, ...more });
    let calls = 0;
    const io: Io = {
      ...on.io,
      http: async () =>
        calls++ === 0
          ? {
              status: 200,
              headers: lower(signed(first, on.sim.platform(), on.clock.now())),
              body: Buffer.from(first),
            }
          : { status: 200, headers: {}, body: file },
    };
    const wanted = { kind: 'trade', on: Temporal.PlainDate.from('2026-11-20') };
    const answer = await wechatpay.bill(wanted, on.account, on.keys, io);
    return answer.outcome === 'fetched' ? 'fetched' : 'detail' in answer ? answer.detail : answer.outcome;
  };
  assert.equal(await fetched(packed), 'fetched');
  assert.equal(await fetched(text), 'fetched');
  assert.equal(await fetched(packed, { hash_value: sha1(text).toUpperCase() }), 'fetched');
  for (const share of [0.1, 0.6, 0.99])
    assert.match(await fetched(packed.subarray(0, Math.floor(packed.length * share))), /cannot be unpacked/);
  assert.match(await fetched(text.subarray(0, -1)), /SHA-1 differs/);
  assert.match(await fetched(gzipSync(bomb), { hash_value: sha1(bomb) }), /cannot be unpacked/);
  assert.match(await fetched(packed, { hash_value: sha1(packed) }), /SHA-1 differs/);
  assert.match(await fetched(packed, { hash_type: 'MD5' }), /names no bill/);
  assert.match(await fetched(packed, { hash_value: '' }), /names no bill/);
  assert.match(await fetched(packed, { download_url: 'https://example.com/v3/other?token=1' }), /lies elsewhere/);
});
