/** Payouts that are told, and batches that documents find, in whatever order: one batch, one story. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { freshBook, type TestBook } from '../../tests/support/database.ts';
import { newId } from '../base/ids.ts';
import { money } from '../base/money.ts';
import { vaultOf } from '../base/vault.ts';
import { Accounts } from '../channels/accounts.ts';
import type { TenantTx } from '../db/pool.ts';
import type { PayoutSaid } from '../observations/payout.ts';
import type { Batch } from '../reconcile/result.ts';
import { takeBatches } from './batches.ts';
import { bindMembers, paidAgain, type SaidPayout, takePayouts } from './payouts.ts';

let on: TestBook;
let accounts: Accounts;
let accountId: string;
let run: Readonly<{ id: string; livemode: boolean }>;
before(async () => {
  on = await freshBook();
  accounts = new Accounts(vaultOf([randomBytes(32)]));
  await on.book.tenant(on.tenantId, async (tx) => {
    accountId = await accounts.create(tx, {
      ...({ provider: 'stripe', name: 'shop', merchantNo: 'acct_1', livemode: false } as const),
      ...{ settings: {}, credentials: [] },
    });
    run = { id: newId(), livemode: false };
    await tx.run(
      `insert into reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by) values ($1, $2, false, 'done', 'UTC', 'en', 'test')`,
      [tx.tenantId, run.id],
    );
  });
});
after(() => on.close());

const AT = Temporal.Instant.from('2026-11-20T08:00:00Z');
const WORDS = { pending: 'pending', in_transit: 'in_transit', paid: 'paid', returned: 'failed', cancelled: 'canceled' };

const said = (payoutRef: string, state: PayoutSaid['state'], hours: number, minor = 5_000n): PayoutSaid => ({
  ...{ source: 'notification', key: `evt_${payoutRef}_${hours}`, payoutRef, state, said: WORDS[state] },
  ...{ occurredAt: AT.add({ hours }), madeAt: AT, amount: money(minor, 'CNY'), listing: 'now' },
  arrivalOn: Temporal.PlainDate.from('2026-11-22'),
  failure: state === 'returned' ? { code: 'account_closed', says: 'closed' } : undefined,
});
const tell = (...facts: readonly PayoutSaid[]) =>
  on.book.tenant(on.tenantId, async (tx) => {
    const { account } = await accounts.plain(tx, accountId);
    return await takePayouts(
      tx,
      facts.map((it): SaidPayout => ({ account, said: it, messageId: newId(), heardAt: it.occurredAt })),
    );
  });
const batch = (ref: string, state: Batch['state'], more: Partial<Batch> = {}): Batch => ({
  ...{ id: `stated/stripe//CNY/${ref}`, kind: 'stated', channel: 'stripe', account: '', ref: 'txn_1', state, lines: 2 },
  ...{ businessFrom: '2026-11-18', businessTo: '2026-11-19', dueOn: '2026-11-22' },
  ...{ gross: { amount: '52.00', currency: 'CNY' }, refunds: { amount: '0.00', currency: 'CNY' } },
  ...{ fees: { amount: '2.00', currency: 'CNY' }, net: { amount: '50.00', currency: 'CNY' } },
  ...(state === 'credited' ? { creditedOn: '2026-11-22' } : {}),
  ...more,
});
const find = (...batches: readonly Batch[]) => on.book.tenant(on.tenantId, (tx) => takeBatches(tx, run, batches));
const rows = (ref: string) =>
  on.book.tenant(on.tenantId, (tx) =>
    tx.rows<Record<string, unknown>>(
      `select key, kind, ref, state, found, told ->> 'state' as told, due_on::text, credited_on::text, lines, business_from::text as from_on
         from batches where tenant_id = $1 and payout_ref = $2 order by key`,
      [tx.tenantId, ref],
    ),
  );

test('I5: told, found and told again, in any order: one batch that says the same', async () => {
  const steps: ReadonlyArray<(ref: string) => Promise<unknown>> = [
    (ref) => tell(said(ref, 'pending', 0)),
    (ref) => tell(said(ref, 'paid', 40), said(ref, 'paid', 40)),
    (ref) => tell(said(ref, 'returned', 80)),
    (ref) => find(batch(ref, 'on_its_way')),
  ];
  const orders = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 3, 0, 1],
    [1, 0, 3, 2],
  ];
  for (const [n, order] of orders.entries()) {
    for (const i of order) await steps[i]!(`po_o${n}`);
    assert.deepEqual(await rows(`po_o${n}`), [
      {
        ...{
          key: `stated/stripe//CNY/po_o${n}`,
          kind: 'stated',
          ref: `po_o${n}`,
          state: 'returned',
          found: 'on_its_way',
          told: 'returned',
        },
        ...{ due_on: '2026-11-22', credited_on: null, lines: 2n, from_on: '2026-11-18' },
      },
    ]);
  }
});

test('I2: what is told twice is told once, and what moved is told once', async () => {
  const first = await tell(said('po_2', 'paid', 1));
  assert.deepEqual(
    first.moved.map((m) => [m.before, m.batch.state, m.batch.ref]),
    [[undefined, 'on_its_way', 'po_2']],
  );
  assert.deepEqual((await tell(said('po_2', 'paid', 1))).moved, []);
  const back = await tell(said('po_2', 'returned', 90), said('po_2', 'returned', 90));
  assert.deepEqual(
    back.moved.map((m) => [m.before, m.batch.state]),
    [['on_its_way', 'returned']],
  );
  const facts = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows(`select state, times from payout_facts where tenant_id = $1 and payout_ref = 'po_2' order by state`, [
      tx.tenantId,
    ]),
  );
  assert.deepEqual(facts, [
    { state: 'paid', times: 2 },
    { state: 'returned', times: 2 },
  ]);
});

test('I6: only the bank’s line makes it credited, and then the channel’s “returned” does not unmake it', async () => {
  await tell(said('po_3', 'paid', 1));
  assert.equal((await rows('po_3'))[0]!.state, 'on_its_way');
  const moved = await find(batch('po_3', 'credited'));
  assert.deepEqual(
    moved.map((m) => [m.before, m.batch.state]),
    [['on_its_way', 'credited']],
  );
  assert.deepEqual((await tell(said('po_3', 'returned', 90))).moved, []);
  assert.deepEqual(
    (await rows('po_3')).map((r) => [r.state, r.credited_on]),
    [['credited', '2026-11-22']],
  );
});

test('a list of payouts, then the lines of one: what was told goes with the batch that has the lines', async () => {
  await tell(said('po_4', 'in_transit', 1));
  await find(batch('po_4', 'not_checked', { id: 'payout/stripe//CNY/sha/0', kind: 'payout', ref: 'po_4', lines: 0 }));
  assert.deepEqual(
    (await rows('po_4')).map((r) => [r.key, r.state]),
    [['payout/stripe//CNY/sha/0', 'on_its_way']],
  );
  await find(batch('po_4', 'not_checked'));
  assert.deepEqual(
    (await rows('po_4')).map((r) => [r.key, r.state, r.told]),
    [
      ['payout/stripe//CNY/sha/0', 'not_checked', null],
      ['stated/stripe//CNY/po_4', 'on_its_way', 'in_transit'],
    ],
  );
  await tell(said('po_4', 'returned', 90));
  assert.deepEqual(
    (await rows('po_4')).map((r) => r.state),
    ['not_checked', 'returned'],
  );
});

const idOf = async (tx: TenantTx, ref: string): Promise<string> =>
  (await tx.one<{ id: string }>('select id from batches where tenant_id = $1 and payout_ref = $2', [tx.tenantId, ref]))
    .id;

test('what the bank sent back and is paid out again stands as the new payout does; its payments follow without a row each', async () => {
  await tell(said('po_5', 'returned', 1));
  await tell(said('po_6', 'in_transit', 100, 9_000n));
  const again = await on.book.tenant(on.tenantId, async (tx) => {
    const moved = await paidAgain(tx, await idOf(tx, 'po_6'), accountId, ['po_5']);
    assert.deepEqual(await paidAgain(tx, await idOf(tx, 'po_6'), accountId, ['po_5']), []);
    return moved;
  });
  assert.deepEqual(
    again.map((m) => [m.before, m.batch.state, m.batch.ref]),
    [['returned', 'on_its_way', 'po_5']],
  );
  // Heard once more, it is no news; what becomes of the new one is.
  assert.deepEqual((await tell(said('po_5', 'returned', 1))).moved, []);
  const moved = await find(batch('po_6', 'credited', { net: { amount: '90.00', currency: 'CNY' } }));
  assert.deepEqual(
    moved.map((m) => [m.before, m.batch.state]),
    [
      ['on_its_way', 'credited'],
      ['on_its_way', 'credited'],
    ],
  );
  assert.deepEqual(
    (await rows('po_5')).map((r) => [r.state, r.credited_on]),
    [['credited', '2026-11-22']],
  );
});

test('a plan’s guess at a batch gives way to the payout, and to the bank alone does the payout', async () => {
  const bound = await on.book.tenant(on.tenantId, async (tx) => {
    const [guess, seen] = [newId(), newId()];
    for (const [id, found] of [
      [guess, 'on_its_way'],
      [seen, 'credited'],
    ])
      await tx.run(
        `insert into batches (tenant_id, id, livemode, channel, account, currency, key, kind, state, found, business_from, business_to, lines, sums,
           reconciliation_id)
         values ($1, $2, false, 'stripe', '', 'CNY', $5, 'implied', $3, $3, '2026-11-18', '2026-11-18', 1, '{}', $4)`,
        [tx.tenantId, id, found, run.id, `implied ${found}`],
      );
    for (const [ref, id] of [
      ['pi_1', guess],
      ['pi_2', seen],
    ]) {
      const payment = newId();
      await tx.run(
        `insert into payments (tenant_id, id, livemode, account_id, direction, ref, version, position, trace, batch_id)
         values ($1, $2, false, $3, 'in', $4, 1, 'captured', '{}', $5)`,
        [tx.tenantId, payment, accountId, ref, id],
      );
      await tx.run(`insert into refs (tenant_id, kind, value, payment_id) values ($1, 'wallet_trade', $2, $3)`, [
        ...[tx.tenantId, `ch_${ref}`, payment],
      ]);
    }
    const batchId = (
      await takePayouts(tx, [
        {
          account: (await accounts.plain(tx, accountId)).account,
          said: said('po_7', 'paid', 1),
          messageId: undefined,
          heardAt: AT,
        },
      ])
    ).heard[0]!;
    const first = await bindMembers(tx, batchId, accountId, ['ch_pi_1', 'ch_pi_2', 'ch_nobodys']);
    assert.deepEqual(await bindMembers(tx, batchId, accountId, ['ch_pi_1', 'ch_pi_2']), []);
    return first.length;
  });
  assert.equal(bound, 1);
});
