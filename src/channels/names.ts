/** The channels' names, for whoever only lists them: the channels themselves (`registry.ts`) take a start of the program 50 ms to load. */
export const CHANNEL_NAMES = ['wechatpay', 'alipay', 'lakala', 'unionpay', 'stripe', 'adyen', 'paypal'] as const;
