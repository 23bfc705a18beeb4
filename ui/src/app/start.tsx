/** The first look: try it with simulated money, or bring one's own. Shows what there is, and the one next step of each way. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { api, keepMode } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { ToneIcon } from '../base/parts.tsx';
import type { PageProps } from './pages.ts';
import { go } from './route.ts';
import type { AppKey } from './words.ts';

const LOOK_MS = 3_000;
/** Who it is and how it is called stands in the channel's page of the documentation. */
const CONNECT = `curl ${location.origin}/v1/channels -H "authorization: Bearer $KEY" -H 'content-type: application/json' -d @channel.json`;

export default function Start({ me }: PageProps): ReactElement {
  const { t } = useWords<AppKey>();
  const client = useQueryClient();
  const demo = useQuery({
    queryKey: ['demo'],
    queryFn: async () => (await api.payments({ limit: '1' }, { mode: 'test' })).items.length > 0,
    enabled: me.kind === 'session' || !me.livemode,
    refetchInterval: LOOK_MS,
  });
  const open = (): void => {
    keepMode('test');
    void client.resetQueries();
    go('/app/payments');
  };
  return (
    <section className="start">
      <h1>{t('start.title')}</h1>
      <p className="lead">{t('start.lead')}</p>
      <div className="choices">
        <article className="choice-card">
          <h2>{t('start.demo')}</h2>
          <p>{t('start.demoText')}</p>
          {demo.data === true ? (
            <>
              <p className="ok tone-arrived">
                <ToneIcon tone="arrived" size={16} />
                {t('start.demoRuns')}
              </p>
              <Button type="primary" size="large" onClick={open}>
                {t('start.demoOpen')}
              </Button>
            </>
          ) : (
            <>
              <p className="soft">{t('start.demoHow')}</p>
              <code className="command">npx daozhang serve --demo</code>
            </>
          )}
        </article>
        <article className="choice-card">
          <h2>{t('start.connect')}</h2>
          <p>{t('start.connectText')}</p>
          <p className="soft">{t('start.connectApi')}</p>
          <code className="command">npx daozhang serve --data ./shop</code>
          <code className="command">npx daozhang key --name owner --scopes admin</code>
          <code className="command">{CONNECT}</code>
          <code className="command">npx daozhang channels --test</code>
          <p className="soft">
            <a href="/openapi.json">{t('start.connectDocs')}</a>
          </p>
          <p className="soft">{t('start.connectFiles')}</p>
          <code className="command">npx daozhang reconcile ./bills</code>
        </article>
      </div>
    </section>
  );
}
