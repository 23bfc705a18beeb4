/** One line of a plan's form: a number as text. */
import type { ReactElement } from 'react';
import { Field } from '../form.tsx';

export function Text({
  label,
  value,
  change,
  hint,
}: Readonly<{ label: string; value: string; change: (value: string) => void; hint?: string }>): ReactElement {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <input
          {...control}
          className="input"
          value={value}
          autoComplete="off"
          inputMode="decimal"
          onChange={(event) => change(event.target.value.trim())}
        />
      )}
    </Field>
  );
}
