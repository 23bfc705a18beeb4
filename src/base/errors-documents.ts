/** The errors of documents that are brought and of the mappings that people save. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const DOCUMENT_ERRORS = {
  'document.reconciled': {
    exit: 2,
    says: { en: 'a reconciliation has taken the document in already', zh: '该单据已经参与过对账' },
    remedy: {
      en: 'Bring it anew for the right account and reconcile that one.',
      zh: '请为正确的账户重新导入,再用那一份对账。',
    },
  },
  'document.twice': {
    exit: 2,
    says: {
      en: 'it was not brought by hand, or the account has the same bytes already',
      zh: '该单据不是手工导入的,或这个账户已有内容相同的单据',
    },
    remedy: { en: 'Use the one that the account has.', zh: '请直接使用该账户已有的那一份。' },
  },
  'mapping.changed': {
    exit: 2,
    says: { en: 'somebody else saved “{name}” just now', zh: '“{name}”刚刚被别人保存过' },
    remedy: { en: 'Look at theirs, and save yours on top of it.', zh: '请先查看对方的版本,再保存。' },
  },
  'mapping.does_not_fit': {
    exit: 2,
    says: { en: '{path}: no row names all columns of this mapping', zh: '{path}:没有一行包含所选的全部列名' },
    remedy: {
      en: 'Choose the row that names the columns, and columns out of it.',
      zh: '请选择写有列名的那一行,并从中选列。',
    },
  },
  'mapping.no_table': {
    exit: 2,
    says: { en: '{path}: there is no table in it', zh: '{path}:里面没有表格' },
    remedy: {
      en: 'Export it as CSV or Excel (.xlsx), one row for each transaction.',
      zh: '请导出为 CSV 或 Excel(.xlsx),每笔交易一行。',
    },
  },
} as const satisfies Record<string, Entry>;
