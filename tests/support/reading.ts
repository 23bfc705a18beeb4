/** Reads one document through one format, for tests: what came out, as plain objects. */
import { dirname } from 'node:path';
import { CHINA } from '../../src/base/time.ts';
import { type Engine, openEngine } from '../../src/files/engine.ts';
import type { Facts, Format, Rejected } from '../../src/files/format.ts';
import { ingest } from '../../src/files/ingest.ts';
import { linesById } from '../../src/files/lines.ts';
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

/** The lines of a document in file order, each with its place. */
export async function linesOf(engine: Engine, doc: number): Promise<Row[]> {
  const ids = await engine.all<{ id: bigint }>(`select id from lines where doc = ${doc}`);
  const lines = await linesById(engine, new Set(ids.map(({ id }) => id)));
  const inOrder = lines.sort((a, b) => Number(a.row_no) - Number(b.row_no) || Number(a.id - b.id));
  return inOrder.map(({ id: _, doc: _doc, ...line }) => line as Row);
}

/**
 * Every document in `source` (a path, or bytes), each through its detected format or the one given; from `large` bytes on into a
 * table of its own. Errors are thrown.
 */
export async function readAll(
  source: string | Uint8Array,
  format?: Format,
  zone = CHINA,
  large?: number,
): Promise<Reading[]> {
  const space = await workspace();
  const engine = await openEngine({
    temp: space.path,
    folders: typeof source === 'string' ? [dirname(source)] : [],
    threads: 1,
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
      const options = { doc, scratch: space.next, ...(large !== undefined && { large }) };
      const { rejected, facts } = await ingest(engine, input, used, options);
      const lines = await linesOf(engine, doc);
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
