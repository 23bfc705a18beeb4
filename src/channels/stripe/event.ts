/** An event as it is delivered, and as it is listed: whose it is, and what it says, however it was rendered. Pure. */
import { sha256 } from '../../base/ids.ts';
import { factsHash } from '../../observations/facts.ts';
import { payoutHash } from '../../observations/payout.ts';
import type { Account } from '../channel.ts';
import { strictJson } from '../json.ts';
import { type Event, eventSaid, eventShape, payoutSaid } from './words.ts';

/** Throws where it is no event, as a thin one (`v2.core.event`) is none. */
export const eventOf = (body: Uint8Array): Event => eventShape.parse(strictJson(body));

/** The endpoint's secret vouches for the platform; the mode and the connected account stand in the event. */
export const isOf = (event: Event, account: Account): boolean =>
  event.livemode === account.livemode && (event.account ?? undefined) === account.subMerchantNo;

/**
 * Sent again, an event has another `pending_webhooks`; listed, it may be rendered by another version of the API. So what is hashed is what is
 * read of it.
 */
export function factsOf(event: Event, account: Account): string {
  const { id, type, created, livemode } = event;
  return sha256(
    JSON.stringify([id, type, created.toString(), livemode, event.account ?? '', ...factHashes(event, account)]),
  );
}

/** What cannot be read is stored all the same, and found when it is folded. */
function factHashes(event: Event, account: Account): readonly string[] {
  try {
    return [...eventSaid(event, account).map(factsHash), ...payoutSaid(event).map(payoutHash)];
  } catch {
    return ['unreadable'];
  }
}
