/** What really happened: the payments of the simulated Adyen and each step of their lives. Nobody's opinion; the auditor's ground. */

/** Where the merchant account's days begin and end. */
export const ZONE = 'Europe/Amsterdam';

export type Capture = 'automatic' | 'manual';
export type Amount = Readonly<{ value: number; currency: string }>;

/** A line of the payment accounting report. */
export type Step = Readonly<{
  type:
    | 'Received'
    | 'Authorised'
    | 'Refused'
    | 'Cancelled'
    | 'Expired'
    | 'SentForSettle'
    | 'CaptureFailed'
    | 'Settled'
    | 'SentForRefund'
    | 'Refunded'
    | 'RefundFailed';
  at: Temporal.Instant;
  amount: Amount;
  /** Of what was done to the payment. */
  change?: Readonly<{ psp: string; reference: string }> | undefined;
}>;

export type State =
  | 'open'
  | 'pending'
  | 'authorised'
  | 'refused'
  | 'captured'
  | 'capture_failed'
  | 'cancelled'
  | 'expired';

export type Payment = {
  readonly ref: string;
  readonly psp: string;
  readonly amount: Amount;
  readonly method: string;
  state: State;
  readonly steps: Step[];
};

export const localOf = (at: Temporal.Instant): Temporal.ZonedDateTime => at.toZonedDateTimeISO(ZONE);
export const dayOf = (at: Temporal.Instant): Temporal.PlainDate => localOf(at).toPlainDate();
export const at = (on: Temporal.PlainDate, time: string): Temporal.Instant =>
  on.toZonedDateTime({ timeZone: ZONE, plainTime: time }).toInstant();

/** Reports are made in the morning after. */
export const reportAt = (on: Temporal.PlainDate): Temporal.Instant => at(on.add({ days: 1 }), '04:00');
/** What was sent to the schemes comes back settled two days later. */
export const settledAt = (sent: Temporal.Instant): Temporal.Instant => at(dayOf(sent).add({ days: 2 }), '02:00');

const isBy = (a: Temporal.Instant, now: Temporal.Instant): boolean => Temporal.Instant.compare(a, now) <= 0;

/** All steps so far, with those that follow by themselves: what was sent is settled, unless it failed before. */
export function stepsOf(p: Payment, now: Temporal.Instant): readonly Step[] {
  const all = [...p.steps];
  for (const [i, step] of p.steps.entries()) {
    const ends = step.type === 'SentForSettle' ? 'Settled' : step.type === 'SentForRefund' ? 'Refunded' : undefined;
    if (ends === undefined) continue;
    const when = settledAt(step.at);
    const failed = p.steps.slice(i + 1).some((s) => s.type === 'CaptureFailed' || s.type === 'RefundFailed');
    if (!failed && isBy(when, now)) all.push({ ...step, type: ends, at: when });
  }
  return all.sort((a, b) => Temporal.Instant.compare(a.at, b.at));
}

export const refundedValue = (p: Payment): number =>
  p.steps.reduce((sum, s) => sum + (s.type === 'SentForRefund' ? s.amount.value : 0), 0);
