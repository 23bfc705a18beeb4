/** The lines of a live self-test that channels share. Pure. */
import { X509Certificate } from 'node:crypto';
import type { Text } from '../base/lang.ts';
import type { Answer, Check, Credential } from './channel.ts';
import { rsaPrivateKey, rsaPublicKey } from './rsa.ts';

const WARN_DAYS = 30;

/** A question about a payment that cannot be there. */
export function inquiryCheck(answer: Answer): Check {
  const ok = answer.outcome === 'answered';
  const says =
    'code' in answer ? `${answer.code}: ${answer.detail}` : 'detail' in answer ? answer.detail : answer.outcome;
  return {
    name: 'inquiry',
    ok,
    detail: ok
      ? { en: 'the channel answers and its answer holds', zh: '渠道已应答,应答校验通过' }
      : { en: `no usable answer: ${says}`, zh: `没有可用的应答:${says}` },
    ...(!ok && { fix: fixOf(answer, says) }),
  };
}

/** What a channel that does not answer well is usually telling. */
function fixOf({ outcome }: Answer, says: string): Text {
  if (outcome === 'limited') return { en: 'asked too fast: try again in a minute', zh: '问得太快:一分钟后再试' };
  // WeChat signs its refusal by a key that may not be held yet: the status tells all the same.
  const isRefused = outcome === 'refused' || says.startsWith('401');
  if (!isRefused)
    return {
      en: 'no answer that can be believed: check the address, the network from this server, and the channel’s public key',
      zh: '没有可信的应答:检查渠道地址、本服务器到渠道的网络,以及渠道的公钥或证书',
    };
  return /sign|签名|证书|serial|40[13]|key|token/i.test(says)
    ? {
        en: 'the channel does not take our signature: private key, its serial number and the merchant number do not belong together; enter them again',
        zh: '渠道不认我们的签名:私钥、证书序列号与商户号不是一套;请重新录入',
      }
    : {
        en: 'the channel understood and refused: check the numbers, and whether the product is switched on for this merchant',
        zh: '渠道听懂了但拒绝:核对各项编号,以及该商户是否已开通此产品',
      };
}

/** An RSA private key that names its certificate. */
export function namedKeyCheck(keys: readonly Credential[], kind: string): Check {
  const key = keys.find((k) => k.kind === kind);
  const ok = key !== undefined && isPrivate(key.value) && key.id !== '';
  return {
    name: kind,
    ok,
    detail: ok
      ? { en: 'an RSA private key with its serial number', zh: 'RSA 私钥及证书序列号' }
      : {
          en: 'missing, not RSA, or without the serial number of its certificate',
          zh: '缺失、不是 RSA,或没有证书序列号',
        },
  };
}

export function rsaCheck(keys: readonly Credential[], kind: string, half: 'private' | 'public'): Check {
  const held = keys.filter((k) => k.kind === kind);
  const isRsa = (k: Credential): boolean =>
    half === 'private' ? isPrivate(k.value) : rsaPublicKey(k.value) !== undefined;
  const ok = held.length > 0 && held.every(isRsa);
  const right: Text = { en: 'an RSA key', zh: 'RSA 密钥' };
  return { name: kind, ok, detail: ok ? right : { en: 'missing, or no RSA key', zh: '缺失或不是 RSA 密钥' } };
}

/** One line for each of a kind: readable, and how long it is good for. */
export function certificateChecks(keys: readonly Credential[], kind: string, now: Temporal.Instant): readonly Check[] {
  const held = keys.filter((k) => k.kind === kind);
  if (held.length === 0) return [{ name: kind, ok: false, detail: { en: 'missing', zh: '缺失' } }];
  return held.map((k) => {
    const name = k.id === '' ? kind : `${kind} ${k.id}`;
    if (rsaPublicKey(k.value) === undefined)
      return { name, ok: false, detail: { en: 'it cannot be read', zh: '无法读取' } };
    const end = endOf(k);
    if (end === undefined) return { name, ok: true, detail: { en: 'no expiry', zh: '无有效期' } };
    const left = Math.floor(now.until(end).total('hours') / 24);
    return { name, ok: left > WARN_DAYS, detail: { en: `${left} days left`, zh: `剩余 ${left} 天` } };
  });
}

/** As it was entered, else as the certificate itself says; a bare public key has none. Throws where it is no certificate. */
export function endOf(k: Pick<Credential, 'value' | 'notAfter'>): Temporal.Instant | undefined {
  if (k.notAfter !== undefined || !k.value.includes('BEGIN CERTIFICATE')) return k.notAfter;
  return Temporal.Instant.fromEpochMilliseconds(new X509Certificate(k.value).validToDate.getTime());
}

function isPrivate(text: string): boolean {
  try {
    rsaPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}
