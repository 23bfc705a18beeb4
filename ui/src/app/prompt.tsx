/** A question over the page: what it is about, the fields it needs, and one thing to do. Closed by Escape, and by a click beside it. */
import './prompt.css';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react';
import { Trouble } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import type { AppKey } from './words.ts';

export type PromptProps = Readonly<{
  title: string;
  children: ReactNode;
  close: () => void;
  /** Absent where it only shows something. */
  does?: Readonly<{ says: string; run: () => void; isBusy: boolean; isDangerous?: boolean; isReady?: boolean }>;
  error?: unknown;
  isWide?: boolean;
}>;

export function Prompt({ title, children, close, does, error, isWide = false }: PromptProps): ReactElement {
  const { t } = useWords<AppKey>();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    does?.run();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className={isWide ? 'prompt is-wide' : 'prompt'}
      aria-labelledby={id}
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <form onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        <Refused error={error} />
        <p className="prompt-acts">
          {does === undefined ? null : (
            <Button
              type="primary"
              htmlType="submit"
              danger={does.isDangerous === true}
              loading={does.isBusy}
              disabled={does.isReady === false}
            >
              {does.says}
            </Button>
          )}
          <Button onClick={() => dialog.current?.close()}>{t('raw.close')}</Button>
        </p>
      </form>
    </dialog>
  );
}

/** Why something was not done, and what to do, beside the button that asked. */
export function Refused({ error }: Readonly<{ error: unknown }>): ReactElement | null {
  const { t } = useWords<AppKey>();
  if (error === null || error === undefined) return null;
  const says =
    error instanceof Trouble
      ? error.kind === 'offline'
        ? `${t('trouble.offline')} ${t('trouble.offlineHint')}`
        : `${error.message} ${error.remedy}`
      : String(error);
  return (
    <p className="refused tone-no" role="alert">
      {says}
    </p>
  );
}
