/**
 * The visible sheets of an office workbook (.xlsx) as exact text.
 *
 * Read here from the XML, not by a library: those give a number as a float, and a reference of 28 digits or an amount must
 * not go through one. What the cell says is kept as written; a number with 16 or 17 digits and a fraction is the float that
 * the spreadsheet made of a shorter one (35.200000000000003), so it is rounded as text to the 15 digits a spreadsheet shows,
 * unless that would come near the cents.
 * A number in a date style becomes `2026-11-20 14:03:01`. An integer that the spreadsheet wrote as 4.2E+27 has lost its digits
 * and stays as it is, for the format to reject.
 *
 * Inside a zip there are no byte offsets: lines of a sheet have `length` 0, an `at` that only tells them apart (`placeOf`), and `row`
 * is the sheet's own row number.
 * A workbook is read in memory and synchronously, because formats are detected synchronously; limits keep it small: size and
 * ratio of each part, rows, cells. O(bytes) time and memory. Macros, formulas and links are never followed; DOCTYPE is refused.
 */
import { readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { SaxesParser } from 'saxes';
import { DaozhangError } from '../base/errors.ts';
import type { Head, Input } from './format.ts';

/** A row's cells from column A on; null where the cell is absent or empty. */
type SheetRow = readonly (string | null)[];

/** `rows[i]` is the sheet's row i + 1; a row the sheet leaves out is empty. */
export type Sheet = Readonly<{ name: string; rows: readonly SheetRow[] }>;

const MOST_ROWS = 1_048_576;

/** Where a row of a workbook's sheet (from 0) stands: no bytes, but a place of its own, by which a line is known again. */
export const placeOf = (sheet: number, row: number) => ({ row, at: sheet * 2 * MOST_ROWS + row, length: 0 });

export type SheetLimits = Readonly<{ packed: number; part: number; ratio: number; rows: number; cells: number }>;
export const SHEET_LIMITS: SheetLimits = {
  packed: 64 * 2 ** 20,
  part: 256 * 2 ** 20,
  ratio: 100,
  rows: MOST_ROWS,
  cells: 5_000_000,
};

/** Below this size no ratio is judged: a small part of blanks compresses well. */
const RATIO_FREE = 10 * 2 ** 20;

/** The visible sheets, whole, in their order. `file.*` errors for what is damaged, too large or not a workbook. */
export async function readSheets(input: Input, limits: SheetLimits = SHEET_LIMITS): Promise<readonly Sheet[]> {
  const book = openBook(input, limits);
  if (!book) throw corrupt(input, 'no workbook in it / 里面没有工作簿');
  return readBook(input, book, limits, Number.POSITIVE_INFINITY);
}

function readBook(head: Head, book: Book, limits: SheetLimits, most: number): readonly Sheet[] {
  const spent = { cells: 0 };
  return book.sheets.map((sheet) => ({ name: sheet.name, rows: readRows(head, book, sheet, limits, most, spent) }));
}

const HEAD_ROWS = 40;
const heads = new WeakMap<Head, readonly Sheet[]>();

/**
 * The first rows of each visible sheet, for detection; none when the document is no workbook. Formats share one reading of a
 * document. Detection is given the opened document, whose whole file is needed: a zip has its table of contents at the end.
 */
export function sheetHeads(head: Head): readonly Sheet[] {
  if (!isZip(head.bytes)) return [];
  const known = heads.get(head);
  if (known) return known;
  const book = openBook(head, SHEET_LIMITS);
  const found = book ? readBook(head, book, SHEET_LIMITS, HEAD_ROWS) : [];
  heads.set(head, found);
  return found;
}

const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

const corrupt = (head: Head, reason: string): DaozhangError =>
  new DaozhangError('file.corrupt', { path: head.name, offset: 0, reason });

// ---------------------------------------------------------------- zip

type Part = Readonly<{ method: number; flags: number; crc: number; packed: number; size: number; at: number }>;
type Zip = Readonly<{ bytes: Buffer; parts: ReadonlyMap<string, Part> }>;

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_PARTS = 10_000;

function openZip(head: Head, limits: SheetLimits): Zip {
  const path = 'path' in head ? (head as Input).path : undefined;
  if (path !== undefined && statSync(path).size > limits.packed) {
    throw new DaozhangError('file.too_large', { path: head.name, limit: limits.packed });
  }
  const bytes = path === undefined ? Buffer.from(head.bytes) : readFileSync(path);
  const end = endRecord(bytes);
  if (end === -1) {
    const reason = 'the table of contents at the end is missing / 结尾的目录缺失';
    throw new DaozhangError('file.cut', { path: head.name, offset: bytes.length, reason });
  }
  const count = bytes.readUInt16LE(end + 10);
  const parts = new Map<string, Part>();
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (i >= MOST_PARTS || at + 46 > bytes.length || bytes.readUInt32LE(at) !== ENTRY) {
      throw corrupt(head, 'the table of contents is damaged / 目录已损坏');
    }
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    parts.set(name.replaceAll('\\', '/').replace(/^\//, ''), {
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return { bytes, parts };
}

function endRecord(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--) {
    if (bytes.readUInt32LE(at) === END) return at;
  }
  return -1;
}

/** One part unpacked and proven by its CRC; undefined when the workbook has none of that name. */
function partOf(head: Head, zip: Zip, name: string, limits: SheetLimits): Buffer | undefined {
  const part = zip.parts.get(name);
  if (!part) return undefined;
  if (part.flags & 1) throw new DaozhangError('file.archive', { path: head.name, reason: 'encrypted / 已加密' });
  if (part.at + 30 > zip.bytes.length || zip.bytes.readUInt32LE(part.at) !== LOCAL) throw corrupt(head, name);
  const start = part.at + 30 + zip.bytes.readUInt16LE(part.at + 26) + zip.bytes.readUInt16LE(part.at + 28);
  const packed = zip.bytes.subarray(start, start + part.packed);
  const data = part.method === 0 ? packed : inflate(head, name, packed, part, limits);
  if (data.length !== part.size || crc32(data) !== part.crc) throw corrupt(head, `${name}: CRC-32`);
  return data;
}

function inflate(head: Head, name: string, packed: Buffer, part: Part, limits: SheetLimits): Buffer {
  const most = Math.min(limits.part, Math.max(RATIO_FREE, packed.length * limits.ratio));
  if (part.method !== 8) throw corrupt(head, `${name}: unknown compression / 未知的压缩方式`);
  try {
    return inflateRawSync(packed, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw corrupt(head, `${name}: deflate`);
    if (most === limits.part) throw new DaozhangError('file.too_large', { path: head.name, limit: limits.part });
    throw new DaozhangError('file.bomb', { path: head.name, ratio: limits.ratio, offset: most });
  }
}

// ---------------------------------------------------------------- xml

type Handlers = Readonly<{
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
  /** Asked between slices: true stops the reading. */
  done?(): boolean;
}>;

const SLICE = 256 * 1024;
const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Walks one XML part; names come without their prefix. */
function walk(head: Head, part: string, data: Buffer, handlers: Handlers): void {
  const parser = new SaxesParser();
  const stop = (reason: string): never => {
    throw corrupt(head, `${part}: ${reason}`);
  };
  parser.on('error', (error) => stop(error.message));
  parser.on('doctype', () => stop('DOCTYPE is refused / 不接受 DOCTYPE'));
  parser.on('opentag', (tag) => handlers.open?.(local(tag.name), tag.attributes as Record<string, string>));
  parser.on('closetag', (tag) => handlers.close?.(local(tag.name)));
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('cdata', (text) => handlers.text?.(text));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let at = 0; at < data.length; at += SLICE) {
    if (handlers.done?.()) return;
    const slice = data.subarray(at, at + SLICE);
    let text = '';
    try {
      text = decoder.decode(slice, { stream: at + SLICE < data.length });
    } catch {
      stop('not UTF-8 / 不是 UTF-8');
    }
    parser.write(text);
  }
  if (!handlers.done?.()) parser.close();
}

// ---------------------------------------------------------------- workbook

type Book = Readonly<{
  sheets: ReadonlyArray<Readonly<{ name: string; path: string }>>;
  strings: readonly string[];
  /** Per cell style: undefined is a plain number. */
  styles: readonly (DateStyle | undefined)[];
  epoch: Temporal.PlainDate;
  zip: Zip;
}>;

type DateStyle = 'date' | 'time' | 'datetime';

/** Undefined when the zip holds another kind of office document. */
function openBook(head: Head, limits: SheetLimits): Book | undefined {
  const zip = openZip(head, limits);
  const workbook = 'xl/workbook.xml';
  const bookXml = partOf(head, zip, workbook, limits);
  if (!bookXml) return undefined;
  const links = linksOf(head, zip, limits);
  const sheets: { name: string; path: string; visible: boolean }[] = [];
  let epoch = '1899-12-30';
  walk(head, workbook, bookXml, {
    open: (tag, a) => {
      if (tag === 'workbookPr' && /^(1|true)$/.test(a.date1904 ?? '')) epoch = '1904-01-01';
      if (tag !== 'sheet') return;
      const id = Object.entries(a).find(([name]) => name !== 'id' && local(name) === 'id')?.[1] ?? '';
      sheets.push({ name: a.name ?? '', path: links.get(id) ?? '', visible: (a.state ?? 'visible') === 'visible' });
    },
  });
  const visible = sheets.filter((s) => s.visible);
  if (sheets.length === 0) throw corrupt(head, 'no sheet in it / 里面没有工作表');
  return {
    sheets: visible.length > 0 ? visible : sheets.slice(0, 1),
    strings: stringsOf(head, zip, limits),
    styles: stylesOf(head, zip, limits),
    epoch: Temporal.PlainDate.from(epoch),
    zip,
  };
}

/** Relationship id → path of the part in the zip. */
function linksOf(head: Head, zip: Zip, limits: SheetLimits): ReadonlyMap<string, string> {
  const name = 'xl/_rels/workbook.xml.rels';
  const links = new Map<string, string>();
  const data = partOf(head, zip, name, limits);
  if (!data) throw corrupt(head, `${name}: missing / 缺失`);
  walk(head, name, data, {
    open: (tag, a) => {
      if (tag !== 'Relationship') return;
      const target = a.Target ?? '';
      links.set(a.Id ?? '', target.startsWith('/') ? target.slice(1) : posix.join('xl', target));
    },
  });
  return links;
}

/** Shared strings in order; runs of one string are joined, phonetic hints are left out. */
function stringsOf(head: Head, zip: Zip, limits: SheetLimits): string[] {
  const name = 'xl/sharedStrings.xml';
  const strings: string[] = [];
  const data = partOf(head, zip, name, limits);
  if (!data) return strings;
  let text = '';
  let inText = false;
  let phonetic = 0;
  walk(head, name, data, {
    open: (tag) => {
      if (tag === 'si') text = '';
      else if (tag === 'rPh') phonetic += 1;
      else if (tag === 't') inText = phonetic === 0;
    },
    text: (part) => {
      if (inText) text += part;
    },
    close: (tag) => {
      if (tag === 't') inText = false;
      else if (tag === 'rPh') phonetic -= 1;
      else if (tag === 'si') strings.push(unescaped(text));
    },
  });
  return strings;
}

/** Office writes control characters as `_x000D_`. */
const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

function stylesOf(head: Head, zip: Zip, limits: SheetLimits): (DateStyle | undefined)[] {
  const name = 'xl/styles.xml';
  const styles: (DateStyle | undefined)[] = [];
  const data = partOf(head, zip, name, limits);
  if (!data) return styles;
  const codes = new Map<string, string>();
  let inCells = false;
  walk(head, name, data, {
    open: (tag, a) => {
      if (tag === 'numFmt') codes.set(a.numFmtId ?? '', a.formatCode ?? '');
      else if (tag === 'cellXfs') inCells = true;
      else if (tag === 'xf' && inCells) styles.push(styleOf(a.numFmtId ?? '0', codes));
    },
    close: (tag) => {
      if (tag === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

/** The numbered formats that mean a date or time, from ISO/IEC 29500-1 §18.8.30; the others are in the workbook by their code. */
function styleOf(id: string, codes: ReadonlyMap<string, string>): DateStyle | undefined {
  const code = codes.get(id);
  if (code === undefined) {
    const n = Number(id);
    if (n === 22) return 'datetime';
    if ((n >= 18 && n <= 21) || (n >= 32 && n <= 35) || (n >= 45 && n <= 47) || n === 55 || n === 56) return 'time';
    return (n >= 14 && n <= 17) || (n >= 27 && n <= 31) || n === 36 || (n >= 50 && n <= 58) ? 'date' : undefined;
  }
  // Only the first section counts; literals, escapes, colours and locales in it are no fields.
  const fields = code
    .split(';', 1)[0]!
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(h+|m+|s+)\]/gi, '$1')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/general/gi, '');
  const date = /[yde]|年|月|日/i.test(fields.replace(/[eE][+-]/g, ''));
  const time = /[hs]|时|時|分|秒/i.test(fields);
  if (date) return time ? 'datetime' : 'date';
  return time ? 'time' : /m/i.test(fields) ? 'date' : undefined;
}

// ---------------------------------------------------------------- rows

const NO_CELLS: SheetRow = Object.freeze([]);

function readRows(
  head: Head,
  book: Book,
  sheet: Book['sheets'][number],
  limits: SheetLimits,
  most: number,
  spent: { cells: number },
): readonly SheetRow[] {
  const data = partOf(head, book.zip, sheet.path, limits);
  if (!data) throw corrupt(head, `${sheet.path}: missing / 缺失`);
  const rows: SheetRow[] = [];
  let row: (string | null)[] = [];
  let number = 0;
  let column = 0;
  let type = 'n';
  let style = 0;
  let value = '';
  let inValue = false;
  let phonetic = 0;
  const limited = (limit: number): never => {
    throw new DaozhangError('file.too_large', { path: head.name, limit });
  };
  walk(head, sheet.path, data, {
    open: (tag, a) => {
      if (tag === 'row') {
        number = a.r === undefined ? number + 1 : Number(a.r);
        // Rows come in order; one that does not, or lies beyond a sheet's last, is no sheet a program wrote.
        if (!(number > rows.length)) throw corrupt(head, `row ${a.r}`);
        if (number > limits.rows) limited(limits.rows);
        row = [];
        column = 0;
      } else if (tag === 'c') {
        column = a.r === undefined ? column + 1 : columnOf(a.r);
        if (!(column >= 1 && column <= 16_384)) throw corrupt(head, `cell ${a.r}`);
        type = a.t ?? 'n';
        style = Number(a.s ?? 0);
        value = '';
        spent.cells += 1;
        if (spent.cells > limits.cells) limited(limits.cells);
      } else if (tag === 'rPh') phonetic += 1;
      else if (tag === 'v' || tag === 't') inValue = phonetic === 0;
    },
    text: (text) => {
      if (inValue) value += text;
    },
    close: (tag) => {
      if (tag === 'v' || tag === 't') inValue = false;
      else if (tag === 'rPh') phonetic -= 1;
      else if (tag === 'c' && value !== '') {
        while (row.length < column) row.push(null);
        row[column - 1] = cellText(head, book, type, style, value);
      } else if (tag === 'row') {
        while (rows.length < number - 1) rows.push(NO_CELLS);
        rows.push(row);
      }
    },
    done: () => rows.length >= most,
  });
  return rows.slice(0, most);
}

/** `BC12` → 55. */
function columnOf(reference: string): number {
  let column = 0;
  for (const c of /^[A-Z]{1,3}/.exec(reference)?.[0] ?? '') column = column * 26 + c.charCodeAt(0) - 64;
  return column;
}

function cellText(head: Head, book: Book, type: string, style: number, value: string): string {
  switch (type) {
    case 's': {
      const text = book.strings[Number(value)];
      if (text === undefined) throw corrupt(head, `shared string ${value}`);
      return text;
    }
    case 'str':
    case 'inlineStr':
      return unescaped(value);
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'd':
      return value.replace('T', ' ').replace(/Z$/, '');
    case 'n': {
      const dated = book.styles[style];
      return (dated && serialText(value, dated, book.epoch)) ?? numberText(value);
    }
    default:
      return value;
  }
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** What a spreadsheet keeps of a number, and how many decimals must be left for the rest to be noise. */
const DIGITS = 15;
const DECIMALS = 3;

/** A cell's number as the plain decimal its author typed; what is no number, or has lost digits before its point, stays as written. */
export function numberText(written: string): string {
  const m = NUMBER.exec(written);
  if (!m) return written;
  const fraction = m[3] ?? '';
  let scale = fraction.length - Number(m[4] ?? 0);
  let digits = BigInt(m[2]! + fraction);
  if (scale <= 0)
    return digits.toString().length - scale > DIGITS ? written : `${m[1]}${digits * 10n ** BigInt(-scale)}`;
  const excess = digits.toString().length - DIGITS;
  if (excess > 0 && scale - excess >= DECIMALS) {
    const unit = 10n ** BigInt(excess);
    digits = (digits + unit / 2n) / unit;
    scale -= excess;
  }
  const padded = digits.toString().padStart(scale + 1, '0');
  const whole = padded.slice(0, padded.length - scale);
  const rest = padded.slice(padded.length - scale).replace(/0+$/, '');
  return `${digits === 0n ? '' : m[1]}${whole}${rest === '' ? '' : `.${rest}`}`;
}

const DAY = 86_400n;

/** Days since the epoch → local date and time to the second, computed in integers; undefined when it is no date a sheet can hold. */
function serialText(written: string, style: DateStyle, epoch: Temporal.PlainDate): string | undefined {
  const m = NUMBER.exec(written);
  if (!m || m[1] === '-') return undefined;
  const scale = (m[3] ?? '').length - Number(m[4] ?? 0);
  const value = BigInt(m[2]! + (m[3] ?? ''));
  const unit = 10n ** BigInt(Math.max(scale, 0));
  const seconds = (value * 10n ** BigInt(Math.max(-scale, 0)) * DAY * 2n + unit) / (unit * 2n);
  const days = seconds / DAY;
  const time = Temporal.PlainTime.from('00:00')
    .add({ seconds: Number(seconds % DAY) })
    .toString({ smallestUnit: 'second' });
  if (style === 'time' && days === 0n) return time;
  // Before day 61 the spreadsheet's calendar has a 29 February 1900; 2,958,465 is the end of the year 9999.
  if (days < 61n || days > 2_958_465n) return undefined;
  const on = epoch.add({ days: Number(days) }).toString();
  return style === 'date' && seconds % DAY === 0n ? on : `${on} ${time}`;
}
