/**
 * Where a payment can stand, and what each word of the channel does to it: one total table that the compiler checks.
 *
 * Observations are applied in the order in which they happened, never in which they arrived (I4), so the table need not know
 * about late or repeated messages. A late success after a close is a legal move: the money is there. What cannot be true together
 * is named as a contradiction and the payment stays where the stronger fact put it; it is never forced away.
 */
import type { Kind } from '../observations/observation.ts';

/**
 * `expected`: heard of only through references. `ordered … captured` are stations of the road; the stations after `captured`
 * are facts of batches and are read from there. `closed failed reversed refunded` are off the road.
 */
export const POSITIONS = {
  expected: { en: 'expected', zh: '待出现' },
  ordered: { en: 'ordered', zh: '已下单' },
  debited: { en: 'debited', zh: '已扣款' },
  captured: { en: 'captured', zh: '已收款' },
  closed: { en: 'closed', zh: '已关闭' },
  failed: { en: 'failed', zh: '失败' },
  reversed: { en: 'reversed', zh: '已冲正' },
  refunded: { en: 'refunded', zh: '已全额退款' },
} as const;
export type Position = keyof typeof POSITIONS;

const CONTRADICTIONS = {
  conflicting_messages: { en: 'one event came with two contents', zh: '同一事件收到两种内容' },
  success_denied: {
    en: 'the channel said paid, and later that it was not',
    zh: '渠道先说已付,后又说未付',
  },
  success_after_reversal: {
    en: 'the channel took the payment back, and later said paid',
    zh: '渠道先撤销,后又说已付',
  },
  vanished: { en: 'the channel was at work, and then knew no such payment', zh: '渠道先说处理中,后又说没有这笔' },
  amounts_differ: { en: 'two sources name two amounts', zh: '两个来源的金额不同' },
  currencies_differ: { en: 'two sources name two currencies', zh: '两个来源的币种不同' },
  refund_exceeds_capture: { en: 'more was refunded than is known to be paid', zh: '退款多于已知收款' },
} as const;
export type ContradictionCode = keyof typeof CONTRADICTIONS;

/** The channel's words that move a payment. Refunds move it by their sum, orders by being there. */
export type Move = Extract<Kind, 'processing' | 'captured' | 'unpaid' | 'not_found' | 'closed' | 'failed' | 'reversed'>;
type Next = Position | readonly [stays: Position, contradiction: ContradictionCode];

export const TRANSITIONS = {
  expected: {
    processing: 'debited',
    captured: 'captured',
    unpaid: 'ordered',
    not_found: 'expected',
    closed: 'closed',
    failed: 'failed',
    reversed: 'reversed',
  },
  ordered: {
    processing: 'debited',
    captured: 'captured',
    unpaid: 'ordered',
    not_found: 'ordered',
    closed: 'closed',
    failed: 'failed',
    reversed: 'reversed',
  },
  debited: {
    processing: 'debited',
    captured: 'captured',
    // A wrong PIN or a low balance: the customer may try again.
    unpaid: 'ordered',
    not_found: ['debited', 'vanished'],
    closed: 'closed',
    failed: 'failed',
    reversed: 'reversed',
  },
  captured: {
    processing: ['captured', 'success_denied'],
    captured: 'captured',
    unpaid: ['captured', 'success_denied'],
    not_found: ['captured', 'success_denied'],
    closed: ['captured', 'success_denied'],
    failed: ['captured', 'success_denied'],
    reversed: 'reversed',
  },
  closed: {
    processing: 'debited',
    captured: 'captured',
    unpaid: 'closed',
    not_found: 'closed',
    closed: 'closed',
    failed: 'closed',
    reversed: 'reversed',
  },
  failed: {
    processing: 'debited',
    captured: 'captured',
    unpaid: 'ordered',
    not_found: 'failed',
    closed: 'closed',
    failed: 'failed',
    reversed: 'reversed',
  },
  reversed: {
    processing: 'reversed',
    captured: ['reversed', 'success_after_reversal'],
    unpaid: 'reversed',
    not_found: 'reversed',
    closed: 'reversed',
    failed: 'reversed',
    reversed: 'reversed',
  },
  // Reached by the sum of refunds, after all moves: the rows are here so that the table is total.
  refunded: {
    processing: 'refunded',
    captured: 'refunded',
    unpaid: 'refunded',
    not_found: 'refunded',
    closed: 'refunded',
    failed: 'refunded',
    reversed: 'reversed',
  },
} as const satisfies Record<Position, Record<Move, Next>>;

export function move(from: Position, word: Move): Readonly<{ to: Position; contradiction?: ContradictionCode }> {
  const next: Next = TRANSITIONS[from][word];
  return typeof next === 'string' ? { to: next } : { to: next[0], contradiction: next[1] };
}
