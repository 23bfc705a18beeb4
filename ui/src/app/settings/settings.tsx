/** To come. */
import './settings.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type SettingsKey, words } from './words.ts';

addWords(words);

export default function Settings(_: PageProps): ReactElement {
  const { t } = useWords<SettingsKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('settings.title')}</h1>
      </div>
    </section>
  );
}
