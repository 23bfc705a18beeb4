/** One account: how it is, its live self-test, its bills, its keys by name and end, how it is run; and the way to its plan and terminals. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import type { ReactElement } from 'react';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet, ToneIcon } from '../../base/parts.tsx';
import { useNow } from '../../base/time.ts';
import { Mark, Refused } from '../form.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { AddressPanel } from './address.tsx';
import { asked, type Channel, channelApi, type Provider } from './api.ts';
import { Bills } from './bills.tsx';
import { keyName, signsOf, wordOf, worstOf } from './health.ts';
import { KeysPanel } from './keys.tsx';
import { RunPanel } from './run.tsx';
import { SelfTestPanel, useSelfTest } from './self-test.tsx';
import type { ChannelsKey } from './words.ts';

export default function Account({
  id,
  mayChange,
  mayAct,
}: Readonly<{ id: string; mayChange: boolean; mayAct: boolean }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const one = useQuery({ ...asked.one(id), refetchInterval: 15_000 });
  const providers = useQuery(asked.providers);
  const isAbsent = one.error instanceof Trouble && one.error.kind === 'absent';
  return (
    <section>
      <p className="crumb">
        <a {...link('/app/channels')}>← {t('channels.title')}</a>
      </p>
      {isAbsent ? (
        <Quiet title={t('channels.absent')}>
          <p>{t('channels.absentHint')}</p>
        </Quiet>
      ) : one.isError && one.data === undefined ? (
        <Wrong error={one.error} retry={() => void one.refetch()} />
      ) : one.data === undefined ? (
        <Rows n={8} />
      ) : (
        <Whole
          channel={one.data}
          provider={providers.data?.items.find((p) => p.id === one.data.provider)}
          mayChange={mayChange}
          mayAct={mayAct}
        />
      )}
    </section>
  );
}

function Whole({
  channel: c,
  provider,
  mayChange,
  mayAct,
}: Readonly<{ channel: Channel; provider: Provider | undefined; mayChange: boolean; mayAct: boolean }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const now = useNow(30_000);
  const client = useQueryClient();
  const test = useSelfTest(c.id);
  const plan = useQuery(asked.plan(c.id));
  const isTested = test.run.data?.ok === true;
  const signs = signsOf(c, t, now, keyName(provider, both), isTested);
  const tone = worstOf(signs);
  const isPaused = c.state === 'paused';
  const pause = useMutation({
    mutationFn: () => channelApi.change(c.id, { state: isPaused ? 'active' : 'paused' }),
    onSuccess: (after) => {
      client.setQueryData(['channel', c.id], after);
      void client.invalidateQueries({ queryKey: ['channels'] });
    },
  });
  return (
    <>
      <div className="head">
        <h1>{c.name}</h1>
        <Mark tone={tone}>{t(wordOf(c, tone))}</Mark>
        <span className="soft">
          {provider === undefined ? c.provider : both(provider.title)} ·{' '}
          <span className="mono" translate="no">
            {[c.merchant_no, c.sub_merchant_no].filter(Boolean).join(' / ')}
          </span>
        </span>
        {!mayChange ? null : isPaused ? (
          <Button className="to-right" type="primary" loading={pause.isPending} onClick={() => pause.mutate()}>
            {t('channels.resume')}
          </Button>
        ) : (
          <Popconfirm
            title={t('channels.pauseAsk')}
            description={t('channels.pauseHint')}
            okText={t('channels.pause')}
            cancelText={t('channels.cancel')}
            onConfirm={() => pause.mutate()}
          >
            <Button className="to-right" loading={pause.isPending}>
              {t('channels.pause')}
            </Button>
          </Popconfirm>
        )}
      </div>
      <Refused error={pause.error} />
      <div className="columns">
        <div>
          <SelfTestPanel test={test} provider={provider} mayAct={mayAct} />
          <Bills id={c.id} provider={provider} />
          {provider === undefined ? null : <KeysPanel channel={c} provider={provider} mayChange={mayChange} />}
          {provider === undefined ? null : <RunPanel channel={c} provider={provider} mayChange={mayChange} />}
        </div>
        <div>
          <section className="panel" aria-labelledby="health">
            <h2 id="health">{t('channels.health')}</h2>
            <ul className="signs">
              {signs.map((sign) => (
                <li key={sign.text} className={`tone-${sign.tone}`}>
                  <ToneIcon tone={sign.tone} size={14} />
                  {sign.text}
                </li>
              ))}
            </ul>
          </section>
          <section className="panel" aria-labelledby="plan">
            <h2 id="plan">{t('channels.plan')}</h2>
            <ul className="plain">
              {plan.data?.says.map((said) => (
                <li key={said.en}>{both(said)}</li>
              ))}
            </ul>
            <p className="acts-row">
              <a {...link(`/app/plans/${c.id}`)}>{t('channels.planOpen')}</a>
              <a {...link(`/app/terminals?account=${c.id}`)}>{t('channels.terminals')}</a>
              <a {...link('/app/payments')}>{t('channels.payments')}</a>
            </p>
          </section>
          {c.feed === 'none' || provider === undefined ? null : (
            <AddressPanel id={c.id} where={both(provider.notify)} mayChange={mayChange} />
          )}
          {provider === undefined ? null : <Capabilities provider={provider} />}
        </div>
      </div>
    </>
  );
}

function Capabilities({ provider }: Readonly<{ provider: Provider }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  return (
    <section className="panel" aria-labelledby="capabilities">
      <h2 id="capabilities">{t('channels.capabilities')}</h2>
      <ul className="signs">
        {provider.capabilities.map(({ name, why_not }) => (
          <li key={name} className={`tone-${why_not === undefined ? 'arrived' : 'waiting'}`}>
            <ToneIcon tone={why_not === undefined ? 'arrived' : 'waiting'} size={14} />
            <span>
              {t(`capability.${name}` as ChannelsKey)}
              {why_not === undefined ? null : <small className="soft">{both(why_not)}</small>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
