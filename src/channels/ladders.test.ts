import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelId } from './channel.ts';
import { nextLook, type Phase, PROVIDERS, type Standing, whyNever } from './ladders.ts';

const START = Temporal.Instant.from('2026-11-20T04:00:00Z');
const after = (seconds: number): Temporal.Instant => START.add({ milliseconds: Math.floor(seconds * 1_000) });
const secondsTo = (at: Temporal.Instant): number => START.until(at).total('seconds');

type Case = Readonly<{ provider: ChannelId; product?: string; phase?: Phase; expires?: number; jitter?: number }>;

/** The ages at which one payment is asked about, each question answered at once. */
function climb(c: Case, untilSeconds: number): number[] {
  const ages: number[] = [];
  let standing: Standing = {
    provider: c.provider,
    product: c.product,
    placedAt: START,
    expiresAt: c.expires === undefined ? undefined : after(c.expires),
    phase: c.phase ?? 'open',
    phaseSince: START,
    asked: 0,
    lastAskedAt: undefined,
    now: START,
    jitter: c.jitter ?? 0.5,
  };
  for (;;) {
    const at = nextLook(standing);
    if (at === undefined || secondsTo(at) > untilSeconds) return ages;
    ages.push(secondsTo(at));
    standing = { ...standing, asked: ages.length, lastAskedAt: at, now: at };
  }
}

const gaps = (ages: readonly number[]): number[] => ages.map((age, i) => age - (ages[i - 1] ?? 0));
const rounded = (ages: readonly number[]): number[] => ages.map(Math.round);
const DAY = 86_400;
const LADDERS = Object.entries(PROVIDERS).flatMap(([provider, { ladders }]) =>
  Object.entries(ladders).map(([product, ladder]) => ({ provider: provider as ChannelId, product, ladder })),
);

test('the official policies', () => {
  const early = { jitter: 0 } as const;
  assert.deepEqual(climb({ provider: 'wechatpay', product: 'codepay', ...early }, 30), [5, 10, 15, 20, 25, 30]);
  assert.deepEqual(
    rounded(climb({ provider: 'alipay', product: 'barcode', ...early }, 60)),
    [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60],
  );
  assert.deepEqual(climb({ provider: 'unionpay', ...early }, 7_200), [300, 600, 1_800, 3_600, 7_200]);
  assert.deepEqual(climb({ provider: 'unionpay', product: 'back', ...early }, 3_600), [1, 3, 7, 15, 31, 63]);
});

test('where the channel limits how often, nothing makes a question come earlier', () => {
  for (const product of ['', 'back'])
    for (const phase of ['open', 'processing', 'after_expiry', 'closed_locally'] as const) {
      const least = climb({ provider: 'unionpay', product, phase, jitter: 0 }, 2 * DAY);
      const most = climb({ provider: 'unionpay', product, phase, jitter: 0.999 }, 2 * DAY);
      assert.ok(most.length <= least.length);
      for (const [i, age] of most.entries()) assert.ok(age >= least[i]!, `${product} ${phase} ${i}`);
    }
  // The phase begins anew, the order does not.
  const late = nextLook({
    provider: 'unionpay',
    product: undefined,
    placedAt: START,
    expiresAt: after(900),
    phase: 'after_expiry',
    phaseSince: after(900),
    asked: 2,
    lastAskedAt: after(610),
    now: after(901),
    jitter: 0,
  });
  assert.equal(secondsTo(late!), 1_800);
});

test('F23: while the order is open and for ten minutes after its end, gaps stay under 50 s at any jitter', () => {
  for (const { provider, product, ladder } of LADDERS) {
    if (ladder.limit) continue;
    for (const jitter of [0, 0.5, 0.999])
      for (const phase of ['open', 'after_expiry', 'closed_locally'] as const) {
        const until = phase === 'open' ? Math.min(900, ladder.open.untilSeconds) : 600;
        const all = gaps(climb({ provider, product, phase, expires: 900, jitter }, until));
        assert.ok(all.length > 10);
        assert.ok(Math.max(...all) < 50, `${provider} ${product} ${phase}: ${Math.max(...all)}`);
      }
  }
});

test('in progress: each gap is within 60 s or 5 % of the time in progress', () => {
  for (const { provider, product, ladder } of LADDERS) {
    if (ladder.limit) continue;
    const ages = climb({ provider, product, phase: 'processing', jitter: 0.999 }, 30 * DAY);
    for (const [i, gap] of gaps(ages).entries())
      assert.ok(gap <= Math.max(60, 0.05 * ages[i]!), `${provider} ${product}: ${gap} s at ${ages[i]} s`);
  }
});

test('no ladder ends with time: after a year it is asked about daily', () => {
  for (const { provider, product } of LADDERS)
    for (const phase of ['open', 'processing', 'after_expiry', 'closed_locally'] as const) {
      const ages = climb({ provider, product, phase }, 365 * DAY);
      assert.ok(ages.at(-1)! > 363 * DAY, `${provider} ${product} ${phase}`);
      assert.ok(ages.length < 1_200, `${provider} ${product} ${phase}: ${ages.length} questions`);
    }
});

test('the question before the order’s end plans the one after it, also of an order of a day', () => {
  for (const expires of [300, 1_800, DAY]) {
    const ages = climb({ provider: 'wechatpay', product: 'jsapi', expires, jitter: 0.9 }, expires + 10);
    assert.equal(ages.at(-1), expires + 10);
    assert.ok(Math.max(...gaps(ages)) <= 660);
  }
});

test('counts from the last question: a pause is made up by one question at once, computing again moves nothing', () => {
  const standing: Standing = {
    provider: 'wechatpay',
    product: 'native',
    placedAt: START,
    expiresAt: after(7_200),
    phase: 'open',
    phaseSince: START,
    asked: 3,
    lastAskedAt: after(90),
    now: after(91),
    jitter: 0.5,
  };
  assert.equal(secondsTo(nextLook(standing)!), 135);
  assert.equal(secondsTo(nextLook({ ...standing, now: after(120) })!), 135);
  assert.equal(secondsTo(nextLook({ ...standing, now: after(4_000) })!), 4_000);
});

test('a channel that cannot be asked says why', () => {
  assert.deepEqual(climb({ provider: 'adyen' }, DAY), []);
  for (const [provider, { ladders }] of Object.entries(PROVIDERS))
    assert.equal(Object.keys(ladders).length === 0, whyNever(provider as ChannelId) !== undefined, provider);
});
