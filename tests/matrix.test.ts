/**
 * The matrix of verdicts, verdict × cause × channel: 840 cells, each told by exactly one story of tests/scenarios/verdicts.txt or n/a with
 * its reason; and every known reason why a customer sees success and a merchant no money has a story, or is listed as not judged.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultPlan } from '../src/plans/plan.ts';
import { fold } from '../src/traces/fold.ts';
import { CAUSES, type Cause, VERDICTS, type VerdictCode } from '../src/verdicts/catalogue.ts';
import { judge } from '../src/verdicts/judge.ts';
import { DEFAULT_POLICY } from '../src/verdicts/policy.ts';
import { CLAIM_KINDS, judgeReceipt, type OwnVerdict, type ReceiptFacts } from '../src/verdicts/receipt.ts';
import { NO_ROAD } from '../src/verdicts/standing.ts';
import { CHANNELS, type Channel, play, readMatrix } from './support/verdict-stories.ts';

const SHOP = { orderRequired: true, paidBefore: false, onlyHints: false } as const;
const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');

/** How many reasons each channel's own pages and practice name. */
const ITEMS = { wechatpay: 10, alipay: 13, lakala: 8, unionpay: 9, stripe: 12, adyen: 9, paypal: 8 };
const EDGES = [
  'cut-off',
  'day cut',
  'Spring Festival',
  'National Day',
  'make-up day',
  'summer time',
  'winter time',
  'TARGET2',
].map((edge) => `edge ${edge}`);

const matrix = readMatrix(readFileSync(join(import.meta.dirname, 'scenarios', 'verdicts.txt'), 'utf8'));
const cellOf = (verdict: VerdictCode, cause: Cause, channel: Channel): string => `${verdict} × ${cause} × ${channel}`;

const told = new Map<string, number[]>();
const absent = new Map<string, number[]>();
const put = (into: Map<string, number[]>, cell: string, line: number): void => {
  into.set(cell, [...(into.get(cell) ?? []), line]);
};
for (const s of matrix.stories)
  if (!s.isCase) for (const channel of s.channels) put(told, cellOf(s.verdict, s.cause, channel), s.at);
for (const a of matrix.absents)
  for (const cause of a.causes) for (const channel of a.channels) put(absent, cellOf(a.verdict, cause, channel), a.at);

const countOf = (ids: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(ids, (id) => id.split(' ')[0]!)].map(([channel, of]) => [channel, of.length]));

test('each of the 840 cells is told once, or is n/a with its reason', () => {
  const cells = Object.keys(VERDICTS).flatMap((verdict) =>
    Object.keys(CAUSES).flatMap((cause) =>
      CHANNELS.map((channel) => cellOf(verdict as VerdictCode, cause as Cause, channel)),
    ),
  );
  assert.equal(cells.length, 840);
  const wrong = cells.flatMap((cell) => {
    const lines = [...(told.get(cell) ?? []), ...(absent.get(cell) ?? [])];
    return lines.length === 1 ? [] : [`${cell}: ${lines.length === 0 ? 'nobody tells it' : `lines ${lines.join()}`}`];
  });
  assert.deepEqual(wrong, []);
});

for (const story of matrix.stories) {
  test(`${story.verdict} × ${story.cause}: ${story.name}`, () => {
    assert.ok(story.channels.length > 0, 'a story of no channel');
    for (const channel of story.channels) {
      const outcomes = play(story, channel);
      const last = outcomes.at(-1);
      assert.ok(last !== undefined, `verdicts.txt:${story.at}: nothing is said`);
      for (const o of outcomes) {
        assert.deepEqual(o.actual, o.expected, `verdicts.txt:${o.line.at} on ${channel}`);
        const cell = cellOf(o.verdict, o.cause, channel);
        assert.ok(!absent.has(cell), `${cell} is n/a by line ${absent.get(cell)}, and line ${o.line.at} tells it`);
      }
      assert.deepEqual(
        [last.verdict, last.cause],
        [story.verdict, story.cause],
        `it stands under another verdict (${channel})`,
      );
    }
  });
}

test('no receipt means what is n/a, whatever is shown', () => {
  const own = judge({ trace: fold([]), setting: SHOP, road: NO_ROAD }, defaultPlan('wechatpay'), DEFAULT_POLICY, T0);
  const payments = matrix.stories.map((s): OwnVerdict => ({ ...own, code: s.verdict, cause: s.cause, release: 'yes' }));
  fc.assert(
    fc.property(
      fc.record({
        kind: fc.constantFrom(...CLAIM_KINDS),
        proof: fc.constantFrom('shown', 'told'),
        found: fc.constantFrom('by_reference', 'chosen', 'by_amount', 'several', 'none'),
        searched: fc.constantFrom('reference', 'amount', 'nothing'),
        payment: fc.constantFrom(undefined, ...payments),
        channel: fc.constantFrom('not_asked', 'silent', 'denies_once', 'denies_again', 'denies_finally'),
        id: fc.constantFrom('none', 'fits', 'impossible', 'foreign'),
        amount: fc.constantFrom('unsaid', 'same', 'less', 'more'),
        time: fc.constantFrom('unsaid', 'near', 'far'),
        payee: fc.constantFrom('unsaid', 'ours', 'other', 'unlike'),
        order: fc.constantFrom('unsaid', 'same', 'other', 'other_served'),
        handedIn: fc.constantFrom('no', 'moments_ago', 'before'),
        imageSeen: fc.boolean(),
        old: fc.boolean(),
        dayDiffers: fc.boolean(),
        placed: fc.boolean(),
      } satisfies { [K in keyof ReceiptFacts]: fc.Arbitrary<ReceiptFacts[K]> }),
      (facts) => {
        const v = judgeReceipt(facts);
        // On the channel with the most to tell.
        const cell = cellOf(v.code, v.cause, 'wechatpay');
        assert.ok(told.has(cell), `${cell} is n/a by line ${absent.get(cell)}`);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('every known reason why a merchant sees no money has its story, or is not judged for a reason', () => {
  const tags = new Set(matrix.stories.flatMap((s) => s.tags));
  const ids = matrix.items.map((i) => i.id);
  assert.equal(new Set(ids).size, ids.length, 'an item is listed twice');
  assert.deepEqual(countOf(ids), ITEMS);
  const wrong = matrix.items
    .filter((i) => tags.has(i.id) === (i.notJudged !== undefined))
    .map((i) => `line ${i.at}: ${i.id} ${i.notJudged === undefined ? 'has no story' : 'has a story'}`);
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    [...tags].filter((tag) => !ids.includes(tag) && !EDGES.includes(tag)),
    [],
    'tags that nothing lists',
  );
});

test('a story that is tagged with a channel’s reason is told on that channel', () => {
  const wrong = matrix.stories.flatMap((s) =>
    s.tags
      .filter((tag) => !tag.startsWith('edge ') && !s.channels.includes(tag.split(' ')[0] as Channel))
      .map((tag) => `line ${s.at}: ${tag}`),
  );
  assert.deepEqual(wrong, []);
});

test('the edges of days and the holidays are among them', () => {
  const tags = new Set(matrix.stories.flatMap((s) => s.tags));
  assert.deepEqual(
    EDGES.filter((edge) => !tags.has(edge)),
    [],
  );
});
