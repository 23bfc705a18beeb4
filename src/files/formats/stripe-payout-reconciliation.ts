/**
 * Stripe payout reconciliation, itemised: the balance transactions that each automatic payout settled. The same rows as the
 * balance report, grouped: `automatic_payout_id` (or `payout_id`, when the report was made for one payout) is the batch.
 */
import type { Head, TableFormat } from '../format.ts';
import { key, layoutOf } from './csv-header.ts';
import { STRIPE_INFO, stripeFacts, stripeFields, stripeHeader, stripeReads } from './stripe.ts';

function groupsByPayout(head: Head): boolean {
  const names = stripeHeader(head)?.names.map(key) ?? [];
  return (names.includes('automatic_payout_id') || names.includes('payout_id')) && !names.includes('payout_status');
}

export const stripePayoutReconciliation: TableFormat = {
  ...STRIPE_INFO,
  shape: 'table',
  id: 'stripe-payout-reconciliation',
  title: { en: 'Stripe payout reconciliation (itemised)', zh: 'Stripe 提现对账明细' },
  detect: groupsByPayout,
  layout: (input) => layoutOf(stripeHeader(input)!, stripeReads),
  fields: stripeFields,
  facts: stripeFacts,
};
