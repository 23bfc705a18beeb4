/** Tries the account against the live channel: keys, rights, clocks. Asks about a payment that cannot be there, so nothing changes. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Check } from '../channel.ts';
import { type Call, certificates, query } from './calls.ts';

const WARN_DAYS = 30;

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const checks: Check[] = [keyCheck(on), apiv3Check(on), ...platformChecks(on)];
  const probe = `dz${on.io.nonce().slice(0, 24)}`;
  const answer = await query({ paymentRef: probe, channelTrade: undefined, product: undefined }, on);
  const isKnown = answer.outcome === 'answered';
  const says = isKnown
    ? 'ORDER_NOT_EXIST'
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
  if (!on.keys.some((k) => k.id.startsWith('PUB_KEY_ID_'))) {
    const found = await certificates(on);
    checks.push({
      name: 'certificates',
      ok: found.length > 0,
      detail:
        found.length > 0
          ? { en: `${found.length} platform certificate(s) opened`, zh: `已解开 ${found.length} 张平台证书` }
          : { en: 'the platform certificates could not be fetched or opened', zh: '无法获取或解开平台证书' },
    });
  }
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

function apiv3Check(on: Call): Check {
  const ok = on.keys.find((k) => k.kind === 'apiv3_key')?.value.length === 32;
  return {
    name: 'apiv3_key',
    ok,
    detail: ok ? { en: '32 characters', zh: '32 个字符' } : { en: 'it has 32 characters', zh: '应为 32 个字符' },
  };
}

function platformChecks(on: Call): readonly Check[] {
  return on.keys
    .filter((k) => k.kind === 'platform_key')
    .map((k) => {
      let readable = true;
      try {
        createPublicKey(k.value);
      } catch {
        readable = false;
      }
      const left = k.notAfter === undefined ? undefined : Math.floor(on.io.now().until(k.notAfter).total('hours') / 24);
      const ok = readable && (left === undefined || left > WARN_DAYS);
      const days =
        left === undefined ? { en: 'no expiry', zh: '无有效期' } : { en: `${left} days left`, zh: `剩余 ${left} 天` };
      return {
        name: `platform_key ${k.id}`,
        ok,
        detail: readable ? days : { en: 'it cannot be read', zh: '无法读取' },
      };
    });
}
