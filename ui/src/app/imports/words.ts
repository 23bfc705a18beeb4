/** The words of this page, each in both languages. */
export const words = {
  'imports.title': { zh: '单据导入', en: 'Imports' },
} as const;
export type ImportsKey = keyof typeof words;
