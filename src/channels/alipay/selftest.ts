/** Tries the account against the live gateway: keys, rights. Asks about a payment that cannot be there, so nothing changes. */
import type { Text } from '../../base/lang.ts';
import type { Call } from '../call.ts';
import type { Check } from '../channel.ts';
import { certificateChecks, inquiryCheck, rsaCheck } from '../checks.ts';
import { query } from './calls.ts';
import { certificateNames } from './sign.ts';

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const paymentRef = `dz${on.io.nonce().slice(0, 24)}`;
  return [
    rsaCheck(on.keys, 'app_key', 'private'),
    modeCheck(on),
    ...certificateChecks(on.keys, 'alipay_key', on.io.now()),
    ...(on.keys.some((k) => k.kind === 'app_cert') ? certificateChecks(on.keys, 'app_cert', on.io.now()) : []),
    inquiryCheck(await query({ paymentRef, channelTrade: undefined, product: undefined }, on)),
  ];
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
