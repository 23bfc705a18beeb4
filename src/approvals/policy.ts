/** How many other people have to agree before money leaves (I9). Pure: the policy is handed in. */
import type { Money } from '../base/money.ts';
import type { Policy } from '../verdicts/policy.ts';

/** `before`: what was asked for of the same payment already, so that a large refund is not made of small ones. */
export function othersFor(policy: Policy, amount: Money, before = 0n): 0 | 1 | 2 {
  const whole = before + amount.minor;
  const { alone, twoAbove } = policy.refund;
  const two = twoAbove[amount.currency];
  if (two !== undefined && whole > two) return 2;
  const limit = alone[amount.currency];
  return limit !== undefined && whole <= limit ? 0 : 1;
}

/** The most of a payment that one person gives back alone, after `before`. */
export function aloneUpTo(policy: Policy, currency: string, before: bigint): bigint {
  const { alone, twoAbove } = policy.refund;
  const limit = alone[currency] ?? 0n;
  const two = twoAbove[currency];
  const most = two !== undefined && two < limit ? two : limit;
  return most > before ? most - before : 0n;
}
