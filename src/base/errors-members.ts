/** The errors of members. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const MEMBER_ERRORS = {
  'member.last_admin': {
    exit: 2,
    says: { en: 'this is the last active administrator', zh: '这是最后一位可登录的管理员' },
    remedy: {
      en: 'Make somebody else an administrator first; without one nobody could let anybody in.',
      zh: '请先把另一位成员设为管理员,否则再没有人能邀请或开通成员。',
    },
  },
  'member.disabled': {
    exit: 2,
    says: { en: 'this member is disabled', zh: '该成员已停用' },
    remedy: { en: 'Enable them first, then make a link.', zh: '请先启用,再生成登录链接。' },
  },
} satisfies Readonly<Record<string, Entry>>;
