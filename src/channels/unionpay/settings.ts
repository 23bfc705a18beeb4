/** What a UnionPay account needs besides its merchant number (merId); checked when it is entered. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';

/** `back`: the merchant's server pays in one call and knows at once (被扫, 无跳转); all else is `front`: the buyer is sent to a page or app. */
export const PRODUCTS = ['front', 'back'] as const;

export const settingsShape = z.strictObject({
  /** The product where an order names none. */
  product: z.enum(PRODUCTS).optional(),
  /** 业务类型 of refunds, revocations and questions; 000201 where nothing is said. */
  biz_type: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
  /** The name by which UnionPay reaches the account's notification address: where it tells of refunds and revocations made here. */
  back_url: z
    .url({ protocol: /^https?$/ })
    .max(256)
    .optional(),
  /** Where files are fetched, only where that is not UnionPay's own host. */
  file_url: z.url({ protocol: /^https?$/ }).optional(),
});

export const CREDENTIALS = {
  merchant_key: {
    en: "the private key of the merchant's signing certificate (PEM); its id is the certificate's serial number in decimal (certId)",
    zh: '商户签名证书的私钥(PEM);id 为该证书序列号的十进制形式(certId)',
  },
  middle_cert: {
    en: 'the middle certificate that UnionPay hands out (acp_prod_middle.cer, PEM)',
    zh: '银联下发的中级证书(acp_prod_middle.cer,PEM)',
  },
  root_cert: {
    en: 'the root certificate that UnionPay hands out (acp_prod_root.cer, PEM)',
    zh: '银联下发的根证书(acp_prod_root.cer,PEM)',
  },
} as const satisfies Record<string, Text>;
