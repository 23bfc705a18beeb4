/**
 * PayPal's transaction event codes, which the settlement report, the transaction detail report and (as an optional column) the
 * activity download share. `T` + group (2 digits) + event (2 digits); the direction is told beside it.
 * Source: developer.paypal.com — transaction event codes (channels.md §7).
 */
import type { Kind } from '../line.ts';

/**
 * Longest prefix first. Holds and their release (T1105, T1110, T1111, T15, T21) move the balance that can be used, not what is
 * owed: adjustments. A dispute that was won back is an adjustment, as it is not the customer who pays.
 */
const PAYPAL_KINDS: ReadonlyArray<readonly [prefix: string, kind: Kind]> = [
  // Reversals that undo something else than a payment.
  ['T1101', 'payout_return'],
  ['T1105', 'adjustment'],
  ['T1108', 'fee'],
  ['T1109', 'fee'],
  ['T1110', 'adjustment'],
  ['T1111', 'adjustment'],
  ['T1114', 'adjustment'],
  ['T1115', 'adjustment'],
  ['T1116', 'adjustment'],
  ['T1119', 'adjustment'],
  // What the merchant gave back, and what PayPal took back for the buyer.
  ['T1106', 'chargeback'],
  ['T1107', 'refund'],
  ['T1113', 'refund'],
  ['T11', 'reversal'],
  ['T1201', 'chargeback'],
  ['T1207', 'chargeback'],
  ['T00', 'payment'],
  ['T01', 'fee'],
  ['T02', 'transfer'],
  ['T03', 'transfer'],
  ['T04', 'payout'],
  ['T06', 'payout'],
  ['T07', 'transfer'],
  ['T17', 'payout'],
  ['T20', 'transfer'],
  ['T22', 'transfer'],
];

/** An authorisation, and a row that is only shown: no money moved. */
export const PAYPAL_SHOWN_ONLY = ['T13', 'T99'] as const;

/** A payment that goes out is one the merchant made, a refund that comes in one the merchant got: no customer's money. */
const INWARD_ONLY: readonly Kind[] = ['payment'];
const OUTWARD_ONLY: readonly Kind[] = ['refund', 'chargeback'];

export function paypalKind(code: string, incoming: boolean): Kind {
  const kind = PAYPAL_KINDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'adjustment';
  return (incoming ? OUTWARD_ONLY : INWARD_ONLY).includes(kind) ? 'adjustment' : kind;
}

/** The same as SQL; NULL when the code is none of PayPal's. */
export function paypalKindSql(code: string): string {
  const kinds = PAYPAL_KINDS.map(([prefix, kind]) => `when ${code} like '${prefix}%' then '${kind}'`).join(' ');
  return `case when regexp_full_match(${code}, 'T[0-9]{4}') then case ${kinds} else 'adjustment' end end`;
}

/** A kind by its name, made an adjustment where the money runs the other way. */
export function directed(kind: string, incoming: string): string {
  const list = (kinds: readonly Kind[]): string => kinds.map((k) => `'${k}'`).join(', ');
  return `case when (${kind}) in (${list(INWARD_ONLY)}) and not (${incoming}) then 'adjustment'
    when (${kind}) in (${list(OUTWARD_ONLY)}) and (${incoming}) then 'adjustment' else (${kind}) end`;
}
