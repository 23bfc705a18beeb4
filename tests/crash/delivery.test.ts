/** What a channel's delivery does to us: again and again, late, out of order, an old one replayed, one that nobody can read. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { seeded } from '../../src/base/random.ts';
import type { Book } from '../../src/db/pool.ts';
import { redrive } from '../../src/sources/fold.ts';
import { addTenant, freshBook, type TestBook } from '../support/database.ts';
import { until } from '../support/living.ts';
import {
  agentOf,
  countsOf,
  type Event,
  masterKeyOf,
  noticeOf,
  paidEvent,
  send,
  serveOn,
  shopOn,
  storyOf,
  together,
} from '../support/notices.ts';

const SEED = Number(process.env.SEED ?? 20_261_127);
const SEEDS = Number(process.env.SEEDS ?? 3);
const CONNECTIONS = 8;

let on: TestBook;
let server: Awaited<ReturnType<typeof serveOn>>;
const masterKey = masterKeyOf();
const agent = agentOf(CONNECTIONS);
before(async () => {
  on = await freshBook();
  server = await serveOn(on.book, masterKey);
});
after(async () => {
  agent.destroy();
  await server.served.close();
  await on.close();
  assert.deepEqual(server.errors, []);
});
const url = (path: string): string => `${server.served.url}${path}`;
const folded = (tenantId: string): Promise<unknown> =>
  until('all to be folded', async () => (await countsOf(on.book, tenantId)).unfolded === 0, 30_000);

test('F14: each of ten notifications a hundred times on eight connections: one effect', async () => {
  const shop = await shopOn(on.book, on.tenantId, masterKey);
  const [events, times] = [10, 100];
  const random = seeded(SEED);
  const sends = Array.from({ length: events * times }, (_, i) => ({ i: i % events, order: random.below(1_000_000) }));
  sends.sort((a, b) => a.order - b.order);
  const statuses = new Map<number, number>();
  await together(sends, CONNECTIONS, async ({ i }) => {
    const { status } = await send(url(shop.path), noticeOf(paidEvent(i), shop.keys), agent);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  assert.deepEqual([...statuses], [[204, events * times]]);
  await folded(on.tenantId);
  const counts = await countsOf(on.book, on.tenantId);
  assert.deepEqual(counts, {
    messages: events,
    unfolded: 0,
    observations: events,
    captured: events,
    events,
    told: events,
  });
});

test('F17: a valid message replayed byte for byte has no second effect; an old one is refused and kept in view', async () => {
  const tenantId = await addTenant(on.book);
  const shop = await shopOn(on.book, tenantId, masterKey);
  const notice = noticeOf(paidEvent(1), shop.keys);
  assert.equal((await send(url(shop.path), notice, agent)).status, 204);
  await folded(tenantId);
  const once = await countsOf(on.book, tenantId);
  for (let i = 0; i < 5; i += 1) assert.equal((await send(url(shop.path), notice, agent)).status, 204);
  await folded(tenantId);
  assert.deepEqual(await countsOf(on.book, tenantId), once);
  // The same signature in another shop's door.
  const other = await shopOn(on.book, await addTenant(on.book), masterKey);
  assert.equal((await send(url(other.path), notice, agent)).status, 401);
  assert.equal((await countsOf(on.book, other.tenantId)).messages, 0);
});

type Told = Readonly<{
  ref: string;
  trace: unknown;
  position: string;
  contradictions: unknown;
  captured: string;
  refunded: string;
}>;

/** What is believed, without the names of rows. */
async function believed(book: Book, tenantId: string): Promise<readonly Told[]> {
  const rows = await book.tenant(tenantId, async (tx) => {
    const ids = await tx.rows<{ id: string; body: string }>(
      `select o.id, encode(o.body_hash, 'hex') || o.key as body from observations o where tenant_id = $1`,
      [tx.tenantId],
    );
    const found = await tx.rows<Told>(
      `select ref, trace::json as trace, position, contradictions, captured_minor::text as captured, refunded_minor::text as refunded
         from payments where tenant_id = $1 order by ref`,
      [tx.tenantId],
    );
    const names = new Map(ids.map((r) => [r.id, r.body]));
    return JSON.parse(JSON.stringify(found), (_, v) => (typeof v === 'string' ? (names.get(v) ?? v) : v));
  });
  return rows;
}

test(`F15: out of order, doubled, and 25 hours to 90 days late: the same traces as in order (SEED=${SEED})`, async () => {
  let late = 0;
  let moved = 0;
  for (let n = 0; n < SEEDS; n += 1) {
    const random = seeded(SEED + n);
    const stories = Array.from({ length: 12 }, (_, i) => {
      const hoursAgo = random.chance(500) ? 25 + random.below(90 * 24 - 25) : random.below(24);
      if (hoursAgo >= 25) late += 1;
      // Each payment at a whole second of its own.
      const paidAt = Temporal.Instant.from('2026-11-27T01:00:00Z').subtract({ hours: hoursAgo, seconds: i });
      return storyOf(
        i,
        paidAt,
        Array.from({ length: random.below(4) }, (_, r) => ({
          fen: 1_000 + random.below(2_000),
          afterMs: 60_000 * (r + 1 + random.below(1_000)),
          status: random.pick(['SUCCESS', 'SUCCESS', 'CLOSED', 'ABNORMAL'] as const),
        })),
      );
    });
    const inOrder = stories.flat();
    const shuffled = [...inOrder, ...inOrder.filter(() => random.chance(300))]
      .map((event) => ({ event, at: random.below(1_000_000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ event }) => event);
    moved += shuffled.filter((e, i) => e !== inOrder[i]).length;
    const tell = async (events: readonly Event[], width: number): Promise<readonly Told[]> => {
      const tenantId = await addTenant(on.book);
      const shop = await shopOn(on.book, tenantId, masterKey);
      await together(events, width, async (event) => {
        assert.equal((await send(url(shop.path), noticeOf(event, shop.keys), agent)).status, 204);
        // In order means: each folded before the next is heard.
        if (width === 1 && random.chance(300)) await folded(tenantId);
      });
      await folded(tenantId);
      return await believed(on.book, tenantId);
    };
    const expected = await tell(inOrder, 1);
    assert.equal(expected.length, 12);
    assert.deepEqual(await tell(shuffled, CONNECTIONS), expected, `replay with SEED=${SEED + n} SEEDS=1`);
  }
  assert.ok(late > 0 && moved > 0, 'nothing was late or out of order: the fault did not fire');
});

test('F21: what cannot be opened is tried five times, waits in a case while others flow, and is taken once it can be read', async () => {
  const tenantId = await addTenant(on.book);
  const shop = await shopOn(on.book, tenantId, masterKey);
  const poison = noticeOf(paidEvent(1, 'P'), shop.keys);
  assert.equal((await send(url(shop.path), poison, agent)).status, 204);
  await folded(tenantId);
  // As if a rule of ours failed on it: its bytes are stored, and cannot be read.
  const owner = await ownerOf(tenantId);
  try {
    const damaged = await owner.query(
      `with torn as (
         update book.messages set body = convert_to('{', 'UTF8') where tenant_id = $1 returning id, occurred_at)
       insert into book.unfolded (tenant_id, id, occurred_at) select $1, id, occurred_at from torn`,
      [tenantId],
    );
    assert.equal(damaged.rowCount, 1, 'the fault did not fire');
    for (let i = 2; i < 300; i += 1)
      assert.equal((await send(url(shop.path), noticeOf(paidEvent(i, 'P'), shop.keys), agent)).status, 204);
    const tried = (): Promise<Readonly<{ fold_attempts: number; others: number; seconds: number }>> =>
      on.book.tenant(tenantId, (tx) =>
        tx.one(
          `select max(m.fold_attempts) as fold_attempts, (count(*) filter (where u.id is null))::int as others,
                  extract(epoch from max(u.again_at) - now())::int as seconds
             from messages m left join unfolded u on u.tenant_id = $1 and m.id = any (u.id || u.rest_ids) where m.tenant_id = $1`,
          [tenantId],
        ),
      );
    await until('the others to flow', async () => (await tried()).others === 298, 60_000);
    await until('the first try', async () => (await tried()).fold_attempts > 0);
    await hurry(tenantId);
    // Minutes away now, however often it is looked for meanwhile.
    const waits = () => until('it to wait', async () => (await tried()).seconds > 50);
    await waits();
    for (let { fold_attempts: tries } = await tried(); tries < 5; tries += 1) {
      server.served.workers.wake(tenantId);
      await new Promise((done) => setTimeout(done, 100));
      assert.deepEqual([(await tried()).fold_attempts, await openCases(tenantId)], [tries, 0]);
      await hurry(tenantId);
      await until(`try ${tries + 1}`, async () => (await tried()).fold_attempts > tries);
    }
    assert.equal(await openCases(tenantId), 1);
    await owner.query(
      `update book.messages set body = $2
        where tenant_id = $1 and id in (select id from book.unfolded where tenant_id = $1)`,
      [tenantId, Buffer.from(poison.body)],
    );
  } finally {
    await owner.end();
  }
  assert.equal(await on.book.tenant(tenantId, (tx) => redrive(tx, false)), 1);
  server.served.workers.wake(tenantId);
  await folded(tenantId);
  assert.equal(await openCases(tenantId), 0);
  const counts = await countsOf(on.book, tenantId);
  assert.deepEqual([counts.messages, counts.captured], [299, 299]);
});

test('F21: what keeps a message from being folded, and is not of the message, is no try; it is told, and folded when it is over', async () => {
  const tenantId = await addTenant(on.book);
  const shop = await shopOn(on.book, tenantId, masterKey);
  const owner = await ownerOf(tenantId);
  const told = server.errors.length;
  const state = () =>
    on.book.tenant(tenantId, (tx) =>
      tx.maybe<{ attempts: number; waits: boolean }>(
        'select attempts, again_at > now() as waits from unfolded where tenant_id = $1',
        [tenantId],
      ),
    );
  try {
    await owner.query('revoke insert on book.observations from daozhang_app');
    assert.equal((await send(url(shop.path), noticeOf(paidEvent(1, 'W'), shop.keys), agent)).status, 204);
    await until('it to be put off', async () => (await state())?.waits === true);
    assert.equal((await state())!.attempts, 0);
    await until('it to be told', () => server.errors.length > told);
  } finally {
    await owner.query('grant insert on book.observations to daozhang_app');
    await owner.end();
  }
  server.errors.splice(told);
  await hurry(tenantId);
  await folded(tenantId);
  assert.equal((await countsOf(on.book, tenantId)).captured, 1);
});

/** As if the time between two tries were over. */
async function hurry(tenantId: string): Promise<void> {
  await on.book.tenant(tenantId, (tx) =>
    tx.run('update unfolded set again_at = now() where tenant_id = $1', [tx.tenantId]),
  );
  server.served.workers.wake(tenantId);
}

/** The tables' owner, who may do what the program may not: change what was said. */
async function ownerOf(tenantId: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: on.ownerUrl });
  await client.connect();
  await client.query(`select set_config('app.tenant', $1, false)`, [tenantId]);
  return client;
}

const openCases = async (tenantId: string): Promise<number> =>
  (
    await on.book.tenant(tenantId, (tx) =>
      tx.one<{ n: number }>('select count(*)::int as n from cases where tenant_id = $1 and closed_at is null', [
        tenantId,
      ]),
    )
  ).n;
