/**
 * Writes the reference pages that are lists of what the code knows: errors, verdicts and findings, formats.
 * `node scripts/reference.ts`; the tests compare the pages with the code both ways.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../src/base/errors.ts';
import { FORMATS } from '../src/files/registry.ts';
import { CAUSES, REASONS, VERDICTS } from '../src/verdicts/catalogue.ts';
import { FINDINGS } from '../src/verdicts/findings.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'reference');
const cell = (text: string): string => text.replaceAll('|', '\\|');
const made =
  'This page is written by `node scripts/reference.ts` and tested against the code. 本页由脚本生成,并与代码双向核对。';

export const errorsPage = (): string =>
  [
    '# Errors 错误',
    '',
    made,
    '',
    'Exit codes: 0 clean · 1 breaks · 2 refused or incomplete · 64 usage · 70 our bug · 130 interrupted.',
    '',
    '| code | exit | what happened | what to do | 发生了什么 | 怎么办 |',
    '|---|---|---|---|---|---|',
    ...Object.entries(ERRORS).map(
      ([code, e]) =>
        `| \`${code}\` | ${e.exit} | ${[e.says.en, e.remedy.en, e.says.zh, e.remedy.zh].map(cell).join(' | ')} |`,
    ),
    '',
  ].join('\n');

export const verdictsPage = (): string =>
  [
    '# Verdicts, causes, reasons, findings 结论、原因、缘由、发现',
    '',
    made,
    '',
    '## Verdicts 结论',
    '',
    '| code | tone | says | 说法 |',
    '|---|---|---|---|',
    ...Object.entries(VERDICTS).map(([code, v]) => `| \`${code}\` | ${v.tone} | ${v.title.en} | ${v.title.zh} |`),
    '',
    '## Causes 原因',
    '',
    '| code | says | 说法 |',
    '|---|---|---|',
    ...Object.entries(CAUSES).map(([code, t]) => `| \`${code}\` | ${t.en} | ${t.zh} |`),
    '',
    '## Reasons 缘由',
    '',
    '| code | says | 说法 |',
    '|---|---|---|',
    ...Object.entries(REASONS).map(([code, t]) => `| \`${code}\` | ${t.en} | ${t.zh} |`),
    '',
    '## Findings of a reconciliation 核对发现',
    '',
    'What reconciliation finds and what it means. `open` findings wait for a date or a document and are no breaks.',
    '',
    '| finding | class | verdict | release | cause | reason | custody | open | sentence | 句子 |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...Object.entries(FINDINGS).map(
      ([code, f]) =>
        `| \`${code}\` | ${f.class} | ${f.verdict} | ${f.release} | ${f.cause} | ${f.reason} | ${f.custody} | ${f.open ? 'open' : ''} | ${cell(f.says.en)} | ${cell(f.says.zh)} |`,
    ),
    '',
  ].join('\n');

export const formatsPage = (): string =>
  [
    '# Formats 格式',
    '',
    made,
    '',
    'A document is recognised by its content, never by its name; `--format ID=FILE` overrides.',
    '',
    ...FORMATS.flatMap((f) => [
      `## \`${f.id}\``,
      '',
      `${f.title.en} · ${f.title.zh}`,
      '',
      `Role: ${f.role}. Check it carries: ${f.check.en} · 校验:${f.check.zh}. Fees are rounded per: ${f.rounding}.`,
      '',
      '| field | column or tag |',
      '|---|---|',
      ...f.mapping.map(([field, column]) => `| ${field} | ${cell(column)} |`),
      '',
    ]),
  ].join('\n');

export const PAGES = { 'errors.md': errorsPage, 'verdicts.md': verdictsPage, 'formats.md': formatsPage };

if (process.argv[1] === import.meta.filename) {
  for (const [name, page] of Object.entries(PAGES)) writeFileSync(join(FOLDER, name), page());
}
