/**
 * The first page: where is the money right now? One sentence, the river, four numbers, what waits for a person, the channels. The days and the
 * currency stand in the address; it keeps itself current while it is open.
 */
import './overview.css';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { type ReactElement, useEffect, useRef } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import { Money, Quiet } from '../../base/parts.tsx';
import { useLive } from '../live.ts';
import type { PageProps } from '../pages.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Asked, DAYS, type Overview, overviewOf } from './api.ts';
import { Channels } from './channels.tsx';
import { Four } from './figures.tsx';
import { River } from './river.tsx';
import { summed } from './river-shape.ts';
import { Wants } from './wants.tsx';
import { type OverviewKey, words } from './words.ts';

addWords(words);

const AGAIN_MS = 60_000;
/** However much happens, it is asked for no more often than this, and a book that answers slowly no more than a fifth of the time. */
const PAUSE_MS = 500;
const TIMES_ITS_TIME = 4;

export default function OverviewPage(_: PageProps): ReactElement {
  const { t } = useWords<OverviewKey>();
  const { query } = useRoute();
  const days = DAYS.find((d) => String(d) === query.get('days')) ?? 30;
  const asked: Asked = { days, currency: query.get('currency') ?? undefined };
  const took = useRef(0);
  const found = useQuery({
    queryKey: ['overview', asked],
    queryFn: async ({ signal }) => {
      const start = performance.now();
      const answer = await overviewOf(asked, signal);
      took.current = performance.now() - start;
      return answer;
    },
    placeholderData: (before) => before,
    refetchInterval: AGAIN_MS,
  });
  useRefresh(() => Math.max(PAUSE_MS, took.current * TIMES_ITS_TIME));
  const isEmpty = found.data?.is_empty === true;
  useEffect(() => {
    if (isEmpty) go('/app/start', 'replace');
  }, [isEmpty]);
  const of = found.data;
  const to = (change: Partial<Asked>): void => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(change)) next.set(name, String(value));
    go(`/app/overview?${next}`);
  };
  return (
    <section className="overview">
      <div className="head">
        <h1>{t('overview.title')}</h1>
        {of === undefined || of.currencies.length < 2 ? null : (
          <Segmented
            aria-label={t('overview.currency')}
            name="currency"
            value={of.currency}
            options={of.currencies.map((c) => c.currency)}
            onChange={(currency: string) => to({ currency })}
          />
        )}
        <Segmented
          aria-label={t('overview.daysLabel')}
          name="days"
          value={days}
          options={DAYS.map((n) => ({ value: n, label: t('overview.days', { n }) }))}
          onChange={(n: number) => to({ days: n })}
        />
      </div>
      {of === undefined ? (
        found.error === null ? (
          <Rows n={14} />
        ) : (
          <Wrong error={found.error} retry={() => void found.refetch()} />
        )
      ) : isEmpty ? null : (
        <>
          <Sentence of={of} />
          {of.stations.length === 0 ? (
            <div className="panel">
              <Quiet title={t('overview.noPayments', { n: of.days })}>
                <p>{t('overview.noPaymentsHint')}</p>
                <a {...link('/app/channels')}>{t('overview.connect')}</a>
              </Quiet>
            </div>
          ) : (
            <River of={of} />
          )}
          <Four of={of} />
          <div className="two">
            <Channels of={of} />
            <Wants of={of.wants} />
          </div>
        </>
      )}
    </section>
  );
}

/** The whole picture, as somebody would say it. */
function Sentence({ of }: Readonly<{ of: Overview }>): ReactElement | null {
  const { t } = useWords<OverviewKey>();
  const sumOf = (...names: string[]) => {
    const found = of.stations.filter((s) => names.includes(s.station));
    return found.length === 0
      ? undefined
      : { amount: summed(found.map((s) => s.amount.amount)), currency: of.currency };
  };
  const arrived = sumOf('credited');
  const moving = sumOf('captured', 'recorded', 'cleared', 'settled', 'paid_out', 'held', 'returned');
  if (arrived === undefined && moving === undefined) return null;
  return (
    <p className="said">
      {moving === undefined ? null : (
        <>
          <Money of={moving} /> {t('overview.saidMoving')}
        </>
      )}
      {arrived === undefined ? null : (
        <>
          {moving === undefined ? null : t('overview.saidAnd')}
          <Money of={arrived} /> {t('overview.saidArrived')}
        </>
      )}
      {t('overview.saidEnd')}
      {of.late.payments === 0 ? null : (
        <span className="tone-late">
          {' '}
          <Money of={of.late.amount} /> {t('overview.saidLate')}
        </span>
      )}
    </p>
  );
}

/** At most so often, and after the last thing that happened once more. */
function useRefresh(pause: () => number): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLive(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: ['overview'] });
    }, pause());
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}
