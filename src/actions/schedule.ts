/**
 * When the channel is asked next about a payment. The ladders are data (`channels/ladders.ts`); here a trace finds its place on them.
 *
 * I11: a payment waits with a next look, or is terminal. Looking ends with the channel's own proof (closed, failed, reversed, wholly
 * refunded; captured, known to the merchant and seen again after its day), never with time. While a refund is under way it goes on.
 */
import { compareInstants, laterBy } from '../base/time.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import { needsOrder, nextLook, type Phase, whyNever } from '../channels/ladders.ts';
import type { Payment } from '../traces/payment.ts';

/** `at` absent and not terminal: something else moves it on (a repair that waits, a report of the channel). */
export type Look = Readonly<{ terminal: boolean; at?: Temporal.Instant | undefined }>;

/** A captured payment is looked at once more after its day: a reversal or a refund made elsewhere shows then. */
const AFTER_ITS_DAY_SECONDS = 26 * 3_600;

/** `jitter` in [0, 1): so that a thousand orders of one minute are not asked for in one second. */
export function look(payment: Payment, open: OpenAccount, now: Temporal.Instant, jitter: number): Look {
  const it = lookAtPayment(payment, open, now, jitter);
  const refund = refundLook(payment, open, now, jitter);
  if (refund === undefined) return it;
  return { terminal: false, at: it.at !== undefined && isBefore(it.at, refund) ? it.at : refund };
}

/** Refunds that the channel was at work on when it was last heard of them, where it can be asked. I8: asked, never sent again. */
export function openRefunds(payment: Payment, open: OpenAccount): readonly OpenRefund[] {
  if (open.channel.capabilities.inquire_refund !== true) return [];
  // Where a refund is named by the time it was sent, too, only who sent it can ask.
  if (needsOrder(open.account.provider)) return [];
  return ((payment.trace.refunds ?? []) as readonly OpenRefund[]).filter((r) => r.state === 'processing');
}
type OpenRefund = Readonly<{ ref: string; state: string; at: string }>;

const REFUND_FIRST_SECONDS = 60;
const REFUND_GROW_PERCENT = 10;
const DAY_SECONDS = 86_400;

function refundLook(
  payment: Payment,
  open: OpenAccount,
  now: Temporal.Instant,
  jitter: number,
): Temporal.Instant | undefined {
  const [oldest] = openRefunds(payment, open)
    .map((r) => Temporal.Instant.from(r.at))
    .sort(compareInstants);
  if (oldest === undefined) return undefined;
  const age = Math.max(0, Math.floor(oldest.until(now).total('seconds')));
  const gap = Math.min(DAY_SECONDS, Math.max(REFUND_FIRST_SECONDS, Math.floor((age * REFUND_GROW_PERCENT) / 100)));
  return laterBy(now, gap + Math.floor((gap * jitter) / 10));
}

function lookAtPayment(payment: Payment, open: OpenAccount, now: Temporal.Instant, jitter: number): Look {
  if (ENDED.has(payment.position) && payment.contradictions.length === 0) return { terminal: true };
  // The bills of its days are complete and do not have it.
  if (payment.trace.absent === true && payment.contradictions.length === 0) return { terminal: true };
  if (payment.position === 'captured' && payment.contradictions.length === 0) {
    const { provider } = open.account;
    // Where nobody can ask, the bills and reports show what happened after its day.
    const nobodyCan = whyNever(provider) !== undefined || (payment.placedAt === undefined && needsOrder(provider));
    const seen =
      nobodyCan ||
      (payment.lastAskedAt !== undefined && isBefore(laterBy(payment.capturedAt!, DAY_SECONDS), payment.lastAskedAt));
    const known = payment.recordedAt !== undefined || open.orderMode === 'none';
    if (seen) return { terminal: known };
    const due = laterBy(payment.capturedAt!, AFTER_ITS_DAY_SECONDS + Math.floor(jitter * 3_600));
    return { terminal: false, at: isBefore(due, now) ? now : due };
  }
  return {
    terminal: false,
    at: nextLook({
      provider: open.account.provider,
      product: payment.product ?? open.account.settings.product,
      placedAt: payment.placedAt ?? payment.createdAt,
      expiresAt: payment.expiresAt,
      ...phaseOf(payment, now),
      asked: payment.asked,
      lastAskedAt: payment.lastAskedAt,
      now,
      jitter,
    }),
  };
}

const ENDED: ReadonlySet<string> = new Set(['closed', 'failed', 'reversed', 'refunded']);
const isBefore = (a: Temporal.Instant, b: Temporal.Instant): boolean => compareInstants(a, b) < 0;

function phaseOf(payment: Payment, now: Temporal.Instant): Readonly<{ phase: Phase; phaseSince: Temporal.Instant }> {
  const placedAt = payment.placedAt ?? payment.createdAt;
  const { processingSince } = payment.trace;
  if (payment.contradictions.length > 0) return { phase: 'processing', phaseSince: payment.capturedAt ?? placedAt };
  if (payment.position === 'debited')
    return {
      phase: 'processing',
      phaseSince: typeof processingSince === 'string' ? Temporal.Instant.from(processingSince) : placedAt,
    };
  if (payment.orderClosedAt !== undefined) return { phase: 'closed_locally', phaseSince: payment.orderClosedAt };
  if (payment.expiresAt !== undefined && isBefore(payment.expiresAt, now))
    return { phase: 'after_expiry', phaseSince: payment.expiresAt };
  return { phase: 'open', phaseSince: placedAt };
}
