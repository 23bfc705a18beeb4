/** What the routes of refunds take and give; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { REFUND_REASONS, REFUND_STATES, REFUND_STEPS } from '../../actions/refund-book.ts';
import { APPROVAL_STATES } from '../../approvals/store.ts';
import { amount, both, id, instant, money, page, paging, text } from '../contract.ts';

const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): [K, ...K[]] =>
  Object.keys(table) as [K, ...K[]];
export const refundState = z.enum(keysOf<keyof typeof REFUND_STATES>(REFUND_STATES));
const reason = z.enum(keysOf<keyof typeof REFUND_REASONS>(REFUND_REASONS));
export const person = z.object({ actor: z.string().describe('As the book records it'), name: z.string() });
const member = z.object({ id, name: z.string() });

export const newRefund = z
  .strictObject({
    amount: amount.optional().describe('All that can be given back, where it is not said'),
    reason,
    note: text(500, 1).optional(),
  })
  .refine((r) => r.reason !== 'other' || r.note !== undefined, 'other needs a note');

/** What waits for other people, in short; the whole of it is an approval. */
export const approvalHead = z.object({
  id,
  state: z.enum(keysOf<keyof typeof APPROVAL_STATES>(APPROVAL_STATES)),
  needs: z.int().describe('So many others have to agree'),
  agreed: z.int(),
  expires_at: instant,
});

export const refund = z
  .object({
    id,
    livemode: z.boolean(),
    payment_id: id,
    payment_ref: z.string(),
    order_ref: z.string().optional(),
    account_id: id,
    refund_ref: z.string().describe('Its number at the channel, the same each time it is sent'),
    channel_ref: z.string().optional().describe('The channel’s own number of it'),
    amount: money,
    reason,
    reason_says: both,
    note: z.string().optional(),
    state: refundState,
    state_says: both,
    code: z.string().optional().describe('Why it was refused or cancelled: the channel’s word, or ours'),
    detail: z.string().optional(),
    remedy: both.optional().describe('What to do about it'),
    made_by: person.describe('`policy` where nobody asked but the policy'),
    made_at: instant,
    ended_at: instant.optional(),
    approval: approvalHead.optional(),
  })
  .meta({ id: 'RefundRequest' });
export const refundStory = z
  .object({
    refund,
    steps: z.array(
      z.object({
        kind: z.enum(keysOf<keyof typeof REFUND_STEPS>(REFUND_STEPS)),
        says: both,
        at: instant,
        by: person.optional(),
        note: z.string().optional(),
        code: z.string().optional(),
        message_id: id.optional().describe('The stored bytes of the answer: GET /v1/messages/{id}/raw'),
      }),
    ),
  })
  .meta({ id: 'RefundStory' });

export const paymentRefunds = z
  .object({
    items: z.array(refund).describe('Of ours, in the order in which they were asked for'),
    refundable: money.optional().describe('What can still be given back; absent where nothing was paid'),
    alone_up_to: money.optional().describe('Up to this you need nobody else'),
    two_above: money.optional().describe('Above it two others agree, else one'),
    others: z.array(member).describe('Who may agree to what you ask for'),
    may_make: z.boolean().describe('You have the right to ask for a refund'),
    why_not: z
      .object({ code: z.string(), says: both, remedy: both })
      .optional()
      .describe('Why nothing can be given back now'),
  })
  .meta({ id: 'PaymentRefunds' });

export const refundsQuery = z.strictObject({
  state: z
    .enum(['open', ...keysOf<keyof typeof REFUND_STATES>(REFUND_STATES)])
    .optional()
    .describe('`open`: whatever is not over'),
  account: id.optional(),
  ...paging,
});
export const refundsPage = page(refund);
