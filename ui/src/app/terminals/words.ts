/** The words of this page, each in both languages. */
export const words = {
  'terminals.title': { zh: '终端', en: 'Terminals' },
} as const;
export type TerminalsKey = keyof typeof words;
