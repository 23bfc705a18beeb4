/**
 * Just enough of the container of legacy office files to know whether one is whole: its library reads what is there of a
 * cut workbook and says nothing, and a statement that lost its last rows must not pass for a short one.
 *
 * Follows the sector chains of the directory and of the workbook's stream; every sector must lie within the file.
 * Source: [MS-CFB] 2.2–2.6. O(sectors).
 */
type Container = 'whole' | 'cut' | 'no workbook';

const HEADER = 512;
const END = 0xfffffffe;
const ENTRY = 128;
const IN_HEADER = 109;

export function inspectContainer(bytes: Buffer): Container {
  if (bytes.length < HEADER) return 'cut';
  const size = 1 << bytes.readUInt16LE(30);
  if (size !== 512 && size !== 4096) return 'no workbook';
  const sectorAt = (sector: number): number => (sector + 1) * size;
  const inside = (sector: number): boolean => sectorAt(sector) + size <= bytes.length;
  const fat = allocation(bytes, size, inside);
  if (!fat) return 'cut';
  /** The sectors of a stream; undefined when one of them is not there or the chain goes in a circle. */
  const chain = (first: number): number[] | undefined => {
    const sectors: number[] = [];
    for (let sector = first; sector !== END; sector = fat(sector)) {
      if (sector > END || !inside(sector) || sectors.length * size > bytes.length) return undefined;
      sectors.push(sector);
    }
    return sectors;
  };
  const directory = chain(bytes.readUInt32LE(48));
  if (!directory) return 'cut';
  const cutoff = bytes.readUInt32LE(56);
  let root: number[] | undefined;
  let found = false;
  for (const sector of directory) {
    for (let at = sectorAt(sector); at < sectorAt(sector) + size; at += ENTRY) {
      const type = bytes[at + 66]!;
      const start = bytes.readUInt32LE(at + 116);
      const length = bytes.readUInt32LE(at + 120);
      if (type === 5) {
        root = length === 0 ? [] : chain(start);
        if (!root || root.length * size < length) return 'cut';
      }
      const name = bytes.toString('utf16le', at, at + Math.max(0, Math.min(64, bytes.readUInt16LE(at + 64)) - 2));
      if (type !== 2 || !/^(workbook|book)$/i.test(name)) continue;
      found = true;
      // A short stream lies within the root's, which was followed.
      if (length < cutoff) continue;
      const sectors = chain(start);
      if (!sectors || sectors.length * size < length) return 'cut';
    }
  }
  return found ? 'whole' : 'no workbook';
}

/** The allocation table as a function: sector → the next of its chain. */
function allocation(
  bytes: Buffer,
  size: number,
  inside: (sector: number) => boolean,
): ((sector: number) => number) | undefined {
  const count = bytes.readUInt32LE(44);
  const tables: number[] = [];
  for (let i = 0; i < Math.min(count, IN_HEADER); i++) tables.push(bytes.readUInt32LE(76 + 4 * i));
  const perSector = size / 4 - 1;
  for (let more = bytes.readUInt32LE(68); tables.length < count; ) {
    if (!inside(more)) return undefined;
    const at = (more + 1) * size;
    for (let i = 0; i < perSector && tables.length < count; i++) tables.push(bytes.readUInt32LE(at + 4 * i));
    more = bytes.readUInt32LE(at + 4 * perSector);
  }
  if (!tables.every(inside)) return undefined;
  return (sector) => {
    const table = tables[Math.floor(sector / (size / 4))];
    return table === undefined ? END + 1 : bytes.readUInt32LE((table + 1) * size + 4 * (sector % (size / 4)));
  };
}
