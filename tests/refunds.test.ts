/**
 * Money given back at our asking (I8, I9): who may, who agrees, how much is left, what is said while nothing is known. The channel is the
 * simulated WeChat Pay, whose truth tells how often money really went. Nobody but these tests works on what is due.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { refundDue } from '../src/actions/refund.ts';
import { remedyDue } from '../src/actions/remedy.ts';
import { foldingOf } from '../src/actions/work.ts';
import { textOf } from '../src/channels/policies.ts';
import { foldBatch } from '../src/sources/fold.ts';
import { DEFAULT_POLICY } from '../src/verdicts/policy.ts';
import { type Between, startBetween } from './support/between.ts';
import { place } from './support/cli.ts';
import { callAs, callWith, keyOf, type Living, living, paymentOf, until } from './support/living.ts';

type Refund = Readonly<{
  id: string;
  state: string;
  code?: string;
  reason: string;
  made_by: { actor: string };
  refund_ref: string;
  amount: { amount: string };
  approval?: { id: string; state: string; needs: number; agreed: number };
}>;
type Approval = Readonly<{ id: string; hash: string; state: string; may_decide: boolean; refund: Refund }>;
type Left = Readonly<{
  items: Refund[];
  refundable?: { amount: string };
  alone_up_to?: { amount: string };
  others: Array<{ name: string }>;
  why_not?: { code: string };
}>;
type Story = Readonly<{ refund: Refund; steps: Array<{ kind: string; message_id?: string; by?: { name: string } }> }>;

let on: Living;
let way: Between;
/** Three members: two who may check, one who may not. */
let ada: Living['call'];
let bo: Living['call'];
let operator: Living['call'];
const policy = {
  ...textOf(DEFAULT_POLICY),
  refund_alone: { CNY: '50.00' },
  refund_two_above: { CNY: '500.00' },
  refund_daily: { CNY: '50000.00' },
};
before(async () => {
  way = await startBetween();
  on = await living({ webhook: false, through: way.to });
  await on.served.workers.stop();
  assert.equal((await on.call('PUT', '/v1/policy', { after: 0, policy })).status, 200);
  const live = await callAs(on, { livemode: true });
  const member = async (name: string, role: string): Promise<Living['call']> => {
    const made = await live<{ url: string }>('POST', '/v1/members', { name, role });
    const entered = await fetch(`${on.served.url}${new URL(made.body.url).pathname}`, { redirect: 'manual' });
    const cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
    return callWith(on.served.url, { cookie, 'x-daozhang': '1' });
  };
  ada = await member('Ada', 'admin');
  bo = await member('Bo', 'approver');
  operator = await member('Cy', 'operator');
});
after(async () => {
  await on.close();
  await way.close();
  assert.deepEqual(on.errors, []);
});

let made = 0;
async function paid(fen = 10_000): Promise<{ id: string; ref: string }> {
  made += 1;
  const ref = `R${String(made).padStart(6, '0')}`;
  on.sim.place(ref, fen);
  const amount = { amount: `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`, currency: 'CNY' };
  await on.call('POST', '/v1/orders', { order_ref: ref, amount });
  on.sim.faultNotify('lost', 1, ref);
  await on.sim.pay(ref);
  const { id } = (await paymentOf(on, ref))!;
  const asked = await on.call<{ payment: { position: string } }>('POST', `/v1/payments/${id}/inquire`);
  assert.equal(asked.body.payment.position, 'captured');
  return { id, ref };
}
const yuan = (amount: string) => ({ amount: { amount, currency: 'CNY' }, reason: 'customer_request' });
const ask = (call: Living['call'], id: string, amount: string) =>
  call<Refund>('POST', `/v1/payments/${id}/refunds`, yuan(amount));
const leftOf = async (id: string, call = ada): Promise<Left> =>
  (await call<Left>('GET', `/v1/payments/${id}/refunds`)).body;
const storyOf = async (id: string): Promise<Story> => (await on.call<Story>('GET', `/v1/refunds/${id}`)).body;
const kinds = (story: Story): string[] => story.steps.map((s) => s.kind);
const approvalOf = async (call: Living['call'], id: string): Promise<Approval> =>
  (await call<Approval>('GET', `/v1/approvals/${id}`)).body;
/** Whatever is due, and what was put off, is done now. */
async function work(): Promise<void> {
  await on.test.book.shared((tx) => tx.run(`update due set due_at = now(), lease_until = null where kind = 'refund'`));
  await refundDue(on.served.engine.working);
}
/** As the question about the payment, which tells of its refunds too. */
const look = (id: string) => on.call('POST', `/v1/payments/${id}/inquire`);
const given = (ref: string): number[] => on.sim.trades.get(ref)!.refunds.map((r) => r.amount);
const sends = (): number => way.calls.filter((c) => c.method === 'POST' && c.path.endsWith('/refunds')).length;
const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

test('one person up to the limit: sent once, done by the channel’s word; the story names the stored answer', async () => {
  const { id, ref } = await paid();
  const before = await leftOf(id);
  assert.deepEqual(
    [before.refundable?.amount, before.alone_up_to?.amount, before.others.map((o) => o.name)],
    ['100.00', '50.00', ['Bo']],
  );
  const refund = await ask(ada, id, '50.00');
  assert.deepEqual([refund.status, refund.body.state, refund.body.approval], [201, 'ready', undefined]);
  const half = await leftOf(id);
  assert.deepEqual([half.refundable?.amount, half.alone_up_to?.amount], ['50.00', '0.00'], 'small ones add up');
  await work();
  assert.equal((await storyOf(refund.body.id)).refund.state, 'at_channel');
  await later(60);
  await look(id);
  await work();
  const story = await storyOf(refund.body.id);
  assert.deepEqual(kinds(story), ['made', 'sent', 'accepted', 'done']);
  assert.equal(story.refund.state, 'done');
  const [madeBy, , accepted, done] = story.steps;
  assert.equal(madeBy?.by?.name, 'Ada');
  assert.notEqual(accepted!.message_id, done!.message_id);
  const raw = await fetch(`${on.served.url}/v1/messages/${done!.message_id}/raw`, {
    headers: { authorization: `Bearer ${await tokenOf()}` },
  });
  assert.match(await raw.text(), new RegExp(story.refund.refund_ref));
  assert.deepEqual(given(ref), [5_000]);
  assert.equal((await paymentOf(on, ref))?.refunded?.amount, '50.00');
});
const tokenOf = async (): Promise<string> => {
  const key = await on.call<{ key: string }>('POST', '/v1/keys', { name: 'reads', scopes: ['read'] });
  return key.body.key;
};

test('I9, F43: above it another agrees: never who asked, never to something else, and no more than once', async () => {
  const { id, ref } = await paid();
  const { body: refund } = await ask(ada, id, '100.00');
  assert.deepEqual([refund.state, refund.approval?.needs], ['waiting', 1]);
  const { hash } = await approvalOf(ada, refund.approval!.id);
  const at = `/v1/approvals/${refund.approval!.id}`;
  const code = async (call: Living['call'], body: object, how = 'approve') => {
    const answer = await call<{ code?: string; state?: string }>('POST', `${at}/${how}`, body);
    return answer.body.code ?? answer.body.state;
  };
  assert.equal(await code(ada, { hash }), 'approval.own');
  assert.equal(await code(operator, { hash }), 'api.no_scope');
  assert.equal(await code(bo, { hash: '0'.repeat(64) }), 'approval.changed');
  assert.deepEqual(
    [(await approvalOf(bo, refund.approval!.id)).may_decide, (await approvalOf(ada, refund.approval!.id)).may_decide],
    [true, false],
  );
  await work();
  assert.deepEqual(given(ref), [], 'nothing leaves before');
  // Two tabs at once.
  const twice = await Promise.all([code(bo, { hash }), code(bo, { hash })]);
  assert.deepEqual(twice.sort(), ['approval.decided', 'approved']);
  await work();
  await work();
  assert.deepEqual(given(ref), [10_000]);
  assert.deepEqual(kinds(await storyOf(refund.id)).slice(0, 3), ['made', 'approved', 'sent']);
});

test('I9: an edited row does not have the hash that was seen, and the table itself knows no word of who asked', async () => {
  const { id } = await paid();
  const { body: refund } = await ask(ada, id, '80.00');
  const it = await approvalOf(bo, refund.approval!.id);
  const owner = new pg.Client({ connectionString: on.test.ownerUrl });
  await owner.connect();
  try {
    await owner.query(`select set_config('app.tenant', $1, false)`, [on.test.tenantId]);
    await owner.query('update book.refunds set amount_minor = 10000 where id = $1', [refund.id]);
    const changed = await bo<{ code: string }>('POST', `/v1/approvals/${it.id}/approve`, { hash: it.hash });
    assert.equal(changed.body.code, 'approval.changed');
    await owner.query('update book.refunds set amount_minor = 8000 where id = $1', [refund.id]);
    const { rows } = await owner.query('select made_by from book.approvals where id = $1', [it.id]);
    const own = owner.query(
      `insert into book.approval_votes (tenant_id, approval_id, made_by, hash, voter, says, at) values ($1, $2, $3, $4, $3, 'yes', now())`,
      [on.test.tenantId, it.id, rows[0].made_by, it.hash],
    );
    await assert.rejects(own, { code: '23514' });
    // 72 hours later.
    await owner.query(`update book.approvals set expires_at = '2026-01-01T00:00:00Z' where id = $1`, [it.id]);
  } finally {
    await owner.end();
  }
  const late = await bo<{ code: string }>('POST', `/v1/approvals/${it.id}/approve`, { hash: it.hash });
  assert.equal(late.body.code, 'approval.decided');
  await work();
  const story = await storyOf(refund.id);
  assert.deepEqual(
    [story.refund.state, story.refund.code, story.refund.approval?.state],
    ['cancelled', 'expired', 'expired'],
  );
  assert.equal((await leftOf(id)).refundable?.amount, '100.00', 'what was not given back is left');
});

test('above the second limit two others agree; one who does not ends it; who asked may take it back before it is sent', async () => {
  const { id, ref } = await paid(100_000);
  const key = await callAs(on, { scopes: ['read', 'refund'] });
  const { body: refund } = await ask(key, id, '600.00');
  assert.equal(refund.approval?.needs, 2);
  const { hash } = await approvalOf(bo, refund.approval!.id);
  const at = `/v1/approvals/${refund.approval!.id}`;
  assert.equal((await key('POST', `${at}/approve`, { hash })).status, 403, 'a key asks; it checks only with the scope');
  assert.equal((await bo<Approval>('POST', `${at}/approve`, { hash })).body.state, 'waiting');
  assert.equal((await bo<{ code: string }>('POST', `${at}/approve`, { hash })).body.code, 'approval.twice');
  await work();
  assert.deepEqual(given(ref), []);
  assert.equal((await ada<Approval>('POST', `${at}/approve`, { hash })).body.state, 'approved');
  await work();
  assert.deepEqual(given(ref), [60_000]);
  const second = (await ask(key, id, '100.00')).body;
  const no = await approvalOf(bo, second.approval!.id);
  assert.equal((await bo('POST', `/v1/approvals/${no.id}/reject`, { hash: no.hash })).status, 400, 'a no says why');
  await bo('POST', `/v1/approvals/${no.id}/reject`, { hash: no.hash, note: 'not ours' });
  assert.equal((await storyOf(second.id)).refund.state, 'rejected');
  const third = (await ask(key, id, '100.00')).body;
  assert.equal((await key<Refund>('POST', `/v1/refunds/${third.id}/cancel`)).body.state, 'cancelled');
  assert.equal((await key('POST', `/v1/refunds/${refund.id}/cancel`)).status, 409);
  await work();
  assert.deepEqual(given(ref), [60_000]);
  const waiting = await bo<{ items: Approval[] }>('GET', '/v1/approvals?state=waiting');
  assert.deepEqual(waiting.body.items, []);
});

test('what waits for a word is withdrawn when the money has gone another way', async () => {
  const { id, ref } = await paid();
  const { body: refund } = await ask(ada, id, '100.00');
  on.sim.giveBack(ref, `${ref}HAND`, 100, 0);
  const { working } = on.served.engine;
  await until('its notification to be in', async () => {
    await foldBatch(foldingOf(working), on.test.tenantId);
    return (await paymentOf(on, ref))?.refunded?.amount === '1.00';
  });
  // Nobody asks for it to be looked at but what the channel said.
  await refundDue(working);
  const { state, code, approval } = (await storyOf(refund.id)).refund;
  assert.deepEqual([state, code, approval?.state], ['cancelled', 'not_possible', 'withdrawn']);
  const { body: late } = await bo<{ code: string }>('POST', `/v1/approvals/${approval!.id}/approve`, {
    hash: (await approvalOf(bo, approval!.id)).hash,
  });
  assert.equal(late.code, 'approval.decided');
  assert.equal((await leftOf(id)).refundable?.amount, '99.00');
});

test('F43: a yes of whoever may no more, before the second, does not count', async () => {
  const { id, ref } = await paid(100_000);
  const { body: refund } = await ask(ada, id, '700.00');
  const { hash } = await approvalOf(bo, refund.approval!.id);
  const at = `/v1/approvals/${refund.approval!.id}/approve`;
  const [one, two] = [
    await keyOf(on.test, { scopes: ['read', 'approve'] }),
    await keyOf(on.test, { scopes: ['read', 'approve'] }),
  ];
  const as = (key: { token: string }) => callWith(on.served.url, { authorization: `Bearer ${key.token}` });
  assert.equal((await as(one)<Approval>('POST', at, { hash })).body.state, 'waiting');
  assert.equal((await on.call('DELETE', `/v1/keys/${one.id}`)).status, 204);
  assert.equal((await as(two)<Approval>('POST', at, { hash })).body.state, 'waiting');
  assert.equal((await bo<Approval>('POST', at, { hash })).body.state, 'approved');
  await work();
  assert.deepEqual(given(ref), [70_000]);
});

test('I9: a key and the person who made it are one, whichever of them asks or agrees', async () => {
  const made = async (name: string, scopes: readonly string[]): Promise<Living['call']> => {
    const { body } = await ada<{ key: string }>('POST', '/v1/keys', { name, scopes });
    return callWith(on.served.url, { authorization: `Bearer ${body.key}` });
  };
  const [till, robot] = [await made('till', ['read', 'refund']), await made('robot', ['read', 'approve'])];
  const { id, ref } = await paid(200_000);
  const codes = async (refund: Refund, ...by: readonly Living['call'][]): Promise<readonly string[]> => {
    const { hash } = await approvalOf(bo, refund.approval!.id);
    const all: string[] = [];
    for (const call of by) {
      const at = `/v1/approvals/${refund.approval!.id}`;
      const may = (await call<Approval>('GET', at)).body.may_decide;
      const { body } = await call<{ state?: string; code?: string }>('POST', `${at}/approve`, { hash });
      all.push(`${may} ${body.code ?? body.state}`);
    }
    return all;
  };
  const own = 'false approval.own';
  const byKey = (await ask(till, id, '600.00')).body;
  assert.deepEqual(await codes(byKey, ada, robot, bo), [own, own, 'true waiting']);
  const byAda = (await ask(ada, id, '600.00')).body;
  assert.deepEqual(await codes(byAda, robot), [own]);
  const byOther = (await ask(operator, id, '600.00')).body;
  assert.deepEqual(await codes(byOther, ada, robot, bo), ['true waiting', 'false approval.twice', 'true approved']);
  await work();
  assert.deepEqual(given(ref), [60_000]);
  for (const { id: left } of [byKey, byAda]) await on.call('POST', `/v1/refunds/${left}/cancel`);
});

test('I8, F42: eight at once, and one at the console meanwhile: never more than was paid', async () => {
  const { id, ref } = await paid(4_000);
  const parts = ['7.00', '9.00', '3.00', '11.00', '8.00', '5.00', '13.00', '6.00'];
  const answers = await Promise.all(parts.map((part) => ask(ada, id, part)));
  const taken = answers.filter((a) => a.status === 201);
  const sum = taken.reduce((s, a) => s + Number(a.body.amount.amount), 0);
  assert.ok(sum <= 40 && taken.length > 1 && taken.length < 8, `${sum}`);
  assert.ok(
    answers.every((a) => a.status === 201 || (a.body as unknown as { code: string }).code === 'refund.too_much'),
  );
  on.sim.faultNotify('lost', 20, ref);
  on.sim.giveBack(ref, 'CONSOLE', 4_000 - sum * 100 + 200, 0);
  for (let i = 0; i < 4; i += 1) await work();
  await later(60);
  await look(id);
  await work();
  const all = given(ref).reduce((s, fen) => s + fen, 0);
  assert.ok(all <= 4_000, `${all}`);
  const { items } = await leftOf(id);
  assert.equal(items.filter((r) => r.state === 'refused' || r.code === 'not_possible').length, 1);
});

test('I7, I8: whatever the channel’s silence is like, it is asked about and never sent again; money goes once', async () => {
  for (const fault of ['silent_after', 'limited', 'broken', 'html', 'badly_signed', 'unsigned', 'tampered'] as const) {
    const { id, ref } = await paid(1_000);
    const { body: refund } = await ask(ada, id, '10.00');
    on.sim.faultAnswer(fault, 1);
    way.calls.length = 0;
    await work();
    assert.equal((await storyOf(refund.id)).refund.state, 'asking', fault);
    await work();
    const { state } = (await storyOf(refund.id)).refund;
    assert.ok(state === 'at_channel' || state === 'done', `${fault}: ${state}`);
    assert.deepEqual([sends(), given(ref)], [1, [1_000]], fault);
  }
});

test('I8: sent again only after the channel says that it knows no such refund, under the same number', async () => {
  const { id, ref } = await paid(1_000);
  const { body: refund } = await ask(ada, id, '10.00');
  way.calls.length = 0;
  on.sim.faultAnswer('silent', 2);
  await work();
  await work();
  assert.deepEqual([sends(), given(ref), (await storyOf(refund.id)).refund.state], [1, [], 'asking'], 'twice silent');
  await work();
  assert.deepEqual([sends(), (await storyOf(refund.id)).refund.state], [1, 'ready']);
  await work();
  const numbers = way.calls
    .filter((c) => c.method === 'POST' && c.path.endsWith('/refunds'))
    .map((c) => JSON.parse(c.body).out_refund_no);
  assert.deepEqual(numbers, [refund.refund_ref, refund.refund_ref]);
  assert.deepEqual(given(ref), [1_000]);
  assert.deepEqual(kinds(await storyOf(refund.id)), ['made', 'sent', 'uncertain', 'not_there', 'sent', 'accepted']);
});

test('refused: the channel’s words, a case, and the money is left', async () => {
  const other = await paid(1_000);
  const { body: refused } = await ask(ada, other.id, '10.00');
  on.sim.faultNotify('lost', 5, other.ref);
  on.sim.giveBack(other.ref, 'BYHAND', 400, 0);
  await work();
  const story = await storyOf(refused.id);
  assert.deepEqual([story.refund.state, story.refund.code], ['refused', 'INVALID_REQUEST']);
  const cases = await on.call<{ items: Array<{ reason: string; subject_id: string }> }>('GET', '/v1/cases');
  assert.ok(cases.body.items.some((c) => c.reason === 'refund_refused' && c.subject_id === refused.id));
});

test('a refund that bounces is no refund any more; at WeChat Pay it stays the customer’s', async () => {
  const { id, ref } = await paid(1_000);
  const { body: refund } = await ask(ada, id, '10.00');
  on.sim.endRefunds('ABNORMAL');
  await work();
  await later(60);
  await look(id);
  await work();
  const story = await storyOf(refund.id);
  assert.deepEqual([story.refund.state, story.refund.code], ['refused', 'abnormal']);
  assert.equal((await leftOf(id)).refundable?.amount, '0.00');
  assert.equal(given(ref).length, 1);
});

test('who may: scopes, sides, what is wrong is told with its remedy; the same request again is the same refund', async () => {
  const { id, ref } = await paid(1_000);
  const reader = await callAs(on, { scopes: ['read', 'act'] });
  const live = await callAs(on, { livemode: true });
  assert.equal((await ask(reader, id, '1.00')).status, 403);
  assert.equal((await ask(live, id, '1.00')).status, 404);
  const code = async (body: object): Promise<string> =>
    (await ada<{ code: string; remedy: string }>('POST', `/v1/payments/${id}/refunds`, body)).body.code;
  assert.equal(await code(yuan('10.01')), 'refund.too_much');
  assert.equal(await code({ ...yuan('1.00'), amount: { amount: '1.00', currency: 'USD' } }), 'refund.wrong_currency');
  assert.equal(await code(yuan('0.00')), 'refund.nothing');
  assert.equal(await code({ ...yuan('1.00'), reason: 'other' }), 'api.bad_request');
  const key = { 'idempotency-key': 'once' };
  const both = [0, 1].map(() => on.call<Refund>('POST', `/v1/payments/${id}/refunds`, yuan('4.00'), key));
  const [one, two] = await Promise.all(both);
  const again = await on.call<Refund>('POST', `/v1/payments/${id}/refunds`, yuan('4.00'), key);
  assert.ok([one!.status, two!.status].includes(201));
  assert.equal(again.status, 201);
  await work();
  assert.deepEqual(given(ref), [400]);
  // All that is left, where no amount is said.
  const rest = await ada<Refund>('POST', `/v1/payments/${id}/refunds`, { reason: 'duplicate' });
  assert.equal(rest.body.amount.amount, '6.00');
  const unpaid = `N${ref}`;
  await on.call('POST', '/v1/orders', { order_ref: unpaid, amount: { amount: '9.00', currency: 'CNY' } });
  const none = (await paymentOf(on, unpaid))!;
  assert.equal((await ask(ada, none.id, '1.00')).status, 409);
  const list = await on.call<{ items: Refund[] }>('GET', '/v1/refunds?state=open&limit=1');
  assert.equal(list.body.items[0]!.id, rest.body.id);
  assert.deepEqual((await live<{ items: Refund[] }>('GET', '/v1/refunds')).body.items, []);
});

test('what an account gives back a day ends at the policy’s figure, over all its payments, also at once', async () => {
  const { current } = (await on.call<{ current: { version: number } }>('GET', '/v1/policy')).body;
  const today = (await on.call<{ items: Refund[] }>('GET', '/v1/refunds?limit=200')).body.items
    .filter((r) => !['refused', 'rejected', 'cancelled'].includes(r.state))
    .reduce((s, r) => s + Number(r.amount.amount) * 100, 0);
  const most = Math.trunc(today) + 1_500;
  const set = await on.call('PUT', '/v1/policy', {
    after: current.version,
    policy: { ...policy, refund_daily: { CNY: `${Math.trunc(most / 100)}.${String(most % 100).padStart(2, '0')}` } },
  });
  assert.equal(set.status, 200);
  const ids = [await paid(1_000), await paid(1_000), await paid(1_000)];
  const answers = await Promise.all(ids.map(({ id }) => ask(ada, id, '10.00')));
  assert.deepEqual(answers.map((a) => a.status).sort(), [201, 422, 422]);
  assert.ok(answers.some((a) => (a.body as unknown as { code?: string }).code === 'refund.over_daily'));
});

/** Given up before it was paid; told by the channel's own answer. */
async function paidLate(fen = 1_000): Promise<{ id: string; ref: string; order: string }> {
  made += 1;
  const ref = `L${String(made).padStart(6, '0')}`;
  on.sim.place(ref, fen);
  const amount = { amount: `${fen / 100}.00`, currency: 'CNY' };
  const order = await on.call<{ id: string }>('POST', '/v1/orders', { order_ref: ref, amount });
  await on.call('POST', `/v1/orders/${order.body.id}/cancel`);
  const from = on.clock.now();
  // The channel tells whole seconds.
  while (from.until(on.clock.now()).total('seconds') < 2) await later(5);
  on.sim.faultNotify('lost', 1, ref);
  await on.sim.pay(ref);
  const { id } = (await paymentOf(on, ref))!;
  await look(id);
  return { id, ref, order: order.body.id };
}
async function setPolicy(more: object): Promise<void> {
  const { current } = (await on.call<{ current: { version: number } }>('GET', '/v1/policy')).body;
  const set = await on.call('PUT', '/v1/policy', { after: current.version, policy: { ...policy, ...more } });
  assert.equal(set.status, 200);
}
const remedy = (): Promise<number> => remedyDue(on.served.engine.working);
const casesOf = async (id: string): Promise<string[]> =>
  (await on.call<{ items: Array<{ reason: string; subject_id: string }> }>('GET', '/v1/cases?limit=200')).body.items
    .filter((c) => c.subject_id === id)
    .map((c) => c.reason);
const verdict = async (ref: string): Promise<string | undefined> => (await paymentOf(on, ref))?.verdict?.code;

test('paid after it was closed: by policy a person decides, it is given back, or the order is open again', async () => {
  await setPolicy({});
  const asked = await paidLate();
  await remedy();
  assert.deepEqual([await verdict(asked.ref), await casesOf(asked.id)], ['paid_after_close', ['paid_after_close']]);
  // A person takes it up again: the shop is told of it like of any payment that it does not know.
  const again = await on.call<{ state: string }>('POST', `/v1/orders/${asked.order}/reopen`);
  assert.deepEqual([again.status, again.body.state, await verdict(asked.ref)], [200, 'open', 'unrecorded']);
  assert.equal((await on.call('POST', `/v1/orders/${asked.order}/reopen`)).status, 409);

  await setPolicy({ paid_after_close: 'reopen' });
  const open = await paidLate();
  await remedy();
  assert.deepEqual([await verdict(open.ref), await casesOf(open.id)], ['unrecorded', []]);
  const events = await on.call<{ items: Array<{ type: string; data: { order?: { id: string } } }> }>(
    'GET',
    '/v1/events?after=0&limit=200',
  );
  assert.deepEqual(
    events.body.items.filter((e) => e.type === 'order.reopened').map((e) => e.data.order?.id),
    [asked.order, open.order],
  );

  await setPolicy({ paid_after_close: 'refund' });
  const back = await paidLate();
  await remedy();
  const [small] = (await leftOf(back.id)).items;
  assert.deepEqual([small?.state, small?.made_by.actor, small?.reason], ['ready', 'policy', 'paid_after_close']);
  await work();
  await later(60);
  await look(back.id);
  await work();
  assert.deepEqual([given(back.ref), await verdict(back.ref), await casesOf(back.id)], [[1_000], 'refunded', []]);
  // I9: what the amount asks of people, it asks here too.
  const large = await paidLate(10_000);
  await remedy();
  const [waiting] = (await leftOf(large.id)).items;
  assert.deepEqual([waiting?.state, waiting?.approval?.needs], ['waiting', 1]);
  await remedy();
  assert.equal((await leftOf(large.id)).items.length, 1);
  // Where it cannot be done a person is told.
  await setPolicy({ paid_after_close: 'refund', refund_daily: { CNY: '0.01' } });
  const over = await paidLate();
  await remedy();
  assert.deepEqual([(await leftOf(over.id)).items, await casesOf(over.id)], [[], ['paid_after_close']]);
});

test('by policy the second payment of an order and what was paid too much go back, and nothing else', async () => {
  await setPolicy({ duplicate: 'refund', overpaid: 'refund' });
  const first = await paid(1_000);
  const { order_id: order } = (await on.call<{ order_id: string }>('GET', `/v1/payments/${first.id}`)).body;
  const second = `${first.ref}B`;
  on.sim.place(second, 1_000);
  await on.call('PATCH', `/v1/orders/${order}`, { payment_ref: second });
  on.sim.faultNotify('lost', 1, second);
  await on.sim.pay(second);
  const { id } = (await paymentOf(on, second))!;
  await look(id);
  assert.equal(await verdict(second), 'duplicate');
  await remedy();
  await work();
  assert.deepEqual([given(first.ref), given(second)], [[], [1_000]]);

  made += 1;
  const ref = `O${String(made).padStart(6, '0')}`;
  on.sim.place(ref, 1_250);
  await on.call('POST', '/v1/orders', { order_ref: ref, amount: { amount: '10.00', currency: 'CNY' } });
  on.sim.faultNotify('lost', 1, ref);
  await on.sim.pay(ref);
  await look((await paymentOf(on, ref))!.id);
  assert.equal(await verdict(ref), 'overpaid');
  await remedy();
  await work();
  assert.deepEqual(given(ref), [250]);
});

test('the command: make, list, show; a number that two payments have is told, and nothing goes', async (t) => {
  const here = place();
  t.after(() => here.remove());
  const { ref } = await paid(1_000);
  process.env.DAOZHANG_URL = on.served.url;
  process.env.DAOZHANG_API_KEY = (await keyOf(on.test)).token;
  const refunds = (...args: readonly string[]) => here.run('refunds', ...args, '--lang', 'en');
  await setPolicy({});
  const made = await refunds('make', ref, '--reason', 'customer_request', '--amount', '4.00');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /4\.00 CNY {2}ready {2}— {2}R\d+ {2}the customer asked for it {2}[0-9a-f-]{36}\n$/);
  await work();
  const id = made.stdout.trim().split(/\s+/).at(-1)!;
  assert.match((await refunds('show', id)).stdout, /sent to the channel/);
  assert.match((await refunds('list')).stdout, new RegExp(id));
  // The server heard it, and its answer is lost on the way: the same command with the key that was told asks again.
  const losing = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const { method, headers, url } = request;
      const answer = await fetch(`${on.served.url}${url}`, {
        method: method!,
        headers: Object.entries(headers).filter(
          ([name]) => !['host', 'connection', 'content-length'].includes(name),
        ) as [string, string][],
        ...(method === 'POST' ? { body } : {}),
      });
      const text = await answer.text();
      if (method === 'POST') response.destroy();
      else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    });
  }).listen(0, '127.0.0.1');
  t.after(() => losing.close());
  await once(losing, 'listening');
  const rest = ['make', ref, '--reason', 'customer_request', '--amount', '6.00'] as const;
  process.env.DAOZHANG_URL = `http://127.0.0.1:${(losing.address() as AddressInfo).port}`;
  const lost = await refunds(...rest);
  const key = /--key ([0-9a-f-]{36})/.exec(lost.stderr)?.[1];
  assert.deepEqual([lost.code, key !== undefined], [2, true], lost.stderr);
  process.env.DAOZHANG_URL = on.served.url;
  const again = await refunds(...rest, '--key', key!);
  assert.equal(again.code, 0, again.stderr);
  await work();
  const none = await refunds('make', 'NOBODY', '--reason', 'duplicate');
  assert.deepEqual([none.code, /0 payments/.test(none.stderr)], [2, true]);
  assert.deepEqual(given(ref), [400, 600]);
});
