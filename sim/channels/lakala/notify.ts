/**
 * Sends the simulated Lakala's notifications: signed by the notification certificate, each sending anew, and sent again by its own ladder
 * until somebody answers with the code SUCCESS. Faults count when they have fired.
 */
import type { SimClock } from '../../clock.ts';
import { deliverer } from '../deliver.ts';
import type { NotifyFault } from '../faults.ts';
import { post } from '../post.ts';
import { type Keys, signedNotification } from './wire.ts';

/** Waits after each try that was not accepted. */
export const NOTIFY_LADDER_SECONDS = [1, 5, 5, 10, 180, 600, 1_200, 1_800, 3_600, 7_200];
const TRY_MS = 5_000;

export type Notification = Readonly<{
  url: string;
  body: object;
  /** Instead of the body where the fault is wrong_amount. */
  falseBody: object;
}>;

export type Notifier = Readonly<{
  send(it: Notification, fault: NotifyFault | undefined): Promise<void>;
  /** What was answered, in order; '' where nobody did. */
  answers(): readonly string[];
}>;

export function notifierOf(
  clock: SimClock,
  keys: () => Keys,
  forger: () => Keys,
  fired: (fault: string) => void,
): Notifier {
  const answers: string[] = [];
  const deliver = deliverer(clock, NOTIFY_LADDER_SECONDS, fired);
  const say = async (it: Notification, how: NotifyFault | undefined): Promise<boolean> => {
    const body = JSON.stringify(how === 'wrong_amount' ? it.falseBody : it.body);
    const signer = how === 'forged' ? forger() : keys();
    const authorization = signedNotification(body, signer, clock.now(), answers.length % 2 === 1);
    const answer = await post(it.url, { authorization, 'content-type': 'application/json' }, body, TRY_MS);
    answers.push(answer.body);
    return answer.status === 200 && /"code"\s*:\s*"SUCCESS"/.test(answer.body);
  };
  return {
    answers: () => answers,
    async send(it, fault) {
      const how = fault === 'wrong_amount' ? fault : undefined;
      await deliver(() => say(it, how), fault, fault === 'forged' ? () => say(it, fault) : undefined);
    },
  };
}
