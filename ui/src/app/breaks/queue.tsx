/**
 * The list and its keys. Largest money first; further pages come as the list is walked. What somebody does about one shows at once and moves no
 * row while the list is read; what a new run found is announced, and comes when it is asked for.
 */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import {
  lazy,
  type ReactElement,
  Suspense,
  useCallback,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Me, PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, ToneIcon, titleOf, toneOf } from '../../base/parts.tsx';
import { dayOf } from '../../base/time.ts';
import { useKeys } from '../keys.ts';
import { useLive } from '../live.ts';
import { go, link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Column, Table } from '../table.tsx';
import { type BreakLine, breaks } from './api.ts';
import { Bar } from './bar.tsx';
import { addressOf, askedOf, countedOf, type Filter, type Place, withChoice } from './filter.ts';
import { Groups } from './groups.tsx';
import { channelOf, StateMark } from './parts.tsx';
import type { BreaksKey } from './words.ts';

const One = lazy(() => import('./one.tsx'));
const Keys = lazy(() => import('./keys-help.tsx'));

const PAGE = '100';
/** How far the keys for pages go. */
const LEAP = 20;

type Props = Readonly<{ me: Me; filter: Filter; open: Place | undefined }>;
export type Asking = 'evidence' | 'act';

export function Queue({ me, filter, open }: Props): ReactElement {
  const { t } = useWords<BreaksKey>();
  const client = useQueryClient();
  const asked = askedOf(filter);
  const list = useInfiniteQuery({
    queryKey: ['breaks', 'list', asked],
    queryFn: ({ pageParam, signal }) => breaks.page({ ...asked, limit: PAGE, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<BreakLine>) => last.next,
    // It keeps still while it is read: what changes is patched below.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
  const counted = countedOf(filter);
  const summary = useQuery({
    queryKey: ['breaks', 'summary', counted],
    queryFn: ({ signal }) => breaks.summary(counted, signal),
    placeholderData: keepPreviousData,
  });
  const [isNews, setNews] = useState(false);
  useLive((event) => {
    if (event.type === 'reconciliation.done') setNews(true);
    const changed = event.data.break as Pick<BreakLine, 'hash' | 'state' | 'version' | 'holder'> | undefined;
    if (event.type !== 'break.changed' || changed === undefined) return;
    client.setQueriesData<typeof list.data>({ queryKey: ['breaks', 'list'] }, (data) =>
      data === undefined
        ? data
        : {
            ...data,
            pages: data.pages.map((page) => ({
              ...page,
              items: page.items.map((row) =>
                row.hash !== changed.hash
                  ? row
                  : { ...row, state: changed.state, version: changed.version, holder: changed.holder },
              ),
            })),
          },
    );
    void client.invalidateQueries({ queryKey: ['breaks', 'summary'] });
    void client.invalidateQueries({ queryKey: ['breaks', 'one'] });
  });
  const renew = (): void => {
    setNews(false);
    void client.resetQueries({ queryKey: ['breaks'] });
  };

  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const [cursor, setCursor] = useState(0);
  const opened =
    open === undefined ? -1 : rows.findIndex((r) => r.reconciliation_id === open.run && String(r.n) === open.n);
  const at = opened >= 0 ? opened : Math.min(cursor, Math.max(0, rows.length - 1));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter begins at its top
  useEffect(() => setCursor(0), [JSON.stringify(asked)]);
  useEffect(() => {
    if (opened >= 0) setCursor(opened);
  }, [opened]);

  const isNarrow = useNarrow();
  const [asking, setAsking] = useState<Asking | undefined>();
  const [isHelp, setHelp] = useState(false);
  const root = useRef<HTMLElement>(null);
  const box = (): HTMLElement | null => root.current?.querySelector<HTMLElement>('.grid') ?? null;
  const placeOf = (row: BreakLine): Place => ({ run: row.reconciliation_id, n: String(row.n) });
  const show = (place: number, how?: 'replace'): void => {
    const row = rows[place];
    if (row !== undefined) go(addressOf(filter, placeOf(row)), how);
  };
  const move = (by: number): void => {
    const to = Math.max(0, Math.min(at + by, rows.length - 1));
    // Past the last one that is here, the next page is on its way.
    if (at + by >= rows.length) void nearEnd();
    if (open !== undefined) show(opened < 0 ? 0 : to, 'replace');
    else {
      setCursor(to);
      box()?.focus({ preventScroll: true });
    }
  };
  const close = (): void => {
    setAsking(undefined);
    go(addressOf(filter));
    requestAnimationFrame(() => box()?.focus({ preventScroll: true }));
  };
  const withOpen = (what: Asking): void => {
    if (open === undefined) show(at);
    setAsking(what);
  };
  const mayAct = me.scopes.includes('act');
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    n: () => move(LEAP),
    p: () => move(-LEAP),
    o: () => show(at),
    Enter: () => show(at),
    e: () => withOpen('evidence'),
    ...(mayAct ? { a: () => withOpen('act') } : {}),
    '/': () => root.current?.querySelector<HTMLInputElement>('.bar input[type=search]')?.focus(),
    '?': () => setHelp(true),
    ...(open === undefined ? {} : { Escape: close }),
  });

  const { hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = list;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);
  const choose = useCallback(
    (place: number) => {
      const row = rows[place];
      if (row !== undefined) go(addressOf(filter, { run: row.reconciliation_id, n: String(row.n) }));
    },
    [rows, filter],
  );
  const total = summary.data?.total.reduce((n, group) => n + group.count, 0);

  return (
    <section className={open === undefined ? 'breaks' : 'breaks is-open'} ref={root}>
      <div className="head">
        <h1>{t('breaks.title')}</h1>
        <p className="breaks-total" role="status">
          {summary.data === undefined || total === undefined ? '' : <Total of={summary.data.total} count={total} />}
        </p>
        {isNews ? (
          <Button size="small" type="primary" onClick={renew}>
            {t('breaks.news')}
          </Button>
        ) : null}
        <button type="button" className="keys-open" onClick={() => setHelp(true)}>
          <kbd>?</kbd> {t('breaks.keys')}
        </button>
      </div>
      <Bar filter={filter} summary={summary.data} total={total} />
      <div className="breaks-body">
        <Groups filter={filter} summary={summary.data} />
        <div className="queue">
          {list.isPending ? (
            <Rows n={12} />
          ) : list.isError && rows.length === 0 ? (
            <Wrong error={list.error} retry={() => void list.refetch()} />
          ) : rows.length === 0 ? (
            <Nothing filter={filter} />
          ) : (
            <Table
              label={t('breaks.title')}
              columns={open === undefined && !isNarrow ? FULL(t, filter) : SHORT(t, filter)}
              rows={rows}
              keyOf={keyOf}
              total={total}
              nearEnd={nearEnd}
              at={at}
              choose={choose}
            />
          )}
        </div>
        {open === undefined ? null : (
          <Suspense fallback={<Rows n={8} />}>
            <One
              key={`${open.run} ${open.n}`}
              place={open}
              me={me}
              asking={asking}
              answered={() => setAsking(undefined)}
              ask={setAsking}
              close={close}
            />
          </Suspense>
        )}
      </div>
      {isHelp ? (
        <Suspense fallback={null}>
          <Keys close={() => setHelp(false)} mayAct={mayAct} />
        </Suspense>
      ) : null}
    </section>
  );
}

const NARROW = matchMedia('(max-width: 720px)');
const onWidth = (hear: () => void): (() => void) => {
  NARROW.addEventListener('change', hear);
  return () => NARROW.removeEventListener('change', hear);
};
const useNarrow = (): boolean => useSyncExternalStore(onWidth, () => NARROW.matches);

const keyOf = (row: BreakLine): string => `${row.reconciliation_id} ${row.n}`;

function Total({
  of,
  count,
}: Readonly<{ of: ReadonlyArray<{ amount: BreakLine['amount'] }>; count: number }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  return (
    <>
      {t('breaks.count', { count })}
      {of.map(({ amount }) => (
        <Money key={amount.currency} of={amount} />
      ))}
    </>
  );
}

type Say = ReturnType<typeof useWords<BreaksKey>>['t'];

function Sentence({ row, filter }: Readonly<{ row: BreakLine; filter: Filter }>): ReactElement {
  const { both } = useWords();
  return (
    <a
      {...link(addressOf(filter, { run: row.reconciliation_id, n: String(row.n) }))}
      className={row.state === 'closed' ? 'break-says is-closed' : 'break-says'}
      title={both(row.says)}
      tabIndex={-1}
    >
      {both(row.says)}
    </a>
  );
}

/** Sign and word in one, without a ground: a page of coloured pills would be all one sees. */
function Verdict({ row }: Readonly<{ row: BreakLine }>): ReactElement {
  const { both } = useWords();
  const tone = toneOf(row.verdict);
  return (
    <span className={`break-verdict tone-${tone}`}>
      <ToneIcon tone={tone} size={16} />
      <span>{both(titleOf(row.verdict))}</span>
    </span>
  );
}

/** Where there is no room for the sentence: the verdict, where, and when. */
function Short({ row, filter }: Readonly<{ row: BreakLine; filter: Filter }>): ReactElement {
  const { both } = useWords();
  const where = [
    row.channel === undefined ? undefined : both(channelOf(row.channel)),
    row.business_on === undefined ? undefined : dayOf(row.business_on),
  ].filter((x) => x !== undefined);
  const tone = toneOf(row.verdict);
  return (
    <a
      {...link(addressOf(filter, { run: row.reconciliation_id, n: String(row.n) }))}
      className={`break-verdict tone-${tone}${row.state === 'closed' ? ' is-closed' : ''}`}
      title={both(row.says)}
      tabIndex={-1}
    >
      <ToneIcon tone={tone} size={16} />
      <span>
        {both(titleOf(row.verdict))} <small>{where.join(' · ')}</small>
      </span>
    </a>
  );
}

const FULL = (t: Say, filter: Filter): readonly Column<BreakLine>[] => [
  { key: 'verdict', title: t('breaks.verdict'), width: '148px', cell: (row) => <Verdict row={row} /> },
  {
    key: 'says',
    title: t('breaks.what'),
    width: 'minmax(200px, 1fr)',
    cell: (row) => <Sentence row={row} filter={filter} />,
  },
  {
    key: 'day',
    title: t('breaks.day'),
    width: '84px',
    cell: (row) => (row.business_on === undefined ? '—' : dayOf(row.business_on)),
  },
  { key: 'state', title: t('breaks.state'), width: '112px', cell: (row) => <StateMark of={row} /> },
  {
    key: 'amount',
    title: t('breaks.amount'),
    width: '118px',
    isNumber: true,
    cell: (row) => <Money of={row.amount} />,
  },
];

const SHORT = (t: Say, filter: Filter): readonly Column<BreakLine>[] => [
  {
    key: 'says',
    title: t('breaks.what'),
    width: 'minmax(120px, 1fr)',
    cell: (row) => <Short row={row} filter={filter} />,
  },
  {
    key: 'amount',
    title: t('breaks.amount'),
    width: '118px',
    isNumber: true,
    cell: (row) => <Money of={row.amount} />,
  },
];

/** Nothing to do is told apart from nothing known, and from nothing that fits. */
function Nothing({ filter }: Readonly<{ filter: Filter }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  const isNarrow = Object.keys(filter).some((key) => key !== 'sort');
  const runs = useQuery({ queryKey: ['breaks', 'runs'], queryFn: breaks.hasRuns });
  if (runs.data === false)
    return (
      <Quiet title={t('breaks.noRuns')}>
        <p>{t('breaks.noRunsHint')}</p>
        <a {...link('/app/imports')} className="button-like">
          {t('breaks.toImports')}
        </a>
      </Quiet>
    );
  if (isNarrow)
    return (
      <Quiet title={t('breaks.noneFit')}>
        <p>{t('breaks.noneFitHint')}</p>
        <a {...link(addressOf(withChoice({}, { sort: filter.sort })))}>{t('breaks.clear')}</a>
      </Quiet>
    );
  return (
    <Quiet title={t('breaks.none')} tone="arrived">
      <p>{t('breaks.noneHint')}</p>
      <p>
        <a {...link('/app/breaks?part=open')}>{t('breaks.part.open')}</a>
        {' · '}
        <a {...link('/app/breaks?state=closed&part=all')}>{t('breaks.state.closed')}</a>
        {' · '}
        <a {...link('/app/reconciliations')}>{t('breaks.toRuns')}</a>
      </p>
    </Quiet>
  );
}
