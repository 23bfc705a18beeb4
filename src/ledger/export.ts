/**
 * The journal as other programs read it: Beancount, hledger and ledger, vouchers (记账凭证) for accounting software, plain CSV. Text in the order
 * of posting, one entry in memory at a time; the same entries give the same bytes.
 *
 * Sources: Beancount language syntax (v3), the hledger journal and ledger-cli manuals; RFC 4180 for CSV. Vouchers begin with a BOM, or Excel
 * reads Chinese as something else; a cell that a spreadsheet would take for a formula gets an apostrophe.
 */
import { fill, type Lang, type Text } from '../base/lang.ts';
import { decimalText } from '../base/money.ts';
import { chartOf, type LedgerAccount, pathOf } from './chart.ts';
import { POSTINGS } from './postings.ts';
import type { Entry } from './read.ts';

export const EXPORTS = {
  beancount: { mime: 'text/plain; charset=utf-8', ext: 'beancount' },
  ledger: { mime: 'text/plain; charset=utf-8', ext: 'journal' },
  voucher: { mime: 'text/csv; charset=utf-8', ext: 'csv' },
  csv: { mime: 'text/csv; charset=utf-8', ext: 'csv' },
} as const;
export type ExportKind = keyof typeof EXPORTS;
export const EXPORT_KINDS = Object.keys(EXPORTS) as readonly ExportKind[];

const CAUSES: Readonly<Record<Entry['cause'], Text>> = {
  stated: { en: '{fact}', zh: '{fact}' },
  correction: { en: 'correction: {fact}', zh: '更正:{fact}' },
  withdrawn: { en: 'taken back: {fact}', zh: '撤回:{fact}' },
  manual: { en: '{fact}', zh: '{fact}' },
};
const MOVED: Text = { en: '{says} (about {on}, which is closed)', zh: '{says}(属 {on},该日已结)' };

/** 摘要: what, of whom; of a closed day it says so. */
export function summary(entry: Entry, lang: Lang): string {
  const [first] = entry.transfers;
  const fact = first === undefined ? '' : POSTINGS[first.fact].says[lang];
  const of = first === undefined ? undefined : [first.debit, first.credit].find((a) => a.channel !== '');
  const says = [fill(CAUSES[entry.cause][lang], { fact }), of?.channel, of?.account]
    .filter((x) => x !== undefined && x !== '')
    .join(' ');
  return entry.businessOn === entry.factOn ? says : fill(MOVED[lang], { says, on: entry.factOn });
}

/** Earlier than any entry can be, so that accounts are open whatever is exported. */
const OPENED = '1970-01-01';
const oneLine = (text: string): string => text.replace(/[\r\n\t"\\|;]/g, ' ');

export async function* exported(
  kind: ExportKind,
  accounts: readonly LedgerAccount[],
  entries: AsyncIterable<Entry>,
  lang: Lang,
): AsyncGenerator<string> {
  yield* head(kind, accounts, lang);
  const write = WRITERS[kind];
  for await (const entry of entries) yield write(entry, lang);
}

function* head(kind: ExportKind, accounts: readonly LedgerAccount[], lang: Lang): Generator<string> {
  const names = [...new Map(accounts.map((a) => [`${pathOf(a)} ${a.currency}`, a])).values()];
  const paths = Map.groupBy(names, pathOf);
  switch (kind) {
    case 'beancount':
      yield `option "title" "Daozhang 到账"\n\n`;
      for (const [path, own] of paths)
        yield `${OPENED} open ${path} ${own
          .map((a) => a.currency)
          .sort()
          .join(',')}\n  name: "${chartOf(own[0]!.code).name[lang]}"\n`;
      yield '\n';
      return;
    case 'ledger':
      for (const path of paths.keys()) yield `account ${path}\n`;
      yield '\n';
      return;
    case 'voucher':
      yield `\ufeff${csv(['凭证号', '日期', '摘要', '科目编码', '科目名称', '辅助核算', '借方', '贷方', '币种', '业务日期', '过账时间', '分录编号', '对账编号', '差错编号'])}`;
      return;
    case 'csv':
      yield csv(
        'no,business_on,fact_on,posted_at,entry_id,cause,fact,scope,part,debit,credit,amount,currency,reconciliation_id,break,batch,proposal_id'.split(
          ',',
        ),
      );
  }
}

const WRITERS: Readonly<Record<ExportKind, (entry: Entry, lang: Lang) => string>> = {
  beancount(e, lang) {
    const meta = [
      ['no', e.no],
      ['scope', e.scope],
      ...(e.factOn === e.businessOn ? [] : [['fact', e.factOn]]),
      ...(e.breakHash === undefined ? [] : [['break', e.breakHash]]),
    ];
    return [
      `${e.businessOn} * "${oneLine(summary(e, lang))}"`,
      ...meta.map(([name, value]) => `  ${name}: "${oneLine(String(value))}"`),
      ...postings(e).map(([a, amount]) => `  ${pathOf(a)}  ${decimalText(amount, a.currency)} ${a.currency}`),
      '\n',
    ].join('\n');
  },
  ledger(e, lang) {
    return [
      `${e.businessOn} * (${e.no}) ${oneLine(summary(e, lang))}`,
      `    ; ${oneLine(e.scope)}`,
      ...postings(e).map(([a, amount]) => `    ${pathOf(a)}  ${decimalText(amount, a.currency)} ${a.currency}`),
      '\n',
    ].join('\n');
  },
  voucher(e, lang) {
    return e.transfers
      .flatMap((t) => [[t.debit, t.amount, 0n] as const, [t.credit, 0n, t.amount] as const])
      .map(([a, debit, credit]) => {
        const chart = chartOf(a.code);
        const figure = (minor: bigint): string => (minor === 0n ? '' : decimalText(minor, a.currency));
        const aside = [a.channel, a.account].filter((x) => x !== '').join('/');
        return csv([
          String(e.no),
          e.businessOn,
          summary(e, lang),
          chart.number,
          chart.name[lang],
          aside,
          figure(debit),
          figure(credit),
          a.currency,
          e.factOn,
          e.postedAt.toString(),
          e.id,
          e.reconciliationId ?? '',
          e.breakHash ?? '',
        ]);
      })
      .join('');
  },
  csv: (e) =>
    e.transfers
      .map((t) =>
        csv([
          String(e.no),
          e.businessOn,
          e.factOn,
          e.postedAt.toString(),
          e.id,
          e.cause,
          t.fact,
          e.scope,
          e.part,
          pathOf(t.debit),
          pathOf(t.credit),
          decimalText(t.amount, t.currency),
          t.currency,
          e.reconciliationId ?? '',
          e.breakHash ?? '',
          e.batchKey ?? '',
          e.proposalId ?? '',
        ]),
      )
      .join(''),
};

/** Two postings a transfer, debit first: nothing is netted away. */
const postings = (e: Entry): ReadonlyArray<readonly [LedgerAccount, bigint]> =>
  e.transfers.flatMap((t) => [[t.debit, t.amount] as const, [t.credit, -t.amount] as const]);

const csv = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
