/**
 * The other side of the wire: how WeChat Pay checks a merchant's request and signs what it says. Written from the protocol and on its own,
 * not by the adapter's code: an echo proves nothing. The SDK's tests are the judge.
 */
import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { selfSigned } from '../../../src/base/certificate.ts';

export type Keys = Readonly<{
  /** What Wechatpay-Serial names: a certificate's serial number, or PUB_KEY_ID_… */
  id: string;
  privateKey: KeyObject;
  /** The certificate, or the public key, in PEM. */
  pem: string;
  publicPem: string;
  expires: Temporal.Instant;
}>;

const rsa = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const publicPem = (key: KeyObject): string => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
const hex = (bytes: number): string => `4${randomBytes(bytes).toString('hex').slice(1)}`.toUpperCase();

export function certificateKeys(now: Temporal.Instant): Keys {
  const privateKey = rsa();
  const id = hex(20);
  const expires = now.add({ hours: 24 * 365 * 5 });
  const pem = selfSigned(privateKey, {
    name: 'Tenpay.com sign',
    serial: id,
    from: now.subtract({ hours: 24 }),
    to: expires,
  });
  return { id, privateKey, pem, publicPem: publicPem(privateKey), expires };
}

export function publicKeys(): Keys {
  const privateKey = rsa();
  const id = `PUB_KEY_ID_01${Array.from(randomBytes(30), (b) => b % 10).join('')}`;
  const pem = publicPem(privateKey);
  return { id, privateKey, pem, publicPem: pem, expires: Temporal.Instant.from('2099-01-01T00:00:00Z') };
}

export type MerchantKeys = Readonly<{ serial: string; privatePem: string; publicKey: KeyObject; certificate: string }>;
/** `known`: those that the merchant has from earlier. */
export type KnownKeys = Pick<MerchantKeys, 'serial' | 'privatePem'>;
export function merchantKeys(now: Temporal.Instant, mchid: string, known?: KnownKeys): MerchantKeys {
  const privateKey = known === undefined ? rsa() : createPrivateKey(known.privatePem);
  const serial = known?.serial ?? hex(20);
  return {
    serial,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: createPublicKey(privateKey),
    certificate: selfSigned(privateKey, {
      name: mchid,
      serial,
      from: now.subtract({ hours: 1 }),
      to: now.add({ hours: 43_800 }),
    }),
  };
}

/** The headers that sign a body. */
export function signed(body: Uint8Array | string, keys: Keys, now: Temporal.Instant): Record<string, string> {
  const timestamp = String(Math.floor(now.epochMilliseconds / 1000));
  const nonce = randomBytes(16).toString('hex');
  const text = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), Buffer.from(body as string), Buffer.from('\n')]);
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': keys.id,
    'Wechatpay-Signature': createSign('RSA-SHA256').update(text).sign(keys.privateKey, 'base64'),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  };
}

export type Sealed = Readonly<{ algorithm: string; nonce: string; associated_data: string; ciphertext: string }>;
export function sealed(text: string, key: string, associated: string): Sealed {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), Buffer.from(nonce)).setAAD(Buffer.from(associated));
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { algorithm: 'AEAD_AES_256_GCM', nonce, associated_data: associated, ciphertext: bytes.toString('base64') };
}

const PAIR = /(\w+)="([^"]*)"/g;

/** Undefined where the request is the merchant's; else why not. */
export function refusal(
  request: Readonly<{ method: string; path: string; body: string; authorization: string | undefined }>,
  merchant: (mchid: string) => MerchantKeys | undefined,
  now: Temporal.Instant,
): string | undefined {
  const [schema, rest] = (request.authorization ?? '').split(/ (.*)/s);
  if (schema !== 'WECHATPAY2-SHA256-RSA2048' || rest === undefined) return 'Http头Authorization值格式错误';
  const it = Object.fromEntries([...rest.matchAll(PAIR)].map(([, name, value]) => [name, value])) as Record<
    string,
    string
  >;
  const keys = merchant(it.mchid ?? '');
  if (keys === undefined) return '商户号不存在';
  if (it.serial_no !== keys.serial) return '商户证书序列号有误';
  if (Math.abs(Number(it.timestamp) - now.epochMilliseconds / 1000) > 300)
    return 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟';
  const text = `${request.method}\n${request.path}\n${it.timestamp}\n${it.nonce_str}\n${request.body}\n`;
  const ok = createVerify('RSA-SHA256')
    .update(text)
    .verify(keys.publicKey, it.signature ?? '', 'base64');
  return ok ? undefined : '签名错误,请检查后再试';
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** RFC 9110 IMF-fixdate. */
export function httpDate(at: Temporal.Instant): string {
  const z = at.toZonedDateTimeISO('UTC');
  return `${DAYS[z.dayOfWeek - 1]}, ${String(z.day).padStart(2, '0')} ${MONTHS[z.month - 1]} ${z.year} ${z.toPlainTime().toString({ smallestUnit: 'second' })} GMT`;
}
