/** Alipay's bill as the second net: a zip of GBK taken in by the calendar, on a clock stepped by hand. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { accountFor, startAlipaySim } from '../sim/channels/alipay/server.ts';
import { steppedClock } from '../sim/clock.ts';
import { billsDue, planBills } from '../src/actions/bills.ts';
import { paceOf } from '../src/actions/pace.ts';
import { engineOf } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { vaultOf } from '../src/base/vault.ts';
import { take } from '../src/traces/advance.ts';
import { freshBook, temporary } from './support/database.ts';

test('what nobody told of stands in the bill: a payment without an order, a refund made elsewhere', async () => {
  const on = await freshBook();
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const sim = await startAlipaySim({ clock });
  const engine = engineOf({
    book: on.book,
    vault: vaultOf([randomBytes(32)]),
    archive: openArchive(temporary()),
    allowPrivate: ['127.0.0.1/32'],
    version: 'test',
    pace: paceOf(clock.now, 1, () => 0.5),
  });
  try {
    await on.book.tenant(on.tenantId, async (tx) => {
      const id = await engine.accounts.create(tx, {
        ...accountFor(sim),
        name: 'shop',
        livemode: false,
        feed: 'none',
      });
      await planBills(tx, await engine.accounts.get(tx, id));
    });
    // What is due is due now: the database's clock is not the stepped one.
    const sweep = async (): Promise<number> => {
      await on.book.shared((tx) => tx.run(`update due set due_at = now() - interval '1 second', lease_until = null`));
      return await billsDue(engine.working);
    };
    const payment = (ref: string) =>
      on.book.tenant(on.tenantId, (tx) =>
        tx.maybe<{ position: string; refunded_minor: bigint; cleared_on: Temporal.PlainDate | null }>(
          'select position, refunded_minor, cleared_on from payments where tenant_id = $1 and ref = $2',
          [tx.tenantId, ref],
        ),
      );
    await sweep();
    sim.place('NOBODY', 700);
    await sim.pay('NOBODY');
    sim.giveBack('NOBODY', 'BY-HAND', 200);
    await clock.advance(26 * 3_600_000);
    await sweep();
    const found = await payment('NOBODY');
    assert.deepEqual(
      [found?.position, found?.refunded_minor, found?.cleared_on?.toString()],
      ['captured', 200n, '2026-11-20'],
    );

    // “There is no bill” is also what Alipay says of one that is late: not believed of a day that has payments.
    sim.place('LATE', 900);
    await sim.pay('LATE');
    const open = await on.book.tenant(on.tenantId, async (tx) => (await engine.accounts.list(tx, false))[0]!);
    const answer = await open.channel.inquire(
      { paymentRef: 'LATE', channelTrade: undefined, product: undefined },
      open.account,
      open.keys,
      engine.working.io,
    );
    assert.ok(answer.outcome === 'answered');
    await on.book.tenant(on.tenantId, (tx) =>
      take(
        tx,
        answer.observed.map((observed) => ({
          accountId: open.account.id,
          livemode: false,
          observed: { ...observed, paymentRef: 'LATE' },
          messageId: undefined,
          heardAt: clock.now(),
        })),
        engine.working.follow,
      ),
    );
    const stateOf = async (day: string): Promise<string | undefined> =>
      (
        await on.book.tenant(on.tenantId, (tx) =>
          tx.maybe<{ state: string }>('select state from bill_days where tenant_id = $1 and covers_on = $2', [
            tx.tenantId,
            day,
          ]),
        )
      )?.state;
    await clock.advance(26 * 3_600_000);
    sim.faultBill('bill_late');
    await sweep();
    assert.equal(await stateOf('2026-11-21'), 'expected');
    assert.equal((await payment('LATE'))?.cleared_on, null);
    await sweep();
    assert.deepEqual(
      [await stateOf('2026-11-21'), (await payment('LATE'))?.cleared_on?.toString()],
      ['fetched', '2026-11-21'],
    );
  } finally {
    engine.outbound.close();
    await sim.close();
    await on.close();
  }
});
