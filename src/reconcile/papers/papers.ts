/**
 * The accountant's papers of a run, as files to be written: `breaks.xlsx`, `bank-reconciliation.xlsx`, `fees.csv`. The same
 * result and language give the same bytes; nothing in them knows when or where they were made.
 */
import type { Lang } from '../../base/lang.ts';
import type { RESULT_FILES } from '../../files/open.ts';
import type { Result } from '../result.ts';
import type { Run } from '../run.ts';
import { bankWorkbook } from './bank.ts';
import { breaksWorkbook } from './breaks.ts';
import { type PaperFacts, paperFacts } from './facts.ts';
import { feesCsv } from './fees.ts';
import { workbookBytes } from './workbook.ts';

export type Paper = Readonly<{ name: string; bytes: Uint8Array }>;

/** Throws `run.proof_failed` when the two sides of a bank account do not meet. */
export async function papersOfRun(
  run: Pick<Run, 'result' | 'engine' | 'documents'>,
  lang: Lang,
): Promise<readonly Paper[]> {
  return papersOf(run.result, await paperFacts(run), lang);
}

/** A paper that would be empty is left out: no bank statement, no fees. */
export function papersOf(result: Result, facts: PaperFacts, lang: Lang): readonly Paper[] {
  const paper = (name: (typeof RESULT_FILES)[number], bytes: Uint8Array): Paper => ({ name, bytes });
  const breaks = breaksWorkbook(result, lang);
  const bank = bankWorkbook(result, facts, lang);
  const fees = feesCsv(facts, lang);
  return [
    paper('breaks.xlsx', workbookBytes(breaks.sheets, breaks.font)),
    ...(bank ? [paper('bank-reconciliation.xlsx', workbookBytes(bank.sheets, bank.font))] : []),
    ...(fees === undefined ? [] : [paper('fees.csv', Buffer.from(fees))]),
  ];
}
