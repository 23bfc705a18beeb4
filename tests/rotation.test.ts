/** F19, seen from the inquiry: an account without notifications has nobody else who tells it that the channel's keys have changed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Living, living, verdictOf } from './support/living.ts';

let on: Living;
before(async () => {
  on = await living({ feed: 'none' });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

test('F19: the channel changes its keys: of many inquiries one fetches them, and all ask again', async () => {
  const refs = Array.from({ length: 12 }, (_, i) => `ROTATED-${i}`);
  for (const ref of refs) {
    on.sim.place(ref, 2_500);
    on.sim.faultNotify('lost', 1, ref);
  }
  on.sim.rotateKeys('certificate');
  for (const ref of refs) await on.sim.pay(ref);
  const placedAt = on.clock.now();
  const placed = await Promise.all(
    refs.map((ref) =>
      on.call('POST', '/v1/orders', {
        order_ref: ref,
        amount: { amount: '25.00', currency: 'CNY' },
        placed_at: placedAt.toString(),
        expires_at: placedAt.add({ minutes: 30 }).toString(),
      }),
    ),
  );
  assert.ok(placed.every((answer) => answer.status === 201));
  // The merchant is told, and records it.
  for (const ref of refs) assert.equal((await verdictOf(on, ref, 'on_its_way')).captured?.amount, '25.00');
  assert.equal(on.sim.fired.get('GET /v3/certificates'), 1);
  const health = await on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.one<{ last_failure: string | null }>('select last_failure from account_health where tenant_id = $1', [
      on.test.tenantId,
    ]),
  );
  assert.equal(health.last_failure, null);
});
