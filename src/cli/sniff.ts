/** `daozhang sniff`: what a file is, before anything is done with it: format, encoding, period, totals, first lines. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { decimalText } from '../base/money.ts';
import { openEngine } from '../files/engine.ts';
import { REJECTS } from '../files/format.ts';
import { orderMapped, orderMappedRows, proposedMapping, unfinishedProposal } from '../files/formats/order-mapped.ts';
import { ingest } from '../files/ingest.ts';
import { linesById } from '../files/lines.ts';
import { mappingData, mappingText, type OrderMapping, saveMapping } from '../files/mapping.ts';
import { openAll, workspace } from '../files/open.ts';
import { excerpt } from '../files/records.ts';
import { detect } from '../files/registry.ts';
import { configOf } from '../reconcile/config.ts';
import { type ReadingFlags, readingOf, readingOptions } from './options.ts';
import { tell } from './terminal.ts';

const FIRST_LINES = 5;

export function sniffCommand(lang: Lang, exit: (code: number) => void): Command {
  return readingOptions(new Command('sniff'), lang)
    .description(
      lang === 'zh'
        ? '看看文件是什么:格式、编码、期间、合计、前几行'
        : 'what a file is: format, encoding, period, totals, first lines',
    )
    .argument('<files...>')
    .option('--json')
    .option(
      '--save-mapping <file>',
      lang === 'zh' ? '把从列名推断的订单字段对应存为 YAML' : 'save the mapping proposed for an order book, as YAML',
    )
    .action(async (files: string[], flags: SniffFlags) => exit(await sniff(files, flags, lang)));
}

type SniffFlags = ReadingFlags & Readonly<{ json?: boolean; saveMapping?: string }>;

async function sniff(files: readonly string[], flags: SniffFlags, lang: Lang): Promise<number> {
  const { zone, configured, forced, sha1 } = readingOf(await configOf(files, flags.config), flags);
  const space = await workspace();
  const engine = await openEngine({ temp: space.path, folders: files.map((f) => dirname(resolve(f))) });
  let code = 0;
  const refuse = (error: DaozhangError): void => {
    code = tell(error, lang);
  };
  const found: object[] = [];
  const proposals: OrderMapping[] = [];
  try {
    const inputs = await openAll(files, { space, zone, sha1 }, refuse);
    for (const [doc, input] of inputs.entries()) {
      try {
        const format = forced.get(input.name.split(' › ')[0]!) ?? detect(input, configured);
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
        const proposal = format === orderMapped || format === orderMappedRows ? proposedMapping(input) : undefined;
        if (proposal) proposals.push(proposal);
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
          mapping: proposal && (flags.json ? mappingData(proposal) : mappingText(proposal)),
        });
      } catch (error) {
        if (!(error instanceof DaozhangError)) throw error;
        refuse(error);
        const draft = error.code === 'file.unknown_format' ? unfinishedProposal(input) : undefined;
        if (!draft) continue;
        proposals.push(draft.mapping);
        found.push({
          file: input.name,
          missing: draft.missing,
          unclear: draft.unclear.map(({ field, columns }) => `${field}: ${columns.join(' | ')}`),
          mapping: flags.json ? mappingData(draft.mapping) : mappingText(draft.mapping),
        });
      }
    }
  } finally {
    engine.close();
    await space.remove();
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
  else for (const one of found) process.stdout.write(`${plainText(one)}\n`);
  if (flags.saveMapping !== undefined) await keepMapping(flags.saveMapping, proposals, lang);
  return code;
}

/** Where several books are read through different proposals, one file cannot hold them. */
async function keepMapping(path: string, proposals: readonly OrderMapping[], lang: Lang): Promise<void> {
  const [proposal, ...others] = new Set(proposals.map(mappingText));
  if (proposal === undefined || others.length > 0) {
    const reason =
      proposal === undefined
        ? 'no file here is an order book read by the names of its columns / 这里没有按列名推断的订单表'
        : 'the files have different columns; name one of them / 文件的列不同,请只给出一个';
    throw new DaozhangError('usage.bad_option', { option: '--save-mapping', reason });
  }
  const changed = await saveMapping(path, proposals[0]!);
  const says = changed ? { en: 'saved', zh: '已存为' } : { en: 'unchanged', zh: '没有变化' };
  process.stderr.write(`${says[lang]}: ${path}\n`);
}

/** A record as indented text: names on the left, lists below. */
function plainText(value: object, indent = ''): string {
  return Object.entries(value)
    .filter(([, v]) => v !== undefined && !(Array.isArray(v) && v.length === 0))
    .map(([name, v]) => {
      if (!Array.isArray(v)) return `${indent}${name.padEnd(10)}${String(v).includes('\n') ? '\n' : ' '}${v}\n`;
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
