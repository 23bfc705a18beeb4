/**
 * Payments by the customer's code at the till are not closed but taken back: the customer may be typing the PIN, and what was paid meanwhile
 * comes back to the customer. Data. Pure.
 *
 * Sources: WeChat Pay, “付款码支付” (查单 for 30 s, then 撤销, within seven days); Alipay, “当面付” (alipay.trade.cancel, within a day of the order);
 * Lakala, “聚合扫码-关单” (only what the customer scans can be closed) and “撤销” (of the day; after it Lakala itself asks the wallet to its end).
 */
import type { ChannelId } from './channel.ts';

export type Ending = 'close' | 'reverse';

/** `after`: whether it can be closed once it cannot be taken back any more. */
type Reversed = Readonly<{ product: string; hours: number; after: 'close' | undefined }>;
const REVERSED: Readonly<Partial<Record<ChannelId, Reversed>>> = {
  wechatpay: { product: 'codepay', hours: 7 * 24, after: 'close' },
  alipay: { product: 'barcode', hours: 24, after: 'close' },
  lakala: { product: 'barcode', hours: 24, after: undefined },
};

/** How an open payment of this product is ended at the channel now; undefined: it is left to the channel, and asked about. */
export function endingOf(
  provider: ChannelId,
  product: string | undefined,
  placedAt: Temporal.Instant,
  now: Temporal.Instant,
): Ending | undefined {
  const it = REVERSED[provider];
  if (it === undefined || it.product !== product) return 'close';
  return Temporal.Instant.compare(now, placedAt.add({ hours: it.hours })) < 0 ? 'reverse' : it.after;
}
