/**
 * What stands over the page: a question with the fields it needs and one thing to do, or a drawer with something to look at. Closed by Escape,
 * and by a click beside it.
 */
import './prompt.css';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react';
import { useWords } from '../base/lang.ts';
import { Refused } from './form.tsx';
import type { AppKey } from './words.ts';

type OverProps = Readonly<{
  className: string;
  labelledBy: string;
  close: () => void;
  children: (shut: () => void) => ReactNode;
}>;

function Over({ className, labelledBy, close, children }: OverProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={labelledBy}
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      {children(() => dialog.current?.close())}
    </dialog>
  );
}

type PromptProps = Readonly<{
  title: ReactNode;
  children: ReactNode;
  close: () => void;
  /** Absent where it only shows something, or has forms of its own. */
  does?: Readonly<{ says: string; run: () => void; isBusy: boolean; isDangerous?: boolean; isReady?: boolean }>;
  error?: unknown;
  isWide?: boolean;
}>;

export function Prompt({ title, children, close, does, error, isWide = false }: PromptProps): ReactElement {
  const { t } = useWords<AppKey>();
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    does?.run();
  };
  const Body = does === undefined ? 'div' : 'form';
  return (
    <Over className={isWide ? 'prompt is-wide' : 'prompt'} labelledBy={id} close={close}>
      {(shut) => (
        <Body className="prompt-body" onSubmit={does === undefined ? undefined : submit}>
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
                // A double click is one press, and none on what comes in its place.
                onClick={(event) => event.detail > 1 && event.preventDefault()}
              >
                {does.says}
              </Button>
            )}
            <Button onClick={shut}>{t('raw.close')}</Button>
          </p>
        </Body>
      )}
    </Over>
  );
}

type DrawerProps = Readonly<{
  title: ReactNode;
  acts?: ReactNode;
  className?: string;
  close: () => void;
  children: ReactNode;
}>;

export function Drawer({ title, acts, className = '', close, children }: DrawerProps): ReactElement {
  const { t } = useWords<AppKey>();
  const id = useId();
  return (
    <Over className={`raw ${className}`} labelledBy={id} close={close}>
      {(shut) => (
        <div className="raw-body">
          <header>
            <h2 id={id}>{title}</h2>
            {acts}
            <Button type="primary" onClick={shut}>
              {t('raw.close')}
            </Button>
          </header>
          {children}
        </div>
      )}
    </Over>
  );
}
