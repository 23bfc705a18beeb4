/**
 * The door to the book. Every statement runs in a transaction that names its tenant; what is outside tenancy is named too.
 *
 * I12: `tenant` sets `app.tenant` for the transaction and row-level security does the rest; `shared` refuses a statement that names a
 * table with row-level security, because it would silently see nothing. I1: what `tenant` and `shared` return is committed; a commit
 * whose outcome is unknown is `db.outcome_unknown` and is never tried again here. May not: know what the tables mean.
 *
 * Cost: one round trip a statement, one to commit; what begins a transaction goes with its first statement.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { spread } from '../base/random.ts';
import { watchOver } from './silence.ts';
import { isFromServer, isLost, isRetryable, reasonOf, told, toldOfConnecting } from './trouble.ts';
import { getTypeParser, parameter } from './types.ts';

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
  /**
   * One transaction for one tenant. After a serialisation failure or a deadlock `work` is run again, a few times: what it does
   * outside the transaction must bear that.
   */
  tenant<T>(tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** One transaction over the tables without row-level security. */
  shared<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The database's clock; `db.unavailable` where it does not answer in time. */
  ping(timeoutMs: number): Promise<Temporal.Instant>;
  stats(): Readonly<{ total: number; idle: number; waiting: number; retried: number }>;
  close(): Promise<void>;
}

type BookOptions = Readonly<{
  url: string;
  max?: number | undefined;
  /** The connection's role becomes this one: where the same user owns the tables. */
  role?: string | undefined;
  /** How long to wait for a connection where all are busy. */
  waitMs?: number | undefined;
  /** How long a statement may run before the server is asked whether it works on it. */
  silenceMs?: number | undefined;
  /** Tests only: fsync may be off. */
  allowUnsafe?: boolean | undefined;
  /** In [0, 1): spreads what is tried again. */
  jitter?: (() => number) | undefined;
}>;

export const OLDEST = 150_000;
const MOST_TRIES = 8;
/** Asked after this, silent after three times this: whoever called has an answer within ten seconds. */
const SILENCE_MS = 2_500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Above this a statement is written by its number of rows, and preparing each of its shapes would fill the server's memory. */
const LONGEST_PREPARED = 2_000;

export async function openBook(options: BookOptions): Promise<Book> {
  const jitter = options.jitter ?? spread;
  const waitMs = options.waitMs ?? 5_000;
  let retried = 0;
  const { url, pooled } = addressOf(options.url);
  const settings = settingsFor(options.role);
  const pool = new pg.Pool({
    connectionString: pooled ? url : withSettings(url, settings),
    max: options.max ?? 10,
    connectionTimeoutMillis: waitMs,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: 1_800,
    // The driver's own, after the server's: for a server that no longer speaks.
    query_timeout: 70_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    allowExitOnIdle: true,
    pipeline: true,
    application_name: 'daozhang',
    types: { getTypeParser },
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const watch = watchOver(url, options.silenceMs ?? SILENCE_MS, !pooled);
  pool.on('connect', watch.over);
  // Behind a pooler the next transaction may have another connection: each brings all it needs, in the words that begin it.
  const begin = ['begin', ...(pooled ? settings.map(([name, value]) => `set local ${name} = '${value}'`) : [])].join(
    '; ',
  );
  const guarded = await examine(pool, begin, options).catch(async (error) => {
    await pool.end();
    watch.end();
    throw error;
  });

  const transaction = async <T>(opening: string, work: (query: Query) => Promise<T>): Promise<T> => {
    for (let tried = 1; ; tried += 1) {
      if (watch.isSilent()) throw new DaozhangError('db.unavailable', { reason: 'it went silent' });
      const client = await pool.connect().catch((error) => {
        throw toldOfConnecting(error, options.role);
      });
      try {
        return await once(client, opening, work, !pooled);
      } catch (error) {
        if (!isRetryable(error) || tried === MOST_TRIES) throw told(error);
        retried += 1;
        await pause(2 ** tried * (1 + jitter()) * 3);
      }
    }
  };
  return {
    async tenant(tenantId, work) {
      // Checked, because it stands in the text: so beginning costs one round trip. '' would silently see nothing.
      if (!UUID.test(tenantId)) throw new DaozhangError('db.no_tenant', { table: 'a tenant’s table' });
      return await transaction(`${begin}; select set_config('app.tenant', '${tenantId}', true)`, (query) =>
        work({ ...txOf(query), tenantId }),
      );
    },
    shared: (work) =>
      transaction(begin, (query) =>
        work(
          txOf((sql, params) => {
            const table = guarded.exec(sql)?.[1];
            if (table !== undefined) throw new DaozhangError('db.no_tenant', { table });
            return query(sql, params);
          }),
        ),
      ),
    async ping(timeoutMs) {
      const late = new AbortController();
      try {
        const asked = { text: `${begin}; select clock_timestamp() as now; commit`, query_timeout: timeoutMs };
        const answers = await Promise.race([
          // Several statements in one have several answers, which the driver's types do not tell.
          pool.query(asked) as unknown as Promise<ReadonlyArray<pg.QueryResult<{ now: Temporal.Instant }>>>,
          pause(timeoutMs, undefined, { signal: late.signal }).then(() => {
            throw new DaozhangError('db.unavailable', { reason: `no answer in ${timeoutMs} ms` });
          }),
        ]);
        return answers.at(-2)!.rows[0]!.now;
      } catch (error) {
        throw told(error);
      } finally {
        late.abort();
      }
    },
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount, retried }),
    async close() {
      await pool.end();
      watch.end();
    },
  };
}

/** What every statement of ours rests on. */
const settingsFor = (role: string | undefined): ReadonlyArray<readonly [name: string, value: string]> => [
  ['search_path', 'book'],
  ['timezone', 'UTC'],
  ['datestyle', 'ISO'],
  ['statement_timeout', '60s'],
  ['lock_timeout', '20s'],
  ['idle_in_transaction_session_timeout', '60s'],
  ...(role === undefined ? [] : [['role', role] as const]),
];

/** `?pgbouncer=true`: a pooler that gives each transaction another connection stands between us and the server. */
function addressOf(address: string): Readonly<{ url: string; pooled: boolean }> {
  const url = new URL(address);
  const pooled = url.searchParams.get('pgbouncer') === 'true';
  url.searchParams.delete('pgbouncer');
  return { url: url.href, pooled };
}

/** Each connection begins with them. Options that the address itself carries stay, before ours. */
function withSettings(address: string, settings: ReturnType<typeof settingsFor>): string {
  const url = new URL(address);
  const theirs = url.searchParams.get('options');
  const ours = settings.map(([name, value]) => `-c ${name}=${value}`);
  url.searchParams.set('options', [...(theirs === null ? [] : [theirs]), ...ours].join(' '));
  return url.href;
}

type Query = (sql: string, params?: readonly unknown[]) => Promise<pg.QueryResult>;

/** One transaction on one connection, which goes back to the pool only if it is known to be clean. */
async function once<T>(
  client: pg.PoolClient,
  begin: string,
  work: (query: Query) => Promise<T>,
  named: boolean,
): Promise<T> {
  let broken: Error | undefined;
  let failed: unknown;
  let ended = false;
  const onError = (error: Error): void => {
    broken ??= error;
  };
  const send = async (query: pg.QueryConfig | string): Promise<pg.QueryResult> => {
    try {
      return await client.query(query);
    } catch (error) {
      // Anything but the server's refusal leaves the connection in a state nobody knows.
      if (isLost(error)) broken ??= error as Error;
      failed ??= error;
      throw error;
    }
  };
  client.on('error', onError);
  try {
    // Not waited for: the first statement goes with it.
    let beginning: Promise<unknown> | undefined = send(begin);
    beginning.catch((error) => {
      broken ??= error;
    });
    const result = await work(async (sql, params = []) => {
      // A statement that was not awaited would run alone, or in the next one's transaction.
      if (ended) throw new Error(`the transaction has ended: ${sql.slice(0, 200)}`);
      if (broken !== undefined) throw broken;
      const values = params.map(parameter);
      const sent = send({
        text: sql,
        values,
        ...(named && sql.length <= LONGEST_PREPARED ? { name: nameOf(sql) } : {}),
      });
      if (beginning === undefined) return await sent;
      const began = beginning;
      beginning = undefined;
      return await behind(began, sent);
    });
    await beginning;
    ended = true;
    if (broken !== undefined) throw broken;
    await commit(client, failed);
    return result;
  } catch (error) {
    ended = true;
    if (error instanceof DaozhangError && error.code === 'db.outcome_unknown') broken ??= error;
    if (broken === undefined) await send('rollback').catch(() => {});
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** The answer to a transaction's first statement, which was sent before it was known to have begun. */
async function behind<T>(began: Promise<unknown>, sent: Promise<T>): Promise<T> {
  const [begin, answer] = await Promise.allSettled([began, sent]);
  if (begin.status === 'fulfilled') return await sent;
  if (answer.status === 'rejected') throw begin.reason;
  // It stood in no transaction: what it did stands by itself.
  throw new DaozhangError('db.outcome_unknown', { reason: reasonOf(begin.reason) }, begin.reason);
}

async function commit(client: pg.PoolClient, failed: unknown): Promise<void> {
  let answer: pg.QueryResult;
  try {
    answer = await client.query('commit');
  } catch (error) {
    // A refusal is certain only where the connection outlives it; a server that goes down may have committed before it said so.
    const stands =
      isFromServer(error) &&
      (await client.query('rollback').then(
        () => true,
        () => false,
      ));
    if (stands) throw error;
    // The COMMIT may have happened: whoever asked must look, not do it again.
    throw new DaozhangError('db.outcome_unknown', { reason: reasonOf(error) }, error);
  }
  // Of a transaction in which a statement failed, COMMIT is answered by ROLLBACK and no error: `work` swallowed it.
  if (answer.command !== 'COMMIT') throw failed ?? new Error('the transaction was rolled back');
}

function txOf(query: Query): Tx {
  const atMostOne = async (sql: string, params?: readonly unknown[]): Promise<unknown> => {
    const { rows } = await query(sql, params);
    if (rows.length > 1) throw new Error(`one row was expected and ${rows.length} came: ${sql.slice(0, 200)}`);
    return rows[0];
  };
  return {
    rows: async <T>(sql: string, params?: readonly unknown[]) => (await query(sql, params)).rows as T[],
    one: async <T>(sql: string, params?: readonly unknown[]) => {
      const row = await atMostOne(sql, params);
      if (row === undefined) throw new Error(`one row was expected and none came: ${sql.slice(0, 200)}`);
      return row as T;
    },
    maybe: async <T>(sql: string, params?: readonly unknown[]) => (await atMostOne(sql, params)) as T | undefined,
    run: async (sql, params) => (await query(sql, params)).rowCount ?? 0,
  };
}

/** A prepared statement's name: the same text has the same. Most texts are constants: they are hashed once. */
const MOST_NAMES = 2_000;
const names = new Map<string, string>();
function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = sha256(sql).slice(0, 24);
  if (names.size >= MOST_NAMES) names.clear();
  names.set(sql, name);
  return name;
}

/** Refuses what would lose money quietly, and learns which tables belong to tenants. */
async function examine(pool: pg.Pool, begin: string, options: BookOptions): Promise<RegExp> {
  const client = await pool.connect().catch((error) => {
    throw toldOfConnecting(error, options.role);
  });
  try {
    await client.query(begin);
    const { rows: settings } = await client.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings where name in ('server_version_num', 'fsync', 'full_page_writes', 'synchronous_commit')`,
    );
    const of = new Map(settings.map((r) => [r.name, r.setting]));
    const version = of.get('server_version_num') ?? '';
    if (Number(version) < OLDEST) throw new DaozhangError('db.too_old', { version });
    const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => of.get(name) === 'off');
    if (off.length > 0 && options.allowUnsafe !== true)
      throw new DaozhangError('db.unsafe_settings', { settings: off.join(', ') });
    const { rows: role } = await client.query<{ role: string; free: boolean }>(
      'select rolname as role, rolsuper or rolbypassrls as free from pg_roles where rolname = current_user',
    );
    if (role[0]?.free !== false) throw new DaozhangError('db.role_too_strong', { role: role[0]?.role ?? '?' });
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = to_regnamespace('book') and relrowsecurity`,
    );
    if (tables.length === 0) throw new DaozhangError('db.not_migrated', {});
    await client.query('rollback');
    return new RegExp(`(?<![\\w'])(${tables.map((t) => t.name).join('|')})(?![\\w'])`, 'i');
  } catch (error) {
    throw told(error);
  } finally {
    client.release();
  }
}
