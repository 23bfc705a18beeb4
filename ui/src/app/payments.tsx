/** Payments, newest first, as the address filters them; a page is asked for by where the last one ended. New ones never move what is being read: a bar says so. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { lazy, type ReactElement, useEffect, useRef, useState } from 'react';
import { REASONS, VERDICTS } from '../../../src/verdicts/catalogue.ts';
import { api, type Channel, type PageOf, type Payment, query as queryOf } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { Money, PROVIDERS, Quiet, Time, ToneIcon, titleOf, toneOf, VerdictMark } from '../base/parts.tsx';
import { dayOf } from '../base/time.ts';
import { farOf, ROAD } from './line.ts';
import { useLive } from './live.ts';
import { MiniLine } from './metro.tsx';
import type { PageProps } from './pages.ts';
import { go, link, useRoute } from './route.ts';
import { Rows, Wrong } from './state.tsx';
import type { AppKey } from './words.ts';

const PaymentPage = lazy(() => import('./payment.tsx'));

/** The list, or one payment's story where the address names one. */
export default function Payments({ me, path }: PageProps): ReactElement {
  const id = /^\/payments\/([0-9a-f-]{36})$/.exec(path)?.[1];
  return id === undefined ? <List /> : <PaymentPage id={id} me={me} key={id} />;
}

function List(): ReactElement {
  const { t, both, lang } = useWords<AppKey>();
  const { query } = useRoute();
  const [changes, setChanges] = useState(0);
  useLive(() => setChanges((n) => n + 1));
  const client = useQueryClient();
  const by = Object.fromEntries(
    FILTERS.flatMap((name) => (query.get(name) === null ? [] : [[name, query.get(name)!]])),
  );
  const { verdict } = by;
  const seen = useRef(changes);
  const list = useInfiniteQuery({
    queryKey: ['payments', by],
    queryFn: ({ pageParam, signal }) => api.payments({ ...by, after: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Payment>) => last.next,
  });
  // A handful that hardly ever changes.
  const channels = useQuery({ queryKey: ['channels'], queryFn: () => api.channels(), staleTime: 60_000 });
  const wayOf = (p: Payment): string => {
    const provider = channels.data?.items.find((channel) => channel.id === p.account_id)?.provider;
    const name = provider === undefined ? undefined : both(PROVIDERS[provider] ?? { zh: provider, en: provider });
    return [name, p.store, p.terminal].filter(Boolean).join(' · ');
  };
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const pages = list.data?.pages.length ?? 0;
  const isEmpty = list.isSuccess && rows.length === 0;

  // At the top of the first page the list keeps itself current; further down it waits to be asked.
  const isStill = changes !== seen.current;
  useEffect(() => {
    if (!isStill || pages > 1 || scrollY > 200) return;
    const timer = setTimeout(() => {
      seen.current = changes;
      void list.refetch();
    }, 400);
    return () => clearTimeout(timer);
  }, [isStill, changes, pages, list.refetch]);

  const renew = (): void => {
    seen.current = changes;
    void client.resetQueries({ queryKey: ['payments', by] });
    scrollTo({ top: 0 });
  };

  return (
    <section className="sheet">
      <div className="head">
        <h1>{t('payments.title')}</h1>
        <Select
          className="by-verdict"
          aria-label={t('payments.filter')}
          value={verdict?.includes(',') === true ? t('payments.several') : (verdict ?? '')}
          onChange={(code: string) => go(`/app/payments${queryOf({ ...by, verdict: code })}`)}
          options={[
            { value: '', label: t('payments.all') },
            ...Object.entries(VERDICTS).map(([code, { tone, title }]) => ({
              value: code,
              label: (
                <span className={`option tone-${tone}`}>
                  <ToneIcon tone={tone} size={14} />
                  {both(title)}
                </span>
              ),
            })),
          ]}
          popupMatchSelectWidth={false}
          listHeight={420}
        />
        <span className="count" role="status">
          {rows.length > 0 ? t('payments.count', { count: rows.length }) : ''}
        </span>
        {isStill && (pages > 1 || scrollY > 200) ? (
          <Button size="small" type="primary" onClick={renew}>
            {t('payments.new')}
          </Button>
        ) : null}
      </div>
      <Filters by={by} channels={channels.data?.items ?? []} />
      {list.isPending ? (
        <Rows n={12} />
      ) : list.isError && rows.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : isEmpty ? (
        <Quiet title={t('payments.none')}>
          <p>{t('payments.noneHint')}</p>
        </Quiet>
      ) : (
        <table className="list">
          <thead>
            <tr>
              <th scope="col">{t('payments.time')}</th>
              <th scope="col">{t('payments.order')}</th>
              <th scope="col" className="right">
                {t('payments.amount')}
              </th>
              <th scope="col">{t('payments.verdict')}</th>
              <th scope="col" className="way">
                {t('payments.way')}
              </th>
              <th scope="col" className="why">
                {t('payments.reason')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((p) => {
              const code = p.verdict?.code;
              const reason = p.verdict?.reason;
              const far = farOf(p);
              return (
                <tr key={p.id} onClick={(event) => rowClick(event.target, p.id)}>
                  <td>
                    <Time at={p.captured_at ?? p.placed_at ?? p.verdict?.judged_at ?? '1970-01-01T00:00:00Z'} />
                  </td>
                  <td>
                    <a {...link(`/app/payments/${p.id}`)} className="ref" translate="no">
                      {p.order_ref ?? p.payment_ref}
                    </a>
                    <small className="by" title={wayOf(p)}>
                      {wayOf(p)}
                    </small>
                  </td>
                  <td className="right">
                    <Money of={p.captured ?? p.ordered} />
                  </td>
                  <td>{code === undefined ? null : <VerdictMark code={code} />}</td>
                  <td className="way">
                    <MiniLine
                      far={far}
                      tone={code === undefined ? 'waiting' : toneOf(code)}
                      label={t(`station.${ROAD[far - 1]!}`)}
                    />
                  </td>
                  <td className="why">
                    {reason !== undefined && reason in REASONS ? REASONS[reason as keyof typeof REASONS][lang] : ''}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {rows.length === 0 ? null : (
        <div className="more">
          {list.hasNextPage ? (
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('payments.more')}
            </Button>
          ) : (
            <span>{t('payments.end')}</span>
          )}
        </div>
      )}
    </section>
  );
}

/** What narrows the list, as the address says; each can be let go. */
const FILTERS = [
  'verdict',
  'station',
  'account_id',
  'store',
  'currency',
  'from',
  'to',
  'at_risk',
  'repaired_on',
] as const;

function Filters({
  by,
  channels,
}: Readonly<{ by: Readonly<Record<string, string>>; channels: readonly Channel[] }>): ReactElement | null {
  const { t, both, lang } = useWords<AppKey>();
  const told: Readonly<Record<string, (value: string) => string>> = {
    station: (s) => t('filter.station', { station: t(`station.${s}` as AppKey) }),
    account_id: (id) => channels.find((c) => c.id === id)?.name ?? id,
    store: (store) => t('filter.store', { store }),
    currency: (code) => code,
    from: (on) => t('filter.from', { day: dayOf(on, lang) }),
    to: (on) => t('filter.to', { day: dayOf(on, lang) }),
    at_risk: () => t('filter.risk'),
    repaired_on: (on) => t('filter.repaired', { day: dayOf(on, lang) }),
    verdict: (codes) =>
      codes
        .split(',')
        .map((code) => both(titleOf(code)))
        .join(' · '),
  };
  const shown = Object.keys(by).filter((name) => name !== 'verdict' || by.verdict!.includes(','));
  if (shown.length === 0) return null;
  return (
    <ul className="filters" aria-label={t('filter.title')}>
      {shown.map((name) => (
        <li key={name}>
          <a {...link(`/app/payments${queryOf({ ...by, [name]: undefined })}`)} title={t('filter.drop')}>
            {told[name]!(by[name]!)} <span aria-hidden="true">×</span>
            <span className="hidden">{t('filter.drop')}</span>
          </a>
        </li>
      ))}
      <li>
        <a {...link('/app/payments')} className="plain-link">
          {t('filter.clear')}
        </a>
      </li>
    </ul>
  );
}

/** The whole row leads to the payment; its link does so for keyboards and new tabs. */
function rowClick(target: EventTarget, id: string): void {
  if (target instanceof Element && target.closest('a') === null && getSelection()?.isCollapsed !== false)
    go(`/app/payments/${id}`);
}
