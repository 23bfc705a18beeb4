/** The words of this page, each in both languages. */
export const words = {
  'ledger.title': { zh: '账簿', en: 'Ledger' },
} as const;
export type LedgerKey = keyof typeof words;
