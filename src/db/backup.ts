/**
 * A backup of a data folder while it is in use, and the way back. The embedded database is copied file by file between
 * `pg_backup_start` and `pg_backup_stop`, with the write-ahead log that makes the copy one moment's (PostgreSQL, “Making a Base Backup
 * Using the Low Level API”); then the archive, which only grows, so that every document the database names is there.
 *
 * Every file's SHA-256 stands in a list, which is written last: a folder without it is no backup, and whoever restores looks at each file.
 * May not: know a table. Cost: one pass over the bytes, memory of one chunk.
 */
import { createHash } from 'node:crypto';
import { chownSync, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type pg from 'pg';
import { DaozhangError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { onRunning, startEmbedded } from './embedded.ts';
import { type Place, placeFor } from './place.ts';

const FORMAT = 1;
const LIST = 'files.tsv';
const ABOUT = 'backup.json';
/** Beside the database and the archive: what opens the database, and what the command line asks with. */
const BESIDE = ['postgres.json', 'cli.json'];
const KEY = 'master.key';
/** A session's own, or made anew by the server. */
const EMPTY = /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\//;
const NOT_COPIED =
  /^(postmaster\.(pid|opts)|server\.log(\.old)?|backup_label(\.old)?|pg_internal\.init)$|(^|\/)pgsql_tmp/;

export type About = Readonly<{
  format: number;
  /** When the copy's moment is. */
  at: string;
  /** PostgreSQL's; the copy opens under the same major version only. */
  server: string;
  files: number;
  bytes: number;
  /** The master key is in it: with the backup alone everything can be opened. */
  hasKey: boolean;
}>;

type Copied = Readonly<{ path: string; sha256: string; size: number }>;

/** Writes the backup into an empty or new folder. Throws `backup.taken`, `backup.no_book`. */
export async function backUp(
  data: string,
  into: string,
  options: Readonly<{ withKey: boolean; progress: Progress }>,
): Promise<About> {
  if (!existsSync(data) || !existsSync(join(placeFor(data).data, 'PG_VERSION')))
    throw new DaozhangError('backup.no_book', { folder: data });
  mkdirSync(into, { recursive: true, mode: 0o700 });
  if (readdirSync(into).length > 0) throw new DaozhangError('backup.taken', { folder: into });
  const copied: Copied[] = [];
  const snapshot = (client: pg.Client, place: Place): Promise<Moment> =>
    copyDatabase(client, place, into, copied, options.progress);
  let moment = await onRunning(data, snapshot);
  if (moment === undefined) {
    const embedded = await startEmbedded({ folder: data });
    try {
      moment = await onRunning(data, snapshot);
    } finally {
      await embedded.stop();
    }
  }
  const { home } = placeFor(data);
  const archive = join(data, 'archive');
  if (existsSync(archive)) {
    options.progress.step({ en: 'copying the archive', zh: '复制单据' });
    // Unfinished documents are nobody's yet.
    for (const path of await filesIn(archive))
      if (!/(^|\/)(draft-|scratch-)|\.[0-9a-f-]{36}$/.test(path))
        await copy(join(archive, path), into, `archive/${path}`, copied);
  }
  for (const name of [...BESIDE, ...(options.withKey ? [KEY] : [])])
    for (const folder of new Set([data, home]))
      if (existsSync(join(folder, name)) && !copied.some((c) => c.path === name))
        await copy(join(folder, name), into, name, copied);
  const about: About = {
    format: FORMAT,
    ...moment!,
    files: copied.length,
    bytes: copied.reduce((sum, c) => sum + c.size, 0),
    hasKey: copied.some((c) => c.path === KEY),
  };
  await written(join(into, LIST), copied.map((c) => `${c.sha256}\t${c.size}\t${c.path}\n`).join(''));
  await written(join(into, ABOUT), `${JSON.stringify(about, null, 1)}\n`);
  return about;
}

type Moment = Pick<About, 'at' | 'server'>;

async function copyDatabase(
  client: pg.Client,
  place: Place,
  into: string,
  copied: Copied[],
  progress: Progress,
): Promise<Moment> {
  const one = async <T>(sql: string, params: readonly unknown[] = []): Promise<T> =>
    (await client.query(sql, [...params])).rows[0] as T;
  // Keeps the log from the copy's beginning on until this session ends.
  await one('select pg_create_physical_replication_slot($1, true, true)', [`daozhang_backup_${process.pid}`]);
  const { from, server } = await one<{ from: string; server: string }>(
    `select pg_walfile_name(pg_backup_start('daozhang', true)) as from, current_setting('server_version') as server`,
  );
  const files = (await filesIn(place.data)).filter((path) => !EMPTY.test(path) && !NOT_COPIED.test(path));
  progress.step({ en: 'copying the database', zh: '复制数据库' }, { total: files.length, unit: 'parts' });
  for (const [i, path] of files.entries()) {
    progress.at(i);
    await copy(join(place.data, path), into, `postgres/${path}`, copied);
  }
  const stop = await one<{ to: string; label: string; at: string }>(
    `select pg_walfile_name(lsn) as to, labelfile as label,
            to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
       from pg_backup_stop(false)`,
  );
  const label = Buffer.from(stop.label);
  mkdirSync(join(into, 'postgres'), { recursive: true });
  await written(join(into, 'postgres', 'backup_label'), label);
  copied.push({ path: 'postgres/backup_label', sha256: sha256Of(label), size: label.length });
  // Segments are named in their order, timeline first.
  for (const name of readdirSync(join(place.data, 'pg_wal')).sort())
    if (/^[0-9A-F]{24}$/.test(name) && name >= from && name <= stop.to)
      await copy(join(place.data, 'pg_wal', name), into, `postgres/pg_wal/${name}`, copied);
  // The server wants its empty folders; what lies in those of a session is nobody's here.
  for (const path of await foldersIn(place.data))
    if (!EMPTY.test(path) || path.startsWith('pg_wal/'))
      mkdirSync(join(into, 'postgres', path), { recursive: true, mode: 0o700 });
  return { at: stop.at, server };
}

/** Puts a backup into a new data folder and opens it once, so that it is known to open. Throws `backup.*`. */
export async function restore(from: string, data: string, progress: Progress): Promise<About> {
  const about = aboutOf(from);
  const place = placeFor(data);
  if (existsSync(join(place.data, 'PG_VERSION'))) throw new DaozhangError('backup.target_taken', { folder: data });
  if (about.server.split('.')[0] !== place.version.split('.')[0])
    throw new DaozhangError('backup.other_version', { backup: about.server, here: place.version });
  const listed = listOf(from);
  progress.step({ en: 'restoring', zh: '恢复' }, { total: about.bytes, unit: 'bytes' });
  const unfinished = join(place.home, `new-${process.pid}-restored`);
  rmSync(unfinished, { recursive: true, force: true });
  try {
    let done = 0;
    for (const { path, sha256, size } of listed) {
      const source = join(from, path);
      if (!existsSync(source)) throw new DaozhangError('backup.damaged', { file: path });
      // The database beside its place, to be renamed once whole; the rest where it belongs.
      const [to, name] = path.startsWith('postgres/')
        ? [unfinished, path.slice('postgres/'.length)]
        : path === 'postgres.json'
          ? [place.home, path]
          : [data, path];
      if ((await copyTo(source, to, name))?.sha256 !== sha256)
        throw new DaozhangError('backup.damaged', { file: path });
      done += size;
      progress.at(done);
    }
    for (const path of await foldersIn(join(from, 'postgres'))) mkdirSync(join(unfinished, path), { recursive: true });
    await give(unfinished, place);
    await rename(unfinished, place.data);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  // Opening it replays the log up to the copy's moment; an error here is told, and nothing of the backup has changed.
  const embedded = await startEmbedded({ folder: data });
  await embedded.stop();
  return about;
}

// ------------------------------------------------------------------------------------------- files

/** Relative, with `/`, in a stable order; `global/pg_control` last, as the server's manual wants it. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const last = (path: string): number => (path === 'global/pg_control' ? 1 : 0);
  return entries
    .filter((e) => e.isFile())
    .map((e) => plain(relative(folder, join(e.parentPath, e.name))))
    .sort((a, b) => last(a) - last(b) || (a < b ? -1 : 1));
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isDirectory()).map((e) => plain(relative(folder, join(e.parentPath, e.name))));
}

const plain = (path: string): string => path.split(sep).join('/');
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function copy(source: string, into: string, path: string, copied: Copied[]): Promise<void> {
  const one = await copyTo(source, into, path);
  if (one !== undefined) copied.push(one);
}

/** Undefined where it is gone: the server drops files while it is copied, and its log knows. */
async function copyTo(source: string, into: string, path: string): Promise<Copied | undefined> {
  const target = join(into, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(target, 'wx', 0o600);
  try {
    for await (const chunk of createReadStream(source) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
      await file.appendFile(chunk);
    }
    await file.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await rm(target);
    return undefined;
  } finally {
    await file.close();
  }
  return { path, sha256: hash.digest('hex'), size };
}

async function written(path: string, bytes: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function aboutOf(from: string): About {
  try {
    const about = JSON.parse(readFileSync(join(from, ABOUT), 'utf8')) as About;
    if (about.format === FORMAT) return about;
  } catch {
    // Told below.
  }
  throw new DaozhangError('backup.none', { folder: from });
}

function listOf(from: string): readonly Copied[] {
  const lines = readFileSync(join(from, LIST), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [, sha256, size, path] = /^([0-9a-f]{64})\t(\d+)\t(.+)$/.exec(line) ?? [];
    // It is a list of files of one folder, and nothing else.
    if (path === undefined || path.split('/').includes('..') || path.startsWith('/'))
      throw new DaozhangError('backup.damaged', { file: LIST });
    return { path, sha256: sha256!, size: Number(size) };
  });
}

/** PostgreSQL takes a folder that is its user's alone. */
async function give(folder: string, { user }: Place): Promise<void> {
  await chmod(folder, 0o700);
  if (user === undefined) return;
  for (const path of ['', ...(await foldersIn(folder)), ...(await filesIn(folder))])
    chownSync(join(folder, path), user.uid, user.gid);
}
