/** The registry against a real book: payments judged by what stood when they were paid, one finding a terminal, history that stands. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bareAccount, said, T0 } from '../../tests/support/book.ts';
import { addTenant, freshBook, type TestBook } from '../../tests/support/database.ts';
import { placesOf, placesWatched } from '../actions/places.ts';
import type { TerminalKind } from '../actions/terminal-states.ts';
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import { type Follow, take } from '../traces/advance.ts';
import { findingsOf, historyOf } from './registry.ts';
import { checkCode } from './sticker.ts';
import { addTerminal, type Bound, bindTerminal, type Doing, putStore, stepTerminal } from './terminals.ts';

let on: TestBook;
before(async () => {
  on = await freshBook();
});
after(() => on.close());

const minute = (n: number): Temporal.Instant => T0.add({ minutes: n });
const doing = (at: number, livemode = false): Doing => ({ livemode, by: `key:${newId()}`, now: minute(at) });

type Shop = Readonly<{
  tenantId: string;
  account: string;
  other: string;
  run<T>(work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** A payment at this minute, on this terminal as the channel writes it; of an order at this store and terminal. */
  pay(
    ref: string,
    at: number,
    where: Readonly<{ terminal?: string; account?: string; orderStore?: string; orderTerminal?: string }>,
  ): Promise<string>;
  add(kind: TerminalKind, name: string, at: number, more?: Omit<Bound, 'name'>): Promise<string>;
  findings(): Promise<readonly string[]>;
}>;

/** A tenant of its own, with two accounts and two stores. */
async function shop(): Promise<Shop> {
  const tenantId = await addTenant(on.book);
  const watch = placesWatched();
  const follow: Follow = async (tx, changed) => ({
    judged: changed.map(() => ({ verdict: undefined, release: undefined, terminal: false })),
    act: () => watch(tx, changed),
  });
  const run: Shop['run'] = (work) => on.book.tenant(tenantId, work);
  const [account, other] = await run(async (tx) => {
    await putStore(tx, doing(0), 'S1', 'Zhongshan Road');
    await putStore(tx, doing(0), 'S2', 'Renmin Road');
    return [await bareAccount(tx, '1900000001'), await bareAccount(tx, '1900000002')] as const;
  });
  return {
    tenantId,
    account,
    other,
    run,
    async pay(ref, at, where) {
      const accountId = where.account ?? account;
      return await run(async (tx) => {
        let orderId: string | undefined;
        if (where.orderStore !== undefined || where.orderTerminal !== undefined) {
          orderId = newId();
          await tx.run(
            `insert into orders (tenant_id, id, livemode, ref, amount_minor, currency, state, store, terminal, placed_at)
             values ($1, $2, false, $3, 1000, 'CNY', 'open', $4, $5, $6)`,
            [tx.tenantId, orderId, ref, where.orderStore ?? null, where.orderTerminal ?? null, minute(at)],
          );
        }
        const paid = said(accountId, `${at * 60} captured notification ${ref} 10.00 #${ref}`);
        const observed =
          where.terminal === undefined ? paid.observed : { ...paid.observed, place: { terminal: where.terminal } };
        const [payment] = await take(tx, [{ ...paid, observed, orderId }], follow);
        return payment!.id;
      });
    },
    add: (kind, name, at, more = {}) =>
      run((tx) =>
        addTerminal(tx, doing(at), {
          kind,
          name,
          store: 'S1',
          accountId: account,
          ...(kind === 'pos' ? { terminalNo: `NO-${name}` } : {}),
          ...more,
          state: 'registered',
          at: minute(at),
        }),
      ),
    findings: async () =>
      (await run((tx) => findingsOf(tx, false, { open: true, after: undefined, limit: 100 })))
        .map((f) => `${f.kind} ${f.said} ×${f.times} ${f.currency === '' ? '' : f.amount_minor}`.trim())
        .sort(),
  };
}
const count = (s: Shop, sql: string): Promise<bigint> =>
  s.run(async (tx) => (await tx.one<{ n: bigint }>(sql, [tx.tenantId])).n);

test('whoever registered no terminal gets no finding, and is not asked about again and again', async () => {
  const s = await shop();
  const watch = placesWatched();
  const payment = await s.pay('A1', 1, { terminal: 'NOBODY' });
  assert.deepEqual(await s.findings(), []);
  await s.run(async (tx) => {
    let asked = 0;
    const counting: TenantTx = {
      ...tx,
      one: (sql, params) => {
        asked += 1;
        return tx.one(sql, params);
      },
      rows: () => assert.fail('nothing is to be read'),
    };
    const changed = [{ after: { id: payment, capturedAt: minute(1) } }] as unknown as Parameters<typeof watch>[1];
    for (let i = 0; i < 20; i += 1) await watch(counting, changed);
    assert.equal(asked, 1);
  });
  // Where it was taken is shown all the same.
  const [place] = await s.run((tx) => placesOf(tx, [payment]));
  assert.deepEqual([place?.named, place?.by, place?.finding], ['NOBODY', 'channel', undefined]);
});

test('one finding a terminal, with its payments and their sum; each counts once; another terminal is another', async () => {
  const s = await shop();
  await s.add('pos', 'T01', 0);
  await s.pay('B1', 1, { terminal: 'NO-T01' });
  for (const [i, no] of ['X1', 'X1', 'X2', 'X1'].entries()) await s.pay(`B2${i}`, 2 + i, { terminal: no });
  // The same again, and a later word on the same payment.
  await s.pay('B20', 2, { terminal: 'X1' });
  await s.run(async (tx) => {
    const more = said(s.account, '500 captured inquiry B20 10.00 #B20');
    const follow: Follow = async (t, changed) => ({
      judged: changed.map(() => ({ verdict: undefined, release: undefined, terminal: false })),
      act: () => placesWatched()(t, changed),
    });
    await take(tx, [{ ...more, observed: { ...more.observed, place: { terminal: 'X1' } } }], follow);
  });
  assert.deepEqual(await s.findings(), ['terminal_unregistered X1 ×3 3000', 'terminal_unregistered X2 ×1 1000']);
  assert.equal(
    await count(s, `select count(*) as n from cases where tenant_id = $1 and reason = 'terminal_unregistered'`),
    2n,
  );
  assert.equal(
    await count(s, `select count(*) as n from events where tenant_id = $1 and type = 'terminal.finding_opened'`),
    2n,
  );
});

test('registering the terminal puts it right: finding and case are closed, and the next payment is fine', async () => {
  const s = await shop();
  await s.add('pos', 'T01', 0);
  await s.pay('C1', 1, { terminal: 'NO-T02' });
  assert.deepEqual(await s.findings(), ['terminal_unregistered NO-T02 ×1 1000']);
  await s.add('pos', 'T02', 2);
  assert.deepEqual(await s.findings(), []);
  assert.equal(await count(s, 'select count(*) as n from cases where tenant_id = $1 and closed_at is null'), 0n);
  await s.pay('C2', 3, { terminal: 'NO-T02' });
  assert.deepEqual(await s.findings(), []);
});

test('a moved terminal is judged by where it stood when it was paid, whenever that is heard', async () => {
  const s = await shop();
  const id = await s.add('pos', 'T01', 0);
  await s.run((tx) => bindTerminal(tx, doing(10), id, { store: 'S2' }, { at: minute(10), note: 'moved' }));
  const early = await s.pay('D1', 5, { terminal: 'NO-T01', orderStore: 'S1' });
  const late = await s.pay('D2', 15, { terminal: 'NO-T01', orderStore: 'S2' });
  assert.deepEqual(await s.findings(), []);
  const wrong = await s.pay('D3', 16, { terminal: 'NO-T01', orderStore: 'S1' });
  assert.deepEqual(await s.findings(), ['terminal_foreign NO-T01 ×1 1000']);
  const places = await s.run((tx) => placesOf(tx, [early, late, wrong]));
  const at = new Map(places.map((p) => [p.paymentId, [p.store, p.finding]]));
  assert.deepEqual(
    [at.get(early), at.get(late), at.get(wrong)],
    [
      ['S1', undefined],
      ['S2', undefined],
      ['S2', 'terminal_foreign'],
    ],
  );
  const { bindings } = await s.run((tx) => historyOf(tx, id));
  assert.deepEqual(
    bindings.map((b) => [b.store, b.since_at.toString(), b.until_at?.toString()]),
    [
      ['S1', minute(0).toString(), minute(10).toString()],
      ['S2', minute(10).toString(), undefined],
    ],
  );
});

test('on another account, retired, lost: each is found; before it was retired it was fine', async () => {
  const s = await shop();
  const id = await s.add('pos', 'T01', 0);
  await s.add('pos', 'T02', 0, { accountId: s.other });
  await s.pay('E1', 1, { terminal: 'NO-T02' });
  await s.run((tx) => stepTerminal(tx, doing(10), id, 'retire', { at: minute(10) }));
  await s.pay('E2', 9, { terminal: 'NO-T01' });
  await s.pay('E3', 11, { terminal: 'NO-T01' });
  const lost = await s.add('pos', 'T03', 11);
  await s.run((tx) => stepTerminal(tx, doing(12), lost, 'lose', { at: minute(12) }));
  await s.pay('E4', 13, { terminal: 'NO-T03' });
  assert.deepEqual(await s.findings(), [
    'terminal_foreign NO-T02 ×1 1000',
    'terminal_retired NO-T01 ×1 1000',
    'terminal_retired NO-T03 ×1 1000',
  ]);
});

test('an order names its terminal too: by its own name or its number; the channel’s word goes first', async () => {
  const s = await shop();
  await s.add('pos', 'T01', 0);
  await s.add('pos', 'T02', 0, { store: 'S2' });
  await s.pay('F1', 1, { orderTerminal: 'T01', orderStore: 'S1' });
  await s.pay('F2', 1, { orderTerminal: 'NO-T01' });
  // A store nobody registered is compared with nothing.
  await s.pay('F3', 1, { orderTerminal: 'T01', orderStore: 'the shop at the corner' });
  assert.deepEqual(await s.findings(), []);
  await s.pay('F4', 2, { orderTerminal: 'T01', terminal: 'NO-T02' });
  assert.deepEqual(await s.findings(), ['terminal_foreign NO-T02 ×1 1000']);
  await s.pay('F5', 3, { orderTerminal: 'T99' });
  assert.deepEqual(await s.findings(), ['terminal_foreign NO-T02 ×1 1000', 'terminal_unregistered T99 ×1 1000']);
});

test('a cashier’s device takes whatever its shop accepts', async () => {
  const s = await shop();
  await s.add('cashier', 'TILL', 0, { accountId: null });
  await s.pay('G1', 1, { orderTerminal: 'TILL', orderStore: 'S1' });
  await s.pay('G2', 1, { orderTerminal: 'TILL', orderStore: 'S1', account: s.other });
  assert.deepEqual(await s.findings(), []);
  await s.pay('G3', 1, { orderTerminal: 'TILL', orderStore: 'S2' });
  assert.deepEqual(await s.findings(), ['terminal_foreign TILL ×1 1000']);
});

test('many payments at once on one unregistered terminal: one finding, nothing lost', async () => {
  const s = await shop();
  await s.add('pos', 'T01', 0);
  await Promise.all(Array.from({ length: 16 }, (_, i) => s.pay(`H${i}`, i, { terminal: i % 2 === 0 ? 'X1' : 'X2' })));
  assert.deepEqual(await s.findings(), ['terminal_unregistered X1 ×8 8000', 'terminal_unregistered X2 ×8 8000']);
  assert.equal(await count(s, 'select count(*) as n from cases where tenant_id = $1'), 2n);
});

test('two people step at once: one wins, the other is told', async () => {
  const s = await shop();
  for (let i = 0; i < 5; i += 1) {
    const id = await s.add('pos', `R${i}`, 0);
    const tried = await Promise.allSettled(
      (['activate', 'retire', 'suspend'] as const).map((step) =>
        s.run((tx) => stepTerminal(tx, doing(1), id, step, { version: 1 })),
      ),
    );
    assert.equal(tried.filter((t) => t.status === 'fulfilled').length, 1);
    for (const t of tried) if (t.status === 'rejected') assert.equal(t.reason.code, 'terminal.changed');
    assert.equal((await s.run((tx) => historyOf(tx, id))).steps.length, 2);
  }
});

test('history is not edited: the book itself refuses', async () => {
  const s = await shop();
  const id = await s.add('pos', 'T01', 0);
  for (const sql of [
    `update terminal_steps set note = 'never' where tenant_id = $1 and terminal_id = $2`,
    'delete from terminal_steps where tenant_id = $1 and terminal_id = $2',
    `update terminal_bindings set store = 'S2' where tenant_id = $1 and terminal_id = $2`,
    'delete from terminal_bindings where tenant_id = $1 and terminal_id = $2',
    `update terminal_checks set result = 'matches' where tenant_id = $1 and terminal_id = $2`,
    'delete from terminals where tenant_id = $1 and id = $2',
  ])
    await assert.rejects(
      s.run((tx) => tx.run(sql, [tx.tenantId, id])),
      (error: { code?: string; message: string }) => /permission denied|42501/.test(`${error.message} ${error.code}`),
      sql,
    );
});

test('what happened is written in order, and not ahead of time', async () => {
  const s = await shop();
  const id = await s.add('pos', 'T01', 5);
  for (const at of [4, 7])
    await assert.rejects(
      s.run((tx) => stepTerminal(tx, doing(6), id, 'activate', { at: minute(at) })),
      { code: 'terminal.bad_time' },
    );
  await s.run((tx) => stepTerminal(tx, doing(6), id, 'activate', { at: minute(5) }));
});

test('a name, a number, a code belong to one live terminal; retired, they are free', async () => {
  const s = await shop();
  const id = await s.add('pos', 'T01', 0);
  await s.add('code', 'C01', 0, { code: 'wxp://f2f0ours', payee: 'Corner Tea' });
  const taken = (what: string) => (error: { code: string; params: { what: string } }) =>
    error.code === 'terminal.taken' && error.params.what === what;
  await assert.rejects(s.add('cashier', 'T01', 1), taken('name'));
  await assert.rejects(s.add('pos', 'T09', 1, { terminalNo: 'NO-T01' }), taken('terminal_no'));
  await assert.rejects(s.add('code', 'C02', 1, { code: 'wxp://f2f0ours', payee: 'x' }), taken('code'));
  await s.run((tx) => stepTerminal(tx, doing(2), id, 'retire', {}));
  await s.add('pos', 'T01', 3);
  // Another tenant, and the other side, have their own.
  const other = await shop();
  await other.add('pos', 'T01', 0);
});

test('the sticker check: ours, another shop’s of ours, one of before, and one that is not ours', async () => {
  const s = await shop();
  const check = (content: string, store?: string) => s.run((tx) => checkCode(tx, doing(20), content, store));
  await assert.rejects(check('wxp://f2f0ours'), { code: 'terminal.no_codes' });
  const id = await s.add('code', 'C01', 0, { code: 'wxp://f2f0ours', payee: 'Corner Tea', merchantNo: '1900000001' });
  const ours = await check('wxp://f2f0ours', 'S1');
  assert.deepEqual(
    [ours.result, ours.terminal?.payee, ours.terminal?.merchant_no],
    ['matches', 'Corner Tea', '1900000001'],
  );
  assert.deepEqual(await s.findings(), []);
  assert.equal((await check('wxp://f2f0ours', 'S2')).result, 'other_store');
  // One character less is another code.
  const foreign = await check('wxp://f2f0our', 'S1');
  assert.equal(foreign.result, 'foreign_code');
  assert.match(foreign.says.en, /not a code of yours: it is a WeChat code as the app makes it/);
  assert.match(foreign.says.zh, /个人收款码/);
  await check('wxp://f2f0our', 'S1');
  // The code is changed for a new one: the old paper is not ours any more.
  await s.run((tx) => bindTerminal(tx, doing(20), id, { code: 'wxp://f2f0new' }, {}));
  const old = await check('wxp://f2f0ours', 'S1');
  assert.deepEqual([old.result, old.terminal?.id], ['retired_code', id]);
  await assert.rejects(check('wxp://f2f0ours', 'S9'), { code: 'store.unknown' });
  const open = (await s.findings()).map((f) => f.replace(/ [0-9a-f]{64}/, ''));
  assert.deepEqual(open, ['foreign_code ×2', 'other_store ×1', 'retired_code ×1']);
  assert.equal(await count(s, 'select count(*) as n from cases where tenant_id = $1 and closed_at is null'), 3n);
});

test('where only the hash of a code is kept, it is recognised as well', async () => {
  const s = await shop();
  const codeHash = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';
  await s.add('code', 'C01', 0, { codeHash, payee: 'Corner Tea' });
  assert.equal((await s.run((tx) => checkCode(tx, doing(1), 'hello world', undefined))).result, 'matches');
});
