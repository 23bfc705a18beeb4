/** Commander speaks English only; here its help and its refusals get the user's language, and its refusals a remedy. */
import type { Command, CommanderError } from 'commander';
import { DaozhangError } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '用法:',
  'Arguments:': '参数:',
  'Options:': '选项:',
  'Commands:': '命令:',
};

/** What every command and its own commands have, once: `--lang`, `--help`, titles in the language, and errors thrown instead of printed. */
export function localised(command: Command, lang: Lang): Command {
  const zh = lang === 'zh';
  for (const part of command.commands) localised(part, lang);
  if (command.options.some((o) => o.long === '--lang')) return command;
  return command
    .option('--lang <zh|en>', zh ? '界面语言' : 'language of what is printed')
    .helpOption('-h, --help', zh ? '显示帮助' : 'show this help')
    .configureHelp({
      styleTitle: (title) => (zh ? (TITLES[title] ?? title) : title),
      optionDescription: ({ description, defaultValue }) =>
        typeof defaultValue === 'string'
          ? `${description}${zh ? `(默认:${defaultValue})` : ` (default: ${defaultValue})`}`
          : description,
    })
    .configureOutput({ outputError: () => {} })
    .exitOverride();
}

const REASONS: Readonly<Record<string, Text>> = {
  'commander.unknownOption': { en: 'there is no such option', zh: '没有这个选项' },
  'commander.unknownCommand': { en: 'there is no such command', zh: '没有这个命令' },
  'commander.missingArgument': { en: 'is missing', zh: '缺少这个参数' },
  'commander.optionMissingArgument': { en: 'needs a value', zh: '需要一个值' },
  'commander.excessArguments': { en: 'takes no such argument', zh: '不接受这些参数' },
};

/** A refusal of commander's as one of ours. What it is about stands in quotes in its message. */
export function usageError(error: CommanderError): DaozhangError {
  const option = /'([^']*)'/.exec(error.message)?.[1] ?? 'daozhang';
  return new DaozhangError('usage.bad_option', { option, reason: REASONS[error.code] ?? error.message }, error);
}
