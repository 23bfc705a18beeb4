/** To come. */
import './imports.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type ImportsKey, words } from './words.ts';

addWords(words);

export default function Imports(_: PageProps): ReactElement {
  const { t } = useWords<ImportsKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('imports.title')}</h1>
      </div>
    </section>
  );
}
