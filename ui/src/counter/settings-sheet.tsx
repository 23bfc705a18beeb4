/** The device's own settings, from below, where the thumb is. */
import { type ReactElement, useEffect, useRef } from 'react';
import { api, forgetKey } from '../base/api.ts';
import { setLang, useWords } from '../base/lang.ts';
import { setTheme, type ThemeChoice, useTheme } from '../base/theme-switch.ts';
import { change, useSettings } from './settings.ts';
import { chineseVoice } from './sound.ts';
import type { CounterKey } from './words.ts';

const THEMES: readonly ThemeChoice[] = ['auto', 'light', 'dark'];

export function SettingsSheet({ close }: Readonly<{ close: () => void }>): ReactElement {
  const { t, lang } = useWords<CounterKey>();
  const settings = useSettings();
  const { choice } = useTheme();
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => sheet.current?.showModal(), []);
  return (
    <dialog ref={sheet} className="sheet-dialog" aria-label={t('settings')} onClose={close}>
      <div className="sheet-body">
        <h2>{t('settings')}</h2>
        <label className="field wide">
          <span>{t('store.name')}</span>
          <input
            value={settings.store}
            maxLength={64}
            onChange={(event) => change({ store: event.target.value.trim() })}
          />
        </label>
        <label className="switch">
          <input
            type="checkbox"
            checked={settings.isLoud}
            onChange={(event) => change({ isLoud: event.target.checked })}
          />
          {t('sound')}
        </label>
        <label className="switch">
          <input
            type="checkbox"
            checked={settings.speaks}
            onChange={(event) => change({ speaks: event.target.checked })}
          />
          {t('speech')}
        </label>
        {settings.speaks && chineseVoice() === undefined ? <p className="note">{t('speech.none')}</p> : null}
        <fieldset className="choice">
          <legend>{t('language')}</legend>
          {(['zh', 'en'] as const).map((to) => (
            <label key={to} className={to === lang ? 'on' : ''}>
              <input type="radio" name="lang" checked={to === lang} onChange={() => setLang(to)} />
              {to === 'zh' ? '中文' : 'English'}
            </label>
          ))}
        </fieldset>
        <fieldset className="choice">
          <legend>{t('theme')}</legend>
          {THEMES.map((to) => (
            <label key={to} className={to === choice ? 'on' : ''}>
              <input type="radio" name="theme" checked={to === choice} onChange={() => setTheme(to)} />
              {t(`theme.${to}`)}
            </label>
          ))}
        </fieldset>
        <div className="row">
          <a className="button" href="/app/">
            {t('office')}
          </a>
          <button
            type="button"
            className="button"
            onClick={async () => {
              await api.leave().catch(() => undefined);
              forgetKey();
              location.assign('/app/');
            }}
          >
            {t('signOut')}
          </button>
        </div>
        <button type="button" className="button primary big" onClick={() => sheet.current?.close()}>
          {t('done')}
        </button>
      </div>
    </dialog>
  );
}
