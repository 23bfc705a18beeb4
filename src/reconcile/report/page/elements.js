// @ts-check
/**
 * Elements. Text goes on screen as text nodes and attributes are set by name, so nothing a document says can become code.
 *
 * @import { Tone } from '../../../verdicts/catalogue.ts'
 * @import { Amount } from '../../result.ts'
 * @import { PageData } from '../html.ts'
 */

import { amountOf, t } from './text.js';

/** @typedef {Node | string | number | null | undefined | false} Child */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element. `on…` props are listeners, `true` is an empty attribute, `false` and `undefined` are none.
 * @param {string} tag @param {Record<string, unknown>} [props] @param {...(Child | Child[])} children
 */
export function h(tag, props = {}, ...children) {
  return dress(document.createElement(tag), props, children);
}

/** @param {string} tag @param {Record<string, unknown>} [props] @param {...(Child | Child[])} children */
export function s(tag, props = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), props, children);
}

/** @template {Element} E @param {E} element @param {Record<string, unknown>} props @param {(Child | Child[])[]} children */
function dress(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** One stroke drawing per tone, so that colour is never alone. @type {Record<Tone | 'chevron' | 'copy' | 'print' | 'search', string>} */
const ICONS = {
  arrived: 'M3.5 8.5l3 3 6-7',
  moving: 'M2.5 8h10M9 4.5L12.5 8 9 11.5',
  found: 'M8 13.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11zM8 10a2 2 0 1 1 0-4 2 2 0 0 1 0 4z',
  waiting: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  late: 'M4 2.5h8M4 13.5h8M5 2.5c0 3 6 5 6 11M11 2.5c0 3-6 5-6 11',
  no: 'M4 4l8 8M12 4l-8 8',
  beware: 'M8 2.5l6 11H2zM8 6.5v3.5M8 12h.01',
  chevron: 'M6 3.5L10.5 8 6 12.5',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3',
  print: 'M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z',
  search: 'M7 11.5a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zM10.5 10.5l3.5 3.5',
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  return s(
    'svg',
    { class: `icon icon-${name}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    s('path', { d: ICONS[name] }),
  );
}

/** @param {Tone} tone @param {string} text */
export const chip = (tone, text) => h('span', { class: `chip tone-${tone}` }, icon(tone), h('span', {}, text));

/** A sum in several currencies, one a line. @param {readonly Amount[]} amounts */
export function amountLines(amounts) {
  if (amounts.length === 0) return [h('span', { class: 'sum none' }, t('nothing'))];
  return amounts.map((a) => {
    const [figure, code] = amountOf(a).split('\u00a0');
    return h('span', { class: 'sum' }, figure, code !== undefined && h('span', { class: 'code' }, ` ${code}`));
  });
}

/** @param {string} name @param {Child} value */
export const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));

/** @param {string} id @param {keyof PageData['words']['page']} title @param {keyof PageData['words']['page'] | ''} note @param {...(Child | Child[])} children */
export function section(id, title, note, ...children) {
  return h(
    'section',
    { id, 'aria-labelledby': `h-${id}` },
    h(
      'header',
      { class: 'sec-head' },
      h('h2', { id: `h-${id}`, tabindex: '-1' }, t(title)),
      note !== '' && h('p', { class: 'note' }, t(note)),
    ),
    ...children,
  );
}

/** A table that scrolls inside its own frame on a small screen, and can be scrolled by keyboard. @param {string} caption @param {Node[]} head @param {(Node | Node[])[]} rows @param {string} [kind] */
export function table(caption, head, rows, kind = '') {
  // On a phone each row becomes a card, and each cell has to say what it is.
  for (const row of rows.flat()) {
    for (const [i, cell] of [...row.childNodes].entries()) {
      if (i > 0 && cell instanceof Element) cell.setAttribute('data-label', head[i]?.textContent ?? '');
    }
  }
  const made = h(
    'table',
    { class: kind },
    h('caption', { class: 'sr' }, caption),
    h('thead', {}, h('tr', {}, head)),
    h('tbody', {}, rows.flat()),
  );
  return h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption }, tableRoles(made));
}

/** @type {Record<string, string>} */
const ROLES = { TABLE: 'table', THEAD: 'rowgroup', TBODY: 'rowgroup', TR: 'row', TD: 'cell', TH: 'columnheader' };

/** Tables are laid out as grids and cards, and some browsers then forget that they are tables: each part says what it is. @template {Element} E @param {E} root */
export function tableRoles(root) {
  for (const part of [root, ...root.querySelectorAll('*')]) {
    const role = part.getAttribute('scope') === 'row' ? 'rowheader' : ROLES[part.tagName];
    if (role !== undefined) part.setAttribute('role', role);
  }
  return root;
}

/** @param {Child} text @param {string} [kind] */
export const th = (text, kind = '') => h('th', { scope: 'col', class: kind }, text);

/** @param {string} kind @param {...(Child | Child[])} children */
export const td = (kind, ...children) => h('td', { class: kind }, ...children);

/** @param {string} key */
export const empty = (key) =>
  h('p', { class: 'empty' }, icon('arrived'), t(/** @type {keyof PageData['words']['page']} */ (key)));

/** A hash that can be read at a glance and copied whole. @param {string} hash @param {string} [shown] */
export function copyable(hash, shown = hash) {
  const code = h('code', { class: 'hash', title: hash }, shown);
  const button = h(
    'button',
    { type: 'button', class: 'copy', 'aria-label': `${t('copy')} ${shown}`, title: t('copy') },
    icon('copy'),
  );
  button.addEventListener('click', (event) => {
    event.stopPropagation();
    copy(hash, code);
  });
  return h('span', { class: 'copyable' }, code, button);
}

/** @param {string} text @param {Element} shown */
async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    announce(t('copied'));
  } catch {
    // Without the permission the reader copies by hand: the whole text takes the place of the short one and is selected.
    shown.textContent = text;
    getSelection()?.selectAllChildren(shown);
    announce(t('copy_failed'));
  }
}

/** Says it to a screen reader, and for a moment to everybody. @param {string} text */
function announce(text) {
  const live = document.getElementById('live');
  if (!live) return;
  live.textContent = text;
  live.classList.add('shown');
  setTimeout(() => live.classList.remove('shown'), 1600);
}

/** Draws one section again and keeps the focus where it was. @param {string} id @param {() => Element} make */
export function redraw(id, make) {
  const focused = document.activeElement?.id;
  document.getElementById(id)?.replaceWith(make());
  if (focused) document.getElementById(focused)?.focus();
}
