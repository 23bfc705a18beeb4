/** To come. */
import './plans.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type PlansKey, words } from './words.ts';

addWords(words);

export default function Plans(_: PageProps): ReactElement {
  const { t } = useWords<PlansKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('plans.title')}</h1>
      </div>
    </section>
  );
}
