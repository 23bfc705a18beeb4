/** The embedded server through what happens to it: restarts, kills of either side, two owners, root, folders nobody can reach. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { temporary } from '../../tests/support/database.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { binariesFor, placeFor } from './place.ts';
import { openBook } from './pool.ts';

const isRoot = process.getuid?.() === 0;
const code = (expected: string) => ({ code: expected });
const asRole = async <T>(url: string, sql: string): Promise<T[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return await client
    .query(sql)
    .then((r) => r.rows as T[])
    .finally(() => client.end());
};
const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (await what()) return;
    await pause(20);
  }
  assert.fail('it did not happen within ten seconds');
}

const others: ChildProcess[] = [];
after(() => {
  for (const other of others) other.kill('SIGKILL');
});

/** Another process that owns the folder: gives what it started. */
async function otherOwner(
  folder: string,
  unsafeFast = true,
): Promise<Readonly<{ process: ChildProcess; embedded: Omit<Embedded, 'stop'> }>> {
  const script = `
    import { startEmbedded } from '${join(import.meta.dirname, 'embedded.ts')}';
    const embedded = await startEmbedded({ folder: process.argv[1], unsafeFast: ${unsafeFast} }).catch((e) => ({ code: e.code }));
    process.stdout.write(JSON.stringify(embedded) + '\\n');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  others.push(child);
  let said = '';
  for await (const piece of child.stdout!) {
    said += piece;
    if (said.endsWith('\n')) break;
  }
  return { process: child, embedded: JSON.parse(said) };
}

test('first start: three roles, loopback, secrets for us alone; a restart keeps data, port and passwords', async () => {
  const folder = temporary();
  const first = await startEmbedded({ folder, unsafeFast: true });
  assert.equal(first.adopted, false);
  assert.equal(first.note, undefined);
  await asRole(first.ownerUrl, 'create table kept as select 42 as n');
  const roles = await asRole(
    first.appUrl,
    `select rolname, rolsuper, rolbypassrls from pg_roles where rolname ~ '^(daozhang|postgres)' order by 1`,
  );
  assert.deepEqual(roles, [
    { rolname: 'daozhang_app', rolsuper: false, rolbypassrls: false },
    { rolname: 'daozhang_owner', rolsuper: false, rolbypassrls: false },
    { rolname: 'postgres', rolsuper: true, rolbypassrls: true },
  ]);
  const [settings] = await asRole<Record<string, string>>(
    first.appUrl,
    `select current_setting('server_encoding') as encoding, current_setting('data_checksums') as checksums,
            current_setting('listen_addresses') as listens, current_setting('password_encryption') as passwords`,
  );
  assert.deepEqual(settings, { encoding: 'UTF8', checksums: 'on', listens: '127.0.0.1', passwords: 'scram-sha-256' });
  assert.equal(statSync(join(folder, 'postgres.json')).mode & 0o777, 0o600);
  if (isRoot) assert.equal(statSync(join(folder, 'postgres')).uid, 65_534, 'as root it runs as nobody');
  await assert.rejects(
    startEmbedded({ folder, unsafeFast: true }),
    code('db.folder_taken'),
    'not twice in one process either',
  );
  const { superuser } = JSON.parse(readFileSync(join(folder, 'postgres.json'), 'utf8'));
  const superUrl = first.appUrl.replace(/\/\/[^@]+@/, `//postgres:${superuser}@`);
  await assert.rejects(openBook({ url: superUrl, allowUnsafe: true }), code('db.role_too_strong'));
  await assert.rejects(
    openBook({ url: first.appUrl.replace(/:[^:@]+@/, ':wrong@'), allowUnsafe: true }),
    code('db.unavailable'),
  );
  await Promise.all([first.stop(), first.stop()]);
  assert.equal(alive(first.pid), false);

  const second = await startEmbedded({ folder, unsafeFast: true });
  assert.equal(second.ownerUrl, first.ownerUrl);
  assert.deepEqual(await asRole(second.ownerUrl, 'select n from kept'), [{ n: 42 }]);
  await second.stop();
});

test('two that start together: one owns the folder, the other is told who; killed, its server is adopted', async () => {
  const folder = temporary();
  const both = await Promise.all([otherOwner(folder), otherOwner(folder)]);
  const owners = both.filter((o) => o.embedded.pid !== undefined);
  assert.equal(owners.length, 1);
  assert.deepEqual(both.find((o) => !owners.includes(o))!.embedded, { code: 'db.folder_taken' });
  const { process: owner, embedded } = owners[0]!;
  await assert.rejects(startEmbedded({ folder, unsafeFast: true }), {
    ...code('db.folder_taken'),
    params: { folder, pid: owner.pid! },
  });
  await asRole(embedded.ownerUrl, 'create table kept as select 42 as n');
  owner.kill('SIGKILL');
  const mine = await startEmbedded({ folder, unsafeFast: true });
  assert.equal(mine.adopted, true);
  assert.equal(mine.pid, embedded.pid);
  assert.deepEqual(await asRole(mine.ownerUrl, 'select n from kept'), [{ n: 42 }]);
  await mine.stop();
  assert.equal(alive(mine.pid), false);
});

test('Ctrl-C at the terminal ends us and not the server under us', async () => {
  const folder = temporary();
  const { process: owner, embedded } = await otherOwner(folder);
  const group = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[2]!;
  assert.notEqual(group(embedded.pid), group(owner.pid!));
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  // Unsafe where safe was asked is not adopted but started anew.
  const safe = await startEmbedded({ folder });
  assert.equal(safe.adopted, false);
  assert.deepEqual(await asRole(safe.appUrl, 'show fsync'), [{ fsync: 'on' }]);
  await safe.stop();
});

test('F05: the server killed with -9 is started again by its owner and recovers what was committed; the folder stays its own', async () => {
  const folder = temporary();
  const { process: owner, embedded } = await otherOwner(folder, false);
  const taken = { code: 'db.folder_taken', params: { folder, pid: owner.pid! } };
  const has42 = (): Promise<boolean> =>
    asRole<{ n: number }>(embedded.ownerUrl, 'select n from kept').then(
      ([row]) => row!.n === 42,
      () => false,
    );
  await asRole(embedded.ownerUrl, 'create table kept as select 42 as n');
  process.kill(embedded.pid, 'SIGKILL');
  await until(() => !alive(embedded.pid));
  await assert.rejects(startEmbedded({ folder }), taken);
  await until(has42);
  // A killed backend resets all connections, the one that holds the folder too.
  const [holder] = await asRole<{ pid: number }>(
    embedded.ownerUrl,
    `select pid from pg_stat_activity where application_name like 'daozhang owner%'`,
  );
  process.kill(holder!.pid, 'SIGKILL');
  await until(() => !alive(holder!.pid));
  await assert.rejects(startEmbedded({ folder }), taken);
  await until(has42);
  owner.kill('SIGKILL');
  const mine = await startEmbedded({ folder });
  assert.equal(mine.adopted, true);
  assert.ok(await has42());
  process.kill(mine.pid, 'SIGKILL');
  await assert.rejects(startEmbedded({ folder }), code('db.folder_taken'));
  await until(has42);
  await mine.stop();
});

test('a taken port: another is chosen, unless it was asked for', async () => {
  const folder = temporary();
  const first = await startEmbedded({ folder, unsafeFast: true });
  await first.stop();
  const port = Number(new URL(first.appUrl).port);
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  await assert.rejects(startEmbedded({ folder, unsafeFast: true, port }), code('db.port_taken'));
  const second = await startEmbedded({ folder, unsafeFast: true });
  assert.notEqual(new URL(second.appUrl).port, String(port));
  await asRole(second.appUrl, 'select 1');
  other.close();
  await second.stop();
  const asked = await startEmbedded({ folder, unsafeFast: true, port });
  assert.equal(new URL(asked.appUrl).port, String(port));
  await asked.stop();
});

test('what cannot be is told: a file in the place of the folder, damaged data with the last words of the log', async () => {
  const folder = temporary();
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(startEmbedded({ folder: join(folder, 'file') }), code('db.folder_unusable'));
  const embedded = await startEmbedded({ folder, unsafeFast: true });
  await embedded.stop();
  rmSync(join(folder, 'postgres', 'global', 'pg_control'));
  await assert.rejects(startEmbedded({ folder, unsafeFast: true }), /db\.not_started: .*pg_control/);
});

test('data that nobody cannot reach are kept under /var/lib, the caller is told, and they are found there again', {
  skip: !isRoot,
}, async () => {
  const closed = mkdtempSync(join(tmpdir(), 'daozhang-closed-'));
  const folder = join(closed, 'data');
  try {
    const first = await startEmbedded({ folder, unsafeFast: true });
    const home = dirname(placeFor(folder).data);
    try {
      assert.match(home, /^\/var\/lib\/daozhang\/[0-9a-f]{16}$/);
      assert.ok(first.note?.en.includes(home) && first.note.zh.includes(home));
      await asRole(first.ownerUrl, 'create table kept as select 42 as n');
      await first.stop();
      chmodSync(closed, 0o755);
      const second = await startEmbedded({ folder, unsafeFast: true });
      assert.deepEqual(
        await asRole(second.ownerUrl, 'select n from kept'),
        [{ n: 42 }],
        'though the folder can be reached now',
      );
      await second.stop();
    } finally {
      await first.stop();
      rmSync(home, { recursive: true, force: true });
    }
  } finally {
    rmSync(closed, { recursive: true, force: true });
  }
});

test('binaries that nobody cannot reach are copied once, with their links, and run', { skip: !isRoot }, async () => {
  const { binaries: native } = placeFor(temporary());
  const closed = mkdtempSync(join(tmpdir(), 'daozhang-closed-'));
  const home = temporary();
  const nobody = { uid: 65_534, gid: 65_534 };
  try {
    mkdirSync(join(closed, 'package'));
    symlinkSync(native, join(closed, 'package', 'native'));
    const copy = binariesFor(join(closed, 'package', 'native'), home, nobody);
    assert.equal(dirname(dirname(copy)), home);
    assert.equal(binariesFor(join(closed, 'package', 'native'), home, nobody), copy);
    const child = spawn(join(copy, 'bin', 'postgres'), ['--version'], {
      ...nobody,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.match(String(await child.stdout!.toArray()), /PostgreSQL\) 18/);
  } finally {
    rmSync(closed, { recursive: true, force: true });
  }
});
