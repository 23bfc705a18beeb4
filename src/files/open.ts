/**
 * From what the user named to documents that can be read: folders are walked, zip and gzip unpacked (nested once at
 * most), every document hashed, its encoding settled. Nothing here trusts a name or a declared size.
 *
 * Limits cut a bomb before it hurts: bytes, ratio 100:1 above 10 MiB, 1,000 entries; bytes and ratio count everything that
 * comes out of one named file, whatever it is packed in. A damaged archive is refused whole,
 * with the byte offset where it ended; a zip member's CRC is checked here because the zip library does not.
 * Cost: one streaming pass a document, O(bytes) time, O(1) memory.
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open as openFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { DaozhangError } from '../base/errors.ts';
import { type Progress, silent } from '../base/progress.ts';
import { bomOf, decodeLoose, isBinary, unmarkedUtf16 } from './encoding.ts';
import { checkFailed, type Encoding, type Input } from './format.ts';
import { knownHashes, sha1Check } from './sha1.ts';
import { chunksOf, survey } from './survey.ts';

export type Limits = Readonly<{ bytes: number; ratio: number; entries: number }>;
export const LIMITS: Limits = { bytes: 16 * 2 ** 30, ratio: 100, entries: 1000 };

const STORED = 0;
const DEFLATED = 8;
const RATIO_FREE = 10 * 2 ** 20;

/** A place for unpacked documents; removed with everything in it. */
export type Workspace = Readonly<{ path: string; next(): string; remove(): Promise<void> }>;

export async function workspace(): Promise<Workspace> {
  const path = await mkdtemp(join(tmpdir(), 'daozhang-'));
  let count = 0;
  return {
    path,
    next: () => join(path, `${++count}`),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** What a run leaves in its `--out` (`reconcile/write.ts`), beside whatever else lies there. */
export const RESULT_FILES = [
  'result.json',
  'sign-off.json',
  'report.html',
  'breaks.csv',
  'open.csv',
  'breaks.xlsx',
  'bank-reconciliation.xlsx',
  'fees.csv',
  'matches.parquet',
  'lines',
] as const;

/** Passed over when a folder is walked: hidden files, office lock files, open items of ours (no bill is Parquet). */
const IGNORED = /^(\.|~\$|Thumbs\.db$|.*\.parquet$)/i;
/** What lies beside documents and is none: configuration (no bill is YAML), what explains a folder. */
const BESIDE = /^(.*\.ya?ml|README(\.(md|txt))?|expected\.json)$/i;

/** Of the named files, those that are no documents: a shell names them too for `day/*`. Whoever names one file means it. */
export const passedOver = (paths: readonly string[]): string[] =>
  paths.length === 1 ? [] : paths.filter((path) => BESIDE.test(basename(path)));

/**
 * Files below the given files and folders, in a stable order. In folders some names are passed over, and what an earlier run
 * wrote there.
 */
export async function listFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const beside = new Set(passedOver(paths));
  for (const path of paths) {
    const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') throw new DaozhangError('file.not_found', { path }, cause);
      throw new DaozhangError('file.unreadable', { path, reason: cause.code ?? cause.message }, cause);
    });
    if (!info.isDirectory()) {
      if (!beside.has(path)) found.add(path);
      continue;
    }
    const walked: string[] = [];
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
      const full = join(entry.parentPath, entry.name);
      const parts = relative(path, full).split(/[\\/]/);
      if (entry.isFile() && !BESIDE.test(entry.name) && !parts.some((part) => IGNORED.test(part))) walked.push(full);
    }
    const results = walked.filter((file) => basename(file) === 'result.json');
    const ours = new Set<string>();
    for (const file of results) {
      if ((await firstBytes(file, RESULT_BEGINS.length, file)).equals(RESULT_BEGINS))
        for (const name of RESULT_FILES) ours.add(join(dirname(file), name));
    }
    for (const file of walked) if (!ours.has(file)) found.add(file);
  }
  return [...found].sort();
}

/** How every `result.json` of ours begins. Beside one, the names a run writes are its own; every other file is a document. */
const RESULT_BEGINS = Buffer.from('{\n "schema": "daozhang.reconcile/');

/** Opens every document in the named files. `problem` is told of each one that is refused; the others go on. */
export async function openAll(
  paths: readonly string[],
  options: {
    space: Workspace;
    zone: string;
    limits?: Limits;
    sha1?: ReadonlyMap<string, string>;
    progress?: Progress;
  },
  problem: (error: DaozhangError) => void,
): Promise<Input[]> {
  const { space, zone, limits = LIMITS, progress = silent } = options;
  const { documents: files, sha1 } = await knownHashes(await listFiles(paths), options.sha1);
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
  progress.step({ en: 'opening', zh: '打开' }, { total: sizes.reduce((sum, n) => sum + n, 0), unit: 'bytes' });
  let passed = 0;
  const opened = new Array<Input[] | DaozhangError>(files.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < files.length) {
      const i = next++;
      // What comes out of an archive goes by too; a file never counts for more than its own bytes.
      let left = sizes[i]!;
      const pass = (bytes: number): void => {
        const counted = Math.min(bytes, left);
        left -= counted;
        passed += counted;
        progress.at(passed);
      };
      try {
        const opening = { space, zone, limits, sha1: sha1.get(files[i]!), packed: 0, unpacked: 0, pass };
        opened[i] = await openOne(files[i]!, files[i]!, 0, opening);
      } catch (error) {
        if (!(error instanceof DaozhangError)) throw error;
        opened[i] = error;
      }
    }
  };
  // Each lane is waited for: none may still write into a workspace that is being removed.
  const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
  return opened.flatMap((o) => {
    if (!(o instanceof DaozhangError)) return o;
    problem(o);
    return [];
  });
}

/** Files opened side by side: as many as a small machine has cores. */
const LANES = 2;

/** One named file while it is unpacked: its size as it came, and how much has come out of it so far. */
type Opening = {
  readonly space: Workspace;
  readonly zone: string;
  readonly limits: Limits;
  /** What comes out of the file must have, when it is known. */
  readonly sha1: string | undefined;
  packed: number;
  unpacked: number;
  /** Told of each chunk that goes by. */
  readonly pass: (bytes: number) => void;
};

async function openOne(path: string, name: string, depth: number, opening: Opening): Promise<Input[]> {
  const { space, zone, limits } = opening;
  const magic = await firstBytes(path, 4, name);
  if (magic.length === 0) throw new DaozhangError('file.empty', { path: name });
  if (depth === 0) opening.packed = (await stat(path)).size;
  if (magic[0] === 0x1f && magic[1] === 0x8b) {
    nestedAtMostOnce(depth, name);
    const out = space.next();
    await gunzip(path, out, name, opening);
    return openOne(out, `${name} › gunzip`, depth + 1, opening);
  }
  if (magic[0] === 0x50 && magic[1] === 0x4b && (magic[2] === 3 || magic[2] === 5)) {
    const members = await unzip(path, name, depth, opening);
    if (members) {
      const inputs: Input[] = [];
      for (const member of members) {
        // A day without errors comes with an empty member; an archive of nothing but empty members is refused below.
        if (members.length > 1 && (await stat(member.path)).size === 0) continue;
        inputs.push(...(await openOne(member.path, member.name, depth + 1, opening)));
      }
      if (inputs.length === 0) throw new DaozhangError('file.empty', { path: name });
      return inputs;
    }
  }
  return [await describe(path, name, zone, limits, opening)];
}

function nestedAtMostOnce(depth: number, name: string): void {
  if (depth >= 2)
    throw new DaozhangError('file.archive', { path: name, reason: 'nested more than once / 嵌套超过一层' });
}

async function firstBytes(path: string, count: number, name: string): Promise<Buffer> {
  const file = await openFile(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new DaozhangError('file.unreadable', { path: name, reason: cause.code ?? cause.message }, cause);
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Counts what comes out of an unpacker and cuts it at the byte cap and the ratio. */
class Meter extends Transform {
  bytes = 0;
  crc = 0;
  readonly #name: string;
  readonly #opening: Opening;

  constructor(name: string, opening: Opening) {
    super();
    this.#name = name;
    this.#opening = opening;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const { limits, packed } = this.#opening;
    this.bytes += chunk.length;
    this.#opening.unpacked += chunk.length;
    this.crc = crc32(chunk, this.crc);
    this.#opening.pass(chunk.length);
    if (this.#opening.unpacked > limits.bytes) {
      done(new DaozhangError('file.too_large', { path: this.#name, limit: limits.bytes }));
    } else if (this.#opening.unpacked > RATIO_FREE && this.#opening.unpacked > packed * limits.ratio) {
      done(new DaozhangError('file.bomb', { path: this.#name, ratio: limits.ratio, offset: this.bytes }));
    } else {
      done(null, chunk);
    }
  }
}

async function gunzip(path: string, out: string, name: string, opening: Opening): Promise<void> {
  const meter = new Meter(name, opening);
  try {
    await pipeline(createReadStream(path), createGunzip(), meter, createWriteStream(out));
  } catch (error) {
    throw unpackError(error, name, meter.bytes);
  }
}

function unpackError(error: unknown, name: string, offset: number): DaozhangError {
  if (error instanceof DaozhangError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  // A full disk or a failing one is no fault of the file.
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall) return new DaozhangError('file.unreadable', { path: name, reason: code ?? reason }, error);
  const cut = /unexpected end|invalid.*too (few|small)|End of central directory|not a zip/i.test(reason);
  return new DaozhangError(cut ? 'file.cut' : 'file.corrupt', { path: name, offset, reason }, error);
}

/** Unpacks a zip; `undefined` when it is an office document, which is read as one. Entry names are decoded as UTF-8 or GB18030. */
async function unzip(
  path: string,
  name: string,
  depth: number,
  opening: Opening,
): Promise<{ path: string; name: string }[] | undefined> {
  const { space, limits } = opening;
  const size = (await stat(path)).size;
  let zip: yauzl.ZipFile;
  try {
    zip = await yauzl.openPromise(path, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: true,
    });
  } catch (error) {
    throw unpackError(error, name, size);
  }
  try {
    const entries: yauzl.Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      if (entries.length > limits.entries) {
        throw new DaozhangError('file.archive', { path: name, reason: `> ${limits.entries} entries / 条目过多` });
      }
    }
    const named = entries.map((entry) => ({ entry, label: entryName(entry) }));
    if (named.some((e) => e.label === '[Content_Types].xml')) return undefined;
    nestedAtMostOnce(depth, name);
    const members: { path: string; name: string }[] = [];
    for (const { entry, label } of named) {
      if (label.endsWith('/')) continue;
      const member = `${name} › ${label}`;
      if (/(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:/.test(label)) {
        throw new DaozhangError('file.archive', { path: name, reason: `unsafe name “${label}” / 文件名不安全` });
      }
      if (entry.isEncrypted()) {
        throw new DaozhangError('file.archive', { path: member, reason: 'encrypted / 已加密' });
      }
      if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
        const reason = `compression method ${entry.compressionMethod} is not read here / 不支持的压缩方式`;
        throw new DaozhangError('file.archive', { path: member, reason });
      }
      if (/(^|\/)(__MACOSX\/|\.DS_Store$)/.test(label)) continue;
      const out = space.next();
      const meter = new Meter(member, opening);
      try {
        await pipeline(await zip.openReadStreamPromise(entry), meter, createWriteStream(out));
      } catch (error) {
        throw unpackError(error, member, meter.bytes);
      }
      if (meter.crc !== entry.crc32) {
        throw new DaozhangError('file.corrupt', { path: member, offset: meter.bytes, reason: 'CRC-32' });
      }
      members.push({ path: out, name: member });
    }
    if (members.length === 0)
      throw new DaozhangError('file.archive', { path: name, reason: 'no file in it / 里面没有文件' });
    return members;
  } catch (error) {
    throw unpackError(error, name, size);
  } finally {
    zip.close();
  }
}

function entryName(entry: yauzl.Entry): string {
  const raw = entry.fileName as unknown as Buffer;
  const utf8 = (entry.generalPurposeBitFlag & 0x800) !== 0 || isUtf8(raw);
  return decodeLoose(raw, utf8 ? 'utf-8' : 'gb18030').replaceAll('\\', '/');
}

/** One document as its format reads it: surveyed in one pass, its encoding settled. */
export async function describe(
  path: string,
  name: string,
  zone: string,
  limits: Limits = LIMITS,
  { sha1: known, pass = () => {} }: Partial<Pick<Opening, 'sha1' | 'pass'>> = {},
): Promise<Input> {
  const { size: bytes } = await stat(path);
  if (bytes > limits.bytes) throw new DaozhangError('file.too_large', { path: name, limit: limits.bytes });
  const seen = await survey(path, bytes, known !== undefined, pass);
  const { size, sha256, sha1, head, tail, hasQuote, verdict, invalidAt, lines } = seen;
  const check = known === undefined || sha1 === undefined ? undefined : sha1Check(known, sha1);
  if (check && !check.ok) throw checkFailed(name, check);
  const bom = bomOf(head);
  let encoding: Encoding = bom?.encoding ?? unmarkedUtf16(head) ?? 'utf-8';
  if (encoding === 'utf-8') {
    if (bom && verdict.encoding !== 'utf-8') {
      throw new DaozhangError('file.encoding', { path: name, offset: invalidAt ?? 0, encoding });
    }
    if (verdict.mixedAt !== undefined && !isBinary(head)) {
      throw new DaozhangError('file.encoding', { path: name, offset: verdict.mixedAt, encoding: verdict.encoding });
    }
    // A workbook is no text at all; whoever reads it reads its bytes.
    encoding = verdict.mixedAt === undefined ? verdict.encoding : 'windows-1252';
  }
  return {
    ...{ name, path, size, zone, encoding, sha256, hasQuote },
    ...(!encoding.startsWith('utf-16') && { lines }),
    bytes: head,
    text: decodeLoose(head, encoding),
    tail: decodeLoose(tail, encoding),
    ...(check && { checks: [check] }),
    chunks: () => chunksOf(path),
  };
}

/** A document from bytes in memory, for tests and for uploads that are small. */
export async function inputOf(bytes: Uint8Array, space: Workspace, zone: string, name = 'memory'): Promise<Input> {
  const path = space.next();
  await pipeline(Readable.from([bytes]), createWriteStream(path));
  return { ...(await describe(path, name, zone)), name };
}
