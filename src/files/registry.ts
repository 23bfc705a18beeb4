/** The formats, most telling first: the first that recognises a document reads it. */
import { DaozhangError } from '../base/errors.ts';
import type { Format, Head } from './format.ts';
import { adyenAccounting } from './formats/adyen-accounting.ts';
import { adyenSettlement } from './formats/adyen-settlement.ts';
import { alipayLedger } from './formats/alipay-ledger.ts';
import { alipayPersonal } from './formats/alipay-personal.ts';
import { alipaySummary } from './formats/alipay-summary.ts';
import { alipayTrade } from './formats/alipay-trade.ts';
import { bai2 } from './formats/bai2.ts';
import { bankTable } from './formats/bank-table.ts';
import { camt } from './formats/camt.ts';
import { mt940 } from './formats/mt940.ts';
import { ofx } from './formats/ofx.ts';
import { orderCsv } from './formats/order-csv.ts';
import { orderMapped, orderMappedRows } from './formats/order-mapped.ts';
import { paypalActivity } from './formats/paypal-activity.ts';
import { paypalStl } from './formats/paypal-stl.ts';
import { stripeBalance } from './formats/stripe-balance.ts';
import { stripePayoutReconciliation } from './formats/stripe-payout-reconciliation.ts';
import { stripePayouts } from './formats/stripe-payouts.ts';
import { unionpayZm } from './formats/unionpay-zm.ts';
import { unionpayZme } from './formats/unionpay-zme.ts';
import { wechatPersonal } from './formats/wechat-personal.ts';
import { wechatpayFundflow } from './formats/wechatpay-fundflow.ts';
import { wechatpayTrade } from './formats/wechatpay-trade.ts';

export const FORMATS: readonly Format[] = [
  orderCsv,
  wechatpayTrade,
  wechatpayFundflow,
  alipayTrade,
  alipayLedger,
  alipaySummary,
  bai2,
  ofx,
  alipayPersonal,
  unionpayZm,
  unionpayZme,
  wechatPersonal,
  camt,
  mt940,
  stripePayouts,
  stripePayoutReconciliation,
  stripeBalance,
  adyenSettlement,
  adyenAccounting,
  paypalStl,
  paypalActivity,
  bankTable,
  orderMapped,
  orderMappedRows,
];

/**
 * The format of a document by its content, the configured ones first. A configured one takes the place of the built-in of its
 * id: a bank table by its currency, and an order book that the saved mapping does not fit is refused, not read by other names.
 * `file.unknown_format` when none fits.
 */
export function detect(head: Head, configured: readonly Format[] = []): Format {
  const own = configured.find((f) => f.role !== 'bank' && f.detect(head));
  if (own) return own;
  const format = FORMATS.find((f) => f.detect(head));
  if (!format) throw new DaozhangError('file.unknown_format', { path: head.name });
  return configured.find((f) => f.id === format.id) ?? format;
}

/** A format by its id, for `--format`. */
export function formatOf(id: string, configured: readonly Format[] = []): Format {
  const format = [...configured, ...FORMATS].find((f) => f.id === id);
  if (!format) throw new DaozhangError('file.no_such_format', { format: id });
  return format;
}
