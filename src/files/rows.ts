/**
 * Rows of cells from whatever a bank or a shop calls a table: delimited text in any encoding, HTML saved as `.xls`, BIFF
 * `.xls`, `.xlsx`. For formats that find their columns by name and read modest files; bulk text goes through DuckDB instead.
 *
 * Cells come without the blanks, TABs and `="…"` that sources pack them in. Delimited text streams, O(1) memory; the others
 * are read whole, within their limits. Reading twice costs the file twice for text and nothing for the others.
 */
import { DaozhangError } from '../base/errors.ts';
import type { Text } from '../base/lang.ts';
import { bomOf } from './encoding.ts';
import type { Head, Input } from './format.ts';
import { eachRecord, LONGEST_RECORD } from './records.ts';
import { placeOf, readSheets, sheetHeads } from './sheet.ts';
import { isXls, readXls } from './xls.ts';

/** `row` and place as in a line; `sheet` counts the sheets of a workbook and the tables of a page. */
export type Row = Readonly<{ sheet: number; row: number; at: number; length: number; cells: readonly string[] }>;

type RowKind = 'text' | 'html' | 'xls' | 'xlsx';

export type Rows = Readonly<{
  kind: RowKind;
  /** Names of an `.xlsx`' sheets, by their number. */
  names: readonly string[];
  each(onRow: (row: Row) => void): Promise<void>;
}>;

const DELIMITERS = [',', '\t', ';', '|'] as const;

/** The shape of a document that may be a table, by its first bytes. */
export function rowKind(head: Head): RowKind {
  if (isXls(head.bytes)) return 'xls';
  if (head.bytes[0] === 0x50 && head.bytes[1] === 0x4b) return 'xlsx';
  return HTML.test(head.text.slice(0, 4000)) && /<t[dh]\b/i.test(head.text) ? 'html' : 'text';
}

const HTML =
  /^\s*(<\?xml[^>]*>\s*|<!doctype html[^>]*>\s*|<!--[\s\S]*?-->\s*)*<(html|head|meta|style|body|div|table)\b/i;

/** The first rows, for detection, as each delimiter would give them; nothing for a BIFF workbook, which needs its reader. */
export function headRows(head: Head, count: number): { delimiter: string; rows: readonly (readonly string[])[] }[] {
  switch (rowKind(head)) {
    case 'xls':
      return [];
    case 'xlsx':
      return sheetHeads(head).map(({ rows }) => ({
        delimiter: '',
        rows: rows.slice(0, count).map((row) => row.map((cell) => bare(cell ?? ''))),
      }));
    case 'html':
      return [{ delimiter: '', rows: htmlRows(head.text, count).map((row) => row.cells) }];
    default: {
      const lines = head.text.split(/\r?\n/, 4 * count);
      return DELIMITERS.filter((d) => head.text.includes(d)).map((delimiter) => {
        const rows: string[][] = [];
        const joiner = joinLines(delimiter, (cells) => rows.push(cells));
        for (const line of lines) if (rows.length < count) joiner.line(line);
        return { delimiter, rows };
      });
    }
  }
}

/** All rows of a document. `delimiter` is for text. */
export async function openRows(input: Input, delimiter: string): Promise<Rows> {
  const kind = rowKind(input);
  if (kind === 'text') return { kind, names: [], each: (onRow) => eachTextRow(input, delimiter, onRow) };
  const { rows, names = [] } =
    kind === 'xls'
      ? { rows: await xlsRows(input) }
      : kind === 'xlsx'
        ? await xlsxRows(input)
        : { rows: await pageRows(input) };
  return {
    kind,
    names,
    each: async (onRow) => {
      for (const row of rows) onRow(row);
    },
  };
}

/** Told of the sheets of a workbook (by number) whose columns are not those of the document. */
export function passedOverNotes({ names }: Rows, sheets: readonly number[]): Text[] {
  if (sheets.length === 0) return [];
  const named = sheets.map((sheet) => names[sheet] ?? `#${sheet + 1}`);
  return [
    {
      en: `sheets passed over, their columns are others: ${named.join(', ')}`,
      zh: `列名不符、未读取的工作表:${named.join('、')}`,
    },
  ];
}

/** A cell without its packing: blanks of any width, a back-tick or apostrophe in front, Excel's `="…"`. */
function bare(cell: string): string {
  const text = cell.trim();
  const wrapped = /^="([\s\S]*)"$/.exec(text);
  return (wrapped ? wrapped[1]!.trim() : text).replace(/^['`]+/, '');
}

// ---------------------------------------------------------------- delimited text

/**
 * The cells of one record, taken leniently: a quote opens at the start of a cell, what stands behind the closing quote
 * belongs to the cell. `open` when the record ends inside quotes, so that the next line belongs to it.
 */
export function splitLoose(record: string, delimiter: string): { cells: string[]; open: boolean } {
  const cells: string[] = [];
  let at = 0;
  while (true) {
    let from = at;
    while (record[from] === ' ') from += 1;
    let value = '';
    if (record[from] === '"') {
      at = from + 1;
      while (true) {
        const end = record.indexOf('"', at);
        if (end === -1) {
          cells.push(value + record.slice(at));
          return { cells, open: true };
        }
        value += record.slice(at, end);
        at = end + 1;
        if (record[at] !== '"') break;
        value += '"';
        at += 1;
      }
    }
    const end = record.indexOf(delimiter, at);
    cells.push(value + record.slice(at, end === -1 ? undefined : end));
    if (end === -1) return { cells, open: false };
    at = end + 1;
  }
}

/** Puts lines together while a quote is open, and gives the cells of each finished record. */
function joinLines(delimiter: string, each: (cells: string[]) => void) {
  let text = '';
  let open = false;
  return {
    line: (line: string): void => {
      text = open ? `${text}\n${line}` : line;
      const split = splitLoose(text, delimiter);
      open = split.open && text.length < LONGEST_RECORD;
      if (!open) each(split.cells.map(bare));
    },
    get open(): boolean {
      return open;
    },
  };
}

async function eachTextRow(input: Input, delimiter: string, onRow: (row: Row) => void): Promise<void> {
  let first = { row: 0, at: 0 };
  let end = 0;
  const joiner = joinLines(delimiter, (cells) =>
    onRow({ sheet: 0, row: first.row, at: first.at, length: end - first.at, cells }),
  );
  await eachRecord(input, ({ row, at, length, text }) => {
    if (!joiner.open) first = { row, at };
    end = at + length;
    joiner.line(text);
  });
  if (joiner.open) {
    const reason = 'a quote is never closed / 引号没有结束';
    throw new DaozhangError('file.cut', { path: input.name, offset: first.at, reason });
  }
}

// ---------------------------------------------------------------- workbooks

async function xlsxRows(input: Input): Promise<{ rows: Row[]; names: readonly string[] }> {
  const sheets = await readSheets(input);
  const rows = sheets.flatMap((sheet, n) =>
    sheet.rows.map((cells, i) => ({ sheet: n, ...placeOf(n, i + 1), cells: cells.map((cell) => bare(cell ?? '')) })),
  );
  return { rows, names: sheets.map(({ name }) => name) };
}

async function xlsRows(input: Input): Promise<Row[]> {
  const rows = await readXls(input.path, input.name);
  return rows.map(({ sheet, row, cells }) => ({ sheet, ...placeOf(sheet, row), cells: cells.map(bare) }));
}

// ---------------------------------------------------------------- HTML

const LARGEST_PAGE = 64 * 2 ** 20;

/** A page is taken as one byte a character, so that an index is an offset; cells are decoded one by one. */
async function pageRows(input: Input): Promise<Row[]> {
  if (input.size > LARGEST_PAGE) throw new DaozhangError('file.too_large', { path: input.name, limit: LARGEST_PAGE });
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.chunks()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const wide = input.encoding.startsWith('utf-16');
  const decoder = new TextDecoder(input.encoding, { fatal: true });
  const decode = (text: string, at: number): string => {
    if (wide || !/[\x80-\xff]/.test(text)) return text;
    try {
      return decoder.decode(Buffer.from(text, 'latin1'));
    } catch (cause) {
      throw new DaozhangError('file.encoding', { path: input.name, offset: at, encoding: input.encoding }, cause);
    }
  };
  const page = wide ? decoder.decode(bytes) : bytes.toString('latin1');
  const skip = wide ? (bomOf(input.bytes)?.length ?? 0) : 0;
  if (page.toLowerCase().lastIndexOf('</table') < page.toLowerCase().lastIndexOf('<tr')) {
    const reason = 'the table is not closed / 表格没有结束';
    throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
  }
  const scale = wide ? 2 : 1;
  return htmlRows(page, Number.POSITIVE_INFINITY, decode).map((r) => ({
    ...r,
    at: skip + r.at * scale,
    length: r.length * scale,
  }));
}

const MARK = /<(\/?)(table|tr|td|th)\b([^>]*)>/gi;

/** The rows of all tables in order; a cell over several columns leaves the others empty. */
function htmlRows(page: string, most: number, decode: (text: string, at: number) => string = (text) => text): Row[] {
  const hidden = (all: string): string => ' '.repeat(all.length);
  const text = page.replace(/<!--[\s\S]*?-->|<(style|script)\b[\s\S]*?<\/\1\s*>/gi, hidden);
  const rows: Row[] = [];
  let sheet = -1;
  let number = 0;
  let cells: string[] | undefined;
  let from = 0;
  let cell: { from: number; span: number } | undefined;
  const endCell = (end: number): void => {
    if (!cell || !cells) return;
    const inner = decode(text.slice(cell.from, end), cell.from).replace(/<[^>]*>/g, ' ');
    cells.push(bare(htmlText(inner)), ...Array<string>(cell.span - 1).fill(''));
    cell = undefined;
  };
  const endRow = (end: number): void => {
    endCell(end);
    if (cells) rows.push({ sheet, row: number, at: from, length: end - from, cells });
    cells = undefined;
  };
  for (const m of text.matchAll(MARK)) {
    if (rows.length >= most) break;
    const close = m[1] === '/';
    const after = m.index + m[0].length;
    switch (m[2]!.toLowerCase()) {
      case 'table':
        endRow(close ? after : m.index);
        if (!close) sheet += 1;
        break;
      case 'tr':
        endRow(close ? after : m.index);
        if (close) break;
        number += 1;
        cells = [];
        from = m.index;
        break;
      default: {
        endCell(m.index);
        const span = Number(/\bcolspan\s*=\s*["']?(\d{1,3})/i.exec(m[3]!)?.[1] ?? 1);
        if (!close) cell = { from: after, span: Math.max(1, span) };
      }
    }
  }
  return rows;
}

const NAMED: Readonly<Record<string, string>> = {
  nbsp: ' ',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
  yen: '¥',
};

const htmlText = (inner: string): string =>
  inner
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (all, decimal, hex, name) => {
      if (name) return NAMED[name.toLowerCase()] ?? all;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
    })
    .replace(/\s+/g, ' ');
