/** A backup is taken while rows are written and documents kept; what was committed before it is in it, and it opens elsewhere. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openArchive } from '../src/base/archive.ts';
import { DaozhangError } from '../src/base/errors.ts';
import { newId } from '../src/base/ids.ts';
import { silent } from '../src/base/progress.ts';
import { backUp, restore } from '../src/db/backup.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Book, openBook } from '../src/db/pool.ts';
import { temporary } from './support/database.ts';

const isCode = (code: string) => (error: unknown) => error instanceof DaozhangError && error.code === code;
const count = async (book: Book): Promise<number> => {
  const { n } = await book.shared((tx) => tx.one<{ n: bigint }>('select count(*) as n from tenants'));
  return Number(n);
};

test('a backup under load opens with all that was committed before it, and each document; a damaged one is refused', {
  timeout: 120_000,
}, async () => {
  const [data, root] = [temporary(), temporary()];
  const into = join(root, 'backup');
  const embedded = await startEmbedded({ folder: data });
  await migrate(embedded.ownerUrl);
  const book = await openBook({ url: embedded.appUrl });
  const archive = openArchive(join(data, 'archive'));
  const tenantId = newId();
  writeFileSync(join(data, 'master.key'), 'the key');
  const document = archive.put(tenantId, Buffer.from('a bill'));
  let written = 0;
  let writing = true;
  const writers = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (writing) {
        await book.shared((tx) =>
          tx.run('insert into tenants (id, name) values ($1, $2)', [newId(), 'x'.repeat(1_000)]),
        );
        written += 1;
      }
    }),
  );
  while (written < 200) await new Promise((done) => setTimeout(done, 10));
  const before = written;
  const about = await backUp(data, into, { withKey: false, progress: silent });
  const during = written - before;
  writing = false;
  await writers;
  await book.close();
  await embedded.stop();
  assert.ok(during > 0, 'nothing was written while it was copied: the load did not fire');
  assert.equal(about.hasKey, false);
  assert.ok(!existsSync(join(into, 'master.key')));
  await assert.rejects(backUp(data, into, { withKey: false, progress: silent }), isCode('backup.taken'));

  const elsewhere = temporary();
  assert.equal((await restore(into, elsewhere, silent)).at, about.at);
  const again = await startEmbedded({ folder: elsewhere });
  const restored = await openBook({ url: again.appUrl });
  const there = await count(restored);
  assert.ok(there >= before && there <= written, `${there} of ${before} to ${written}`);
  assert.equal(openArchive(join(elsewhere, 'archive')).get(tenantId, document).toString(), 'a bill');
  await restored.close();
  await again.stop();
  await assert.rejects(restore(into, elsewhere, silent), isCode('backup.target_taken'));

  // One flipped byte anywhere is told by its file, and nothing is restored.
  const victim = join(into, 'archive', tenantId, document.slice(0, 2), document);
  const bytes = readFileSync(victim);
  bytes[0]! ^= 1;
  writeFileSync(victim, bytes);
  const third = temporary();
  await assert.rejects(restore(into, third, silent), (error: DaozhangError) => {
    assert.ok(String(error.params.file).endsWith(document));
    return error.code === 'backup.damaged';
  });
  assert.ok(!existsSync(join(third, 'postgres', 'PG_VERSION')));
  appendFileSync(join(into, 'backup.json'), 'x');
  await assert.rejects(restore(into, third, silent), isCode('backup.none'));
});

test('a book that does not run is backed up too, with the key where that is asked for', {
  timeout: 60_000,
}, async () => {
  const [data, root] = [temporary(), temporary()];
  const embedded = await startEmbedded({ folder: data });
  await migrate(embedded.ownerUrl);
  await embedded.stop();
  writeFileSync(join(data, 'master.key'), 'the key');
  const about = await backUp(data, join(root, 'backup'), { withKey: true, progress: silent });
  assert.equal(about.hasKey, true);
  assert.equal(readFileSync(join(root, 'backup', 'master.key'), 'utf8'), 'the key');
  await assert.rejects(
    backUp(root, join(root, 'other'), { withKey: true, progress: silent }),
    isCode('backup.no_book'),
  );
});
