/**
 * What the HTTP API takes and gives, as zod shapes: checked at the door, the source of the OpenAPI document, shared with the web app.
 * Amounts are decimal text with their currency, instants RFC 3339, ids UUID; names are snake_case; codes never change.
 */
import { z } from 'zod';
import { PAYOUT_STATES } from '../observations/payout.ts';

export const money = z
  .object({
    amount: z.string().max(40).describe('Decimal text with a point, such as "12.34"'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .describe('ISO 4217'),
  })
  .meta({ id: 'Money' });

export const id = z.uuid();
export const day = z.iso.date();
/** A sentence in both languages. */
export const both = z.object({ en: z.string(), zh: z.string() });
export const instant = z.iso.datetime({ offset: true }).describe('RFC 3339');

// What is taken is stricter than what is given: the book can keep it, and there is one way to read it.
/** Text as people write it, without NUL and halves of characters. */
export const text = (most: number, least = 0) =>
  z
    .string()
    .min(least)
    .max(most)
    .refine((s) => s.isWellFormed() && !s.includes('\0'), 'not text');
const address = z
  .url()
  .max(2_000)
  .refine((s) => s.isWellFormed() && !/[\0-\x20]/.test(s), 'not an address');
export const moment = instant.refine(isMoment, 'from 1970 on, at most nine decimals');
function isMoment(said: string): boolean {
  try {
    return Temporal.Instant.from(said).epochMilliseconds >= 0;
  } catch {
    return false;
  }
}
export const amount = z.strictObject({
  amount: z
    .string()
    .regex(/^(0|[1-9]\d{0,13})(\.\d{1,8})?$/)
    .describe('Decimal text with a point, such as "12.34"; no sign, no groups, no exponent'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO 4217'),
});
/** A merchant's or channel's number: printable, no more than any channel gives. */
export const reference = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x20-\x7e\u00a0-\ud7ff\ue000-\uffff]+$/u);

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('Stable; the sentence beside it is in the language you asked for'),
    remedy: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export const verdict = z
  .object({
    code: z.string(),
    release: z.enum(['yes', 'no', 'ask']).describe('May the goods be handed over? Shown first'),
    cause: z.string(),
    reason: z.string().optional(),
    custody: z.string(),
    confidence: z.string(),
    amount: money.optional(),
    also: z.array(z.string()),
    judged_at: instant.optional(),
    promise: z
      .object({ at: instant, on: day, assumed: z.boolean(), rule: both })
      .optional()
      .describe('By when the money should be seen where it is going; `assumed` where a calendar was not certain'),
    says: z
      .object({ cashier: both, agent: both, accountant: both })
      .optional()
      .describe('The verdict in words, for whoever has to say it'),
    proves_wrong: both.optional().describe('What would prove it wrong'),
    next: z
      .array(
        z.object({
          step: z.string(),
          owner: z.string(),
          does: both,
          by: z.enum(['now', 'promise', 'look']),
          by_at: instant.optional(),
        }),
      )
      .optional()
      .describe('What is to be done, the most urgent first'),
    next_look_at: instant.optional(),
    evidence: z.array(z.object({ kind: z.enum(['observation', 'document', 'batch']), id })).optional(),
    path: z
      .array(z.object({ rule: z.string(), code: z.string(), why: both }))
      .optional()
      .describe('The rules that were true, the headline’s first'),
  })
  .meta({ id: 'Verdict' });

const refundView = z
  .object({ refund_ref: z.string(), state: z.string(), amount: money.optional(), at: instant, verdict })
  .meta({ id: 'Refund' });

export const station = z
  .object({
    station: z.string(),
    title: both,
    /** reached · due: its promise lies ahead · late: it has passed · passed_over: not said by this channel · branch: off the road here */
    state: z.enum(['reached', 'due', 'late', 'passed_over', 'branch', 'open']),
    at: instant.optional(),
    on: day.optional().describe('Where only the day is known'),
    promise: z.object({ at: instant, on: day, assumed: z.boolean(), rule: both }).optional(),
    source: z.string().optional(),
    observation_id: id.optional(),
    message_id: id.optional(),
    document_id: id.optional(),
    usual: z
      .object({ half_ms: z.int(), most_ms: z.int(), of: z.int() })
      .optional()
      .describe(
        'Of `recorded`: how long after the payment the shop’s system knew of late at this account, half and 95 of 100',
      ),
  })
  .meta({ id: 'Station' });

export const payment = z
  .object({
    id,
    livemode: z.boolean(),
    account_id: id,
    payment_ref: z.string(),
    order_id: id.optional(),
    order_ref: z.string().optional(),
    store: z.string().optional().describe('As its order names it, like the terminal'),
    terminal: z.string().optional(),
    position: z.string(),
    ordered: money.optional(),
    captured: money.optional(),
    refunded: money.optional(),
    placed_at: instant.optional(),
    expires_at: instant.optional(),
    captured_at: instant.optional(),
    recorded_at: instant.optional(),
    order_closed_at: instant.optional(),
    cleared_on: z.iso.date().optional().describe('The day of the channel’s bill that has it'),
    contradictions: z.array(z.string()),
    stands: z
      .array(z.object({ station: z.string(), amount: money }))
      .optional()
      .describe(
        'Where its money stands now, or left the line: parts that add up to what was paid, else to what is asked',
      ),
    verdict: verdict.optional(),
    refunds: z
      .array(refundView)
      .optional()
      .describe('Each judged like a payment of its own, on its way to the customer'),
  })
  .meta({ id: 'Payment' });

export const order = z
  .object({
    id,
    livemode: z.boolean(),
    order_ref: z.string(),
    amount: money,
    state: z.enum(['open', 'paid', 'closed', 'cancelled']),
    store: z.string().optional(),
    terminal: z.string().optional(),
    description: z.string().optional(),
    placed_at: instant,
    expires_at: instant.optional(),
    paid_at: instant.optional(),
    closed_at: instant.optional(),
    payments: z.array(payment),
  })
  .meta({ id: 'Order' });

export const newOrder = z.strictObject({
  order_ref: reference,
  payment_ref: reference
    .optional()
    .describe('The number under which it is paid at the channel, if another than order_ref'),
  account_id: id.optional().describe('The channel account that is to be paid; needed where there are several'),
  amount,
  product: text(32).optional(),
  store: text(64).optional(),
  terminal: text(64).optional(),
  description: text(256).optional(),
  placed_at: moment.optional(),
  expires_at: moment.optional().describe('Until when your system lets the customer pay'),
});

export const orderPatch = z.union([
  z.strictObject({ state: z.literal('paid'), at: moment.optional() }),
  z.strictObject({ state: z.literal('closed'), at: moment.optional() }),
  z.strictObject({
    payment_ref: reference,
    account_id: id.optional(),
    product: text(32).optional(),
    placed_at: moment.optional().describe('When this attempt was sent, where the channel knows a payment by it'),
  }),
]);

export const observation = z
  .object({
    id,
    source: z.string(),
    kind: z.string(),
    said: z.string(),
    occurred_at: instant,
    received_at: instant,
    last_seen_at: instant,
    times: z.int(),
    amount: money.optional(),
    refund_ref: z.string().optional(),
    refund_state: z.string().optional(),
    place: z
      .object({ store: z.string().optional(), terminal: z.string().optional() })
      .optional()
      .describe('Where it was taken, as the source writes it'),
    message_id: id.optional().describe('The stored bytes: GET /v1/messages/{id}/raw'),
  })
  .meta({ id: 'Observation' });

const batch = z.object({
  key: z.string(),
  ref: z.string().optional(),
  channel: z.string(),
  account: z.string(),
  kind: z.enum(['stated', 'payout', 'implied']),
  state: z
    .enum(['not_checked', 'on_its_way', 'late', 'credited', 'short', 'returned'])
    .describe('As the last reconciliation with its bank’s statement says, else as the channel tells'),
  from: day,
  to: day,
  due_on: day.optional(),
  credited_on: day.optional(),
  net: money,
  reconciliation_id: id.optional().describe('Absent where no document has it yet'),
  told: z
    .array(
      z.object({
        id,
        source: z.string(),
        state: z.enum(PAYOUT_STATES),
        said: z.string(),
        occurred_at: instant,
        last_seen_at: instant,
        times: z.int(),
        amount: money,
        arrival_on: day.optional(),
        failure: z.object({ code: z.string(), says: z.string() }).optional(),
        message_id: id.optional(),
      }),
    )
    .optional()
    .describe('What the channel said of the payout, oldest first'),
  contradictions: z.array(z.object({ code: z.string(), says: both })).optional(),
});

export const trace = z
  .object({
    payment,
    stations: z.array(station).describe('The money’s way, in order; branches stand where they left it'),
    observations: z.array(observation),
    verdicts: z.array(verdict),
    actions: z.array(
      z.object({ kind: z.string(), state: z.string(), attempts: z.int(), created_at: instant, updated_at: instant }),
    ),
    deliveries: z.array(
      z.object({
        id,
        kind: z.string(),
        state: z.string(),
        attempts: z.int(),
        last_status: z.int().optional(),
        created_at: instant,
      }),
    ),
    batch: batch.optional().describe('What it was settled in'),
    breaks: z
      .array(
        z.object({
          reconciliation_id: id,
          n: z.int(),
          part: z.string(),
          finding: z.string(),
          amount: money,
          says: both,
        }),
      )
      .describe('Differences that reconciliations found about it'),
    terminal: z
      .object({
        named: z.string().describe('As the channel or the order writes it'),
        by: z.enum(['channel', 'order']),
        terminal_id: id.optional(),
        name: z.string().optional(),
        state: z.string().optional().describe('When it was paid'),
        store: z.string().optional().describe('Where it stood when it was paid'),
        finding: z.enum(['terminal_unregistered', 'terminal_retired', 'terminal_foreign']).optional(),
        finding_id: id.optional(),
      })
      .optional()
      .describe('The terminal that took it, from the registry as it stood then'),
    next_look_at: instant.optional(),
  })
  .meta({ id: 'Trace' });

export const credential = z.strictObject({
  kind: text(32),
  id: text(80).default(''),
  value: text(20_000, 1),
  not_after: moment.optional(),
});

export const newChannel = z.strictObject({
  provider: text(32),
  name: text(80, 1),
  merchant_no: text(64, 1),
  sub_merchant_no: text(64).optional(),
  base_url: address.optional(),
  feed: z.enum(['relay', 'copy', 'none']).optional(),
  forward_url: address.optional(),
  closing: z.enum(['never', 'auto']).optional(),
  order_mode: z.enum(['required', 'none']).optional(),
  settings: z.record(text(64, 1), text(4_000)).default({}),
  credentials: z.array(credential).max(20).default([]),
});

export const channelPatch = z.strictObject({
  name: text(80, 1).optional(),
  base_url: address.optional(),
  feed: z.enum(['relay', 'copy', 'none']).optional(),
  forward_url: address.nullable().optional(),
  closing: z.enum(['never', 'auto']).optional(),
  order_mode: z.enum(['required', 'none']).optional(),
  state: z.enum(['active', 'paused']).optional(),
  settings: z.record(text(64, 1), text(4_000)).optional().describe('All of them: what is not named is taken away'),
  credentials: z.array(credential).max(20).optional(),
  remove: z
    .array(z.strictObject({ kind: text(32), id: text(80).default('') }))
    .max(20)
    .optional()
    .describe('Credentials that are taken away'),
});

export const channel = z
  .object({
    id,
    provider: z.string(),
    name: z.string(),
    merchant_no: z.string(),
    sub_merchant_no: z.string().optional(),
    livemode: z.boolean(),
    base_url: z.string(),
    feed: z.string(),
    forward_url: z.string().optional(),
    closing: z.string(),
    order_mode: z.string(),
    state: z.string(),
    settings: z.record(z.string(), z.string()),
    credentials: z.array(z.object({ kind: z.string(), id: z.string(), not_after: instant.optional() })),
    notification_url: z.string().optional().describe('Shown once, when it is made'),
    health: z
      .object({
        failures: z.int(),
        resting_until: instant.optional(),
        last_answer_at: instant.optional(),
        last_failure_at: instant.optional(),
        last_failure: z.string().optional(),
        clock_skew_ms: z.number().optional(),
      })
      .optional(),
  })
  .meta({ id: 'Channel' });

export const check = z
  .object({
    name: z.string(),
    ok: z.boolean(),
    detail: z.string(),
    fix: z.string().optional().describe('What to do about it'),
  })
  .meta({ id: 'Check' });

/** One of the doctor's. */
export const finding = check
  .extend({ title: z.string(), remedy: z.string().optional().describe('What to do, where it is not well') })
  .meta({ id: 'Finding' });

export const billDay = z
  .object({
    kind: z.string(),
    covers_on: z.iso.date(),
    state: z.string(),
    attempts: z.int(),
    last_error: z.string().optional(),
    document_id: id.optional(),
    lines: z.string().optional(),
    ready_at: instant,
    gone_at: instant,
  })
  .meta({ id: 'BillDay' });
/** What a document is called where it was; no path, and nothing that a terminal takes for more than text. */
export const documentName = text(200, 1).regex(/^[^\p{Cc}]+$/u);
export const newReconciliation = z.strictObject({
  documents: z.array(id).min(1).max(200),
  orders: z
    .strictObject({ from: day, to: day })
    .refine((d) => d.from <= d.to, 'the first day is after the last')
    .optional()
    .describe(
      'The book’s own orders of these days are the merchant’s side; leave out where an order book is among the documents',
    ),
  timezone: text(64, 1).default('Asia/Shanghai').describe('Of local times and business days'),
  as_of: moment.optional().describe('Judged as of then; else at the end of the last day the documents cover'),
});
export const reconciliation = z
  .object({
    id,
    livemode: z.boolean(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    timezone: z.string(),
    as_of: instant.optional(),
    orders: z.object({ from: day, to: day }).optional(),
    documents: z.array(z.object({ id, name: z.string(), origin: z.string(), sha256: z.string() })),
    created_at: instant,
    started_at: instant.optional(),
    ended_at: instant.optional(),
    progress: z
      .object({
        step: both,
        done: z.number(),
        total: z.number().optional(),
        unit: z.string().optional(),
        rows: z.number().optional(),
      })
      .optional(),
    failure: z.object({ code: z.string(), says: both, remedy: both }).optional(),
    outcome: z.enum(['clean', 'breaks', 'incomplete']).optional(),
    from: day.optional(),
    to: day.optional(),
    totals: z.record(z.string(), z.number()).optional(),
    superseded_by: id.optional().describe('A later one that had all of its documents and days'),
    files: z.array(z.object({ name: z.string(), sha256: z.string(), size: z.string() })),
  })
  .meta({ id: 'Reconciliation' });

export const newEndpoint = z.strictObject({
  url: address,
  types: z
    .array(z.string().regex(/^(\*|[a-z_]+(\.(\*|[a-z_]+))?)$/))
    .min(1)
    .max(50)
    .default(['*']),
});
export const endpoint = z
  .object({
    id,
    url: z.string(),
    types: z.array(z.string()),
    state: z.string(),
    disabled_why: z.string().optional(),
    created_at: instant,
    secret: z.string().optional().describe('Shown once'),
  })
  .meta({ id: 'WebhookEndpoint' });
export const delivery = z
  .object({
    id,
    event_seq: z.string().optional(),
    type: z.string().optional(),
    state: z.string(),
    attempts: z.int(),
    last_status: z.int().optional(),
    last_error: z.string().optional(),
    created_at: instant,
    ended_at: instant.optional(),
  })
  .meta({ id: 'Delivery' });

export const event = z
  .object({
    seq: z.string().describe('The feed’s cursor'),
    id,
    type: z.string(),
    livemode: z.boolean(),
    at: instant,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });

export const SCOPES = ['read', 'orders', 'act', 'refund', 'approve', 'admin'] as const;
/** It is test or live as the key that makes it. */
export const newKey = z.strictObject({ name: text(80, 1), scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length) });
export const key = z
  .object({
    id,
    name: z.string(),
    prefix: z.string(),
    livemode: z.boolean(),
    scopes: z.array(z.string()),
    created_at: instant,
    last_used_at: instant.optional(),
    revoked_at: instant.optional(),
    key: z.string().optional().describe('Shown once'),
  })
  .meta({ id: 'Key' });

export const me = z
  .object({
    kind: z.enum(['key', 'session']),
    id,
    livemode: z.boolean(),
    scopes: z.array(z.enum(SCOPES)),
    name: z.string().describe('Of the key or the user'),
    version: z.string(),
  })
  .meta({ id: 'Me' });

export const alert = z
  .object({
    id,
    kind: z.string(),
    subject_kind: z.string(),
    subject_id: id,
    detail: z.record(z.string(), z.string()),
    opened_at: instant,
    last_at: instant,
    times: z.string(),
  })
  .meta({ id: 'Alert' });

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().optional().describe('Pass as `after` for the next page') });
export const foundByNumber = page(payment).extend({ payout: batch.optional().describe('The payout of this number') });
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(200).optional(),
};
