/** Where events are sent: addresses, their secrets shown once, and the way to what was sent. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me } from '../../base/api.ts';
import { comma, useWords } from '../../base/lang.ts';
import { Quiet, Time } from '../../base/parts.tsx';
import { Mark } from '../form.tsx';
import { Prompt } from '../prompt.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Endpoint, settings } from './api.ts';
import { at, isAdmin, Once, ReadOnly } from './parts.tsx';
import type { SettingsKey } from './words.ts';

type Asking = Readonly<{ what: 'add' } | { what: 'rotate' | 'remove'; of: Endpoint }>;

export default function Webhooks({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<SettingsKey>();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ['endpoints'], queryFn: settings.endpoints });
  const [asking, ask] = useState<Asking>();
  const [made, setMade] = useState<Endpoint>();
  const may = isAdmin(me);
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: ['endpoints'] });
  const act = useMutation({
    mutationFn: async ({ what, of }: Readonly<{ what: 'rotate' | 'remove'; of: Endpoint }>) =>
      what === 'rotate' ? await settings.rotate(of.id) : void (await settings.removeEndpoint(of.id)),
    async onSuccess(endpoint) {
      ask(undefined);
      if (endpoint !== undefined) setMade(endpoint);
      await renew();
    },
  });
  const close = (): void => {
    ask(undefined);
    act.reset();
  };
  if (list.isError && list.data === undefined) return <Wrong error={list.error} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <Rows n={4} />;
  const { items } = list.data;
  return (
    <>
      {may ? null : <ReadOnly />}
      <div className="bar">
        <p className="lead">{t('settings.webhooksLead')}</p>
        {may ? (
          <Button type="primary" onClick={() => ask({ what: 'add' })}>
            {t('settings.addEndpoint')}
          </Button>
        ) : null}
      </div>
      {items.length === 0 ? (
        <Quiet title={t('settings.noEndpoints')}>
          <p>{t('settings.noEndpointsHint')}</p>
        </Quiet>
      ) : (
        <ul className="cards">
          {items.map((e) => (
            <li key={e.id} className="panel endpoint">
              <div>
                <p>
                  <a {...link(at(`/webhooks/${e.id}`))} className="ref" translate="no">
                    {e.url}
                  </a>
                </p>
                <p className="soft">
                  {e.types.includes('*') ? t('settings.allEvents') : e.types.join(comma(lang))} · {t('settings.since')}{' '}
                  <Time at={e.created_at} />
                </p>
              </div>
              <Mark tone={e.state === 'enabled' ? 'arrived' : 'no'}>
                {t(e.state === 'enabled' ? 'settings.enabled' : 'settings.off')}
              </Mark>
              {e.disabled_why === undefined ? null : <p className="soft why-off">{e.disabled_why}</p>}
              <p className="bar">
                <a {...link(at(`/webhooks/${e.id}`))}>{t('settings.deliveries')} →</a>
                {may ? (
                  <>
                    <Button size="small" onClick={() => ask({ what: 'rotate', of: e })}>
                      {t('settings.rotate')}
                    </Button>
                    <Button size="small" danger onClick={() => ask({ what: 'remove', of: e })}>
                      {t('settings.remove')}
                    </Button>
                  </>
                ) : null}
              </p>
            </li>
          ))}
        </ul>
      )}
      {asking?.what === 'add' ? (
        <Add
          close={close}
          done={(endpoint) => {
            setMade(endpoint);
            close();
            void renew();
          }}
        />
      ) : asking === undefined ? null : (
        <Prompt
          title={t(`settings.${asking.what}Title`)}
          close={close}
          error={act.error}
          does={{
            says: t(`settings.${asking.what}`),
            run: () => act.mutate(asking),
            isBusy: act.isPending,
            isDangerous: asking.what === 'remove',
          }}
        >
          <p translate="no">{asking.of.url}</p>
          <p>{t(`settings.${asking.what}Says`)}</p>
        </Prompt>
      )}
      {made === undefined ? null : (
        <Prompt title={t('settings.secretTitle')} close={() => setMade(undefined)}>
          <p>{t('settings.onceSays')}</p>
          <Once label={t('settings.secret')} value={made.secret ?? ''} />
          <p className="soft">{t('settings.secretSays')}</p>
        </Prompt>
      )}
    </>
  );
}

function Add({ done, close }: Readonly<{ done: (e: Endpoint) => void; close: () => void }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState('*');
  const add = useMutation({
    mutationFn: () =>
      settings.addEndpoint({ url: url.trim(), types: types.split(/[\s,、,]+/).filter((x) => x !== '') }),
    onSuccess: done,
  });
  return (
    <Prompt
      title={t('settings.addEndpoint')}
      close={close}
      error={add.error}
      does={{ says: t('settings.addEndpoint'), run: () => add.mutate(), isBusy: add.isPending, isReady: url !== '' }}
    >
      <label className="field">
        <span>{t('settings.url')}</span>
        <input
          className="plain-input"
          type="url"
          value={url}
          placeholder="https://"
          onChange={(e) => setUrl(e.target.value)}
          required
        />
      </label>
      <label className="field">
        <span>{t('settings.types')}</span>
        <input className="plain-input" value={types} onChange={(e) => setTypes(e.target.value)} required />
        <small>{t('settings.typesHint')}</small>
      </label>
    </Prompt>
  );
}
