/** Every run, newest first, a page at a time. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import type { PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Time } from '../../base/parts.tsx';
import { Mark } from '../form.tsx';
import { go, link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Run, reconciliations } from './api.ts';
import { type Key, StateIcon, spanOf, TONES, useCounted } from './states.tsx';

const STATE_TONES: Readonly<Record<Run['state'], Tone>> = {
  queued: 'waiting',
  running: 'moving',
  done: 'arrived',
  failed: 'no',
  cancelled: 'waiting',
};

/** What came of it, or how far it is. */
export function RunMark({ run }: Readonly<{ run: Run }>): ReactElement {
  const { t } = useWords<Key>();
  const { state, outcome } = run;
  return outcome === undefined ? (
    <Mark tone={STATE_TONES[state]}>{t(`run.${state}`)}</Mark>
  ) : (
    <span className={`mark tone-${TONES[outcome]}`}>
      <StateIcon state={outcome} />
      {t(`state.${outcome}`)}
    </span>
  );
}

export function Runs(): ReactElement | null {
  const { t, lang } = useWords<Key>();
  const counted = useCounted();
  const runs = useInfiniteQuery({
    queryKey: ['reconciliations', 'runs'],
    queryFn: ({ pageParam, signal }) => reconciliations.runs(pageParam, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Run>) => last.next,
  });
  const rows = runs.data?.pages.flatMap((page) => page.items) ?? [];
  if (runs.isPending) return <Rows n={4} />;
  if (runs.isError && rows.length === 0) return <Wrong error={runs.error} retry={() => void runs.refetch()} />;
  if (rows.length === 0) return null;
  return (
    <section className="runs" aria-labelledby="runs">
      <h2 id="runs">{t('runs.title')}</h2>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t('runs.when')}</th>
            <th scope="col">{t('runs.days')}</th>
            <th scope="col">{t('runs.documents')}</th>
            <th scope="col">{t('runs.result')}</th>
            <th scope="col" className="right">
              {t('runs.matched')}
            </th>
            <th scope="col" className="right">
              {t('runs.breaks')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((run) => (
            <tr
              key={run.id}
              onClick={(event) => {
                if (event.target instanceof Element && event.target.closest('a') === null)
                  go(`/app/reconciliations/${run.id}`);
              }}
            >
              <td>
                <Time at={run.created_at} />
              </td>
              <td>
                <a {...link(`/app/reconciliations/${run.id}`)}>{spanOf(run.from, run.to, lang) || t('run.noDays')}</a>
                {run.superseded_by === undefined ? null : <small className="by">{t('runs.superseded')}</small>}
              </td>
              <td className="soft">{counted('documents', run.documents.length)}</td>
              <td>
                <RunMark run={run} />
              </td>
              <td className="right soft">{run.totals?.matched?.toLocaleString('en') ?? ''}</td>
              <td className="right">{run.totals?.breaks?.toLocaleString('en') ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {runs.hasNextPage ? (
        <div className="more">
          <Button loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
            {t('runs.more')}
          </Button>
        </div>
      ) : null}
    </section>
  );
}
