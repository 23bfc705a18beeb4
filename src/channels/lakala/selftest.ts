/** Tries the account against the live channel: keys, rights, clocks. Asks about a payment that cannot be there, so nothing changes. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { Check, Credential } from '../channel.ts';
import { type Call, query } from './calls.ts';

const WARN_DAYS = 30;

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const checks: Check[] = [
    keyCheck(on),
    ...certificateChecks(on, 'platform_key'),
    ...certificateChecks(on, 'notify_key'),
  ];
  const probe = `dz${on.io.nonce().slice(0, 24)}`;
  const answer = await query({ paymentRef: probe, channelTrade: undefined, product: undefined }, on);
  const isKnown = answer.outcome === 'answered';
  const says = isKnown
    ? ''
    : 'code' in answer
      ? `${answer.code}: ${answer.detail}`
      : 'detail' in answer
        ? answer.detail
        : 'limited';
  checks.push({
    name: 'inquiry',
    ok: isKnown,
    detail: isKnown
      ? { en: 'the channel answers and its signature holds', zh: '渠道已应答,签名有效' }
      : { en: `no usable answer: ${says}`, zh: `没有可用的应答:${says}` },
  });
  const hasIp = on.account.settings.request_ip !== undefined;
  checks.push({
    name: 'request_ip',
    ok: hasIp,
    detail: hasIp
      ? { en: 'given: payments can be closed, reversed and refunded', zh: '已填写:可关单、撤销和退款' }
      : { en: 'missing: nothing can be closed, reversed or refunded', zh: '缺失:无法关单、撤销和退款' },
  });
  return checks;
}

function keyCheck(on: Call): Check {
  const key = on.keys.find((k) => k.kind === 'merchant_key');
  let ok = false;
  try {
    ok = key !== undefined && createPrivateKey(key.value).asymmetricKeyType === 'rsa' && key.id !== '';
  } catch {}
  return {
    name: 'merchant_key',
    ok,
    detail: ok
      ? { en: 'an RSA private key with its serial number', zh: 'RSA 私钥及证书序列号' }
      : {
          en: 'missing, not RSA, or without the serial number of its certificate',
          zh: '缺失、不是 RSA,或没有证书序列号',
        },
  };
}

function certificateChecks(on: Call, kind: string): readonly Check[] {
  const held = on.keys.filter((k) => k.kind === kind);
  if (held.length === 0) return [{ name: kind, ok: false, detail: { en: 'missing', zh: '缺失' } }];
  return held.map((k) => {
    const name = k.id === '' ? kind : `${kind} ${k.id}`;
    try {
      createPublicKey(k.value);
    } catch {
      return { name, ok: false, detail: { en: 'it cannot be read', zh: '无法读取' } };
    }
    const end = endOf(k);
    if (end === undefined) return { name, ok: true, detail: { en: 'no expiry', zh: '无有效期' } };
    const left = Math.floor(on.io.now().until(end).total('hours') / 24);
    return { name, ok: left > WARN_DAYS, detail: { en: `${left} days left`, zh: `剩余 ${left} 天` } };
  });
}

/** As it was entered, else as the certificate itself says; a bare public key has none. */
function endOf(k: Credential): Temporal.Instant | undefined {
  if (k.notAfter !== undefined || !k.value.includes('CERTIFICATE')) return k.notAfter;
  return Temporal.Instant.fromEpochMilliseconds(new X509Certificate(k.value).validToDate.getTime());
}
