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

/** Where an array is written; the same bytes twice, because V8 writes numbers best through a view. */
type Target = Readonly<{ bytes: Buffer; view: DataView }>;
const targetOf = (size: number): Target => {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, size) };
};

/** A type's number in pg_type; a value as it is written; how many bytes that may need; and its bytes, of which it returns the number. */
type Form = Readonly<{
  oid: number;
  of(value: unknown): unknown;
  most(it: unknown): number;
  write(it: unknown, to: Target, at: number): number;
}>;

/** As `parameter` would send it. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? literal(value) : String(parameter(value));
};
const literal = (elements: readonly unknown[]): string =>
  `{${elements.map((e) => (e === null ? 'NULL' : `"${textOf(e).replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;

/** UTF-8 needs at most three bytes for a unit of a string. */
const mostOfText = (text: unknown): number => (text as string).length * 3;
const TEXT: Form = {
  oid: 25,
  of: textOf,
  most: mostOfText,
  write: (text, to, at) => to.bytes.write(text as string, at),
};
const asItIs = (value: unknown): unknown => value;
const fixed = (oid: number, size: number, write: (value: unknown, to: Target, at: number) => unknown): Form => ({
  oid,
  of: asItIs,
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
const NEVER = -FOREVER - 1n;
const microseconds = (value: unknown): bigint => {
  const at = value instanceof Temporal.Instant ? value : Temporal.Instant.from(value as string);
  const ns = at.epochNanoseconds;
  if (ns >= LAST) return FOREVER;
  if (ns <= -LAST) return NEVER;
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
    of: textOf,
    most: (text) => mostOfText(text) + 1,
    write: (text, to, at) => {
      to.bytes[at] = 1;
      return 1 + to.bytes.write(text as string, at + 1);
    },
  },
  bytea: {
    oid: 17,
    of: asItIs,
    most: (value) => (value as Uint8Array).byteLength,
    write: (value, to, at) => {
      to.bytes.set(value as Uint8Array, at);
      return (value as Uint8Array).byteLength;
    },
  },
  uuid: fixed(2950, 16, (value, to, at) => {
    if (!writeUuid(value as string, to.bytes, at)) throw new TypeError(`not a UUID: ${value}`);
  }),
  boolean: fixed(16, 1, (value, to, at) => {
    if (typeof value !== 'boolean') throw new TypeError(`not a boolean: ${value}`);
    to.bytes[at] = value ? 1 : 0;
  }),
  int: fixed(23, 4, (value, to, at) => {
    const whole = Number(value);
    // A view would write what is too large as something else.
    if (whole !== (whole | 0)) throw new RangeError(`not an integer of 32 bits: ${value}`);
    to.view.setInt32(at, whole);
  }),
  bigint: fixed(20, 8, (value, to, at) => {
    const whole = BigInt(value as bigint);
    if (whole > FOREVER || whole < NEVER) throw new RangeError(`not an integer of 64 bits: ${value}`);
    to.view.setBigInt64(at, whole);
  }),
  timestamptz: fixed(1184, 8, (value, to, at) => to.view.setBigInt64(at, microseconds(value))),
};

const HEAD = 20;

/**
 * Where arrays are written before their length is known: texts may need three times what they do. What is kept until it is sent is as long
 * as it is, because memory beside V8's own hastens its collections. Nothing is awaited while one is written.
 */
const MOST_SCRATCH = 4 * 2 ** 20;
let scratch = targetOf(2 ** 18);
/** Room for that many bytes, and what has been written so far. */
function grown(from: Target, size: number, written: number): Target {
  const larger = targetOf(Math.max(size, 2 * from.bytes.byteLength));
  larger.bytes.set(from.bytes.subarray(0, written));
  if (larger.bytes.byteLength <= MOST_SCRATCH) scratch = larger;
  return larger;
}

/** One dimension from 1: dimensions, whether there are NULLs, the elements' type, length, lower bound; then each with its length. */
function arrayOf(form: Form, rows: readonly (readonly unknown[])[], column: number): Buffer {
  let to = scratch;
  let at = HEAD;
  let nulls = 0;
  for (const row of rows) {
    const value = row[column];
    const isNull = value === null || value === undefined;
    const it = isNull ? null : form.of(value);
    const end = at + 4 + (isNull ? 0 : form.most(it));
    if (end > to.bytes.byteLength) to = grown(to, end, at);
    const size = isNull ? -1 : form.write(it, to, at + 4);
    to.view.setInt32(at, size);
    at += 4 + Math.max(0, size);
    if (isNull) nulls = 1;
  }
  to.view.setInt32(0, 1);
  to.view.setInt32(4, nulls);
  to.view.setInt32(8, form.oid);
  to.view.setInt32(12, rows.length);
  to.view.setInt32(16, 1);
  return Buffer.copyBytesFrom(to.bytes, 0, at);
}
