/**
 * F01, F02: the server killed with -9 at random moments while notifications come in. Whatever was answered 2xx is there once, whatever was not
 * is taken when it is sent again, and everything is folded in the end.
 *
 * A failure replays with the seed it prints: SEED=… ; KILLS=1000 for the long run.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { certificateKeys, sealed, signed } from '../sim/channels/wechatpay/wire.ts';
import { putRoute } from '../src/api/auth.ts';
import { clock } from '../src/base/clock.ts';
import { seeded } from '../src/base/random.ts';
import { newToken } from '../src/base/secret.ts';
import { vaultOf } from '../src/base/vault.ts';
import { Accounts } from '../src/channels/accounts.ts';
import { freshBook, temporary } from './support/database.ts';

const KILLS = Number(process.env.KILLS ?? 16);
const SEED = Number(process.env.SEED ?? 20_261_127);
const CONNECTIONS = 8;
const MCHID = '1900000001';
const APIV3_KEY = '0123456789abcdef0123456789abcdef';

let child: ChildProcess | undefined;
after(() => child?.kill('SIGKILL'));

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}

test(`F01, F02: ${KILLS} times kill -9 while notifications come in (SEED=${SEED})`, {
  timeout: 60_000 + KILLS * 4_000,
}, async () => {
  const random = seeded(SEED);
  const on = await freshBook();
  const masterKey = randomBytes(32);
  const archive = temporary();
  const keys = certificateKeys(clock.now());
  const address = newToken('notify');
  await on.book.tenant(on.tenantId, async (tx) => {
    const id = await new Accounts(vaultOf([masterKey])).create(tx, {
      provider: 'wechatpay',
      name: 'shop',
      merchantNo: MCHID,
      livemode: false,
      feed: 'none',
      orderMode: 'none',
      settings: {},
      credentials: [
        { kind: 'apiv3_key', id: '', value: APIV3_KEY, notAfter: undefined },
        { kind: 'platform_key', id: keys.id, value: keys.pem, notAfter: undefined },
      ],
    });
    await putRoute(tx, address, 'notify', id, undefined);
  });
  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const script = join(import.meta.dirname, 'support', 'serving.ts');
    const started = spawn(process.execPath, [script, on.appUrl, String(port), masterKey.toString('base64'), archive], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child = started;
    await once(started.stdout, 'data');
    return started;
  };

  const acknowledged = new Set<number>();
  const sentAgain = { count: 0 };
  let made = 0;
  let ended = false;
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  /** Sends one notification until it is answered 204, as a channel does; the same event each time, sealed anew. */
  const deliver = async (i: number): Promise<void> => {
    for (let triedAlive = 0; ; ) {
      const { headers, body } = notification(i, keys);
      const status = await post(port, `/v1/notifications/wechatpay/${address}`, headers, body, agent);
      if (status === 204) {
        acknowledged.add(i);
        return;
      }
      sentAgain.count += 1;
      await new Promise((done) => setTimeout(done, 30));
      if (ended) triedAlive += 1;
      if (triedAlive > 400) throw new Error(`${i} is never taken (last answer ${status})`);
    }
  };
  let server = await start();
  const senders = Array.from({ length: CONNECTIONS }, async () => {
    while (!ended) {
      made += 1;
      await deliver(made);
    }
  });
  for (let kill = 0; kill < KILLS; kill += 1) {
    await new Promise((done) => setTimeout(done, random.below(250)));
    server.kill('SIGKILL');
    await once(server, 'exit');
    server = await start();
  }
  ended = true;
  await Promise.all(senders);
  agent.destroy();
  assert.ok(sentAgain.count > 0, 'no kill met a message: the fault did not fire');
  assert.equal(acknowledged.size, made);

  const counts = async (): Promise<{ messages: bigint; captured: bigint; observations: bigint; unfolded: bigint }> =>
    await on.book.tenant(on.tenantId, (tx) =>
      tx.one(
        `select (select count(*) from messages where tenant_id = $1) as messages,
                (select count(*) from unfolded where tenant_id = $1) as unfolded,
                (select count(*) from observations where tenant_id = $1) as observations,
                (select count(*) from payments where tenant_id = $1 and position = 'captured') as captured`,
        [tx.tenantId],
      ),
    );
  const end = performance.now() + 30_000;
  while ((await counts()).unfolded > 0n && performance.now() < end) await new Promise((done) => setTimeout(done, 50));
  const all = BigInt(made);
  assert.deepEqual(await counts(), { messages: all, captured: all, observations: all, unfolded: 0n });
  const { events } = await on.book.tenant(on.tenantId, (tx) =>
    tx.one<{ events: bigint }>('select count(distinct payment_id) as events from events where tenant_id = $1', [
      tx.tenantId,
    ]),
  );
  assert.equal(events, all, 'each is told in the feed');
  server.kill('SIGKILL');
  await once(server, 'exit');
  await on.close();
});

function notification(
  i: number,
  keys: ReturnType<typeof certificateKeys>,
): { headers: Record<string, string>; body: string } {
  // What the event says never changes; how it is sealed and signed does.
  const at = '2026-11-27T09:00:00+08:00';
  const says = JSON.stringify({
    mchid: MCHID,
    out_trade_no: `K${String(i).padStart(8, '0')}`,
    transaction_id: `4200${String(i).padStart(24, '0')}`,
    trade_state: 'SUCCESS',
    success_time: at,
    amount: { total: 100 + i, payer_total: 100 + i, currency: 'CNY' },
  });
  const body = JSON.stringify({
    id: `EV-${i}`,
    create_time: at,
    resource_type: 'encrypt-resource',
    event_type: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    resource: { original_type: 'transaction', ...sealed(says, APIV3_KEY, 'transaction') },
  });
  return { headers: { ...signed(body, keys, clock.now()), 'content-type': 'application/json' }, body };
}

/** The status, or 0 where no whole answer came. */
function post(
  port: number,
  path: string,
  headers: Record<string, string>,
  body: string,
  agent: http.Agent,
): Promise<number> {
  return new Promise((done) => {
    const request = http.request(
      { host: '127.0.0.1', port, path, method: 'POST', agent, headers, timeout: 5_000 },
      (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode ?? 0));
        response.on('error', () => done(0));
        response.on('close', () => done(0));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(0));
    request.end(body);
  });
}
