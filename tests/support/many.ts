/** Reads many small documents through one engine: for tests that cut or damage a document at every place. */
import { CHINA } from '../../src/base/time.ts';
import { openEngine } from '../../src/files/engine.ts';
import type { Format } from '../../src/files/format.ts';
import { ingest } from '../../src/files/ingest.ts';
import { inputOf, workspace } from '../../src/files/open.ts';
import { detect } from '../../src/files/registry.ts';
import { linesOf, type Reading } from './reading.ts';

export type ReadMany = (bytes: Uint8Array, format?: Format, name?: string) => Promise<Reading>;

/** Detects, or takes the given format; `name` is the one the document is delivered under. Errors are thrown. */
export async function withMany(use: (read: ReadMany) => Promise<void>): Promise<void> {
  const space = await workspace();
  const engine = await openEngine({ temp: space.path, folders: [], threads: 1 });
  let doc = 0;
  try {
    await use(async (bytes, format, name = 'memory') => {
      doc += 1;
      const input = await inputOf(bytes, space, CHINA, name);
      const used = format ?? detect(input);
      const { rejected, facts } = await ingest(engine, input, used, { doc, scratch: space.next });
      const lines = await linesOf(engine, doc);
      return { format: used.id, lines, rejected, facts, encoding: input.encoding };
    });
  } finally {
    engine.close();
    await space.remove();
  }
}
