/** The program: commands wired, errors told once, the exit code set. */
import { Command, CommanderError } from 'commander';
import { envLang } from './base/env.ts';
import { DaozhangError, ERRORS } from './base/errors.ts';
import { type Lang, langNamed } from './base/lang.ts';
import { version } from './base/root.ts';
import { backupCommand, restoreCommand } from './cli/backup.ts';
import { bookCommands } from './cli/book.ts';
import { claimCommand } from './cli/claim.ts';
import { exampleCommand } from './cli/example.ts';
import { formatsCommand } from './cli/formats.ts';
import { localised, usageError } from './cli/help.ts';
import { ledgerCommand } from './cli/ledger.ts';
import { planCommand } from './cli/plan.ts';
import { reconcileCommand } from './cli/reconcile.ts';
import { refundsCommand } from './cli/refunds.ts';
import { migrateCommand, serveCommand, workCommand } from './cli/serve.ts';
import { simCommand } from './cli/sim.ts';
import { sniffCommand } from './cli/sniff.ts';
import { errorForProgram, tell } from './cli/terminal.ts';
import { terminalCommand } from './cli/terminals.ts';
import { whereCommand } from './cli/where.ts';

async function main(argv: readonly string[]): Promise<number> {
  const named = namedLang(argv);
  const lang = langNamed(named) ?? envLang();
  try {
    if (named !== undefined && langNamed(named) === undefined)
      throw new DaozhangError('usage.bad_option', { option: '--lang', reason: `“${named}” — zh, en` });
    return await run(argv, lang);
  } catch (error) {
    // Help was asked for, or shown because no command was named.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === 'commander.help') return ERRORS['usage.bad_option'].exit;
    const ours = error instanceof CommanderError ? usageError(error) : error;
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(errorForProgram(ours), null, 1)}\n`);
    return tell(ours, lang);
  }
}

async function run(argv: readonly string[], lang: Lang): Promise<number> {
  let code = 0;
  const exit = (value: number): void => {
    code = value;
  };
  const program = localised(new Command('daozhang'), lang)
    .description(
      lang === 'zh' ? '手机上显示付款成功,那钱在哪里?' : 'The phone says “payment successful”: where is the money?',
    )
    .version(version(), '-V, --version', lang === 'zh' ? '显示版本' : 'print the version')
    .helpCommand('help [command]', lang === 'zh' ? '显示某个命令的帮助' : 'show the help of a command');
  const commands = [
    reconcileCommand(lang, exit),
    whereCommand(lang, exit),
    sniffCommand(lang, exit),
    formatsCommand(lang),
    exampleCommand(lang, exit),
    serveCommand(lang, exit, async () => (await import('../sim/demo.ts')).startDemo),
    workCommand(lang, exit),
    backupCommand(lang, exit),
    restoreCommand(lang, exit),
    migrateCommand(lang, exit),
    simCommand(lang, exit, async () => (await import('../sim/alone.ts')).runSim),
    planCommand(lang, exit),
    refundsCommand(lang, exit),
    terminalCommand(lang, exit),
    ...bookCommands(lang, exit),
    ledgerCommand(lang, exit),
    claimCommand(lang, exit),
  ];
  for (const command of commands) program.addCommand(localised(command, lang));
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

/** `--lang` anywhere on the command line. */
function namedLang(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((a) => a === '--lang' || a.startsWith('--lang='));
  if (at === -1) return undefined;
  return argv[at]!.includes('=') ? argv[at]!.split('=')[1] : argv[at + 1];
}

// Whoever reads may have read enough (`| head`): the rest is not written, and that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
