/** The merchant's order book in our own CSV (src/files/formats/order-csv.ts reads it). */
import { decimalText } from '../../src/base/money.ts';
import type { OrderRow } from './domain.ts';
import { csvLine, stampText, utf8 } from './text.ts';

const HEADER =
  'order_ref,payment_ref,kind,status,amount,currency,created_at,paid_at,channel,account,store,terminal,channel_ref';

export function orderCsv(rows: readonly OrderRow[]): Uint8Array {
  const lines = rows.map((r) => {
    const currency = r.currency ?? 'CNY';
    return csvLine([
      ...[r.orderRef, r.paymentRef ?? '', r.kind, r.status, decimalText(r.amount, currency), currency],
      ...[stampText(r.createdAt), r.paidAt ? stampText(r.paidAt) : ''],
      ...[r.channel, r.account ?? '', r.store ?? '', r.terminal ?? '', r.channelRef ?? ''],
    ]);
  });
  return utf8([HEADER, ...lines, ''].join('\n'));
}
