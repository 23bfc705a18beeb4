/**
 * Laws of a reconciliation, on small random markets written as real documents:
 * 1. the order of the files and copies of them change nothing;
 * 2. the control identity holds, and the findings add up to it;
 * 3. every line, batch and credit is in exactly one place;
 * 4. the proof can fail: a line that is dropped, doubled or altered after matching is noticed.
 *
 * A failure prints the seed and path that replay it (fast-check).
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../sim/documents/domain.ts';
import { DaozhangError } from '../src/base/errors.ts';
import { CHINA } from '../src/base/time.ts';
import type { Draft } from '../src/reconcile/drafts.ts';
import { prove } from '../src/reconcile/proof.ts';
import { type Amount, type Break, JOINTS, type Result } from '../src/reconcile/result.ts';
import { type Run, reconcile } from '../src/reconcile/run.ts';
import { withFolder } from './support/found.ts';
import { documentsOf, plot } from './support/random-market.ts';

/** Each run is a reconciliation or several, so few runs; a longer look: LAWS_RUNS=200. */
const RUNS = Number(process.env.LAWS_RUNS ?? 4);

const all = (result: Result): Break[] => [...result.breaks, ...result.open, ...result.ambiguous];
const pathsOf = (folder: string): string[] =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .sort();

async function over<T>(
  documents: readonly Document[],
  use: (run: Run) => Promise<T>,
  order = (p: string[]) => p,
): Promise<T> {
  return withFolder(documents, async (folder) => {
    const run = await reconcile({ paths: order(pathsOf(folder)), zone: CHINA });
    try {
      return await use(run);
    } finally {
      await run.close();
    }
  });
}

test('the order of the files and copies of them change nothing', async () => {
  const law = fc.asyncProperty(plot, fc.nat(), async (market, shift) => {
    const documents = documentsOf(market);
    const plain = await over(documents, async (run) => timeless(run.result));
    const turned = (paths: string[]) =>
      [...paths.slice(shift % paths.length), ...paths.slice(0, shift % paths.length)].reverse();
    assert.deepEqual(await over(documents, async (run) => timeless(run.result), turned), plain);
    const some = documents.filter((_, i) => (i + shift) % 2 === 0);
    const copies = some.map((d) => ({ ...d, name: `z-copy-${d.name}` }));
    assert.deepEqual(await over([...documents, ...copies], async (run) => timeless(run.result)), plain);
  });
  await fc.assert(law, { numRuns: Math.ceil(RUNS / 2) });
});

/** Without the notes, which tell of copies. */
const timeless = (result: Result): unknown => ({
  ...result,
  documents: result.documents.map(({ notes: _, ...d }) => d),
});

test('the control identity holds, and the findings add up to it', async () => {
  const law = fc.asyncProperty(plot, async (market) => {
    const result = await over(documentsOf(market), async (run) => run.result);
    assert.ok(result.proof.length > 0);
    for (const p of result.proof) {
      const minor = ({ amount }: Amount): bigint => BigInt(amount.replace('.', ''));
      const none = { amount: '0', currency: p.currency };
      assert.equal(minor(p.ours) - minor(p.theirs), minor(p.difference));
      assert.equal(minor(p.residual), 0n);
      const found = all(result).filter((b) => b.joint === p.joint && b.difference.currency === p.currency);
      const explained = found.reduce((n, b) => n + minor(b.difference), minor(p.explained.rounding ?? none));
      assert.equal(explained, minor(p.difference), `${p.joint} ${p.currency}`);
    }
  });
  await fc.assert(law, { numRuns: RUNS });
});

/** Where a line of the joint `orders` can be; a paid order and a settled line must be in exactly one. */
const PLACES = `
  select 'o' as side, ours as id from pairs union all select 't', theirs from pairs
  union all select side, id from sets union all select side, id from unclear
  union all select 'o', id from ours_left union all select 't', id from theirs_left
  union all select 't', payment from undone union all select 't', reversal from undone
  union all select 'o', id from ours where not says_paid and id in (select id from ours_open)
  union all select 't', id from theirs where kind = 'chargeback'`;

test('every line, batch and credit is in exactly one place', async () => {
  const law = fc.asyncProperty(plot, async (market) => {
    await over(documentsOf(market), async ({ engine, bank }) => {
      const lines = await engine.all(`
        with every as (select 'o' as side, id from ours union all select 't', id from theirs), places as (${PLACES})
        select e.side, e.id, count(p.id) as n from every e left join places p using (side, id) group by all having n <> 1`);
      assert.deepEqual(lines, []);
      const sets = [...bank.matched, ...bank.differing, ...bank.unclear, ...bank.returned];
      const batches = [...sets.flatMap((m) => m.batches), ...bank.batchesLeft].map((b) => b.id);
      const owed = await engine.all<{ id: string }>('select id from batches where net <> 0 order by id');
      assert.deepEqual(
        batches.sort(),
        owed.map((b) => b.id),
      );
      const backs = bank.returned.flatMap((r) => r.backs);
      const credits = [...sets.flatMap((m) => m.credits), ...backs, ...bank.creditsLeft].map((c) => c.id);
      const shown = await engine.all<{ id: bigint }>('select id from bank_channel where channel is not null');
      assert.deepEqual(new Set(credits), new Set(shown.map((c) => c.id)));
      assert.equal(credits.length, shown.length);
    });
  });
  await fc.assert(law, { numRuns: RUNS });
});

/** What counts as money: a change of any of these must be noticed. `pick` chooses one of them. */
const COUNTED = `select id from lines where amount <> 0 and id not in (select id from repeats) and (
    (role = 'order' and kind = 'payment' and status = 'paid') or (role = 'channel' and status = 'done')
    or (role = 'bank' and id in (select id from bank_channel where channel is not null))) order by id`;
const COLUMNS = (engine: Run['engine']) =>
  engine
    .all<{ name: string }>(`select column_name as name from (describe lines)`)
    .then((c) => c.map(({ name }) => name));

const DAMAGES: ReadonlyArray<readonly [string, (line: bigint, columns: readonly string[]) => string]> = [
  ['a line dropped', (line) => `delete from few_lines where id = ${line}`],
  [
    'a line doubled',
    (line, columns) => `insert into few_lines select ${columns.join(', ')} from few_lines where id = ${line}`,
  ],
  ['an amount altered', (line) => `update few_lines set amount = amount + 1 where id = ${line}`],
];
const PAIR_DAMAGES: ReadonlyArray<readonly [string, string]> = [
  ['a pair dropped', 'delete from pairs where rowid = (select min(rowid) from pairs)'],
  ['a pair doubled', 'insert into pairs select * from pairs where rowid = (select min(rowid) from pairs)'],
  [
    'a line in two pairs',
    'update pairs set ours = (select max(ours) from pairs) where ours = (select min(ours) from pairs)',
  ],
  ['a paired line that is also unclear', "insert into unclear select 'x', 'x', 'o', min(ours) from pairs"],
];

test('the proof fails when a line is dropped, doubled or altered after matching', async () => {
  let damaged = 0;
  const law = fc.asyncProperty(plot, fc.nat(), async (market, pick) => {
    await over(documentsOf(market), async (run) => {
      const { engine } = run;
      await provesAgain(run);
      const columns = await COLUMNS(engine);
      const lines = await engine.all<{ id: bigint }>(COUNTED);
      const pairs = await engine.one<{ n: bigint }>('select count(distinct ours) as n from pairs');
      const line = lines[pick % Math.max(1, lines.length)]?.id;
      const damages = [
        ...(line === undefined ? [] : DAMAGES.map(([name, sql]) => [name, sql(line, columns)] as const)),
        ...PAIR_DAMAGES.filter(([name]) => pairs.n > (name === 'a line in two pairs' ? 1n : 0n)),
      ];
      for (const [name, sql] of damages) {
        await engine.run('begin transaction');
        await engine.run(sql);
        await assert.rejects(provesAgain(run), isProofFailure, name);
        await engine.run('rollback');
        damaged += 1;
      }
      await provesAgain(run);
    });
  });
  await fc.assert(law, { numRuns: RUNS });
  assert.ok(damaged >= 3 * RUNS, `only ${damaged} damages were tried`);
});

const isProofFailure = (error: unknown): boolean => error instanceof DaozhangError && error.code === 'run.proof_failed';

/** The proof of a run once more, over its tables as they are now; the findings are those of the run. */
async function provesAgain({ result, engine, bank }: Run): Promise<void> {
  const drafts = all(result).map((b): Draft => {
    const difference = BigInt(b.difference.amount.replace('.', ''));
    const nothing = { ours: [], theirs: [], candidates: [], counts: b.counts };
    return { finding: b.finding, joint: b.joint, currency: b.difference.currency, difference, stake: 0n, ...nothing };
  });
  const joints = new Set(result.proof.map((p) => p.joint));
  const joined = Object.fromEntries(JOINTS.map((joint) => [joint, joints.has(joint)])) as Record<
    (typeof JOINTS)[number],
    boolean
  >;
  await prove(engine, joined, drafts, bank);
}
