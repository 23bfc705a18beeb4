/**
 * Sends the simulated Alipay's notifications: a signed form, sent again by its own ladder until somebody answers `success` and nothing
 * else. Each sending has its own notify_time and so its own signature; notify_id stays. Faults count when they have fired.
 */
import type { SimClock } from '../../clock.ts';
import { deliverer } from '../deliver.ts';
import type { NotifyFault as AnyFault } from '../faults.ts';
import { post } from '../post.ts';
import { type Keys, signedForm } from './wire.ts';

/** Waits after each try that was not accepted: 4m 10m 10m 1h 2h 6h 15h. */
export const NOTIFY_LADDER_SECONDS = [240, 600, 600, 3_600, 7_200, 21_600, 54_000];
const TRY_MS = 10_000;

export type NotifyFault =
  | AnyFault
  /** Something on the way writes the form anew and loses each plus; the ladder brings it whole. */
  | 'plus_lost';

export type Notification = Readonly<{
  url: string;
  /** The parameters as of a sending. `isFalse`: with one fen for whatever was paid. */
  params(now: Temporal.Instant, isFalse: boolean): Readonly<Record<string, string>>;
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
    const params = it.params(clock.now(), how === 'wrong_amount');
    const body = signedForm(params, how === 'forged' ? forger() : keys());
    const sent = how === 'plus_lost' ? body.replaceAll('%2B', '+') : body;
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'user-agent': 'Mozilla/4.0' };
    const answer = await post(it.url, headers, sent, TRY_MS);
    answers.push(answer.body);
    return answer.status === 200 && answer.body === 'success';
  };
  return {
    answers: () => answers,
    async send(it, fault) {
      const how = (tried: number): NotifyFault | undefined =>
        fault === 'wrong_amount' || (fault === 'plus_lost' && tried === 0) ? fault : undefined;
      await deliver((tried) => say(it, how(tried)), fault, fault === 'forged' ? () => say(it, fault) : undefined);
    },
  };
}
