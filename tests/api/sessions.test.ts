/** Who is let in, for how long, and that nothing which opens a door is ever written to the log. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { accountFor } from '../../sim/channels/wechatpay/server.ts';
import { makeLink, putRoute, SESSION_COOKIE } from '../../src/api/auth.ts';
import { engineOf } from '../../src/api/wire.ts';
import { openArchive } from '../../src/base/archive.ts';
import { newId } from '../../src/base/ids.ts';
import { newToken } from '../../src/base/secret.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { temporary } from '../support/database.ts';
import { callWith, keyOf, type Living, living } from '../support/living.ts';

let on: Living;
const lines: string[] = [];
/** Everything here that opens something, or says where to knock. */
const secrets = new Set<string>();
before(async () => {
  on = await living({ log: (line) => lines.push(line) });
  secrets.add(new URL(on.notifyUrl).pathname.split('/').at(-1)!);
  for (const c of accountFor(on.sim).credentials)
    for (const part of c.value.split('\n').filter((l) => l.length > 30)) secrets.add(part);
  secrets.add(on.sim.apiv3Key);
});
after(() => on.close());

const run = (sql: string, params: readonly unknown[] = []): Promise<number> =>
  on.test.book.tenant(on.test.tenantId, (tx) => tx.run(sql, [tx.tenantId, ...params]));

async function user(role = 'admin'): Promise<string> {
  const id = newId();
  await run(`insert into users (tenant_id, id, name, role) values ($1, $2, 'a person', $3)`, [id, role]);
  return id;
}
async function linkOf(userId: string): Promise<string> {
  const link = await on.test.book.tenant(on.test.tenantId, (tx) => makeLink(tx, userId));
  secrets.add(link);
  return link;
}
async function entered(userId: string): Promise<Readonly<{ cookie: string; flags: string }>> {
  const response = await enter(await linkOf(userId));
  assert.equal(response.status, 303);
  const [cookie, ...flags] = (response.headers.get('set-cookie') ?? '').split('; ');
  secrets.add(cookie!.split('=')[1]!);
  return { cookie: cookie!, flags: flags.join('; ') };
}
const enter = (link: string): Promise<Response> => fetch(`${on.served.url}/enter/${link}`, { redirect: 'manual' });
const as = (cookie: string, own = true): Living['call'] =>
  callWith(on.served.url, { cookie, ...(own ? { 'x-daozhang': '1' } : {}) });

test('what has expired is swept away when the workers start, and then each hour; what stands stays', async () => {
  const count = (kind: string): Promise<bigint> =>
    on.test.book.shared(async (tx) => {
      const { n } = await tx.one<{ n: bigint }>('select count(*) as n from routes where kind = $1', [kind]);
      return n;
    });
  await linkOf(await user());
  const standing = [await count('link'), await count('notify')];
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    for (let i = 0; i < 3; i += 1) await putRoute(tx, newToken('link'), 'link', newId(), -1);
  });
  assert.equal(await count('link'), standing[0]! + 3n);
  // The first round swept what was there when the server began; the next comes in an hour.
  const { rounds } = on.served.engine.working;
  for (const round of rounds) await round();
  assert.equal(await count('link'), standing[0]! + 3n);
  const another = engineOf({
    book: on.test.book,
    vault: vaultOf([randomBytes(32)]),
    archive: openArchive(temporary()),
    allowPrivate: [],
    version: 'test',
  });
  for (const round of another.working.rounds) await round();
  another.outbound.close();
  assert.deepEqual([await count('link'), await count('notify')], standing);
});

test('a link lets in once, and its cookie is for our own pages only', async () => {
  const link = await linkOf(await user());
  const first = await enter(link);
  assert.equal(first.status, 303);
  assert.equal(first.headers.get('location'), '/');
  assert.equal(first.headers.get('referrer-policy'), 'no-referrer');
  const cookie = first.headers.get('set-cookie') ?? '';
  secrets.add(/=([^;]+)/.exec(cookie)![1]!);
  assert.ok(cookie.startsWith(`${SESSION_COOKIE}=dz_session_`));
  for (const flag of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) assert.ok(cookie.includes(flag), flag);
  assert.doesNotMatch(cookie, /domain/i);
  const second = await enter(link);
  assert.equal(second.status, 410);
  assert.equal(second.headers.get('set-cookie'), null);
  assert.equal((await as(cookie.split(';')[0]!)('GET', '/v1/orders')).status, 200);
});

test('a link opened twice at the same moment lets one in', async () => {
  const link = await linkOf(await user());
  const statuses = (await Promise.all([enter(link), enter(link), enter(link)])).map((r) => r.status);
  assert.deepEqual(statuses.sort(), [303, 410, 410]);
});

test('an old link, an unknown one, and that of a disabled user let nobody in', async () => {
  const id = await user();
  const old = await linkOf(id);
  await on.test.book.shared((tx) =>
    tx.run(`update routes set expires_at = now() - interval '1 second' where kind = 'link' and subject_id = $1`, [id]),
  );
  assert.equal((await enter(old)).status, 410);
  assert.equal((await enter(newToken('link'))).status, 410);
  const fresh = await linkOf(id);
  await run(`update users set state = 'disabled' where tenant_id = $1 and id = $2`, [id]);
  assert.equal((await enter(fresh)).status, 410);
});

test('without our own header a session reads and changes nothing', async () => {
  const { cookie } = await entered(await user());
  const foreign = as(cookie, false);
  assert.equal((await foreign('GET', '/v1/orders')).status, 200);
  for (const [method, path, body] of [
    ['POST', '/v1/keys', { name: 'x', scopes: ['read'] }],
    ['POST', '/v1/orders', {}],
    ['PATCH', `/v1/orders/${newId()}`, { state: 'paid' }],
    ['DELETE', `/v1/keys/${newId()}`, undefined],
  ] as const)
    assert.equal((await foreign(method, path, body)).status, 401, `${method} ${path}`);
  assert.equal((await as(cookie)('GET', '/v1/events?acknowledge=true')).status, 400);
  const made = await as(cookie)<{ key: string }>('POST', '/v1/keys', { name: 'x', scopes: ['read'] });
  assert.equal(made.status, 201);
  secrets.add(made.body.key);
});

test('what a role may not do its session may not do', async () => {
  const { cookie } = await entered(await user('viewer'));
  assert.equal((await as(cookie)('GET', '/v1/payments')).status, 200);
  assert.equal((await as(cookie)('POST', '/v1/keys', { name: 'x', scopes: ['read'] })).status, 403);
});

test('a disabled user, an ended, an idle and an old session are out at once', async () => {
  for (const [what, sql] of [
    ['disabled', `update users set state = 'disabled' where tenant_id = $1 and id = $2`],
    ['ended', 'update sessions set ended_at = now() where tenant_id = $1 and user_id = $2'],
    ['idle', `update sessions set seen_at = now() - interval '121 minutes' where tenant_id = $1 and user_id = $2`],
    ['old', 'update sessions set expires_at = now() where tenant_id = $1 and user_id = $2'],
  ] as const) {
    const id = await user();
    const { cookie } = await entered(id);
    assert.equal((await as(cookie)('GET', '/v1/orders')).status, 200);
    await run(sql, [id]);
    assert.equal((await as(cookie)('GET', '/v1/orders')).status, 401, what);
  }
});

test('a revoked key is out at once, of its open stream too', async () => {
  const key = await keyOf(on.test);
  secrets.add(key.token);
  const headers = { authorization: `Bearer ${key.token}` };
  const stream = await fetch(`${on.served.url}/v1/events/stream`, { headers });
  assert.equal(stream.status, 200);
  assert.equal((await on.call('DELETE', `/v1/keys/${key.id}`)).status, 204);
  assert.equal((await callWith(on.served.url, headers)('GET', '/v1/orders')).status, 401);
  // It ends by itself; if it did not, this would wait for ever.
  for await (const _ of stream.body!);
});

test('no secret and no address asked for is ever logged', async () => {
  const begun = lines.length;
  const key = await keyOf(on.test);
  secrets.add(key.token);
  const shown = await on.call<{ secret: string }>('POST', '/v1/webhook-endpoints', {
    url: 'https://example.com/hook?token=SECRET-IN-URL',
  });
  secrets.add(shown.body.secret);
  secrets.add('SECRET-IN-URL');
  secrets.add('SECRET-ORDER');
  const headers = { authorization: `Bearer ${key.token}` };
  const call = callWith(on.served.url, headers);
  // Each secret in each place of a request where somebody may put it, through answers of every kind.
  for (const secret of [...secrets].filter((s) => /^[\x21-\x7e]+$/.test(s))) {
    const s = encodeURIComponent(secret);
    await call('GET', `/v1/payments/search?ref=${s}`);
    await call('GET', `/v1/${s}`);
    await call('GET', `/enter/${s}%zz`);
    await fetch(`${on.served.url}/v1/orders`, {
      headers: { authorization: `Bearer ${secret}`, cookie: `${SESSION_COOKIE}=${s}` },
    });
    await fetch(`${on.served.url}/v1/notifications/wechatpay/${s}`, { method: 'POST', body: secret });
    await call('POST', '/v1/orders', { order_ref: secret, amount: { amount: secret, currency: 'CNY' } });
    await call('POST', '/v1/channels', {
      provider: 'wechatpay',
      name: 'x',
      merchant_no: '1',
      credentials: [{ kind: 'nonsense', value: secret }],
    });
  }
  // What breaks inside carries what it was asked with: the database quotes values.
  const owner = new pg.Client({ connectionString: on.test.ownerUrl });
  await owner.connect();
  await owner.query(`alter table book.orders add constraint breaks check (ref <> 'SECRET-ORDER')`);
  await owner.end();
  const broken = await call('POST', '/v1/orders', {
    order_ref: 'SECRET-ORDER',
    amount: { amount: '1.00', currency: 'CNY' },
  });
  assert.equal(broken.status, 500);
  assert.ok(!JSON.stringify(broken.body).includes('SECRET'));
  assert.ok(lines.length - begun > 50, 'the log is on');
  const log = lines.join('');
  for (const secret of secrets) assert.ok(!log.includes(secret), `logged: ${secret.slice(0, 12)}…`);
  assert.doesNotMatch(log, /[?&]\w+=|Bearer|dz_(live|test|session|link|notify)_/);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line));
});
