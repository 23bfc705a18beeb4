/** Tries the account against the live gateway: keys, certificates, rights. Asks about a payment that cannot be there: nothing changes. */
import type { Call } from '../call.ts';
import type { Check } from '../channel.ts';
import { certificateChecks, inquiryCheck, namedKeyCheck } from '../checks.ts';
import { query } from './calls.ts';

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const now = on.io.now();
  const paymentRef = `dz${on.io
    .nonce()
    .replace(/[^0-9A-Za-z]/g, '')
    .slice(0, 24)}`;
  const ask = { paymentRef, channelTrade: undefined, product: undefined, placedAt: now };
  return [
    namedKeyCheck(on.keys, 'merchant_key'),
    certIdCheck(on),
    ...certificateChecks(on.keys, 'middle_cert', now),
    ...certificateChecks(on.keys, 'root_cert', now),
    inquiryCheck(await query(ask, on)),
  ];
}

/** Most tools print a serial number in hex; UnionPay wants it in decimal. */
function certIdCheck({ keys }: Call): Check {
  const id = keys.find((k) => k.kind === 'merchant_key')?.id ?? '';
  const ok = /^\d{1,50}$/.test(id);
  return {
    name: 'cert_id',
    ok,
    detail: ok
      ? { en: 'a serial number in decimal', zh: '十进制证书序列号' }
      : { en: 'certId is the serial number of the certificate in decimal', zh: 'certId 应为证书序列号的十进制形式' },
  };
}
