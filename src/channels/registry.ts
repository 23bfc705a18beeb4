/** Every channel there is, by its name. */
import { DaozhangError } from '../base/errors.ts';
import { adyen } from './adyen/channel.ts';
import { alipay } from './alipay/channel.ts';
import type { Channel } from './channel.ts';
import { lakala } from './lakala/channel.ts';
import { CHANNEL_NAMES } from './names.ts';
import { paypal } from './paypal/channel.ts';
import { stripe } from './stripe/channel.ts';
import { unionpay } from './unionpay/channel.ts';
import { wechatpay } from './wechatpay/channel.ts';

const BY_NAME: { readonly [N in (typeof CHANNEL_NAMES)[number]]: Channel } = {
  wechatpay,
  alipay,
  lakala,
  unionpay,
  stripe,
  adyen,
  paypal,
};
export const CHANNELS: readonly Channel[] = CHANNEL_NAMES.map((name) => BY_NAME[name]);

/** Throws `channel.unknown`. */
export function channelOf(id: string): Channel {
  const channel = CHANNELS.find((c) => c.id === id);
  if (channel === undefined)
    throw new DaozhangError('channel.unknown', { channel: id, known: CHANNELS.map((c) => c.id).join(', ') });
  return channel;
}
