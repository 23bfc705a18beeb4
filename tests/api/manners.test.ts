/** What a caller meets who sends the wrong thing, sends it slowly, or asks while the database is away. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { serve } from '../../src/api/wire.ts';
import { openArchive } from '../../src/base/archive.ts';
import { newId } from '../../src/base/ids.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { openBook } from '../../src/db/pool.ts';
import { temporary } from '../support/database.ts';
import { callAs, callWith, keyOf, type Living, living } from '../support/living.ts';

const SLOW_MS = 400;
let on: Living;
let authorization: string;
before(async () => {
  on = await living({ webhook: false, requestTimeoutMs: SLOW_MS });
  authorization = `Bearer ${(await keyOf(on.test)).token}`;
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Problem = Readonly<{ status: number; code: string; title: string; remedy: string; type: string }>;
let made = 0;
const order = (more: object = {}): Record<string, unknown> => {
  made += 1;
  return { order_ref: `M${made}`, amount: { amount: '1.00', currency: 'CNY' }, ...more };
};

/** Bytes as they are, which `fetch` of an object cannot say. */
async function raw(body: string | Buffer, headers: Record<string, string> = {}): Promise<Problem> {
  const response = await fetch(`${on.served.url}/v1/orders`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: body as string,
  });
  const told = (await response.json()) as Problem;
  if (response.status >= 400) {
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(told.status, response.status);
    assert.equal(told.type, `urn:daozhang:error:${told.code}`);
    assert.ok(told.title.length > 3 && told.remedy.length > 3);
  }
  return { ...told, status: response.status };
}

test('bodies that are not what they say are refused, each with its code', async () => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  const good = JSON.stringify(order());
  for (const [body, status, code, headers] of [
    ['{"order_ref":', 400, 'api.bad_request', {}],
    ['', 400, 'api.bad_request', {}],
    ['null', 400, 'api.bad_request', {}],
    ['[]', 400, 'api.bad_request', {}],
    [deep, 400, 'api.bad_request', {}],
    [`{"order_ref":"x","amount":${deep}}`, 400, 'api.bad_request', {}],
    [good.replace('{', '{"__proto__":{"admin":true},'), 400, 'api.bad_request', {}],
    [good.replace('{', '{"constructor":{"prototype":{}},'), 400, 'api.bad_request', {}],
    [good.replace('{', '{"order_ref":"other",'), 400, 'api.bad_request', {}],
    [good.replace('{', '{"\\u006frder_ref":"other",'), 400, 'api.bad_request', {}],
    [good.replace('"amount":"1.00"', '"amount":"1.00","amount":"9.00"'), 400, 'api.bad_request', {}],
    [Buffer.from(good.replace('M', '\xff'), 'latin1'), 400, 'api.bad_request', {}],
    [good, 415, 'api.wrong_type', { 'content-type': 'text/plain' }],
    [good, 415, 'api.wrong_type', { 'content-type': 'application/x-www-form-urlencoded' }],
    [good, 415, 'api.wrong_type', { 'content-type': 'nonsense' }],
  ] as const) {
    const told = await raw(body, headers);
    const what = `${String(body).slice(0, 60)} ${JSON.stringify(headers)}`;
    assert.equal(told.status, status, what);
    assert.equal(told.code, code, what);
  }
});

test('the sentence is in the reader’s language, the code in none', async () => {
  const zh = await raw('{', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.5' });
  const en = await raw('{', { 'accept-language': 'de' });
  assert.equal(zh.code, en.code);
  assert.match(zh.title, /[一-鿿]/);
  assert.doesNotMatch(en.title, /[一-鿿]/);
});

test('an amount has one reading: plain digits and a point, exact in its currency', async () => {
  for (const amount of [
    '1,00',
    '1,000.00',
    '１２',
    '1e21',
    'NaN',
    'Infinity',
    '-1.00',
    '+1',
    '(5.00)',
    '¥1',
    ' 1',
    '1 ',
    '',
    '.5',
    '1.',
    '01',
    '0x10',
    '1'.repeat(30),
    1,
    1.5,
    null,
    ['1.00'],
  ]) {
    const told = await raw(JSON.stringify(order({ amount: { amount, currency: 'CNY' } })));
    assert.equal(told.status, 400, `${JSON.stringify(amount)}: ${told.code}`);
  }
  for (const [amount, currency, code] of [
    ['1.005', 'CNY', 'money.not_exact'],
    ['1.5', 'JPY', 'money.not_exact'],
    ['1.00', 'XQQ', 'money.no_such_currency'],
  ]) {
    const told = await raw(JSON.stringify(order({ amount: { amount, currency } })));
    assert.equal(told.status, 422, `${amount} ${currency}`);
    assert.equal(told.code, code);
  }
  for (const [amount, shown] of [
    ['0.01', '0.01'],
    ['1', '1.00'],
    ['99999999999999.99', '99999999999999.99'],
  ] as const) {
    const placed = await on.call<{ amount: { amount: string } }>(
      'POST',
      '/v1/orders',
      order({ amount: { amount, currency: 'CNY' } }),
    );
    assert.equal(placed.status, 201, JSON.stringify(placed.body));
    assert.equal(placed.body.amount.amount, shown);
  }
});

test('what the book cannot keep is refused at the door, and never ours to have broken', async () => {
  for (const more of [
    { description: 'a\0b' },
    { description: '\ud800' },
    { store: '\0' },
    { order_ref: 'x\ud800' },
    { order_ref: 'x\n' },
    { order_ref: 'x'.repeat(129) },
    { order_ref: '' },
    { placed_at: '0000-01-01T00:00:00Z' },
    { placed_at: '1969-12-31T23:59:59Z' },
    { placed_at: '2026-01-01T00:00:00.1234567891Z' },
    { placed_at: '2026-01-01T00:00:00' },
    { placed_at: '2026-02-30T00:00:00Z' },
    { placed_at: 0 },
    { account_id: 'not-an-id' },
    { unknown: 1 },
    { amount: { amount: '1.00', currency: 'CNY', minor: 100 } },
  ]) {
    const told = await raw(JSON.stringify(order(more)));
    assert.equal(told.status, 400, JSON.stringify(more));
    assert.equal(told.code, 'api.bad_request');
  }
  for (const body of [
    { url: 'ftp://example.com' },
    { url: 'https://a:b@example.com/' },
    { url: 'https://example.com/\0' },
    { url: 'nonsense' },
    { url: 'https://example.com', types: [] },
    { url: 'https://example.com', secret: 'mine' },
  ]) {
    const told = await on.call('POST', '/v1/webhook-endpoints', body);
    assert.ok([400, 422].includes(told.status), `${JSON.stringify(body)}: ${told.status}`);
  }
});

test('queries: limits, cursors and misspelt names', async () => {
  const cursor = (text: string): string => Buffer.from(text).toString('base64url');
  for (const query of [
    'limit=0',
    'limit=201',
    'limit=1.5',
    'limit=x',
    'limit=1&limit=2',
    'after=nonsense',
    'after=',
    `after=${cursor('2026-01-01T00:00:00Z')}`,
    `after=${cursor(`2026-01-01T00:00:00Z ${'-'.repeat(36)}`)}`,
    `after=${cursor(`+275760-09-13T00:00:00Z ${newId()}`)}`,
    `after=${cursor(`2026-01-01T00:00Z[UTC] ${newId()}`)}`,
    `after=${cursor(`0000-01-01T00:00:00Z ${newId()}`)}`,
    `after=${cursor(`2026-01-01T00:00:00Z ${newId()}' or 1=1`)}`,
    'aftr=x',
    'state=none',
  ]) {
    for (const path of ['/v1/orders', '/v1/payments']) {
      const told = await on.call<Problem>('GET', `${path}?${query}`);
      assert.equal(told.status, 400, `${path}?${query}`);
      assert.equal(told.body.code, 'api.bad_request');
    }
  }
  for (const path of [
    '/v1/orders/x',
    '/v1/events?after=-1',
    '/v1/events?after=1e3',
    `/v1/events?after=${'9'.repeat(19)}`,
    '/v1/orders/%zz',
  ])
    assert.equal((await on.call('GET', path)).status, 400, path);
  const nowhere = await on.call<Problem>('GET', '/v1/nowhere');
  assert.equal(nowhere.status, 404);
  assert.equal(nowhere.body.code, 'api.not_found');
});

test('a set that grows is paged without a gap and without anything twice', async () => {
  const call = await callAs(on);
  const placed = new Set<string>();
  const place = async (placedAt: string): Promise<void> => {
    const answer = await call<{ id: string }>('POST', '/v1/orders', order({ placed_at: placedAt }));
    assert.equal(answer.status, 201);
    placed.add(answer.body.id);
  };
  // Many at the same instant: the id decides, and the page may end among them.
  for (let i = 0; i < 12; i += 1) await place(i % 3 === 0 ? '2020-01-01T00:00:00.123Z' : `2020-01-01T00:00:0${i % 5}Z`);
  const at = new Set(placed);
  const met: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < 100; page += 1) {
    const query = after === undefined ? '' : `&after=${after}`;
    const answer = await call<{ items: ReadonlyArray<{ id: string }>; next?: string }>(
      'GET',
      `/v1/orders?limit=4${query}`,
    );
    met.push(...answer.body.items.map((o) => o.id));
    after = answer.body.next;
    if (after === undefined) break;
    await place(on.clock.now().toString());
    await place('2020-01-01T00:00:00.123Z');
  }
  assert.equal(new Set(met).size, met.length, 'something came twice');
  for (const id of at) assert.ok(met.includes(id), 'something was missed');
});

test('a body of 50 MB is refused before it is read', async () => {
  const { port } = new URL(on.served.url);
  const status = await new Promise<number>((done, fail) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        path: '/v1/orders',
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'content-length': String(50 * 1024 * 1024) },
      },
      (response) => {
        done(response.statusCode ?? 0);
        request.destroy();
      },
    );
    request.on('error', fail);
    request.write('{');
  });
  assert.equal(status, 413);
  assert.equal((await raw(`"${'x'.repeat(1_100_000)}"`)).code, 'api.too_large');
});

/** Sends this and no more; gives what came until the connection was closed, and how long that took. */
function halfSent(text: string): Promise<Readonly<{ said: string; ms: number }>> {
  const { port } = new URL(on.served.url);
  return new Promise((done) => {
    const begun = performance.now();
    let said = '';
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (part) => {
      said += part;
    });
    socket.on('error', () => {});
    socket.on('close', () => done({ said, ms: performance.now() - begun }));
  });
}

test('half a head or half a body is ended in the time that was set, with 408', async () => {
  const head = `POST /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\n`;
  const notify = `POST ${new URL(on.notifyUrl).pathname} HTTP/1.1\r\nhost: x\r\n`;
  for (const text of [head, `${head}content-length: 100\r\n\r\n{"order`, `${notify}content-length: 100\r\n\r\n{`]) {
    const { said, ms } = await halfSent(text);
    assert.ok(ms < SLOW_MS * 4, `${ms} ms`);
    assert.match(said, /^(HTTP\/1\.1 408 |$)/);
    if (said !== '') assert.match(said, /application\/problem\+json[\s\S]*api\.timeout/);
  }
  const { said } = await halfSent('NONSENSE\r\n\r\n');
  assert.match(said, /^HTTP\/1\.1 400 [\s\S]*api\.bad_request/);
});

test('while the database is away: /livez 200, /readyz 503 within a second, all else 503 with Retry-After; then it comes back', async () => {
  const line = await lineTo(on.test.appUrl);
  const book = await openBook({ url: line.url, allowUnsafe: true, waitMs: 1_000 });
  const served = await serve(
    {
      book,
      vault: vaultOf([Buffer.alloc(32, 1)]),
      allowPrivate: [],
      archive: openArchive(temporary()),
      version: 'test',
    },
    { host: '127.0.0.1', port: 0 },
  );
  try {
    const call = callWith(served.url, { authorization });
    assert.equal((await call('GET', '/readyz')).status, 200);
    assert.equal((await call('GET', '/v1/orders')).status, 200);
    line.set('cut');
    const begun = performance.now();
    assert.equal((await call('GET', '/readyz')).status, 503);
    assert.ok(performance.now() - begun < 1_000);
    for (const [method, path, body] of [
      ['GET', '/v1/orders', undefined],
      ['POST', '/v1/orders', order()],
      ['GET', '/v1/doctor', undefined],
      ['POST', new URL(on.notifyUrl).pathname, {}],
    ] as const) {
      const told = await call<Problem>(method, path, body);
      assert.equal(told.status, 503, path);
      assert.match(told.body.code, /^db\.(unavailable|outcome_unknown)$/);
      assert.ok(Number(told.headers.get('retry-after')) > 0);
    }
    assert.equal((await call('GET', '/livez')).status, 200);
    assert.equal((await call('GET', '/metrics')).status, 200);
    // A server that is there and says nothing is away too.
    line.set('silent');
    const asked = performance.now();
    assert.equal((await call('GET', '/readyz')).status, 503);
    assert.ok(performance.now() - asked < 1_000);
    line.set('through');
    assert.equal((await call('GET', '/readyz')).status, 200);
    assert.equal((await call('GET', '/v1/orders')).status, 200);
  } finally {
    await served.close();
    await book.close();
    await line.close();
  }
});

/** A line to the database that can be cut, or fall silent. */
async function lineTo(url: string) {
  const target = new URL(url);
  let state: 'through' | 'cut' | 'silent' = 'through';
  const ends = new Set<net.Socket>();
  const server = net.createServer((near) => {
    ends.add(near.on('error', () => {}).on('close', () => ends.delete(near)));
    if (state === 'cut') near.destroy();
    if (state !== 'through') return;
    const far = net.connect(Number(target.port), target.hostname);
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.on('data', (part) => state === 'through' && far.write(part));
    far.on('data', (part) => state === 'through' && near.write(part));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as net.AddressInfo).port);
  const dropAll = (): void => {
    for (const end of ends) end.destroy();
  };
  return {
    url: through.href,
    set(to: typeof state) {
      state = to;
      if (to === 'cut' || to === 'through') dropAll();
    },
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        dropAll();
      }),
  };
}

test('HEAD reaches health only: it would spend a link and never end a stream', async () => {
  const head = async (path: string): Promise<number> =>
    (await fetch(`${on.served.url}${path}`, { method: 'HEAD', headers: { authorization } })).status;
  assert.equal(await head('/livez'), 200);
  assert.equal(await head('/readyz'), 200);
  assert.equal(await head('/v1/events/stream'), 404);
  assert.equal(await head('/enter/dz_link_x'), 404);
});
