/** A refund's state, as its pages and those of approvals and payments mark it. */
import type { ReactElement } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { useWords } from '../../base/lang.ts';
import { Mark } from '../form.tsx';
import type { Refund } from './api.ts';

export const STATE_TONES = {
  waiting: 'late',
  ready: 'moving',
  sent: 'moving',
  asking: 'waiting',
  at_channel: 'moving',
  done: 'arrived',
  refused: 'no',
  rejected: 'no',
  cancelled: 'waiting',
} as const satisfies Record<Refund['state'], Tone>;

export function RefundMark({ of }: Readonly<{ of: Refund }>): ReactElement {
  const { both } = useWords();
  return <Mark tone={STATE_TONES[of.state]}>{both(of.state_says)}</Mark>;
}
