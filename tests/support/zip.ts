/**
 * A zip as channels write it: entry names are the bytes given, without the flag that says UTF-8, because Alipay's are GBK.
 * Packed by other code than unpacks it, which also gives the same bytes on every machine: examples/day is committed.
 */
import { deflateSync } from 'fflate';
import { type ZipEntry, zipOf as zipWith } from '../../src/base/zip.ts';

export type { ZipEntry };

export const zipOf = (entries: readonly ZipEntry[]): Uint8Array => zipWith(entries, (data) => deflateSync(data));
