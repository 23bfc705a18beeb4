/** What people call the channels. An unknown one is called by the name its documents use. */
import type { Lang, Text } from '../base/lang.ts';

const NAMES: Readonly<Record<string, Text>> = {
  wechatpay: { en: 'WeChat Pay', zh: '微信支付' },
  alipay: { en: 'Alipay', zh: '支付宝' },
  lakala: { en: 'Lakala', zh: '拉卡拉' },
  unionpay: { en: 'UnionPay', zh: '银联' },
  ecny: { en: 'e-CNY', zh: '数字人民币' },
  stripe: { en: 'Stripe', zh: 'Stripe' },
  adyen: { en: 'Adyen', zh: 'Adyen' },
  paypal: { en: 'PayPal', zh: 'PayPal' },
};

export function channelName(channel: string | undefined, lang: Lang): string {
  if (channel === undefined) return lang === 'zh' ? '渠道' : 'the channel';
  return NAMES[channel]?.[lang] ?? channel;
}
