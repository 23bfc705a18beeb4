/**
 * What we believe about one payout: a pure fold of the set of what the channel said about it (I4), so that any order of arrival gives the same
 * (I5). A payout only moves forward: what is furthest in its life stands, and a bank's refusal after “paid” is a legal move.
 */
import type { Money } from '../base/money.ts';
import { rankOf } from '../observations/observation.ts';
import { PAYOUT_STATES, type PayoutSaid, type PayoutState } from '../observations/payout.ts';

export type KeptPayout = PayoutSaid & Readonly<{ id: string; bodyHash: string; messageId: string | undefined }>;

export type PayoutContradiction =
  /** Two contents under one name: neither counts, both are kept; the channel is asked. */
  | 'conflicting_messages'
  | 'amounts_differ'
  | 'currencies_differ'
  /** Paid, or cancelled, after the bank had sent it back. */
  | 'moved_after_end';

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
  /** That it left for the bank, by whose word. */
  paid: Behind | undefined;
  returned: (Behind & Readonly<{ code: string; says: string }>) | undefined;
  /** By whom the state is known best. */
  by: PayoutSaid['source'];
  contradictions: ReadonlyArray<Readonly<{ code: PayoutContradiction; facts: readonly string[] }>>;
}>;

const stepOf = (state: PayoutState): number => PAYOUT_STATES.indexOf(state);
const isEnd = (state: PayoutState): boolean => state === 'returned' || state === 'cancelled';

/** Of at least one. Where all of it is doubted, it is known that there is such a payout, and no more. */
export function foldPayout(facts: readonly KeptPayout[]): Told {
  const contradictions = new Map<PayoutContradiction, Set<string>>();
  const contradict = (code: PayoutContradiction, of: readonly KeptPayout[]): void => {
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

/** A document and a bank's statement know more of the end than the channel's word, and the channel more of the way (I6). */
export function stateOfBatch(found: FoundState | null, told: Told['state'] | undefined): FoundState {
  if (found === 'credited' || found === 'short' || found === 'returned') return found;
  if (told === 'returned') return 'returned';
  if (found === 'late' || told === undefined || told === 'cancelled') return found ?? 'not_checked';
  return 'on_its_way';
}

export type BatchContradiction =
  | PayoutContradiction
  /** The documents have another amount for it. */
  | 'document_differs'
  /** The bank's statement has it, and the channel says that the bank sent it back. */
  | 'credited_and_returned';

/** What contradicts what, of a batch that was told of and found. */
export function contradictionsOf(
  told: Readonly<{ state: PayoutState; amount: Money; contradictions: ReadonlyArray<Readonly<{ code: string }>> }>,
  found: FoundState | null,
  net: Money | undefined,
): readonly string[] {
  const codes = told.contradictions.map((c) => c.code);
  if (found !== null && net !== undefined && (net.minor !== told.amount.minor || net.currency !== told.amount.currency))
    codes.push('document_differs');
  if ((found === 'credited' || found === 'short') && told.state === 'returned') codes.push('credited_and_returned');
  return codes;
}
