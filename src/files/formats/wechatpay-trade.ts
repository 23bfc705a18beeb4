/**
 * WeChat Pay merchant trade bill (交易账单): ALL, SUCCESS, REFUND, the early layout with 总金额, and service-provider bills.
 *
 * Cells begin with a back-tick and are never quoted, so a product name may hold commas: the delimiter is comma + back-tick.
 * The header line has plain commas. Columns are found by name, never by position. The last two records are the summary,
 * checked here against the lines; the fee has five decimals and is kept so (I3), WeChat rounds per row when it settles.
 * Source: pay.weixin.qq.com, 下载账单 — 交易账单格式 (channels.md §1.5).
 */
import { scaledText } from '../../base/money.ts';
import { ident } from '../engine.ts';
import type { Check, Input, TableField, TableFormat, TableLayout, TableQuery } from '../format.ts';
import type { LineField } from '../line.ts';
import { amountLets, timeSql } from './columns.ts';
import { idOf, summaryOf, textOf, wechatHeader, wechatLayout } from './wechatpay.ts';

const ZONE = 'Asia/Shanghai';

/** The same thing under the names of the present and of the early layout. */
const NAMES = {
  total: ['订单金额', '总金额'],
  settle: ['应结订单金额', '总金额'],
  refundTotal: ['申请退款金额', '退款金额'],
  refundSettle: ['退款金额'],
} as const;

const AMOUNTS = [
  ...['订单金额', '应结订单金额', '代金券金额', '申请退款金额', '退款金额', '充值券退款金额'],
  ...['总金额', '企业红包金额', '企业红包退款金额', '代金券或立减优惠金额', '代金券或立减优惠退款金额'],
] as const;

/** The let that holds an amount column in fen. */
const fen = (name: string): string => ident(`l_${name}`);

const named = (layout: TableLayout, names: readonly string[]): string | undefined =>
  names.find((name) => layout.columns.includes(name));

const IS_REFUND = `l_state in ('REFUND', 'REVOKED')`;

export const wechatpayTrade: TableFormat = {
  shape: 'table',
  id: 'wechatpay-trade',
  title: { en: 'WeChat Pay trade bill (ALL, SUCCESS, REFUND)', zh: '微信支付交易账单(全部、成功、退款)' },
  role: 'channel',
  channel: 'wechatpay',
  rounding: 'row',
  check: { en: 'summary row: count and sums; SHA-1 when known', zh: '汇总行:笔数与各项合计;已知时核对 SHA-1' },
  mapping: [
    ['occurredAt', '交易时间 / 退款申请时间'],
    ['account', '特约商户号 (else 商户号)'],
    ['terminal', '设备号'],
    ['channelRef', '微信订单号 / 微信退款单号'],
    ['originRef', '微信订单号 (refunds)'],
    ['orderRef', '商户订单号'],
    ['refundRef', '商户退款单号'],
    ['method', '交易类型'],
    ['status', '交易状态, 退款状态'],
    ['currency', '货币种类'],
    ['amount', '订单金额 / 申请退款金额'],
    ['settle', '应结订单金额 / 退款金额'],
    ['fee', '手续费'],
    ['feePpm', '费率'],
    ['text', '商品名称'],
  ],
  detect: (head) => {
    const header = wechatHeader(head);
    return header.includes('微信订单号') && header.includes('商户订单号') && header.includes('交易状态');
  },
  layout: (input) => wechatLayout(input),
  fields: (layout) => ({ lets: letsOf(layout), fields: fieldsOf(layout), guards: guardsOf(layout) }),
  facts: async (layout, input, query) => ({ checks: await checksOf(layout, input, query) }),
};

const amountsOf = (layout: TableLayout): string[] => AMOUNTS.filter((name) => layout.columns.includes(name));

/** When it was paid, or the refund accepted. */
const happenedOf = (layout: TableLayout): string =>
  layout.columns.includes('退款申请时间')
    ? `case when ${IS_REFUND} then ${textOf(layout, '退款申请时间')} else ${textOf(layout, '交易时间')} end`
    : textOf(layout, '交易时间');

const letsOf = (layout: TableLayout): Record<string, string> => ({
  l_state: textOf(layout, '交易状态'),
  t_at: happenedOf(layout),
  t_clock: 'dz_clock(t_at)',
  t_fee: textOf(layout, '手续费'),
  t_rate: `nullif(rtrim(${textOf(layout, '费率')}, '%'), '')`,
  ...Object.assign({}, ...amountsOf(layout).map((name) => amountLets(name, textOf(layout, name)))),
});

/** Every amount cell must be one or be empty, also where this row's kind does not use it: garbage there means a damaged file. */
const guardsOf = (layout: TableLayout): TableField[] =>
  amountsOf(layout).map((name) => ({
    sql: `coalesce(${fen(name)}, if(${ident(`t_${name}`)} is null, 0, null))`,
    column: name,
    code: 'bad_amount',
  }));

function fieldsOf(layout: TableLayout): Partial<Record<LineField, TableField>> {
  const text = (name: string) => textOf(layout, name);
  const id = (name: string) => idOf(layout, name);
  const total = named(layout, NAMES.total)!;
  const settle = named(layout, NAMES.settle)!;
  const refunds = layout.columns.includes('商户退款单号');
  const signed = (paid: string, back: string | undefined) =>
    refunds && back ? `case when ${IS_REFUND} then -${fen(back)} else ${fen(paid)} end` : fen(paid);
  const time = timeSql('t_clock', 't_at', ZONE);
  const refundOnly = (sql: string) => `case when ${IS_REFUND} then ${sql} end`;
  return {
    kind: {
      sql: `case l_state when 'SUCCESS' then 'payment' when 'REFUND' then 'refund' when 'REVOKED' then 'reversal' end`,
      column: '交易状态',
      required: true,
    },
    status: {
      sql: `case when ${IS_REFUND} and ${text('退款状态')} in ('FAIL', 'CHANGE') then 'failed' else 'done' end`,
      column: '退款状态',
    },
    currency: {
      // Every amount of the bill has two decimals, so a currency with another number of them cannot be read.
      sql: `case when dz_exponent(coalesce(${text('货币种类')}, 'CNY')) = 2 then dz_currency(coalesce(${text('货币种类')}, 'CNY')) end`,
      column: '货币种类',
      required: true,
      code: 'bad_currency',
    },
    amount: { sql: signed(total, named(layout, NAMES.refundTotal)), column: total, required: true, code: 'bad_amount' },
    settle: {
      sql: signed(settle, named(layout, NAMES.refundSettle)),
      column: settle,
      required: true,
      code: 'bad_amount',
    },
    fee: { sql: `dz_scaled(t_fee, 5)`, column: '手续费', required: true, code: 'bad_amount' },
    feeScale: { sql: '5', column: '手续费' },
    feePpm: { sql: 'dz_scaled(t_rate, 4)', column: '费率' },
    occurredAt: { sql: time.at, column: '交易时间', required: true, code: 'bad_date' },
    businessOn: { sql: time.on, column: '交易时间', required: true, code: 'bad_date' },
    account: {
      sql: `coalesce(${id('特约商户号')}, ${text('商户号')}, ${text('子商户号')})`,
      column: '商户号',
      required: true,
    },
    terminal: { sql: text('设备号'), column: '设备号' },
    channelRef: {
      sql: `case when ${IS_REFUND} then coalesce(${id('微信退款单号')}, ${id('微信订单号')}) else ${id('微信订单号')} end`,
      column: '微信订单号',
      required: true,
    },
    originRef: { sql: refundOnly(id('微信订单号')), column: '微信订单号' },
    orderRef: { sql: id('商户订单号'), column: '商户订单号', required: true },
    refundRef: { sql: refundOnly(id('商户退款单号')), column: '商户退款单号' },
    method: { sql: text('交易类型'), column: '交易类型' },
    text: { sql: text('商品名称'), column: '商品名称' },
  };
}

/**
 * The summary's own column → which column it adds up. WeChat adds up a column over every row, whatever its kind. Columns that
 * the lines carry are taken from the lines, and from the raw rows only where no line uses them.
 */
const SUMS = [
  { names: ['应结订单总金额'], column: '应结订单金额', line: 'settle', kind: 'payment' },
  { names: ['订单总金额'], column: '订单金额', line: 'amount', kind: 'payment' },
  { names: ['退款总金额', '总退款金额'], column: '退款金额' },
  { names: ['申请退款总金额'], column: '申请退款金额' },
  { names: ['充值券退款总金额'], column: '充值券退款金额' },
  { names: ['总企业红包退款金额', '企业红包退款总金额'], column: '企业红包退款金额' },
  { names: ['总代金券或立减优惠退款金额', '代金券或立减优惠退款总金额'], column: '代金券或立减优惠退款金额' },
] as const;

async function checksOf(layout: TableLayout, input: Input, query: TableQuery): Promise<Check[]> {
  const summary = summaryOf(input);
  const used = SUMS.flatMap((sum) => {
    const name = sum.names.find((n) => summary.has(n));
    return name && layout.columns.includes(sum.column) ? [{ ...sum, name }] : [];
  });
  const sumOf = (sum: (typeof used)[number]): string =>
    'line' in sum
      ? `(select coalesce(sum(${sum.line}), 0) from these where kind = '${sum.kind}')
         + (select coalesce(sum(${fen(sum.column)}), 0) from cells where ${IS_REFUND})`
      : `(select coalesce(sum(${fen(sum.column)}), 0) from cells)`;
  const [count, fee, paid, listed, ...sums] = (await query(`
    select count(*), coalesce(sum(fee), 0), coalesce(sum(settle) filter (kind = 'payment'), 0), ${
      layout.columns.includes('总金额') ? `(select coalesce(sum(${fen('总金额')}), 0) from cells)` : '0::hugeint'
    } ${used.map((sum) => `, ${sumOf(sum)}`).join('')} from these`)) as bigint[];
  const checks = [summary.check('总交易单数', String(count), 0)];
  if (summary.has('总交易额')) {
    // The early layout repeats the order's amount on refund rows; its total is of the payments, in some bills of all rows.
    const ofPayments = summary.check('总交易额', scaledText(paid!, 2), 2);
    checks.push(ofPayments.ok ? ofPayments : summary.check('总交易额', scaledText(listed!, 2), 2));
  }
  used.forEach((sum, i) => {
    checks.push(summary.check(sum.name, scaledText(sums[i]!, 2), 2));
  });
  if (summary.has('手续费总金额')) checks.push(summary.check('手续费总金额', scaledText(fee!, 5), 5));
  return checks;
}
