/** What a Lakala account needs besides its trading merchant number; checked when it is entered. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';

/** 聚合扫码 (the customer scans, or is scanned at the till) and 收银台. */
export const PRODUCTS = ['scan', 'barcode', 'cashier'] as const;

export const settingsShape = z.strictObject({
  appid: z.string().min(1).max(32),
  term_no: z.string().min(1).max(32),
  /** Lakala knows a merchant by two numbers: the one that trades, and the one that settles. A notification may carry either. */
  settle_merchant_no: z.string().min(1).max(32).optional(),
  /** The product where an order names none. */
  product: z.enum(PRODUCTS).optional(),
  /** The public address of the merchant's server: Lakala's risk control asks for it with every close, reversal and refund. */
  request_ip: z.ipv4().optional(),
});

export const CREDENTIALS = {
  merchant_key: {
    en: "the merchant's API private key (PEM); its id is the serial number of the certificate uploaded to Lakala",
    zh: '商户 API 私钥(PEM);id 为已上传至拉卡拉的商户证书序列号',
  },
  platform_key: {
    en: "Lakala's platform certificate (PEM), which signs answers; its id is the certificate's serial number",
    zh: '拉卡拉平台证书(PEM),用于应答验签;id 为证书序列号',
  },
  notify_key: {
    en: "Lakala's notification certificate (PEM), another than the platform's",
    zh: '拉卡拉异步通知验签证书(PEM),与平台证书不是同一张',
  },
} as const satisfies Record<string, Text>;
