/**
 * Sends the simulated WeChat Pay's notifications: signed, sealed, and sent again by its own ladder until somebody accepts. Faults change
 * what arrives; each counts when it has fired.
 */

import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { SimClock } from '../../clock.ts';
import { type Keys, sealed, signed } from './wire.ts';

/** Waits after each try that was not accepted. */
export const NOTIFY_LADDER_SECONDS = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
];
const TRY_MS = 5_000;

export type NotifyFault =
  /** Never arrives, whatever the ladder says. */
  | 'lost'
  /** The first try is lost; the ladder brings it. */
  | 'first_lost'
  /** Comes twice more. */
  | 'duplicated'
  | Readonly<{ duplicated: number }>
  /** Comes so many milliseconds later. */
  | Readonly<{ late: number }>
  /** Comes behind the next one; where none follows, after a minute. */
  | 'reordered'
  /** Another key signs it. */
  | 'forged'
  /** A deliberate wrong signature first. */
  | 'probe'
  /** Says one fen for whatever was paid. */
  | 'wrong_amount';

const nameOf = (fault: NotifyFault): string => (typeof fault === 'string' ? fault : Object.keys(fault)[0]!);
const REORDERED_MS = 60_000;

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
  forgerKeys: Keys,
  apiv3Key: string,
  fired: (fault: string) => void,
): Notifier {
  const statuses: number[] = [];
  const held: Array<() => Promise<void>> = [];
  const post = async (url: string, id: string, it: Notification, how: NotifyFault | undefined): Promise<boolean> => {
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
        ? { ...signed(body, forgerKeys, clock.now()), 'Wechatpay-Serial': keys().id }
        : how === 'probe'
          ? { ...own, 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${own['Wechatpay-Signature']}` }
          : own;
    const status = await exchange(url, headers, body);
    statuses.push(status);
    return status === 200 || status === 204;
  };
  return {
    statuses: () => statuses,
    async send(it, fault) {
      const id = `EV-${randomBytes(16).toString('hex')}`;
      const first = async (): Promise<void> => {
        if (fault === 'forged' || fault === 'probe') await post(it.url, id, it, fault);
        await again(0);
      };
      const how = fault === 'wrong_amount' ? fault : undefined;
      const more =
        fault === 'duplicated' ? 2 : typeof fault === 'object' && 'duplicated' in fault ? fault.duplicated : 0;
      const again = async (tried: number): Promise<void> => {
        const accepted = tried === 0 && fault === 'first_lost' ? false : await post(it.url, id, it, how);
        if (accepted) for (let i = 0; i < more; i += 1) await post(it.url, id, it, how);
        const wait = NOTIFY_LADDER_SECONDS[tried];
        if (!accepted && wait !== undefined) clock.after(wait * 1_000, () => again(tried + 1));
      };
      if (fault !== undefined) fired(nameOf(fault));
      if (fault === 'lost') return;
      if (typeof fault === 'object' && 'late' in fault) {
        clock.after(fault.late, first);
        return;
      }
      if (fault === 'reordered') {
        let sent = false;
        const once = async (): Promise<void> => {
          if (sent) return;
          sent = true;
          await first();
        };
        held.push(once);
        clock.after(REORDERED_MS, once);
        return;
      }
      await first();
      for (const behind of held.splice(0)) await behind();
    },
  };
}

/** The status, or 0 where no answer came in time. */
function exchange(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  return new Promise((done) => {
    const request = http.request(
      url,
      {
        method: 'POST',
        timeout: TRY_MS,
        headers: { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
      },
      (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode ?? 0));
        response.on('error', () => done(0));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(0));
    request.end(body);
  });
}
