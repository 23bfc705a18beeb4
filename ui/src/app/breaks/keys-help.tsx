/** The keys, on one card. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Prompt } from '../prompt.tsx';
import type { BreaksKey } from './words.ts';

const KEYS = [
  [['j', 'k'], 'breaks.key.move'],
  [['n', 'p'], 'breaks.key.leap'],
  [['Enter', 'o'], 'breaks.key.open'],
  [['e'], 'breaks.key.evidence'],
  [['a'], 'breaks.key.act'],
  [['/'], 'breaks.key.search'],
  [['Esc'], 'breaks.key.close'],
  [['?'], 'breaks.key.help'],
] as const;

export default function KeysHelp({ close, mayAct }: Readonly<{ close: () => void; mayAct: boolean }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  return (
    <Prompt title={t('breaks.keys')} close={close}>
      <dl className="keys-list">
        {KEYS.filter(([, says]) => mayAct || says !== 'breaks.key.act').map(([keys, says]) => (
          <div key={says}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(says)}</dd>
          </div>
        ))}
      </dl>
      <p className="soft">{t('breaks.keysHint')}</p>
    </Prompt>
  );
}
