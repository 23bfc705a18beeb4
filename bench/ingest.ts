/**
 * How many notifications a second are taken in and folded? WeChat Pay notifications of 1.2 kB over 64 connections, RSA-2048 verified and
 * AES-GCM opened, stored durably, acknowledged, folded into traces with verdict and event. Servers, client and PostgreSQL on this machine.
 *
 *   node bench/ingest.ts [--messages 20000] [--connections 64] [--servers 1] [--in-only] [--profile FOLDER] [--signed FILE]
 *
 * Baseline in the same run: the same bytes by a client that does one INSERT … COMMIT each on as many connections to the same PostgreSQL.
 * Rate = messages folded ÷ time until the last one is folded. A line goes to bench/results.jsonl. `--profile`: CPU profiles of the servers.
 * `--in-only`: nothing is folded, and the rate is that of what was acknowledged: the most that folding for nothing could give.
 * `--signed`: the signed messages are kept there with their public key, and those of an earlier run are sent again to this run's empty book.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { clock } from '../src/base/clock.ts';
import { send } from './ingest-client.ts';
import { type Message, readMessages, signedMessages } from './ingest-messages.ts';
import type { Figures, Ready } from './ingest-server.ts';

const { values: flags } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '64' },
    servers: { type: 'string', default: '1' },
    'in-only': { type: 'boolean', default: false },
    profile: { type: 'string' },
    signed: { type: 'string' },
  },
});
const MESSAGES = Number(flags.messages);
const CONNECTIONS = Number(flags.connections);
const IN_ONLY = flags['in-only'];
/** Enough for a steady rate. */
const MOST_BASELINE = 50_000;
const EVERY_MS = 10_000;

const forked = (): ChildProcess =>
  fork(join(import.meta.dirname, 'ingest-server.ts'), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(flags.profile === undefined ? {} : { execArgv: ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`] }),
  });
const ask = <T>(server: ChildProcess, message: object): Promise<T> =>
  new Promise((done) => {
    server.once('message', (m) => done(m as T));
    server.send(message);
  });

/** A line now and then: how many, and when the rest will be done. */
function progress(what: string): (done: number) => void {
  const start = performance.now();
  let next = start + EVERY_MS;
  return (done) => {
    const now = performance.now();
    if (now < next) return;
    next = now + EVERY_MS;
    const left = ((now - start) / done) * (MESSAGES - done);
    console.log(`${done} of ${MESSAGES} ${what}, ${Math.ceil(left / 1_000)} s left`);
  };
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-bench-'));
  // PostgreSQL runs as another user where this one is root.
  chmodSync(folder, 0o755);
  const file = flags.signed ?? join(folder, 'messages');
  const servers = Array.from({ length: Number(flags.servers) }, forked);
  const [first, ...others] = servers as [ChildProcess, ...ChildProcess[]];
  const figures = async (): Promise<Figures> => {
    const each = await Promise.all(servers.map((s) => ask<Figures>(s, { figures: true })));
    const sum = (of: (f: Figures) => number): number => each.reduce((all, f) => all + of(f), 0);
    return {
      cpuMs: sum((f) => f.cpuMs),
      postgresCpuMs: sum((f) => f.postgresCpuMs),
      rssMiB: sum((f) => f.rssMiB),
      folded: each[0]!.folded,
    };
  };
  try {
    const { bytes, at, mchid, apiv3Key, platform } = await signedMessages(file, MESSAGES, progress('signed'));
    const ready = await ask<Ready>(first, { folder, at, mchid, apiv3Key, platform, inOnly: IN_ONLY });
    const joined = await Promise.all(others.map((s) => ask<{ port: number }>(s, { join: ready.join })));
    const url = new URL(`http://127.0.0.1:${ready.port}${ready.path}`);
    const baseline = await baselineRate(ready.ownerUrl, readMessages(file, url));
    const before = await figures();
    const mine = process.cpuUsage();
    const start = performance.now();
    const rss: number[] = [];
    let looking = false;
    const looks = setInterval(async () => {
      if (looking) return;
      looking = true;
      rss.push((await figures()).rssMiB);
      looking = false;
    }, 2_000);
    const ports = [ready.port, ...joined.map((j) => j.port)];
    const latencies = await send(ports, readMessages(file, url), MESSAGES, CONNECTIONS, progress('answered'));
    const acknowledged = performance.now() - start;
    clearInterval(looks);
    while (looking) await new Promise((done) => setTimeout(done, 5));
    let after = await figures();
    while (!IN_ONLY && after.folded < MESSAGES) {
      await new Promise((done) => setTimeout(done, 20));
      after = await figures();
    }
    const whole = performance.now() - start;
    const used = process.cpuUsage(mine);
    latencies.sort();
    const result = {
      bench: 'ingest',
      at: clock.now().toString(),
      messages: MESSAGES,
      connections: CONNECTIONS,
      servers: servers.length,
      bytes: Math.trunc(bytes),
      ...(IN_ONLY ? {} : { foldedPerSecond: Math.trunc((MESSAGES / whole) * 1_000) }),
      acknowledgedPerSecond: Math.trunc((MESSAGES / acknowledged) * 1_000),
      baselinePerSecond: Math.trunc(baseline),
      ratio: Math.trunc((MESSAGES / (IN_ONLY ? acknowledged : whole) / (baseline / 1_000)) * 100) / 100,
      p50Ms: Math.trunc(latencies[MESSAGES >> 1]!),
      p99Ms: Math.trunc(latencies[Math.floor(MESSAGES * 0.99)]!),
      serverCpuSeconds: (after.cpuMs - before.cpuMs) / 1_000,
      postgresCpuSeconds: (after.postgresCpuMs - before.postgresCpuMs) / 1_000,
      clientCpuSeconds: (used.user + used.system) / 1e6,
      // At the beginning, in the middle, at the end.
      serverRssMiB: [rss[0], rss[rss.length >> 1], after.rssMiB].map((m) => Math.trunc(m ?? 0)),
      clientRssMiB: Math.trunc(process.memoryUsage.rss() / 2 ** 20),
      cpus: cpus().length,
    };
    console.log(JSON.stringify(result, null, 1));
    appendFileSync(join(import.meta.dirname, 'results.jsonl'), `${JSON.stringify(result)}\n`);
    for (const server of servers.toReversed()) await ask(server, { stop: true });
  } finally {
    for (const server of servers) server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One INSERT … COMMIT each: what a plain handler does for every notification. */
async function baselineRate(ownerUrl: string, messages: Iterable<Message>): Promise<number> {
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
  const count = Math.min(MESSAGES, MOST_BASELINE);
  const start = performance.now();
  const queue = Iterator.from(messages).take(count);
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (const m of queue) {
        const id = String(next++);
        await client.query('begin');
        await client.query({
          name: 'insert',
          text: 'insert into plain (id, headers, body) values ($1, $2, $3)',
          values: [id, m.headers, m.body],
        });
        await client.query('commit');
      }
    }),
  );
  const rate = (count / (performance.now() - start)) * 1_000;
  await clients[0]!.query('drop table plain');
  for (const client of clients) await client.end();
  return rate;
}

await main();
