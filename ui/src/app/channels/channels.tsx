/** Channel accounts: each with how it is, in words; one opens. What connects a new one, and an account's own page, come when asked for. */
import './channels.css';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, Suspense } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import { Quiet, ToneIcon } from '../../base/parts.tsx';
import { useNow } from '../../base/time.ts';
import { Mark, Say } from '../form.tsx';
import type { PageProps } from '../pages.ts';
import { go, link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { asked, type Channel, type Provider } from './api.ts';
import { billSign, keyName, signsOf, wordOf, worstOf } from './health.ts';
import { type ChannelsKey, words } from './words.ts';

addWords(words);
const Account = lazy(() => import('./account.tsx'));
const Connect = lazy(() => import('./connect.tsx'));

export default function Channels({ me, path }: PageProps): ReactElement {
  const id = /^\/channels\/([0-9a-f-]{36})$/.exec(path)?.[1];
  const mayChange = me.scopes.includes('admin');
  return (
    <Suspense fallback={<Rows n={8} />}>
      {path === '/channels/new' ? (
        <Connect mayChange={mayChange} livemode={me.livemode} />
      ) : id === undefined ? (
        <List mayChange={mayChange} />
      ) : (
        <Account id={id} mayChange={mayChange} mayAct={me.scopes.includes('act')} key={id} />
      )}
    </Suspense>
  );
}

function List({ mayChange }: Readonly<{ mayChange: boolean }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const list = useQuery({ ...asked.list, refetchInterval: 15_000 });
  const providers = useQuery(asked.providers);
  const items = list.data?.items;
  return (
    <section>
      <div className="head">
        <h1>{t('channels.title')}</h1>
        {mayChange ? (
          <Button type="primary" className="to-right" onClick={() => go('/app/channels/new')}>
            {t('channels.connect')}
          </Button>
        ) : null}
      </div>
      {list.isError && items === undefined ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : items === undefined ? (
        <Rows n={6} />
      ) : items.length === 0 ? (
        <Quiet title={t('channels.none')}>
          <p>{t(mayChange ? 'channels.noneHint' : 'channels.noneDenied')}</p>
          {mayChange ? (
            <Button type="primary" onClick={() => go('/app/channels/new')}>
              {t('channels.connect')}
            </Button>
          ) : null}
        </Quiet>
      ) : (
        <ul className="cards">
          {items.map((c) => (
            <li key={c.id}>
              <Card channel={c} provider={providers.data?.items.find((p) => p.id === c.provider)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Card({ channel: c, provider }: Readonly<{ channel: Channel; provider: Provider | undefined }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const now = useNow(30_000);
  const bills = useQuery({ ...asked.bills(c.id), staleTime: 60_000 });
  const signs = signsOf(c, t, now, keyName(provider, both));
  const tone = worstOf(signs);
  const leaving = bills.data?.items.map((b) => billSign(b, now)).filter((b) => b.state === 'leaving') ?? [];
  return (
    <article className="channel-card">
      <header>
        <div>
          <h2>
            <a {...link(`/app/channels/${c.id}`)}>{c.name}</a>
          </h2>
          <p className="soft">
            {provider === undefined ? c.provider : both(provider.title)} ·{' '}
            <span className="mono" translate="no">
              {c.sub_merchant_no ?? c.merchant_no}
            </span>
          </p>
        </div>
        <Mark tone={tone}>{t(wordOf(c, tone))}</Mark>
      </header>
      <ul className="signs">
        {signs.map((sign) => (
          <li key={sign.text} className={`tone-${sign.tone}`}>
            <ToneIcon tone={sign.tone} size={14} />
            {sign.text}
          </li>
        ))}
        <li className="soft">{t(`feed.${c.feed}` as ChannelsKey)}</li>
      </ul>
      {leaving.length === 0 ? null : (
        <Say tone="late">
          {t('channels.leavingMany', { n: leaving.length, days: Math.min(...leaving.map((b) => b.days)) })}
        </Say>
      )}
    </article>
  );
}
