/** Claims, pictures, search and shifts, as the server's contract has them. */
import type { z } from 'zod';
import type * as shape from '../../../src/api/contract/claims.ts';
import { ask, json, type PageOf, type Payment } from './api.ts';

export type Claim = z.output<typeof shape.claim>;
export type NewClaim = z.input<typeof shape.newClaim>;
export type End = z.output<typeof shape.claimEnd>['ended'];
export type Shift = z.output<typeof shape.shift>;
export type Hit = z.output<typeof shape.searchHit>;
type Image = z.output<typeof shape.image>;
/** With the name it is sent under: sent again, it is the same claim. */
export type Asked = Readonly<{ id: string; claim: NewClaim }>;

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
  close: (id: string, ended: End) => json<Claim>(`/v1/claims/${id}/close`, { method: 'POST', body: { ended } }),
  image: async (bytes: Blob): Promise<Image> => await (await ask('/v1/images', { method: 'POST', bytes })).json(),
  recent: (store: string) => json<PageOf<Payment>>(`/v1/counter/recent${store === '' ? '' : placed(store)}`),
  shift: async (store: string) =>
    (await json<z.output<typeof shape.openedShift>>(`/v1/shifts/current${placed(store)}`)).shift ?? undefined,
  openShift: (store: string) => json<Shift>('/v1/shifts/open', { method: 'POST', body: { store } }),
  closeShift: (store: string) => json<Shift>('/v1/shifts/close', { method: 'POST', body: { store } }),
  search: (q: string) => json<PageOf<Hit>>(`/v1/search?q=${encodeURIComponent(q)}`),
};
