/** The errors of stores, terminals and codes. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const TERMINAL_ERRORS = {
  'store.unknown': {
    exit: 2,
    says: { en: 'there is no store “{store}”', zh: '没有门店“{store}”' },
    remedy: {
      en: 'Add it first, under the code by which orders name it: daozhang terminal store {store} NAME (POST /v1/stores).',
      zh: '请先新增门店,编号与订单中的门店编号一致:daozhang terminal store {store} 名称(POST /v1/stores)。',
    },
  },
  'terminal.not_found': {
    exit: 2,
    says: { en: 'there is no terminal “{terminal}”', zh: '没有终端“{terminal}”' },
    remedy: { en: 'See “daozhang terminal list”.', zh: '请查看 daozhang terminal list。' },
  },
  'terminal.wrong_step': {
    exit: 2,
    says: {
      en: 'the terminal is {state}: “{step}” is no step from there',
      zh: '终端{state},不能执行“{step}”',
    },
    remedy: { en: 'Possible now: {steps}', zh: '现在可以:{steps}' },
  },
  'terminal.ended': {
    exit: 2,
    says: { en: 'the terminal is {state}, which is final', zh: '终端{state},不能再变更' },
    remedy: {
      en: 'Register the device as a new terminal.',
      zh: '请把该设备作为新终端登记。',
    },
  },
  'terminal.changed': {
    exit: 2,
    says: { en: 'the terminal was changed by somebody else', zh: '终端已被他人变更' },
    remedy: { en: 'Read it again, then decide.', zh: '请重新读取后再决定。' },
  },
  'terminal.incomplete': {
    exit: 2,
    says: {
      en: 'a terminal in service must be bound, and this lacks: {missing}',
      zh: '投入使用的终端须绑定完整,尚缺:{missing}',
    },
    remedy: {
      en: 'Bind it first: POST /v1/terminals/{id}/bindings',
      zh: '请先绑定:POST /v1/terminals/{id}/bindings',
    },
  },
  'terminal.taken': {
    exit: 2,
    says: { en: 'the terminal “{holder}” has the same {what}', zh: '终端“{holder}”的 {what} 与此相同' },
    remedy: {
      en: 'Retire or rebind that one first, or give this one another.',
      zh: '请先让该终端退役或改绑,或为此终端换一个。',
    },
  },
  'terminal.bad_time': {
    exit: 2,
    says: {
      en: 'what happens to a terminal is written in order: at {after} or later, and not in the future',
      zh: '终端的变更须按时间顺序记录:不早于 {after},也不晚于现在',
    },
    remedy: { en: 'Leave out the time, or correct it.', zh: '请省略时间,或改正。' },
  },
  'terminal.no_codes': {
    exit: 2,
    says: { en: 'no code is registered yet, so none can be compared', zh: '尚未登记任何收款码,无法核对' },
    remedy: {
      en: 'Register the shop’s code with its content: daozhang terminal add NAME --kind code --code CONTENT (POST /v1/terminals).',
      zh: '请先登记本店收款码及其内容:daozhang terminal add 名称 --kind code --code 内容(POST /v1/terminals)。',
    },
  },
} as const satisfies Record<string, Entry>;
