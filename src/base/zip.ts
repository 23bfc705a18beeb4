/**
 * Writes a zip: entries one after another, then the directory. Nothing in it but the entries: every time is the zip format's
 * first day, 1980-01-01, so the same entries give the same bytes whenever they are written.
 *
 * Entry names are the bytes given, without the flag that says UTF-8: ASCII needs none, and some channels write GBK.
 * No zip64: at most 65,535 entries and 4 GiB. Source: PKWARE APPNOTE 6.3, §4.3 and §4.4.
 */
import { crc32, deflateRawSync } from 'node:zlib';

export type ZipEntry = Readonly<{ name: Uint8Array; data: Uint8Array }>;

const FIRST_DAY = (1 << 5) | 1;
const DEFLATE = 8;
const VERSION = 20;

/** What the local header and the directory have in common: version, flags, method, time, day, CRC, sizes, length of the name. */
function describe(entry: ZipEntry, packed: Uint8Array): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(DEFLATE, 4);
  fields.writeUInt16LE(FIRST_DAY, 8);
  fields.writeUInt32LE(crc32(entry.data), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(entry.data.length, 18);
  fields.writeUInt16LE(entry.name.length, 22);
  return fields;
}

/** `deflate` packs one entry; the platform's own gives the same bytes on one build of Node, not on every processor. */
export function zipOf(
  entries: readonly ZipEntry[],
  deflate: (data: Uint8Array) => Uint8Array = deflateRawSync,
): Uint8Array {
  const local: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  let directoryLength = 0;
  for (const entry of entries) {
    const packed = deflate(entry.data);
    const fields = describe(entry, packed);
    const head = [Buffer.from('PK\x03\x04', 'latin1'), fields, entry.name, packed];
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const listed = [Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, place, entry.name];
    local.push(...head);
    directory.push(...listed);
    at += head.reduce((n, part) => n + part.length, 0);
    directoryLength += listed.reduce((n, part) => n + part.length, 0);
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directoryLength, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, ...directory, end]);
}
