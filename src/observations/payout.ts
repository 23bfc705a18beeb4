/**
 * What a channel says about one payout of its: an amount that leaves for the merchant's bank account, and what became of it. Facts of a batch,
 * not of a payment: named by (source, key) like every observation, and never edited.
 *
 * I6: none of them says that the money arrived. That the channel calls it paid says that it left; the bank's statement says the rest.
 */
import { sha256 } from '../base/ids.ts';
import type { Money } from '../base/money.ts';
import type { Source } from './observation.ts';

/**
 * In the order of a payout's life. `returned`: the bank would not have it, also after it was paid out. `cancelled`: it was taken back before it
 * left.
 */
export const PAYOUT_STATES = ['pending', 'in_transit', 'paid', 'returned', 'cancelled'] as const;
export type PayoutState = (typeof PAYOUT_STATES)[number];

export type PayoutSaid = Readonly<{
  source: Extract<Source, 'notification' | 'inquiry'>;
  /** Names the fact at its source. */
  key: string;
  /** The channel's own number of the payout. */
  payoutRef: string;
  state: PayoutState;
  /** By the channel's clock; of an answer, when it was heard. */
  occurredAt: Temporal.Instant;
  /** When the payout was made. */
  madeAt: Temporal.Instant;
  amount: Money;
  /** The day on which the channel expects it in the bank. */
  arrivalOn: Temporal.PlainDate | undefined;
  /** `returned`: the bank's code and words, as the channel passes them on. */
  failure: Readonly<{ code: string; says: string }> | undefined;
  /** Whether the channel tells which payments are in it. No part of what is said. */
  listing: 'now' | 'later' | 'never';
  /** The channel's own word. */
  said: string;
}>;

/** Hex SHA-256 of what is said; an answer has no time of its own: asked twice, it says the same thing twice. */
export function payoutHash(p: PayoutSaid): string {
  return sha256(
    JSON.stringify([
      ...[p.payoutRef, p.state, p.said, `${p.amount.minor} ${p.amount.currency}`, p.madeAt.toString()],
      p.arrivalOn?.toString() ?? '',
      p.failure === undefined ? '' : [p.failure.code, p.failure.says],
      p.source === 'inquiry' ? '' : p.occurredAt.toString(),
    ]),
  );
}
