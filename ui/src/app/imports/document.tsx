/** One document: what it is, whose, of which days, what it sums to; its first lines down to the bytes; what could not be read and why. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented, Select } from 'antd';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import { api, type Me, Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, PROVIDERS, Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { nowMs, tookOf, useNow } from '../../base/time.ts';
import { saveAs, sizeOf } from '../bytes.ts';
import { KINDS, STATUSES, wordFor } from '../line-words.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { books, type Document, isRead, type Mapping, type Part, type Reading, type ReadPart } from './api.ts';
import { Lines, Rejected } from './lines.tsx';
import { countOf, daysOf, linesOf, ORIGINS, ROLES, STANDINGS } from './say.ts';
import type { ImportsKey } from './words.ts';

const Editor = lazy(() => import('./mapping.tsx'));
const Reconcile = lazy(() => import('./reconcile-these.tsx'));
/** Statuses that count as money, or as an order that was paid. */
const COUNTED = ['done', 'paid'];

export default function DocumentPage({ id, me }: Readonly<{ id: string; me: Me }>): ReactElement {
  const { t } = useWords<ImportsKey>();
  const document = useQuery({ queryKey: ['document', id], queryFn: () => books.document(id) });
  const reading = useQuery({
    queryKey: ['reading', id],
    queryFn: ({ signal }) => books.reading(id, signal),
    staleTime: 60_000,
  });
  const back = (
    <p className="crumb">
      <a {...link('/app/imports')}>← {t('imports.title')}</a>
    </p>
  );
  if (document.error instanceof Trouble && document.error.kind === 'absent')
    return (
      <>
        {back}
        <Quiet title={t('imports.absent')}>
          <p>{t('imports.absentHint')}</p>
        </Quiet>
      </>
    );
  if (document.isError) return <Wrong error={document.error} retry={() => void document.refetch()} />;
  if (document.data === undefined) return <Rows n={8} />;
  return (
    <section className="imports">
      {back}
      <Head document={document.data} me={me} canReconcile={reading.data?.parts.some(isRead) === true} />
      {reading.isError ? (
        <Wrong error={reading.error} retry={() => void reading.refetch()} />
      ) : reading.data === undefined ? (
        <Waiting />
      ) : (
        <Read document={document.data} reading={reading.data} me={me} />
      )}
    </section>
  );
}

/** How long it takes is not known before the end; that it ends, is. */
function Waiting(): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  const [since] = useState(nowMs);
  const now = useNow(1_000);
  return (
    <div aria-busy="true">
      <p className="said tone-waiting">
        <ToneIcon tone="waiting" size={18} />
        <span>
          {now - since < 2_000 ? t('imports.reading') : t('imports.readingFor', { time: tookOf(now - since, lang) })}
        </span>
      </p>
      <Rows n={6} />
    </div>
  );
}

type HeadProps = Readonly<{ document: Document; me: Me; canReconcile: boolean }>;
function Head({ document, me, canReconcile }: HeadProps): ReactElement {
  const { t, both, lang } = useWords<ImportsKey>();
  const [isAsking, setAsking] = useState(false);
  const save = async (): Promise<void> => saveAs(document.name, await (await books.raw(document.id)).blob());
  return (
    <>
      <div className="head">
        <h1 translate="no" className="document-name">
          {document.name}
        </h1>
        <Button onClick={() => void save()}>{t('imports.saveBytes')}</Button>
        {me.scopes.includes('act') && canReconcile ? (
          <Button type="primary" onClick={() => setAsking(true)}>
            {t('imports.reconcile')}
          </Button>
        ) : null}
      </div>
      <p className="facts-line">
        <span>
          {both(ORIGINS[document.origin])} <Time at={document.received_at} />
        </span>
        {document.added_by_name === undefined ? null : <span>{document.added_by_name}</span>}
        <span>{sizeOf(Number(document.size), lang)}</span>
        <span className="sha" title={document.sha256}>
          SHA-256 <code translate="no">{document.sha256.slice(0, 16)}…</code>
        </span>
        {document.reconciliation_id === undefined ? null : (
          <a {...link(`/app/reconciliations/${document.reconciliation_id}`)}>{t('imports.reconciled')}</a>
        )}
      </p>
      {isAsking ? (
        <Suspense fallback={null}>
          <Reconcile documents={[document]} close={() => setAsking(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

type ReadProps = Readonly<{ document: Document; reading: Reading; me: Me }>;
function Read({ document, reading, me }: ReadProps): ReactElement {
  const { t, both } = useWords<ImportsKey>();
  const { query } = useRoute();
  const at = Math.min(Number(query.get('part') ?? 0) || 0, reading.parts.length - 1);
  const part = reading.parts[at]!;
  return (
    <>
      {reading.parts.length === 1 ? null : (
        <nav className="members" aria-label={t('imports.members')}>
          {reading.parts.map((one, n) => (
            <a
              {...link(`/app/imports/${document.id}${n === 0 ? '' : `?part=${n}`}`)}
              aria-current={n === at ? 'page' : undefined}
              key={one.member ?? n}
            >
              <strong translate="no">{one.member ?? document.name}</strong>
              <small>{isRead(one) ? both(one.title) : both(STANDINGS.refused)}</small>
            </a>
          ))}
        </nav>
      )}
      <One document={document} reading={reading} at={at} part={part} me={me} key={at} />
    </>
  );
}

type OneProps = ReadProps & Readonly<{ at: number; part: Part }>;
function One({ document, reading, at, part, me }: OneProps): ReactElement {
  const { t, both } = useWords<ImportsKey>();
  const mayAct = me.scopes.includes('act');
  const [isMapping, setMapping] = useState(false);
  const mappings = useQuery({ queryKey: ['mappings'], queryFn: books.mappings, staleTime: 10_000 });
  const saved = isRead(part) ? mappings.data?.items.find((m) => m.name === part.title.zh) : undefined;
  const alike = reading.alike.filter((one) => one.part === at);
  const editor = (from: Mapping | undefined): ReactElement => (
    <Suspense fallback={<Rows n={8} />}>
      <Editor
        document={document}
        part={at}
        from={from}
        mayAct={mayAct}
        close={isRead(part) ? () => setMapping(false) : undefined}
      />
    </Suspense>
  );
  if (!isRead(part)) {
    const isUnknown = part.refused.code === 'file.unknown_format';
    return (
      <>
        <div className={`said big tone-${isUnknown ? 'late' : 'no'}`}>
          <ToneIcon tone={isUnknown ? 'late' : 'no'} size={22} />
          <span>
            <strong>{isUnknown ? t('imports.unknownTitle') : both(part.refused.says)}</strong>
            <span className="line">{isUnknown ? t('imports.unknownSay') : both(part.refused.remedy)}</span>
          </span>
        </div>
        {isUnknown ? editor(undefined) : null}
      </>
    );
  }
  return (
    <>
      <Sentence part={part} />
      {alike.map((one) => (
        <p className="said tone-found" key={one.id}>
          <ToneIcon tone="found" size={18} />
          <span>
            {t('imports.alike')}{' '}
            <a {...link(`/app/imports/${one.id}`)} translate="no">
              {one.name}
            </a>{' '}
            (<Time at={one.received_at} />, {linesOf(one.lines)})
          </span>
        </p>
      ))}
      {part.proposed === undefined ? null : (
        <div className="said tone-moving">
          <ToneIcon tone="moving" size={18} />
          <span>{t('imports.proposed')}</span>
          {isMapping || !mayAct ? null : (
            <Button size="small" onClick={() => setMapping(true)}>
              {t('imports.checkColumns')}
            </Button>
          )}
        </div>
      )}
      {isMapping ? (
        editor(saved)
      ) : (
        <div className="columns">
          <div>
            <Contents reading={reading} at={at} part={part} document={document} />
          </div>
          <aside className="panel about">
            <About document={document} reading={reading} part={part} mayAct={mayAct} />
            {saved === undefined || !mayAct ? null : (
              <Button size="small" onClick={() => setMapping(true)}>
                {t('imports.changeMapping')}
              </Button>
            )}
          </aside>
        </div>
      )}
    </>
  );
}

/** The verdict on the document, first. */
function Sentence({ part }: Readonly<{ part: ReadPart }>): ReactElement {
  const { t, both, lang } = useWords<ImportsKey>();
  const tone = part.rejected > 0 ? 'late' : 'arrived';
  return (
    <div className={`said big tone-${tone}`}>
      <ToneIcon tone={tone} size={22} />
      <span>
        <strong>{both(part.title)}</strong>
        <span className="line">
          {part.rejected > 0
            ? t('imports.saidPartly', { lines: linesOf(part.lines, lang), bad: linesOf(part.rejected, lang) })
            : t('imports.saidWhole', { lines: linesOf(part.lines, lang) })}
          {part.checks.length > 0 ? ` ${t('imports.saidChecks', { n: part.checks.length })}` : ''}
        </span>
      </span>
    </div>
  );
}

function Contents({
  document,
  reading,
  at,
  part,
}: Omit<OneProps, 'part' | 'me'> & Readonly<{ part: ReadPart }>): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  const { query } = useRoute();
  const view = query.get('view') === 'rejected' && part.rejected > 0 ? 'rejected' : 'lines';
  const to = (view: string): void => {
    const more = [at === 0 ? '' : `part=${at}`, view === 'lines' ? '' : `view=${view}`].filter((one) => one !== '');
    go(`/app/imports/${document.id}${more.length === 0 ? '' : `?${more.join('&')}`}`, 'replace');
  };
  return (
    <>
      {part.rejected === 0 ? null : (
        <Segmented<string>
          value={view}
          name="view"
          aria-label={t('imports.view')}
          onChange={to}
          options={[
            { value: 'lines', label: t('imports.readLines', { n: countOf(part.lines, lang) }) },
            { value: 'rejected', label: t('imports.rejectedLines', { n: countOf(part.rejected, lang) }) },
          ]}
        />
      )}
      {view === 'lines' ? (
        <Lines
          items={reading.items.filter((item) => item.part === at)}
          total={part.lines}
          document={document}
          encoding={part.encoding}
        />
      ) : (
        <Rejected rejects={part.rejects} total={part.rejected} document={document} />
      )}
    </>
  );
}

type AboutProps = Readonly<{ document: Document; reading: Reading; part: ReadPart; mayAct: boolean }>;
function About({ document, reading, part, mayAct }: AboutProps): ReactElement {
  const { t, both, lang } = useWords<ImportsKey>();
  const provider = part.channel === undefined ? undefined : PROVIDERS[part.channel];
  const counted = part.sums.filter((sum) => COUNTED.includes(sum.status));
  const rest = part.sums.filter((sum) => !COUNTED.includes(sum.status));
  return (
    <>
      <h2>{t('imports.about')}</h2>
      <dl className="about-facts">
        <div>
          <dt>{t('imports.role')}</dt>
          <dd>{wordFor(ROLES, part.role, lang)}</dd>
        </div>
        {part.channel === undefined ? null : (
          <div>
            <dt>{t('imports.channel')}</dt>
            <dd>{provider === undefined ? part.channel : both(provider)}</dd>
          </div>
        )}
        {part.account === undefined ? null : (
          <div>
            <dt>{t('imports.account')}</dt>
            <dd translate="no">{part.account}</dd>
          </div>
        )}
        <div>
          <dt>{t('imports.days')}</dt>
          <dd>{daysOf(part.from, part.to)}</dd>
        </div>
        <div>
          <dt>{t('imports.encoding')}</dt>
          <dd translate="no">{part.encoding}</dd>
        </div>
      </dl>
      {document.origin === 'upload' && (part.role === 'channel' || part.role === 'balance') ? (
        <Account document={document} proposed={reading.account_id} mayAct={mayAct} />
      ) : null}
      <h3>{t('imports.sums')}</h3>
      <ul className="sums">
        {[...counted, ...rest].map((sum) => (
          <li key={`${sum.kind} ${sum.status} ${sum.currency}`} className={COUNTED.includes(sum.status) ? '' : 'soft'}>
            <span>
              {wordFor(KINDS, sum.kind, lang)}
              <small>
                {wordFor(STATUSES, sum.status, lang)} · {t('imports.nTimes', { n: countOf(sum.count, lang) })}
              </small>
            </span>
            <Money of={sum} />
          </li>
        ))}
      </ul>
      {part.checks.length === 0 ? (
        <p className="soft">{t('imports.noChecks')}</p>
      ) : (
        <details>
          <summary>{t('imports.checks', { n: part.checks.length })}</summary>
          <ul className="checks">
            {part.checks.map((check) => (
              <li key={check.name.en}>
                <span>{both(check.name)}</span>
                <span translate="no">{check.actual}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {part.notes.map((note) => (
        <p className="soft" key={note.en}>
          {both(note)}
        </p>
      ))}
    </>
  );
}

/** To which account of ours the bill belongs: the book learns from it when it is reconciled. */
function Account({
  document,
  proposed,
  mayAct,
}: Readonly<{ document: Document; proposed: string | undefined; mayAct: boolean }>): ReactElement {
  const { t, both } = useWords<ImportsKey>();
  const client = useQueryClient();
  const channels = useQuery({ queryKey: ['channels'], queryFn: api.channels, staleTime: 60_000 });
  const set = useMutation({
    mutationFn: (to: string | null) => books.belongsTo(document.id, to),
    onSuccess: (changed) => {
      client.setQueryData(['document', document.id], changed);
      void client.invalidateQueries({ queryKey: ['documents'] });
    },
  });
  const accounts = channels.data?.items ?? [];
  const isFixed = !mayAct || document.reconciliation_id !== undefined;
  return (
    <div className="belongs">
      <h3 id="belongs">{t('imports.belongs')}</h3>
      <Select<string>
        className="wide"
        aria-labelledby="belongs"
        value={document.account_id ?? ''}
        disabled={isFixed || set.isPending}
        loading={channels.isPending}
        onChange={(to) => set.mutate(to === '' ? null : to)}
        options={[
          { value: '', label: t('imports.belongsNone') },
          ...accounts.map(({ id, provider, name }) => ({
            value: id,
            label: `${PROVIDERS[provider] === undefined ? provider : both(PROVIDERS[provider])} · ${name}`,
          })),
        ]}
      />
      {proposed !== undefined && document.account_id === undefined && !isFixed ? (
        <p className="said tone-moving">
          <span>{t('imports.belongsLikely', { name: accounts.find(({ id }) => id === proposed)?.name ?? '' })}</span>
          <Button size="small" onClick={() => set.mutate(proposed)}>
            {t('imports.belongsYes')}
          </Button>
        </p>
      ) : (
        <p className="soft">
          {t(document.reconciliation_id === undefined ? 'imports.belongsWhy' : 'imports.belongsFixed')}
        </p>
      )}
      {set.isError ? <p className="tone-no said">{set.error.message}</p> : null}
    </div>
  );
}
