/**
 * WeChat Pay fund-flow bill: the ledger of a merchant's account, one row per movement with the balance behind it, and a
 * summary of what came in and went out. A refund is one movement, net of the fee that comes back with it; the note tells
 * both. Source: pay.weixin.qq.com, 下载账单 — 资金账单格式.
 */
import { type Ledger, type LedgerEntry, sum } from './domain.ts';
import { stampText, utf8, yuan } from './text.ts';

const HEADER =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号';
const SUMMARY = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额';

/** 业务名称 and 业务类型. */
const WORDS: Readonly<Record<LedgerEntry['kind'], readonly [string, string]>> = {
  payment: ['交易', '交易'],
  refund: ['退款', '退款'],
  fee: ['扣除交易手续费', '扣除交易手续费'],
  fee_back: ['退还交易手续费', '扣除交易手续费'],
  payout: ['提现', '提现'],
  payout_back: ['提现退票', '提现'],
};

const size = (x: bigint): bigint => (x < 0n ? -x : x);

export function wechatFundFlow(ledger: Ledger): Uint8Array {
  let balance = ledger.opening;
  const rows = ledger.entries.map((e) => {
    balance += e.amount;
    return [
      ...[stampText(e.at), e.tradeNo, e.serial, ...WORDS[e.kind], e.amount < 0n ? '支出' : '收入'],
      ...[
        yuan(size(e.amount)),
        yuan(balance),
        e.kind === 'payout' ? 'system' : `${ledger.account}API`,
        e.note ?? '',
        e.merchantRef,
      ],
    ];
  });
  const into = ledger.entries.filter((e) => e.amount >= 0n);
  const out = ledger.entries.filter((e) => e.amount < 0n);
  const totals = [
    ...[String(ledger.entries.length), String(into.length), yuan(sum(into, (e) => e.amount))],
    ...[String(out.length), yuan(-sum(out, (e) => e.amount))],
  ];
  const packed = (cells: readonly string[]): string => cells.map((c) => `\`${c}`).join(',');
  return utf8(`\ufeff${[HEADER, ...rows.map(packed), SUMMARY, packed(totals)].map((r) => `${r}\r\n`).join('')}`);
}
