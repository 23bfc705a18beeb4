/**
 * Lakala's bill with the columns of examples/lakala.formats.yaml. The layout of a real one is in the merchant's contract;
 * this one is an operator's mapping, tried out. Figures carry no sign: 交易类型 tells which way the money went.
 */
import { decimalText } from '../../src/base/money.ts';
import { settleOf, sum, type Trade } from './domain.ts';
import { compactDate, csvLine, timeText, utf8 } from './text.ts';

const HEADER =
  '商户号,终端号,交易日期,交易时间,流水号,商户订单号,交易类型,支付方式,交易金额,手续费,结算金额,第三方订单号';
const TYPES = { payment: '消费', refund: '退货', reversal: '撤销' } as const;

export function lakalaCsv(trades: readonly Trade[], currency = 'CNY'): Uint8Array {
  const amount = (minor: bigint): string => decimalText(minor, currency);
  const paid = trades.filter((t) => t.kind === 'payment');
  const back = trades.filter((t) => t.kind === 'refund');
  const net = (t: Trade): bigint => settleOf(t) - t.fee;
  const total = [
    ...['合计', String(trades.length), amount(sum(paid, (t) => t.amount)), amount(sum(back, (t) => t.amount))],
    amount(sum(trades, (t) => (t.kind === 'payment' ? net(t) : -net(t)))),
  ];
  return utf8([HEADER, ...trades.map((t) => csvLine(cellsOf(t, amount))), csvLine(total), ''].join('\n'));
}

const cellsOf = (t: Trade, amount: (minor: bigint) => string): string[] => [
  ...[t.account, t.terminal ?? '', compactDate(t.at.toPlainDate()), timeText(t.at.toPlainTime()).replaceAll(':', '')],
  ...[
    t.kind === 'payment' ? t.tradeNo : (t.refundNo ?? t.tradeNo),
    t.orderRef || '-',
    TYPES[t.kind],
    t.method ?? 'BANKCARD',
  ],
  ...[amount(t.amount), amount(t.fee), amount(settleOf(t) - t.fee), t.walletNo ?? '-'],
];
