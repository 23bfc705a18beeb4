/** One day of one account: every line the run read, where each ended up, and what it all adds up to. A line opens to its evidence. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement, useCallback, useMemo } from 'react';
import { type Text, useWords } from '../../base/lang.ts';
import { Money, Quiet, ToneIcon } from '../../base/parts.tsx';
import { dayOf } from '../../base/time.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Column, Table } from '../table.tsx';
import { type Line, type Lines as Page, type Run, reconciliations, useSummary } from './api.ts';
import { LineDrawer } from './line.tsx';
import { breaksOnDay, channelName, type Key, PLACE_TONES, useNarrow } from './states.tsx';

type Chip = Readonly<{ place: string; count: number; amounts: readonly Page['totals'][number]['amount'][] }>;

export default function Lines({ run, day }: Readonly<{ run: Run; day: string }>): ReactElement {
  const { t, both, lang } = useWords<Key>();
  const { query } = useRoute();
  const [role, channel, account, place, line] = ['role', 'channel', 'account', 'place', 'line'].map(
    (name) => query.get(name) ?? undefined,
  );
  const by = { role: role ?? 'channel', channel, account, on: day, place };
  const summary = useSummary(run.id).data;
  const asked = useInfiniteQuery({
    queryKey: ['reconciliation', run.id, 'lines', by],
    queryFn: ({ pageParam, signal }) => reconciliations.lines(run.id, by, pageParam, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page) => last.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const named = useCallback(
    (table: string, code: string): string => {
      const word: Text | undefined = summary?.words[table]?.[code];
      if (word !== undefined) return both(word);
      return table === 'places' && (code === 'no_money' || code === 'not_compared') ? t(`place.${code}`) : code;
    },
    [summary, both, t],
  );
  const to = useCallback(
    (changes: Readonly<Record<string, string | undefined>>, how: 'push' | 'replace' = 'push'): void => {
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(changes))
        if (value === undefined) next.delete(name);
        else next.set(name, value);
      go(`/app/reconciliations/${run.id}?${next}`, how);
    },
    [run.id],
  );
  const narrow = useNarrow();
  const rows = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const first = asked.data?.pages[0];
  const columns = useMemo((): readonly Column<Line>[] => columnsOf(t, named, narrow), [t, named, narrow]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = asked;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const who = [
    role === 'order' ? t('days.orders') : role === 'bank' ? t('days.bank') : channelName(channel ?? '', lang),
    account,
  ];
  const chips = chipsOf(first);
  const total = chips.find((c) => c.place === (place ?? ''))?.count;
  return (
    <article className="reconcile">
      <p className="crumb">
        <a {...link(`/app/reconciliations/${run.id}`)}>‹ {t('lines.back')}</a>
      </p>
      <div className="head">
        <h1>
          {dayOf(day, lang, true)} · {who.filter(Boolean).join(' ')}
        </h1>
        {/* A batch that did not reach the bank is a break without a line. */}
        <a {...link(breaksOnDay(run.id, day, channel, account))}>{t('lines.breaks')}</a>
      </div>
      {first === undefined ? (
        asked.isError ? (
          <Wrong error={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Rows n={12} />
        )
      ) : (
        <>
          <fieldset className="chips">
            <legend className="hidden">{t('lines.filter')}</legend>
            {chips.map((chip) => (
              <button
                type="button"
                key={chip.place}
                aria-pressed={(place ?? '') === chip.place}
                onClick={() => to({ place: chip.place === '' ? undefined : chip.place, line: undefined })}
              >
                <span>
                  {chip.place === ''
                    ? t('lines.all')
                    : chip.place === 'found'
                      ? t('lines.found')
                      : named('places', chip.place)}{' '}
                  <b>{chip.count.toLocaleString('en')}</b>
                </span>
                {chip.amounts.map((amount) => (
                  <Money key={amount.currency} of={amount} />
                ))}
              </button>
            ))}
          </fieldset>
          {rows.length === 0 ? (
            <Quiet title={t('lines.none')}>
              <p>{t('lines.noneHint')}</p>
            </Quiet>
          ) : (
            <Table
              label={t('cell.open1')}
              columns={columns}
              rows={rows}
              keyOf={(row) => row.id}
              total={total}
              nearEnd={nearEnd}
              at={line === undefined ? undefined : rows.findIndex((row) => row.id === line)}
              choose={(at) => to({ line: rows[at]!.id })}
            />
          )}
        </>
      )}
      {line === undefined ? null : (
        <LineDrawer
          run={run}
          id={line}
          summary={summary}
          named={named}
          open={(id) => to({ line: id })}
          close={() => to({ line: undefined }, 'replace')}
          key={line}
        />
      )}
    </article>
  );
}

/** All, then what a break names, then each place with what it adds up to. */
function chipsOf(page: Page | undefined): readonly Chip[] {
  if (page === undefined) return [];
  const places = Map.groupBy(page.totals, (row) => row.place);
  const all = { place: '', count: page.totals.reduce((sum, row) => sum + row.count, 0), amounts: [] };
  return [
    all,
    ...(page.found === 0 ? [] : [{ place: 'found', count: page.found, amounts: [] }]),
    ...[...places].map(([place, some]) => ({
      place,
      count: some.reduce((sum, row) => sum + row.count, 0),
      amounts: some.map((row) => row.amount),
    })),
  ];
}

function columnsOf(
  t: (key: Key) => string,
  named: (table: string, code: string) => string,
  narrow: boolean,
): readonly Column<Line>[] {
  const time: Column<Line> = {
    key: 'time',
    title: t('lines.time'),
    width: 'minmax(96px, 130px)',
    cell: ({ evidence }) => evidence.occurredAt?.slice(11, 19) ?? evidence.businessOn ?? '',
  };
  const ref: Column<Line> = {
    key: 'ref',
    title: t('lines.ref'),
    width: narrow ? 'minmax(110px, 1fr)' : 'minmax(220px, 1fr)',
    cell: (row) => (
      <a {...link(lineLink(row.id))} className="ref" translate="no">
        {Object.values(row.evidence.refs)[0] ?? `${row.evidence.line}`}
      </a>
    ),
  };
  const kind: Column<Line> = {
    key: 'kind',
    title: t('lines.kind'),
    width: 'minmax(88px, 110px)',
    cell: ({ evidence }) => named('kinds', evidence.kind),
  };
  const amount: Column<Line> = {
    key: 'amount',
    title: t('lines.amount'),
    width: narrow ? '96px' : 'minmax(110px, 150px)',
    isNumber: true,
    cell: ({ evidence }) => <Money of={evidence.money} />,
  };
  const place: Column<Line> = {
    key: 'place',
    title: t('lines.place'),
    width: narrow ? '112px' : 'minmax(210px, 1fr)',
    cell: (row) => {
      const tone = row.break === undefined ? (PLACE_TONES[row.place] ?? 'waiting') : 'no';
      return (
        <span className={`went tone-${tone}`}>
          <ToneIcon tone={tone} size={14} />
          {row.break === undefined
            ? named('places', row.place)
            : `${narrow ? '' : `${named('places', row.place)} · `}${named('classes', row.break.class)}`}
        </span>
      );
    },
  };
  return narrow ? [ref, amount, place] : [time, ref, kind, amount, place];
}

function lineLink(id: string): string {
  const next = new URLSearchParams(location.search);
  next.set('line', id);
  return `${location.pathname}?${next}`;
}
