/**
 * Which posting belongs to which fact: one declared table, and the pure way from what a run stated to items of the ledger. An amount is
 * signed: below zero the two accounts change sides (a fee given back, a surplus).
 *
 * Why the control accounts come out (I10): what a line adds to the receivable its batch takes out again; what a break says of a joint goes
 * to suspense against the account whose two sides differ there, so that customer clearing equals the order book and what remains
 * of a batch at the bank is nothing. May not: read or write anything.
 */
import { contentId } from '../base/ids.ts';
import type { Text } from '../base/lang.ts';
import { parseMoney } from '../base/money.ts';
import type { Break } from '../reconcile/result.ts';
import { bankLine, type StatedBatch, type StatedCredit, type StatedDay, type StatedLine } from '../reconcile/stated.ts';
import type { AccountCode } from './chart.ts';

type Posting = Readonly<{ debit: AccountCode; credit: AccountCode; says: Text; why: Text }>;

export const POSTINGS = {
  sale_cleared: {
    debit: 'channel_receivable',
    credit: 'customer_clearing',
    says: { en: 'sales cleared', zh: '收款入账' },
    why: {
      en: 'the channel’s bill has them: it owes what the customers paid',
      zh: '渠道账单已列,渠道欠付顾客所付款项',
    },
  },
  refund_cleared: {
    debit: 'customer_clearing',
    credit: 'channel_receivable',
    says: { en: 'refund cleared', zh: '退款入账' },
    why: {
      en: 'given back, or shown and taken back: the channel owes that much less',
      zh: '已退回或撤销,渠道欠款相应减少',
    },
  },
  charged_back: {
    debit: 'customer_clearing',
    credit: 'channel_receivable',
    says: { en: 'charged back', zh: '拒付扣回' },
    why: {
      en: 'taken back for the payer; the break puts it into suspense until it is decided',
      zh: '为付款人扣回;由差错转入待处理,直至有结论',
    },
  },
  discount_given: {
    debit: 'promotions',
    credit: 'channel_receivable',
    says: { en: 'discount of the merchant', zh: '商家优惠' },
    why: { en: 'the customer’s figure is more than what the channel owes', zh: '顾客支付额大于渠道应结额' },
  },
  fee_taken: {
    debit: 'fees',
    credit: 'channel_receivable',
    says: { en: 'channel fee', zh: '渠道手续费' },
    why: {
      en: 'the channel keeps it, as its bill states it, rounded where it rounds',
      zh: '渠道按账单扣收,按来源规则取整',
    },
  },
  adjusted: {
    debit: 'channel_receivable',
    credit: 'suspense',
    says: { en: 'adjustment by the channel', zh: '渠道调账' },
    why: { en: 'the channel moved the account and no order says why', zh: '渠道变动了账户,而没有订单说明原因' },
  },
  reserve_held: {
    debit: 'reserves',
    credit: 'channel_receivable',
    says: { en: 'reserve', zh: '保证金' },
    why: { en: 'held back by the channel; released, it goes the other way', zh: '渠道扣留;释放时方向相反' },
  },
  batch_formed: {
    debit: 'in_settlement',
    credit: 'channel_receivable',
    says: { en: 'batch formed', zh: '结算批次形成' },
    why: { en: 'its lines wait for nothing but their payment', zh: '批次内明细只待划付' },
  },
  batch_rounded: {
    debit: 'rounding',
    credit: 'channel_receivable',
    says: { en: 'rounding of the batch', zh: '批次尾差' },
    why: { en: 'the source rounds the sum, not its parts', zh: '来源对合计取整,而非逐笔' },
  },
  batch_paid_out: {
    debit: 'in_transit',
    credit: 'in_settlement',
    says: { en: 'batch paid out', zh: '批次出款' },
    why: { en: 'a document of the channel states the payment', zh: '渠道单据载明已出款' },
  },
  batch_credited: {
    debit: 'bank',
    credit: 'in_transit',
    says: { en: 'batch credited', zh: '批次到账' },
    why: { en: 'the bank’s statement shows it', zh: '银行流水已显示' },
  },
  implied_credited: {
    debit: 'bank',
    credit: 'in_settlement',
    says: { en: 'implied batch credited', zh: '推定批次到账' },
    why: {
      en: 'the bank’s statement shows it; no document said that it was paid out',
      zh: '银行流水已显示;出款本身没有单据',
    },
  },
  batch_returned: {
    debit: 'in_transit',
    credit: 'bank',
    says: { en: 'payout returned', zh: '出款退回' },
    why: { en: 'the bank sent it back: it is on its way again', zh: '银行退回,款项重新在途' },
  },
  implied_returned: {
    debit: 'in_settlement',
    credit: 'bank',
    says: { en: 'implied batch returned', zh: '推定批次退回' },
    why: { en: 'the bank sent it back: the channel owes it again', zh: '银行退回,渠道重新欠付' },
  },
  order_differs: {
    debit: 'suspense',
    credit: 'customer_clearing',
    says: { en: 'break between orders and channel', zh: '订单与渠道差错' },
    why: {
      en: 'ours less theirs: with it customer clearing is what the order book says',
      zh: '我方减对方;计入后客户清算等于订单表',
    },
  },
  fee_differs: {
    debit: 'suspense',
    credit: 'fees',
    says: { en: 'fee other than agreed', zh: '手续费与约定不符' },
    why: { en: 'what was taken beyond the agreed fee is claimed, not spent', zh: '超出约定的部分属于待追索,而非费用' },
  },
  ledger_differs: {
    debit: 'suspense',
    credit: 'channel_receivable',
    says: { en: 'break between bill and channel ledger', zh: '账单与资金流水差错' },
    why: { en: 'the balance at the channel is less than its lines by this', zh: '渠道余额比明细少这一差额' },
  },
  batch_differs: {
    debit: 'suspense',
    credit: 'channel_receivable',
    says: { en: 'stated batch is not its lines', zh: '载明批次与明细不符' },
    why: {
      en: 'the batch was formed as stated; what its lines say beyond that is missing',
      zh: '批次按载明金额形成,明细多出的部分去向不明',
    },
  },
  payout_differs: {
    debit: 'suspense',
    credit: 'in_transit',
    says: { en: 'payout credited with another amount', zh: '出款到账金额不符' },
    why: { en: 'the bank credited less than was paid out by this', zh: '银行入账少于出款的差额' },
  },
  implied_differs: {
    debit: 'suspense',
    credit: 'in_settlement',
    says: { en: 'implied batch credited with another amount', zh: '推定批次到账金额不符' },
    why: { en: 'the bank credited less than the lines are worth by this', zh: '银行入账少于明细净额的差额' },
  },
  credit_unexplained: {
    debit: 'bank',
    credit: 'suspense',
    says: { en: 'bank credit without a batch', zh: '无对应批次的到账' },
    why: { en: 'the money is there, and nothing says what for', zh: '钱已到账,而没有单据说明来由' },
  },
  write_off: {
    debit: 'losses',
    credit: 'suspense',
    says: { en: 'written off', zh: '核销' },
    why: { en: 'proposed by one person and approved by another', zh: '一人提出,另一人批准' },
  },
  compensation: {
    debit: 'compensation',
    credit: 'suspense',
    says: { en: 'compensation', zh: '赔偿' },
    why: { en: 'proposed by one person and approved by another', zh: '一人提出,另一人批准' },
  },
  fx: {
    debit: 'fx',
    credit: 'suspense',
    says: { en: 'exchange difference', zh: '汇兑差额' },
    why: { en: 'proposed by one person and approved by another', zh: '一人提出,另一人批准' },
  },
} as const satisfies Record<string, Posting>;

export type Fact = keyof typeof POSTINGS;

/** One leg of what a scope says: an entry is the legs of a scope that share `part`. */
export type Item = Readonly<{
  scope: string;
  key: string;
  part: string;
  fact: Fact;
  /** Signed minor units. */
  amount: bigint;
  currency: string;
  channel: string;
  account: string;
  /** The bank account, of facts that touch one. */
  bank?: string | undefined;
  on: string;
  batchKey?: string | undefined;
  breakHash?: string | undefined;
  /** The line of a bank statement it rests on: it counts once, for a batch before all else. */
  bankLine?: string | undefined;
  evidence?: Readonly<{ sha256: string; at: number; length: number }> | undefined;
}>;

export const dayScope = (of: Readonly<{ channel: string; account: string; currency: string; on: string }>): string =>
  `day/${of.channel}/${of.account}/${of.currency}/${of.on}`;
export const batchScope = (key: string): string => `batch/${key}`;
const breakScope = (hash: string): string => `break/${hash}`;

/** Sales and fees of a channel-day: one entry. */
export function itemsOfDay(d: StatedDay): readonly Item[] {
  const scope = dayScope(d);
  const base = {
    scope,
    part: 'day',
    currency: d.currency,
    channel: d.channel,
    account: d.account,
    on: d.on,
    batchKey: d.batch,
  };
  const legs = legsOf(d);
  return legs.map(([fact, amount]) => ({ ...base, key: `${d.kind}/${fact}/${d.batch ?? ''}`, fact, amount }));
}

/** A refund, a dispute, an adjustment: an entry each. */
export function itemsOfLine(l: StatedLine): readonly Item[] {
  const scope = dayScope(l);
  const base = {
    scope,
    part: l.key,
    currency: l.currency,
    channel: l.channel,
    account: l.account,
    on: l.on,
    batchKey: l.batch,
    evidence: { sha256: l.sha256, at: l.at, length: l.length },
  };
  return legsOf(l).map(([fact, amount]) => ({
    ...base,
    key: `${l.key}/${fact}`,
    fact,
    amount,
    ...(fact === 'adjusted' && { breakHash: contentId('adj', [scope, l.key]) }),
  }));
}

function legsOf(of: StatedDay | StatedLine): ReadonlyArray<readonly [Fact, bigint]> {
  const [amount, settle, fee] = [BigInt(of.amount), BigInt(of.settle), BigInt(of.fee)];
  const legs = ((): ReadonlyArray<readonly [Fact, bigint]> => {
    switch (of.kind) {
      case 'refund':
      case 'reversal':
        return [
          ['refund_cleared', -amount],
          ['discount_given', amount - settle],
        ];
      case 'chargeback':
        return [
          ['charged_back', -amount],
          ['discount_given', amount - settle],
        ];
      case 'fee':
        return [['fee_taken', fee - settle]];
      case 'adjustment':
      case 'transfer':
      case 'payout_return':
        return of.type === 'line' && of.reserve ? [['reserve_held', -settle]] : [['adjusted', settle]];
      default:
        return [
          ['sale_cleared', amount],
          ['discount_given', amount - settle],
        ];
    }
  })();
  const all: ReadonlyArray<readonly [Fact, bigint]> = of.kind === 'fee' ? legs : [...legs, ['fee_taken', fee]];
  return all.filter(([, leg]) => leg !== 0n);
}

export function itemsOfBatch(b: StatedBatch): readonly Item[] {
  const scope = batchScope(b.key);
  const implied = b.kind === 'implied';
  // What a ledger pays out is no sum of lines that were waiting for it.
  const base = { scope, currency: b.currency, channel: b.channel, account: b.account, batchKey: b.key };
  const net = BigInt(b.net);
  const formed = { ...base, part: 'formed', on: b.on };
  const items: Item[] = [
    { ...formed, key: 'formed', fact: 'batch_formed', amount: net },
    { ...formed, key: 'rounded', fact: 'batch_rounded', amount: BigInt(b.rounding) },
  ];
  if (!implied)
    items.push({ ...base, part: 'paid_out', key: 'paid_out', on: b.on, fact: 'batch_paid_out', amount: net });
  const atBank = (part: string, fact: Fact, lines: readonly StatedCredit[]): readonly Item[] =>
    lines.map((c, n) => ({
      ...base,
      part,
      key: `${part}/${n}`,
      on: c.on,
      bank: c.bank,
      fact,
      amount: BigInt(c.amount),
      bankLine: c.line,
    }));
  items.push(
    ...atBank('credited', implied ? 'implied_credited' : 'batch_credited', b.credited),
    ...atBank('returned', implied ? 'implied_returned' : 'batch_returned', b.returned),
  );
  return items.filter((i) => i.amount !== 0n);
}

/** Breaks whose money stands where it is (in the receivable, in settlement, in transit) post nothing. */
const STANDS = [
  'settling',
  'not_settled',
  'bank_late',
  'bank_still_late',
  'bank_waiting',
  'bank_not_checked',
  'payout_returned',
];

/** The postings of a break; none where its money stands in an account already. */
export function itemsOfBreak(b: Break, fallbackOn: string): readonly Item[] {
  if ((STANDS as readonly string[]).includes(b.finding)) return [];
  const { currency } = b.difference;
  const minor = (text: string): bigint => parseMoney(text, currency).minor;
  const base = {
    scope: breakScope(b.id),
    part: 'break',
    currency,
    channel: b.channel ?? '',
    account: b.account ?? '',
    on: b.businessOn ?? fallbackOn,
    breakHash: b.id,
    ...evidenceOf(b),
  };
  const fact = factOf(b);
  if (fact !== 'credit_unexplained') {
    const amount = minor(b.difference.amount);
    return amount === 0n ? [] : [{ ...base, key: 'break', fact, amount }];
  }
  // An unclear credit is there all the same; the batches it may belong to stay where they are.
  return b.theirs.map((e, n) => ({
    ...base,
    key: `break/${n}`,
    fact,
    amount: minor(e.money.amount),
    bank: e.account ?? '',
    bankLine: bankLine({
      bank: e.account ?? '',
      on: e.businessOn ?? '',
      amount: e.money.amount,
      ref: e.refs.bank_ref,
      sha256: e.sha256,
      at: e.at ?? 0,
    }),
  }));
}

function factOf(b: Break): Fact {
  if (b.joint === 'orders') return 'order_differs';
  if (b.joint === 'bank') {
    if (b.finding !== 'bank_short' && b.finding !== 'bank_over') return 'credit_unexplained';
    return b.ours[0]?.kind === 'implied' ? 'implied_differs' : 'payout_differs';
  }
  // Against the agreed fee the lines at fault are named; against the channel's ledger there are only sums.
  if (b.finding === 'fee_differs') return b.ours.length > 0 ? 'fee_differs' : 'ledger_differs';
  return b.finding === 'settled_short' && b.ours.length === 0 ? 'batch_differs' : 'ledger_differs';
}

function evidenceOf(b: Break): Pick<Item, 'evidence'> {
  const first = [...b.theirs, ...b.ours].find((e) => e.at !== undefined && e.length !== undefined);
  return first === undefined ? {} : { evidence: { sha256: first.sha256, at: first.at!, length: first.length! } };
}

/** What a break adds to suspense, as SQL over rows of `breaks`: the control check counts without the code above. */
export const SUSPENSE_SQL = {
  /** Bank lines nobody explains; they count by line. */
  credits: `joint = 'bank' and finding not in ('bank_short', 'bank_over', ${STANDS.map((s) => `'${s}'`).join(', ')})`,
  stands: `finding in (${STANDS.map((s) => `'${s}'`).join(', ')})`,
  /** `bankLine` over one of `theirs`. */
  line: `concat_ws('|', coalesce(e ->> 'account', ''), coalesce(e ->> 'businessOn', ''), e -> 'money' ->> 'amount',
    coalesce(e -> 'refs' ->> 'bank_ref', concat(e ->> 'sha256', ':', coalesce(e ->> 'at', '0'))))`,
} as const;
