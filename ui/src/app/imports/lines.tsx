/** The first lines of a document as people read them, each open down to its bytes; and the rows that could not be read. */
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, ToneIcon } from '../../base/parts.tsx';
import { saveAs, sizeOf } from '../bytes.ts';
import { KINDS, REFS, STATUSES, wordFor } from '../line-words.ts';
import { Drawer } from '../prompt.tsx';
import { type Evidence, Record } from '../record.tsx';
import { books, type Document, evidenceOf, type Line, type ReadPart } from './api.ts';
import { countOf, linesOf } from './say.ts';
import type { ImportsKey } from './words.ts';

/** What a line is called by, the merchant's own number first. */
const FIRST = ['order', 'payment', 'refund', 'channel_trade', 'wallet_trade', 'batch', 'bank_ref', 'origin'] as const;
const refOf = ({ refs }: Evidence): string => FIRST.map((name) => refs[name]).find((ref) => ref !== undefined) ?? '';
const whenOf = ({ occurredAt, businessOn }: Evidence): string =>
  occurredAt?.slice(0, 19).replace('T', ' ') ?? businessOn ?? '';

type LinesProps = Readonly<{
  items: readonly Line[];
  total: number;
  document: Document | undefined;
  /** Of the part they are of. */
  encoding?: string | undefined;
}>;

/** Without a document nothing opens: so they are shown while a mapping is tried. */
export function Lines({ items, total, document, encoding }: LinesProps): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  const [open, setOpen] = useState<Evidence>();
  const hasFees = items.some((item) => item.fee !== undefined);
  return (
    <div className="panel lines">
      <h2>
        {items.length < total
          ? t('imports.firstLines', { n: items.length, total: countOf(total, lang) })
          : t('imports.allLines', { lines: linesOf(items.length, lang) })}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={t('imports.lines')}>
        <table className="cells">
          <thead>
            <tr>
              <th scope="col" className="right">
                {t('imports.line')}
              </th>
              <th scope="col">{t('imports.time')}</th>
              <th scope="col" className="right">
                {t('imports.amount')}
              </th>
              {hasFees ? (
                <th scope="col" className="right">
                  {t('imports.fee')}
                </th>
              ) : null}
              <th scope="col">{t('imports.kind')}</th>
              <th scope="col">{t('imports.reference')}</th>
              <th scope="col">{t('imports.status')}</th>
              <th scope="col">{t('imports.note')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => {
              const line = evidenceOf(item);
              return (
                <tr
                  key={item.id}
                  className={document === undefined ? undefined : 'can-open'}
                  onClick={() => setOpen(line)}
                >
                  <td className="right">
                    {document === undefined ? (
                      line.line
                    ) : (
                      <button
                        type="button"
                        className="proof"
                        onClick={() => setOpen(line)}
                        title={t('imports.openBytes')}
                      >
                        {line.line}
                      </button>
                    )}
                  </td>
                  <td className="nowrap soft">{whenOf(line)}</td>
                  <td className="right">
                    <Money of={line.money} />
                  </td>
                  {hasFees ? (
                    <td className="right soft" translate="no">
                      {item.fee ?? ''}
                    </td>
                  ) : null}
                  <td className="nowrap">{wordFor(KINDS, line.kind, lang)}</td>
                  <td className="ref" translate="no">
                    {refOf(line)}
                  </td>
                  <td className="nowrap soft">
                    {line.status === undefined ? '' : wordFor(STATUSES, line.status, lang)}
                  </td>
                  <td className="note soft">{[line.store, line.party, line.text].filter(Boolean).join(' · ')}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {items.length < total ? <p className="soft">{t('imports.restLines')}</p> : null}
      {open === undefined || document === undefined ? null : (
        <Bytes line={open} document={document} encoding={encoding} close={() => setOpen(undefined)} />
      )}
    </div>
  );
}

/** The record as it stands in the file, and what names it. */
function Bytes({
  line,
  document,
  encoding,
  close,
}: Readonly<{ line: Evidence; document: Document; encoding: string | undefined; close: () => void }>): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  return (
    <Drawer title={t('imports.rawLine', { n: line.line })} close={close}>
      <p className="raw-money">
        {wordFor(KINDS, line.kind, lang)} <Money of={line.money} large />
      </p>
      <Record of={line} documentId={document.id} encoding={encoding} />
      <dl className="raw-facts">
        {Object.entries(line.refs).map(([kind, ref]) => (
          <div key={kind}>
            <dt>{wordFor(REFS, kind, lang)}</dt>
            <dd translate="no">{ref}</dd>
          </div>
        ))}
      </dl>
    </Drawer>
  );
}

type RejectedProps = Readonly<{ rejects: ReadPart['rejects']; total: number; document: Document | undefined }>;
export function Rejected({ rejects, total, document }: RejectedProps): ReactElement {
  const { t, both, lang } = useWords<ImportsKey>();
  // Each reason with its remedy once, not on every row.
  const reasons = [...new Map(rejects.map((one) => [one.code, one])).values()];
  const save = useMutation({
    mutationFn: async (from: Document) => {
      const blob = await (await books.rejects(from.id)).blob();
      saveAs(t('imports.rejectsName', { name: from.name.replace(/\.[^.]*$/, '') }), blob);
      return blob.size;
    },
  });
  return (
    <div className="panel lines">
      <header>
        <h2>
          {rejects.length < total
            ? t('imports.firstRejected', { n: rejects.length, total: countOf(total, lang) })
            : t('imports.allRejected', { lines: linesOf(total, lang) })}
        </h2>
        {document === undefined ? null : (
          <Button loading={save.isPending} onClick={() => save.mutate(document)}>
            {t('imports.saveRejects', { n: countOf(total, lang) })}
          </Button>
        )}
      </header>
      <ul className="reasons">
        {reasons.map((one) => (
          <li key={one.code} className="tone-no">
            <ToneIcon tone="no" size={14} />
            <span>{t('imports.reason', { says: both(one.says), remedy: both(one.remedy) })}</span>
          </li>
        ))}
      </ul>
      {document === undefined ? null : (
        <p className="soft" role="status">
          {save.isError
            ? `${save.error.message} ${save.error instanceof Trouble ? save.error.remedy : ''}`
            : save.data === undefined
              ? t('imports.rejectedHint')
              : t('imports.savedRejects', { size: sizeOf(save.data, lang) })}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={t('imports.rejected')}>
        <table className="cells">
          <thead>
            <tr>
              <th scope="col" className="right">
                {t('imports.line')}
              </th>
              <th scope="col">{t('imports.column')}</th>
              <th scope="col">{t('imports.value')}</th>
              <th scope="col">{t('imports.why')}</th>
            </tr>
          </thead>
          <tbody>
            {rejects.map((one) => (
              <tr key={`${one.row} ${one.at} ${one.column}`}>
                <td className="right">{one.row}</td>
                <td translate="no">{one.column}</td>
                <td className="value" translate="no">
                  {one.value === '' ? '—' : one.value}
                </td>
                <td className="nowrap">{both(one.says)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
