/**
 * F24: every way in which a channel's answer can be none, on the whole path. Eight accounts of one merchant fall silent each in its own way,
 * a ninth hangs, a tenth is well: it must not notice. F22: a sweep over many while half of them change. F19: new keys while messages come.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type AnswerFault,
  accountFor,
  startWeChatPaySim,
  type WeChatPaySim,
} from '../../sim/channels/wechatpay/server.ts';
import { DaozhangError } from '../../src/base/errors.ts';
import { take } from '../../src/traces/advance.ts';
import { type Between, isQuestion, startBetween } from '../support/between.ts';
import { type Living, living, paymentOf, until, verdictOf } from '../support/living.ts';
import { agentOf, noticeOf, paidEvent, send, together } from '../support/notices.ts';

/** PENDING=10000 for the long run. */
const PENDING = Number(process.env.PENDING ?? 400);

let on: Living;
before(async () => {
  // Business time as the database's: rests and ladders meet as they do alive.
  on = await living({ speed: 1, webhook: false });
});
after(async () => {
  await on.close();
  // Ten connections for all that is asked at once: where the machine is busy one is waited for in vain, and the worker comes again.
  const isCrowd = (error: unknown): boolean =>
    error instanceof DaozhangError && /timeout exceeded when trying to connect/.test(String(error.params.reason));
  assert.deepEqual(
    on.errors.filter((error) => !isCrowd(error)),
    [],
  );
});

type Shop = Readonly<{ sim: WeChatPaySim; accountId: string; way: Between; name: string }>;

/** One more account of the merchant, at a WeChat Pay of its own. */
async function shop(name: string): Promise<Shop> {
  const sim = await startWeChatPaySim({ clock: on.clock });
  const way = await startBetween();
  const account = accountFor(sim);
  const made = await on.call<{ id: string }>('POST', '/v1/channels', {
    provider: account.provider,
    name,
    merchant_no: account.merchantNo,
    base_url: way.to(account.baseUrl),
    settings: account.settings,
    feed: 'none',
    closing: 'never',
    credentials: account.credentials.map(({ kind, id, value }) => ({ kind, id, value })),
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return { sim, way, accountId: made.body.id, name };
}

/** A paid order of which nobody has told us: placed so long ago that it is asked about at once. */
async function paidUntold({ sim, accountId, name }: Shop, n: number): Promise<string> {
  const ref = `${name.toUpperCase().replaceAll('_', '-')}-${n}`;
  sim.place(ref, 1_000 + n);
  sim.faultNotify('lost', 1, ref);
  await sim.pay(ref);
  const placed = await on.call('POST', '/v1/orders', {
    account_id: accountId,
    order_ref: ref,
    amount: { amount: `10.${String(n).padStart(2, '0')}`, currency: 'CNY' },
    placed_at: on.clock.now().subtract({ seconds: 50 }).toString(),
    expires_at: on.clock.now().add({ minutes: 30 }).toString(),
  });
  assert.equal(placed.status, 201, JSON.stringify(placed.body));
  return ref;
}

type Health = Readonly<{ failures: number; resting: boolean; last_failure: string | null }>;
const healthOf = (accountId: string): Promise<Health> =>
  on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.one(
      `select failures, coalesce(open_until > now(), false) as resting, last_failure from account_health
        where tenant_id = $1 and account_id = $2`,
      [tx.tenantId, accountId],
    ),
  );
const verdictsOf = (refs: readonly string[]): Promise<Array<{ ref: string; code: string; release: string }>> =>
  on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.rows(
      `select p.ref, v.code, v.release from verdicts v join payments p on p.tenant_id = $1 and p.id = v.payment_id
        where v.tenant_id = $1 and p.ref = any($2)`,
      [tx.tenantId, [...refs]],
    ),
  );

/** As if their time had come long ago: before all others. */
const askNow = async (refs: readonly string[]): Promise<void> => {
  const ids = await on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.rows<{ id: string }>(
      `select id from payments where tenant_id = $1 and ref = any($2) and position <> 'captured'`,
      [tx.tenantId, [...refs]],
    ),
  );
  await on.test.book.shared((tx) =>
    tx.run(`update due set due_at = now() - interval '1 hour' where kind = 'inquire' and id = any($1)`, [
      ids.map(({ id }) => id),
    ]),
  );
};

const FAULTS: readonly AnswerFault[] = [
  'silent',
  'silent_after',
  'limited',
  'broken',
  'html',
  'unsigned',
  'badly_signed',
  'not_there',
  'tampered',
  'foreign',
];
/** No fault of the channel: it answers, and says “too fast” or “not there”. */
const ANSWERS: ReadonlySet<AnswerFault> = new Set(['limited', 'not_there']);
const ORDERS = 6;

test('F24: whatever comes instead of an answer: never “unpaid”, the account rests and comes back, others do not notice', {
  timeout: 150_000,
}, async () => {
  const sick = await Promise.all(FAULTS.map((fault) => shop(fault)));
  const hung = await shop('hung');
  const well = await shop('well');
  for (const [i, fault] of FAULTS.entries()) sick[i]!.sim.faultAnswer(fault, 1_000);
  let held = 0;
  hung.way.on(async (call, when) => {
    if (when !== 'before' || !isQuestion(call)) return undefined;
    held += 1;
    return await new Promise(() => {});
  });
  const refs = new Map<Shop, string[]>();
  for (const s of [...sick, hung]) {
    const all: string[] = [];
    for (let n = 0; n < ORDERS; n += 1) all.push(await paidUntold(s, n));
    refs.set(s, all);
  }
  await until('the hanging one to hang', () => held >= 5);
  for (const [i, fault] of FAULTS.entries()) {
    const { accountId, sim } = sick[i]!;
    await until(`${fault} to fire`, () => (sim.fired.get(fault) ?? 0) >= 5, 30_000);
    if (ANSWERS.has(fault)) assert.deepEqual([fault, (await healthOf(accountId)).resting], [fault, false]);
    else await until(`the account of ${fault} to rest`, async () => (await healthOf(accountId)).failures >= 5);
  }
  // While all these are sick, one that is well is found as fast as ever.
  for (let n = 0; n < 2; n += 1) {
    const from = performance.now();
    await verdictOf(on, await paidUntold(well, n), 'unrecorded', 10_000);
    assert.ok(performance.now() - from < 8_000, `${performance.now() - from} ms`);
  }
  assert.equal((await healthOf(well.accountId)).failures, 0);

  // Nothing that is no answer has said anything about money.
  const untold = await verdictsOf([...refs.values()].flat());
  assert.deepEqual(
    untold.filter((v) => v.code === 'unpaid' || v.release === 'yes'),
    [],
  );

  // A rest bounds what is asked into the silence: a burst of questions under way, then one at a time.
  for (const [i, fault] of FAULTS.entries())
    if (!ANSWERS.has(fault))
      assert.ok(sick[i]!.sim.fired.get(fault)! <= 40, `${fault}: ${sick[i]!.sim.fired.get(fault)}`);

  for (const { sim } of sick) sim.healAnswers();
  hung.way.on(undefined);
  // Who was told “not there” is asked again 45 s later; here at once. The rests are waited for.
  await askNow(refs.get(sick[FAULTS.indexOf('not_there')]!)!);
  for (const [s, all] of refs)
    for (const ref of all)
      await until(
        `${ref} to be found after ${s.name}`,
        async () => (await paymentOf(on, ref))?.position === 'captured',
        40_000,
      );
  for (const s of [...sick, hung]) {
    const health = await healthOf(s.accountId);
    assert.deepEqual([s.name, health.failures, health.resting], [s.name, 0, false]);
  }
  assert.deepEqual(
    (await verdictsOf([...refs.values()].flat())).filter((v) => v.code === 'unpaid'),
    [],
  );
  for (const s of [...sick, hung, well]) {
    await s.sim.close();
    await s.way.close();
  }
});

test('F19: new keys while notifications come: both verify, none is refused for good, the keys are fetched once', async () => {
  const [events, old] = [200, on.sim.platform()];
  const agent = agentOf(8);
  const fetched = (): number => on.sim.fired.get('GET /v3/certificates') ?? 0;
  const before = fetched();
  let refused = 0;
  const signers = new Set<string>();
  await together(
    Array.from({ length: events }, (_, i) => i),
    8,
    async (i) => {
      if (i === events / 4) on.sim.rotateKeys('certificate');
      // While keys are changed, the channel signs by either.
      const keys = i % 3 === 0 ? old : on.sim.platform();
      signers.add(keys.id);
      for (let tried = 0; ; tried += 1) {
        const { status } = await send(
          on.notifyUrl,
          noticeOf(paidEvent(i, 'Q', on.sim.mchid), keys, on.sim.apiv3Key),
          agent,
        );
        if (status === 204) break;
        refused += 1;
        assert.ok(tried < 20, `answered ${status}`);
      }
    },
  );
  agent.destroy();
  assert.equal(signers.size, 2, 'the fault did not fire');
  assert.equal(fetched() - before, 1);
  assert.equal(refused, 0);
  await until('all to be folded', async () => {
    const { n } = await on.test.book.tenant(on.test.tenantId, (tx) =>
      tx.one<{ n: number }>(
        `select count(*)::int as n from payments where tenant_id = $1 and ref like 'Q%' and position = 'captured'`,
        [tx.tenantId],
      ),
    );
    return n === events;
  });
});

test(`F22: ${PENDING} that wait, half of which change during the sweep: each is asked, each payment found`, {
  timeout: 150_000,
}, async () => {
  const [each, shops] = [PENDING / 4, await Promise.all(['a', 'b', 'c', 'd'].map((name) => shop(`sweep_${name}`)))];
  const refs = shops.flatMap((s) =>
    Array.from({ length: each }, (_, n) => ({ ...s, ref: `${s.name.toUpperCase().replace('_', '-')}-${n}`, n })),
  );
  const placedAt = on.clock.now().subtract({ seconds: 50 }).round('millisecond');
  for (const s of shops)
    for (let n = 0; n < each; n += 1) s.sim.place(`${s.name.toUpperCase().replace('_', '-')}-${n}`, 500);
  await on.test.book.tenant(on.test.tenantId, (tx) =>
    take(
      tx,
      refs.map(({ ref, accountId }) => ({
        accountId,
        livemode: false,
        observed: {
          source: 'order',
          key: `placed:${ref}`,
          kind: 'order_placed',
          occurredAt: placedAt,
          paymentRef: ref,
          refs: [],
          amount: { minor: 500n, currency: 'CNY' },
          expiresAt: placedAt.add({ minutes: 30 }),
          said: 'placed',
        },
        messageId: undefined,
        heardAt: placedAt,
      })),
      on.served.engine.working.follow,
    ),
  );
  const count = (where: string): Promise<number> =>
    on.test.book
      .tenant(on.test.tenantId, (tx) =>
        tx.one<{ n: number }>(
          `select count(*)::int as n from payments where tenant_id = $1 and ref like 'SWEEP-%' and ${where}`,
          [tx.tenantId],
        ),
      )
      .then(({ n }) => n);
  await until('the sweep to begin', async () => (await count('asked > 0')) > 50);
  // A quarter is paid and nobody told; a quarter changes in the book.
  let changed = 0;
  const paid = refs.filter(({ n }) => n % 4 === 0);
  await together(
    refs.filter(({ n }) => n % 2 === 0),
    16,
    async ({ ref, sim, n, accountId }) => {
      if (n % 4 === 0) {
        sim.faultNotify('lost', 1, ref);
        await sim.pay(ref);
      } else
        await on.test.book.tenant(on.test.tenantId, (tx) =>
          take(
            tx,
            [
              {
                accountId,
                livemode: false,
                observed: {
                  source: 'order',
                  key: `placed again:${ref}`,
                  kind: 'order_placed',
                  occurredAt: placedAt,
                  paymentRef: ref,
                  refs: [],
                  amount: { minor: 500n, currency: 'CNY' },
                  expiresAt: placedAt.add({ minutes: 31 }),
                  said: 'placed',
                },
                messageId: undefined,
                heardAt: placedAt,
              },
            ],
            on.served.engine.working.follow,
          ),
        );
      changed += 1;
    },
  );
  assert.equal(changed, refs.length / 2);
  assert.ok((await count('asked = 0')) > 0, 'the sweep had ended before anything changed: the fault did not fire');
  await until('each to be asked', async () => (await count('asked = 0')) === 0, 60_000);
  for (const s of shops) {
    const asked = new Set(s.way.calls.filter(isQuestion).map((c) => /out-trade-no\/([^?]+)/.exec(c.path)?.[1]));
    assert.equal(asked.size, each);
  }
  // Who paid after the question is found by the next one, 45 s later; here at once.
  await until(
    'each payment to be found',
    async () => {
      if ((await count(`position = 'captured'`)) === paid.length) return true;
      await askNow(paid.map(({ ref }) => ref));
      await new Promise((done) => setTimeout(done, 1_000));
      return false;
    },
    40_000,
  );
  for (const s of shops) {
    await s.sim.close();
    await s.way.close();
  }
});
