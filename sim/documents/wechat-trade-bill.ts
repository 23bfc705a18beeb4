/**
 * WeChat Pay trade bill, layout ALL: UTF-8 with BOM, CRLF, a plain header, back-ticks before every cell, two summary records
 * at the end; gzip as `tar_type=GZIP` delivers it. Source: pay.weixin.qq.com, 下载账单 — 交易账单格式.
 *
 * WeChat charges whole fen and prints five decimals. A refund keeps its payment's row and adds one of its own, with the fee
 * given back as a negative figure; a payment undone at the till (付款码撤销) adds a row REVOKED.
 */
import { gzipSync } from 'fflate';
import { exponentOf } from '../../src/base/currency.ts';
import { decimalText } from '../../src/base/money.ts';
import { settleOf, sum, type Trade } from './domain.ts';
import { stampText, utf8, yuan } from './text.ts';

export type WechatTradeBill = Readonly<{
  /** The merchant number the bill is for; a trade of another account is a sub-merchant's, and the bill a service provider's. */
  merchant: string;
  trades: readonly Trade[];
}>;

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
const STATES = { payment: 'SUCCESS', refund: 'REFUND', reversal: 'REVOKED' } as const;

export function wechatTradeBill({ merchant, trades }: WechatTradeBill): Uint8Array {
  const paid = trades.filter((t) => t.kind === 'payment');
  const back = trades.filter((t) => t.kind !== 'payment');
  const fees = sum(paid, (t) => t.fee) - sum(back, (t) => t.fee);
  const values = [
    ...[String(trades.length), yuan(sum(paid, settleOf)), yuan(sum(back, settleOf)), '0.00', fiveDecimals(fees)],
    ...[yuan(sum(paid, (t) => t.amount)), yuan(sum(back, (t) => t.amount))],
  ];
  const records = [HEADER, ...trades.map((t) => packed(cellsOf(t, merchant))), SUMMARY, packed(values)];
  return utf8(`\ufeff${records.map((r) => `${r}\r\n`).join('')}`);
}

export const gzipped = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { mtime: 0 });

const packed = (cells: readonly string[]): string => cells.map((c) => `\`${c}`).join(',');
const fiveDecimals = (fen: bigint): string => `${yuan(fen)}000`;

function cellsOf(t: Trade, merchant: string): string[] {
  const paid = t.kind === 'payment';
  const currency = t.currency ?? 'CNY';
  // The bill has two decimals in every currency it knows.
  if (exponentOf(currency) !== 2) throw new RangeError(`WeChat Pay bills have two decimals, ${currency} has not`);
  const amount = (minor: bigint) => decimalText(minor, currency);
  const [inTotal, inSettle, outTotal, outSettle] = paid
    ? [t.amount, settleOf(t), 0n, 0n]
    : [0n, 0n, t.amount, settleOf(t)];
  const discount = paid ? t.amount - settleOf(t) : 0n;
  return [
    ...[stampText(t.at), 'wx0123456789abcdef', merchant, t.account === merchant ? '0' : t.account, t.terminal ?? ''],
    ...[t.tradeNo, t.orderRef, t.payer ?? '', t.method ?? 'JSAPI', STATES[t.kind], 'OTHERS', currency],
    ...[amount(inSettle), amount(discount), paid ? '0' : (t.refundNo ?? '0'), paid ? '0' : (t.refundRef ?? '0')],
    ...[amount(outSettle), '0.00', paid ? '' : 'ORIGINAL', paid ? '' : 'SUCCESS', t.product ?? '', ''],
    ...[fiveDecimals(paid ? t.fee : -t.fee), rateText(t.feePpm ?? 6000), amount(inTotal), amount(outTotal), ''],
  ];
}

/** 6000 ppm → `0.60%`. */
const rateText = (ppm: number): string => `${yuan(BigInt(ppm) / 100n)}%`;
