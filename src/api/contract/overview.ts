/** The overview: where the money is right now, four numbers, the channels, and what waits for a person. Each number says what it counts. */
import { z } from 'zod';
import { both, day, id, instant, money } from '../contract.ts';

const sum = { payments: z.int(), amount: money };
const byVerdict = z.object({ verdict: z.string(), ...sum });
const truth = z.object({
  payments: z.int().describe('Told by a notification or by the answer to our question'),
  p50_ms: z.int().optional(),
  p95_ms: z.int().optional(),
  from_documents: z.int().describe('First known from a document: not measured'),
});

export const overview = z
  .object({
    as_of: instant,
    days: z.int(),
    from: day.describe('The first day of business that counts'),
    currency: z.string(),
    currencies: z
      .array(z.object({ currency: z.string(), payments: z.int() }))
      .describe('Never added up; the commonest first'),
    is_empty: z.boolean().describe('This side of the book has neither a payment nor a document'),
    stations: z
      .array(
        z.object({
          station: z.string(),
          title: both,
          ...sum,
          oldest_at: instant
            .optional()
            .describe('When the customer paid, or ordered, of the oldest that still stands here'),
          median_at: instant.optional(),
          parts: z.array(byVerdict),
        }),
      )
      .describe(
        'Where the money of the payments of these days stands now: of each the parts of `stands`. GET /v1/payments with the same `station`, `currency` and `from` lists them',
      ),
    at_risk: z
      .object({ ...sum, parts: z.array(byVerdict) })
      .describe(
        'Paid, and the merchant may yet do the wrong thing or lose the money: unrecorded, paid after close, duplicate, overpaid, the part charged back, and what is in progress for longer than the policy’s pendingCaseMinutes. Less what was given back. GET /v1/payments?at_risk=true',
      ),
    late: z
      .object({
        ...sum,
        parts: z.array(
          z.object({
            verdict: z.string(),
            account_id: id,
            custody: z.string(),
            since: day.describe('The earliest day on which one of them was due, or was paid where none was promised'),
            ...sum,
          }),
        ),
      })
      .describe(
        'Owed by somebody else: late, held, or returned by the bank, by the account it is owed through. Settled short is not among it: its breaks tell how much is missing. GET /v1/payments?verdict=late,held,payout_returned',
      ),
    repaired: z
      .object({
        on: day,
        ...sum,
        before: z
          .object(sum)
          .optional()
          .describe('The day before, to the same time of day; absent where there was none'),
      })
      .describe(
        'Today the merchant’s system recorded them because we told it, before a person had to be asked. GET /v1/payments?repaired_on=',
      ),
    truth: z
      .object({ on: day, today: truth, before: truth.optional() })
      .describe('Of the payments customers made today: from their payment until the first word of it was stored'),
    channels: z.array(
      z.object({
        account_id: id,
        name: z.string(),
        provider: z.string(),
        feed: z.enum(['relay', 'copy', 'none']),
        state: z.enum(['active', 'paused']),
        hours: z
          .array(z.object({ at: instant, tried: z.int(), paid: z.int() }))
          .describe('The last 24 hours, those in which there was something'),
        notified: z.int().describe('Of the payments of the last 24 hours: first known by a notification'),
        asked: z.int().describe('First known because we asked: the notification was lost, or slower'),
        from_documents: z.int(),
        p50_ms: z.int().optional().describe('From the customer’s payment until its notification was stored'),
        p95_ms: z.int().optional(),
        batches: z
          .object({ in_time: z.int(), late: z.int(), to_come: z.int() })
          .describe(
            'Of these days, as the bank’s statement shows them; late: due and not there, after its day, or returned',
          ),
        last_answer_at: instant.optional(),
        last_failure_at: instant.optional(),
        rests_until: instant.optional().describe('It did not answer: it is not asked until then'),
      }),
    ),
    wants: z
      .array(
        z.object({
          kind: z.enum(['case', 'alert', 'breaks', 'explanation', 'bill', 'approval', 'refund']),
          what: z.string().describe('The case’s reason or the alert’s kind; else as `kind`'),
          count: z.int(),
          amount: money.optional(),
          since: instant.optional(),
          subject: z.object({ kind: z.string(), id }).optional().describe('Where it is about one thing'),
        }),
      )
      .describe('What waits for a person, the most urgent first'),
  })
  .meta({ id: 'Overview' });
