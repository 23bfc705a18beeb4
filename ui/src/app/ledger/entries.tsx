/**
 * Entries, newest first: of one account with its running balance, or the whole journal; by days, a run, a batch, a break. A page at a time.
 *
 * The running balance is that of posting: it begins with what the account held when the newest entry was posted, which never changes.
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement, useCallback, useMemo } from 'react';
import type { PageOf } from '../../base/api.ts';
import { comma, useWords } from '../../base/lang.ts';
import { Money, Quiet } from '../../base/parts.tsx';
import { currenciesOf, isNothing, less, sumOf } from '../amounts.ts';
import { isDay } from '../days.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Column, Table } from '../table.tsx';
import { type Account, type Entry, ledger } from './api.ts';
import { AccountName, at, Sided, useSays } from './parts.tsx';
import type { LedgerKey } from './words.ts';

const FILTERS = ['break', 'batch', 'reconciliation_id'] as const;
type Moved = Readonly<{ debit: Account['balance']; credit: Account['balance'] }>;

function movedOn(entry: Entry, account: string, currency: string): Moved {
  const of = (side: 'debit' | 'credit') =>
    sumOf(
      entry.transfers.filter((x) => x[side].id === account).map((x) => x.amount),
      currency,
    );
  return { debit: of('debit'), credit: of('credit') };
}

export default function Entries({ accountId }: Readonly<{ accountId?: string }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const { query } = useRoute();
  const from = isDay(query.get('from')) ? query.get('from')! : undefined;
  const to = isDay(query.get('to')) ? query.get('to')! : undefined;
  const by = Object.fromEntries(FILTERS.map((key) => [key, query.get(key) ?? undefined]));
  const list = useInfiniteQuery({
    queryKey: ['ledger', 'entries', accountId ?? '', from ?? '', to ?? '', JSON.stringify(by)],
    queryFn: ({ pageParam }) =>
      ledger.entries({ account_id: accountId, from, to, ...by, limit: '100', after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Entry>) => last.next,
  });
  const entries = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const newest = entries[0]?.posted_at;
  const isPlain = from === undefined && to === undefined && FILTERS.every((key) => by[key] === undefined);
  const start = useQuery({
    queryKey: ['ledger', 'accounts', '', newest ?? ''],
    queryFn: () => ledger.accounts({ at: newest }),
    enabled: accountId !== undefined && newest !== undefined,
  });
  const account = start.data?.items.find((a) => a.id === accountId);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const set = (key: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value === '') next.delete(key);
    else next.set(key, value);
    const said = next.toString();
    go(
      `${at(accountId === undefined ? '/entries' : `/accounts/${accountId}`)}${said === '' ? '' : `?${said}`}`,
      'replace',
    );
  };

  return (
    <>
      {accountId === undefined ? null : (
        <div className="account-head">
          <p className="crumb">
            <a {...link(at(''))}>← {t('ledger.balances')}</a>
          </p>
          {account === undefined ? null : (
            <>
              <h2>
                <AccountName of={account} isLink={false} />
              </h2>
              <p className="account-balance">
                <Sided of={account.balance} />
              </p>
            </>
          )}
        </div>
      )}
      <div className="ledger-bar">
        <label>
          {t('ledger.from')}{' '}
          <input
            type="date"
            className="plain-input"
            value={from ?? ''}
            max={to}
            onChange={(e) => set('from', e.target.value)}
          />
        </label>
        <label>
          {t('ledger.to')}{' '}
          <input
            type="date"
            className="plain-input"
            value={to ?? ''}
            min={from}
            onChange={(e) => set('to', e.target.value)}
          />
        </label>
        {FILTERS.map((key) =>
          by[key] === undefined ? null : (
            <button type="button" key={key} className="filter-chip" onClick={() => set(key, '')}>
              {t(`ledger.by_${key}`)} <code translate="no">{by[key]!.slice(0, 18)}</code>
              <span aria-hidden="true"> ×</span>
              <span className="hidden">{t('ledger.clear')}</span>
            </button>
          ),
        )}
        <span className="count" role="status">
          {list.isSuccess ? t(hasNextPage ? 'ledger.countMore' : 'ledger.count', { count: entries.length }) : ''}
        </span>
      </div>
      {list.isError && entries.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Rows n={12} />
      ) : entries.length === 0 ? (
        <Quiet title={t('ledger.noEntries')}>
          <p>{t(isPlain ? 'ledger.emptyHint' : 'ledger.noEntriesHint')}</p>
        </Quiet>
      ) : (
        <List
          entries={entries}
          account={account}
          isRunning={isPlain}
          nearEnd={nearEnd}
          label={t(accountId === undefined ? 'ledger.entries' : 'ledger.entriesOf')}
        />
      )}
    </>
  );
}

type Row = Readonly<{ entry: Entry; moved?: Moved; after?: Account['balance'] }>;

function List({
  entries,
  account,
  isRunning,
  nearEnd,
  label,
}: Readonly<{
  entries: readonly Entry[];
  account: Account | undefined;
  isRunning: boolean;
  nearEnd: () => void;
  label: string;
}>): ReactElement {
  const { t, both, lang } = useWords<LedgerKey>();
  const says = useSays();
  const rows = useMemo((): readonly Row[] => {
    if (account === undefined) return entries.map((entry) => ({ entry }));
    let balance = account.balance;
    return entries.map((entry) => {
      const moved = movedOn(entry, account.id, account.currency);
      const row = { entry, moved, after: balance };
      balance = less(balance, less(moved.debit, moved.credit));
      return row;
    });
  }, [entries, account]);
  const shown = (m: Account['balance'] | undefined): ReactElement | null =>
    m === undefined || isNothing(m) ? null : <Money of={m} />;
  const head: readonly Column<Row>[] = [
    {
      key: 'no',
      title: t('ledger.no'),
      width: '72px',
      cell: ({ entry }) => (
        <a {...link(at(`/entries/${entry.id}`))} translate="no">
          {entry.no}
        </a>
      ),
    },
    { key: 'on', title: t('ledger.businessOn'), width: '112px', cell: ({ entry }) => entry.business_on },
    {
      key: 'says',
      title: t('ledger.says'),
      width: 'minmax(260px, 2fr)',
      cell: ({ entry }) => <span title={says(entry.says)}>{says(entry.says)}</span>,
    },
  ];
  const sides = (entry: Entry): string => {
    const names = (side: 'debit' | 'credit'): string =>
      [...new Set(entry.transfers.map((x) => both(x[side].name)))].join(comma(lang));
    return `${names('debit')} ← ${names('credit')}`;
  };
  const columns: readonly Column<Row>[] =
    account === undefined
      ? [
          ...head,
          {
            key: 'sides',
            title: t('ledger.sides'),
            width: 'minmax(240px, 2fr)',
            cell: ({ entry }) => <span title={sides(entry)}>{sides(entry)}</span>,
          },
          {
            key: 'amount',
            title: t('ledger.turnover'),
            width: 'minmax(140px, 1fr)',
            isNumber: true,
            cell: ({ entry }) =>
              currenciesOf(entry.transfers.map((x) => x.amount)).map((currency) => (
                <Money
                  key={currency}
                  of={sumOf(
                    entry.transfers.filter((x) => x.amount.currency === currency).map((x) => x.amount),
                    currency,
                  )}
                />
              )),
          },
        ]
      : [
          ...head,
          {
            key: 'debit',
            title: t('ledger.debit'),
            width: 'minmax(120px, 1fr)',
            isNumber: true,
            cell: ({ moved }) => shown(moved?.debit),
          },
          {
            key: 'credit',
            title: t('ledger.credit'),
            width: 'minmax(120px, 1fr)',
            isNumber: true,
            cell: ({ moved }) => shown(moved?.credit),
          },
          ...(isRunning
            ? [
                {
                  key: 'after',
                  title: t('ledger.balance'),
                  width: 'minmax(140px, 1fr)',
                  isNumber: true,
                  cell: ({ after }: Row) => (after === undefined ? null : <Sided of={after} />),
                },
              ]
            : []),
        ];
  return (
    <Table
      label={label}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.entry.id}
      nearEnd={nearEnd}
      choose={(place) => go(at(`/entries/${rows[place]!.entry.id}`))}
    />
  );
}
