/** How a PayPal account is entered, in words. Source: docs/channels/paypal.md. */
import type { z } from 'zod';
import { CERTIFICATE, type Description } from '../describe.ts';
import type { CREDENTIALS, settingsShape } from './settings.ts';

export const DESCRIPTION = {
  title: { zh: 'PayPal', en: 'PayPal' },
  about: { zh: 'PayPal Checkout,自有 REST 应用', en: 'PayPal Checkout with a REST application of your own' },
  merchantNo: {
    title: { zh: '商家编号', en: 'merchant id' },
    where: {
      zh: 'PayPal → 账户设置 → 商家信息,13 位',
      en: 'PayPal → account settings → business information, 13 characters',
    },
    pattern: '[0-9A-Z]{13}',
    example: '2J6QB8YJQSJRJ',
  },
  settings: {
    client_id: {
      title: { zh: 'Client ID', en: 'client id' },
      where: {
        zh: '开发者后台 → Apps & Credentials → 该应用',
        en: 'developer dashboard → Apps & Credentials → the application',
      },
      pattern: '[\\w-]{10,128}',
    },
  },
  credentials: {
    client_secret: {
      title: { zh: 'Secret', en: 'secret' },
      where: { zh: '同一页', en: 'the same page' },
      form: 'text',
      pattern: '\\S{10,}',
      need: 'always',
    },
    webhook_id: {
      title: { zh: 'Webhook ID', en: 'webhook id' },
      where: {
        zh: '同一页,用下面的通知地址创建 webhook 之后',
        en: 'the same page, once a webhook was made with the notification address',
      },
      form: 'text',
      pattern: '\\w{8,40}',
      isPublic: true,
      need: 'later',
    },
    webhook_cert: {
      title: { zh: '通知证书', en: 'notification certificate' },
      where: { zh: '自动获取,不用填', en: 'fetched by itself' },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'fetched',
    },
    trust_cert: {
      title: { zh: '上级 CA 证书', en: 'CA certificate' },
      where: {
        zh: '可选:所获取的证书必须由其签发',
        en: 'optional: whatever certificate is fetched must stand below it',
      },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'sometimes',
    },
  },
  notify: {
    zh: '开发者后台 → 该应用 → Webhooks → 用它创建 webhook,再录入得到的 Webhook ID。在此之前通知都会被拒收,PayPal 会在三天内重发。',
    en: 'Developer dashboard → the application → Webhooks → make one with it, then enter the id it got. Until then notifications are refused; PayPal brings them again for three days.',
  },
  testUrl: 'https://api-m.sandbox.paypal.com',
} as const satisfies Description<keyof z.output<typeof settingsShape>, keyof typeof CREDENTIALS>;
