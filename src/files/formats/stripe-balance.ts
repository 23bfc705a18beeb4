/**
 * Stripe balance transactions: the itemised report «balance change from activity» and the Dashboard's export of the balance
 * history. The report leaves payouts out; the Dashboard's export has them as rows of type `payout`.
 */
import type { Head, TableFormat } from '../format.ts';
import { key, layoutOf } from './csv-header.ts';
import { STRIPE_INFO, stripeFacts, stripeFields, stripeHeader, stripeReads } from './stripe.ts';

/** A list of payouts has the same columns and more of its own. */
function isLedger(head: Head): boolean {
  const header = stripeHeader(head);
  return header !== undefined && !header.names.map(key).includes('payout_status');
}

export const stripeBalance: TableFormat = {
  ...STRIPE_INFO,
  shape: 'table',
  id: 'stripe-balance',
  title: {
    en: 'Stripe balance transactions (balance change from activity, itemised; Dashboard export)',
    zh: 'Stripe 余额流水(余额变动明细报表、控制台导出)',
  },
  detect: isLedger,
  layout: (input) => layoutOf(stripeHeader(input)!, stripeReads),
  fields: stripeFields,
  facts: stripeFacts,
};
