/** What was sent to one address: newest first, by how it ended; one with its bytes and signature; one, or a range of events, again. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { type ReactElement, useCallback, useState } from 'react';
import type { Me, PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { Mark } from '../form.tsx';
import { Prompt } from '../prompt.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Column, Table } from '../table.tsx';
import { type Delivery, settings } from './api.ts';
import { at } from './parts.tsx';
import type { SettingsKey } from './words.ts';

const STATES = ['delivered', 'waiting', 'failed', 'gave_up'] as const;
const TONES = { delivered: 'arrived', waiting: 'waiting', gave_up: 'no' } as const;

export default function Deliveries({ me, id }: Readonly<{ me: Me; id: string }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const { query } = useRoute();
  const client = useQueryClient();
  const state = STATES.find((s) => s === query.get('state'));
  const one = query.get('delivery') ?? undefined;
  const [isRange, setRange] = useState(false);
  const endpoints = useQuery({ queryKey: ['endpoints'], queryFn: settings.endpoints });
  const list = useInfiniteQuery({
    queryKey: ['deliveries', id, state ?? ''],
    queryFn: ({ pageParam }) => settings.deliveries(id, { state, limit: '100', after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Delivery>) => last.next,
    // What waits is under way.
    refetchInterval: (q) =>
      q.state.data?.pages[0]?.items.some((d) => d.state === 'waiting' && d.attempts === 0) === true ? 1_000 : false,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const here = (params: Readonly<Record<string, string | undefined>>): string => {
    const said = new URLSearchParams(
      Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ).toString();
    return at(`/webhooks/${id}${said === '' ? '' : `?${said}`}`);
  };
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: ['deliveries', id] });
  const columns: readonly Column<Delivery>[] = [
    { key: 'at', title: t('settings.time'), width: '148px', cell: (d) => <Time at={d.created_at} /> },
    {
      key: 'type',
      title: t('settings.event'),
      width: 'minmax(220px, 2fr)',
      cell: (d) => (
        <a {...link(here({ state, delivery: d.id }))} translate="no">
          {d.type} <span className="soft">#{d.event_seq}</span>
        </a>
      ),
    },
    {
      key: 'state',
      title: t('settings.state'),
      width: '124px',
      cell: (d) => {
        const tone = TONES[d.state as 'waiting'] ?? 'waiting';
        return (
          <Mark tone={d.state === 'waiting' && d.attempts > 0 ? 'late' : tone}>
            {t(d.state === 'waiting' && d.attempts > 0 ? 'settings.willRetry' : `settings.${d.state as 'waiting'}`)}
          </Mark>
        );
      },
    },
    { key: 'tries', title: t('settings.tries'), width: '72px', isNumber: true, cell: (d) => d.attempts },
    { key: 'status', title: t('settings.answer'), width: '80px', isNumber: true, cell: (d) => d.last_status ?? '—' },
    {
      key: 'error',
      title: t('settings.error'),
      width: 'minmax(160px, 2fr)',
      cell: (d) => <span title={d.last_error}>{d.last_error}</span>,
    },
  ];
  const url = endpoints.data?.items.find((e) => e.id === id)?.url;
  return (
    <>
      <p className="crumb">
        <a {...link(at('/webhooks'))}>← {t('settings.webhooks')}</a>
      </p>
      <h2 className="url" translate="no">
        {url ?? t('settings.deliveries')}
      </h2>
      <div className="bar">
        <Select
          className="by-state"
          aria-label={t('settings.state')}
          value={state ?? ''}
          onChange={(s: string) => go(here({ state: s === '' ? undefined : s }), 'replace')}
          options={[
            { value: '', label: t('settings.allDeliveries') },
            ...STATES.map((s) => ({ value: s, label: t(`settings.${s}`) })),
          ]}
        />
        {me.scopes.includes('act') ? (
          <Button onClick={() => setRange(true)}>{t('settings.replayRange')}</Button>
        ) : (
          <small className="soft">{t('settings.mayOperator')}</small>
        )}
      </div>
      {list.isError && rows.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Rows n={8} />
      ) : rows.length === 0 ? (
        <Quiet title={t('settings.noDeliveries')}>
          <p>{t(state === undefined ? 'settings.noDeliveriesHint' : 'settings.otherState')}</p>
        </Quiet>
      ) : (
        <Table
          label={t('settings.deliveries')}
          columns={columns}
          rows={rows}
          keyOf={(d) => d.id}
          nearEnd={nearEnd}
          choose={(place) => go(here({ state, delivery: rows[place]!.id }))}
        />
      )}
      {one === undefined ? null : (
        <One endpoint={id} id={one} may={me.scopes.includes('act')} renew={renew} close={() => go(here({ state }))} />
      )}
      {isRange ? <Range id={id} newest={rows[0]?.event_seq} renew={renew} close={() => setRange(false)} /> : null}
    </>
  );
}

function One({
  endpoint,
  id,
  may,
  renew,
  close,
}: Readonly<{
  endpoint: string;
  id: string;
  may: boolean;
  renew: () => Promise<void>;
  close: () => void;
}>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const found = useQuery({ queryKey: ['delivery', id], queryFn: () => settings.delivery(endpoint, id) });
  const again = useMutation({ mutationFn: () => settings.replay(endpoint, id), onSuccess: renew });
  const d = found.data;
  return (
    <Prompt
      title={t('settings.delivery')}
      close={close}
      isWide
      error={again.error}
      {...(may && d !== undefined
        ? {
            does: {
              says: t(again.isSuccess ? 'settings.sentAgain' : 'settings.sendAgain'),
              run: () => again.mutate(),
              isBusy: again.isPending,
              isReady: !again.isSuccess,
            },
          }
        : {})}
    >
      {found.isError ? (
        <Wrong error={found.error} retry={() => void found.refetch()} />
      ) : d === undefined ? (
        <Rows n={5} />
      ) : (
        <div className="delivery">
          <p>
            <strong>POST</strong> <code translate="no">{d.url}</code>
          </p>
          <p className={d.state === 'delivered' ? 'answer tone-arrived' : 'answer tone-late'}>
            <ToneIcon tone={d.state === 'delivered' ? 'arrived' : 'late'} size={16} />
            {d.last_status === undefined
              ? d.attempts === 0
                ? t('settings.notSentYet')
                : t('settings.noAnswer')
              : t('settings.answered', { status: d.last_status })}
            {d.last_error === undefined ? '' : ` · ${d.last_error}`}
            {' · '}
            {t('settings.triesCount', { count: d.attempts })}
            {d.next_try_at === undefined ? null : (
              <>
                {' · '}
                {t('settings.nextTry')} <Time at={d.next_try_at} ago />
              </>
            )}
          </p>
          <h3>{t('settings.headers')}</h3>
          {d.headers === undefined ? (
            <p className="soft">{t('settings.noHeaders')}</p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            <pre tabIndex={0} translate="no">
              {Object.entries(d.headers)
                .map(([name, value]) => `${name}: ${value}`)
                .join('\n')}
            </pre>
          )}
          <h3>{t('settings.body')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0} translate="no" data-body>
            {d.body}
          </pre>
          <p className="soft">{t('settings.signedSays')}</p>
        </div>
      )}
    </Prompt>
  );
}

function Range({
  id,
  newest,
  renew,
  close,
}: Readonly<{ id: string; newest: string | undefined; renew: () => Promise<void>; close: () => void }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const [first, setFirst] = useState(newest ?? '1');
  const [last, setLast] = useState('');
  const run = useMutation({
    mutationFn: () => settings.replayFrom(id, String(BigInt(first) - 1n), last === '' ? undefined : last),
    onSuccess: renew,
  });
  const isNumber = (text: string): boolean => /^[1-9]\d{0,17}$/.test(text);
  return (
    <Prompt
      title={t('settings.replayRange')}
      close={close}
      error={run.error}
      does={{
        says: t('settings.sendAgain'),
        run: () => run.mutate(),
        isBusy: run.isPending,
        isReady: isNumber(first) && (last === '' || isNumber(last)),
      }}
    >
      <p>{t('settings.rangeSays')}</p>
      <div className="bar">
        <label className="field">
          <span>{t('settings.firstEvent')}</span>
          <input className="plain-input" inputMode="numeric" value={first} onChange={(e) => setFirst(e.target.value)} />
        </label>
        <label className="field">
          <span>{t('settings.lastEvent')}</span>
          <input className="plain-input" inputMode="numeric" value={last} onChange={(e) => setLast(e.target.value)} />
        </label>
      </div>
      <p role="status">{run.data === undefined ? '' : t('settings.queued', { count: run.data.queued })}</p>
    </Prompt>
  );
}
