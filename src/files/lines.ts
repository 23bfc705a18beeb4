/**
 * Where lines stand. The lines of ordinary documents share the table `few_lines`. A large document has a table of its own,
 * `lines_<doc>`, which the read itself writes: only the columns its format fills, codes as enums, nothing copied afterwards.
 * The view `lines` shows both alike; whoever asks for lines need not know.
 *
 * A line's `id` is a number over all lines of the run, dense and in the order of reading; refunds that an order row states of
 * itself are −1−id. A large document keeps no place a line: record k is found from a mark every 1024 records (`placesOf`).
 */
import { createReadStream } from 'node:fs';
import { BIGINT, INTEGER } from '@duckdb/node-api';
import { appendRows, type Engine, ident, quote } from './engine.ts';
import type { Input } from './format.ts';
import { LINE_COLUMNS, type LineField, type Role } from './line.ts';
import { MARK_EVERY } from './line-index.ts';
import { scanRecords } from './records.ts';

/** A document whose lines have a table of their own; record k of the data is row k of it, rejected and dropped ones too. */
export type LargeDocument = {
  readonly doc: number;
  readonly role: Role;
  readonly input: Input;
  readonly firstId: bigint;
  /** Record number of the first data row. */
  readonly firstRow: number;
  /** Delimiter of quoted text; empty where nothing is quoted and every line end ends a record. */
  readonly quoted: string;
  /** Byte offsets of the records 0, 1024, 2048 … of the document, from its first. */
  readonly marks: readonly number[];
  /** SQL of each field over the table: a column, or a constant the whole document shares. */
  readonly columns: ReadonlyMap<LineField, string>;
  /** SQL of k over the table: `rowid`, or a column where a record makes several lines. */
  readonly k: string;
  /** SQL condition that leaves out rejected and dropped rows; empty when there are none. */
  readonly only: string;
  /** The account of lines that name none. */
  account?: string;
};

/** What an engine knows of the lines in it. */
export type Store = { nextId: bigint; readonly large: Map<number, LargeDocument> };

export const newStore = (): Store => ({ nextId: 0n, large: new Map() });

export const tableOf = (doc: number): string => `lines_${doc}`;

const COLUMNS = LINE_COLUMNS.map(([, name]) => name);

export const FEW_LINES = `
  create table few_lines (id bigint, doc integer, role dz_role, ${LINE_COLUMNS.map(([, name, type]) => `${name} ${type}`).join(', ')});
  create view lines as select * from few_lines;`;

/** The lines of a large document as a SELECT with the columns of `lines`. `byte_at` and `byte_length` are asked of `placesOf`. */
export function selectLarge(d: LargeDocument): string {
  const columns = LINE_COLUMNS.map(([field, name, type]) => {
    if (field === 'row') return `(${d.firstRow} + ${d.k})::integer as ${name}`;
    const given = d.columns.get(field);
    const own = field === 'account' && d.account !== undefined ? quote(d.account) : undefined;
    if (given === undefined) return `${own ?? 'null'}::${type} as ${name}`;
    return `${own === undefined ? given : `coalesce(${given}, ${own})`} as ${name}`;
  });
  return `select ${d.firstId} + rowid as id, ${d.doc} as doc, ${quote(d.role)}::dz_role as role, ${columns.join(', ')}
    from ${tableOf(d.doc)}${d.only === '' ? '' : ` where ${d.only}`}`;
}

/** Shows the lines as they stand now; called whenever a large document comes, goes or gets its account. */
export async function showLines(engine: Engine): Promise<void> {
  const parts = ['select * from few_lines', ...[...engine.store.large.values()].map(selectLarge)];
  await engine.run(`create or replace view lines as ${parts.join(' union all ')}`);
}

/**
 * How a reading of the lines is kept that many statements ask: a copy of few lines is cheaper than planning a view each time, a view
 * of millions is cheaper than their copy.
 */
export const tableOrView = (engine: Engine): 'table' | 'view' => (engine.store.large.size > 0 ? 'view' : 'table');

/** A refused document leaves nothing behind. */
export async function removeLines(engine: Engine, doc: number): Promise<void> {
  await engine.run(`delete from few_lines where doc = ${doc}`);
  if (!engine.store.large.delete(doc)) return;
  await showLines(engine);
  await engine.run(`drop table if exists ${tableOf(doc)}`);
}

/** Lines of the document that name no account get this one. */
export async function giveAccount(engine: Engine, doc: number, account: string): Promise<void> {
  const large = engine.store.large.get(doc);
  if (large) {
    large.account ??= account;
    await showLines(engine);
  } else {
    await engine.run(`update few_lines set account = ${quote(account)} where doc = ${doc} and account is null`);
  }
}

/** A line as it stands in `lines`, with its place. */
export type StoredLine = Record<string, string | bigint | number | null> & { id: bigint; doc: number };

/**
 * Lines by id, in that order, places filled in. Asks each table for its own rows: the view would read every row of it. Cost: a
 * row-group look-up and at most 1024 records a line of a large document.
 */
export async function linesById(engine: Engine, ids: ReadonlySet<bigint>): Promise<StoredLine[]> {
  if (ids.size === 0) return [];
  const rows = await engine.all<StoredLine>(`select * from few_lines where id in (${[...ids].join(', ')})`);
  for (const d of engine.store.large.values()) {
    const end = nextFirst(engine, d);
    const own = [...ids].filter((id) => id >= d.firstId && id < end).map((id) => id - d.firstId);
    if (own.length === 0) continue;
    const found = await engine.all<StoredLine>(
      `${selectLarge(d)} ${d.only === '' ? 'where' : 'and'} rowid in (${own.join(', ')}) order by row_no`,
    );
    const places = await placesOf(
      d,
      found.map((row) => Number(row.row_no) - d.firstRow),
    );
    found.forEach((row, i) => {
      row.byte_at = BigInt(places[i]!.at);
      row.byte_length = places[i]!.length;
      rows.push(row);
    });
  }
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const nextFirst = (engine: Engine, d: LargeDocument): bigint => {
  const later = [...engine.store.large.values()].filter((o) => o.firstId > d.firstId).map((o) => o.firstId);
  return later.reduce((a, b) => (b < a ? b : a), engine.store.nextId);
};

export type Place = Readonly<{ at: number; length: number }>;

/** Where the records `ks` (ascending) of a large document's data lie. */
export async function placesOf(d: LargeDocument, ks: readonly number[]): Promise<Place[]> {
  const places: Place[] = [];
  // No blank line stands between the data: record k of it is record k + firstRow - 1 of the document.
  const markOf = (k: number): number => Math.floor((k + d.firstRow - 1) / MARK_EVERY);
  for (let i = 0; i < ks.length; ) {
    const mark = markOf(ks[i]!);
    let last = i;
    while (last < ks.length && markOf(ks[last]!) === mark) last += 1;
    const wanted = ks.slice(i, last);
    let k = mark * MARK_EVERY - (d.firstRow - 1);
    await scanFrom(d, d.marks[mark]!, (at, length) => {
      while (wanted.length > 0 && wanted[0] === k) {
        places.push({ at, length });
        wanted.shift();
      }
      k += 1;
      return wanted.length === 0;
    });
    i = last;
  }
  return places;
}

/** Every record of the data in file order: for writing all places out. */
async function eachPlace(d: LargeDocument, each: (at: number, length: number) => void): Promise<void> {
  let row = 0;
  if (d.marks.length === 0) return;
  await scanFrom(d, d.marks[0]!, (at, length) => {
    row += 1;
    if (row >= d.firstRow && length > 0) each(at, length);
    return false;
  });
}

async function scanFrom(d: LargeDocument, from: number, each: (at: number, length: number) => boolean): Promise<void> {
  const { path } = d.input;
  const chunks = () => createReadStream(path, { start: from, highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>;
  await scanRecords({ ...d.input, chunks }, d.quoted, each, from);
}

/** `placed_<doc>(k, byte_at, byte_length)` of every large document, for writing lines out with their places. */
export async function placeAll(engine: Engine): Promise<void> {
  for (const d of engine.store.large.values()) {
    await engine.run(`create or replace table placed_${d.doc} (k integer, byte_at bigint, byte_length integer)`);
    const places = await appendRows<[number, bigint, number]>(engine, `placed_${d.doc}`, [INTEGER, BIGINT, INTEGER]);
    let k = 0;
    try {
      await eachPlace(d, (at, length) => {
        places.row(k, BigInt(at), length);
        k += 1;
      });
    } finally {
      places.close();
    }
  }
  const parts = ['select * from few_lines'];
  for (const d of engine.store.large.values()) {
    const columns = COLUMNS.map((name) => (name.startsWith('byte_') ? `p.${name}` : `l.${ident(name)}`));
    parts.push(`select l.id, l.doc, l.role, ${columns.join(', ')} from (${selectLarge(d)}) l
      join placed_${d.doc} p on p.k = l.row_no - ${d.firstRow}`);
  }
  await engine.run(`create or replace view placed_lines as ${parts.join(' union all ')}`);
}
