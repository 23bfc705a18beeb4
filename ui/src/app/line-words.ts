/** What the codes in lines of documents are called, as in the report of a reconciliation. */
import type { Lang, Text } from '../base/lang.ts';

export const KINDS: Readonly<Record<string, Text>> = {
  payment: { zh: '收款', en: 'payment' },
  refund: { zh: '退款', en: 'refund' },
  reversal: { zh: '冲正', en: 'reversal' },
  chargeback: { zh: '拒付', en: 'chargeback' },
  fee: { zh: '手续费', en: 'fee' },
  payout: { zh: '出款', en: 'payout' },
  payout_return: { zh: '出款退回', en: 'payout returned' },
  transfer: { zh: '内部转账', en: 'transfer' },
  adjustment: { zh: '调账', en: 'adjustment' },
  stated: { zh: '账单写明', en: 'stated' },
  implied: { zh: '按方案推算', en: 'implied' },
};

export const STATUSES: Readonly<Record<string, Text>> = {
  paid: { zh: '已付款', en: 'paid' },
  unpaid: { zh: '未付款', en: 'unpaid' },
  closed: { zh: '已关单', en: 'closed' },
  refunded: { zh: '已退款', en: 'refunded' },
  unknown: { zh: '未知', en: 'unknown' },
  done: { zh: '成功', en: 'done' },
  pending: { zh: '处理中', en: 'pending' },
  failed: { zh: '失败', en: 'failed' },
};

export const REFS: Readonly<Record<string, Text>> = {
  order: { zh: '商户订单号', en: 'Order no.' },
  payment: { zh: '支付单号', en: 'Payment no.' },
  refund: { zh: '退款单号', en: 'Refund no.' },
  channel_trade: { zh: '渠道单号', en: 'Channel no.' },
  origin: { zh: '原交易单号', en: 'Original no.' },
  wallet_trade: { zh: '钱包单号', en: 'Wallet no.' },
  wallet_merchant_no: { zh: '钱包侧商户单号', en: 'Wallet merchant no.' },
  log_no: { zh: '流水号', en: 'Log no.' },
  rrn: { zh: '检索参考号', en: 'RRN' },
  query_id: { zh: '查询流水号', en: 'Query id' },
  batch: { zh: '批次号', en: 'Batch no.' },
  bank_ref: { zh: '银行流水号', en: 'Bank ref.' },
};

/** A code that has no word stands for itself. */
export const wordFor = (words: Readonly<Record<string, Text>>, code: string, lang: Lang): string =>
  words[code]?.[lang] ?? code;
