/** To come. */
import './reconcile.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type ReconciliationsKey, words } from './words.ts';

addWords(words);

export default function Reconciliations(_: PageProps): ReactElement {
  const { t } = useWords<ReconciliationsKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('reconciliations.title')}</h1>
      </div>
    </section>
  );
}
