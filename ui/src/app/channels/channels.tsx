/** To come. */
import './channels.css';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { type ChannelsKey, words } from './words.ts';

addWords(words);

export default function Channels(_: PageProps): ReactElement {
  const { t } = useWords<ChannelsKey>();
  return (
    <section>
      <div className="head">
        <h1>{t('channels.title')}</h1>
      </div>
    </section>
  );
}
