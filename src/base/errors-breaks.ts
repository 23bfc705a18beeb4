/** The errors of working on differences. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const BREAK_ERRORS = {
  'break.changed': {
    exit: 2,
    says: { en: 'meanwhile {who} did something about it: {what}', zh: '在此期间,{who}已处理过:{what}' },
    remedy: { en: 'Read it again, then decide.', zh: '请重新查看后再决定。' },
  },
  'break.wrong_step': {
    exit: 2,
    says: { en: 'it is {state}: “{step}” is no step from there', zh: '该差错{state},不能{step}' },
    remedy: { en: 'Reopen it first, or leave it as it is.', zh: '请先重新打开,或保持现状。' },
  },
  'break.own_explanation': {
    exit: 2,
    says: { en: 'who explained it does not confirm it', zh: '说明人不能自己确认' },
    remedy: {
      en: 'Another person confirms it. Up to which amount one person is enough stands in the policy (explain_alone).',
      zh: '请由另一人确认。多少金额以内一人即可,见处理政策(explain_alone)。',
    },
  },
  'break.no_such_person': {
    exit: 2,
    says: { en: 'there is no such active member who may act', zh: '没有这位可处理差错的在职成员' },
    remedy: { en: 'See “Settings › Members”.', zh: '请查看“设置 › 成员”。' },
  },
} as const satisfies Record<string, Entry>;
