/** The door to the book, on a real PostgreSQL: tenancy, values, and what is told when the database fails. */
import assert from 'node:assert/strict';
import { createServer, connect as dial, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { addTenant, freshBook, type TestBook } from '../../tests/support/database.ts';
import { startSwallowing } from '../../tests/support/swallowing.ts';
import type { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { seeded } from '../base/random.ts';
import { type Book, openBook, type Tx } from './pool.ts';

let on: TestBook;
before(async () => {
  on = await freshBook(8);
});
after(() => on.close());

const code = (expected: string) => ({ code: expected });
const unsafe = { allowUnsafe: true } as const;
const openCase = (tx: Tx, tenantId: string, id = newId()): Promise<number> =>
  tx.run(
    `insert into cases (tenant_id, id, reason, subject_kind, subject_id) values ($1, $2, 'stuck', 'payment', $2)`,
    [tenantId, id],
  );
const cases = (book: Book, tenantId: string): Promise<bigint> =>
  book.tenant(tenantId, async (tx) => {
    const { n } = await tx.one<{ n: bigint }>('select count(*) as n from cases where tenant_id = $1', [tenantId]);
    return n;
  });
async function asOwner(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: on.ownerUrl.replace(/[^/]+$/, 'postgres') });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

test('values come and go exactly: bigint, instants, dates, numeric, bytes, arrays', async () => {
  const at = Temporal.Instant.from('2026-11-20T10:00:00.123456Z');
  const day = Temporal.PlainDate.from('2026-11-20');
  const bytes = Uint8Array.from([0, 1, 255]);
  const row = await on.book.shared((tx) =>
    tx.one<Record<string, unknown>>(
      `select $1::bigint as n, $2::timestamptz as at, $3::date as day, $4::numeric as rate, $5::bytea as bytes,
              $6::text[] as words, $7::bigint[] as ns, $8::timestamptz[] as ats, $9::numeric[] as rates, $10::timestamptz as never,
              timestamptz '-infinity' as always, null::bigint as nothing, $11::jsonb as json, $12::date[] as days`,
      [
        9_007_199_254_740_993n,
        at,
        day,
        '0.00600',
        bytes,
        ['a"b', 'NULL', '中{,}'],
        [1n, -9_007_199_254_740_993n],
        [at],
        ['0.10'],
        Temporal.Instant.fromEpochMilliseconds(-8.64e15),
        { a: [1] },
        [day],
      ],
    ),
  );
  assert.equal(row.n, 9_007_199_254_740_993n);
  assert.ok(at.equals(row.at as Temporal.Instant));
  assert.ok(day.equals(row.day as Temporal.PlainDate));
  assert.equal(row.rate, '0.00600');
  assert.deepEqual(row.bytes, Buffer.from(bytes));
  assert.deepEqual(row.words, ['a"b', 'NULL', '中{,}']);
  assert.deepEqual(row.ns, [1n, -9_007_199_254_740_993n]);
  assert.ok(at.equals((row.ats as Temporal.Instant[])[0]!));
  assert.deepEqual(row.rates, ['0.10']);
  assert.equal(String(row.never), String(row.always), 'the beginning of time comes back as -infinity');
  assert.equal(row.nothing, null);
  assert.deepEqual(row.json, { a: [1] });
  assert.ok(day.equals((row.days as Temporal.PlainDate[])[0]!));
});

test('I12: a transaction sees and writes its own tenant only, also on the connection another one used', async () => {
  const one = await openBook({ ...unsafe, url: on.appUrl, max: 1 });
  try {
    const [a, b] = [await addTenant(one), await addTenant(one)];
    await one.tenant(a, (tx) => openCase(tx, a));
    assert.equal(await cases(one, a), 1n);
    assert.equal(await one.tenant(b, (tx) => tx.run('select 1 from cases')), 0, 'not even where the query forgets it');
    assert.equal(await one.tenant(b, (tx) => tx.run('update cases set note = $1', ['b'])), 0);
    await assert.rejects(
      one.tenant(b, (tx) => openCase(tx, a)),
      code('42501'),
    );
  } finally {
    await one.close();
  }
});

test('I12: a query without a tenant is refused, because it would silently see nothing', async () => {
  for (const sql of ['select from cases', 'select from book."payments" p', 'delete from\nRefs'])
    await assert.rejects(
      on.book.shared((tx) => tx.rows(sql)),
      code('db.no_tenant'),
      sql,
    );
  for (const id of ['', 'x', `${newId()}'; select '`])
    await assert.rejects(
      on.book.tenant(id, (tx) => tx.rows('select 1')),
      code('db.no_tenant'),
    );
});

test('one and maybe say so when rows are too many or missing', async () => {
  await on.book.shared(async (tx) => {
    assert.equal(await tx.maybe('select 1 where false'), undefined);
    assert.deepEqual(await tx.one('select 1 as n'), { n: 1 });
    await assert.rejects(tx.one('select 1 where false'), /none came/);
    await assert.rejects(tx.maybe('values (1), (2)'), /2 came/);
  });
});

test('what throws is rolled back, and a statement that failed cannot be swallowed into a commit', async () => {
  const before = await cases(on.book, on.tenantId);
  await assert.rejects(
    on.book.tenant(on.tenantId, async (tx) => {
      await openCase(tx, on.tenantId);
      throw new Error('changed our mind');
    }),
    /changed our mind/,
  );
  await assert.rejects(
    on.book.tenant(on.tenantId, async (tx) => {
      await openCase(tx, on.tenantId);
      await tx.rows('select 1 / 0').catch(() => {});
      return 'stored';
    }),
    code('22012'),
  );
  assert.equal(await cases(on.book, on.tenantId), before);
});

test('a transaction that has ended takes no more statements', async () => {
  let kept: Tx | undefined;
  await on.book.tenant(on.tenantId, async (tx) => {
    kept = tx;
  });
  await assert.rejects(kept!.rows('select 1'), /has ended/);
});

test('F08: with a quarter of all statements failing by serialisation, the result is the same', async () => {
  const tenantId = await addTenant(on.book);
  const chance = seeded(8);
  const fragile = async (tx: Tx): Promise<void> => {
    const failure = Object.assign(new Error('could not serialize access'), { code: '40001' });
    if (chance.chance(250)) throw failure;
    await openCase(tx, tenantId);
    if (chance.chance(250)) throw failure;
  };
  const before = on.book.stats().retried;
  await Promise.all(Array.from({ length: 40 }, () => on.book.tenant(tenantId, fragile)));
  assert.equal(await cases(on.book, tenantId), 40n);
  assert.ok(on.book.stats().retried - before > 5, 'failures were injected');
});

test('a real deadlock is tried again; what never succeeds is given up as unavailable', async () => {
  const tenantId = await addTenant(on.book);
  const [a, b] = [newId(), newId()];
  await on.book.tenant(tenantId, async (tx) => {
    await openCase(tx, tenantId, a);
    await openCase(tx, tenantId, b);
  });
  const met = Promise.withResolvers<void>();
  let there = 0;
  const touch = (first: string, then: string): Promise<void> =>
    on.book.tenant(tenantId, async (tx) => {
      const note = (id: string): Promise<number> =>
        tx.run(`update cases set note = coalesce(note, '') || 'x' where tenant_id = $1 and id = $2`, [tenantId, id]);
      await note(first);
      there += 1;
      if (there === 2) met.resolve();
      await met.promise;
      await note(then);
    });
  await Promise.all([touch(a, b), touch(b, a)]);
  const notes = await on.book.tenant(tenantId, (tx) =>
    tx.rows<{ note: string }>('select note from cases where tenant_id = $1', [tenantId]),
  );
  assert.deepEqual(
    notes.map((n) => n.note),
    ['xx', 'xx'],
  );
  assert.ok(there > 2, 'they did collide');
  let tried = 0;
  const still = await openBook({ ...unsafe, url: on.appUrl, max: 1, jitter: () => 0 });
  await assert.rejects(
    still.tenant(tenantId, async () => {
      tried += 1;
      throw Object.assign(new Error('could not serialize access'), { code: '40001' });
    }),
    code('db.unavailable'),
  );
  assert.equal(tried, 8);
  await still.close();
});

/** Between us and the database: cuts the connection when COMMIT passes by, before or after it went through, or spoils a tenant's BEGIN. */
async function cutter(when: 'before' | 'after' | 'begin'): Promise<Readonly<{ url: string; close(): void }>> {
  const upstream = new URL(on.appUrl);
  const port = Number(upstream.port);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const database = dial(port, '127.0.0.1');
    let committing = false;
    for (const socket of [client, database]) {
      open.add(socket);
      socket.on('error', () => {});
    }
    client.on('data', (bytes) => {
      const begins = bytes.indexOf('begin; select set_config');
      if (when === 'begin' && begins >= 0) (bytes as Buffer).write('begun', begins);
      committing = when !== 'begin' && bytes.includes('commit\0');
      if (committing && when === 'before') client.destroy();
      else database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (committing) client.destroy();
      else client.write(bytes);
    });
    client.on('close', () => database.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  upstream.port = String((server.address() as { port: number }).port);
  return {
    url: upstream.href,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

for (const when of ['before', 'after'] as const) {
  test(`I1: the connection lost at COMMIT, ${when} it got through, is told as unknown and not tried again`, async () => {
    const tenantId = await addTenant(on.book);
    const proxy = await cutter(when);
    const book = await openBook({ ...unsafe, url: proxy.url, max: 1 });
    let ran = 0;
    await assert.rejects(
      book.tenant(tenantId, async (tx) => {
        ran += 1;
        await openCase(tx, tenantId);
      }),
      code('db.outcome_unknown'),
    );
    assert.equal(ran, 1);
    await book.close();
    proxy.close();
    assert.equal(await cases(on.book, tenantId), when === 'after' ? 1n : 0n);
  });
}

test('what could not begin is told as unknown where its first statement, which went with it, was done; no other follows', async () => {
  const proxy = await cutter('begin');
  const book = await openBook({ ...unsafe, url: proxy.url, max: 1 });
  const refused: unknown[] = [];
  const note = (error: unknown): void => void refused.push(error);
  await assert.rejects(
    book.tenant(on.tenantId, async (tx) => {
      await tx.rows('select 1').catch(note);
      await tx.rows('select 2').catch(note);
    }),
    code('42601'),
  );
  assert.equal(refused.length, 2);
  assert.equal((refused[0] as DaozhangError).code, 'db.outcome_unknown');
  // Without its tenant a statement sees no row and writes none.
  await assert.rejects(
    book.tenant(on.tenantId, (tx) => openCase(tx, on.tenantId)),
    code('42601'),
  );
  assert.ok((await book.ping(2_000)) instanceof Temporal.Instant);
  await book.close();
  proxy.close();
});

test('F05: a connection the server ends is unavailable, though work swallows it, and the next one is new', async () => {
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'victim'`;
  const victim = new URL(on.appUrl);
  const book = await openBook({ ...unsafe, url: victim.href, max: 1 });
  await assert.rejects(
    book.tenant(on.tenantId, async (tx) => {
      await tx.rows(`set local application_name = 'victim'`);
      await on.book.shared((other) => other.rows(end));
      await tx.rows('select 1').catch(() => {});
      return 'stored';
    }),
    code('db.unavailable'),
  );
  assert.ok((await book.ping(2_000)) instanceof Temporal.Instant);
  await book.close();
  await assert.rejects(book.ping(1_000), code('db.unavailable'));
});

test('F07: no connection free in time, none to be had, nobody there: unavailable, and no hang', async () => {
  const book = await openBook({ ...unsafe, url: on.appUrl, max: 1, waitMs: 200 });
  await book.shared(async () => {
    await assert.rejects(
      book.shared((tx) => tx.rows('select 1')),
      code('db.unavailable'),
    );
    await assert.rejects(book.ping(50), code('db.unavailable'));
  });
  await book.close();
  const nobody = new URL(on.appUrl);
  nobody.port = '1';
  await assert.rejects(openBook({ ...unsafe, url: nobody.href }), code('db.unavailable'));
  await asOwner(`alter database ${new URL(on.appUrl).pathname.slice(1)} connection limit 0`);
  try {
    await assert.rejects(openBook({ ...unsafe, url: on.appUrl }), code('db.unavailable'));
  } finally {
    await asOwner(`alter database ${new URL(on.appUrl).pathname.slice(1)} connection limit -1`);
  }
});

test('a connection whose other end is gone is cut while the server answers others; a slow statement is left alone', async () => {
  const way = await startSwallowing(on.appUrl);
  const book = await openBook({ ...unsafe, url: way.url, max: 2, silenceMs: 80 });
  const from = performance.now();
  await assert.rejects(
    book.shared(async (tx) => {
      await tx.rows('select pg_sleep(0.6)');
      way.swallow('old');
      await tx.rows('select 1');
    }),
    code('db.unavailable'),
  );
  const took = performance.now() - from;
  assert.ok(took > 600 && took < 3_000, `${took}`);
  assert.ok((await book.ping(2_000)) instanceof Temporal.Instant);
  way.close();
  await book.close();
});

test('refused: settings that lose commits, a role that may not be taken on, no book', async () => {
  await assert.rejects(openBook({ url: on.appUrl }), code('db.unsafe_settings'));
  await assert.rejects(openBook({ ...unsafe, url: on.appUrl, role: 'daozhang_owner' }), code('db.role_missing'));
  await assert.rejects(openBook({ ...unsafe, url: on.appUrl, role: 'no_such_role' }), code('db.role_missing'));
  await assert.rejects(openBook({ ...unsafe, url: on.appUrl.replace(/[^/]+$/, 'postgres') }), code('db.not_migrated'));
});
