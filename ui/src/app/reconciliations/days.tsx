/** What of all days needs a person, in one sentence; the days; the runs. Which days are shown stands in the address. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { today } from '../../base/time.ts';
import { addDays, addMonths, firstOf, isMonth, lastOf, monthName } from '../days.ts';
import { useLive } from '../live.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Days, reconciliations } from './api.ts';
import { HeatMap } from './heat.tsx';
import { Runs } from './runs.tsx';
import { amountsText, type Key, type State, StateIcon, TONES, useCounted } from './states.tsx';

const RECENT_DAYS = 35;

export default function DaysPage({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<Key>();
  const { query } = useRoute();
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : undefined;
  const to = month === undefined ? today() : lastOf(month);
  const from = month === undefined ? addDays(to, 1 - RECENT_DAYS) : firstOf(month);
  const client = useQueryClient();
  const days = useQuery({
    queryKey: ['reconciliations', 'days', from, to],
    queryFn: ({ signal }) => reconciliations.days(from, to, { signal }),
    placeholderData: keepPreviousData,
  });
  useLive((event) => {
    if (event.type.startsWith('reconciliation.') || event.type === 'break.changed')
      void client.invalidateQueries({ queryKey: ['reconciliations'] });
  });
  const mayAct = me.scopes.includes('act');
  const isNew = month === undefined && days.data?.runs.length === 0;
  return (
    <section className="reconcile">
      <div className="head">
        <h1>{t('reconciliations.title')}</h1>
        <Months month={month} to={to} />
        {mayAct ? (
          <Button type="primary" {...link('/app/imports')} className="begin">
            {t('reconciliations.begin')}
          </Button>
        ) : (
          <span className="begin soft">{t('reconciliations.mayNot')}</span>
        )}
      </div>
      {days.data === undefined ? (
        days.isError ? (
          <Wrong error={days.error} retry={() => void days.refetch()} />
        ) : (
          <Rows n={8} />
        )
      ) : (
        <>
          {isNew ? <Teach mayAct={mayAct} /> : <Needs needs={days.data.needs} />}
          {days.data.rows.length === 0 ? null : <HeatMap days={days.data} key={from} />}
        </>
      )}
      <Runs />
    </section>
  );
}

function Months({ month, to }: Readonly<{ month: string | undefined; to: string }>): ReactElement {
  const { t, lang } = useWords<Key>();
  const toMonth = (by: number): void => {
    const next = addMonths(month ?? to.slice(0, 7), month === undefined ? 0 : by);
    go(`/app/reconciliations?month=${next}`);
  };
  const name = month === undefined ? t('days.recent') : monthName(month, lang);
  return (
    <nav className="months" aria-label={t('days.title')}>
      <Button size="small" aria-label={t('days.before')} onClick={() => toMonth(-1)}>
        ‹
      </Button>
      <strong aria-live="polite">{name}</strong>
      <Button
        size="small"
        aria-label={t('days.after')}
        disabled={month === undefined || today().startsWith(month)}
        onClick={() => toMonth(1)}
      >
        ›
      </Button>
      {month === undefined ? null : <a {...link('/app/reconciliations')}>{t('days.recent')}</a>}
    </nav>
  );
}

/** One sentence of what wants a person now. */
function Needs({ needs }: Readonly<{ needs: Days['needs'] }>): ReactElement {
  const { t, lang } = useWords<Key>();
  const { breaks, break_days: count, unclear, bills_late: late, incomplete, never } = needs;
  const counted = useCounted();
  const said: (readonly [State, string])[] = [];
  if (breaks.count > 0)
    said.push(['breaks', counted('breaks', count, { breaks: breaks.count, amounts: amountsText(breaks.amounts) })]);
  if (unclear > 0) said.push(['breaks', counted('unclear', unclear)]);
  if (late > 0) said.push(['bill_late', counted('late', late)]);
  if (incomplete > 0) said.push(['incomplete', counted('gaps', incomplete)]);
  if (never > 0) said.push(['never', counted('never', never)]);
  const first = said[0]?.[0] ?? 'clean';
  return (
    <p className={`needs tone-${TONES[first] ?? 'waiting'}`} role="status">
      <StateIcon state={first} size={20} />
      <span>
        {said.length === 0
          ? t('days.calm')
          : `${said.map(([, text]) => text).join(lang === 'zh' ? ';' : '; ')}${lang === 'zh' ? '。' : '.'}`}
      </span>
    </p>
  );
}

/** Nothing yet: what a reconciliation is, and where it begins. */
function Teach({ mayAct }: Readonly<{ mayAct: boolean }>): ReactElement {
  const { t } = useWords<Key>();
  return (
    <div className="panel teach">
      <h2>{t('reconciliations.empty')}</h2>
      <p>{t('reconciliations.emptyText')}</p>
      <ol>
        <li>{t('reconciliations.empty1')}</li>
        <li>{t('reconciliations.empty2')}</li>
        <li>{t('reconciliations.empty3')}</li>
      </ol>
      <p>{t('reconciliations.emptyNext')}</p>
      {mayAct ? (
        <Button type="primary" {...link('/app/imports')}>
          {t('reconciliations.bring')}
        </Button>
      ) : (
        <p className="soft">{t('reconciliations.mayNot')}</p>
      )}
    </div>
  );
}
