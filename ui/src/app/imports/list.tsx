/** What was brought, fetched and written, newest first; a selection of it can be reconciled. New files come in at the top. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Segmented } from 'antd';
import { lazy, type ReactElement, Suspense, useEffect, useState } from 'react';
import type { Me, PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time } from '../../base/parts.tsx';
import { sizeOf } from '../bytes.ts';
import { Mark } from '../form.tsx';
import { wordFor } from '../line-words.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { books, type Document, type DocumentPart } from './api.ts';
import { Drop } from './drop.tsx';
import { arrived } from './queue.ts';
import { countOf, daysOf, ORIGINS, ROLES, STANDINGS, standingOf, TONES } from './say.ts';
import { Teach } from './teach.tsx';
import { Uploads } from './uploads.tsx';
import type { ImportsKey } from './words.ts';

const Reconcile = lazy(() => import('./reconcile-these.tsx'));
const FROM = ['upload', 'channel', 'book'] as const;

export function List({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, both } = useWords<ImportsKey>();
  const { query } = useRoute();
  const client = useQueryClient();
  const mayAct = me.scopes.includes('act');
  const origin = FROM.find((one) => one === query.get('origin'));
  const [chosen, setChosen] = useState<ReadonlyMap<string, Document>>(new Map());
  const [isAsking, setAsking] = useState(false);
  const list = useInfiniteQuery({
    queryKey: ['documents', origin ?? ''],
    queryFn: ({ pageParam, signal }) => books.list({ origin, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Document>) => last.next,
  });
  useEffect(() => {
    const renew = (): void => void client.invalidateQueries({ queryKey: ['documents'] });
    arrived.add(renew);
    return () => {
      arrived.delete(renew);
    };
  }, [client]);

  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const isNew = list.isSuccess && rows.length === 0 && origin === undefined;
  const choose = (documents: readonly Document[], isOn: boolean): void => {
    const next = new Map(chosen);
    for (const document of documents) {
      if (isOn) next.set(document.id, document);
      else next.delete(document.id);
    }
    setChosen(next);
  };

  return (
    <section className="imports">
      <div className="head">
        <h1>{t('imports.title')}</h1>
        <a {...link('/app/imports/mappings')} className="to-mappings">
          {t('imports.mappings')}
        </a>
      </div>
      {mayAct ? <Drop isSmall={!isNew} /> : <p className="soft">{t('imports.mayNot')}</p>}
      <Uploads
        reconcile={(documents) => {
          setChosen(new Map(documents.map((document) => [document.id, document])));
          setAsking(true);
        }}
      />
      {list.isPending ? (
        <Rows n={8} />
      ) : list.isError && rows.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : isNew ? null : (
        <>
          <div className="filters">
            <Segmented<string>
              value={origin ?? ''}
              aria-label={t('imports.byOrigin')}
              name="origin"
              onChange={(to) => go(to === '' ? '/app/imports' : `/app/imports?origin=${to}`)}
              options={[
                { value: '', label: t('imports.all') },
                ...FROM.map((value) => ({ value, label: both(ORIGINS[value]) })),
              ]}
            />
            <span className="count" role="status">
              {t('imports.count', { n: rows.length })}
            </span>
          </div>
          {rows.length === 0 ? (
            <Quiet title={t('imports.none')}>
              <p>{t('imports.noneHint')}</p>
            </Quiet>
          ) : (
            <Papers rows={rows} chosen={chosen} choose={choose} mayAct={mayAct} />
          )}
          {list.hasNextPage ? (
            <div className="more">
              <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('imports.more')}
              </Button>
            </div>
          ) : null}
        </>
      )}
      {list.isSuccess ? <Teach isOpen={isNew} /> : null}
      {chosen.size > 0 && mayAct ? (
        <section className="chosen" aria-label={t('imports.chosen', { n: chosen.size })}>
          <span>{t('imports.chosen', { n: chosen.size })}</span>
          <Button onClick={() => setChosen(new Map())}>{t('imports.unchoose')}</Button>
          <Button type="primary" onClick={() => setAsking(true)}>
            {t('imports.reconcile')}
          </Button>
        </section>
      ) : null}
      {isAsking ? (
        <Suspense fallback={null}>
          <Reconcile documents={[...chosen.values()]} close={() => setAsking(false)} />
        </Suspense>
      ) : null}
    </section>
  );
}

type PapersProps = Readonly<{
  rows: readonly Document[];
  chosen: ReadonlyMap<string, Document>;
  choose: (documents: readonly Document[], isOn: boolean) => void;
  mayAct: boolean;
}>;

function Papers({ rows, chosen, choose, mayAct }: PapersProps): ReactElement {
  const { t } = useWords<ImportsKey>();
  const all = rows.every((row) => chosen.has(row.id));
  return (
    <table className="list papers">
      <thead>
        <tr>
          {mayAct ? (
            <th scope="col" className="tick">
              <Checkbox
                aria-label={t('imports.chooseAll')}
                checked={all}
                indeterminate={!all && rows.some((row) => chosen.has(row.id))}
                onChange={(event) => choose(rows, event.target.checked)}
              />
            </th>
          ) : null}
          <th scope="col">{t('imports.document')}</th>
          <th scope="col">{t('imports.what')}</th>
          <th scope="col" className="days">
            {t('imports.days')}
          </th>
          <th scope="col" className="right">
            {t('imports.lines')}
          </th>
          <th scope="col" className="state">
            {t('imports.state')}
          </th>
          <th scope="col" className="who">
            {t('imports.brought')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Paper
            key={row.id}
            row={row}
            isChosen={chosen.has(row.id)}
            choose={mayAct ? (isOn) => choose([row], isOn) : undefined}
          />
        ))}
      </tbody>
    </table>
  );
}

type PaperProps = Readonly<{ row: Document; isChosen: boolean; choose: ((isOn: boolean) => void) | undefined }>;

function Paper({ row, isChosen, choose }: PaperProps): ReactElement {
  const { t, both, lang } = useWords<ImportsKey>();
  const { title, about, days, lines } = useSummary(row);
  const standing = standingOf(row.parts);
  const tone = TONES[standing];
  return (
    <tr className={isChosen ? 'is-chosen' : undefined} onClick={(event) => rowClick(event.target, row.id)}>
      {choose === undefined ? null : (
        <td className="tick">
          <Checkbox
            aria-label={t('imports.chooseOne', { name: row.name })}
            checked={isChosen}
            onChange={(event) => choose(event.target.checked)}
          />
        </td>
      )}
      <td className="name">
        <a {...link(`/app/imports/${row.id}`)} translate="no">
          {row.name}
        </a>
        <small>{sizeOf(Number(row.size), lang)}</small>
      </td>
      <td className="what">
        {title}
        <small>{about}</small>
      </td>
      <td className="days nowrap">{days}</td>
      <td className="right">{lines}</td>
      <td className="state">
        <Mark tone={tone}>{both(STANDINGS[standing])}</Mark>
        {row.reconciliation_id === undefined ? null : (
          <a {...link(`/app/reconciliations/${row.reconciliation_id}`)} className="run">
            {t('imports.reconciled')}
          </a>
        )}
      </td>
      <td className="who">
        <Time at={row.received_at} />
        <small>{row.added_by_name ?? both(ORIGINS[row.origin])}</small>
      </td>
    </tr>
  );
}

/** The row of a document in words: what it is, whose, of which days, how many lines. */
function useSummary(row: Document): Readonly<Record<'title' | 'about' | 'days' | 'lines', string>> {
  const { t, both, lang } = useWords<ImportsKey>();
  const read = (row.parts ?? []).filter((part) => part.refused === undefined);
  // What counts before what only bears witness, the longest first.
  const weight = (part: DocumentPart): number => (part.role === 'evidence' ? -1 : 0) * 1e12 + Number(part.lines);
  const [first] = read.toSorted((a, b) => weight(b) - weight(a));
  if (first === undefined) {
    const isFetched = row.origin === 'channel';
    return {
      title: row.parts === undefined ? (isFetched ? t('imports.fetched') : '—') : t('imports.unknown'),
      about: '',
      days: row.covers_on ?? '',
      lines: '',
    };
  }
  const title = first.title === undefined ? (first.format ?? '') : both(first.title);
  const accounts = [...new Set(read.map((part) => part.account).filter((account) => account !== undefined))];
  const days = read
    .flatMap((part) => [part.from, part.to])
    .filter((day) => day !== undefined)
    .sort();
  return {
    title: read.length > 1 ? t('imports.several', { title, n: read.length }) : title,
    about: [wordFor(ROLES, first.role ?? '', lang), ...accounts.slice(0, 2)].join(' · '),
    days: daysOf(days[0], days.at(-1)),
    lines: countOf(String(read.reduce((sum, part) => sum + BigInt(part.lines), 0n)), lang),
  };
}

/** The whole row leads to the document; its link does so for keyboards and new tabs. */
function rowClick(target: EventTarget, id: string): void {
  const isOwn = target instanceof Element && target.closest('a, input, label, .tick') !== null;
  if (!isOwn && getSelection()?.isCollapsed !== false) go(`/app/imports/${id}`);
}
