/**
 * A document's lines page by page. One with many lines is read once and what was read is kept on disk for a while (`sources/lines-child.ts` writes
 * it), so that any page costs what it shows: beside the archive, in a folder of this process that is no part of a backup.
 *
 * Its bytes were looked at when it was read (`linkInto`), not again for each page. May not: keep more than MOST_BYTES, or longer than KEEP_MS.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archive } from '../base/archive.ts';
import { clock } from '../base/clock.ts';
import { newId, sha256 } from '../base/ids.ts';
import type { Saved } from '../reconcile/saved.ts';
import type { Lines } from '../sources/lines-child.ts';
import { KEPT } from '../sources/reader.ts';
import { askReader, type Page, plainName, readable, readDocument } from './documents.ts';

type Kept = { readonly folder: string; readonly bytes: number; readonly since: number; readers: number };
/** The least recently read first. */
type Shelf = { folder: string | undefined; readonly kept: Map<string, Kept> };

const MOST_BYTES = 2 ** 30;
const KEEP_MS = 3_600_000;
const shelves = new WeakMap<Archive, Shelf>();

/** Throws as `readDocument` does. */
export async function pageOfDocument(
  archive: Archive,
  tenantId: string,
  document: Readonly<{ sha256: string; name: string }>,
  { zone, after, limit, mappings }: Page & Readonly<{ mappings: readonly Saved[] }>,
): Promise<Lines> {
  const name = plainName(document.name);
  const ask = { zone, mappings, want: { kind: 'lines', after, limit } } as const;
  const key = sha256(JSON.stringify([tenantId, document.sha256, name, zone, mappings]));
  const shelf = shelves.get(archive) ?? { folder: undefined, kept: new Map<string, Kept>() };
  shelves.set(archive, shelf);
  await makeRoom(shelf);
  const found = shelf.kept.get(key);
  if (found === undefined)
    return await readDocument<Lines>(archive, tenantId, document, ask, (folder) => keep(archive, shelf, key, folder));
  shelf.kept.delete(key);
  shelf.kept.set(key, found);
  found.readers += 1;
  try {
    return readable(await askReader(found.folder, { ...ask, name })) as Lines;
  } finally {
    found.readers -= 1;
  }
}

async function keep(archive: Archive, shelf: Shelf, key: string, from: string): Promise<void> {
  // Where there are few lines nothing was written.
  if (shelf.kept.has(key) || !existsSync(join(from, KEPT))) return;
  let bytes = 0;
  for (const name of await readdir(join(from, KEPT))) {
    const file = await stat(join(from, KEPT, name));
    // What is a link into the archive takes no room.
    if (file.nlink === 1) bytes += file.size;
  }
  shelf.folder ??= await archive.scratch();
  if (bytes > MOST_BYTES) return;
  const folder = join(shelf.folder, newId());
  await mkdir(folder);
  await rename(join(from, KEPT), join(folder, KEPT));
  // Two may have read it at once.
  if (shelf.kept.has(key)) await rm(folder, { recursive: true, force: true });
  else shelf.kept.set(key, { folder, bytes, since: clock.ticks(), readers: 0 });
  await makeRoom(shelf);
}

async function makeRoom({ kept }: Shelf): Promise<void> {
  let bytes = kept.values().reduce((sum, k) => sum + k.bytes, 0);
  for (const [key, it] of kept) {
    if (it.readers > 0 || (bytes <= MOST_BYTES && clock.ticks() - it.since < KEEP_MS)) continue;
    bytes -= it.bytes;
    kept.delete(key);
    await rm(it.folder, { recursive: true, force: true });
  }
}
