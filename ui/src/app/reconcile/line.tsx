/** The evidence of one line: where it stands in its document, the bytes as they are with what was read of them marked, and its other half. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useEffect, useRef } from 'react';
import { useWords } from '../../base/lang.ts';
import { Money, ToneIcon } from '../../base/parts.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Evidence, type LineWhole, type Run, reconciliations, type Summary, save } from './api.ts';
import { type Checked, check } from './bytes.ts';
import { type Key, PLACE_TONES } from './states.tsx';

type Named = (table: string, code: string) => string;

export function LineDrawer({
  run,
  id,
  summary,
  named,
  open,
  close,
}: Readonly<{
  run: Run;
  id: string;
  summary: Summary | undefined;
  named: Named;
  open: (id: string) => void;
  close: () => void;
}>): ReactElement {
  const { t, both } = useWords<Key>();
  const drawer = useRef<HTMLDialogElement>(null);
  useEffect(() => drawer.current?.showModal(), []);
  const asked = useQuery({
    queryKey: ['reconciliation', run.id, 'line', id],
    queryFn: () => reconciliations.line(run.id, id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const line = asked.data;
  const passOf = (name: string): string => {
    const title = summary?.passes.find((pass) => pass.pass === name)?.title;
    return title === undefined ? name : both(title);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={drawer}
      className="raw line-drawer"
      aria-labelledby="line-title"
      onClose={close}
      onClick={(event) => event.target === drawer.current && drawer.current?.close()}
    >
      <div className="raw-body">
        <header>
          <h2 id="line-title">{t('line.title')}</h2>
          {line?.document_id === undefined ? null : (
            <Button
              onClick={() =>
                void save(reconciliations.document(line.document_id!), line.evidence.file.split(' › ')[0]!)
              }
            >
              {t('line.save')}
            </Button>
          )}
          <Button type="primary" onClick={() => drawer.current?.close()}>
            {t('line.close')}
          </Button>
        </header>
        {asked.isError ? (
          <Wrong error={asked.error} retry={() => void asked.refetch()} />
        ) : line === undefined ? (
          <Rows n={8} />
        ) : (
          <>
            <Said line={line} run={run} named={named} />
            <Raw line={line} summary={summary} />
            <Fields of={line.evidence} named={named} />
            <h3>{t(line.with.length === 0 ? 'line.alone' : 'line.met')}</h3>
            {line.pass === undefined ? null : <p className="soft">{t('line.by', { pass: passOf(line.pass) })}</p>}
            <ul className="halves">
              {line.with.map((other) => (
                <li key={other.id}>
                  <button type="button" onClick={() => open(other.id)}>
                    <span>
                      {named('roles', other.evidence.role)} · {named('kinds', other.evidence.kind)}
                    </span>
                    <code translate="no">{Object.values(other.evidence.refs)[0]}</code>
                    <Money of={other.evidence.money} />
                  </button>
                </li>
              ))}
            </ul>
            {line.batch === undefined ? null : (
              <p className="soft">
                {t('line.batch')} <code translate="no">{line.batch}</code>
              </p>
            )}
          </>
        )}
      </div>
    </dialog>
  );
}

/** Where it ended up, and which break names it. */
function Said({ line, run, named }: Readonly<{ line: LineWhole; run: Run; named: Named }>): ReactElement {
  const { t } = useWords<Key>();
  const tone = line.break === undefined ? (PLACE_TONES[line.place] ?? 'waiting') : 'no';
  return (
    <p className={`line-said tone-${tone}`}>
      <ToneIcon tone={tone} size={20} />
      <span>
        <strong>
          {named('kinds', line.evidence.kind)} <Money of={line.evidence.money} />
        </strong>{' '}
        · {named('places', line.place)}
        {line.break === undefined ? null : (
          <>
            {' · '}
            {named('classes', line.break.class)}{' '}
            <a {...link(`/app/breaks/${run.id}/${line.break.n}`)}>{t('line.break')}</a>
          </>
        )}
      </span>
    </p>
  );
}

/** The record as it stands in the document, and whether this browser, with the document's own bytes, comes to the same. */
function Raw({ line, summary }: Readonly<{ line: LineWhole; summary: Summary | undefined }>): ReactElement {
  const { t } = useWords<Key>();
  const { file, line: row, at, length, raw, sha256 } = line.evidence;
  const encoding = summary?.documents.find((d) => d.sha256 === sha256)?.encoding;
  const documentId = line.document_id;
  const checked = useQuery({
    queryKey: ['bytes', documentId, line.id],
    queryFn: () => check({ documentId: documentId!, sha256, at, length, encoding: encoding!, raw }),
    enabled: documentId !== undefined && encoding !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <>
      <h3>{t('line.raw')}</h3>
      <p className="soft where">
        {length === 0
          ? t('line.whereSheet', { file, line: row })
          : t('line.where', {
              file,
              line: row,
              at: at.toLocaleString('en'),
              end: (at + length - 1).toLocaleString('en'),
            })}
      </p>
      {raw === undefined ? (
        <p className="soft">{t('line.noRaw')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre tabIndex={0} translate="no" className="bytes">
          {marked(raw, line.evidence).map((piece, i) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in its order
            piece.is ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>,
          )}
        </pre>
      )}
      <Check checked={checked.data} sha256={sha256} />
    </>
  );
}

function Check({ checked, sha256 }: Readonly<{ checked: Checked | undefined; sha256: string }>): ReactElement {
  const { t } = useWords<Key>();
  const is = checked?.is;
  const tone = is === 'same' ? 'arrived' : is === 'differs' ? 'beware' : 'waiting';
  return (
    <p className={`hash tone-${tone}`} data-check={is ?? 'checking'} role="status">
      <ToneIcon tone={tone} size={18} />
      <span>
        <strong>SHA-256</strong> {t(is === undefined ? 'line.checking' : `line.${is}`)}
        <code translate="no">{sha256}</code>
      </span>
    </p>
  );
}

const FIELDS = [
  ['line.at', 'occurredAt'],
  ['line.on', 'businessOn'],
  ['line.account', 'account'],
  ['line.store', 'store'],
  ['line.terminal', 'terminal'],
  ['line.party', 'party'],
  ['line.text', 'text'],
] as const;

/** What was read of it. */
function Fields({ of, named }: Readonly<{ of: Evidence; named: Named }>): ReactElement {
  const { t } = useWords<Key>();
  return (
    <>
      <h3>{t('line.read')}</h3>
      <dl className="fields">
        <dt>{t('line.amount')}</dt>
        <dd>
          <Money of={of.money} />
        </dd>
        <dt>{t('line.kind')}</dt>
        <dd>{named('kinds', of.kind)}</dd>
        {of.status === undefined ? null : (
          <>
            <dt>{t('line.status')}</dt>
            <dd>{named('statuses', of.status)}</dd>
          </>
        )}
        {Object.entries(of.refs).map(([name, value]) => (
          <div key={name} className="pair">
            <dt>{named('refs', name)}</dt>
            <dd>
              <code translate="no">{value}</code>
            </dd>
          </div>
        ))}
        {FIELDS.map(([word, field]) =>
          of[field] === undefined ? null : (
            <div key={field} className="pair">
              <dt>{t(word)}</dt>
              <dd>{of[field]}</dd>
            </div>
          ),
        )}
      </dl>
    </>
  );
}

type Piece = Readonly<{ text: string; is: boolean }>;

/** The record cut where what was read of it stands: its amount, its numbers, its time. */
function marked(raw: string, of: Evidence): readonly Piece[] {
  const plain = of.money.amount.replace(/^-/, '');
  const grouped = plain.replace(/\B(?=(\d{3})+(?!\d)(?=\.|$))/g, ',');
  const minor = plain.replace('.', '').replace(/^0+/, '');
  const spots: [number, number][] = [];
  const find = (text: string | undefined, least: number): boolean => {
    if (text === undefined || text.length < least) return false;
    const at = raw.indexOf(text);
    if (at === -1 || spots.some(([from, to]) => at < to && at + text.length > from)) return false;
    spots.push([at, at + text.length]);
    return true;
  };
  for (const ref of Object.values(of.refs)) find(ref, 3);
  const time = of.occurredAt?.slice(11, 19);
  if (!find(of.occurredAt?.slice(0, 19), 8) && !find(time, 8)) find(time?.replaceAll(':', ''), 6);
  // A format that writes no point writes the cents, with zeros before them.
  if (!find(grouped, 3) && !find(plain, 3)) find(minor.padStart(12, '0'), 12);
  const pieces: Piece[] = [];
  let at = 0;
  for (const [from, to] of spots.sort((a, b) => a[0] - b[0])) {
    pieces.push({ text: raw.slice(at, from), is: false }, { text: raw.slice(from, to), is: true });
    at = to;
  }
  return [...pieces, { text: raw.slice(at), is: false }];
}
