/**
 * F26, small: the channel was away for a while, and then all that it had to tell comes at once, for two tenants. Nothing is lost, both get
 * on, memory stays flat. NOTICES=20000 for the long run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merchantKeys } from '../../sim/channels/wechatpay/wire.ts';
import { following } from '../../src/actions/follow.ts';
import { realPace } from '../../src/actions/pace.ts';
import { clock } from '../../src/base/clock.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { Accounts } from '../../src/channels/accounts.ts';
import { Policies } from '../../src/channels/policies.ts';
import { take } from '../../src/traces/advance.ts';
import { freePort, startChild } from '../support/children.ts';
import { addTenant, freshBook } from '../support/database.ts';
import { until } from '../support/living.ts';
import { agentOf, countsOf, masterKeyOf, noticeOf, paidEvent, send, shopOn, together } from '../support/notices.ts';

const NOTICES = Number(process.env.NOTICES ?? 3_000);
const WAITING = 40;

test(`F26: silent for a while, then ${NOTICES} notifications over two tenants: no loss, both get on, memory flat`, {
  timeout: 60_000 + NOTICES * 10,
}, async () => {
  const on = await freshBook();
  const masterKey = masterKeyOf();
  const merchantPem = merchantKeys(clock.now(), '1900000001').privatePem;
  const tenants = [on.tenantId, await addTenant(on.book)];
  // Nobody answers at their address.
  const baseUrl = `http://127.0.0.1:${await freePort()}`;
  const shops = await Promise.all(tenants.map((id) => shopOn(on.book, id, masterKey, { baseUrl, merchantPem })));
  const follow = following(
    new Accounts(vaultOf([masterKey])),
    new Policies(),
    realPace(() => 0.5),
  );
  const placedAt = clock.now().subtract({ seconds: 50 }).round('millisecond');
  for (const shop of shops)
    await on.book.tenant(shop.tenantId, (tx) =>
      take(
        tx,
        Array.from({ length: WAITING }, (_, i) => ({
          accountId: shop.accountId,
          livemode: false,
          observed: {
            source: 'order',
            key: `placed:${i}`,
            kind: 'order_placed',
            occurredAt: placedAt,
            paymentRef: `K${String(i).padStart(8, '0')}`,
            refs: [],
            amount: { minor: BigInt(100 + i), currency: 'CNY' },
            expiresAt: placedAt.add({ minutes: 30 }),
            said: 'placed',
          },
          messageId: undefined,
          heardAt: placedAt,
        })),
        follow,
      ),
    );
  const port = await freePort();
  const server = await startChild(on.appUrl, port, masterKey);
  for (const shop of shops)
    await until('the silence to be felt', async () => (await healthOf(shop.tenantId)) >= 5, 30_000);

  const url = `http://127.0.0.1:${port}`;
  const agent = agentOf(32);
  const memory: number[] = [];
  const behind: number[] = [];
  let sent = 0;
  let refused = 0;
  const look = async (): Promise<void> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    memory.push(Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1e6);
    const [a, b] = await Promise.all(tenants.map((id) => countsOf(on.book, id)));
    behind.push(Math.abs(a!.captured - b!.captured));
  };
  await together(
    Array.from({ length: NOTICES }, (_, i) => i),
    32,
    async (i) => {
      const shop = shops[i % 2]!;
      for (;;) {
        const { status } = await send(`${url}${shop.path}`, noticeOf(paidEvent(i >> 1), shop.keys), agent);
        if (status === 204) break;
        assert.ok([0, 503].includes(status), `answered ${status}`);
        refused += 1;
        await new Promise((done) => setTimeout(done, 100));
      }
      sent += 1;
      if (sent % Math.ceil(NOTICES / 10) === 0) await look();
    },
  );
  agent.destroy();
  for (const id of tenants)
    await until('all to be folded', async () => (await countsOf(on.book, id)).unfolded === 0, 60_000);
  await look();
  const each = Math.ceil(NOTICES / 2);
  for (const id of tenants) {
    const counts = await countsOf(on.book, id);
    assert.deepEqual([counts.messages, counts.captured, counts.told], [each, each, each]);
  }
  assert.ok(memory.length > 5 && memory.every((mb) => mb > 0));
  const [first, most] = [Math.max(...memory.slice(0, 3)), Math.max(...memory)];
  assert.ok(most < first + 150, `memory: ${memory.map(Math.round).join(' ')} MB`);
  // Neither waits for the other: they are never further apart than a few batches.
  assert.ok(Math.max(...behind) <= Math.max(each / 2, 1_024), `apart by ${behind.join(' ')}`);
  assert.ok(refused < NOTICES, `${refused} refused`);
  assert.equal(server.process.exitCode, null);
  await server.kill();
  await on.close();

  async function healthOf(tenantId: string): Promise<number> {
    const { failures } = await on.book.tenant(tenantId, (tx) =>
      tx.one<{ failures: number }>('select failures from account_health where tenant_id = $1', [tenantId]),
    );
    return failures;
  }
});
