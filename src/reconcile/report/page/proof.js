// @ts-check
/**
 * The proof: one identity per joint and currency, what makes up the difference, and where every line went.
 *
 * @import { Joint, Proof } from '../../result.ts'
 */

import { listHash } from './address.js';
import { result, words } from './data.js';
import { chip, empty, h, icon, section, table, td, th } from './elements.js';
import { amountOf, grouped, label, say, scaled, sums, t } from './text.js';

export function proofSection() {
  if (result.proof.length === 0) return section('proof', 'sec_proof', '', empty('proof_empty'));
  return section(
    'proof',
    'sec_proof',
    'sec_proof_note',
    h('div', { class: 'proofs' }, result.proof.map(proofRow)),
    passes(),
  );
}

/** @param {Proof} proof */
function proofRow(proof) {
  const word = words.joints[proof.joint];
  const holds = scaled(proof.residual.amount) === 0n;
  return h(
    'details',
    { class: holds ? 'proof' : 'proof failed' },
    h(
      'summary',
      {},
      h(
        'span',
        { class: 'proof-name' },
        icon('chevron'),
        h('b', {}, say(word.label)),
        h('span', { class: 'quiet' }, proof.currency),
      ),
      h(
        'span',
        { class: 'equation' },
        term(say(word.ours), proof.ours.amount),
        operator('−'),
        term(say(word.theirs), proof.theirs.amount),
        operator('='),
        term(t('difference'), proof.difference.amount),
        operator('='),
        term(t('explained'), explainedSum(proof)),
      ),
      h(
        'span',
        { class: 'residual' },
        h('span', { class: 'term-name' }, t('residual')),
        h('span', { class: 'term-value' }, grouped(proof.residual.amount)),
        chip(holds ? 'arrived' : 'no', t(holds ? 'holds' : 'holds_not')),
      ),
    ),
    h(
      'div',
      { class: 'proof-body' },
      h('p', { class: 'note wide' }, say(word.explain)),
      explainedTable(proof),
      countsTable(proof),
    ),
  );
}

/** @param {string} name @param {string} value */
const term = (name, value) =>
  h(
    'span',
    { class: 'term' },
    h('span', { class: 'term-name' }, name),
    h('span', { class: 'term-value' }, grouped(value)),
  );

/** @param {string} sign */
const operator = (sign) => h('span', { class: 'operator' }, sign);

/** @param {Proof} proof */
function explainedSum(proof) {
  const { amount, currency } = proof.residual;
  return sums([{ amount: amount.replace(/\d/g, '0'), currency }, ...Object.values(proof.explained)])[0].amount;
}

/** @param {Proof} proof */
function explainedTable(proof) {
  const entries = Object.entries(proof.explained);
  if (entries.length === 0)
    return h('div', {}, h('h3', {}, t('explained_by')), h('p', { class: 'quiet' }, t('nothing_to_explain')));
  return h(
    'div',
    {},
    h('h3', {}, t('explained_by')),
    h(
      'ul',
      { class: 'pairs' },
      entries.map(([name, amount]) =>
        h('li', {}, explainedName(name, proof.joint), h('span', { class: 'num' }, amountOf(amount))),
      ),
    ),
  );
}

/** What is only waiting is written `class (open)`; what is no class, as rounding, leads nowhere. @param {string} key @param {Joint} joint */
function explainedName(key, joint) {
  const name = key.replace(' (open)', '');
  if (!Object.hasOwn(words.classes, name)) return h('span', {}, label(words.places, key));
  const word = words.classes[/** @type {keyof typeof words.classes} */ (name)];
  const list = name === 'ambiguous' ? 'ambiguous' : name === key ? 'breaks' : 'open';
  const link = h('a', { href: listHash({ list, class: name, joint }) }, say(word.label));
  return list === 'open' ? h('span', {}, link, h('span', { class: 'quiet' }, ` ${say(words.places.open)}`)) : link;
}

/** @param {Proof} proof */
function countsTable(proof) {
  const word = words.joints[proof.joint];
  const places = [...new Set([...Object.keys(proof.counts.ours), ...Object.keys(proof.counts.theirs)])];
  /** @param {Readonly<Record<string, number>>} side */
  const all = (side) => Object.values(side).reduce((n, m) => n + m, 0);
  return h(
    'div',
    {},
    h('h3', {}, t('where_lines_went')),
    h(
      'table',
      { class: 'small' },
      h('thead', {}, h('tr', {}, h('td', {}), th(say(word.ours), 'num'), th(say(word.theirs), 'num'))),
      h(
        'tbody',
        {},
        places.map((place) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, label(words.places, place)),
            td('num', grouped(proof.counts.ours[place] ?? 0)),
            td('num', grouped(proof.counts.theirs[place] ?? 0)),
          ),
        ),
        h(
          'tr',
          { class: 'total' },
          h('th', { scope: 'row' }, t('all_lines')),
          td('num', grouped(all(proof.counts.ours))),
          td('num', grouped(all(proof.counts.theirs))),
        ),
      ),
    ),
  );
}

function passes() {
  if (result.passes.length === 0) return null;
  const head = [th(t('joint')), th(t('pass')), th(t('matched'), 'num'), th(t('lines'), 'num')];
  const rows = result.passes.map((p) =>
    h(
      'tr',
      {},
      td('', say(words.joints[p.joint].label)),
      td('', say(p.title)),
      td('num', grouped(p.matched)),
      td('num', grouped(p.lines)),
    ),
  );
  return h(
    'details',
    { class: 'more' },
    h('summary', {}, icon('chevron'), t('passes')),
    h('p', { class: 'note wide' }, t('passes_note')),
    table(t('passes'), head, rows),
  );
}
