/**
 * Sends the simulated PayPal's notifications: signed once, and sent again with the same bytes until somebody answers 2xx, up to 25 tries over
 * three days (PayPal publishes no intervals). Faults count when they have fired.
 */
import type { SimClock } from '../../clock.ts';
import { deliverer } from '../deliver.ts';
import type { NotifyFault } from '../faults.ts';
import { post } from '../post.ts';
import { newId } from './truth.ts';
import { type Signer, signedHeaders } from './wire.ts';

/** Waits after each try that was not accepted: 24 that add up to three days. */
export const NOTIFY_LADDER_SECONDS = [
  60,
  120,
  300,
  600,
  1_200,
  1_800,
  3_600,
  3_600,
  7_200,
  7_200,
  ...Array.from({ length: 14 }, () => 16_680),
];
const TRY_MS = 5_000;

export type Event = Readonly<{
  type: string;
  resourceType: 'checkout-order' | 'capture' | 'refund' | 'dispute';
  resource: object;
  /** Instead of it where the fault is wrong_amount. */
  falseResource?: object;
}>;

export type Notifier = Readonly<{
  send(event: Event, fault: NotifyFault | undefined): Promise<void>;
  /** The statuses that were answered, in order; 0 where nobody did. */
  answers(): readonly number[];
}>;

type On = Readonly<{
  clock: SimClock;
  url(): string | undefined;
  /** Where the certificates are served. */
  own(): string;
  webhookId: string;
  signer(): Signer;
  forger: Signer;
  fired(fault: string): void;
}>;

export function notifierOf(on: On): Notifier {
  const answers: number[] = [];
  const deliver = deliverer(on.clock, NOTIFY_LADDER_SECONDS, on.fired);
  return {
    answers: () => answers,
    async send(event, fault) {
      const url = on.url();
      if (url === undefined) return;
      const now = on.clock.now();
      const body = JSON.stringify({
        id: `WH-${newId()}-${newId()}`,
        event_version: '1.0',
        create_time: now.round({ smallestUnit: 'millisecond' }).toString(),
        resource_type: event.resourceType,
        resource_version: '2.0',
        event_type: event.type,
        summary: event.type,
        resource: fault === 'wrong_amount' ? (event.falseResource ?? event.resource) : event.resource,
        links: [],
      });
      const by = { webhookId: on.webhookId, url: on.own(), now };
      const headers = { ...signedHeaders(body, { ...by, signer: on.signer() }), 'content-type': 'application/json' };
      const say = async (with_: Readonly<Record<string, string>>): Promise<boolean> => {
        const { status } = await post(url, with_, body, TRY_MS);
        answers.push(status);
        return status >= 200 && status < 300;
      };
      // It names the genuine certificate, and another key has signed it.
      const forged = (): Promise<boolean> =>
        say({
          ...signedHeaders(body, { ...by, signer: { ...on.forger, name: on.signer().name } }),
          'content-type': 'application/json',
        });
      await deliver(() => say(headers), fault, fault === 'forged' ? forged : undefined);
    },
  };
}
