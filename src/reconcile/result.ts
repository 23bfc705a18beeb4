/**
 * What a reconciliation says: the whole of `result.json`, and all that the report, the exports and the terminal show.
 * Plain data; amounts are `{ amount: '12.34', currency: 'CNY' }`; instants carry their offset; nothing here depends on the
 * wall clock, on the order of the input files or on where they lie.
 *
 * Sign of a difference: ours − theirs. A missing channel line is positive, a channel line without an order negative.
 */
import type { Text } from '../base/lang.ts';
import type { Role } from '../files/line.ts';
import type { Cause, Reason, Release, VerdictCode } from '../verdicts/catalogue.ts';
import type { FindingCode } from '../verdicts/findings.ts';

export const JOINTS = ['orders', 'batches', 'bank'] as const;
/** `orders` orders ↔ channel lines · `batches` channel lines ↔ settlement batches · `bank` batches ↔ bank credits. */
export type Joint = (typeof JOINTS)[number];

export const BREAK_CLASSES = [
  'ours_only',
  'theirs_only',
  'amount',
  'status',
  'duplicate',
  'fee',
  'batch_missing',
  'batch_short',
  'bank_missing',
  'bank_unidentified',
  'timing',
  'ambiguous',
] as const;
export type BreakClass = (typeof BREAK_CLASSES)[number];

export type Amount = Readonly<{ amount: string; currency: string }>;

/** A line as evidence: what it says, and where the raw bytes are. */
export type Evidence = Readonly<{
  role: Role | 'batch';
  /** Path as given, `archive.zip › member`; for messages. */
  file: string;
  sha256: string;
  /** Line number and byte range in the document; absent for an implied batch, which no document states. */
  line?: number;
  at?: number;
  length?: number;
  /** The record as it stands in the document, decoded. */
  raw?: string;
  kind: string;
  status?: string;
  money: Amount;
  occurredAt?: string;
  businessOn?: string;
  channel?: string;
  account?: string;
  store?: string;
  terminal?: string;
  /** Every reference the line has, by kind. */
  refs: Readonly<Record<string, string>>;
  party?: string;
  text?: string;
  /** What a batch is made of: it stands on its lines, and no document words it. */
  made?: Readonly<{ lines: number; gross: Amount; refunds: Amount; fees: Amount }>;
}>;

/** A next step, with who does it and by when (a date, or nothing when at once). */
export type Next = Readonly<{
  action: string;
  owner: 'cashier' | 'accountant' | 'operations' | 'channel' | 'bank';
  by?: string;
  text: Text;
}>;

export type Break = Readonly<{
  /** Content hash of class, joint and the lines: the same break has the same id in every run. */
  id: string;
  class: BreakClass;
  /** The finding behind it (`verdicts/findings.ts`): finer than the class, and what the sentences belong to. */
  finding: FindingCode;
  joint: Joint;
  /** ours − theirs; what this break explains of the control identity. */
  difference: Amount;
  /** The money it is about, never negative: what to sort and sum by. */
  amount: Amount;
  ours: readonly Evidence[];
  theirs: readonly Evidence[];
  /** Lines that might belong, never taken. */
  candidates: readonly Evidence[];
  /** How many lines there are on each side when more than the listed evidence. */
  counts: Readonly<{ ours: number; theirs: number }>;
  channel?: string;
  account?: string;
  businessOn?: string;
  verdict: VerdictCode;
  also: readonly VerdictCode[];
  release: Release;
  cause: Cause;
  reason: Reason;
  /** Who holds the money. */
  custody: 'merchant' | 'channel' | 'settlement' | 'payout' | 'customer' | 'nobody' | 'not_known';
  /** The date by which it should be right, where one follows. */
  promise?: string;
  says: Text;
  next: readonly Next[];
}>;

/** One row of the proof: the identity of a joint in a currency. `residual` is 0 or the run has failed. */
export type Proof = Readonly<{
  joint: Joint;
  currency: string;
  ours: Amount;
  theirs: Amount;
  difference: Amount;
  explained: Readonly<Record<string, Amount>>;
  residual: Amount;
  /** Each line is in exactly one place; these add up to what the documents hold. */
  counts: Readonly<{
    ours: Readonly<Record<string, number>>;
    theirs: Readonly<Record<string, number>>;
  }>;
}>;

export type DocumentResult = Readonly<{
  file: string;
  sha256: string;
  bytes: number;
  format: string;
  role: Role;
  channel?: string;
  account?: string;
  encoding: string;
  from?: string;
  to?: string;
  lines: number;
  rejected: number;
  /** Lines that another document already gave (overlap, re-export). */
  repeated: number;
  checks: ReadonlyArray<Readonly<{ name: Text; expected: string; actual: string }>>;
  notes: readonly Text[];
}>;

export type RefusedDocument = Readonly<{ file: string; code: string; says: Text; remedy: Text }>;

export type RejectedLine = Readonly<{
  file: string;
  sha256: string;
  line: number;
  at: number;
  column: string;
  code: string;
  value: string;
  says: Text;
}>;

/** What a pass did: its declared row and its count. */
export type PassResult = Readonly<{
  joint: Joint;
  pass: string;
  title: Text;
  matched: number;
  lines: number;
}>;

/** A settlement batch, stated by a document or implied by the plan. */
export type Batch = Readonly<{
  id: string;
  kind: 'stated' | 'payout' | 'implied';
  channel: string;
  account: string;
  ref?: string;
  businessFrom: string;
  businessTo: string;
  dueOn?: string;
  lines: number;
  gross: Amount;
  refunds: Amount;
  /** May be finer than the currency, where the channel rounds later. */
  fees: Amount;
  net: Amount;
  state: 'credited' | 'on_its_way' | 'late' | 'returned' | 'short' | 'not_checked';
  creditedOn?: string;
  bankAccount?: string;
}>;

/** Money at each station of one channel and currency, for the picture of the money's way. */
export type FlowRow = Readonly<{
  channel: string;
  currency: string;
  ordered: Stage;
  captured: Stage;
  settled: Stage;
  credited: Stage;
  /** Where it leaks between two stations, by break class. */
  leaks: ReadonlyArray<
    Readonly<{ after: 'ordered' | 'captured' | 'settled'; class: BreakClass; amount: Amount; count: number }>
  >;
}>;
type Stage = Readonly<{ amount: Amount; count: number }>;

/** Fees by channel and month, as stated and, where a plan says so, as agreed. */
export type FeeRow = Readonly<{
  channel: string;
  account: string;
  month: string;
  currency: string;
  lines: number;
  gross: Amount;
  /** May be finer than the currency, where the channel rounds later. */
  stated: Amount;
  agreed?: Amount;
}>;

export type Result = Readonly<{
  schema: 'daozhang.reconcile/1';
  state: 'clean' | 'breaks' | 'incomplete';
  /** The instant it is judged at; absent when no document could be read and none was given. */
  asOf?: string;
  timezone: string;
  from?: string;
  to?: string;
  documents: readonly DocumentResult[];
  refused: readonly RefusedDocument[];
  rejected: readonly RejectedLine[];
  totals: Readonly<{
    orders: number;
    channelLines: number;
    bankLines: number;
    matched: number;
    breaks: number;
    open: number;
    ambiguous: number;
  }>;
  /** Per currency: Σ of what breaks put at stake while it is not in the merchant's hands. */
  atRisk: readonly Amount[];
  /** Joints of which a side was not given at all, and the documents that would be it; nothing is said where this says nothing was compared. */
  notCompared: ReadonlyArray<
    Readonly<{ joint: 'orders' | 'bank'; missing: ReadonlyArray<'order' | 'channel' | 'bank'> }>
  >;
  passes: readonly PassResult[];
  proof: readonly Proof[];
  flow: readonly FlowRow[];
  batches: readonly Batch[];
  fees: readonly FeeRow[];
  /** Differences that are somebody's work, largest first. */
  breaks: readonly Break[];
  /** Items that wait for a date or a document: carried, on their way, not yet checked. */
  open: readonly Break[];
  /** Sets that fit each other in more than one way. */
  ambiguous: readonly Break[];
  /**
   * With `--carry`: the day whose open items were taken up, how many, how many this day leaves, and which later days must be run
   * again. Without `left` nothing was written, because a document was refused or whole kinds of the day's documents were not given.
   */
  carry?: Readonly<{ from?: string; taken: number; left?: number; stale: readonly string[] }>;
}>;
