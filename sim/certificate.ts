/**
 * X.509 certificates, so that the simulated channels can hand out theirs: Node reads certificates and cannot make them. DER by hand
 * (ITU-T X.690; RFC 5280): version 3, RSA with SHA-256, one name; of an authority the extension that says it is one.
 */
import { createPublicKey, createSign, type KeyObject } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  if (body.length < 0x80) length.push(body.length);
  else {
    for (let n = body.length; n > 0; n >>>= 8) length.unshift(n & 0xff);
    length.unshift(0x80 | length.length);
  }
  return Buffer.concat([Buffer.of(tag, ...length), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const integer = (bytes: Uint8Array): Buffer =>
  der(0x02, bytes[0]! & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
const utcTime = (at: Temporal.Instant): Buffer =>
  der(0x17, Buffer.from(`${at.round('second').toString().replace(/[-:T]/g, '').slice(2)}`));
/** 1.2.840.113549.1.1.11, sha256WithRSAEncryption, with its NULL. */
const SHA256_RSA = sequence(Buffer.from('06092a864886f70d01010b', 'hex'), Buffer.from('0500', 'hex'));
/** 2.5.4.3, common name. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(text)))));
/** 2.5.29.19, basic constraints, critical: cA TRUE. */
const AUTHORITY = der(0xa3, sequence(sequence(Buffer.from('0603551d130101ff040530030101ff', 'hex'))));

export type Subject = Readonly<{
  name: string;
  /** Hex; becomes the certificate's serial number. */
  serial: string;
  from: Temporal.Instant;
  to: Temporal.Instant;
}>;

/** PEM: `key` is certified to be the subject's, by whoever holds `issuer.key`. */
export function certificateFor(
  key: KeyObject,
  subject: Subject,
  issuer: Readonly<{ name: string; key: KeyObject }>,
  isAuthority = false,
): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.from(subject.serial, 'hex')),
    SHA256_RSA,
    nameOf(issuer.name),
    sequence(utcTime(subject.from), utcTime(subject.to)),
    nameOf(subject.name),
    spki,
    ...(isAuthority ? [AUTHORITY] : []),
  );
  const signature = createSign('RSA-SHA256').update(body).sign(issuer.key);
  const whole = sequence(body, SHA256_RSA, der(0x03, Buffer.of(0), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** PEM, issued by itself. */
export const selfSigned = (privateKey: KeyObject, subject: Subject): string =>
  certificateFor(privateKey, subject, { name: subject.name, key: privateKey });
