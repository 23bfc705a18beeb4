/** What a PayPal account needs besides its merchant id; checked when it is entered. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';

export const settingsShape = z.strictObject({
  client_id: z.string().regex(/^[\w-]{10,128}$/),
});

export const CREDENTIALS = {
  client_secret: {
    en: "the REST application's secret",
    zh: 'REST 应用的密钥(Secret)',
  },
  // No secret; but PayPal gives it out only after the address of the notifications is known, and credentials may come later.
  webhook_id: {
    en: "the webhook's id, which is signed with every notification: entered after the address is registered at PayPal",
    zh: 'Webhook ID,每条通知的签名都包含它:在 PayPal 登记通知地址之后录入',
  },
  webhook_cert: {
    en: 'fetched by itself: the certificate that signs notifications; id is the last part of its address, CERT-…',
    zh: '自动获取:为通知签名的证书;id 为其地址的最后一段 CERT-…',
  },
  trust_cert: {
    en: 'optional: a CA certificate (PEM) that must stand above whatever certificate is fetched',
    zh: '可选:所获取的证书必须由其签发的 CA 证书(PEM)',
  },
} as const satisfies Record<string, Text>;
