/**
 * What is read in one document, in a process of its own: large or hostile, it takes memory and time here.
 *
 * `node lines-child.ts FOLDER` reads `FOLDER/NAME`; the question is one JSON object on standard input, the answer one on standard output, or
 * `{"refused": {...}}`. Rejected rows as a table go to `FOLDER/rejects.csv`. Of a document with many lines what was read is written to
 * `FOLDER/kept`; asked in a folder that has it, a page is taken from there. Cost: the whole file is read for every other answer, but for
 * `try`, which reads no more than the first TRY_BYTES of a text.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { DaozhangError, told } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';
import { decimalText, scaledText } from '../base/money.ts';
import { type Engine, openEngine, quote } from '../files/engine.ts';
import { type Check, type Format, type Input, REJECT_REMEDIES, REJECTS, type Rejected } from '../files/format.ts';
import { orderMapped, orderMappedRows, proposedMapping } from '../files/formats/order-mapped.ts';
import { type Ingested, ingest } from '../files/ingest.ts';
import { linesById, placeAll, type StoredLine } from '../files/lines.ts';
import { mappingData } from '../files/mapping.ts';
import { describe, openAll, type Workspace, workspace } from '../files/open.ts';
import { detect } from '../files/registry.ts';
import { rowKind } from '../files/rows.ts';
import { evidenceOf, rawOf, type Source } from '../reconcile/collect.ts';
import { BOM, inertText, quoted } from '../reconcile/report/csv.ts';
import { type Saved, savedFormats } from '../reconcile/saved.ts';
import { type Cells, cellsOf } from './cells.ts';
import { KEPT } from './reader.ts';
import type { Failure } from './reconcile-child.ts';

export type Ask = Readonly<{
  name: string;
  zone: string;
  /** Tried in this order before the formats that are built in. */
  mappings: readonly Saved[];
  want:
    | Readonly<{ kind: 'lines' | 'look'; after: string; limit: number }>
    | Readonly<{ kind: 'rejects'; lang: Lang }>
    | Readonly<{ kind: 'cells'; part: number; encoding?: string | undefined }>
    | Readonly<{ kind: 'try'; part: number; mapping: Saved; limit: number }>;
}>;

/** From as many lines on a page is dear to find again. */
const KEEP_LINES = 20_000;

const MOST_REJECTED = 50;
const TRY_BYTES = 2 ** 20;
/** Parts of an archive whose lines are shown. */
const MOST_SHOWN = 20;

export type Reject = Rejected & Readonly<{ says: Text; remedy: Text }>;
export type Sum = Readonly<{ kind: string; status: string; currency: string; count: number; amount: string }>;
export type Part = Readonly<{
  /** The member of an archive; absent where the file is the document. */
  member?: string | undefined;
  format: string;
  title: Text;
  role: string;
  channel?: string | undefined;
  account?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  encoding: string;
  size: number;
  lines: number;
  rejected: number;
  /** The first of them. */
  rejects: readonly Reject[];
  sums: readonly Sum[];
  checks: readonly Check[];
  notes: readonly Text[];
  /** Read by the names of its columns, which nobody has looked at yet. */
  proposed?: object | undefined;
}>;
export type RefusedPart = Readonly<{ member?: string | undefined; refused: Failure }>;
type LineItem = Readonly<{
  id: string;
  part: number;
  evidence: ReturnType<typeof evidenceOf>;
  fee?: string | undefined;
}>;
export type Lines = Readonly<{
  parts: readonly (Part | RefusedPart)[];
  items: readonly LineItem[];
  next?: string | undefined;
}>;
export type Tried = Readonly<{ parts: readonly (Part | RefusedPart)[]; items: readonly LineItem[]; isWhole: boolean }>;
export type LinesPrinted = Lines | Tried | Cells | Readonly<{ rejects: number }> | Readonly<{ refused: Failure }>;

type Read = Readonly<{ engine: Engine; space: Workspace; ask: Ask; folder: string }>;

const failureOf = (error: unknown): Failure => {
  const { code, says, remedy } = told(error);
  return { code, says, remedy };
};
const memberOf = (input: Input): string | undefined => {
  const [, ...members] = input.name.split(' › ');
  return members.length === 0 ? undefined : members.join(' › ');
};

async function answer(
  read: Read,
  want: Exclude<Ask['want'], { kind: 'cells' }>,
  inputs: readonly Input[],
): Promise<LinesPrinted> {
  const { ask, space } = read;
  const formats = savedFormats(want.kind === 'try' ? [want.mapping] : ask.mappings);
  if (want.kind === 'rejects') return { rejects: await writeRejects(read, inputs, formats, want.lang) };
  if (want.kind === 'try') {
    const part = partOf(inputs, want.part);
    const begun = await beginningOf(part, space);
    const tried = await linesOf(read, [begun], (input) => tryOn(input, formats), '-1', want.limit, true);
    return { ...tried, isWhole: begun === part };
  }
  return await linesOf(read, inputs, (input) => detect(input, formats), want.after, want.limit, want.kind === 'look');
}

function partOf(inputs: readonly Input[], part: number): Input {
  const input = inputs[part];
  if (input === undefined) throw new DaozhangError('api.bad_request', { reason: 'part' });
  return input;
}

function tryOn(input: Input, formats: readonly Format[]): Format {
  const format = formats.find((f) => f.detect(input));
  if (format === undefined) throw new DaozhangError('mapping.does_not_fit', { path: input.name });
  return format;
}

/** The first lines of a long text; the mapping is tried many times while somebody makes it. */
async function beginningOf(input: Input, space: Workspace): Promise<Input> {
  if (input.size <= TRY_BYTES || rowKind(input) !== 'text' || input.encoding.startsWith('utf-16')) return input;
  const path = space.next();
  await copyFile(input.path, path);
  let at = 0;
  let end = 0;
  for await (const chunk of input.chunks()) {
    if (at >= TRY_BYTES) break;
    const last = chunk.subarray(0, TRY_BYTES - at).lastIndexOf(0x0a);
    if (last !== -1) end = at + last + 1;
    at += chunk.length;
  }
  if (end === 0) return input;
  await truncate(path, end);
  return { ...(await describe(path, input.name, input.zone)), encoding: input.encoding };
}

/** `softly`: what cannot be read is told beside what can; else it ends the answer. */
async function linesOf(
  { engine, space, ask, folder }: Read,
  inputs: readonly Input[],
  choose: (input: Input) => Format,
  after: string,
  limit: number,
  softly: boolean,
): Promise<Lines> {
  const parts: (Part | RefusedPart)[] = [];
  const sources: Source[] = [];
  for (const [doc, input] of inputs.entries()) {
    sources.push({ file: input.name, path: input.path, sha256: input.sha256, encoding: input.encoding, role: 'order' });
    try {
      const format = choose(input);
      const found = await ingest(engine, input, format, { doc, scratch: space.next });
      sources[doc] = { ...sources[doc]!, role: format.role, ...(format.masks && { masks: format.masks }) };
      parts.push(await readPart(engine, doc, input, format, found));
    } catch (error) {
      if (!softly || !(error instanceof DaozhangError)) throw error;
      parts.push({ member: memberOf(input), refused: failureOf(error) });
    }
  }
  const lines = parts.reduce((sum, part) => sum + ('lines' in part ? part.lines : 0), 0);
  // Where the disk has no room for it every page is read anew.
  if (ask.want.kind === 'lines' && lines >= KEEP_LINES)
    await keepRead(engine, folder, parts, sources).catch(() => rm(KEPT, { recursive: true, force: true }));
  // A look shows the beginning of each part, a page goes on where the last one ended.
  const which = softly ? parts.slice(0, MOST_SHOWN).map((_, doc) => `doc = ${doc}`) : [`id > ${BigInt(after)}`];
  const found = await Promise.all(
    which.map((where) =>
      engine.all<{ id: bigint }>(`select id from lines where ${where} order by id limit ${Number(limit)}`),
    ),
  );
  const ids = found.flat();
  const items = await itemsOf(await linesById(engine, new Set(ids.map((i) => i.id))), sources, ask.zone);
  const last = softly || ids.length < Number(limit) ? undefined : ids.at(-1)?.id;
  return { parts, items, ...(last !== undefined && { next: String(last) }) };
}

async function itemsOf(lines: readonly StoredLine[], sources: readonly Source[], zone: string): Promise<LineItem[]> {
  const items: LineItem[] = [];
  for (const line of lines) {
    const source = sources[line.doc]!;
    const row = { ...line, carried_raw: null };
    const raw = await rawOf(source, row);
    const fee = line.fee === null ? undefined : scaledText(line.fee as bigint, Number(line.fee_scale));
    items.push({ id: String(line.id), part: line.doc, evidence: evidenceOf(row, source, raw, zone), fee });
  }
  return items;
}

// ---------------------------------------------------------------- read once

type About = Readonly<{ parts: readonly (Part | RefusedPart)[]; sources: readonly Source[] }>;
const LINES_FILE = 'lines.parquet';
const ABOUT_FILE = 'about.json';

/** The lines with their places, and the bytes they lie in: of an archive its members. */
async function keepRead(
  engine: Engine,
  folder: string,
  parts: readonly (Part | RefusedPart)[],
  sources: readonly Source[],
): Promise<void> {
  await mkdir(join(folder, KEPT));
  await placeAll(engine);
  await engine.run(
    `copy (select * from placed_lines) to ${quote(join(folder, KEPT, LINES_FILE))} (format parquet, compression zstd)`,
  );
  const kept: Source[] = [];
  for (const [i, source] of sources.entries()) {
    const path = join(KEPT, `part-${i}`);
    // What was unpacked may lie on another disk.
    await link(source.path, path).catch(() => copyFile(source.path, path));
    kept.push({ ...source, path });
  }
  await writeFile(join(KEPT, ABOUT_FILE), JSON.stringify({ parts, sources: kept } satisfies About));
}

/** Line numbers lie in the file in their order: no more of it is read than holds the page. */
async function keptPage(engine: Engine, folder: string, ask: Ask, after: string, limit: number): Promise<Lines> {
  const { parts, sources } = JSON.parse(await readFile(join(KEPT, ABOUT_FILE), 'utf8')) as About;
  const file = `read_parquet(${quote(join(folder, KEPT, LINES_FILE))})`;
  const ids = await engine.all<{ id: bigint }>(
    `select id from ${file} where id > ${BigInt(after)} order by id limit ${Number(limit)}`,
  );
  const last = ids.at(-1)?.id;
  if (last === undefined) return { parts, items: [] };
  const lines = await engine.all<StoredLine>(
    `select * from ${file} where id >= ${ids[0]!.id} and id <= ${last} order by id`,
  );
  const items = await itemsOf(lines, sources, ask.zone);
  return { parts, items, ...(ids.length === Number(limit) && { next: String(last) }) };
}

async function readPart(engine: Engine, doc: number, input: Input, format: Format, found: Ingested): Promise<Part> {
  const { facts, rejected, lines } = found;
  const sums = await engine.all<{ kind: string; status: string; currency: string; n: bigint; amount: bigint }>(
    `select kind, status, currency, count(*) as n, sum(amount)::bigint as amount from lines where doc = ${doc}
      group by all order by n desc, kind, status, currency`,
  );
  const about = await engine.one<{
    first: string | null;
    last: string | null;
    channel: string | null;
    account: string | null;
  }>(
    `select min(coalesce(business_on, value_on)) as first, max(coalesce(business_on, value_on)) as last,
        case when min(channel) = max(channel) then min(channel) end as channel,
        case when min(account) = max(account) then min(account) end as account from lines where doc = ${doc}`,
  );
  const isProposed = format === orderMapped || format === orderMappedRows;
  const proposed = isProposed ? proposedMapping(input) : undefined;
  return {
    member: memberOf(input),
    format: format.id,
    title: format.title,
    role: format.role,
    channel: format.channel ?? about.channel ?? undefined,
    account: facts.account ?? about.account ?? undefined,
    from: facts.from?.toString() ?? about.first ?? undefined,
    to: facts.to?.toString() ?? about.last ?? undefined,
    encoding: input.encoding,
    size: input.size,
    lines,
    rejected: rejected.length,
    rejects: rejected.slice(0, MOST_REJECTED).map(wordedReject),
    sums: sums.map((s) => ({
      kind: s.kind,
      status: s.status,
      currency: s.currency,
      count: Number(s.n),
      amount: decimalText(s.amount, s.currency),
    })),
    checks: facts.checks,
    // The first tells of a command; whoever is shown the mapping needs none.
    notes: (facts.notes ?? []).slice(proposed === undefined ? 0 : 1),
    ...(proposed !== undefined && { proposed: mappingData(proposed) }),
  };
}

const wordedReject = (r: Rejected): Reject => ({ ...r, says: REJECTS[r.code], remedy: REJECT_REMEDIES[r.code] });

// ---------------------------------------------------------------- rejected rows as a table

const TITLES: Readonly<Record<Lang, readonly string[]>> = {
  zh: ['文件', '行', '列', '值', '原因', '怎么办', '字节位置'],
  en: ['File', 'Line', 'Column', 'Value', 'Why', 'What to do', 'Byte offset'],
};
const csvRow = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`;

/** All of them, in the order of the file; how many. A document that is refused as a whole is told as that. */
async function writeRejects(
  { engine, space, folder }: Read,
  inputs: readonly Input[],
  formats: readonly Format[],
  lang: Lang,
): Promise<number> {
  let count = 0;
  async function* rows(): AsyncGenerator<string> {
    yield BOM + csvRow(TITLES[lang]);
    for (const [doc, input] of inputs.entries()) {
      const { rejected } = await ingest(engine, input, detect(input, formats), { doc, scratch: space.next });
      for (const { row, column, value, code, at } of rejected) {
        count += 1;
        const said = [inertText(input.name), String(row), inertText(column), inertText(value)];
        yield csvRow([...said, REJECTS[code][lang], REJECT_REMEDIES[code][lang], String(at)]);
      }
    }
  }
  await pipeline(Readable.from(rows()), createWriteStream(join(folder, 'rejects.csv')));
  return count;
}

// ----------------------------------------------------------------

async function main(folder: string, ask: Ask): Promise<LinesPrinted> {
  // Names, not paths, stand in what is told.
  process.chdir(folder);
  const space = await workspace();
  let engine: Engine | undefined;
  try {
    if (ask.want.kind === 'lines' && existsSync(join(KEPT, ABOUT_FILE))) {
      engine = await openEngine({ temp: space.path, folders: [folder] });
      return await keptPage(engine, folder, ask, ask.want.after, ask.want.limit);
    }
    const inputs = await openAll([ask.name], { space, zone: ask.zone }, (error) => {
      throw error;
    });
    const { want } = ask;
    if (want.kind === 'cells') return await cellsOf(partOf(inputs, want.part), want.encoding);
    engine = await openEngine({ temp: space.path, folders: [folder] });
    return await answer({ engine, space, ask, folder }, want, inputs);
  } catch (error) {
    // A file that is none of ours as a whole is read as that, too.
    if (ask.want.kind === 'look' && error instanceof DaozhangError)
      return { parts: [{ refused: failureOf(error) }], items: [] };
    throw error;
  } finally {
    engine?.close();
    await space.remove();
  }
}

const print = (it: LinesPrinted): void => {
  process.stdout.write(JSON.stringify(it, (_, v) => (typeof v === 'bigint' ? v.toString() : v)));
};
try {
  print(await main(process.argv[2]!, JSON.parse(await text(process.stdin)) as Ask));
} catch (error) {
  print({ refused: failureOf(error) });
}
