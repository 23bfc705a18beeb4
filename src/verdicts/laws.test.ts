/** Laws of the judge over any set of observations, any road and any setting. fast-check prints the seed and the smallest case that breaks one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../base/money.ts';
import { factsHash } from '../observations/facts.ts';
import { KINDS, type Kind, type Observed, rankOf, SOURCES, type Source } from '../observations/observation.ts';
import { defaultPlan, PLANNED_CHANNELS } from '../plans/plan.ts';
import { FUNDINGS } from '../plans/refunds.ts';
import { fold, type Kept } from '../traces/fold.ts';
import { CONFIDENCES } from './catalogue.ts';
import { judge, ROWS, type Verdict } from './judge.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { judgeRefund, REFUND_ROWS } from './refunds.ts';
import type { BatchFacts, Road, Standing } from './standing.ts';

const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');
const DAY = Temporal.PlainDate.from('2026-11-24');
const RUNS = { numRuns: 2_000 };
const RANKS = Object.keys(CONFIDENCES);
const PLANS = PLANNED_CHANNELS.map(defaultPlan);

/** The merchant's own words come from the merchant, all others from the channel. */
const OURS: ReadonlySet<string> = new Set(['order_placed', 'order_closed', 'order_reopened', 'recorded']);
const CHANNELS: readonly Source[] = ['notification', 'inquiry', 'bill', 'decision'];

const observed: fc.Arbitrary<Kept> = fc
  .record({
    kind: fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
    source: fc.constantFrom(...CHANNELS, 'claim' as const),
    second: fc.integer({ min: 0, max: 200 }),
    heardLater: fc.integer({ min: 0, max: 50 }),
    times: fc.integer({ min: 1, max: 2 }),
    minor: fc.constantFrom(10_000n, 10_000n, 10_000n, 6_000n, 1n, 200_000n),
    currency: fc.constantFrom('CNY', 'CNY', 'CNY', 'CNY', 'USD'),
    ref: fc.constantFrom('1', '2'),
    state: fc.constantFrom('processing' as const, 'succeeded' as const, 'closed' as const, 'abnormal' as const),
    trade: fc.constantFrom(undefined, 'T1', 'T2'),
    key: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ kind, second, heardLater, times, minor, currency, ref, state, trade, key, ...rest }) => {
    // A person decides about payments, not about refunds.
    const source = OURS.has(kind) ? 'order' : kind === 'refund' && rest.source === 'decision' ? 'bill' : rest.source;
    const o: Observed = {
      source,
      key: `${key}`,
      kind,
      occurredAt: T0.add({ seconds: second }),
      paymentRef: 'O1',
      refs: trade === undefined || OURS.has(kind) ? [] : [{ kind: 'channel_trade', value: trade }],
      said: kind,
      amount: money(minor, currency),
      ...(kind === 'refund' ? { refund: { ref: `R${ref}`, state } } : {}),
      ...(kind === 'held' || kind === 'released' ? { hold: { ref: `H${ref}`, reason: 'HELD_BY_RISK' as const } } : {}),
      ...(kind === 'charged_back' || kind === 'chargeback_undone' ? { dispute: { ref: `D${ref}` } } : {}),
    };
    const id = `${source}:${key}:${kind}:${second}:${minor}${currency}:${ref}${state}:${trade}:${heardLater}:${times}`;
    return { ...o, id, bodyHash: factsHash(o), lastSeenAt: o.occurredAt.add({ seconds: heardLater }), times };
  });
/** What the book keeps: nothing twice. */
const setOf = (size: number): fc.Arbitrary<readonly Kept[]> =>
  fc.uniqueArray(observed, {
    maxLength: size,
    selector: (o) => `${o.source}:${o.key}:${o.kind}:${o.bodyHash}`,
  });

const batch: fc.Arbitrary<BatchFacts> = fc.record({
  id: fc.constant('B1'),
  state: fc.constantFrom('not_checked', 'on_its_way', 'late', 'credited', 'short', 'returned'),
  dueOn: fc.constantFrom(undefined, DAY),
  creditedOn: fc.constantFrom(undefined, DAY),
  missing: fc.constantFrom(undefined, money(300n, 'CNY')),
});
const road: fc.Arbitrary<Road> = fc.record({
  clearedOn: fc.constantFrom(undefined, undefined, DAY),
  billId: fc.constantFrom(undefined, 'BILL1'),
  missingFromBills: fc.boolean(),
  batch: fc.option(batch, { nil: undefined }),
  bankWatched: fc.boolean(),
});
const setting = fc.record({ orderRequired: fc.boolean(), paidBefore: fc.boolean(), onlyHints: fc.boolean() });
const around = fc.record({ road, setting, plan: fc.constantFrom(...PLANS), hours: fc.integer({ min: 0, max: 1_000 }) });
type Around = typeof around extends fc.Arbitrary<infer T> ? T : never;

const standing = (set: readonly Kept[], { road, setting }: Around): Standing => ({ trace: fold(set), road, setting });
const judged = (set: readonly Kept[], a: Around): Verdict =>
  judge(standing(set, a), a.plan, DEFAULT_POLICY, T0.add({ hours: a.hours }));

test('the order of arrival never changes the verdict', () => {
  const shuffled = setOf(8).chain((set) =>
    fc.tuple(fc.constant(set), fc.shuffledSubarray([...set], { minLength: set.length, maxLength: set.length })),
  );
  fc.assert(
    fc.property(shuffled, around, ([set, other], a) => {
      assert.deepEqual(judged(other, a), judged(set, a));
    }),
    RUNS,
  );
});

test('more evidence for the same never makes it less sure, unless a contradiction is named', () => {
  let compared = 0;
  fc.assert(
    fc.property(setOf(6), observed, around, (set, more, a) => {
      if (set.some((o) => o.source === more.source && o.key === more.key && o.kind === more.kind)) return;
      const [before, after] = [judged(set, a), judged([...set, more], a)];
      // Where the headline is a contradiction, it is named.
      if (before.path[0] !== after.path[0] || after.path[0] === 'contradiction') return;
      const [known, now] = [fold(set).contradictions, fold([...set, more]).contradictions];
      if (now.some((c) => known.every((k) => k.code !== c.code))) return;
      compared += 1;
      assert.ok(
        RANKS.indexOf(after.confidence) >= RANKS.indexOf(before.confidence),
        `${before.code}: ${before.confidence} → ${after.confidence}`,
      );
    }),
    RUNS,
  );
  assert.ok(compared > 500, `only ${compared} cases compared anything`);
});

test('where sources name two amounts, the more believed stands; between equals the first', () => {
  const one = fc.record({
    source: fc.constantFrom(...SOURCES.filter((s) => s !== 'claim' && s !== 'order')),
    second: fc.integer({ min: 0, max: 99 }),
  });
  fc.assert(
    fc.property(one, one, around, (a, b, where) => {
      if (a.second === b.second) return;
      const [x, y] = [paid(a.source, a.second, 10_000n), paid(b.source, b.second, 9_900n)];
      const stands = rankOf(a.source) === rankOf(b.source) ? a.second < b.second : rankOf(a.source) > rankOf(b.source);
      const trace = fold([x, y]);
      assert.deepEqual(trace.captured, (stands ? x : y).amount);
      assert.deepEqual(
        trace.contradictions.map((c) => c.code),
        ['amounts_differ'],
      );
      const strongest = Math.max(rankOf(a.source), rankOf(b.source));
      assert.equal(judged([x, y], where).path.includes('contradiction'), strongest < rankOf('inquiry'));
    }),
    RUNS,
  );
});
function paid(source: Source, second: number, minor: bigint): Kept {
  const at = T0.add({ seconds: second });
  const o: Observed = {
    source,
    key: `${source}:${second}:${minor}`,
    kind: 'captured',
    occurredAt: at,
    paymentRef: 'O1',
    refs: [],
    said: 'paid',
    amount: money(minor, 'CNY'),
  };
  return { ...o, id: o.key, bodyHash: factsHash(o), lastSeenAt: at, times: 1 };
}

const CODE_OF: ReadonlyMap<string, string> = new Map([...ROWS, ...REFUND_ROWS].map((row) => [row.id, row.code]));
function assertWellFormed(v: Verdict): void {
  assert.equal(CODE_OF.get(v.path[0]!), v.code);
  assert.ok(!v.also.includes(v.code));
  assert.equal(new Set(v.also).size, v.also.length);
  for (const code of v.also)
    assert.ok(
      code === 'refunded' || v.path.some((id) => CODE_OF.get(id) === code),
      `${code} stands beside it without a rule`,
    );
}

test('the headline is the first rule’s, and stands alone; time alone gives no goods away', () => {
  fc.assert(
    fc.property(setOf(7), around, fc.integer({ min: 0, max: 2_000 }), (set, a, more) => {
      const [now, later] = [judged(set, a), judged(set, { ...a, hours: a.hours + more })];
      assertWellFormed(now);
      assert.ok(!(now.release === 'no' && later.release === 'yes'), `${now.code} no → ${later.code} yes`);
      if (now.code === 'received') assert.equal(a.road.batch?.state, 'credited');
    }),
    RUNS,
  );
});

test('a refund: the same, and never goods', () => {
  const about = fc.record({
    funding: fc.constantFrom(undefined, ...FUNDINGS),
    asked: fc.constantFrom(undefined, money(10_000n, 'CNY'), money(1n, 'CNY')),
    missedSince: fc.constantFrom(undefined, T0),
    missingFromBills: fc.boolean(),
  });
  let refunds = 0;
  fc.assert(
    fc.property(setOf(8), around, about, (set, a, facts) => {
      const trace = fold(set);
      for (const refund of trace.refunds) {
        refunds += 1;
        const v = judgeRefund({ refund, trace, ...facts }, a.plan, T0.add({ hours: a.hours }));
        assertWellFormed(v);
        assert.notEqual(v.release, 'yes');
        if (v.code === 'received') assert.equal(facts.funding, 'balance');
      }
    }),
    RUNS,
  );
  assert.ok(refunds > 300);
});
