/** How the book is looked up at 10,000 payments: by indexes alone, whatever is asked. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { bareAccount } from './support/book.ts';
import { addTenant, freshBook, type TestBook } from './support/database.ts';

const PAYMENTS = 10_000;
let on: TestBook;
before(async () => {
  on = await freshBook();
  const accountId = await on.book.tenant(on.tenantId, (tx) => bareAccount(tx));
  // A second tenant of the same size: what is found by the tenant alone is too much.
  const other = await addTenant(on.book, 'another');
  const otherAccount = await on.book.tenant(other, (tx) => bareAccount(tx));
  for (const [tenant, account] of [
    [on.tenantId, accountId],
    [other, otherAccount],
  ] as const)
    await on.book.tenant(tenant, async (tx) => {
      await tx.run(
        `insert into payments (tenant_id, id, livemode, account_id, direction, ref, position, captured_minor, created_at)
         select $1, gen_random_uuid(), false, $2, 'in', 'P' || n, 'captured', n, now() - n * interval '1 second'
           from generate_series(1, ${PAYMENTS}) n`,
        [tenant, account],
      );
      await tx.run(
        `insert into refs (tenant_id, value, kind, payment_id)
         select p.tenant_id, k.prefix || p.ref, k.kind, p.id from payments p
          cross join (values ('', 'payment'), ('4200', 'channel_trade'), ('W', 'wallet_trade'), ('R', 'refund')) k (prefix, kind)
          where p.tenant_id = $1`,
        [tenant],
      );
      await tx.run(
        `insert into observations (tenant_id, account_id, source, key, body_hash, occurred_at, id, payment_id, kind, said, last_seen_at)
         select tenant_id, account_id, 'notification', ref, sha256(ref::bytea), now() - captured_minor * interval '1 hour',
                gen_random_uuid(), id, 'captured', 'SUCCESS', now() from payments where tenant_id = $1`,
        [tenant],
      );
      await tx.run(
        `insert into messages (tenant_id, account_id, kind, key, body_hash, occurred_at, id, headers, body, raw_hash, folded_at)
         select tenant_id, account_id, 'notification', key, body_hash, occurred_at, gen_random_uuid(), '{}', '\\x00', '\\x00', now()
           from observations where tenant_id = $1`,
        [tenant],
      );
      await tx.run(
        `insert into due (tenant_id, kind, id, due_at) select $1, 'inquire', id, now() + interval '1 hour' from payments where tenant_id = $1`,
        [tenant],
      );
    });
  const owner = new pg.Client({ connectionString: on.ownerUrl });
  await owner.connect();
  await owner.query('analyze');
  await owner.end();
});
after(() => on.close());

type Plan = Readonly<{ 'Node Type': string; 'Relation Name'?: string; Plans?: readonly Plan[] }>;
const nodes = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/** Tables and partitions that are read from one end to the other, of those that hold enough for it to matter. */
async function scansOf(sql: string, params: readonly unknown[]): Promise<readonly string[]> {
  const { plan, large } = await on.book.tenant(on.tenantId, async (tx) => {
    const [row] = await tx.rows<{ 'QUERY PLAN': ReadonlyArray<{ Plan: Plan }> }>(
      `explain (format json) ${sql}`,
      params,
    );
    const rows = await tx.rows<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'book'::regnamespace and relkind = 'r' and reltuples > 100`,
    );
    return { plan: row!['QUERY PLAN'][0]!.Plan, large: new Set(rows.map((r) => r.name)) };
  });
  assert.ok(large.has('payments') && large.has('refs') && [...large].some((name) => name.startsWith('messages_')));
  return nodes(plan)
    .filter((n) => n['Node Type'] === 'Seq Scan' && large.has(n['Relation Name'] ?? ''))
    .map((n) => `${n['Node Type']} on ${n['Relation Name']}`);
}

const LOCKED = `select p.* from (select c0, c1 from unnest($2::uuid[], $3::text[]) as u (c0, c1)) as v (account_id, ref) cross join lateral (
  select id from payments where tenant_id = $1 and account_id = v.account_id and direction = 'in' and ref = v.ref for update) p`;

const LOOKUPS: ReadonlyArray<readonly [what: string, sql: string, params: () => readonly unknown[]]> = [
  [
    'a payment by any of its numbers',
    `select p.* from payments p
      where p.tenant_id = $1 and p.livemode = $2 and p.id in (select r.payment_id from refs r where r.tenant_id = $1 and r.tail = $4 and r.value = $3)`,
    () => [on.tenantId, false, '4200P77', '77P0024'],
  ],
  ['a payment by its account and number, locked', LOCKED, () => [on.tenantId, [on.tenantId], ['P77']]],
  [
    'the observations of payments',
    'select id from observations where tenant_id = $1 and payment_id = any($2)',
    () => [on.tenantId, [on.tenantId]],
  ],
  ['a message’s bytes', 'select body from messages where tenant_id = $1 and id = $2', () => [on.tenantId, on.tenantId]],
  [
    'messages to be folded',
    `select m.body from (select attempts, id, occurred_at from unfolded where tenant_id = $1 and attempts < 5
          and (again_at is null or again_at <= now()) order by attempts, id limit $2 for update skip locked) n
       join messages m on m.tenant_id = $1 and m.id = n.id and m.occurred_at = n.occurred_at order by n.attempts, n.id`,
    () => [on.tenantId, 256],
  ],
  [
    'a page of the newest',
    `select id, created_at from payments where tenant_id = $1 and livemode = $2
        and (created_at, id) < ($3::timestamptz, $4::uuid) order by created_at desc, id desc limit 50`,
    () => [on.tenantId, false, Temporal.Instant.from('2030-01-01T00:00:00Z'), on.tenantId],
  ],
  [
    'what is due',
    `select id from due where tenant_id = $1 and kind = $2 and due_at <= now() and (lease_until is null or lease_until < now())
      order by due_at limit 50 for update skip locked`,
    () => [on.tenantId, 'inquire'],
  ],
  [
    'the payments of some days, for a reconciliation',
    `select id from payments p where p.tenant_id = $1 and p.livemode = $2 and p.direction = 'in'
        and p.moment >= $3 and p.moment < $4
      order by p.moment, p.id limit 5000`,
    () => [
      on.tenantId,
      false,
      Temporal.Instant.from('2020-01-01T00:00:00Z'),
      Temporal.Instant.from('2020-01-02T00:00:00Z'),
    ],
  ],
  [
    'the refunds of some days',
    `select id from observations r where r.tenant_id = $1 and r.refund_state = 'succeeded' and r.occurred_at >= $2 and r.occurred_at < $3`,
    () => [on.tenantId, Temporal.Instant.from('2026-11-01T00:00:00Z'), Temporal.Instant.from('2026-11-02T00:00:00Z')],
  ],
  [
    'the breaks about a payment',
    'select n from breaks where tenant_id = $1 and payment_id = $2',
    () => [on.tenantId, on.tenantId],
  ],
  [
    'the last verdict',
    'select code from verdicts where tenant_id = $1 and payment_id = $2 order by version desc limit 1',
    () => [on.tenantId, on.tenantId],
  ],
];

for (const [what, sql, params] of LOOKUPS)
  test(`${what}: no table is read through`, async () => {
    assert.deepEqual(await scansOf(sql, params()), []);
  });

test('in a book without statistics, too, a payment is looked up by the one index that knows its account and number', async () => {
  const young = await freshBook();
  try {
    const plan = await young.book.tenant(young.tenantId, (tx) =>
      tx.rows<{ 'QUERY PLAN': string }>(`explain ${LOCKED}`, [tx.tenantId, [tx.tenantId], ['P77']]),
    );
    assert.match(plan.map((r) => r['QUERY PLAN']).join('\n'), /using payments_ref/);
  } finally {
    await young.close();
  }
});

test('the check itself sees a table that is read through', async () => {
  assert.deepEqual(
    await scansOf('select id from due where due_at < $1', [Temporal.Instant.from('2030-01-01T00:00:00Z')]),
    ['Seq Scan on due'],
  );
});
