// @ts-check
/**
 * What is late and who owes it, and the batches.
 *
 * @import { Batch } from '../../result.ts'
 * @import { PageData } from '../html.ts'
 * @import { Age } from '../words.ts'
 */
import { data, result, view, words } from './data.js';
import { chip, empty, h, redraw, section, table, td, th } from './elements.js';
import { amountOf, channelName, counted, dueIn, grouped, money, pixelsOf, say, scaled, t, trimmed } from './text.js';

const BATCHES_AT_ONCE = 12;

export function lateSection() {
  return section(
    'late',
    'sec_late',
    data.ageing.length > 0 ? 'sec_late_note' : '',
    data.ageing.length === 0 ? empty('late_empty') : ageingTable(),
    h('h3', { class: 'sub' }, t('batches')),
    batchTable(),
  );
}

function ageingTable() {
  const ages = /** @type {Age[]} */ (Object.keys(words.ages)).filter((age) =>
    data.ageing.some((row) => row.cells[age]),
  );
  const head = [
    th(t('who_owes')),
    th('', 'bar-col'),
    ...ages.map((age) => th(say(words.ages[age]), 'num')),
    th(t('total'), 'num'),
  ];
  head[1] = h('td', { class: 'bar-col' });
  const rows = data.ageing.map((row) =>
    h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        say(row.who),
        row.currency === 'CNY' ? null : h('span', { class: 'quiet' }, ` ${row.currency}`),
      ),
      td('bar-col', ageBar(row, ages)),
      ages.map((age) => ageCell(row, age)),
      td('num strong', money(row.amount, row.currency)),
    ),
  );
  return table(t('sec_late'), head, rows, 'ageing');
}

/** @param {PageData['ageing'][number]} row @param {Age[]} ages */
function ageBar(row, ages) {
  const largest = data.ageing
    .filter((r) => r.currency === row.currency)
    .reduce((most, r) => (scaled(r.amount) > most ? scaled(r.amount) : most), 1n);
  const bar = h('div', { class: 'bar', 'aria-hidden': 'true' });
  for (const age of ages) {
    const cell = row.cells[age];
    if (!cell) continue;
    const part = h('span', { class: `age-${age}` });
    part.style.width = `${Math.max(1, pixelsOf(scaled(cell.amount), largest, 100))}%`;
    bar.append(part);
  }
  return bar;
}

/** @param {PageData['ageing'][number]} row @param {Age} age */
function ageCell(row, age) {
  const cell = row.cells[age];
  if (!cell) return td('num faint', '–');
  const amount = h(
    'span',
    {},
    h('span', { class: `age-dot age-${age}`, 'aria-hidden': 'true' }),
    money(cell.amount, row.currency),
  );
  return td('num', amount, h('span', { class: 'under' }, counted('n_items', cell.count)));
}

/** Worst first; what is done comes last. @type {Batch['state'][]} */
const BATCH_ORDER = ['returned', 'late', 'short', 'on_its_way', 'not_checked', 'credited'];

function batchTable() {
  if (result.batches.length === 0) return h('p', { class: 'quiet' }, t('batches_empty'));
  const sorted = [...result.batches].sort(
    (a, b) => BATCH_ORDER.indexOf(a.state) - BATCH_ORDER.indexOf(b.state) || (a.businessFrom < b.businessFrom ? 1 : -1),
  );
  const shown = view.allBatches ? sorted : sorted.slice(0, BATCHES_AT_ONCE);
  const head = [
    th(t('state')),
    th(t('channel')),
    th(t('batch')),
    th(t('business_days')),
    th(t('due')),
    th(t('lines'), 'num'),
    th(t('gross'), 'num'),
    th(t('refunds'), 'num'),
    th(t('fees'), 'num'),
    th(t('net'), 'num'),
  ];
  const more = h(
    'button',
    { type: 'button', class: 'plain', id: 'all-batches' },
    t('show_all', { n: grouped(sorted.length) }),
  );
  more.addEventListener('click', () => {
    view.allBatches = true;
    redraw('late', lateSection);
  });
  return h('div', {}, table(t('batches'), head, shown.map(batchRow)), shown.length < sorted.length && more);
}

/** @param {Batch} b */
function batchRow(b) {
  const state = words.batchStates[b.state];
  const days = b.businessFrom === b.businessTo ? b.businessFrom : `${b.businessFrom} – ${b.businessTo}`;
  const late = data.batchDays[b.id];
  return h(
    'tr',
    {},
    td('', chip(state.tone, say(state.label))),
    td('', channelName(b.channel), h('span', { class: 'under' }, b.account)),
    td('', b.ref ?? '—', h('span', { class: 'under' }, say(words.batchKinds[b.kind]))),
    td('nowrap', days),
    td(
      'nowrap',
      b.dueOn ?? '—',
      h(
        'span',
        { class: 'under' },
        b.creditedOn !== undefined ? t('credited_on', { date: b.creditedOn }) : late !== undefined ? dueIn(late) : '',
      ),
    ),
    td('num', grouped(b.lines)),
    td('num', amountOf(b.gross)),
    td('num', amountOf(b.refunds)),
    td('num', grouped(trimmed(b.fees.amount, b.net.amount))),
    td('num strong', amountOf(b.net)),
  );
}
