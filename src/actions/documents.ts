/** Documents that are brought or written, and what is read in one. The bytes lie in the archive under their hash; names are for people. */
import { once } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Archive } from '../base/archive.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import type { Ask, Lines, LinesPrinted } from '../sources/lines-child.ts';
import { startReader } from '../sources/reader.ts';
import type { Failure } from '../sources/reconcile-child.ts';

export type Side = Readonly<{ tenantId: string; livemode: boolean }>;
type NewDocument = Readonly<{
  accountId: string | undefined;
  origin: 'upload' | 'book';
  kind: string;
  name: string;
  addedBy: string;
}>;

export type Kept = Readonly<{ id: string; isKnown: boolean }>;

/**
 * Keeps a document; the same bytes again are the document that is there. What is brought for no account is the one that was brought or
 * fetched for any.
 */
export async function addDocument(
  on: Readonly<{ book: Book; archive: Archive }>,
  side: Side,
  document: NewDocument,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Kept> {
  const kept = await on.archive.take(side.tenantId, chunks);
  const hash = Buffer.from(kept.sha256, 'hex');
  const anyAccount = document.origin === 'upload' && document.accountId === undefined;
  return await on.book.tenant(side.tenantId, async (tx) => {
    const there = (): Promise<Readonly<{ id: string }> | undefined> =>
      tx.maybe<{ id: string }>(
        `select id from documents where tenant_id = $1 and livemode = $2 and sha256 = $4
            and (account_id is not distinct from $3 or ($5 and origin <> 'book')) order by received_at, id limit 1`,
        [tx.tenantId, side.livemode, document.accountId ?? null, hash, anyAccount],
      );
    const before = await there();
    if (before !== undefined) return { id: before.id, isKnown: true };
    const id = newId();
    const made = await tx.run(
      `insert into documents (tenant_id, id, livemode, account_id, kind, origin, name, sha256, size, added_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict on constraint documents_once do nothing`,
      [
        tx.tenantId,
        id,
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
    return made === 1 ? { id, isKnown: false } : { id: (await there())!.id, isKnown: true };
  });
}

/**
 * Whose bill a brought document is. It can be said until a reconciliation took it in; throws `document.reconciled` after that, and
 * `document.twice` where this account has the same bytes.
 */
export async function setAccount(tx: TenantTx, id: string, accountId: string | null): Promise<void> {
  const changed = await tx.run(
    `update documents d set account_id = $3
      where tenant_id = $1 and id = $2 and origin = 'upload'
        and not exists (select from reconciliation_documents r where r.tenant_id = $1 and r.document_id = $2)
        and not exists (select from documents o where o.tenant_id = $1 and o.livemode = d.livemode and o.id <> d.id
                           and o.sha256 = d.sha256 and o.account_id is not distinct from $3)`,
    [tx.tenantId, id, accountId],
  );
  if (changed === 1) return;
  const used = await tx.maybe(
    'select from reconciliation_documents where tenant_id = $1 and document_id = $2 limit 1',
    [tx.tenantId, id],
  );
  throw new DaozhangError(used === undefined ? 'document.twice' : 'document.reconciled', {});
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

/** Asks the reader in a folder. Throws `document.busy` where others are being read, `document.slow` where it takes too long. */
export async function askReader(folder: string, ask: Ask): Promise<LinesPrinted> {
  if (reading >= AT_ONCE) throw new DaozhangError('document.busy', {});
  reading += 1;
  try {
    const child = startReader('lines-child', [folder], { input: JSON.stringify(ask), timeoutMs: LINES_MS });
    const printed = await text(child.stdout);
    if (printed === '') throw new DaozhangError('document.slow', { name: ask.name });
    return JSON.parse(printed) as LinesPrinted;
  } finally {
    reading -= 1;
  }
}

/** Asks it of one document, in a folder that goes when `take` is done with it. */
async function inChild<R>(
  archive: Archive,
  tenantId: string,
  document: Readonly<{ sha256: string; name: string }>,
  ask: Omit<Ask, 'name'>,
  take: (said: LinesPrinted, folder: string) => Promise<R> | R,
): Promise<R> {
  if (reading >= AT_ONCE) throw new DaozhangError('document.busy', {});
  const folder = await archive.scratch();
  try {
    const name = plainName(document.name);
    await linkInto(archive, tenantId, document.sha256, join(folder, name));
    return await take(await askReader(folder, { ...ask, name }), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the reader answered and where it wrote; throws `document.refused` where it cannot be read. */
export const readDocument = <R extends LinesPrinted>(
  archive: Archive,
  tenantId: string,
  document: Readonly<{ sha256: string; name: string }>,
  ask: Omit<Ask, 'name'>,
  take: (folder: string) => Promise<void> = async () => {},
): Promise<R> =>
  inChild(archive, tenantId, document, ask, async (said, folder) => {
    const read = readable(said) as R;
    await take(folder);
    return read;
  });

export function readable(said: LinesPrinted): Exclude<LinesPrinted, { refused: Failure }> {
  if ('refused' in said) throw new DaozhangError('document.refused', { reason: said.refused.says });
  return said;
}

export type Page = Readonly<{ zone: string; after: string; limit: number }>;

/** A page of what is read in a document by the formats that are built in, or why it cannot be read. */
export const readLines = (
  archive: Archive,
  tenantId: string,
  document: Readonly<{ sha256: string; name: string }>,
  { zone, after, limit }: Page,
): Promise<Lines | Readonly<{ refused: Failure }>> =>
  inChild(
    archive,
    tenantId,
    document,
    { zone, mappings: [], want: { kind: 'lines', after, limit } },
    (said) => said as Lines,
  );

/** Every rejected row as a table, handed on as it is read; the folder it lies in goes when `send` is done with it. */
export const readRejects = (
  archive: Archive,
  tenantId: string,
  document: Readonly<{ sha256: string; name: string }>,
  ask: Omit<Ask, 'name'>,
  send: (table: ReadStream) => Promise<void>,
): Promise<void> =>
  inChild(archive, tenantId, document, ask, async (said, folder) => {
    readable(said);
    const table = createReadStream(join(folder, 'rejects.csv'));
    // Once it is open it can be read to its end, wherever its folder goes.
    await once(table, 'open');
    await send(table);
  });
