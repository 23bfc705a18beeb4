/**
 * The list of payments, newest first. A filter is held against what is said of a payment now, which its row does not always have: so rows that
 * may fit are read by an index and judged until the page is full.
 */
import { z } from 'zod';
import type { Reading } from '../actions/standing.ts';
import { GIVEN_BACK, STATION } from '../actions/stands.ts';
import { STATIONS } from '../actions/stations.ts';
import { CHINA } from '../base/time.ts';
import type { TenantTx } from '../db/pool.ts';
import { VERDICTS, type VerdictCode } from '../verdicts/catalogue.ts';
import { repairedBetween } from '../watch/figures.ts';
import { isAtRisk } from '../watch/overview.ts';
import * as shape from './contract.ts';
import { cursor, fromCursor } from './manners.ts';
import { type PaymentOut, type Shown, standingsWith } from './read.ts';

const codes = Object.keys(VERDICTS).join('|');
const on = z.iso.date().refine((d) => d >= '1970-01-01' && d <= '9000-12-31', 'from 1970 on');

export const listQuery = z.strictObject({
  ...shape.paging,
  verdict: z
    .string()
    .max(300)
    .regex(new RegExp(`^(${codes})(,(${codes}))*$`))
    .optional()
    .describe('One or several, with commas'),
  station: z
    .enum(Object.keys(STATIONS) as [string, ...string[]])
    .optional()
    .describe('Some of its money stands there (`stands`)'),
  account_id: shape.id.optional().describe('The channel account that took it'),
  store: shape.text(64, 1).optional().describe('As its order names it'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  from: on.optional().describe('The first day: when the customer paid, else when the order was placed'),
  to: on.optional().describe('The last day'),
  at_risk: z.literal('true').optional().describe('As the overview counts money at risk'),
  repaired_on: on
    .optional()
    .describe('Recorded on that day because we told the merchant’s system, and no person had to'),
});
type Asked = z.output<typeof listQuery>;

/** Stored verdicts that may be this one when judged as they stand now; `b` is the payment's batch. */
const BATCH_STATE: Readonly<Partial<Record<VerdictCode, string>>> = {
  received: 'credited',
  late: 'late',
  short_settled: 'short',
  payout_returned: 'returned',
};
function mayBe(code: VerdictCode): string {
  const state = BATCH_STATE[code];
  if (state !== undefined)
    return `(p.verdict = '${code}' or (p.verdict in ('on_its_way', 'held') and b.state = '${state}'))`;
  if (code === 'unknown') return `p.verdict in ('unknown', 'on_its_way', 'unrecorded', 'held')`;
  return `p.verdict = '${code}'`;
}

/** What a row tells of its stations (`stands.ts`); its verdict says the rest. */
const STANDS: Readonly<Record<string, string>> = {
  held: `p.verdict = 'held'`,
  charged_back: `p.verdict = 'charged_back'`,
  refunded: `(p.position = 'refunded' or ${GIVEN_BACK} > 0)`,
};

/** So many rows are looked at for one page at most; a page may be short, and `next` goes on behind it. */
const MOST_SCANNED = 2_000;

export async function page(
  tx: TenantTx,
  reading: Reading,
  livemode: boolean,
  asked: Asked,
): Promise<{ items: PaymentOut[]; next?: string }> {
  const now = reading.pace.now();
  const { pendingCaseMinutes } = await reading.policies.of(tx);
  const fits = (s: Shown): boolean => isAsked(s, asked, now.subtract({ minutes: pendingCaseMinutes }));
  const params: unknown[] = [livemode];
  const where = conditions(asked, (value) => `$${params.push(value) + 1}`);
  let after = fromCursor(asked.after);
  const items: PaymentOut[] = [];
  for (let scanned = 0; scanned < MOST_SCANNED; ) {
    const at = params.length + 2;
    const found = await standingsWith(
      tx,
      reading,
      `p.id in (select p.id from payments p left join batches b on b.tenant_id = $1 and b.id = p.batch_id
         where p.tenant_id = $1 and p.livemode = $2 ${where.map((condition) => `and ${condition}`).join(' ')}
           and ($${at}::timestamptz is null or (p.created_at, p.id) < ($${at}::timestamptz, $${at + 1}::uuid))
         order by p.created_at desc, p.id desc limit $${at + 2})`,
      [...params, after?.[0] ?? null, after?.[1] ?? null, asked.limit],
      'order by p.created_at desc, p.id desc',
    );
    scanned += found.length;
    for (const one of found) {
      after = [one.createdAt.toString(), one.shown.id];
      if (fits(one)) items.push(one.shown);
      if (items.length === asked.limit) return { items, next: cursor(...after) };
    }
    if (found.length < asked.limit) return { items };
  }
  return after === undefined ? { items } : { items, next: cursor(...after) };
}

function conditions(asked: Asked, p: (value: unknown) => string): string[] {
  const where: string[] = [];
  const startOf = (day: string): string => p(Temporal.PlainDate.from(day).toZonedDateTime(CHINA).toInstant());
  const afterDay = (day: string): string =>
    p(Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(CHINA).toInstant());
  if (asked.verdict !== undefined)
    where.push(`(${(asked.verdict.split(',') as VerdictCode[]).map(mayBe).join(' or ')})`);
  if (asked.station !== undefined)
    where.push(STANDS[asked.station] ?? `(${STATION}) = ${p(asked.station)} and p.direction = 'in'`);
  if (asked.account_id !== undefined) where.push(`p.account_id = ${p(asked.account_id)}`);
  if (asked.store !== undefined)
    where.push(
      `p.order_id in (select o.id from orders o where o.tenant_id = $1 and o.livemode = $2 and o.store = ${p(asked.store)})`,
    );
  if (asked.currency !== undefined) where.push(`p.currency = ${p(asked.currency)}`);
  if (asked.from !== undefined) where.push(`p.moment >= ${startOf(asked.from)}`);
  if (asked.to !== undefined) where.push(`p.moment < ${afterDay(asked.to)}`);
  if (asked.at_risk !== undefined) where.push(`p.verdict in (${codesAtRisk.map((code) => `'${code}'`).join(', ')})`);
  if (asked.repaired_on !== undefined)
    where.push(`(${repairedBetween(startOf(asked.repaired_on), afterDay(asked.repaired_on))})`);
  return where;
}

const codesAtRisk = (Object.keys(VERDICTS) as VerdictCode[]).filter((code) => isAtRisk(code, true));

function isAsked({ shown, createdAt }: Shown, asked: Asked, longSince: Temporal.Instant): boolean {
  const code = shown.verdict?.code as VerdictCode | undefined;
  if (asked.verdict !== undefined && (code === undefined || !asked.verdict.split(',').includes(code))) return false;
  if (asked.station !== undefined && shown.stands?.some((s) => s.station === asked.station) !== true) return false;
  if (asked.at_risk === undefined) return true;
  const at = Temporal.Instant.from(shown.captured_at ?? shown.placed_at ?? createdAt.toString());
  return code !== undefined && isAtRisk(code, Temporal.Instant.compare(at, longSince) < 0);
}
