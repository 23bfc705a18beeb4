/**
 * Which characters the bytes mean. A whole document has one encoding; a mix is an error with the byte offset, because
 * mojibake that is stored cannot be undone (F33).
 *
 * Order of belief: byte order mark → valid UTF-8 → GB18030 whose double bytes are everyday hanzi → Windows-1252.
 */
import { isUtf8 } from 'node:buffer';
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
  #multi = 0;
  /** Offset of the first byte that is not valid UTF-8. */
  invalidAt: number | undefined;

  push(chunk: Uint8Array): void {
    if (this.invalidAt === undefined) {
      const joined = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
      const keep = unfinished(joined);
      const body = joined.subarray(0, joined.length - keep);
      if (isUtf8(body)) {
        if (this.#multi === 0 && body.some((b) => b >= 0x80)) this.#multi = 1;
      } else {
        this.invalidAt = this.#offset - this.#carry.length + firstInvalid(body);
      }
      this.#carry = joined.slice(joined.length - keep);
    }
    if (this.invalidAt !== undefined && this.#pairs + this.#single < 200_000) this.#count(chunk);
    this.#offset += chunk.length;
  }

  #count(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; i++) {
      const lead = chunk[i]!;
      if (lead < 0x80) continue;
      const trail = chunk[i + 1] ?? 0;
      if (lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail !== 0x7f) {
        this.#pairs += 1;
        // GB 2312 level 1 hanzi and the symbol rows: what bills and statements are written in.
        if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3))) this.#hanzi += 1;
        i += 1;
      } else {
        this.#single += 1;
      }
    }
  }

  /** The verdict after the last chunk; a `mixed` document has valid UTF-8 characters before the byte that is not. */
  verdict(): { encoding: Encoding } | { mixed: true; offset: number } {
    if (this.invalidAt === undefined && this.#carry.length > 0) this.invalidAt = this.#offset - this.#carry.length;
    if (this.invalidAt === undefined) return { encoding: 'utf-8' };
    if (this.#pairs > 0 && this.#hanzi * 2 >= this.#pairs && this.#single * 10 <= this.#pairs) return { encoding: 'gb18030' };
    if (this.#multi > 0) return { mixed: true, offset: this.invalidAt };
    return { encoding: 'windows-1252' };
  }
}

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
