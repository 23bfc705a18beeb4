/**
 * What is read in one document, a page of lines at a time, in a process of its own: large or hostile, it takes memory and time here.
 *
 * `node lines-child.ts FOLDER FILE ZONE AFTER LIMIT` prints one JSON object: how each document in the file is read, and the lines after the
 * id AFTER with their bytes; or `{"refused": {...}}`. Cost: the whole file is read for every page.
 */
import { told } from '../base/errors.ts';
import { openEngine } from '../files/engine.ts';
import type { Format, Rejected } from '../files/format.ts';
import { ingest } from '../files/ingest.ts';
import { linesById } from '../files/lines.ts';
import { openAll, workspace } from '../files/open.ts';
import { detect } from '../files/registry.ts';
import { evidenceOf, rawOf, type Source } from '../reconcile/collect.ts';
import type { Failure } from './reconcile-child.ts';

const [folder, name, zone, after, limit] = process.argv.slice(2) as [string, string, string, string, string];
const MOST_REJECTED = 50;

type Part = Readonly<{
  format: string;
  title: Format['title'];
  role: string;
  lines: number;
  rejected: number;
  /** The first of them. */
  rejects: readonly Rejected[];
}>;
export type Lines = Readonly<{
  parts: readonly Part[];
  items: ReadonlyArray<Readonly<{ id: string; part: number; evidence: ReturnType<typeof evidenceOf> }>>;
  next?: string;
}>;
export type LinesPrinted = Lines | Readonly<{ refused: Failure }>;

async function main(): Promise<Lines> {
  // Names, not paths, stand in what is told.
  process.chdir(folder);
  const space = await workspace();
  const engine = await openEngine({ temp: space.path, folders: [folder] });
  try {
    const parts: Part[] = [];
    const sources: Source[] = [];
    const inputs = await openAll([name], { space, zone }, (error) => {
      throw error;
    });
    for (const [doc, input] of inputs.entries()) {
      const format = detect(input);
      const { lines, rejected } = await ingest(engine, input, format, { doc, scratch: space.next });
      const { sha256, encoding } = input;
      sources.push({
        file: input.name,
        path: input.path,
        sha256,
        encoding,
        role: format.role,
        ...(format.masks && { masks: format.masks }),
      });
      const rejects = rejected.slice(0, MOST_REJECTED);
      parts.push({
        format: format.id,
        title: format.title,
        role: format.role,
        lines,
        rejected: rejected.length,
        rejects,
      });
    }
    const ids = await engine.all<{ id: bigint }>(
      `select id from lines where id > ${BigInt(after)} order by id limit ${Number(limit)}`,
    );
    const items: Array<Lines['items'][number]> = [];
    for (const line of await linesById(engine, new Set(ids.map((i) => i.id)))) {
      const source = sources[line.doc]!;
      const row = { ...line, carried_raw: null };
      const raw = await rawOf(source, row);
      items.push({ id: String(line.id), part: line.doc, evidence: evidenceOf(row, source, raw, zone) });
    }
    const last = ids.length < Number(limit) ? undefined : ids.at(-1)?.id;
    return { parts, items, ...(last !== undefined && { next: String(last) }) };
  } finally {
    engine.close();
    await space.remove();
  }
}

const print = (it: LinesPrinted): void => {
  process.stdout.write(JSON.stringify(it, (_, v) => (typeof v === 'bigint' ? v.toString() : v)));
};
try {
  print(await main());
} catch (error) {
  const { code, says, remedy } = told(error);
  print({ refused: { code, says, remedy } });
}
