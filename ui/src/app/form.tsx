/** Parts of forms and settled pages: a field with its label and what is wrong, a sentence in a tone, tabs that are addresses. */
import './form.css';
import { type ReactElement, type ReactNode, useId } from 'react';
import type { Tone } from '../../../src/verdicts/catalogue.ts';
import { Trouble } from '../base/api.ts';
import { ToneIcon } from '../base/parts.tsx';
import { link } from './route.ts';

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

/** What the server refused, and the remedy it names. */
export function Refused({ error }: Readonly<{ error: unknown }>): ReactElement | null {
  if (error === null || error === undefined) return null;
  const { message, remedy } = error instanceof Trouble ? error : { message: String(error), remedy: '' };
  return (
    <Say tone="no" alert>
      {message}
      {remedy === '' ? null : <small>{remedy}</small>}
    </Say>
  );
}

export function Tabs({
  label,
  tabs,
  path,
}: Readonly<{
  label: string;
  path: string;
  tabs: ReadonlyArray<Readonly<{ path: string; name: ReactNode }>>;
}>): ReactElement {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.path} {...link(`/app${tab.path}`)} aria-current={path === tab.path ? 'page' : undefined}>
          {tab.name}
        </a>
      ))}
    </nav>
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
