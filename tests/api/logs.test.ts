/** What people look up: messages and where they led, what was turned away, deliveries as they were sent, breaks in suspense, days. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { newId } from '../../src/base/ids.ts';
import { accountOf, withLedger, writeEntries } from '../../src/ledger/store.ts';
import { type Living, living, until, verdictOf } from '../support/living.ts';

let on: Living;
let secret: string;
let endpoint: string;
before(async () => {
  on = await living({ webhook: false });
  const { body } = await on.call<{ id: string; secret: string }>('POST', '/v1/webhook-endpoints', {
    url: `${on.merchant.url}/events`,
    types: ['payment.*'],
  });
  [endpoint, secret] = [body.id, body.secret];
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Page<T> = Readonly<{ items: readonly T[]; next?: string }>;
type Message = Readonly<{
  id: string;
  kind: string;
  checked: string;
  state: string;
  sha256: string;
  error?: string;
  folded_at?: string;
  payments: ReadonlyArray<{ ref: string }>;
}>;
type Delivery = Readonly<{ id: string; state: string; event_seq: string; type: string }>;

async function paid(ref: string): Promise<void> {
  on.sim.place(ref, 2_500);
  await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: '25.00', currency: 'CNY' },
    placed_at: on.clock.now().toString(),
  });
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
}
const items = async <T>(path: string): Promise<readonly T[]> => (await on.call<Page<T>>('GET', path)).body.items;
async function every<T>(path: string): Promise<readonly T[]> {
  const all: T[] = [];
  for (let after: string | undefined; ; ) {
    const { body, status } = await on.call<Page<T>>('GET', `${path}${after === undefined ? '' : `&after=${after}`}`);
    assert.equal(status, 200, JSON.stringify(body));
    all.push(...body.items);
    if (body.next === undefined) return all;
    after = body.next;
  }
}

test('messages are listed newest first, page by page, with how each was checked and where it led', async () => {
  await paid('M-1');
  await paid('M-2');
  await until('both to be told', async () => (await items<Message>('/v1/messages?kind=notification')).length === 2);
  const told = await items<Message>('/v1/messages?kind=notification');
  assert.deepEqual(
    told.map((m) => [m.checked, m.state, m.folded_at !== undefined, m.payments.map((p) => p.ref)]),
    [
      ['signature', 'folded', true, ['M-2']],
      ['signature', 'folded', true, ['M-1']],
    ],
  );
  assert.deepEqual(
    (await every<Message>('/v1/messages?kind=notification&limit=1')).map((m) => m.id),
    told.map((m) => m.id),
  );
  assert.deepEqual(await items(`/v1/messages?account_id=${newId()}`), []);
  const again = await on.call<{ queued: boolean; payments: number; changed: number }>(
    'POST',
    `/v1/messages/${told[0]!.id}/replay`,
  );
  assert.deepEqual(again.body, { queued: false, payments: 1, changed: 0 });
});

test('one that cannot be read waits for a person, who has it read again', async () => {
  const [{ id }] = (await items<Message>('/v1/messages?kind=notification')) as [Message];
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    await tx.run(`update messages set fold_attempts = 5, fold_error = 'it is torn' where tenant_id = $1 and id = $2`, [
      tx.tenantId,
      id,
    ]);
    await tx.run(
      `insert into unfolded (tenant_id, attempts, id, occurred_at) select tenant_id, 5, id, occurred_at from messages
        where tenant_id = $1 and id = $2`,
      [tx.tenantId, id],
    );
    await tx.run(
      `insert into cases (tenant_id, id, reason, subject_kind, subject_id, note) values ($1, $2, 'message_unreadable', 'message', $3, 'torn')`,
      [tx.tenantId, newId(), id],
    );
  });
  const stuck = await items<Message>('/v1/messages?state=unreadable');
  assert.deepEqual(
    stuck.map((m) => [m.id, m.state, m.error]),
    [[id, 'unreadable', 'it is torn']],
  );
  const { checks } = (
    await on.call<{ checks: ReadonlyArray<{ name: string; ok: boolean; title: string; remedy?: string }> }>(
      'GET',
      '/v1/doctor',
    )
  ).body;
  const check = checks.find((c) => c.name === 'messages.unreadable')!;
  assert.ok(!check.ok && check.remedy !== undefined && check.title !== '');
  assert.ok(checks.filter((c) => c.ok).every((c) => c.remedy === undefined));
  assert.equal((await on.call<{ queued: boolean }>('POST', `/v1/messages/${id}/replay`)).body.queued, true);
  await until('it to be read', async () => {
    const now = (await items<Message>('/v1/messages?kind=notification')).find((m) => m.id === id);
    return now?.state === 'folded';
  });
  assert.deepEqual(await items('/v1/messages?state=unreadable'), []);
});

test('what is not the channel’s is counted and shown, and pages do not lose any', async () => {
  for (const body of ['{"forged":1}', '{"forged":2}', '{"forged":1}'])
    assert.equal((await fetch(on.notifyUrl, { method: 'POST', body })).status, 401);
  type Rejected = Readonly<{ reason: string; times: string; size: number; first_bytes: string }>;
  const rejected = await every<Rejected>('/v1/messages/rejected?limit=1');
  assert.deepEqual(
    rejected.map((r) => [r.reason, r.times, r.size, Buffer.from(r.first_bytes, 'base64').toString()]),
    [
      ['bad_signature', '2', 12, '{"forged":1}'],
      ['bad_signature', '1', 12, '{"forged":2}'],
    ],
  );
  for (const after of ['x', Buffer.from('2026-99-99T00:00:00Z 00').toString('base64url')])
    assert.equal((await on.call('GET', `/v1/messages/rejected?after=${after}`)).status, 400);
});

test('a delivery shows what its receiver verified, also after the secret changed, and is sent again under the same id', async () => {
  const list = `/v1/webhook-endpoints/${endpoint}/deliveries`;
  await until('all to be delivered', async () => (await items<Delivery>(list)).every((d) => d.state === 'delivered'));
  const all = await every<Delivery>(`${list}?limit=1`);
  assert.ok(all.length >= 2 && all.every((d) => d.type.startsWith('payment.')));
  assert.deepEqual(await items(`${list}?state=failed`), []);
  await on.call('POST', `/v1/webhook-endpoints/${endpoint}/rotate`);
  type Whole = Delivery & Readonly<{ body: string; headers: Record<string, string>; url: string }>;
  const { body: whole } = await on.call<Whole>('GET', `${list}/${all[0]!.id}`);
  const heard = on.merchant.heard.filter((h) => h.headers['webhook-id'] === whole.headers['webhook-id']);
  assert.equal(whole.body, heard[0]!.body.toString());
  for (const [name, value] of Object.entries(whole.headers)) assert.equal(heard[0]!.headers[name], value, name);
  new Webhook(secret).verify(whole.body, whole.headers);
  assert.equal((await on.call('POST', `${list}/${whole.id}/replay`)).status, 201);
  const more = await until('it again', () => {
    const now = on.merchant.heard.filter((h) => h.headers['webhook-id'] === whole.headers['webhook-id']);
    return now.length > heard.length ? now : undefined;
  });
  assert.equal(more.at(-1)!.body.toString(), whole.body);
  assert.equal((await on.call('GET', `${list}/${newId()}`)).status, 404);
  // A range ends where it is told to.
  const seq = all.at(-1)!.event_seq;
  const range = await on.call<{ queued: number }>('POST', `/v1/webhook-endpoints/${endpoint}/replay`, {
    after: String(BigInt(seq) - 1n),
    through: seq,
  });
  assert.equal(range.body.queued, 1);
});

test('breaks in suspense come by size, each currency by itself; days say what is posted, open and signed', async () => {
  await on.test.book.tenant(on.test.tenantId, (tx) =>
    withLedger(tx, { livemode: false }, async (ledger) => {
      for (const [breakHash, amount, currency, day] of [
        ['b1', 500n, 'CNY', '2026-11-03'],
        ['b2', -9_000n, 'CNY', '2026-11-03'],
        ['b3', 700n, 'CNY', '2026-11-04'],
        ['b4', 100n, 'USD', '2026-11-04'],
        // Put in and taken out: nothing lies there.
        ['b5', 300n, 'CNY', '2026-11-05'],
        ['b5', -300n, 'CNY', '2026-11-05'],
      ] as const) {
        const whose = { currency, channel: 'wechatpay', account: '1900000001' };
        const leg = {
          fact: 'order_differs' as const,
          debit: await accountOf(tx, ledger, 'suspense', whose),
          credit: await accountOf(tx, ledger, 'customer_clearing', whose),
          amount,
          currency,
        };
        await writeEntries(tx, ledger, [
          {
            ...{ scope: `break/${breakHash}`, part: 'break', breakHash, cause: 'stated', legs: [leg] },
            ...{ factOn: day, businessOn: day },
          },
        ]);
      }
    }),
  );
  type Suspended = Readonly<{ break: string; amount: { amount: string; currency: string } }>;
  const lying = await every<Suspended>('/v1/ledger/suspense?limit=1');
  assert.deepEqual(
    lying.map((s) => [s.break, s.amount.amount, s.amount.currency]),
    [
      ['b2', '-90.00', 'CNY'],
      ['b3', '7.00', 'CNY'],
      ['b1', '5.00', 'CNY'],
      ['b4', '1.00', 'USD'],
    ],
  );
  await on.call('POST', '/v1/ledger/days/2026-11-03/sign-off', { note: 'made by hand' });
  type Day = Readonly<{
    on: string;
    state: string;
    entries: string;
    open_breaks: string;
    sign_off?: { signed_by_name: string };
  }>;
  const days = await on.call<{ signed_through: string; items: readonly Day[] }>(
    'GET',
    '/v1/ledger/days?from=2026-11-02&to=2026-11-05',
  );
  assert.equal(days.body.signed_through, '2026-11-03');
  assert.deepEqual(
    days.body.items.map((d) => [d.on, d.state, d.entries, d.open_breaks, d.sign_off?.signed_by_name]),
    [
      ['2026-11-02', 'signed', '0', '0', undefined],
      ['2026-11-03', 'signed', '2', '2', 'test'],
      ['2026-11-04', 'open', '2', '2', undefined],
      ['2026-11-05', 'open', '2', '0', undefined],
    ],
  );
  assert.equal((await on.call('GET', '/v1/ledger/days?from=2026-01-01&to=2026-11-05')).status, 400);
  assert.equal((await on.call('GET', '/v1/ledger/suspense?after=x')).status, 400);
});
