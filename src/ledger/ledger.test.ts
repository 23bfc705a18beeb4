/**
 * Laws of the ledger on a real PostgreSQL, over random sequences of runs, re-runs, supersedes, write-offs, sign-offs and closes:
 * 1. I10: debits equal credits per currency at every instant, and control accounts equal their open items after every step;
 * 2. the same facts again post nothing, also from two workers at once;
 * 3. a balance at an instant never changes, and is the same from a snapshot as from scratch;
 * 4. a closed period and a signed day keep the hash they were closed with;
 * 5. I9: who proposes does not post, and no more than suspense holds.
 *
 * A failure prints the seed and path that replay it (fast-check). LEDGER_RUNS=200 for a longer look.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { addTenant, freshBook, type TestBook } from '../../tests/support/database.ts';
import { DAYS, type Doc, finished, type Posted, post, told } from '../../tests/support/ledger.ts';
import { DaozhangError } from '../base/errors.ts';
import type { TenantTx } from '../db/pool.ts';
import { type At, balancesAt, takeSnapshot, trialBalance } from './balances.ts';
import { closePeriod, reopen, seal, signOff } from './close.ts';
import { checkControls } from './control.ts';
import { approve, openUnder, type Proposal, propose } from './manual.ts';
import { entriesPage } from './read.ts';
import { withLedger } from './store.ts';

let on: TestBook;
before(async () => {
  on = await freshBook();
});
after(() => on.close());

const RUNS = Number(process.env.LEDGER_RUNS ?? 8);
const SIDE = { livemode: false };
const TODAY = '2026-12-05';

const bankDay = fc.constantFrom(0, 1, 2);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('run' as const),
      days: fc.subarray([0, 1, 2], { minLength: 1 }),
      better: fc.boolean(),
      bank: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stray' as const), day: bankDay }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again' as const), which: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('resolve' as const),
      which: fc.nat(),
      kind: fc.constantFrom('write_off' as const, 'compensation' as const, 'fx' as const),
      part: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sign' as const), day: bankDay }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const), day: bankDay }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshot' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What must not change from then on. */
type Kept = Readonly<{ at: At; balances: string }>;

const textOf = (rows: Awaited<ReturnType<typeof balancesAt>>): string =>
  rows
    .filter((r) => r.balance !== 0n)
    .map((r) => `${r.code} ${r.channel} ${r.account} ${r.currency} ${r.balance}`)
    .join('\n');
const now = async (tx: TenantTx): Promise<At> => ({
  axis: 'posted',
  at: (await tx.one<{ at: Temporal.Instant }>('select clock_timestamp() as at')).at,
});

class Market {
  readonly tenantId: string;
  readonly seed: number;
  /** Runs posted, newest last. */
  runs: ReadonlyArray<readonly Doc[]> = [];
  kept: readonly Kept[] = [];
  version: Record<number, 1 | 2> = {};
  banked = new Set<number>();
  constructor(tenantId: string, seed: number) {
    this.tenantId = tenantId;
    this.seed = seed;
  }

  tx = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => on.book.tenant(this.tenantId, work);

  async run(docs: readonly Doc[]): Promise<Posted> {
    const it = told(this.seed, docs);
    const id = await this.tx((tx) => finished(tx, docs, it));
    const posted = (await this.tx((tx) => post(tx, id, it)))!;
    this.runs = [...this.runs, docs];
    return posted;
  }

  async do(step: Step): Promise<void> {
    switch (step.do) {
      case 'run': {
        // Bills get more lines, and what the bank showed stays shown: documents are not forgotten.
        const docs = step.days.flatMap((day): Doc[] => {
          this.version[day] = step.better ? 2 : (this.version[day] ?? 1);
          if (step.bank) this.banked.add(day);
          const bill: Doc = `bill ${day as 0} ${this.version[day]!}`;
          return this.banked.has(day) ? [bill, `bank ${day as 0}`] : [bill];
        });
        const { check } = await this.run(docs);
        assert.ok(check.equal, JSON.stringify(check.rows));
        return;
      }
      case 'stray':
        await this.run([`bank ${step.day as 0}`]);
        return;
      case 'again': {
        const docs = this.runs[step.which % Math.max(1, this.runs.length)];
        if (docs === undefined || docs.some((d) => d.startsWith('bill') && this.version[Number(d[5])] !== Number(d[7])))
          return;
        // The documents of the day as it now stands, twice: the second time nothing is left to post.
        await this.run(docs);
        assert.equal((await this.run(docs)).written, 0, 'the same facts again post nothing');
        return;
      }
      case 'resolve':
        return await this.resolve(step);
      case 'sign':
        await this.refusing(['ledger.day_signed', 'ledger.period_closed'], (tx) =>
          signOff(tx, false, DAYS[step.day]!, { by: 'user:1', today: TODAY }),
        );
        return;
      case 'reopen':
        await this.refusing(['ledger.day_not_signed', 'ledger.period_closed', 'ledger.later_signed'], (tx) =>
          reopen(tx, false, DAYS[step.day]!, { who: 'user:1', why: 'more came' }),
        );
        return;
      case 'close':
        await this.refusing(['ledger.period_closed'], (tx) =>
          closePeriod(tx, false, '2026-10', { by: 'user:1', today: TODAY }),
        );
        return;
      case 'snapshot':
        await this.tx((tx) => withLedger(tx, SIDE, (ledger) => takeSnapshot(tx, SIDE, ledger.postedAt)));
    }
  }

  async refusing(codes: readonly string[], work: (tx: TenantTx) => Promise<unknown>): Promise<void> {
    await this.tx(work).catch((error) => {
      if (!(error instanceof DaozhangError) || !codes.includes(error.code)) throw error;
    });
  }

  async resolve({
    which,
    kind,
    part,
  }: Readonly<{ which: number; kind: Proposal['kind']; part: boolean }>): Promise<void> {
    const hashes = await this.tx((tx) =>
      tx.rows<{ h: string }>(
        'select distinct break_hash as h from ledger_entries where tenant_id = $1 and break_hash is not null order by 1',
        [tx.tenantId],
      ),
    );
    const hash = hashes[which % Math.max(1, hashes.length)]?.h;
    if (hash === undefined) return;
    const open = await this.tx((tx) => openUnder(tx, false, hash));
    if (open === undefined) return;
    const size = open.amount < 0n ? -open.amount : open.amount;
    const amount = part && size > 1n ? size / 2n : size;
    const wanted = { kind, breakHash: hash, amount, currency: 'CNY', on: '2026-11-20', reason: 'small', by: 'user:1' };
    const proposal = await this.tx((tx) => propose(tx, false, wanted));
    await assert.rejects(
      this.tx((tx) => approve(tx, false, proposal, { who: 'user:1', isWhoAsked: false, hash: proposal.hash })),
      { code: 'ledger.own_proposal' },
    );
    await this.tx((tx) => approve(tx, false, proposal, { who: 'user:2', isWhoAsked: false, hash: proposal.hash }));
    await assert.rejects(
      this.tx((tx) => approve(tx, false, proposal, { who: 'user:3', isWhoAsked: false, hash: proposal.hash })),
      { code: 'ledger.decided' },
    );
    const left = await this.tx((tx) => openUnder(tx, false, hash));
    assert.equal(left?.amount ?? 0n, open.amount > 0n ? open.amount - amount : open.amount + amount);
  }

  async holds(): Promise<void> {
    await this.tx(async (tx) => {
      const odd = await tx.rows(
        `select e.no from ledger_entries e where e.tenant_id = $1 and not exists (select from transfers t where t.tenant_id = $1 and t.entry_id = e.id)
         union all select t.no from transfers t join ledger_accounts d on d.tenant_id = $1 and d.id = t.debit join ledger_accounts c on c.tenant_id = $1 and c.id = t.credit
          where t.tenant_id = $1 and (d.currency <> t.currency or c.currency <> t.currency)`,
        [tx.tenantId],
      );
      assert.deepEqual(odd, []);
      for (const at of [await now(tx), ...DAYS.map((on) => ({ axis: 'business', on }) as const)]) {
        const balances = await balancesAt(tx, SIDE, at);
        assert.equal(
          balances.reduce((sum, b) => sum + b.balance, 0n),
          0n,
          'debits equal credits',
        );
        assert.equal(
          textOf(balances),
          textOf(await balancesAt(tx, SIDE, at, true)),
          'a snapshot says what everything says',
        );
      }
      const check = await checkControls(tx, false, ((await now(tx)) as { at: Temporal.Instant }).at);
      assert.ok(check.equal, JSON.stringify(check.rows));
      for (const { at, balances } of this.kept)
        assert.equal(textOf(await balancesAt(tx, SIDE, at)), balances, 'a past balance');
      const sealed = await tx.rows<{
        from_on: Temporal.PlainDate;
        to_on: Temporal.PlainDate;
        hash: string;
        trial: unknown;
      }>(
        `select from_on, to_on, hash from periods where tenant_id = $1
         union all select business_on, business_on, hash from sign_offs where tenant_id = $1 and reopened_at is null`,
        [tx.tenantId],
      );
      for (const { from_on, to_on, hash } of sealed)
        assert.equal(
          (await seal(tx, false, from_on.toString(), to_on.toString())).hash,
          hash,
          `${from_on} is as it was signed`,
        );
      const at = await now(tx);
      this.kept = [...this.kept, { at, balances: textOf(await balancesAt(tx, SIDE, at)) }];
    });
  }
}

test('any sequence keeps the laws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000), fc.array(step, { minLength: 4, maxLength: 14 }), async (seed, steps) => {
      const market = new Market(await addTenant(on.book), seed);
      for (const one of steps) {
        await market.do(one);
        await market.holds();
      }
    }),
    { numRuns: RUNS },
  );
});

test('two workers, and two runs over the same documents, post once', async () => {
  const market = new Market(await addTenant(on.book), 7);
  const docs: readonly Doc[] = ['bill 0 1', 'bill 1 1', 'bank 1'];
  const it = told(7, docs);
  const [a, b] = [await market.tx((tx) => finished(tx, docs, it)), await market.tx((tx) => finished(tx, docs, it))];
  const written = await Promise.all([a, a, b, b].map((id) => market.tx((tx) => post(tx, id, it))));
  assert.deepEqual(written.map((w) => w !== undefined).sort(), [false, false, true, true]);
  const alone = new Market(await addTenant(on.book), 7);
  const { written: once } = await alone.run(docs);
  assert.equal(
    written.reduce((sum, w) => sum + (w?.written ?? 0), 0),
    once,
  );
  await market.holds();
  const numbers = await market.tx((tx) =>
    tx.rows<{ no: bigint }>('select no from ledger_entries where tenant_id = $1 order by no', [tx.tenantId]),
  );
  assert.deepEqual(
    numbers.map((n) => n.no),
    numbers.map((_, i) => BigInt(i + 1)),
    'numbers have no gaps',
  );
});

test('what belongs to a closed day is posted on the first open one and says so; people are refused', async () => {
  const market = new Market(await addTenant(on.book), 3);
  await market.run(['bill 0 1']);
  const before = await market.tx((tx) => trialBalance(tx, SIDE, '2026-10-01', '2026-10-31'));
  await market.tx((tx) => closePeriod(tx, false, '2026-10', { by: 'user:1', today: TODAY }));
  await market.tx((tx) => signOff(tx, false, '2026-11-01', { by: 'user:1', today: TODAY }));
  await market.run(['bill 0 2', 'bill 1 1']);
  assert.deepEqual(await market.tx((tx) => trialBalance(tx, SIDE, '2026-10-01', '2026-10-31')), before);
  const [last] = await market.tx((tx) => entriesPage(tx, false, {}, { order: 'down', limit: 1 }));
  assert.equal(last?.businessOn, '2026-11-02');
  assert.notEqual(last?.factOn, last?.businessOn);
  const causes = await market.tx((tx) =>
    tx.rows<{ cause: string }>(
      `select distinct cause from ledger_entries where tenant_id = $1 and fact_on = '2026-10-30' and business_on = '2026-11-02' order by 1`,
      [tx.tenantId],
    ),
  );
  assert.deepEqual(
    causes.map((c) => c.cause),
    ['correction', 'stated'],
  );
  const wanted = {
    kind: 'write_off' as const,
    breakHash: 'order 0',
    amount: 1n,
    currency: 'CNY',
    reason: 'x',
    by: 'user:1',
  };
  const asked = (on: string) => market.tx((tx) => propose(tx, false, { ...wanted, on }));
  await assert.rejects(asked('2026-10-31'), { code: 'ledger.period_closed' });
  await assert.rejects(asked('2026-11-01'), { code: 'ledger.day_signed' });
  await assert.rejects(
    market.tx((tx) => propose(tx, false, { ...wanted, on: '2026-11-20', amount: 1_000_000n })),
    { code: 'ledger.more_than_open' },
  );
  await assert.rejects(
    market.tx((tx) => propose(tx, false, { ...wanted, on: '2026-11-20', breakHash: 'none' })),
    { code: 'ledger.nothing_open' },
  );
  const proposal = await asked('2026-11-20');
  await assert.rejects(
    market.tx((tx) =>
      approve(tx, false, { ...proposal, amount: 2n }, { who: 'user:2', isWhoAsked: false, hash: proposal.hash }),
    ),
    { code: 'ledger.changed' },
  );
});

test('the book itself refuses what is no entry, and what would change one', async () => {
  const market = new Market(await addTenant(on.book), 5);
  await market.run(['bill 0 1']);
  const tries = [
    `insert into transfers select tenant_id, entry_id, n + 50, livemode, no, business_on, posted_at, fact, debit, debit, amount, currency from transfers where tenant_id = $1 limit 1`,
    `insert into transfers select tenant_id, entry_id, n + 50, livemode, no, business_on, posted_at, fact, debit, credit, 0, currency from transfers where tenant_id = $1 limit 1`,
    `insert into transfers select tenant_id, entry_id, n + 50, livemode, no, business_on, posted_at, fact, debit, credit, amount, 'USD' from transfers where tenant_id = $1 limit 1`,
    'update transfers set amount = amount + 1 where tenant_id = $1',
    'delete from ledger_entries where tenant_id = $1',
    `update ledger_entries set business_on = '2026-01-01' where tenant_id = $1`,
  ];
  for (const sql of tries)
    await assert.rejects(
      market.tx((tx) => tx.run(sql, [tx.tenantId])),
      sql,
    );
  await market.holds();
});

test('a difference is seen: an item that was tampered with, a batch that is not its lines', async () => {
  const market = new Market(await addTenant(on.book), 9);
  const { check } = await market.run(['bill 0 1', 'bill 2 1']);
  assert.ok(check.equal);
  const found = async (sql: string) => {
    let rows: readonly { account: string; difference: string }[] = [];
    await market
      .tx(async (tx) => {
        await tx.run(sql, [tx.tenantId]);
        rows = (await checkControls(tx, false, ((await now(tx)) as { at: Temporal.Instant }).at)).rows.filter(
          (r) => r.ledger !== r.open,
        );
        throw new Error('undone');
      })
      .catch(() => {});
    return rows.map((r) => `${r.account} ${r.difference}`);
  };
  assert.deepEqual(
    await found(
      `update breaks set body = jsonb_set(body, '{difference,amount}', '"777.00"') where tenant_id = $1 and hash = 'order 0 1'`,
    ).then((f) => f.length),
    1,
  );
  assert.deepEqual(
    await found(
      `update batches set sums = jsonb_set(sums, '{net,amount}', '"0.00"') where tenant_id = $1 and kind = 'implied'`,
    ).then((f) => f.map((x) => x.split(' ')[0])),
    ['in_settlement'],
  );
  assert.deepEqual(
    await found(
      `update ledger_items set amount = amount + 5 where tenant_id = $1 and scope like 'day/%2026-11-02' and fact = 'sale_cleared'`,
    ),
    ['channel_receivable -0.05'],
  );
});
