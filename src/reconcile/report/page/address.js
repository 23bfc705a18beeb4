// @ts-check
/** The address: a section and a filter, so that what is on screen can be bookmarked and sent; and the ways inside the page. */
import { data, FIELDS, view } from './data.js';

/** The same in every section list, so the order of the page is written once. */
export const SECTIONS = /** @type {const} */ ([
  ['money', 'sec_money'],
  ['proof', 'sec_proof'],
  ['late', 'sec_late'],
  ['breaks', 'sec_breaks'],
  ['documents', 'sec_documents'],
  ['fees', 'sec_fees'],
  ['sign', 'sec_sign'],
]);

/** The address of a section, with the filter as it stands. @param {string} id */
export function hash(id) {
  const query = new URLSearchParams();
  if (view.list !== 'breaks') query.set('list', view.list);
  for (const field of FIELDS) if (view.filter[field] !== '') query.set(field, view.filter[field]);
  if (view.search !== '') query.set('q', view.search);
  if (view.id !== '') query.set('id', view.id);
  if (view.lang !== data.lang) query.set('lang', view.lang);
  const text = query.toString();
  return text === '' ? `#${id}` : `#${id}?${text}`;
}

/** The address of a list with a filter: what leaks, tiles and sums lead to. @param {Record<string, string>} wanted */
export function listHash(wanted) {
  const query = new URLSearchParams(wanted);
  if (view.lang !== data.lang) query.set('lang', view.lang);
  return `#breaks?${query}`;
}

export function writeHash() {
  history.replaceState(null, '', hash('breaks'));
}

/** @param {Event} event @param {string} id */
export function goTo(event, id) {
  event.preventDefault();
  if (SECTIONS.some(([name]) => name === id)) history.replaceState(null, '', hash(id));
  reach(id);
}

/** Scrolls there and moves the focus, so the next Tab goes on from there. @param {string} id */
export function reach(id) {
  const target = document.getElementById(id);
  if (!target) return;
  const heading = target.id === 'main' ? target : target.querySelector('[tabindex="-1"]');
  target.scrollIntoView();
  if (heading instanceof HTMLElement) heading.focus({ preventScroll: true });
}
