/** `daozhang formats`: what is read, how its columns become lines, and which check each file carries. */
import { Command } from 'commander';
import type { Lang } from '../base/lang.ts';
import { FORMATS } from '../files/registry.ts';

export function formatsCommand(lang: Lang): Command {
  return new Command('formats')
    .description(
      lang === 'zh' ? '能读取的格式、字段对应与校验' : 'what is read, its field mapping, and which check it carries',
    )
    .option('--json')
    .action((flags: { json?: boolean }) => {
      if (flags.json) {
        const rows = FORMATS.map(({ id, title, role, channel, rounding, check, mapping }) => ({
          id,
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
      for (const f of FORMATS) {
        process.stdout.write(`${f.id}\n  ${f.title[lang]}\n  ${lang === 'zh' ? '校验' : 'check'}: ${f.check[lang]}\n`);
        for (const [field, column] of f.mapping) process.stdout.write(`    ${field.padEnd(12)} ${column}\n`);
      }
    });
}
