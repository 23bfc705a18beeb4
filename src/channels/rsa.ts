/**
 * RSA PKCS#1 v1.5 with SHA-256, as most channels sign (RFC 8017). The algorithm is ours to choose, never a key's or a message's: a key
 * that is not RSA has signed nothing.
 *
 * Cost: reading a key costs more than a check, so the last thousand are kept.
 */
import { createPrivateKey, createPublicKey, createSign, type KeyObject, verify } from 'node:crypto';

const ALGORITHM = 'RSA-SHA256';
const MOST_KEPT = 1_000;
const keptPrivate = new Map<string, KeyObject>();
const keptPublic = new Map<string, KeyObject>();

function kept(keys: Map<string, KeyObject>, text: string, read: (text: string) => KeyObject): KeyObject {
  const known = keys.get(text);
  if (known !== undefined) return known;
  const key = read(text);
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`a key of type ${key.asymmetricKeyType}, not RSA`);
  if (keys.size >= MOST_KEPT) keys.clear();
  keys.set(text, key);
  return key;
}

const isPem = (text: string): boolean => text.includes('-----BEGIN');
const derOf = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'base64');

/** PEM, or bare base64 of PKCS#8 or PKCS#1, as some channels' tools save it. Throws where it is no RSA key. */
export const rsaPrivateKey = (text: string): KeyObject =>
  kept(keptPrivate, text, (it) => {
    if (isPem(it)) return createPrivateKey(it);
    try {
      return createPrivateKey({ key: derOf(it), format: 'der', type: 'pkcs8' });
    } catch {
      return createPrivateKey({ key: derOf(it), format: 'der', type: 'pkcs1' });
    }
  });

/** A public key or a certificate in PEM, or a public key's bare base64. Undefined where it is no RSA key. */
export function rsaPublicKey(text: string): KeyObject | undefined {
  try {
    return kept(keptPublic, text, (it) =>
      createPublicKey(isPem(it) ? it : { key: derOf(it), format: 'der', type: 'spki' }),
    );
  } catch {
    return undefined;
  }
}

/** In base64. Throws where the key is no RSA key. */
export const rsaSign = (bytes: string | Uint8Array, privateKey: string): string =>
  createSign(ALGORITHM).update(bytes).sign(rsaPrivateKey(privateKey), 'base64');

/** Strict base64: a lenient reader takes other spellings of the same signature, such as a blank that was a plus. */
export function isRsaSigned(bytes: string | Uint8Array, signature: string, publicKey: string): boolean {
  const key = rsaPublicKey(publicKey);
  const raw = Buffer.from(signature, 'base64');
  if (key === undefined || raw.toString('base64') !== signature) return false;
  return verify(ALGORITHM, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, key, raw);
}
