/**
 * Stripe payouts to the bank: the itemised report (`payout_id`, `effective_at`, `gross` …) and the Dashboard's export of the
 * payouts list (`id`, `Amount`, `Arrival Date (UTC)` …).
 *
 * The report writes what moved in the Stripe balance, so a payout is negative and a negative payout (Stripe took money from the
 * bank) positive; the Dashboard writes the payout itself, with the opposite sign. A payout that failed is `failed`, unless the
 * report shows the money coming back as a row of its own (`payout_reversal`): then both moved and both are done.
 * Carries no control figure; the report's rows have net = gross − fee.
 * Source: docs.stripe.com — report fields of payouts.itemized; payout object (channels.md §5).
 */
import { ident, quote } from '../engine.ts';
import type { Head, Input, TableField, TableFields, TableFormat, TableLayout } from '../format.ts';
import type { LineField } from '../line.ts';
import { localLet, openTimes } from '../local-time.ts';
import { type CsvHeader, caseOf, csvHeader, found, key, layoutOf, textOf } from './csv-header.ts';
import { moneyLets, NET_FOLLOWS } from './stripe.ts';

const COLUMNS = {
  id: ['payout_id', 'id'],
  category: ['reporting_category'],
  currency: ['currency'],
  gross: ['gross', 'Amount'],
  fee: ['fee'],
  net: ['net'],
  status: ['payout_status', 'Status'],
  atUtc: ['effective_at_utc', 'Created (UTC)'],
  at: ['effective_at', 'Created'],
  arrival: ['payout_expected_arrival_date', 'Arrival Date (UTC)', 'arrival_date'],
  trace: ['trace_id', 'Trace ID'],
  text: ['Statement Descriptor', 'payout_description', 'description'],
  method: ['payout_type', 'Type', 'Method'],
} as const satisfies Record<string, readonly string[]>;

const READ = new Set(Object.values(COLUMNS).flat().map(key));

function headerOf(head: Head): CsvHeader | undefined {
  return csvHeader(head, [','], (names) => {
    const keys = names.map(key);
    const report = ['payout_id', 'currency', 'gross', 'fee', 'net', 'reporting_category'];
    const apart = ['payout_status', 'payout_expected_arrival_date', 'payout_type', 'payout_description'];
    const dashboard = ['id', 'amount', 'currency', 'status'];
    return (
      (report.every((k) => keys.includes(k)) && apart.some((k) => keys.includes(k))) ||
      (dashboard.every((k) => keys.includes(k)) && keys.some((k) => /^arrival[ _]date/.test(k)))
    );
  });
}

export const stripePayouts: TableFormat = {
  shape: 'table',
  id: 'stripe-payouts',
  title: { en: 'Stripe payouts (itemised report; Dashboard export)', zh: 'Stripe 提现记录(明细报表、控制台导出)' },
  role: 'balance',
  channel: 'stripe',
  rounding: 'row',
  check: {
    en: 'no totals in the file; each row of the report net = gross − fee',
    zh: '文件无合计;报表逐行核对 净额 = 总额 − 手续费',
  },
  mapping: [
    ['occurredAt', 'effective_at_utc / effective_at / Created (UTC)'],
    ['businessOn', 'effective_at / Created (UTC)'],
    ['valueOn', 'payout_expected_arrival_date / Arrival Date (UTC)'],
    ['kind', 'reporting_category'],
    ['status', 'payout_status / Status'],
    ['currency', 'currency'],
    ['amount', 'gross / Amount with the opposite sign'],
    ['fee', 'fee'],
    ['channelRef', 'payout_id / id'],
    ['batchRef', 'payout_id / id'],
    ['bankRef', 'trace_id / Trace ID'],
    ['method', 'payout_type / Type'],
    ['text', 'Statement Descriptor, else payout_description, else description'],
  ],
  detect: (head) => headerOf(head) !== undefined,
  layout: (input) => layoutOf(headerOf(input)!, (name) => READ.has(key(name))),
  fields: fieldsOf,
  facts: async (_, input, query) => ({ checks: [], notes: await openTimes(input.zone, query) }),
};

function fieldsOf(layout: TableLayout, input: Input): TableFields {
  const text = (word: keyof typeof COLUMNS): string => textOf(layout, ...COLUMNS[word]);
  const name = (word: keyof typeof COLUMNS): string => found(layout, ...COLUMNS[word]) ?? COLUMNS[word][0];
  const required = (word: keyof typeof COLUMNS, sql: string, code: TableField['code']): TableField => ({
    sql,
    column: name(word),
    required: true,
    ...(code !== undefined && { code }),
  });
  const optional = (word: keyof typeof COLUMNS, sql = text(word)): TableField => ({ sql, column: name(word) });
  const report = found(layout, 'gross') !== undefined;
  const utc = found(layout, ...COLUMNS.atUtc) !== undefined;
  const local = found(layout, ...COLUMNS.at) !== undefined;
  const at = utc ? `dz_at(${text('atUtc')}, 'UTC')` : `dz_at(${text('at')}, ${quote(input.zone)})`;
  const fields: Partial<Record<LineField, TableField>> = {
    kind: required('category', 'v_kind', 'bad_value'),
    status: required('status', 'v_status', 'bad_value'),
    currency: required('currency', 'dz_currency(v_code)', 'bad_currency'),
    amount: required('gross', report ? 'v_gross' : 'try_cast(-v_gross::hugeint as bigint)', 'bad_amount'),
    occurredAt: required(utc ? 'atUtc' : 'at', at, 'bad_date'),
    businessOn: required(local ? 'at' : 'atUtc', `dz_day(${text(local ? 'at' : 'atUtc')}, 'UTC')`, 'bad_date'),
    valueOn: optional('arrival', `dz_day(${text('arrival')}, 'UTC')`),
    channelRef: required('id', text('id'), 'missing'),
    batchRef: optional('id'),
    bankRef: optional('trace'),
    method: optional('method'),
    text: optional('text'),
  };
  const lets: Record<string, string> = {
    ...moneyLets(text),
    v_kind: report
      ? caseOf(`lower(${text('category')})`, {
          payout: 'payout',
          payout_reversal: 'payout_return',
          payout_failure: 'payout_return',
        })
      : `'payout'`,
    v_status: statusOf(layout, text('status'), report),
    ...localLet(utc ? 'null::timestamp' : `dz_unzoned(${text('at')})`, input.zone),
  };
  if (!report) return { lets, fields };
  fields.fee = required('fee', 'v_fee', 'bad_amount');
  fields.feeScale = optional('fee', 'v_exponent');
  return { whole: true, lets, fields, guards: [required('net', NET_FOLLOWS, 'bad_amount')] };
}

const STATUSES = {
  paid: 'done',
  in_transit: 'pending',
  pending: 'pending',
  failed: 'failed',
  canceled: 'failed',
  cancelled: 'failed',
};

/** The report's status is the payout's of today and stands on both rows of one that came back. */
function statusOf(layout: TableLayout, status: string, report: boolean): string {
  const told = caseOf(`replace(lower(${status}), ' ', '_')`, STATUSES);
  const id = found(layout, 'payout_id');
  if (!report || id === undefined) return told;
  const category = ident(found(layout, 'reporting_category')!);
  const returned = `${ident(id)} in (select ${ident(id)} from raw where lower(trim(${category})) in ('payout_reversal', 'payout_failure'))`;
  const absent = found(layout, 'payout_status') === undefined ? `'done'` : told;
  return `case when ${returned} then 'done' else ${absent} end`;
}
