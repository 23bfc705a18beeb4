/**
 * The balance report of a day (UTC): asked whether its data are there, made, and fetched once it is done. Making it is one request for a few
 * hours by its idempotency key, so that asking again finds the report that is being made.
 *
 * The file lies at Stripe's own host and needs the key: it is sent there and nowhere else.
 */
import { z } from 'zod';
import { type Call, jsonOf, mustBe, refused, sent, unknown, unreadable } from '../call.ts';
import type { Account, BillAnswer, BillAsk } from '../channel.ts';
import { call, headersFor, keyFor, modeMustBe } from './calls.ts';
import { REFUND_KEY } from './settings.ts';
import { isByIntent, orderKeyOf } from './words.ts';

/** Payments and refunds by when they happened; payouts are a report of their own. */
export const REPORT = 'balance_change_from_activity.itemized.3';
const FILES_HOST = 'files.stripe.com';
const BILL_TIMEOUT_MS = 300_000;
const MOST_BILL = 1_073_741_824;
const KEY_HOURS = 6;

const COLUMNS = [
  'balance_transaction_id',
  'created_utc',
  'created',
  'available_on',
  'currency',
  'gross',
  'fee',
  'net',
  'reporting_category',
  'source_id',
  'description',
  'customer_facing_amount',
  'customer_facing_currency',
  'charge_id',
  'payment_intent_id',
  'payment_method_type',
];

const typeShape = z.object({
  id: z.string(),
  object: z.literal('reporting.report_type'),
  data_available_end: z.number().int(),
});
const runShape = z.object({
  id: z.string().regex(/^frr_\w+$/),
  object: z.literal('reporting.report_run'),
  livemode: z.boolean(),
  report_type: z.string(),
  parameters: z.object({ interval_start: z.number(), interval_end: z.number() }),
  status: z.enum(['pending', 'succeeded', 'failed']),
  error: z.string().nullish(),
  result: z.object({ url: z.url() }).nullish(),
});
type Run = z.output<typeof runShape>;

export async function bill(ask: BillAsk, on: Call): Promise<BillAnswer> {
  if (ask.kind !== 'balance') return refused('NO_SUCH_BILL', ask.kind);
  const [from, to] = [dayStart(ask.on), dayStart(ask.on.add({ days: 1 }))];
  const type = await call(on, 'GET', `/v1/reporting/report_types/${REPORT}`, {});
  if ('outcome' in type) return type;
  try {
    const { id, data_available_end } = typeShape.parse(jsonOf(type.body));
    mustBe(id, REPORT);
    if (data_available_end < to) return { outcome: 'not_ready' };
  } catch (error) {
    return unreadable(error);
  }
  const run = await runOf(from, to, on);
  if ('outcome' in run) return run;
  if (run.status === 'failed') return unknown(`the report failed: ${run.error ?? ''}`);
  if (run.status === 'pending') return { outcome: 'not_ready' };
  return await fetched(ask, run, on);
}

const dayStart = (on: Temporal.PlainDate): number => on.toZonedDateTime('UTC').epochMilliseconds / 1_000;

async function runOf(from: number, to: number, on: Call): Promise<Run | Exclude<BillAnswer, { outcome: 'fetched' }>> {
  const hours = Math.floor(on.io.now().epochMilliseconds / 3_600_000);
  const made = await call(
    on,
    'POST',
    '/v1/reporting/report_runs',
    [
      ['report_type', REPORT],
      ['parameters[interval_start]', String(from)],
      ['parameters[interval_end]', String(to)],
      ['parameters[timezone]', 'Etc/UTC'],
      ...[...COLUMNS, ...numbers(on.account)].map((name) => ['parameters[columns][]', name] as const),
    ],
    { key: `daozhang-report-${on.account.id}-${from}-${Math.floor(hours / KEY_HOURS)}` },
  );
  if ('outcome' in made) return made;
  try {
    const first = judged(runShape.parse(jsonOf(made.body)), from, to, on);
    // The answer to a key is kept as it was: how it stands now is asked.
    const now = await call(on, 'GET', `/v1/reporting/report_runs/${first.id}`, {});
    if ('outcome' in now) return now;
    const run = judged(runShape.parse(jsonOf(now.body)), from, to, on);
    mustBe(run.id, first.id);
    return run;
  } catch (error) {
    return unreadable(error);
  }
}

function judged(run: Run, from: number, to: number, on: Call): Run {
  modeMustBe(run.livemode, on.account);
  mustBe(run.report_type, REPORT);
  mustBe(String([run.parameters.interval_start, run.parameters.interval_end]), String([from, to]));
  return run;
}

/** Where a payment is named by its PaymentIntent, its number of the merchant's is not asked for: the line is named by what it has. */
const numbers = (account: Account): readonly string[] =>
  isByIntent(account)
    ? [`refund_metadata[${REFUND_KEY}]`]
    : [`payment_metadata[${orderKeyOf(account)}]`, `refund_metadata[${REFUND_KEY}]`];

async function fetched(ask: BillAsk, run: Run, on: Call): Promise<BillAnswer> {
  const url = new URL(run.result?.url ?? on.account.baseUrl);
  const isOurs = url.origin === new URL(on.account.baseUrl).origin || url.origin === `https://${FILES_HOST}`;
  if (run.result == null || !isOurs) return unknown(`the report lies at another host: ${url.host}`);
  const key = keyFor(on);
  if (typeof key !== 'string') return key;
  const file = await sent(on, {
    method: 'GET',
    url: url.href,
    headers: { 'user-agent': 'daozhang', ...headersFor(on, key) },
    body: undefined,
    timeoutMs: BILL_TIMEOUT_MS,
    mostBytes: MOST_BILL,
  });
  if ('outcome' in file) return file;
  if (file.status !== 200) return unknown(`the report's download answered ${file.status}`);
  const text = Buffer.from(file.body.subarray(0, 4_096)).toString('utf8');
  if (!text.replaceAll('"', '').startsWith('balance_transaction_id,')) return unknown('what came is no report');
  if (!/\n./.test(text)) return { outcome: 'empty' };
  return { outcome: 'fetched', name: `stripe-balance-${ask.on}.csv`, bytes: file.body, hash: undefined };
}
