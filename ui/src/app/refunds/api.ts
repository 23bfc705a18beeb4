/** Refunds and approvals, typed by their contracts. */
import type { z } from 'zod';
import type * as approvalShape from '../../../../src/api/contract/approvals.ts';
import type * as shape from '../../../../src/api/contract/refunds.ts';
import { json, type PageOf, query } from '../../base/api.ts';

export type Refund = z.output<typeof shape.refund>;
export type NewRefund = z.input<typeof shape.newRefund>;
export type Left = z.output<typeof shape.paymentRefunds>;
type Story = z.output<typeof shape.refundStory>;
export type Approval = z.output<typeof approvalShape.approval>;

type Asked = Readonly<Record<string, string | undefined>>;
export const refunds = {
  page: (by: Asked, signal?: AbortSignal) => json<PageOf<Refund>>(`/v1/refunds${query(by)}`, { signal }),
  one: (id: string) => json<Story>(`/v1/refunds/${id}`),
  ofPayment: (id: string) => json<Left>(`/v1/payments/${id}/refunds`),
  make: (paymentId: string, body: NewRefund, key: string) =>
    json<Refund>(`/v1/payments/${paymentId}/refunds`, { method: 'POST', body, headers: { 'idempotency-key': key } }),
  cancel: (id: string) => json<Refund>(`/v1/refunds/${id}/cancel`, { method: 'POST', body: {} }),
};

const PAGE = '200';
const MOST_PAGES = 5;
export const approvals = {
  page: (by: Asked, signal?: AbortSignal) => json<PageOf<Approval>>(`/v1/approvals${query(by)}`, { signal }),
  /** All that wait: few, since none waits for more than days. */
  async waiting(signal?: AbortSignal): Promise<readonly Approval[]> {
    const all: Approval[] = [];
    let after: string | undefined;
    for (let n = 0; n < MOST_PAGES; n += 1) {
      const page = await approvals.page({ state: 'waiting', limit: PAGE, after }, signal);
      all.push(...page.items);
      after = page.next;
      if (after === undefined) break;
    }
    return all;
  },
  one: (id: string) => json<Approval>(`/v1/approvals/${id}`),
  decide: (id: string, says: 'approve' | 'reject', hash: string, note: string) =>
    json<Approval>(`/v1/approvals/${id}/${says}`, {
      method: 'POST',
      body: { hash, ...(note.trim() === '' ? {} : { note: note.trim() }) },
    }),
};
