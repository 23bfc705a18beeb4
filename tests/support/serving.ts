/** A server in a process of its own, to be killed: `node serving.ts FOLDER PORT KEYS` on an embedded database that outlives it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '../../src/api/wire.ts';
import { openArchive } from '../../src/base/archive.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { openBook } from '../../src/db/pool.ts';

const [url, port, masterKey, archive] = process.argv.slice(2) as [string, string, string, string];
const book = await openBook({ url, allowUnsafe: true, max: 8 });
await serve(
  {
    book,
    vault: vaultOf([Buffer.from(masterKey, 'base64')]),
    archive: openArchive(archive),
    allowPrivate: ['127.0.0.1/32'],
    version: JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')).version,
    told: (error) => process.stderr.write(`${error}\n`),
  },
  { host: '127.0.0.1', port: Number(port) },
);
process.stdout.write('ready\n');
