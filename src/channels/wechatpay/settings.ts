/** What a WeChat Pay account needs besides its numbers; checked when it is entered. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';

export const PRODUCTS = ['jsapi', 'native', 'app', 'h5', 'codepay'] as const;

export const settingsShape = z.strictObject({
  appid: z.string().min(1).max(32).optional(),
  /** The product where an order names none. */
  product: z.enum(PRODUCTS).optional(),
});

export const CREDENTIALS = {
  merchant_key: {
    en: "the merchant's API private key (PEM); its id is the serial number of the merchant certificate",
    zh: '商户 API 私钥(PEM);id 为商户 API 证书序列号',
  },
  apiv3_key: { en: 'the APIv3 key, 32 characters', zh: 'APIv3 密钥,32 个字符' },
  platform_key: {
    en: 'a platform certificate, or the WeChat Pay public key (PEM); its id is the serial number or PUB_KEY_ID_…',
    zh: '微信支付平台证书或微信支付公钥(PEM);id 为证书序列号或 PUB_KEY_ID_…',
  },
} as const satisfies Record<string, Text>;
