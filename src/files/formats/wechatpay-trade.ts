/**
 * WeChat Pay merchant trade bill (交易账单): ALL, SUCCESS, REFUND, the early layout with 总金额, and service-provider bills.
 *
 * Cells begin with a back-tick and are never quoted, so a product name may hold commas: the delimiter is comma + back-tick.
 * The header line has plain commas. Columns are found by name, never by position. The last two records are the summary,
 * checked here against the lines; the fee has five decimals and is kept so (I3), WeChat rounds per row when it settles.
 * Source: pay.weixin.qq.com, 下载账单 — 交易账单格式 (channels.md §1.5).
 */
import { scaledText } from '../../base/money.ts';
import type { Check, Head, Input, TableField, TableFormat, TableLayout, TableQuery } from '../format.ts';
import type { LineField } from '../line.ts';
import { cell, summaryOf, wechatHeader, wechatLayout } from './wechatpay.ts';

const ZONE = 'Asia/Shanghai';

/** The same thing under the names of the present and of the early layout. */
const NAMES = {
  total: ['订单金额', '总金额'],
  settle: ['应结订单金额', '总金额'],
  refundTotal: ['申请退款金额', '退款金额'],
  refundSettle: ['退款金额'],
} as const;

const named = (layout: TableLayout, names: readonly string[]): string | undefined =>
  names.find((name) => layout.columns.includes(name));

export const wechatpayTrade: TableFormat = {
  shape: 'table',
  id: 'wechatpay-trade',
  title: { en: 'WeChat Pay trade bill (ALL, SUCCESS, REFUND)', zh: '微信支付交易账单(全部、成功、退款)' },
  role: 'channel',
  channel: 'wechatpay',
  rounding: 'row',
  check: { en: 'summary row: count and sums', zh: '汇总行:笔数与各项合计' },
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
  layout: (head: Head) => wechatLayout(head),
  fields: (layout) => ({ fields: fieldsOf(layout), guards: guardsOf(layout) }),
  facts: async (layout, input, query) => ({ checks: await checksOf(layout, input, query) }),
};

function fieldsOf(layout: TableLayout): Partial<Record<LineField, TableField>> {
  const has = (name: string) => layout.columns.includes(name);
  const text = (name: string) => (has(name) ? `dz_text(${cell(layout, name)})` : 'null');
  const amountOf = (name: string | undefined) => (name ? `dz_scaled(${text(name)}, 2)` : '0');
  const isRefund = `${text('交易状态')} in ('REFUND', 'REVOKED')`;
  const total = named(layout, NAMES.total)!;
  const refunds = has('商户退款单号');
  const refundTotal = refunds ? named(layout, NAMES.refundTotal) : undefined;
  const signed = (paid: string | undefined, back: string | undefined) =>
    refunds ? `case when ${isRefund} then -${amountOf(back)} else ${amountOf(paid)} end` : amountOf(paid);
  const happened = has('退款申请时间') ? `case when ${isRefund} then ${text('退款申请时间')} else ${text('交易时间')} end` : text('交易时间');
  const refundOnly = (sql: string) => `case when ${isRefund} then ${sql} end`;
  const id = (name: string) => `nullif(${text(name)}, '0')`;
  return {
    kind: {
      sql: `case ${text('交易状态')} when 'SUCCESS' then 'payment' when 'REFUND' then 'refund' when 'REVOKED' then 'reversal' end`,
      column: '交易状态',
      required: true,
    },
    status: {
      sql: `case when ${isRefund} then case ${text('退款状态')} when 'PROCESSING' then 'done' when 'FAIL' then 'failed'
              when 'CHANGE' then 'failed' else 'done' end else 'done' end`,
      column: '退款状态',
    },
    currency: { sql: `dz_currency(coalesce(${text('货币种类')}, 'CNY'))`, column: '货币种类', required: true, code: 'bad_currency' },
    amount: { sql: signed(total, refundTotal), column: total, required: true, code: 'bad_amount' },
    settle: {
      sql: signed(named(layout, NAMES.settle), refunds ? named(layout, NAMES.refundSettle) : undefined),
      column: named(layout, NAMES.settle)!,
      required: true,
      code: 'bad_amount',
    },
    fee: { sql: `dz_scaled(${text('手续费')}, 5)`, column: '手续费', required: true, code: 'bad_amount' },
    feeScale: { sql: '5', column: '手续费' },
    feePpm: { sql: `dz_scaled(nullif(rtrim(${text('费率')}, '%'), ''), 4)`, column: '费率' },
    occurredAt: { sql: `dz_at(${happened}, '${ZONE}')`, column: '交易时间', required: true, code: 'bad_date' },
    businessOn: { sql: `dz_day(${happened}, '${ZONE}')`, column: '交易时间', required: true, code: 'bad_date' },
    account: { sql: `coalesce(${id('特约商户号')}, ${text('商户号')}, ${text('子商户号')})`, column: '商户号', required: true },
    terminal: { sql: text('设备号'), column: '设备号' },
    channelRef: {
      sql: refunds ? `case when ${isRefund} then coalesce(${id('微信退款单号')}, ${text('微信订单号')}) else ${text('微信订单号')} end` : text('微信订单号'),
      column: '微信订单号',
      required: true,
    },
    originRef: { sql: refundOnly(text('微信订单号')), column: '微信订单号' },
    orderRef: { sql: text('商户订单号'), column: '商户订单号', required: true },
    refundRef: { sql: refunds ? refundOnly(id('商户退款单号')) : 'null', column: '商户退款单号' },
    method: { sql: text('交易类型'), column: '交易类型' },
    text: { sql: text('商品名称'), column: '商品名称' },
  };
}

/** Every amount cell must be one, also where this row's kind does not use it: garbage there means a damaged file. */
const AMOUNTS = ['应结订单金额', '代金券金额', '退款金额', '充值券退款金额', '订单金额', '申请退款金额', '总金额'];

function guardsOf(layout: TableLayout): TableField[] {
  return AMOUNTS.filter((name) => layout.columns.includes(name)).map((column) => ({
    sql: `dz_scaled(coalesce(dz_text(${cell(layout, column)}), '0'), 2)`,
    column,
    code: 'bad_amount',
  }));
}

/** The summary's own column → what the lines must give. Sums of the source are compared at the source's scale. */
const SUMS = [
  { names: ['应结订单总金额', '总交易额'], sql: `sum(case when kind = 'payment' then settle else 0 end)`, scale: 2 },
  { names: ['订单总金额'], sql: `sum(case when kind = 'payment' then amount else 0 end)`, scale: 2 },
  { names: ['退款总金额', '总退款金额'], sql: `-sum(case when kind <> 'payment' then settle else 0 end)`, scale: 2 },
  { names: ['申请退款总金额'], sql: `-sum(case when kind <> 'payment' then amount else 0 end)`, scale: 2 },
  { names: ['手续费总金额'], sql: 'sum(fee)', scale: 5 },
] as const;

async function checksOf(_: TableLayout, input: Input, query: TableQuery): Promise<Check[]> {
  const summary = summaryOf(input);
  const row = await query(`select count(*), ${SUMS.map((s) => `coalesce(${s.sql}, 0)::bigint`).join(', ')} from these`);
  const checks = [summary.check('总交易单数', String(row[0]), 0)];
  SUMS.forEach((sum, i) => {
    const name = sum.names.find((n) => summary.has(n));
    if (name) checks.push(summary.check(name, scaledText(row[i + 1] as bigint, sum.scale), sum.scale));
  });
  return checks;
}
