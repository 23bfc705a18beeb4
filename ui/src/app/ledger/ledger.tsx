/** The ledger: which of its pages the address names. Each comes when it is wanted. */
import './ledger.css';
import '../prompt.css';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactElement, Suspense } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import { useLive } from '../live.ts';
import type { PageProps } from '../pages.ts';
import { Rows } from '../state.tsx';
import { SubNav } from '../subnav.tsx';
import { ledger } from './api.ts';
import { at } from './parts.tsx';
import { type LedgerKey, words } from './words.ts';

addWords(words);

const Balances = lazy(() => import('./balances.tsx'));
const Entries = lazy(() => import('./entries.tsx'));
const EntryPage = lazy(() => import('./entry.tsx'));
const TrialPage = lazy(() => import('./trial.tsx'));
const Controls = lazy(() => import('./controls.tsx'));
const OpenPage = lazy(() => import('./suspense.tsx'));
const DaysPage = lazy(() => import('./calendar.tsx'));
const Export = lazy(() => import('./export.tsx'));

const PAGES = [
  ['', 'ledger.balances'],
  ['/trial', 'ledger.trial'],
  ['/entries', 'ledger.entries'],
  ['/controls', 'ledger.controls'],
  ['/suspense', 'ledger.suspense'],
  ['/days', 'ledger.days'],
  ['/export', 'ledger.export'],
] as const satisfies ReadonlyArray<readonly [string, LedgerKey]>;

export default function Ledger({ me, path }: PageProps): ReactElement {
  const { t } = useWords<LedgerKey>();
  const client = useQueryClient();
  // A run that ends has posted.
  useLive((event) => {
    if (event.type.startsWith('reconciliation.')) void client.invalidateQueries({ queryKey: ['ledger'] });
  });
  const below = path.slice('/ledger'.length);
  const [, place = '', id] = /^\/([a-z]+)(?:\/([0-9a-f-]{36}))?$/.exec(below) ?? [];
  const waiting = useQuery({
    queryKey: ['ledger', 'proposals', 'proposed'],
    queryFn: () => ledger.proposals({ state: 'proposed', limit: '200' }),
  });
  const here = place === 'accounts' ? '' : place === '' ? '' : `/${place}`;
  const may = me.scopes.includes('act');
  return (
    <section className="ledger">
      <div className="head">
        <h1>{t('ledger.title')}</h1>
      </div>
      <SubNav
        label={t('ledger.title')}
        here={at(here)}
        pages={PAGES.map(([to, name]) => ({
          to: at(to),
          name: t(name),
          count: to === '/suspense' ? waiting.data?.items.length : undefined,
        }))}
      />
      <Suspense fallback={<Rows n={8} />}>
        {place === 'accounts' && id !== undefined ? (
          <Entries accountId={id} key={id} />
        ) : place === 'entries' && id !== undefined ? (
          <EntryPage id={id} key={id} />
        ) : place === 'entries' ? (
          <Entries />
        ) : place === 'trial' ? (
          <TrialPage />
        ) : place === 'controls' ? (
          <Controls may={may} />
        ) : place === 'suspense' ? (
          <OpenPage me={me} />
        ) : place === 'days' ? (
          <DaysPage me={me} />
        ) : place === 'export' ? (
          <Export />
        ) : (
          <Balances />
        )}
      </Suspense>
    </section>
  );
}
