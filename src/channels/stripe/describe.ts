/** How a Stripe account is entered, in words. Source: docs/channels/stripe.md. */
import type { z } from 'zod';
import type { Description } from '../describe.ts';
import type { CREDENTIALS, settingsShape } from './settings.ts';

export const DESCRIPTION = {
  title: { zh: 'Stripe', en: 'Stripe' },
  about: { zh: '自有账户或关联账户(Connect)', en: 'one account of your own, or a connected one' },
  merchantNo: {
    title: { zh: '账户号', en: 'account' },
    where: { zh: '控制台 → 设置 → 账户', en: 'Dashboard → Settings → Account' },
    pattern: 'acct_\\w{8,40}',
    example: 'acct_1Nv0FGQ9RKHgCVdK',
  },
  subMerchantNo: {
    title: { zh: '关联账户', en: 'connected account' },
    where: {
      zh: '控制台 → Connect;此时上面填平台账户',
      en: 'Dashboard → Connect; the one above is then the platform’s',
    },
    pattern: 'acct_\\w{8,40}',
  },
  settings: {
    order_key: {
      title: { zh: '单号所在的 metadata 键', en: 'metadata key of your number' },
      where: { zh: '您的代码;不填为 order_id', en: 'your code; order_id where nothing is said' },
      pattern: '[\\w -]{1,40}',
      example: 'order_id',
    },
    payment_ref: {
      title: { zh: '以什么为支付命名', en: 'what names a payment' },
      where: {
        zh: '自己创建 PaymentIntent 的系统选后者',
        en: 'systems that make the PaymentIntent themselves choose the latter',
      },
      options: {
        metadata: { zh: 'metadata 里的单号', en: 'the number in its metadata' },
        payment_intent: { zh: 'PaymentIntent 的 id', en: 'the PaymentIntent’s own id' },
      },
    },
  },
  credentials: {
    api_key: {
      title: { zh: 'API 密钥', en: 'API key' },
      where: {
        zh: '控制台 → 开发者 → API 密钥;建议用受限密钥 rk_…',
        en: 'Dashboard → Developers → API keys; a restricted key (rk_…) is best',
      },
      form: 'text',
      pattern: '(sk|rk)_(live|test)_\\w+',
      need: 'always',
    },
    webhook_secret: {
      title: { zh: 'Webhook 签名密钥', en: 'webhook signing secret' },
      where: {
        zh: '控制台 → Webhook → 用下面的通知地址建立端点之后',
        en: 'Dashboard → Webhooks, once an endpoint was made with the notification address',
      },
      form: 'text',
      pattern: 'whsec_\\S+',
      need: 'later',
    },
  },
  notify: {
    zh: '控制台 → Webhook → 添加端点,订阅 payment_intent.*、charge.succeeded、charge.captured、refund.*、charge.dispute.*、payout.*,再录入它的签名密钥。',
    en: 'Dashboard → Webhooks → add an endpoint for payment_intent.*, charge.succeeded, charge.captured, refund.*, charge.dispute.*, payout.*; then enter its signing secret.',
  },
} as const satisfies Description<keyof z.output<typeof settingsShape>, keyof typeof CREDENTIALS>;
