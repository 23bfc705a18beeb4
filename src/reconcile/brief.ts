/**
 * A result without its long lists: what a page shows of a run at once. The figures are those of `result.json`; lists are cut, and `of` says
 * how long they are. Pure.
 */
import type { Text } from '../base/lang.ts';
import { caveat, headline, isOwed, sumByCurrency } from './report/summary.ts';
import type { Amount, Break, Result } from './result.ts';

export const BRIEF_FILE = 'summary.json';
const MOST = { documents: 500, refused: 100, rejected: 100, batches: 500, fees: 200 } as const;
const MOST_CHECKS = 20;

type ClassRow = Readonly<{
  part: 'break' | 'open' | 'ambiguous';
  class: Break['class'];
  count: number;
  amounts: readonly Amount[];
}>;
export type Brief = Omit<Result, 'breaks' | 'open' | 'ambiguous' | 'flow' | 'carry'> &
  Readonly<{
    headline: Text;
    caveat?: Text;
    classes: readonly ClassRow[];
    of: Readonly<Record<keyof typeof MOST, number>>;
  }>;

export function briefOf(result: Result): Brief {
  const { breaks, open, ambiguous, flow: _flow, carry: _carry, ...rest } = result;
  const said = caveat(result);
  // What somebody owes comes first: it must not be what is cut.
  const batches = [...result.batches].sort((a, b) => Number(isOwed(b)) - Number(isOwed(a)));
  return {
    ...rest,
    documents: result.documents.slice(0, MOST.documents).map((d) => ({ ...d, checks: d.checks.slice(0, MOST_CHECKS) })),
    refused: result.refused.slice(0, MOST.refused),
    rejected: result.rejected.slice(0, MOST.rejected),
    batches: batches.slice(0, MOST.batches),
    fees: result.fees.slice(0, MOST.fees),
    headline: headline(result),
    ...(said && { caveat: said }),
    classes: [...classesOf('break', breaks), ...classesOf('open', open), ...classesOf('ambiguous', ambiguous)],
    of: {
      documents: result.documents.length,
      refused: result.refused.length,
      rejected: result.rejected.length,
      batches: result.batches.length,
      fees: result.fees.length,
    },
  };
}

function classesOf(part: ClassRow['part'], list: readonly Break[]): ClassRow[] {
  return [...Map.groupBy(list, (b) => b.class)].map(([name, some]) => ({
    part,
    class: name,
    count: some.length,
    amounts: sumByCurrency(some.map((b) => b.amount)),
  }));
}
