/** The file of a clearing day from the truth, as UnionPay delivers it: a zip of ZM and, where there was any error, ZME. */
import type { Dispute, Trade } from '../../documents/domain.ts';
import { unionpayZip } from '../../documents/unionpay-zip.ts';
import { clearingDay, PAID, type Txn, wallClock } from './truth.ts';

const FEE_PER_MILLE = 6n;
/** Rounded half up. */
export const feeOf = (fen: bigint): bigint => (fen * FEE_PER_MILLE + 500n) / 1_000n;
const KINDS = { '01': 'payment', '04': 'refund', '31': 'reversal' } as const;

/** Undefined for a day without movements: UnionPay knows no such file. */
export function dayFile(
  txns: readonly Txn[],
  disputes: readonly Dispute[],
  merId: string,
  on: Temporal.PlainDate,
): Uint8Array | undefined {
  const mine = txns.filter((t) => PAID.has(t.code) && t.at !== undefined && clearingDay(t.at).equals(on));
  const errors = disputes.filter((d) => d.at.add({ hours: 1 }).toPlainDate().equals(on));
  if (mine.length === 0 && errors.length === 0) return undefined;
  const trades: Trade[] = mine.map((t) => ({
    kind: KINDS[t.txnType],
    at: wallClock(t.at!),
    account: merId,
    amount: BigInt(t.fen),
    fee: feeOf(BigInt(t.fen)),
    tradeNo: (t.origin ?? t).queryId!,
    orderRef: (t.origin ?? t).orderId,
    ...(t.origin === undefined ? {} : { refundNo: t.queryId!, refundRef: t.orderId }),
  }));
  trades.sort((a, b) => Temporal.PlainDateTime.compare(a.at, b.at));
  return unionpayZip({ merchant: merId, settledOn: on, trades, disputes: errors });
}
