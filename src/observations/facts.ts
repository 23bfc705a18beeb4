/** What an observation says, as one hash: equal facts are the same fact however often and in whatever order they arrive. */
import { sha256 } from '../base/ids.ts';
import { instantText } from '../base/time.ts';
import type { Observed } from './observation.ts';

/**
 * Hex SHA-256 over the facts in a fixed order. The time is part of it, except for an inquiry's answer without a time of its own:
 * asked twice, it says the same thing twice.
 */
export function factsHash(o: Observed): string {
  return sha256(
    JSON.stringify([
      o.kind,
      o.said,
      o.paymentRef ?? '',
      moneyText(o.amount),
      moneyText(o.payerAmount),
      o.refund === undefined ? '' : [o.refund.ref, o.refund.state],
      o.expiresAt === undefined ? '' : instantText(o.expiresAt),
      o.refs.map((r) => `${r.kind}:${r.value}`).sort(),
      o.source === 'inquiry' && o.kind !== 'captured' ? '' : instantText(o.occurredAt),
      // After what older rows were hashed by, so that their hashes stand.
      ...(o.hold === undefined ? [] : [['hold', o.hold.ref, o.hold.reason, o.hold.until?.toString() ?? '']]),
      ...(o.dispute === undefined ? [] : [['dispute', o.dispute.ref]]),
    ]),
  );
}

const moneyText = (m: Observed['amount']): string => (m === undefined ? '' : `${m.minor} ${m.currency}`);
