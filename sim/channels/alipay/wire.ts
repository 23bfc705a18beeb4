/**
 * The other side of the wire: how Alipay checks an application's request and signs what it says. Written from the protocol and on its own,
 * not by the adapter's code: an echo proves nothing. The official SDK's tests are the judge.
 */
import {
  createHash,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { selfSigned } from '../../../src/base/certificate.ts';

export type Keys = Readonly<{
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** PKCS#8, PEM. */
  privatePem: string;
  /** Bare base64, as the open platform shows it. */
  publicText: string;
  certificate: string;
  /** The serial number by which the certificate mode names the certificate. */
  sn: string;
}>;

/** In order of the certificate's issuer, innermost first: it has one name, and issued itself. */
const snOf = (name: string, serial: string): string =>
  createHash('md5')
    .update(`CN=${name}${BigInt(`0x${serial}`).toString(10)}`, 'utf8')
    .digest('hex');

export function makeKeys(name: string, serial: string, now: Temporal.Instant): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey,
    publicKey: createPublicKey(privateKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicText: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    certificate: selfSigned(privateKey, {
      name,
      serial,
      from: now.subtract({ hours: 24 }),
      to: now.add({ hours: 24 * 365 * 5 }),
    }),
    sn: snOf(name, serial),
  };
}

const sign = (text: string, key: KeyObject): string =>
  createSign('RSA-SHA256').update(text, 'utf8').sign(key, 'base64');

/** The whole body of an answer. The inner text is signed as it stands. */
export function answerText(name: string, content: object, keys: Keys | undefined, certSn: string | undefined): string {
  const inner = JSON.stringify(content).replaceAll('/', '\\/');
  const certificate = certSn === undefined ? '' : `,"alipay_cert_sn":"${certSn}"`;
  return keys === undefined
    ? `{"${name}":${inner}}`
    : `{"${name}":${inner}${certificate},"sign":"${sign(inner, keys.privateKey)}"}`;
}

/** `k=v` joined, of all values that are not empty, by name. */
function canonical(params: ReadonlyMap<string, string>, without: readonly string[]): string {
  const names = [...params.keys()].filter((n) => !without.includes(n) && params.get(n) !== '').sort();
  return names.map((n) => `${n}=${params.get(n)}`).join('&');
}

/** A notification's body with its signature, which leaves sign_type out. */
export function signedForm(params: Readonly<Record<string, string>>, keys: Keys): string {
  const text = canonical(new Map(Object.entries(params)), ['sign', 'sign_type']);
  return new URLSearchParams({ ...params, sign_type: 'RSA2', sign: sign(text, keys.privateKey) }).toString();
}

export type Caller = Readonly<{ appId: string; keys: Keys; rootSn: string }>;
export type Refusal = Readonly<{ sub_code: string; sub_msg: string }>;

/** Undefined where the request is the application's; else why not. Of a request sign_type is signed too. */
export function refusal(
  params: ReadonlyMap<string, string>,
  app: Caller,
  mode: 'certificate' | 'public_key',
): Refusal | undefined {
  const no = (sub_code: string, sub_msg: string): Refusal => ({ sub_code, sub_msg });
  if (params.get('app_id') !== app.appId) return no('isv.invalid-app-id', '无效的AppID参数');
  if (params.get('sign_type') !== 'RSA2') return no('isv.invalid-signature-type', '无效签名类型');
  if (params.get('version') !== '1.0') return no('isv.invalid-version', '无效版本号');
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(params.get('timestamp') ?? ''))
    return no('isv.invalid-timestamp', '非法的时间戳参数');
  if (mode === 'certificate') {
    if (params.get('app_cert_sn') !== app.keys.sn) return no('isv.invalid-app-cert-sn', '应用公钥证书序列号不匹配');
    if (params.get('alipay_root_cert_sn') !== app.rootSn)
      return no('isv.invalid-alipay-root-cert-sn', '支付宝根证书序列号不匹配');
  }
  const ok = createVerify('RSA-SHA256')
    .update(canonical(params, ['sign']), 'utf8')
    .verify(app.keys.publicKey, params.get('sign') ?? '', 'base64');
  return ok ? undefined : no('isv.invalid-signature', '验签出错,请检查签名和待签字符串');
}
