/** `daozhang backup` while the server runs, and `daozhang restore` into a new data folder. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { serverEnv } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import type { About } from '../db/backup.ts';
import { DATA } from './serve.ts';
import { progressBar } from './terminal.ts';

const sizeOf = (about: About): string => `${about.files} · ${Math.ceil(about.bytes / 2 ** 20)} MiB · ${about.at}`;

export function backupCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return new Command('backup')
    .description(say('copy the book and its documents while it runs', '在运行中备份账簿与单据'))
    .argument('<folder>', say('a new folder', '新文件夹'))
    .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
    .option(
      '--with-key',
      say('the master key too: whoever has the backup can open everything', '包含主密钥:持有备份者可解开一切'),
    )
    .action(async (folder: string, flags: { data: string; withKey?: boolean }) => {
      embeddedOnly();
      const { backUp } = await import('../db/backup.ts');
      const progress = progressBar(lang);
      const about = await backUp(resolve(flags.data), resolve(folder), {
        withKey: flags.withKey === true,
        progress,
      }).finally(() => progress.done());
      process.stdout.write(`${say('backed up', '已备份')}: ${sizeOf(about)}\n`);
      if (!about.hasKey)
        process.stdout.write(
          `${say('The master key is not in it: keep master.key elsewhere, or no secret of it can be opened.', '备份中没有主密钥:请另存 master.key,否则其中的密钥无法解开。')}\n`,
        );
      exit(0);
    });
}

export function restoreCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return new Command('restore')
    .description(say('a backup into a new data folder, every file checked', '把备份恢复到新的数据文件夹,逐个文件校验'))
    .argument('<backup>', say('the folder of the backup', '备份文件夹'))
    .option('--data <folder>', say('the new data folder', '新的数据文件夹'), DATA)
    .action(async (backup: string, flags: { data: string }) => {
      embeddedOnly();
      const { restore } = await import('../db/backup.ts');
      const progress = progressBar(lang);
      const about = await restore(resolve(backup), resolve(flags.data), progress).finally(() => progress.done());
      process.stdout.write(`${say('restored', '已恢复')}: ${sizeOf(about)}\n`);
      if (!about.hasKey)
        process.stdout.write(
          `${say(`Put master.key into ${flags.data}, or set DAOZHANG_MASTER_KEY, before you start the server.`, `启动服务前,请把 master.key 放入 ${flags.data},或设置 DAOZHANG_MASTER_KEY。`)}\n`,
        );
      exit(0);
    });
}

function embeddedOnly(): void {
  if (serverEnv().databaseUrl !== undefined) throw new DaozhangError('backup.own_database', {});
}
