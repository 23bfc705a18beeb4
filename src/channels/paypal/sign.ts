/**
 * PayPal's signature on a notification, and the certificate it names. Source: “Integrate webhooks”, self verification: RSA with SHA-256 over
 * `transmission id|time|webhook id|CRC-32 of the raw body in decimal`.
 *
 * The message itself names the certificate: nothing but a certificate of the account's own API host is ever asked for, by an address that is
 * written anew from its checked parts.
 *
 * The body is bound by a CRC-32, which is no cryptographic sum: whoever holds the headers of one genuine notification can fit another body to
 * them. That the address of the notifications is a secret stands before it, and the question to the API behind it.
 */
import { X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Account, Credential, RawMessage, RefusalReason } from '../channel.ts';
import { isRsaSigned, rsaPublicKey } from '../rsa.ts';

const ALGORITHM = 'SHA256withRSA';
/** PayPal tries for three days, with the bytes and the time of the first try. */
const OLDEST_HOURS = 73;
const AHEAD_SECONDS = 300;

export type Checked =
  | Readonly<{ ok: true }>
  | Readonly<{ ok: false; reason: RefusalReason; detail: string; key?: string }>;

const refuse = (reason: RefusalReason, detail: string): Checked => ({ ok: false, reason, detail });

export function check(
  message: RawMessage,
  account: Account,
  keys: readonly Credential[],
  now: Temporal.Instant,
): Checked {
  const [id, time, signature, url, algorithm] = [
    'transmission-id',
    'transmission-time',
    'transmission-sig',
    'cert-url',
    'auth-algo',
  ].map((name) => message.headers[`paypal-${name}`] ?? '') as [string, string, string, string, string];
  if (id === '' || time === '' || signature === '' || url === '')
    return refuse('bad_signature', 'a signature header is missing');
  if (algorithm !== ALGORITHM) return refuse('bad_signature', `algorithm ${algorithm.slice(0, 40)}`);
  const at = instantOf(time);
  if (at === undefined) return refuse('bad_signature', 'the time of transmission is none');
  const age = at.until(now);
  if (age.total('hours') > OLDEST_HOURS || age.total('seconds') < -AHEAD_SECONDS)
    return refuse('stale', `${Math.trunc(age.total('seconds'))} s from our clock`);
  const certificate = certificateOf(url, account);
  if (certificate === undefined)
    return refuse('bad_signature', `no certificate of this account's API: ${url.slice(0, 200)}`);
  const held = keys.find((k) => k.kind === 'webhook_cert' && k.id === certificate.id);
  if (held === undefined) return { ok: false, reason: 'unknown_key', detail: url, key: url };
  if (held.notAfter !== undefined && Temporal.Instant.compare(at, held.notAfter) > 0)
    return refuse('bad_signature', `${certificate.id} had expired`);
  const sum = crc32(message.body);
  const isSigned = (webhookId: string): boolean =>
    isRsaSigned(`${id}|${time}|${webhookId}|${sum}`, signature, held.value);
  return keys.some((k) => k.kind === 'webhook_id' && isSigned(k.value))
    ? { ok: true }
    : refuse('bad_signature', `not signed by ${certificate.id} for a webhook that is held`);
}

const NAMED = /^(https?:\/\/[a-z0-9.-]+(?::\d{1,5})?)\/v1\/notifications\/certs\/(CERT-[A-Za-z0-9-]{1,70})$/;

/** The certificate that stands there, if it may be asked for: at the account's own API, whose two names are api-m.… and api.… */
export function certificateOf(url: string, account: Account): Readonly<{ id: string; url: string }> | undefined {
  const [, origin, id] = NAMED.exec(url) ?? [];
  if (origin === undefined || id === undefined) return undefined;
  const own = account.baseUrl;
  const isOurs = [own, own.replace('://api-m.', '://api.'), own.replace('://api.', '://api-m.')].includes(origin);
  return isOurs ? { id, url: `${origin}/v1/notifications/certs/${id}` } : undefined;
}

const ONE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const DEEPEST = 5;
/** As PayPal's own SDK for Java asks of the certificate. */
const SUBJECT = /^CN=messageverificationcerts[a-z0-9.-]*\.paypal\.com$/m;

/**
 * What was served at a certificate's address, as a credential; undefined where it must not be believed. TLS says that it is PayPal's, as it
 * does of every answer; where `trust_cert` is held, or there is no TLS, the chain has to say so too.
 */
export function credentialOf(
  served: string,
  at: Readonly<{ id: string; url: string }>,
  keys: readonly Credential[],
  now: Temporal.Instant,
): Credential | undefined {
  const [leaf, ...above] = certificatesIn(served);
  if (leaf === undefined || !SUBJECT.test(leaf.subject) || !isCurrent(leaf, now)) return undefined;
  const anchors = keys.filter((k) => k.kind === 'trust_cert').flatMap((k) => certificatesIn(k.value));
  const isPinned = keys.some((k) => k.kind === 'trust_cert') || !at.url.startsWith('https:');
  if (isPinned && !leadsTo(leaf, above, anchors, now)) return undefined;
  const value = leaf.toString();
  if (rsaPublicKey(value) === undefined) return undefined;
  return { kind: 'webhook_cert', id: at.id, value, notAfter: endOf(leaf) };
}

/** From one to the next that issued it, until one that is held did. */
function leadsTo(
  leaf: X509Certificate,
  above: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: Temporal.Instant,
): boolean {
  let one = leaf;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const issued = (by: X509Certificate): boolean =>
      by.ca && isCurrent(by, now) && one.checkIssued(by) && one.verify(by.publicKey);
    if (anchors.some(issued)) return true;
    const next = above.find(issued);
    if (next === undefined) return false;
    one = next;
  }
  return false;
}

/** [] where any of them cannot be read. */
function certificatesIn(pem: string): readonly X509Certificate[] {
  try {
    return (pem.match(ONE) ?? []).slice(0, DEEPEST).map((one) => new X509Certificate(one));
  } catch {
    return [];
  }
}

const endOf = (c: X509Certificate): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(c.validToDate.getTime());
const isCurrent = (c: X509Certificate, now: Temporal.Instant): boolean =>
  c.validFromDate.getTime() <= now.epochMilliseconds && now.epochMilliseconds <= c.validToDate.getTime();

/** RFC 3339; undefined for anything else. */
export function instantOf(text: string): Temporal.Instant | undefined {
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
}
