// @ts-check
/**
 * The page as a whole: the bar on top, language, theme, and the start. Reading order of this folder: data, text, elements, find,
 * address, then the sections from top to bottom; `PAGE_FILES` in `../html.ts` is that order.
 *
 * @import { Lang } from '../../../base/lang.ts'
 */

import { goTo, hash, reach, SECTIONS, writeHash } from './address.js';
import { breaksSection, onKey } from './breaks.js';
import { FIELDS, LISTS, lists, result, view, words } from './data.js';
import { h, icon, s } from './elements.js';
import { clearFilters, passesFilter } from './find.js';
import { hero } from './headline.js';
import { lateSection } from './late.js';
import { documentsSection, feesSection, signSection } from './papers.js';
import { proofSection } from './proof.js';
import { drawRiver, moneySection } from './river.js';
import { say, t } from './text.js';

function render() {
  const focused = document.activeElement?.id;
  document.documentElement.lang = view.lang === 'zh' ? 'zh-CN' : 'en';
  document.title = `${t('title')} · ${say(words.states[result.state].label)}`;
  document
    .getElementById('app')
    ?.replaceChildren(
      h('a', { class: 'skip', href: '#main', onclick: (/** @type {Event} */ e) => goTo(e, 'main') }, t('skip')),
      topBar(),
      h(
        'main',
        { id: 'main', tabindex: '-1' },
        hero(),
        moneySection(),
        proofSection(),
        lateSection(),
        breaksSection(),
        documentsSection(),
        feesSection(),
        signSection(),
      ),
      h('footer', {}, t('footer', { schema: result.schema })),
      h('div', { id: 'live', role: 'status', class: 'toast' }),
    );
  drawRiver();
  if (focused) document.getElementById(focused)?.focus();
}

function topBar() {
  return h(
    'header',
    { class: 'top' },
    h(
      'div',
      { class: 'top-row' },
      h('span', { class: 'brand' }, mark(), h('b', {}, t('brand')), h('span', {}, t('title'))),
      tools(),
    ),
    h(
      'nav',
      { 'aria-label': t('nav') },
      SECTIONS.map(([id, key]) => h('a', { href: hash(id), onclick: (/** @type {Event} */ e) => goTo(e, id) }, t(key))),
    ),
  );
}

/** The brand's mark: a stop on a line. */
function mark() {
  return s(
    'svg',
    { class: 'mark', viewBox: '0 0 40 20', width: 40, height: 20, 'aria-hidden': 'true' },
    s('path', { d: 'M2 10h36' }),
    s('circle', { cx: 20, cy: 10, r: 6 }),
  );
}

function tools() {
  const themes = /** @type {const} */ (['auto', 'light', 'dark']);
  return h(
    'div',
    { class: 'tools' },
    h(
      'div',
      { class: 'segment', role: 'group', 'aria-label': t('theme') },
      themes.map((name) =>
        h(
          'button',
          {
            type: 'button',
            id: `theme-${name}`,
            'aria-pressed': String(view.theme === name),
            onclick: () => setTheme(name),
          },
          t(`theme_${name}`),
        ),
      ),
    ),
    h(
      'div',
      { class: 'segment', role: 'group', 'aria-label': t('language') },
      h(
        'button',
        {
          type: 'button',
          id: 'lang-zh',
          lang: 'zh-CN',
          'aria-pressed': String(view.lang === 'zh'),
          onclick: () => setLang('zh'),
        },
        '中文',
      ),
      h(
        'button',
        {
          type: 'button',
          id: 'lang-en',
          lang: 'en',
          'aria-pressed': String(view.lang === 'en'),
          onclick: () => setLang('en'),
        },
        'English',
      ),
    ),
    h('button', { type: 'button', class: 'plain', id: 'print', onclick: () => print() }, icon('print'), t('print')),
  );
}

/** @param {Lang} lang */
function setLang(lang) {
  view.lang = lang;
  render();
  writeHash();
}

/** @param {string} theme */
function setTheme(theme) {
  view.theme = theme;
  showTheme();
  for (const name of ['auto', 'light', 'dark'])
    document.getElementById(`theme-${name}`)?.setAttribute('aria-pressed', String(name === theme));
  try {
    localStorage.setItem('daozhang.theme', theme);
  } catch {
    // A page opened from a file may have no storage; the choice then lasts as long as the page.
  }
}

function showTheme() {
  if (view.theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = view.theme;
}

/** Reads the address: section, then filter. A filter that names no list takes the first list that has such items. */
function applyHash() {
  const [id, text] = location.hash.slice(1).split('?', 2);
  const query = new URLSearchParams(text ?? '');
  const lang = query.get('lang');
  if (lang === 'zh' || lang === 'en') view.lang = lang;
  clearFilters();
  for (const field of FIELDS) view.filter[field] = query.get(field) ?? '';
  view.search = query.get('q') ?? '';
  view.id = query.get('id') ?? '';
  if (view.id !== '') view.open.add(view.id);
  const named = LISTS.find((name) => name === query.get('list'));
  view.list = named ?? LISTS.find((name) => lists[name].some(passesFilter)) ?? 'breaks';
  render();
  if (id) reach(id);
}

/** A link to the address we are at moves nothing by itself; the reader still wants to be taken there. @param {Event} event */
function onClick(event) {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link?.getAttribute('href') === location.hash && location.hash.startsWith('#breaks?')) applyHash();
}

addEventListener('hashchange', applyHash);
document.addEventListener('click', onClick);
addEventListener('resize', drawRiver);
document.addEventListener('keydown', onKey);
showTheme();
applyHash();
