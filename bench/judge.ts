/**
 * How many traces does one core judge in a second, without rendering words?
 *
 * Measured: `judge` over folded traces of a shop's month, each with its own moment of payment; beside it `fold`, and both together.
 * Baseline of the same run: one frozen object of a verdict's members made for each trace, and no question asked.
 *
 * node bench/judge.ts [--traces 200000] [--rounds 5]
 * CPU time of this process counts, so that a busy machine changes little; the best round counts. Appends to results.jsonl.
 */
import { appendFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { money } from '../src/base/money.ts';
import { factsHash } from '../src/observations/facts.ts';
import type { Kind, Observed, Source } from '../src/observations/observation.ts';
import { defaultPlan } from '../src/plans/plan.ts';
import { fold, type Kept } from '../src/traces/fold.ts';
import { judge, type Verdict } from '../src/verdicts/judge.ts';
import { DEFAULT_POLICY } from '../src/verdicts/policy.ts';
import { NO_ROAD, type Road, type Setting, type Standing } from '../src/verdicts/standing.ts';

const { values } = parseArgs({
  options: { traces: { type: 'string', default: '200000' }, rounds: { type: 'string', default: '5' } },
});
const size = Number(values.traces);
const PLAN = defaultPlan('wechatpay');
const SHOP: Setting = { orderRequired: true, paidBefore: false, onlyHints: false };
const FROM = Temporal.Instant.from('2026-11-01T00:00:00Z');
const NOW = Temporal.Instant.from('2026-12-01T00:00:00Z');
const MONTH_S = 30 * 86_400;

const batch = (state: NonNullable<Road['batch']>['state']): Road => ({
  ...NO_ROAD,
  bankWatched: true,
  clearedOn: Temporal.PlainDate.from('2026-11-20'),
  billId: 'bill',
  batch: { id: 'batch', state, dueOn: undefined, creditedOn: undefined, missing: undefined },
});
/** Of a hundred payments: how many went so, what was said of them, where they stand. */
const WAYS: ReadonlyArray<readonly [of: number, said: ReadonlyArray<readonly [Source, Kind]>, road: Road]> = [
  [
    60,
    [
      ['order', 'order_placed'],
      ['notification', 'captured'],
      ['order', 'recorded'],
    ],
    batch('credited'),
  ],
  [
    20,
    [
      ['order', 'order_placed'],
      ['notification', 'captured'],
      ['inquiry', 'captured'],
      ['order', 'recorded'],
    ],
    NO_ROAD,
  ],
  [
    6,
    [
      ['order', 'order_placed'],
      ['inquiry', 'unpaid'],
    ],
    NO_ROAD,
  ],
  [
    4,
    [
      ['order', 'order_placed'],
      ['inquiry', 'unpaid'],
      ['inquiry', 'closed'],
    ],
    NO_ROAD,
  ],
  [
    3,
    [
      ['order', 'order_placed'],
      ['inquiry', 'captured'],
    ],
    NO_ROAD,
  ],
  [
    3,
    [
      ['order', 'order_placed'],
      ['notification', 'captured'],
      ['order', 'recorded'],
      ['notification', 'refund'],
    ],
    batch('credited'),
  ],
  [
    2,
    [
      ['order', 'order_placed'],
      ['inquiry', 'processing'],
    ],
    NO_ROAD,
  ],
  [
    1,
    [
      ['order', 'order_placed'],
      ['notification', 'captured'],
      ['order', 'recorded'],
      ['decision', 'held'],
    ],
    batch('late'),
  ],
  [
    1,
    [
      ['order', 'order_placed'],
      ['notification', 'captured'],
      ['inquiry', 'unpaid'],
    ],
    NO_ROAD,
  ],
];
const MIX = WAYS.flatMap((way) => Array.from({ length: way[0] }, () => way));

function keptOf(index: number): readonly Kept[] {
  const begun = FROM.add({ seconds: (index * 7_919) % MONTH_S });
  return MIX[(index * 37) % MIX.length]![1].map(([source, kind], i) => {
    const at = begun.add({ seconds: i * 5 });
    const o: Observed = {
      source,
      key: `${index}:${i}`,
      kind,
      occurredAt: at,
      paymentRef: `O${index}`,
      refs: kind === 'captured' ? [{ kind: 'channel_trade', value: `4200${index}` }] : [],
      said: kind,
      amount: money(100n + BigInt(index % 50_000), 'CNY'),
      ...(kind === 'refund' ? { refund: { ref: `R${index}`, state: 'succeeded' as const } } : {}),
      ...(kind === 'held' ? { hold: { ref: `H${index}`, reason: 'HELD_BY_RISK' as const } } : {}),
    };
    return { ...o, id: o.key, bodyHash: factsHash(o), lastSeenAt: at, times: 1 };
  });
}

const kept = Array.from({ length: size }, (_, i) => keptOf(i));
const standings: readonly Standing[] = kept.map((said, i) => ({
  trace: fold(said),
  setting: SHOP,
  road: MIX[(i * 37) % MIX.length]![2],
}));

/** What is made is looked at, so that nothing is left out. */
let seen = 0;
const bare = (s: Standing): Verdict =>
  Object.freeze({
    code: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: undefined,
    custody: 'unknown',
    confidence: 'recorded',
    amount: s.trace.captured,
    promise: undefined,
    also: [],
    evidence: [],
    path: [],
  });

function perSecond(what: (i: number) => Readonly<{ evidence: readonly unknown[] }>): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const began = process.cpuUsage();
    for (let i = 0; i < size; i += 1) seen += what(i).evidence.length;
    const { user, system } = process.cpuUsage(began);
    // The first round warms up.
    if (round > 0) best = Math.min(best, user + system);
  }
  return Math.trunc((size / best) * 1_000_000);
}

const baseline = perSecond((i) => bare(standings[i]!));
const judged = perSecond((i) => judge(standings[i]!, PLAN, DEFAULT_POLICY, NOW));
const folded = perSecond((i) => fold(kept[i]!));
const both = perSecond((i) => judge({ ...standings[i]!, trace: fold(kept[i]!) }, PLAN, DEFAULT_POLICY, NOW));

const result = {
  bench: 'judge',
  at: Temporal.Now.instant().toString(),
  traces: size,
  judgedPerSecond: judged,
  foldedPerSecond: folded,
  foldedAndJudgedPerSecond: both,
  baselinePerSecond: baseline,
  ratio: Number((judged / baseline).toFixed(3)),
  cpus: cpus().length,
};
process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
if (seen > 0) appendFileSync(join(import.meta.dirname, 'results.jsonl'), `${JSON.stringify(result)}\n`);
