/**
 * How long does a whole `reconcile` take, beside two baselines of the same run?
 *
 * A: one bare DuckDB full join of the two CSVs with explicit types — nothing kept, nothing proven.
 * B: a lean hand-written script — both files to Parquet, one join, a proof that each line is used once.
 *
 * node bench/reconcile.ts [rows] [--wechat] [--folder DIR]; prints each step and its ratio to A, appends to results.jsonl.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { delimitedChannel, delimitedConfig } from '../src/files/formats/lakala-delimited.ts';
import { reconcile } from '../src/reconcile/run.ts';
import { type Market, market } from './market.ts';

/** The plain bill's columns, as an operator would describe them. */
const PLAIN = delimitedChannel(
  delimitedConfig.parse({
    id: 'bench-bill',
    title: { en: 'bench', zh: '基准' },
    channel: 'wechatpay',
    columns: { channelRef: '单号', orderRef: '商户订单号', amount: '金额', fee: '手续费' },
    time: { columns: ['时间'], format: 'yyyy-MM-dd HH:mm:ss' },
    kind: { column: '类型', values: { 消费: 'payment', 退货: 'refund' } },
    amounts: { unit: 'yuan', refunds: 'unsigned' },
    key: 'channelRef',
  }),
);

const ORDERS = `{order_ref: 'VARCHAR', kind: 'VARCHAR', status: 'VARCHAR', amount: 'DECIMAL(12,2)', currency: 'VARCHAR', created_at: 'TIMESTAMP', channel: 'VARCHAR'}`;
const BILL = `{trade: 'VARCHAR', order_ref: 'VARCHAR', at_: 'TIMESTAMP', kind: 'VARCHAR', amount: 'DECIMAL(12,2)', fee: 'DECIMAL(12,2)'}`;
const csv = (path: string, columns: string): string =>
  `read_csv('${path}', columns = ${columns}, header = true, auto_detect = false, delim = ',', quote = '"')`;

async function timed(what: (run: (sql: string) => Promise<unknown>) => Promise<unknown>): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const db = await instance.connect();
  const began = performance.now();
  await what((sql) => db.run(sql));
  const seconds = (performance.now() - began) / 1000;
  db.closeSync();
  instance.closeSync();
  return seconds;
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

async function main(args: readonly string[]): Promise<void> {
  const value = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const rows = Number(args.find((a) => /^\d+$/.test(a)) ?? 100_000);
  const wechat = args.includes('--wechat');
  const folder = value('--folder') ?? join('out', 'bench');
  mkdirSync(folder, { recursive: true });
  const m = await market(folder, rows, wechat);
  const a = await timed(bareJoin(m));
  const b = await timed(leanScript(m, folder));
  const steps: [string, number][] = [];
  let last = performance.now();
  const began = last;
  const run = await reconcile({
    paths: [m.orders, wechat ? m.wechat : m.bill],
    zone: 'Asia/Shanghai',
    configured: [PLAIN],
    progress: {
      step: ({ en }) => {
        const now = performance.now();
        if (steps.length > 0) steps.at(-1)![1] = (now - last) / 1000;
        steps.push([en, 0]);
        last = now;
      },
      at: () => {},
    },
  });
  steps.at(-1)![1] = (performance.now() - last) / 1000;
  const whole = (performance.now() - began) / 1000;
  const { totals } = run.result;
  await run.close();
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  const round = (x: number): number => Number(x.toPrecision(3));
  for (const [name, seconds] of steps) console.log(`${name.padEnd(32)} ${round(seconds)} s  ${round(seconds / a)} × A`);
  const row = {
    rows,
    layout: wechat ? 'wechat' : 'plain',
    a: round(a),
    b: round(b),
    whole: round(whole),
    ofA: round(whole / a),
    ofB: round(whole / b),
    peakMiB: Math.trunc(peakMiB),
    matched: totals.matched,
    breaks: totals.breaks,
  };
  console.log(row);
  appendFileSync(join(import.meta.dirname, 'results.jsonl'), `${JSON.stringify(row)}\n`);
}

await main(process.argv.slice(2));
