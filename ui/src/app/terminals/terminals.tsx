/** To come. */
import './terminals.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type TerminalsKey, words } from './words.ts';

addWords(words);

export default function Terminals(_: PageProps): ReactElement {
  const { t } = useWords<TerminalsKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('terminals.title')}</h1>
      </div>
    </section>
  );
}
