/** Settings: which of their pages the address names. Each comes when it is wanted. */
import './settings.css';
import '../prompt.css';
import { lazy, type ReactElement, Suspense } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { Rows } from '../state.tsx';
import { SubNav } from '../subnav.tsx';
import { at, Denied, isAdmin } from './parts.tsx';
import { type SettingsKey, words } from './words.ts';

addWords(words);

const Doctor = lazy(() => import('./doctor.tsx'));
const Members = lazy(() => import('./members.tsx'));
const Keys = lazy(() => import('./keys.tsx'));
const Webhooks = lazy(() => import('./webhooks.tsx'));
const Deliveries = lazy(() => import('./deliveries.tsx'));
const Messages = lazy(() => import('./messages.tsx'));
const RejectedPage = lazy(() => import('./rejected.tsx'));
const PolicyPage = lazy(() => import('./policy.tsx'));
const You = lazy(() => import('./you.tsx'));

const PAGES = [
  ['', 'settings.doctor'],
  ['/members', 'settings.members'],
  ['/keys', 'settings.keys'],
  ['/webhooks', 'settings.webhooks'],
  ['/messages', 'settings.messages'],
  ['/policy', 'settings.policy'],
  ['/you', 'settings.you'],
] as const satisfies ReadonlyArray<readonly [string, SettingsKey]>;

export default function Settings({ me, path }: PageProps): ReactElement {
  const { t } = useWords<SettingsKey>();
  const [, place = '', sub] = /^\/([a-z]+)(?:\/([0-9a-z-]+))?$/.exec(path.slice('/settings'.length)) ?? [];
  const here = place === '' ? '' : `/${place}`;
  return (
    <section className="settings">
      <div className="head">
        <h1>{t('settings.title')}</h1>
      </div>
      <SubNav
        label={t('settings.title')}
        here={at(here)}
        pages={PAGES.map(([to, name]) => ({ to: at(to), name: t(name) }))}
      />
      <Suspense fallback={<Rows n={8} />}>
        {place === 'members' ? (
          isAdmin(me) ? (
            <Members me={me} />
          ) : (
            <Denied />
          )
        ) : place === 'keys' ? (
          isAdmin(me) ? (
            <Keys me={me} />
          ) : (
            <Denied />
          )
        ) : place === 'webhooks' && sub !== undefined ? (
          <Deliveries me={me} id={sub} key={sub} />
        ) : place === 'webhooks' ? (
          <Webhooks me={me} />
        ) : place === 'messages' && sub === 'rejected' ? (
          <RejectedPage />
        ) : place === 'messages' ? (
          <Messages me={me} />
        ) : place === 'policy' ? (
          <PolicyPage me={me} />
        ) : place === 'you' ? (
          <You me={me} />
        ) : (
          <Doctor me={me} />
        )}
      </Suspense>
    </section>
  );
}
