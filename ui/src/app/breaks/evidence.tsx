/** Both sides of a difference as their documents have them: each line with where it stands, its raw text and the document's hash. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Money, moneyText } from '../../base/parts.tsx';
import { KINDS, REFS, STATUSES, wordFor } from '../line-words.ts';
import { link } from '../route.ts';
import type { Break, Evidence } from './api.ts';
import { type BreaksKey, ROLES, SIDES } from './words.ts';

export function Proof({ of }: Readonly<{ of: Break }>): ReactElement {
  const { t, both } = useWords<BreaksKey>();
  const { ours, theirs, candidates, counts, difference } = of.body;
  const [left, right] = SIDES[of.joint as keyof typeof SIDES] ?? SIDES.orders;
  const side = (name: string, lines: readonly Evidence[], count: number): ReactElement => (
    <div className="side-of">
      <h4>
        {name} {count > lines.length ? <small>{t('breaks.firstOf', { shown: lines.length, count })}</small> : null}
      </h4>
      {lines.length === 0 ? (
        <p className="side-none">{t('breaks.nothingHere')}</p>
      ) : (
        lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same line may be there twice
          <Line key={`${line.sha256} ${line.at} ${i}`} of={line} documents={of.documents} />
        ))
      )}
    </div>
  );
  return (
    <>
      <div className="sides">
        {side(both(left), ours, counts.ours)}
        {side(both(right), theirs, counts.theirs)}
      </div>
      <p className="difference">
        {t('breaks.difference')} <Money of={difference} />
      </p>
      {candidates.length === 0 ? null : (
        <div className="candidates">
          <h4>{t('breaks.candidates')}</h4>
          <p className="soft">{t('breaks.candidatesHint')}</p>
          <div className="sides">
            {candidates.map((line, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same line may be there twice
              <Line key={`${line.sha256} ${line.at} ${i}`} of={line} documents={of.documents} />
            ))}
          </div>
        </div>
      )}
    </>
  );
}

function Line({ of, documents }: Readonly<{ of: Evidence; documents: Break['documents'] }>): ReactElement {
  const { t, lang } = useWords<BreaksKey>();
  const name = of.file.split(' › ')[0];
  const document = documents.find((d) => d.name === name);
  const kind = wordFor(KINDS, of.kind, lang);
  const status = of.status === undefined ? '' : wordFor(STATUSES, of.status, lang);
  const place = [of.store, of.terminal].filter(Boolean).join(' · ');
  return (
    <div className="evidence">
      <p className="evidence-head">
        <span>
          {wordFor(ROLES, of.role, lang)}
          <small>{[kind, status].filter(Boolean).join(' · ')}</small>
        </span>
        <Money of={of.money} />
      </p>
      <dl>
        {(of.occurredAt ?? of.businessOn) === undefined ? null : (
          <div>
            <dt>{t('breaks.time')}</dt>
            <dd>{of.occurredAt ?? of.businessOn}</dd>
          </div>
        )}
        {Object.entries(of.refs).map(([ref, value]) => (
          <div key={ref}>
            <dt>{wordFor(REFS, ref, lang)}</dt>
            <dd className="ref" translate="no">
              {value}
            </dd>
          </div>
        ))}
        {place === '' ? null : (
          <div>
            <dt>{t('breaks.where')}</dt>
            <dd translate="no">{place}</dd>
          </div>
        )}
        {of.party === undefined ? null : (
          <div>
            <dt>{t('breaks.party')}</dt>
            <dd translate="no">{of.party}</dd>
          </div>
        )}
        {of.text === undefined ? null : (
          <div>
            <dt>{t('breaks.text')}</dt>
            <dd translate="no">{of.text}</dd>
          </div>
        )}
        {of.made === undefined ? null : (
          <div>
            <dt>{t('breaks.made')}</dt>
            <dd>
              {t('breaks.madeOf', {
                lines: of.made.lines,
                gross: moneyText(of.made.gross),
                refunds: moneyText(of.made.refunds),
                // Kept finer than a cent.
                fees: moneyText(of.made.fees).replace(/(\.\d\d)0+$/, '$1'),
              })}
            </dd>
          </div>
        )}
      </dl>
      {of.raw === undefined || of.raw === '' ? null : (
        <div className="evidence-raw">
          <small>{t('breaks.raw')}</small>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0} translate="no">
            {of.raw}
          </pre>
        </div>
      )}
      {of.file === '' ? (
        <p className="source">{t('breaks.noDocument')}</p>
      ) : (
        <p className="source">
          {document === undefined ? (
            <span translate="no">{of.file}</span>
          ) : (
            <a {...link(`/app/imports/${document.id}`)} translate="no">
              {of.file}
            </a>
          )}
          {of.line === undefined ? '' : ` · ${t('breaks.row', { row: of.line })}`}
          {of.at === undefined || of.length === undefined
            ? ''
            : ` · ${t('breaks.bytes', { from: of.at, to: of.at + of.length })}`}
          <code translate="no" title="SHA-256">
            sha256 {of.sha256}
          </code>
        </p>
      )}
    </div>
  );
}
