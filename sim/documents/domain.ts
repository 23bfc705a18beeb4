/**
 * What happened in the simulated market, before anybody wrote it down. Every document here is a view of these facts, so a
 * figure is computed once and each writer only lays it out. Amounts are sizes in minor units (never negative) unless a
 * comment says signed; times are the source's own wall clock, which is Beijing's.
 */

/** A document as it is delivered: a name, and bytes that are the same on every machine. */
export type Document = Readonly<{ name: string; bytes: Uint8Array }>;

/** A row of the merchant's order book. */
export type OrderRow = Readonly<{
  orderRef: string;
  /** The number of this attempt, where the book keeps one beside the order's. */
  paymentRef?: string | undefined;
  kind: 'payment' | 'refund';
  status: 'paid' | 'unpaid' | 'closed' | 'refunded' | 'unknown';
  amount: bigint;
  currency?: string | undefined;
  createdAt: Temporal.PlainDateTime;
  paidAt?: Temporal.PlainDateTime | undefined;
  channel: string;
  account?: string | undefined;
  store?: string | undefined;
  terminal?: string | undefined;
  channelRef?: string | undefined;
}>;

/** One row of a channel's bill. */
export type Trade = Readonly<{
  kind: 'payment' | 'refund' | 'reversal';
  at: Temporal.PlainDateTime;
  /** Merchant number the money belongs to. */
  account: string;
  amount: bigint;
  /** What the channel owes of it before fees, where a discount of the merchant's makes that less. */
  settle?: bigint | undefined;
  /** What a payment costs; on what goes back, what the channel returns of it. */
  fee: bigint;
  feePpm?: number | undefined;
  currency?: string | undefined;
  /** The channel's number of the payment, also on what undoes it. */
  tradeNo: string;
  /** The channel's number of the refund itself. */
  refundNo?: string | undefined;
  /** The merchant's numbers, as the channel knows them. */
  orderRef: string;
  refundRef?: string | undefined;
  store?: string | undefined;
  terminal?: string | undefined;
  method?: string | undefined;
  product?: string | undefined;
  payer?: string | undefined;
  /** The wallet's number behind an acquirer. */
  walletNo?: string | undefined;
}>;

/** A dispute that took an earlier payment back; UnionPay names that payment by its time and trace number only. */
export type Dispute = Readonly<{
  at: Temporal.PlainDateTime;
  account: string;
  amount: bigint;
  fee: bigint;
  traceNo: string;
  originAt: Temporal.PlainDateTime;
  originTraceNo: string;
}>;

/** One movement of the merchant's account at a channel. */
export type LedgerEntry = Readonly<{
  at: Temporal.PlainDateTime;
  kind: 'payment' | 'refund' | 'fee' | 'fee_back' | 'payout' | 'payout_back';
  /** Signed: money in is positive. */
  amount: bigint;
  tradeNo: string;
  merchantRef: string;
  /** The ledger's own number. */
  serial: string;
  note?: string | undefined;
}>;

/** A channel account's ledger over some days. */
export type Ledger = Readonly<{
  account: string;
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  opening: bigint;
  entries: readonly LedgerEntry[];
}>;

/** One entry of a bank statement. */
export type BankEntry = Readonly<{
  on: Temporal.PlainDate;
  time?: Temporal.PlainTime | undefined;
  valueOn?: Temporal.PlainDate | undefined;
  /** Signed: money in is positive. */
  amount: bigint;
  party: string;
  text: string;
  ref: string;
  /** The bank says itself that the entry undoes an earlier one. */
  undoes?: boolean | undefined;
}>;

export type Statement = Readonly<{
  bank: string;
  account: string;
  owner: string;
  currency: string;
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  opening: bigint;
  entries: readonly BankEntry[];
}>;

export const settleOf = (t: Trade): bigint => t.settle ?? t.amount;

/** What a trade is worth to the merchant's account, signed and after fees. */
export const netOf = (t: Trade): bigint => (t.kind === 'payment' ? settleOf(t) - t.fee : t.fee - settleOf(t));

export const sum = <T>(items: Iterable<T>, of: (item: T) => bigint): bigint => {
  let total = 0n;
  for (const item of items) total += of(item);
  return total;
};
