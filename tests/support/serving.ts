/**
 * The server, or workers without a door, in a process of its own, to be killed: `node serving.ts URL PORT|work MASTER_KEY
 * ARCHIVE [dies]`; with `dies` it is killed between the first COMMIT that holds a message and its answer (F02).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorkers } from '../../src/actions/work.ts';
import { engineOf, serve } from '../../src/api/wire.ts';
import { openArchive } from '../../src/base/archive.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { type Book, openBook } from '../../src/db/pool.ts';

const [url, role, masterKey, archive, dies] = process.argv.slice(2) as [string, string, string, string, string?];
const opened = await openBook({ url, allowUnsafe: true, max: 8 });
const book: Book = dies === undefined ? opened : { ...opened, tenant: untilStored };

async function untilStored<T>(tenantId: string, work: Parameters<Book['tenant']>[1]): Promise<T> {
  let stored = false;
  const result = await opened.tenant(tenantId, (tx) =>
    work({
      ...tx,
      async rows<R>(sql: string, params?: readonly unknown[]) {
        stored ||= sql.includes('insert into messages');
        return await tx.rows<R>(sql, params);
      },
    }),
  );
  if (stored) process.kill(process.pid, 'SIGKILL');
  return result as T;
}

const options = {
  book,
  vault: vaultOf([Buffer.from(masterKey, 'base64')]),
  archive: openArchive(archive),
  allowPrivate: ['127.0.0.1/32'],
  version: JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')).version,
  told: (error: unknown) => process.stderr.write(`${error}\n`),
};
if (role === 'work') startWorkers(engineOf(options).working);
else await serve(options, { host: '127.0.0.1', port: Number(role) });
process.stdout.write('ready\n');
