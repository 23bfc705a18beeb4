/**
 * The bills of a day from the truth: the trade bill (交易账单, ALL) and the fund-flow bill (资金账单): BOM, back-ticks, a summary of two
 * lines. Amounts in yuan, the trade bill's fees to five decimals.
 */
import { divideRounding } from '../../../src/base/money.ts';
import type { LedgerEntry } from '../../documents/domain.ts';
import { wechatFundFlow } from '../../documents/wechat-fund-flow.ts';
import type { Withdrawal } from './payouts.ts';
import type { Trade } from './truth.ts';

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

const FEE_PER_MILLE = 6;
const yuan = (fen: number): string =>
  `${fen < 0 ? '-' : ''}${Math.floor(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;
/** A fee in units of 0.00001 yuan: fen × 0.6 %. */
const fine = (units: number): string =>
  `${units < 0 ? '-' : ''}${Math.floor(Math.abs(units) / 100_000)}.${String(Math.abs(units) % 100_000).padStart(5, '0')}`;
const local = (at: Temporal.Instant): Temporal.ZonedDateTime => at.toZonedDateTimeISO('Asia/Shanghai');
const stamp = (at: Temporal.Instant): string =>
  `${local(at).toPlainDate()} ${local(at).toPlainTime().toString({ smallestUnit: 'second' })}`;
const row = (cells: readonly string[]): string => cells.map((c) => `\`${c}`).join(',');

/** The row of a success taken back at the till has no refund's numbers. */
const REVOKED = { state: 'REVOKED', refundId: '0', outRefundNo: '0', type: '', status: '' } as const;

const isOn = (at: Temporal.Instant, on: Temporal.PlainDate): boolean => local(at).toPlainDate().equals(on);

/** Undefined for a day without movements: the channel answers that there is no bill. */
export function tradeBill(trades: readonly Trade[], on: Temporal.PlainDate): Buffer | undefined {
  const lines: Array<readonly [Temporal.Instant, string]> = [];
  let [paid, refunded, fee] = [0, 0, 0];
  for (const t of trades) {
    if (t.successAt === undefined) continue;
    const head = (at: Temporal.Instant, state: string): string[] => [
      stamp(at),
      t.appid,
      t.mchid,
      t.subMchid ?? '0',
      '',
      t.transactionId!,
      t.outTradeNo,
      'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      t.tradeType,
      state,
      'OTHERS',
      'CNY',
    ];
    if (isOn(t.successAt, on)) {
      const units = t.total * FEE_PER_MILLE;
      paid += t.total;
      fee += units;
      lines.push([
        t.successAt,
        row([
          ...head(t.successAt, 'SUCCESS'),
          yuan(t.total),
          '0.00',
          '0',
          '0',
          '0.00',
          '0.00',
          '',
          '',
          t.description,
          '',
          fine(units),
          '0.60%',
          yuan(t.total),
          '0.00',
          '',
        ]),
      ]);
    }
    const undone = t.revokedAt === undefined ? [] : [{ ...REVOKED, amount: t.total, createdAt: t.revokedAt }];
    for (const r of [...t.refunds.map((x) => ({ ...x, state: 'REFUND', type: 'ORIGINAL' })), ...undone]) {
      if (!isOn(r.createdAt, on)) continue;
      const units = -r.amount * FEE_PER_MILLE;
      refunded += r.amount;
      fee += units;
      lines.push([
        r.createdAt,
        row([
          ...head(r.createdAt, r.state),
          '0.00',
          '0.00',
          r.refundId,
          r.outRefundNo,
          yuan(r.amount),
          '0.00',
          r.type,
          r.status,
          t.description,
          '',
          fine(units),
          '0.60%',
          '0.00',
          yuan(r.amount),
          '',
        ]),
      ]);
    }
  }
  if (lines.length === 0) return undefined;
  lines.sort(([a], [b]) => Temporal.Instant.compare(a, b));
  const summary = row([
    String(lines.length),
    yuan(paid),
    yuan(refunded),
    '0.00',
    fine(fee),
    yuan(paid),
    yuan(refunded),
  ]);
  return Buffer.from(`\ufeff${[HEADER, ...lines.map(([, l]) => l), SUMMARY, summary].join('\r\n')}\r\n`, 'utf8');
}

/** WeChat takes whole fen from the account. */
const feeOf = (fen: number): bigint => divideRounding(BigInt(fen * FEE_PER_MILLE), 1_000n);

const paidMovements = (trades: readonly Trade[]): LedgerEntry[] =>
  trades.flatMap((t) => (t.successAt === undefined ? [] : movementsOf(t)));

/** What the trades have left on the account by then. */
export const earned = (trades: readonly Trade[], now: Temporal.Instant): bigint => {
  const by = local(now).toPlainDateTime();
  return paidMovements(trades)
    .filter((e) => Temporal.PlainDateTime.compare(e.at, by) <= 0)
    .reduce((sum, e) => sum + e.amount, 0n);
};

const withdrawn = (w: Withdrawal): LedgerEntry[] => {
  const entry = (at: Temporal.Instant, kind: 'payout' | 'payout_back', amount: bigint): LedgerEntry => ({
    at: local(at).toPlainDateTime().round('second'),
    ...{ kind, amount, tradeNo: w.id, merchantRef: w.id, serial: `${w.id}${kind}` },
  });
  return [
    entry(w.at, 'payout', -w.amount),
    ...(w.returnedAt === undefined ? [] : [entry(w.returnedAt, 'payout_back', w.amount)]),
  ];
};

/** What moved on the merchant's basic account. Undefined for a day without movements. */
export function fundFlowBill(
  trades: readonly Trade[],
  withdrawals: readonly Withdrawal[],
  mchid: string,
  on: Temporal.PlainDate,
): Uint8Array | undefined {
  const all = [...paidMovements(trades), ...withdrawals.flatMap(withdrawn)];
  all.sort((a, b) => Temporal.PlainDateTime.compare(a.at, b.at));
  const entries = all.filter((e) => e.at.toPlainDate().equals(on));
  if (entries.length === 0) return undefined;
  const opening = all
    .filter((e) => Temporal.PlainDate.compare(e.at.toPlainDate(), on) < 0)
    .reduce((sum, e) => sum + e.amount, 0n);
  return wechatFundFlow({ account: mchid, from: on, to: on, opening, entries });
}

function movementsOf(t: Trade): LedgerEntry[] {
  const tradeNo = t.transactionId!;
  const entry = (at: Temporal.Instant, kind: LedgerEntry['kind'], amount: bigint, ref: string): LedgerEntry => ({
    at: local(at).toPlainDateTime().round('second'),
    kind,
    amount,
    tradeNo,
    merchantRef: ref,
    serial: `${tradeNo}${kind}${ref}`,
  });
  const back = [
    ...t.refunds.flatMap((r) => (r.successAt === undefined ? [] : [[r.successAt, r.amount, r.outRefundNo] as const])),
    ...(t.revokedAt === undefined ? [] : [[t.revokedAt, t.total, t.outTradeNo] as const]),
  ];
  return [
    entry(t.successAt!, 'payment', BigInt(t.total), t.outTradeNo),
    entry(t.successAt!, 'fee', -feeOf(t.total), t.outTradeNo),
    // A refund is one movement, net of the fee that comes back with it.
    ...back.map(([at, amount, ref]) => entry(at, 'refund', feeOf(amount) - BigInt(amount), ref)),
  ];
}
