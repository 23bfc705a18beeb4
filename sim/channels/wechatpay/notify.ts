/**
 * Sends the simulated WeChat Pay's notifications: signed, sealed, and sent again by its own ladder until somebody accepts. Faults change
 * what arrives; each counts when it has fired.
 */

import { randomBytes } from 'node:crypto';
import type { SimClock } from '../../clock.ts';
import { deliverer } from '../deliver.ts';
import type { NotifyFault as AnyFault } from '../faults.ts';
import { post } from '../post.ts';
import { type Keys, sealed, signed } from './wire.ts';

/** Waits after each try that was not accepted. */
export const NOTIFY_LADDER_SECONDS = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
];
const TRY_MS = 5_000;

export type NotifyFault =
  | AnyFault
  /** A deliberate wrong signature first. */
  | 'probe';

export type Notification = Readonly<{
  event: string;
  type: 'transaction' | 'refund';
  body: object;
  summary: string;
  url: string;
  /** Instead of the body where the fault is wrong_amount. */
  falseBody?: object | undefined;
}>;

export type Notifier = Readonly<{
  send(it: Notification, fault: NotifyFault | undefined): Promise<void>;
  /** Replies by their status, and tries that nobody answered. */
  statuses(): readonly number[];
}>;

export function notifierOf(
  clock: SimClock,
  keys: () => Keys,
  forgerKeys: () => Keys,
  apiv3Key: string,
  fired: (fault: string) => void,
): Notifier {
  const statuses: number[] = [];
  const deliver = deliverer(clock, NOTIFY_LADDER_SECONDS, fired);
  const say = async (url: string, id: string, it: Notification, how: NotifyFault | undefined): Promise<boolean> => {
    const resource = sealed(JSON.stringify(how === 'wrong_amount' ? it.falseBody : it.body), apiv3Key, it.type);
    const body = JSON.stringify({
      id,
      create_time: clock
        .now()
        .toZonedDateTimeISO('Asia/Shanghai')
        .toString({ smallestUnit: 'second', timeZoneName: 'never' }),
      resource_type: 'encrypt-resource',
      event_type: it.event,
      summary: it.summary,
      resource: { original_type: it.type, ...resource },
    });
    const own = signed(body, keys(), clock.now());
    const headers =
      how === 'forged'
        ? { ...signed(body, forgerKeys(), clock.now()), 'Wechatpay-Serial': keys().id }
        : how === 'probe'
          ? { ...own, 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${own['Wechatpay-Signature']}` }
          : own;
    const { status } = await post(url, { ...headers, 'content-type': 'application/json' }, body, TRY_MS);
    statuses.push(status);
    return status === 200 || status === 204;
  };
  return {
    statuses: () => statuses,
    async send(it, fault) {
      const id = `EV-${randomBytes(16).toString('hex')}`;
      const how = fault === 'wrong_amount' ? fault : undefined;
      const isPreceded = fault === 'forged' || fault === 'probe';
      const before = isPreceded ? () => say(it.url, id, it, fault) : undefined;
      await deliver(() => say(it.url, id, it, how), fault, before);
    },
  };
}
