/** Tries the account against the live channel: keys, rights, clocks. Asks about a payment that cannot be there, so nothing changes. */
import type { Call } from '../call.ts';
import type { Check } from '../channel.ts';
import { certificateChecks, inquiryCheck, namedKeyCheck } from '../checks.ts';
import { query } from './calls.ts';

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const probe = `dz${on.io.nonce().slice(0, 24)}`;
  const hasIp = on.account.settings.request_ip !== undefined;
  return [
    namedKeyCheck(on.keys, 'merchant_key'),
    ...certificateChecks(on.keys, 'platform_key', on.io.now()),
    ...certificateChecks(on.keys, 'notify_key', on.io.now()),
    inquiryCheck(await query({ paymentRef: probe, channelTrade: undefined, product: undefined }, on)),
    {
      name: 'request_ip',
      ok: hasIp,
      detail: hasIp
        ? { en: 'given: payments can be closed, reversed and refunded', zh: '已填写:可关单、撤销和退款' }
        : { en: 'missing: nothing can be closed, reversed or refunded', zh: '缺失:无法关单、撤销和退款' },
    },
  ];
}
