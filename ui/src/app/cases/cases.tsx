/** People's work: what customers say, and what the program could not settle alone. The address says which list, its filter, and what is open. */
import './cases.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { useRoute } from '../route.ts';
import { SubNav } from '../subnav.tsx';
import { CaseQueue } from './case-queue.tsx';
import { ClaimQueue } from './claim-queue.tsx';
import { type CasesKey, words } from './words.ts';

addWords(words);

export default function Cases({ me, path }: PageProps): ReactElement {
  const { query } = useRoute();
  const { t } = useWords<CasesKey>();
  const [, list, id] = /^\/cases(\/work)?(?:\/([0-9a-f-]{36}))?$/.exec(path) ?? [];
  const above = (
    <SubNav
      label={t('cases.title')}
      here={list === undefined ? '/app/cases' : '/app/cases/work'}
      pages={[
        { to: '/app/cases', name: t('cases.claims') },
        { to: '/app/cases/work', name: t('cases.cases') },
      ]}
    />
  );
  const List = list === undefined ? ClaimQueue : CaseQueue;
  return <List me={me} query={query} open={id} above={above} key={list} />;
}
