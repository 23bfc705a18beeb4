// @ts-check
/**
 * The papers: documents with their checks, rejected lines, fees, the sign-off.
 *
 * @import { DocumentResult } from '../../result.ts'
 * @import { PageData } from '../html.ts'
 */
import { data, result, words } from './data.js';
import { chip, copyable, fact, h, icon, section, table, td, th } from './elements.js';
import { channelName, counted, grouped, say, scaled, t, trimmed } from './text.js';

export function documentsSection() {
  if (result.documents.length === 0)
    return section('documents', 'sec_documents', '', h('p', { class: 'quiet' }, t('documents_empty')), rejectedLines());
  return section(
    'documents',
    'sec_documents',
    'sec_documents_note',
    h('div', { class: 'documents' }, result.documents.map(documentRow)),
    rejectedLines(),
  );
}

/** @param {DocumentResult} d */
function documentRow(d) {
  const period = d.from === undefined ? '' : d.from === d.to ? d.from : `${d.from} – ${d.to}`;
  const bad = d.checks.filter((c) => c.expected !== c.actual).length;
  return h(
    'details',
    { class: 'document' },
    h(
      'summary',
      {},
      h(
        'span',
        { class: 'doc-name' },
        icon('chevron'),
        h(
          'span',
          {},
          h('b', {}, d.file),
          h(
            'span',
            { class: 'under' },
            [say(words.roles[d.role]), d.channel && channelName(d.channel), d.account, period]
              .filter(Boolean)
              .join(' · '),
          ),
        ),
      ),
      h(
        'span',
        { class: 'doc-facts' },
        h('span', {}, counted('t_lines', d.lines)),
        h(
          'span',
          { class: 'chips' },
          bad > 0
            ? chip('no', t('checks_bad', { n: bad }))
            : d.checks.length > 0
              ? chip('arrived', t('checks_ok', { n: d.checks.length }))
              : h('span', { class: 'quiet' }, t('checks_none')),
          d.rejected > 0 && chip('beware', t('t_rejected', { n: grouped(d.rejected) })),
          d.repeated > 0 && chip('waiting', t('t_repeated', { n: grouped(d.repeated) })),
        ),
      ),
    ),
    h(
      'div',
      { class: 'doc-body' },
      h(
        'dl',
        { class: 'judgement' },
        fact(t('format'), d.format),
        fact(t('encoding'), d.encoding),
        fact(t('size'), t('bytes', { n: grouped(d.bytes) })),
        h('div', { class: 'full' }, h('dt', {}, 'SHA-256'), h('dd', {}, copyable(d.sha256))),
      ),
      d.checks.length > 0 && checksTable(d),
      d.notes.length > 0 && h('p', { class: 'quiet' }, `${t('notes')}: ${d.notes.map(say).join('; ')}`),
    ),
  );
}

/** @param {DocumentResult} d */
function checksTable(d) {
  const rows = d.checks.map((c) => {
    const same = c.expected === c.actual;
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, say(c.name)),
      td('num', grouped(c.expected)),
      td('num', grouped(c.actual)),
      td('', chip(same ? 'arrived' : 'no', t(same ? 't_balances' : 'holds_not'))),
    );
  });
  return table(
    `${t('checks')} ${d.file}`,
    [th(t('check')), th(t('expected'), 'num'), th(t('actual'), 'num'), th(t('state'))],
    rows,
    'small',
  );
}

function rejectedLines() {
  if (data.counts.rejected === 0) return null;
  const rows = result.rejected.map((r) =>
    h(
      'tr',
      {},
      td('file', `${r.file}:${r.line}`),
      td('', r.column),
      td('', h('code', {}, r.value)),
      td('', say(r.says)),
    ),
  );
  return h(
    'div',
    { id: 'rejected', class: 'rejected' },
    h(
      'h3',
      { class: 'sub', tabindex: '-1' },
      t('rejected_lines'),
      ' ',
      h('span', { class: 'badge' }, grouped(data.counts.rejected)),
    ),
    data.counts.rejected > result.rejected.length &&
      h(
        'p',
        { class: 'note' },
        t('rejected_capped', { shown: grouped(result.rejected.length), total: grouped(data.counts.rejected) }),
      ),
    table(t('rejected_lines'), [th(t('where')), th(t('column')), th(t('value')), th(t('why'))], rows),
  );
}

export function feesSection() {
  if (data.fees.length === 0) return section('fees', 'sec_fees', '', h('p', { class: 'quiet' }, t('fees_empty')));
  const head = [
    th(t('channel')),
    th(t('month')),
    th(t('currency')),
    th(t('lines'), 'num'),
    th(t('fee_gross'), 'num'),
    th(t('stated'), 'num'),
    th(t('rate'), 'num'),
    th(t('agreed'), 'num'),
    th(t('over'), 'num'),
  ];
  return section('fees', 'sec_fees', 'sec_fees_note', table(t('sec_fees'), head, data.fees.map(feeRow)));
}

/** @param {PageData['fees'][number]} f */
function feeRow(f) {
  const over = f.over === undefined ? undefined : scaled(f.over);
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, channelName(f.channel), h('span', { class: 'under' }, f.account)),
    td('nowrap', f.month),
    td('', f.currency),
    td('num', grouped(f.lines)),
    td('num', grouped(f.gross.amount)),
    td('num strong', grouped(trimmed(f.stated.amount, f.gross.amount))),
    td('num', f.rate === undefined ? '—' : `${f.rate}%`),
    td(
      'num',
      f.agreed === undefined ? h('span', { class: 'faint' }, '—') : grouped(trimmed(f.agreed.amount, f.gross.amount)),
    ),
    td(
      over !== undefined && over > 0n ? 'num over' : 'num',
      f.over === undefined ? h('span', { class: 'faint' }, '—') : grouped(trimmed(f.over, f.gross.amount)),
    ),
  );
}

export function signSection() {
  const blank = () => td('blank');
  const person = (/** @type {'prepared' | 'reviewed'} */ key) =>
    h('tr', {}, h('th', { scope: 'row' }, t(key)), blank(), blank(), blank());
  const { signed } = data;
  const preparer =
    signed === undefined
      ? person('prepared')
      : h('tr', {}, h('th', { scope: 'row' }, t('prepared')), td('', signed.who), blank(), td('', signed.when));
  return section(
    'sign',
    'sec_sign',
    'sec_sign_note',
    h(
      'table',
      { class: 'sign' },
      h('thead', {}, h('tr', {}, h('td', {}), th(t('name')), th(t('signature')), th(t('sign_date')))),
      h(
        'tbody',
        {},
        preparer,
        person('reviewed'),
        h('tr', {}, h('th', { scope: 'row' }, t('remarks')), h('td', { class: 'blank', colspan: '3' })),
      ),
    ),
    h(
      'div',
      { class: 'seal' },
      h('span', { class: 'quiet' }, t('result_hash')),
      data.resultSha256 === undefined
        ? h('span', { class: 'hash-blank' }, t('hash_blank'))
        : copyable(data.resultSha256),
    ),
  );
}
