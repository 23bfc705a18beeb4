/** The words of this page, each in both languages. */
export const words = {
  'plans.title': { zh: '结算方案', en: 'Plans' },
} as const;
export type PlansKey = keyof typeof words;
