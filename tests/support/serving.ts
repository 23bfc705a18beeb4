/** The server, or workers without a door, in a process of its own, to be killed: `node serving.ts URL PORT|work MASTER_KEY ARCHIVE`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorkers } from '../../src/actions/work.ts';
import { engineOf, serve } from '../../src/api/wire.ts';
import { openArchive } from '../../src/base/archive.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { openBook } from '../../src/db/pool.ts';

const [url, role, masterKey, archive] = process.argv.slice(2) as [string, string, string, string];
const book = await openBook({ url, allowUnsafe: true, max: 8 });
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
