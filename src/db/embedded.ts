/**
 * The embedded database: a real PostgreSQL 18 from its platform package, driven by ourselves.
 *
 * It listens on loopback only, behind passwords kept beside its data. When our process is killed the server lives on, and the next
 * start adopts it: found by its own postmaster.pid and opened by our password. When the server is killed, its owner starts it again.
 *
 * A data folder has one owner at a time: the one whose connection holds an advisory lock in it. The lock ends with its process,
 * however that ends. Two that start together meet first at rename (of the new data), then at PostgreSQL's own lock of the data
 * folder, then here. `owner.pid` names the owner for the moment in which the server itself comes back: it goes first then.
 *
 * Cost: first start a second, later ones a fifth of one.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Text } from '../base/lang.ts';
import { type Place, placeFor } from './place.ts';
import { reasonOf } from './trouble.ts';

const run = promisify(execFile);

/** Recovery after a crash may take its time. */
const START_SECONDS = 600;
const STOP_SECONDS = 120;
const LOG_LIMIT = 10_000_000;
/** A worker of autovacuum is the superuser's: a test's owner could not drop its database then. */
const UNSAFE = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'autovacuum=off'];
/** Any number, the same in every process. */
const OWNER_LOCK = 7_316_020_113;
const OWNER = 'daozhang owner ';
const OWNER_MS = 3_000;

type EmbeddedOptions = Readonly<{
  folder: string;
  /** Else the one of last time, or another where that is taken. */
  port?: number | undefined;
  /** Tests only: faster, and not safe against a crash of the machine. */
  unsafeFast?: boolean | undefined;
}>;

export type Embedded = Readonly<{
  ownerUrl: string;
  appUrl: string;
  /** Where the data are, if not where they were asked for, and why. */
  note: Text | undefined;
  adopted: boolean;
  pid: number;
  /** Ends the server cleanly, and gives the folder back. */
  stop(): Promise<void>;
}>;

type Secrets = Readonly<{ port: number; superuser: string; owner: string; app: string }>;

/** Folders this process owns or is about to: the lock's holder is a process, and we are one. */
const ours = new Set<string>();

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const place = placeFor(options.folder);
  if (ours.has(place.home)) throw new DaozhangError('db.folder_taken', { folder: place.home, pid: process.pid });
  ours.add(place.home);
  try {
    return await startOwned(place, options);
  } catch (error) {
    ours.delete(place.home);
    throw error;
  }
}

async function startOwned(place: Place, options: EmbeddedOptions): Promise<Embedded> {
  const remembered = await secretsOf(place);
  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, remembered, options);
  const running = await runningIn(place, remembered);
  let adopted = running !== undefined;
  let port = running?.port ?? (await start(place, remembered, options, options.port === undefined));
  let owner = await own(place, { ...remembered, port });
  if (running !== undefined && !fits(running, place, options)) {
    await stop(place);
    adopted = false;
    port = await start(place, remembered, options, options.port === undefined);
    owner = await own(place, { ...remembered, port });
  }
  const secrets = { ...remembered, port };
  if (port !== remembered.port) remember(place, secrets);
  try {
    await ensureRoles(secrets);
  } catch (error) {
    await owner.end();
    throw error;
  }
  const watch = keepRunning(place, secrets, options, owner);
  const url = (user: string, password: string): string => `postgres://${user}:${password}@127.0.0.1:${port}/daozhang`;
  let stopped: Promise<void> | undefined;
  return Object.freeze({
    ownerUrl: url('daozhang_owner', secrets.owner),
    appUrl: url('daozhang_app', secrets.app),
    note: place.note,
    adopted,
    pid: postmasterOf(place.data)!.pid,
    stop() {
      stopped ??= watch.end().then(async () => {
        await stop(place);
        rmSync(ownerFile(place), { force: true });
        ours.delete(place.home);
      });
      return stopped;
    },
  });
}

/** As its superuser, on the running server of this folder, whoever owns it; undefined where none runs. */
export async function onRunning<T>(
  folder: string,
  work: (client: pg.Client, place: Place) => Promise<T>,
): Promise<T | undefined> {
  const place = placeFor(folder);
  if (!existsSync(secretsFile(place))) return undefined;
  const secrets = await secretsOf(place);
  const running = await runningIn(place, secrets);
  if (running === undefined) return undefined;
  return await asSuperuser({ ...secrets, port: running.port }, (client) => work(client, place));
}

// ------------------------------------------------------------------------------------------- passwords and port

const secretsFile = (place: Place): string => join(place.home, 'postgres.json');

/** Made once, before the data: whoever of two comes first decides for both. */
async function secretsOf(place: Place): Promise<Secrets> {
  if (!existsSync(secretsFile(place))) {
    const password = (): string => randomBytes(24).toString('base64url');
    const made = { port: await freePort(), superuser: password(), owner: password(), app: password() };
    const unfinished = join(place.home, `new-${process.pid}.json`);
    writeFileSync(unfinished, JSON.stringify(made), { mode: 0o600 });
    try {
      linkSync(unfinished, secretsFile(place));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(unfinished, { force: true });
    }
  }
  return JSON.parse(readFileSync(secretsFile(place), 'utf8'));
}

function remember(place: Place, secrets: Secrets): void {
  const unfinished = join(place.home, `new-${process.pid}.json`);
  writeFileSync(unfinished, JSON.stringify(secrets), { mode: 0o600 });
  renameSync(unfinished, secretsFile(place));
}

// ------------------------------------------------------------------------------------------- the server

/** In the data folder, which is the server's user's. */
const logFile = (place: Place): string => join(place.data, 'server.log');
const lastLines = (text: string): string => text.trim().split('\n').slice(-5).join(' · ');

/** With nothing of our environment: PG… variables of a user would point it elsewhere. */
function command(place: Place, name: string, args: readonly string[], cwd: string): Promise<unknown> {
  const program = join(place.binaries, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return run(program, args, { ...place.user, env, cwd, windowsHide: true });
}

/** New data are made aside and renamed: half of them never lie in the place. */
async function initialise(place: Place, secrets: Secrets, options: EmbeddedOptions): Promise<void> {
  const unfinished = join(place.home, `new-${process.pid}`);
  const passwordFile = `${unfinished}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, secrets.superuser, { mode: 0o600 });
  if (place.user !== undefined)
    for (const path of [unfinished, passwordFile]) chownSync(path, place.user.uid, place.user.gid);
  try {
    await command(
      place,
      'initdb',
      [
        `--pgdata=${unfinished}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--data-checksums',
        '--no-instructions',
        ...(options.unsafeFast === true ? ['--no-sync'] : []),
      ],
      unfinished,
    );
    renameSync(unfinished, place.data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (existsSync(join(place.data, 'PG_VERSION'))) return;
    const said = (error as { stderr?: string }).stderr;
    throw new DaozhangError(
      'db.not_started',
      { folder: place.home, reason: said ? lastLines(said) : reasonOf(error), log: place.home },
      error,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Starts it and waits until it takes connections; gives the port. */
async function start(place: Place, secrets: Secrets, options: EmbeddedOptions, mayMove: boolean): Promise<number> {
  if (existsSync(logFile(place)) && statSync(logFile(place)).size > LOG_LIMIT)
    renameSync(logFile(place), `${logFile(place)}.old`);
  let port = options.port ?? secrets.port;
  for (const deadline = clock.ticks() + 10_000; ; ) {
    if (await isTaken(port)) {
      if (!mayMove) throw new DaozhangError('db.port_taken', { port });
      port = await freePort();
    }
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=100',
      // A new book grows from nothing: its statistics must follow soon, or plans made for empty tables live on.
      'autovacuum_naptime=10s',
      'shared_buffers=256MB',
      'timezone=UTC',
      'log_timezone=UTC',
      // I12: what a statement held does not reach the log; its errors go to whoever sent it.
      'log_min_messages=log',
      'log_min_error_statement=panic',
      'log_error_verbosity=terse',
      'log_checkpoints=off',
      ...(options.unsafeFast === true ? UNSAFE : []),
    ];
    const words = [`-p ${port}`, ...settings.map((s) => `-c ${s}`)].join(' ');
    // pg_ctl gives the server a session of its own: Ctrl-C at the terminal is for us alone, and we end it cleanly.
    const args = ['start', '-w', '-t', String(START_SECONDS), '-D', place.data, '-l', logFile(place), '-o', words];
    const before = postmasterOf(place.data);
    // Where nobody waits for orphans (we are process 1 of a container), a killed server stays a zombie, which PostgreSQL takes for alive.
    if (before !== undefined && !isRunning(before.pid)) rmSync(join(place.data, 'postmaster.pid'), { force: true });
    try {
      await command(place, 'pg_ctl', args, place.data);
      return port;
    } catch (error) {
      const other = await runningIn(place, secrets);
      if (other !== undefined) return other.port;
      const reason = existsSync(logFile(place)) ? lastLines(readFileSync(logFile(place), 'utf8')) : reasonOf(error);
      // Another took the port just now, or starts the server too; or the last processes of a killed one are still ending.
      const passes = /could not bind|Address already in use|pre-existing shared memory|postmaster\.pid" already/.test(
        reason,
      );
      if (!passes || clock.ticks() > deadline)
        throw new DaozhangError('db.not_started', { folder: place.home, reason, log: logFile(place) }, error);
      await pause(100);
    }
  }
}

async function stop(place: Place): Promise<void> {
  const known = postmasterOf(place.data);
  if (known === undefined || !isRunning(known.pid)) return;
  try {
    // Fast: connections are ended, what was committed is on disk.
    await command(
      place,
      'pg_ctl',
      ['stop', '-w', '-t', String(STOP_SECONDS), '-m', 'fast', '-D', place.data],
      place.data,
    );
  } catch (error) {
    if (isRunning(known.pid))
      throw new DaozhangError('db.not_stopped', { pid: known.pid, reason: reasonOf(error) }, error);
  }
}

type Running = Readonly<{ port: number; version: string; fsync: string }>;

/** The running server of this folder, if it is ours: its own pid file, and our password opens it. */
async function runningIn(place: Place, secrets: Secrets): Promise<Running | undefined> {
  const deadline = clock.ticks() + START_SECONDS * 1000;
  for (;;) {
    const known = postmasterOf(place.data);
    if (known === undefined || !isRunning(known.pid)) return undefined;
    try {
      if (!(known.port > 0)) throw Object.assign(new Error('its file is being written'), { code: 'ECONNREFUSED' });
      return await asSuperuser({ ...secrets, port: known.port }, async (client) => {
        const { rows } = await client.query<Record<'folder' | 'version' | 'fsync', string>>(
          `select current_setting('data_directory') as folder, current_setting('server_version') as version, current_setting('fsync') as fsync`,
        );
        const { folder, version, fsync } = rows[0]!;
        return realpathSync(folder) === realpathSync(place.data) ? { port: known.port, version, fsync } : undefined;
      });
    } catch (error) {
      // Starting, recovering or ending. Whatever else holds that number is not ours.
      const { code } = error as { code?: string };
      const passes = code === '57P03' || code === '57P01' || code === 'ECONNREFUSED' || code === 'ECONNRESET';
      if (!passes || clock.ticks() > deadline) return undefined;
      await pause(50);
    }
  }
}

/** Is what runs what was asked for? Else it is started anew: another port, another version's binaries, unsafe where safe was asked. */
const fits = (running: Running, place: Place, options: EmbeddedOptions): boolean =>
  (options.port ?? running.port) === running.port &&
  running.version.split(' ')[0] === place.version &&
  (running.fsync === 'off') === (options.unsafeFast === true);

// ------------------------------------------------------------------------------------------- its owner

const ownerFile = (place: Place): string => join(place.home, 'owner.pid');
const namedOwner = (place: Place): number =>
  existsSync(ownerFile(place)) ? Number(readFileSync(ownerFile(place), 'utf8')) : 0;

/** The connection that is the ownership. Throws `db.folder_taken` naming the owner where there is one. */
async function own(place: Place, secrets: Secrets): Promise<Client> {
  const client = await connect(secrets, `${OWNER}${process.pid}`);
  try {
    for (const deadline = clock.ticks() + OWNER_MS; ; await pause(30)) {
      const isLate = clock.ticks() > deadline;
      const named = namedOwner(place);
      const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [OWNER_LOCK]);
      if (rows[0]!.mine) {
        if (named === process.pid || !isRunning(named) || isLate) {
          writeFileSync(ownerFile(place), String(process.pid), { mode: 0o600 });
          return client;
        }
        // That process is about to take its connection again; or it is another program that got the number of a dead one.
        await client.query('select pg_advisory_unlock($1)', [OWNER_LOCK]);
        continue;
      }
      const { rows: others } = await client.query<{ name: string }>(
        `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
          where l.locktype = 'advisory' and l.granted and starts_with(a.application_name, $1)`,
        [OWNER],
      );
      const pid = Number(others[0]?.name.slice(OWNER.length) ?? 0);
      // A killed owner's connection ends within milliseconds; and who looks whether we are alive holds the lock as briefly.
      const passes = named === process.pid || !isRunning(pid);
      if (!passes || isLate) throw new DaozhangError('db.folder_taken', { folder: place.home, pid });
    }
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** Holds the ownership, takes it again when the connection broke, and starts the server again when it is gone. */
function keepRunning(
  place: Place,
  secrets: Secrets,
  options: EmbeddedOptions,
  first: Client,
): { end(): Promise<void> } {
  const ending = new AbortController();
  let again: Promise<void> = Promise.resolve();
  const watch = (client: Client): void => {
    client.unref();
    client.once('end', () => {
      if (!ending.signal.aborted) again = retake();
    });
  };
  const retake = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        if ((await runningIn(place, secrets)) === undefined)
          await start(place, secrets, { ...options, port: secrets.port }, false);
        return watch(await own(place, secrets));
      } catch (error) {
        // Another owner has it now: it is theirs to keep.
        if (error instanceof DaozhangError && error.code === 'db.folder_taken') return;
        await pause(500, undefined, { ref: false });
      }
    }
  };
  watch(first);
  return {
    async end() {
      // The connection ends with the server, and the ownership not a moment earlier.
      ending.abort();
      await again;
    },
  };
}

/** Three roles: the superuser makes the other two and is not used again; the owner migrates; the app owns and bypasses nothing. */
async function ensureRoles(secrets: Secrets): Promise<void> {
  await asSuperuser(secrets, async (client) => {
    for (const [role, password, rights] of [
      ['daozhang_owner', secrets.owner, 'createdb'],
      ['daozhang_app', secrets.app, 'nocreatedb'],
    ] as const) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      // A password cannot be a parameter; ours holds letters, digits, - and _ only.
      await client.query(
        `${rowCount === 0 ? 'create' : 'alter'} role ${role} login nosuperuser nobypassrls nocreaterole ${rights} password '${password}'`,
      );
    }
    const { rowCount } = await client.query(`select from pg_database where datname = 'daozhang'`);
    if (rowCount === 0) await client.query('create database daozhang owner daozhang_owner');
  });
}

/** The driver has `unref`, its types do not: this connection alone does not keep the process from ending. */
type Client = pg.Client & { unref(): void };

async function connect(secrets: Secrets, name: string): Promise<Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: secrets.port,
    user: 'postgres',
    password: secrets.superuser,
    database: 'postgres',
    application_name: name,
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
    keepAlive: true,
  }) as Client;
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function asSuperuser<T>(secrets: Secrets, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(secrets, 'daozhang set-up');
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

// ------------------------------------------------------------------------------------------- processes and ports

/** postmaster.pid: line 1 the process, line 4 the port; the first lines are written before the others. */
function postmasterOf(data: string): Readonly<{ pid: number; port: number }> | undefined {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // One that has ended and was not waited for is not running.
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return !existsSync('/proc/self/stat');
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'EADDRINUSE'));
    server.listen(port, '127.0.0.1', () => server.close(() => done(false)));
  });
}
