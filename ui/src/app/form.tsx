/** Parts of forms and settled pages: a field with its label and what is wrong, a sentence in a tone. */
import './form.css';
import { type ReactElement, type ReactNode, useId } from 'react';
import type { Tone } from '../../../src/verdicts/catalogue.ts';
import { Trouble } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { ToneIcon } from '../base/parts.tsx';
import type { AppKey } from './words.ts';

export type Control = Readonly<{ id: string; 'aria-invalid': boolean; 'aria-describedby': string }>;

export function Field({
  label,
  optional,
  hint,
  wrong,
  children,
}: Readonly<{
  label: ReactNode;
  /** The word for it, where it may be left out. */
  optional?: string | undefined;
  hint?: ReactNode;
  wrong?: string | undefined;
  children: (control: Control) => ReactNode;
}>): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional === undefined ? null : <span className="optional">{optional}</span>}
      </label>
      <div id={`${id}about`}>
        {hint === undefined ? null : <p className="hint">{hint}</p>}
        {wrong === undefined ? null : (
          <p className="wrong" role="alert">
            <ToneIcon tone="no" size={13} />
            {wrong}
          </p>
        )}
      </div>
      {children({ id, 'aria-invalid': wrong !== undefined, 'aria-describedby': `${id}about` })}
    </div>
  );
}

export function Say({
  tone,
  children,
  alert = false,
}: Readonly<{ tone: Tone; children: ReactNode; alert?: boolean }>): ReactElement {
  return (
    <div className={`say tone-${tone}`} role={alert ? 'alert' : undefined}>
      <ToneIcon tone={tone} size={16} />
      <div>{children}</div>
    </div>
  );
}

/** Why something was not done, and what to do, beside the button that asked. */
export function Refused({ error }: Readonly<{ error: unknown }>): ReactElement | null {
  const { t } = useWords<AppKey>();
  if (error === null || error === undefined) return null;
  const isOffline = error instanceof Trouble && error.kind === 'offline';
  const { message, remedy } = error instanceof Trouble ? error : { message: String(error), remedy: '' };
  const next = isOffline ? t('trouble.offlineHint') : remedy;
  return (
    <Say tone="no" alert>
      {isOffline ? t('trouble.offline') : message}
      {next === '' ? null : <small>{next}</small>}
    </Say>
  );
}

export function Mark({ tone, children }: Readonly<{ tone: Tone; children: ReactNode }>): ReactElement {
  return (
    <span className={`mark tone-${tone}`}>
      <ToneIcon tone={tone} size={14} />
      {children}
    </span>
  );
}

/** Sent with Ctrl or ⌘ and Enter, as everywhere. */
export function Note({
  label,
  note,
  set,
}: Readonly<{ label: string; note: string; set: (note: string) => void }>): ReactElement {
  return (
    <label className="work-note">
      {label}
      <textarea
        rows={2}
        maxLength={500}
        value={note}
        onChange={(event) => set(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
        }}
      />
    </label>
  );
}
