/** The breaks' part of the API, typed by its contract. */
import type { z } from 'zod';
import type * as shape from '../../../../src/api/contract/breaks.ts';
import type * as ledger from '../../../../src/api/contract/ledger.ts';
import { json, type PageOf, query } from '../../base/api.ts';
import type { Evidence as Line } from '../record.tsx';

export type BreakLine = z.output<typeof shape.breakLine>;
export type BreakWork = z.output<typeof shape.breakWork>;
export type Summary = z.output<typeof shape.breaksSummary>;
export type NewStep = z.input<typeof shape.newStep>;
export type LedgerEntry = z.output<typeof ledger.entry>;
type Whole = z.output<typeof shape.breakWhole>;
type Text = Readonly<{ zh: string; en: string }>;
type Amount = Readonly<{ amount: string; currency: string }>;

/** A line of a document, as a reconciliation keeps it; or what it made of several, which stands nowhere. */
export type Evidence = Omit<Line, 'line' | 'at' | 'length'> &
  Partial<Pick<Line, 'line' | 'at' | 'length'>> &
  Readonly<{ made?: Readonly<{ lines: number; gross: Amount; refunds: Amount; fees: Amount }> }>;
type Body = Readonly<{
  difference: Amount;
  ours: readonly Evidence[];
  theirs: readonly Evidence[];
  candidates: readonly Evidence[];
  counts: Readonly<{ ours: number; theirs: number }>;
  custody: string;
  reason: string;
  promise?: string;
  says: Text;
  next: ReadonlyArray<Readonly<{ action: string; owner: string; by?: string; text: Text }>>;
}>;
export type Break = Omit<Whole, 'body'> & Readonly<{ body: Body }>;

type Asked = Readonly<Record<string, string | undefined>>;
export const breaks = {
  page: (by: Asked, signal?: AbortSignal) => json<PageOf<BreakLine>>(`/v1/breaks${query(by)}`, { signal }),
  summary: (by: Asked, signal?: AbortSignal) => json<Summary>(`/v1/breaks/summary${query(by)}`, { signal }),
  one: (run: string, n: string) => json<Break>(`/v1/reconciliations/${run}/breaks/${n}`),
  step: (hash: string, body: NewStep) =>
    json<BreakWork>(`/v1/breaks/${encodeURIComponent(hash)}/steps`, { method: 'POST', body }),
  entries: (hash: string) => json<PageOf<LedgerEntry>>(`/v1/ledger/entries${query({ break: hash, limit: '20' })}`),
  hasRuns: async () => (await json<PageOf<unknown>>('/v1/reconciliations?limit=1')).items.length > 0,
};
