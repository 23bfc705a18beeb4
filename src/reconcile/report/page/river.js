// @ts-check
/**
 * The money's way: one line per channel over four stations, the width of the river by amount. Money that stays behind branches
 * off where it does, money that has no origin joins. From left to right where there is room, else from top to bottom.
 *
 * @import { FlowRow } from '../../result.ts'
 */

import { listHash } from './address.js';
import { result, view, words } from './data.js';
import { empty, h, redraw, s, section, table, td, th } from './elements.js';
import { amountOf, channelName, counted, grouped, money, pixelsOf, say, scaled, t } from './text.js';

const STATIONS = /** @type {const} */ (['ordered', 'captured', 'settled', 'credited']);

/** Pixels of the widest band of a currency. */
const BAND = 44;

export function moneySection() {
  const toggle = h(
    'button',
    { type: 'button', class: 'plain', id: 'flow-toggle', 'aria-pressed': String(view.flowTable) },
    t(view.flowTable ? 'as_picture' : 'as_table'),
  );
  toggle.addEventListener('click', () => {
    view.flowTable = !view.flowTable;
    redraw('money', moneySection);
    drawRiver();
  });
  if (result.flow.length === 0) return section('money', 'sec_money', '', empty('flow_empty'));
  return section(
    'money',
    'sec_money',
    'sec_money_note',
    h('div', { class: 'corner' }, toggle),
    view.flowTable ? flowTable() : h('div', { class: 'river', id: 'river' }),
  );
}

/** Draws for the width there is: lines from left to right where there is room, from top to bottom on a phone. */
export function drawRiver() {
  const box = document.getElementById('river');
  if (!box) return;
  const width = Math.floor(box.clientWidth);
  if (box.dataset.width === String(width)) return;
  box.dataset.width = String(width);
  const largest = largestByCurrency();
  if (width >= 860)
    box.replaceChildren(
      riverHead(width),
      ...result.flow.map((row) => wideLane(row, width, largest.get(row.currency) ?? 1n)),
    );
  else
    box.replaceChildren(
      h(
        'div',
        { class: 'lanes' },
        result.flow.map((row) => tallLane(row, Math.min(300, width), largest.get(row.currency) ?? 1n)),
      ),
    );
}

/** Bands compare within a currency, never across. */
function largestByCurrency() {
  /** @type {Map<string, bigint>} */
  const largest = new Map();
  for (const row of result.flow) {
    for (const station of STATIONS) {
      const value = scaled(row[station].amount.amount);
      if (value > (largest.get(row.currency) ?? 0n)) largest.set(row.currency, value);
    }
  }
  return largest;
}

/** @param {number} width */
function stops(width) {
  const first = 190;
  const step = (width - first - 84) / 3;
  return STATIONS.map((_, i) => first + i * step);
}

/** @param {number} width */
function riverHead(width) {
  const xs = stops(width);
  return s(
    'svg',
    { class: 'river-head', width, height: 26, viewBox: `0 0 ${width} 26`, 'aria-hidden': 'true' },
    STATIONS.map((name, i) =>
      s('text', { x: xs[i], y: 16, 'text-anchor': 'middle', class: 'stop-name' }, say(words.stations[name])),
    ),
  );
}

/** @param {FlowRow} row @param {bigint} largest */
function bands(row, largest) {
  return STATIONS.map((name) => {
    const value = scaled(row[name].amount.amount);
    return value <= 0n ? 0 : Math.max(2, pixelsOf(value, largest, BAND));
  });
}

/** By station, the largest first. @param {FlowRow} row */
function leaksAfter(row) {
  const size = (/** @type {FlowRow['leaks'][number]} */ leak) => scaled(leak.amount.amount.replace('-', ''));
  return STATIONS.slice(0, 3).map((station) =>
    row.leaks
      .filter((leak) => leak.after === station)
      .sort((a, b) => (size(a) < size(b) ? 1 : size(a) > size(b) ? -1 : 0)),
  );
}

/** What the picture says, for those who hear it. @param {FlowRow} row */
function laneName(row) {
  const stages = STATIONS.map((name) => `${say(words.stations[name])} ${amountOf(row[name].amount)}`);
  return `${channelName(row.channel)} ${row.currency}: ${stages.join(', ')}`;
}

/** @param {FlowRow} row @param {number} width @param {bigint} largest */
function wideLane(row, width, largest) {
  const xs = stops(width);
  const thick = bands(row, largest);
  const leaks = leaksAfter(row);
  const deepest = Math.max(...leaks.map((l) => l.length));
  const y = 80;
  const below = y + BAND / 2 + 14;
  const height = below + (deepest === 0 ? 6 : deepest * 40 + 4);
  return s(
    'svg',
    { class: 'lane', width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': laneName(row) },
    s('text', { x: 0, y: y - 2, class: 'lane-name' }, channelName(row.channel)),
    s('text', { x: 0, y: y + 17, class: 'lane-currency' }, row.currency),
    xs.slice(0, 3).map((x, i) => wideBand(x, xs[i + 1], y, thick[i], thick[i + 1])),
    leaks.flatMap((list, i) => {
      const place = branches(list, xs[i], largest);
      return list.map((leak, k) =>
        wideLeak(row, leak, { x: place.xs[k], end: place.end, y, band: thick[i], k }, largest),
      );
    }),
    xs.map((x, i) => wideStop(row, i, x, y)),
  );
}

/** The river between two stations, and the line in its middle; dashed where no money went on. @param {number} x1 @param {number} x2 @param {number} y @param {number} t1 @param {number} t2 */
function wideBand(x1, x2, y, t1, t2) {
  const mid = (x1 + x2) / 2;
  const dry = t2 === 0;
  const path = `M${x1} ${y - t1 / 2}C${mid} ${y - t1 / 2} ${mid} ${y - t2 / 2} ${x2} ${y - t2 / 2}V${y + t2 / 2}C${mid} ${y + t2 / 2} ${mid} ${y + t1 / 2} ${x1} ${y + t1 / 2}Z`;
  return s(
    'g',
    {},
    !dry && s('path', { class: 'water', d: path }),
    s('path', { class: dry ? 'rail dry' : 'rail', d: `M${x1} ${y}H${x2}` }),
  );
}

/** @param {FlowRow} row @param {number} i @param {number} x @param {number} y */
function wideStop(row, i, x, y) {
  const stage = row[STATIONS[i]];
  const reached = scaled(stage.amount.amount) !== 0n;
  const top = y - BAND / 2 - 12;
  return s(
    'g',
    {},
    s('circle', { class: reached ? 'stop' : 'stop dry', cx: x, cy: y, r: 6 }),
    s(
      'text',
      { class: 'stop-amount', x, y: top - 15, 'text-anchor': 'middle' },
      reached ? amountOf(stage.amount) : '—',
    ),
    s(
      'text',
      { class: 'stop-count', x, y: top, 'text-anchor': 'middle' },
      reached ? counted('n_items', stage.count) : t('not_reached'),
    ),
  );
}

/**
 * Where the branches of one stretch leave the line: the lower ones start further left, so none crosses another.
 * @param {FlowRow['leaks'][number][]} list @param {number} from @param {bigint} largest
 */
function branches(list, from, largest) {
  let x = from + 22;
  const xs = list.map(() => 0);
  for (let k = list.length - 1; k >= 0; k--) {
    const width = leakWidth(list[k], largest);
    xs[k] = x + width / 2;
    x += width + 12;
  }
  return { xs, end: x + 16 };
}

/** The head of an arrow as wide as its line needs. @param {number} x @param {number} y @param {'up' | 'left' | 'right'} way @param {number} size */
function arrow(x, y, way, size) {
  const half = size - 1;
  if (way === 'up') return `M${x - half} ${y + size}L${x} ${y}L${x + half} ${y + size}Z`;
  const back = way === 'left' ? x + size : x - size;
  return `M${back} ${y - half}L${x} ${y}L${back} ${y + half}Z`;
}

/**
 * A branch that leaves the line downwards, or joins it from below.
 * @param {FlowRow} row @param {FlowRow['leaks'][number]} leak @param {{ x: number, end: number, y: number, band: number, k: number }} place @param {bigint} largest
 */
function wideLeak(row, leak, { x, end, y, band, k }, largest) {
  const width = leakWidth(leak, largest);
  const size = width / 2 + 5.5;
  const down = y + BAND / 2 + 30 + k * 40;
  const joins = joinsHere(leak);
  const start = y + Math.max(0, band / 2 - 3);
  const path = `M${x} ${joins ? start + size : start}V${down - 10}Q${x} ${down} ${x + 10} ${down}H${joins ? end : end - size}`;
  const tip = joins ? arrow(x, start, 'up', size) : arrow(end, down, 'right', size);
  return leakLink(row, leak, [
    s('rect', { class: 'hit', x: end - 10, y: down - 18, width: 170, height: 36, rx: 6 }),
    s('path', { class: 'branch', d: path, 'stroke-width': width }),
    s('path', { class: 'tip', d: tip }),
    s('text', { class: 'leak-name', x: end + 8, y: down - 3 }, say(words.classes[leak.class].label)),
    s(
      'text',
      { class: 'leak-amount', x: end + 8, y: down + 14 },
      `${money(leak.amount.amount.replace('-', ''), row.currency)} · ${counted('n_items', leak.count)}`,
    ),
  ]);
}

/** Less than nothing stayed behind: this money is at the next station without having come from here. @param {FlowRow['leaks'][number]} leak */
const joinsHere = (leak) => leak.amount.amount.startsWith('-');

/** @param {FlowRow['leaks'][number]} leak @param {bigint} largest */
const leakWidth = (leak, largest) => Math.min(12, Math.max(2, pixelsOf(scaled(leak.amount.amount), largest, BAND)));

/** @param {FlowRow} row @param {FlowRow['leaks'][number]} leak @param {Node[]} children */
function leakLink(row, leak, children) {
  const word = words.classes[leak.class];
  const title = `${say(word.explain)} (${t(joinsHere(leak) ? 'joins' : 'leaves')})`;
  return s(
    'a',
    { class: `leak tone-${word.tone}`, href: listHash({ class: leak.class, channel: row.channel }) },
    s('title', {}, title),
    children,
  );
}

/** The same line from top to bottom. @param {FlowRow} row @param {number} width @param {bigint} largest */
function tallLane(row, width, largest) {
  const x = 26;
  const thick = bands(row, largest);
  const leaks = leaksAfter(row);
  /** @type {number[]} */
  const ys = [30];
  for (const list of leaks) ys.push((ys.at(-1) ?? 0) + 58 + list.length * 44);
  const height = (ys.at(-1) ?? 0) + 34;
  return h(
    'div',
    { class: 'tall-lane' },
    h('h3', {}, channelName(row.channel), ' ', h('span', { class: 'quiet' }, row.currency)),
    s(
      'svg',
      { class: 'lane', width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': laneName(row) },
      ys.slice(0, 3).map((y, i) => tallBand(x, y, ys[i + 1], thick[i], thick[i + 1])),
      leaks.flatMap((list, i) => list.map((leak, k) => tallLeak(row, leak, x, ys[i] + 50 + k * 44, largest))),
      ys.map((y, i) => tallStop(row, i, x, y)),
    ),
  );
}

/** @param {number} x @param {number} y1 @param {number} y2 @param {number} t1 @param {number} t2 */
function tallBand(x, y1, y2, t1, t2) {
  const mid = (y1 + y2) / 2;
  const dry = t2 === 0;
  const path = `M${x - t1 / 2} ${y1}C${x - t1 / 2} ${mid} ${x - t2 / 2} ${mid} ${x - t2 / 2} ${y2}H${x + t2 / 2}C${x + t2 / 2} ${mid} ${x + t1 / 2} ${mid} ${x + t1 / 2} ${y1}Z`;
  return s(
    'g',
    {},
    !dry && s('path', { class: 'water', d: path }),
    s('path', { class: dry ? 'rail dry' : 'rail', d: `M${x} ${y1}V${y2}` }),
  );
}

/** @param {FlowRow} row @param {number} i @param {number} x @param {number} y */
function tallStop(row, i, x, y) {
  const stage = row[STATIONS[i]];
  const reached = scaled(stage.amount.amount) !== 0n;
  const name = say(words.stations[STATIONS[i]]);
  const note = reached ? `${name} · ${counted('n_items', stage.count)}` : `${name} · ${t('not_reached')}`;
  return s(
    'g',
    {},
    s('circle', { class: reached ? 'stop' : 'stop dry', cx: x, cy: y, r: 6 }),
    s('text', { class: 'stop-count', x: x + 32, y: y - 6 }, note),
    s('text', { class: 'stop-amount', x: x + 32, y: y + 13 }, reached ? amountOf(stage.amount) : '—'),
  );
}

/** @param {FlowRow} row @param {FlowRow['leaks'][number]} leak @param {number} x @param {number} y @param {bigint} largest */
function tallLeak(row, leak, x, y, largest) {
  const end = x + 50;
  const joins = joinsHere(leak);
  const width = leakWidth(leak, largest);
  const size = width / 2 + 5.5;
  const path = joins ? `M${x + 3 + size} ${y}H${end}` : `M${x + 3} ${y}H${end - size}`;
  const tip = joins ? arrow(x + 3, y, 'left', size) : arrow(end, y, 'right', size);
  return leakLink(row, leak, [
    s('rect', { class: 'hit', x: end - 8, y: y - 20, width: 210, height: 40, rx: 6 }),
    s('path', { class: 'branch', d: path, 'stroke-width': width }),
    s('path', { class: 'tip', d: tip }),
    s('text', { class: 'leak-name', x: end + 10, y: y - 3 }, say(words.classes[leak.class].label)),
    s(
      'text',
      { class: 'leak-amount', x: end + 10, y: y + 15 },
      `${money(leak.amount.amount.replace('-', ''), row.currency)} · ${counted('n_items', leak.count)}`,
    ),
  ]);
}

function flowTable() {
  const head = [
    th(t('channel')),
    th(t('currency')),
    ...STATIONS.map((name) => th(say(words.stations[name]), 'num')),
    th(t('leaves_after'), 'leak-list'),
  ];
  const rows = result.flow.map((row) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, channelName(row.channel)),
      td('', row.currency),
      STATIONS.map((name) =>
        td(
          'num',
          h('span', { class: 'top-line' }, grouped(row[name].amount.amount)),
          h('span', { class: 'under' }, counted('n_items', row[name].count)),
        ),
      ),
      td(
        'leak-list',
        row.leaks.map((leak) => leakLine(row, leak)),
      ),
    ),
  );
  return table(t('sec_money'), head, rows);
}

/** @param {FlowRow} row @param {FlowRow['leaks'][number]} leak */
function leakLine(row, leak) {
  const word = words.classes[leak.class];
  return h(
    'div',
    {},
    h('a', { href: listHash({ class: leak.class, channel: row.channel }) }, say(word.label)),
    ` ${money(leak.amount.amount.replace('-', ''), row.currency)} · ${counted('n_items', leak.count)} · ${t(joinsHere(leak) ? 'joins' : 'leaves')}`,
  );
}
