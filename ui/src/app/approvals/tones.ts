/** The tone of an approval's state. */
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import type { Approval } from '../refunds/api.ts';

export const STATE_TONES = {
  waiting: 'late',
  approved: 'arrived',
  rejected: 'no',
  withdrawn: 'waiting',
  expired: 'waiting',
} as const satisfies Record<Approval['state'], Tone>;
