/**
 * Forward migrations: numbered files, each in its own transaction, one migrator at a time, each file's hash kept. A file that was
 * applied is never edited or taken away; a database newer than the program is refused.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { ROOT } from '../base/root.ts';
import { OLDEST } from './pool.ts';
import { reasonOf, told, toldOfConnecting } from './trouble.ts';

const FOLDER = join(ROOT, 'sql');
/** Any number, the same in every process. */
const LOCK = 7_316_020_114;
const MONTHS_AHEAD = 12;
/** Tables that grow by the month. */
const MONTHLY = ['messages', 'observations'] as const;

type Migrated = Readonly<{ applied: readonly string[]; at: string }>;

export async function migrate(ownerUrl: string, folder = FOLDER): Promise<Migrated> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000, keepAlive: true });
  client.on('error', () => {});
  await client.connect().catch((error) => {
    throw toldOfConnecting(error, undefined);
  });
  try {
    const { rows: server } = await client.query<{ version: string }>(
      `select current_setting('server_version_num') as version`,
    );
    if (Number(server[0]!.version) < OLDEST) throw new DaozhangError('db.too_old', server[0]!);
    await alone(client, () => prepare(client));
    const applied = await applyAll(client, folder);
    await alone(client, () => makeMonths(client));
    const { rows } = await client.query<{ name: string }>(
      'select name from book.migrations order by number desc limit 1',
    );
    return { applied, at: rows[0]?.name ?? '' };
  } catch (error) {
    throw told(error);
  } finally {
    await client.end();
  }
}

/** One transaction, one migrator: the lock ends with it, so that a pooler may stand between us and the server. */
async function alone<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    // A migration that waits for a table makes everybody behind it wait too: rather give up, and nothing of it happened.
    await client.query(`set local lock_timeout = '60s'; set local timezone = 'UTC'`);
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** The role that serves, the schema, and the list of what was applied. */
async function prepare(client: pg.Client): Promise<void> {
  await attempt(client, 'create role daozhang_app nologin nosuperuser nobypassrls');
  const { rowCount } = await client.query(`select from pg_roles where rolname = 'daozhang_app'`);
  if (rowCount === 0)
    throw new DaozhangError('db.role_missing', {
      role: 'daozhang_app',
      reason: 'it is not there, and may not be made',
    });
  // Whoever migrates by DATABASE_URL serves as this role. The embedded owner may not become it, and need not.
  await attempt(client, 'grant daozhang_app to current_user');
  await client.query(`
    create schema if not exists book;
    create table if not exists book.migrations (
      number int primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`);
}

/** What may be there already, or be another's right. */
async function attempt(client: pg.Client, sql: string): Promise<void> {
  await client.query('savepoint attempt');
  try {
    await client.query(sql);
  } catch (error) {
    await client.query('rollback to attempt');
    // 42501 no right; 42710 and, made by another at this moment, 23505: it is there; 0LP01, 42P17: the role itself.
    if (!['42501', '42710', '23505', '0LP01', '42P17'].includes((error as { code?: string }).code ?? '')) throw error;
  }
}

async function applyAll(client: pg.Client, folder: string): Promise<readonly string[]> {
  const files = new Map(
    readdirSync(folder)
      .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
      .sort()
      .map((name) => {
        const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
        return [Number(name.slice(0, 4)), { name, text, hash: sha256(text) }] as const;
      }),
  );
  const applied: string[] = [];
  for (;;) {
    const name = await alone(client, () => applyNext(client, files));
    if (name === undefined) return applied;
    applied.push(name);
  }
}

type File = Readonly<{ name: string; text: string; hash: string }>;

/** The first that is not there yet: another migrator may have applied some since we looked last. */
async function applyNext(client: pg.Client, files: ReadonlyMap<number, File>): Promise<string | undefined> {
  const { rows } = await client.query<{ number: number; name: string; sha256: string }>(
    'select number, name, sha256 from book.migrations order by number',
  );
  const newest = Math.max(0, ...files.keys());
  for (const { number, name, sha256: hash } of rows) {
    if (number > newest) throw new DaozhangError('db.newer_schema', { migration: name });
    if (files.get(number)?.hash !== hash) throw new DaozhangError('db.migration_changed', { migration: name });
  }
  const known = new Set(rows.map((r) => r.number));
  const next = [...files].find(([number]) => !known.has(number));
  if (next === undefined) return undefined;
  const [number, { name, text, hash }] = next;
  try {
    await client.query(text);
    await client.query('insert into book.migrations (number, name, sha256) values ($1, $2, $3)', [number, name, hash]);
  } catch (error) {
    throw new DaozhangError('db.migration_failed', { migration: name, reason: reasonOf(error) }, error);
  }
  return name;
}

/** Partitions for the months to come. A month whose rows went to the rest already stays there. */
async function makeMonths(client: pg.Client): Promise<void> {
  const first = clock.now().toZonedDateTimeISO('UTC').toPlainDate().with({ day: 1 }).subtract({ months: 1 });
  for (const table of MONTHLY) {
    const { rows } = await client.query('select to_regclass($1) is not null as there', [`book.${table}`]);
    if (!rows[0].there) continue;
    for (let i = 0; i <= MONTHS_AHEAD + 1; i += 1) {
      const from = first.add({ months: i });
      const to = from.add({ months: 1 });
      const name = `${table}_${from.toString().slice(0, 7).replace('-', '_')}`;
      await client.query(`
        do $$ begin
          if to_regclass('book.${name}') is null
             and not exists (select from book.${table}_rest where occurred_at >= '${from}T00:00:00Z' and occurred_at < '${to}T00:00:00Z') then
            create table book.${name} partition of book.${table} for values from ('${from}T00:00:00Z') to ('${to}T00:00:00Z');
          end if;
        end $$`);
    }
  }
  for (const table of MONTHLY) await tune(client, table);
}

/** A partition takes neither its table's settings nor how many rows its columns' statistics are made of. */
async function tune(client: pg.Client, table: (typeof MONTHLY)[number]): Promise<void> {
  const { rows: partitions } = await client.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = to_regclass($1) and not coalesce(c.reloptions::text like '%analyze%', false)`,
    [`book.${table}`],
  );
  if (partitions.length === 0) return;
  const { rows: columns } = await client.query<{ name: string; target: number }>(
    `select quote_ident(attname) as name, attstattarget as target from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and attstattarget >= 0`,
    [`book.${table}`],
  );
  for (const { name } of partitions)
    await client.query(
      `alter table book.${name} set (${[...GROWING, ...SETTINGS[table]].join(', ')})
       ${columns.map((c) => `, alter column ${c.name} set statistics ${c.target}`).join(' ')}`,
    );
}

/** Analysed when half as large again, as the other growing tables (0021). */
const GROWING = [
  'autovacuum_analyze_threshold = 1000',
  'autovacuum_analyze_scale_factor = 0.5',
  'autovacuum_vacuum_insert_threshold = 10000',
  'autovacuum_vacuum_insert_scale_factor = 0.5',
];
// A message with its headers and body is a little longer than what PostgreSQL keeps in a row: it would try to compress the sealed bytes and
// write them to another table with an index of its own, which cost a third of storing it.
const SETTINGS = { messages: ['toast_tuple_target = 8160'], observations: [] } as const;
