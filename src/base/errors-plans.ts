/** The errors of plans and calendars in the book. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const PLAN_ERRORS = {
  'plan.invalid': {
    exit: 2,
    says: { en: 'this is no plan: {reason}', zh: '结算方案有误:{reason}' },
    remedy: {
      en: 'Write the fields as docs/reference/plans.md lists them; nothing was stored.',
      zh: '请按 docs/reference/plans.md 的字段填写;未保存任何内容。',
    },
  },
  'calendar.invalid': {
    exit: 2,
    says: { en: 'this is no calendar: {reason}', zh: '日历有误:{reason}' },
    remedy: {
      en: 'Write the years as docs/reference/plans.md shows them; nothing was stored.',
      zh: '请按 docs/reference/plans.md 的格式填写年份;未保存任何内容。',
    },
  },
} as const satisfies Record<string, Entry>;
