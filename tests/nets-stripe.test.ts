/** Under Stripe's notifications and questions: its list of events and its balance report, on a clock stepped by hand. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { accountFor, type StripeSim, startStripeSim } from '../sim/channels/stripe/server.ts';
import { signature } from '../sim/channels/stripe/wire.ts';
import { type SteppedClock, steppedClock } from '../sim/clock.ts';
import { billsDue, planBills } from '../src/actions/bills.ts';
import { paceOf } from '../src/actions/pace.ts';
import { payoutsDue } from '../src/actions/payouts.ts';
import { planRecovery, recoverDue } from '../src/actions/recover.ts';
import { standings } from '../src/actions/standing.ts';
import { foldingOf } from '../src/actions/work.ts';
import { type Engine, engineOf } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { vaultOf } from '../src/base/vault.ts';
import { foldBatch, type Pass } from '../src/sources/fold.ts';
import { insertMessages } from '../src/sources/inbox.ts';
import { PAYMENT_COLUMNS, type PaymentRow, paymentOf } from '../src/traces/payment.ts';
import { freshBook, type TestBook, temporary } from './support/database.ts';

let on: TestBook;
let clock: SteppedClock;
let sim: StripeSim;
let engine: Engine;
const accountIds = new Map<string, string>();

before(async () => {
  on = await freshBook();
  clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  sim = await startStripeSim({ clock });
  engine = engineOf({
    book: on.book,
    vault: vaultOf([randomBytes(32)]),
    archive: openArchive(temporary()),
    allowPrivate: ['127.0.0.1/32'],
    version: 'test',
    pace: paceOf(clock.now, 1, () => 0.5),
  });
  // The same Stripe account, its payments named in the two ways.
  for (const payment_ref of ['metadata', 'payment_intent']) {
    const made = { ...accountFor(sim), merchantNo: `${sim.accountId}${payment_ref}` };
    await on.book.tenant(on.tenantId, async (tx) => {
      const settings = { ...made.settings, payment_ref };
      const id = await engine.accounts.create(tx, {
        ...made,
        settings,
        name: payment_ref,
        livemode: false,
        feed: 'none',
      });
      accountIds.set(payment_ref, id);
      const open = await engine.accounts.get(tx, id);
      await planBills(tx, open);
      await planRecovery(tx, open);
    });
  }
});
after(async () => {
  engine.outbound.close();
  await sim.close();
  await on.close();
});

/** What is due is due now: the database's clock is not the stepped one. */
const sweep = async (work: (w: Engine['working']) => Promise<number>): Promise<number> => {
  await on.book.shared((tx) => tx.run(`update due set due_at = now() - interval '1 second', lease_until = null`));
  return await work(engine.working);
};
const foldAll = async (): Promise<void> => {
  const folding = { ...foldingOf(engine.working), pass: async () => {} };
  while ((await foldBatch(folding, on.tenantId)).more);
};
type Row = Readonly<{
  position: string;
  captured: string;
  currency: string;
  refunded_minor: bigint;
  cleared_on: Temporal.PlainDate | null;
  contradictions: unknown[];
}>;
const payment = (ref: string, by = 'metadata'): Promise<Row | undefined> =>
  on.book.tenant(on.tenantId, (tx) =>
    tx.maybe<Row>(
      `select position, captured_minor::text as captured, currency, refunded_minor, cleared_on, contradictions from payments
        where tenant_id = $1 and account_id = $2 and ref = $3`,
      [tx.tenantId, accountIds.get(by), ref],
    ),
  );
const messages = (): Promise<number> =>
  on.book.tenant(on.tenantId, async (tx) => {
    const row = await tx.one<{ n: bigint }>('select count(*) as n from messages where tenant_id = $1', [tx.tenantId]);
    return Number(row.n);
  });

test('the list of events is taken in from when the account was entered, also after hours in which nobody asked, each once', async () => {
  sim.place('BEFORE', 100);
  await sim.pay('BEFORE');
  await clock.advance(1_000);
  assert.equal(await sweep(recoverDue), 0);
  sim.place('NET1', 900);
  await sim.pay('NET1');
  await clock.advance(9 * 3_600_000);
  sim.giveBack('NET1', 300);
  await clock.advance(10 * 60_000);
  // One payment and one refund, for each of the two accounts.
  assert.equal(await sweep(recoverDue), 4);
  await foldAll();
  const found = await payment('NET1');
  assert.deepEqual([found?.position, found?.captured, found?.refunded_minor], ['captured', '900', 300n]);
  assert.equal((await payment('BEFORE'))?.position, undefined, 'it is older than the account');
  const held = await messages();
  assert.equal(await sweep(recoverDue), 0);
  // Even where what was taken in is forgotten: an event is known by its name.
  await on.book.tenant(on.tenantId, (tx) =>
    tx.run(`update account_health set listed_through = listed_through - interval '8 hours' where tenant_id = $1`, [
      tx.tenantId,
    ]),
  );
  assert.equal(await sweep(recoverDue), 0);
  assert.equal(await messages(), held);
});

test('what is delivered after it was listed is passed on, and is no second fact', async () => {
  sim.place('NET5', 800);
  await sim.pay('NET5');
  await clock.advance(10 * 60_000);
  await sweep(recoverDue);
  await foldAll();
  const { body: event, id } = sim.market.events.findLast((e) => e.type === 'payment_intent.succeeded')!;
  const body = Buffer.from(JSON.stringify({ ...event, pending_webhooks: 3 }, null, 2));
  const at = Math.floor(clock.now().epochMilliseconds / 1_000);
  const message = { headers: { 'stripe-signature': signature(body.toString(), sim.secrets(), at) }, body };
  const accountId = accountIds.get('metadata')!;
  const passed: string[] = [];
  await on.book.tenant(on.tenantId, async (tx) => {
    const { account, channel, keys } = await engine.accounts.get(tx, accountId);
    const v = channel.verify(message, account, keys, clock.now());
    assert.ok(v.ok && v.key === id);
    const { key, bodyHash, occurredAt } = v;
    const incoming = {
      tenantId: tx.tenantId,
      accountId,
      kind: 'notification',
      key,
      bodyHash,
      occurredAt,
      message,
    } as const;
    assert.equal((await insertMessages(tx, [incoming])).size, 1);
    assert.equal((await insertMessages(tx, [incoming])).size, 0);
  });
  const pass: Pass = async (_, messages) => void passed.push(...messages.map((m) => m.accountId));
  await foldBatch({ ...foldingOf(engine.working), pass }, on.tenantId);
  assert.deepEqual(passed, [accountId]);
  const said = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows<{ times: number }>(
      `select o.times from observations o join payments p on p.tenant_id = $1 and p.id = o.payment_id
        where o.tenant_id = $1 and o.key = $2 and p.account_id = $3`,
      [tx.tenantId, id, accountId],
    ),
  );
  assert.deepEqual(said, [{ times: 2 }]);
  const found = await payment('NET5');
  assert.deepEqual([found?.captured, found?.contradictions], ['800', []]);
});

test('a payout whose every notification is lost: listed, asked about, its payments bound; what is told again moves nothing', async () => {
  sim.place('NET9', 1_100);
  await sim.pay('NET9');
  await clock.advance(10 * 60_000);
  await sweep(recoverDue);
  await foldAll();
  const { payouts } = sim.market;
  const payout = await payouts.settle('cny');
  await payouts.list(payout);
  await payouts.pay(payout);
  await clock.advance(10 * 60_000);
  // Three events, for each of the two accounts.
  assert.equal(await sweep(recoverDue), 6);
  await foldAll();
  // The channel is silent first: it is asked again, and nothing is said (I7).
  sim.faultAnswer('silent', 2);
  assert.equal(await sweep(payoutsDue), 2);
  assert.equal(await sweep(payoutsDue), 2);
  const stood = (): Promise<unknown[]> =>
    on.book.tenant(on.tenantId, (tx) =>
      tx.rows(
        `select b.state, b.told ->> 'state' as told, b.told ->> 'by' as by, b.listed ->> 'whole' as whole, b.listed ->> 'net' as net
           from payments p join batches b on b.tenant_id = $1 and b.id = p.batch_id
          where p.tenant_id = $1 and p.ref = 'NET9' and b.payout_ref = $2`,
        [tx.tenantId, payout.id],
      ),
    );
  const paid = { state: 'on_its_way', told: 'paid', by: 'inquiry', whole: 'true', net: String(payout.amount) };
  assert.deepEqual(await stood(), [paid]);
  const facts = (): Promise<number> =>
    on.book.tenant(on.tenantId, async (tx) =>
      Number(
        (await tx.one<{ n: bigint }>('select count(*) as n from payout_facts where tenant_id = $1', [tx.tenantId])).n,
      ),
    );
  const known = await facts();
  assert.equal(await sweep(payoutsDue), 2);
  assert.equal(await facts(), known, 'an equal answer is the same fact');
  await payouts.fail(payout);
  await sweep(payoutsDue);
  assert.deepEqual(await stood(), [{ ...paid, state: 'returned', told: 'returned' }]);
  assert.equal(await sweep(payoutsDue), 0, 'at its end nobody asks');
  // Its event comes behind the answer.
  await clock.advance(10 * 60_000);
  assert.equal(await sweep(recoverDue), 2);
  await foldAll();
  assert.deepEqual(await stood(), [{ ...paid, state: 'returned', told: 'returned' }]);
  assert.equal(await sweep(payoutsDue), 2);
});

test('I7: no answer moves nothing, and what happened meanwhile is found by the next one', async () => {
  for (const fault of ['silent', 'limited', 'broken', 'html', 'other_mode', 'foreign'] as const) {
    const ref = `NET2-${fault}`;
    sim.place(ref, 500);
    await sim.pay(ref);
    await clock.advance(10 * 60_000);
    sim.faultAnswer(fault, 2, '/v1/events');
    const before = sim.fired.get(fault) ?? 0;
    const taken = await sweep(recoverDue);
    assert.equal(sim.fired.get(fault), before + 2, fault);
    // A list of other ids is a list all the same; nobody else's money can be in it.
    if (fault === 'foreign') continue;
    assert.equal(taken, 0, fault);
    assert.equal(await sweep(recoverDue), 2, fault);
  }
});

test('a key that may not list its events raises an alert, as a long silence does; a paused account is not asked', async () => {
  const id = accountIds.get('metadata')!;
  const swap = (value: string): Promise<void> =>
    on.book.tenant(on.tenantId, (tx) =>
      engine.accounts.putCredentials(tx, id, [{ kind: 'api_key', id: '', value, notAfter: undefined }]),
    );
  await swap('sk_test_revoked');
  await clock.advance(10 * 60_000);
  await sweep(recoverDue);
  const alerts = (): Promise<readonly Readonly<{ says: string; open: boolean }>[]> =>
    on.book.tenant(on.tenantId, (tx) =>
      tx.rows(
        `select detail ->> 'says' as says, closed_at is null as open from alerts
          where tenant_id = $1 and kind = 'events_missing' and subject_id = $2`,
        [tx.tenantId, id],
      ),
    );
  const refusal = { says: '401 Invalid API Key provided: sk_test_***', open: true };
  assert.deepEqual(await alerts(), [refusal]);
  await swap(sim.apiKey);
  await sweep(recoverDue);
  assert.deepEqual(await alerts(), [{ ...refusal, open: false }]);
  // Silence is told when it lasts.
  const silent = async (minutes: number): Promise<void> => {
    await clock.advance(minutes * 60_000);
    sim.faultAnswer('silent', 2, '/v1/events');
    await sweep(recoverDue);
  };
  await silent(10);
  assert.equal((await alerts()).length, 1);
  await silent(6 * 60);
  assert.deepEqual(
    (await alerts()).map((a) => a.open),
    [false, true],
  );
  const state = (it: 'paused' | 'active'): Promise<unknown> =>
    on.book.tenant(on.tenantId, async (tx) => {
      await tx.run('update accounts set state = $3 where tenant_id = $1 and id = $2', [tx.tenantId, id, it]);
      engine.accounts.forget(tx.tenantId, id);
      if (it === 'active') await planRecovery(tx, await engine.accounts.get(tx, id));
    });
  await state('paused');
  const asked = (): number => sim.fired.get('GET /v1/events') ?? 0;
  const then = asked();
  await clock.advance(10 * 60_000);
  await sweep(recoverDue);
  assert.equal(asked(), then + 1, 'only the other account is asked');
  await clock.advance(10 * 60_000);
  await state('active');
  await sweep(recoverDue);
  assert.equal(asked(), then + 3);
});

test('what nobody told of stands in the report: a payment, a refund, a refund that came back; another currency is no other amount', async () => {
  await clock.advance(24 * 3_600_000);
  const day = clock.now().toZonedDateTimeISO('UTC').toPlainDate();
  // Known from the list of events before the report comes, in yen; the balance is in dollars.
  sim.place('NET4', 500, { currency: 'jpy', settles: { amount: 330, currency: 'usd' } });
  await sim.pay('NET4');
  await clock.advance(10 * 60_000);
  await sweep(recoverDue);
  await foldAll();
  // Of these only the report tells: the list is not looked at again.
  sim.place('NET3', 1_000);
  await sim.pay('NET3');
  const whole = sim.giveBack('NET3', 1_000, { metadata: { refund_id: 'NET3-R' } });
  const bare = sim.market.make({ amount: 700, currency: 'cny' });
  await sim.pay(bare.id);
  sim.giveBack(bare.id, 200);
  const cleared = async (): Promise<void> => {
    for (let i = 0; i < 3; i += 1) {
      await sweep(billsDue);
      await clock.advance(61_000);
    }
  };
  await clock.advance(36 * 3_600_000);
  await cleared();
  const short = (row: Row | undefined): unknown => [
    row?.position,
    row?.captured,
    row?.currency,
    row?.refunded_minor,
    row?.cleared_on?.toString(),
    row?.contradictions,
  ];
  assert.deepEqual(short(await payment('NET3')), ['refunded', '1000', 'CNY', 1_000n, day.toString(), []]);
  // Without a number of the merchant's it has the channel's; named so by the account's wish, all have.
  for (const by of ['metadata', 'payment_intent'])
    assert.deepEqual(short(await payment(bare.id, by)), ['captured', '700', 'CNY', 200n, day.toString(), []]);
  const { id } = sim.intent('NET3');
  assert.deepEqual(short(await payment(id, 'payment_intent')), ['refunded', '1000', 'CNY', 1_000n, day.toString(), []]);
  assert.equal(await payment('NET3', 'payment_intent'), undefined);
  assert.deepEqual(short(await payment('NET4')), ['captured', '500', 'JPY', 0n, day.toString(), []]);
  // Days later its bank sends it back: the report of that day says so.
  await sim.market.failRefund(whole);
  await clock.advance(48 * 3_600_000);
  await cleared();
  assert.deepEqual(short(await payment('NET3')), ['captured', '1000', 'CNY', 0n, day.toString(), []]);
});

test('a payout is late when the channel itself, asked after its day and the bank’s grace, says that it is on its way', async () => {
  sim.place('NET10', 1_300);
  await sim.pay('NET10');
  await clock.advance(10 * 60_000);
  await sweep(recoverDue);
  await foldAll();
  const { payouts } = sim.market;
  const payout = await payouts.settle('cny');
  await payouts.send(payout);
  await payouts.list(payout);
  await clock.advance(10 * 60_000);
  await sweep(recoverDue);
  await foldAll();
  const standing = (): Promise<readonly unknown[]> =>
    on.book.tenant(on.tenantId, async (tx) => {
      const batch = await tx.one<{ id: string; state: string }>(
        'select id, state from batches where tenant_id = $1 and account_id = $2 and payout_ref = $3',
        [tx.tenantId, accountIds.get('metadata'), payout.id],
      );
      const row = await tx.maybe<PaymentRow>(
        `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and account_id = $2 and ref = 'NET10'`,
        [tx.tenantId, accountIds.get('metadata')],
      );
      const verdict = (await standings(tx, engine.working, [paymentOf(row!)])).get(row!.id)!.verdict;
      const events = await tx.rows<{ type: string }>(
        `select type from events where tenant_id = $1 and body::json -> 'batch' ->> 'id' = $2 order by seq`,
        [tx.tenantId, batch.id],
      );
      const alert = await tx.maybe<{ batches: string }>(
        `select detail ->> 'batches' as batches from alerts
          where tenant_id = $1 and kind = 'settlement_trouble' and subject_id = $2 and closed_at is null`,
        [tx.tenantId, accountIds.get('metadata')],
      );
      return [batch.state, verdict.also.join(), events.map((e) => e.type).join(), Number(alert?.batches ?? 0)];
    });
  await sweep(payoutsDue);
  const before = await standing();
  assert.deepEqual(before.slice(0, 2), ['on_its_way', 'on_its_way']);
  // Its day has passed, and the bank may yet have it.
  await clock.advance(3 * 86_400_000);
  await sweep(payoutsDue);
  assert.deepEqual(await standing(), before);
  await clock.advance(3 * 86_400_000);
  // Silence is no word of it (I7).
  sim.faultAnswer('silent', 2, `/v1/payouts/${payout.id}`);
  await sweep(payoutsDue);
  assert.deepEqual(await standing(), before);
  await sweep(payoutsDue);
  const [state, also, events, alerted] = await standing();
  assert.deepEqual([state, also, events], ['late', 'late', 'batch.on_its_way,batch.late']);
  assert.ok(Number(alerted) > Number(before[3]));
  // It is asked on until it is paid; then the bank's line alone is missing.
  await payouts.pay(payout);
  await sweep(payoutsDue);
  assert.deepEqual((await standing()).slice(0, 2), ['on_its_way', 'on_its_way']);
});
