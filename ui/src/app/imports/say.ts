/** Figures and words that this page says in several places. */
import { currentLang, type Lang, type Text } from '../../base/lang.ts';
import type { DocumentPart } from './api.ts';

/** `1.4 MB`. */
export function sizeOf(bytes: number, lang: Lang = currentLang()): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let at = 0;
  let n = bytes;
  while (n >= 1_000 && at < units.length - 1) {
    n /= 1_000;
    at += 1;
  }
  return new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en', {
    style: 'unit',
    unit: units[at],
    unitDisplay: 'short',
    maximumFractionDigits: n >= 100 ? 0 : 1,
  }).format(n);
}

export const countOf = (n: number | string, lang: Lang = currentLang()): string =>
  new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en').format(BigInt(n));

/** `1 line`, `339 lines`. */
export function linesOf(n: number | string, lang: Lang = currentLang()): string {
  const count = countOf(n, lang);
  return lang === 'zh' ? `${count} 行` : `${count} ${String(n) === '1' ? 'line' : 'lines'}`;
}

/** `2026-11-19`, or from and to where they differ; the year once where it is one. */
export const daysOf = (from: string | undefined, to: string | undefined): string =>
  from === undefined
    ? ''
    : from === to || to === undefined
      ? from
      : `${from} – ${to.startsWith(from.slice(0, 5)) ? to.slice(5) : to}`;

/** The role of a document, as people call it. */
export const ROLES: Readonly<Record<string, Text>> = {
  order: { zh: '订单', en: 'orders' },
  channel: { zh: '渠道账单', en: 'channel bill' },
  balance: { zh: '渠道资金流水', en: 'channel ledger' },
  bank: { zh: '银行流水', en: 'bank statement' },
  evidence: { zh: '佐证', en: 'evidence' },
};
export const KINDS: Readonly<Record<string, Text>> = {
  payment: { zh: '收款', en: 'payment' },
  refund: { zh: '退款', en: 'refund' },
  reversal: { zh: '撤销', en: 'reversal' },
  chargeback: { zh: '拒付', en: 'charge-back' },
  fee: { zh: '手续费', en: 'fee' },
  payout: { zh: '出款', en: 'payout' },
  payout_return: { zh: '退票', en: 'payout returned' },
  transfer: { zh: '转账', en: 'transfer' },
  adjustment: { zh: '调整', en: 'adjustment' },
};
export const STATUSES: Readonly<Record<string, Text>> = {
  paid: { zh: '已支付', en: 'paid' },
  unpaid: { zh: '未支付', en: 'unpaid' },
  closed: { zh: '已关闭', en: 'closed' },
  refunded: { zh: '已退款', en: 'refunded' },
  unknown: { zh: '未知', en: 'unknown' },
  done: { zh: '成功', en: 'done' },
  pending: { zh: '处理中', en: 'pending' },
  failed: { zh: '失败', en: 'failed' },
};
export const wordFor = (words: Readonly<Record<string, Text>>, code: string, lang: Lang): string =>
  words[code]?.[lang] ?? code;

export type Standing = 'unseen' | 'read' | 'partly' | 'unknown' | 'refused';
/** How the whole file was read. */
export function standingOf(parts: readonly DocumentPart[] | undefined): Standing {
  if (parts === undefined || parts.length === 0) return 'unseen';
  if (parts.every((part) => part.refused !== undefined))
    return parts.some((part) => part.refused?.code === 'file.unknown_format') ? 'unknown' : 'refused';
  return parts.some((part) => part.refused !== undefined || part.rejected !== '0') ? 'partly' : 'read';
}
export const TONES = { unseen: 'waiting', read: 'arrived', partly: 'late', unknown: 'late', refused: 'no' } as const;
export const ORIGINS = {
  upload: { zh: '手工导入', en: 'brought' },
  channel: { zh: '渠道取回', en: 'fetched' },
  book: { zh: '账簿写出', en: 'from the book' },
} as const satisfies Record<string, Text>;
export const STANDINGS: Readonly<Record<Standing, Text>> = {
  unseen: { zh: '还没看', en: 'not looked at' },
  read: { zh: '已读懂', en: 'understood' },
  partly: { zh: '部分未读', en: 'partly read' },
  unknown: { zh: '待说明', en: 'to be explained' },
  refused: { zh: '读不了', en: 'cannot be read' },
};
export const REFS: Readonly<Record<string, Text>> = {
  order: { zh: '商户订单号', en: 'Order number' },
  payment: { zh: '支付单号', en: 'Payment number' },
  refund: { zh: '退款单号', en: 'Refund number' },
  channel_trade: { zh: '渠道单号', en: 'Channel’s number' },
  origin: { zh: '原交易号', en: 'Original payment' },
  wallet_trade: { zh: '钱包单号', en: 'Wallet’s number' },
  batch: { zh: '批次号', en: 'Batch' },
  bank_ref: { zh: '银行流水号', en: 'Bank’s number' },
};
export const MAPPING_KINDS = {
  orders: { zh: '我们自己的订单', en: 'our own orders' },
  bill: { zh: '渠道或收单机构的账单', en: 'a channel’s bill' },
} as const satisfies Record<string, Text>;
