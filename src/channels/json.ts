/**
 * JSON that was signed by a channel, read so that it cannot mean two things (F20, I3): a name that stands twice is refused, where
 * `JSON.parse` keeps the last; `__proto__` is refused; a number that is no plain integer of at most 53 bits stays the text it was, so that
 * neither `1.0` nor 2^53+1 becomes another amount on the way. Bytes that are no UTF-8 are refused too.
 *
 * Objects inherit nothing: a shape finds only what was sent. Depth is limited; O(length).
 *
 * Cost: most messages are read by `JSON.parse`, and it is made sure that it lost nothing; only what cannot be sure goes the slow way.
 */

/** A number that `number` cannot hold as it was written. A shape that asks for an integer refuses it; one that knows decimals reads it. */
type Unexact = Readonly<{ digits: string }>;
export type Json = null | boolean | number | string | Unexact | readonly Json[] | Readonly<{ [name: string]: Json }>;

const DEEPEST = 32;
const BLANKS = /[ \t\r\n]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; throws where they are no UTF-8. */
export const textOf = (bytes: Uint8Array): string => utf8.decode(bytes);

/** Throws a `SyntaxError` that says what is wrong and where. */
export function strictJson(source: string | Uint8Array): Json {
  const text = typeof source === 'string' ? source : textOf(source);
  return quickly(text) ?? exactly(text);
}

/** What objects inherit from: nothing. With an object of its own in its place, V8 keeps them as fast as others. */
const NOTHING: object = Object.freeze(Object.create(null));
const ODD_NUMBER = /[:,[][ \t\r\n]*-?\d+[.eE]/;

/** Undefined where `JSON.parse` may have lost something, or there is something to refuse. */
function quickly(text: string): Json | undefined {
  // An escape may write a name otherwise, or hide a quote.
  if (text.includes('\\') || text.includes('__proto__')) return undefined;
  let read: Json;
  try {
    read = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const seen = { strings: 0, numbers: 0 };
  if (typeof read !== 'object' || read === null || !isExact(read, 0, seen)) return undefined;
  // Every name and string stands between two quotes: where a name stood twice, fewer were read than were written.
  if (quotesIn(text) !== 2 * seen.strings) return undefined;
  return seen.numbers > 0 && ODD_NUMBER.test(text) ? undefined : read;
}

function quotesIn(text: string): number {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes += 1;
  return quotes;
}

/** Counts, and makes of what was parsed what this file promises. */
function isExact(it: object, depth: number, seen: { strings: number; numbers: number }): boolean {
  if (depth >= DEEPEST) return false;
  const isList = Array.isArray(it);
  if (!isList) Object.setPrototypeOf(it, NOTHING);
  for (const name of Object.keys(it)) {
    if (!isList) seen.strings += 1;
    const value = (it as Record<string, unknown>)[name];
    if (typeof value === 'string') seen.strings += 1;
    else if (typeof value === 'number') {
      seen.numbers += 1;
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) return false;
    } else if (typeof value === 'object' && value !== null && !isExact(value, depth + 1, seen)) return false;
  }
  Object.freeze(it);
  return true;
}

function exactly(text: string): Json {
  let at = 0;

  const no = (what: string): never => {
    throw new SyntaxError(`${what} at ${at}`);
  };
  const blanks = (): void => {
    // Channels write few blanks: most of the time there is none.
    if (text.charCodeAt(at) > 32) return;
    BLANKS.lastIndex = at;
    BLANKS.test(text);
    at = BLANKS.lastIndex;
  };
  const take = (sign: string): boolean => {
    blanks();
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  };
  const string = (): string => {
    STRING.lastIndex = at;
    if (!STRING.test(text)) return no('a string that does not end well');
    const written = text.slice(at, STRING.lastIndex);
    at = STRING.lastIndex;
    if (!written.includes('\\')) return written.slice(1, -1);
    try {
      return JSON.parse(written) as string;
    } catch {
      return no('an escape that is none');
    }
  };
  const object = (depth: number): Json => {
    const members: Record<string, Json> = Object.create(null);
    if (take('}')) return Object.freeze(members);
    do {
      blanks();
      if (text[at] !== '"') no('no name');
      const name = string();
      if (name === '__proto__') no('a name that no channel writes');
      if (name in members) no(`${JSON.stringify(name.slice(0, 40))} twice`);
      if (!take(':')) no('no colon');
      members[name] = value(depth);
    } while (take(','));
    return take('}') ? Object.freeze(members) : no('no end of an object');
  };
  const array = (depth: number): Json => {
    const items: Json[] = [];
    if (take(']')) return Object.freeze(items);
    do items.push(value(depth));
    while (take(','));
    return take(']') ? Object.freeze(items) : no('no end of an array');
  };
  const literal = (): Json => {
    for (const [word, meaning] of LITERALS) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return meaning;
    }
    NUMBER.lastIndex = at;
    const [digits] = NUMBER.exec(text) ?? [];
    if (digits === undefined) return no('no value');
    at = NUMBER.lastIndex;
    const number = Number(digits);
    return INTEGER.test(digits) && Number.isSafeInteger(number) ? number : Object.freeze({ digits });
  };
  const value = (depth: number): Json => {
    if (depth > DEEPEST) no('deeper than any message');
    blanks();
    if (text[at] === '"') return string();
    if (take('{')) return object(depth + 1);
    if (take('[')) return array(depth + 1);
    return literal();
  };

  const read = value(0);
  blanks();
  return at === text.length ? read : no('something behind the end');
}
