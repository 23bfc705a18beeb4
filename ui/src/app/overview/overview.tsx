/** To come. */
import './overview.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type OverviewKey, words } from './words.ts';

addWords(words);

export default function Overview(_: PageProps): ReactElement {
  const { t } = useWords<OverviewKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('overview.title')}</h1>
      </div>
    </section>
  );
}
