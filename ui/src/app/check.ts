/**
 * A document's own bytes, here: fetched, hashed again, unpacked where what was read lay in an archive, and the record cut out. What the server
 * says of a line is believed by nobody who does not want to.
 */
import { ask } from '../base/api.ts';
import { hashOf } from './bytes.ts';

/** More than a browser holds with ease. */
const MOST = 32 * 2 ** 20;

export type Checked = Readonly<{ is: 'same' | 'differs'; sha256: string }> | Readonly<{ is: 'large' | 'cannot' }>;
type Bytes = Uint8Array<ArrayBuffer>;
export type Wanted = Readonly<{
  documentId: string;
  sha256: string;
  at: number;
  length: number;
  encoding: string;
  /** As the server shows it; masked where the format masks. */
  raw: string | undefined;
}>;

export async function check({ documentId, sha256, at, length, encoding, raw }: Wanted): Promise<Checked> {
  if (!isSecureContext) return { is: 'cannot' };
  const response = await ask(`/v1/documents/${documentId}/raw`);
  if (Number(response.headers.get('content-length') ?? MOST + 1) > MOST) {
    await response.body?.cancel();
    return { is: 'large' };
  }
  const brought = new Uint8Array(await response.arrayBuffer());
  if ((await hashOf(brought)) !== response.headers.get('x-daozhang-sha256')) return { is: 'differs', sha256 };
  const document = await within(brought, sha256);
  if (document === 'large') return { is: 'large' };
  if (document === undefined) return { is: 'differs', sha256 };
  const said = new TextDecoder(encoding).decode(document.subarray(at, at + length));
  const isIt = raw === undefined || length === 0 || isMaskOf(raw, said);
  return { is: isIt ? 'same' : 'differs', sha256 };
}

/** The server cuts long records short, and puts stars over what must not be shown. */
const isMaskOf = (shown: string, whole: string): boolean =>
  shown.length <= whole.length &&
  [...shown].every((sign, i) => sign === '*' || sign === '\ufffd' || sign === [...whole][i]);

/** The document of this hash: the bytes themselves, or what is packed in them. */
async function within(bytes: Bytes, sha256: string): Promise<Bytes | 'large' | undefined> {
  if ((await hashOf(bytes)) === sha256) return bytes;
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b ? [{ how: 'gzip' as const, bytes }] : membersOf(bytes);
  for (const member of packed) {
    const plain = member.how === 'stored' ? member.bytes : await unpacked(member.bytes, member.how);
    if (plain === 'large') return 'large';
    if ((await hashOf(plain)) === sha256) return plain;
  }
  return undefined;
}

type Packed = Readonly<{ how: 'gzip' | 'deflate-raw' | 'stored'; bytes: Bytes }>;

const END = 0x06054b50;
const ENTRY = 0x02014b50;
/** Of a zip, by its directory. */
function membersOf(bytes: Bytes): readonly Packed[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) return [];
  const members: Packed[] = [];
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0 && view.getUint32(at, true) === ENTRY; n -= 1) {
    const [method, size, start] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ];
    const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    members.push({ how: method === 8 ? 'deflate-raw' : 'stored', bytes: bytes.subarray(from, from + size) });
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

async function unpacked(bytes: Bytes, how: 'gzip' | 'deflate-raw'): Promise<Bytes | 'large'> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(how)).getReader();
  const parts: Bytes[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value as Bytes);
    size += value.length;
    if (size > 2 * MOST) {
      await reader.cancel();
      return 'large';
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
