/** Terminals and codes: the list, and the way to its parts (check, findings, stores, one terminal), which come when asked for. */
import './terminals.css';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, Suspense } from 'react';
import { api, type PageOf } from '../../base/api.ts';
import { addWords, useWords } from '../../base/lang.ts';
import { PROVIDERS, Quiet, Time } from '../../base/parts.tsx';
import { Mark } from '../form.tsx';
import { useLive } from '../live.ts';
import type { PageProps } from '../pages.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { SubNav } from '../subnav.tsx';
import { Table } from '../table.tsx';
import { asked, type Terminal, terminalApi } from './api.ts';
import { toneOfState } from './tone.ts';
import { type TerminalsKey, words } from './words.ts';

addWords(words);
const Check = lazy(() => import('./check.tsx'));
const Findings = lazy(() => import('./findings.tsx'));
const Stores = lazy(() => import('./stores.tsx'));
const Add = lazy(() => import('./add.tsx'));
const One = lazy(() => import('./one.tsx'));

export default function Terminals({ me, path }: PageProps): ReactElement {
  const { t } = useWords<TerminalsKey>();
  const mayAct = me.scopes.includes('act');
  const id = /^\/terminals\/([0-9a-f-]{36})$/.exec(path)?.[1];
  const open = useQuery(asked.findings);
  const client = useQueryClient();
  useLive((event) => {
    if (event.type.startsWith('terminal.')) void client.invalidateQueries({ queryKey: ['findings'] });
  });
  const n = open.data?.items.length ?? 0;
  if (id !== undefined)
    return (
      <Suspense fallback={<Rows n={8} />}>
        <One id={id} mayAct={mayAct} key={id} />
      </Suspense>
    );
  return (
    <section>
      <div className="head">
        <h1>{t('terminals.title')}</h1>
        {mayAct && path !== '/terminals/new' ? (
          <Button type="primary" className="to-right" onClick={() => go('/app/terminals/new')}>
            {t('terminals.add')}
          </Button>
        ) : null}
      </div>
      <SubNav
        label={t('terminals.parts')}
        here={`/app${path}`}
        pages={[
          { to: '/app/terminals', name: t('terminals.all') },
          { to: '/app/terminals/check', name: t('terminals.check') },
          {
            to: '/app/terminals/findings',
            name: t('terminals.findings'),
            count: open.data?.next === undefined ? n : `${n}+`,
          },
          { to: '/app/terminals/stores', name: t('terminals.stores') },
        ]}
      />
      <Suspense fallback={<Rows n={6} />}>
        {path === '/terminals/check' ? (
          <Check mayAct={mayAct} />
        ) : path === '/terminals/findings' ? (
          <Findings mayAct={mayAct} />
        ) : path === '/terminals/stores' ? (
          <Stores mayAct={mayAct} />
        ) : path === '/terminals/new' ? (
          <Add mayAct={mayAct} />
        ) : (
          <List mayAct={mayAct} />
        )}
      </Suspense>
    </section>
  );
}

const STATES = [
  'applied',
  'documents_checked',
  'plan_recommended',
  'shipped',
  'registered',
  'active',
  'suspended',
  'lost',
  'retired',
  'rejected',
] as const;

function List({ mayAct }: Readonly<{ mayAct: boolean }>): ReactElement {
  const { t, both } = useWords<TerminalsKey>();
  const { query } = useRoute();
  const by = {
    store: query.get('store') ?? '',
    state: query.get('state') ?? '',
    account_id: query.get('account') ?? '',
  };
  const stores = useQuery(asked.stores);
  const channels = useQuery({ queryKey: ['channels'], queryFn: api.channels, staleTime: 60_000 });
  const list = useInfiniteQuery({
    queryKey: ['terminals', by],
    queryFn: ({ pageParam }) => terminalApi.list(by, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Terminal>) => last.next,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filter = (name: 'store' | 'state' | 'account', value: string): void => {
    const next = new URLSearchParams(query);
    if (value === '') next.delete(name);
    else next.set(name, value);
    go(`/app/terminals${next.size === 0 ? '' : `?${next}`}`, 'replace');
  };
  const select = (
    name: 'store' | 'state' | 'account',
    label: string,
    value: string,
    options: ReadonlyArray<readonly [value: string, name: string]>,
  ): ReactElement => (
    <label className="filter">
      <span>{label}</span>
      <select className="input" value={value} onChange={(event) => filter(name, event.target.value)}>
        <option value="">{t('terminals.any')}</option>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  const providerName = (provider: string | undefined): string =>
    provider === undefined ? '' : both(PROVIDERS[provider] ?? { zh: provider, en: provider });
  const isFiltered = Object.values(by).some((value) => value !== '');
  return (
    <>
      <div className="filters">
        {select(
          'store',
          t('terminals.store'),
          by.store,
          stores.data?.items.map((s) => [s.code, `${s.code} · ${s.name}`]) ?? [],
        )}
        {select(
          'account',
          t('terminals.account'),
          by.account_id,
          channels.data?.items.map((c) => [c.id, `${providerName(c.provider)} · ${c.name}`]) ?? [],
        )}
        {select(
          'state',
          t('terminals.state'),
          by.state,
          STATES.map((s) => [s, t(`terminalState.${s}`)]),
        )}
      </div>
      {list.isPending ? (
        <Rows n={8} />
      ) : list.isError && rows.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <Quiet title={t(isFiltered ? 'terminals.noneSuch' : 'terminals.none')}>
          <p>{t(isFiltered ? 'terminals.noneSuchHint' : 'terminals.noneHint')}</p>
          {isFiltered ? (
            <Button onClick={() => go('/app/terminals')}>{t('terminals.showAll')}</Button>
          ) : mayAct ? (
            <Button type="primary" onClick={() => go('/app/terminals/new')}>
              {t('terminals.add')}
            </Button>
          ) : null}
        </Quiet>
      ) : (
        <Table<Terminal>
          label={t('terminals.title')}
          rows={rows}
          keyOf={(row) => row.id}
          nearEnd={() => {
            if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
          }}
          choose={(place) => go(`/app/terminals/${rows[place]!.id}`)}
          columns={[
            {
              key: 'name',
              title: t('terminals.name'),
              width: 'minmax(128px, 1.4fr)',
              cell: (row) => <a {...link(`/app/terminals/${row.id}`)}>{row.name}</a>,
            },
            {
              key: 'state',
              title: t('terminals.state'),
              width: 'minmax(112px, 1fr)',
              cell: (row) => <Mark tone={toneOfState(row.state)}>{both(row.says)}</Mark>,
            },
            {
              key: 'kind',
              title: t('terminals.kind'),
              width: 'minmax(88px, 0.8fr)',
              cell: (row) => t(`terminalKind.${row.kind}`),
            },
            { key: 'store', title: t('terminals.store'), width: 'minmax(96px, 1fr)', cell: (row) => row.store ?? '—' },
            {
              key: 'provider',
              title: t('terminals.account'),
              width: 'minmax(96px, 1fr)',
              cell: (row) => providerName(row.provider) || '—',
            },
            {
              key: 'no',
              title: t('terminals.number'),
              width: 'minmax(120px, 1.2fr)',
              cell: (row) => <span className="mono">{row.terminal_no ?? row.serial_no ?? '—'}</span>,
            },
            {
              key: 'since',
              title: t('terminals.since'),
              width: 'minmax(132px, 1fr)',
              cell: (row) => <Time at={row.since} />,
            },
          ]}
        />
      )}
    </>
  );
}
