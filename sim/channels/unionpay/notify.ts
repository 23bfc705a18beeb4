/**
 * Sends the simulated UnionPay's notifications: a signed form, five times by its ladder until somebody answers 200 or 302. Only successes
 * are sent. Faults count when they have fired.
 */
import type { SimClock } from '../../clock.ts';
import { deliverer } from '../deliver.ts';
import type { NotifyFault as AnyFault } from '../faults.ts';
import { post } from '../post.ts';
import { type Certified, type Fields, signedBy } from './wire.ts';

/** Waits after each try that was not accepted: 1m 2m 4m 5m. */
export const NOTIFY_LADDER_SECONDS = [60, 120, 240, 300];
const TRY_MS = 10_000;

export type NotifyFault =
  | AnyFault
  /** Something on the way writes the form anew and loses each plus. */
  | 'plus_lost';

export type Notification = Readonly<{ url: string; fields: Fields; falseFields: Fields }>;

export type Notifier = Readonly<{
  send(it: Notification, fault: NotifyFault | undefined): Promise<void>;
  /** The status that was answered, in order; 0 where nobody did. */
  answers(): readonly number[];
}>;

export function notifierOf(
  clock: SimClock,
  signer: () => Certified,
  forger: Certified,
  fired: (fault: string) => void,
): Notifier {
  const answers: number[] = [];
  const deliver = deliverer(clock, NOTIFY_LADDER_SECONDS, fired);
  const say = async (it: Notification, how: NotifyFault | undefined): Promise<boolean> => {
    const fields = signedBy(how === 'forged' ? forger : signer(), how === 'wrong_amount' ? it.falseFields : it.fields);
    const body = new URLSearchParams(fields).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', 'user-agent': 'Java/1.8' };
    const answer = await post(it.url, headers, how === 'plus_lost' ? body.replaceAll('%2B', '+') : body, TRY_MS);
    answers.push(answer.status);
    return answer.status === 200 || answer.status === 302;
  };
  return {
    answers: () => answers,
    async send(it, fault) {
      const how = fault === 'wrong_amount' || fault === 'plus_lost' ? fault : undefined;
      await deliver(() => say(it, how), fault, fault === 'forged' ? () => say(it, fault) : undefined);
    },
  };
}
