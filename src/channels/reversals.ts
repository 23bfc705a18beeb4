/**
 * Payments by the customer's code at the till are not closed but taken back: the customer may be typing the PIN, and what was paid meanwhile
 * comes back to the customer. Data. Pure.
 *
 * Sources: WeChat Pay, “付款码支付” (查单 for 30 s, then 撤销, within seven days); Alipay, “当面付” (alipay.trade.cancel, within a day of the order).
 */
import type { ChannelId } from './channel.ts';

const REVERSED: Readonly<Partial<Record<ChannelId, Readonly<{ product: string; hours: number }>>>> = {
  wechatpay: { product: 'codepay', hours: 7 * 24 },
  alipay: { product: 'barcode', hours: 24 },
};

/** Is an open payment of this product taken back where others are closed, and still? */
export function isTakenBack(
  provider: ChannelId,
  product: string | undefined,
  placedAt: Temporal.Instant,
  now: Temporal.Instant,
): boolean {
  const it = REVERSED[provider];
  return (
    it !== undefined && it.product === product && Temporal.Instant.compare(now, placedAt.add({ hours: it.hours })) < 0
  );
}
