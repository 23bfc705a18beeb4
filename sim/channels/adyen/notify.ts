/**
 * Sends the simulated Adyen's webhooks as Adyen does: one queue for the endpoint, in order. A message that is not taken with a 2xx is sent
 * again after 9, 18 and 27 s, then by the ladder of the queue for thirty days; whatever comes behind it waits. Faults count when they have
 * fired.
 */
import type { SimClock } from '../../clock.ts';
import { deliverer } from '../deliver.ts';
import type { NotifyFault } from '../faults.ts';
import { post } from '../post.ts';
import { type Event, newHmacKey, webhookText } from './wire.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Waits after each try that was not taken; then every eight hours. */
export const NOTIFY_LADDER_SECONDS = [
  ...[9, 9, 9],
  ...[2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR],
];
const LAST_SECONDS = 8 * HOUR;
const GIVES_UP_SECONDS = 30 * 24 * HOUR;
const TRY_MS = 10_000;

export type Notifier = Readonly<{
  send(events: readonly Event[], fault: NotifyFault | undefined): Promise<void>;
  /** The status of each answer, in order; 0 where nobody answered. */
  answers(): readonly number[];
}>;

export function notifierOf(
  on: Readonly<{
    clock: SimClock;
    url: () => string | undefined;
    merchantAccount: string;
    hmacKey: () => string;
    fired(fault: string): void;
  }>,
): Notifier {
  const answers: number[] = [];
  const forger = newHmacKey();
  // A fault that loses the first try is over after the first wait.
  const deliver = deliverer(on.clock, [NOTIFY_LADDER_SECONDS[0]!], on.fired);
  const say = async (events: readonly Event[], key: string): Promise<boolean> => {
    const url = on.url();
    if (url === undefined) return true;
    const body = webhookText(events, on.merchantAccount, key);
    const { status } = await post(url, { 'content-type': 'application/json; charset=utf-8' }, body, TRY_MS);
    answers.push(status);
    return status >= 200 && status < 300;
  };

  const waiting: Array<() => Promise<boolean>> = [];
  let isUnderWay = false;
  let tried = 0;
  let seconds = 0;
  const run = async (): Promise<void> => {
    for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
      const taken = await head();
      const wait = NOTIFY_LADDER_SECONDS[tried] ?? LAST_SECONDS;
      if (!taken && seconds + wait <= GIVES_UP_SECONDS) {
        tried += 1;
        seconds += wait;
        on.clock.after(wait * 1_000, run);
        return;
      }
      waiting.shift();
      tried = 0;
      seconds = 0;
    }
    isUnderWay = false;
  };
  const push = async (one: () => Promise<boolean>): Promise<void> => {
    waiting.push(one);
    if (isUnderWay) return;
    isUnderWay = true;
    await run();
  };

  return {
    answers: () => answers,
    async send(events, fault) {
      const said = fault === 'wrong_amount' ? events.map((e) => ({ ...e, amount: { ...e.amount, value: 1 } })) : events;
      await deliver(
        async () => {
          await push(() => say(said, on.hmacKey()));
          return true;
        },
        fault,
        fault === 'forged' ? () => say(events, forger) : undefined,
      );
    },
  };
}
