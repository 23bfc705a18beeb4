/** What the pages of settings share: who may change them, and a secret that is shown once. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet } from '../../base/parts.tsx';
import { settings } from './api.ts';
import type { SettingsKey } from './words.ts';

export const at = (path: string): string => `/app/settings${path}`;
export const isAdmin = (me: Me): boolean => me.scopes.includes('admin');

function useWhom(): string {
  const { t, lang } = useWords<SettingsKey>();
  const found = useQuery({ queryKey: ['administrators'], queryFn: settings.administrators, staleTime: 60_000 });
  const names = found.data?.names ?? [];
  return names.length === 0
    ? t('settings.anAdmin')
    : new Intl.ListFormat(lang === 'zh' ? 'zh-CN' : 'en', { type: 'disjunction' }).format(names.slice(0, 4));
}

/** A page that only an administrator sees. */
export function Denied(): ReactElement {
  const { t } = useWords<SettingsKey>();
  const whom = useWhom();
  return (
    <Quiet title={t('settings.denied')}>
      <p>{t('settings.deniedHint', { whom })}</p>
    </Quiet>
  );
}

/** Above what may be seen and not changed. */
export function ReadOnly(): ReactElement {
  const { t } = useWords<SettingsKey>();
  const whom = useWhom();
  return <p className="note-line">{t('settings.readOnly', { whom })}</p>;
}

/** Shown once: to copy now, or never. */
export function Once({ label, value }: Readonly<{ label: string; value: string }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(value).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <div className="once">
      <label className="field">
        <span>{label}</span>
        <input
          className="plain-input"
          readOnly
          value={value}
          translate="no"
          onFocus={(e) => e.target.select()}
          data-once
        />
      </label>
      <Button onClick={copy}>{t(isCopied ? 'settings.copied' : 'settings.copy')}</Button>
    </div>
  );
}
