/** A payment as the feed, the webhooks and the API tell it: the same words everywhere, amounts with their currency, codes that stay. */
import { decimalText } from '../base/money.ts';
import { instantText } from '../base/time.ts';
import type { Payment } from '../traces/payment.ts';
import type { Verdict } from '../verdicts/judge.ts';

export type MoneyView = Readonly<{ amount: string; currency: string }>;

export const moneyView = (minor: bigint | undefined, currency: string | undefined): MoneyView | undefined =>
  minor === undefined || currency === undefined ? undefined : { amount: decimalText(minor, currency), currency };

type VerdictView = Readonly<{
  code: string;
  release: string;
  cause: string;
  reason?: string | undefined;
  custody: string;
  confidence: string;
  amount?: MoneyView | undefined;
  also: readonly string[];
}>;

type PaymentView = Readonly<{
  id: string;
  livemode: boolean;
  account_id: string;
  payment_ref: string;
  order_id?: string | undefined;
  order_ref?: string | undefined;
  position: string;
  ordered?: MoneyView | undefined;
  captured?: MoneyView | undefined;
  refunded?: MoneyView | undefined;
  placed_at?: string | undefined;
  expires_at?: string | undefined;
  captured_at?: string | undefined;
  recorded_at?: string | undefined;
  order_closed_at?: string | undefined;
  cleared_on?: string | undefined;
  contradictions: readonly string[];
  verdict?: VerdictView | undefined;
}>;

export const verdictView = (verdict: Verdict): VerdictView => dropEmpty(verdictMembers(verdict));

/** As `verdictView`, what is absent being undefined: for JSON, which does not write it. */
export function verdictMembers(verdict: Verdict): VerdictView {
  return {
    code: verdict.code,
    release: verdict.release,
    cause: verdict.cause,
    reason: verdict.reason,
    custody: verdict.custody,
    confidence: verdict.confidence,
    amount: moneyView(verdict.amount?.minor, verdict.amount?.currency),
    also: verdict.also,
  };
}

export const paymentView = (
  payment: Payment,
  orderRef: string | undefined,
  verdict: VerdictView | undefined,
): PaymentView => dropEmpty(paymentMembers(payment, orderRef, verdict));

/** As `paymentView`, what is absent being undefined. */
export function paymentMembers(
  payment: Payment,
  orderRef: string | undefined,
  verdict: VerdictView | undefined,
): PaymentView {
  return {
    id: payment.id,
    livemode: payment.livemode,
    account_id: payment.accountId,
    payment_ref: payment.ref,
    order_id: payment.orderId,
    order_ref: orderRef,
    position: payment.position,
    ordered: moneyView(payment.orderedMinor, payment.currency),
    captured: payment.capturedAt === undefined ? undefined : moneyView(payment.capturedMinor, payment.currency),
    refunded: payment.refundedMinor === 0n ? undefined : moneyView(payment.refundedMinor, payment.currency),
    placed_at: textOf(payment.placedAt),
    expires_at: textOf(payment.expiresAt),
    captured_at: textOf(payment.capturedAt),
    recorded_at: textOf(payment.recordedAt),
    order_closed_at: textOf(payment.orderClosedAt),
    cleared_on: payment.clearedOn?.toString(),
    contradictions: payment.contradictions.map((c) => c.code),
    verdict,
  };
}

const textOf = (at: Temporal.Instant | undefined): string | undefined =>
  at === undefined ? undefined : instantText(at);

/** What is absent is not written. */
function dropEmpty<T extends object>(value: T): T {
  const present: Partial<T> = {};
  for (const name in value) if (value[name] !== undefined) present[name] = value[name];
  return present as T;
}
