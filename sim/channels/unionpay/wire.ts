/**
 * The other side of the wire: UnionPay's certificates, how it checks a merchant's request and signs what it says. Written from the protocol
 * and on its own, not by the adapter's code: an echo proves nothing. The judge is `tests/conformance/unionpay-signing.test.ts`.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { certificateFor } from '../../../src/base/certificate.ts';

export type Fields = Readonly<Record<string, string>>;
export type Certified = Readonly<{
  name: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  certificate: string;
  /** The serial number in decimal. */
  certId: string;
}>;
export type Chain = Readonly<{ root: Certified; middle: Certified; signer: Certified }>;

/** As UnionPay's own certificate of the test environment is named. */
export const SIGNER_NAME = '041@8310000000083040@00040000:SIGN@00000001';

export type Life = Readonly<{ from: Temporal.Instant; to: Temporal.Instant }>;
export const lifeFrom = (now: Temporal.Instant): Life => ({
  from: now.subtract({ hours: 24 }),
  to: now.add({ hours: 24 * 365 * 3 }),
});

/** `by` absent: by itself. */
export function certified(name: string, life: Life, by?: Certified, isAuthority = false): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const serial = `4${randomBytes(5).toString('hex').slice(1)}`;
  const issuer = by === undefined ? { name, key: privateKey } : { name: by.name, key: by.privateKey };
  const certificate = certificateFor(privateKey, { name, serial, ...life }, issuer, {
    is: isAuthority ? 'authority' : 'signer',
  });
  return { name, privateKey, publicKey, certificate, certId: BigInt(`0x${serial}`).toString() };
}

export function chain(now: Temporal.Instant, name = SIGNER_NAME): Chain {
  const life = lifeFrom(now);
  const root = certified('Simulated ACS CA', life, undefined, true);
  const middle = certified('Simulated ACS OCA31', life, root, true);
  return { root, middle, signer: certified(name, life, middle) };
}

/** 5.1.0: all fields that hold anything, but the signature, by name; the signature is over the digest's hex. */
function digest(fields: Fields): Buffer {
  const names = Object.keys(fields).filter((n) => n !== 'signature' && fields[n] !== '');
  const text = names
    .sort()
    .map((n) => `${n}=${fields[n]}`)
    .join('&');
  return Buffer.from(createHash('sha256').update(text, 'utf8').digest('hex'), 'ascii');
}

/** What UnionPay says, with its certificate and signature. Its PEM has the line ends of the system it comes from. */
export function signedBy(signer: Certified, fields: Fields): Fields {
  const whole = {
    ...fields,
    version: '5.1.0',
    encoding: 'UTF-8',
    signMethod: '01',
    certId: signer.certId,
    signPubKeyCert: signer.certificate.trimEnd().replaceAll('\n', '\r\n'),
  };
  return { ...whole, signature: sign('sha256', digest(whole), signer.privateKey).toString('base64') };
}

/** An answer's body: nothing is escaped. */
export const plain = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** Undefined where the request is the merchant's; else the code and word by which UnionPay refuses it. */
export function refusal(
  fields: Fields,
  merchant: Certified,
  merId: string,
): readonly [code: string, msg: string] | undefined {
  if (fields.version !== '5.1.0' || fields.signMethod !== '01') return ['10', '报文格式错误[1000001]'];
  const missing = ['merId', 'txnTime', 'txnType', 'certId', 'signature', 'accessType'].find((n) => !fields[n]);
  if (missing !== undefined) return ['13', `报文交易要素缺失[${missing}]`];
  if (!/^\d{14}$/.test(fields.txnTime!)) return ['10', '报文格式错误[txnTime]'];
  if (fields.merId !== merId) return ['31', '商户状态不正确[9131003]'];
  const isOurs =
    fields.certId === merchant.certId &&
    verify('sha256', digest(fields), merchant.publicKey, Buffer.from(fields.signature!, 'base64'));
  return isOurs ? undefined : ['11', '验证签名失败[9100004]'];
}
