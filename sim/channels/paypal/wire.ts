/**
 * The other side of the wire: how PayPal knows an application and signs a notification. Written from the rules and on its own, not by the
 * adapter's code: an echo proves nothing.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { certificateFor } from '../../../src/base/certificate.ts';

export type Signer = Readonly<{
  /** The last part of its address. */
  name: string;
  privateKey: KeyObject;
  /** What is served there: the certificate, and the one above it. */
  pem: string;
}>;
export type Authority = Readonly<{ root: string; signer(name?: string): Signer }>;

const newKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const serial = (): string => `1${randomBytes(8).toString('hex').slice(1)}`;
const hex = (): string => randomBytes(4).toString('hex');

/** A root, one below it, and certificates that sign notifications. */
export function authorityOf(now: Temporal.Instant): Authority {
  const times = { from: now.subtract({ hours: 24 }), to: now.add({ hours: 24 * 365 }) };
  const top = { name: 'Simulated Root CA', key: newKey() };
  const middle = { name: 'Simulated Server CA', key: newKey() };
  const root = certificateFor(top.key, { name: top.name, serial: serial(), ...times }, top, { is: 'authority' });
  const between = certificateFor(middle.key, { name: middle.name, serial: serial(), ...times }, top, {
    is: 'authority',
  });
  return {
    root,
    signer(name = 'messageverificationcerts.sandbox.paypal.com') {
      const privateKey = newKey();
      const leaf = certificateFor(privateKey, { name, serial: serial(), ...times }, middle);
      return { name: `CERT-${hex()}-${hex()}-${hex()}`, privateKey, pem: `${leaf}${between}` };
    },
  };
}

/** IEEE 802.3, reflected; bit by bit, as another hand would write it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The headers that sign a body: made once, the same at each try. */
export function signedHeaders(
  body: string,
  by: Readonly<{ signer: Signer; webhookId: string; url: string; now: Temporal.Instant }>,
): Record<string, string> {
  const id = randomUUID();
  const time = by.now.round({ smallestUnit: 'second' }).toString();
  const text = [id, time, by.webhookId, crc32(Buffer.from(body))].join('|');
  return {
    'PAYPAL-TRANSMISSION-ID': id,
    'PAYPAL-TRANSMISSION-TIME': time,
    'PAYPAL-TRANSMISSION-SIG': sign('sha256', Buffer.from(text), by.signer.privateKey).toString('base64'),
    'PAYPAL-CERT-URL': `${by.url}/v1/notifications/certs/${by.signer.name}`,
    'PAYPAL-AUTH-ALGO': 'SHA256withRSA',
  };
}
