/**
 * XML in one streaming pass, for the camt formats: elements in a light tree that its reader prunes as it goes, and the exact
 * place of those that become lines. Refused: what is not well formed, any DOCTYPE (so no entity is ever expanded), nesting
 * and elements beyond all reason. Bytes are decoded strictly, by the document's own declaration.
 *
 * The place of an element is exact in bytes: the parser counts UTF-16 units of the decoded text, and `pieces` turns them
 * into bytes of the document. Cost: O(bytes); memory is what the reader keeps.
 */
import { type SaxesAttributePlain, SaxesParser } from 'saxes';
import { DaozhangError } from '../../base/errors.ts';
import { bomOf, EncodingWatch } from '../encoding.ts';
import type { Input } from '../format.ts';

/** An element and where it begins; only what is asked for later is kept. */
export type Element = {
  readonly name: string;
  readonly parent: Element | undefined;
  readonly children: Element[];
  text: string;
  currency: string | undefined;
  row: number;
  at: number;
};

/** What is done with an element when it ends. `drop` keeps it out of its parent, so that memory stays flat. */
export type OnEnd = (element: Element, end: number) => 'keep' | 'drop';

const DEEPEST = 64;
/** No statement header and no entry without its details has more elements. */
const MOST_CHILDREN = 20_000;
/** No markup with its text is longer; an endless element must not be gathered in memory. */
const LONGEST_MARKUP = 2 ** 20;

/**
 * Walks an XML document; `ended` is told of each element when it is whole. Elements named in `placed` know the line and the
 * byte they begin at, and `ended` hears the byte they end at.
 */
export async function eachElement(input: Input, placed: ReadonlySet<string>, ended: OnEnd): Promise<void> {
  const encoding = encodingOf(input);
  const places = pieces(encoding, bomOf(input.bytes)?.length ?? 0);
  const parser = new SaxesParser({ position: true });
  let open: Element | undefined;
  let depth = 0;
  let ending = false;

  const damaged = (reason: string): DaozhangError => {
    const offset = ending ? input.size : places.at(parser.position).at;
    return new DaozhangError(ending ? 'file.cut' : 'file.corrupt', { path: input.name, offset, reason });
  };
  parser.on('error', (error) => {
    throw damaged(error.message);
  });
  parser.on('doctype', () => {
    throw damaged('DOCTYPE');
  });
  parser.on('opentagstart', (tag: { name: string }) => {
    depth += 1;
    if (depth > DEEPEST) throw damaged(`deeper than ${DEEPEST} / 嵌套超过 ${DEEPEST} 层`);
    const name = localName(tag.name);
    const element: Element = { name, parent: open, children: [], text: '', currency: undefined, row: 0, at: 0 };
    if (placed.has(name)) Object.assign(element, places.tagBefore(parser.position));
    open?.children.push(element);
    if (open && open.children.length > MOST_CHILDREN) throw damaged(`more than ${MOST_CHILDREN} elements / 元素过多`);
    open = element;
  });
  parser.on('attribute', (attribute: SaxesAttributePlain) => {
    if (open && attribute.name === 'Ccy') open.currency = attribute.value.trim();
  });
  const text = (part: string): void => {
    if (open) open.text += part;
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => {
    const element = open!;
    open = element.parent;
    depth -= 1;
    const end = placed.has(element.name) ? places.at(parser.position).at : 0;
    if (ended(element, end) === 'drop') open?.children.pop();
  });

  // The parser is fed up to the last `<`, so that the beginning of a tag is always in the piece at hand.
  let held = '';
  const feed = (piece: string): void => {
    if (depth === 0 && /<!DOCTYPE/i.test(piece)) {
      throw new DaozhangError('file.corrupt', { path: input.name, offset: places.end(), reason: 'DOCTYPE' });
    }
    places.feed(piece);
    parser.write(piece);
  };
  for await (const part of decoded(input, encoding)) {
    const piece = held + part;
    const cut = piece.lastIndexOf('<');
    if (cut > 0) feed(piece.slice(0, cut));
    held = cut > 0 ? piece.slice(cut) : piece;
    if (held.length > LONGEST_MARKUP) throw damaged(`no tag within ${LONGEST_MARKUP} characters / 标签过长`);
  }
  feed(held);
  ending = true;
  parser.close();
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

const DECLARED = /^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/;
const LATIN = /^(iso-?8859-?(1|15)|latin-?[19]|windows-1252|cp1252)$/;

/**
 * The encoding an XML document is in: the byte order mark, then its own declaration, then UTF-8. A declared single-byte
 * encoding gives way when the bytes are UTF-8, which text in a single-byte encoding is not by chance.
 */
function encodingOf(input: Input): string {
  if (bomOf(input.bytes) || input.encoding.startsWith('utf-16')) return input.encoding;
  const declared = DECLARED.exec(input.text)?.[1]?.toLowerCase() ?? 'utf-8';
  if (input.encoding === 'utf-8' || /^(utf-?8|us-ascii|ascii)$/.test(declared)) return 'utf-8';
  if (LATIN.test(declared)) return declared.endsWith('15') || declared.endsWith('9') ? 'iso-8859-15' : 'windows-1252';
  if (/^(gbk|gb2312|gb18030)$/.test(declared)) return 'gb18030';
  throw new DaozhangError('file.encoding', { path: input.name, offset: 0, encoding: declared });
}

async function* decoded(input: Input, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of input.chunks()) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const offset = await firstInvalid(input);
    throw new DaozhangError('file.encoding', { path: input.name, offset, encoding }, error);
  }
}

async function firstInvalid(input: Input): Promise<number> {
  const watch = new EncodingWatch();
  for await (const chunk of input.chunks()) watch.push(chunk);
  return watch.invalidAt ?? input.size;
}

/** Follows the decoded text piece by piece and says which byte and which line a UTF-16 position is. Questions never go back. */
function pieces(encoding: string, bom: number) {
  const bytesIn = widthOf(encoding);
  let piece = '';
  let base = 0;
  let cursor = 0;
  let byte = bom;
  let row = 1;
  const advance = (to: number): void => {
    const passed = piece.slice(cursor, to);
    byte += bytesIn(passed);
    for (let i = passed.indexOf('\n'); i !== -1; i = passed.indexOf('\n', i + 1)) row += 1;
    cursor = to;
  };
  const place = (index: number): { row: number; at: number } => {
    if (index > cursor) advance(index);
    return { row, at: byte };
  };
  return {
    feed: (next: string): void => {
      advance(piece.length);
      base += piece.length;
      piece = next;
      cursor = 0;
    },
    at: (position: number) => place(Math.min(position - base, piece.length)),
    /** The place of the tag that the parser has just begun to read: a name holds no `<`. */
    tagBefore: (position: number) => place(piece.lastIndexOf('<', position - base - 1)),
    end: (): number => {
      advance(piece.length);
      return byte;
    },
  };
}

function widthOf(encoding: string): (text: string) => number {
  if (encoding === 'utf-8') return (text) => Buffer.byteLength(text);
  if (encoding.startsWith('utf-16')) return (text) => 2 * text.length;
  if (encoding !== 'gb18030') return (text) => text.length;
  const widths = gb18030Widths();
  return (text) => {
    let bytes = 0;
    for (let i = 0; i < text.length; i++) bytes += widths[text.charCodeAt(i)]!;
    return bytes;
  };
}

/** Bytes of each UTF-16 unit: ASCII 1, the two-byte characters 2, the others 4; the units of a pair share its 4. */
function gb18030Widths(): Uint8Array {
  const widths = new Uint8Array(0x10000).fill(4).fill(1, 0, 0x80).fill(2, 0xd800, 0xe000);
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (trail !== 0x7f && character.length === 1 && character !== '\ufffd') widths[character.charCodeAt(0)] = 2;
    }
  }
  return widths;
}

export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((c) => c.name === name);
}

export function find(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  let found = element;
  for (const name of path) found = child(found, name);
  return found;
}

/** The text of an element by its path, trimmed; nothing when it is absent or empty. */
export function textOf(element: Element | undefined, ...path: readonly string[]): string | undefined {
  return find(element, ...path)?.text.trim() || undefined;
}

export function childrenOf(element: Element | undefined, name: string): Element[] {
  return element?.children.filter((c) => c.name === name) ?? [];
}
