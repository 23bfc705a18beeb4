/** To come. */
import './ledger.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type LedgerKey, words } from './words.ts';

addWords(words);

export default function Ledger(_: PageProps): ReactElement {
  const { t } = useWords<LedgerKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('ledger.title')}</h1>
      </div>
    </section>
  );
}
