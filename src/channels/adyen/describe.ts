/** How an Adyen account is entered, in words. Source: docs/channels/adyen.md. */
import type { z } from 'zod';
import type { Description } from '../describe.ts';
import type { CREDENTIALS, settingsShape } from './settings.ts';

export const DESCRIPTION = {
  title: { zh: 'Adyen', en: 'Adyen' },
  about: { zh: '经典支付,标准 Webhook 与每日记账报表', en: 'classic payments, standard webhooks and the daily report' },
  merchantNo: {
    title: { zh: '商户账户名', en: 'merchant account' },
    where: { zh: 'Customer Area 左上角;不是公司账户', en: 'top left of the Customer Area; not the company account' },
    pattern: '\\w{2,64}',
    example: 'ExampleCo_EU',
  },
  settings: {
    capture: {
      title: { zh: '请款方式', en: 'capture' },
      where: {
        zh: 'Settings → Account settings → capture delay;部分人工请款选人工',
        en: 'Settings → Account settings → capture delay; if only some are automatic: manual',
      },
      options: {
        automatic: { zh: '授权后由 Adyen 自动请款', en: 'Adyen captures what it authorises' },
        manual: { zh: '由您请款', en: 'you capture' },
      },
    },
    reports_url: {
      title: { zh: '报表下载地址', en: 'address of reports' },
      where: { zh: '仅当报表不在 Customer Area 时填写', en: 'only where reports are not at Adyen’s Customer Area' },
      pattern: 'https?://\\S+',
    },
    report_zone: {
      title: { zh: '账户时区', en: 'zone of the account' },
      where: {
        zh: 'Settings → Account settings;不是中欧时间时填写',
        en: 'Settings → Account settings, if it is not Amsterdam’s',
      },
      pattern: '\\w+/\\w+(/\\w+)?',
      example: 'America/New_York',
    },
  },
  credentials: {
    hmac_key: {
      title: { zh: 'HMAC 密钥', en: 'HMAC key' },
      where: {
        zh: 'Developers → Webhooks → 用下面的通知地址建立标准 Webhook 之后 → HMAC key',
        en: 'Developers → Webhooks, once a standard webhook was made with the notification address → HMAC key',
      },
      form: 'text',
      pattern: '([0-9A-Fa-f]{2}){16,64}',
      need: 'later',
    },
    api_key: {
      title: { zh: 'API 密钥', en: 'API key' },
      where: {
        zh: 'Developers → API credentials → Web service user',
        en: 'Developers → API credentials → web service user',
      },
      form: 'text',
      need: 'always',
    },
    report_key: {
      title: { zh: '报表 API 密钥', en: 'report API key' },
      where: {
        zh: 'Developers → API credentials → Report service;不填则用 API 密钥',
        en: 'Developers → API credentials → report service; else the API key is used',
      },
      form: 'text',
      need: 'sometimes',
    },
    report_login: {
      title: { zh: '报表用户名与密码', en: 'report user and password' },
      where: { zh: '可代替报表 API 密钥,写作 用户名:密码', en: 'instead of the report API key, as user:password' },
      form: 'text',
      pattern: '[^:]+:\\S+',
      need: 'sometimes',
    },
  },
  notify: {
    zh: 'Developers → Webhooks → Standard webhook,建在该商户账户上,JSON,启用 HMAC;再录入它的 HMAC 密钥。另请打开每日 Payment accounting 报表。',
    en: 'Developers → Webhooks → standard webhook of this merchant account, JSON, with HMAC; then enter its HMAC key. Turn on the daily Payment accounting report too.',
  },
  testUrl: 'https://checkout-test.adyen.com/v72',
} as const satisfies Description<keyof z.output<typeof settingsShape>, keyof typeof CREDENTIALS>;
