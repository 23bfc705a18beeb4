/**
 * The words in which the story of one payment is told: stations, their states, confidence, what would prove a verdict wrong,
 * and the sentences. A telling says what it means by the finding it stands on (`of`), so that a story and a break never
 * disagree; only what no finding covers brings its own meaning.
 *
 * Places: {amount} of the payment, {ref} the number a person would search for, {channel}, {at} when it was taken, {on} the
 * business date, {due} the promise, {batch} what carries it, {net} that batch's net, {paid} what the bank got, {difference},
 * {credited} and {entered} dates, {to} the last day of the statement, {taken} in all, {back} what was given back and {backed} when, {bounced} when a payout came back,
 * {claimed} {party} {type} what the customer's own bill says.
 */
import type { Text } from '../base/lang.ts';
import type { Cause, Reason, Release, VerdictCode } from '../verdicts/catalogue.ts';
import type { Custody, FindingCode, Owner } from '../verdicts/findings.ts';

/** In the order in which money passes them (docs/concepts/words.md). */
export const STATIONS = {
  ordered: { en: 'ordered', zh: '下单' },
  debited: { en: 'debited', zh: '扣款' },
  captured: { en: 'captured', zh: '渠道收款' },
  recorded: { en: 'recorded', zh: '商户入账' },
  cleared: { en: 'cleared', zh: '对账单' },
  settled: { en: 'settled', zh: '结算' },
  paid_out: { en: 'paid out', zh: '出款' },
  credited: { en: 'credited', zh: '到账' },
} as const satisfies Record<string, Text>;
export type StationCode = keyof typeof STATIONS;

/**
 * `reached` a document shows it · `due` expected, and there is still time · `late` expected and not there, though the document
 * that should show it is · `absent` a complete document shows that it did not happen · `passed_over` no document tells it and a
 * later station is reached · `unknown` the document that would tell was not given · `ahead` an earlier station comes first.
 */
export const STATION_STATES = {
  reached: { en: 'reached', zh: '已到' },
  due: { en: 'due', zh: '应到' },
  late: { en: 'late', zh: '逾期' },
  absent: { en: 'absent', zh: '没有' },
  passed_over: { en: '–', zh: '–' },
  unknown: { en: 'unknown', zh: '不清楚' },
  ahead: { en: 'ahead', zh: '未到' },
} as const satisfies Record<string, Text>;
export type StationState = keyof typeof STATION_STATES;

/** Tracks that leave the line, and payments beside it. */
export const TRACKS = {
  payment: { en: 'another payment', zh: '另一笔付款' },
  refund: { en: 'refund', zh: '退款' },
  reversal: { en: 'reversal', zh: '冲正' },
  chargeback: { en: 'chargeback', zh: '拒付' },
  closed: { en: 'order closed', zh: '关单' },
  returned: { en: 'payout returned', zh: '出款退回' },
} as const satisfies Record<string, Text>;
export type TrackKind = keyof typeof TRACKS;

/** The rank of the weakest evidence a verdict needs. The order says what was asked, not where the money is: it weakens nothing. */
export const CONFIDENCES = {
  proven: { en: 'proven by a bill or a statement', zh: '有账单或流水为证' },
  confirmed: { en: 'confirmed by the channel', zh: '渠道查询确认' },
  reported: { en: 'reported by the channel', zh: '渠道通知告知' },
  recorded: { en: 'only in your own records', zh: '只有自己的记录' },
  claimed: { en: "rests on the customer's own document", zh: '依据顾客自己的单据' },
} as const satisfies Record<string, Text>;
export type Confidence = keyof typeof CONFIDENCES;

/** What would prove each verdict wrong. */
export const WRONG: Readonly<Record<VerdictCode, Text>> = {
  received: {
    en: 'A later statement or bill that takes the money back: a returned credit, a refund, a chargeback.',
    zh: '之后的流水或账单把钱退了回去:退汇、退款或拒付。',
  },
  on_its_way: {
    en: 'A bank statement that covers {due} and does not show it.',
    zh: '覆盖 {due} 的银行流水里没有这笔。',
  },
  late: {
    en: 'A credit for it on another bank account, or on a later day than the documents reach.',
    zh: '这笔钱记在别的银行账户,或到账日晚于手头单据。',
  },
  unrecorded: {
    en: 'A sale with this amount that was recorded under another number or on another day.',
    zh: '同一金额的销售记在别的单号或别的日期下。',
  },
  pending: { en: 'The channel’s final answer.', zh: '渠道的最终答复。' },
  unpaid: {
    en: 'A line for it in the bill of another merchant number, another channel or the neighbouring day.',
    zh: '别的商户号、别的渠道或相邻一天的账单里有这笔。',
  },
  paid_elsewhere: {
    en: 'A bill of yours, of another merchant number or channel, that has the payment of the customer’s bill.',
    zh: '您名下别的商户号或渠道的账单里,有顾客账单上的这笔付款。',
  },
  paid_after_close: {
    en: 'A record that the order was open again before the payment.',
    zh: '有记录表明付款前订单已恢复。',
  },
  duplicate: {
    en: 'A second sale that the second payment belongs to.',
    zh: '第二笔付款另有对应的销售。',
  },
  underpaid: {
    en: 'A discount agreed for this order, or a second payment under another number.',
    zh: '该订单有约定的优惠,或另有一笔用别的单号补付。',
  },
  overpaid: { en: 'An order that was raised after it was written.', zh: '订单金额在登记之后被调高。' },
  held: { en: 'A ledger entry that releases the money.', zh: '资金账里有解冻入账。' },
  payout_returned: { en: 'A later credit of the same money.', zh: '之后同一笔钱重新到账。' },
  short_settled: {
    en: 'A second credit for the rest, or an agreed deduction of that amount.',
    zh: '其余部分另有到账,或有同额的约定扣款。',
  },
  reversed: { en: 'A second payment under the same order.', zh: '同一订单另有一笔付款。' },
  refunded: { en: 'A later line that says the refund failed.', zh: '之后的账单写明退款失败。' },
  charged_back: { en: 'A later line that reverses the dispute.', zh: '之后的账单撤销了这笔拒付。' },
  fake_receipt: { en: 'A line at the channel with this very number.', zh: '渠道有此单号的记录。' },
  reused_receipt: { en: 'A second payment with the same facts.', zh: '另有一笔同样的付款。' },
  unknown: {
    en: 'A document of the channel that explains it: the detail of the payout, or a line with this number.',
    zh: '渠道能说明它的单据:出款明细,或写有此单号的记录。',
  },
};

/** Not known is not known for a reason, and the reason says what would settle it. */
export const WRONG_UNKNOWN: Readonly<Partial<Record<Reason, Text>>> = {
  EVIDENCE_MISSING: { en: 'The missing document decides either way.', zh: '补上缺少的单据即可判定。' },
  SEVERAL_FIT: {
    en: 'A number or a document that names one of them and none of the others.',
    zh: '能指明其中一笔、排除其余的单号或单据。',
  },
};

export const WRONG_DAY_CUT: Text = {
  en: 'The bill of the neighbouring day, complete and without it.',
  zh: '相邻一天的完整账单里也没有这笔。',
};

type Meaning = Readonly<{ verdict: VerdictCode; release: Release; cause: Cause; reason: Reason; custody: Custody }>;
type Step = Readonly<{ action: string; owner: Owner; next: Text }>;
export type Telling = Readonly<{ says: Text }> & (Readonly<{ of: FindingCode }> | (Meaning & Step));

const ASK_FOR_PROOF: Step = {
  action: 'ask_proof',
  owner: 'cashier',
  next: {
    en: 'If the customer’s phone shows success, ask for the bill their wallet exports and run again with it: another code may have been paid.',
    zh: '若顾客手机显示成功,请其导出钱包账单,加入后再查:可能扫了别的码。',
  },
};
const GET_BILL: Step = {
  action: 'get_document',
  owner: 'accountant',
  next: { en: 'Download the {channel} bill of {on} and ask again.', zh: '下载{channel} {on} 的账单后再查。' },
};

export const TELLINGS = {
  // ------------------------------------------------------------ the money's way after it was taken
  received: {
    verdict: 'received',
    release: 'yes',
    cause: 'none',
    reason: 'SETTLED_NET',
    custody: 'merchant',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; the bank has had it since {credited}, inside a credit of {paid}.',
      zh: '{channel} {at} 收到 {ref} 的 {amount},{credited} 已随一笔 {paid} 到银行账户。',
    },
    action: 'none',
    owner: 'cashier',
    next: { en: 'Hand over; nothing else to do.', zh: '可以交货,无需其他处理。' },
  },
  received_balance: {
    verdict: 'received',
    release: 'yes',
    cause: 'none',
    reason: 'SETTLED_NET',
    custody: 'merchant',
    says: {
      en: '{channel} took {amount} of {ref} on {at} and booked it to your balance there on {entered}.',
      zh: '{channel} {at} 收到 {ref} 的 {amount},{entered} 已记入商户余额。',
    },
    action: 'none',
    owner: 'cashier',
    next: { en: 'Hand over; nothing else to do.', zh: '可以交货,无需其他处理。' },
  },
  on_its_way: {
    of: 'bank_waiting',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; it is due in the bank on {due}, in {batch} of {net}.',
      zh: '{channel} {at} 收到 {ref} 的 {amount},应于 {due} 随{batch} {net} 到银行账户。',
    },
  },
  late: {
    of: 'bank_late',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; {batch} of {net} was due in the bank on {due}, and the statement up to {to} does not show it.',
      zh: '{channel} {at} 收到 {ref} 的 {amount};{batch} {net} 应于 {due} 到账,银行流水截至 {to} 没有。',
    },
  },
  short: {
    of: 'bank_short',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; of {batch} of {net} the bank got {paid}, {difference} too little.',
      zh: '{channel} {at} 收到 {ref} 的 {amount};{batch} {net},银行实到 {paid},少 {difference}。',
    },
  },
  over: {
    of: 'bank_over',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; for {batch} of {net} the bank got {paid}, {difference} too much.',
      zh: '{channel} {at} 收到 {ref} 的 {amount};{batch} {net},银行实到 {paid},多 {difference}。',
    },
  },
  returned: {
    of: 'payout_returned',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; {batch} of {net} reached the bank and was sent back on {bounced}.',
      zh: '{channel} {at} 收到 {ref} 的 {amount};{batch} {net} 到账后又于 {bounced} 被银行退回。',
    },
  },
  bank_unclear: {
    of: 'unclear',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; several bank credits fit {batch} of {net}, so none is taken.',
      zh: '{channel} {at} 收到 {ref} 的 {amount};有多笔银行入账与{batch} {net} 相符,未作认定。',
    },
  },
  not_checked: {
    of: 'bank_not_checked',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; {batch} of {net} was due in the bank on {due}, and no bank statement covers that day.',
      zh: '{channel} {at} 收到 {ref} 的 {amount};{batch} {net} 应于 {due} 到账,没有覆盖该日的银行流水。',
    },
  },
  no_date: {
    verdict: 'unknown',
    release: 'yes',
    cause: 'none',
    reason: 'EVIDENCE_MISSING',
    custody: 'channel',
    says: {
      en: '{channel} took {amount} of {ref} on {at}; no document given here says when it reaches the bank, or whether it has.',
      zh: '{channel} {at} 收到 {ref} 的 {amount};手头单据都没有说明何时到账、是否到账。',
    },
    action: 'get_document',
    owner: 'accountant',
    next: {
      en: 'Get the channel’s settlement report, or its ledger, and the bank statement; then ask again.',
      zh: '补充渠道的结算单或资金账,以及银行流水后再查。',
    },
  },
  payout_received: {
    verdict: 'received',
    release: 'yes',
    cause: 'none',
    reason: 'SETTLED_NET',
    custody: 'merchant',
    says: {
      en: '{channel} paid out {net} for {on}; the bank has had it since {credited}.',
      zh: '{channel} {on} 的出款 {net},{credited} 已到银行账户。',
    },
    action: 'none',
    owner: 'accountant',
    next: { en: 'Nothing to do.', zh: '无需处理。' },
  },
  // ------------------------------------------------------------ what went back
  refunded: {
    verdict: 'refunded',
    release: 'no',
    cause: 'none',
    reason: 'REFUNDED',
    custody: 'customer',
    says: {
      en: '{channel} took {amount} of {ref} on {at} and gave back {back} on {backed}.',
      zh: '{channel} {at} 收到 {ref} 的 {amount},已于 {backed} 退回 {back}。',
    },
    action: 'show_proof',
    owner: 'cashier',
    next: {
      en: 'Show the customer the refund’s number and date; their bank may take some days.',
      zh: '向顾客出示退款单号与日期;原路退回可能需要几天。',
    },
  },
  refund_alone: {
    verdict: 'refunded',
    release: 'no',
    cause: 'none',
    reason: 'REFUNDED',
    custody: 'customer',
    says: {
      en: '{channel} gave back {back} for {ref} on {backed}; the payment itself is not in these documents.',
      zh: '{channel} {backed} 已为 {ref} 退回 {back};原付款不在这些单据里。',
    },
    action: 'get_document',
    owner: 'accountant',
    next: { en: 'Add the bill of the day of the payment to see it whole.', zh: '补充付款当日的账单可见全貌。' },
  },
  reversed: {
    verdict: 'reversed',
    release: 'no',
    cause: 'system_fault',
    reason: 'REVERSED',
    custody: 'customer',
    says: {
      en: '{channel} took {amount} of {ref} on {at} and took it back on {backed}; the customer has the money again.',
      zh: '{channel} {at} 收到 {ref} 的 {amount},{backed} 已冲正;钱已退回顾客。',
    },
    action: 'collect_again',
    owner: 'cashier',
    next: { en: 'Collect again before handing over.', zh: '重新收款后再交货。' },
  },
  // ------------------------------------------------------------ what the order says, and no money is seen
  bill_missing: {
    of: 'bill_missing',
    says: {
      en: 'Order {ref} says {amount} was paid through {channel} on {on}; the complete bill of that day was not given, so nothing can be said.',
      zh: '订单 {ref} 记为 {on} 已付 {amount}({channel});没有提供该日完整账单,无法判断。',
    },
  },
  order_unpaid: {
    verdict: 'unpaid',
    release: 'no',
    cause: 'operator_error',
    reason: 'NO_PAYMENT',
    custody: 'nobody',
    says: {
      en: 'Order {ref} for {amount} is not paid: the order book says so, and the complete {channel} bill of {on} does not have it.',
      zh: '订单 {ref}({amount})没有付款:订单表如此记录,{channel} {on} 的完整账单里也没有。',
    },
    ...ASK_FOR_PROOF,
  },
  order_unknown: {
    verdict: 'unknown',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'EVIDENCE_MISSING',
    custody: 'not_known',
    says: {
      en: 'Order {ref} for {amount} is not marked as paid; no complete {channel} bill of {on} was given, so nothing can be said.',
      zh: '订单 {ref}({amount})未标记付款;没有提供{channel} {on} 的完整账单,无法判断。',
    },
    ...GET_BILL,
  },
  attempt_failed: {
    verdict: 'unpaid',
    release: 'no',
    cause: 'none',
    reason: 'NO_PAYMENT',
    custody: 'customer',
    says: {
      en: '{channel} says the payment of {amount} for {ref} failed.',
      zh: '{channel}写明 {ref} 的 {amount} 支付失败。',
    },
    ...ASK_FOR_PROOF,
  },
  attempt_pending: {
    verdict: 'pending',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'UNKNOWN_PENDING',
    custody: 'channel',
    says: {
      en: '{channel} says {amount} of {ref} is still in progress.',
      zh: '{channel}写明 {ref} 的 {amount} 仍在处理中。',
    },
    action: 'inquire',
    owner: 'operations',
    next: { en: 'Ask the channel for this number; do not hand over yet.', zh: '用此单号向渠道查询;暂不交货。' },
  },
  paid_elsewhere: {
    verdict: 'paid_elsewhere',
    release: 'no',
    cause: 'operator_error',
    reason: 'PAID_TO_OTHER_PAYEE',
    custody: 'customer',
    says: {
      en: 'The complete {channel} bill of {on} has no {amount} for {ref}; the customer’s own bill shows that amount paid to “{party}” ({type}) on {claimed}. The usual explanation: another code was paid.',
      zh: '{channel} {on} 的完整账单里没有 {ref} 的 {amount};顾客自己的账单显示 {claimed} 向“{party}”付了同样金额({type})。通常是扫了别的码。',
    },
    action: 'guide_customer',
    owner: 'cashier',
    next: {
      en: 'Show the customer the payee on their own bill: that payee gives it back, and the sale is paid again here.',
      zh: '请顾客看自己账单上的收款方:由对方退回,再在本店重新付款。',
    },
  },
  book_missing: {
    of: 'book_missing',
    says: {
      en: '{channel} took {amount} under {ref} on {at}; the order book of that day was not given, so nobody can say which sale it pays for.',
      zh: '{channel} {at} 收到 {amount}(单号 {ref});没有提供该日订单表,说不清对应哪笔销售。',
    },
  },
  // ------------------------------------------------------------ the customer's own document, and nothing at the merchant
  claim_elsewhere: {
    verdict: 'paid_elsewhere',
    release: 'no',
    cause: 'operator_error',
    reason: 'PAID_TO_OTHER_PAYEE',
    custody: 'customer',
    says: {
      en: 'The customer’s own bill shows {amount} paid to “{party}” ({type}) on {claimed}; the complete {channel} bill of that day does not have it. The usual explanation: another code was paid.',
      zh: '顾客自己的账单显示 {claimed} 向“{party}”付了 {amount}({type});{channel}该日的完整账单里没有。通常是扫了别的码。',
    },
    action: 'guide_customer',
    owner: 'cashier',
    next: {
      en: 'Show the customer the payee on their own bill: that payee gives it back, and the sale is paid again here.',
      zh: '请顾客看自己账单上的收款方:由对方退回,再在本店重新付款。',
    },
  },
  claim_person: {
    verdict: 'paid_elsewhere',
    release: 'no',
    cause: 'operator_error',
    reason: 'PAID_TO_OTHER_PAYEE',
    custody: 'customer',
    says: {
      en: 'The customer’s own bill shows {amount} paid to “{party}” on {claimed} as {type}: that is a person’s code, and no merchant’s bill ever shows it.',
      zh: '顾客自己的账单显示 {claimed} 以“{type}”向“{party}”付了 {amount}:那是个人收款码,商户账单里不会有。',
    },
    action: 'guide_customer',
    owner: 'cashier',
    next: {
      en: 'Show the customer the payee on their own bill: that payee gives it back, and the sale is paid again here.',
      zh: '请顾客看自己账单上的收款方:由对方退回,再在本店重新付款。',
    },
  },
  claim_contradicts: {
    verdict: 'unpaid',
    release: 'no',
    cause: 'operator_error',
    reason: 'NOTIFY_WRONG_MCH',
    custody: 'not_known',
    says: {
      en: 'The customer’s own bill names {ref} and shows {amount} paid on {claimed}; the complete {channel} bill of that day does not have it.',
      zh: '顾客自己的账单写有 {ref},显示 {claimed} 付了 {amount};{channel}该日的完整账单里没有。',
    },
    action: 'inquire',
    owner: 'operations',
    next: {
      en: 'Ask the channel for this number under each of your merchant numbers; do not hand over before it answers.',
      zh: '用此单号在您的每个商户号下向渠道查询;答复前不要交货。',
    },
  },
  claim_unknown: {
    verdict: 'unknown',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'EVIDENCE_MISSING',
    custody: 'not_known',
    says: {
      en: 'The customer’s own bill shows {amount} paid to “{party}” ({type}) on {claimed}; no complete {channel} bill of that day was given, so it can be neither confirmed nor denied.',
      zh: '顾客自己的账单显示 {claimed} 向“{party}”付了 {amount}({type});没有提供{channel}该日的完整账单,无法证实或否认。',
    },
    ...GET_BILL,
  },
  claim_failed: {
    verdict: 'unpaid',
    release: 'no',
    cause: 'none',
    reason: 'NO_PAYMENT',
    custody: 'customer',
    says: {
      en: 'The customer’s own bill itself says that the {amount} of {claimed} failed or came back.',
      zh: '顾客自己的账单就写明 {claimed} 的 {amount} 失败或已退回。',
    },
    action: 'collect_again',
    owner: 'cashier',
    next: { en: 'Show the customer that line; collect again.', zh: '请顾客看该行;重新收款。' },
  },
  claim_pending: {
    verdict: 'pending',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'UNKNOWN_PENDING',
    custody: 'not_known',
    says: {
      en: 'The customer’s own bill says that the {amount} of {claimed} to “{party}” is not final yet.',
      zh: '顾客自己的账单写明 {claimed} 付给“{party}”的 {amount} 尚未完成。',
    },
    action: 'inquire',
    owner: 'operations',
    next: { en: 'Ask the channel for this number; do not hand over yet.', zh: '用此单号向渠道查询;暂不交货。' },
  },
  claim_other: {
    verdict: 'unknown',
    release: 'no',
    cause: 'none',
    reason: 'NO_PAYMENT',
    custody: 'customer',
    says: {
      en: 'The customer’s own bill shows {amount} on {claimed} ({type}): money that moved among their own or came to them, not a payment to a merchant.',
      zh: '顾客自己的账单显示 {claimed} 的 {amount}({type}):是其自有资金变动或收入,不是付给商户的款。',
    },
    ...ASK_FOR_PROOF,
  },
  // ------------------------------------------------------------ money at the bank that no channel sent
  other_credit: {
    verdict: 'received',
    release: 'ask',
    cause: 'none',
    reason: 'NO_ORDER',
    custody: 'merchant',
    says: {
      en: 'The bank shows {amount} on {credited}, {party}; it comes from no payment channel of these documents.',
      zh: '银行 {credited} 有一笔 {amount}({party}),不是这些单据里的支付渠道打来的。',
    },
    action: 'explain_credit',
    owner: 'accountant',
    next: {
      en: 'Ask who paid it and for what before it counts for a sale.',
      zh: '先问清由谁、为何打来,再作为销售款认定。',
    },
  },
} as const satisfies Record<string, Telling>;
export type TellingCode = keyof typeof TELLINGS;

/** Said after the main sentence, where it applies. */
export const ALSO = {
  partly_refunded: { en: ' Of it {back} was given back on {backed}.', zh: '其中 {back} 已于 {backed} 退回。' },
  surplus_back: {
    en: ' {taken} was taken in all, and {back} of it given back on {backed}.',
    zh: '共收 {taken},其中 {back} 已于 {backed} 退回。',
  },
  payout_followed: {
    en: ' The payout that followed, {paid}, reached the bank on {credited}.',
    zh: '随后的出款 {paid} 已于 {credited} 到银行账户。',
  },
} as const satisfies Record<string, Text>;

/** Where the money is, after a sentence that tells what is wrong with the order. */
export const MONEY: Readonly<Partial<Record<TellingCode, Text>>> = {
  received: { en: ' The money has been in the bank since {credited}.', zh: '钱已于 {credited} 到银行账户。' },
  received_balance: {
    en: ' The money has stood in your balance there since {entered}.',
    zh: '钱已于 {entered} 记入商户余额。',
  },
  on_its_way: { en: ' The money is due in the bank on {due}.', zh: '钱应于 {due} 到银行账户。' },
  late: { en: ' The money was due in the bank on {due} and is not there.', zh: '钱应于 {due} 到账,至今未到。' },
  not_checked: {
    en: ' The money was due in the bank on {due}; no statement covers that day.',
    zh: '钱应于 {due} 到账,没有覆盖该日的银行流水。',
  },
};

/** Documents that would tell what is not known. */
export const NEEDS = {
  book: { en: 'the order book of {on}', zh: '{on} 的订单表' },
  bill: { en: 'the complete {channel} bill of {on}', zh: '{channel} {on} 的完整账单' },
  own_bill: { en: 'the {channel} bill of the day it belongs to', zh: '{channel}其所属日期的账单' },
  next_bill: { en: 'the {channel} bill of the neighbouring day', zh: '{channel}相邻一天的账单' },
  next_book: { en: 'the order book of the neighbouring day', zh: '相邻一天的订单表' },
  settlement: { en: 'the settlement report or the ledger of {channel}', zh: '{channel}的结算单或资金账' },
  payout: { en: 'the payout record of {channel}, with its number', zh: '{channel}的出款记录(含流水号)' },
  statement: { en: 'a bank statement that covers {due}', zh: '覆盖 {due} 的银行流水' },
  any_statement: { en: 'the bank statement', zh: '银行流水' },
  customer_bill: { en: 'the bill the customer’s wallet exports', zh: '顾客从钱包导出的账单' },
} as const satisfies Record<string, Text>;
export type NeedCode = keyof typeof NEEDS;

/** `{batch}` in a sentence. */
export const BATCHES = {
  member: { en: 'its batch', zh: '所在批次净额' },
  following: { en: 'the payout that followed', zh: '随后的出款' },
} as const satisfies Record<string, Text>;
