/** What a case is about, where it leads, and its tone. A reason the page does not know is shown by its code. */
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import type { Text } from '../../base/lang.ts';
import { toneOf } from '../../base/parts.tsx';
import type { Case } from './api.ts';
import { words } from './words.ts';

const known = words as Readonly<Record<string, Text>>;
export const reasonOf = (reason: string): Text => known[`reason.${reason}`] ?? { zh: reason, en: reason };
/** What to do about it, where that can be said. */
export const adviceOf = (reason: string): Text | undefined => known[`advice.${reason}`];

export const toneOfReason = (reason: string): Tone =>
  reason === 'claim' || reason === 'refund_uncertain'
    ? 'late'
    : reason === 'pending_long'
      ? 'waiting'
      : /^(terminal|foreign|retired|other)_/.test(reason)
        ? 'beware'
        : reason === 'ledger_differs' || reason === 'refund_refused'
          ? 'no'
          : toneOf(reason);

/** Where it is seen to. */
export function placeOf({ subject_kind: kind, subject_id: id }: Case): string | undefined {
  if (kind === 'payment') return `/app/payments/${id}`;
  if (kind === 'refund') return `/app/refunds/${id}`;
  if (kind === 'claim') return `/app/cases/${id}`;
  if (kind === 'terminal_finding') return '/app/terminals/findings';
  if (kind === 'ledger') return '/app/ledger/controls';
  if (kind === 'endpoint') return '/app/settings/webhooks';
  return kind === 'account' ? `/app/channels/${id}` : undefined;
}
