/**
 * Where a run writes before anything is moved into place: a hidden folder inside the one the results go to. Inside, because
 * that one may be a mount point, or the only folder that may be written; hidden, because a run must not read what it writes.
 *
 * Whatever ends the run, `remove` leaves the folder as it was: what was staged goes, and so do folders made for it that hold
 * nothing. What a killed process left behind is removed by the next run that comes by.
 */
import { mkdir, mkdtemp, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DaozhangError } from '../base/errors.ts';
import { isAlive } from '../base/process.ts';

export type Staging = Readonly<{
  /** Where the results go, absolute. */
  folder: string;
  /** Where they are written first, on the same file system. */
  path: string;
  remove(): Promise<void>;
}>;

const NAME = /^\.daozhang-(\d+)-/;

/** Folders of this process. In a container every run may have the same process id. */
const own = new Set<string>();

/** Throws `run.out_taken` at once when the folder cannot be made or written. `option` is where the user named it. */
export async function stage(name: string, option: '--out' | '--carry'): Promise<Staging> {
  const folder = resolve(name);
  const made: string[] = [];
  const unmake = async (): Promise<void> => {
    for (const path of made.toReversed()) await rmdir(path).catch(() => undefined);
  };
  try {
    await makeFolder(folder, made);
    await removeAbandoned(folder);
    const path = await mkdtemp(join(folder, `.daozhang-${process.pid}-`));
    own.add(path);
    const remove = async (): Promise<void> => {
      await rm(path, { recursive: true, force: true });
      await unmake();
    };
    return { folder, path, remove };
  } catch (cause) {
    await unmake();
    throw new DaozhangError('run.out_taken', { path: name, option }, cause);
  }
}

/** Level by level: where a parent stands and still refuses (/proc), mkdir's own `recursive` tries for ever. */
async function makeFolder(folder: string, made: string[]): Promise<void> {
  try {
    await mkdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    const before = made.length;
    if (code === 'ENOENT') await makeFolder(dirname(folder), made);
    if (made.length === before) throw cause;
    await mkdir(folder);
  }
  made.push(folder);
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(NAME.exec(name)?.[1]);
    const path = join(folder, name);
    if (!NAME.test(name) || own.has(path) || (pid !== process.pid && isAlive(pid))) continue;
    await rm(path, { recursive: true, force: true });
  }
}
