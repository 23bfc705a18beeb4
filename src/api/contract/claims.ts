/** What the API takes and gives of claims, pictures, search and the counter, as zod shapes. Beside `contract.ts`, whose words it uses. */
import { z } from 'zod';
import { WAITS } from '../../people/claim-queue.ts';
import {
  amount,
  both,
  id,
  instant,
  moment,
  money,
  page,
  paging,
  payment,
  reference,
  text,
  verdict,
} from '../contract.ts';

const CLAIM = ['paid_not_seen', 'paid_no_goods', 'refund_not_arrived', 'payout_not_arrived'] as const;
const APPS = ['wechat', 'alipay', 'unionpay', 'paypal', 'card', 'other'] as const;
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const hit = z
  .object({
    value: z.string(),
    guesses: z.array(z.string()).describe('What it may be, likeliest first'),
    shape: z.string().optional().describe('Whose form it has'),
    origin: z.enum(['typed', 'text', 'barcode', 'file']),
    at: z.int().describe('Where it begins in what was given'),
    on: z.iso.date().optional().describe('The day that stands in the number'),
    impossible: z.boolean().optional().describe('The day in the number cannot be'),
    why: both,
  })
  .meta({ id: 'Hit' });

export const image = z
  .object({
    sha256,
    type: z.string(),
    size: z.string(),
    hits: z.array(hit).describe('What its barcodes say'),
    times: z.int().describe('In how many claims the same bytes came so far'),
    first_at: instant,
  })
  .meta({ id: 'Image' });

export const details = z.object({
  hits: z.array(hit),
  amounts: z.array(money),
  times: z.array(instant),
  payee: z.string().optional(),
  app: z.string().optional(),
  personal: z.boolean().describe('It speaks of a transfer to a person'),
});

export const newReferences = z.strictObject({
  text: text(20_000).optional(),
  images: z.array(sha256).max(5).default([]),
  timezone: text(64, 1).default('Asia/Shanghai'),
});

export const newClaim = z.strictObject({
  kind: z.enum(CLAIM).default('paid_not_seen'),
  refs: z.array(reference).max(20).default([]).describe('Any numbers, typed or scanned'),
  order_ref: reference.optional().describe('The order that the customer says was paid'),
  amount: amount.optional(),
  paid_at: moment.optional(),
  app: z.enum(APPS).optional(),
  store: text(64, 1).optional(),
  terminal: text(64, 1).optional(),
  payer: text(120, 1).optional().describe('A hint at who paid'),
  text: text(20_000, 1).optional().describe('The payment’s detail page, pasted'),
  images: z.array(sha256).max(5).default([]).describe('Pictures that were sent to POST /v1/images'),
  documents: z.array(id).max(3).default([]).describe('The buyer’s own export, sent to POST /v1/documents'),
  timezone: text(64, 1).default('Asia/Shanghai').describe('Of times without an offset'),
});

export const candidate = z.object({
  payment_id: id,
  payment_ref: z.string(),
  order_ref: z.string().optional(),
  amount: money.optional(),
  at: instant,
  position: z.string(),
  store: z.string().optional(),
  terminal: z.string().optional(),
  score: z.number(),
  why: z.array(both),
});

export const claim = z
  .object({
    release: z.enum(['yes', 'no', 'ask']).describe('May the goods be handed over? Shown first'),
    verdict: verdict.optional(),
    why: z.array(both),
    id,
    livemode: z.boolean(),
    kind: z.enum(CLAIM),
    state: z.enum(['open', 'answered', 'closed']).describe('`open`: not decided, it is looked at again'),
    waits_for: z
      .enum(WAITS)
      .describe(
        '`us`: a person has to choose or decide · `channel`: it is looked at again · `customer`: not paid · `nobody`',
      ),
    next_look_at: instant.optional(),
    answered_at: instant.optional(),
    payment: payment.optional(),
    found: z.string().optional().describe('by_reference, chosen, by_amount, several, none'),
    candidates: z.array(candidate).describe('Where several fit, or by amount alone: none is taken'),
    facts: z.record(z.string(), z.unknown()),
    hits: z.array(hit),
    images: z.array(sha256),
    order_ref: z.string().optional(),
    amount: money.optional(),
    paid_at: instant.optional(),
    app: z.string().optional(),
    store: z.string().optional(),
    terminal: z.string().optional(),
    payer: z.string().optional(),
    text: z.string().optional(),
    created_at: instant,
    created_by: z.string(),
    created_by_name: z.string().optional(),
    closed_at: instant.optional(),
    closed_by_name: z.string().optional(),
    ended: z.string().optional().describe('As a person said it; absent where it closed by itself'),
    closed_by_rule: z
      .object({ code: z.string(), says: both })
      .optional()
      .describe('Why it closed by itself: what it was about is settled, or nobody said anything more'),
    note: z.string().optional(),
  })
  .meta({ id: 'Claim' });

export const claimsQuery = z.strictObject({
  ...paging,
  state: z.enum(['todo', 'open', 'answered', 'closed']).optional().describe('`todo`: whatever is not closed'),
  kind: z.enum(CLAIM).optional(),
  waits_for: z.enum(WAITS).optional(),
  payment_id: id.optional(),
  ref: reference.optional().describe('A number that was shown or typed, or the order’s'),
  sort: z.enum(['newest', 'oldest']).default('newest'),
});
export const claimsPage = page(claim).extend({
  counts: z.record(z.enum(WAITS), z.int()).describe('Of those that are not closed, by whom they wait for'),
});

/** `verdict` is the claim's; `payment_verdict` that of the payment it rested on. */
export const claimAnswer = z
  .object({
    look: z.int(),
    at: instant,
    verdict: z.object({
      code: z.string(),
      release: z.enum(['yes', 'no', 'ask']),
      cause: z.string(),
      reason: z.string().optional(),
      custody: z.string(),
      confidence: z.string(),
    }),
    why: z.array(both),
    found: z.string(),
    channel: z.string().optional().describe('What the channel said when it was asked'),
    payment_id: id.optional(),
    payment_verdict: z.object({ code: z.string(), confidence: z.string() }).optional().describe('Of the payment, then'),
  })
  .meta({ id: 'ClaimAnswer' });

export const lookAgain = z.strictObject({
  payment_id: id.optional().describe('The payment that a person picked among the candidates'),
});
export const claimEnd = z.strictObject({
  ended: z.enum(['goods_given', 'goods_kept', 'repaid', 'withdrawn']),
  note: text(500, 1).optional(),
});

export const searchHit = z.object({ payment, score: z.number(), why: z.array(both) }).meta({ id: 'SearchHit' });

const totals = z.object({
  channels: z.array(z.object({ provider: z.string(), payments: z.int(), captured: money, refunded: money })),
  verdicts: z.record(z.string(), z.int()),
  claims: z.record(z.string(), z.int()),
});
export const shift = z
  .object({
    id,
    store: z.string(),
    terminal: z.string(),
    opened_at: instant,
    opened_by: z.string(),
    closed_at: instant.optional(),
    closed_by: z.string().optional(),
    totals: totals.describe('So far, or as it was closed'),
  })
  .meta({ id: 'Shift' });
/** None is open: `null`. */
export const openedShift = z.object({ shift: shift.nullable() });
export const place = z.strictObject({ store: text(64).default(''), terminal: text(64).default('') });
