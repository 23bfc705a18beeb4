/**
 * Alipay account ledger (账务明细, bill type signcustomer): every movement of the merchant's balance account with the balance
 * behind it.
 *
 * 收入 and 支出 are two columns; 支出 is printed with or without its minus sign, so its size counts, and one document may use one
 * of the two only. 业务类型 is worded differently over the years; the direction of the money decides where the words leave it
 * open: money that comes in by 提现 has come back from the bank. A refund shares 业务流水号 with its payment, as in the trade bill.
 *
 * The balance must run on from row to row. An export that leaves rows out (one can filter on the web page) fails that check, and
 * rightly: it is no ledger.
 */
import { ident, quote } from '../engine.ts';
import type { Check, Facts, Input, TableFields, TableFormat, TableLayout, TableQuery } from '../format.ts';
import {
  alipayHeader,
  alipayLayout,
  countCheck,
  idOf,
  ownName,
  preambleOf,
  sizeCheck,
  textOf,
  totalsOf,
  ZONE,
} from './alipay.ts';
import { amountLets } from './columns.ts';
import { runningBalance } from './running-balance.ts';

const WANTED = ['账务流水号', '收入金额', '支出金额', '账户余额'] as const;
const TIME = ['发生时间', '入账时间'] as const;
const PARTY = ['对方账号', '对方账户'] as const;

/** First match in 业务类型 wins. */
const KINDS = [
  { says: '收费|服务费|手续费|退费', into: 'fee', out: 'fee' },
  { says: '分账|分润', into: 'adjustment', out: 'adjustment' },
  { says: '提现|退票|转账到银行卡', into: 'payout_return', out: 'payout' },
  { says: '退款', into: 'adjustment', out: 'refund' },
  { says: '转账|充值', into: 'transfer', out: 'transfer' },
  { says: '在线支付|付款|收款|交易', into: 'payment', out: 'adjustment' },
] as const;

export const alipayLedger: TableFormat = {
  shape: 'table',
  id: 'alipay-ledger',
  title: { en: 'Alipay account ledger', zh: '支付宝账务明细账单' },
  role: 'balance',
  channel: 'alipay',
  rounding: 'none',
  check: { en: 'footer: count and sum in and out; running balance', zh: '结尾合计:收支笔数与金额;逐行余额' },
  mapping: [
    ['account', '#账号'],
    ['kind', '业务类型'],
    ['amount', '收入金额（+元）, 支出金额（-元）'],
    ['channelRef', '业务流水号'],
    ['originRef', '业务流水号 (refunds)'],
    ['batchRef', '业务流水号 (payouts)'],
    ['bankRef', '账务流水号'],
    ['orderRef', '商户订单号'],
    ['occurredAt', '发生时间'],
    ['method', '交易渠道'],
    ['party', '对方账号'],
    ['text', '商品名称, 业务描述, 备注'],
  ],
  detect: (head) => alipayHeader(head, WANTED) !== undefined,
  layout: (input) => alipayLayout(input, WANTED),
  fields: (layout, input) => fieldsOf(layout, preambleOf(input).account),
  facts: (layout, input, query) => factsOf(layout, input, query),
};

function fieldsOf(layout: TableLayout, account: string | undefined): TableFields {
  const text = (...names: string[]) => textOf(layout, ...names);
  const column = (name: string) => ownName(layout, name);
  const kinds = KINDS.map(
    (k) => `when regexp_matches(l_says, '${k.says}') then if(l_into > 0, '${k.into}', '${k.out}')`,
  );
  return {
    lets: {
      ...amountLets('into', text('收入金额'), '0'),
      ...amountLets('out', text('支出金额'), '0'),
      ...amountLets('balance', text('账户余额')),
      l_says: text('业务类型'),
      v_happened: text(...TIME),
      l_kind: `case ${kinds.join(' ')} else 'adjustment' end`,
      l_trade: idOf(layout, '业务流水号'),
    },
    fields: {
      kind: { sql: 'l_kind', column: column('业务类型') },
      status: { sql: `'done'`, column: column('业务类型') },
      currency: { sql: `'CNY'`, column: column('收入金额') },
      // One row moves the account one way.
      amount: {
        sql: `case when l_into = 0 then -abs(l_out) when l_out = 0 then l_into end`,
        column: column('收入金额'),
        required: true,
        code: 'bad_amount',
      },
      occurredAt: {
        sql: `dz_at(v_happened, '${ZONE}')`,
        column: ownName(layout, ...TIME),
        required: true,
        code: 'bad_date',
      },
      businessOn: {
        sql: `dz_day(v_happened, '${ZONE}')`,
        column: ownName(layout, ...TIME),
        required: true,
        code: 'bad_date',
      },
      account: { sql: account === undefined ? 'null' : quote(account), column: '#账号' },
      channelRef: { sql: `if(l_kind = 'refund', null, l_trade)`, column: '业务流水号' },
      originRef: { sql: `if(l_kind = 'refund', l_trade, null)`, column: '业务流水号' },
      batchRef: { sql: `if(l_kind in ('payout', 'payout_return'), l_trade, null)`, column: '业务流水号' },
      bankRef: { sql: idOf(layout, '账务流水号'), column: '账务流水号', required: true },
      orderRef: { sql: idOf(layout, '商户订单号'), column: '商户订单号' },
      method: { sql: text('交易渠道'), column: '交易渠道' },
      party: { sql: text(...PARTY), column: ownName(layout, ...PARTY) },
      text: {
        sql: `nullif(concat_ws(' ', ${text('商品名称')}, ${text('业务描述')}, ${text('备注')}), '')`,
        column: '备注',
      },
    },
    guards: [
      { sql: 'l_out', column: column('支出金额'), code: 'bad_amount' },
      { sql: 'l_balance', column: column('账户余额'), code: 'bad_amount' },
    ],
  };
}

async function factsOf(_: TableLayout, input: Input, query: TableQuery): Promise<Facts> {
  const { account, from, to } = preambleOf(input);
  const [into, intoSum, out, outSum, signs] = (await query(`
    select count(*) filter (l_into <> 0), coalesce(sum(l_into), 0), count(*) filter (l_out <> 0), coalesce(sum(abs(l_out)), 0),
      count(distinct sign(l_out)) filter (l_out <> 0) from cells`)) as bigint[];
  const checks: Check[] = [
    { name: { en: 'sign of 支出金额', zh: '支出金额的正负' }, expected: '1', actual: String(signs), ok: signs! <= 1n },
  ];
  for (const total of totalsOf(input)) {
    const sides = { 收入: [into!, intoSum!], 支出: [out!, outSum!] } as Readonly<Record<string, [bigint, bigint]>>;
    const side = sides[total.of];
    if (!side) continue;
    checks.push(countCheck(total.of, total.count, side[0]));
    for (const { written, fen } of total.amounts) checks.push(sizeCheck(`${total.of}合计`, written, fen, side[1]));
  }
  const { checks: running, opening, closing } = await runningBalance(query, ident('l_balance'), 2);
  const balances =
    running.length === 0 ? [] : [{ account: account ?? '', currency: 'CNY', opening, closing, from, to }];
  return { account, from, to, checks: [...checks, ...running], balances };
}
