/**
 * Many rows in one statement: each column is one array parameter, and `unnest` makes rows of them. The text says nothing of how many rows
 * there are, so it is prepared once and its plan is kept; as VALUES with a parameter for each value it was parsed and planned anew each
 * time, which cost PostgreSQL a quarter of a payment's row. Arrays go in PostgreSQL's binary form: nothing is quoted here and unquoted there.
 *
 * A distributed PostgreSQL would write such an INSERT by COPY, which row-level security refuses: there VALUES would be written, here alone.
 */
import { parameter } from './types.ts';

/** Bounds what one statement holds in memory. */
const MOST_VALUES = 65_535;
const MOST_ROWS = 5_000;

export type Values = Readonly<{ text: string; params: readonly unknown[] }>;

/**
 * `select … from unnest($2::uuid[], $3::text[])`: $1 is left to the tenant. A column's type may be an array. Rows beyond one statement's
 * limits are the caller's to split: see `inChunks`.
 */
export function values(types: readonly string[], rows: readonly (readonly unknown[])[]): Values {
  return list(types, rows, '');
}

/** The same with the tenant before each row, for INSERT. */
export function tenantValues(types: readonly string[], rows: readonly (readonly unknown[])[]): Values {
  return list(types, rows, '$1::uuid, ');
}

function list(types: readonly string[], rows: readonly (readonly unknown[])[], lead: string): Values {
  // What is an array itself would be taken apart to its last element, and some types have no binary form here: they go as text, cast then.
  const columns = types.map((type, i) => (FORMS[type] === undefined ? `c${i}::${type}` : `c${i}`)).join(', ');
  const sources = types.map((type, i) => `$${i + 2}::${FORMS[type] === undefined ? 'text' : type}[]`).join(', ');
  const names = types.map((_, i) => `c${i}`).join(', ');
  return {
    text: `select ${lead}${columns} from unnest(${sources}) as u (${names})`,
    params: types.map((type, i) => arrayOf(FORMS[type] ?? TEXT, rows, i)),
  };
}

/** The rows in pieces that fit into one statement. */
export function* inChunks<T>(rows: readonly T[], columns: number): Generator<readonly T[]> {
  const size = Math.min(MOST_ROWS, Math.floor(MOST_VALUES / columns));
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

// ------------------------------------------------------------------------------------------- PostgreSQL's binary arrays

/** A type's number in pg_type, how many bytes a value may need, and its bytes; returns how many were written. */
type Form = Readonly<{
  oid: number;
  most(value: unknown): number;
  write(value: unknown, to: Buffer, at: number): number;
}>;

/** As `parameter` would send it. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? literal(value) : String(parameter(value));
};
const literal = (elements: readonly unknown[]): string =>
  `{${elements.map((e) => (e === null ? 'NULL' : `"${textOf(e).replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;

/** UTF-8 needs at most three bytes for a unit of a string. */
const mostOfText = (value: unknown): number => textOf(value).length * 3;
const TEXT: Form = { oid: 25, most: mostOfText, write: (value, to, at) => to.write(textOf(value), at) };
const fixed = (oid: number, size: number, write: (value: unknown, to: Buffer, at: number) => unknown): Form => ({
  oid,
  most: () => size,
  write: (value, to, at) => {
    write(value, to, at);
    return size;
  },
});

/** Microseconds since 2000-01-01T00:00:00Z. */
const EPOCH = 946_684_800_000_000n;
/** The ends of Temporal's time, which stand for PostgreSQL's infinities (`types.ts`). */
const LAST = 8_640_000_000_000_000_000_000n;
const FOREVER = 2n ** 63n - 1n;
const microseconds = (value: unknown): bigint => {
  const at = value instanceof Temporal.Instant ? value : Temporal.Instant.from(value as string);
  const ns = at.epochNanoseconds;
  if (ns >= LAST) return FOREVER;
  if (ns <= -LAST) return -FOREVER - 1n;
  // To the nearest microsecond; BigInt divides towards zero.
  const half = ns + 500n;
  return half / 1_000n - (half % 1_000n < 0n ? 1n : 0n) - EPOCH;
};

/** A hexadecimal digit's value by its code; of anything else more than a byte holds. */
const NO_DIGIT = 0x1000;
const NIBBLES = Uint16Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? NO_DIGIT : digit;
});

/** Without a string or a call for each: a message has some fifteen of them. False where it is none. */
function writeUuid(text: string, to: Buffer, at: number): boolean {
  let from = 0;
  for (let byte = 0; byte < 16; byte += 1) {
    if (text.charCodeAt(from) === 45) from += 1;
    const value =
      ((NIBBLES[text.charCodeAt(from)] ?? NO_DIGIT) << 4) | (NIBBLES[text.charCodeAt(from + 1)] ?? NO_DIGIT);
    if (value > 255) return false;
    to[at + byte] = value;
    from += 2;
  }
  return from === text.length;
}

const FORMS: Readonly<Record<string, Form>> = {
  text: TEXT,
  json: { ...TEXT, oid: 114 },
  // Its version, then its text.
  jsonb: {
    oid: 3802,
    most: (value) => mostOfText(value) + 1,
    write: (value, to, at) => {
      to[at] = 1;
      return 1 + to.write(textOf(value), at + 1);
    },
  },
  bytea: {
    oid: 17,
    most: (value) => (value as Uint8Array).byteLength,
    write: (value, to, at) => {
      to.set(value as Uint8Array, at);
      return (value as Uint8Array).byteLength;
    },
  },
  uuid: fixed(2950, 16, (value, to, at) => {
    if (!writeUuid(value as string, to, at)) throw new TypeError(`not a UUID: ${value}`);
  }),
  boolean: fixed(16, 1, (value, to, at) => {
    if (typeof value !== 'boolean') throw new TypeError(`not a boolean: ${value}`);
    to[at] = value ? 1 : 0;
  }),
  int: fixed(23, 4, (value, to, at) => {
    if (!Number.isInteger(Number(value))) throw new RangeError(`not an integer: ${value}`);
    to.writeInt32BE(Number(value), at);
  }),
  bigint: fixed(20, 8, (value, to, at) => to.writeBigInt64BE(BigInt(value as bigint), at)),
  timestamptz: fixed(1184, 8, (value, to, at) => to.writeBigInt64BE(microseconds(value), at)),
};

const HEAD = 20;

/**
 * Where arrays are written before their length is known: texts may need three times what they do. What is kept until it is sent is as long
 * as it is, because memory beside V8's own hastens its collections. Nothing is awaited while one is written.
 */
const MOST_SCRATCH = 4 * 2 ** 20;
let scratch = Buffer.allocUnsafe(2 ** 18);
function grown(most: number): Buffer {
  const larger = Buffer.allocUnsafe(most);
  if (most <= MOST_SCRATCH) scratch = larger;
  return larger;
}

/** One dimension from 1: dimensions, whether there are NULLs, the elements' type, length, lower bound; then each with its length. */
function arrayOf(form: Form, rows: readonly (readonly unknown[])[], column: number): Buffer {
  let most = HEAD;
  for (const row of rows) most += 4 + (row[column] === null || row[column] === undefined ? 0 : form.most(row[column]));
  const array = most > scratch.byteLength ? grown(most) : scratch;
  let at = HEAD;
  let nulls = 0;
  for (const row of rows) {
    const value = row[column];
    const isNull = value === null || value === undefined;
    const size = isNull ? -1 : form.write(value, array, at + 4);
    array.writeInt32BE(size, at);
    at += 4 + Math.max(0, size);
    if (isNull) nulls = 1;
  }
  for (const [i, word] of [1, nulls, form.oid, rows.length, 1].entries()) array.writeInt32BE(word, i * 4);
  return Buffer.copyBytesFrom(array, 0, at);
}
