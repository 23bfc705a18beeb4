/** The first look: simulated money at a click, one's own channel, or files alone. Each way is one step from here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { api, json, keepMode } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { ToneIcon } from '../base/parts.tsx';
import type { PageProps } from './pages.ts';
import { go, link } from './route.ts';
import type { AppKey } from './words.ts';

const LOOK_MS = 1_500;
type Demo = Readonly<{ state: 'absent' | 'off' | 'starting' | 'on' }>;

export default function Start({ me }: PageProps): ReactElement {
  const { t } = useWords<AppKey>();
  return (
    <section className="start">
      <h1>{t('start.title')}</h1>
      <p className="lead">{t('start.lead')}</p>
      <div className="choices">
        <Street mayStart={me.scopes.includes('admin')} maySee={me.kind === 'session' || !me.livemode} />
        <article className="choice-card">
          <h2>{t('start.connect')}</h2>
          <p>{t('start.connectText')}</p>
          <Button size="large" {...link('/app/channels/new')}>
            {t('start.connectGo')}
          </Button>
          <p className="soft">
            <a href="/openapi.json">{t('start.connectDocs')}</a>
          </p>
        </article>
        <article className="choice-card">
          <h2>{t('start.files')}</h2>
          <p>{t('start.filesText')}</p>
          <Button size="large" {...link('/app/imports')}>
            {t('start.filesGo')}
          </Button>
          <p className="soft">{t('start.filesAlone')}</p>
          <code className="command">npx daozhang reconcile ./bills</code>
        </article>
      </div>
    </section>
  );
}

/** The demo street: what there is of it, and the one next step. */
function Street({ mayStart, maySee }: Readonly<{ mayStart: boolean; maySee: boolean }>): ReactElement {
  const { t } = useWords<AppKey>();
  const client = useQueryClient();
  const demo = useQuery({ queryKey: ['demo'], queryFn: () => json<Demo>('/v1/demo'), refetchInterval: LOOK_MS });
  const has = useQuery({
    queryKey: ['demo', 'payments'],
    queryFn: async () => (await api.payments({ limit: '1' }, { mode: 'test' })).items.length > 0,
    enabled: maySee,
    refetchInterval: LOOK_MS,
  });
  const begin = useMutation({
    mutationFn: () => json<Demo>('/v1/demo', { method: 'POST', body: {} }),
    onSuccess: (state) => client.setQueryData(['demo'], state),
  });
  const open = (): void => {
    keepMode('test');
    void client.resetQueries();
    go('/app/overview');
  };
  const state = demo.data?.state;
  const isComing = state === 'starting' || (state === 'on' && has.data !== true);
  return (
    <article className="choice-card">
      <h2>{t('start.demo')}</h2>
      <p>{t('start.demoText')}</p>
      {has.data === true ? (
        <p className="ok tone-arrived">
          <ToneIcon tone="arrived" size={16} />
          {t(state === 'on' ? 'start.demoRuns' : 'start.demoRan')}
        </p>
      ) : null}
      {begin.isError ? (
        <p role="alert" className="bad">
          {begin.error.message}
        </p>
      ) : null}
      <div className="choice-acts">
        {has.data === true ? (
          <Button type="primary" size="large" onClick={open}>
            {t('start.demoOpen')}
          </Button>
        ) : null}
        {state === 'off' && mayStart ? (
          <Button
            type={has.data === true ? 'default' : 'primary'}
            size="large"
            loading={begin.isPending}
            onClick={() => begin.mutate()}
          >
            {t(has.data === true ? 'start.demoAgain' : 'start.demoBegin')}
          </Button>
        ) : isComing ? (
          <Button type="primary" size="large" loading>
            {t('start.demoComing')}
          </Button>
        ) : null}
      </div>
      {state === 'absent' || (state === 'off' && !mayStart) ? (
        <>
          <p className="soft">{t('start.demoHow')}</p>
          <code className="command">npx daozhang serve --demo</code>
        </>
      ) : null}
    </article>
  );
}
