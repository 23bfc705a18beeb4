// @ts-check
/**
 * The story of one break: what happened, what it means, what to do, and the evidence down to the raw bytes.
 *
 * @import { Tone } from '../../../verdicts/catalogue.ts'
 * @import { BreakView, EvidenceView } from '../html.ts'
 */
import { words } from './data.js';
import { chip, copyable, fact, h, tableRoles } from './elements.js';
import { amountOf, dueIn, grouped, label, say, t } from './text.js';

/** @param {BreakView} b */
export function storyRow(b) {
  const body = h(
    'div',
    { class: 'story-body' },
    h('p', { class: 'says' }, say(b.says)),
    judgement(b),
    nextSteps(b),
    sides(b),
    candidates(b),
    storyFoot(b),
  );
  return tableRoles(h('tr', { class: 'story', id: `story-${b.id}` }, h('td', { colspan: '6' }, body)));
}

/** @param {BreakView} b */
function judgement(b) {
  const verdict = words.verdicts[b.verdict];
  const release = { yes: 'arrived', no: 'no', ask: 'waiting' };
  return h(
    'dl',
    { class: 'judgement' },
    fact(
      t('verdict'),
      h(
        'span',
        { class: 'chips' },
        chip(verdict.tone, say(verdict.title)),
        b.also.length > 0 &&
          h('span', { class: 'quiet' }, `${t('also')}: ${b.also.map((v) => say(words.verdicts[v].title)).join(', ')}`),
      ),
    ),
    fact(t('release'), chip(/** @type {Tone} */ (release[b.release]), say(words.release[b.release]))),
    fact(
      t('cause'),
      b.cause === 'none'
        ? say(words.reasons[b.reason])
        : `${say(words.causes[b.cause])} · ${say(words.reasons[b.reason])}`,
    ),
    fact(t('custody'), say(words.custody[b.custody])),
    fact(
      t('class'),
      h(
        'span',
        {},
        say(words.classes[b.class].label),
        h('span', { class: 'under' }, say(words.classes[b.class].explain)),
      ),
    ),
    fact(t('joint'), say(words.joints[b.joint].label)),
    fact(t('difference'), h('span', { class: 'figure' }, amountOf(b.difference))),
    b.promise !== undefined && fact(t('promise'), `${b.promise}${b.days === undefined ? '' : ` · ${dueIn(b.days)}`}`),
  );
}

/** @param {BreakView} b */
function nextSteps(b) {
  if (b.next.length === 0) return null;
  return h(
    'div',
    { class: 'next' },
    h('h3', {}, t('next')),
    h(
      'ol',
      {},
      b.next.map((step) =>
        h(
          'li',
          {},
          h('span', { class: 'step' }, say(step.text)),
          h('span', { class: 'owner' }, say(words.owners[step.owner])),
          h('span', { class: 'quiet' }, step.by === undefined ? t('at_once') : t('by_date', { date: step.by })),
        ),
      ),
    ),
  );
}

/** @param {BreakView} b */
function sides(b) {
  const word = words.joints[b.joint];
  return h(
    'div',
    { class: 'sides' },
    side(say(word.ours), b.ours, b.counts.ours),
    side(say(word.theirs), b.theirs, b.counts.theirs),
  );
}

/** @param {string} name @param {readonly EvidenceView[]} lines @param {number} total */
export function side(name, lines, total) {
  return h(
    'div',
    { class: 'side' },
    h(
      'h3',
      {},
      `${t('evidence')} · ${name}`,
      total > lines.length &&
        h('span', { class: 'quiet' }, ` ${t('side_more', { shown: grouped(lines.length), total: grouped(total) })}`),
    ),
    lines.length === 0 ? h('p', { class: 'nothing' }, t('side_none')) : lines.map(evidenceCard),
  );
}

/** @param {BreakView} b */
function candidates(b) {
  if (b.candidates.length === 0) return null;
  return h(
    'div',
    { class: 'candidates' },
    h('h3', {}, t('candidates')),
    h('div', { class: 'cards' }, b.candidates.map(evidenceCard)),
  );
}

/** @param {EvidenceView} e */
function evidenceCard(e) {
  const status = e.status === undefined ? '' : ` · ${label(words.statuses, e.status)}`;
  return h(
    'div',
    { class: 'evidence' },
    h(
      'div',
      { class: 'evidence-head' },
      h(
        'span',
        {},
        h('b', {}, say(words.roles[e.role])),
        h(
          'span',
          { class: 'quiet' },
          ` ${label(e.role === 'batch' ? words.batchKinds : words.kinds, e.kind)}${status}`,
        ),
      ),
      h('b', { class: 'figure' }, amountOf(e.money)),
    ),
    h(
      'dl',
      {},
      Object.entries(e.refs).map(([kind, value]) => fact(label(words.refs, kind), h('span', { class: 'ref' }, value))),
      e.occurredAt !== undefined && fact(t('time'), e.occurredAt.replace('T', ' ')),
      e.businessOn !== undefined && fact(t('business_on'), e.businessOn),
      e.account !== undefined && fact(t('account'), e.account),
      e.store !== undefined && fact(t('store'), e.store),
      e.terminal !== undefined && fact(t('terminal'), e.terminal),
      e.party !== undefined && fact(t('party'), e.party),
      e.text !== undefined && fact(t('text'), e.text),
      e.made !== undefined && fact(t('text'), batchMade(e.made)),
    ),
    source(e),
    e.raw !== undefined && rawRecord(e),
  );
}

/** @param {NonNullable<EvidenceView['made']>} made */
const batchMade = ({ lines, gross, refunds, fees }) =>
  t('batch_made', {
    lines: grouped(lines),
    gross: amountOf(gross),
    refunds: amountOf(refunds),
    fees: amountOf(fees),
  });

/** Where the line stands, to the byte. @param {EvidenceView} e */
function source(e) {
  const range =
    e.at === undefined || !e.length ? undefined : t('bytes_n', { from: grouped(e.at), to: grouped(e.at + e.length) });
  if (e.file === '') return h('p', { class: 'source quiet' }, t('not_stated'));
  return h(
    'div',
    { class: 'source' },
    h('span', { class: 'file' }, e.line === undefined ? e.file : `${e.file}:${e.line}`),
    range !== undefined && h('span', { class: 'quiet' }, range),
    h(
      'span',
      { class: 'sha' },
      h('span', { class: 'quiet' }, 'SHA-256 '),
      copyable(e.sha256, `${e.sha256.slice(0, 12)}…`),
    ),
  );
}

/** @param {EvidenceView} e */
function rawRecord(e) {
  const cut = e.rawLength === undefined ? null : h('p', { class: 'quiet' }, t('raw_cut', { n: grouped(e.rawLength) }));
  return h(
    'div',
    { class: 'raw' },
    h('pre', { tabindex: '0', role: 'group', 'aria-label': `${t('raw')} ${e.file}:${e.line ?? ''}` }, e.raw),
    cut,
  );
}

/** @param {BreakView} b */
function storyFoot(b) {
  return h(
    'p',
    { class: 'story-foot' },
    h('span', { class: 'quiet' }, `${t('id')} `),
    copyable(b.id),
    ' ',
    h('code', { class: 'quiet' }, b.finding),
  );
}
