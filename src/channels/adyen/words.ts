/**
 * Adyen's words in ours: the events of its webhooks and the record types of its payment accounting report, which tell one story and so
 * have one table. What is not listed says nothing: it is kept as evidence, and nobody guesses.
 *
 * An authorisation only holds the customer's money. Whether it is captured too is said by nobody but the account's own setting: where
 * Adyen captures by itself, AUTHORISATION is the last word there is before the report; elsewhere it is `processing` until CAPTURE.
 * A capture is a request to the card scheme, which may still be refused days later: CAPTURE_FAILED takes the word back but is not the
 * end, for Adyen tries again by itself; the payment then stands in contradiction until a later word settles it. A refund is the same:
 * REFUND says that it was accepted, and only the report that it was done.
 *
 * CANCEL_OR_REFUND says nothing: which of the two it was stands in additionalData, which is not signed. A dispute speaks where it moves
 * money: CHARGEBACK takes it, CHARGEBACK_REVERSED gives it back, SECOND_CHARGEBACK takes it for good; that one is announced moves none.
 *
 * What is done to a payment is found by Adyen's number of it (`originalReference`), as the merchant's reference there may be another.
 * Amounts are minor units by Adyen's own table of decimals.
 */
import { exponentOf } from '../../base/currency.ts';
import { type Money, money } from '../../base/money.ts';
import type { Kind, Observed, RefundState } from '../../observations/observation.ts';
import type { Account, BillRow, BillWord } from '../channel.ts';
import { type Item, signedText } from './sign.ts';

export type Capture = 'automatic' | 'manual';
export const captureOf = (account: Account): Capture =>
  account.settings.capture === 'automatic' ? 'automatic' : 'manual';

type Dispute = 'charged_back' | 'chargeback_undone';
type Word = Exclude<Kind, 'refund' | Dispute> | Readonly<{ refund: RefundState }> | Readonly<{ dispute: Dispute }>;
type Says = (capture: Capture) => Word;

const always =
  (word: Word): Says =>
  () =>
    word;
const authorised: Says = (capture) => (capture === 'automatic' ? 'captured' : 'processing');
/** A hold that ends: where it was taken for a success, that is taken back. */
const undone: Says = (capture) => (capture === 'automatic' ? 'reversed' : 'closed');
const refund = (state: RefundState): Says => always({ refund: state });
const disputed = always({ dispute: 'charged_back' });
const won = always({ dispute: 'chargeback_undone' });

/** By `eventCode`; `about` tells whose `pspReference` it is. */
const EVENTS: Readonly<
  Record<string, Readonly<{ about: 'payment' | 'change' | 'hold'; yes: Says | undefined; no?: Says | undefined }>>
> = {
  // Refused, but another try under the same reference is free.
  AUTHORISATION: { about: 'payment', yes: authorised, no: always('unpaid') },
  PENDING: { about: 'payment', yes: always('processing') },
  OFFER_CLOSED: { about: 'payment', yes: always('unpaid') },
  CAPTURE: { about: 'change', yes: always('captured') },
  CAPTURE_FAILED: { about: 'change', yes: always('unpaid'), no: always('unpaid') },
  CANCELLATION: { about: 'change', yes: undone },
  TECHNICAL_CANCEL: { about: 'change', yes: undone },
  // Nobody asked for it, so it has no number but the payment's.
  EXPIRE: { about: 'hold', yes: undone },
  REFUND: { about: 'change', yes: refund('processing'), no: refund('closed') },
  REFUND_FAILED: { about: 'change', yes: refund('abnormal'), no: refund('abnormal') },
  CHARGEBACK: { about: 'change', yes: disputed },
  SECOND_CHARGEBACK: { about: 'change', yes: disputed },
  CHARGEBACK_REVERSED: { about: 'change', yes: won },
};

/** By record type of the report, in small letters. */
const RECORDS: Readonly<Record<string, Says>> = {
  authorised,
  authorized: authorised,
  refused: always('unpaid'),
  sentforsettle: always('captured'),
  settled: always('captured'),
  settledbulk: always('captured'),
  capturefailed: always('unpaid'),
  cancelled: undone,
  expired: undone,
  sentforrefund: refund('processing'),
  refunded: refund('succeeded'),
  refundedbulk: refund('succeeded'),
  refundfailed: refund('abnormal'),
  chargeback: disputed,
  secondchargeback: disputed,
  chargebackreversed: won,
};

export function itemSays(it: Item, account: Account): readonly Observed[] {
  const event = Object.hasOwn(EVENTS, it.eventCode) ? EVENTS[it.eventCode]! : undefined;
  const word = (it.success === 'true' ? event?.yes : event?.no)?.(captureOf(account));
  if (event === undefined || word === undefined) return [];
  const isOwn = event.about === 'payment' || (event.about === 'hold' && it.originalReference === '');
  const trade = isOwn ? it.pspReference : it.originalReference;
  if (trade === '') return [];
  const told = toldBy(word, it.pspReference);
  // A word without its amount would be money without an amount; none at all is how a card is tried.
  const amount = word === 'captured' || typeof word === 'object' ? amountOf(it) : undefined;
  if (it.amount?.value === 0) return [];
  return [
    {
      source: 'notification',
      // The time is not signed: the same fact under another time is another hearing of it, not a conflict.
      key: `${eventKey(it)}:${it.eventDate}`,
      ...told,
      occurredAt: occurredAt(it),
      ...(event.about === 'payment' ? { paymentRef: it.merchantReference === '' ? trade : it.merchantReference } : {}),
      refs: [
        { kind: 'channel_trade', value: trade },
        ...(told.refund === undefined ? [] : [{ kind: 'channel_refund', value: it.pspReference } as const]),
      ],
      ...(amount === undefined ? {} : { amount }),
      said: `${it.eventCode} success=${it.success}`,
    },
  ];
}

/** `ref`: Adyen's number of the refund or of the dispute, which all its events bear. */
function toldBy(word: Word, ref: string): Pick<Observed, 'kind' | 'refund' | 'dispute'> {
  if (typeof word === 'string') return { kind: word };
  if ('refund' in word) return { kind: 'refund', refund: { ref, state: word.refund } };
  return { kind: word.dispute, dispute: { ref } };
}

/** Adyen says itself that an event is known by its code and number; a failure may be followed by a success under the same. */
export const eventKey = (it: Item): string => `${it.eventCode}:${it.pspReference}:${it.success}`;
export const occurredAt = (it: Item): Temporal.Instant => Temporal.Instant.from(it.eventDate);
export const factsOf = (items: readonly Item[]): string => items.map(signedText).join('\n');

/**
 * The settlement details report is brought by hand, if at all; its reader keeps no record type but that the money moved, and a text where
 * it is the money of another currency.
 */
const settledSays = ({ kind, status }: BillRow): string =>
  status !== 'done' ? '' : ({ payment: 'Settled', refund: 'Refunded', chargeback: 'Chargeback' }[kind] ?? '');

export function recordSays(row: BillRow, account: Account): BillWord | undefined {
  const name = row.text ?? settledSays(row);
  const type = name.toLowerCase();
  const word = Object.hasOwn(RECORDS, type) ? RECORDS[type]!(captureOf(account)) : undefined;
  if (word === undefined || row.amount === '0') return undefined;
  if (typeof word === 'string') return { kind: word, said: name };
  // Without a number of its own it cannot be told from the payment's other refunds.
  if (row.channel_ref === null || row.channel_ref === row.origin_ref) return undefined;
  return { said: name, ...toldBy(word, row.channel_ref) };
}

// ------------------------------------------------------------------------------------------- amounts

/** Where Adyen's number of decimals is not that of ISO 4217. Source: Adyen documentation, “Currency codes and minor units”. */
const DECIMALS: Readonly<Record<string, number>> = { CLP: 2, CVE: 0, IDR: 0, ISK: 2 };

/** Throws where it is no amount of a known currency, or one that the currency does not have. */
export function amountOf({ amount }: Pick<Item, 'amount'>): Money {
  const exponent = exponentOf(amount?.currency ?? '');
  if (amount === undefined || exponent === undefined) throw new Error('no amount in a known currency');
  const theirs = DECIMALS[amount.currency] ?? exponent;
  const minor = rescaled(BigInt(amount.value), theirs, exponent);
  if (minor === undefined || minor < 0n) throw new Error(`no amount of ${amount.currency}`);
  return money(minor, amount.currency);
}

/** As Adyen wants it told; undefined where it cannot be. */
export function wireValue(minor: bigint, currency: string): number | undefined {
  const exponent = exponentOf(currency);
  if (exponent === undefined) return undefined;
  const value = rescaled(minor, exponent, DECIMALS[currency] ?? exponent);
  return value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
}

function rescaled(value: bigint, from: number, to: number): bigint | undefined {
  if (to >= from) return value * 10n ** BigInt(to - from);
  const unit = 10n ** BigInt(from - to);
  return value % unit === 0n ? value / unit : undefined;
}
