/**
 * The chart of accounts, as data: codes never change, names are for people. An account of the chart is opened once for each currency and,
 * where it stands for one, once for each account at a channel or bank. May not: know what is posted (`postings.ts`).
 *
 * Numbers follow the Chinese chart (企业会计准则) where it has the account, so that vouchers go into the usual software unchanged.
 */
import type { Text } from '../base/lang.ts';

type AccountKind = 'asset' | 'liability' | 'income' | 'expense';
type ChartAccount = Readonly<{
  number: string;
  kind: AccountKind;
  name: Text;
  says: Text;
  /** Opened once for each account at a channel, or at a bank; else once for a currency. */
  per: 'channel' | 'bank' | 'currency';
  /** The account's name in Beancount and hledger, below its kind. */
  path: string;
  /** What its balance must equal (`control.ts`). */
  control?: Text;
}>;

const CHART = {
  bank: {
    number: '1002',
    kind: 'asset',
    name: { en: 'Bank', zh: '银行存款' },
    says: { en: 'what the bank’s statement shows of channels', zh: '银行流水中来自渠道的款项' },
    per: 'bank',
    path: 'Bank',
  },
  channel_receivable: {
    number: '1122',
    kind: 'asset',
    name: { en: 'Channel receivable', zh: '应收渠道款' },
    says: { en: 'cleared by the channel and in no batch yet', zh: '渠道账单已列、尚未进入结算批次' },
    per: 'channel',
    path: 'Channel-Receivable',
    control: { en: 'Σ lines cleared not in a batch', zh: '已列账单而未入批次的明细合计' },
  },
  in_settlement: {
    number: '1123',
    kind: 'asset',
    name: { en: 'In settlement', zh: '结算中款项' },
    says: { en: 'in a batch that the channel has not paid out', zh: '已入批次、渠道尚未出款' },
    per: 'channel',
    path: 'In-Settlement',
    control: { en: 'Σ implied batches not credited', zh: '未到账的推定批次合计' },
  },
  in_transit: {
    number: '1124',
    kind: 'asset',
    name: { en: 'In transit', zh: '在途资金' },
    says: { en: 'paid out by the channel, not yet at the bank', zh: '渠道已出款、银行未到账' },
    per: 'channel',
    path: 'In-Transit',
    control: { en: 'Σ stated batches and payouts not credited', zh: '未到账的载明批次与出款合计' },
  },
  reserves: {
    number: '1125',
    kind: 'asset',
    name: { en: 'Reserves', zh: '渠道保证金' },
    says: { en: 'held back by the channel', zh: '被渠道扣留的款项' },
    per: 'channel',
    path: 'Reserves',
  },
  suspense: {
    number: '1901',
    kind: 'asset',
    name: { en: 'Suspense', zh: '待处理差错' },
    says: { en: 'differences nobody has settled yet', zh: '尚未处理的差异' },
    per: 'channel',
    path: 'Suspense',
    control: { en: 'Σ open breaks', zh: '未处理差错合计' },
  },
  customer_clearing: {
    number: '2241',
    kind: 'liability',
    name: { en: 'Customer clearing', zh: '客户清算' },
    says: {
      en: 'what customers paid, by the order book where one is there; the merchant’s own books take it from here',
      zh: '顾客支付的款项,有订单表时以其为准;商户自有账簿由此接续',
    },
    per: 'channel',
    path: 'Customer-Clearing',
  },
  compensation: {
    number: '6301',
    kind: 'income',
    name: { en: 'Compensation', zh: '赔偿收支' },
    says: { en: 'paid to make good what went wrong', zh: '为弥补差错而收付的赔偿' },
    per: 'currency',
    path: 'Compensation',
  },
  fx: {
    number: '6061',
    kind: 'income',
    name: { en: 'Exchange differences', zh: '汇兑损益' },
    says: { en: 'what a change of currency gave or took', zh: '币种折算产生的损益' },
    per: 'currency',
    path: 'Exchange',
  },
  fees: {
    number: '6603',
    kind: 'expense',
    name: { en: 'Channel fees', zh: '渠道手续费' },
    says: { en: 'what channels keep for their service', zh: '渠道收取的手续费' },
    per: 'channel',
    path: 'Fees',
  },
  promotions: {
    number: '6601',
    kind: 'expense',
    name: { en: 'Promotions', zh: '商家优惠' },
    says: { en: 'what the customer paid and the channel does not owe', zh: '顾客支付额与渠道应结额之差' },
    per: 'channel',
    path: 'Promotions',
  },
  losses: {
    number: '6711',
    kind: 'expense',
    name: { en: 'Losses', zh: '差错损失' },
    says: { en: 'breaks written off by two people', zh: '经两人确认核销的差错' },
    per: 'currency',
    path: 'Losses',
  },
  rounding: {
    number: '6604',
    kind: 'expense',
    name: { en: 'Rounding', zh: '尾差' },
    says: { en: 'where a source rounds a sum and not its parts', zh: '来源对合计而非逐笔取整的差额' },
    per: 'currency',
    path: 'Rounding',
  },
} as const satisfies Record<string, ChartAccount>;

export type AccountCode = keyof typeof CHART;
export const ACCOUNT_CODES = Object.keys(CHART) as readonly AccountCode[];
export const chartOf = (code: AccountCode): ChartAccount => CHART[code];

const ROOTS: Readonly<Record<AccountKind, string>> = {
  asset: 'Assets',
  liability: 'Liabilities',
  income: 'Income',
  expense: 'Expenses',
};

/** An account as it was opened. */
export type LedgerAccount = Readonly<{
  id: string;
  code: AccountCode;
  currency: string;
  channel: string;
  account: string;
}>;

/**
 * `Assets:Channel-Receivable:Wechatpay:1900000001`: letters, digits and hyphens, as Beancount wants them. What else a number holds becomes
 * its code point, so that two accounts never share a name.
 */
export function pathOf(a: LedgerAccount): string {
  const { kind, path } = chartOf(a.code);
  const part = (text: string): string => {
    const plain = [...text].map((c) => (/[A-Za-z0-9]/.test(c) ? c : `-x${c.codePointAt(0)!.toString(16)}-`)).join('');
    return /^[A-Z0-9]/.test(plain)
      ? plain
      : /^[a-z]/.test(plain)
        ? `${plain[0]!.toUpperCase()}${plain.slice(1)}`
        : `X${plain}`;
  };
  return [ROOTS[kind], path, ...[a.channel, a.account].filter((x) => x !== '').map(part)].join(':');
}
