/**
 * Two languages, equal in rank. Words stand side by side as `{ zh, en }` in a file of their own (`words.ts`); i18next picks and fills them.
 * A key that does not exist does not compile; one that nothing uses fails tests/web.test.ts.
 */
import i18next, { type i18n } from 'i18next';
import { useSyncExternalStore } from 'react';

export type Lang = 'zh' | 'en';
export type Text = Readonly<{ zh: string; en: string }>;
export type Words = Readonly<Record<string, Text>>;

const KEPT = 'daozhang.lang';
const i18: i18n = i18next.createInstance();

export function startLang(words: Words): void {
  const of = (lang: Lang) => Object.fromEntries(Object.entries(words).map(([key, text]) => [key, text[lang]]));
  void i18.init({
    lng: firstLang(),
    fallbackLng: false,
    resources: { zh: { translation: of('zh') }, en: { translation: of('en') } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
    initAsync: false,
  });
  show();
  i18.on('languageChanged', show);
}

/** The words of a page that comes later: called once, where its module begins. */
export function addWords(words: Words): void {
  for (const lang of ['zh', 'en'] as const)
    i18.addResources(
      lang,
      'translation',
      Object.fromEntries(Object.entries(words).map(([key, text]) => [key, text[lang]])),
    );
}

function firstLang(): Lang {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEPT) ?? navigator.language;
  return /^zh/i.test(asked) ? 'zh' : 'en';
}

function show(): void {
  document.documentElement.lang = currentLang() === 'zh' ? 'zh-CN' : 'en';
}

export const currentLang = (): Lang => (i18.language === 'zh' ? 'zh' : 'en');

/** Between the things of a list. */
export const comma = (lang: Lang): string => (lang === 'zh' ? '、' : ', ');

export function setLang(lang: Lang): void {
  localStorage.setItem(KEPT, lang);
  void i18.changeLanguage(lang);
}

const subscribe = (heard: () => void): (() => void) => {
  i18.on('languageChanged', heard);
  return () => i18.off('languageChanged', heard);
};

export type Say<K extends string> = (key: K, values?: Readonly<Record<string, string | number>>) => string;

/** The words in the language of now; a component that uses it is drawn again when the language changes. */
export function useWords<K extends string>(): Readonly<{ lang: Lang; t: Say<K>; both: (text: Text) => string }> {
  const lang = useSyncExternalStore(subscribe, currentLang);
  return { lang, t: (key: string, values) => String(i18.t(key, { ...values })), both: (text) => text[lang] };
}
