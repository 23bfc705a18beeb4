// @ts-check
/**
 * Words in the reader's language, and amounts as people read them. Sums are made with BigInt; an amount becomes a Number only in
 * `pixelsOf`, to be drawn.
 *
 * @import { Text } from '../../../base/lang.ts'
 * @import { Amount } from '../../result.ts'
 * @import { PageData } from '../html.ts'
 */
import { data, view, words } from './data.js';

/** @param {Text} text */
export const say = (text) => text[view.lang];

/** A sentence of the page with its places filled. @param {keyof PageData['words']['page']} key @param {Record<string, string | number>} [values] */
export function t(key, values = {}) {
  return say(words.page[key]).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A sentence with a count; one has its own. @param {string} key @param {number} n */
export function counted(key, n) {
  const one = `${key}_one`;
  const name = n === 1 && one in words.page ? one : key;
  return t(/** @type {keyof PageData['words']['page']} */ (name), { n: grouped(n) });
}

/** The label of an id that may be unknown: then the id. @param {Record<string, Text>} table @param {string} id */
export const label = (table, id) => (Object.hasOwn(table, id) ? say(table[id]) : id);

/** @param {string | undefined} id */
export const channelName = (id) => (id === undefined ? '—' : label(data.channels, id));

/** A promise beside today: positive days have passed. @param {number} days */
export function dueIn(days) {
  if (days === 0) return t('due_today');
  return days > 0 ? counted('days_late', days) : counted('days_left', -days);
}

/** Thousands in groups, a real minus sign. @param {string | number} text */
export function grouped(text) {
  const [whole, fraction] = String(text).split('.');
  const groups = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',').replace('-', '−');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/**
 * As `amountText` in `../summary.ts` writes it.
 * @param {string} amount @param {string} currency
 */
export function money(amount, currency) {
  if (view.lang !== 'zh' || currency !== 'CNY') return `${grouped(amount)}\u00a0${currency}`;
  return amount.startsWith('-') ? `−¥${grouped(amount.slice(1))}` : `¥${grouped(amount)}`;
}

/** Without the zeros at the end that say nothing, but with the decimals that the currency has. @param {string} text @param {string} like */
export function trimmed(text, like) {
  const [whole, fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '').padEnd(like.split('.')[1]?.length ?? 0, '0');
  return kept === '' ? whole : `${whole}.${kept}`;
}

/** @param {Amount} a */
export const amountOf = (a) => money(a.amount, a.currency);

/** As an integer at 8 decimals: to add and to compare. @param {string} text */
export function scaled(text) {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(8, '0').slice(0, 8));
}

/** The sum per currency, at the decimals the amounts have. @param {readonly Amount[]} amounts */
export function sums(amounts) {
  /** @type {Map<string, { value: bigint, decimals: number }>} */
  const totals = new Map();
  for (const { amount, currency } of amounts) {
    const total = totals.get(currency) ?? { value: 0n, decimals: 0 };
    const decimals = Math.max(total.decimals, amount.split('.')[1]?.length ?? 0);
    totals.set(currency, { value: total.value + scaled(amount), decimals });
  }
  return [...totals].map(([currency, { value, decimals }]) => {
    const digits = (value < 0n ? -value : value).toString().padStart(9, '0');
    const fraction = decimals === 0 ? '' : `.${digits.slice(-8).slice(0, decimals)}`;
    return { amount: `${value < 0n ? '-' : ''}${digits.slice(0, -8)}${fraction}`, currency };
  });
}

/** Part of a whole as pixels; the only place where an amount becomes a Number. @param {bigint} part @param {bigint} whole @param {number} pixels */
export function pixelsOf(part, whole, pixels) {
  if (whole === 0n) return 0;
  const size = part < 0n ? -part : part;
  return (Number((size * 10_000n) / whole) * pixels) / 10_000;
}
