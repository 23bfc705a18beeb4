/** Reads one document through one format, for tests: what came out, as plain objects. */
import { dirname } from 'node:path';
import { CHINA } from '../../src/base/time.ts';
import { openEngine } from '../../src/files/engine.ts';
import type { Facts, Format, Rejected } from '../../src/files/format.ts';
import { ingest } from '../../src/files/ingest.ts';
import { inputOf, openAll, workspace } from '../../src/files/open.ts';
import { detect } from '../../src/files/registry.ts';

export type Row = Readonly<Record<string, string | bigint | number | null>>;
export type Reading = Readonly<{
  format: string;
  lines: Row[];
  rejected: readonly Rejected[];
  facts: Facts;
  encoding: string;
}>;

/** Every document in `source` (a path, or bytes), each through its detected format or the one given. Errors are thrown. */
export async function readAll(source: string | Uint8Array, format?: Format, zone = CHINA): Promise<Reading[]> {
  const space = await workspace();
  const engine = await openEngine({
    temp: space.path,
    folders: typeof source === 'string' ? [dirname(source)] : [],
  });
  try {
    const inputs =
      typeof source === 'string'
        ? await openAll([source], { space, zone }, (error) => {
            throw error;
          })
        : [await inputOf(source, space, zone)];
    const readings: Reading[] = [];
    for (const [doc, input] of inputs.entries()) {
      const used = format ?? detect(input);
      const { rejected, facts } = await ingest(engine, input, used, { doc, scratch: space.next });
      const lines = await engine.all<Row>(
        `select * exclude (id, doc) from lines where doc = ${doc} order by row_no, id`,
      );
      readings.push({ format: used.id, lines, rejected, facts, encoding: input.encoding });
    }
    return readings;
  } finally {
    engine.close();
    await space.remove();
  }
}

/** As `readAll`, for the common case of one document. */
export async function read(source: string | Uint8Array, format?: Format, zone = CHINA): Promise<Reading> {
  return (await readAll(source, format, zone))[0]!;
}
