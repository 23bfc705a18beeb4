/**
 * What a reconciliation can find, and what it means: one closed table from finding to verdict (design: break → verdict).
 * `open` findings wait for a date or a document and are no breaks. Places in the sentences: {amount} the money at stake with
 * its currency, {difference} by how much two sides differ, {ref} the reference a person would search for, {channel}, {on} the
 * business date, {due} the promised date, {count}, {account} the bank account, {other} the counterpart's figure.
 */
import type { Text } from '../base/lang.ts';
import type { Cause, Reason, Release, VerdictCode } from './catalogue.ts';

export type Custody = 'merchant' | 'channel' | 'settlement' | 'payout' | 'customer' | 'nobody' | 'not_known';
export type Owner = 'cashier' | 'accountant' | 'operations' | 'channel' | 'bank';

type Finding = Readonly<{
  class:
    | 'ours_only'
    | 'theirs_only'
    | 'amount'
    | 'status'
    | 'duplicate'
    | 'fee'
    | 'batch_missing'
    | 'batch_short'
    | 'bank_missing'
    | 'bank_unidentified'
    | 'timing'
    | 'ambiguous';
  open: boolean;
  verdict: VerdictCode;
  release: Release;
  cause: Cause;
  reason: Reason;
  custody: Custody;
  says: Text;
  action: string;
  owner: Owner;
  next: Text;
}>;

export const FINDINGS = {
  // ------------------------------------------------------------ orders ↔ channel lines
  no_payment: {
    class: 'ours_only',
    open: false,
    verdict: 'unpaid',
    release: 'no',
    cause: 'operator_error',
    reason: 'NO_PAYMENT',
    custody: 'nobody',
    says: {
      en: 'Order {ref} says {amount} was paid; the complete {channel} bill of {on} does not have it.',
      zh: '订单 {ref} 记为已付 {amount},但{channel} {on} 的完整账单里没有这笔。',
    },
    action: 'inquire',
    owner: 'operations',
    next: {
      en: 'Ask the channel for this number; if it knows none, collect again.',
      zh: '用此单号向渠道查询;查无此单则重新收款。',
    },
  },
  bill_missing: {
    class: 'ours_only',
    open: false,
    verdict: 'unknown',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'EVIDENCE_MISSING',
    custody: 'not_known',
    says: {
      en: 'No complete {channel} bill of {on} was given. By the order book {amount} went through it (lines: {count}); of those nothing can be said.',
      zh: '没有提供{channel} {on} 的完整账单:有 {count} 笔订单记录经其收付,共 {amount},无法判断。',
    },
    action: 'get_document',
    owner: 'accountant',
    next: { en: 'Download the {channel} bill of {on} and run again.', zh: '下载{channel} {on} 的账单后重新核对。' },
  },
  refund_not_done: {
    class: 'ours_only',
    open: false,
    verdict: 'unpaid',
    release: 'ask',
    cause: 'operator_error',
    reason: 'NO_PAYMENT',
    custody: 'channel',
    says: {
      en: 'The book says {amount} was refunded for {ref}; the complete {channel} bill of {on} has no such refund.',
      zh: '账上记录 {ref} 已退款 {amount},但{channel} {on} 的完整账单里没有这笔退款。',
    },
    action: 'inquire_refund',
    owner: 'operations',
    next: {
      en: 'Ask the channel for the refund number; never send it again blindly.',
      zh: '按退款单号向渠道查询;不要直接重发退款。',
    },
  },
  no_order: {
    class: 'theirs_only',
    open: false,
    verdict: 'unrecorded',
    release: 'yes',
    cause: 'system_fault',
    reason: 'NO_ORDER',
    custody: 'channel',
    says: {
      en: '{channel} collected {amount} on {on} under {ref}; no order belongs to it.',
      zh: '{channel} {on} 收到 {amount}(单号 {ref}),找不到对应的订单。',
    },
    action: 'find_order',
    owner: 'accountant',
    next: { en: 'Find the sale it belongs to, or book it as unidentified money.', zh: '找出对应的销售,否则记为长款。' },
  },
  book_missing: {
    class: 'theirs_only',
    open: true,
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'EVIDENCE_MISSING',
    custody: 'channel',
    says: {
      en: 'No complete order book of {on} was given. {channel} has {amount} that belongs to it (lines: {count}).',
      zh: '没有提供 {on} 的完整订单表:{channel}有 {count} 笔对应该日,共 {amount}。',
    },
    action: 'get_document',
    owner: 'accountant',
    next: { en: 'Add the order book of {on} and run again.', zh: '补充 {on} 的订单表后再核对。' },
  },
  refund_not_booked: {
    class: 'theirs_only',
    open: false,
    verdict: 'refunded',
    release: 'no',
    cause: 'operator_error',
    reason: 'REFUNDED',
    custody: 'customer',
    says: {
      en: '{channel} gave back {amount} on {on} for {ref}; the book has no refund.',
      zh: '{channel} {on} 已退款 {amount}(单号 {ref}),账上没有这笔退款。',
    },
    action: 'book_refund',
    owner: 'accountant',
    next: { en: 'Find who refunded and why; book it.', zh: '查明由谁、因何退款,并补记。' },
  },
  charged_back: {
    class: 'theirs_only',
    open: false,
    verdict: 'charged_back',
    release: 'no',
    cause: 'fraud',
    reason: 'REFUNDED',
    custody: 'customer',
    says: {
      en: 'The payer disputed {amount} of {ref}; {channel} took it back on {on}.',
      zh: '付款人对 {ref} 的 {amount} 提出拒付,{channel}已于 {on} 扣回。',
    },
    action: 'dispute',
    owner: 'operations',
    next: { en: 'Send the evidence of delivery before the channel’s deadline.', zh: '在渠道期限前提交交付凭证。' },
  },
  underpaid: {
    class: 'amount',
    open: false,
    verdict: 'underpaid',
    release: 'ask',
    cause: 'operator_error',
    reason: 'PARTIAL_OR_DISCOUNT',
    custody: 'channel',
    says: {
      en: 'Order {ref} is for {amount}; {channel} has {other}, {difference} too little.',
      zh: '订单 {ref} 应收 {amount},{channel}实收 {other},少 {difference}。',
    },
    action: 'collect_difference',
    owner: 'cashier',
    next: { en: 'Collect the difference, or book the discount.', zh: '补收差额,或补记优惠。' },
  },
  overpaid: {
    class: 'amount',
    open: false,
    verdict: 'overpaid',
    release: 'yes',
    cause: 'operator_error',
    reason: 'PARTIAL_OR_DISCOUNT',
    custody: 'channel',
    says: {
      en: 'Order {ref} is for {amount}; {channel} has {other}, {difference} too much.',
      zh: '订单 {ref} 应收 {amount},{channel}实收 {other},多 {difference}。',
    },
    action: 'refund_difference',
    owner: 'accountant',
    next: { en: 'Refund the difference.', zh: '退回差额。' },
  },
  refund_differs: {
    class: 'amount',
    open: false,
    verdict: 'refunded',
    release: 'no',
    cause: 'operator_error',
    reason: 'PARTIAL_OR_DISCOUNT',
    custody: 'customer',
    says: {
      en: 'The refund of {ref} is booked as {amount}; {channel} gave back {other}.',
      zh: '{ref} 账上退款 {amount},{channel}实际退款 {other}。',
    },
    action: 'book_refund',
    owner: 'accountant',
    next: { en: 'Correct the book, or refund the rest.', zh: '更正账目,或补退差额。' },
  },
  paid_but_open: {
    class: 'status',
    open: false,
    verdict: 'unrecorded',
    release: 'yes',
    cause: 'system_fault',
    reason: 'NOTIFY_LOST',
    custody: 'channel',
    says: {
      en: '{channel} has {amount} for order {ref}; the order still says it is not paid.',
      zh: '{channel}已收到订单 {ref} 的 {amount},但订单仍显示未付款。',
    },
    action: 'repair',
    owner: 'operations',
    next: { en: 'Mark the order paid and hand over.', zh: '把订单补记为已付款并交货。' },
  },
  paid_after_close: {
    class: 'status',
    open: false,
    verdict: 'paid_after_close',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'CLOSED_THEN_PAID',
    custody: 'channel',
    says: {
      en: 'Order {ref} was closed, then {amount} was paid through {channel}.',
      zh: '订单 {ref} 已关闭,之后{channel}又收到 {amount}。',
    },
    action: 'reopen_or_refund',
    owner: 'operations',
    next: { en: 'Reopen it if there is stock, else refund.', zh: '有货则恢复订单,否则退款。' },
  },
  refund_not_marked: {
    class: 'status',
    open: false,
    verdict: 'refunded',
    release: 'no',
    cause: 'system_fault',
    reason: 'REFUNDED',
    custody: 'customer',
    says: {
      en: '{channel} gave back {amount} for {ref}; the book does not say so yet.',
      zh: '{channel}已为 {ref} 退款 {amount},账上尚未标记。',
    },
    action: 'book_refund',
    owner: 'accountant',
    next: { en: 'Mark the refund as done.', zh: '把退款标记为完成。' },
  },
  reversed: {
    class: 'status',
    open: false,
    verdict: 'reversed',
    release: 'no',
    cause: 'system_fault',
    reason: 'REVERSED',
    custody: 'customer',
    says: {
      en: 'Order {ref} says {amount} was paid; {channel} reversed that payment.',
      zh: '订单 {ref} 记为已付 {amount},但{channel}已撤销(冲正)该笔。',
    },
    action: 'collect_again',
    owner: 'cashier',
    next: { en: 'Collect again; the customer has the money back.', zh: '重新收款;钱已退回顾客。' },
  },
  duplicate: {
    class: 'duplicate',
    open: false,
    verdict: 'duplicate',
    release: 'yes',
    cause: 'operator_error',
    reason: 'DUPLICATE_PAID',
    custody: 'channel',
    says: {
      en: 'Order {ref} was paid more than once through {channel}; {amount} is surplus.',
      zh: '订单 {ref} 在{channel}被重复支付,多收 {amount}。',
    },
    action: 'refund_surplus',
    owner: 'accountant',
    next: { en: 'Refund the surplus payment.', zh: '退回多付的一笔。' },
  },
  day_cut: {
    class: 'timing',
    open: true,
    verdict: 'on_its_way',
    // Only the book says so: goods go on the word of the channel (design, release).
    release: 'ask',
    cause: 'sync_delay',
    reason: 'DAY_CUT',
    custody: 'not_known',
    says: {
      en: '{amount} of {ref} lies close to the day cut of {on}; its other half should stand in the neighbouring day.',
      zh: '{ref} 的 {amount} 临近 {on} 日切,另一半应在相邻一天。',
    },
    action: 'wait',
    owner: 'accountant',
    next: { en: 'Run again with the neighbouring day’s documents.', zh: '加上相邻一天的单据再核对。' },
  },
  day_cut_paid: {
    class: 'timing',
    open: true,
    verdict: 'on_its_way',
    release: 'yes',
    cause: 'sync_delay',
    reason: 'DAY_CUT',
    custody: 'channel',
    says: {
      en: '{channel} has {amount} of {ref} close to the day cut of {on}; its order should stand in the book of the neighbouring day.',
      zh: '{channel}有 {ref} 的 {amount},临近 {on} 日切,对应的订单应在相邻一天的订单表里。',
    },
    action: 'wait',
    owner: 'accountant',
    next: { en: 'Run again with the neighbouring day’s order book.', zh: '加上相邻一天的订单表再核对。' },
  },
  unclear: {
    class: 'ambiguous',
    open: false,
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'SEVERAL_FIT',
    custody: 'not_known',
    says: {
      en: '{count} lines of {amount} fit each other in more than one way; none is taken.',
      zh: '{count} 行金额为 {amount} 的记录有多种配对可能,未作配对。',
    },
    action: 'decide',
    owner: 'accountant',
    next: { en: 'Decide by receipt number or time which belongs to which.', zh: '按小票号或时间人工确认对应关系。' },
  },
  // ------------------------------------------------------------ channel lines ↔ batches
  fee_differs: {
    class: 'fee',
    open: false,
    verdict: 'short_settled',
    release: 'yes',
    cause: 'third_party',
    reason: 'FEE_DIFFERS',
    custody: 'channel',
    says: {
      en: '{channel} charged fees on {count} lines of {on} that are not the agreed ones: {difference} in all.',
      zh: '{channel} {on} 有 {count} 笔手续费与约定不符,合计相差 {difference}。',
    },
    action: 'claim_fee',
    owner: 'accountant',
    next: { en: 'Claim the difference from the channel with this list.', zh: '凭此清单向渠道追讨差额。' },
  },
  not_settled: {
    class: 'batch_missing',
    open: false,
    verdict: 'late',
    release: 'yes',
    cause: 'third_party',
    reason: 'UNSETTLED_WAITING',
    custody: 'channel',
    says: {
      en: '{channel} collected {amount} for {ref}; its own ledger up to {due} does not show it.',
      zh: '{channel}已收 {ref} 的 {amount},但其账务流水截至 {due} 没有入账。',
    },
    action: 'ask_channel',
    owner: 'channel',
    next: {
      en: 'Ask the channel why it is not settled: hold, profit sharing or fault.',
      zh: '询问渠道未结算的原因:冻结、分账还是故障。',
    },
  },
  settling: {
    class: 'batch_missing',
    open: true,
    verdict: 'on_its_way',
    release: 'yes',
    cause: 'none',
    reason: 'UNSETTLED_WAITING',
    custody: 'channel',
    says: {
      en: '{channel} collected {amount} for {ref}; it is due in the ledger by {due}.',
      zh: '{channel}已收 {ref} 的 {amount},应于 {due} 前入账。',
    },
    action: 'wait',
    owner: 'channel',
    next: { en: 'Nothing to do before {due}.', zh: '{due} 前无需处理。' },
  },
  settled_short: {
    class: 'batch_short',
    open: false,
    verdict: 'short_settled',
    release: 'yes',
    cause: 'third_party',
    reason: 'SETTLED_NET',
    custody: 'channel',
    says: {
      en: '{channel} owes {amount} for {ref}; it settled {other}, a difference of {difference}.',
      zh: '{channel}就 {ref} 应结 {amount},实结 {other},相差 {difference}。',
    },
    action: 'claim_difference',
    owner: 'accountant',
    next: { en: 'Claim the difference, or find the deduction it stands for.', zh: '追讨差额,或查明对应的扣款。' },
  },
  settled_without_line: {
    class: 'theirs_only',
    open: false,
    verdict: 'unknown',
    release: 'ask',
    cause: 'third_party',
    reason: 'EVIDENCE_MISSING',
    custody: 'channel',
    says: {
      en: 'The ledger of {channel} moves {amount} for {ref} on {on}; no line of its bill says why.',
      zh: '{channel}账务流水 {on} 有 {amount}(单号 {ref}),交易账单里没有对应明细。',
    },
    action: 'get_document',
    owner: 'accountant',
    next: { en: 'Get the bill of the day it belongs to.', zh: '补充其所属日期的账单。' },
  },
  // ------------------------------------------------------------ batches ↔ bank
  bank_late: {
    class: 'bank_missing',
    open: false,
    verdict: 'late',
    release: 'yes',
    cause: 'third_party',
    reason: 'PAYOUT_PENDING',
    custody: 'payout',
    says: {
      en: '{channel} owed the bank {amount} by {due} for {on}; the statement up to {other} does not show it.',
      zh: '{channel} {on} 的 {amount} 应于 {due} 前到账,银行流水截至 {other} 没有这笔。',
    },
    action: 'ask_channel',
    owner: 'channel',
    next: {
      en: 'Ask the channel for the payout’s number and state, then the bank.',
      zh: '向渠道索要出款流水号和状态,再问银行。',
    },
  },
  bank_still_late: {
    class: 'bank_missing',
    open: true,
    verdict: 'late',
    release: 'yes',
    cause: 'third_party',
    reason: 'PAYOUT_PENDING',
    custody: 'payout',
    says: {
      en: '{amount} of {channel} for {on} was due on {due} and is still missing; it was reported on an earlier day.',
      zh: '{channel} {on} 的 {amount} 应于 {due} 到账,至今未到;此前已报告。',
    },
    action: 'ask_channel',
    owner: 'channel',
    next: { en: 'Press the channel for an answer; open a case at the bank.', zh: '继续催渠道答复,并向银行提出查询。' },
  },
  bank_waiting: {
    class: 'bank_missing',
    open: true,
    verdict: 'on_its_way',
    release: 'yes',
    cause: 'none',
    reason: 'UNSETTLED_WAITING',
    custody: 'settlement',
    says: {
      en: '{amount} of {channel} for {on} is due in the bank on {due}.',
      zh: '{channel} {on} 的 {amount} 应于 {due} 到账。',
    },
    action: 'wait',
    owner: 'accountant',
    next: { en: 'Nothing to do before {due}.', zh: '{due} 前无需处理。' },
  },
  bank_not_checked: {
    class: 'bank_missing',
    open: true,
    verdict: 'unknown',
    release: 'yes',
    cause: 'none',
    reason: 'EVIDENCE_MISSING',
    custody: 'payout',
    says: {
      en: '{amount} of {channel} for {on} was due on {due}; no bank statement covers that day.',
      zh: '{channel} {on} 的 {amount} 应于 {due} 到账;没有覆盖该日的银行流水。',
    },
    action: 'get_document',
    owner: 'accountant',
    next: { en: 'Get the bank statement up to {due} and run again.', zh: '补充截至 {due} 的银行流水后再核对。' },
  },
  bank_short: {
    class: 'batch_short',
    open: false,
    verdict: 'short_settled',
    release: 'yes',
    cause: 'third_party',
    reason: 'SETTLED_NET',
    custody: 'channel',
    says: {
      en: '{channel} owed {amount} for {on}; the bank got {other}, {difference} too little.',
      zh: '{channel} {on} 应到 {amount},银行实到 {other},少 {difference}。',
    },
    action: 'claim_difference',
    owner: 'accountant',
    next: { en: 'Claim the difference from the channel with the line list.', zh: '凭明细向渠道追讨差额。' },
  },
  bank_over: {
    class: 'amount',
    open: false,
    verdict: 'unknown',
    release: 'yes',
    cause: 'third_party',
    reason: 'SETTLED_NET',
    custody: 'merchant',
    says: {
      en: '{channel} owed {amount} for {on}; the bank got {other}, {difference} too much.',
      zh: '{channel} {on} 应到 {amount},银行实到 {other},多 {difference}。',
    },
    action: 'explain_surplus',
    owner: 'accountant',
    next: { en: 'Find which lines the surplus pays for before using it.', zh: '先查明多出部分对应的明细。' },
  },
  payout_returned: {
    class: 'bank_missing',
    open: false,
    verdict: 'payout_returned',
    release: 'yes',
    cause: 'operator_error',
    reason: 'PAYOUT_RETURNED',
    custody: 'channel',
    says: {
      en: 'The bank credited {amount} of {channel} for {on}, then sent it back on {other}.',
      zh: '{channel} {on} 的 {amount} 到账后又于 {other} 被银行退回。',
    },
    action: 'correct_account',
    owner: 'accountant',
    next: {
      en: 'Correct the settlement account at the channel, then have it paid again.',
      zh: '更正渠道侧的结算账户,再申请重新出款。',
    },
  },
  credit_unidentified: {
    class: 'bank_unidentified',
    open: false,
    verdict: 'unknown',
    release: 'ask',
    cause: 'third_party',
    reason: 'SETTLED_NET',
    custody: 'merchant',
    says: {
      en: 'The bank shows {amount} from {channel} on {on}; no batch explains it.',
      zh: '银行 {on} 收到{channel} {amount},没有结算批次能解释它。',
    },
    action: 'explain_credit',
    owner: 'accountant',
    next: { en: 'Ask the channel for the detail of this payout.', zh: '向渠道索要这笔出款的明细。' },
  },
  credit_of_earlier_days: {
    class: 'timing',
    open: true,
    verdict: 'received',
    release: 'yes',
    cause: 'none',
    reason: 'BANK_POSTED_ELSEWHERE',
    custody: 'merchant',
    says: {
      en: 'The bank shows {amount} from {channel} on {on}: it pays for days before these documents begin.',
      zh: '银行 {on} 收到{channel} {amount}:属于本批单据之前的日期。',
    },
    action: 'carry',
    owner: 'accountant',
    next: {
      en: 'Reconcile together with the earlier day’s bill, or carry it over.',
      zh: '与前一天的账单一起核对,或结转。',
    },
  },
} as const satisfies Record<string, Finding>;

export type FindingCode = keyof typeof FINDINGS;
export const findingOf = (code: FindingCode): Finding => FINDINGS[code];
