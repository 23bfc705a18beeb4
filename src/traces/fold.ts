/**
 * The trace of one payment: a pure fold of the set of its observations (I4). The set is sorted by (when it happened, how far the
 * source is believed, key), so that any order of arrival gives the same trace (I5).
 *
 * May not: read the clock, the database or a plan. Cost: O(n²) for the n ≤ 20 observations a payment has; most have one, and what needs
 * two of them, or refunds, disputes and holds, is not begun without.
 */
import type { Money } from '../base/money.ts';
import { compareInstants } from '../base/time.ts';
import {
  type Funding,
  type HoldReason,
  type Observed,
  type RefundState,
  rankOf,
  type Source,
} from '../observations/observation.ts';
import { type ContradictionCode, type Move, move, type Position } from './transitions.ts';

/** An observation as the book keeps it. */
export type Kept = Observed &
  Readonly<{
    id: string;
    /** What it says, hashed: two hashes under one (source, key) are a conflict. */
    bodyHash: string;
    /** The last time the same thing was said again. */
    lastSeenAt: Temporal.Instant;
    times: number;
  }>;

export type Contradiction = Readonly<{ code: ContradictionCode; observations: readonly string[] }>;
export type Refund = Readonly<{
  ref: string;
  state: RefundState;
  amount: Money | undefined;
  at: Temporal.Instant;
  /** Who told of its state, and what was said about it. */
  by: Source;
  observations: readonly string[];
  to: Funding | undefined;
}>;

/** Money that the channel has frozen and not set free. */
export type Hold = Readonly<{
  ref: string;
  reason: HoldReason;
  since: Temporal.Instant;
  until: Temporal.Instant | undefined;
}>;

export type Trace = Readonly<{
  position: Position;
  /** What the merchant asked for. */
  ordered: Money | undefined;
  placedAt: Temporal.Instant | undefined;
  expiresAt: Temporal.Instant | undefined;
  /** When the merchant's own system closed the order. */
  orderClosedAt: Temporal.Instant | undefined;
  /** When the merchant's system came to know of the payment. */
  recordedAt: Temporal.Instant | undefined;
  processingSince: Temporal.Instant | undefined;
  /** The channel was at work on it once: the customer may have been debited, whatever came of it. */
  wasAtWork: boolean;
  captured: Money | undefined;
  capturedAt: Temporal.Instant | undefined;
  /** The most believed source that said captured. */
  capturedBy: Source | undefined;
  /** The sources that said where it stands. */
  saidBy: readonly Source[];
  refunds: readonly Refund[];
  refundedMinor: bigint;
  /** What the payer's bank has taken back and not returned. */
  chargedBackMinor: bigint;
  holds: readonly Hold[];
  /** The channel's latest word about the payment itself, and when it was last said. */
  lastWord: Move | undefined;
  lastWordAt: Temporal.Instant | undefined;
  /** How often in a row the channel said it knows no such payment. */
  notFoundTimes: number;
  /** Complete bills of its days do not have it: the channel's proof that it never was. */
  absent: boolean;
  contradictions: readonly Contradiction[];
  /** The observations the position rests on, strongest last. */
  evidence: readonly string[];
}>;

const MOVES: ReadonlySet<string> = new Set<Move>([
  'processing',
  'captured',
  'unpaid',
  'not_found',
  'closed',
  'failed',
  'reversed',
]);

const DENIAL: ReadonlySet<string> = new Set<Move>(['unpaid', 'not_found', 'closed', 'failed']);
const SUCCESS: ReadonlySet<string> = new Set<Move>(['captured']);
/** The words that say that a payment stands there. */
const SAYING: Readonly<Record<Position, ReadonlySet<string>>> = {
  expected: DENIAL,
  ordered: DENIAL,
  debited: new Set<Move>(['processing']),
  captured: SUCCESS,
  closed: DENIAL,
  failed: DENIAL,
  reversed: new Set<Move>(['reversed']),
  refunded: SUCCESS,
};

export function fold(observations: readonly Kept[]): Trace {
  const contradictions: Contradiction[] = [];
  const contradict = (code: ContradictionCode, ...ids: string[]): void => {
    contradictions.push({ code, observations: ids });
  };

  // What a customer claims is kept beside the payment and moves nothing (I6).
  const believed = those(observations, (o) => o.source !== 'claim');
  const sure = withoutConflicts(believed, contradict);
  const sorted = sure.length > 1 ? sure.toSorted(byTime) : sure;
  const placed = sorted.find((o) => o.kind === 'order_placed');
  const words = those(sorted, (o) => MOVES.has(o.kind) && isOfTheChannel(o));

  let position: Position = placed === undefined ? 'expected' : 'ordered';
  let evidence: string[] = [];
  let processingSince: Temporal.Instant | undefined;
  for (const word of words) {
    const next = move(position, word.kind as Move);
    if (next.contradiction !== undefined) {
      // Whether a denied success stands denied depends on what was heard last, below.
      if (next.contradiction !== 'success_denied') contradict(next.contradiction, word.id, ...evidence);
      continue;
    }
    if (next.to === position) evidence.push(word.id);
    else {
      evidence = [word.id];
      processingSince = next.to === 'debited' ? word.occurredAt : undefined;
    }
    position = next.to;
  }
  const successes = those(words, (o) => o.kind === 'captured');
  const best = strongest(successes);
  // A channel's answers trail its own books by a moment: only a denial heard after the last confirmation contradicts.
  // One reference may have seen several tries: that another try came to nothing denies nothing.
  if (position === 'captured')
    for (const word of words.filter((o) => o.kind !== 'captured')) {
      const denied = successes.filter((o) => mayBeOneTrade(o, word));
      if (denied.length > 0 && isAfter(word.lastSeenAt, latest(denied)))
        contradict('success_denied', word.id, strongest(denied)!.id);
    }
  const captured = best?.amount;
  for (const other of successes) {
    if (captured === undefined || other.amount === undefined) continue;
    if (other.amount.currency !== captured.currency) contradict('currencies_differ', other.id, best!.id);
    else if (other.amount.minor !== captured.minor) contradict('amounts_differ', other.id, best!.id);
  }
  if (placed?.amount !== undefined && captured !== undefined && placed.amount.currency !== captured.currency)
    contradict('currencies_differ', placed.id, best!.id);

  const refundWords = sorted.filter((o) => o.kind === 'refund');
  const trades = refundWords.length === 0 ? NO_TRADES : tradesOf(sorted);
  const refunds = refundsOf(refundWords, trades);
  const refundedMinor = refundedOf(refunds, trades);
  if (refundedMinor > (captured?.minor ?? 0n)) contradict('refund_exceeds_capture', ...refundWords.map((o) => o.id));
  if (position === 'captured' && captured !== undefined && captured.minor > 0n && refundedMinor >= captured.minor) {
    position = 'refunded';
    evidence.push(...refundWords.filter((o) => o.refund?.state === 'succeeded').map((o) => o.id));
  }

  const last = lastWord(words);
  return Object.freeze({
    position,
    ordered: placed?.amount,
    placedAt: placed?.occurredAt,
    expiresAt: placed?.expiresAt,
    orderClosedAt: closedAt(sorted),
    recordedAt: sorted.find((o) => o.kind === 'recorded')?.occurredAt,
    processingSince: position === 'debited' ? processingSince : undefined,
    wasAtWork: words.some((o) => o.kind === 'processing'),
    captured,
    capturedAt: successes[0]?.occurredAt,
    capturedBy: best?.source,
    saidBy: sourcesOf(words, SAYING[position]),
    refunds,
    refundedMinor,
    chargedBackMinor: chargedBackOf(sorted, captured),
    holds: holdsOf(sorted),
    lastWord: last?.kind as Move | undefined,
    lastWordAt: last?.lastSeenAt,
    notFoundTimes: last?.kind === 'not_found' ? last.times : 0,
    absent:
      (position === 'ordered' || position === 'expected') &&
      words.some((o) => o.source === 'bill' && o.kind === 'not_found'),
    contradictions: eachOnce(contradictions),
    evidence,
  });
}

/** Most of the time all of them: the list itself, then, and no copy. */
const those = (list: readonly Kept[], are: (o: Kept) => boolean): readonly Kept[] =>
  list.every(are) ? list : list.filter(are);

/** Each code once, with whatever is in it. */
function eachOnce(contradictions: readonly Contradiction[]): readonly Contradiction[] {
  if (contradictions.length === 0) return contradictions;
  return [...Map.groupBy(contradictions, (c) => c.code)].map(([code, of]) => ({
    code,
    observations: [...new Set(of.flatMap((c) => c.observations))].sort(),
  }));
}

/** Closed, and not taken up again since. */
function closedAt(sorted: readonly Kept[]): Temporal.Instant | undefined {
  const reopened = sorted.findLastIndex((o) => o.kind === 'order_reopened');
  return sorted.find((o, i) => i > reopened && o.kind === 'order_closed')?.occurredAt;
}

/** What a customer shows and what the merchant's system believes move no money. */
const isOfTheChannel = ({ source }: Kept): boolean => source !== 'claim' && source !== 'order';

/** Two contents under one name: neither counts, both are kept and shown; the channel is asked, and its answer has a name of its own. */
function withoutConflicts(
  observations: readonly Kept[],
  contradict: (code: ContradictionCode, ...ids: string[]) => void,
): readonly Kept[] {
  if (observations.length < 2) return observations;
  const isDoubted = (o: Kept): boolean =>
    observations.some(
      (p) => p.key === o.key && p.bodyHash !== o.bodyHash && p.kind === o.kind && p.source === o.source,
    );
  const doubted = observations.filter(isDoubted);
  if (doubted.length === 0) return observations;
  contradict('conflicting_messages', ...doubted.map((o) => o.id));
  return observations.filter((o) => !doubted.includes(o));
}

function byTime(a: Kept, b: Kept): number {
  return (
    compareInstants(a.occurredAt, b.occurredAt) ||
    rankOf(a.source) - rankOf(b.source) ||
    compareText(a.key, b.key) ||
    compareText(a.kind, b.kind) ||
    compareText(a.id, b.id)
  );
}
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const isAfter = (a: Temporal.Instant, b: Temporal.Instant): boolean => compareInstants(a, b) > 0;

/** The success of the most believed source; of equals the first. */
function strongest(successes: readonly Kept[]): Kept | undefined {
  return successes.reduce<Kept | undefined>(
    (best, o) => (best === undefined || rankOf(o.source) > rankOf(best.source) ? o : best),
    undefined,
  );
}

function sourcesOf(words: readonly Kept[], saying: ReadonlySet<string>): readonly Source[] {
  let sources: readonly Source[] = [];
  for (const { kind, source } of words)
    if (saying.has(kind) && !sources.includes(source)) sources = [...sources, source];
  return sources;
}

/** Unless both name the channel's own number, and no number is the same. */
function mayBeOneTrade(a: Kept, b: Kept): boolean {
  const [one, other] = [tradesOf([a]), tradesOf([b])];
  return one.size === 0 || other.size === 0 || !one.isDisjointFrom(other);
}

const latest = (said: readonly Kept[]): Temporal.Instant =>
  said.map((o) => o.lastSeenAt).reduce((a, b) => (isAfter(b, a) ? b : a));

function lastWord(words: readonly Kept[]): Kept | undefined {
  return words.reduce<Kept | undefined>(
    (last, o) => (last === undefined || !isAfter(last.lastSeenAt, o.lastSeenAt) ? o : last),
    undefined,
  );
}

/** The channel's own numbers of the payment. A refund named by one of them is all that was given back so far, not one more. */
const tradesOf = (sorted: readonly Kept[]): ReadonlySet<string> =>
  new Set(sorted.flatMap((o) => o.refs.filter((r) => r.kind === 'channel_trade').map((r) => r.value)));
const NO_TRADES: ReadonlySet<string> = new Set();

/** The single refunds that are known together, or all of them as the channel tells it: the one may be ahead of the other. */
function refundedOf(refunds: readonly Refund[], trades: ReadonlySet<string>): bigint {
  if (refunds.length === 0) return 0n;
  const done = refunds.filter((r) => r.state === 'succeeded');
  const sumOf = (of: readonly Refund[]): bigint => of.reduce((sum, r) => sum + (r.amount?.minor ?? 0n), 0n);
  const all = sumOf(done.filter((r) => trades.has(r.ref)));
  const each = sumOf(done.filter((r) => !trades.has(r.ref)));
  return all > each ? all : each;
}

/**
 * Each refund by its own reference. A refund that succeeded stays so, whatever is heard later of its earlier states; only that it came back
 * (the customer's bank refused it) undoes it.
 */
function refundsOf(words: readonly Kept[], trades: ReadonlySet<string>): readonly Refund[] {
  if (words.length === 0) return [];
  const states = new Map<string, Refund>();
  for (const o of words) {
    if (o.refund === undefined) continue;
    const { ref, state } = o.refund;
    const known = states.get(ref);
    const observations = [...(known?.observations ?? []), o.id];
    const to = o.refund.to ?? known?.to;
    if (known?.state !== 'succeeded' || state === 'abnormal') {
      states.set(ref, {
        ref,
        state,
        amount: o.amount ?? known?.amount,
        at: o.occurredAt,
        by: o.source,
        observations,
        to,
      });
      continue;
    }
    // All that was given back only grows; of a single refund the amount may be told after its end.
    const isMore = trades.has(ref) && (o.amount?.minor ?? 0n) > (known.amount?.minor ?? 0n);
    const amount = isMore || known.amount === undefined ? o.amount : known.amount;
    const by = state === 'succeeded' && rankOf(o.source) > rankOf(known.by) ? o.source : known.by;
    states.set(ref, { ...known, amount, by, observations, to });
  }
  return [...states.values()];
}

/** The last word on each dispute counts; a dispute without an amount is about all that was paid. */
function chargedBackOf(sorted: readonly Kept[], captured: Money | undefined): bigint {
  if (!sorted.some((o) => o.dispute !== undefined)) return 0n;
  const open = new Map<string, bigint>();
  for (const o of sorted) {
    if (o.dispute === undefined) continue;
    if (o.kind === 'charged_back') open.set(o.dispute.ref, o.amount?.minor ?? captured?.minor ?? 0n);
    else if (o.kind === 'chargeback_undone') open.delete(o.dispute.ref);
  }
  return [...open.values()].reduce((sum, minor) => sum + minor, 0n);
}

function holdsOf(sorted: readonly Kept[]): readonly Hold[] {
  if (!sorted.some((o) => o.hold !== undefined)) return [];
  const holds = new Map<string, Hold>();
  for (const { kind, hold, occurredAt } of sorted) {
    if (hold === undefined) continue;
    if (kind === 'held')
      holds.set(hold.ref, { ref: hold.ref, reason: hold.reason, since: occurredAt, until: hold.until });
    else if (kind === 'released') holds.delete(hold.ref);
  }
  return [...holds.values()];
}
