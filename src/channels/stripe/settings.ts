/** What a Stripe account needs besides its acct_ number; checked when it is entered. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';
import { isOrderKey } from '../../files/formats/stripe.ts';

/** The version of the API that is asked, and that our shapes were read from. Events come in the version of whoever made them. */
export const API_VERSION = '2026-10-28.endive';
export const DEFAULT_ORDER_KEY = 'order_id';
/** Where a refund of ours carries the merchant's number; Stripe's report has it as `refund_metadata[refund_id]`. */
export const REFUND_KEY = 'refund_id';

export const settingsShape = z.strictObject({
  /** The metadata key under which the merchant's system puts its payment number. One that the reader of the reports knows too. */
  order_key: z.string().max(40).refine(isOrderKey, 'not a name that the reports are read by').optional(),
  /** What names a payment: the number in its metadata, or the PaymentIntent's own (each attempt by itself, two successes told apart). */
  payment_ref: z.enum(['metadata', 'payment_intent']).optional(),
});

export const CREDENTIALS = {
  api_key: {
    en: 'a secret or restricted key (sk_… or rk_…) of the mode of this account',
    zh: '与本账户模式一致的密钥或受限密钥(sk_… 或 rk_…)',
  },
  webhook_secret: {
    en: 'the signing secret of the webhook endpoint (whsec_…); several while one is rolled, each with a name of its own',
    zh: 'Webhook 端点的签名密钥(whsec_…);轮换期间可录入多个,各自取名',
  },
} as const satisfies Record<string, Text>;
