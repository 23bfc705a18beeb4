/**
 * Adyen's signature of a standard webhook: HMAC-SHA256, by a key written in hex, over eight values of each item joined by colons.
 * Source: Adyen documentation, “Verify HMAC signatures”; the official library's validator, which tests hold against this.
 *
 * What is not signed: `live`, `eventDate`, `reason`, `paymentMethod`, `operations` and all of `additionalData`. So nothing of these is
 * believed about money. `live` may only refuse, `eventDate` is a hint at when it was, and the link to a report in `reason` is never
 * followed: reports are asked for by their names at an address of our own.
 *
 * The colons are not escaped, so one text could be cut into values in several ways. The merchant's reference alone may hold a colon:
 * with seven values free of it the text has one reading.
 *
 * May not: know what an event means. Nothing here reads a clock.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Credential, RawMessage, RefusalReason } from '../channel.ts';
import { strictJson } from '../json.ts';

const text = z.string().max(256);
const absent = text.nullish().transform((value) => value ?? '');
const itemShape = z.object({
  pspReference: text.min(1),
  originalReference: absent,
  merchantAccountCode: text,
  merchantReference: absent,
  amount: z
    .object({ value: z.number().int(), currency: text })
    .nullish()
    .transform((amount) => amount ?? undefined),
  eventCode: text.min(1),
  success: z.enum(['true', 'false']),
  eventDate: text,
  additionalData: z.object({ hmacSignature: text }),
});
const envelopeShape = z.object({
  live: z.enum(['true', 'false']),
  /** JSON brings one; several are taken all or none. */
  notificationItems: z
    .array(z.object({ NotificationRequestItem: itemShape }))
    .min(1)
    .max(50),
});

export type Item = z.output<typeof itemShape>;
export type Envelope = Readonly<{ live: boolean; items: readonly Item[] }>;

/** Throws where it is no message of Adyen's, or could mean two things. */
export function envelopeOf(body: Uint8Array): Envelope {
  const { live, notificationItems } = envelopeShape.parse(strictJson(body));
  return { live: live === 'true', items: notificationItems.map((one) => one.NotificationRequestItem) };
}

/** What is signed; two items that say the same have the same. */
export const signedText = (it: Item): string =>
  [
    it.pspReference,
    it.originalReference,
    it.merchantAccountCode,
    it.merchantReference,
    it.amount?.value ?? '',
    it.amount?.currency ?? '',
    it.eventCode,
    it.success,
  ].join(':');

const hasOneReading = (it: Item): boolean =>
  ![it.pspReference, it.originalReference, it.merchantAccountCode, it.amount?.currency ?? '', it.eventCode].some((v) =>
    v.includes(':'),
  );

/** Undefined where it is no hex: such a key would be an empty one, with which anybody signs. */
export const hmacKeyOf = ({ value }: Credential): Buffer | undefined =>
  /^(?:[0-9a-f]{2}){16,128}$/i.test(value.trim()) ? Buffer.from(value.trim(), 'hex') : undefined;

export type Checked =
  | Readonly<{ ok: true; envelope: Envelope }>
  | Readonly<{ ok: false; reason: RefusalReason; detail: string }>;

/** Every item is signed by one of the keys that are held: several, while one is changed. */
export function checkMessage(message: RawMessage, keys: readonly Credential[]): Checked {
  const held = keys.filter((k) => k.kind === 'hmac_key').flatMap((k) => hmacKeyOf(k) ?? []);
  if (held.length === 0) return { ok: false, reason: 'unknown_key', detail: 'the account holds no HMAC key' };
  let envelope: Envelope;
  try {
    envelope = envelopeOf(message.body);
  } catch (error) {
    return {
      ok: false,
      reason: 'bad_signature',
      detail: `no signed webhook: ${(error as Error).message.slice(0, 300)}`,
    };
  }
  for (const it of envelope.items) {
    if (!hasOneReading(it)) return { ok: false, reason: 'bad_signature', detail: 'a colon where none may be' };
    if (!held.some((key) => isBy(it, key)))
      return { ok: false, reason: 'bad_signature', detail: 'not signed by Adyen' };
  }
  return { ok: true, envelope };
}

function isBy(it: Item, key: Buffer): boolean {
  const told = Buffer.from(it.additionalData.hmacSignature, 'base64');
  const ours = createHmac('sha256', key).update(signedText(it), 'utf8').digest();
  // Strict base64: a lenient reader takes other spellings of the same bytes.
  return (
    told.toString('base64') === it.additionalData.hmacSignature &&
    told.length === ours.length &&
    timingSafeEqual(told, ours)
  );
}
