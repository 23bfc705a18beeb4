/** What the merchant has decided about its own risk: data, versioned, one for a tenant. Pure. */
import type { Currency } from '../base/currency.ts';
import type { Release } from './catalogue.ts';

export type Policy = Readonly<{
  /** Above this a notification alone does not release the goods; the channel's answer does. Absent currency: no such limit. */
  askAbove: Readonly<Record<Currency, bigint>>;
  /** Up to this one person's explanation closes a break; above it, and in a currency without a limit, another person confirms it. */
  explainAlone: Readonly<Record<Currency, bigint>>;
  /** May the goods go, once, where the customer has paid but not as the order said? */
  release: Readonly<{ paidAfterClose: Release; overpaid: Release; duplicate: Release }>;
  /** How long the merchant's system may take before its silence is a fault. */
  recordWithinSeconds: number;
  /** How long a channel may be at work before a person should know. */
  pendingCaseMinutes: number;
}>;

export const DEFAULT_POLICY: Policy = Object.freeze({
  askAbove: Object.freeze({ CNY: 100_000n }),
  explainAlone: Object.freeze({ CNY: 10_000n }),
  release: Object.freeze({ paidAfterClose: 'ask', overpaid: 'ask', duplicate: 'ask' }),
  recordWithinSeconds: 60,
  pendingCaseMinutes: 120,
});
