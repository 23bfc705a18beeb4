/** The ledger's routes, typed by its contract. */
import type { z } from 'zod';
import type * as shape from '../../../../src/api/contract/ledger.ts';
import { ask, json, type PageOf, query } from '../../base/api.ts';

export type Account = z.output<typeof shape.ledgerAccount>;
export type Trial = z.output<typeof shape.trial>;
export type TrialRow = z.output<typeof shape.trialRow>;
export type Entry = z.output<typeof shape.entry>;
export type EntryWhole = z.output<typeof shape.entryWhole>;
export type Check = z.output<typeof shape.check>;
export type Proposal = z.output<typeof shape.proposal>;
export type Suspended = z.output<typeof shape.suspended>;
export type Days = z.output<typeof shape.ledgerDays>;
export type Day = z.output<typeof shape.ledgerDay>;
export type SignOff = z.output<typeof shape.signOff>;
export type Period = z.output<typeof shape.period>;
type Said = Readonly<Record<string, string | undefined>>;

const post = <T>(path: string, body: unknown = {}): Promise<T> => json<T>(path, { method: 'POST', body });

export const ledger = {
  accounts: (by: Readonly<{ on?: string | undefined; at?: string | undefined }>) =>
    json<PageOf<Account>>(`/v1/ledger/accounts${query(by)}`),
  trial: (from: string, to: string) => json<Trial>(`/v1/ledger/trial${query({ from, to })}`),
  entries: (by: Said) => json<PageOf<Entry>>(`/v1/ledger/entries${query(by)}`),
  entry: (id: string) => json<EntryWhole>(`/v1/ledger/entries/${id}`),
  checks: (after?: string) => json<PageOf<Check>>(`/v1/ledger/checks${query({ limit: '30', after })}`),
  checkNow: () => json<Check>('/v1/ledger/checks', { method: 'POST' }),
  suspense: (after?: string) => json<PageOf<Suspended>>(`/v1/ledger/suspense${query({ after })}`),
  proposals: (by: Said) => json<PageOf<Proposal>>(`/v1/ledger/proposals${query(by)}`),
  propose: (body: z.input<typeof shape.newProposal>, key: string) =>
    json<Proposal>('/v1/ledger/proposals', { method: 'POST', body, headers: { 'idempotency-key': key } }),
  approve: (p: Proposal) => post<Proposal>(`/v1/ledger/proposals/${p.id}/approve`, { hash: p.hash }),
  reject: (p: Proposal) => json<Proposal>(`/v1/ledger/proposals/${p.id}/reject`, { method: 'POST' }),
  days: (from: string, to: string) => json<Days>(`/v1/ledger/days${query({ from, to })}`),
  signOffs: (after?: string) => json<PageOf<SignOff>>(`/v1/ledger/sign-offs${query({ limit: '20', after })}`),
  signOff: (on: string, note: string | undefined) =>
    post<SignOff>(`/v1/ledger/days/${on}/sign-off`, note === undefined ? {} : { note }),
  reopen: (on: string, reason: string) => post<SignOff>(`/v1/ledger/days/${on}/reopen`, { reason }),
  periods: () => json<PageOf<Period>>('/v1/ledger/periods'),
  close: (month: string, note: string | undefined) =>
    post<Period>('/v1/ledger/periods', note === undefined ? { month } : { month, note }),
  exported: (by: Said) => ask(`/v1/ledger/export${query(by)}`),
};
