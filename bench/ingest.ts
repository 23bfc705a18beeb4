/**
 * How many notifications a second are taken in and folded? WeChat Pay notifications of about 1.2 kB over 64 connections, RSA-2048 verified and
 * AES-GCM opened, stored durably, acknowledged, folded into traces with verdict and event. Server, client and PostgreSQL on this machine.
 *
 *   node bench/ingest.ts [--messages 10000] [--connections 64]
 *
 * Baseline in the same run: the same bytes by a client that does one INSERT … COMMIT each on as many connections to the same PostgreSQL.
 * Rate = messages folded ÷ time until the last one is folded. A line goes to bench/results.jsonl.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { certificateKeys, sealed, signed } from '../sim/channels/wechatpay/wire.ts';
import { clock } from '../src/base/clock.ts';

const { values: flags } = parseArgs({
  options: { messages: { type: 'string', default: '10000' }, connections: { type: 'string', default: '64' } },
});
const MESSAGES = Number(flags.messages);
const CONNECTIONS = Number(flags.connections);
const MCHID = '1900000001';
const APIV3_KEY = '0123456789abcdef0123456789abcdef';

type Ready = Readonly<{ notificationUrl: string; ownerUrl: string }>;
type Figures = Readonly<{ cpuMs: number; postgresCpuMs: number; rssMiB: number; folded: number }>;
type Message = Readonly<{ headers: Record<string, string>; body: string }>;

const keys = certificateKeys(clock.now());
const now = clock.now();
const stamp = now.toZonedDateTimeISO('Asia/Shanghai').toString({ smallestUnit: 'second', timeZoneName: 'never' });

function notification(i: number): Message {
  const transaction = JSON.stringify({
    appid: 'wx1234567890abcdef',
    mchid: MCHID,
    out_trade_no: `B${String(i).padStart(12, '0')}`,
    transaction_id: `4200${String(i).padStart(24, '0')}`,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    attach: '',
    success_time: stamp,
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    amount: { total: 1_000 + (i % 9_000), payer_total: 1_000 + (i % 9_000), currency: 'CNY', payer_currency: 'CNY' },
  });
  const body = JSON.stringify({
    id: `EV-${createHash('sha256').update(String(i)).digest('hex').slice(0, 32)}`,
    create_time: stamp,
    resource_type: 'encrypt-resource',
    event_type: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    resource: { original_type: 'transaction', ...sealed(transaction, APIV3_KEY, 'transaction') },
  });
  return { headers: { ...signed(body, keys, now), 'content-type': 'application/json' }, body };
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-bench-'));
  console.log(`${MESSAGES} messages are signed …`);
  const messages = Array.from({ length: MESSAGES }, (_, i) => notification(i));
  const bytes = messages.reduce((sum, m) => sum + m.body.length, 0) / MESSAGES;
  const server = fork(join(import.meta.dirname, 'ingest-server.ts'), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ask = <T>(message: object): Promise<T> =>
    new Promise((done) => {
      server.once('message', (m) => done(m as T));
      server.send(message);
    });
  try {
    const ready = await ask<Ready>({
      folder,
      mchid: MCHID,
      apiv3Key: APIV3_KEY,
      platform: { id: keys.id, pem: keys.pem },
    });
    const baseline = await baselineRate(ready.ownerUrl, messages);
    const before = await ask<Figures>({ figures: true });
    const mine = process.cpuUsage();
    const start = performance.now();
    const rss: number[] = [];
    const looks = setInterval(() => void ask<Figures>({ figures: true }).then((f) => rss.push(f.rssMiB)), 2_000);
    const latencies = await send(ready.notificationUrl, messages);
    const acknowledged = performance.now() - start;
    let after = await ask<Figures>({ figures: true });
    while (after.folded < MESSAGES) {
      await new Promise((done) => setTimeout(done, 50));
      after = await ask<Figures>({ figures: true });
    }
    const whole = performance.now() - start;
    clearInterval(looks);
    const used = process.cpuUsage(mine);
    latencies.sort((a, b) => a - b);
    const result = {
      bench: 'ingest',
      at: clock.now().toString(),
      messages: MESSAGES,
      connections: CONNECTIONS,
      bytes: Math.trunc(bytes),
      foldedPerSecond: Math.trunc((MESSAGES / whole) * 1_000),
      acknowledgedPerSecond: Math.trunc((MESSAGES / acknowledged) * 1_000),
      baselinePerSecond: Math.trunc(baseline),
      ratio: Math.trunc((MESSAGES / whole / (baseline / 1_000)) * 100) / 100,
      p99Ms: Math.trunc(latencies[Math.floor(latencies.length * 0.99)]!),
      serverCpuSeconds: (after.cpuMs - before.cpuMs) / 1_000,
      postgresCpuSeconds: (after.postgresCpuMs - before.postgresCpuMs) / 1_000,
      clientCpuSeconds: (used.user + used.system) / 1e6,
      // At the beginning, in the middle, at the end.
      serverRssMiB: [rss[0], rss[rss.length >> 1], after.rssMiB].map((m) => Math.trunc(m ?? 0)),
      cpus: cpus().length,
    };
    console.log(JSON.stringify(result, null, 1));
    appendFileSync(join(import.meta.dirname, 'results.jsonl'), `${JSON.stringify(result)}\n`);
    await ask({ stop: true });
  } finally {
    server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One INSERT … COMMIT each: what a plain handler does for every notification. */
async function baselineRate(ownerUrl: string, messages: readonly Message[]): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: ownerUrl });
      await client.connect();
      return client;
    }),
  );
  await clients[0]!.query(
    'create table plain (id text primary key, headers jsonb not null, body bytea not null, at timestamptz default now())',
  );
  const start = performance.now();
  const queue = messages.entries();
  await Promise.all(
    clients.map(async (client) => {
      for (const [i, m] of queue) {
        await client.query('begin');
        await client.query({
          name: 'insert',
          text: 'insert into plain (id, headers, body) values ($1, $2, $3)',
          values: [String(i), JSON.stringify(m.headers), Buffer.from(m.body)],
        });
        await client.query('commit');
      }
    }),
  );
  const rate = (messages.length / (performance.now() - start)) * 1_000;
  await clients[0]!.query('drop table plain');
  for (const client of clients) await client.end();
  return rate;
}

async function send(url: string, messages: readonly Message[]): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const latencies: number[] = [];
  const queue = messages.values();
  const post = (m: Message): Promise<void> =>
    new Promise((done, fail) => {
      const start = performance.now();
      const request = http.request(url, { method: 'POST', agent, headers: m.headers }, (response) => {
        response.resume();
        response.on('end', () => {
          latencies.push(performance.now() - start);
          if (response.statusCode === 204) done();
          else fail(new Error(`answered ${response.statusCode}`));
        });
      });
      request.on('error', fail);
      request.end(m.body);
    });
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const m of queue) await post(m);
    }),
  );
  agent.destroy();
  return latencies;
}

await main();
