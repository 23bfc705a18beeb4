/**
 * The other side of the wire: how Lakala checks a merchant's request and signs what it says. Written from the rules and on its own, not by
 * the adapter's code: an echo proves nothing.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { selfSigned } from '../../../src/base/certificate.ts';

export type Keys = Readonly<{
  /** The certificate's serial number, as Lklapi-Serial writes it. */
  serial: string;
  privateKey: KeyObject;
  certificate: string;
  expires: Temporal.Instant;
}>;

export function certificateKeys(now: Temporal.Instant, name: string): Keys {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  // Lakala's serial numbers begin with 00.
  const serial = `00d${randomBytes(8).toString('hex').slice(1)}`;
  const expires = now.add({ hours: 24 * 365 * 5 });
  const from = now.subtract({ hours: 24 });
  return {
    serial,
    privateKey,
    certificate: selfSigned(privateKey, { name, serial: serial.slice(2), from, to: expires }),
    expires,
  };
}

export type MerchantKeys = Readonly<{ serial: string; privatePem: string; publicKey: KeyObject }>;
/** `known`: those that the merchant has from earlier. */
export function merchantKeys(known?: Pick<MerchantKeys, 'serial' | 'privatePem'>): MerchantKeys {
  const privateKey =
    known === undefined
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : createPrivateKey(known.privatePem);
  return {
    serial: known?.serial ?? `00${randomBytes(8).toString('hex')}`,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: createPublicKey(privateKey),
  };
}

const seconds = (now: Temporal.Instant): string => String(Math.floor(now.epochMilliseconds / 1000));
const nonce = (): string => randomBytes(8).toString('hex').slice(0, 12);
const lines = (...parts: readonly string[]): Buffer => Buffer.from(`${parts.join('\n')}\n`);

/** The headers that sign an answer. */
export function signedAnswer(body: string, appid: string, keys: Keys, now: Temporal.Instant): Record<string, string> {
  const [at, salt] = [seconds(now), nonce()];
  const text = lines(appid, keys.serial, at, salt, body);
  return {
    'Lklapi-Appid': appid,
    'Lklapi-Serial': keys.serial,
    'Lklapi-Timestamp': at,
    'Lklapi-Nonce': salt,
    'Lklapi-Signature': sign('sha256', text, keys.privateKey).toString('base64'),
  };
}

/** The Authorization header of a notification. Senders differ in their spaces: `loose` writes as some of them do. */
export function signedNotification(body: string, keys: Keys, now: Temporal.Instant, loose = false): string {
  const [at, salt] = [seconds(now), nonce()];
  const signature = sign('sha256', lines(at, salt, body), keys.privateKey).toString('base64');
  const [gap, comma] = loose ? ['  ', ', '] : [' ', ','];
  return `LKLAPI-SHA256withRSA${gap}timestamp="${at}"${comma}nonce_str="${salt}"${comma}signature="${signature}"`;
}

/** Undefined where the request is the merchant's; else why not. */
export function refusal(
  request: Readonly<{ body: string; authorization: string | undefined }>,
  appid: string,
  merchant: MerchantKeys,
  now: Temporal.Instant,
): string | undefined {
  const form =
    /^LKLAPI-SHA256withRSA appid="([^"]*)",serial_no="([^"]*)",timestamp="(\d+)",nonce_str="([^"]{1,32})",signature="([^"]*)"$/;
  const parts = form.exec(request.authorization ?? '');
  if (parts === null) return 'Authorization格式错误';
  const [, app, serial, at, salt, signature] = parts as unknown as [string, string, string, string, string, string];
  if (app !== appid) return 'appid不存在';
  if (serial !== merchant.serial) return '商户证书序列号有误';
  if (Math.abs(Number(at) - now.epochMilliseconds / 1000) > 300) return '请求时间超出有效范围';
  const text = lines(app, serial, at, salt, request.body);
  return verify('sha256', text, merchant.publicKey, Buffer.from(signature, 'base64')) ? undefined : '验签失败';
}
