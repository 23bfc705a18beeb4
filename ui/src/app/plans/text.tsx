/** One line of a plan's form: a number as text. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Field } from '../form.tsx';
import type { PlansKey } from './words.ts';

export function Text({
  label,
  value,
  change,
  hint,
}: Readonly<{ label: PlansKey; value: string; change: (value: string) => void; hint?: PlansKey }>): ReactElement {
  const { t } = useWords<PlansKey>();
  return (
    <Field label={t(label)} hint={hint === undefined ? undefined : t(hint)}>
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
