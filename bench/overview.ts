/**
 * How long does the overview take where the book is full? A year of payments at three accounts with what told of them, their batches and bills
 * is laid in by SQL, the last days still on their way; then the overview of 7, 30 and 90 days is asked for over HTTP on a warm server: first
 * while every hour is touched, as after an upgrade, so that each payment is read; then from the sums of its hours, which are made in between.
 *
 *   node bench/overview.ts [--payments 1000000] [--rounds 20] [--keep FOLDER]
 *
 * Baseline in the same run: `count(*)` and `sum` over the same days by a plain client, grouped by nothing. CPU time beside the clock, of the
 * server's process (whose client is in it) and of the database. A line goes to bench/results.jsonl.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { realPace } from '../src/actions/pace.ts';
import { freshFrom, sumsDue } from '../src/actions/sums.ts';
import { makeKey } from '../src/api/auth.ts';
import { serve } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { clock } from '../src/base/clock.ts';
import { newId } from '../src/base/ids.ts';
import { vaultOf } from '../src/base/vault.ts';
import { Accounts } from '../src/channels/accounts.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { openBook } from '../src/db/pool.ts';

const { values: flags } = parseArgs({
  options: {
    payments: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '20' },
    keep: { type: 'string' },
  },
});
const PAYMENTS = Number(flags.payments);
const ROUNDS = Number(flags.rounds);
const DAYS = 365;
const PROVIDERS = ['wechatpay', 'alipay', 'lakala'] as const;
const CHUNK = 100_000;
const SPANS = [7, 30, 90];

/** Of payment `i` of the year: when, where, and how it went. The last two days are on their way, what lies behind is credited. */
const AT = `now() - interval '${DAYS} days' + i * (interval '${DAYS} days' / ${PAYMENTS})`;
const MINOR = '(1000 + i % 90000)';
const ID = `(lpad(to_hex(x'019810000000'::bigint + i), 12, '0') || '70008000000000000000')::uuid`;
const OBSERVED = `(lpad(to_hex(x'019820000000'::bigint + i), 12, '0') || '70008000000000000000')::uuid`;
const BATCH = (at: string): string => `md5(acc || (${at})::date::text)::uuid`;

async function fill(owner: pg.Client, tenantId: string, accounts: readonly string[]): Promise<void> {
  const tables = ['payments', 'observations', 'batches', 'reconciliations'];
  for (const t of tables) await owner.query(`alter table book.${t} no force row level security`);
  const run = newId();
  await owner.query(
    `insert into book.reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by) values ($1, $2, true, 'done', 'Asia/Shanghai', 'zh', 'bench')`,
    [tenantId, run],
  );
  for (const [n, acc] of accounts.entries())
    await owner.query(
      `insert into book.batches (tenant_id, id, livemode, channel, account, currency, key, kind, state, business_from, business_to, due_on, credited_on,
         lines, sums, reconciliation_id)
       select $1, md5($2 || day::date::text)::uuid, true, $3, $4, 'CNY', $2 || day::date, 'implied',
              case when day > now() - interval '3 days' then 'on_its_way' when extract(doy from day)::int % 97 = 0 then 'late' else 'credited' end,
              day, day, day + interval '1 day', case when day <= now() - interval '3 days' then day + interval '1 day' end, 1, '{}', $5
         from generate_series(now() - interval '${DAYS + 1} days', now(), interval '1 day') as day`,
      [tenantId, acc, PROVIDERS[n], `190000000${n}`, run],
    );
  await owner.query('update book.batches set found = state where tenant_id = $1', [tenantId]);
  for (let from = 1; from <= PAYMENTS; from += CHUNK) {
    const series = `generate_series(${from}, ${Math.min(PAYMENTS, from + CHUNK - 1)}) as i, lateral (select ($2::uuid[])[1 + i % 3]::text as acc) as a`;
    await owner.query(
      `insert into book.payments (tenant_id, id, livemode, account_id, direction, ref, created_at, version, position, currency, ordered_minor,
         captured_minor, refunded_minor, placed_at, captured_at, recorded_at, cleared_on, batch_id, trace, verdict, release, terminal)
       select $1, ${ID}, true, acc::uuid, 'in', 'P' || i, ${AT}, 1, case when i % 20 = 0 then 'closed' else 'captured' end, 'CNY', ${MINOR},
              case when i % 20 = 0 then 0 else ${MINOR} end, case when i % 50 = 1 then ${MINOR} / 2 else 0 end, ${AT},
              case when i % 20 <> 0 then ${AT} end, case when i % 20 <> 0 and i % 997 <> 0 then ${AT} end,
              case when i % 20 <> 0 and ${AT} < now() - interval '1 day' then (${AT})::date end,
              case when i % 20 <> 0 and ${AT} < now() - interval '2 days' then ${BATCH(AT)} end,
              jsonb_build_object('position', 'captured', 'captured', jsonb_build_object('minor', ${MINOR}::text, 'currency', 'CNY'), 'capturedBy',
                'notification', 'lastWord', 'captured', 'contradictions', '[]'::jsonb, 'evidence', jsonb_build_array(${ID}, ${ID}), 'saidBy',
                jsonb_build_array('notification'), 'refunds', '[]'::jsonb, 'holds', '[]'::jsonb, 'placedAt', ${AT}, 'capturedAt', ${AT}, 'recordedAt', ${AT}),
              case when i % 20 = 0 then 'unpaid' when i % 997 = 0 then 'unrecorded' else 'on_its_way' end, 'yes', true from ${series}`,
      [tenantId, accounts],
    );
    await owner.query(
      `insert into book.observations (tenant_id, account_id, source, key, body_hash, occurred_at, id, payment_id, kind, said, amount_minor, currency,
         received_at, last_seen_at)
       select $1, acc::uuid, case when i % 30 = 0 then 'inquiry' else 'notification' end, 'N' || i, '\\x00', ${AT}, ${OBSERVED}, ${ID}, 'captured',
              'SUCCESS', ${MINOR}, 'CNY', ${AT} + (i % 40) * interval '100 milliseconds', ${AT} from ${series} where i % 20 <> 0`,
      [tenantId, accounts],
    );
    process.stderr.write(`\r${Math.min(PAYMENTS, from + CHUNK - 1)} of ${PAYMENTS} payments `);
  }
  // As migration 22 does it.
  await owner.query('alter table book.touched_hours no force row level security');
  await owner.query(
    `insert into book.touched_hours (tenant_id, livemode, hour, id) select $1, true, hour, gen_random_uuid()
       from (select distinct date_trunc('hour', moment, 'UTC') as hour from book.payments where tenant_id = $1)`,
    [tenantId],
  );
  for (const t of [...tables, 'touched_hours']) await owner.query(`alter table book.${t} force row level security`);
  await owner.query('vacuum analyze');
  process.stderr.write('\n');
}

const quantile = (sorted: readonly number[], q: number): number =>
  Math.trunc(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]! * 10) / 10;

const TICK_MS = 10;
function usedMs(pid: number): number {
  // After the name, which may hold anything: user and system time in ticks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

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
    const { token } = await book.tenant(tenantId, (tx) =>
      makeKey(tx, { name: 'bench', livemode: true, scopes: ['read'] }),
    );
    const accounts = await book.tenant(tenantId, (tx) =>
      Array.fromAsync(PROVIDERS, (provider, n) =>
        new Accounts(vault).create(tx, {
          ...{ provider, name: provider, merchantNo: `190000000${n}`, livemode: true },
          ...{ feed: 'none', settings: {}, credentials: [] },
        }),
      ),
    );
    const owner = new pg.Client({ connectionString: embedded.ownerUrl });
    owner.on('error', () => {});
    await owner.connect();
    await fill(owner, tenantId, accounts);
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
    /** Of each of the database's processes that serve us, in milliseconds; nothing where the system does not tell. */
    const databaseMs = async (): Promise<ReadonlyMap<number, number>> => {
      const { rows } = await owner.query<{ pid: number }>('select pid from pg_stat_activity where datname is not null');
      return new Map(process.platform === 'linux' ? rows.map(({ pid }) => [pid, usedMs(pid)]) : []);
    };
    const timed = async (ask: () => Promise<unknown>): Promise<object> => {
      const times: number[] = [];
      // The first ones warm.
      for (let i = 0; i < 3; i += 1) await ask();
      const [mine, theirs] = [process.cpuUsage(), await databaseMs()];
      for (let i = 0; i < ROUNDS; i += 1) {
        const start = performance.now();
        await ask();
        times.push(performance.now() - start);
      }
      const { user, system } = process.cpuUsage(mine);
      // One that began meanwhile began with nothing; what one that ended had used is not known.
      const used = (await databaseMs()).entries().reduce((sum, [pid, ms]) => sum + ms - (theirs.get(pid) ?? 0), 0);
      const cpuMs = { server: (user + system) / 1_000 / ROUNDS, database: used / ROUNDS };
      times.sort((a, b) => a - b);
      return {
        ...{ leastMs: quantile(times, 0), p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) },
        ...{ p99Ms: quantile(times, 0.99), serverCpuMs: quantile([cpuMs.server], 0), databaseCpuMs: cpuMs.database },
      };
    };
    const asked = (days: number): Promise<object> =>
      timed(async () => {
        const response = await fetch(`${served.url}/v1/overview?days=${days}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        const body = (await response.json()) as { stations?: readonly unknown[] };
        if (body.stations?.length === 0 || response.status !== 200) throw new Error(JSON.stringify(body));
      });
    // One sums at a time: while we say that we do, the workers do not.
    const turn = `hashtext('daozhang sums'), hashtext('${tenantId}')`;
    await owner.query(`select pg_advisory_lock(${turn})`);
    const alone: Record<number, object> = {};
    for (const days of SPANS) alone[days] = await asked(days);
    await owner.query(`select pg_advisory_unlock(${turn})`);
    const start = performance.now();
    const pace = realPace(() => 0.5);
    const left = async (): Promise<boolean> => {
      const { rows } = await owner.query<{ left: boolean }>(
        'select exists (select from book.touched_hours where tenant_id = $1 and hour < $2) as left',
        [tenantId, freshFrom(pace.now()).toString()],
      );
      return rows[0]!.left;
    };
    await owner.query('alter table book.touched_hours no force row level security');
    while (await left()) await sumsDue({ book, pace });
    const summedMs = Math.round(performance.now() - start);
    await owner.query('vacuum analyze book.hour_sums, book.touched_hours');
    const found: Record<string, object> = {};
    await owner.query('alter table book.payments no force row level security');
    for (const days of SPANS) {
      const overview = await asked(days);
      const plain = await timed(() =>
        owner.query({
          name: 'plain',
          text: `select count(*), sum(captured_minor) from book.payments where tenant_id = $1 and livemode
                  and moment >= now() - $2 * interval '1 day'`,
          values: [tenantId, days],
        }),
      );
      found[`days${days}`] = {
        ...{ payments: Math.trunc((PAYMENTS / DAYS) * days), overview, alone: alone[days], plain },
      };
    }
    const result = {
      bench: 'overview',
      at: clock.now().toString(),
      payments: PAYMENTS,
      days: DAYS,
      summedMs,
      found,
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
