/** Tries the account against the live gateway: keys, rights. Asks about a payment that cannot be there, so nothing changes. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Text } from '../../base/lang.ts';
import type { Check } from '../channel.ts';
import { type Call, query } from './calls.ts';
import { certificateNames, privateKeyOf, publicKeyOf } from './sign.ts';

const WARN_DAYS = 30;

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const checks: Check[] = [
    readable(on, 'app_key', privateKeyOf),
    readable(on, 'alipay_key', publicKeyOf),
    modeCheck(on),
    ...certificateChecks(on),
  ];
  const paymentRef = `dz${on.io.nonce().slice(0, 24)}`;
  const answer = await query({ paymentRef, channelTrade: undefined, product: undefined }, on);
  const ok = answer.outcome === 'answered';
  const says =
    'code' in answer ? `${answer.code}: ${answer.detail}` : 'detail' in answer ? answer.detail : answer.outcome;
  return [
    ...checks,
    {
      name: 'inquiry',
      ok,
      detail: ok
        ? { en: 'the channel answers and its signature holds', zh: '渠道已应答,签名有效' }
        : { en: `no usable answer: ${says}`, zh: `没有可用的应答:${says}` },
    },
  ];
}

function readable(on: Call, kind: 'app_key' | 'alipay_key', read: (text: string) => KeyObject): Check {
  const keys = on.keys.filter((k) => k.kind === kind);
  const ok = keys.length > 0 && keys.every((k) => isRsa(k.value, read));
  const right: Text = { en: 'an RSA key', zh: 'RSA 密钥' };
  return { name: kind, ok, detail: ok ? right : { en: 'missing, or no RSA key', zh: '缺失或不是 RSA 密钥' } };
}

function isRsa(text: string, read: (text: string) => KeyObject): boolean {
  try {
    return read(text).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** The certificate mode needs both certificates; one alone would be left out of the request without a word. */
function modeCheck(on: Call): Check {
  const given = ['app_cert', 'alipay_root_cert'].filter((kind) => on.keys.some((k) => k.kind === kind));
  let names: Readonly<Record<string, string>> | undefined;
  try {
    names = certificateNames(on.keys);
  } catch {}
  const ok = given.length === 0 || (names !== undefined && Object.values(names).every((n) => n !== ''));
  const mode: Text =
    given.length === 0 ? { en: 'public-key mode', zh: '公钥模式' } : { en: 'certificate mode', zh: '证书模式' };
  return {
    name: 'mode',
    ok,
    detail: ok
      ? mode
      : {
          en: 'certificate mode needs app_cert and alipay_root_cert, both readable',
          zh: '证书模式需要可读取的 app_cert 与 alipay_root_cert',
        },
  };
}

function certificateChecks(on: Call): readonly Check[] {
  return on.keys
    .filter((k) => (k.kind === 'app_cert' || k.kind === 'alipay_key') && k.value.includes('BEGIN CERTIFICATE'))
    .map((k) => {
      const left = daysLeft(k.value, on.io.now());
      return {
        name: `${k.kind} certificate`,
        ok: left !== undefined && left > WARN_DAYS,
        detail:
          left === undefined
            ? { en: 'it cannot be read', zh: '无法读取' }
            : { en: `${left} days left`, zh: `剩余 ${left} 天` },
      };
    });
}

function daysLeft(pem: string, now: Temporal.Instant): number | undefined {
  try {
    const until = Temporal.Instant.fromEpochMilliseconds(new X509Certificate(pem).validToDate.getTime());
    return Math.floor(now.until(until).total('hours') / 24);
  } catch {
    return undefined;
  }
}
