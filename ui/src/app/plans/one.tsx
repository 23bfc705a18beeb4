/** One account's plan: in force in sentences, and every version there was or will be. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { PROVIDERS, Quiet, Time } from '../../base/parts.tsx';
import { today } from '../../base/time.ts';
import { Mark } from '../form.tsx';
import { go, link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { asked } from './api.ts';
import type { PlansKey } from './words.ts';

export default function One({ id, mayChange }: Readonly<{ id: string; mayChange: boolean }>): ReactElement {
  const { t, both } = useWords<PlansKey>();
  const plan = useQuery(asked.one(id));
  const history = useQuery(asked.history(id));
  const channels = useQuery(asked.channels);
  const channel = channels.data?.items.find((c) => c.id === id);
  const isAbsent = plan.error instanceof Trouble && plan.error.kind === 'absent';
  return (
    <section>
      <p className="crumb">
        <a {...link('/app/plans')}>← {t('plans.title')}</a>
      </p>
      {isAbsent ? (
        <Quiet title={t('plans.absent')}>
          <p>{t('plans.absentHint')}</p>
        </Quiet>
      ) : plan.isError && plan.data === undefined ? (
        <Wrong error={plan.error} retry={() => void plan.refetch()} />
      ) : plan.data === undefined ? (
        <Rows n={6} />
      ) : (
        <>
          <div className="head">
            <h1>{channel?.name ?? t('plans.title')}</h1>
            {channel === undefined ? null : (
              <span className="soft">
                {both(PROVIDERS[channel.provider] ?? { zh: channel.provider, en: channel.provider })} ·{' '}
                <a {...link(`/app/channels/${id}`)}>{t('plans.account')}</a>
              </span>
            )}
            {mayChange ? (
              <Button type="primary" className="to-right" onClick={() => go(`/app/plans/${id}/edit`)}>
                {t('plans.change')}
              </Button>
            ) : null}
          </div>
          <section className="panel in-force" aria-labelledby="in-force">
            <h2 id="in-force">{t('plans.inForce')}</h2>
            <ul>
              {plan.data.says.map((said) => (
                <li key={said.en}>{both(said)}</li>
              ))}
            </ul>
            <p className="soft">
              {plan.data.version === undefined
                ? t('plans.default')
                : t('plans.version', { n: plan.data.version, from: plan.data.from! })}
            </p>
          </section>
          <section className="panel" aria-labelledby="versions">
            <h2 id="versions">{t('plans.versions')}</h2>
            {history.data?.items.length === 0 ? (
              <p className="soft">{t('plans.versionsNone')}</p>
            ) : (
              <ol className="versions">
                {history.data?.items.map((v) => (
                  <li key={v.id}>
                    <strong>{t('plans.versionNo', { n: v.version })}</strong>
                    <span>
                      {v.version === plan.data.version ? (
                        <Mark tone="arrived">{t('plans.now')}</Mark>
                      ) : v.from > today() ? (
                        <Mark tone="moving">{t('plans.ahead', { on: v.from })}</Mark>
                      ) : (
                        <span className="soft">{t('plans.fromOn', { on: v.from })}</span>
                      )}
                    </span>
                    <span>{v.says.map(both).join(' · ')}</span>
                    <span className="soft">
                      <Time at={v.created_at} />
                    </span>
                  </li>
                ))}
              </ol>
            )}
          </section>
        </>
      )}
    </section>
  );
}
