/** Small parts of the breaks' pages. */
import type { ReactElement } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { type Text, useWords } from '../../base/lang.ts';
import { PROVIDERS } from '../../base/parts.tsx';
import { Mark } from '../form.tsx';
import type { BreakLine } from './api.ts';
import type { BreaksKey } from './words.ts';

export const channelOf = (code: string): Text => PROVIDERS[code] ?? OTHERS[code] ?? { zh: code, en: code };
/** Tenders of order books that no channel of ours settles. */
const OTHERS: Readonly<Record<string, Text>> = { ecny: { zh: '数字人民币', en: 'e-CNY' } };

export const STATE_TONES = {
  open: 'waiting',
  taken: 'moving',
  explained: 'late',
  closed: 'arrived',
} as const satisfies Record<BreakLine['state'], Tone>;

/** Nobody's are the rule and stay silent; the others say whose they are. */
export function StateMark({ of }: Readonly<{ of: Pick<BreakLine, 'state' | 'holder'> }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  if (of.state === 'open') return <span className="soft">{t('breaks.state.open')}</span>;
  const tone = STATE_TONES[of.state];
  return (
    <Mark tone={tone}>
      {of.state === 'taken' && of.holder !== undefined ? of.holder.name : t(`breaks.state.${of.state}`)}
    </Mark>
  );
}
