/** To come. */
import './breaks.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type BreaksKey, words } from './words.ts';

addWords(words);

export default function Breaks(_: PageProps): ReactElement {
  const { t } = useWords<BreaksKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('breaks.title')}</h1>
      </div>
    </section>
  );
}
