/** The words of this page, each in both languages. */
export const words = {
  'reconciliations.title': { zh: '对账', en: 'Reconciliation' },
} as const;
export type ReconciliationsKey = keyof typeof words;
