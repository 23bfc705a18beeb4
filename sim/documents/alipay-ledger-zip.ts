/**
 * Alipay's account ledger (账务明细) as delivered: every movement of the balance account with the balance behind it. A refund
 * shares 业务流水号 with its payment.
 */
import { type AlipayPeriod, alipayBill, alipayZip, long } from './alipay.ts';
import { type Ledger, type LedgerEntry, sum } from './domain.ts';
import { stampText, yuan } from './text.ts';

const HEADER =
  '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注';

/** 业务类型 and 备注. */
const WORDS: Readonly<Record<LedgerEntry['kind'], readonly [string, string]>> = {
  payment: ['在线支付', ''],
  refund: ['交易退款', ''],
  fee: ['收费', '服务费'],
  fee_back: ['退费', '服务费退回'],
  payout: ['提现', '提现到银行卡'],
  payout_back: ['提现退票', '银行退票'],
};

export function alipayLedgerZip(ledger: Ledger): Uint8Array {
  return alipayZip(periodOf(ledger), [['账务明细', alipayLedger(ledger)]]);
}

const periodOf = ({ account, from, to }: Ledger): AlipayPeriod => ({ pid: account, from, to });

export function alipayLedger(ledger: Ledger): Uint8Array {
  let balance = ledger.opening;
  const rows = ledger.entries.map((e) => {
    balance += e.amount;
    const [type, words] = WORDS[e.kind];
    return [
      ...[long(e.serial), long(e.tradeNo), long(e.merchantRef), '', stampText(e.at), ''],
      ...[e.amount >= 0n ? yuan(e.amount) : '', e.amount < 0n ? yuan(e.amount) : '', yuan(balance)],
      ...['支付宝', type, e.note ?? words],
    ];
  });
  const into = ledger.entries.filter((e) => e.amount >= 0n);
  const out = ledger.entries.filter((e) => e.amount < 0n);
  return alipayBill(periodOf(ledger), {
    title: '支付宝账务明细查询',
    list: '账务明细列表',
    header: HEADER,
    rows,
    totals: [
      `支出合计：${out.length}笔，共${yuan(sum(out, (e) => e.amount))}元`,
      `收入合计：${into.length}笔，共${yuan(sum(into, (e) => e.amount))}元`,
    ],
  });
}
