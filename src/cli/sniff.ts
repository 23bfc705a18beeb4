/** `daozhang sniff`: what a file is, before anything is done with it: format, encoding, period, totals, first lines. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { DaozhangError } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';
import { openEngine } from '../files/engine.ts';
import { REJECTS } from '../files/format.ts';
import { orderMapped, orderMappedRows, proposedMapping, unfinishedProposal } from '../files/formats/order-mapped.ts';
import { ingest } from '../files/ingest.ts';
import { linesById } from '../files/lines.ts';
import { mappingData, mappingText, type OrderMapping, saveMapping } from '../files/mapping.ts';
import { openAll, workspace } from '../files/open.ts';
import { excerpt } from '../files/records.ts';
import { detect } from '../files/registry.ts';
import { amountOf } from '../reconcile/collect.ts';
import { configOf } from '../reconcile/config.ts';
import { amountText } from '../reconcile/report/summary.ts';
import { padEnd, printable } from '../reconcile/report/width.ts';
import { KIND_WORDS, STATUS_WORDS, wordOr } from '../reconcile/report/words.ts';
import { stoppable, stopping } from '../reconcile/stop.ts';
import { interruption } from './interrupt.ts';
import { type ReadingFlags, readingOf, readingOptions } from './options.ts';
import { errorForProgram, progressBar, tell } from './terminal.ts';

const FIRST_LINES = 5;

export function sniffCommand(lang: Lang, exit: (code: number) => void): Command {
  return readingOptions(new Command('sniff'), lang)
    .description(
      lang === 'zh'
        ? '看看文件是什么:格式、编码、期间、合计、前几行'
        : 'what a file is: format, encoding, period, totals, first lines',
    )
    .argument('<files...>', lang === 'zh' ? '文件或文件夹' : 'files or folders')
    .option('--json', lang === 'zh' ? '以 JSON 输出' : 'as JSON')
    .option(
      '--save-mapping <file>',
      lang === 'zh' ? '把从列名推断的订单字段对应存为 YAML' : 'save the mapping proposed for an order book, as YAML',
    )
    .action(async (files: string[], flags: SniffFlags) => exit(await sniff(files, flags, lang)));
}

type SniffFlags = ReadingFlags & Readonly<{ json?: boolean; saveMapping?: string }>;

async function sniff(files: readonly string[], flags: SniffFlags, lang: Lang): Promise<number> {
  const signal = interruption();
  const { zone, configured, forced, sha1 } = readingOf(await configOf(files, flags.config), flags);
  const bar = progressBar(lang);
  const space = await workspace();
  const folders = files.map((f) => dirname(resolve(f)));
  const engine = stoppable(await openEngine({ temp: space.path, folders }), signal);
  let code = 0;
  const found: object[] = [];
  const refuse = (error: DaozhangError): void => {
    bar.done();
    code = tell(error, lang);
    if (flags.json) found.push(errorForProgram(error));
  };
  const proposals: OrderMapping[] = [];
  try {
    const inputs = await openAll(files, { space, zone, sha1, progress: stopping(bar, signal) }, refuse);
    if (inputs.length === 0 && found.length === 0 && code === 0) throw new DaozhangError('file.none', {});
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
            amount: amountOf(s.amount, s.currency),
          })),
          checks: facts.checks.map((c) => ({ name: c.name[lang], expected: c.expected, actual: c.actual })),
          notes: (facts.notes ?? []).map((n) => n[lang]),
          firstLines,
          mapping: proposal && (flags.json ? mappingData(proposal) : mappingText(proposal)),
        });
      } catch (error) {
        if (!(error instanceof DaozhangError)) throw error;
        const draft = error.code === 'file.unknown_format' ? unfinishedProposal(input) : undefined;
        if (!draft) {
          refuse(error);
          continue;
        }
        bar.done();
        code = tell(error, lang);
        proposals.push(draft.mapping);
        found.push({
          file: input.name,
          ...(flags.json && errorForProgram(error)),
          missing: draft.missing,
          unclear: draft.unclear.map(({ field, columns }) => `${field}: ${columns.join(' | ')}`),
          mapping: flags.json ? mappingData(draft.mapping) : mappingText(draft.mapping),
        });
      }
    }
  } catch (error) {
    if (signal.aborted) throw new DaozhangError('run.interrupted', {}, error);
    throw error;
  } finally {
    bar.done();
    engine.close();
    await space.remove();
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
  else for (const one of found) process.stdout.write(`${plainText(one, lang)}\n`);
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

const LABELS: Readonly<Record<string, Text>> = {
  file: { en: 'file', zh: '文件' },
  format: { en: 'format', zh: '格式' },
  title: { en: 'what it is', zh: '名称' },
  encoding: { en: 'encoding', zh: '编码' },
  sha256: { en: 'SHA-256', zh: 'SHA-256' },
  bytes: { en: 'bytes', zh: '字节数' },
  account: { en: 'account', zh: '账户' },
  from: { en: 'from', zh: '起' },
  to: { en: 'to', zh: '止' },
  lines: { en: 'lines', zh: '行数' },
  rejected: { en: 'rejected', zh: '未读取的行' },
  totals: { en: 'totals', zh: '合计' },
  checks: { en: 'checks', zh: '校验' },
  notes: { en: 'notes', zh: '说明' },
  missing: { en: 'missing', zh: '缺少' },
  unclear: { en: 'unclear', zh: '不能确定' },
  mapping: { en: 'mapping', zh: '字段对应' },
  firstLines: { en: 'first lines', zh: '前几行' },
};
const WIDTH = 10;

/** A record as indented text: names on the left, lists below, everything in one language. */
function plainText(value: object, lang: Lang): string {
  return Object.entries(value)
    .filter(([, v]) => v !== undefined && !(Array.isArray(v) && v.length === 0))
    .map(([name, v]) => {
      const label = LABELS[name]![lang];
      if (!Array.isArray(v)) {
        const lines = String(v).split('\n').map(printable);
        return lines.length === 1 ? `${padEnd(label, WIDTH)} ${lines[0]}\n` : `${label}\n${lines.join('\n')}\n`;
      }
      const rows = v.map((row) => `  ${printable(typeof row === 'object' ? cellsOf(row, lang).join('  ') : row)}`);
      return `${label}\n${rows.join('\n')}\n`;
    })
    .join('');
}

function cellsOf(row: object, lang: Lang): string[] {
  return Object.entries(row).flatMap(([name, cell]) => {
    if (cell === undefined) return [];
    if (name === 'kind') return [wordOr(KIND_WORDS, cell)[lang]];
    if (name === 'status') return [wordOr(STATUS_WORDS, cell)[lang]];
    return [name === 'amount' ? amountText(cell, lang) : String(cell)];
  });
}
