/** The business bill (业务明细 with its summary) of a day from the truth, as Alipay delivers it: a zip of GBK. */
import { alipayTradeZip } from '../../documents/alipay-trade-zip.ts';
import type { Trade as Row } from '../../documents/domain.ts';
import { local, type Trade } from './truth.ts';

const FEE_PER_MILLE = 6n;
/** Rounded half up, as the bill prints fen. */
const feeOf = (fen: bigint): bigint => (fen * FEE_PER_MILLE + 500n) / 1_000n;

/** Undefined for a day without movements: the channel answers that there is no bill. */
export function tradeBill(trades: readonly Trade[], pid: string, on: Temporal.PlainDate): Uint8Array | undefined {
  const rows: Row[] = [];
  for (const t of trades) {
    if (t.paidAt === undefined) continue;
    const row = (kind: Row['kind'], at: Temporal.Instant, fen: number, refundRef?: string): void => {
      if (!local(at).toPlainDate().equals(on)) return;
      rows.push({
        kind,
        at: local(at).round({ smallestUnit: 'second', roundingMode: 'trunc' }),
        account: pid,
        amount: BigInt(fen),
        fee: feeOf(BigInt(fen)),
        tradeNo: t.tradeNo!,
        orderRef: t.outTradeNo,
        product: t.subject,
        payer: '*三(138******00)',
        ...(refundRef === undefined ? {} : { refundRef }),
      });
    };
    row('payment', t.paidAt, t.totalFen);
    for (const r of t.refunds) row('refund', r.at, r.fen, r.outRequestNo);
  }
  if (rows.length === 0) return undefined;
  rows.sort((a, b) => Temporal.PlainDateTime.compare(a.at, b.at));
  return alipayTradeZip({ pid, from: on, to: on, trades: rows });
}
