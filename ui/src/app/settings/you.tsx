/** Oneself: name, language, appearance; and what this installation is. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me } from '../../base/api.ts';
import { comma, setLang, useWords } from '../../base/lang.ts';
import { setTheme, useTheme } from '../../base/theme-switch.ts';
import { Refused } from '../form.tsx';
import { settings } from './api.ts';
import type { SettingsKey } from './words.ts';

const THEMES = ['auto', 'light', 'dark'] as const;
type Scope = Me['scopes'][number];

export default function You({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<SettingsKey>();
  const { choice } = useTheme();
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const rename = useMutation({
    mutationFn: () => settings.rename(name.trim()),
    onSuccess: () => client.invalidateQueries({ queryKey: ['me'] }),
  });
  return (
    <div className="you">
      <section className="panel">
        <h2>{t('settings.yourName')}</h2>
        {me.kind === 'session' ? (
          <form
            className="bar"
            onSubmit={(event) => {
              event.preventDefault();
              rename.mutate();
            }}
          >
            <input
              className="plain-input"
              aria-label={t('settings.yourName')}
              value={name}
              maxLength={80}
              onChange={(e) => setName(e.target.value)}
              required
            />
            <Button
              htmlType="submit"
              loading={rename.isPending}
              disabled={name.trim() === '' || name.trim() === me.name}
            >
              {t('settings.save')}
            </Button>
          </form>
        ) : (
          <p>{t('settings.asKey', { name: me.name })}</p>
        )}
        <Refused error={rename.error} />
        <p className="soft">
          {t('settings.youMay', { may: me.scopes.map((s: Scope) => t(`settings.scope_${s}`)).join(comma(lang)) })}
        </p>
      </section>
      <section className="panel">
        <h2>{t('settings.language')}</h2>
        <Segmented
          aria-label={t('settings.language')}
          value={lang}
          onChange={(v) => setLang(v === 'zh' ? 'zh' : 'en')}
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
        <h2 className="second">{t('settings.appearance')}</h2>
        <Segmented
          aria-label={t('settings.appearance')}
          value={choice}
          onChange={(v) => setTheme(v as 'auto')}
          options={THEMES.map((value) => ({ value, label: t(`settings.theme_${value}`) }))}
        />
        <p className="soft">{t('settings.onThisDevice')}</p>
      </section>
      <section className="panel">
        <h2>{t('settings.installation')}</h2>
        <p>
          Daozhang {me.version} · {t(me.livemode ? 'settings.onLive' : 'settings.onTest')}
        </p>
        <p>
          <a href="/openapi.json">{t('settings.openapi')}</a> · <a href="/metrics">{t('settings.metrics')}</a>
        </p>
      </section>
    </div>
  );
}
