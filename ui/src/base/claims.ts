/** Claims: what somebody at the counter says was paid, and the answer. Shapes of POST /v1/claims and its neighbours. */
import { ask, json, type Money, type PageOf, type Payment, type Verdict } from './api.ts';
import type { Text } from './lang.ts';

export type Says = Readonly<{ cashier: Text; agent: Text; accountant: Text }>;
export type ClaimVerdict = Omit<Verdict, 'also'> & Readonly<{ says?: Says; next_look_at?: string }>;
export type Claim = Readonly<{
  id: string;
  kind: string;
  state: string;
  verdict: ClaimVerdict;
  facts: readonly Text[];
  payment?: Payment;
  candidates: readonly Readonly<{ payment: Payment; why: Text }>[];
}>;
export type NewClaim = Readonly<{
  id: string;
  kind: 'paid_not_seen';
  refs?: readonly string[];
  amount?: Money;
  at?: string;
  app?: string;
  store?: string;
  terminal?: string;
  text?: string;
  image_id?: string;
}>;
export type Recent = Readonly<{ payment: Payment; at: string }>;
export type Shift = Readonly<{
  state: string;
  opened_at?: string;
  totals?: readonly Money[];
  verdicts?: Readonly<Record<string, number>>;
}>;

export const claims = {
  make: (claim: NewClaim, signal?: AbortSignal) =>
    json<Claim>('/v1/claims', { method: 'POST', body: claim, headers: { 'idempotency-key': claim.id }, signal }),
  get: (id: string) => json<Claim>(`/v1/claims/${id}`),
  image: async (bytes: Blob): Promise<string> =>
    ((await (await ask('/v1/claims/images', { method: 'POST', bytes })).json()) as { image_id: string }).image_id,
  recent: (store: string) =>
    json<PageOf<Recent | Payment>>(`/v1/counter/recent${store === '' ? '' : `?store=${encodeURIComponent(store)}`}`),
  openShift: (store: string) => json<Shift>('/v1/shifts/open', { method: 'POST', body: store === '' ? {} : { store } }),
  closeShift: (store: string) =>
    json<Shift>('/v1/shifts/close', { method: 'POST', body: store === '' ? {} : { store } }),
  search: (q: string) => json<Found>(`/v1/search?q=${encodeURIComponent(q)}`),
};

export type Found = Readonly<{ items: readonly (Payment | Readonly<{ payment: Payment; why?: Text }>)[] }>;
