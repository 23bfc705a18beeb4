/** The words of this page, each in both languages. */
export const words = {
  'settings.title': { zh: '设置', en: 'Settings' },
} as const;
export type SettingsKey = keyof typeof words;
