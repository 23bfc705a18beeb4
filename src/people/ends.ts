/**
 * When a claim closes by itself, and why: what it was about is settled, or it was answered and nobody said anything more. Pure. What needs a
 * person stays until that person says how it ended.
 *
 * I6: closing says nothing of money and releases nothing. What was answered stands: a receipt whose goods were released is known again.
 */
import type { Text } from '../base/lang.ts';
import type { OwnVerdict, ReceiptFacts } from '../verdicts/receipt.ts';

export const CLOSINGS = {
  received: { en: 'the bank has the money', zh: '钱已到银行' },
  given_back: { en: 'the money went back to the customer', zh: '钱已退回顾客' },
  accepted: {
    en: 'it was answered “paid”, and nobody said anything more for a day',
    zh: '已答复“已付款”,一天内没有人再说什么',
  },
  not_paid: {
    en: 'it was answered “no”, and nobody said anything more for three days',
    zh: '已答复“不能交付”,三天内没有人再说什么',
  },
  seen_to: { en: 'somebody saw to it and closed its case', zh: '已有人处理并关闭工单' },
} as const satisfies Record<string, Text>;
export type ClosingWhy = keyof typeof CLOSINGS;

const BY_RULE = 'rule:';
/** Who closed it, where nobody did. */
export const byRule = (why: ClosingWhy): string => `${BY_RULE}${why}`;
export function ruleOf(actor: string | undefined): ClosingWhy | undefined {
  const why = actor?.startsWith(BY_RULE) === true ? actor.slice(BY_RULE.length) : '';
  return why in CLOSINGS ? (why as ClosingWhy) : undefined;
}

/** The counter says first how it ended. */
const AT_THE_COUNTER = { minutes: 10 };
const ACCEPTED = { hours: 24 };
/** A customer who was told “no” comes back with another number, or does not; so long a refund may need to be seen. */
const TOLD_NO = { hours: 72 };

export type Answered = Readonly<{
  kind: ReceiptFacts['kind'];
  createdAt: Temporal.Instant;
  answer: Pick<OwnVerdict, 'code' | 'release'>;
  /** Since when it is answered so. */
  since: Temporal.Instant;
  /** A person has to choose or decide, or did so and closed the case with a word. */
  person: 'needed' | 'seen_to' | 'not_needed';
}>;

/** From when on it may close; undefined: not by itself. */
export function closingOf({
  kind,
  createdAt,
  answer,
  since,
  person,
}: Answered): Readonly<{ why: ClosingWhy; at: Temporal.Instant }> | undefined {
  const { code, release } = answer;
  if (person === 'needed') return undefined;
  if (person === 'seen_to') return { why: 'seen_to', at: since.add(ACCEPTED) };
  const isOfGoods = kind === 'paid_not_seen' || kind === 'paid_no_goods';
  if (code === 'refunded' || code === 'reversed')
    return { why: 'given_back', at: since.add(isOfGoods ? ACCEPTED : TOLD_NO) };
  // That it is paid brings nobody the goods.
  if (kind === 'paid_no_goods' && release === 'yes') return undefined;
  if (code === 'received' && release !== 'ask') return { why: 'received', at: createdAt.add(AT_THE_COUNTER) };
  if (!isOfGoods || release === 'ask') return undefined;
  return release === 'yes' ? { why: 'accepted', at: since.add(ACCEPTED) } : { why: 'not_paid', at: since.add(TOLD_NO) };
}
