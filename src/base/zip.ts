/**
 * Writes a zip: entries one after another, then the directory. Nothing in it but the entries: every time is the zip format's
 * first day, 1980-01-01, so the same entries give the same bytes whenever they are written.
 *
 * Entry names are the bytes given, without the flag that says UTF-8: ASCII needs none, and some channels write GBK.
 * No zip64: at most 65,535 entries and 4 GiB. Source: PKWARE APPNOTE 6.3, §4.3 and §4.4.
 */
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw, deflateRawSync } from 'node:zlib';

export type ZipEntry = Readonly<{ name: Uint8Array; data: Uint8Array }>;

const FIRST_DAY = (1 << 5) | 1;
const DEFLATE = 8;
const VERSION = 20;

type Facts = Readonly<{ crc: number; packed: number; size: number }>;
const NOT_YET: Facts = { crc: 0, packed: 0, size: 0 };
/** Flag: CRC and sizes follow the data. */
const FOLLOWS = 8;

/** What the local header and the directory have in common: version, flags, method, time, day, CRC, sizes, length of the name. */
function describe(name: Uint8Array, facts: Facts, flags: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(DEFLATE, 4);
  fields.writeUInt16LE(FIRST_DAY, 8);
  fields.writeUInt32LE(facts.crc, 10);
  fields.writeUInt32LE(facts.packed, 14);
  fields.writeUInt32LE(facts.size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

const localHead = (name: Uint8Array, fields: Buffer): Uint8Array[] => [
  Buffer.from('PK\x03\x04', 'latin1'),
  fields,
  name,
];
function listed(name: Uint8Array, fields: Buffer, at: number): Buffer {
  const place = Buffer.alloc(14);
  place.writeUInt32LE(at, 10);
  return Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, place, name]);
}
function endOf(directory: readonly Buffer[], at: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(
    directory.reduce((n, part) => n + part.length, 0),
    12,
  );
  end.writeUInt32LE(at, 16);
  return end;
}

/** `deflate` packs one entry; the platform's own gives the same bytes on one build of Node, not on every processor. */
export function zipOf(
  entries: readonly ZipEntry[],
  deflate: (data: Uint8Array) => Uint8Array = deflateRawSync,
): Uint8Array {
  const local: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data } of entries) {
    const packed = deflate(data);
    const fields = describe(name, { crc: crc32(data), packed: packed.length, size: data.length }, 0);
    directory.push(listed(name, fields, at));
    const parts = [...localHead(name, fields), packed];
    local.push(...parts);
    at += parts.reduce((n, part) => n + part.length, 0);
  }
  return Buffer.concat([...local, ...directory, endOf(directory, at)]);
}

export type ZipPart = Readonly<{ name: string; text: Iterable<string> | AsyncIterable<string> }>;

/** The same as it is made, for what is larger than memory should hold: one piece of one entry at a time. ASCII names. */
export async function* zipStream(parts: Iterable<ZipPart>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let at = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name, 'latin1');
    const begins = at;
    const head = Buffer.concat(localHead(name, describe(name, NOT_YET, FOLLOWS)));
    yield head;
    const facts = { crc: 0, packed: 0, size: 0 };
    const plain = async function* (): AsyncGenerator<Buffer> {
      for await (const text of part.text) {
        const data = Buffer.from(text);
        facts.crc = crc32(data, facts.crc);
        facts.size += data.length;
        yield data;
      }
    };
    // `compose` ends both where either fails, or its reader goes away.
    for await (const piece of Readable.from(plain(), { objectMode: false }).compose(createDeflateRaw())) {
      facts.packed += (piece as Buffer).length;
      yield piece as Buffer;
    }
    const follows = Buffer.alloc(16);
    follows.write('PK\x07\x08', 0, 'latin1');
    follows.writeUInt32LE(facts.crc, 4);
    follows.writeUInt32LE(facts.packed, 8);
    follows.writeUInt32LE(facts.size, 12);
    yield follows;
    at += head.length + facts.packed + follows.length;
    directory.push(listed(name, describe(name, facts, FOLLOWS), begins));
  }
  yield Buffer.concat([...directory, endOf(directory, at)]);
}
