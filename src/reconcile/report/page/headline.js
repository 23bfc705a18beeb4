// @ts-check
/**
 * The verdict first: what was not used, the state, the sentence, four numbers.
 *
 * @import { Amount } from '../../result.ts'
 * @import { PageData } from '../html.ts'
 * @import { ListName } from './data.js'
 */

import { goTo, listHash } from './address.js';
import { data, result, words } from './data.js';
import { amountLines, chip, fact, h, icon } from './elements.js';
import { counted, say, t } from './text.js';

export function hero() {
  const state = words.states[result.state];
  const period =
    result.from === undefined ? undefined : result.from === result.to ? result.from : `${result.from} – ${result.to}`;
  return h(
    'div',
    { class: 'hero' },
    troubles(),
    h(
      'p',
      { class: 'state' },
      chip(state.tone, say(state.label)),
      h('span', { class: 'state-says' }, say(data.caveat ?? state.says)),
    ),
    h('h1', {}, withNumbers(say(data.headline))),
    h(
      'dl',
      { class: 'facts' },
      period !== undefined && fact(t('period'), period),
      result.asOf !== undefined && fact(t('as_of'), `${result.asOf} · ${result.timezone}`),
      fact(t('sec_documents'), String(result.documents.length)),
      data.carry !== undefined && fact(t('carried_over'), say(data.carry.told)),
    ),
    tiles(),
  );
}

/** What was not used, and what no longer stands, comes before anything that does. */
function troubles() {
  const { refused } = result;
  const rejected = data.counts.rejected;
  const stale = data.carry?.stale;
  if (refused.length === 0 && rejected === 0) return stale === undefined ? null : warning(say(stale));
  return h(
    'aside',
    { class: 'troubles', 'aria-labelledby': 'h-troubles' },
    icon('beware'),
    h(
      'div',
      {},
      h(
        'h2',
        { id: 'h-troubles' },
        refused.length > 0 ? counted('refused_title', refused.length) : counted('rejected_title', rejected),
      ),
      refused.length > 0 &&
        h(
          'ul',
          {},
          refused.map((r) =>
            h('li', {}, h('span', {}, say(r.says)), ' ', h('span', { class: 'remedy' }, say(r.remedy))),
          ),
        ),
      rejected > 0 &&
        h(
          'p',
          {},
          refused.length > 0 && h('span', {}, `${counted('rejected_title', rejected)} `),
          h('a', { href: '#rejected', onclick: (/** @type {Event} */ e) => goTo(e, 'rejected') }, t('see_lines')),
        ),
      stale !== undefined && h('p', {}, say(stale)),
    ),
  );
}

/** @param {string} sentence */
const warning = (sentence) => h('aside', { class: 'troubles' }, icon('beware'), h('p', {}, sentence));

/** Numbers are what a reader looks for in a sentence. @param {string} sentence */
function withNumbers(sentence) {
  return sentence
    .split(/(¥?\d[\d,]*(?:\.\d+)?(?:\u00a0[A-Z]{3})?)/)
    .map((part, i) => (i % 2 === 1 ? h('span', { class: 'number' }, part) : part));
}

function tiles() {
  const { counts, sums } = data;
  return h(
    'div',
    { class: 'tiles' },
    tile('breaks', 'tile_breaks', sums.breaks, counted('n_breaks', counts.breaks)),
    tile('breaks', 'tile_risk', sums.atRisk, t('tile_risk_note')),
    tile('open', 'tile_open', sums.open, counted('n_open', counts.open)),
    tile('ambiguous', 'tile_ambiguous', sums.ambiguous, counted('n_sets', counts.ambiguous)),
  );
}

/** Every number opens: a tile leads to its list. @param {ListName} list @param {keyof PageData['words']['page']} title @param {readonly Amount[]} amounts @param {string} note */
function tile(list, title, amounts, note) {
  return h(
    'a',
    { class: 'tile', href: listHash({ list }) },
    h('span', { class: 'tile-title' }, t(title)),
    h('span', { class: 'tile-sums' }, amountLines(amounts)),
    h('span', { class: 'tile-note' }, amounts.length > 0 && note),
  );
}
