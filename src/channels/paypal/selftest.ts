/** Tries the account against the live API: secret, webhook, rights. Asks about a payment that cannot be there, so nothing changes. */
import type { Call } from '../call.ts';
import type { Check } from '../channel.ts';
import { certificateChecks, inquiryCheck } from '../checks.ts';
import { isOwnWebhook, query } from './calls.ts';

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const paymentRef = `DZ${on.io.nonce().slice(0, 30).toUpperCase()}`;
  const inquiry = inquiryCheck(await query({ paymentRef, channelTrade: undefined, product: undefined }, on));
  const own = await Promise.all(on.keys.filter((k) => k.kind === 'webhook_id').map((k) => isOwnWebhook(k.value, on)));
  const ok = own.length > 0 && own.every(Boolean);
  const isHeld = on.keys.some((k) => k.kind === 'webhook_cert');
  return [
    inquiry,
    {
      name: 'webhook_id',
      ok,
      detail: ok
        ? { en: "a webhook of this application's", zh: '属于该应用的 Webhook' }
        : {
            en: 'missing, or no webhook of this application: no notification can be checked',
            zh: '缺失,或不属于该应用的 Webhook:无法核验通知',
          },
    },
    // None is held before the first notification.
    ...(isHeld ? certificateChecks(on.keys, 'webhook_cert', on.io.now()) : []),
  ];
}
