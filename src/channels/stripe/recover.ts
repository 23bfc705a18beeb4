/**
 * The list of events: what Stripe would have delivered, for thirty days. Lost notifications of refunds, disputes and payouts, of which
 * nobody asks, come in by it. Each event is named by its id as when it is delivered, so that it enters once.
 *
 * Pages run from the newest back. A span with more pages than are fetched at once is shortened, so that the oldest come first.
 */
import { z } from 'zod';
import { type Call, jsonOf, type NoAnswer, unknown, unreadable } from '../call.ts';
import type { Listed, Recovered } from '../channel.ts';
import { call } from './calls.ts';
import { eventOf, factsOf, isOf } from './event.ts';

/** At most twenty may be named. Those whose PaymentIntent a later one supersedes are left out. */
const RECOVERED = [
  'payment_intent.succeeded',
  'payment_intent.processing',
  'payment_intent.amount_capturable_updated',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'payout.created',
  'payout.updated',
  'payout.paid',
  'payout.failed',
  'payout.canceled',
  'payout.reconciliation_completed',
] as const;

/** So long a delivery may take: what is younger is left to it, as it brings its signature. */
const LEFT_SECONDS = 120;
const KEPT_DAYS = 30;
const MOST_PAGES = 20;

const pageShape = z.object({
  object: z.literal('list'),
  has_more: z.boolean(),
  data: z.array(z.looseObject({ id: z.string() })),
});

export async function recover(since: Temporal.Instant, on: Call): Promise<Recovered> {
  const now = on.io.now();
  const oldest = now.subtract({ hours: 24 * KEPT_DAYS });
  const from = seconds(Temporal.Instant.compare(since, oldest) < 0 ? oldest : since);
  let to = seconds(now.subtract({ seconds: LEFT_SECONDS }));
  if (to <= from) return { outcome: 'answered', events: [], through: since };
  for (;;) {
    const events = await span(from, to, on);
    if (events !== undefined)
      return 'outcome' in events
        ? events
        : { outcome: 'answered', events, through: Temporal.Instant.fromEpochMilliseconds(to * 1_000) };
    const sooner = from + Math.floor((to - from) / 4);
    if (sooner === from) return unknown('more events in a few seconds than are read');
    to = sooner;
  }
}

const seconds = (at: Temporal.Instant): number => Math.floor(at.epochMilliseconds / 1_000);

/** The events of [from, to), oldest first; undefined where they are too many. */
async function span(from: number, to: number, on: Call): Promise<readonly Listed[] | undefined | NoAnswer> {
  const events: Listed[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await call(on, 'GET', '/v1/events', [
      ...RECOVERED.map((type) => ['types[]', type] as const),
      ['created[gte]', String(from)],
      ['created[lt]', String(to)],
      ['limit', '100'],
      ...(after === undefined ? [] : [['starting_after', after] as const]),
    ]);
    if ('outcome' in answer) return answer;
    try {
      pageShape.parse(jsonOf(answer.body));
      // Read strictly above; written anew here, as an event stands in the middle of the page.
      const { data, has_more } = pageShape.parse(JSON.parse(Buffer.from(answer.body).toString('utf8')));
      for (const it of data) events.push(listed(it, on));
      after = data.at(-1)?.id;
      if (!has_more || after === undefined) return events.reverse();
    } catch (error) {
      return unreadable(error);
    }
  }
  return undefined;
}

/** In a list of its own Stripe names no account: the request did. */
function listed(it: Readonly<Record<string, unknown>>, on: Call): Listed {
  const { subMerchantNo } = on.account;
  const whole = subMerchantNo === undefined || it.account !== undefined ? it : { ...it, account: subMerchantNo };
  const body = Buffer.from(JSON.stringify(whole));
  const event = eventOf(body);
  if (!isOf(event, on.account)) throw new Error(`${event.id} is of another mode or account`);
  return { key: event.id, bodyHash: factsOf(event, on.account), occurredAt: event.created, body };
}
