/**
 * Alipay business detail (业务明细): one row per payment and per refund of the merchant, refunds negative.
 *
 * A refund has no number of its own at Alipay: it shares 支付宝交易号 with its payment (`originRef`) and is told apart by the
 * merchant's 退款批次号/请求号 (`refundRef`); its `channelRef` stays empty so that two refunds of one payment are not taken for one.
 *
 * 服务费 is printed negative when it is charged in some bills and positive in others, and given back with a refund. The size is
 * certain, the sign is a convention: a payment costs its size, a refund gives it back. A bill that mixes conventions is refused.
 * 分润 (profit shared with others) is no fee; it is told as a note.
 *
 * The footer proves 商家实收 and 商家优惠. 订单金额 it does not prove; but where a row names no discount of any kind, both must be
 * equal, and else they may differ by no more than the discounts. 服务费 is proven by the summary bill of the same day.
 */
import { scaledText } from '../../base/money.ts';
import { ident, quote } from '../engine.ts';
import type { Check, Facts, Input, TableFields, TableFormat, TableLayout, TableQuery } from '../format.ts';
import {
  alipayHeader,
  alipayLayout,
  amountGuard,
  countCheck,
  idOf,
  ownName,
  preambleOf,
  sizeCheck,
  textOf,
  totalsOf,
  ZONE,
} from './alipay.ts';
import { amountLets, columnOf } from './columns.ts';

const WANTED = ['支付宝交易号', '商户订单号', '业务类型', '订单金额', '商家实收'] as const;

/** What may stand between 订单金额 and 商家实收. */
const DISCOUNTS = [
  '支付宝红包',
  '集分宝',
  '支付宝优惠',
  '商家优惠',
  '券核销金额',
  '商家红包消费金额',
  '卡消费金额',
] as const;

const REFUND_NO = ['退款批次号/请求号', '退款批次号'] as const;

/** The let that holds a column in fen. */
const fen = (name: string): string => ident(`l_${name}`);

export const alipayTrade: TableFormat = {
  shape: 'table',
  id: 'alipay-trade',
  title: { en: 'Alipay business detail bill', zh: '支付宝业务明细账单' },
  role: 'channel',
  channel: 'alipay',
  rounding: 'row',
  check: { en: 'footer: count and sums of payments and of refunds', zh: '结尾合计:交易与退款的笔数和金额' },
  mapping: [
    ['account', '#账号'],
    ['kind', '业务类型'],
    ['channelRef', '支付宝交易号 (payments)'],
    ['originRef', '支付宝交易号 (refunds)'],
    ['orderRef', '商户订单号'],
    ['refundRef', '退款批次号/请求号'],
    ['occurredAt', '完成时间'],
    ['amount', '订单金额（元）'],
    ['settle', '商家实收（元）'],
    ['fee', '服务费（元）'],
    ['store', '门店编号'],
    ['terminal', '终端号'],
    ['party', '对方账户'],
    ['text', '商品名称'],
  ],
  detect: (head) => alipayHeader(head, WANTED) !== undefined,
  layout: (input) => alipayLayout(input, WANTED),
  fields: (layout, input) => fieldsOf(layout, preambleOf(input).account),
  facts: (layout, input, query) => factsOf(layout, input, query),
};

function fieldsOf(layout: TableLayout, account: string | undefined): TableFields {
  const text = (...names: string[]) => textOf(layout, ...names);
  const column = (name: string) => ownName(layout, name);
  // A payment with a minus sign, or a refund without one, is not what Alipay writes.
  const signed = (name: string) =>
    `case when (l_kind = 'payment' and ${fen(name)} >= 0) or (l_kind = 'refund' and ${fen(name)} <= 0) then ${fen(name)} end`;
  const discounts = DISCOUNTS.filter((name) => columnOf(layout.columns, name));
  const room = discounts.map((name) => `abs(${fen(name)})`).join(' + ') || '0';
  return {
    lets: {
      l_kind: `case ${text('业务类型')} when '交易' then 'payment' when '退款' then 'refund' end`,
      l_id: idOf(layout, '支付宝交易号'),
      v_happened: `coalesce(${text('完成时间')}, ${text('创建时间')})`,
      ...amountLets('订单金额', text('订单金额')),
      ...amountLets('商家实收', text('商家实收')),
      ...Object.assign({}, ...[...discounts, '服务费', '分润'].map((name) => amountLets(name, text(name), '0'))),
    },
    fields: {
      kind: { sql: 'l_kind', column: column('业务类型'), required: true },
      status: { sql: `'done'`, column: column('业务类型') },
      currency: { sql: `'CNY'`, column: column('订单金额') },
      amount: { sql: signed('订单金额'), column: column('订单金额'), required: true, code: 'bad_amount' },
      settle: { sql: signed('商家实收'), column: column('商家实收'), required: true, code: 'bad_amount' },
      fee: {
        sql: `if(l_kind = 'payment', abs(l_服务费), -abs(l_服务费))`,
        column: column('服务费'),
        required: true,
        code: 'bad_amount',
      },
      feeScale: { sql: '2', column: column('服务费') },
      occurredAt: { sql: `dz_at(v_happened, '${ZONE}')`, column: '完成时间', required: true, code: 'bad_date' },
      businessOn: { sql: `dz_day(v_happened, '${ZONE}')`, column: '完成时间', required: true, code: 'bad_date' },
      account: { sql: account === undefined ? 'null' : quote(account), column: '#账号' },
      store: { sql: text('门店编号'), column: '门店编号' },
      terminal: { sql: text('终端号'), column: '终端号' },
      channelRef: { sql: `if(l_kind = 'payment', l_id, null)`, column: '支付宝交易号' },
      originRef: { sql: `if(l_kind = 'refund', l_id, null)`, column: '支付宝交易号' },
      orderRef: { sql: idOf(layout, '商户订单号'), column: '商户订单号' },
      refundRef: {
        sql: `if(l_kind = 'refund', ${idOf(layout, ...REFUND_NO)}, null)`,
        column: ownName(layout, ...REFUND_NO),
      },
      party: { sql: text('对方账户'), column: '对方账户' },
      text: { sql: text('商品名称'), column: '商品名称' },
    },
    guards: [
      { sql: 'l_id', column: '支付宝交易号' },
      ...discounts.map((name) => amountGuard(layout, fen(name), name)),
      amountGuard(layout, 'l_分润', '分润'),
      {
        sql: `if(abs(l_订单金额)::hugeint - abs(l_商家实收) between 0 and ${room}, true, null)`,
        column: column('订单金额'),
      },
    ],
  };
}

async function factsOf(layout: TableLayout, input: Input, query: TableQuery): Promise<Facts> {
  const { account, from, to } = preambleOf(input);
  const [payments, refunds, amount, settle, fee, amountBack, settleBack, feeBack, mixedFee, shared] = (await query(`
    select count(*) filter (kind = 'payment'), count(*) filter (kind = 'refund'),
      coalesce(sum(amount), 0), coalesce(sum(settle), 0), coalesce(sum(fee), 0),
      coalesce(sum(amount) filter (kind = 'refund'), 0), coalesce(sum(settle) filter (kind = 'refund'), 0),
      coalesce(sum(fee) filter (kind = 'refund'), 0),
      (select (count(distinct sign(l_服务费)) filter (l_kind = 'payment') > 1 or count(distinct sign(l_服务费)) filter (l_kind = 'refund') > 1)
        ::bigint from cells where l_服务费 <> 0),
      (select coalesce(sum(l_分润), 0) from cells)
    from these`)) as bigint[];
  const mixed = mixedFee !== 0n;
  const checks: Check[] = [
    ...(await footerChecks(layout, input, query, { 交易: payments!, 退款: refunds! })),
    { name: { en: 'sign of 服务费', zh: '服务费的正负' }, expected: '1', actual: mixed ? '2' : '1', ok: !mixed },
  ];
  const share = scaledText(shared!, 2);
  const notes =
    shared === 0n
      ? undefined
      : [
          {
            en: `profit shared with others (分润): ${share} CNY, not counted as a fee`,
            zh: `分润合计 ${share} 元,未计入手续费`,
          },
        ];
  const refunded = { amount: amountBack!, settle: settleBack!, fee: feeBack! };
  const totals = {
    currency: 'CNY',
    payments: payments!,
    refunds: refunds!,
    amount: amount!,
    settle: settle!,
    fee: fee!,
    refunded,
  };
  return { account, from, to, checks, totals, notes };
}

/** Each total line is of one 业务类型; each of its amounts is named like a column, on the refunds' line with 退款 behind it. */
async function footerChecks(
  layout: TableLayout,
  input: Input,
  query: TableQuery,
  counts: Readonly<Record<string, bigint>>,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const total of totalsOf(input)) {
    const count = counts[total.of];
    if (count === undefined) continue;
    checks.push(countCheck(total.of, total.count, count));
    for (const { label, written, fen: stated } of total.amounts) {
      const name = ['订单金额', '商家实收', ...DISCOUNTS].find((column) => column === label.replace(/退款$/, ''));
      if (!name || !columnOf(layout.columns, name)) continue;
      const kind = total.of === '退款' ? 'refund' : 'payment';
      const [sum] = await query(`select coalesce(sum(${fen(name)}), 0) from cells where l_kind = '${kind}'`);
      checks.push(sizeCheck(`${total.of}${label}`, written, stated, sum as bigint));
    }
  }
  return checks;
}
