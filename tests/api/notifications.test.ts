/** Where the channels knock: what is not theirs leaves no trace but a count, and what is theirs is acknowledged after the COMMIT (I1). */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { accountFor, startWeChatPaySim, type WeChatPaySim } from '../../sim/channels/wechatpay/server.ts';
import { certificateKeys, type Keys, sealed, signed } from '../../sim/channels/wechatpay/wire.ts';
import { newToken } from '../../src/base/secret.ts';
import { noteRejected } from '../../src/sources/inbox.ts';
import { addTenant } from '../support/database.ts';
import { callAs, type Living, living } from '../support/living.ts';

let on: Living;
let other: Readonly<{ sim: WeChatPaySim; url: string; tenantId: string }>;
before(async () => {
  on = await living({ webhook: false, feed: 'none' });
  const sim = await startWeChatPaySim({ clock: on.clock });
  const tenantId = await addTenant(on.test.book, 'another shop');
  const { provider, merchantNo, baseUrl, settings, credentials } = accountFor(sim);
  const made = await (await callAs(on, { tenantId }))<{ notification_url: string }>('POST', '/v1/channels', {
    provider,
    name: 'theirs',
    merchant_no: merchantNo,
    base_url: baseUrl,
    settings,
    credentials: credentials.map(({ kind, id, value }) => ({ kind, id, value })),
  });
  other = { sim, url: made.body.notification_url, tenantId };
});
after(async () => {
  await other.sim.close();
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Answer = Readonly<{ status: number; text: string; type: string | null }>;
async function send(url: string, body: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
}

let made = 0;
/** A notification as the channel would write it, about a payment nobody has heard of. */
function notification(
  sim: WeChatPaySim,
  keys: Keys = sim.platform(),
): Readonly<{ body: string; headers: Record<string, string> }> {
  made += 1;
  const now = on.clock.now();
  const paid = {
    mchid: sim.mchid,
    appid: sim.appid,
    out_trade_no: `NT${made}`,
    transaction_id: `42${String(made).padStart(26, '0')}`,
    trade_type: 'NATIVE',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    success_time: now.toString({ smallestUnit: 'second' }),
    amount: { total: 100, payer_total: 100, currency: 'CNY', payer_currency: 'CNY' },
  };
  const body = JSON.stringify({
    id: `EV-${randomBytes(16).toString('hex')}`,
    create_time: now.toString({ smallestUnit: 'second' }),
    resource_type: 'encrypt-resource',
    event_type: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    resource: { original_type: 'transaction', ...sealed(JSON.stringify(paid), sim.apiv3Key, 'transaction') },
  });
  return { body, headers: signed(body, keys, now) };
}

const count = (table: string, tenantId = on.test.tenantId): Promise<number> =>
  on.test.book.tenant(
    tenantId,
    async (tx) =>
      (await tx.one<{ n: number }>(`select count(*)::int as n from ${table} where tenant_id = $1`, [tx.tenantId])).n,
  );
const rejected = (): Promise<ReadonlyArray<{ reason: string; times: bigint }>> =>
  on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.rows('select reason, times from rejected_messages where tenant_id = $1 order by last_at desc', [tx.tenantId]),
  );
const states = async (): Promise<readonly number[]> => [
  await count('messages'),
  await count('payments'),
  await count('messages', other.tenantId),
  await count('payments', other.tenantId),
];

test('forged, probing, stale, re-serialised, another’s: refused in the channel’s words, counted, nothing else', async () => {
  const before = await states();
  const good = notification(on.sim);
  const serial = on.sim.platform().id;
  const forged = notification(on.sim, { ...certificateKeys(on.clock.now()), id: serial });
  const cases: ReadonlyArray<readonly [string, string, string, Record<string, string>]> = [
    ['bad_signature', on.notifyUrl, forged.body, { ...forged.headers, 'Wechatpay-Serial': serial }],
    [
      'probe',
      on.notifyUrl,
      good.body,
      { ...good.headers, 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${good.headers['Wechatpay-Signature']}` },
    ],
    ['bad_signature', on.notifyUrl, JSON.stringify(JSON.parse(good.body), null, 1), good.headers],
    ['bad_signature', on.notifyUrl, good.body, {}],
    ['bad_signature', on.notifyUrl, `${good.body}\n`, good.headers],
    ['stale', on.notifyUrl, good.body, signed(good.body, on.sim.platform(), on.clock.now().subtract({ minutes: 10 }))],
    // Another tenant's channel, signed well, at our address; and ours at theirs.
    ['unknown_key', on.notifyUrl, notification(other.sim).body, notification(other.sim).headers],
  ];
  for (const [reason, url, body, headers] of cases) {
    const told = await send(url, body, headers);
    assert.equal(told.status, 401, reason);
    assert.match(told.type ?? '', /^application\/json/);
    assert.equal(JSON.parse(told.text).code, 'FAIL');
    assert.equal((await rejected())[0]?.reason, reason);
  }
  const atTheirs = await send(other.url, good.body, good.headers);
  assert.equal(atTheirs.status, 401);
  assert.equal(await count('rejected_messages', other.tenantId), 1);
  assert.deepEqual(await states(), before);
});

test('an address under another channel’s name is refused in that channel’s words, and counted', async () => {
  const { body, headers } = notification(on.sim);
  const before = await states();
  const told = await send(on.notifyUrl.replace('/wechatpay/', '/alipay/'), body, headers);
  assert.deepEqual([told.status, told.text], [401, 'fail']);
  assert.equal((await rejected())[0]?.reason, 'wrong_channel');
  assert.deepEqual(await states(), before);
});

test('the same forgery again only counts', async () => {
  const { body } = notification(on.sim);
  for (let i = 0; i < 3; i += 1) await send(on.notifyUrl, body, {});
  const [last] = await rejected();
  assert.equal(last?.times, 3n);
});

test('a wrong address, an unknown one and a wrong signature are answered alike: nobody learns which addresses there are', async () => {
  const { body, headers } = notification(on.sim);
  const at = (address: string): string => on.notifyUrl.replace(/[^/]+$/, address);
  const wrong = await send(on.notifyUrl, body, {});
  for (const address of ['x', newToken('notify'), newToken('test'), `${newToken('notify')}0`])
    assert.deepEqual(await send(at(address), body, headers), wrong, address);
  const nowhere = await send(on.notifyUrl.replace('/wechatpay/', '/nochannel/'), body, headers);
  assert.equal(nowhere.status, 404);
  assert.match(nowhere.type ?? '', /problem\+json/);
});

test('larger than any message: refused by its length, or as it comes, and told so', async () => {
  const { headers } = notification(on.sim);
  const before = await states();
  const large = new Uint8Array(2 ** 20 + 1);
  const streamed = new Blob([large]).stream();
  for (const body of [large, streamed]) {
    const answer = await fetch(on.notifyUrl, { method: 'POST', headers, body, duplex: 'half' });
    assert.deepEqual([answer.status, answer.headers.get('connection')], [413, 'close']);
    assert.equal(((await answer.json()) as { code: string }).code, 'api.too_large');
  }
  assert.deepEqual(await states(), before);
});

test('a message is acknowledged after its COMMIT: while the commit is held, nothing is said', async () => {
  const holder = new pg.Client({ connectionString: on.test.ownerUrl });
  await holder.connect();
  const { body, headers } = notification(on.sim);
  const before = await count('messages');
  let answered = false;
  try {
    await holder.query('begin; lock table book.messages in exclusive mode');
    const answer = send(on.notifyUrl, body, headers).then((it) => {
      answered = true;
      return it;
    });
    // The insert waits for our lock: then, and for as long as we hold it, there is no answer.
    for (let waits = 0; waits === 0; ) {
      const { rows } = await holder.query(
        `select count(*)::int as n from pg_locks where not granted and relation = 'book.messages'::regclass`,
      );
      waits = rows[0].n;
    }
    await new Promise((done) => setTimeout(done, 150));
    assert.equal(answered, false);
    await holder.query('commit');
    assert.equal((await answer).status, 204);
  } finally {
    await holder.end();
  }
  assert.equal(await count('messages'), before + 1);
  // The same again is acknowledged and stored once.
  assert.equal((await send(on.notifyUrl, body, headers)).status, 204);
  assert.equal(await count('messages'), before + 1);
});

test('what was rejected is kept for people, the newest thousand of an account and no more', async () => {
  const { tenantId } = on.test;
  await on.test.book.tenant(tenantId, (tx) =>
    tx.run(
      `insert into rejected_messages (tenant_id, account_id, reason, hash, detail, first_bytes, size, first_at, last_at)
       select $1, $2, 'bad_signature', decode(lpad(to_hex(i), 64, '0'), 'hex'), '', '', 0, now() - interval '1 day', now() - interval '1 day'
         from generate_series(1, 1005) i`,
      [tenantId, on.accountId],
    ),
  );
  const body = randomBytes(5_000);
  await on.test.book.tenant(tenantId, (tx) =>
    noteRejected(tx, on.accountId, { headers: {}, body }, { reason: 'bad_signature', detail: 'with a \0 in it' }),
  );
  assert.equal(await count('rejected_messages'), 1_000);
  const kept = await on.test.book.tenant(tenantId, (tx) =>
    tx.one<{ size: number; first: number }>(
      'select size, length(first_bytes) as first from rejected_messages where tenant_id = $1 order by last_at desc limit 1',
      [tx.tenantId],
    ),
  );
  assert.deepEqual({ ...kept }, { size: 5_000, first: 2_048 });
});

test('whoever knocks at wrong addresses is not heard for a while; an address that was seen before is', async () => {
  const knock = async (url: string, { body, headers } = notification(on.sim)): Promise<number> => {
    const answer = await on.served.api.inject({ method: 'POST', url: new URL(url).pathname, headers, body });
    return answer.statusCode;
  };
  assert.equal(await knock(on.notifyUrl), 204);
  const wrong = 'http://x/v1/notifications/wechatpay/nobody';
  const anything = notification(on.sim);
  let refused = 0;
  while (refused < 10_000 && (await knock(wrong, anything)) === 401) refused += 1;
  assert.ok(refused > 5_900 && refused <= 6_001, `${refused}`);
  assert.equal(await knock(wrong), 429);
  // Long enough that it is looked up again.
  await new Promise((done) => setTimeout(done, 2_100));
  assert.equal(await knock(on.notifyUrl), 204);
});
