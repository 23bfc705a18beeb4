/**
 * Lakala's open platform on the wire: the signature of our requests, the check of its answers and the check of its notifications, which
 * are signed in another way and by another certificate. Source: LKLAPI-SHA256withRSA (RSA PKCS#1 v1.5 with SHA-256, base64).
 *
 * May not: know what a message means. Nothing here reads a clock or draws a nonce.
 */
import type { Credential, RawMessage, RefusalReason } from '../channel.ts';
import { isRsaSigned, rsaSign } from '../rsa.ts';

const SCHEMA = 'LKLAPI-SHA256withRSA';
/** Lakala publishes no limit for its own messages; five minutes is what it grants a request. */
const WINDOW_SECONDS = 300;

/** The value of the Authorization header. Neither method nor path is signed. */
export function authorization(
  request: Readonly<{ appid: string; body: string; nonce: string; now: Temporal.Instant }>,
  merchantKey: Credential,
): string {
  const timestamp = String(Math.floor(request.now.epochMilliseconds / 1000));
  const text = `${request.appid}\n${merchantKey.id}\n${timestamp}\n${request.nonce}\n${request.body}\n`;
  const pairs = {
    appid: request.appid,
    serial_no: merchantKey.id,
    timestamp,
    nonce_str: request.nonce,
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

/** Is this answer Lakala's, and to this appid? Signed text: appid, serial, timestamp, nonce, raw body, each ended by a line feed. */
export function checkAnswer(
  message: RawMessage,
  appid: string,
  keys: readonly Credential[],
  now: Temporal.Instant,
): Checked {
  const { headers, body } = message;
  const [app, serial, timestamp, nonce, signature] = ['appid', 'serial', 'timestamp', 'nonce', 'signature'].map(
    (name) => headers[`lklapi-${name}`] ?? '',
  ) as [string, string, string, string, string];
  if (app === '' || serial === '' || timestamp === '' || nonce === '' || signature === '')
    return refuse('bad_signature', 'a signature header is missing');
  if (app !== appid) return refuse('bad_signature', `signed for ${app.slice(0, 40)}`);
  const time = timeOf(timestamp, now);
  if (!time.ok) return time;
  const key = keys.find((k) => k.kind === 'platform_key' && serialOf(k.id) === serialOf(serial));
  if (key === undefined) return refuse('unknown_key', serial.slice(0, 80));
  const text = textOf(`${app}\n${serial}\n${timestamp}\n${nonce}\n`, body);
  return isRsaSigned(text, signature, key.value)
    ? time
    : refuse('bad_signature', `not signed by ${serial.slice(0, 80)}`);
}

/** Is this notification Lakala's? It names no certificate: any notification certificate that is held may have signed it. */
export function checkNotification(message: RawMessage, keys: readonly Credential[], now: Temporal.Instant): Checked {
  const pairs = pairsOf(message.headers.authorization ?? '');
  const { timestamp, nonce_str: nonce, signature } = pairs ?? {};
  if (timestamp === undefined || nonce === undefined || signature === undefined)
    return refuse('bad_signature', 'no Authorization of the form that Lakala writes');
  const time = timeOf(timestamp, now);
  if (!time.ok) return time;
  const text = textOf(`${timestamp}\n${nonce}\n`, message.body);
  const isOurs = keys.some((k) => k.kind === 'notify_key' && isRsaSigned(text, signature, k.value));
  return isOurs ? time : refuse('bad_signature', 'not signed by a notification certificate that is held');
}

const PAIR = '[a-z_]+="[^"]*"';
const AUTHORIZATION = new RegExp(`^${SCHEMA}[\\s,]*(${PAIR}(?:\\s*,\\s*${PAIR})*)[\\s,]*$`);

/** Spaces and commas vary from sender to sender; nothing else may. A name that stands twice is nobody's. */
function pairsOf(value: string): Readonly<Record<string, string>> | undefined {
  const list = value.length > 4_096 ? undefined : AUTHORIZATION.exec(value)?.[1];
  if (list === undefined) return undefined;
  const pairs = [...list.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name, text]) => [name!, text!] as const);
  return new Set(pairs.map(([name]) => name)).size === pairs.length ? Object.fromEntries(pairs) : undefined;
}

function timeOf(timestamp: string, now: Temporal.Instant): Checked {
  if (!/^\d{1,12}$/.test(timestamp)) return refuse('bad_signature', 'the timestamp is no number');
  const at = Temporal.Instant.fromEpochMilliseconds(Number(timestamp) * 1000);
  const age = Math.abs(at.until(now).total('seconds'));
  return age > WINDOW_SECONDS ? refuse('stale', `${Math.trunc(age)} s from our clock`) : { ok: true, at };
}

const textOf = (head: string, body: Uint8Array): Buffer => Buffer.concat([Buffer.from(head), body, Buffer.from('\n')]);
/** A serial number is a number: some tools print it with leading zeros, some in capitals. */
const serialOf = (text: string): string => text.toLowerCase().replace(/^0+/, '');
