/**
 * The other side of the wire: how Adyen signs a webhook, knows a caller and says no. Written from the protocol and on its own, not by the
 * adapter's code: an echo proves nothing. The official library's validator is the judge.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Amount } from './truth.ts';

export const newHmacKey = (): string => randomBytes(32).toString('hex').toUpperCase();
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ23456789';
/** Sixteen letters and digits, as Adyen numbers what happens. */
export const newPsp = (): string => Array.from(randomBytes(16), (b) => LETTERS[b % LETTERS.length]).join('');

export type Event = Readonly<{
  eventCode: string;
  success: boolean;
  pspReference: string;
  originalReference?: string | undefined;
  merchantReference: string;
  amount: Amount;
  eventDate: string;
  paymentMethod?: string;
  reason?: string;
  operations?: readonly string[];
}>;

const base64Hmac = (text: string, hexKey: string): string =>
  createHmac('sha256', Buffer.from(hexKey, 'hex')).update(Buffer.from(text, 'utf8')).digest('base64');

/** The whole body of a webhook. */
export function webhookText(events: readonly Event[], merchantAccountCode: string, hexKey: string): string {
  const items = events.map(({ originalReference, success, ...event }) => {
    const { pspReference, merchantReference, amount, eventCode } = event;
    const signed = `${pspReference}:${originalReference ?? ''}:${merchantAccountCode}:${merchantReference}:${amount.value}:${amount.currency}:${eventCode}:${success}`;
    return {
      NotificationRequestItem: {
        additionalData: { hmacSignature: base64Hmac(signed, hexKey) },
        ...event,
        merchantAccountCode,
        ...(originalReference === undefined ? {} : { originalReference }),
        success: String(success),
      },
    };
  });
  return JSON.stringify({ live: 'false', notificationItems: items });
}

export type Reply = Readonly<{ status: number; body: object; headers?: Readonly<Record<string, string>> }>;

const no = (status: number, errorCode: string, message: string, errorType: string): Reply => ({
  status,
  body: { status, errorCode, message, errorType },
});
export const unauthorised = (): Reply => no(401, '000', 'HTTP Status Response - Unauthorized', 'security');
export const wrongAccount = (): Reply => no(403, '901', 'Invalid Merchant Account', 'security');
export const invalid = (errorCode: string, message: string): Reply => no(422, errorCode, message, 'validation');
export const notThere = (): Reply => invalid('167', 'Original pspReference required for this operation');

/** By the key, or by a user with a password where there is one. */
export const isCaller = (headers: IncomingHttpHeaders, key: string, login?: string): boolean =>
  headers['x-api-key'] === key ||
  (login !== undefined && headers.authorization === `Basic ${Buffer.from(login, 'utf8').toString('base64')}`);
