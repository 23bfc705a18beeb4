/** Claims and cases, typed by their contracts. */
import type { z } from 'zod';
import type * as caseShape from '../../../../src/api/contract/cases.ts';
import type * as claimShape from '../../../../src/api/contract/claims.ts';
import { json, type PageOf, query } from '../../base/api.ts';

export type Case = z.output<typeof caseShape.case>;
export type CasesPage = z.output<typeof caseShape.casesPage>;
export type Claim = z.output<typeof claimShape.claim>;
export type ClaimsPage = z.output<typeof claimShape.claimsPage>;
export type ClaimAnswer = z.output<typeof claimShape.claimAnswer>;
export type ClaimEnd = z.output<typeof claimShape.claimEnd>['ended'];

type Asked = Readonly<Record<string, string | undefined>>;
const noted = (note: string): Readonly<{ note?: string }> => (note.trim() === '' ? {} : { note: note.trim() });
export const work = {
  claims: (by: Asked, signal?: AbortSignal) => json<ClaimsPage>(`/v1/claims${query(by)}`, { signal }),
  claim: (id: string) => json<Claim>(`/v1/claims/${id}`),
  answers: (id: string) => json<PageOf<ClaimAnswer>>(`/v1/claims/${id}/answers`),
  look: (id: string, paymentId?: string) =>
    json<Claim>(`/v1/claims/${id}/look`, {
      method: 'POST',
      body: paymentId === undefined ? {} : { payment_id: paymentId },
    }),
  end: (id: string, ended: ClaimEnd, note: string) =>
    json<Claim>(`/v1/claims/${id}/close`, { method: 'POST', body: { ended, ...noted(note) } }),
  cases: (by: Asked, signal?: AbortSignal) => json<CasesPage>(`/v1/cases${query(by)}`, { signal }),
  case: (id: string) => json<Case>(`/v1/cases/${id}`),
  close: (id: string, note: string) => json<Case>(`/v1/cases/${id}/close`, { method: 'POST', body: noted(note) }),
};
