/** What an Alipay account needs besides its PID; checked when it is entered. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';

/** `barcode`: the shop scans the buyer (当面付条码支付), who stands at the till. */
export const PRODUCTS = ['barcode', 'precreate', 'page', 'wap', 'app', 'jsapi'] as const;

export const settingsShape = z.strictObject({
  app_id: z.string().regex(/^\d{16,32}$/),
  /** The product where an order names none. */
  product: z.enum(PRODUCTS).optional(),
  /** Other hosts that bills may be fetched from, besides the gateway's own and Alipay's: names, separated by commas. */
  bill_hosts: z.string().max(500).optional(),
});

export const CREDENTIALS = {
  app_key: {
    en: "the application's private key (PEM, or bare base64 as the key tool saves it)",
    zh: '应用私钥(PEM,或密钥工具保存的不带头尾的 base64)',
  },
  alipay_key: {
    en: "Alipay's public key of this application; in certificate mode Alipay's public-key certificate (PEM)",
    zh: '该应用对应的支付宝公钥;证书模式下为支付宝公钥证书(PEM)',
  },
  app_cert: {
    en: 'certificate mode only: the application certificate (PEM)',
    zh: '仅证书模式:应用公钥证书(PEM)',
  },
  alipay_root_cert: {
    en: "certificate mode only: Alipay's root certificates (PEM, all of the file)",
    zh: '仅证书模式:支付宝根证书(PEM,整个文件)',
  },
} as const satisfies Record<string, Text>;
