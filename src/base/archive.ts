/**
 * Documents byte for byte, under the hash of their content: written whole or not at all, never changed, and looked at again before they are
 * shown (F10). May not: know what is in them.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DaozhangError } from './errors.ts';
import { newId } from './ids.ts';

export type Archive = Readonly<{
  /** Hex SHA-256 of what is kept now. */
  put(tenantId: string, bytes: Uint8Array): string;
  /** Where it lies; whoever reads it without `get` trusts the disk. */
  path(tenantId: string, sha256: string): string;
  /** Throws `archive.damaged` where the bytes are no longer those, `archive.gone` where there are none. */
  get(tenantId: string, sha256: string): Buffer;
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
