/**
 * WeChat Pay fund-flow bill (资金账单): the ledger of the merchant's account at WeChat Pay. It shows what the trade bill does
 * not: fees as they are deducted, withdrawals to the bank, profit sharing.
 *
 * Which number is which, seen in real bills: 微信支付业务单号 is WeChat's number of the transaction or refund itself and equals
 * 微信订单号 / 微信退款单号 of the trade bill → `channelRef`. 资金流水单号 is the ledger's own number → `bankRef`; some bills put
 * the original payment's 微信订单号 there on refunds (28 digits, first a 4) → `originRef`. 业务凭证号 is the merchant's number.
 * The bill does not say whose account it is, and a file name proves nothing: `account` stays empty.
 *
 * A refund moves what was given back less the fee that WeChat returns (备注 says how much of each), so its amount may be
 * smaller than the refund in the trade bill.
 * Source: pay.weixin.qq.com, 下载账单 — 资金账单格式.
 */
import { scaledText } from '../../base/money.ts';
import type { Check, Facts, Input, TableFields, TableFormat, TableLayout, TableQuery } from '../format.ts';
import { amountLets, columnOf } from './columns.ts';
import { runningBalance } from './running-balance.ts';
import { idOf, summaryOf, textOf, wechatHeader, wechatLayout } from './wechatpay.ts';

const ZONE = 'Asia/Shanghai';

/** First match wins; the text is 业务类型 and 业务名称 together. `income`: what it is when the money comes in instead. */
const KINDS = [
  { says: '手续费|服务费', kind: 'fee', income: 'fee' },
  { says: '分账|分润', kind: 'adjustment', income: 'adjustment' },
  { says: '提现|退票', kind: 'payout', income: 'payout_return' },
  { says: '退款', kind: 'refund', income: 'adjustment' },
  { says: '充值|转账', kind: 'transfer', income: 'transfer' },
  { says: '交易', kind: 'adjustment', income: 'payment' },
] as const;

const KIND = `case ${KINDS.map(
  ({ says, kind, income }) => `when regexp_matches(l_says, '${says}') then if(l_sign = 1, '${income}', '${kind}')`,
).join(' ')} else 'adjustment' end`;

export const wechatpayFundflow: TableFormat = {
  shape: 'table',
  id: 'wechatpay-fundflow',
  title: { en: 'WeChat Pay fund-flow bill', zh: '微信支付资金账单' },
  role: 'balance',
  channel: 'wechatpay',
  rounding: 'none',
  check: {
    en: 'summary row: counts and sums in and out; running balance; SHA-1 when known',
    zh: '汇总行:收支笔数与金额;逐行余额;已知时核对 SHA-1',
  },
  mapping: [
    ['occurredAt', '记账时间'],
    ['kind', '业务类型, 业务名称, 收支类型'],
    ['amount', '收支金额(元)'],
    ['channelRef', '微信支付业务单号'],
    ['originRef', '资金流水单号 (refunds, when it is a 微信订单号)'],
    ['bankRef', '资金流水单号'],
    ['orderRef', '业务凭证号 (payments)'],
    ['refundRef', '业务凭证号 (refunds)'],
    ['batchRef', '业务凭证号 (payouts)'],
    ['paymentRef', '业务凭证号 (other)'],
    ['text', '备注, else 业务名称'],
  ],
  detect: (head) => {
    const header = wechatHeader(head);
    return ['记账时间', '微信支付业务单号', '收支类型', '收支金额', '账户结余'].every((name) => columnOf(header, name));
  },
  layout: (input) => wechatLayout(input),
  fields: (layout) => fieldsOf(layout),
  facts: (layout, input, query) => factsOf(layout, input, query),
};

function fieldsOf(layout: TableLayout): TableFields {
  const named = (name: string) => columnOf(layout.columns, name) ?? name;
  const text = (name: string) => textOf(layout, named(name));
  const size = named('收支金额');
  const balance = named('账户结余');
  const voucherFor = (kinds: string) => ({
    sql: `case when l_kind in (${kinds}) then l_voucher end`,
    column: '业务凭证号',
  });
  const serial = idOf(layout, named('资金流水单号'));
  const ofPayment = `regexp_full_match(l_serial, '4[0-9]{27}')`;
  return {
    lets: {
      l_sign: `case ${text('收支类型')} when '收入' then 1 when '支出' then -1 end`,
      ...amountLets('size', text('收支金额')),
      ...amountLets('balance', text('账户结余')),
      l_says: `concat_ws(' ', ${text('业务类型')}, ${text('业务名称')})`,
      l_kind: KIND,
      v_happened: text('记账时间'),
      l_serial: serial,
      l_voucher: idOf(layout, named('业务凭证号')),
    },
    fields: {
      kind: { sql: 'case when l_sign is not null then l_kind end', column: '收支类型', required: true },
      status: { sql: `'done'`, column: '收支类型' },
      currency: { sql: `'CNY'`, column: size },
      // The direction has a column of its own: an amount with a sign in front is not what WeChat writes.
      amount: {
        sql: 'case when l_size >= 0 then l_size * l_sign end',
        column: size,
        required: true,
        code: 'bad_amount',
      },
      occurredAt: {
        sql: `dz_at(v_happened, '${ZONE}')`,
        column: '记账时间',
        required: true,
        code: 'bad_date',
      },
      businessOn: {
        sql: `dz_day(v_happened, '${ZONE}')`,
        column: '记账时间',
        required: true,
        code: 'bad_date',
      },
      channelRef: { sql: idOf(layout, named('微信支付业务单号')), column: '微信支付业务单号' },
      originRef: { sql: `case when l_kind = 'refund' and ${ofPayment} then l_serial end`, column: '资金流水单号' },
      bankRef: {
        sql: `case when l_kind = 'refund' and ${ofPayment} then null else l_serial end`,
        column: '资金流水单号',
      },
      orderRef: voucherFor(`'payment'`),
      refundRef: voucherFor(`'refund'`),
      batchRef: voucherFor(`'payout', 'payout_return'`),
      paymentRef: voucherFor(`'fee', 'adjustment', 'transfer'`),
      text: { sql: `coalesce(${text('备注')}, ${text('业务名称')})`, column: '备注' },
    },
    guards: [{ sql: 'l_balance', column: balance, code: 'bad_amount' }],
  };
}

async function factsOf(_: TableLayout, input: Input, query: TableQuery): Promise<Facts> {
  const [all, into, intoSum, out, outSum] = (await query(`
    select count(*), count(*) filter (l_sign = 1), coalesce(sum(amount) filter (l_sign = 1), 0),
      count(*) filter (l_sign = -1), coalesce(-sum(amount) filter (l_sign = -1), 0)
    from these join cells using (row_no)`)) as bigint[];
  const summary = summaryOf(input);
  const checks: Check[] = [
    summary.check('资金流水总笔数', String(all), 0),
    summary.check('收入笔数', String(into), 0),
    summary.check('收入金额', scaledText(intoSum!, 2), 2),
    summary.check('支出笔数', String(out), 0),
    summary.check('支出金额', scaledText(outSum!, 2), 2),
  ];
  const { checks: running, opening, closing } = await runningBalance(query, 'l_balance', 2);
  return { checks: [...checks, ...running], balances: [{ account: '', currency: 'CNY', opening, closing }] };
}
