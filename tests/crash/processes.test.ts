/**
 * Several processes on one database: two APIs, two workers, of which some are killed. Nothing is asked twice for one wake-up, nothing is
 * told twice but what was under way at a kill, and what a dead process held is taken over when its lease ends.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Between, isQuestion, startBetween } from '../support/between.ts';
import { freePort, startChild } from '../support/children.ts';
import { freshBook } from '../support/database.ts';
import { callWith, keyOf, type Living, living, until } from '../support/living.ts';
import { countsOf, masterKeyOf, type Notice, noticeOf, paidEvent, send, shopOn, together } from '../support/notices.ts';

const ORDERS = 60;
let on: Living;
let way: Between;
const masterKey = masterKeyOf();
before(async () => {
  way = await startBetween();
  on = await living({ speed: 1, masterKey, through: way.to, feed: 'none' });
  await on.served.workers.stop();
});
after(async () => {
  await on.close();
  await way.close();
  assert.deepEqual(on.errors, []);
});

const captured = (): Promise<number> =>
  on.test.book
    .tenant(on.test.tenantId, (tx) =>
      tx.one<{ n: number }>(
        `select count(*)::int as n from payments where tenant_id = $1 and position = 'captured' and recorded_at is not null`,
        [tx.tenantId],
      ),
    )
    .then(({ n }) => n);

test('two APIs and two workers, one of each killed: each question once, each event once but around the kill', {
  timeout: 90_000,
}, async () => {
  const port = await freePort();
  const api = await startChild(on.test.appUrl, port, masterKey);
  const workers = [
    await startChild(on.test.appUrl, 'work', masterKey),
    await startChild(on.test.appUrl, 'work', masterKey),
  ];
  const { token } = await keyOf(on.test);
  const calls = [on.call, callWith(`http://127.0.0.1:${port}`, { authorization: `Bearer ${token}` })];
  const refs = Array.from({ length: ORDERS }, (_, i) => `M${String(i).padStart(4, '0')}`);
  for (const ref of refs) {
    on.sim.place(ref, 700);
    on.sim.faultNotify('lost', 1, ref);
    await on.sim.pay(ref);
  }
  // The first worker to have asked ten times dies with answers on their way.
  let killed: Promise<void> | undefined;
  way.on((call, when) => {
    if (when !== 'after' || !isQuestion(call)) return undefined;
    if (killed !== undefined || way.calls.filter(isQuestion).length < 10) return undefined;
    killed = Promise.all([workers[0]!.kill(), api.kill()]).then(() => {});
    return undefined;
  });
  // The same order told to both: one order, one payment.
  await together(refs, 8, async (ref) => {
    for (const call of calls) {
      const body = {
        order_ref: ref,
        amount: { amount: '7.00', currency: 'CNY' },
        placed_at: on.clock.now().subtract({ seconds: 50 }).round('second').toString(),
        expires_at: on.clock.now().add({ minutes: 30 }).round('second').toString(),
      };
      const answer = await call('POST', '/v1/orders', body).catch(() => undefined);
      assert.ok(
        answer === undefined || [200, 201].includes(answer.status) || answer.status >= 500,
        JSON.stringify(answer?.body),
      );
    }
  });
  await until('the worker to be killed', () => killed !== undefined, 20_000);
  await killed;
  way.on(undefined);
  const leased = await on.test.book.shared((tx) =>
    tx.rows<{ id: string; kind: string }>('select id, kind from due where lease_until > now()'),
  );
  assert.ok(leased.length > 0, 'nothing was held at the kill: the fault did not fire');
  // The lease of what the dead one held ends (a minute; here at once, for what nobody has touched since).
  await until(
    'all to be found, told and recorded',
    async () => {
      if ((await captured()) === ORDERS) return true;
      await new Promise((done) => setTimeout(done, 500));
      await endLeasesOfTheDead(leased.map((d) => d.id));
      return false;
    },
    60_000,
  );
  const asked = Map.groupBy(way.calls.filter(isQuestion), (c) => /out-trade-no\/([^?]+)/.exec(c.path)![1]!);
  assert.equal(asked.size, ORDERS);
  const again = [...asked].filter(([, calls]) => calls.length > 1);
  assert.ok(
    again.every(([, calls]) => calls.length <= 2),
    'asked a third time',
  );
  // At most what one worker had claimed when it died: sixteen lanes in each of its three loops.
  assert.ok(again.length <= leased.length, `${again.length} were asked twice, ${leased.length} were held at the kill`);

  const told = on.merchant.heard
    .filter((h) => h.path === '/events')
    .map((h) => ({ id: String(h.headers['webhook-id']), event: JSON.parse(h.body.toString()) }));
  const unrecorded = told.filter((t) => t.event.type === 'payment.unrecorded');
  const byPayment = Map.groupBy(unrecorded, (t) => t.event.data.payment.payment_ref as string);
  assert.equal(byPayment.size, ORDERS, 'each is told');
  for (const [ref, all] of byPayment) assert.equal(new Set(all.map((t) => t.id)).size, 1, `${ref} is one event`);
  const sends = [...Map.groupBy(told, (t) => t.id).values()].map((all) => all.length);
  assert.ok(Math.max(...sends) <= 2, 'an event came a third time');
  const { n: payments } = await on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.one<{ n: number }>('select count(*)::int as n from payments where tenant_id = $1', [tx.tenantId]),
  );
  assert.equal(payments, ORDERS);
  await workers[1]!.kill();
});

/** As if a minute had passed for those that were held at the kill and still are. */
const endLeasesOfTheDead = (ids: readonly string[]): Promise<number> =>
  on.test.book.shared((tx) =>
    tx.run(
      `update due set lease_until = now() - interval '1 second'
        where id = any($1) and lease_until > now() and lease_until < now() + interval '55 seconds'`,
      [[...ids]],
    ),
  );

test('F02: killed between COMMIT and answer: it is there, the retry is answered, and has one effect', async () => {
  const book = await freshBook();
  const shop = await shopOn(book.book, book.tenantId, masterKey);
  const notice = (): Notice => noticeOf(paidEvent(1), shop.keys);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}${shop.path}`;
  const dying = await startChild(book.appUrl, port, masterKey, 'dies');
  assert.equal((await send(url, notice())).status, 0, 'it was answered: the fault did not fire');
  await until('it to be dead', () => dying.process.signalCode === 'SIGKILL');
  assert.equal((await countsOf(book.book, book.tenantId)).messages, 1);
  const next = await startChild(book.appUrl, port, masterKey);
  assert.equal((await send(url, notice())).status, 204);
  await until('it to be folded', async () => (await countsOf(book.book, book.tenantId)).unfolded === 0);
  assert.deepEqual(await countsOf(book.book, book.tenantId), {
    messages: 1,
    unfolded: 0,
    observations: 1,
    captured: 1,
    events: 1,
    told: 1,
  });
  await next.kill();
  await book.close();
});
