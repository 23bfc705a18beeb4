/** The HTTP API as its document tells it: each route knows its caller, its tenant and its side, and says what is wrong in one way. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openapiPage } from '../../scripts/openapi.ts';
import { makeKey, type Scope } from '../../src/api/auth.ts';
import { newId } from '../../src/base/ids.ts';
import { addTenant } from '../support/database.ts';
import { type Living, living, verdictOf } from '../support/living.ts';

let on: Living;
type Operation = Readonly<{ security?: readonly unknown[]; requestBody?: unknown }>;
let document: Readonly<{ paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }>;
before(async () => {
  document = JSON.parse(await openapiPage());
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

/** A body that each route with one would take. A new route must be entered here. */
const BODIES: Readonly<Record<string, (ref: string) => unknown>> = {
  'post /v1/orders': (ref) => ({ order_ref: ref, amount: { amount: '1.00', currency: 'CNY' } }),
  'patch /v1/orders/{id}': () => ({ state: 'paid' }),
  'post /v1/channels': (ref) => ({ provider: 'wechatpay', name: 'x', merchant_no: ref }),
  'patch /v1/channels/{id}': () => ({ name: 'y' }),
  'post /v1/webhook-endpoints': () => ({ url: 'https://example.com/' }),
  'post /v1/webhook-endpoints/{id}/replay': () => ({ after: '0' }),
  'post /v1/keys': () => ({ name: 'x', scopes: ['read'] }),
  'post /v1/links': () => ({}),
  'post /v1/replay': () => ({}),
};
type Route = Readonly<{ method: string; path: string; operation: Operation }>;
const routes = (): readonly Route[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
const isOpen = (r: Route): boolean => Array.isArray(r.operation.security) && r.operation.security.length === 0;
const isStream = (r: Route): boolean => r.path.endsWith('/stream');
function bodyOf(r: Route): unknown {
  if (r.operation.requestBody === undefined) return undefined;
  const make = BODIES[`${r.method} ${r.path}`];
  assert.ok(make, `${r.method} ${r.path}: enter a body for it in BODIES`);
  return make(`X${newId().slice(-12)}`);
}

test('no key: 401; a key without the scope: 403; both as problem documents', async () => {
  const none = await keyOf(on.test.tenantId, false, []);
  for (const r of routes()) {
    if (isOpen(r)) continue;
    const path = r.path.replace('{id}', newId()).replace('search', 'search?ref=x');
    const body = bodyOf(r);
    for (const [token, status] of [
      [undefined, 401],
      ['dz_test_nonsense', 401],
      [none, 403],
    ] as const) {
      const reply = await call(r.method.toUpperCase(), path, token, body);
      assert.equal(reply.status, status, `${r.method} ${path}: ${reply.text}`);
      assert.match(reply.headers.get('content-type') ?? '', /application\/problem\+json/);
      assert.match(JSON.parse(reply.text).code, /^api\./);
    }
  }
});

test('F48, I12: another tenant, and the other side, find nothing of ours under our own ids', async () => {
  const ref = 'TENANCY-1';
  on.sim.place(ref, 2_500);
  await on.call('POST', '/v1/orders', { order_ref: ref, amount: { amount: '25.00', currency: 'CNY' } });
  await on.sim.pay(ref);
  const payment = await verdictOf(on, ref, 'on_its_way');
  const items = async (path: string): Promise<ReadonlyArray<{ id: string }>> =>
    (await on.call<{ items: ReadonlyArray<{ id: string }> }>('GET', path)).body.items;
  const trace = await on.call<{ observations: ReadonlyArray<{ message_id?: string }> }>(
    'GET',
    `/v1/payments/${payment.id}/trace`,
  );
  const ours: Readonly<Record<string, string>> = {
    '/v1/orders/{id}': (await items(`/v1/orders?order_ref=${ref}`))[0]!.id,
    '/v1/orders/{id}/cancel': (await items(`/v1/orders?order_ref=${ref}`))[0]!.id,
    '/v1/payments/{id}': payment.id,
    '/v1/payments/{id}/trace': payment.id,
    '/v1/payments/{id}/inquire': payment.id,
    '/v1/messages/{id}/raw': trace.body.observations.find((o) => o.message_id !== undefined)!.message_id!,
    '/v1/channels/{id}': on.accountId,
    '/v1/channels/{id}/test': on.accountId,
    '/v1/channels/{id}/bills': on.accountId,
    '/v1/webhook-endpoints/{id}': (await items('/v1/webhook-endpoints'))[0]!.id,
    '/v1/webhook-endpoints/{id}/rotate': (await items('/v1/webhook-endpoints'))[0]!.id,
    '/v1/webhook-endpoints/{id}/replay': (await items('/v1/webhook-endpoints'))[0]!.id,
    '/v1/webhook-endpoints/{id}/deliveries': (await items('/v1/webhook-endpoints'))[0]!.id,
    '/v1/documents/{id}/raw': newId(),
    '/v1/keys/{id}': (await items('/v1/keys'))[0]!.id,
  };
  const other = await addTenant(on.test.book, 'another');
  const strangers = [await keyOf(other, false, ALL), await keyOf(on.test.tenantId, true, ALL)];
  for (const [i, token] of strangers.entries()) {
    for (const r of routes()) {
      if (isOpen(r) || isStream(r)) continue;
      const named = r.path.includes('{id}');
      // Keys are of the tenant, whichever side they open.
      if (i === 1 && r.path.startsWith('/v1/keys')) continue;
      if (named) assert.ok(r.path in ours, `${r.path}: enter one of our ids for it`);
      const path = r.path.replace('{id}', ours[r.path] ?? '').replace('/search', `/search?ref=${ref}`);
      if (!named && r.method !== 'get') continue;
      const reply = await call(r.method.toUpperCase(), path, token, bodyOf(r));
      if (named) assert.equal(reply.status, 404, `${r.method} ${path}: ${reply.text}`);
      else if ('items' in JSON.parse(reply.text) && r.path !== '/v1/keys')
        assert.deepEqual(JSON.parse(reply.text).items, [], path);
      assert.ok(!reply.text.includes(ref) && !reply.text.includes(payment.id), `${r.method} ${path}`);
    }
  }
  assert.equal((await on.call('GET', `/v1/payments/${payment.id}`)).status, 200, 'and we still do');
});

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
    [order('NaN'), 422],
    [order('0x10'), 422],
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
  const wrong = [
    on.notifyUrl.replace(/.{4}$/, 'AAAA'),
    on.notifyUrl.replace('/wechatpay/', '/alipay/'),
    on.notifyUrl.replace(/dz_notify_.*/, 'x'),
  ];
  const replies = await Promise.all(wrong.map(async (url) => await fetch(url, { method: 'POST', body: '{}' })));
  assert.deepEqual(
    await Promise.all(replies.map(async (r) => [r.status, (JSON.parse(await r.text()) as { code: string }).code])),
    wrong.map(() => [404, 'api.not_found']),
  );
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
