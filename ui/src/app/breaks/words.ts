/** The words of this page, each in both languages. */
export const words = {
  'breaks.title': { zh: '差错', en: 'Breaks' },
} as const;
export type BreaksKey = keyof typeof words;
