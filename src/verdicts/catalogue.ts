/**
 * The closed catalogues of a verdict: what may be said about money, and nothing else. Codes are never reused.
 * `docs/reference/verdicts.md` is tested against this file both ways.
 */
import type { Text } from '../base/lang.ts';

/** Tone of a verdict in the interface: word, icon and colour come from it together. */
export type Tone = 'arrived' | 'moving' | 'found' | 'waiting' | 'late' | 'no' | 'beware';

type Entry = Readonly<{ tone: Tone; title: Text }>;

export const VERDICTS = {
  received: { tone: 'arrived', title: { en: 'received', zh: '已到账' } },
  on_its_way: { tone: 'moving', title: { en: 'on its way', zh: '在途' } },
  late: { tone: 'late', title: { en: 'late', zh: '逾期未到' } },
  unrecorded: { tone: 'found', title: { en: 'paid, not recorded', zh: '已付款,系统未记' } },
  pending: { tone: 'waiting', title: { en: 'in progress', zh: '处理中' } },
  unpaid: { tone: 'no', title: { en: 'not paid', zh: '未付款' } },
  paid_elsewhere: { tone: 'no', title: { en: 'paid to someone else', zh: '付给了别处' } },
  paid_after_close: { tone: 'found', title: { en: 'paid after the order was closed', zh: '关单后付款' } },
  duplicate: { tone: 'found', title: { en: 'paid more than once', zh: '重复付款' } },
  underpaid: { tone: 'no', title: { en: 'paid too little', zh: '少付' } },
  overpaid: { tone: 'no', title: { en: 'paid too much', zh: '多付' } },
  held: { tone: 'late', title: { en: 'held at the channel', zh: '渠道冻结' } },
  payout_returned: { tone: 'late', title: { en: 'payout returned by the bank', zh: '出款被退回' } },
  short_settled: { tone: 'late', title: { en: 'settled too little', zh: '少结算' } },
  reversed: { tone: 'no', title: { en: 'reversed', zh: '已冲正' } },
  refunded: { tone: 'arrived', title: { en: 'refunded', zh: '已退款' } },
  charged_back: { tone: 'beware', title: { en: 'charged back', zh: '拒付' } },
  fake_receipt: { tone: 'beware', title: { en: 'receipt is not genuine', zh: '凭证不实' } },
  reused_receipt: { tone: 'beware', title: { en: 'receipt was used before', zh: '凭证已用过' } },
  unknown: { tone: 'waiting', title: { en: 'not known yet', zh: '尚不清楚' } },
} as const satisfies Record<string, Entry>;
export type VerdictCode = keyof typeof VERDICTS;

/** Weakest first; a verdict has the rank of the weakest evidence it needs. */
export const CONFIDENCES = {
  claimed: { en: 'somebody says so', zh: '有人这样说' },
  recorded: { en: 'your own system says so', zh: '本店系统这样记' },
  reported: { en: 'the channel reported it', zh: '渠道通知' },
  confirmed: { en: 'the channel confirmed it when asked', zh: '渠道查询确认' },
  proven: { en: 'a bill, statement or balance has it', zh: '账单、流水或余额为证' },
} as const satisfies Record<string, Text>;
export type Confidence = keyof typeof CONFIDENCES;

/** Who holds the money. */
export const CUSTODIES = {
  merchant: { en: 'the merchant', zh: '商户' },
  channel: { en: 'the channel', zh: '支付渠道' },
  settlement: { en: 'the channel, settled and not paid out', zh: '渠道,已结算待出款' },
  payout: { en: 'between channel and bank', zh: '渠道与银行之间' },
  bank: { en: 'the customer’s bank', zh: '顾客的银行' },
  customer: { en: 'the customer', zh: '顾客' },
  other_payee: { en: 'another payee', zh: '别的收款方' },
  unknown: { en: 'not known yet', zh: '尚不清楚' },
} as const satisfies Record<string, Text>;
export type Custody = keyof typeof CUSTODIES;

/** May the goods be handed over? Shown first, always. */
export type Release = 'yes' | 'no' | 'ask';

export const CAUSES = {
  none: { en: 'none', zh: '无' },
  system_fault: { en: 'system fault', zh: '系统故障' },
  sync_delay: { en: 'delayed data', zh: '数据延迟' },
  third_party: { en: 'third party', zh: '第三方' },
  fraud: { en: 'fraud', zh: '欺诈' },
  operator_error: { en: 'wrong operation', zh: '操作错误' },
} as const satisfies Record<string, Text>;
export type Cause = keyof typeof CAUSES;

/** Why the customer sees success and the merchant has no money: finer than the verdict. */
export const REASONS = {
  NOTIFY_LOST: { en: 'the notification was lost', zh: '支付通知丢失' },
  NOTIFY_WRONG_MCH: { en: 'another merchant number was searched', zh: '查错了商户号' },
  PAID_TO_OTHER_PAYEE: { en: 'another code or shop was paid', zh: '付到了别的码或别的店' },
  PAID_OTHER_ORDER: { en: 'another order number was paid', zh: '付到了别的订单号' },
  DUPLICATE_PAID: { en: 'two payments for one sale', zh: '一单付了两次' },
  PARTIAL_OR_DISCOUNT: { en: 'part paid, or a discount', zh: '部分付款或优惠' },
  CLOSED_THEN_PAID: { en: 'the order was closed, then paid', zh: '关单后才付款' },
  DEBITED_NOT_CONFIRMED: { en: 'perhaps debited, not confirmed by the channel', zh: '可能已扣款,渠道未确认' },
  REVERSED: { en: 'reversed by the channel', zh: '渠道撤销或冲正' },
  REFUNDED: { en: 'refunded at the channel', zh: '渠道已退款' },
  UNSETTLED_WAITING: { en: 'waiting for settlement', zh: '等待结算' },
  PROFIT_SHARING_FROZEN: { en: 'frozen for profit sharing', zh: '分账冻结' },
  HELD_BY_RISK: { en: 'held by risk control', zh: '风控冻结' },
  PAYOUT_PENDING: { en: 'the payout has not reached the bank', zh: '出款未到银行' },
  PAYOUT_RETURNED: { en: 'the bank returned the payout', zh: '银行退票' },
  SETTLED_TO_OTHER_ACCOUNT: { en: 'settled to another account', zh: '结算到了别的账户' },
  SETTLED_NET: { en: 'arrived inside one net sum', zh: '按净额合并到账' },
  FEE_DIFFERS: { en: 'the fee is not the agreed one', zh: '手续费与约定不符' },
  BANK_POSTED_ELSEWHERE: { en: 'posted on another day or account', zh: '记在别的日期或账户' },
  FORGED_PROOF: { en: 'no record stands behind the proof', zh: '凭证查无实据' },
  NO_ORDER: { en: 'no order belongs to it', zh: '没有对应的订单' },
  NO_PAYMENT: { en: 'the channel has no payment for it', zh: '渠道没有这笔付款' },
  DAY_CUT: { en: 'close to the day cut', zh: '临近日切' },
  EVIDENCE_MISSING: { en: 'a document is missing', zh: '缺少单据' },
  SEVERAL_FIT: { en: 'several fit, none is certain', zh: '多笔相符,无法确定' },
  NOT_IN_BILL: { en: 'its channel’s complete bill does not have it', zh: '渠道完整账单里没有它' },
  DISPUTED: { en: 'the payer disputed it', zh: '付款人提出拒付' },
  REFUND_ON_ITS_WAY: { en: 'the refund is on its way to the customer', zh: '退款在途' },
  REFUND_RETURNED: { en: 'the customer’s bank refused the refund', zh: '退款被顾客的银行退回' },
  REFUND_NOT_DONE: { en: 'the channel has made no such refund', zh: '渠道没有做这笔退款' },
  UNKNOWN_PENDING: { en: 'the channel does not know yet', zh: '渠道尚未明确' },
} as const satisfies Record<string, Text>;
export type Reason = keyof typeof REASONS;

/** Why a difference is none, as people say it: what closes a break without moving money. */
export const EXPLANATIONS = {
  timing: { en: 'it stands in another day', zh: '时间差,在另一天' },
  fee_agreed: { en: 'the fee was agreed', zh: '费率另有约定' },
  till_mistake: { en: 'a mistake at the till', zh: '收银录入错误' },
  recorded_by_hand: { en: 'recorded by hand since', zh: '已补记' },
  refunded_outside: { en: 'given back outside the channel', zh: '已线下退款' },
  claim_opened: { en: 'claimed at the channel', zh: '已向渠道提出' },
  other: { en: 'something else', zh: '其他' },
} as const satisfies Record<string, Text>;
export type Explanation = keyof typeof EXPLANATIONS;
