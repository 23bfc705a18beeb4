/** The accountant's morning: each day of each account, and every run; one run, and one day of it, where the address names it. */
import './reconciliations.css';
import { lazy, type ReactElement } from 'react';
import { addWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import DaysPage from './days.tsx';
import { words } from './words.ts';

addWords(words);

const RunPage = lazy(() => import('./run.tsx'));

export default function Reconciliations({ me, path }: PageProps): ReactElement {
  const id = /^\/reconciliations\/([0-9a-f-]{36})$/.exec(path)?.[1];
  return id === undefined ? <DaysPage me={me} /> : <RunPage id={id} me={me} key={id} />;
}
