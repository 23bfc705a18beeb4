/** Webhook endpoints: signatures that a receiver's own library verifies, a change of secret, replay, and when it is given up. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { appendEvents } from '../../src/actions/events.ts';
import { type Heard, type Living, living, startMerchant, until } from '../support/living.ts';

let on: Living;
before(async () => {
  on = await living({ webhook: false, speed: 600 });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Endpoint = Readonly<{ id: string; secret: string; state: string; disabled_why?: string }>;
type Delivery = Readonly<{ id: string; event_seq: string; state: string; attempts: number; last_status?: number }>;

const append = (type: string): Promise<void> =>
  on.test.book.tenant(on.test.tenantId, (tx) => appendEvents(tx, [{ type, livemode: false, body: { n: 1 } }]));
async function endpoint(url: string, types: readonly string[]): Promise<Endpoint> {
  const made = await on.call<Endpoint>('POST', '/v1/webhook-endpoints', { url, types });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}
const listed = async (id: string): Promise<Endpoint | undefined> =>
  (await on.call<{ items: readonly Endpoint[] }>('GET', '/v1/webhook-endpoints')).body.items.find((e) => e.id === id);
const deliveries = async (id: string): Promise<readonly Delivery[]> =>
  (await on.call<{ items: readonly Delivery[] }>('GET', `/v1/webhook-endpoints/${id}/deliveries`)).body.items;
const alerts = async (kind: string, subject: string): Promise<number> =>
  (
    await on.call<{ items: ReadonlyArray<{ kind: string; subject_id: string }> }>('GET', '/v1/alerts')
  ).body.items.filter((a) => a.kind === kind && a.subject_id === subject).length;
const verifies = (secret: string, { body, headers }: Heard): boolean => {
  try {
    new Webhook(secret).verify(body.toString('utf8'), headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

// Each has its own types of events, so that they can wait at the same time.
describe('webhook endpoints', { concurrency: true }, () => {
  test('while a secret is changed both verify; after a day the old one does not', async () => {
    const shop = await startMerchant();
    try {
      const { id, secret } = await endpoint(`${shop.url}/hook`, ['secret.*']);
      await append('secret.one');
      const one = await until('the first', () => shop.heard[0]);
      assert.ok(verifies(secret, one));
      assert.equal(JSON.parse(one.body.toString()).type, 'secret.one');
      assert.ok(!verifies(secret, { ...one, body: Buffer.from(one.body.toString().replace('1', '2')) }));

      const rotated = await on.call<Endpoint>('POST', `/v1/webhook-endpoints/${id}/rotate`);
      assert.notEqual(rotated.body.secret, secret);
      assert.equal((await listed(id))?.secret, undefined, 'it is shown once');
      await append('secret.two');
      const two = await until('the second', () => shop.heard[1]);
      assert.ok(verifies(secret, two) && verifies(rotated.body.secret, two));

      await on.test.book.tenant(on.test.tenantId, (tx) =>
        tx.run(`update webhook_endpoints set previous_until = now() where tenant_id = $1 and id = $2`, [
          tx.tenantId,
          id,
        ]),
      );
      await append('secret.three');
      const three = await until('the third', () => shop.heard[2]);
      assert.ok(!verifies(secret, three) && verifies(rotated.body.secret, three));
    } finally {
      await shop.close();
    }
  });

  test('replay sends what the endpoint wants again, under the same ids', async () => {
    const shop = await startMerchant();
    try {
      const { id } = await endpoint(`${shop.url}/hook`, ['replay.wanted']);
      await append('replay.other');
      await append('replay.wanted');
      const first = await until('the event', () => shop.heard[0]);
      const [sent] = await until('it to be noted', async () => {
        const all = await deliveries(id);
        return all.every((d) => d.state === 'delivered') && all;
      });
      const before = String(BigInt(sent!.event_seq) - 2n);
      const replayed = await on.call<{ queued: number }>('POST', `/v1/webhook-endpoints/${id}/replay`, {
        after: before,
      });
      assert.deepEqual(replayed.body, { queued: 1 });
      const again = await until('the event again', () => shop.heard[1]);
      assert.equal(again.headers['webhook-id'], first.headers['webhook-id']);
      assert.deepEqual(again.body, first.body);
    } finally {
      await shop.close();
    }
  });

  test('410 disables the endpoint; replay enables it and nothing is lost', async () => {
    const shop = await startMerchant();
    try {
      const { id } = await endpoint(`${shop.url}/hook`, ['gone.*']);
      shop.answer(410);
      await append('gone.gone');
      const disabled = await until('the endpoint to be disabled', async () => {
        const it = await listed(id);
        return it?.state === 'disabled' && it;
      });
      assert.match(disabled.disabled_why ?? '', /410/);
      const [refused] = await deliveries(id);
      assert.deepEqual([refused!.state, refused!.attempts, refused!.last_status], ['gave_up', 1, 410]);
      await append('gone.meanwhile');
      shop.answer(200);
      const before = String(BigInt(refused!.event_seq) - 1n);
      const replayed = await on.call<{ queued: number }>('POST', `/v1/webhook-endpoints/${id}/replay`, {
        after: before,
      });
      assert.equal(replayed.body.queued, 2);
      await until('both', () => shop.heard.length === 3);
      assert.equal((await listed(id))?.state, 'enabled');
    } finally {
      await shop.close();
    }
  });

  test('after the last try it is given up, and somebody is told', async () => {
    const shop = await startMerchant();
    try {
      const { id } = await endpoint(`${shop.url}/hook`, ['failing.*']);
      shop.answer(500);
      await append('failing.failing');
      const tried = await until('two tries', async () => {
        const [d] = await deliveries(id);
        return d !== undefined && d.attempts === 2 && d;
      });
      assert.equal(tried.state, 'waiting');
      assert.equal(await alerts('webhook_gave_up', id), 0);
      // The ninth of ten tries is behind it, and the time has come.
      await on.test.book.tenant(on.test.tenantId, (tx) =>
        tx.run('update deliveries set attempts = 9 where tenant_id = $1 and id = $2', [tx.tenantId, tried.id]),
      );
      await on.test.book.shared((tx) =>
        tx.run(`update due set due_at = now() where kind = 'deliver' and id = $1`, [tried.id]),
      );
      await until('it to be given up', async () => (await deliveries(id))[0]?.state === 'gave_up');
      assert.equal((await deliveries(id))[0]?.attempts, 10);
      assert.equal(await alerts('webhook_gave_up', id), 1);
      assert.equal((await listed(id))?.state, 'enabled', 'one event that failed is no reason to send no more');
    } finally {
      await shop.close();
    }
  });

  test('a removed endpoint is not there for anybody, and cannot be had back by a replay', async () => {
    const shop = await startMerchant();
    try {
      const { id } = await endpoint(`${shop.url}/hook`, ['removed.*']);
      assert.equal((await on.call('DELETE', `/v1/webhook-endpoints/${id}`)).status, 204);
      assert.equal(await listed(id), undefined);
      for (const [method, path, body] of [
        ['DELETE', '', undefined],
        ['POST', '/rotate', undefined],
        ['POST', '/replay', { after: '0' }],
        ['GET', '/deliveries', undefined],
      ] as const)
        assert.equal(
          (await on.call(method, `/v1/webhook-endpoints/${id}${path}`, body)).status,
          404,
          `${method} ${path}`,
        );
      await append('removed.nobody');
      assert.equal(shop.heard.length, 0);
    } finally {
      await shop.close();
    }
  });
});
