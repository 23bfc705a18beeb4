// @ts-check
/**
 * The work list: three tabs, filters, rows that open, keys.
 *
 * @import { Joint } from '../../result.ts'
 * @import { BreakView } from '../html.ts'
 * @import { ListName, Field } from './data.js'
 */

import { writeHash } from './address.js';
import { data, FIELDS, LISTS, lists, ROWS_AT_ONCE, view, words } from './data.js';
import { chip, empty, h, icon, redraw, section, tableRoles, td, th } from './elements.js';
import { clearFilters, filtered, found } from './find.js';
import { storyRow } from './story.js';
import { amountOf, channelName, grouped, say, sums, t } from './text.js';

export function breaksSection() {
  return section(
    'breaks',
    'sec_breaks',
    '',
    h(
      'div',
      { class: 'tabs', role: 'tablist', 'aria-labelledby': 'h-breaks' },
      LISTS.map((name) => tab(name)),
    ),
    h('div', { id: 'panel', role: 'tabpanel', 'aria-labelledby': `tab-${view.list}`, tabindex: '-1' }, panel()),
  );
}

/** @param {ListName} name */
function tab(name) {
  const chosen = view.list === name;
  return h(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${name}`,
      'aria-selected': String(chosen),
      'aria-controls': 'panel',
      tabindex: chosen ? '0' : '-1',
      onclick: () => chooseList(name),
      onkeydown: (/** @type {KeyboardEvent} */ e) => tabKeys(e, name),
    },
    t(`tab_${name}`),
    h('span', { class: 'badge' }, grouped(data.counts[name])),
  );
}

/** @param {KeyboardEvent} event @param {ListName} name */
function tabKeys(event, name) {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const next = LISTS[(LISTS.indexOf(name) + step + LISTS.length) % LISTS.length];
  chooseList(next);
  document.getElementById(`tab-${next}`)?.focus();
}

/** @param {ListName} name */
function chooseList(name) {
  view.list = name;
  clearFilters();
  redraw('breaks', breaksSection);
  writeHash();
}

function panel() {
  const all = lists[view.list];
  const total = data.counts[view.list];
  const note = view.list === 'open' ? t('tab_open_note') : view.list === 'ambiguous' ? t('tab_ambiguous_note') : '';
  if (all.length === 0) return [empty(`list_empty_${view.list}`)];
  const file = view.list === 'breaks' ? 'breaks.csv' : 'result.json';
  return [
    note !== '' && h('p', { class: 'note' }, note),
    total > all.length &&
      h('p', { class: 'note capped' }, t('capped', { shown: grouped(all.length), total: grouped(total), file })),
    filters(all),
    h('div', { id: 'list' }, listing()),
    keysHelp(),
  ];
}

/** @param {readonly BreakView[]} all */
function filters(all) {
  const search = h('input', {
    type: 'search',
    id: 'search',
    value: view.search,
    placeholder: t('search_hint'),
    autocomplete: 'off',
    spellcheck: 'false',
  });
  search.addEventListener('input', () => {
    view.search = /** @type {HTMLInputElement} */ (search).value;
    view.id = '';
    relist();
  });
  return h(
    'div',
    { class: 'filters', role: 'search', 'aria-label': t('sec_breaks') },
    h('div', { class: 'classes', role: 'group', 'aria-label': t('class') }, classButtons(all)),
    h(
      'div',
      { class: 'selects' },
      h(
        'label',
        { class: 'search' },
        h('span', {}, t('search')),
        h('span', { class: 'search-box' }, icon('search'), search),
      ),
      FIELDS.slice(1).map((field) => select(field, all)),
    ),
  );
}

/** @param {readonly BreakView[]} all */
function classButtons(all) {
  const classes = /** @type {(keyof typeof words.classes)[]} */ (Object.keys(words.classes)).filter((name) =>
    all.some((b) => b.class === name),
  );
  /** @param {string} name @param {string} text @param {number} n */
  const button = (name, text, n) => {
    const props = {
      type: 'button',
      id: `class-${name}`,
      'data-class': name,
      'aria-pressed': String(view.filter.class === name),
      onclick: () => choose('class', name),
    };
    return h('button', props, text, h('span', { class: 'badge' }, grouped(n)));
  };
  return [
    button('', t('any'), all.length),
    ...classes.map((name) => button(name, say(words.classes[name].label), all.filter((b) => b.class === name).length)),
  ];
}

/** @param {Field} field @param {readonly BreakView[]} all */
function select(field, all) {
  const values = [...new Set(all.map((b) => b[field] ?? ''))].filter((v) => v !== '').sort();
  const box = h(
    'select',
    { id: `filter-${field}` },
    h('option', { value: '' }, t('any')),
    values.map((v) => h('option', { value: v, selected: view.filter[field] === v }, valueName(field, v))),
  );
  box.addEventListener('change', () => choose(field, /** @type {HTMLSelectElement} */ (box).value));
  return h('label', {}, h('span', {}, t(field)), box);
}

/** @param {Field} field @param {string} value */
function valueName(field, value) {
  switch (field) {
    case 'class':
      return say(words.classes[/** @type {keyof typeof words.classes} */ (value)].label);
    case 'joint':
      return say(words.joints[/** @type {Joint} */ (value)].label);
    case 'verdict':
      return say(words.verdicts[/** @type {keyof typeof words.verdicts} */ (value)].title);
    case 'cause':
      return say(words.causes[/** @type {keyof typeof words.causes} */ (value)]);
    default:
      return channelName(value);
  }
}

/** @param {Field} field @param {string} value */
function choose(field, value) {
  view.filter[field] = value;
  view.id = '';
  for (const button of document.querySelectorAll('[data-class]')) {
    button.setAttribute(
      'aria-pressed',
      String(/** @type {HTMLElement} */ (button).dataset.class === view.filter.class),
    );
  }
  relist();
}

/** Draws the rows again, and says how many there are. */
function relist() {
  view.rows = ROWS_AT_ONCE;
  document.getElementById('list')?.replaceChildren(...listing().filter((node) => node !== null));
  writeHash();
}

/** @returns {HTMLElement[]} */
function listing() {
  const items = found();
  const shown = items.slice(0, view.rows);
  const left = items.length - shown.length;
  const total = sums(items.map((b) => b.amount)).map(amountOf);
  const clear = h('button', { type: 'button', class: 'plain', id: 'clear' }, t('clear'));
  clear.addEventListener('click', () => {
    clearFilters();
    redraw('breaks', breaksSection);
    writeHash();
    document.getElementById('search')?.focus();
  });
  const bar = h(
    'div',
    { class: 'list-bar' },
    h(
      'span',
      { role: 'status' },
      t('shown_n', { n: grouped(items.length) }),
      total.length > 0 && ` · ${t('sum')} `,
      h('b', {}, total.join(' + ')),
    ),
    filtered() && clear,
  );
  if (items.length === 0) return [bar, h('p', { class: 'empty' }, t('list_none'))];
  const more = h(
    'button',
    { type: 'button', class: 'plain more-rows', id: 'more-rows' },
    t('more', { n: grouped(Math.min(left, ROWS_AT_ONCE)) }),
  );
  more.addEventListener('click', showMore);
  return left > 0 ? [bar, breakTable(shown), more] : [bar, breakTable(shown)];
}

function showMore() {
  const before = view.rows;
  view.rows += ROWS_AT_ONCE;
  document.getElementById('list')?.replaceChildren(...listing());
  rowButtons()[before]?.focus();
}

/** @param {BreakView[]} items */
function breakTable(items) {
  const made = h(
    'table',
    { class: 'breaks' },
    h('caption', { class: 'sr' }, t(`tab_${view.list}`)),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        th(t('class'), 'c-class'),
        sortable('date', 'c-date'),
        th(t('channel'), 'c-channel'),
        th(t('what'), 'c-says'),
        th(t('verdict'), 'c-verdict'),
        sortable('amount', 'num c-amount'),
      ),
    ),
    h('tbody', {}, items.flatMap(breakRow)),
  );
  return tableRoles(made);
}

/** @param {'date' | 'amount'} by @param {string} kind */
function sortable(by, kind) {
  const state = view.sort !== by ? 'none' : view.down ? 'descending' : 'ascending';
  const arrow = view.sort !== by ? '' : view.down ? ' ↓' : ' ↑';
  const button = h(
    'button',
    { type: 'button', id: `sort-${by}`, title: t(`sort_${by}`) },
    t(by),
    h('span', { 'aria-hidden': 'true' }, arrow),
  );
  button.addEventListener('click', () => {
    view.down = view.sort === by ? !view.down : true;
    view.sort = by;
    relist();
    document.getElementById(`sort-${by}`)?.focus();
  });
  return h('th', { scope: 'col', class: kind, 'aria-sort': state }, button);
}

/** A row, and under it its story when it is open. @param {BreakView} b */
function breakRow(b) {
  const isOpen = view.open.has(b.id);
  const word = words.classes[b.class];
  const verdict = words.verdicts[b.verdict];
  const button = h(
    'button',
    {
      type: 'button',
      class: 'row-button',
      'data-id': b.id,
      'aria-expanded': String(isOpen),
      ...(isOpen && { 'aria-controls': `story-${b.id}` }),
    },
    icon('chevron'),
    h('span', {}, say(word.label)),
  );
  const row = h(
    'tr',
    { class: isOpen ? 'row open' : 'row' },
    td(
      'c-class',
      button,
      h('span', { class: 'compact' }, `${b.businessOn ?? ''} ${b.channel === undefined ? '' : channelName(b.channel)}`),
    ),
    td('c-date', b.businessOn ?? '—'),
    td('c-channel', channelName(b.channel)),
    td('c-says', h('span', { class: 'one-line' }, say(b.says))),
    td('c-verdict', chip(verdict.tone, say(verdict.title))),
    td('num c-amount', amountOf(b.amount)),
  );
  row.addEventListener('click', (event) => {
    if (getSelection()?.isCollapsed === false && !(event.target instanceof Element && event.target.closest('button')))
      return;
    toggle(b, row);
  });
  return isOpen ? [row, storyRow(b)] : [row];
}

/** @param {BreakView} b @param {HTMLElement} row */
export function toggle(b, row) {
  const isOpen = !view.open.has(b.id);
  const button = row.querySelector('.row-button');
  row.classList.toggle('open', isOpen);
  button?.setAttribute('aria-expanded', String(isOpen));
  if (isOpen) {
    view.open.add(b.id);
    row.after(storyRow(b));
    button?.setAttribute('aria-controls', `story-${b.id}`);
  } else {
    view.open.delete(b.id);
    row.nextElementSibling?.remove();
    button?.removeAttribute('aria-controls');
  }
}

/** @returns {HTMLElement[]} */
const rowButtons = () => [...document.querySelectorAll('.row-button')].map((e) => /** @type {HTMLElement} */ (e));

/** Single keys can be switched off: they must not fight a reader's own tools. */
function keysHelp() {
  const button = h(
    'button',
    { type: 'button', class: 'plain', id: 'keys', 'aria-pressed': String(view.keys) },
    `${t('keys')}: ${t(view.keys ? 'keys_on' : 'keys_off')}`,
  );
  button.addEventListener('click', () => {
    view.keys = !view.keys;
    button.setAttribute('aria-pressed', String(view.keys));
    button.textContent = `${t('keys')}: ${t(view.keys ? 'keys_on' : 'keys_off')}`;
  });
  return h('p', { class: 'keys' }, h('span', { class: 'quiet' }, t('keys_hint')), button);
}

/** @param {KeyboardEvent} event */
export function onKey(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const typing = target.matches('input, select, textarea');
  if (event.key === 'Escape' && target.id === 'search') {
    focusRow(0);
    return;
  }
  if (!view.keys || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    event.preventDefault();
    document.getElementById('search')?.focus();
    return;
  }
  if (event.key !== 'j' && event.key !== 'k') return;
  const at = rowButtons().indexOf(target);
  focusRow(at === -1 ? 0 : at + (event.key === 'j' ? 1 : -1));
}

/** @param {number} index */
function focusRow(index) {
  const rows = rowButtons();
  if (index >= rows.length && document.getElementById('more-rows')) showMore();
  else rows[Math.max(0, Math.min(index, rows.length - 1))]?.focus();
}
