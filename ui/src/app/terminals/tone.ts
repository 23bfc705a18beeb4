/** What a state, a step and a finding mean at a glance. */
import type { Tone } from '../../../../src/verdicts/catalogue.ts';

const STATES: Readonly<Record<string, Tone>> = {
  applied: 'waiting',
  documents_checked: 'moving',
  plan_recommended: 'moving',
  shipped: 'moving',
  registered: 'found',
  active: 'arrived',
  suspended: 'late',
  lost: 'no',
  retired: 'waiting',
  rejected: 'no',
};
export const toneOfState = (state: string): Tone => STATES[state] ?? 'waiting';

const RESULTS: Readonly<Record<string, Tone>> = {
  matches: 'arrived',
  foreign_code: 'beware',
  retired_code: 'no',
  other_store: 'late',
  terminal_foreign: 'beware',
  terminal_retired: 'no',
  terminal_unregistered: 'late',
};
export const toneOfResult = (result: string): Tone => RESULTS[result] ?? 'waiting';
