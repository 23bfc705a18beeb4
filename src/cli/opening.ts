/** Opens the book for a command: the embedded database of a data folder, or the one that DATABASE_URL names, migrated either way. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeAdminLink, makeKey, makeLink } from '../api/auth.ts';
import { serverEnv } from '../base/env.ts';
import { newId } from '../base/ids.ts';
import type { Text } from '../base/lang.ts';
import { openVault, type Vault } from '../base/vault.ts';
import { startEmbedded } from '../db/embedded.ts';
import { migrate } from '../db/migrate.ts';
import { type Book, openBook } from '../db/pool.ts';

export type Opened = Readonly<{
  book: Book;
  vault: Vault;
  folder: string;
  applied: readonly string[];
  notes: readonly Text[];
  close(): Promise<void>;
}>;

export async function openAll(data: string): Promise<Opened> {
  const env = serverEnv();
  const folder = resolve(data);
  mkdirSync(folder, { recursive: true });
  const vault = openVault(env.masterKey, join(folder, 'master.key'));
  if (env.databaseUrl !== undefined) {
    const { applied } = await migrate(env.databaseUrl);
    const book = await openBook({ url: env.databaseUrl, role: 'daozhang_app' });
    return { book, vault, folder, applied, notes: [], close: () => book.close() };
  }
  const embedded = await startEmbedded({ folder });
  const adopted: Text = {
    en: 'the database of the last run was still there and goes on',
    zh: '上次运行的数据库仍在,继续使用',
  };
  try {
    const { applied } = await migrate(embedded.ownerUrl);
    const book = await openBook({ url: embedded.appUrl, max: 20 });
    return {
      book,
      vault,
      folder,
      applied,
      notes: [...(embedded.note === undefined ? [] : [embedded.note]), ...(embedded.adopted ? [adopted] : [])],
      async close() {
        await book.close();
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

type FirstRun = Readonly<{ link: string; keys: Readonly<{ test: string; live: string }> }>;

/** The first start makes a tenant, its administrator and the command line's keys; undefined where there is one already. */
export async function firstRun(book: Book): Promise<FirstRun | undefined> {
  const tenantId = newId();
  const isFirst = await book.shared(async (tx) => {
    // Two processes may start for the first time together.
    await tx.run(`select pg_advisory_xact_lock(hashtext('daozhang first run'))`);
    const known = await tx.maybe('select from tenants limit 1');
    if (known === undefined) await tx.run('insert into tenants (id, name) values ($1, $2)', [tenantId, 'default']);
    return known === undefined;
  });
  if (!isFirst) return undefined;
  return await book.tenant(tenantId, async (tx) => {
    const userId = newId();
    await tx.run(`insert into users (tenant_id, id, name, role) values ($1, $2, 'admin', 'admin')`, [tenantId, userId]);
    const keyOf = async (livemode: boolean): Promise<string> =>
      (await makeKey(tx, { name: 'command line', livemode, scopes: ['read', 'orders', 'act', 'refund', 'admin'] }))
        .token;
    return { link: await makeLink(tx, userId), keys: { test: await keyOf(false), live: await keyOf(true) } };
  });
}

/** A one-time link for the administrator of the only tenant; undefined where there are several, or none. */
export async function onlyLink(book: Book): Promise<string | undefined> {
  const tenants = await book.shared((tx) => tx.rows<{ id: string }>('select id from tenants limit 2'));
  return tenants.length === 1 ? await book.tenant(tenants[0]!.id, makeAdminLink) : undefined;
}
