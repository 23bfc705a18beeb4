/**
 * The Alipay gateway on the wire: the signature of our requests (RSA2), the check of its answers and of its notifications, and the serial
 * numbers of the certificate mode. Source: open platform, 签名与验签.
 *
 * An answer is signed over the exact text of its inner object, so that text is cut out and never written anew. A notification is signed
 * over its decoded values. Neither carries a time or a nonce that is checked: against replay stand TLS and the book, which takes the same
 * fact once.
 *
 * May not: know what a message means. Nothing here reads a clock.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { Credential } from '../channel.ts';
import { strictJson, textOf } from '../json.ts';
import { isRsaSigned, rsaSign } from '../rsa.ts';

const SIGN_TYPE = 'RSA2';

/** `a=1&b=2` of what is not empty, by name; values as they are. */
const signedText = (pairs: Iterable<readonly [string, string]>): string =>
  [...pairs]
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** The parameters with their signature. */
export function signed(params: Readonly<Record<string, string>>, appKey: Credential): Record<string, string> {
  const text = signedText(Object.entries({ ...params, sign_type: SIGN_TYPE }));
  return {
    ...params,
    sign_type: SIGN_TYPE,
    sign: rsaSign(text, appKey.value),
  };
}

export type Checked = Readonly<{ ok: true }> | Readonly<{ ok: false; reason: 'bad_signature' | 'unknown_key' }>;

function checkBytes(bytes: Uint8Array, sign: string, keys: readonly Credential[]): Checked {
  const held = keys.filter((k) => k.kind === 'alipay_key');
  if (held.length === 0) return { ok: false, reason: 'unknown_key' };
  // A key that cannot be read has signed nothing; the self-test tells of it.
  const isOurs = held.some((k) => isRsaSigned(bytes, sign, k.value));
  return isOurs ? { ok: true } : { ok: false, reason: 'bad_signature' };
}

// ------------------------------------------------------------------------------------------- answers

/** `inner`: the text of the answer's object, exactly as it came. `sign` undefined where it came unsigned. */
export type Envelope = Readonly<{ inner: string; sign: string | undefined; certSn: string | undefined }>;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** The members of a JSON object as their raw text. Throws where it is no object, or names one twice. */
export function membersOf(text: string): ReadonlyMap<string, string> {
  const value = strictJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('no JSON object');
  // It is well formed, so strings and brackets are enough to walk by.
  const members = new Map<string, string>();
  let [depth, start] = [0, -1];
  let name: string | undefined;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token === ':') start = index + 1;
    else if (depth === 1 && name === undefined && token !== ',') name = JSON.parse(token) as string;
    const ends = (depth === 1 && token === ',') || (depth === 0 && start !== -1);
    if (!ends || name === undefined) continue;
    members.set(name, text.slice(start, index).trim());
    name = undefined;
  }
  return members;
}

/** Opens the gateway's answer to `method`. Throws where it is something else. */
export function envelopeOf(body: Uint8Array, method: string): Envelope {
  const members = membersOf(textOf(body));
  const inner = members.get(`${method.replaceAll('.', '_')}_response`) ?? members.get('error_response');
  if (inner === undefined || !inner.startsWith('{')) throw new Error('the answer is not about what was asked');
  const stringOf = (name: string): string | undefined => {
    const raw = members.get(name);
    return raw === undefined ? undefined : String(JSON.parse(raw));
  };
  return { inner, sign: stringOf('sign'), certSn: stringOf('alipay_cert_sn') };
}

export function checkAnswer(envelope: Envelope, keys: readonly Credential[]): Checked {
  if (envelope.sign === undefined) return { ok: false, reason: 'bad_signature' };
  const { certSn } = envelope;
  const named = certSn === undefined ? keys : keys.filter((k) => k.kind === 'alipay_key' && serialOf(k) === certSn);
  return checkBytes(Buffer.from(envelope.inner, 'utf8'), envelope.sign, named);
}

// ------------------------------------------------------------------------------------------- notifications

/** Values as their bytes (one character each), which is what the signature is over. */
export type Form = ReadonlyMap<string, string>;

/** Undefined where it is no form, or names a value twice: nobody could say which one was signed. */
export function formOf(body: Uint8Array): Form | undefined {
  const form = new Map<string, string>();
  for (const pair of Buffer.from(body).toString('latin1').split('&')) {
    const at = pair.indexOf('=');
    if (at <= 0) return undefined;
    const [name, value] = [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
    if (name === undefined || value === undefined || form.has(name)) return undefined;
    form.set(name, value);
  }
  return form;
}

/** A percent sign that begins no byte is a damaged message, not a percent sign. */
function decoded(text: string): string | undefined {
  const blanks = text.replaceAll('+', ' ');
  if (/%(?![0-9A-Fa-f]{2})/.test(blanks)) return undefined;
  return blanks.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

export function checkForm(form: Form, keys: readonly Credential[]): Checked {
  const sign = form.get('sign');
  if (sign === undefined || form.get('sign_type') !== SIGN_TYPE) return { ok: false, reason: 'bad_signature' };
  const text = signedText([...form].filter(([name]) => name !== 'sign_type'));
  return checkBytes(Buffer.from(text, 'latin1'), sign, keys);
}

/** The values as text, by the character set the form itself names. Throws where they are none. */
export function textsOf(form: Form): Readonly<Record<string, string>> {
  const charset = form.get('charset') ?? 'utf-8';
  const decoder = new TextDecoder(charset, { fatal: true });
  return Object.fromEntries([...form].map(([name, value]) => [name, decoder.decode(Buffer.from(value, 'latin1'))]));
}

// ------------------------------------------------------------------------------------------- keys

/** The names of a certificate mode's request: undefined in public-key mode. */
export function certificateNames(keys: readonly Credential[]): Readonly<Record<string, string>> | undefined {
  const app = keys.find((k) => k.kind === 'app_cert');
  const root = keys.find((k) => k.kind === 'alipay_root_cert');
  if (app === undefined || root === undefined) return undefined;
  return { app_cert_sn: serialsOf(app.value), alipay_root_cert_sn: serialsOf(root.value) };
}

const serialOf = (key: Credential): string | undefined =>
  key.value.includes('BEGIN CERTIFICATE') ? serialsOf(key.value) : undefined;

/** 1.2.840.113549.1.1: signed by RSA. The root file holds SM2 certificates beside them, which are not named. */
const RSA = '1.2.840.113549.1.1.';

/** MD5 of the issuer's name, innermost first, and the serial number in decimal; of several certificates joined by `_`. */
export function serialsOf(pem: string): string {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error('no certificate');
  const all = blocks.length === 1 ? [new X509Certificate(blocks[0]!)] : blocks.flatMap(rsaSigned);
  return all
    .map((c) => {
      const issuer = c.issuer.split('\n').reverse().join(',').replace(/\\(.)/g, '$1');
      return createHash('md5')
        .update(`${issuer}${BigInt(`0x${c.serialNumber}`)}`)
        .digest('hex');
    })
    .join('_');
}

/** A curve that is not known here is not RSA either. */
function rsaSigned(block: string): readonly X509Certificate[] {
  try {
    const certificate = new X509Certificate(block);
    return certificate.signatureAlgorithmOid?.startsWith(RSA) === true ? [certificate] : [];
  } catch {
    return [];
  }
}
