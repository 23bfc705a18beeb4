/** A payment as the feed, the webhooks and the API tell it: the same words everywhere, amounts with their currency, codes that stay. */
import { decimalText } from '../base/money.ts';
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

export function verdictView(verdict: Verdict): VerdictView {
  return dropEmpty({
    code: verdict.code,
    release: verdict.release,
    cause: verdict.cause,
    reason: verdict.reason,
    custody: verdict.custody,
    confidence: verdict.confidence,
    amount: moneyView(verdict.amount?.minor, verdict.amount?.currency),
    also: verdict.also,
  });
}

export function paymentView(
  payment: Payment,
  orderRef: string | undefined,
  verdict: VerdictView | undefined,
): PaymentView {
  return dropEmpty({
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
    placed_at: payment.placedAt?.toString(),
    expires_at: payment.expiresAt?.toString(),
    captured_at: payment.capturedAt?.toString(),
    recorded_at: payment.recordedAt?.toString(),
    order_closed_at: payment.orderClosedAt?.toString(),
    cleared_on: payment.clearedOn?.toString(),
    contradictions: payment.contradictions.map((c) => c.code),
    verdict,
  });
}

/** What is absent is not written. */
function dropEmpty<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  const present: Partial<T> = {};
  for (const name in value) if (value[name] !== undefined) present[name] = value[name];
  return present as T;
}
