/**
 * Forward migrations: numbered files, each in its own transaction, one migrator at a time, each file's hash kept. A file that was
 * applied is never edited; a database newer than the program is refused.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { ROOT } from '../base/root.ts';

const FOLDER = join(ROOT, 'sql');
/** Any number, the same in every process. */
const LOCK = 7_316_020_114;
const MONTHS_AHEAD = 12;
/** Tables that grow by the month. */
const MONTHLY = ['messages', 'observations'] as const;

export type Migrated = Readonly<{ applied: readonly string[]; at: string }>;

export async function migrate(ownerUrl: string, folder = FOLDER): Promise<Migrated> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await prepare(client);
    const applied = await applyAll(client, folder);
    await makeMonths(client);
    const { rows } = await client.query<{ name: string }>(
      'select name from book.migrations order by number desc limit 1',
    );
    return { applied, at: rows[0]?.name ?? '' };
  } finally {
    await client.end();
  }
}

/** The schema, the role that serves, and the list of what was applied. */
async function prepare(client: pg.Client): Promise<void> {
  await client.query(`
    do $$ begin
      if not exists (select from pg_roles where rolname = 'daozhang_app') then
        create role daozhang_app nologin nosuperuser nobypassrls;
      end if;
      if not pg_has_role(current_user, 'daozhang_app', 'set') then
        execute format('grant daozhang_app to %I', current_user);
      end if;
    exception when insufficient_privilege then null; -- made by the superuser, who need not let the owner become it
    end $$;
    create schema if not exists book;
    create table if not exists book.migrations (
      number int primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`);
}

async function applyAll(client: pg.Client, folder: string): Promise<readonly string[]> {
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort();
  const { rows } = await client.query<{ number: number; name: string; sha256: string }>(
    'select number, name, sha256 from book.migrations order by number',
  );
  const known = new Map(rows.map((r) => [r.number, r]));
  const newest = Number(files.at(-1)?.slice(0, 4) ?? 0);
  const beyond = rows.find((r) => r.number > newest);
  if (beyond !== undefined) throw new DaozhangError('db.newer_schema', { migration: beyond.name });
  const applied: string[] = [];
  for (const name of files) {
    const number = Number(name.slice(0, 4));
    const text = readFileSync(join(folder, name), 'utf8');
    const hash = sha256(text.replaceAll('\r\n', '\n'));
    const before = known.get(number);
    if (before !== undefined) {
      if (before.sha256 !== hash) throw new DaozhangError('db.migration_changed', { migration: name });
      continue;
    }
    await client.query('begin');
    try {
      await client.query(text);
      await client.query('insert into book.migrations (number, name, sha256) values ($1, $2, $3)', [
        number,
        name,
        hash,
      ]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new DaozhangError('db.migration_failed', { migration: name, reason: (error as Error).message });
    }
    applied.push(name);
  }
  return applied;
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
             and not exists (select from book.${table}_rest where occurred_at >= '${from}' and occurred_at < '${to}') then
            create table book.${name} partition of book.${table} for values from ('${from}T00:00:00Z') to ('${to}T00:00:00Z');
          end if;
        end $$`);
    }
  }
}
