/** One run: how far it is while it goes, why it failed, and when it is done the verdict, the proof, and every way deeper. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, useEffect, useRef, useState } from 'react';
import { type Me, Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { msOf, nowMs, tookOf } from '../../base/time.ts';
import { link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { followRun, type Run, reconciliations } from './api.ts';
import { RunMark } from './runs.tsx';
import { type Key, StateIcon, spanOf, useCounted } from './states.tsx';

const Found = lazy(() => import('./found.tsx'));
const Lines = lazy(() => import('./lines.tsx'));

export default function RunPage({ id, me }: Readonly<{ id: string; me: Me }>): ReactElement {
  const { t, lang } = useWords<Key>();
  const counted = useCounted();
  const { query } = useRoute();
  const client = useQueryClient();
  const asked = useQuery({
    queryKey: ['reconciliation', id],
    queryFn: () => reconciliations.run(id),
    staleTime: 10_000,
  });
  const run = asked.data;
  const goesOn = run !== undefined && run.ended_at === undefined;
  useEffect(() => {
    if (goesOn) return followRun(id, (now) => client.setQueryData(['reconciliation', id], now));
    return undefined;
  }, [goesOn, id, client]);

  if (asked.error instanceof Trouble && asked.error.kind === 'absent')
    return (
      <Quiet title={t('run.absent')}>
        <p>{t('run.absentHint')}</p>
        <a {...link('/app/reconciliations')}>{t('run.all')}</a>
      </Quiet>
    );
  if (asked.isError && run === undefined) return <Wrong error={asked.error} retry={() => void asked.refetch()} />;
  if (run === undefined) return <Rows n={8} />;
  const day = query.get('day');
  if (day !== null && run.state === 'done') return <Lines run={run} day={day} />;
  const days = spanOf(run.from, run.to, lang);
  return (
    <article className="reconcile">
      <p className="crumb">
        <a {...link('/app/reconciliations')}>‹ {t('run.all')}</a>
      </p>
      <div className="head">
        <h1>{days === '' ? t('run.noDays') : t('run.title', { days })}</h1>
        <RunMark run={run} />
      </div>
      <p className="facts-line">
        <span>
          {t('run.asked')} <Time at={run.created_at} />
        </span>
        {run.started_at === undefined || run.ended_at === undefined ? null : (
          <span>{t('run.took', { took: tookOf(msOf(run.ended_at) - msOf(run.started_at), lang) })}</span>
        )}
        <span>{counted('documents', run.documents.length)}</span>
        <span>{run.timezone}</span>
      </p>
      {run.superseded_by === undefined ? null : (
        <p className="needs tone-waiting">
          <ToneIcon tone="waiting" size={20} />
          <span>
            {t('run.later')} <a {...link(`/app/reconciliations/${run.superseded_by}`)}>{t('run.laterOpen')}</a>
          </span>
        </p>
      )}
      {run.state === 'done' ? (
        <Found run={run} />
      ) : run.state === 'failed' ? (
        <Failed run={run} />
      ) : run.state === 'cancelled' ? (
        <div className="panel verdict tone-waiting">
          <p>{t('run.cancelledText')}</p>
          <Button {...link('/app/imports')}>{t('run.again')}</Button>
        </div>
      ) : (
        <Going run={run} mayAct={me.scopes.includes('act')} />
      )}
    </article>
  );
}

function Failed({ run }: Readonly<{ run: Run }>): ReactElement | null {
  const { t, both } = useWords<Key>();
  if (run.failure === undefined) return null;
  return (
    <div className="verdict tone-no" role="alert">
      <StateIcon state="breaks" size={24} />
      <div>
        <p className="said">{both(run.failure.says)}</p>
        <p>
          <strong>{t('run.failedNext')}</strong> {both(run.failure.remedy)}
        </p>
        <p>
          <code translate="no">{run.failure.code}</code> <a {...link('/app/imports')}>{t('run.again')}</a>
        </p>
      </div>
    </div>
  );
}

/** Since when the step goes on, and how much of it was done then: what is left is guessed from no more than that. */
type Since = Readonly<{ step: string; ms: number; done: number }>;

function Going({ run, mayAct }: Readonly<{ run: Run; mayAct: boolean }>): ReactElement {
  const { t, both, lang } = useWords<Key>();
  const client = useQueryClient();
  const [isEnding, setEnding] = useState(false);
  const [error, setError] = useState<string>();
  const since = useRef<Since>(undefined);
  const doing = run.progress;
  const step = doing?.step.en ?? '';
  if (doing !== undefined && since.current?.step !== step) since.current = { step, ms: nowMs(), done: doing.done };
  const part = doing?.total === undefined || doing.total === 0 ? undefined : Math.min(1, doing.done / doing.total);
  const leftMs = leftOf(since.current, doing);
  const end = async (): Promise<void> => {
    setEnding(true);
    try {
      client.setQueryData(['reconciliation', run.id], await reconciliations.cancel(run.id));
    } catch (cause) {
      setError(cause instanceof Trouble ? `${cause.message} ${cause.remedy}` : String(cause));
      setEnding(false);
    }
  };
  return (
    <div className="panel going" aria-busy="true">
      <p className="said" role="status">
        {doing === undefined ? t(run.state === 'queued' ? 'run.queued' : 'run.running') : both(doing.step)}
      </p>
      <progress aria-label={t('run.running')} {...(part === undefined ? {} : { value: part, max: 1 })} />
      <p className="facts-line">
        {run.state === 'queued' ? <span>{t('run.queuedText')}</span> : null}
        {part === undefined ? null : <span>{Math.trunc(part * 100)} %</span>}
        {doing?.rows === undefined ? null : <span>{t('run.rows', { rows: doing.rows.toLocaleString('en') })}</span>}
        {leftMs === undefined ? null : <span>{t('run.left', { took: tookOf(leftMs, lang) })}</span>}
      </p>
      <div className="acts">
        <Button onClick={() => void end()} loading={isEnding} disabled={!mayAct}>
          {t('run.cancel')}
        </Button>
        {mayAct ? null : <span className="soft">{t('reconciliations.mayNot')}</span>}
        {error === undefined ? null : <span role="alert">{error}</span>}
      </div>
    </div>
  );
}

function leftOf(since: Since | undefined, doing: Run['progress']): number | undefined {
  if (since === undefined || doing?.total === undefined) return undefined;
  const passed = nowMs() - since.ms;
  const done = doing.done - since.done;
  // A guess from less than a second, or from nothing done, is none.
  return passed < 1_000 || done <= 0 ? undefined : (passed * (doing.total - doing.done)) / done;
}
