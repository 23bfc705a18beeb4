/** What the merchant has decided about its own risk: data, versioned, one for a tenant. Pure. */
import type { Currency } from '../base/currency.ts';
import type { Release } from './catalogue.ts';

/** By currency, in minor units. */
export type Limits = Readonly<Record<Currency, bigint>>;

/** What is done where money came that the order did not ask for; `ask`: a person decides. */
export type Surplus = 'refund' | 'ask';

export type Policy = Readonly<{
  /** Above this a notification alone does not release the goods; the channel's answer does. Absent currency: no such limit. */
  askAbove: Limits;
  /** Up to this one person's explanation closes a break; above it, and in a currency without a limit, another person confirms it. */
  explainAlone: Limits;
  /** May the goods go, once, where the customer has paid but not as the order said? */
  release: Readonly<{ paidAfterClose: Release; overpaid: Release; duplicate: Release }>;
  refund: Readonly<{
    /** Up to this one person gives back alone; above it, and in a currency without a limit, another agrees. */
    alone: Limits;
    /** Above this two others agree. Absent currency: one other is enough. */
    twoAbove: Limits;
    /** The most an account gives back a day. Absent currency: no such limit. */
    daily: Limits;
    /** So many days after it was paid; never longer than the channel lets it. */
    days: number;
  }>;
  /** What is done of itself with money that nobody waits for. */
  paidAfterClose: Surplus | 'reopen';
  duplicate: Surplus;
  overpaid: Surplus;
  /** How long the merchant's system may take before its silence is a fault. */
  recordWithinSeconds: number;
  /** How long a channel may be at work before a person should know. */
  pendingCaseMinutes: number;
}>;

export const DEFAULT_POLICY: Policy = Object.freeze({
  askAbove: Object.freeze({ CNY: 100_000n }),
  explainAlone: Object.freeze({ CNY: 10_000n }),
  release: Object.freeze({ paidAfterClose: 'ask', overpaid: 'ask', duplicate: 'ask' }),
  refund: Object.freeze({
    alone: Object.freeze({ CNY: 10_000n }),
    twoAbove: Object.freeze({ CNY: 1_000_000n }),
    daily: Object.freeze({ CNY: 2_000_000n }),
    days: 180,
  }),
  paidAfterClose: 'ask',
  duplicate: 'ask',
  overpaid: 'ask',
  recordWithinSeconds: 60,
  pendingCaseMinutes: 120,
});

/** What is done of itself; undefined: it is nobody's to decide. */
export function remedyFor(policy: Policy, verdict: string | undefined): 'reopen' | 'refund' | 'ask' | undefined {
  switch (verdict) {
    case 'paid_after_close':
      return policy.paidAfterClose;
    case 'duplicate':
      return policy.duplicate;
    case 'overpaid':
      return policy.overpaid;
    case 'underpaid':
      return 'ask';
    default:
      return undefined;
  }
}
