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

test('F19: the channel changes its keys: the next inquiry fetches them and asks again', async () => {
  on.sim.place('ROTATED', 2_500);
  const placed = await on.call('POST', '/v1/orders', {
    order_ref: 'ROTATED',
    amount: { amount: '25.00', currency: 'CNY' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock.now().add({ minutes: 30 }).toString(),
  });
  assert.equal(placed.status, 201, JSON.stringify(placed.body));
  on.sim.rotateKeys('certificate');
  on.sim.faultNotify('lost', 1, 'ROTATED');
  await on.sim.pay('ROTATED');
  const payment = await verdictOf(on, 'ROTATED', 'unrecorded');
  assert.equal(payment.captured?.amount, '25.00');
  assert.equal(on.sim.fired.get('GET /v3/certificates'), 1);
});
