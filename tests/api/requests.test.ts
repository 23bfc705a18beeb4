/** How the HTTP API takes what it is given: the same twice, what cannot be read, what is forged. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeKey, type Scope } from '../../src/api/auth.ts';
import { newId } from '../../src/base/ids.ts';
import { addTenant } from '../support/database.ts';
import { type Living, living, verdictOf } from '../support/living.ts';

let on: Living;
before(async () => {
  on = await living();
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Reply = Readonly<{ status: number; text: string; headers: Headers }>;
async function call(
  method: string,
  path: string,
  token: string | undefined,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${on.served.url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
const keyOf = async (tenantId: string, livemode: boolean, scopes: readonly Scope[]): Promise<string> =>
  (await on.test.book.tenant(tenantId, (tx) => makeKey(tx, { name: 'k', livemode, scopes }))).token;
const ALL: readonly Scope[] = ['read', 'orders', 'act', 'admin'];

test('F44: an idempotency key: fifty at once have one effect, another body is refused, another tenant is another', async () => {
  const body = { order_ref: 'IDEM-1', amount: { amount: '3.00', currency: 'CNY' } };
  const key = await keyOf(on.test.tenantId, false, ALL);
  const all = await Promise.all(
    Array.from({ length: 50 }, () => call('POST', '/v1/orders', key, body, { 'idempotency-key': 'K1' })),
  );
  assert.deepEqual(
    [...new Set(all.map((r) => r.status))].filter((s) => s !== 201 && s !== 409),
    [],
  );
  const made = new Set(all.filter((r) => r.status === 201).map((r) => JSON.parse(r.text).id));
  assert.equal(made.size, 1);
  const replayed = await call('POST', '/v1/orders', key, body, { 'idempotency-key': 'K1' });
  assert.equal(replayed.status, 201);
  assert.equal(replayed.headers.get('idempotency-replayed'), 'true');
  const changed = await call(
    'POST',
    '/v1/orders',
    key,
    { ...body, amount: { amount: '4.00', currency: 'CNY' } },
    { 'idempotency-key': 'K1' },
  );
  assert.equal(changed.status, 422);
  const other = await addTenant(on.test.book, 'another');
  const elsewhere = await call('POST', '/v1/orders', await keyOf(other, false, ALL), body, { 'idempotency-key': 'K1' });
  assert.equal(JSON.parse(elsewhere.text).code, 'account.needed', 'it is not the first tenant’s answer');
});

test('F20, F38: what cannot be read is refused, named, and changes nothing', async () => {
  const key = await keyOf(on.test.tenantId, false, ALL);
  const order = (amount: string): object => ({ order_ref: 'BAD-1', amount: { amount, currency: 'CNY' } });
  for (const [body, status] of [
    ['{"order_ref":', 400],
    ['{"order_ref":"x","__proto__":{"a":1},"amount":{"amount":"1","currency":"CNY"}}', 400],
    [`${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400],
    [`{"order_ref":"${'x'.repeat(1_100_000)}"}`, 413],
    [{ ...order('1.00'), more: 1 }, 400],
    [order('1.005'), 422],
    [order('NaN'), 400],
    [order('0x10'), 400],
    [{ order_ref: 'BAD-1', amount: { amount: '1', currency: 'XYZ' } }, 422],
    [{ order_ref: 'BAD-1', amount: { amount: 1, currency: 'CNY' } }, 400],
  ] as const) {
    const reply = await call('POST', '/v1/orders', key, body);
    assert.equal(reply.status, status, `${JSON.stringify(body).slice(0, 80)}: ${reply.text.slice(0, 200)}`);
    assert.match(reply.headers.get('content-type') ?? '', /problem\+json/);
  }
  assert.deepEqual(JSON.parse((await call('GET', '/v1/orders?order_ref=BAD-1', key)).text).items, []);
  const zh = await call('GET', `/v1/orders/${newId()}`, key, undefined, { 'accept-language': 'zh-CN,zh;q=0.9' });
  assert.deepEqual(
    [zh.status, JSON.parse(zh.text).code, JSON.parse(zh.text).title],
    [404, 'api.not_found', '找不到该内容'],
  );
});

test('F16: a forged notification, a probe, a wrong address and a wrong channel are refused, and nothing comes of them', async () => {
  const ref = 'FORGED-1';
  on.sim.place(ref, 900);
  on.sim.faultNotify('forged', 1, ref);
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  on.sim.place('PROBE-1', 900);
  on.sim.faultNotify('probe', 1, 'PROBE-1');
  await on.sim.pay('PROBE-1');
  assert.ok((on.sim.fired.get('forged') ?? 0) >= 1 && (on.sim.fired.get('probe') ?? 0) >= 1, 'the faults did not fire');
  const rejected = await on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.rows<{ reason: string; times: bigint }>(
      'select reason, sum(times)::bigint as times from rejected_messages where tenant_id = $1 group by reason order by reason',
      [tx.tenantId],
    ),
  );
  assert.deepEqual(rejected, [
    { reason: 'bad_signature', times: 1n },
    { reason: 'probe', times: 1n },
  ]);
  // A wrong address, an address of another channel, and none: one answer, in the channel's own words.
  const wrong = [
    on.notifyUrl.replace(/.{4}$/, 'AAAA'),
    on.notifyUrl.replace('/wechatpay/', '/alipay/'),
    on.notifyUrl.replace(/dz_notify_.*/, 'x'),
  ];
  const replies = await Promise.all(wrong.map((url) => fetch(url, { method: 'POST', body: '{}' })));
  for (const reply of replies) assert.equal(reply.status, 401);
  assert.equal(await replies[0]!.text(), await replies[2]!.text());
  const nowhere = on.notifyUrl.replace('/wechatpay/', '/nobody/');
  assert.equal((await fetch(nowhere, { method: 'POST', body: '{}' })).status, 404);
});

test('a revoked key is out at once', async () => {
  const made = JSON.parse(
    (await call('POST', '/v1/keys', await keyOf(on.test.tenantId, false, ALL), { name: 'gone', scopes: ['read'] }))
      .text,
  );
  assert.equal((await call('GET', '/v1/orders', made.key)).status, 200);
  assert.equal((await on.call('DELETE', `/v1/keys/${made.id}`)).status, 204);
  assert.equal((await call('GET', '/v1/orders', made.key)).status, 401);
});
