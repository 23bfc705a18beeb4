/**
 * What is to be done about a verdict, by whom, by when: one closed table, the first the most urgent. Pure; who does it is another's matter.
 */
import type { Text } from '../base/lang.ts';
import type { Release, VerdictCode } from './catalogue.ts';
import type { Direction } from './words.ts';

export const OWNERS = {
  cashier: { en: 'cashier', zh: '收银员' },
  agent: { en: 'customer service', zh: '客服' },
  accountant: { en: 'accountant', zh: '会计' },
  operations: { en: 'operations', zh: '运维' },
  approver: { en: 'approver', zh: '审批人' },
  program: { en: 'the program itself', zh: '程序自动' },
  customer: { en: 'the customer', zh: '顾客' },
} as const satisfies Record<string, Text>;
export type Owner = keyof typeof OWNERS;

export const STEPS = {
  hand_over: { en: 'Hand the goods over.', zh: '交付商品。' },
  hand_over_once: { en: 'Hand the goods over once.', zh: '只交付一次商品。' },
  keep_goods: { en: 'Keep the goods.', zh: '不要交付商品。' },
  wait: { en: 'Wait for the promised day.', zh: '等到应到之日。' },
  inquire: { en: 'Ask the channel.', zh: '向渠道查询。' },
  repair: { en: 'Tell the shop’s system that it is paid.', zh: '通知本店系统这笔已付。' },
  find_order: {
    en: 'Find the sale it belongs to, or book it as unidentified money.',
    zh: '找出所属销售,否则记为长款。',
  },
  collect: { en: 'Collect the payment again.', zh: '重新收款。' },
  collect_difference: { en: 'Collect the difference, or book a discount.', zh: '补收差额,或补记优惠。' },
  refund_difference: { en: 'Refund the difference.', zh: '退还差额。' },
  refund_surplus: { en: 'Refund the surplus payment.', zh: '退还多付的一笔。' },
  reopen_or_refund: { en: 'Reopen the order or refund the payment.', zh: '恢复订单或退款。' },
  add_statement: { en: 'Add the bank statement of the promised day.', zh: '补充应到之日的银行流水。' },
  add_bill: { en: 'Add the channel’s bill of the day.', zh: '补充该日的渠道账单。' },
  ask_institution: { en: 'Ask the channel where the payout is, with its number.', zh: '凭出款编号向渠道查问。' },
  submit_documents: { en: 'Send what the channel asks for.', zh: '按渠道要求补交材料。' },
  correct_account: {
    en: 'Correct the settlement account and have it paid out again.',
    zh: '更正结算账户,请渠道重新出款。',
  },
  claim_difference: { en: 'Check the fees and claim the difference.', zh: '核对手续费并追索差额。' },
  dispute: { en: 'Send proof of delivery before the deadline.', zh: '在期限前提交交付凭证。' },
  keep_evidence: { en: 'Keep picture and number as evidence.', zh: '保留图片与单号。' },
  guide_customer: {
    en: 'Show the customer who was paid, and how to ask for it back.',
    zh: '告诉顾客收款方是谁、怎样要回。',
  },
  check_codes: { en: 'Check the codes on display.', zh: '检查店内收款码。' },
  trace_refund: { en: 'Have the channel trace the refund by its number.', zh: '凭退款单号请渠道查证。' },
  refund_otherwise: { en: 'Pay the customer another way.', zh: '换一种方式退给顾客。' },
  refund_again: { en: 'Find out why, then refund again.', zh: '查明原因后重新退款。' },
  check_refund: { en: 'Check who refunded, and why.', zh: '查明由谁、因何退款。' },
} as const satisfies Record<string, Text>;
export type Step = keyof typeof STEPS;

/** `now`; `promise`: by the promised day; `look`: at the next look. */
export type By = 'now' | 'promise' | 'look';
export type Next = Readonly<{ step: Step; owner: Owner; by: By }>;
const does = (step: Step, owner: Owner, by: By = 'now'): Next => ({ step, owner, by });

const CHECK = does('inquire', 'program', 'look');
const IN: Readonly<Record<VerdictCode, readonly Next[]>> = {
  received: [],
  on_its_way: [does('wait', 'program', 'promise')],
  late: [does('ask_institution', 'accountant')],
  unrecorded: [does('repair', 'program'), does('find_order', 'accountant')],
  pending: [CHECK],
  unpaid: [does('collect', 'cashier')],
  paid_elsewhere: [does('guide_customer', 'agent'), does('check_codes', 'operations')],
  paid_after_close: [does('reopen_or_refund', 'approver')],
  duplicate: [does('refund_surplus', 'approver')],
  underpaid: [does('collect_difference', 'cashier')],
  overpaid: [does('refund_difference', 'approver')],
  held: [does('submit_documents', 'accountant')],
  payout_returned: [does('correct_account', 'accountant')],
  short_settled: [does('claim_difference', 'accountant')],
  reversed: [does('collect', 'cashier')],
  refunded: [does('check_refund', 'accountant')],
  charged_back: [does('dispute', 'operations')],
  fake_receipt: [does('keep_evidence', 'cashier')],
  reused_receipt: [does('keep_evidence', 'cashier'), does('collect', 'cashier')],
  unknown: [CHECK],
};
const OUT: Readonly<Partial<Record<VerdictCode, readonly Next[]>>> = {
  received: [],
  refunded: [],
  on_its_way: [does('wait', 'customer', 'promise')],
  late: [does('trace_refund', 'agent')],
  pending: [CHECK],
  payout_returned: [does('refund_otherwise', 'approver')],
  unpaid: [does('refund_again', 'approver')],
  underpaid: [does('refund_difference', 'approver')],
  overpaid: [does('check_refund', 'accountant')],
  unknown: [CHECK],
};
/** Where the reason says more than the code. */
const BY_RULE: Readonly<Record<string, readonly Next[]>> = {
  statement_missing: [does('add_statement', 'accountant')],
  not_in_bills: [does('ask_institution', 'accountant'), CHECK],
  refund_not_in_bills: [does('trace_refund', 'accountant')],
};
const GOODS: Readonly<Record<Release, Step>> = { yes: 'hand_over', no: 'keep_goods', ask: 'keep_goods' };

/** What follows from a verdict, what is to be done with the goods first. */
export function nextOf(
  verdict: Readonly<{ code: VerdictCode; release: Release; path: readonly string[] }>,
  direction: Direction,
): readonly Next[] {
  const rest = BY_RULE[verdict.path[0] ?? ''] ?? (direction === 'in' ? IN[verdict.code] : (OUT[verdict.code] ?? []));
  if (direction === 'out') return rest;
  const once = verdict.code === 'duplicate' && verdict.release === 'yes';
  return [does(once ? 'hand_over_once' : GOODS[verdict.release], 'cashier'), ...rest];
}
