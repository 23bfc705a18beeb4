/** The only writer of traces, on a real PostgreSQL. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { bareAccount, said } from '../../tests/support/book.ts';
import { addTenant, freshBook, type TestBook } from '../../tests/support/database.ts';
import { type Changed, type Follow, joinWaiting, refold, take } from './advance.ts';

let on: TestBook;
before(async () => {
  on = await freshBook(20);
});
after(() => on.close());

const nothing: Follow = async (_, changed) => ({ judged: changed.map((c) => c.after), act: async () => {} });
type Stored = Readonly<{ ref: string; position: string; captured_minor: bigint; trace: Record<string, unknown> }>;

async function shop(): Promise<Readonly<{ tenantId: string; accountId: string }>> {
  const tenantId = await addTenant(on.book);
  return { tenantId, accountId: await on.book.tenant(tenantId, (tx) => bareAccount(tx)) };
}
const tell = (to: { tenantId: string; accountId: string }, lines: readonly string[], follow = nothing) =>
  on.book.tenant(to.tenantId, (tx) =>
    take(
      tx,
      lines.map((line) => said(to.accountId, line)),
      follow,
    ),
  );
const stored = (tenantId: string): Promise<Stored[]> =>
  on.book.tenant(tenantId, (tx) =>
    tx.rows<Stored>(
      'select ref, position, captured_minor, trace::json as trace from payments where tenant_id = $1 order by ref',
      [tenantId],
    ),
  );
const count = (tenantId: string, table: string): Promise<bigint> =>
  on.book.tenant(tenantId, async (tx) => {
    const row = await tx.one<{ n: bigint }>(`select count(*) as n from ${table} where tenant_id = $1`, [tenantId]);
    return row.n;
  });

test('an order and its success become one payment, found by each of its numbers', async () => {
  const to = await shop();
  await tell(to, ['0 order_placed order O1 100.00']);
  await tell(to, ['20 captured notification O1 100.00 #42001']);
  const [payment] = await stored(to.tenantId);
  assert.equal(payment?.position, 'captured');
  assert.equal(payment?.captured_minor, 10_000n);
  const refs = await on.book.tenant(to.tenantId, (tx) =>
    tx.rows<{ value: string }>('select value from refs where tenant_id = $1 order by value', [to.tenantId]),
  );
  assert.deepEqual(
    refs.map((r) => r.value),
    ['42001', 'O1'],
  );
});

test('I2, F14: the same fact a hundred times on eight connections has one effect', async () => {
  const to = await shop();
  let changes = 0;
  const counting: Follow = async (_, changed) => {
    return {
      ...(await nothing(_, changed)),
      async act() {
        changes += changed.length;
      },
    };
  };
  const line = ['20 captured notification O1 100.00 #42001'];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 13; i += 1) await tell(to, line, counting);
    }),
  );
  assert.equal(await count(to.tenantId, 'observations'), 1n);
  assert.equal(await count(to.tenantId, 'payments'), 1n);
  assert.equal(changes, 1);
});

test('what names no payment waits under its numbers, and joins when one of them is known', async () => {
  const to = await shop();
  await tell(to, ['30 refund notification - 40.00 #42001 R1']);
  assert.equal(await count(to.tenantId, 'payments'), 0n);
  assert.equal(await count(to.tenantId, 'waiting'), 1n);
  await tell(to, ['20 captured notification O1 100.00 #42001']);
  const [payment] = await stored(to.tenantId);
  assert.equal(payment?.trace.refundedMinor, '4000');
  assert.equal(await count(to.tenantId, 'waiting'), 0n);
  await tell(to, ['40 refund notification - 10.00 #42001 R2']);
  assert.equal((await stored(to.tenantId))[0]?.trace.refundedMinor, '5000');
});

test('two transactions that did not see each other: what waits is joined by the next look', async () => {
  const to = await shop();
  await tell(to, ['20 captured notification O1 100.00 #42001']);
  // As the other transaction left it: the refund waits although its payment is known.
  await on.book.tenant(to.tenantId, (tx) =>
    tx.run(`update refs set kind = 'hidden' where tenant_id = $1 and kind = 'channel_trade'`, [to.tenantId]),
  );
  await tell(to, ['30 refund notification - 40.00 #42001 R1']);
  await on.book.tenant(to.tenantId, (tx) =>
    tx.run(`update refs set kind = 'channel_trade' where tenant_id = $1 and kind = 'hidden'`, [to.tenantId]),
  );
  assert.equal(await count(to.tenantId, 'waiting'), 1n);
  assert.equal(await on.book.tenant(to.tenantId, (tx) => joinWaiting(tx, nothing)), 1);
  assert.equal((await stored(to.tenantId))[0]?.trace.refundedMinor, '4000');
  assert.equal(await count(to.tenantId, 'waiting'), 0n);
  assert.equal(await on.book.tenant(to.tenantId, (tx) => joinWaiting(tx, nothing)), 0);
});

test('an answer that says the same again only moves the time it was heard', async () => {
  const to = await shop();
  const line = '10 unpaid inquiry O1';
  await tell(to, [line]);
  await on.book.tenant(to.tenantId, (tx) => {
    const first = said(to.accountId, line);
    const later = first.heardAt.add({ seconds: 60 });
    return take(tx, [{ ...first, observed: { ...first.observed, occurredAt: later }, heardAt: later }], nothing);
  });
  const rows = await on.book.tenant(to.tenantId, (tx) =>
    tx.rows<{ times: number; last_seen_at: Temporal.Instant }>(
      'select times, last_seen_at from observations where tenant_id = $1',
      [to.tenantId],
    ),
  );
  assert.deepEqual(
    rows.map((r) => [r.times, r.last_seen_at.toString()]),
    [[2, '2026-11-20T02:01:10Z']],
  );
});

test('I12: another tenant sees none of it', async () => {
  const to = await shop();
  await tell(to, ['20 captured notification O1 100.00']);
  const other = await shop();
  assert.deepEqual(await stored(other.tenantId), []);
  assert.deepEqual(
    await on.book.tenant(other.tenantId, (tx) =>
      tx.rows('select id from payments where tenant_id = $1', [to.tenantId]),
    ),
    [],
  );
});

test('refolding what is stored changes nothing', async () => {
  const to = await shop();
  await tell(to, [
    '0 order_placed order O1 100.00',
    '20 captured notification O1 100.00 #42001',
    '21 recorded order O1',
  ]);
  const ids = await on.book.tenant(to.tenantId, (tx) =>
    tx.rows<{ id: string }>('select id from payments where tenant_id = $1', [to.tenantId]),
  );
  const changed: Changed[] = [];
  const n = await on.book.tenant(to.tenantId, (tx) =>
    refold(
      tx,
      ids.map((r) => r.id),
      async (_, all) => {
        changed.push(...all);
        return await nothing(_, all);
      },
    ),
  );
  assert.equal(n, 0);
  assert.deepEqual(changed, []);
});

const LINES = [
  '0 order_placed order O1 100.00',
  '5 unpaid inquiry O1',
  '9 processing inquiry O1',
  '20 captured notification O1 100.00 #42001',
  '20 captured inquiry O1 100.00 #42001',
  '21 recorded order O1',
  '30 refund notification - 40.00 #42001 R1',
  '40 closed inquiry O1',
  '0 order_placed order O2 5.00',
  '7 captured notification O2 0.01 #42002',
  '60 refund notification - 0.01 #42002 R2',
];

test('I5: any order of arrival, in any batches, gives the same traces', async () => {
  const strip = (rows: readonly Stored[]): string =>
    JSON.stringify(rows, (k, v) =>
      k === 'evidence' || k === 'observations' ? undefined : typeof v === 'bigint' ? `${v}` : v,
    );
  const first = await shop();
  await tell(first, LINES);
  const expected = strip(await stored(first.tenantId));
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(LINES, { minLength: LINES.length, maxLength: LINES.length }),
      fc.integer({ min: 1, max: 5 }),
      async (lines, size) => {
        const to = await shop();
        for (let at = 0; at < lines.length; at += size) await tell(to, lines.slice(at, at + size));
        assert.equal(strip(await stored(to.tenantId)), expected);
      },
    ),
    { numRuns: 40 },
  );
});
