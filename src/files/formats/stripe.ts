/**
 * What Stripe's reports share: every row is one balance transaction with gross, fee and net. Two families of headers say the
 * same: reports (`balance_transaction_id`, `reporting_category`, `gross` …) and the Dashboard's export (`id`, `Type`, `Amount` …).
 *
 * Amounts are in major units with the exponent of the currency, currency codes in small letters, minus is money that left the
 * Stripe balance. `created` and the other times without `_utc` are in the time zone the report was asked for, which no column
 * names: where there is no `_utc` beside it, they are read in the run's zone.
 *
 * Nothing in these files sums them up. What can be proven is per row, net = gross − fee, and over the document, that no balance
 * transaction stands twice.
 * Source: docs.stripe.com — report fields of balance_change_from_activity.itemized, payout_reconciliation.itemized; reporting
 * categories; balance transaction types (channels.md §5).
 */

import { quote } from '../engine.ts';
import type { Facts, FormatInfo, Head, Input, TableField, TableFields, TableLayout, TableQuery } from '../format.ts';
import type { Kind, LineField } from '../line.ts';
import { localLet, openTimes } from '../local-time.ts';
import { type CsvHeader, caseOf, csvHeader, found, key, textOf } from './csv-header.ts';

/** Our word for a column → its names, report first. A time is told apart by its zone. */
export const STRIPE = {
  id: ['balance_transaction_id', 'id'],
  category: ['reporting_category', 'Type'],
  source: ['source_id', 'Source'],
  currency: ['currency'],
  gross: ['gross', 'Amount'],
  fee: ['fee'],
  net: ['net'],
  createdUtc: ['created_utc', 'Created (UTC)'],
  created: ['created'],
  batch: ['automatic_payout_id', 'payout_id', 'Transfer'],
  batchAt: ['automatic_payout_effective_at', 'automatic_payout_effective_at_utc', 'effective_at', 'effective_at_utc'],
  batchAtDashboard: ['Transfer Date (UTC)'],
  availableOn: ['available_on', 'available_on_utc', 'Available On (UTC)'],
  paymentIntent: ['payment_intent_id'],
  charge: ['charge_id'],
  connected: ['connected_account_id', 'connected_account'],
  method: ['payment_method_type', 'card_brand'],
  customer: ['customer_name', 'customer_email', 'customer_id'],
  description: ['description'],
} as const satisfies Record<string, readonly string[]>;

/** Keys of metadata that merchants use for their order number, without case and separators. */
const ORDER_KEYS = [
  'orderid',
  'orderref',
  'orderno',
  'ordernumber',
  'orderreference',
  'merchantorderid',
  'merchantreference',
  'outtradeno',
];
const REFUND_KEYS = ['refundid', 'refundref', 'refundno', 'refundnumber', 'outrefundno'];

/** Whether a column of this metadata is read as the merchant's order number. */
export const isOrderKey = (name: string): boolean => ORDER_KEYS.includes(name.toLowerCase().replace(/[^a-z]/g, ''));

const metadataKey = (column: string, kind: 'payment' | 'refund'): string | undefined => {
  const inner =
    new RegExp(`^${kind}_metadata\\[(.+)\\]$`, 'i').exec(column) ??
    (kind === 'payment' ? /^(.+?) \(metadata\)$/i.exec(column) : null);
  return inner?.[1]?.toLowerCase().replace(/[^a-z]/g, '');
};

/** `order_id` and the columns of payment metadata that hold the merchant's order number. */
function orderColumns(layout: TableLayout): string[] {
  const own = found(layout, 'order_id');
  const told = layout.columns.filter((c) => ORDER_KEYS.includes(metadataKey(c, 'payment') ?? ''));
  return own === undefined ? told : [own, ...told];
}

const refundColumns = (layout: TableLayout): string[] =>
  layout.columns.filter((c) => REFUND_KEYS.includes(metadataKey(c, 'refund') ?? ''));

/** A header that gives every part of a balance transaction. */
export function stripeHeader(head: Head): CsvHeader | undefined {
  return csvHeader(head, [','], (names) => {
    const keys = names.map(key);
    const report = ['balance_transaction_id', 'currency', 'gross', 'fee', 'net', 'reporting_category'];
    const dashboard = ['id', 'type', 'source', 'amount', 'fee', 'net', 'currency', 'created (utc)'];
    return report.every((k) => keys.includes(k)) || dashboard.every((k) => keys.includes(k));
  });
}

const READ = new Set(Object.values(STRIPE).flat().map(key));
export const stripeReads = (name: string): boolean => READ.has(key(name));

/**
 * Categories of reports and types of the Dashboard. Not listed is `adjustment`: reserves, dispute reversals, advances, holds.
 * A failed charge and a failed refund were shown as done and then taken back, hence `reversal`.
 */
const KINDS: Readonly<Record<string, Kind>> = {
  charge: 'payment',
  payment: 'payment',
  charge_failure: 'reversal',
  payment_failure: 'reversal',
  payment_reversal: 'reversal',
  refund_failure: 'reversal',
  payment_failure_refund: 'reversal',
  refund: 'refund',
  payment_refund: 'refund',
  partial_capture_reversal: 'refund',
  dispute: 'chargeback',
  fee: 'fee',
  stripe_fee: 'fee',
  stripe_fx_fee: 'fee',
  network_cost: 'fee',
  tax: 'fee',
  tax_fee: 'fee',
  payout: 'payout',
  payout_reversal: 'payout_return',
  payout_failure: 'payout_return',
  payout_cancel: 'payout_return',
  transfer: 'transfer',
  transfer_reversal: 'transfer',
  transfer_refund: 'transfer',
  transfer_cancel: 'transfer',
  transfer_failure: 'transfer',
  connect_collection_transfer: 'transfer',
  topup: 'transfer',
  topup_reversal: 'transfer',
};

/** Lets and fields of a document of balance transactions, whichever report it is. */
export function stripeFields(layout: TableLayout, input: Input): TableFields {
  const text = (word: keyof typeof STRIPE): string => textOf(layout, ...STRIPE[word]);
  const name = (word: keyof typeof STRIPE): string => found(layout, ...STRIPE[word]) ?? STRIPE[word][0];
  const zone = quote(input.zone);
  const utc = found(layout, ...STRIPE.createdUtc) !== undefined;
  const local = found(layout, ...STRIPE.created) !== undefined;
  const required = (word: keyof typeof STRIPE, sql: string, code: TableField['code']): TableField => ({
    sql,
    column: name(word),
    required: true,
    ...(code !== undefined && { code }),
  });
  const optional = (word: keyof typeof STRIPE, sql = text(word)): TableField => ({ sql, column: name(word) });
  const orders = orderColumns(layout);
  const refunds = refundColumns(layout);
  const fields: Partial<Record<LineField, TableField>> = {
    kind: required('category', 'v_kind', 'missing'),
    status: optional('category', `'done'`),
    currency: required('currency', 'dz_currency(v_code)', 'bad_currency'),
    amount: required('gross', 'v_gross', 'bad_amount'),
    settle: optional('gross', 'v_gross'),
    fee: required('fee', 'v_fee', 'bad_amount'),
    feeScale: optional('fee', 'v_exponent'),
    occurredAt: required(
      utc ? 'createdUtc' : 'created',
      utc ? `dz_at(${text('createdUtc')}, 'UTC')` : `dz_at(${text('created')}, ${zone})`,
      'bad_date',
    ),
    businessOn: required(
      local ? 'created' : 'createdUtc',
      `dz_day(${text(local ? 'created' : 'createdUtc')}, 'UTC')`,
      'bad_date',
    ),
    valueOn: optional(
      'availableOn',
      `dz_day(coalesce(${text('batchAt')}, ${text('batchAtDashboard')}, ${text('availableOn')}), 'UTC')`,
    ),
    account: optional('connected'),
    orderRef: { sql: textOf(layout, ...orders), column: orders[0] ?? 'order_id' },
    refundRef: { sql: textOf(layout, ...refunds), column: refunds[0] ?? 'refund_metadata' },
    channelRef: optional(
      'source',
      `case when v_kind = 'payment' then v_payment else coalesce(${text('source')}, v_payment) end`,
    ),
    originRef: optional(
      'paymentIntent',
      `case when v_kind <> 'payment' then coalesce(${text('paymentIntent')}, ${text('charge')}) end`,
    ),
    walletRef: optional('charge'),
    batchRef: optional('batch', `coalesce(${text('batch')}, case when v_kind = 'payout' then ${text('source')} end)`),
    bankRef: required('id', text('id'), 'missing'),
    method: optional('method'),
    party: optional('customer'),
    text: optional('description'),
  };
  return {
    lets: {
      ...moneyLets(text),
      v_category: `lower(${text('category')})`,
      v_kind: kindOf(text('description')),
      v_payment: `coalesce(${text('paymentIntent')}, ${text('charge')}, ${text('source')})`,
      ...localLet(utc ? 'null::timestamp' : `dz_unzoned(${text('created')})`, input.zone),
    },
    fields,
    guards: [required('net', NET_FOLLOWS, 'bad_amount')],
  };
}

/**
 * `v_code`, `v_exponent`, and `v_gross`, `v_fee`, `v_net` in minor units; what a document has no column for is NULL. Not `l_…`:
 * no check asks for them, so they need not be kept.
 */
export function moneyLets(text: (word: 'currency' | 'gross' | 'fee' | 'net') => string): Record<string, string> {
  const lets: Record<string, string> = { v_code: `upper(${text('currency')})`, v_exponent: 'dz_exponent(v_code)' };
  for (const word of ['gross', 'fee', 'net'] as const) {
    lets[`t_${word}`] = text(word);
    lets[`v_${word}`] = `dz_scaled(t_${word}, v_exponent)`;
  }
  return lets;
}

/** The net, when it is gross − fee; else NULL. Wider than 64 bits in between: a damaged cell may hold any number. */
export const NET_FOLLOWS = 'case when v_gross::hugeint - v_fee = v_net then v_net end';

/** The Dashboard calls a lost dispute an adjustment; only its description tells. */
const kindOf = (description: string): string => `
  case when v_category is null then null
    when v_category = 'adjustment' and coalesce(${description}, '') ilike 'chargeback withdrawal%' then 'chargeback'
    else ${caseOf('v_category', KINDS, `'adjustment'`)} end`;

/** A balance transaction is one movement of money: a file that has it twice was put together by hand. */
export async function stripeFacts(layout: TableLayout, input: Input, query: TableQuery): Promise<Facts> {
  const [rows, different] = await query('select count(*), count(distinct bank_ref) from these');
  const column = found(layout, ...STRIPE.id)!;
  const name = { en: `${column}, each once`, zh: `${column} 不重复` };
  const check = { name, expected: String(rows), actual: String(different), ok: rows === different };
  return { checks: [check], notes: await openTimes(input.zone, query) };
}

/** What both reports of balance transactions say of themselves. */
export const STRIPE_INFO = {
  role: 'channel',
  channel: 'stripe',
  rounding: 'row',
  check: {
    en: 'no totals in the file; each row net = gross − fee, and no balance transaction twice',
    zh: '文件无合计;逐行核对 净额 = 总额 − 手续费,且余额流水号不重复',
  },
  mapping: [
    ['occurredAt', 'created_utc / created / Created (UTC)'],
    ['businessOn', 'created'],
    ['valueOn', 'automatic_payout_effective_at / Transfer Date (UTC) / available_on'],
    ['account', 'connected_account_id'],
    ['kind', 'reporting_category / Type'],
    ['currency', 'currency'],
    ['amount', 'gross / Amount'],
    ['settle', 'gross / Amount'],
    ['fee', 'fee'],
    ['channelRef', 'payment_intent_id, else charge_id, else source_id; source_id of what is no payment'],
    ['originRef', 'payment_intent_id, else charge_id, of what is no payment'],
    ['walletRef', 'charge_id'],
    ['orderRef', 'order_id, payment_metadata[order_id], [order_ref], [order_no] …'],
    ['refundRef', 'refund_metadata[refund_id], [refund_ref] …'],
    ['batchRef', 'automatic_payout_id / payout_id / Transfer'],
    ['bankRef', 'balance_transaction_id / id'],
    ['method', 'payment_method_type, else card_brand'],
    ['party', 'customer_name, else customer_email'],
    ['text', 'description'],
  ],
} as const satisfies Omit<FormatInfo, 'id' | 'title' | 'detect'>;
