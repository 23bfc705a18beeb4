/** The program: commands wired, errors told once, the exit code set. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { envLang } from './base/env.ts';
import { ERRORS } from './base/errors.ts';
import { type Lang, langOf } from './base/lang.ts';
import { formatsCommand } from './cli/formats.ts';
import { reconcileCommand } from './cli/reconcile.ts';
import { sniffCommand } from './cli/sniff.ts';
import { startCommand } from './cli/start.ts';
import { tell } from './cli/terminal.ts';
import { whereCommand } from './cli/where.ts';

const USAGE = ERRORS['usage.bad_option'].exit;

async function main(argv: readonly string[]): Promise<number> {
  const lang = chosenLang(argv);
  let code = 0;
  const exit = (value: number): void => {
    code = value;
  };
  const program = new Command('daozhang')
    .description(
      lang === 'zh' ? '手机上显示付款成功,那钱在哪里?' : 'The phone says “payment successful”: where is the money?',
    )
    .version(version())
    .option('--lang <zh|en>', lang === 'zh' ? '界面语言' : 'language of what is printed')
    .exitOverride();
  for (const command of [
    reconcileCommand(lang, exit),
    whereCommand(lang, exit),
    sniffCommand(lang, exit),
    formatsCommand(lang),
    startCommand(lang, exit),
  ]) {
    program.addCommand(command.option('--lang <zh|en>').exitOverride());
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (
      error instanceof Error &&
      'exitCode' in error &&
      'code' in error &&
      String(error.code).startsWith('commander.')
    ) {
      return error.exitCode === 0 ? 0 : USAGE;
    }
    return tell(error, lang);
  }
}

/** `--lang` anywhere on the command line, else the terminal's locale. */
function chosenLang(argv: readonly string[]): Lang {
  const at = argv.findIndex((a) => a === '--lang' || a.startsWith('--lang='));
  if (at === -1) return envLang();
  return langOf(argv[at]!.includes('=') ? argv[at]!.split('=')[1] : argv[at + 1]);
}

function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version;
}

process.exitCode = await main(process.argv.slice(2));
