// @ts-check
/**
 * Which items the list shows: the filter, the search, the order.
 *
 * @import { Amount } from '../../result.ts'
 * @import { BreakView } from '../html.ts'
 */
import { FIELDS, lists, ROWS_AT_ONCE, view } from './data.js';
import { grouped, scaled } from './text.js';

export function clearFilters() {
  for (const field of FIELDS) view.filter[field] = '';
  view.search = '';
  view.id = '';
  view.rows = ROWS_AT_ONCE;
}

export const filtered = () => view.search !== '' || view.id !== '' || FIELDS.some((field) => view.filter[field] !== '');

/** @param {BreakView} b */
export function passesFilter(b) {
  const wanted = view.search.trim().toLowerCase();
  if (view.id !== '' && b.id !== view.id) return false;
  return (
    FIELDS.every((f) => view.filter[f] === '' || b[f] === view.filter[f]) &&
    (wanted === '' || haystack(b).includes(wanted))
  );
}

/** All that can be found in an item, in small letters; built once. @type {Map<string, string>} */
const haystacks = new Map();

/** @param {BreakView} b */
function haystack(b) {
  const known = haystacks.get(b.id);
  if (known !== undefined) return known;
  const lines = [...b.ours, ...b.theirs, ...b.candidates].flatMap((e) => [
    ...Object.values(e.refs),
    e.file,
    e.account,
    e.store,
    e.terminal,
    e.party,
    e.text,
    e.money.amount,
    e.sha256,
  ]);
  const made = [
    b.id,
    b.says.zh,
    b.says.en,
    b.account,
    b.businessOn,
    b.amount.amount,
    grouped(b.amount.amount),
    ...lines,
  ]
    .join('\n')
    .toLowerCase();
  haystacks.set(b.id, made);
  return made;
}

export function found() {
  const kept = lists[view.list].filter(passesFilter);
  if (view.sort === '') return kept;
  const sign = view.down ? -1 : 1;
  return kept.sort(
    (a, b) =>
      sign *
      (view.sort === 'date' ? compare(a.businessOn ?? '', b.businessOn ?? '') : compareAmounts(a.amount, b.amount)),
  );
}

/** @template T @param {T} a @param {T} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Amounts of different currencies have no order; each currency stays together. @param {Amount} a @param {Amount} b */
const compareAmounts = (a, b) =>
  a.currency === b.currency
    ? compare(scaled(a.amount), scaled(b.amount))
    : compare(b.currency === 'CNY', a.currency === 'CNY') || compare(a.currency, b.currency);
