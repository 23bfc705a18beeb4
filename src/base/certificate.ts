/**
 * X.509 certificates: Node reads them and cannot make them. Ours let a phone in the shop reach the server by https (`api/lan.ts`), and the
 * simulated channels hand out theirs. DER by hand (ITU-T X.690; RFC 5280): version 3, RSA with SHA-256, one name, and the extensions that
 * phones ask for. May not: keep a key.
 */
import { createHash, createPublicKey, createSign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

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
const TRUE = Buffer.from('0101ff', 'hex');
const extension = (id: string, value: Uint8Array, isCritical = false): Buffer =>
  sequence(Buffer.from(id, 'hex'), ...(isCritical ? [TRUE] : []), der(0x04, value));
/** 2.5.29.19, basic constraints: cA TRUE. */
const AUTHORITY = extension('0603551d13', sequence(TRUE), true);
/** 2.5.29.15, key usage: to sign certificates; to agree on keys. */
const SIGNS = extension('0603551d0f', Buffer.from('03020204', 'hex'), true);
const SERVES = extension('0603551d0f', Buffer.from('030205a0', 'hex'), true);
/** 2.5.29.37, extended key usage: 1.3.6.1.5.5.7.3.1, server authentication. */
const FOR_SERVERS = extension('0603551d25', sequence(Buffer.from('06082b06010505070301', 'hex')));

const address = (ip: string): Buffer => Buffer.from(ip.split('.').map(Number));
/** 2.5.29.17, subject alternative names: IPv4 addresses and host names. */
const alternatives = (names: readonly string[]): Buffer =>
  extension(
    '0603551d11',
    sequence(...names.map((n) => (isIPv4(n) ? der(0x87, address(n)) : der(0x82, Buffer.from(n))))),
  );
/** 2.5.29.30, name constraints: the authority is believed of these networks (address, mask) and names, and of nothing else. */
const onlyFor = (networks: ReadonlyArray<readonly [string, string]>, names: readonly string[]): Buffer => {
  const trees = [
    ...networks.map(([ip, mask]) => sequence(der(0x87, address(ip), address(mask)))),
    ...names.map((n) => sequence(der(0x82, Buffer.from(n)))),
  ];
  return extension('0603551d1e', sequence(der(0xa0, ...trees)), true);
};

/** 2.5.29.14 and 2.5.29.35: whose key this is, and whose certified it; 160 bits of a hash of the key (RFC 7093). */
const identifier = (spki: Uint8Array): Buffer => createHash('sha256').update(spki).digest().subarray(0, 20);
const identified = (subject: Uint8Array, issuer: Uint8Array): readonly Buffer[] => [
  extension('0603551d0e', der(0x04, identifier(subject))),
  extension('0603551d23', sequence(der(0x80, identifier(issuer)))),
];

/** What a certificate may be used for. */
export type Use =
  | Readonly<{ is: 'authority' }>
  | Readonly<{
      is: 'local_authority';
      networks: ReadonlyArray<readonly [address: string, mask: string]>;
      names: readonly string[];
    }>
  | Readonly<{ is: 'server'; names: readonly string[] }>
  | Readonly<{ is: 'signer' }>;

function extensionsOf(use: Use, subject: Uint8Array, issuer: Uint8Array): readonly Buffer[] {
  switch (use.is) {
    case 'authority':
      return [AUTHORITY];
    case 'local_authority':
      return [AUTHORITY, SIGNS, onlyFor(use.networks, use.names), ...identified(subject, issuer)];
    case 'server':
      return [SERVES, FOR_SERVERS, alternatives(use.names), ...identified(subject, issuer)];
    case 'signer':
      return [];
  }
}

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
  use: Use = { is: 'signer' },
): string {
  const spki = spkiOf(key);
  const extensions = extensionsOf(use, spki, spkiOf(issuer.key));
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.from(subject.serial, 'hex')),
    SHA256_RSA,
    nameOf(issuer.name),
    sequence(utcTime(subject.from), utcTime(subject.to)),
    nameOf(subject.name),
    spki,
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  const signature = createSign('RSA-SHA256').update(body).sign(issuer.key);
  const whole = sequence(body, SHA256_RSA, der(0x03, Buffer.of(0), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const spkiOf = (key: KeyObject): Buffer =>
  (key.type === 'public' ? key : createPublicKey(key)).export({ type: 'spki', format: 'der' });

/** PEM, issued by itself. */
export const selfSigned = (privateKey: KeyObject, subject: Subject, use?: Use): string =>
  certificateFor(privateKey, subject, { name: subject.name, key: privateKey }, use);
