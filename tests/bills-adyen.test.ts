/** Adyen's payment accounting report as the only other net: taken in by the calendar, on a clock stepped by hand. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { type AdyenSim, accountFor, startAdyenSim } from '../sim/channels/adyen/server.ts';
import type { Capture } from '../sim/channels/adyen/truth.ts';
import { type SteppedClock, steppedClock } from '../sim/clock.ts';
import { billsDue, planBills } from '../src/actions/bills.ts';
import { paceOf } from '../src/actions/pace.ts';
import { engineOf } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { vaultOf } from '../src/base/vault.ts';
import { examine } from '../src/watch/doctor.ts';
import { freshBook, type TestBook, temporary } from './support/database.ts';

type Row = Readonly<{
  position: string;
  captured_minor: bigint;
  refunded_minor: bigint;
  cleared_on: Temporal.PlainDate | null;
  contradictions: readonly unknown[];
}>;
type Market = Readonly<{
  on: TestBook;
  clock: SteppedClock;
  sim: AdyenSim;
  sweep(): Promise<number>;
  payment(ref: string): Promise<Row | undefined>;
  daysLater(days: number): Promise<void>;
}>;

/** A merchant whose webhooks reach nobody. */
async function deaf(
  capture: Capture,
  settings: Readonly<Record<string, string>>,
  tell: (m: Market) => Promise<void>,
): Promise<void> {
  const on = await freshBook();
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T10:00:00Z'));
  const sim = await startAdyenSim({ clock, capture });
  const engine = engineOf({
    book: on.book,
    vault: vaultOf([randomBytes(32)]),
    archive: openArchive(temporary()),
    allowPrivate: ['127.0.0.1/32'],
    version: 'test',
    pace: paceOf(clock.now, 1, () => 0.5),
  });
  // What is due is due now: the database's clock is not the stepped one.
  const sweep = async (): Promise<number> => {
    await on.book.shared((tx) => tx.run(`update due set due_at = now() - interval '1 second', lease_until = null`));
    return await billsDue(engine.working);
  };
  try {
    await on.book.tenant(on.tenantId, async (tx) => {
      const made = accountFor(sim);
      const id = await engine.accounts.create(tx, {
        ...made,
        settings: { ...made.settings, ...settings },
        name: 'shop',
        livemode: false,
        feed: 'none',
      });
      await planBills(tx, await engine.accounts.get(tx, id));
    });
    await tell({
      on,
      clock,
      sim,
      sweep,
      payment: (ref) =>
        on.book.tenant(on.tenantId, (tx) =>
          tx.maybe<Row>(
            `select position, captured_minor, refunded_minor, cleared_on, contradictions from payments
              where tenant_id = $1 and ref = $2`,
            [tx.tenantId, ref],
          ),
        ),
      async daysLater(days) {
        for (let i = 0; i < days; i += 1) {
          await clock.advance(86_400_000);
          await sweep();
        }
      },
    });
  } finally {
    engine.outbound.close();
    await sim.close();
    await on.close();
  }
}

test('captured by itself: payments, refunds and failures of which nobody told', async () => {
  await deaf('automatic', {}, async ({ sim, payment, daysLater, sweep, on }) => {
    // Days without movements have a report without rows.
    assert.equal(await sweep(), 3);
    for (const ref of ['PAID', 'BACK', 'FAILED', 'AGAIN', 'TRIED']) sim.place(ref, 1_280);
    await sim.refuse('TRIED');
    for (const ref of ['PAID', 'BACK', 'FAILED', 'AGAIN', 'TRIED']) await sim.pay(ref);
    await sim.refuse('TRIED');
    await sim.giveBack('BACK', 280);
    await daysLater(1);
    const paid = await payment('PAID');
    assert.deepEqual(
      [paid?.position, paid?.captured_minor, paid?.cleared_on?.toString(), paid?.contradictions],
      ['captured', 1_280n, '2026-11-20', []],
    );
    assert.deepEqual((await payment('TRIED'))?.contradictions, []);
    // Sent for a refund is not yet given back.
    assert.equal((await payment('BACK'))?.refunded_minor, 0n);
    await sim.failCapture('FAILED');
    await sim.failCapture('AGAIN');
    await daysLater(1);
    assert.equal((await payment('FAILED'))?.contradictions.length, 1);
    assert.equal((await payment('AGAIN'))?.contradictions.length, 1);
    await sim.recapture('AGAIN');
    await daysLater(1);
    assert.equal((await payment('FAILED'))?.contradictions.length, 1);
    assert.deepEqual((await payment('AGAIN'))?.contradictions, []);
    assert.equal((await payment('BACK'))?.refunded_minor, 280n);
    const days = await on.book.tenant(on.tenantId, (tx) =>
      tx.rows<{ state: string }>('select distinct state from bill_days where tenant_id = $1', [tx.tenantId]),
    );
    assert.deepEqual(days, [{ state: 'fetched' }]);
  });
});

test('captured by hand: what was only authorised is no payment, and what was cancelled is closed', async () => {
  await deaf('manual', {}, async ({ on, clock, sim, payment, daysLater }) => {
    for (const ref of ['HELD', 'GONE']) sim.place(ref, 500);
    await sim.pay('HELD');
    await sim.pay('GONE');
    await sim.expire('GONE');
    await daysLater(1);
    assert.deepEqual([(await payment('HELD'))?.position, (await payment('GONE'))?.position], ['debited', 'closed']);
    // It waits for the next report, which is no standstill.
    const findings = await examine(on.book, on.tenantId, false, clock.now);
    assert.deepEqual(
      findings.filter((f) => f.name === 'payments.stuck').map((f) => f.ok),
      [true],
    );
    const { psp, amount } = sim.payments.get('HELD')!;
    await fetch(`${sim.apiUrl}/payments/${psp}/captures`, {
      method: 'POST',
      headers: { 'x-api-key': sim.apiKey },
      body: JSON.stringify({ merchantAccount: sim.merchantAccount, amount, reference: 'HELD-C' }),
    });
    await daysLater(2);
    const held = await payment('HELD');
    assert.deepEqual([held?.position, held?.contradictions], ['captured', []]);
  });
});

test('a report that does not come is asked for again, and after six hours somebody is told', async () => {
  await deaf('automatic', {}, async ({ sim, payment, sweep, clock, on }) => {
    await sweep();
    sim.place('LATE', 700);
    await sim.pay('LATE');
    const alerts = () =>
      on.book.tenant(on.tenantId, (tx) =>
        tx.rows<{ kind: string; settled: boolean }>(
          `select kind, closed_at is not null as settled from alerts where tenant_id = $1`,
          [tx.tenantId],
        ),
      );
    await clock.advance(24 * 3_600_000);
    sim.faultBill('bill_late');
    await sweep();
    assert.equal(sim.fired.get('bill_late'), 1);
    assert.equal(await payment('LATE'), undefined);
    assert.deepEqual(await alerts(), []);
    await clock.advance(6 * 3_600_000);
    sim.faultBill('bill_missing');
    await sweep();
    assert.equal(sim.fired.get('bill_missing'), 1);
    assert.deepEqual(await alerts(), [{ kind: 'bill_missing', settled: false }]);
    await sweep();
    assert.equal((await payment('LATE'))?.position, 'captured');
    assert.deepEqual(await alerts(), [{ kind: 'bill_missing', settled: true }]);
  });
});

test('an account whose days are days elsewhere asks for them there', async () => {
  await deaf('automatic', { report_zone: 'America/Los_Angeles' }, async ({ on, sweep }) => {
    // 10:00 UTC on the 20th is two in the morning there: the report of the 18th is the last.
    await sweep();
    const last = await on.book.tenant(on.tenantId, (tx) =>
      tx.one<{ newest: Temporal.PlainDate }>('select max(covers_on) as newest from bill_days where tenant_id = $1', [
        tx.tenantId,
      ]),
    );
    assert.equal(last.newest.toString(), '2026-11-18');
  });
});
