/** How an account is run: name, settings, feed, orders and closing; read as pairs, changed as one form. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Field, Refused } from '../form.tsx';
import { type Channel, channelApi, type Provider } from './api.ts';
import { type Feed, FeedChoice } from './feed.tsx';
import { plainWrong, SettingField } from './fields.tsx';
import { type Closing, type OrderMode, Rules } from './rules.tsx';
import type { ChannelsKey } from './words.ts';

type Props = Readonly<{ channel: Channel; provider: Provider }>;

export function RunPanel({ channel, provider, mayChange }: Props & Readonly<{ mayChange: boolean }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const [isEditing, setEditing] = useState(false);
  return (
    <section className="panel" aria-labelledby="run">
      <div className="panel-head">
        <h2 id="run">{t('channels.run')}</h2>
        {mayChange && !isEditing ? <Button onClick={() => setEditing(true)}>{t('channels.change')}</Button> : null}
      </div>
      {isEditing ? (
        <Edit channel={channel} provider={provider} close={() => setEditing(false)} />
      ) : (
        <Read channel={channel} provider={provider} />
      )}
    </section>
  );
}

function Read({ channel: c, provider }: Props): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  return (
    <dl className="pairs">
      <dt>{t('channels.stepFeed')}</dt>
      <dd>
        {t(`feed.${c.feed}` as ChannelsKey)}
        {c.forward_url === undefined ? null : <div className="mono soft">{c.forward_url}</div>}
      </dd>
      <dt>{t('channels.orders')}</dt>
      <dd>{t(`orderMode.${c.order_mode}` as ChannelsKey)}</dd>
      <dt>{t('channels.closingName')}</dt>
      <dd>{t(`closing.${c.closing}` as ChannelsKey)}</dd>
      {provider.settings.map((s) => {
        const value = c.settings[s.key];
        const option = s.options?.find((o) => o.value === value);
        return (
          <div className="pair" key={s.key}>
            <dt>{both(s.title)}</dt>
            <dd className={option === undefined ? 'mono' : undefined}>
              {option !== undefined ? both(option.title) : (value ?? '—')}
            </dd>
          </div>
        );
      })}
      <dt>{t('channels.baseUrl')}</dt>
      <dd className="mono">{c.base_url}</dd>
    </dl>
  );
}

function Edit({ channel: c, provider, close }: Props & Readonly<{ close: () => void }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const client = useQueryClient();
  const [name, setName] = useState(c.name);
  const [baseUrl, setBaseUrl] = useState(c.base_url);
  const [settings, setSettings] = useState<Readonly<Record<string, string>>>(c.settings);
  const [way, setWay] = useState({ feed: c.feed as Feed, forward: c.forward_url ?? '' });
  const [rules, setRules] = useState({ orderMode: c.order_mode as OrderMode, closing: c.closing as Closing });
  const save = useMutation({
    mutationFn: () =>
      channelApi.change(c.id, {
        name: name.trim(),
        base_url: baseUrl,
        settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '')),
        feed: way.feed,
        forward_url: way.feed === 'relay' && way.forward !== '' ? way.forward : null,
        order_mode: rules.orderMode,
        closing: rules.closing,
      }),
    onSuccess: (after) => {
      client.setQueryData(['channel', c.id], after);
      void client.invalidateQueries({ queryKey: ['channels'] });
      close();
    },
  });
  const isWrong =
    name.trim() === '' ||
    !URL.canParse(baseUrl) ||
    (way.forward !== '' && !URL.canParse(way.forward)) ||
    provider.settings.some(
      (s) => (s.required && (settings[s.key] ?? '') === '') || plainWrong(s, settings[s.key] ?? '', t) !== undefined,
    );
  const whyNot = provider.capabilities.find((cap) => cap.name === 'close')?.why_not;
  return (
    <div className="form">
      <Field label={t('channels.name')}>
        {(control) => (
          <input {...control} className="input" value={name} maxLength={80} onChange={(e) => setName(e.target.value)} />
        )}
      </Field>
      <FeedChoice feed={way.feed} forward={way.forward} change={(feed, forward) => setWay({ feed, forward })} />
      <Rules
        orderMode={rules.orderMode}
        closing={rules.closing}
        canClose={whyNot === undefined ? undefined : both(whyNot)}
        change={(orderMode, closing) => setRules({ orderMode, closing })}
      />
      {provider.settings.map((field) => (
        <SettingField
          key={field.key}
          field={field}
          value={settings[field.key] ?? ''}
          change={(value) => setSettings({ ...settings, [field.key]: value })}
        />
      ))}
      <Field label={t('channels.baseUrl')} hint={t('channels.baseUrlHint', { url: provider.base_url })}>
        {(control) => (
          <input
            {...control}
            className="input mono"
            type="url"
            value={baseUrl}
            onChange={(event) => setBaseUrl(event.target.value.trim())}
          />
        )}
      </Field>
      <Refused error={save.error} />
      <div className="acts-row">
        <Button type="primary" disabled={isWrong} loading={save.isPending} onClick={() => save.mutate()}>
          {t('channels.save')}
        </Button>
        <Button type="text" onClick={close}>
          {t('channels.cancel')}
        </Button>
      </div>
    </div>
  );
}
