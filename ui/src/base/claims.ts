/** Claims: what somebody at the counter says was paid, and the answer. Shapes of POST /v1/claims, /v1/images, /v1/search and the shifts. */
import { ask, json, type Money, type PageOf, type Payment, type Verdict } from './api.ts';
import type { Text } from './lang.ts';

export type Candidate = Readonly<{
  payment_id: string;
  payment_ref: string;
  order_ref?: string;
  amount?: Money;
  at: string;
  why: readonly Text[];
}>;
export type Claim = Readonly<{
  id: string;
  release: 'yes' | 'no' | 'ask';
  state: 'open' | 'answered' | 'closed';
  /** None while nothing is known. */
  verdict?: Verdict;
  why: readonly Text[];
  next_look_at?: string;
  payment?: Payment;
  candidates: readonly Candidate[];
}>;
export type NewClaim = Readonly<{
  kind: 'paid_not_seen';
  refs?: readonly string[];
  amount?: Money;
  paid_at?: string;
  store?: string;
  text?: string;
  images?: readonly string[];
}>;
/** With the name it is sent under: sent again, it is the same claim. */
export type Asked = Readonly<{ id: string; claim: NewClaim }>;
export type Shift = Readonly<{
  id: string;
  opened_at: string;
  closed_at?: string;
  totals: Readonly<{
    channels: readonly Readonly<{ provider: string; payments: number; captured: Money; refunded: Money }>[];
    verdicts: Readonly<Record<string, number>>;
  }>;
}>;
export type Hit = Readonly<{ payment: Payment; why: readonly Text[] }>;

const placed = (store: string): string => `?${new URLSearchParams({ store })}`;

export const claims = {
  make: ({ id, claim }: Asked, signal?: AbortSignal) =>
    json<Claim>('/v1/claims', { method: 'POST', body: claim, headers: { 'idempotency-key': id }, signal }),
  get: (id: string) => json<Claim>(`/v1/claims/${id}`),
  look: (id: string, paymentId?: string) =>
    json<Claim>(`/v1/claims/${id}/look`, {
      method: 'POST',
      body: paymentId === undefined ? {} : { payment_id: paymentId },
    }),
  image: async (bytes: Blob): Promise<string> =>
    ((await (await ask('/v1/images', { method: 'POST', bytes })).json()) as { sha256: string }).sha256,
  recent: (store: string) => json<PageOf<Payment>>(`/v1/counter/recent${store === '' ? '' : placed(store)}`),
  shift: (store: string) => json<Shift>(`/v1/shifts/current${placed(store)}`),
  openShift: (store: string) => json<Shift>('/v1/shifts/open', { method: 'POST', body: { store } }),
  closeShift: (store: string) => json<Shift>('/v1/shifts/close', { method: 'POST', body: { store } }),
  search: (q: string) => json<PageOf<Hit>>(`/v1/search?q=${encodeURIComponent(q)}`),
};
