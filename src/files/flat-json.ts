/**
 * One JSON object as a flat row: dotted path → the text of the value. Numbers keep the digits that were written, because a
 * reference of 28 digits or an amount must not pass through a float; a name that stands twice is told, not overwritten.
 * Arrays are checked and passed over: a row has no place for them. O(length), depth limited.
 */
type FlatRow = Readonly<{ values: ReadonlyMap<string, string>; twice: string | undefined }>;

const DEEPEST = 32;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANKS = /[ \t\r\n]*/y;

/** `undefined` when the text is no JSON object. */
export function flatJson(text: string): FlatRow | undefined {
  const values = new Map<string, string>();
  let twice: string | undefined;
  let at = 0;

  const blanks = (): void => {
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
  const put = (path: string | undefined, value: string): true => {
    if (path === undefined) return true;
    if (values.has(path)) twice ??= path;
    else values.set(path, value);
    return true;
  };
  const string = (): string | undefined => {
    const from = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      return undefined;
    }
  };
  const literal = (path: string | undefined): boolean => {
    for (const [word, value] of [
      ['true', 'true'],
      ['false', 'false'],
      ['null', ''],
    ] as const) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return put(path, value);
    }
    NUMBER.lastIndex = at;
    if (!NUMBER.test(text)) return false;
    const from = at;
    at = NUMBER.lastIndex;
    return put(path, text.slice(from, at));
  };
  const members = (path: string | undefined, depth: number): boolean => {
    if (take('}')) return true;
    do {
      blanks();
      const name = text[at] === '"' ? string() : undefined;
      if (name === undefined || !take(':')) return false;
      if (!value(path === undefined ? undefined : path === '' ? name : `${path}.${name}`, depth)) return false;
    } while (take(','));
    return take('}');
  };
  const items = (depth: number): boolean => {
    if (take(']')) return true;
    do if (!value(undefined, depth)) return false;
    while (take(','));
    return take(']');
  };
  const value = (path: string | undefined, depth: number): boolean => {
    if (depth > DEEPEST) return false;
    blanks();
    if (text[at] === '"') {
      const read = string();
      return read !== undefined && put(path, read);
    }
    if (take('{')) return members(path, depth + 1);
    if (take('[')) return items(depth + 1);
    return literal(path);
  };

  if (!take('{') || !members('', 0)) return undefined;
  blanks();
  return at === text.length ? { values, twice } : undefined;
}
