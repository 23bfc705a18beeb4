/** Documents that are brought or written, and what is read in one. The bytes lie in the archive under their hash; names are for people. */
import { link, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Archive } from '../base/archive.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Book } from '../db/pool.ts';
import type { LinesPrinted } from '../sources/lines-child.ts';
import { startReader } from '../sources/reader.ts';

export type Side = Readonly<{ tenantId: string; livemode: boolean }>;
export type NewDocument = Readonly<{
  accountId: string | undefined;
  origin: 'upload' | 'book';
  kind: string;
  name: string;
  addedBy: string;
}>;

/** Keeps a document; the same bytes again are the document that is there. */
export async function addDocument(
  on: Readonly<{ book: Book; archive: Archive }>,
  side: Side,
  document: NewDocument,
  chunks: AsyncIterable<Uint8Array>,
): Promise<string> {
  const kept = await on.archive.take(side.tenantId, chunks);
  const hash = Buffer.from(kept.sha256, 'hex');
  return await on.book.tenant(side.tenantId, async (tx) => {
    await tx.run(
      `insert into documents (tenant_id, id, livemode, account_id, kind, origin, name, sha256, size, added_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict on constraint documents_once do nothing`,
      [
        tx.tenantId,
        newId(),
        side.livemode,
        document.accountId ?? null,
        document.kind,
        document.origin,
        document.name,
        hash,
        kept.size,
        document.addedBy,
      ],
    );
    const { id } = await tx.one<{ id: string }>(
      `select id from documents where tenant_id = $1 and livemode = $2 and account_id is not distinct from $3 and sha256 = $4`,
      [tx.tenantId, side.livemode, document.accountId ?? null, hash],
    );
    return id;
  });
}

const MOST_NAME = 120;
/** One name in one folder: no path, nothing a file system or a reader of folders takes for something else. */
export function plainName(name: string): string {
  const last = name.split(/[\\/]/).at(-1)!;
  const plain = last.replace(/[\p{Cc}<>:"|?*]/gu, '_').replace(/^[.\s_-]+|[.\s]+$/g, '');
  const { name: stem, ext } = parse(plain === '' ? 'document' : plain);
  return `${[...stem].slice(0, MOST_NAME).join('')}${ext.slice(0, 16)}`;
}

/** The document under a name, looked at first: a damaged disk must not look like a break. */
export async function linkInto(archive: Archive, tenantId: string, sha256: string, path: string): Promise<void> {
  (await archive.stream(tenantId, sha256)).destroy();
  await link(archive.path(tenantId, sha256), path);
}

const AT_ONCE = 2;
const LINES_MS = 60_000;
let reading = 0;

export type Page = Readonly<{ zone: string; after: string; limit: number }>;

/** A page of what is read in a document. Throws `document.busy` where others are being read, `document.slow` where it takes too long. */
export async function readLines(
  archive: Archive,
  tenantId: string,
  document: Readonly<{ sha256: string; name: string }>,
  page: Page,
): Promise<LinesPrinted> {
  if (reading >= AT_ONCE) throw new DaozhangError('document.busy', {});
  reading += 1;
  const folder = await archive.scratch();
  try {
    const name = plainName(document.name);
    await linkInto(archive, tenantId, document.sha256, join(folder, name));
    const args = [folder, name, page.zone, page.after, String(page.limit)];
    const child = startReader('lines-child', args, { timeoutMs: LINES_MS });
    const printed = await text(child.stdout);
    if (printed === '') throw new DaozhangError('document.slow', { name: document.name });
    return JSON.parse(printed) as LinesPrinted;
  } finally {
    reading -= 1;
    await rm(folder, { recursive: true, force: true });
  }
}
