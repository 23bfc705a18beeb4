/**
 * The merchant's order book in our own CSV: what an integrator writes when no mapping is wanted. Columns by header name, in
 * any order; local times are in the run's zone. A refund's amount may be written with or without its minus sign.
 * Carries no control figure.
 */
import { ident, quote } from '../engine.ts';
import type { Head, Input, TableField, TableFormat, TableLayout } from '../format.ts';
import type { LineField } from '../line.ts';
import { localLet, openTimes } from '../local-time.ts';
import { timeSql } from './columns.ts';

const REQUIRED = ['order_ref', 'kind', 'status', 'amount', 'currency', 'created_at', 'channel'] as const;
const OPTIONAL = ['payment_ref', 'paid_at', 'account', 'store', 'terminal', 'channel_ref'] as const;

const headerOf = (head: Head): string[] => {
  const first = head.text.split(/\r?\n/, 1)[0] ?? '';
  return first.split(',').map((name) => name.trim().replace(/^"|"$/g, ''));
};

export const orderCsv: TableFormat = {
  shape: 'table',
  id: 'order-csv',
  title: { en: 'Order book (canonical CSV)', zh: '订单表(标准 CSV)' },
  role: 'order',
  rounding: 'none',
  check: { en: 'none', zh: '无' },
  mapping: [
    ['orderRef', 'order_ref'],
    ['paymentRef', 'payment_ref'],
    ['kind', 'kind'],
    ['status', 'status'],
    ['amount', 'amount'],
    ['currency', 'currency'],
    ['occurredAt', 'paid_at, created_at'],
    ['channel', 'channel'],
    ['account', 'account'],
    ['store', 'store'],
    ['terminal', 'terminal'],
    ['channelRef', 'channel_ref'],
  ],
  detect: (head) => {
    const header = headerOf(head);
    return REQUIRED.every((name) => header.includes(name));
  },
  layout: (head) => ({ delimiter: ',', quote: '"', firstRow: 2, columns: headerOf(head), trailerRows: 0 }),
  fields: (layout, input) => ({
    lets: {
      t_kind: wordOf('kind', KINDS),
      t_status: wordOf('status', STATUSES),
      t_currency: `case when currency = 'CNY' then 'CNY'::dz_currency_code else dz_currency(dz_text(currency)) end`,
      // Two decimals are read for every row before the currency is asked: inside a case the same costs three times as much. What is
      // written exactly has no blanks around it.
      t_hundredths: `dz_as_written_2(amount)`,
      t_minor: `case when t_hundredths is not null and t_currency in ('CNY'::dz_currency_code, 'EUR'::dz_currency_code, 'USD'::dz_currency_code) then t_hundredths else list_transform([dz_text(amount)], lambda cell: dz_minor(cell, t_currency))[1] end`,
      t_at: layout.columns.includes('paid_at')
        ? `coalesce(dz_text(paid_at), dz_text(created_at))`
        : `dz_text(created_at)`,
      t_clock: `dz_clock(t_at)`,
      ...localLet('coalesce(t_clock, dz_unzoned(t_at))', input.zone),
    },
    fields: fieldsOf(layout, input),
  }),
  facts: async (_, input, query) => ({ checks: [], notes: await openTimes(input.zone, query) }),
};

function fieldsOf(layout: TableLayout, input: Input): Partial<Record<LineField, TableField>> {
  const has = (name: (typeof OPTIONAL)[number]) => layout.columns.includes(name);
  const text = (name: string) => `dz_text(${ident(name)})`;
  const optional = (name: (typeof OPTIONAL)[number]) => ({ sql: has(name) ? text(name) : 'null', column: name });
  const time = timeSql('t_clock', 't_at', input.zone);
  return {
    kind: { sql: 't_kind', column: 'kind', required: true },
    status: { sql: 't_status', column: 'status', required: true },
    currency: { sql: 't_currency', column: 'currency', required: true, code: 'bad_currency' },
    amount: {
      sql: `case when t_kind = 'refund'::dz_kind then -abs(t_minor) else t_minor end`,
      column: 'amount',
      required: true,
      code: 'bad_amount',
    },
    occurredAt: { sql: time.at, column: 'created_at', required: true, code: 'bad_date' },
    businessOn: { sql: time.on, column: 'created_at', required: true, code: 'bad_date' },
    channel: { sql: wordOr('channel', CHANNELS, `lower(${text('channel')})`), column: 'channel', required: true },
    orderRef: { sql: text('order_ref'), column: 'order_ref', required: true },
    paymentRef: optional('payment_ref'),
    account: optional('account'),
    store: optional('store'),
    terminal: optional('terminal'),
    channelRef: optional('channel_ref'),
  };
}

const KINDS = ['payment', 'refund'] as const;
const STATUSES = ['paid', 'unpaid', 'closed', 'refunded', 'unknown'] as const;

/** The channels of nearly every book: recognised as they stand, without a look at their letters. Any other will do as well. */
const CHANNELS = ['wechatpay', 'alipay', 'unionpay', 'lakala'] as const;

/** The word of the column, one of `values`: as it stands, as nearly always, or without case and blanks. NULL when it is none. */
const wordOf = (column: 'kind' | 'status', values: readonly string[]): string =>
  wordOr(column, values, `case lower(dz_text(${column})) ${cases(values, `::dz_${column}`)} end`, `::dz_${column}`);

const wordOr = (column: string, values: readonly string[], other: string, type = ''): string =>
  `case ${column} ${cases(values, type)} else ${other} end`;

const cases = (values: readonly string[], type: string): string =>
  values.map((v) => `when ${quote(v)} then ${quote(v)}${type}`).join(' ');
