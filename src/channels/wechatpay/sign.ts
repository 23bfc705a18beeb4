/**
 * WeChat Pay API v3 on the wire: the signature of our requests, the check of its answers and notifications, and the opening of sealed
 * resources. Source: APIv3 rules (WECHATPAY2-SHA256-RSA2048, AEAD_AES_256_GCM).
 *
 * May not: know what a message means. Nothing here reads a clock or draws a nonce.
 */
import { createDecipheriv } from 'node:crypto';
import type { Credential, RawMessage, RefusalReason } from '../channel.ts';
import { textOf } from '../json.ts';
import { isRsaSigned, rsaPublicKey, rsaSign } from '../rsa.ts';

const SCHEMA = 'WECHATPAY2-SHA256-RSA2048';
/** WeChat's own limit for a request; the same is asked of what comes in. */
const WINDOW_SECONDS = 300;
const PROBE = 'WECHATPAY/SIGNTEST/';

/** The value of the Authorization header. `path` with its query, exactly as sent. */
export function authorization(
  request: Readonly<{
    method: string;
    path: string;
    body: string;
    mchid: string;
    nonce: string;
    now: Temporal.Instant;
  }>,
  merchantKey: Credential,
): string {
  const timestamp = Math.floor(request.now.epochMilliseconds / 1000);
  const text = `${request.method}\n${request.path}\n${timestamp}\n${request.nonce}\n${request.body}\n`;
  const pairs = {
    mchid: request.mchid,
    nonce_str: request.nonce,
    timestamp: String(timestamp),
    serial_no: merchantKey.id,
    signature: rsaSign(text, merchantKey.value),
  };
  return `${SCHEMA} ${Object.entries(pairs)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}`;
}

export type Checked =
  | Readonly<{ ok: true; at: Temporal.Instant }>
  | Readonly<{ ok: false; reason: RefusalReason; detail: string }>;

const refuse = (reason: RefusalReason, detail: string): Checked => ({ ok: false, reason, detail });

/** Is this message WeChat Pay's? Signed text: timestamp, nonce and the raw body, each ended by a line feed. */
export function check(message: RawMessage, keys: readonly Credential[], now: Temporal.Instant): Checked {
  const { headers, body } = message;
  const timestamp = headers['wechatpay-timestamp'] ?? '';
  const nonce = headers['wechatpay-nonce'] ?? '';
  const signature = headers['wechatpay-signature'] ?? '';
  const serial = headers['wechatpay-serial'] ?? '';
  if (timestamp === '' || nonce === '' || signature === '' || serial === '')
    return refuse('bad_signature', 'a signature header is missing');
  const type = headers['wechatpay-signature-type'];
  if (type !== undefined && type !== SCHEMA) return refuse('bad_signature', `signature type ${type}`);
  if (signature.startsWith(PROBE)) return refuse('probe', 'a deliberate wrong signature');
  if (!/^\d{1,12}$/.test(timestamp)) return refuse('bad_signature', 'the timestamp is no number');
  const at = Temporal.Instant.fromEpochMilliseconds(Number(timestamp) * 1000);
  const age = Math.abs(now.epochMilliseconds - at.epochMilliseconds) / 1000;
  if (age > WINDOW_SECONDS) return refuse('stale', `${Math.trunc(age)} s from our clock`);
  const held = keys.find((k) => k.kind === 'platform_key' && k.id === serial);
  if (held === undefined || rsaPublicKey(held.value) === undefined)
    return refuse('unknown_key', `${serial.slice(0, 80)}${held === undefined ? '' : ': what is held cannot be read'}`);
  const text = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  return isRsaSigned(text, signature, held.value)
    ? { ok: true, at }
    : refuse('bad_signature', `not signed by ${serial.slice(0, 80)}`);
}

export type Sealed = Readonly<{ algorithm?: string; ciphertext: string; associated_data?: string; nonce: string }>;

/** AES-256-GCM; the last 16 bytes are the tag. Throws where the key or the text is not the right one. */
export function unseal(sealed: Sealed, apiv3Key: string): string {
  if (sealed.algorithm !== undefined && sealed.algorithm !== 'AEAD_AES_256_GCM')
    throw new Error(`algorithm ${sealed.algorithm}`);
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  if (bytes.length < 16) throw new Error('the sealed text is too short');
  const cipher = createDecipheriv('aes-256-gcm', Buffer.from(apiv3Key, 'utf8'), Buffer.from(sealed.nonce, 'utf8'))
    .setAAD(Buffer.from(sealed.associated_data ?? '', 'utf8'))
    .setAuthTag(bytes.subarray(-16));
  // A counter mode: all of the text comes at once; `final` adds nothing and throws where the tag is not its own.
  const text = cipher.update(bytes.subarray(0, -16));
  cipher.final();
  return textOf(text);
}
