/** The first lines of a document as people read them, each open down to its bytes; and the rows that could not be read. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, ToneIcon } from '../../base/parts.tsx';
import { books, type Document, type Evidence, evidenceOf, type Line, type ReadPart, saveAs } from './api.ts';
import { countOf, KINDS, linesOf, REFS, STATUSES, sizeOf, wordFor } from './say.ts';
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
  isMember: boolean;
}>;

/** Without a document nothing opens: so they are shown while a mapping is tried. */
export function Lines({ items, total, document, isMember }: LinesProps): ReactElement {
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
        <Bytes line={open} document={document} isMember={isMember} close={() => setOpen(undefined)} />
      )}
    </div>
  );
}

const hex = (buffer: ArrayBuffer): string =>
  [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join('');
/** Larger ones are not fetched again only to be looked at. */
const MOST_CHECKED = 64_000_000;

/** The record as it stands in the file, where it stands, and the file's hash computed here once more. */
function Bytes({
  line,
  document,
  isMember,
  close,
}: Readonly<{ line: Evidence; document: Document; isMember: boolean; close: () => void }>): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  const drawer = useRef<HTMLDialogElement>(null);
  useEffect(() => drawer.current?.showModal(), []);
  const canCheck = isSecureContext && Number(document.size) <= MOST_CHECKED;
  const own = useQuery({
    queryKey: ['hash', document.id],
    queryFn: async () => hex(await crypto.subtle.digest('SHA-256', await (await books.raw(document.id)).arrayBuffer())),
    enabled: canCheck,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const tone = own.data === undefined ? 'waiting' : own.data === document.sha256 ? 'arrived' : 'beware';
  const facts: ReadonlyArray<readonly [string, string]> = [
    [t('imports.file'), line.file],
    [t('imports.line'), String(line.line ?? '')],
    [
      t('imports.bytes'),
      line.length === 0 ? t('imports.workbook') : t('imports.bytesAt', { at: line.at ?? 0, n: line.length ?? 0 }),
    ],
    ...Object.entries(line.refs).map(([kind, ref]) => [wordFor(REFS, kind, lang), ref] as const),
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={drawer}
      className="raw"
      aria-labelledby="bytes-title"
      onClose={close}
      onClick={(event) => event.target === drawer.current && drawer.current?.close()}
    >
      <div className="raw-body">
        <header>
          <h2 id="bytes-title">{t('imports.rawLine', { n: line.line ?? '' })}</h2>
          <Button type="primary" onClick={() => drawer.current?.close()}>
            {t('imports.close')}
          </Button>
        </header>
        <p className="raw-money">
          {wordFor(KINDS, line.kind, lang)} <Money of={line.money} large />
        </p>
        {line.raw === undefined ? null : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          <pre tabIndex={0} translate="no" className="raw-text">
            {line.raw}
          </pre>
        )}
        <dl className="raw-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd translate="no">{value}</dd>
            </div>
          ))}
        </dl>
        <p
          className={`hash tone-${tone}`}
          data-same={own.data === undefined ? 'unknown' : String(own.data === document.sha256)}
        >
          <ToneIcon tone={tone} size={18} />
          <span>
            <strong>SHA-256</strong>{' '}
            {t(
              !canCheck
                ? 'imports.hashCannot'
                : own.data === undefined
                  ? 'imports.hashing'
                  : own.data === document.sha256
                    ? 'imports.hashSame'
                    : 'imports.hashDiffers',
            )}
            <code translate="no">{document.sha256}</code>
            {isMember ? (
              <>
                {t('imports.hashMember')}
                <code translate="no">{line.sha256}</code>
              </>
            ) : null}
          </span>
        </p>
      </div>
    </dialog>
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
