/** Figures and words that this page says in several places. */
import { currentLang, type Lang, type Text } from '../../base/lang.ts';
import type { DocumentPart } from './api.ts';

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
export const MAPPING_KINDS = {
  orders: { zh: '我们自己的订单', en: 'our own orders' },
  bill: { zh: '渠道或收单机构的账单', en: 'a channel’s bill' },
} as const satisfies Record<string, Text>;
