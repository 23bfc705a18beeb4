/**
 * Every sequence of up to five of twelve observations: 271,452 of them. Each is folded in three orders of arrival and judged in several
 * settings; I4 to I7 hold in all. A sequence that fails is printed as a line that plays it alone.
 *
 * An observation happens in the minute of its place in the sequence, so that every order of happening is among them. What the channel
 * answers again in the same words is the same observation, heard once more (`traces/advance.ts`); everything else is another one.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { money } from '../src/base/money.ts';
import { factsHash } from '../src/observations/facts.ts';
import type { Kind, Observed, Source } from '../src/observations/observation.ts';
import { defaultPlan } from '../src/plans/plan.ts';
import { fold, type Kept, type Trace } from '../src/traces/fold.ts';
import { judge, ROWS, type Verdict } from '../src/verdicts/judge.ts';
import { DEFAULT_POLICY } from '../src/verdicts/policy.ts';
import { judgeRefund, REFUND_ROWS } from '../src/verdicts/refunds.ts';
import { say } from '../src/verdicts/say.ts';
import { NO_ROAD, type Road, type Setting } from '../src/verdicts/standing.ts';
import type { Direction } from '../src/verdicts/words.ts';
import { readMatrix } from './support/verdict-stories.ts';

type Letter = Readonly<{ source: Source; kind: Kind; yuan?: bigint; more?: Partial<Observed> }>;
const LETTERS: Readonly<Record<string, Letter>> = {
  order: { source: 'order', kind: 'order_placed', yuan: 100n },
  recorded: { source: 'order', kind: 'recorded' },
  claimed_paid: { source: 'claim', kind: 'captured', yuan: 100n },
  working: { source: 'inquiry', kind: 'processing' },
  told_paid: { source: 'notification', kind: 'captured', yuan: 100n },
  asked_paid: { source: 'inquiry', kind: 'captured', yuan: 100n },
  unpaid: { source: 'inquiry', kind: 'unpaid' },
  not_found: { source: 'inquiry', kind: 'not_found' },
  closed: { source: 'inquiry', kind: 'closed' },
  reversed: { source: 'notification', kind: 'reversed' },
  refund: { source: 'notification', kind: 'refund', yuan: 60n, more: { refund: { ref: 'R1', state: 'succeeded' } } },
  disputed: { source: 'decision', kind: 'charged_back', more: { dispute: { ref: 'D1' } } },
};
const NAMES = Object.keys(LETTERS);
const LONGEST = 5;
const ALL = 271_452;

const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');
const MINUTES = Array.from({ length: LONGEST }, (_, i) => T0.add({ minutes: i }));

/** [letter][place] */
const ALPHABET: ReadonlyArray<readonly Kept[]> = NAMES.map((name) =>
  MINUTES.map((at, place) => keptOf(name, at, place)),
);
function keptOf(name: string, at: Temporal.Instant, place: number): Kept {
  const { source, kind, yuan, more } = LETTERS[name]!;
  const o: Observed = {
    source,
    key: `${name}:${place}`,
    kind,
    occurredAt: at,
    paymentRef: 'O1',
    refs: [],
    said: name,
    ...(yuan === undefined ? {} : { amount: money(yuan * 100n, 'CNY') }),
    ...more,
    // The second refund is another one: together they are more than was paid.
    ...(kind === 'refund' ? { refund: { ref: `R${place}`, state: 'succeeded' } as const } : {}),
  };
  return { ...o, id: o.key, bodyHash: factsHash(o), lastSeenAt: at, times: 1 };
}
/** An answer of the channel without a time of its own. */
const isRepeatable = NAMES.map((name) => LETTERS[name]!.source === 'inquiry' && LETTERS[name]!.kind !== 'captured');
const again = new Map<Kept, Map<number, Kept>>();
function heardAgain(first: Kept, place: number): Kept {
  let known = again.get(first);
  if (known === undefined) {
    known = new Map();
    again.set(first, known);
  }
  let kept = known.get(place);
  if (kept === undefined) {
    kept = { ...first, lastSeenAt: MINUTES[place]!, times: first.times + 1 };
    known.set(place, kept);
  }
  return kept;
}

/** Orders of 2 to 5 things, but for the given one and its reverse. */
const ORDERS = [2, 3, 4, 5].map((n) =>
  ordersOf(Array.from({ length: n }, (_, i) => i)).filter(
    (o) => o.some((x, i) => x !== i) && o.some((x, i) => x !== n - 1 - i),
  ),
);
function ordersOf(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) => ordersOf(items.filter((x) => x !== first)).map((rest) => [first, ...rest]));
}

// ------------------------------------------------------------------------------------------- the settings it is judged in

const SHOP: Setting = { orderRequired: true, paidBefore: false, onlyHints: false };
const PLAN = defaultPlan('wechatpay');
const SOON = T0.add({ minutes: 6 });
const MUCH_LATER = T0.add({ hours: 24 * 30 });
const batch = (state: NonNullable<Road['batch']>['state']): NonNullable<Road['batch']> => ({
  id: 'B1',
  state,
  dueOn: undefined,
  creditedOn: undefined,
  missing: undefined,
});
const SETTINGS: ReadonlyArray<Readonly<{ setting: Setting; road: Road; now: Temporal.Instant }>> = [
  { setting: SHOP, road: NO_ROAD, now: SOON },
  { setting: { ...SHOP, onlyHints: true }, road: { ...NO_ROAD, bankWatched: true }, now: MUCH_LATER },
  {
    setting: { ...SHOP, orderRequired: false },
    road: { ...NO_ROAD, clearedOn: Temporal.PlainDate.from('2026-11-20'), batch: batch('credited') },
    now: MUCH_LATER,
  },
];

const CODE_OF = new Map([...ROWS, ...REFUND_ROWS].map((row) => [row.id, row.code]));
const has = (set: readonly Kept[], name: string): boolean => set.some((o) => o.said === name);

/** What is wrong with it, or undefined. Kept plain: it runs 271,452 times. */
function wrongWith(set: readonly Kept[], index: number): string | undefined {
  const trace = fold(set);
  if (set.length > 1) {
    if (!same(trace, fold(set.toReversed()))) return 'I5: the other way round it gives another trace';
    const orders = ORDERS[set.length - 2]!;
    if (orders.length > 0) {
      const order = orders[(index * 2_654_435_761) % orders.length]!;
      if (!same(trace, fold(order.map((i) => set[i]!)))) return `I5: in the order ${order} it gives another trace`;
    }
  }
  const isPaidByTheChannel = has(set, 'told_paid') || has(set, 'asked_paid');
  if (trace.position === 'captured' && !isPaidByTheChannel) return 'captured on nobody’s word';
  for (const { setting, road, now } of SETTINGS) {
    const v = judge({ trace, setting, road }, PLAN, DEFAULT_POLICY, now);
    const credited = road.batch?.state === 'credited';
    if ((v.code === 'received' || v.also.includes('received')) && !credited)
      return 'I6: received without a credited batch';
    if (v.code === 'unpaid' || v.also.includes('unpaid')) {
      const twice = set.some((o) => o.kind === 'not_found' && o.times > 1);
      if (!twice && !has(set, 'unpaid') && !has(set, 'closed')) return 'I7: unpaid without the channel’s word';
      if (trace.position === 'captured' || trace.position === 'debited')
        return 'I7: unpaid, and the channel says otherwise';
    }
    if (v.release === 'yes') {
      if (!isPaidByTheChannel) return 'goods on nobody’s word';
      if (trace.position !== 'captured') return `goods for what is ${trace.position}`;
      if (setting.onlyHints && !has(set, 'asked_paid') && road.clearedOn === undefined) return 'goods on a hint';
      if (has(set, 'disputed')) return 'goods for what is disputed';
    }
    const wrong = wrongSaying(v, 'in') ?? undefined;
    if (wrong !== undefined) return wrong;
  }
  if (trace.refundedMinor > (trace.captured?.minor ?? 0n) && trace.contradictions.length === 0)
    return 'more went back than came, and nobody says so';
  for (const refund of trace.refunds) {
    const v = judgeRefund(
      { refund, trace, asked: undefined, funding: undefined, missedSince: undefined, missingFromBills: false },
      PLAN,
      SOON,
    );
    if (v.code === 'received') return 'I6: a refund has arrived where nobody sees it';
    if (v.release === 'yes') return 'a refund releases goods';
    const wrong = wrongSaying(v, 'out');
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const said = new Set<string>();
const cells = new Set<string>();
/** The words are tried once for each kind of verdict. */
function wrongSaying(v: Verdict, direction: Direction): string | undefined {
  if (v.path.length === 0 || CODE_OF.get(v.path[0]!) !== v.code) return 'the path does not begin with the headline';
  if (v.also.includes(v.code)) return 'the headline stands beside itself';
  const kind = `${direction} ${v.code} ${v.release} ${v.amount === undefined} ${v.promise === undefined}`;
  if (said.has(kind)) return undefined;
  said.add(kind);
  if (direction === 'in') cells.add(`${v.code} × ${v.cause}`);
  const words = say(v, { direction, channel: 'wechatpay', plan: PLAN, at: T0, look: SOON, now: T0 });
  return [words.cashier, words.agent, words.accountant, words.provesWrong].some((t) =>
    /[{}]|undefined/.test(t.zh + t.en),
  )
    ? `a place is not filled: ${kind}`
    : undefined;
}

/** Instants, amounts and identities are those of the observations, so that identity is equality. */
function same(a: Trace, b: Trace): boolean {
  return (
    a.position === b.position &&
    a.ordered === b.ordered &&
    a.placedAt === b.placedAt &&
    a.expiresAt === b.expiresAt &&
    a.orderClosedAt === b.orderClosedAt &&
    a.recordedAt === b.recordedAt &&
    a.processingSince === b.processingSince &&
    a.wasAtWork === b.wasAtWork &&
    a.captured === b.captured &&
    a.capturedAt === b.capturedAt &&
    a.capturedBy === b.capturedBy &&
    sameList(a.saidBy, b.saidBy, (x, y) => x === y) &&
    a.refundedMinor === b.refundedMinor &&
    a.chargedBackMinor === b.chargedBackMinor &&
    a.lastWord === b.lastWord &&
    a.lastWordAt === b.lastWordAt &&
    a.notFoundTimes === b.notFoundTimes &&
    a.absent === b.absent &&
    sameList(a.evidence, b.evidence, (x, y) => x === y) &&
    sameList(a.holds, b.holds, (x, y) => x.ref === y.ref && x.since === y.since) &&
    sameList(
      a.refunds,
      b.refunds,
      (x, y) =>
        x.ref === y.ref &&
        x.state === y.state &&
        x.amount === y.amount &&
        x.at === y.at &&
        x.by === y.by &&
        sameList(x.observations, y.observations, (p, q) => p === q),
    ) &&
    sameList(
      a.contradictions,
      b.contradictions,
      (x, y) => x.code === y.code && sameList(x.observations, y.observations, (p, q) => p === q),
    )
  );
}
function sameList<T>(a: readonly T[], b: readonly T[], equal: (x: T, y: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equal(a[i]!, b[i]!)) return false;
  return true;
}

// ------------------------------------------------------------------------------------------- all of them

function setOf(before: readonly Kept[], letter: number, place: number): readonly Kept[] {
  if (isRepeatable[letter]) {
    const at = before.findIndex((o) => o.said === NAMES[letter]);
    if (at !== -1) return before.with(at, heardAgain(before[at]!, place));
  }
  return [...before, ALPHABET[letter]![place]!];
}

test('all 271,452 sequences of up to five observations', () => {
  const only = process.env.SEQUENCE?.split(',').map((name) => NAMES.indexOf(name.trim()));
  if (only !== undefined) {
    const set = only.reduce<readonly Kept[]>((before, letter, place) => setOf(before, letter, place), []);
    assert.equal(wrongWith(set, 0), undefined);
    return;
  }
  let count = 0;
  const names: string[] = [];
  const walk = (before: readonly Kept[], place: number): void => {
    for (let letter = 0; letter < NAMES.length; letter++) {
      const set = setOf(before, letter, place);
      names.push(NAMES[letter]!);
      count += 1;
      const wrong = wrongWith(set, count);
      if (wrong !== undefined)
        assert.fail(`${wrong}\nreplay: SEQUENCE=${names.join()} node --test tests/sequences.test.ts`);
      if (place + 1 < LONGEST) walk(set, place + 1);
      names.pop();
    }
  };
  walk([], 0);
  assert.equal(count, ALL);
});

test('what they mean is told in the matrix of verdicts', () => {
  if (process.env.SEQUENCE !== undefined) return;
  const { stories } = readMatrix(readFileSync(join(import.meta.dirname, 'scenarios', 'verdicts.txt'), 'utf8'));
  const told = new Set(stories.filter((s) => s.channels.includes('wechatpay')).map((s) => `${s.verdict} × ${s.cause}`));
  assert.deepEqual(
    [...cells].filter((cell) => !told.has(cell)),
    [],
  );
  assert.ok(cells.size >= 10, `only ${cells.size} kinds of verdict came out: ${[...cells]}`);
});
