/**
 * `daozhang example`: the example day is reconciled and the report's place is told. Exit 0: breaks are
 * what the example is there to show.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Lang } from '../base/lang.ts';
import { ROOT } from '../base/root.ts';
import { runReconcile } from './reconcile.ts';

const EXAMPLE = join(ROOT, 'examples', 'day');

export function exampleCommand(lang: Lang, exit: (code: number) => void): Command {
  return new Command('example')
    .description(lang === 'zh' ? '核对示例:一家连锁店的一天' : 'reconcile the example: one day of a chain of shops')
    .option('--out <folder>', lang === 'zh' ? '输出文件夹' : 'where the report goes', join('out', 'example-day'))
    .option('--open', lang === 'zh' ? '在浏览器里打开报告' : 'open the report in the browser')
    .action(async (flags: { out: string; open?: boolean }) => {
      const code = await runReconcile([EXAMPLE], { out: flags.out }, lang);
      if (flags.open) openInBrowser(join(flags.out, 'report.html'));
      exit(code === 1 ? 0 : code);
    });
}

function openInBrowser(path: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  spawn(opener, [path], { detached: true, stdio: 'ignore' })
    .on('error', () => process.stderr.write(`${path}\n`))
    .unref();
}
