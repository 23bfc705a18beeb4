/** `daozhang sniff`: what a file is, before anything is done with it: format, encoding, period, totals, first lines. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { decimalText } from '../base/money.ts';
import { CHINA } from '../base/time.ts';
import { openEngine } from '../files/engine.ts';
import { REJECTS } from '../files/format.ts';
import { ingest } from '../files/ingest.ts';
import { linesById } from '../files/lines.ts';
import { openAll, workspace } from '../files/open.ts';
import { excerpt } from '../files/records.ts';
import { detect } from '../files/registry.ts';
import { tell } from './terminal.ts';

const FIRST_LINES = 5;

export function sniffCommand(lang: Lang, exit: (code: number) => void): Command {
  return new Command('sniff')
    .description(
      lang === 'zh'
        ? '看看文件是什么:格式、编码、期间、合计、前几行'
        : 'what a file is: format, encoding, period, totals, first lines',
    )
    .argument('<files...>')
    .option('--json')
    .option('--timezone <zone>', '', CHINA)
    .action(async (files: string[], flags: { json?: boolean; timezone: string }) =>
      exit(await sniff(files, flags, lang)),
    );
}

async function sniff(
  files: readonly string[],
  flags: { json?: boolean; timezone: string },
  lang: Lang,
): Promise<number> {
  const space = await workspace();
  const engine = await openEngine({ temp: space.path, folders: files.map((f) => dirname(resolve(f))) });
  let code = 0;
  const refuse = (error: DaozhangError): void => {
    code = tell(error, lang);
  };
  const found: object[] = [];
  try {
    const inputs = await openAll(files, { space, zone: flags.timezone }, refuse);
    for (const [doc, input] of inputs.entries()) {
      try {
        const format = detect(input);
        const { facts, rejected, lines } = await ingest(engine, input, format, { doc, scratch: space.next });
        if (rejected.length > 0) code = 2;
        const sums = await engine.all<{ currency: string; kind: string; status: string; n: bigint; amount: bigint }>(
          `select currency, kind, status, count(*) as n, sum(amount)::bigint as amount from lines where doc = ${doc} group by all order by all`,
        );
        const period = await engine.one<{ first: string | null; last: string | null }>(
          `select min(coalesce(business_on, value_on)) as first, max(coalesce(business_on, value_on)) as last from lines where doc = ${doc}`,
        );
        const heads = await engine.all<{ id: bigint }>(
          `select id from lines where doc = ${doc} order by id limit ${FIRST_LINES}`,
        );
        const firstLines: string[] = [];
        for (const h of await linesById(engine, new Set(heads.map(({ id }) => id)))) {
          const length = Math.min(Number(h.byte_length), 300);
          const text = await excerpt(input.path, Number(h.byte_at), length, input.encoding, format.masks);
          firstLines.push(`${h.row_no}: ${text}`);
        }
        found.push({
          file: input.name,
          format: format.id,
          title: format.title[lang],
          encoding: input.encoding,
          sha256: input.sha256,
          bytes: input.size,
          account: facts.account,
          from: facts.from?.toString() ?? period.first ?? undefined,
          to: facts.to?.toString() ?? period.last ?? undefined,
          lines,
          rejected: rejected.map((r) => ({
            line: r.row,
            column: r.column,
            code: r.code,
            value: r.value,
            says: REJECTS[r.code][lang],
          })),
          totals: sums.map((s) => ({
            kind: s.kind,
            status: s.status,
            count: Number(s.n),
            amount: decimalText(s.amount, s.currency),
            currency: s.currency,
          })),
          checks: facts.checks.map((c) => ({ name: c.name[lang], expected: c.expected, actual: c.actual })),
          notes: (facts.notes ?? []).map((n) => n[lang]),
          firstLines,
        });
      } catch (error) {
        if (!(error instanceof DaozhangError)) throw error;
        refuse(error);
      }
    }
  } finally {
    engine.close();
    await space.remove();
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
  else for (const one of found) process.stdout.write(`${plainText(one)}\n`);
  return code;
}

/** A record as indented text: names on the left, lists below. */
function plainText(value: object, indent = ''): string {
  return Object.entries(value)
    .filter(([, v]) => v !== undefined && !(Array.isArray(v) && v.length === 0))
    .map(([name, v]) => {
      if (!Array.isArray(v)) return `${indent}${name.padEnd(10)} ${v}\n`;
      const rows = v.map((x) =>
        typeof x === 'object'
          ? `${indent}  ${Object.values(x)
              .filter((y) => y !== undefined)
              .join('  ')}`
          : `${indent}  ${x}`,
      );
      return `${indent}${name}\n${rows.join('\n')}\n`;
    })
    .join('');
}
