/**
 * What a source said about money: the words of the front door. Everything that enters the book — an order, a notification,
 * the answer to an inquiry, a line of a bill, a person's decision — enters as one of these, and is never edited.
 *
 * An observation is named by (source, key). The same name with the same body is the same fact again and costs nothing (I2);
 * the same name with another body is a conflict that is kept and shown.
 */
import type { Money } from '../base/money.ts';

/** Who said it, weakest first: where two contradict, the later in this list is believed. */
export const SOURCES = ['claim', 'order', 'notification', 'inquiry', 'bill', 'statement', 'decision'] as const;
export type Source = (typeof SOURCES)[number];

/** What was said. `order_*` and `recorded` are the merchant's own word; the others are the channel's. */
export const KINDS = {
  order_placed: 'the merchant asked to be paid',
  order_closed: 'the merchant closed the order in its own system',
  order_reopened: 'the merchant took the order up again',
  recorded: "the merchant's system knows that it was paid",
  processing: 'the channel is at work: the customer may have been debited',
  captured: 'the channel holds the money for the merchant',
  unpaid: 'the channel knows the payment and has no money for it yet; not final',
  not_found: 'the channel knows no such payment; not final before its bill is seen',
  closed: 'the channel closed the payment: it can no longer be paid',
  failed: 'the channel says that this payment failed for good',
  reversed: 'the channel took a success back (撤销, 冲正)',
  refund: 'the channel tells the state of one refund',
  held: 'the channel has frozen the money: its risk control, or a sharing that is not done',
  released: 'the channel has set frozen money free',
  charged_back: "the payer's bank took the money back",
  chargeback_undone: 'what was charged back came back',
  claimed: 'a customer says that it was paid, or did not come back: moves nothing',
} as const;
export type Kind = keyof typeof KINDS;

/** A reference's kind is part of it: the customer's phone shows the wallet's number, the barcode the acquirer's. */
const REF_KINDS = [
  'order',
  'payment',
  'channel_trade',
  'wallet_trade',
  'wallet_merchant_no',
  'log_no',
  'rrn',
  'query_id',
  'refund',
  'channel_refund',
  'batch',
  'bank_ref',
] as const;
export type RefKind = (typeof REF_KINDS)[number];
export type Ref = Readonly<{ kind: RefKind; value: string }>;

/** By what `refs` are found: the last eight characters backwards, as the column `tail` has them. */
export const tailOf = (value: string): string => [...value].slice(-8).reverse().join('');

export type RefundState = 'processing' | 'succeeded' | 'closed' | 'abnormal';
/** Where money goes back to, as far as the channel says. */
export type Funding = 'balance' | 'debit_card' | 'credit_card' | 'bank_account';
export type HoldReason = 'HELD_BY_RISK' | 'PROFIT_SHARING_FROZEN';

export type Observed = Readonly<{
  source: Source;
  /** Names the fact at its source. */
  key: string;
  kind: Kind;
  /** By the source's own clock. */
  occurredAt: Temporal.Instant;
  /** The merchant's reference of the payment at its channel account (WeChat `out_trade_no`), or the channel's own where the
   * merchant gave none. Absent: the observation waits under its other references until one of them is known. */
  paymentRef?: string;
  /** Everything the payment may be searched by, `paymentRef` not repeated. */
  refs: readonly Ref[];
  /** What was ordered, captured, frozen or given back. */
  amount?: Money;
  /** What the customer's side paid, where the channel tells it apart (coupons). */
  payerAmount?: Money;
  /** `to`: not part of what is said, so that a source that tells it later says the same. */
  refund?: Readonly<{ ref: string; state: RefundState; to?: Funding }>;
  /** `held`, `released`: which hold, why, and until when by the channel's own word. */
  hold?: Readonly<{ ref: string; reason: HoldReason; until?: Temporal.Instant }>;
  /** `charged_back`, `chargeback_undone`: which dispute. */
  dispute?: Readonly<{ ref: string }>;
  /** `order_placed`: until when the merchant's system lets the customer pay. */
  expiresAt?: Temporal.Instant;
  /** Where it was taken, as the source names the place. No part of what it says about money, and so not of its hash. */
  place?: Readonly<{ store?: string; terminal?: string }>;
  /** The source's own word for it, such as `SUCCESS` or `NOTPAY`. */
  said: string;
}>;

/** Undefined where the source names no place; empty text names none. */
export function placeNamed(
  said: Readonly<{ store?: string | undefined; terminal?: string | undefined }>,
): Pick<Observed, 'place'> {
  const place = {
    ...(said.store ? { store: said.store } : {}),
    ...(said.terminal ? { terminal: said.terminal } : {}),
  };
  return Object.keys(place).length === 0 ? {} : { place };
}

/** Higher is believed. */
export const rankOf = (source: Source): number => SOURCES.indexOf(source);
