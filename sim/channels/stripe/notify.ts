/**
 * Sends the simulated Stripe's events to the endpoint: each sending signed anew, and sent again until somebody answers 2xx, for three days.
 * Stripe publishes no intervals; these grow as people have seen them grow. Faults count when they have fired.
 */
import type { SimClock } from '../../clock.ts';
import { deliverer } from '../deliver.ts';
import type { NotifyFault as AnyFault } from '../faults.ts';
import { post } from '../post.ts';
import { type Json, unix } from './truth.ts';
import { signature } from './wire.ts';

/** 5m 30m 2h 4h 8h 16h 24h, and the rest of three days. */
export const NOTIFY_LADDER_SECONDS = [300, 1_800, 7_200, 14_400, 28_800, 57_600, 86_400, 62_700];
const TRY_MS = 10_000;

export type NotifyFault =
  | AnyFault
  /** Something on the way reads the JSON and writes it anew; the ladder brings it whole. */
  | 'rewritten';

export type Sending = Readonly<{ url: string; event: Json }>;

export type Notifier = Readonly<{
  send(it: Sending, fault: NotifyFault | undefined): Promise<void>;
  /** What was answered, in order; 0 where nobody did. */
  answers(): readonly number[];
}>;

export function notifierOf(
  clock: SimClock,
  secrets: () => readonly string[],
  fired: (fault: string) => void,
): Notifier {
  const answers: number[] = [];
  const deliver = deliverer(clock, NOTIFY_LADDER_SECONDS, fired);
  const say = async (it: Sending, how: NotifyFault | undefined, tried: number): Promise<boolean> => {
    // Stripe's bodies are indented, and count who has not acknowledged yet.
    const event = { ...it.event, pending_webhooks: tried + 1 };
    const body = JSON.stringify(how === 'wrong_amount' ? falsified(event) : event, null, 2);
    const by = how === 'forged' ? ['whsec_of_somebody_else'] : secrets();
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': signature(body, by, unix(clock.now())),
    };
    const sent = how === 'rewritten' ? JSON.stringify(JSON.parse(body)) : body;
    const answer = await post(it.url, headers, sent, TRY_MS);
    answers.push(answer.status);
    return answer.status >= 200 && answer.status < 300;
  };
  return {
    answers: () => answers,
    async send(it, fault) {
      const how = (tried: number): NotifyFault | undefined =>
        fault === 'wrong_amount' || (fault === 'rewritten' && tried === 0) ? fault : undefined;
      const forged = fault === 'forged' ? () => say(it, fault, 0) : undefined;
      await deliver((tried) => say(it, how(tried), tried), fault, forged);
    },
  };
}

function falsified(event: Json): Json {
  const { object } = event.data as Readonly<{ object: Json }>;
  const amounts = Object.keys(object).filter((name) => /^amount(_received|_captured)?$/.test(name));
  return { ...event, data: { object: { ...object, ...Object.fromEntries(amounts.map((name) => [name, 1])) } } };
}
