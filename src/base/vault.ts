/**
 * Secrets at rest. Each is sealed by AES-256-GCM under a key of its own, which is wrapped by the master key (NIST SP 800-38D for both);
 * what it belongs to is authenticated with it, so that a row cannot be moved to another account or tenant.
 *
 * Layout: version 1 · master key id (8) · nonce (12) + wrapped key (32) + tag (16) · nonce (12) + sealed text + tag (16).
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DaozhangError } from './errors.ts';

const VERSION = 1;
const WRAPPED = 12 + 32 + 16;
const HEAD = 1 + 8 + WRAPPED;

/** `context` names what the secret belongs to: tenant, account, kind, key id. */
export type Vault = Readonly<{
  seal(text: string, context: readonly string[]): Buffer;
  /** Throws `vault.key_missing` or `vault.damaged`. */
  open(sealed: Uint8Array, context: readonly string[]): string;
  /** The same secret under the first master key; undefined where it is already. */
  rewrap(sealed: Uint8Array): Buffer | undefined;
}>;

/** The first key seals, all open: a new one is put in front, `rewrap` moves every secret, the old one is taken out. */
export function vaultOf(masterKeys: readonly Uint8Array[]): Vault {
  const keys = new Map(masterKeys.map((key) => [keyId(key), key]));
  const [first] = masterKeys;
  if (first === undefined || masterKeys.some((k) => k.length !== 32))
    throw new DaozhangError('vault.bad_key', { reason: '32 bytes, base64' });
  const wrap = (dataKey: Uint8Array): Buffer =>
    Buffer.concat([Buffer.of(VERSION), Buffer.from(keyId(first), 'hex'), encrypt(first, dataKey, WRAP)]);
  const unwrap = (sealed: Uint8Array): Buffer => {
    const bytes = Buffer.from(sealed);
    if (bytes.length < HEAD + 28 || bytes[0] !== VERSION) throw new DaozhangError('vault.damaged', {});
    const id = bytes.subarray(1, 9).toString('hex');
    const key = keys.get(id);
    if (key === undefined) throw new DaozhangError('vault.key_missing', { key: id });
    return decrypt(key, bytes.subarray(9, HEAD), WRAP);
  };
  return {
    seal(text, context) {
      const dataKey = randomBytes(32);
      return Buffer.concat([wrap(dataKey), encrypt(dataKey, Buffer.from(text, 'utf8'), bound(context))]);
    },
    open: (sealed, context) =>
      decrypt(unwrap(sealed), Buffer.from(sealed).subarray(HEAD), bound(context)).toString('utf8'),
    rewrap(sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes.subarray(1, 9).toString('hex') === keyId(first)) return undefined;
      return Buffer.concat([wrap(unwrap(bytes)), bytes.subarray(HEAD)]);
    },
  };
}

/** `base64[,base64…]`, or the 0600 file that holds such a line and is made at the first start. */
export function openVault(environment: string | undefined, file: string): Vault {
  if (environment !== undefined) return vaultOf(parseKeys(environment));
  if (!existsSync(file)) makeKeyFile(file);
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new DaozhangError('vault.key_exposed', { path: file });
  return vaultOf(parseKeys(readFileSync(file, 'utf8')));
}

/** Whole and on the disk before anything is sealed by it; where two start at once, the first one's key is everybody's. */
function makeKeyFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Read strictly: a key with a slip in it would be another key. */
const parseKeys = (text: string): readonly Buffer[] =>
  text
    .trim()
    .split(/[\s,]+/)
    .map((part) => {
      const key = Buffer.from(part, 'base64');
      return key.toString('base64').replace(/=+$/, '') === part.replace(/=+$/, '') ? key : Buffer.alloc(0);
    });

const WRAP = Buffer.from('daozhang master key');
const keyId = (key: Uint8Array): string =>
  createHash('sha256').update('daozhang key id').update(key).digest('hex').slice(0, 16);
/** As JSON: no two contexts are written alike, whatever people name their keys. */
const bound = (context: readonly string[]): Buffer => Buffer.from(JSON.stringify(context), 'utf8');

function encrypt(key: Uint8Array, plain: Uint8Array, aad: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed);
  const tagAt = bytes.length - 16;
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      .setAAD(aad)
      .setAuthTag(bytes.subarray(tagAt));
    return Buffer.concat([cipher.update(bytes.subarray(12, tagAt)), cipher.final()]);
  } catch {
    throw new DaozhangError('vault.damaged', {});
  }
}
