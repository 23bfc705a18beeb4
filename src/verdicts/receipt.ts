/**
 * What a claim means: from what the customer showed, what the book found and what the channel said, to one verdict. Pure.
 *
 * One ordered table, first true row wins. I6: nothing that was shown makes anything “paid”: `release: yes` comes only from the payment's own
 * verdict. I7: a channel that is silent, or says once that it knows no such number, makes `pending` or `unknown`, never `unpaid`.
 */
import type { Text } from '../base/lang.ts';
import type { Cause, Confidence, Custody, Reason, Release, VerdictCode } from './catalogue.ts';

export const CLAIM_KINDS = ['paid_not_seen', 'paid_no_goods', 'refund_not_arrived', 'payout_not_arrived'] as const;
export type ClaimKind = (typeof CLAIM_KINDS)[number];

/** A payment's own verdict, as the judge gave it. */
export type OwnVerdict = Readonly<{
  code: VerdictCode;
  release: Release;
  cause: Cause;
  reason: Reason | undefined;
  custody: Custody;
  confidence: Confidence;
  also: readonly VerdictCode[];
}>;

export type ReceiptFacts = Readonly<{
  kind: ClaimKind;
  /** A picture, a barcode, pasted text or an export was shown; or a person only told it, and may have mistyped. */
  proof: 'shown' | 'told';
  /** `chosen`: a person picked it among the candidates. */
  found: 'by_reference' | 'chosen' | 'by_amount' | 'several' | 'none';
  /** What there was to find by. */
  searched: 'reference' | 'amount' | 'nothing';
  /** The payment's own verdict, where one was found. */
  payment: OwnVerdict | undefined;
  /**
   * `silent`: asked now, and no answer in time. Of a number that the book does not know: `denies_once` and `denies_again`:
   * it knows no such payment, which is not final before its bill;
   * `denies_finally`: and the complete bills of the day do not have it either.
   */
  channel: 'not_asked' | 'silent' | 'denies_once' | 'denies_again' | 'denies_finally';
  /** `impossible`: a channel's number that cannot be one; `foreign`: of a channel where nothing here would be known. */
  id: 'none' | 'fits' | 'impossible' | 'foreign';
  /** The shown amount against the channel's: `more` only where no amount that was shown agrees. */
  amount: 'unsaid' | 'same' | 'less' | 'more';
  time: 'unsaid' | 'near' | 'far';
  /** `other`: another store or terminal of ours, or a transfer to a person. */
  payee: 'unsaid' | 'ours' | 'other' | 'unlike';
  /** The order that was named against the order that the payment pays; `other_served`: which was recorded as paid. */
  order: 'unsaid' | 'same' | 'other' | 'other_served';
  /** The payment stood behind an answer “yes” already: moments ago at the same place, or before. */
  handedIn: 'no' | 'moments_ago' | 'before';
  /** The same picture, byte for byte, came with another claim. */
  imageSeen: boolean;
  /** Paid longer ago than anybody comes back for. */
  old: boolean;
  /** The number's own day is not the day that was said. */
  dayDiffers: boolean;
  /** The place that was said, or a time minutes ago, ties an amount to this payment. */
  placed: boolean;
}>;

export type ReceiptVerdict = OwnVerdict & Readonly<{ why: readonly Text[] }>;

type Row = Readonly<{
  code: VerdictCode | 'own';
  why: Text;
  when(f: ReceiptFacts): Omit<OwnVerdict, 'code'> | undefined;
}>;

const found = (f: ReceiptFacts): boolean => f.found !== 'none' && f.found !== 'several' && f.payment !== undefined;
/** The channel has the money, by the payment's own verdict. */
const PAID: ReadonlySet<VerdictCode> = new Set([
  'received',
  'on_its_way',
  'late',
  'unrecorded',
  'held',
  'short_settled',
  'payout_returned',
  'overpaid',
  'duplicate',
  'paid_after_close',
]);
/** What a moment's silence of the channel leaves open (I7). */
const STALE: ReadonlySet<VerdictCode> = new Set(['unknown', 'unpaid', 'pending']);
const isPaid = (f: ReceiptFacts): boolean => f.payment !== undefined && PAID.has(f.payment.code);

const of = (
  release: Release,
  cause: Cause,
  reason: Reason,
  custody: Custody,
  confidence: Confidence,
  also: readonly VerdictCode[] = [],
): Omit<OwnVerdict, 'code'> => ({ release, cause, reason, custody, confidence, also });
const alsoOf = (f: ReceiptFacts): readonly VerdictCode[] => (f.payment === undefined ? [] : [f.payment.code]);
/** Its standing is the payment's: the strongest there is. */
const sureOf = (f: ReceiptFacts): Confidence => f.payment?.confidence ?? 'confirmed';

const ROWS: readonly Row[] = [
  {
    code: 'unknown',
    why: {
      en: 'several payments fit what was said: somebody has to choose, with the number that the customer can show',
      zh: '多笔支付都符合,须由人按顾客出示的单号选定',
    },
    when: (f) => (f.found === 'several' ? of('ask', 'operator_error', 'SEVERAL_FIT', 'unknown', 'claimed') : undefined),
  },
  {
    code: 'reused_receipt',
    why: {
      en: 'the payment is genuine, and goods were released for it before',
      zh: '支付属实,但此前已凭它交付过',
    },
    when: (f) =>
      found(f) && f.kind === 'paid_not_seen' && f.handedIn === 'before' && isPaid(f)
        ? of('no', 'fraud', 'PAID_OTHER_ORDER', 'merchant', sureOf(f), alsoOf(f))
        : undefined,
  },
  {
    code: 'reused_receipt',
    why: {
      en: 'the payment is genuine, and it has paid another order, which was served',
      zh: '支付属实,但付的是另一张已完成的订单',
    },
    when: (f) =>
      found(f) && f.order === 'other_served' && isPaid(f)
        ? of('no', 'fraud', 'PAID_OTHER_ORDER', 'merchant', sureOf(f), alsoOf(f))
        : undefined,
  },
  {
    code: 'paid_elsewhere',
    why: { en: 'the payment is for another order', zh: '付的是另一张订单' },
    when: (f) =>
      found(f) && f.order === 'other' && isPaid(f)
        ? of('no', 'operator_error', 'PAID_OTHER_ORDER', 'channel', sureOf(f), alsoOf(f))
        : undefined,
  },
  {
    code: 'paid_elsewhere',
    why: { en: 'the payment went to another store or terminal', zh: '付到了别的门店或终端' },
    when: (f) =>
      found(f) && f.payee === 'other' && isPaid(f)
        ? of('no', 'operator_error', 'PAID_TO_OTHER_PAYEE', 'channel', sureOf(f), alsoOf(f))
        : undefined,
  },
  {
    code: 'fake_receipt',
    why: {
      en: 'under this number the channel has less than the receipt shows',
      zh: '渠道在该单号下的金额小于凭证所示',
    },
    when: (f) =>
      found(f) && f.found === 'by_reference' && isPaid(f) && f.proof === 'shown' && f.amount === 'more'
        ? of('no', 'fraud', 'FORGED_PROOF', 'channel', sureOf(f), ['underpaid', ...alsoOf(f)])
        : undefined,
  },
  {
    code: 'underpaid',
    why: { en: 'the channel has less than was said', zh: '渠道收到的金额小于所说的金额' },
    when: (f) =>
      found(f) && isPaid(f) && f.amount === 'more'
        ? of('ask', 'operator_error', 'PARTIAL_OR_DISCOUNT', 'channel', sureOf(f), alsoOf(f))
        : undefined,
  },
  {
    code: 'pending',
    why: {
      en: 'the channel has not answered yet: what was known before may be old, so it is asked again',
      zh: '渠道尚未答复,此前所知可能已过时,将再次查询',
    },
    when: (f) =>
      found(f) && f.channel === 'silent' && STALE.has(f.payment!.code)
        ? of('ask', 'sync_delay', 'UNKNOWN_PENDING', 'unknown', 'claimed')
        : undefined,
  },
  {
    code: 'own',
    why: { en: 'the payment was found: this is its own verdict', zh: '已找到该笔支付,以其自身结论为准' },
    when: (f) =>
      found(f)
        ? { ...f.payment!, release: f.payment!.release === 'yes' && doubts(f) ? 'ask' : f.payment!.release }
        : undefined,
  },
  {
    code: 'paid_elsewhere',
    why: {
      en: 'it is a transfer to a person, which no merchant account receives',
      zh: '这是转给个人的款项,商户账户不会收到',
    },
    when: (f) =>
      f.payee === 'other' ? of('no', 'operator_error', 'PAID_TO_OTHER_PAYEE', 'other_payee', 'claimed') : undefined,
  },
  {
    code: 'fake_receipt',
    why: {
      en: 'the number that was shown cannot be a number of this channel',
      zh: '所出示的单号不可能是该渠道的单号',
    },
    when: (f) =>
      f.id === 'impossible' && f.proof === 'shown'
        ? of('no', 'fraud', 'FORGED_PROOF', 'customer', 'claimed')
        : undefined,
  },
  {
    code: 'fake_receipt',
    why: {
      en: 'the channel knows no such payment, and its complete bill does not have it',
      zh: '渠道没有这笔支付,完整账单里也没有',
    },
    when: (f) =>
      f.channel === 'denies_finally' && f.proof === 'shown' && f.id !== 'foreign'
        ? of('no', 'fraud', 'FORGED_PROOF', 'customer', 'proven')
        : undefined,
  },
  {
    code: 'unpaid',
    why: {
      en: 'under the number that was told the channel has nothing, and its complete bill neither',
      zh: '按所说的单号,渠道与完整账单里都没有',
    },
    when: (f) =>
      f.channel === 'denies_finally' && f.id !== 'foreign'
        ? of('no', 'operator_error', 'NO_PAYMENT', 'customer', 'proven')
        : undefined,
  },
  {
    code: 'pending',
    why: { en: 'the channel has not answered yet: it is asked again', zh: '渠道尚未答复,将再次查询' },
    when: (f) =>
      f.channel === 'silent' ? of('ask', 'sync_delay', 'UNKNOWN_PENDING', 'unknown', 'claimed') : undefined,
  },
  {
    code: 'unknown',
    why: {
      en: 'nothing is known under this number yet; it is not final before the bill of its day: compare the number once more',
      zh: '该单号下暂无记录;当日账单出来前不作定论,请再核对一遍单号',
    },
    when: (f) =>
      f.channel === 'denies_once' || f.channel === 'denies_again'
        ? of('ask', 'sync_delay', 'EVIDENCE_MISSING', 'unknown', 'claimed')
        : undefined,
  },
  {
    code: 'unknown',
    why: {
      en: 'the number is not in the book, and no channel here can be asked about it: ask for the merchant order number',
      zh: '账簿里没有该单号,也没有可据此查询的渠道,请顾客出示商户单号',
    },
    when: (f) =>
      f.searched === 'reference' ? of('ask', 'sync_delay', 'EVIDENCE_MISSING', 'unknown', 'claimed') : undefined,
  },
  {
    code: 'unknown',
    why: {
      en: 'no payment of this amount is known here at that time',
      zh: '该时段内没有这个金额的支付',
    },
    when: (f) =>
      f.searched === 'amount' ? of('ask', 'sync_delay', 'EVIDENCE_MISSING', 'unknown', 'claimed') : undefined,
  },
  {
    code: 'unknown',
    why: {
      en: 'there is nothing to search by: a number, or an amount with its time, is needed',
      zh: '缺少可查的信息:需要单号,或金额加时间',
    },
    when: () => of('ask', 'operator_error', 'EVIDENCE_MISSING', 'unknown', 'claimed'),
  },
];

/** Why a “yes” of the payment is not yet a “yes” for who stands here. */
const DOUBTS: ReadonlyArray<Readonly<{ when(f: ReceiptFacts): boolean; why: Text }>> = [
  {
    when: (f) => f.found === 'by_amount' && !f.placed,
    why: {
      en: 'it was found by its amount alone: let the customer show the number',
      zh: '仅凭金额找到,请顾客出示单号',
    },
  },
  {
    when: (f) => f.handedIn === 'moments_ago' && f.kind === 'paid_not_seen',
    why: {
      en: 'the same payment was answered “hand over” moments ago at this place',
      zh: '同一笔支付刚刚在此处答复过“可以交付”',
    },
  },
  {
    when: (f) => f.imageSeen && f.kind === 'paid_not_seen',
    why: { en: 'the same picture was handed in before', zh: '同一张图片此前已提交过' },
  },
  {
    when: (f) => f.old && f.kind === 'paid_not_seen',
    why: { en: 'it was paid long ago', zh: '付款时间过久' },
  },
  {
    when: (f) => f.time === 'far' && f.kind === 'paid_not_seen',
    why: { en: 'it was paid at another time than was said', zh: '付款时间与所说不符' },
  },
];
const doubts = (f: ReceiptFacts): boolean => DOUBTS.some((d) => d.when(f));

/** Facts that are told whatever the verdict is. */
const ALSO_TOLD: ReadonlyArray<Readonly<{ when(f: ReceiptFacts): boolean; why: Text }>> = [
  {
    when: (f) => f.id === 'impossible' && !found(f),
    why: { en: 'the date inside the number cannot be', zh: '单号内含的日期不可能存在' },
  },
  {
    when: (f) => f.id === 'foreign',
    why: {
      en: 'the number is of a channel that this merchant does not use here',
      zh: '该单号属于本商户未接入的渠道',
    },
  },
  {
    when: (f) => f.dayDiffers && !found(f),
    why: { en: 'the date inside the number is not the day that was said', zh: '单号内含的日期与所说的日期不符' },
  },
  {
    when: (f) => f.amount === 'less',
    why: {
      en: 'the channel has more than was shown: perhaps a discount',
      zh: '渠道金额大于所示金额,可能有优惠',
    },
  },
  {
    when: (f) => f.payee === 'unlike',
    why: { en: 'the payee’s name is none of ours that the book knows', zh: '收款方名称与账簿中的名称都不同' },
  },
];

export function judgeReceipt(facts: ReceiptFacts): ReceiptVerdict {
  for (const row of ROWS) {
    const it = row.when(facts);
    if (it === undefined) continue;
    const code = row.code === 'own' ? facts.payment!.code : row.code;
    const told = [...(row.code === 'own' ? DOUBTS : []), ...ALSO_TOLD].filter((d) => d.when(facts));
    return Object.freeze({
      code,
      release: it.release,
      cause: it.cause,
      reason: it.reason,
      custody: it.custody,
      confidence: it.confidence,
      also: [...new Set(it.also)].filter((c) => c !== code),
      why: [row.why, ...told.map((d) => d.why)],
    });
  }
  throw new Error('the last row is true');
}

/** The rule path for whoever wants to see it. */
export const receiptPrecedence = (): ReadonlyArray<Readonly<{ code: VerdictCode | 'own'; why: Text }>> =>
  ROWS.map(({ code, why }) => ({ code, why }));
