/** The bill calendar on a clock stepped by hand: the second net under notifications and questions. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { accountFor, startWeChatPaySim, type WeChatPaySim } from '../sim/channels/wechatpay/server.ts';
import { type SteppedClock, steppedClock } from '../sim/clock.ts';
import { billsDue, planBills } from '../src/actions/bills.ts';
import { inquireDue } from '../src/actions/inquire.ts';
import { paceOf } from '../src/actions/pace.ts';
import type { Working } from '../src/actions/work.ts';
import { engineOf } from '../src/api/wire.ts';
import { type Archive, openArchive } from '../src/base/archive.ts';
import { money } from '../src/base/money.ts';
import { vaultOf } from '../src/base/vault.ts';
import { placeOrder } from '../src/sources/orders.ts';
import { freshBook, type TestBook, temporary } from './support/database.ts';

let on: TestBook;
let clock: SteppedClock;
let sim: WeChatPaySim;
let working: Working;
let archive: Archive;
let accountId: string;
let close: () => void;

before(async () => {
  on = await freshBook();
  clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  sim = await startWeChatPaySim({ clock });
  archive = openArchive(temporary());
  const engine = engineOf({
    book: on.book,
    vault: vaultOf([randomBytes(32)]),
    archive,
    allowPrivate: ['127.0.0.1/32'],
    version: 'test',
    pace: paceOf(clock.now, 1, () => 0.5),
  });
  working = engine.working;
  close = () => engine.outbound.close();
  accountId = await on.book.tenant(on.tenantId, async (tx) => {
    const account = accountFor(sim);
    const id = await engine.accounts.create(tx, { ...account, name: 'shop', livemode: false, feed: 'none' });
    await planBills(tx, await engine.accounts.get(tx, id));
    return id;
  });
});
after(async () => {
  close();
  await sim.close();
  await on.close();
});

/** What is due is due now: the database's clock is not the stepped one. */
const sweep = async (work: (w: Working) => Promise<number>): Promise<number> => {
  await on.book.shared((tx) => tx.run(`update due set due_at = now() - interval '1 second', lease_until = null`));
  return await work(working);
};
const order = (ref: string, minor: bigint): Promise<unknown> =>
  on.book.tenant(on.tenantId, (tx) =>
    placeOrder(
      tx,
      false,
      {
        ref,
        paymentRef: undefined,
        accountId,
        amount: money(minor, 'CNY'),
        product: undefined,
        store: undefined,
        terminal: undefined,
        description: undefined,
        placedAt: clock.now(),
        expiresAt: clock.now().add({ minutes: 30 }),
      },
      working.follow,
    ),
  );
type Row = Readonly<{
  position: string;
  verdict: string;
  terminal: boolean;
  cleared_on: Temporal.PlainDate | null;
  refunded_minor: bigint;
}>;
const payment = (ref: string): Promise<Row> =>
  on.book.tenant(on.tenantId, (tx) =>
    tx.one<Row>(
      'select position, verdict, terminal, cleared_on, refunded_minor from payments where tenant_id = $1 and ref = $2',
      [tx.tenantId, ref],
    ),
  );
const days = (): Promise<ReadonlyArray<{ covers_on: string; state: string }>> =>
  on.book.tenant(on.tenantId, async (tx) => {
    const rows = await tx.rows<{ covers_on: Temporal.PlainDate; state: string }>(
      'select covers_on, state from bill_days where tenant_id = $1 order by covers_on',
      [tx.tenantId],
    );
    return rows.map((r) => ({ covers_on: r.covers_on.toString(), state: r.state }));
  });
const HOUR = 3_600_000;

test('what nobody told of stands in the bill: a payment without an order, one without a word, a refund made elsewhere', async () => {
  sim.place('NOBODY', 700);
  await sim.pay('NOBODY');
  await order('SILENT', 1_280n);
  sim.place('SILENT', 1_280);
  await sim.pay('SILENT');
  await order('KNOWN', 500n);
  sim.place('KNOWN', 500);
  await sim.pay('KNOWN');
  await order('NEVER', 900n);
  await sweep(inquireDue);
  assert.equal((await payment('KNOWN')).position, 'captured');
  // A refund in the merchant platform, without a word to us.
  sim.trades.get('KNOWN')!.refunds.push({
    outRefundNo: 'R-ELSEWHERE',
    refundId: '50300000000000000000000001',
    amount: 200,
    createdAt: clock.now(),
    status: 'SUCCESS',
    successAt: clock.now(),
  });

  await sweep(billsDue);
  assert.deepEqual(
    (await days()).map((d) => d.state),
    ['empty', 'empty', 'empty'],
  );
  await clock.advance(30 * HOUR);
  assert.equal(await sweep(billsDue), 1);
  const nobody = await payment('NOBODY');
  assert.deepEqual(
    [nobody.position, nobody.verdict, nobody.cleared_on?.toString()],
    ['captured', 'unrecorded', '2026-11-20'],
  );
  const known = await payment('KNOWN');
  assert.deepEqual([known.refunded_minor, known.cleared_on?.toString()], [200n, '2026-11-20']);
  const observations = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows<{ ref: string; kind: string }>(
      `select p.ref, o.kind from observations o join payments p on p.tenant_id = $1 and p.id = o.payment_id
        where o.tenant_id = $1 and o.source = 'bill' order by p.ref, o.kind`,
      [on.tenantId],
    ),
  );
  // What the book knew already is marked, not said again.
  assert.deepEqual(
    observations.map((o) => `${o.ref} ${o.kind}`),
    ['KNOWN refund', 'NOBODY captured'],
  );
});

test('taken in again it changes nothing', async () => {
  const before = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows('select * from observations where tenant_id = $1 order by id', [tx.tenantId]),
  );
  await on.book.tenant(on.tenantId, (tx) =>
    tx.run(`update bill_days set state = 'expected' where tenant_id = $1 and covers_on = '2026-11-20'`, [tx.tenantId]),
  );
  assert.equal(await sweep(billsDue), 1);
  const again = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows('select * from observations where tenant_id = $1 order by id', [tx.tenantId]),
  );
  assert.deepEqual(again, before);
  const documents = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows('select from documents where tenant_id = $1', [tx.tenantId]),
  );
  assert.equal(documents.length, 1);
});

test('what the channel never knew and its bills do not have is ended, with their proof', async () => {
  assert.equal((await payment('NEVER')).terminal, false);
  sim.place('NEXTDAY', 100);
  await sim.pay('NEXTDAY');
  await clock.advance(24 * HOUR);
  await sweep(billsDue);
  const never = await payment('NEVER');
  assert.deepEqual([never.verdict, never.terminal], ['unpaid', true]);
  const waits = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows(
      `select from due d join payments p on p.tenant_id = $1 and p.id = d.id
        where d.tenant_id = $1 and d.kind = 'inquire' and p.ref = 'NEVER'`,
      [tx.tenantId],
    ),
  );
  assert.deepEqual(waits, [], 'nobody asks about it any more');
});

test('a bill that does not come raises an alert, which ends when it comes', async () => {
  sim.place('LATE', 100);
  await sim.pay('LATE');
  await clock.advance(24 * HOUR);
  sim.faultAnswer('broken', 1);
  await sweep(billsDue);
  assert.ok((sim.fired.get('broken') ?? 0) >= 1, 'the fault did not fire');
  const open = (): Promise<bigint> =>
    on.book.tenant(on.tenantId, async (tx) => {
      const row = await tx.one<{ n: bigint }>(
        `select count(*) as n from alerts where tenant_id = $1 and kind = 'bill_missing' and closed_at is null`,
        [tx.tenantId],
      );
      return row.n;
    });
  assert.equal(await open(), 0n, 'two hours late is not yet an alarm');
  await clock.advance(5 * HOUR);
  sim.faultAnswer('broken', 1);
  await sweep(billsDue);
  assert.equal(await open(), 1n);
  await sweep(billsDue);
  assert.equal(await open(), 0n);
  assert.ok((await days()).every((d) => d.state !== 'expected'));
});

test('F10: a document whose bytes changed on disk is never shown as evidence', async () => {
  const row = await on.book.tenant(on.tenantId, (tx) =>
    tx.one<{ sha256: Buffer }>('select sha256 from documents where tenant_id = $1 order by covers_on limit 1', [
      tx.tenantId,
    ]),
  );
  const hash = row.sha256.toString('hex');
  const bytes = archive.get(on.tenantId, hash);
  bytes[100]! ^= 1;
  chmodSync(archive.path(on.tenantId, hash), 0o600);
  writeFileSync(archive.path(on.tenantId, hash), bytes);
  assert.throws(() => archive.get(on.tenantId, hash), { code: 'archive.damaged' });
});
