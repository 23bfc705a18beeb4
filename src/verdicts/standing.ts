/**
 * Everything a verdict may rest on: the trace of the payment, what is known of its way after the channel took the money, and how the
 * account is run. Plain data, read by whoever judges; this folder reads nothing itself.
 */
import type { Money } from '../base/money.ts';
import type { Trace } from '../traces/fold.ts';
import type { Told } from '../traces/payout.ts';

/** How the account is run. */
export type Setting = Readonly<{
  /** False for stickers and stand-alone terminals: the channel's payment is the order, nobody has to record it. */
  orderRequired: boolean;
  /** The order was paid by another payment before this one. */
  paidBefore: boolean;
  /** The channel's signature does not bind what its notifications say well enough: the answer to our own question does. */
  onlyHints: boolean;
}>;

/**
 * A settlement batch that the payment is bound to: as the last reconciliation with the bank's statement left it, and as the channel tells of
 * it. `credited` is never the channel's word (I6).
 */
export type BatchFacts = Readonly<{
  id: string;
  state: 'not_checked' | 'on_its_way' | 'late' | 'credited' | 'short' | 'returned';
  dueOn: Temporal.PlainDate | undefined;
  creditedOn: Temporal.PlainDate | undefined;
  /** `short`: by how much the whole batch is. */
  missing: Money | undefined;
  /** The channel's own word of the payout, where it tells of it. */
  told?: Pick<Told, 'state' | 'paid' | 'returned' | 'by'> | undefined;
  /** It has left for the bank, the channel says, and has not come back. */
  isOut?: boolean | undefined;
  /** What a reconciliation found of it; undefined: none has. */
  foundState?: BatchFacts['state'] | undefined;
}>;

/** The stations after `captured`: facts of documents and batches. */
export type Road = Readonly<{
  /** The day of the channel's bill that has it, and that bill. */
  clearedOn: Temporal.PlainDate | undefined;
  billId: string | undefined;
  /** Complete bills of its days are there, and none has it. */
  missingFromBills: boolean;
  batch: BatchFacts | undefined;
  /** The merchant gives us its bank's statements. Without them nobody can see whether the money arrived. */
  bankWatched: boolean;
}>;

export const NO_ROAD: Road = Object.freeze({
  clearedOn: undefined,
  billId: undefined,
  missingFromBills: false,
  batch: undefined,
  bankWatched: false,
});

export type Standing = Readonly<{ trace: Trace; setting: Setting; road: Road }>;
