/**
 * A real PostgreSQL for tests: the one that `npm test` started for all (`server.ts`), else one of this process, started at the first
 * need and ended with it; each book a clone of a migrated template, in a tenth of a second or two. Whoever kills the server, or asks
 * what it keeps when it is killed, starts one of his own: this one is shared and does not sync.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newId } from '../../src/base/ids.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Book, openBook } from '../../src/db/pool.ts';

type Server = Readonly<{ ownerUrl: string; appUrl: string; template: string }>;
/** Names the server of the whole run to the processes of the test files. */
const SHARED = 'DAOZHANG_TEST_SERVER';
/** A superuser's address of another PostgreSQL to test on, of any version that `DATABASE_URL` may have (docs/operate/run.md). */
const GIVEN = 'DAOZHANG_TEST_DATABASE';
/** HOST:PORT of a PgBouncer in front of it, which knows our two roles by the superuser's password. */
const POOLER = 'DAOZHANG_TEST_POOLER';
let server: Promise<Server> | undefined;
let made = 0;

export type TestBook = Readonly<{
  book: Book;
  ownerUrl: string;
  appUrl: string;
  tenantId: string;
  close(): Promise<void>;
}>;

export async function testServer(): Promise<Server> {
  const shared = process.env[SHARED];
  server ??=
    shared === undefined ? startServer().then((started) => started.server) : Promise.resolve(JSON.parse(shared));
  return await server;
}

/** For every test process from now on. */
export const share = (started: Server): void => {
  process.env[SHARED] = JSON.stringify(started);
};

export async function startServer(): Promise<Readonly<{ server: Server; stop(): Promise<void> }>> {
  const given = process.env[GIVEN];
  if (given !== undefined) return { server: await serverOn(given), stop: async () => {} };
  const embedded = await startEmbedded({ folder: temporary(), unsafeFast: true });
  await migrate(embedded.ownerUrl);
  await asOwner(inDatabase(embedded.ownerUrl, 'postgres'), 'alter database daozhang is_template true');
  const { ownerUrl, appUrl } = embedded;
  return { server: { ownerUrl, appUrl, template: 'daozhang' }, stop: embedded.stop };
}

function inDatabase(address: string, name: string): string {
  const url = new URL(address);
  url.pathname = name;
  return url.href;
}

/** The roles that `embedded.ts` makes, and the template, on a server that somebody else runs, for tests alone. */
async function serverOn(superUrl: string): Promise<Server> {
  const template = 'daozhang_test_template';
  const { password } = new URL(superUrl);
  const urlOf = (user: string, at?: string): string => {
    const url = new URL(inDatabase(superUrl, template));
    url.username = user;
    if (at === undefined) return url.href;
    url.host = at;
    url.searchParams.set('pgbouncer', 'true');
    return url.href;
  };
  for (const [role, rights] of [
    ['daozhang_owner', 'createdb'],
    ['daozhang_app', 'nocreatedb'],
  ] as const) {
    await asOwner(
      superUrl,
      `do $$ begin
         if to_regrole('${role}') is null then create role ${role}; end if;
         alter role ${role} login nosuperuser nobypassrls nocreaterole ${rights} password '${password}';
       end $$`,
    );
  }
  // The one of an earlier run.
  await asOwner(superUrl, `update pg_database set datistemplate = false where datname = '${template}'`);
  await asOwner(superUrl, `drop database if exists ${template} with (force)`);
  await asOwner(superUrl, `create database ${template} owner daozhang_owner`);
  const pooler = process.env[POOLER];
  await migrate(urlOf('daozhang_owner', pooler));
  await asOwner(superUrl, `alter database ${template} is_template true`);
  return { ownerUrl: urlOf('daozhang_owner'), appUrl: urlOf('daozhang_app', pooler), template };
}

/**
 * A folder for a server, which ends with this process however that ends, a kill -9 too: a shell waits for the end of its input,
 * which is ours to hold, then ends the server and removes the folder.
 */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-db-'));
  // As root the server is `nobody`, who must pass through.
  chmodSync(folder, 0o711);
  const script = `cat > /dev/null
    pid=$(head -n 1 "$1/postgres/postmaster.pid") && kill -QUIT "$pid" && while kill -0 "$pid"; do sleep 0.05; done
    rm -rf "$1"`;
  const keeper = spawn('/bin/sh', ['-c', script, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  (keeper.stdin as Socket).unref();
  return folder;
}

export async function asOwner(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A connection that was closed is still there for a moment, and is not the owner's to end. */
async function dropped(admin: string, name: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await asOwner(admin, `drop database ${name} with (force)`);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '42501' || tried === 100) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

/** A book of its own, with one tenant. */
export async function freshBook(max = 10): Promise<TestBook> {
  const { ownerUrl, appUrl, template } = await testServer();
  made += 1;
  const name = `book_${process.pid}_${made}`;
  const on = (url: string): string => inDatabase(url, name);
  const admin = inDatabase(ownerUrl, 'postgres');
  // Copied file by file: half of what the default costs, which writes each page to the log.
  await asOwner(admin, `create database ${name} template ${template} strategy file_copy`);
  const book = await openBook({ url: on(appUrl), allowUnsafe: true, max });
  const tenantId = await addTenant(book);
  return {
    book,
    ownerUrl: on(ownerUrl),
    appUrl: on(appUrl),
    tenantId,
    async close() {
      await book.close();
      await dropped(admin, name);
    },
  };
}

export async function addTenant(book: Book, name = 'a shop'): Promise<string> {
  const id = newId();
  await book.shared((tx) => tx.run('insert into tenants (id, name) values ($1, $2)', [id, name]));
  return id;
}
