/**
 * Adyen payment accounting report: the life of every payment, one row per step (Received, Authorised, SentForSettle, Settled …).
 * It tells where a payment is, not what is owed: evidence only, never counted.
 *
 * The amount is that of the step in its main currency, signed by what the step does to the merchant. Costs are told where the
 * settlement currency is the same. A step that moves nothing yet is `pending`, one that ended badly is `failed`.
 * Carries no control figure.
 * Source: docs.adyen.com — payment accounting report; reports that merchants published (channels.md §6).
 */
import type { Head, TableField, TableFields, TableFormat, TableLayout } from '../format.ts';
import type { Kind, LineField, Status } from '../line.ts';
import { FINE, fineLets, minor, ownReference, times, unitLets } from './adyen.ts';
import { type CsvHeader, csvHeader, found, key, layoutOf, textOf } from './csv-header.ts';

const NEEDED = ['Merchant Account', 'Psp Reference', 'TimeZone', 'Record Type', 'Main Currency', 'Main Amount'];
/** The step's own time, under the name of the present and of an early layout. */
const DATES = ['Booking Date', 'Creation Date'];
const COSTS = ['Commission (SC)', 'Markup (SC)', 'Scheme Fees (SC)', 'Interchange (SC)'];
const MODIFICATION = ['Modification Psp Reference', 'Modification Reference'];
const MORE = [
  'Merchant Reference',
  'Merchant Order Reference',
  'Modification Merchant Reference',
  'Payment Method',
  'Payable Batch',
];
const READ = new Set([...NEEDED, ...DATES, ...COSTS, ...MODIFICATION, ...MORE, 'Settlement Currency'].map(key));

const headerOf = (head: Head): CsvHeader | undefined =>
  csvHeader(head, [',', '\t', ';'], (names) => {
    const keys = names.map(key);
    return NEEDED.every((name) => keys.includes(key(name))) && DATES.some((name) => keys.includes(key(name)));
  });

/** Record type in small letters, longest prefix first → what it is and how far it got. Not listed: an adjustment in progress. */
const STEPS: ReadonlyArray<readonly [like: string, kind: Kind, status: Status]> = [
  ['settledreversed%', 'reversal', 'done'],
  ['settled%', 'payment', 'done'],
  ['refundedreversed%', 'reversal', 'done'],
  ['refunded%', 'refund', 'done'],
  ['refundfailed%', 'refund', 'failed'],
  ['refund%', 'refund', 'pending'],
  ['sentforrefund%', 'refund', 'pending'],
  ['chargebackreversed%', 'adjustment', 'done'],
  ['secondchargeback%', 'chargeback', 'done'],
  ['chargeback%', 'chargeback', 'done'],
  ['capturefailed%', 'payment', 'failed'],
  ['refused%', 'payment', 'failed'],
  ['cancelled%', 'payment', 'failed'],
  ['expired%', 'payment', 'failed'],
  ['error%', 'payment', 'failed'],
  ['received%', 'payment', 'pending'],
  ['authorised%', 'payment', 'pending'],
  ['authorized%', 'payment', 'pending'],
  ['retried%', 'payment', 'pending'],
  ['sentforsettle%', 'payment', 'pending'],
  ['fee%', 'fee', 'done'],
];
/** The amount stands without a sign; these take it from the merchant. */
const TAKES = ['refund', 'chargeback', 'fee'] as const satisfies readonly Kind[];

export const adyenAccounting: TableFormat = {
  shape: 'table',
  id: 'adyen-accounting',
  title: { en: 'Adyen payment accounting report', zh: 'Adyen 支付记账报表' },
  role: 'evidence',
  channel: 'adyen',
  rounding: 'none',
  check: { en: 'none', zh: '无' },
  mapping: [
    ['occurredAt', 'Booking Date / Creation Date in TimeZone'],
    ['businessOn', 'Booking Date / Creation Date'],
    ['account', 'Merchant Account'],
    ['kind', 'Record Type'],
    ['status', 'Record Type'],
    ['currency', 'Main Currency'],
    ['amount', 'Main Amount, signed by Record Type'],
    ['fee', 'Commission + Markup + Scheme Fees + Interchange (SC)'],
    ['channelRef', 'Psp Reference; Modification Psp Reference of refunds and disputes'],
    ['originRef', 'Psp Reference of refunds and disputes'],
    ['orderRef', 'Merchant Reference'],
    ['paymentRef', 'Merchant Order Reference'],
    ['refundRef', 'Modification Merchant Reference (refunds)'],
    ['batchRef', 'Merchant Account/Payable Batch'],
    ['method', 'Payment Method'],
    ['text', 'Record Type'],
  ],
  detect: (head) => headerOf(head) !== undefined,
  layout: (input) => layoutOf(headerOf(input)!, (name) => READ.has(key(name))),
  fields: fieldsOf,
  facts: async () => ({ checks: [] }),
};

function fieldsOf(layout: TableLayout): TableFields {
  const text = (...names: string[]): string => textOf(layout, ...names);
  const optional = (column: string, sql = text(column)): TableField => ({
    sql,
    column: found(layout, column) ?? column,
  });
  const required = (column: string, sql: string, code: TableField['code']): TableField => ({
    ...optional(column, sql),
    required: true,
    ...(code !== undefined && { code }),
  });
  const at = times(layout, DATES, ['TimeZone']);
  const type = text('Record Type');
  const costs = COSTS.filter((name) => found(layout, name) !== undefined);
  const takes = `v_kind in (${TAKES.map((kind) => `'${kind}'`).join(', ')})`;
  const settled = `v_status = 'done' and upper(${text('Settlement Currency')}) = v_currency`;
  const step = (of: 1 | 2, otherwise: string): string =>
    `case ${STEPS.map((s) => `when lower(${type}) like '${s[0]}' then '${s[of]}'`).join(' ')} else '${otherwise}' end`;
  const fields: Partial<Record<LineField, TableField>> = {
    kind: required('Record Type', `case when v_type is not null then v_kind end`, 'missing'),
    status: optional('Record Type', 'v_status'),
    currency: required('Main Currency', 'v_currency', 'bad_currency'),
    amount: required('Main Amount', minor(`case when ${takes} then -abs(v_amount) else v_amount end`), 'bad_amount'),
    fee: optional(COSTS[0]!, `case when ${settled} then try_cast(v_costs as bigint) end`),
    feeScale: optional(COSTS[0]!, `case when ${settled} then ${FINE} end`),
    occurredAt: at.occurredAt,
    businessOn: at.businessOn,
    account: required('Merchant Account', text('Merchant Account'), 'missing'),
    orderRef: optional('Merchant Reference'),
    paymentRef: optional('Merchant Order Reference'),
    refundRef: optional(
      'Modification Merchant Reference',
      `case when v_kind = 'refund' then ${ownReference(text('Modification Merchant Reference'))} end`,
    ),
    channelRef: optional(
      'Psp Reference',
      `case when v_kind = 'payment' then ${text('Psp Reference')} else coalesce(${text(...MODIFICATION)}, ${text('Psp Reference')}) end`,
    ),
    originRef: optional('Psp Reference', `case when v_kind <> 'payment' then ${text('Psp Reference')} end`),
    batchRef: optional('Payable Batch', `${text('Merchant Account')} || '/' || ${text('Payable Batch')}`),
    method: optional('Payment Method'),
    text: optional('Record Type', 'v_type'),
  };
  return {
    lets: {
      ...unitLets(text('Main Currency')),
      ...at.lets,
      v_type: type,
      v_kind: step(1, 'adjustment'),
      v_status: step(2, 'pending'),
      ...fineLets({
        amount: text('Main Amount'),
        ...Object.fromEntries(costs.map((name, i) => [`cost${i}`, text(name)])),
      }),
      v_costs: costs.length === 0 ? 'null::hugeint' : costs.map((_, i) => `v_cost${i}`).join(' + '),
    },
    fields,
    guards: [
      at.guard,
      required('Main Amount', text('Main Amount'), 'missing'),
      ...costs.map((name, i) => required(name, `v_cost${i}`, 'bad_amount')),
    ],
  };
}
