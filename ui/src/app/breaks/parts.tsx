/** Small parts of the breaks' pages. */
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { type Text, useWords } from '../../base/lang.ts';
import { PROVIDERS, ToneIcon } from '../../base/parts.tsx';
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
    <span className={`mark tone-${tone}`}>
      <ToneIcon tone={tone} size={14} />
      {of.state === 'taken' && of.holder !== undefined ? of.holder.name : t(`breaks.state.${of.state}`)}
    </span>
  );
}

/** A question over the page; Escape and a click beside it close it. */
export function Dialog({
  title,
  close,
  children,
}: Readonly<{ title: string; close: () => void; children: ReactNode }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className="ask"
      aria-labelledby="ask-title"
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div className="ask-body">
        <header>
          <h2 id="ask-title">{title}</h2>
          <button
            type="button"
            className="ask-close"
            aria-label={t('breaks.close')}
            onClick={() => dialog.current?.close()}
          >
            ×
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
