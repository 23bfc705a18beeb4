/**
 * Records of a text document with their place in the raw bytes. The place is what makes evidence: any line can be shown
 * again from `document + at + length`, whatever encoding it was in.
 *
 * Cost: O(bytes), one native newline search per record; memory is one record.
 */
import { createWriteStream } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DaozhangError } from '../base/errors.ts';
import { bomOf, decodeLoose } from './encoding.ts';
import type { Encoding, FormatInfo, Input } from './format.ts';

export type TextRecord = Readonly<{ row: number; at: number; length: number; text: string }>;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
/** No real record is longer; a file without newlines must not be gathered in memory. */
export const LONGEST_RECORD = 2_000_000;

/**
 * Called for each record with its offset and its length without line end; blank records count, as an editor counts them. Its
 * bytes are `data` from `from` on: a view of its own for each would cost more than finding it. True ends the walk.
 */
type OnRecord = (at: number, length: number, data: Uint8Array, from: number) => unknown;

/**
 * Splits a document at newlines. With a `delimiter` the document is quoted CSV (RFC 4180): a newline inside a quoted field
 * does not end the record. Returns the number of records and whether any field was quoted. `file.cut` when a quote is never
 * closed, `file.layout` when a record is absurdly long. `start` is the offset of the first chunk in the document: a record's.
 */
export async function scanRecords(
  input: Input,
  delimiter: string,
  onRecord: OnRecord,
  start = 0,
): Promise<{ records: number; quotes: boolean }> {
  const wide = input.encoding === 'utf-16le' ? 0 : input.encoding === 'utf-16be' ? 1 : undefined;
  const skip = bomOf(input.bytes)?.length ?? 0;
  const quoting = delimiter === '' ? undefined : new QuoteWatch(delimiter.charCodeAt(0), wide);
  let rest: Uint8Array = new Uint8Array(0);
  let at = start;
  let records = 0;
  const emit = (data: Uint8Array, begin: number, stop: number): boolean => {
    let end = stop;
    if (wide === undefined) {
      if (end > begin && data[end - 1] === RETURN) end -= 1;
    } else if (end - begin >= 2 && data[end - 2 + wide] === RETURN && data[end - 1 - wide] === 0) {
      end -= 2;
    }
    const first = at + begin === 0 ? Math.min(end, begin + skip) : begin;
    records += 1;
    return onRecord(at + first, end - first, data, first) === true;
  };
  for await (const chunk of input.chunks()) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    // Half a UTF-16 character waits for its other half: it is looked at with the next chunk.
    const whole = (length: number): number => (wide === undefined ? length : length - (length % 2));
    // The mark at the very beginning belongs to no field: a quote behind it opens the first one.
    let search = Math.max(whole(rest.length), at === 0 ? skip : 0);
    while (true) {
      const end = newline(data, search, wide);
      quoting?.push(data, search, end === -1 ? whole(data.length) : end);
      if (end === -1) break;
      search = end + (wide === undefined ? 1 : 2);
      if (quoting && !quoting.endRecord()) continue;
      const enough = emit(data, from, end);
      from = search;
      if (enough) return { records, quotes: quoting?.seen ?? false };
    }
    at += from;
    rest = data.subarray(from);
    if (rest.length > LONGEST_RECORD) {
      if (quoting?.open) throw neverClosed(input, at);
      const reason = 'no line end within 2 MB / 2 MB 内没有换行';
      throw new DaozhangError('file.layout', { path: input.name, reason });
    }
  }
  if (quoting && rest.length > 0 && !quoting.endRecord()) throw neverClosed(input, at);
  if (rest.length > 0) emit(rest, 0, rest.length);
  return { records, quotes: quoting?.seen ?? false };
}

function neverClosed(input: Input, at: number): DaozhangError {
  const reason = 'a quote is never closed / 引号没有结束';
  return new DaozhangError('file.cut', { path: input.name, offset: at, reason });
}

/** Follows the quotes of one CSV record: a quote opens at the start of a field only, `""` inside is a quote sign. */
class QuoteWatch {
  readonly #delimiter: number;
  /** Bytes a character, and which of them holds the character when it is ASCII. */
  readonly #step: 1 | 2;
  readonly #low: 0 | 1;
  #state: 'start' | 'plain' | 'quoted' | 'maybeEnd' = 'start';
  #searched: Uint8Array | undefined;
  #found = 0;
  /** Any field was quoted. */
  seen = false;

  constructor(delimiter: number, wide: 0 | 1 | undefined) {
    this.#delimiter = delimiter;
    this.#step = wide === undefined ? 1 : 2;
    this.#low = wide ?? 0;
  }

  get open(): boolean {
    return this.#state === 'quoted';
  }

  push(data: Uint8Array, from: number, to: number): void {
    if (this.#state === 'start' && this.#nextQuote(data, from) >= to) {
      // The chunk may end right behind a delimiter: the next one then opens a field.
      if (to > from) this.#state = this.#at(data, to - this.#step) === this.#delimiter ? 'start' : 'plain';
      return;
    }
    for (let i = from; i < to; i += this.#step) {
      const byte = this.#at(data, i);
      if (byte === QUOTE) {
        this.seen = true;
        if (this.#state === 'start' || this.#state === 'maybeEnd') this.#state = 'quoted';
        else if (this.#state === 'quoted') this.#state = 'maybeEnd';
      } else if (this.#state !== 'quoted') {
        this.#state = byte === this.#delimiter ? 'start' : 'plain';
      }
    }
  }

  /** The character at i when it is ASCII, else any number that is not: 丢 (U+4E22) has a byte that looks like a quote. */
  #at(data: Uint8Array, i: number): number {
    if (this.#step === 1) return data[i]!;
    return data[i + 1 - this.#low] === 0 ? data[i + this.#low]! : -1;
  }

  /** One search per quote and buffer, however many records lie before it. */
  #nextQuote(data: Uint8Array, from: number): number {
    if (this.#searched !== data || this.#found < from) {
      const found = data.indexOf(QUOTE, from);
      this.#searched = data;
      this.#found = found === -1 ? data.length : found;
    }
    return this.#found;
  }

  /** At a newline: true when the record ends here. */
  endRecord(): boolean {
    if (this.#state === 'quoted') return false;
    this.#state = 'start';
    return true;
  }
}

function newline(data: Uint8Array, from: number, wide: 0 | 1 | undefined): number {
  let end = data.indexOf(LINE_FEED, from);
  if (wide === undefined) return end;
  while (end !== -1) {
    const start = end - wide;
    if (start % 2 === 0 && start + 1 < data.length && data[start + 1 - wide] === 0) return start;
    end = data.indexOf(LINE_FEED, end + 1);
  }
  return -1;
}

/** The records of a document decoded, for formats that walk the text themselves; `delimiter` as in `scanRecords`. Decoding is strict. */
export async function eachRecord(input: Input, each: (record: TextRecord) => void, delimiter = ''): Promise<number> {
  const decoder = new TextDecoder(input.encoding, { fatal: true, ignoreBOM: false });
  let row = 0;
  const { records } = await scanRecords(input, delimiter, (at, length, data, from) => {
    row += 1;
    let text: string;
    try {
      text = decoder.decode(data.subarray(from, from + length));
    } catch (cause) {
      throw new DaozhangError('file.encoding', { path: input.name, offset: at, encoding: input.encoding }, cause);
    }
    each({ row, at, length, text });
  });
  return records;
}

/** Writes the document as UTF-8, for DuckDB. The offsets of lines stay those of the original bytes. */
export async function toUtf8(input: Input, path: string): Promise<void> {
  const decoder = new TextDecoder(input.encoding, { fatal: true });
  async function* decoded(): AsyncGenerator<string> {
    let before = 0;
    try {
      for await (const chunk of input.chunks()) {
        yield decoder.decode(chunk, { stream: true });
        before += chunk.length;
      }
      yield decoder.decode();
    } catch (cause) {
      const offset = await firstBadByte(input, before);
      throw new DaozhangError('file.encoding', { path: input.name, offset, encoding: input.encoding }, cause);
    }
  }
  await pipeline(Readable.from(decoded()), createWriteStream(path));
}

/** Where decoding fails; everything before the chunk at `before` is known to be sound. Byte by byte, for one chunk only. */
async function firstBadByte(input: Input, before: number): Promise<number> {
  const decoder = new TextDecoder(input.encoding, { fatal: true });
  let offset = 0;
  for await (const chunk of input.chunks()) {
    const step = offset < before ? chunk.length : 1;
    for (let i = 0; i < chunk.length; i += step) {
      try {
        decoder.decode(chunk.subarray(i, i + step), { stream: true });
      } catch {
        return offset + i;
      }
    }
    offset += chunk.length;
  }
  return offset;
}

/** The raw text of a line again, from its document; masked bytes show as `*`. */
export async function excerpt(
  path: string,
  at: number,
  length: number,
  encoding: Encoding,
  masks: FormatInfo['masks'] = [],
): Promise<string> {
  const file = await openFile(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, at);
    for (const mask of masks) buffer.fill(ASTERISK, mask.at, mask.at + mask.length);
    return decodeLoose(buffer.subarray(0, bytesRead), encoding);
  } finally {
    await file.close();
  }
}

const ASTERISK = 0x2a;
