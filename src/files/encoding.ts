/**
 * Which characters the bytes mean. A whole document has one encoding; a mix is an error with the byte offset, because
 * mojibake that is stored cannot be undone (F33).
 *
 * Order of belief: byte order mark → valid UTF-8 → GB18030 whose double bytes are everyday hanzi → Windows-1252.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import type { Encoding } from './format.ts';

const BOMS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
] as const satisfies ReadonlyArray<readonly [Encoding, readonly number[]]>;

export function bomOf(bytes: Uint8Array): { encoding: Encoding; length: number } | undefined {
  for (const [encoding, mark] of BOMS) {
    if (mark.every((b, i) => bytes[i] === b)) return { encoding, length: mark.length };
  }
  return undefined;
}

/** How many bytes at the end of a chunk belong to a character that the next chunk completes. */
function unfinished(chunk: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back++) {
    const byte = chunk[chunk.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return need > back ? back : 0;
  }
  return 0;
}

/** Watches a stream of chunks for the first byte that is not UTF-8 and gathers what tells GB18030 from Windows-1252. */
export class EncodingWatch {
  #carry: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #pairs = 0;
  #hanzi = 0;
  #single = 0;
  #multi = false;
  #utf8RunAt: number | undefined;
  /** Offset of the first byte that is not valid UTF-8. */
  invalidAt: number | undefined;

  push(chunk: Uint8Array): void {
    if (this.invalidAt === undefined) {
      const joined = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
      const keep = unfinished(joined);
      const body = joined.subarray(0, joined.length - keep);
      if (isUtf8(body)) {
        this.#multi ||= !isAscii(body);
      } else {
        const valid = firstInvalid(body);
        this.#multi ||= !isAscii(body.subarray(0, valid));
        this.invalidAt = this.#offset - this.#carry.length + valid;
      }
      // A copy: the chunk's buffer may hold the next one by then.
      this.#carry = Uint8Array.from(joined.subarray(joined.length - keep));
    }
    if (this.invalidAt !== undefined && this.#pairs + this.#single < 200_000) this.#count(chunk);
    this.#offset += chunk.length;
  }

  #count(chunk: Uint8Array): void {
    this.#utf8RunAt ??= this.#utf8Run(chunk);
    for (let i = 0; i < chunk.length; i++) {
      const lead = chunk[i]!;
      if (lead < 0x80) continue;
      const trail = chunk[i + 1] ?? 0;
      if (isDigit(trail) && lead !== 0xff && (chunk[i + 2] ?? 0) > 0x80 && isDigit(chunk[i + 3] ?? 0)) {
        // Four bytes: a hanzi or sign that GBK does not have. It speaks neither for nor against.
        i += 3;
      } else if (lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail !== 0x7f) {
        this.#pairs += 1;
        // GB 2312 level 1 hanzi and the symbol rows: what bills and statements are written in.
        if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3))) this.#hanzi += 1;
        i += 1;
      } else {
        this.#single += 1;
      }
    }
  }

  /**
   * Where four hanzi stand in UTF-8, one behind the other. GB18030 text that looks like that by chance needs two rare hanzi at
   * the right places: less than once in a billion characters.
   */
  #utf8Run(chunk: Uint8Array): number | undefined {
    let run = 0;
    for (let i = 0; i + 2 < chunk.length; ) {
      const lead = chunk[i]!;
      if (lead < 0xe4 || lead > 0xe9 || (chunk[i + 1]! & 0xc0) !== 0x80 || (chunk[i + 2]! & 0xc0) !== 0x80) {
        run = 0;
        i += 1;
        continue;
      }
      run += 1;
      i += 3;
      if (run === 4) return this.#offset + i - 12;
    }
    return undefined;
  }

  /** The verdict after the last chunk; `mixedAt` is where something stands that does not fit the rest, which is `encoding`. */
  verdict(): Readonly<{ encoding: Encoding; mixedAt?: number }> {
    if (this.invalidAt === undefined && this.#carry.length > 0) this.invalidAt = this.#offset - this.#carry.length;
    if (this.invalidAt === undefined) return { encoding: 'utf-8' };
    if (this.#pairs > 0 && this.#hanzi * 2 >= this.#pairs && this.#single * 10 <= this.#pairs) {
      if (this.#utf8RunAt === undefined) return { encoding: 'gb18030' };
      // What stands before the first byte that is not UTF-8 says which of the two the document is.
      return this.#multi
        ? { encoding: 'utf-8', mixedAt: this.invalidAt }
        : { encoding: 'gb18030', mixedAt: this.#utf8RunAt };
    }
    if (this.#multi) return { encoding: 'utf-8', mixedAt: this.invalidAt };
    return { encoding: 'windows-1252' };
  }
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/**
 * UTF-16 without a mark: one byte of its digits, commas and line ends is empty, and nearly always the same one of the two (一 is
 * 4E00, 退 is 9000). Text in any other encoding has no empty bytes.
 */
export function unmarkedUtf16(head: Uint8Array): Encoding | undefined {
  // Archives and old office documents have empty bytes of their own.
  if (head[0] === 0x50 && head[1] === 0x4b && head[2]! < 9) return undefined;
  if (head[0] === 0xd0 && head[1] === 0xcf) return undefined;
  const empty: [number, number] = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) empty[(i % 2) as 0 | 1] += 1;
  const [even, odd] = empty;
  if (odd > 0 && odd * 10 >= head.length && odd >= even * 8) return 'utf-16le';
  if (even > 0 && even * 10 >= head.length && even >= odd * 8) return 'utf-16be';
  return undefined;
}

/** No text: it holds control characters that neither a file nor a message format uses. */
export const isBinary = (head: Uint8Array): boolean =>
  head.some((b) => b === 0 || (b > 3 && b < 8) || (b > 13 && b < 26) || (b > 27 && b < 32));

function firstInvalid(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // Longest valid prefix, by halving; a cut character at the end of a prefix is allowed for.
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const prefix = bytes.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, middle - unfinished(prefix)))) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low - unfinished(bytes.subarray(0, low)));
}

/** Decodes leniently: for heads, tails and messages. A document's own text is decoded strictly by its reader. */
export function decodeLoose(bytes: Uint8Array, encoding: Encoding): string {
  return new TextDecoder(encoding).decode(bytes);
}
