/** `daozhang formats`: what is read, how its columns become lines, and which check each file carries. */
import { Command } from 'commander';
import type { Lang } from '../base/lang.ts';
import { FORMATS } from '../files/registry.ts';
import { loadConfig } from '../reconcile/config.ts';

export function formatsCommand(lang: Lang): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return new Command('formats')
    .description(say('what is read, its field mapping, and which check it carries', '能读取的格式、字段对应与校验'))
    .option('--json', say('the list as JSON', '以 JSON 输出'))
    .option('--config <file>', say('and the formats this configuration adds', '包括此配置文件增加的格式'))
    .action(async (flags: { json?: boolean; config?: string }) => {
      const own = flags.config === undefined ? [] : (await loadConfig(flags.config)).formats;
      const all = [
        ...own.map((f) => ({ ...f, configured: true })),
        ...FORMATS.map((f) => ({ ...f, configured: false })),
      ];
      if (flags.json) {
        const rows = all.map(({ id, configured, title, role, channel, rounding, check, mapping }) => ({
          id,
          configured,
          title,
          role,
          channel,
          rounding,
          check,
          mapping,
        }));
        process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
        return;
      }
      for (const f of all) {
        const mark = f.configured ? ` (${say('configured', '自行配置')})` : '';
        process.stdout.write(`${f.id}${mark}\n  ${f.title[lang]}\n  ${say('check', '校验')}: ${f.check[lang]}\n`);
        for (const [field, column] of f.mapping) process.stdout.write(`    ${field.padEnd(12)} ${column}\n`);
      }
    });
}
