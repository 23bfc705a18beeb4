/**
 * The list and its keys. Largest money first; further pages come as the list is walked. What somebody does about one shows at once and moves no
 * row while the list is read; what a new run found is announced, and comes when it is asked for.
 */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, useState } from 'react';
import type { Me, PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, ToneIcon, titleOf, toneOf } from '../../base/parts.tsx';
import { dayOf } from '../../base/time.ts';
import { useLive } from '../live.ts';
import { Queue } from '../queue.tsx';
import { link } from '../route.ts';
import type { Column } from '../table.tsx';
import { type BreakLine, breaks } from './api.ts';
import { Bar } from './bar.tsx';
import { addressOf, askedOf, countedOf, type Filter, placeOf, withChoice } from './filter.ts';
import { Groups } from './groups.tsx';
import { channelOf, StateMark } from './parts.tsx';
import type { BreaksKey } from './words.ts';

const One = lazy(() => import('./one.tsx'));

const PAGE = '100';

type Pages = Readonly<{ pages: ReadonlyArray<PageOf<BreakLine>>; pageParams: readonly unknown[] }>;
type Props = Readonly<{ me: Me; filter: Filter; open: string | undefined }>;

export function BreakQueue({ me, filter, open }: Props): ReactElement {
  const { t } = useWords<BreaksKey>();
  const client = useQueryClient();
  const asked = askedOf(filter);
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
    const { hash, state, version, holder } = changed;
    client.setQueriesData<Pages>({ queryKey: ['breaks', 'list'] }, (data) =>
      data === undefined
        ? data
        : {
            ...data,
            pages: data.pages.map((page) => ({
              ...page,
              items: page.items.map((row) => (row.hash === hash ? { ...row, state, version, holder } : row)),
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
  const total = summary.data?.total.reduce((n, group) => n + group.count, 0);
  return (
    <Queue<BreakLine, PageOf<BreakLine>>
      title={t('breaks.title')}
      head={
        <>
          <p className="breaks-total" role="status">
            {summary.data === undefined || total === undefined ? '' : <Total of={summary.data.total} count={total} />}
          </p>
          {isNews ? (
            <Button size="small" type="primary" onClick={renew}>
              {t('breaks.news')}
            </Button>
          ) : null}
        </>
      }
      queryKey={['breaks', 'list', asked]}
      page={(after, signal) => breaks.page({ ...asked, limit: PAGE, after }, signal)}
      bar={() => <Bar filter={filter} summary={summary.data} total={total} />}
      beside={<Groups filter={filter} summary={summary.data} />}
      full={FULL(t, filter)}
      short={SHORT(t, filter)}
      keyOf={placeOf}
      total={total}
      open={open}
      addressOf={(place) => addressOf(filter, place)}
      pane={(props) => <One me={me} {...props} />}
      nothing={<Nothing filter={filter} />}
      acts={[['e', t('breaks.key.evidence')], ...(me.scopes.includes('act') ? [['a', t('breaks.act')] as const] : [])]}
      // What somebody does is patched above, and what a run found comes when it is asked for.
      hears="still"
    />
  );
}

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
      {...link(addressOf(filter, placeOf(row)))}
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
      {...link(addressOf(filter, placeOf(row)))}
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
