/**
 * Documents byte for byte, under the hash of their content: written whole or not at all, never changed, and looked at again before they are
 * shown (F10). May not: know what is in them.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  type ReadStream,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DaozhangError } from './errors.ts';
import { newId } from './ids.ts';
import { isAlive } from './process.ts';

export type Archive = Readonly<{
  /** Hex SHA-256 of what is kept now. */
  put(tenantId: string, bytes: Uint8Array): string;
  /** The same for what is too large to hold; where `chunks` throws, nothing is kept. */
  take(tenantId: string, chunks: AsyncIterable<Uint8Array>): Promise<Readonly<{ sha256: string; size: number }>>;
  /** Where it lies; whoever reads it without `get` trusts the disk. */
  path(tenantId: string, sha256: string): string;
  /** Throws `archive.damaged` where the bytes are no longer those, `archive.gone` where there are none. */
  get(tenantId: string, sha256: string): Buffer;
  /** The same for what is too large to hold: read once to be looked at, and once more to be sent. */
  stream(tenantId: string, sha256: string): Promise<ReadStream>;
  /** A folder of one's own on the same disk, so that what is kept can be linked into it; whoever asks removes it. */
  scratch(): Promise<string>;
}>;

export function openArchive(folder: string): Archive {
  const path = (tenantId: string, hash: string): string => join(folder, tenantId, hash.slice(0, 2), hash);
  return {
    path,
    put(tenantId, bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      const at = path(tenantId, hash);
      if (existsSync(at)) return hash;
      mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
      const draft = `${at}.${newId()}`;
      const file = openSync(draft, 'wx', 0o400);
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, at);
      return hash;
    },
    async take(tenantId, chunks) {
      const folderOfDrafts = join(folder, tenantId);
      mkdirSync(folderOfDrafts, { recursive: true, mode: 0o700 });
      const draft = join(folderOfDrafts, `draft-${newId()}`);
      const hash = createHash('sha256');
      let size = 0;
      try {
        const file = await open(draft, 'wx', 0o400);
        try {
          for await (const chunk of chunks) {
            hash.update(chunk);
            size += chunk.length;
            await file.appendFile(chunk);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        const sha256 = hash.digest('hex');
        const at = path(tenantId, sha256);
        mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
        // The same bytes under the same name: whoever was first, nothing changes.
        await rename(draft, at);
        return { sha256, size };
      } catch (error) {
        throw toldOf(error);
      } finally {
        await rm(draft, { force: true });
      }
    },
    async stream(tenantId, hash) {
      const at = path(tenantId, hash);
      if (!existsSync(at)) throw new DaozhangError('archive.gone', { document: hash });
      const seen = createHash('sha256');
      for await (const chunk of createReadStream(at)) seen.update(chunk as Buffer);
      if (seen.digest('hex') !== hash) throw new DaozhangError('archive.damaged', { document: hash });
      return createReadStream(at);
    },
    async scratch() {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await removeAbandoned(folder);
      return await mkdtemp(join(folder, `scratch-${process.pid}-`));
    },
    get(tenantId, hash) {
      const at = path(tenantId, hash);
      if (!existsSync(at)) throw new DaozhangError('archive.gone', { document: hash });
      const bytes = readFileSync(at);
      if (createHash('sha256').update(bytes).digest('hex') !== hash)
        throw new DaozhangError('archive.damaged', { document: hash });
      return bytes;
    },
  };
}

/** What the disk refuses is told as that (F09): nothing is half kept. */
function toldOf(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code ?? '') ? new DaozhangError('archive.full', {}, error) : error;
}

/** Scratch folders of processes that were killed. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/^scratch-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
