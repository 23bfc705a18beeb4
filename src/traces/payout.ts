/**
 * What we believe about one payout: a pure fold of the set of what the channel said about it (I4), so that any order of arrival gives the same
 * (I5). A payout only moves forward: what is furthest in its life stands, and a bank's refusal after “paid” is a legal move.
 */
import type { Text } from '../base/lang.ts';
import type { Money } from '../base/money.ts';
import { endOfDay, instantOf } from '../base/time.ts';
import { rankOf } from '../observations/observation.ts';
import { PAYOUT_STATES, type PayoutSaid, type PayoutState } from '../observations/payout.ts';
import type { Plan } from '../plans/plan.ts';
import { windowEnd } from '../plans/promise.ts';

export type KeptPayout = PayoutSaid &
  Readonly<{ id: string; bodyHash: string; messageId: string | undefined; lastSeenAt: Temporal.Instant }>;

/** What can contradict what, of a batch that is told of: within what the channel says, and against what documents and the bank have. */
export const BATCH_CONTRADICTIONS = {
  /** Neither counts, both are kept; the channel is asked. */
  conflicting_messages: { en: 'one event came with two contents', zh: '同一事件收到两种内容' },
  amounts_differ: { en: 'the channel names two amounts', zh: '渠道前后说了两个金额' },
  currencies_differ: { en: 'the channel names two currencies', zh: '渠道前后说了两个币种' },
  moved_after_end: { en: 'the channel moved it on after its end', zh: '已终结后渠道又说它有变动' },
  members_differ: {
    en: 'what the channel lists in it does not add up to it',
    zh: '渠道列出的明细与出款金额不等',
  },
  document_differs: { en: 'the documents have another amount for it', zh: '单据上的金额不同' },
  credited_and_returned: {
    en: 'the bank’s statement has it, and the channel says that the bank sent it back',
    zh: '银行流水已有入账,渠道却说银行退回',
  },
} as const satisfies Record<string, Text>;
export type BatchContradiction = keyof typeof BATCH_CONTRADICTIONS;

/** A fact that stands behind something. */
export type Behind = Readonly<{
  at: Temporal.Instant;
  source: PayoutSaid['source'];
  factId: string;
  messageId: string | undefined;
}>;

export type Told = Readonly<{
  state: PayoutState;
  amount: Money;
  arrivalOn: Temporal.PlainDate | undefined;
  /** When the channel said last that it stands so; undefined where all that it said is doubted. */
  saidAt: Temporal.Instant | undefined;
  /** That it left for the bank, by whose word. */
  paid: Behind | undefined;
  returned: (Behind & Readonly<{ code: string; says: string }>) | undefined;
  /** By whom the state is known best. */
  by: PayoutSaid['source'];
  contradictions: ReadonlyArray<Readonly<{ code: BatchContradiction; facts: readonly string[] }>>;
}>;

const stepOf = (state: PayoutState): number => PAYOUT_STATES.indexOf(state);
const isEnd = (state: PayoutState): boolean => state === 'returned' || state === 'cancelled';

/** Of at least one. Where all of it is doubted, it is known that there is such a payout, and no more. */
export function foldPayout(facts: readonly KeptPayout[]): Told {
  const contradictions = new Map<BatchContradiction, Set<string>>();
  const contradict = (code: BatchContradiction, of: readonly KeptPayout[]): void => {
    const known = contradictions.get(code) ?? new Set();
    for (const { id } of of) known.add(id);
    contradictions.set(code, known);
  };
  const doubted = facts.filter((f) =>
    facts.some((g) => g.source === f.source && g.key === f.key && g.bodyHash !== f.bodyHash),
  );
  if (doubted.length > 0) contradict('conflicting_messages', doubted);
  const sure = facts.filter((f) => !doubted.includes(f));
  const sorted = (
    sure.length > 0 ? sure : doubted.map((f) => ({ ...f, state: 'pending' as const, arrivalOn: undefined }))
  ).sort(byLife);
  const last = sorted.at(-1)!;
  const first = (state: PayoutState): KeptPayout | undefined => sorted.find((f) => f.state === state);
  const paid = first('paid');
  const returned = first('returned');
  // Of several figures the most believed counts, and of those the latest.
  const best = sorted.toSorted((a, b) => rankOf(b.source) - rankOf(a.source) || -compareAt(a, b))[0]!;
  for (const other of sorted) {
    if (other.amount.currency !== best.amount.currency) contradict('currencies_differ', [other, best]);
    else if (other.amount.minor !== best.amount.minor) contradict('amounts_differ', [other, best]);
  }
  const end = sorted.find((f) => isEnd(f.state));
  const after = sorted.filter(
    (f) => end !== undefined && f.state !== end.state && Temporal.Instant.compare(f.occurredAt, end.occurredAt) > 0,
  );
  if (end !== undefined && after.length > 0) contradict('moved_after_end', [end, ...after]);
  const same = sorted.filter((f) => f.state === last.state);
  return Object.freeze({
    state: last.state,
    amount: best.amount,
    arrivalOn: sorted.toSorted(compareAt).findLast((f) => f.arrivalOn !== undefined)?.arrivalOn,
    saidAt: sure.length === 0 ? undefined : same.map(saidAt).sort(Temporal.Instant.compare).at(-1),
    // A payout that the bank sent back had left, whether or not that was told.
    paid: paid === undefined ? undefined : behind(paid),
    returned:
      returned === undefined
        ? undefined
        : { ...behind(returned), ...(same.find((f) => f.failure !== undefined)?.failure ?? { code: '', says: '' }) },
    by: same.some((f) => f.source === 'inquiry') ? 'inquiry' : 'notification',
    contradictions: [...contradictions]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, ids]) => ({ code, facts: [...ids].sort() })),
  });
}

/** An answer that says the same again is kept once: it was said when it came last. */
const saidAt = (f: KeptPayout): Temporal.Instant => (f.source === 'inquiry' ? f.lastSeenAt : f.occurredAt);

const behind = (f: KeptPayout): Behind => ({
  at: f.occurredAt,
  source: f.source,
  factId: f.id,
  messageId: f.messageId,
});

const compareAt = (a: KeptPayout, b: KeptPayout): number =>
  Temporal.Instant.compare(a.occurredAt, b.occurredAt) ||
  stepOf(a.state) - stepOf(b.state) ||
  compareText(a.source, b.source) ||
  compareText(a.key, b.key) ||
  compareText(a.bodyHash, b.bodyHash);
const byLife = (a: KeptPayout, b: KeptPayout): number => stepOf(a.state) - stepOf(b.state) || compareAt(a, b);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What a reconciliation found of the same batch; null: none has seen it. */
export type FoundState = 'not_checked' | 'on_its_way' | 'late' | 'credited' | 'short' | 'returned';

/** By when the bank should have it: the end of the day of arrival where the account is settled, and the days that its plan gives the bank. */
export const lateFrom = (dueOn: Temporal.PlainDate, { valueWindowDays, settle }: Plan): Temporal.Instant =>
  instantOf(endOfDay(windowEnd(dueOn, valueWindowDays), settle.zone));

/** It has not left for good yet: `paid`, the channel has done its part. */
export const isUnderway = (state: PayoutState): boolean => state === 'pending' || state === 'in_transit';

/** Late on the channel's own word: after that moment it still says that the payout is under way. Its silence says nothing (I7). */
export const isLate = (
  { state, saidAt: at }: Pick<Told, 'state' | 'saidAt'>,
  dueOn: Temporal.PlainDate | undefined,
  plan: Plan,
): boolean =>
  isUnderway(state) &&
  at !== undefined &&
  dueOn !== undefined &&
  Temporal.Instant.compare(at, lateFrom(dueOn, plan)) >= 0;

/** A document and a bank's statement know more of the end than the channel's word, and the channel more of the way (I6). */
export function stateOfBatch(found: FoundState | null, told: Told['state'] | undefined, late = false): FoundState {
  if (found === 'credited' || found === 'short' || found === 'returned') return found;
  if (told === 'returned') return 'returned';
  if (found === 'late' || told === undefined || told === 'cancelled') return found ?? 'not_checked';
  return late ? 'late' : 'on_its_way';
}

/** `listedMinor`: what the channel's whole list of what is in it adds up to. */
export function contradictionsOf(
  told: Pick<Told, 'state' | 'amount' | 'contradictions'>,
  found: Readonly<{ state: FoundState; net: Money }> | undefined,
  listedMinor: bigint | undefined,
): readonly BatchContradiction[] {
  const codes = told.contradictions.map((c) => c.code);
  const { minor, currency } = told.amount;
  if (listedMinor !== undefined && listedMinor !== minor) codes.push('members_differ');
  if (found !== undefined && (found.net.minor !== minor || found.net.currency !== currency))
    codes.push('document_differs');
  if ((found?.state === 'credited' || found?.state === 'short') && told.state === 'returned')
    codes.push('credited_and_returned');
  return codes;
}
