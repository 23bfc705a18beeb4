/**
 * How long does a whole `reconcile` take, beside three baselines of the same run?
 *
 * A: one bare DuckDB full join of the two CSVs with explicit types — nothing kept, nothing proven.
 * B: a lean hand-written script — both files to Parquet, one join, a proof that each line is used once.
 * C: only the reading — every column of both CSVs into tables with explicit types, no cell checked, no place kept.
 *
 * node bench/reconcile.ts [rows] [--wechat] [--out] [--runs N] [--folder DIR]
 * Each runs N times (3), in turn, each time in a process of its own, so that peak memory is its own too; the medians
 * count. `--out` writes the results as well; `--measure a|b|c|ours` runs one of them, once, in this process. Prints each step and its ratio to A, appends to results.jsonl.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { reconcile } from '../src/reconcile/run.ts';
import { prepareOut, writeResults } from '../src/reconcile/write.ts';
import { type Market, market } from './market.ts';
import { PLAIN } from './plain.ts';

const ORDERS = `{order_ref: 'VARCHAR', kind: 'VARCHAR', status: 'VARCHAR', amount: 'DECIMAL(12,2)', currency: 'VARCHAR', created_at: 'TIMESTAMP', channel: 'VARCHAR'}`;
const BILL = `{trade: 'VARCHAR', order_ref: 'VARCHAR', at_: 'TIMESTAMP', kind: 'VARCHAR', amount: 'DECIMAL(12,2)', fee: 'DECIMAL(12,2)'}`;
const csv = (path: string, columns: string): string =>
  `read_csv('${path}', columns = ${columns}, header = true, auto_detect = false, delim = ',', quote = '"')`;

const bareRead = (m: Market) => async (run: (sql: string) => Promise<unknown>) => {
  await run(`create table o as from ${csv(m.orders, ORDERS)}`);
  await run(`create table b as from ${csv(m.bill, BILL)}`);
};

async function timed(
  what: (run: (sql: string) => Promise<unknown>) => Promise<unknown>,
): Promise<{ seconds: number; cpu: number }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const db = await instance.connect();
  const began = performance.now();
  const before = process.cpuUsage();
  await what((sql) => db.run(sql));
  const seconds = (performance.now() - began) / 1000;
  const cpu = cpuSince(before);
  db.closeSync();
  instance.closeSync();
  return { seconds, cpu };
}

/** Seconds of both cores, in user code and in the system. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const bareJoin = (m: Market) => (run: (sql: string) => Promise<unknown>) =>
  run(`select count(*), sum(o.amount), sum(b.amount) from ${csv(m.orders, ORDERS)} o full join ${csv(m.bill, BILL)} b
    on o.order_ref = b.order_ref and o.amount = b.amount`);

const leanScript = (m: Market, folder: string) => async (run: (sql: string) => Promise<unknown>) => {
  await run(`copy (select row_number() over () as id, * from ${csv(m.orders, ORDERS)}) to '${folder}/o.parquet'`);
  await run(`copy (select row_number() over () as id, * from ${csv(m.bill, BILL)}) to '${folder}/b.parquet'`);
  await run(`create table met as select o.id as o, b.id as b, o.amount as x, b.amount as y
    from '${folder}/o.parquet' o full join '${folder}/b.parquet' b on o.order_ref = b.order_ref`);
  await run(`select count(o) = count(distinct o), count(b) = count(distinct b), sum(x) - sum(y) from met`);
};

/** What one process measured: seconds by step, its CPU time and its peak memory. */
type Measured = {
  seconds: number;
  cpu: number;
  peakMiB: number;
  steps: [string, number][];
  totals?: { matched: number; breaks: number };
};

async function ours(m: Market, wechat: boolean, out: string | undefined): Promise<Omit<Measured, 'peakMiB'>> {
  const steps: [string, number][] = [];
  const before = process.cpuUsage();
  const began = performance.now();
  let last = began;
  const step = (en: string): void => {
    const now = performance.now();
    if (steps.length > 0) steps.at(-1)![1] = (now - last) / 1000;
    else last = began;
    steps.push([en, 0]);
    last = now;
  };
  step('opening');
  const staging = out === undefined ? undefined : await prepareOut(out);
  const run = await reconcile({
    paths: [m.orders, wechat ? m.wechat : m.bill],
    zone: 'Asia/Shanghai',
    configured: [PLAIN],
    ...(staging !== undefined && { outFolders: [staging.path] }),
    progress: { step: ({ en }) => step(en), at: () => {} },
  });
  if (staging !== undefined) {
    step('writing');
    await writeResults(run, staging, 'en');
  }
  const { matched, breaks } = run.result.totals;
  await run.close();
  await staging?.remove();
  step('end');
  const seconds = (performance.now() - began) / 1000;
  return { seconds, cpu: cpuSince(before), steps: steps.slice(0, -1), totals: { matched, breaks } };
}

/** One of them in this process; the parent reads the line. */
async function measure(which: string, m: Market, folder: string, wechat: boolean, out: boolean): Promise<void> {
  const done =
    which === 'a'
      ? { ...(await timed(bareJoin(m))), steps: [] }
      : which === 'b'
        ? { ...(await timed(leanScript(m, folder))), steps: [] }
        : which === 'c'
          ? { ...(await timed(bareRead(m))), steps: [] }
          : await ours(m, wechat, out ? join(folder, 'result') : undefined);
  console.log(JSON.stringify({ ...done, peakMiB: Math.trunc(process.resourceUsage().maxRSS / 1024) }));
}

const NAMES = ['a', 'b', 'c', 'ours'] as const;
type Name = (typeof NAMES)[number];

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]!;
const round = (x: number): number => Number(x.toPrecision(3));

async function main(args: readonly string[]): Promise<void> {
  const value = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const rows = Number(args.find((a, i) => /^\d+$/.test(a) && args[i - 1] !== '--runs') ?? 100_000);
  const wechat = args.includes('--wechat');
  const folder = value('--folder') ?? join('out', 'bench');
  mkdirSync(folder, { recursive: true });
  const m = await market(folder, rows, wechat);
  const which = value('--measure');
  if (which !== undefined) return measure(which, m, folder, wechat, args.includes('--out'));
  const runs = Number(value('--runs') ?? 3);
  const took: Record<Name, Measured[]> = { a: [], b: [], c: [], ours: [] };
  for (let i = 0; i < runs; i++) {
    for (const name of NAMES) {
      const child = spawnSync(process.execPath, [import.meta.filename, ...args, '--measure', name], {
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
      });
      if (child.status !== 0) throw new Error(`${name} ended with ${child.status ?? child.signal}`);
      took[name].push(JSON.parse(child.stdout) as Measured);
    }
  }
  rmSync(join(folder, 'result'), { recursive: true, force: true });
  const seconds = (name: Name): number => median(took[name].map((x) => x.seconds));
  const [a, b, c, whole] = NAMES.map(seconds) as [number, number, number, number];
  const cpu = (name: Name): number => median(took[name].map((x) => x.cpu));
  const first = took.ours[0]!;
  for (const [i, [name]] of first.steps.entries()) {
    const s = median(took.ours.map((x) => x.steps[i]![1]));
    console.log(`${name.padEnd(32)} ${round(s)} s  ${round(s / a)} × A`);
  }
  const row = {
    ...{ rows, layout: wechat ? 'wechat' : 'plain', out: args.includes('--out'), runs },
    ...{ a: round(a), b: round(b), c: round(c), whole: round(whole), ofA: round(whole / a), ofB: round(whole / b) },
    ...{ cpuA: round(cpu('a')), cpuWhole: round(cpu('ours')), cpuOfA: round(cpu('ours') / cpu('a')) },
    peakMiB: median(took.ours.map((x) => x.peakMiB)),
    linesPerSecond: Math.trunc((2 * rows) / whole),
    ...first.totals,
  };
  console.log(row);
  appendFileSync(join(import.meta.dirname, 'results.jsonl'), `${JSON.stringify(row)}\n`);
}

await main(process.argv.slice(2));
