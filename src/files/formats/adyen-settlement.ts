/**
 * Adyen settlement details report: every row that went into a settlement batch, up to the payout that empties it.
 *
 * Per row, net = gross − costs in the settlement currency (NC). Where the shopper paid in another currency (GC), the line's
 * money is that of the batch: `amount` is net + costs in NC, and `text` tells the gross and the rate; batches and the bank know
 * nothing of GC. Costs may have more decimals than the currency (interchange++); then the fee is kept at six, and must round to
 * gross − net. A row whose parts contradict each other is rejected.
 *
 * The report has no trailer, but a batch is closed: Σ net credit − Σ net debit is zero in each currency, with the payout or the
 * transfer to the next batch among the rows. So a row that was taken out, added or changed refuses the document.
 * Source: docs.adyen.com — settlement details report, journal types; and reports that merchants published (channels.md §6).
 */

import { exponentOf } from '../../base/currency.ts';
import { scaledText } from '../../base/money.ts';
import type { Check, Head, TableField, TableFields, TableFormat, TableLayout, TableQuery } from '../format.ts';
import type { Kind, LineField } from '../line.ts';
import { FINE, fineLets, minor, ownReference, rounded, times, unitLets } from './adyen.ts';
import { type CsvHeader, caseOf, csvHeader, found, key, layoutOf, textOf } from './csv-header.ts';

const GROSS_CURRENCY = 'Gross Currency';
const GROSS_DEBIT = 'Gross Debit (GC)';
const GROSS_CREDIT = 'Gross Credit (GC)';
const NET_CURRENCY = 'Net Currency';
const NET_DEBIT = 'Net Debit (NC)';
const NET_CREDIT = 'Net Credit (NC)';
/** Blended pricing fills the first, interchange++ the other three. */
const COSTS = ['Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)', 'Interchange (NC)'];
/** A part of the net that no cost column explains; such rows are not held against the costs. */
const DCC = 'DCC Markup (NC)';

const NEEDED = [
  'Merchant Account',
  'Psp Reference',
  'Creation Date',
  'TimeZone',
  'Type',
  'Modification Reference',
  'Batch Number',
];
const MONEY = [GROSS_CURRENCY, GROSS_DEBIT, GROSS_CREDIT, NET_CURRENCY, NET_DEBIT, NET_CREDIT];
const MORE = [
  'Merchant Reference',
  'Merchant Order Reference',
  'Modification Merchant Reference',
  'Payment Method',
  'Exchange Rate',
];
const PLACES = ['Store', 'Unique Terminal ID', 'Terminal ID', 'Booking Date'];
const READ = new Set([...NEEDED, ...MONEY, ...COSTS, DCC, ...MORE, ...PLACES].map(key));

const headerOf = (head: Head): CsvHeader | undefined =>
  csvHeader(head, [',', '\t', ';'], (names) => {
    const keys = names.map(key);
    return [...NEEDED, ...MONEY].every((name) => keys.includes(key(name)));
  });

/**
 * Journal types, in small letters. Shown as done and taken back is a `reversal`; a dispute that was won back is an adjustment,
 * as money that returns without the customer. `PaidOut` pays third parties, not the merchant's bank. What is not listed moves
 * the batch all the same: an adjustment.
 */
const KINDS: Readonly<Record<string, Kind>> = {
  settled: 'payment',
  refunded: 'refund',
  settledreversed: 'reversal',
  capturefailed: 'reversal',
  refundedreversed: 'reversal',
  chargeback: 'chargeback',
  secondchargeback: 'chargeback',
  chargebackreversed: 'adjustment',
  fee: 'fee',
  misccosts: 'fee',
  invoicededuction: 'fee',
  paymentcost: 'fee',
  settlecost: 'fee',
  authorisationschemefee: 'fee',
  merchantpayout: 'payout',
  acquirerpayout: 'payout',
  bankinstructionreturned: 'payout_return',
  merchantpayoutreversed: 'payout_return',
  balancetransfer: 'transfer',
  internalcompanypayout: 'transfer',
  merchantpayin: 'transfer',
};
/** `SettledBulk`, `SettledInInstallments`, `RefundedExternallyWithInfo`, … are the same thing done another way. */
const FAMILIES = [
  ['settledreversed%', 'reversal'],
  ['refundedreversed%', 'reversal'],
  ['chargebackreversed%', 'adjustment'],
  ['settled%', 'payment'],
  ['refunded%', 'refund'],
  ['chargeback%', 'chargeback'],
  ['secondchargeback%', 'chargeback'],
] as const satisfies ReadonlyArray<readonly [string, Kind]>;

const KIND = `case when v_type is null then null else coalesce(${caseOf('v_type', KINDS)},
  case ${FAMILIES.map(([like, kind]) => `when v_type like '${like}' then '${kind}'`).join(' ')} else 'adjustment' end) end`;

export const adyenSettlement: TableFormat = {
  shape: 'table',
  id: 'adyen-settlement',
  title: { en: 'Adyen settlement details report', zh: 'Adyen 结算明细报表' },
  role: 'channel',
  channel: 'adyen',
  rounding: 'row',
  check: {
    en: 'per batch and currency: net credits − net debits = 0; per row: gross − costs = net',
    zh: '每批次每币种:净贷记 − 净借记 = 0;逐行:总额 − 费用 = 净额',
  },
  mapping: [
    ['occurredAt', 'Creation Date in TimeZone'],
    ['businessOn', 'Creation Date'],
    ['valueOn', 'Booking Date'],
    ['account', 'Merchant Account'],
    ['store', 'Store'],
    ['terminal', 'Unique Terminal ID'],
    ['kind', 'Type'],
    ['currency', 'Net Currency'],
    ['amount', 'Gross Credit (GC) − Gross Debit (GC); net + costs where GC is not NC'],
    ['settle', 'as amount'],
    ['fee', 'gross − net; Commission + Markup + Scheme Fees + Interchange (NC) where finer or in another currency'],
    ['channelRef', 'Psp Reference; Modification Reference of what is no payment'],
    ['originRef', 'Psp Reference of what is no payment'],
    ['orderRef', 'Merchant Reference'],
    ['paymentRef', 'Merchant Order Reference'],
    ['refundRef', 'Modification Merchant Reference (refunds)'],
    ['batchRef', 'Merchant Account/Batch Number'],
    ['bankRef', 'Modification Reference of a payout, up to the first blank (TX…)'],
    ['method', 'Payment Method'],
    [
      'text',
      'Modification Reference and Modification Merchant Reference of batch rows; gross and rate where GC is not NC',
    ],
  ],
  detect: (head) => headerOf(head) !== undefined,
  layout: (input) => layoutOf(headerOf(input)!, (name) => READ.has(key(name))),
  fields: fieldsOf,
  facts: async (_, __, query) => ({ checks: await checksOf(query) }),
};

/** The row's parts at six decimals, each once a row; they build on the lets that read the cells. */
const PARTS: Readonly<Record<string, string>> = {
  v_net: 'v_net_credit - v_net_debit',
  v_costs_rounded: rounded('v_costs'),
  v_foreign: 'v_has_gross and v_gross_currency <> v_currency',
  v_own: 'v_has_gross and v_gross_currency = v_currency',
  v_gross:
    'case when v_foreign then v_net + v_costs_rounded when v_own then v_gross_credit - v_gross_debit else v_net end',
  v_fee: 'v_gross - v_net',
  // Otherwise gross − net says it all: the costs end within the currency, are not told, or are not the whole difference.
  v_finer: 'v_has_gross and v_costs_told and v_dcc = 0 and v_costs % v_unit <> 0',
  v_fits: 'not v_own or not v_costs_told or v_dcc <> 0 or v_costs_rounded = v_fee',
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
  const at = times(layout, ['Creation Date'], ['TimeZone']);
  const costs = COSTS.filter((name) => found(layout, name) !== undefined);
  const gross = `coalesce(${text(GROSS_CREDIT)}, '-' || ${text(GROSS_DEBIT)})`;
  const foreign = `concat('gross ', ${gross}, ' ', v_gross_currency, coalesce(', rate ' || ${text('Exchange Rate')}, ''))`;
  const told = `concat_ws(' · ', ${text('Modification Reference')}, nullif(${text('Modification Merchant Reference')}, ${text('Modification Reference')}))`;
  const fields: Partial<Record<LineField, TableField>> = {
    kind: required('Type', 'v_kind', 'missing'),
    status: optional('Type', `'done'`),
    currency: required(NET_CURRENCY, 'v_currency', 'bad_currency'),
    amount: optional(NET_CREDIT, minor('v_gross')),
    settle: optional(NET_CREDIT, minor('v_gross')),
    fee: optional(COSTS[0]!, `case when v_finer then try_cast(v_costs as bigint) else ${minor('v_fee')} end`),
    feeScale: optional(COSTS[0]!, `case when v_finer then ${FINE} else v_exponent end`),
    occurredAt: at.occurredAt,
    businessOn: at.businessOn,
    valueOn: optional('Booking Date', `try_cast(left(${text('Booking Date')}, 10) as date)`),
    account: required('Merchant Account', text('Merchant Account'), 'missing'),
    store: optional('Store'),
    terminal: optional('Unique Terminal ID', text('Unique Terminal ID', 'Terminal ID')),
    orderRef: optional('Merchant Reference'),
    paymentRef: optional('Merchant Order Reference'),
    refundRef: optional(
      'Modification Merchant Reference',
      `case when v_kind = 'refund' then ${ownReference(text('Modification Merchant Reference'))} end`,
    ),
    channelRef: optional(
      'Psp Reference',
      `case when v_kind = 'payment' then v_psp when v_psp is not null then coalesce(${text('Modification Reference')}, v_psp) end`,
    ),
    originRef: optional('Psp Reference', `case when v_kind <> 'payment' then v_psp end`),
    batchRef: required('Batch Number', `${text('Merchant Account')} || '/' || ${text('Batch Number')}`, 'missing'),
    bankRef: optional(
      'Modification Reference',
      `case when v_kind = 'payout' then split_part(${text('Modification Reference')}, ' ', 1) end`,
    ),
    method: optional('Payment Method'),
    text: optional(
      'Modification Reference',
      `case when v_foreign then ${foreign} when v_psp is null then nullif(${told}, '') end`,
    ),
  };
  return {
    lets: {
      ...unitLets(text(NET_CURRENCY)),
      ...at.lets,
      v_type: `lower(${text('Type')})`,
      v_kind: KIND,
      v_psp: text('Psp Reference'),
      v_gross_currency: `upper(${text(GROSS_CURRENCY)})`,
      v_has_gross: `(${text(GROSS_DEBIT)} is not null or ${text(GROSS_CREDIT)} is not null)`,
      ...fineLets({
        gross_credit: text(GROSS_CREDIT),
        gross_debit: text(GROSS_DEBIT),
        net_credit: text(NET_CREDIT),
        net_debit: text(NET_DEBIT),
        dcc: text(DCC),
        ...Object.fromEntries(costs.map((name, i) => [`cost${i}`, text(name)])),
      }),
      v_costs: costs.length === 0 ? '0::hugeint' : costs.map((_, i) => `v_cost${i}`).join(' + '),
      v_costs_told: costs.length === 0 ? 'false' : `(${costs.map((name) => `${text(name)} is not null`).join(' or ')})`,
      ...PARTS,
    },
    fields,
    // The cells first, so that what is told is the one that is wrong and not what was reckoned from it.
    guards: [
      at.guard,
      required(GROSS_DEBIT, 'v_gross_debit', 'bad_amount'),
      required(GROSS_CREDIT, 'v_gross_credit', 'bad_amount'),
      required(NET_DEBIT, 'v_net_debit', 'bad_amount'),
      required(NET_CREDIT, 'v_net_credit', 'bad_amount'),
      ...costs.map((name, i) => required(name, `v_cost${i}`, 'bad_amount')),
      required(GROSS_CURRENCY, `case when v_has_gross then dz_currency(v_gross_currency) else '' end`, 'bad_currency'),
      required(GROSS_DEBIT, `case when v_gross_debit = 0 or v_gross_credit = 0 then 0 end`, 'bad_amount'),
      required(
        NET_DEBIT,
        `case when (v_net_debit = 0 or v_net_credit = 0) and (v_fits or ${text(NET_DEBIT)} is null) then 0 end`,
        'bad_amount',
      ),
      required(NET_CREDIT, `case when v_fits then ${minor('v_gross')} end`, 'bad_amount'),
      required(
        NET_CREDIT,
        `case when v_finer then try_cast(v_costs as bigint) else ${minor('v_fee')} end`,
        'bad_amount',
      ),
    ],
  };
}

/** More batches than this are told as one number. */
const MOST_CHECKS = 40;

/** Each batch is empty when it is closed; and a report without rows is no report. */
async function checksOf(query: TableQuery): Promise<Check[]> {
  const [lines, batches, open, told] = await query(`
    select sum(n)::bigint, count(*), count(*) filter (net <> 0),
      string_agg(concat_ws(chr(9), batch_ref, currency, net), chr(10) order by net = 0, batch_ref, currency)
        filter (place <= ${MOST_CHECKS})
    from (
      select *, row_number() over (order by net = 0, batch_ref, currency) as place from (
        select batch_ref, currency, count(*) as n,
          sum(settle::hugeint - dz_round(fee, fee_scale::integer, dz_exponent(currency)))::hugeint as net
        from these group by batch_ref, currency))`);
  if (!lines) {
    return [{ name: { en: 'rows of a batch', zh: '批次的明细行' }, expected: '≥ 1', actual: '0', ok: false }];
  }
  const checks = String(told).split('\n').map(checkOf);
  if (Number(batches) <= MOST_CHECKS) return checks;
  const name = { en: 'batches that are not empty', zh: '未归零的批次数' };
  return [...checks.filter((c) => !c.ok), { name, expected: '0', actual: String(open), ok: open === 0n }];
}

function checkOf(told: string): Check {
  const [batch = '', currency = '', net = ''] = told.split('\t');
  const scale = exponentOf(currency) ?? 0;
  const actual = scaledText(BigInt(net), scale);
  const expected = scaledText(0n, scale);
  return {
    name: {
      en: `batch ${batch} ${currency}: net credits − net debits`,
      zh: `批次 ${batch} ${currency}:净贷记 − 净借记`,
    },
    expected,
    actual,
    ok: actual === expected,
  };
}
