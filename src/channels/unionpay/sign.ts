/**
 * UnionPay 全渠道 5.1.0 on the wire, signMethod 01: forms read strictly, the signature of our requests, the check of what UnionPay says.
 *
 * Signed is the text `a=1&b=2` of all fields that are not empty, but `signature`, by name; of it the SHA-256 as lower-case hex, and over
 * that text of hex the RSA signature. What UnionPay says brings its certificate along (`signPubKeyCert`): it counts only where it was
 * issued under a middle and a root certificate that are held, for UnionPay itself — the same authority issues every merchant's — and in
 * its time. Source: the rules of UnionPay's 5.1.0 demo code (docs/channels/unionpay.md).
 *
 * UnionPay signs neither a time of sending nor a nonce: against replay stand TLS and the book, which takes the same fact once.
 * May not: know what a message means. Nothing here reads a clock. Cost: three RSA checks a message.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { Credential, RefusalReason } from '../channel.ts';
import { isRsaSigned, rsaSign } from '../rsa.ts';

const VERSION = '5.1.0';
const BY_CERTIFICATE = '01';
/** The third part of the common name, between @, says whose certificate it is. The second name is that of the test environment. */
const UNIONPAY = '中国银联股份有限公司';
const UNIONPAY_TEST = '00040000:SIGN';

/** Values as their bytes (one character each): that is what is signed, whether the message is UTF-8 or GBK. */
export type Form = ReadonlyMap<string, string>;

// ------------------------------------------------------------------------------------------- forms

/**
 * A notification's body. Undefined where it is no form, or names a value twice: nobody could say which one was signed. A plus that became
 * a blank on the way is one again where only base64 can stand.
 */
export function formOf(body: Uint8Array): Form | undefined {
  const form = new Map<string, string>();
  for (const pair of Buffer.from(body).toString('latin1').split('&')) {
    const at = pair.indexOf('=');
    if (at <= 0) return undefined;
    const [name, value] = [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
    if (name === undefined || value === undefined || form.has(name)) return undefined;
    form.set(
      name,
      name === 'signature' ? plusses(value) : name === 'signPubKeyCert' ? certificatePlusses(value) : value,
    );
  }
  return form;
}

/** A percent sign that begins no byte is a damaged message, not a percent sign. */
function decoded(text: string): string | undefined {
  const blanks = text.replaceAll('+', ' ');
  if (/%(?![0-9A-Fa-f]{2})/.test(blanks)) return undefined;
  return blanks.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
const plusses = (text: string): string => text.replaceAll(' ', '+');
const certificatePlusses = (pem: string): string =>
  pem.replace(/(?<=BEGIN CERTIFICATE-----)[^-]*/, (body) => plusses(body));

const PAIR = /([A-Za-z][A-Za-z0-9_]*)=(\{.*?\}(?=&|$)|\[.*?\](?=&|$)|[^&]*)(?:&(?=.)|$)/sy;
/** More than UnionPay has; a bracket that never ends is looked for no oftener. */
const MOST_FIELDS = 200;

/** An answer's body: `k=v&k=v` as it stands, nothing escaped; a value in brackets may hold pairs of its own. Undefined as above. */
export function answerOf(body: Uint8Array): Form | undefined {
  const text = Buffer.from(body).toString('latin1');
  const form = new Map<string, string>();
  for (let at = 0; at < text.length; at = PAIR.lastIndex) {
    PAIR.lastIndex = at;
    const [, name, value] = PAIR.exec(text) ?? [];
    if (name === undefined || form.has(name) || form.size >= MOST_FIELDS) return undefined;
    form.set(name, value!);
  }
  return form.size === 0 ? undefined : form;
}

// ------------------------------------------------------------------------------------------- signatures

/** SHA-256 of the signed text in hex: itself the text that is signed. */
function digestOf(pairs: Iterable<readonly [string, string]>, encoding: 'latin1' | 'utf8'): string {
  const text = [...pairs]
    .filter(([name, value]) => name !== 'signature' && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return createHash('sha256').update(text, encoding).digest('hex');
}

/** The fields with what every request carries, and their signature. Throws where the key is no RSA key. */
export function signed(fields: Readonly<Record<string, string>>, merchantKey: Credential): Record<string, string> {
  const whole = { version: VERSION, encoding: 'UTF-8', signMethod: BY_CERTIFICATE, certId: merchantKey.id, ...fields };
  return { ...whole, signature: rsaSign(digestOf(Object.entries(whole), 'utf8'), merchantKey.value) };
}

export type Checked = Readonly<{ ok: true }> | Readonly<{ ok: false; reason: RefusalReason; detail: string }>;
const refuse = (reason: RefusalReason, detail: string): Checked & { ok: false } => ({ ok: false, reason, detail });

export type Trust = Readonly<{ keys: readonly Credential[]; livemode: boolean; now: Temporal.Instant }>;

/** Is this UnionPay's? */
export function check(form: Form, trust: Trust): Checked {
  const [signature, certificate] = [form.get('signature'), form.get('signPubKeyCert')];
  if (signature === undefined || certificate === undefined)
    return refuse('bad_signature', 'without a signature or the certificate to it');
  // The algorithm is ours to choose, never a message's.
  if (form.get('version') !== VERSION || form.get('signMethod') !== BY_CERTIFICATE)
    return refuse('bad_signature', `not version ${VERSION} with signMethod ${BY_CERTIFICATE}`);
  const signer = signerOf(certificate, trust);
  if ('ok' in signer) return signer;
  return isRsaSigned(digestOf(form, 'latin1'), signature, signer.toString())
    ? { ok: true }
    : refuse('bad_signature', 'not signed by the certificate that it names');
}

/** The certificate of a message, where it is UnionPay's now. */
function signerOf(pem: string, { keys, livemode, now }: Trust): X509Certificate | (Checked & { ok: false }) {
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(Buffer.from(only(pem), 'base64'));
  } catch {
    return refuse('bad_signature', 'its certificate cannot be read');
  }
  const chain = chainOf(leaf, keys);
  if (chain === undefined) return refuse('unknown_key', 'its certificate was not issued under those that are held');
  if (!chain.every((c) => isInTime(c, now)))
    return refuse('bad_signature', 'a certificate of its chain is out of its time');
  const owner = ownerOf(leaf);
  if (owner === UNIONPAY || (!livemode && owner === UNIONPAY_TEST)) return leaf;
  return refuse('bad_signature', `its certificate is that of ${(owner ?? 'nobody').slice(0, 80)}`);
}

/** The base64 of exactly one certificate. */
function only(pem: string): string {
  const [, body] = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem) ?? [];
  if (body === undefined) throw new Error('no certificate, or several');
  return body.replace(/\s/g, '');
}

/** Leaf, middle, root. That the root may issue is said by whoever entered it; that the middle one may, it says itself. */
function chainOf(leaf: X509Certificate, keys: readonly Credential[]): readonly X509Certificate[] | undefined {
  for (const middle of certificatesOf(keys, 'middle_cert').filter((c) => c.ca && hasIssued(c, leaf))) {
    const root = certificatesOf(keys, 'root_cert').find((c) => hasIssued(c, middle));
    if (root !== undefined) return [leaf, middle, root];
  }
  return undefined;
}

function hasIssued(parent: X509Certificate, child: X509Certificate): boolean {
  try {
    return child.checkIssued(parent) && child.verify(parent.publicKey);
  } catch {
    return false;
  }
}

const isInTime = (c: X509Certificate, now: Temporal.Instant): boolean =>
  c.validFromDate.getTime() <= now.epochMilliseconds && now.epochMilliseconds <= c.validToDate.getTime();

function ownerOf(c: X509Certificate): string | undefined {
  const name: unknown = c.toLegacyObject().subject.CN;
  return typeof name === 'string' ? name.split('@')[2] : undefined;
}

const kept = new Map<string, readonly X509Certificate[]>();
/** Of a kind, each file holding one or more; what cannot be read has issued nothing, and the self-test tells of it. */
function certificatesOf(keys: readonly Credential[], kind: string): readonly X509Certificate[] {
  return keys
    .filter((k) => k.kind === kind)
    .flatMap(({ value }) => {
      const known = kept.get(value);
      if (known !== undefined) return known;
      const read = (value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap((pem) => {
        try {
          return [new X509Certificate(pem)];
        } catch {
          return [];
        }
      });
      if (kept.size > 1_000) kept.clear();
      kept.set(value, read);
      return read;
    });
}
