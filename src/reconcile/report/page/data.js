// @ts-check
/**
 * The data block and the state of the page. No library, no network: all there is came with the file. `view` is all that can
 * change; what of it is worth sending to a colleague stands in the address (`address.js`).
 *
 * @import { PageData } from '../html.ts'
 * @import { Lang } from '../../../base/lang.ts'
 */

/** @typedef {'breaks' | 'open' | 'ambiguous'} ListName */
/** @typedef {'class' | 'joint' | 'channel' | 'verdict' | 'cause'} Field */

export const data = /** @type {PageData} */ (JSON.parse(document.getElementById('data')?.textContent ?? ''));
export const { words, result, lists } = data;

/** @type {ListName[]} */
export const LISTS = ['breaks', 'open', 'ambiguous'];
/** @type {Field[]} */
export const FIELDS = ['class', 'joint', 'channel', 'verdict', 'cause'];
export const ROWS_AT_ONCE = 200;

export const view = {
  lang: /** @type {Lang} */ (data.lang),
  theme: storedTheme(),
  list: /** @type {ListName} */ ('breaks'),
  filter: { class: '', joint: '', channel: '', verdict: '', cause: '' },
  /** One item, when the address names it. */
  id: '',
  search: '',
  sort: /** @type {'' | 'date' | 'amount'} */ (''),
  down: true,
  /** @type {Set<string>} */
  open: new Set(),
  rows: ROWS_AT_ONCE,
  flowTable: false,
  allBatches: false,
  keys: true,
};

function storedTheme() {
  try {
    return localStorage.getItem('daozhang.theme') ?? 'auto';
  } catch {
    return 'auto';
  }
}
