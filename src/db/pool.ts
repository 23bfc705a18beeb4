/**
 * The door to the book. Every statement runs in a transaction that names its tenant; what is outside tenancy is named too.
 *
 * I12: `tenant` sets `app.tenant` for the transaction and row-level security does the rest; `shared` refuses a statement that names a
 * table with row-level security, because it would silently see nothing. May not: know what the tables mean.
 *
 * Values: int8 is bigint, timestamptz an Instant, date a PlainDate, numeric text, bytea a Buffer; parameters likewise.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { DaozhangError } from '../base/errors.ts';

export interface Tx {
  rows<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Exactly one row; throws otherwise. */
  one<T>(sql: string, params?: readonly unknown[]): Promise<T>;
  maybe<T>(sql: string, params?: readonly unknown[]): Promise<T | undefined>;
  /** How many rows were written. */
  run(sql: string, params?: readonly unknown[]): Promise<number>;
}
export interface TenantTx extends Tx {
  readonly tenantId: string;
}

export interface Book {
  /** One transaction for one tenant. Serialisation failures and deadlocks are tried again a few times with the same result. */
  tenant<T>(tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** One transaction over the tables without row-level security. */
  shared<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Throws `db.unavailable` where the database does not answer in time. */
  ping(timeoutMs: number): Promise<void>;
  stats(): Readonly<{ total: number; idle: number; waiting: number }>;
  close(): Promise<void>;
}

export type BookOptions = Readonly<{
  url: string;
  max?: number | undefined;
  /** The connection's role becomes this one: where the same user owns the tables. */
  role?: string | undefined;
  /** Tests only: fsync may be off. */
  allowUnsafe?: boolean | undefined;
  /** In [0, 1): spreads what is tried again. */
  jitter?: (() => number) | undefined;
}>;

const OLDEST = 150_000;
const MOST_TRIES = 6;
/** Above this a statement is written by its number of rows, and preparing each of its shapes would fill the server's memory. */
const LONGEST_PREPARED = 2_000;

const { types } = pg;
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [types.builtins.INT8]: (text) => BigInt(text),
  [types.builtins.NUMERIC]: (text) => text,
  [types.builtins.DATE]: (text) => Temporal.PlainDate.from(text),
  [types.builtins.TIMESTAMPTZ]: instantOf,
};

/** `2026-11-20 10:00:00.123+00`; the session's zone is UTC. `-infinity` is the beginning of time for our purposes. */
function instantOf(text: string): Temporal.Instant {
  if (text === '-infinity') return Temporal.Instant.fromEpochMilliseconds(-8.64e15);
  return Temporal.Instant.from(text.replace(' ', 'T'));
}

export async function openBook(options: BookOptions): Promise<Book> {
  const jitter = options.jitter ?? (() => 0.5);
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 60_000,
    lock_timeout: 20_000,
    idle_in_transaction_session_timeout: 60_000,
    query_timeout: 70_000,
    keepAlive: true,
    application_name: 'daozhang',
    options: `-c search_path=book -c timezone=UTC${options.role === undefined ? '' : ` -c role=${options.role}`}`,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        PARSERS[oid] ?? types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser,
    },
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const guarded = await examine(pool, options.allowUnsafe === true).catch(async (error) => {
    await pool.end();
    throw error;
  });

  const transaction = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await once(pool, work);
      } catch (error) {
        if (!isRetryable(error) || tried === MOST_TRIES) throw told(error);
        await pause(2 ** tried * (1 + jitter()) * 3);
      }
    }
  };
  return {
    tenant: (tenantId, work) =>
      transaction(async (client) => {
        await client.query({
          name: 'tenant',
          text: `select set_config('app.tenant', $1, true)`,
          values: [tenantId],
        });
        return await work({ ...txOf(client), tenantId });
      }),
    shared: (work) =>
      transaction((client) =>
        work(
          txOf(client, (sql) => {
            const table = guarded.exec(sql)?.[1];
            if (table !== undefined) throw new DaozhangError('db.no_tenant', { table });
          }),
        ),
      ),
    async ping(timeoutMs) {
      const late = new AbortController();
      try {
        await Promise.race([
          pool.query('select 1'),
          pause(timeoutMs, undefined, { signal: late.signal }).then(() => {
            throw new DaozhangError('db.unavailable', { reason: `no answer in ${timeoutMs} ms` });
          }),
        ]);
      } catch (error) {
        throw told(error);
      } finally {
        late.abort();
      }
    },
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}

async function once<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  let committing = false;
  try {
    await client.query('begin');
    const result = await work(client);
    committing = true;
    await client.query('commit');
    committing = false;
    return result;
  } catch (error) {
    if (committing && isConnectionLoss(error)) {
      broken = error as Error;
      // The COMMIT may have happened: whoever asked must look, not do it again.
      throw new DaozhangError('db.outcome_unknown', { reason: (error as Error).message });
    }
    await client.query('rollback').catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

function txOf(client: pg.PoolClient, check?: (sql: string) => void): Tx {
  const query = async (sql: string, params: readonly unknown[] = []): Promise<pg.QueryResult> => {
    check?.(sql);
    return await client.query({
      text: sql,
      values: params.map(parameter),
      ...(sql.length <= LONGEST_PREPARED ? { name: nameOf(sql) } : {}),
    });
  };
  return {
    rows: async <T>(sql: string, params?: readonly unknown[]) => (await query(sql, params)).rows as T[],
    one: async <T>(sql: string, params?: readonly unknown[]) => {
      const { rows } = await query(sql, params);
      if (rows.length !== 1) throw new Error(`one row was expected and ${rows.length} came: ${sql.slice(0, 200)}`);
      return rows[0] as T;
    },
    maybe: async <T>(sql: string, params?: readonly unknown[]) => {
      const { rows } = await query(sql, params);
      if (rows.length > 1)
        throw new Error(`at most one row was expected and ${rows.length} came: ${sql.slice(0, 200)}`);
      return rows[0] as T | undefined;
    },
    run: async (sql, params) => (await query(sql, params)).rowCount ?? 0,
  };
}

/** A prepared statement's name; the same text always has the same. */
const names = new Map<string, string>();
function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
  names.set(sql, name);
  return name;
}

function parameter(value: unknown): unknown {
  if (typeof value === 'bigint' || value instanceof Temporal.Instant || value instanceof Temporal.PlainDate)
    return value.toString();
  if (value instanceof Uint8Array && !Buffer.isBuffer(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(parameter);
  return value;
}

type Coded = Readonly<{ code?: string; message?: string }>;
const codeOf = (error: unknown): string => (error as Coded | undefined)?.code ?? '';

/** Serialisation failure, deadlock: nothing happened, the same again is right. */
const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error));

/** Class 08, shutdowns, too many connections, and what the driver or the socket says without a code of PostgreSQL's. */
function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  return (
    /^(08|57P0|53)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH', '57014'].includes(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/i.test(
      (error as Coded | undefined)?.message ?? '',
    )
  );
}

function told(error: unknown): unknown {
  if (error instanceof DaozhangError || !isConnectionLoss(error)) return error;
  return new DaozhangError('db.unavailable', { reason: (error as Error).message });
}

/** Refuses what would lose money quietly, and learns which tables belong to tenants. */
async function examine(pool: pg.Pool, allowUnsafe: boolean): Promise<RegExp> {
  const settings = await pool
    .query<{ name: string; setting: string }>(
      `select name, setting from pg_settings where name in ('server_version_num', 'fsync', 'full_page_writes', 'synchronous_commit')`,
    )
    .catch((error) => {
      throw told(error);
    });
  const of = new Map(settings.rows.map((r) => [r.name, r.setting]));
  if (Number(of.get('server_version_num')) < OLDEST)
    throw new DaozhangError('db.too_old', { version: of.get('server_version_num') ?? '?' });
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => of.get(name) === 'off');
  if (off.length > 0 && !allowUnsafe) throw new DaozhangError('db.unsafe_settings', { settings: off.join(', ') });
  const { rows: role } = await pool.query<{ role: string; free: boolean }>(
    'select rolname as role, rolsuper or rolbypassrls as free from pg_roles where rolname = current_user',
  );
  if (role[0]?.free !== false) throw new DaozhangError('db.role_too_strong', { role: role[0]?.role ?? '?' });
  const { rows: tables } = await pool.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = to_regnamespace('book') and relrowsecurity`,
  );
  if (tables.length === 0) throw new DaozhangError('db.not_migrated', {});
  return new RegExp(`(?<![\\w'])(${tables.map((t) => t.name).join('|')})(?![\\w'])`, 'i');
}
