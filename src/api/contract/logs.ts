/** What came in and what went out, as the routes show it; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { delivery, id, instant, paging } from '../contract.ts';

const headers = z.record(z.string(), z.string());
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `failed`: its last try was not acknowledged, whether it is given up or will be tried again. */
export const deliveriesQuery = z.strictObject({
  state: z.enum(['waiting', 'delivered', 'gave_up', 'failed']).optional(),
  limit: paging.limit,
  after: id.optional(),
});
export const deliveryWhole = delivery
  .extend({
    url: z.string(),
    body: z.string().describe('The bytes that are sent, at every try the same'),
    headers: headers.optional().describe('Of the last try; absent where none was made or its signature was not kept'),
    next_try_at: instant.optional(),
  })
  .meta({ id: 'DeliveryWhole' });

export const message = z
  .object({
    id,
    account_id: id,
    provider: z.string(),
    kind: z.enum(['notification', 'answer']),
    key: z.string().describe('The event’s name at the channel'),
    occurred_at: instant,
    received_at: instant,
    size: z.int(),
    sha256,
    checked: z
      .enum(['signature', 'connection'])
      .describe('Its own signature was checked, or we asked the channel for it over a checked connection'),
    state: z.enum(['folded', 'waiting', 'unreadable']),
    attempts: z.int(),
    error: z.string().optional(),
    folded_at: instant.optional(),
    payments: z.array(z.object({ id, ref: z.string(), order_ref: z.string().optional() })),
  })
  .meta({ id: 'Message' });
export const messagesQuery = z.strictObject({
  account_id: id.optional(),
  kind: z.enum(['notification', 'answer']).optional(),
  state: z.enum(['waiting', 'unreadable']).optional().describe('Those not folded'),
  limit: paging.limit,
  after: id.optional(),
});

export const rejected = z
  .object({
    account_id: id,
    provider: z.string(),
    reason: z.string(),
    detail: z.string(),
    sha256,
    size: z.int(),
    times: z.string(),
    first_at: instant,
    last_at: instant,
    first_bytes: z.string().describe('Base64: the first 2 KB'),
  })
  .meta({ id: 'RejectedMessage' });
export const rejectedQuery = z.strictObject({ account_id: id.optional(), limit: paging.limit, after: paging.after });
