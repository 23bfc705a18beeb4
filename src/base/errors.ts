/**
 * The one catalogue of errors. Each has a stable code, a sentence that says what happened to what, the remedy, and the
 * exit code of the command it ends. A code is never reused; `docs/reference/errors.md` is tested against this table both ways.
 *
 * Exit codes: 1 breaks were found · 2 input refused or incomplete · 64 usage · 70 our bug · 130 interrupted.
 */
import { BOOK_ERRORS } from './errors-book.ts';
import { BREAK_ERRORS } from './errors-breaks.ts';
import { CLAIM_ERRORS } from './errors-claims.ts';
import { DOCUMENT_ERRORS } from './errors-documents.ts';
import { LEDGER_ERRORS } from './errors-ledger.ts';
import { MEMBER_ERRORS } from './errors-members.ts';
import { PLAN_ERRORS } from './errors-plans.ts';
import { REFUND_ERRORS } from './errors-refunds.ts';
import { TERMINAL_ERRORS } from './errors-terminals.ts';
import { fill, type Lang, type Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const ERRORS = {
  'money.not_a_number': {
    exit: 2,
    says: { en: '“{text}” is not an amount', zh: '“{text}”不是金额' },
    remedy: {
      en: 'Write it as 1234.56, with a point for decimals.',
      zh: '请写成 1234.56 的样子,小数点用“.”。',
    },
  },
  'money.not_exact': {
    exit: 2,
    says: {
      en: '“{text}” has more decimals than {currency} allows ({decimals})',
      zh: '“{text}”的小数位多于 {currency} 允许的 {decimals} 位',
    },
    remedy: {
      en: 'Correct the amount at its source; it is not rounded here.',
      zh: '请在来源处改正;这里不做四舍五入。',
    },
  },
  'money.no_such_currency': {
    exit: 2,
    says: { en: '“{currency}” is not an ISO 4217 currency', zh: '“{currency}”不是 ISO 4217 货币代码' },
    remedy: { en: 'Use three capital letters, for example CNY.', zh: '请用三个大写字母,例如 CNY。' },
  },
  'money.mixed_currencies': {
    exit: 70,
    says: { en: 'amounts in {a} and {b} were put together', zh: '{a} 与 {b} 的金额被放在一起计算' },
    remedy: { en: 'This is our bug; please report it.', zh: '这是程序错误,请报告给我们。' },
  },
  'money.bad_weights': {
    exit: 70,
    says: { en: 'an amount was to be shared by no weight', zh: '金额没有可分摊的权重' },
    remedy: { en: 'This is our bug; please report it.', zh: '这是程序错误,请报告给我们。' },
  },
  'file.not_found': {
    exit: 2,
    says: { en: '{path}: there is no such file or folder', zh: '{path}:没有这个文件或文件夹' },
    remedy: {
      en: 'Check the spelling, or drop the file into the command line.',
      zh: '请检查路径,或把文件拖进命令行。',
    },
  },
  'file.unreadable': {
    exit: 2,
    says: { en: '{path}: cannot be read ({reason})', zh: '{path}:无法读取({reason})' },
    remedy: { en: 'Check the permissions of the file.', zh: '请检查文件权限。' },
  },
  'file.none': {
    exit: 64,
    says: { en: 'no document was given', zh: '没有给出任何单据' },
    remedy: {
      en: 'Name files or a folder: daozhang reconcile ./documents',
      zh: '请给出文件或文件夹:daozhang reconcile ./单据',
    },
  },
  'file.empty': {
    exit: 2,
    says: { en: '{path}: the file is empty', zh: '{path}:文件是空的' },
    remedy: { en: 'Download it again from its source.', zh: '请从来源重新下载。' },
  },
  'file.unknown_format': {
    exit: 2,
    says: { en: '{path}: the content is of no format known here', zh: '{path}:内容不属于任何已知格式' },
    remedy: {
      en: 'Run “daozhang formats” to see what is read, or name it: --format ID={path}; columns of your own need --config daozhang.yaml',
      zh: '运行 daozhang formats 查看支持的格式,或指定:--format 格式={path};自定义的列需要 --config daozhang.yaml',
    },
  },
  'file.no_such_format': {
    exit: 64,
    says: { en: 'there is no format “{format}”', zh: '没有名为“{format}”的格式' },
    remedy: { en: 'Run “daozhang formats” for the list.', zh: '运行 daozhang formats 查看列表。' },
  },
  'file.cut': {
    exit: 2,
    says: {
      en: '{path}: the file ends too early, at byte {offset} ({reason}); nothing of it is used',
      zh: '{path}:文件在第 {offset} 字节处中断({reason});整份不采用',
    },
    remedy: { en: 'Download it again; the copy is incomplete.', zh: '请重新下载,这份不完整。' },
  },
  'file.corrupt': {
    exit: 2,
    says: {
      en: '{path}: damaged at byte {offset} ({reason}); nothing of it is used',
      zh: '{path}:在第 {offset} 字节处损坏({reason});整份不采用',
    },
    remedy: { en: 'Get the file again from its source.', zh: '请从来源重新获取该文件。' },
  },
  'file.check_failed': {
    exit: 2,
    says: {
      en: '{path}: a control figure does not agree: {check} says {expected}, the content gives {actual}; nothing of it is used',
      zh: '{path}:校验数不符:{check} 写的是 {expected},实际内容是 {actual};整份不采用',
    },
    remedy: {
      en: 'The file was changed or is incomplete. Get it again from its source; do not edit it.',
      zh: '文件被改动过或不完整。请从来源重新获取,不要编辑。',
    },
  },
  'file.bad_rows': {
    exit: 2,
    says: {
      en: '{path}: {count} row(s) cannot be read, the first is line {row}, column {column}: “{value}”; its own control figure {check} counts them, so nothing of it is used',
      zh: '{path}:有 {count} 行无法读取,首行为第 {row} 行 {column} 列:“{value}”;它自带的校验数 {check} 包含这些行,整份不采用',
    },
    remedy: {
      en: 'The file was changed or is damaged. Get it again from its source; do not edit it.',
      zh: '文件被改动过或已损坏。请从来源重新获取,不要编辑。',
    },
  },
  'file.too_large': {
    exit: 2,
    says: { en: '{path}: larger than the limit of {limit} bytes', zh: '{path}:超过 {limit} 字节的上限' },
    remedy: {
      en: 'Export a shorter period, in several files.',
      zh: '请缩短日期范围,分几份导出。',
    },
  },
  'file.bomb': {
    exit: 2,
    says: {
      en: '{path}: unpacks to more than {ratio} times its size; stopped at byte {offset}',
      zh: '{path}:解压后超过原大小的 {ratio} 倍;已在第 {offset} 字节停止',
    },
    remedy: {
      en: 'This is not a real bill. Get the file again from its source.',
      zh: '这不像真实的账单,请从来源重新获取。',
    },
  },
  'file.archive': {
    exit: 2,
    says: { en: '{path}: the archive is refused: {reason}', zh: '{path}:压缩包被拒绝:{reason}' },
    remedy: { en: 'Unpack it yourself and give the files in it.', zh: '请自行解压后给出其中的文件。' },
  },
  'file.encoding': {
    exit: 2,
    says: {
      en: '{path}: byte {offset} is not valid {encoding}; nothing of it is used',
      zh: '{path}:第 {offset} 字节不是有效的 {encoding} 编码;整份不采用',
    },
    remedy: {
      en: 'The file mixes encodings or is damaged; get it again from its source.',
      zh: '文件混用编码或已损坏,请从来源重新获取。',
    },
  },
  'file.layout': {
    exit: 2,
    says: { en: '{path}: {reason}', zh: '{path}:{reason}' },
    remedy: {
      en: 'Compare with “daozhang formats”, or get the file again from its source.',
      zh: '请与 daozhang formats 对照,或重新获取该文件。',
    },
  },
  'config.invalid': {
    exit: 64,
    says: { en: '{path}: {reason}', zh: '{path}:{reason}' },
    remedy: { en: 'See docs/reference/config.md for each field.', zh: '各字段见 docs/reference/config.md。' },
  },
  'usage.bad_option': {
    exit: 64,
    says: { en: '{option}: {reason}', zh: '{option}:{reason}' },
    remedy: { en: 'Run the command with --help.', zh: '请用 --help 查看用法。' },
  },
  'run.proof_failed': {
    exit: 70,
    says: {
      en: 'the control identity does not hold at {joint} in {currency}: {residual} is unexplained',
      zh: '控制恒等式不成立:{joint} 的 {currency} 有 {residual} 无法解释',
    },
    remedy: {
      en: 'This is our bug; no result is written. Please report it.',
      zh: '这是程序错误,不输出结果。请报告给我们。',
    },
  },
  'run.interrupted': {
    exit: 130,
    says: { en: 'stopped by you; nothing was written', zh: '已按您的要求停止;没有写出任何内容' },
    remedy: { en: 'Run the same command again.', zh: '重新运行同一命令即可。' },
  },
  'run.out_taken': {
    exit: 64,
    says: { en: '{path} is not a folder that can be written', zh: '{path} 不是可写的文件夹' },
    remedy: { en: 'Choose another folder with {option}.', zh: '请用 {option} 另选文件夹。' },
  },
  'run.disk_full': {
    exit: 2,
    says: { en: '{path}: the disk is full; the old results stand', zh: '{path}:磁盘已满;原有结果未动' },
    remedy: { en: 'Free some space and run the same command again.', zh: '请腾出空间后重新运行同一命令。' },
  },
  'carry.damaged': {
    exit: 2,
    says: {
      en: '{path}: the open items of that day cannot be read ({reason})',
      zh: '{path}:无法读取当日结转的未达项({reason})',
    },
    remedy: {
      en: 'Run that day again with the same --carry: it writes the file anew. Or remove the file.',
      zh: '请用同一 --carry 重新运行那一天,会重写该文件;或删除它。',
    },
  },
  'bug.unexpected': {
    exit: 70,
    says: { en: 'something broke that should not: {reason}', zh: '出现了不该出现的错误:{reason}' },
    remedy: {
      en: 'This is our bug; please report it with the command you ran.',
      zh: '这是程序错误,请连同所用命令报告给我们。',
    },
  },
  ...BOOK_ERRORS,
  ...DOCUMENT_ERRORS,
  ...BREAK_ERRORS,
  ...PLAN_ERRORS,
  ...LEDGER_ERRORS,
  ...CLAIM_ERRORS,
  ...MEMBER_ERRORS,
  ...TERMINAL_ERRORS,
  ...REFUND_ERRORS,
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof ERRORS;
/** What the sentence needs to know. A sentence within it is a `Text`; a `reason` may be written as “english / 中文”. */
export type ErrorParams = Readonly<Record<string, string | number | bigint | Text>>;

export class DaozhangError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams, cause?: unknown) {
    const says = fill(ERRORS[code].says.en, paramsIn(params, 'en'));
    super(`${code}: ${says}`, cause === undefined ? undefined : { cause });
    this.name = 'DaozhangError';
    this.code = code;
    this.params = params;
  }
}

/** What was told of an error: what happened, and what to do. */
export type Told = Readonly<{ code: ErrorCode; exit: number; says: Text; remedy: Text }>;

/** An error in both languages. Anything that is not ours is `bug.unexpected`. */
export function told(error: unknown): Told {
  const known =
    error instanceof DaozhangError
      ? error
      : new DaozhangError('bug.unexpected', { reason: error instanceof Error ? error.message : String(error) });
  const { exit, says, remedy } = ERRORS[known.code];
  const both = (text: Text): Text => ({
    en: fill(text.en, paramsIn(known.params, 'en')),
    zh: fill(text.zh, paramsIn(known.params, 'zh')),
  });
  return { code: known.code, exit, says: both(says), remedy: both(remedy) };
}

/** What happened and what to do, in the reader's language. */
export function explain(error: unknown, lang: Lang): { code: ErrorCode; exit: number; says: string; remedy: string } {
  const { code, exit, says, remedy } = told(error);
  return { code, exit, says: says[lang], remedy: remedy[lang] };
}

const BOTH = /^(.*) \/ (.*\p{Script=Han}.*)$/su;

function paramsIn(params: ErrorParams, lang: Lang): Record<string, string | number | bigint> {
  const said = Object.entries(params).map(([name, value]): [string, string | number | bigint] => {
    if (typeof value === 'object') return [name, value[lang]];
    const [, en, zh] = (name === 'reason' && typeof value === 'string' && BOTH.exec(value)) || [];
    return [name, (lang === 'en' ? en : zh) ?? value];
  });
  return Object.fromEntries(said);
}
