/** Tries the account against the live channel: keys, rights, clocks. Asks about a payment that cannot be there, so nothing changes. */
import type { Call } from '../call.ts';
import type { Check } from '../channel.ts';
import { certificateChecks, inquiryCheck, namedKeyCheck } from '../checks.ts';
import { certificates, query } from './calls.ts';

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const probe = `dz${on.io.nonce().slice(0, 24)}`;
  // In certificate mode the platform's certificates are fetched: none may be held before the first question.
  const isHeld = on.keys.some((k) => k.kind === 'platform_key');
  const inquiry = inquiryCheck(await query({ paymentRef: probe, channelTrade: undefined, product: undefined }, on));
  const checks = [
    namedKeyCheck(on.keys, 'merchant_key'),
    apiv3Check(on),
    ...(isHeld ? certificateChecks(on.keys, 'platform_key', on.io.now()) : []),
    inquiry,
  ];
  if (on.keys.some((k) => k.id.startsWith('PUB_KEY_ID_'))) return checks;
  const found = await certificates(on);
  return [
    ...checks,
    {
      name: 'certificates',
      ok: found.length > 0,
      detail:
        found.length > 0
          ? { en: `${found.length} platform certificate(s) opened`, zh: `已解开 ${found.length} 张平台证书` }
          : { en: 'the platform certificates could not be fetched or opened', zh: '无法获取或解开平台证书' },
      ...(found.length === 0 && {
        fix: inquiry.ok
          ? {
              en: 'the APIv3 key is another than the one set at WeChat Pay; or this merchant uses the WeChat Pay public key: enter it with its ID',
              zh: 'APIv3 密钥与商户平台上设置的不一致;或该商户已改用微信支付公钥:请录入公钥及其 ID',
            }
          : { en: 'put the inquiry right first, then try again', zh: '先改正查询那一项,再测' },
      }),
    },
  ];
}

function apiv3Check(on: Call): Check {
  const ok = on.keys.find((k) => k.kind === 'apiv3_key')?.value.length === 32;
  return {
    name: 'apiv3_key',
    ok,
    detail: ok ? { en: '32 characters', zh: '32 个字符' } : { en: 'it has 32 characters', zh: '应为 32 个字符' },
  };
}
