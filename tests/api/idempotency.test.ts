/** F44: the same request again, at once or later, has one effect; and a key means nothing outside its tenant and side. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { newId } from '../../src/base/ids.ts';
import { addTenant } from '../support/database.ts';
import { ALL_SCOPES, callAs, type Living, living, until } from '../support/living.ts';

let on: Living;
let owner: pg.Client;
before(async () => {
  on = await living({ webhook: false });
  owner = new pg.Client({ connectionString: on.test.ownerUrl });
  await owner.connect();
});
after(async () => {
  await owner.end();
  await on.close();
});

type Order = Readonly<{ id: string; code?: string }>;
let made = 0;
const body = (amount = '1.00'): Record<string, unknown> => {
  made += 1;
  return { order_ref: `I${made}`, amount: { amount, currency: 'CNY' } };
};
const place = (order: object, key: string, call = on.call) =>
  call<Order>('POST', '/v1/orders', order, { 'idempotency-key': key });
/** In the tenant's own transaction: row-level security holds for the owner too. */
const count = async (sql: string, params: readonly unknown[]): Promise<number> =>
  (await on.test.book.tenant(on.test.tenantId, (tx) => tx.one<{ n: number }>(sql, params))).n;
const set = (sql: string, params: readonly unknown[]): Promise<number> =>
  on.test.book.tenant(on.test.tenantId, (tx) => tx.run(sql, params));
const ordersOf = (ref: unknown): Promise<number> =>
  count('select count(*)::int as n from orders where ref = $1', [ref]);

test('the same fifty times at once: one effect, each answer the first one’s or “under way”, none of ours broken', async () => {
  const order = body();
  const key = newId();
  const answers = await Promise.all(Array.from({ length: 50 }, () => place(order, key)));
  const of = (status: number) => answers.filter((a) => a.status === status);
  assert.equal(of(201).length + of(409).length, 50, JSON.stringify(answers.map((a) => a.status)));
  assert.ok(of(201).length >= 1);
  assert.equal(new Set(of(201).map((a) => JSON.stringify(a.body))).size, 1);
  assert.equal(of(201).filter((a) => a.headers.get('idempotency-replayed') === null).length, 1);
  for (const a of of(409)) assert.equal(a.body.code, 'api.key_in_flight');
  assert.equal(await ordersOf(order.order_ref), 1);
  const events = await count(
    `select count(*)::int as n from observations o join payments p on p.id = o.payment_id where p.ref = $1 and o.kind = 'order_placed'`,
    [order.order_ref],
  );
  assert.equal(events, 1);
  const again = await place(order, key);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.match(again.headers.get('content-type') ?? '', /^application\/json/);
  assert.deepEqual(again.body, of(201)[0]!.body);
});

test('without a key the order’s own number does the same: one order', async () => {
  const order = body();
  const answers = await Promise.all(Array.from({ length: 20 }, () => on.call<Order>('POST', '/v1/orders', order)));
  assert.deepEqual([...new Set(answers.map((a) => a.status))].sort(), [200, 201]);
  assert.equal(new Set(answers.map((a) => a.body.id)).size, 1);
});

test('another body, or another route, under the key is 422', async () => {
  const order = body();
  const key = newId();
  const first = await place(order, key);
  assert.equal(first.status, 201);
  const other = await place({ ...order, amount: { amount: '2.00', currency: 'CNY' } }, key);
  assert.equal(other.status, 422);
  assert.equal(other.body.code, 'api.key_reused');
  const route = await on.call('POST', `/v1/orders/${first.body.id}/cancel`, undefined, { 'idempotency-key': key });
  assert.equal(route.status, 422);
});

test('the same key of another tenant, and of the other side, is another key', async () => {
  const order = body();
  const key = newId();
  await place(order, key);
  for (const whose of [{ tenantId: await addTenant(on.test.book, 'another shop') }, { livemode: true }]) {
    const call = await callAs(on, { ...whose, scopes: ALL_SCOPES });
    const theirs = await place(order, key, call);
    // It is asked anew: there is no channel account on that side.
    assert.equal(theirs.status, 422);
    assert.equal(theirs.body.code, 'account.needed');
    assert.equal(theirs.headers.get('idempotency-replayed'), null);
  }
});

test('a refusal is kept as it was said, as the problem it is', async () => {
  const key = newId();
  const wrong = body('1.005');
  const first = await place(wrong, key);
  const again = await place(wrong, key);
  assert.equal(first.status, 422);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.match(again.headers.get('content-type') ?? '', /^application\/problem\+json/);
});

test('a 5xx is not kept: the same request goes through afterwards', async () => {
  const order = body();
  const key = newId();
  await owner.query('alter table book.orders rename to orders_away');
  try {
    const broken = await place(order, key);
    assert.equal(broken.status, 500);
  } finally {
    await owner.query('alter table book.orders_away rename to orders');
  }
  const after = await place(order, key);
  assert.equal(after.status, 201, JSON.stringify(after.body));
  assert.equal(after.headers.get('idempotency-replayed'), null);
  assert.ok(on.errors.length > 0, 'what broke was told');
});

test('while the first is under way the second is 409; a first whose process died is over after a minute', async () => {
  const order = body();
  const key = newId();
  const holder = new pg.Client({ connectionString: on.test.ownerUrl });
  await holder.connect();
  await holder.query('begin; lock table book.orders in exclusive mode');
  const first = place(order, key);
  try {
    const inFlight = (): Promise<number> =>
      count(`select count(*)::int as n from idempotency_keys where key like '%' || $1 and state = 'in_flight'`, [key]);
    await until('the first to be under way', async () => (await inFlight()) === 1, 3_000);
    const second = await place(order, key);
    assert.equal(second.status, 409);
    assert.equal(second.body.code, 'api.key_in_flight');
  } finally {
    await holder.end();
  }
  assert.equal((await first).status, 201);

  const dead = newId();
  await place(body(), dead);
  await set(
    `update idempotency_keys set state = 'in_flight', status = null, body = null, created_at = now() - interval '61 seconds' where key like '%' || $1`,
    [dead],
  );
  assert.equal((await place(body(), dead)).status, 201);
});

test('after a day the key is free', async () => {
  const key = newId();
  await place(body(), key);
  await set(`update idempotency_keys set created_at = now() - interval '24 hours 1 second' where key like '%' || $1`, [
    key,
  ]);
  const fresh = await place(body(), key);
  assert.equal(fresh.status, 201);
  assert.equal(fresh.headers.get('idempotency-replayed'), null);
});

test('a 409 speaks of a moment and is not kept', async () => {
  const order = body();
  const placed = await place(order, newId());
  await on.call('PATCH', `/v1/orders/${placed.body.id}`, { state: 'paid' });
  const key = newId();
  const cancel = () =>
    on.call<Order>('POST', `/v1/orders/${placed.body.id}/cancel`, undefined, { 'idempotency-key': key });
  for (let i = 0; i < 2; i += 1) {
    const refused = await cancel();
    assert.equal(refused.status, 409);
    assert.equal(refused.body.code, 'order.is_paid');
    assert.equal(refused.headers.get('idempotency-replayed'), null);
  }
});

test('a key is 1 to 200 characters', async () => {
  for (const key of ['', 'k'.repeat(201)]) assert.equal((await place(body(), key)).status, 400, key);
});
