/** The words of this page, each in both languages. */
export const words = {
  'overview.title': { zh: '总览', en: 'Overview' },
} as const;
export type OverviewKey = keyof typeof words;
