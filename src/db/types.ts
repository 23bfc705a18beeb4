/**
 * Values between the book and the program, both ways: int8 is bigint, timestamptz an Instant, date a PlainDate, numeric text,
 * bytea a Buffer, and arrays of these likewise. No double and no `Date` comes out: what has no exact form here stays text.
 */
import pg from 'pg';

type Parser = (text: string) => unknown;
/** The driver's own readers; its types know only the numbers it names. */
const driver = pg.types.getTypeParser as (oid: number, format: 'text' | 'binary' | undefined) => Parser;

/** The ends of Temporal's time stand for PostgreSQL's infinities, in both directions. */
const BEGINNING = Temporal.Instant.fromEpochMilliseconds(-8.64e15);
const END = Temporal.Instant.fromEpochMilliseconds(8.64e15);

/** `2026-11-20 10:00:00.123+00`: the session's zone is UTC, its date style ISO. */
function instantOf(text: string): Temporal.Instant {
  if (text === '-infinity') return BEGINNING;
  if (text === 'infinity') return END;
  return Temporal.Instant.from(text);
}

const asText: Parser = (text) => text;
const toBigint: Parser = (text) => BigInt(text);
const toDate: Parser = (text) => Temporal.PlainDate.from(text);

/** PostgreSQL's own reader of text[], which keeps each element's text. */
const elements = driver(1009, 'text') as (text: string) => readonly (string | null)[];
const each =
  (parser: Parser): Parser =>
  (text) =>
    elements(text).map((one) => (one === null ? null : parser(one)));

/** By the type's number in pg_type, which is fixed for built-in types. */
const PARSERS: Readonly<Record<number, Parser>> = {
  20: toBigint,
  1016: each(toBigint),
  1700: asText,
  1231: each(asText),
  1082: toDate,
  1182: each(toDate),
  1184: instantOf,
  1185: each(instantOf),
  // timestamp and interval, which the book does not use: text, not a Date.
  1114: asText,
  1115: each(asText),
  1186: asText,
  1187: each(asText),
};

export const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  PARSERS[oid] ?? driver(oid, format)) as typeof pg.types.getTypeParser;

/** A parameter as the driver takes it. Plain objects become JSON, arrays PostgreSQL's arrays: JSON of an array is the caller's text. */
export function parameter(value: unknown): unknown {
  if (value instanceof Temporal.Instant) {
    if (value.equals(BEGINNING)) return '-infinity';
    return value.equals(END) ? 'infinity' : value.toString();
  }
  if (typeof value === 'bigint' || value instanceof Temporal.PlainDate) return value.toString();
  if (value instanceof Uint8Array && !Buffer.isBuffer(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(parameter);
  return value;
}
