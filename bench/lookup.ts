/**
 * How long does a lookup take where the book is full? Payments with their orders, verdicts and four references each are laid in by SQL; then
 * random references of each kind are searched over HTTP, as `daozhang where` and the counter do, one after the other on a warm server.
 *
 *   node bench/lookup.ts [--payments 1000000] [--lookups 1000] [--keep FOLDER]
 *
 * Baseline in the same run: the same row by its primary key, by a plain client over one connection. A line goes to bench/results.jsonl.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { makeKey } from '../src/api/auth.ts';
import { serve } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { clock } from '../src/base/clock.ts';
import { newId } from '../src/base/ids.ts';
import { seeded } from '../src/base/random.ts';
import { vaultOf } from '../src/base/vault.ts';
import { Accounts } from '../src/channels/accounts.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { openBook } from '../src/db/pool.ts';

const { values: flags } = parseArgs({
  options: {
    payments: { type: 'string', default: '1000000' },
    lookups: { type: 'string', default: '1000' },
    keep: { type: 'string' },
  },
});
const PAYMENTS = Number(flags.payments);
const LOOKUPS = Number(flags.lookups);
const CHUNK = 250_000;
/** Each kind's number of payment `i`, as SQL and here. */
const KINDS = {
  payment: ['P', 'a shop’s own payment number'],
  order: ['SO', 'the order'],
  channel_trade: ['4200', 'the channel'],
  wallet_trade: ['1000', 'the wallet behind it'],
} as const;
const refOf = (prefix: string, i: number): string => `${prefix}${String(i).padStart(14, '0')}`;
const ID = (of: string, prefix: string): string =>
  `(lpad(to_hex(x'${prefix}'::bigint + ${of}), 12, '0') || '70008000000000000000')::uuid`;

async function fill(owner: pg.Client, tenantId: string, accountId: string): Promise<void> {
  const tables = ['payments', 'orders', 'refs', 'verdicts'];
  for (const t of tables) await owner.query(`alter table book.${t} no force row level security`);
  // Indexes that no constraint needs are made after the rows: faster, and the same in the end.
  const { rows: indexes } = await owner.query<{ name: string; def: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as def from pg_index i
      where i.indrelid = any(array['book.payments', 'book.orders']::regclass[])
        and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
  );
  for (const { name } of indexes) await owner.query(`drop index ${name}`);
  const start = performance.now();
  for (let from = 1; from <= PAYMENTS; from += CHUNK) {
    const series = `generate_series(${from}, ${Math.min(PAYMENTS, from + CHUNK - 1)}) as i`;
    const ref = (kind: keyof typeof KINDS): string => `'${KINDS[kind][0]}' || lpad(i::text, 14, '0')`;
    const at = `timestamptz '2026-01-01' + i * interval '3 seconds'`;
    await owner.query('begin');
    await owner.query(
      `insert into book.orders (tenant_id, id, livemode, ref, amount_minor, currency, state, placed_at, paid_at)
       select $1, ${ID('i', '019800000000')}, true, ${ref('order')}, 1000 + i % 9000, 'CNY', 'paid', ${at}, ${at} from ${series}`,
      [tenantId],
    );
    await owner.query(
      `insert into book.payments (tenant_id, id, livemode, account_id, direction, ref, order_id, created_at, version, position, currency,
         ordered_minor, captured_minor, placed_at, captured_at, recorded_at, trace, verdict, release, terminal)
       select $1, ${ID('i', '019810000000')}, true, $2, 'in', ${ref('payment')}, ${ID('i', '019800000000')}, ${at}, 1, 'captured', 'CNY',
         1000 + i % 9000, 1000 + i % 9000, ${at}, ${at}, ${at},
         jsonb_build_object('position', 'captured', 'captured', jsonb_build_object('minor', (1000 + i % 9000)::text, 'currency', 'CNY'),
           'capturedBy', 'notification', 'capturedAt', ${at}, 'recordedAt', ${at}, 'placedAt', ${at}, 'lastWord', 'captured', 'lastWordAt', ${at},
           'saidBy', jsonb_build_array('notification'), 'evidence', '[]'::jsonb, 'contradictions', '[]'::jsonb, 'refunds', '[]'::jsonb,
           'holds', '[]'::jsonb),
         'on_its_way', 'yes', true from ${series}`,
      [tenantId, accountId],
    );
    await owner.query(
      `insert into book.verdicts (tenant_id, payment_id, version, code, release, cause, custody, confidence, amount_minor, currency, also,
         evidence, judged_at)
       select $1, ${ID('i', '019810000000')}, 1, 'on_its_way', 'yes', 'none', 'channel', 'high', 1000 + i % 9000, 'CNY', '{}', '{}', ${at}
         from ${series}`,
      [tenantId],
    );
    for (const kind of Object.keys(KINDS) as Array<keyof typeof KINDS>)
      await owner.query(
        `insert into book.refs (tenant_id, value, kind, payment_id)
         select $1, ${ref(kind)}, '${kind}', ${ID('i', '019810000000')} from ${series}`,
        [tenantId],
      );
    await owner.query('commit');
    const rate = (from + CHUNK - 1) / ((performance.now() - start) / 1_000);
    process.stderr.write(
      `\r${Math.min(PAYMENTS, from + CHUNK - 1)} of ${PAYMENTS} payments, ${Math.trunc(rate)} a second `,
    );
  }
  for (const { def } of indexes) await owner.query(def);
  for (const t of tables) await owner.query(`alter table book.${t} force row level security`);
  await owner.query('vacuum analyze');
  process.stderr.write(`\nlaid in within ${Math.trunc((performance.now() - start) / 1_000)} s\n`);
}

const quantile = (sorted: readonly number[], q: number): number =>
  Math.trunc(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]! * 100) / 100;

async function main(): Promise<void> {
  const folder = flags.keep ?? mkdtempSync(join(tmpdir(), 'daozhang-bench-'));
  if (flags.keep === undefined) chmodSync(folder, 0o711);
  const embedded = await startEmbedded({ folder, unsafeFast: true });
  try {
    await migrate(embedded.ownerUrl);
    const book = await openBook({ url: embedded.appUrl, allowUnsafe: true });
    const vault = vaultOf([randomBytes(32)]);
    const tenantId = newId();
    await book.shared((tx) => tx.run('insert into tenants (id, name) values ($1, $2)', [tenantId, 'bench']));
    // A key each: one may ask 6,000 times a minute.
    const keyFor = (name: string): Promise<string> =>
      book.tenant(tenantId, async (tx) => (await makeKey(tx, { name, livemode: true, scopes: ['read'] })).token);
    const accountId = await book.tenant(tenantId, (tx) =>
      new Accounts(vault).create(tx, {
        provider: 'wechatpay',
        name: 'bench',
        merchantNo: '1900000001',
        livemode: true,
        feed: 'none',
        settings: {},
        credentials: [],
      }),
    );
    const owner = new pg.Client({ connectionString: embedded.ownerUrl });
    owner.on('error', () => {});
    await owner.connect();
    await fill(owner, tenantId, accountId);
    const { rows: size } = await owner.query<{ gib: string }>(
      `select round(pg_database_size(current_database()) / 2.0^30, 1)::text as gib`,
    );
    const served = await serve(
      {
        book,
        vault,
        archive: openArchive(join(folder, 'archive')),
        allowPrivate: [],
        version: 'bench',
        told: (error) => console.error(error),
      },
      { host: '127.0.0.1', port: 0 },
    );
    const random = seeded(20_261_127);
    const search = async (ref: string, token: string): Promise<number> => {
      const start = performance.now();
      const response = await fetch(`${served.url}/v1/payments/search?ref=${ref}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { items } = (await response.json()) as { items: ReadonlyArray<{ verdict?: { code: string } }> };
      const took = performance.now() - start;
      if (items?.length !== 1 || items[0]!.verdict?.code !== 'on_its_way')
        throw new Error(`${ref}: ${response.status}, ${items?.length} found`);
      return took;
    };
    const found: Record<string, object> = {};
    for (const [kind, [prefix]] of Object.entries(KINDS)) {
      const refs = Array.from({ length: LOOKUPS }, () => refOf(prefix, 1 + random.below(PAYMENTS)));
      const token = await keyFor(kind);
      // Warm: what is asked about has been in memory once; the thousand asked are others' neighbours too.
      for (const ref of refs) await search(ref, token);
      const times: number[] = [];
      for (const ref of refs) times.push(await search(ref, token));
      times.sort((a, b) => a - b);
      found[kind] = { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), mostMs: quantile(times, 1) };
    }
    const times: number[] = [];
    await owner.query('alter table book.payments no force row level security');
    for (let i = 0; i < LOOKUPS * 2; i += 1) {
      const start = performance.now();
      await owner.query({
        name: 'plain',
        text: `select * from book.payments where tenant_id = $1 and id = ${ID('$2::bigint', '019810000000')}`,
        values: [tenantId, 1 + random.below(PAYMENTS)],
      });
      if (i >= LOOKUPS) times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const result = {
      bench: 'lookup',
      at: clock.now().toString(),
      payments: PAYMENTS,
      lookups: LOOKUPS,
      databaseGiB: Number(size[0]!.gib),
      found,
      baselineByKey: { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) },
      cpus: cpus().length,
    };
    console.log(JSON.stringify(result, null, 1));
    appendFileSync(join(import.meta.dirname, 'results.jsonl'), `${JSON.stringify(result)}\n`);
    await served.close();
    await owner.end();
    await book.close();
  } finally {
    await embedded.stop();
    if (flags.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
