/** Forward migrations, on databases of their own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pg from 'pg';
import { addTenant, temporary, testServer } from '../../tests/support/database.ts';
import { startEmbedded } from './embedded.ts';
import { migrate } from './migrate.ts';
import { openBook } from './pool.ts';

const scratch = mkdtempSync(join(tmpdir(), 'daozhang-sql-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
let made = 0;
function folderOf(files: Readonly<Record<string, string>>): string {
  made += 1;
  const folder = join(scratch, String(made));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function query<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return await client
    .query(sql)
    .then((r) => r.rows as T[])
    .finally(() => client.end());
}

async function emptyDatabase(): Promise<string> {
  const { ownerUrl } = await testServer();
  const name = `empty_${process.pid}_${++made}`;
  const on = (database: string): string => ownerUrl.replace(/[^/]+$/, database);
  await query(on('postgres'), `create database ${name}`);
  return on(name);
}

const code = (expected: string) => ({ code: expected });
const ONE = { '0001_a.sql': 'create table book.a (n int);' };
const TWO = { ...ONE, '0002_b.sql': 'create table book.b (n int);\ninsert into book.a values (1);' };

test('each file once, in order, also by two migrators at once; what is new is added', async () => {
  const url = await emptyDatabase();
  assert.deepEqual(await migrate(url, folderOf(ONE)), { applied: ['0001_a.sql'], at: '0001_a.sql' });
  const both = await Promise.all([migrate(url, folderOf(TWO)), migrate(url, folderOf(TWO))]);
  assert.deepEqual(
    both.flatMap((m) => m.applied),
    ['0002_b.sql'],
  );
  assert.deepEqual(await query(url, 'select n from book.a'), [{ n: 1 }]);
  const crlf = folderOf(Object.fromEntries(Object.entries(TWO).map(([n, t]) => [n, t.replaceAll('\n', '\r\n')])));
  assert.deepEqual((await migrate(url, crlf)).applied, [], 'line ends of a Windows checkout are no change');
});

test('a file that was edited or is gone is refused, a newer database too', async () => {
  const url = await emptyDatabase();
  await migrate(url, folderOf(TWO));
  await assert.rejects(migrate(url, folderOf({ ...TWO, '0001_a.sql': '-- edited' })), code('db.migration_changed'));
  await assert.rejects(migrate(url, folderOf({ '0002_b.sql': TWO['0002_b.sql'] })), code('db.migration_changed'));
  await assert.rejects(migrate(url, folderOf(ONE)), code('db.newer_schema'));
});

test('a file that fails leaves nothing of itself, and what stood before it stays', async () => {
  const url = await emptyDatabase();
  const broken = { ...TWO, '0002_b.sql': 'create table book.b (n int);\nselect 1 / 0;' };
  await assert.rejects(migrate(url, folderOf(broken)), /db\.migration_failed: .*0002_b\.sql.*division by zero/);
  assert.deepEqual(await query(url, `select number, to_regclass('book.b') as b from book.migrations`), [
    { number: 1, b: null },
  ]);
  assert.deepEqual((await migrate(url, folderOf(TWO))).applied, ['0002_b.sql']);
});

test('nobody there is unavailable, not a bug', async () => {
  await assert.rejects(migrate('postgres://x:y@127.0.0.1:1/z'), code('db.unavailable'));
});

test('DATABASE_URL: the user that migrates serves as daozhang_app, which sees its tenant alone', async () => {
  const folder = temporary();
  const embedded = await startEmbedded({ folder, unsafeFast: true });
  const { superuser } = JSON.parse(readFileSync(join(folder, 'postgres.json'), 'utf8'));
  const as = (user: string, password: string, database: string): string =>
    embedded.ownerUrl.replace(/\/\/.*@/, `//${user}:${password}@`).replace(/[^/]+$/, database);
  const admin = (sql: string): Promise<unknown[]> => query(as('postgres', superuser, 'postgres'), sql);
  await admin(`drop role daozhang_app`);
  await admin(`create role merchant login password 'm'`);
  await admin(`create database shop owner merchant`);
  const url = as('merchant', 'm', 'shop');
  const served = { url, role: 'daozhang_app', allowUnsafe: true } as const;
  await assert.rejects(migrate(url), code('db.role_missing'), 'it may not make the role');
  await assert.rejects(openBook(served), code('db.role_missing'));
  await admin('alter role merchant createrole');
  assert.ok((await migrate(url)).applied.length > 0);
  const book = await openBook(served);
  const [a, b] = [await addTenant(book), await addTenant(book)];
  await book.tenant(a, (tx) => tx.run('insert into counters (tenant_id) values ($1)', [a]));
  assert.equal(await book.tenant(b, (tx) => tx.run('select from counters')), 0);
  await book.close();
  await embedded.stop();
});
