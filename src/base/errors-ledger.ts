/** The errors of the ledger. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const LEDGER_ERRORS = {
  'ledger.period_closed': {
    exit: 2,
    says: { en: '{on} is closed: the books are closed through {through}', zh: '{on} 已关账:账簿已结至 {through}' },
    remedy: {
      en: 'Post on a day after that; a correction of a closed day belongs to the open period.',
      zh: '请改用其后的日期;对已关账日期的更正记入未关账期间。',
    },
  },
  'ledger.day_signed': {
    exit: 2,
    says: { en: '{on} is signed off: the days through {through} are', zh: '{on} 已日结:日结已至 {through}' },
    remedy: {
      en: 'Post on a later day, or reopen the last one with “daozhang ledger reopen” and say why.',
      zh: '请改用较晚的日期,或用 daozhang ledger reopen 重开最后一个日结日并说明原因。',
    },
  },
  'ledger.day_not_signed': {
    exit: 2,
    says: { en: '{on} is not signed off', zh: '{on} 尚未日结' },
    remedy: {
      en: 'There is nothing to reopen; look at “daozhang ledger trial”.',
      zh: '无需重开;可用 daozhang ledger trial 查看。',
    },
  },
  'ledger.later_signed': {
    exit: 2,
    says: { en: '{through} is signed off after {on}', zh: '{on} 之后的 {through} 已日结' },
    remedy: {
      en: 'Reopen the later day first: its balances stand on this one.',
      zh: '请先重开较晚的一天:其余额以本日为基础。',
    },
  },
  'ledger.not_over': {
    exit: 2,
    says: { en: '{on} is not over yet', zh: '{on} 尚未结束' },
    remedy: { en: 'Do it on the day after.', zh: '请在次日进行。' },
  },
  'ledger.not_equal': {
    exit: 2,
    says: {
      en: 'control accounts differ from their open items: {what}',
      zh: '控制科目与未清项不符:{what}',
    },
    remedy: {
      en: 'See “daozhang ledger check” for what differs; to go on all the same, say why with a note.',
      zh: '用 daozhang ledger check 查看差异;如仍需继续,请以备注说明原因。',
    },
  },
  'ledger.own_proposal': {
    exit: 2,
    says: { en: 'who proposed an entry cannot approve it', zh: '提出分录的人不能自行批准' },
    remedy: { en: 'Let another person approve it (maker ≠ checker).', zh: '请由另一人批准(制单与审核分离)。' },
  },
  'ledger.changed': {
    exit: 2,
    says: { en: 'what you approve is not what was proposed', zh: '所批准的内容与提出的不一致' },
    remedy: { en: 'Read the proposal again and approve its hash.', zh: '请重新查看该提案,并按其哈希批准。' },
  },
  'ledger.decided': {
    exit: 2,
    says: { en: 'this proposal is {state} already', zh: '该提案已处理({state})' },
    remedy: { en: 'Propose another entry.', zh: '请另行提出分录。' },
  },
  'ledger.more_than_open': {
    exit: 2,
    says: {
      en: 'the break has {open} {currency} open, not {amount}',
      zh: '该差错未清余额为 {open} {currency},而非 {amount}',
    },
    remedy: { en: 'Propose no more than is open.', zh: '提案金额不得超过未清余额。' },
  },
  'ledger.nothing_open': {
    exit: 2,
    says: { en: 'suspense holds nothing of {break}', zh: '待处理差错中没有 {break} 的余额' },
    remedy: {
      en: 'Name a break by its hash; “daozhang ledger entries --break HASH” shows its entries.',
      zh: '请以哈希指明差错;daozhang ledger entries --break 哈希 可列出其分录。',
    },
  },
} as const satisfies Record<string, Entry>;
