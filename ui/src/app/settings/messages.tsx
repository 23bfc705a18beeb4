/** What channels told us, as it was stored: when, how it was checked, what it was about, its bytes; and read again where it was not. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { lazy, type ReactElement, Suspense, useCallback, useState } from 'react';
import { api, type Me, type PageOf } from '../../base/api.ts';
import { comma, useWords } from '../../base/lang.ts';
import { PROVIDERS, Quiet, Time } from '../../base/parts.tsx';
import { Mark } from '../form.tsx';
import { useLive } from '../live.ts';
import { Prompt } from '../prompt.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Column, Table } from '../table.tsx';
import { type Message, settings } from './api.ts';
import { at } from './parts.tsx';
import type { SettingsKey } from './words.ts';

const Raw = lazy(() => import('../raw.tsx'));
const KINDS = ['notification', 'answer'] as const;
const STATES = ['waiting', 'unreadable'] as const;
const TONES = { folded: 'arrived', waiting: 'waiting', unreadable: 'no' } as const;

export function useChannels(): Readonly<{
  nameOf: (account: string, provider: string) => string;
  options: ReadonlyArray<{ value: string; label: string }>;
}> {
  const { t, both } = useWords<SettingsKey>();
  const found = useQuery({ queryKey: ['channels'], queryFn: () => api.channels(), staleTime: 60_000 });
  const label = (name: string, provider: string): string =>
    `${both(PROVIDERS[provider] ?? { zh: provider, en: provider })} · ${name}`;
  return {
    nameOf: (account, provider) => {
      const channel = found.data?.items.find((c) => c.id === account);
      return channel === undefined
        ? both(PROVIDERS[provider] ?? { zh: provider, en: provider })
        : label(channel.name, provider);
    },
    options: [
      { value: '', label: t('settings.allChannels') },
      ...(found.data?.items ?? []).map((c) => ({ value: c.id, label: label(c.name, c.provider) })),
    ],
  };
}

export default function Messages({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<SettingsKey>();
  const { query } = useRoute();
  const { nameOf, options } = useChannels();
  const client = useQueryClient();
  const kind = KINDS.find((k) => k === query.get('kind')) ?? 'notification';
  const state = STATES.find((s) => s === query.get('state'));
  const account = query.get('account') ?? undefined;
  const chosen = query.get('message') ?? undefined;
  const [isNew, setNew] = useState(false);
  // Whatever changes a payment may have been told by a message.
  useLive((event) => event.type.startsWith('payment.') && setNew(true));
  const list = useInfiniteQuery({
    queryKey: ['messages', kind, state ?? '', account ?? ''],
    queryFn: ({ pageParam }) => settings.messages({ kind, state, account_id: account, limit: '100', after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Message>) => last.next,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const here = (more: Readonly<Record<string, string | undefined>>): string => {
    const all = { kind: kind === 'notification' ? undefined : kind, state, account, ...more };
    const said = new URLSearchParams(
      Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''),
    ).toString();
    return at(`/messages${said === '' ? '' : `?${said}`}`);
  };
  const renew = async (): Promise<void> => {
    setNew(false);
    await client.resetQueries({ queryKey: ['messages'] });
  };
  const columns: readonly Column<Message>[] = [
    { key: 'at', title: t('settings.received'), width: '148px', cell: (m) => <Time at={m.received_at} /> },
    {
      key: 'channel',
      title: t('settings.channel'),
      width: 'minmax(150px, 1fr)',
      cell: (m) => nameOf(m.account_id, m.provider),
    },
    {
      key: 'key',
      title: t('settings.message'),
      width: 'minmax(200px, 2fr)',
      cell: (m) => (
        <a {...link(here({ message: m.id }))} translate="no" className="mono">
          {m.key}
        </a>
      ),
    },
    { key: 'state', title: t('settings.state'), width: '112px', cell: (m) => <State of={m} /> },
    {
      key: 'payment',
      title: t('settings.about'),
      width: 'minmax(150px, 1fr)',
      cell: (m) => m.payments.map((p) => p.order_ref ?? p.ref).join(comma(lang)),
    },
    {
      key: 'size',
      title: t('settings.size'),
      width: '84px',
      isNumber: true,
      cell: (m) => t('settings.bytes', { count: m.size }),
    },
  ];
  const open = rows.find((m) => m.id === chosen);
  return (
    <>
      <div className="bar">
        <p className="lead">
          {t('settings.messagesLead')} <a {...link(at('/messages/rejected'))}>{t('settings.seeRejected')} →</a>
        </p>
      </div>
      <div className="bar">
        <Select
          className="by-state"
          aria-label={t('settings.channel')}
          value={account ?? ''}
          onChange={(v: string) => go(here({ account: v }), 'replace')}
          options={[...options]}
          popupMatchSelectWidth={false}
        />
        <Select
          className="by-state"
          aria-label={t('settings.kind')}
          value={kind}
          onChange={(v: string) => go(here({ kind: v === 'notification' ? undefined : v }), 'replace')}
          options={KINDS.map((k) => ({ value: k, label: t(`settings.kind_${k}`) }))}
        />
        <Select
          className="by-state"
          aria-label={t('settings.state')}
          value={state ?? ''}
          onChange={(v: string) => go(here({ state: v }), 'replace')}
          options={[
            { value: '', label: t('settings.allStates') },
            ...STATES.map((s) => ({ value: s, label: t(`settings.${s}`) })),
          ]}
        />
        {isNew ? (
          <Button size="small" onClick={() => void renew()}>
            {t('settings.newOnes')}
          </Button>
        ) : null}
      </div>
      {list.isError && rows.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Rows n={8} />
      ) : rows.length === 0 ? (
        <Quiet title={t('settings.noMessages')}>
          <p>{t(state === undefined ? 'settings.noMessagesHint' : 'settings.otherState')}</p>
        </Quiet>
      ) : (
        <Table
          label={t('settings.messages')}
          columns={columns}
          rows={rows}
          keyOf={(m) => m.id}
          nearEnd={nearEnd}
          choose={(place) => go(here({ message: rows[place]!.id }))}
        />
      )}
      {open === undefined ? null : (
        <One of={open} channel={nameOf(open.account_id, open.provider)} me={me} close={() => go(here({}))} />
      )}
    </>
  );
}

function State({ of }: Readonly<{ of: Message }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const tone = TONES[of.state];
  return <Mark tone={tone}>{t(`settings.${of.state}`)}</Mark>;
}

function One({
  of,
  channel,
  me,
  close,
}: Readonly<{ of: Message; channel: string; me: Me; close: () => void }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const client = useQueryClient();
  const [isRaw, setRaw] = useState(false);
  const again = useMutation({
    mutationFn: () => settings.readAgain(of.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['messages'] }),
  });
  if (isRaw)
    return (
      <Suspense fallback={null}>
        <Raw messageId={of.id} close={() => setRaw(false)} />
      </Suspense>
    );
  return (
    <Prompt
      title={channel}
      close={close}
      isWide
      error={again.error}
      {...(me.scopes.includes('act') && of.kind === 'notification'
        ? {
            does: {
              says: t(of.state === 'unreadable' ? 'settings.readAgain' : 'settings.foldAgain'),
              run: () => again.mutate(),
              isBusy: again.isPending,
              isReady: of.state !== 'waiting',
            },
          }
        : {})}
    >
      <p>
        <State of={of} /> {of.error === undefined ? null : <span className="soft">{of.error}</span>}
      </p>
      <dl className="facts-grid">
        <div>
          <dt>{t('settings.received')}</dt>
          <dd>
            <Time at={of.received_at} ago />
          </dd>
        </div>
        <div>
          <dt>{t('settings.occurred')}</dt>
          <dd>
            <Time at={of.occurred_at} />
          </dd>
        </div>
        <div>
          <dt>{t('settings.verified')}</dt>
          <dd>{t(`settings.by_${of.checked}`)}</dd>
        </div>
        <div>
          <dt>{t('settings.message')}</dt>
          <dd className="mono" translate="no">
            {of.key}
          </dd>
        </div>
        <div>
          <dt>{t('settings.about')}</dt>
          <dd>
            {of.payments.length === 0
              ? t('settings.noPayment')
              : of.payments.map((p) => (
                  <a key={p.id} {...link(`/app/payments/${p.id}`)} translate="no">
                    {p.order_ref ?? p.ref}
                  </a>
                ))}
          </dd>
        </div>
        <div className="wide">
          <dt>SHA-256 · {t('settings.bytes', { count: of.size })}</dt>
          <dd className="mono" translate="no">
            {of.sha256}
          </dd>
        </div>
      </dl>
      <p className="bar">
        <Button onClick={() => setRaw(true)}>{t('settings.raw')}</Button>
        <span role="status" className="soft">
          {again.data === undefined
            ? ''
            : again.data.queued
              ? t('settings.willBeRead')
              : t(again.data.changed === 0 ? 'settings.foldedSame' : 'settings.foldedChanged', {
                  count: again.data.payments,
                })}
        </span>
      </p>
    </Prompt>
  );
}
