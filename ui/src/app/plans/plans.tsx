/** Plans: each account's terms in sentences; one opens with its versions. The form and the calculator come when asked for. */
import './plans.css';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, Suspense } from 'react';
import type { Channel } from '../../base/api.ts';
import { addWords, useWords } from '../../base/lang.ts';
import { PROVIDERS, Quiet } from '../../base/parts.tsx';
import type { PageProps } from '../pages.ts';
import { go, link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { SubNav } from '../subnav.tsx';
import { asked } from './api.ts';
import { type PlansKey, words } from './words.ts';

addWords(words);
const One = lazy(() => import('./one.tsx'));
const Edit = lazy(() => import('./edit.tsx'));
const Calculator = lazy(() => import('./calculator.tsx'));

export default function Plans({ me, path }: PageProps): ReactElement {
  const { t } = useWords<PlansKey>();
  const [, id, part] = /^\/plans\/([0-9a-f-]{36})(\/edit)?$/.exec(path) ?? [];
  const mayChange = me.scopes.includes('admin');
  if (id !== undefined)
    return (
      <Suspense fallback={<Rows n={8} />}>
        {part === undefined ? (
          <One id={id} mayChange={mayChange} key={id} />
        ) : (
          <Edit id={id} mayChange={mayChange} key={id} />
        )}
      </Suspense>
    );
  return (
    <section>
      <div className="head">
        <h1>{t('plans.title')}</h1>
      </div>
      <SubNav
        label={t('plans.parts')}
        here={`/app${path}`}
        pages={[
          { to: '/app/plans', name: t('plans.byAccount') },
          { to: '/app/plans/calculator', name: t('plans.calculator') },
        ]}
      />
      <Suspense fallback={<Rows n={6} />}>{path === '/plans/calculator' ? <Calculator /> : <List />}</Suspense>
    </section>
  );
}

function List(): ReactElement {
  const { t } = useWords<PlansKey>();
  const channels = useQuery(asked.channels);
  if (channels.isError && channels.data === undefined)
    return <Wrong error={channels.error} retry={() => void channels.refetch()} />;
  if (channels.data === undefined) return <Rows n={6} />;
  if (channels.data.items.length === 0)
    return (
      <Quiet title={t('plans.none')}>
        <p>{t('plans.noneHint')}</p>
        <Button type="primary" onClick={() => go('/app/channels/new')}>
          {t('plans.connect')}
        </Button>
      </Quiet>
    );
  return (
    <ul className="cards">
      {channels.data.items.map((c) => (
        <li key={c.id}>
          <Card channel={c} />
        </li>
      ))}
    </ul>
  );
}

function Card({ channel: c }: Readonly<{ channel: Channel }>): ReactElement {
  const { t, both } = useWords<PlansKey>();
  const plan = useQuery(asked.one(c.id));
  const [first, ...rest] = plan.data?.says ?? [];
  return (
    <article className="plan-card">
      <p className="soft">
        {both(PROVIDERS[c.provider] ?? { zh: c.provider, en: c.provider })} ·{' '}
        <span className="mono">{c.sub_merchant_no ?? c.merchant_no}</span>
      </p>
      <h2>
        <a {...link(`/app/plans/${c.id}`)}>{c.name}</a>
      </h2>
      {first === undefined ? (
        <Rows n={2} />
      ) : (
        <>
          <p className="plan-first">{both(first)}</p>
          <ul className="plain">
            {rest.map((said) => (
              <li key={said.en}>{both(said)}</li>
            ))}
          </ul>
        </>
      )}
      <p className="soft">
        {plan.data === undefined
          ? ''
          : plan.data.version === undefined
            ? t('plans.default')
            : t('plans.version', { n: plan.data.version, from: plan.data.from! })}
      </p>
    </article>
  );
}
