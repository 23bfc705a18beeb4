/**
 * Where the lines of a document lie, found in the pass that hashes it. It serves text in which a line feed always ends a record:
 * nothing quoted, no UTF-16. Cost: one native search a line; a number kept for every 1024 lines.
 */
import { LONGEST_RECORD } from './records.ts';

/** Records between two marks: at most this many are walked to find one. */
export const MARK_EVERY = 1024;

export type LineIndex = Readonly<{
  /** Lines, blank ones too; the last may lack its line end. */
  lines: number;
  /** Byte offsets of the lines 0, 1024, 2048 … */
  marks: readonly number[];
  /** Numbers of the blank lines, from 0, ascending. */
  blank: readonly number[];
}>;

/** A document with more blank lines has another layout than a table's; so has one with a longer line than a record can be. */
const MOST_BLANK = 1000;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** `skip` is the length of the mark at the very beginning: a line of it alone is blank. */
export class LineWatch {
  readonly #marks: number[] = [];
  readonly #blank: number[] = [];
  #lines = 0;
  /** Where the line under way began, its chunk, and whether its last byte so far is a carriage return. */
  #began = 0;
  #offset = 0;
  #lastByte = 0;
  #usable = true;

  push(chunk: Buffer): void {
    const offset = this.#offset;
    this.#offset += chunk.length;
    if (!this.#usable) return;
    let from = this.#began - offset;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, end + 1)) {
      if (end - from < 2 || end - from > LONGEST_RECORD) {
        const returned = (end > 0 ? chunk[end - 1] : this.#lastByte) === RETURN && end > from;
        this.#line(end - from - (returned ? 1 : 0), offset + from);
      } else {
        if (this.#lines % MARK_EVERY === 0) this.#marks.push(offset + from);
        this.#lines += 1;
      }
      from = end + 1;
    }
    this.#began = offset + from;
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
  }

  #line(length: number, at: number): void {
    if (length === 0) this.#blank.push(this.#lines);
    if (length > LONGEST_RECORD || this.#blank.length > MOST_BLANK) this.#usable = false;
    if (this.#lines % MARK_EVERY === 0) this.#marks.push(at);
    this.#lines += 1;
  }

  /** After the last chunk; `undefined` where lines cannot be told this way. */
  index(): LineIndex | undefined {
    const rest = this.#offset - this.#began;
    if (rest > 0) this.#line(rest - (this.#lastByte === RETURN ? 1 : 0), this.#began);
    return this.#usable ? { lines: this.#lines, marks: this.#marks, blank: this.#blank } : undefined;
  }
}
