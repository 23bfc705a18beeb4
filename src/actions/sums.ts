/**
 * The sums of each hour's payments, which the overview adds up instead of the payments. They are true of every hour that nobody touched since
 * (`traces/touched.ts`); a touched one is read payment by payment until it is summed anew, here, soon after it is past.
 *
 * In the order of the statements lies that they are true: what was touched is taken away first, so that what is committed later stays and
 * what was committed before is seen by the sum. One at a time sums for a tenant.
 *
 * Cost: one look a tenant; the payments of a touched hour once for all that touched it meanwhile.
 */
import type { Book, TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import type { Pace } from './pace.ts';

/** Where they wait it is told to the minute since when: these are not summed, and not read from sums. */
export const FRESH_HOURS = 2;
/** Of one transaction. */
const MOST_HOURS = 24;

const COLUMNS =
  'account_id, currency, verdict, position, unpaid, unrecorded, refunded, cleared_on, batch_id, first_at, payments, rest_payments, whole_minor, given_minor';
const TYPES = [
  ...['uuid', 'text', 'text', 'text', 'boolean', 'boolean', 'boolean', 'date', 'uuid'],
  ...['timestamptz', 'bigint', 'bigint', 'numeric', 'numeric'],
];

/** A payment `p` in the columns of a sum. */
const EACH = `p.account_id, p.currency, p.verdict, p.position, p.captured_at is null as unpaid, p.recorded_at is null as unrecorded,
  p.refunded_minor > 0 as refunded, p.cleared_on, p.batch_id, p.moment as first_at, 1::bigint as payments,
  case when p.captured_minor > p.refunded_minor or p.captured_minor = 0 then 1 else 0 end::bigint as rest_payments,
  (case when p.captured_at is null then p.ordered_minor else p.captured_minor end)::numeric as whole_minor,
  least(p.refunded_minor, p.captured_minor)::numeric as given_minor`;
/** What has no amount, and what nothing was ever said of, stands nowhere; what was charged back is told from its trace. */
const COUNTS = `p.direction = 'in' and p.currency is not null and p.verdict <> 'charged_back' and (p.captured_at is not null or p.ordered_minor is not null)`;

/** The first hour that is not read from sums. */
export const freshFrom = (now: Temporal.Instant): Temporal.Instant =>
  now.subtract({ hours: FRESH_HOURS }).round({ smallestUnit: 'hour', roundingMode: 'floor' });

/**
 * All payments of `$1` from one parameter on, as sums where these are true and one by one where not. From `fresh` on, in the hours of
 * the list `alone` and in those touched they are read themselves. One statement, so that all of it is of one moment.
 */
export const sumsFrom = (livemode: string, from: string, fresh: string, alone: string): string => `
  with alone as materialized (
    select hour from touched_hours where tenant_id = $1 and livemode = ${livemode} and hour >= ${from} and hour < ${fresh}
     union select hour from unnest(${alone}::timestamptz[]) as u (hour) where hour >= ${from} and hour < ${fresh})
  select ${EACH} from payments p where p.tenant_id = $1 and p.livemode = ${livemode} and p.moment >= ${fresh} and ${COUNTS}
   union all
  select e.* from alone cross join lateral (
    select ${EACH} from payments p
     where p.tenant_id = $1 and p.livemode = ${livemode} and p.moment >= alone.hour and p.moment < alone.hour + interval '1 hour' and ${COUNTS} offset 0) e
   union all
  select ${COLUMNS} from hour_sums s
   where s.tenant_id = $1 and s.livemode = ${livemode} and s.hour >= ${from} and s.hour < ${fresh}
     and not exists (select from alone where alone.hour = s.hour)`;

/** Sums what was touched and is past, of all tenants; whether there is more. */
export async function sumsDue({ book, pace }: Readonly<{ book: Book; pace: Pace }>): Promise<boolean> {
  let more = false;
  const tenants = await book.shared((tx) => tx.rows<{ id: string }>('select id from tenants'));
  for (const { id } of tenants)
    for (const livemode of [true, false])
      more = (await book.tenant(id, (tx) => sumHours(tx, livemode, freshFrom(pace.now())))) || more;
  return more;
}

type SumRow = Readonly<Record<string, unknown> & { hour: Temporal.Instant }>;

/** The newest first: they are asked for most. */
async function sumHours(tx: TenantTx, livemode: boolean, before: Temporal.Instant): Promise<boolean> {
  const touched = await tx.rows<{ hour: Temporal.Instant }>(
    `select distinct hour from touched_hours where tenant_id = $1 and livemode = $2 and hour < $3 order by hour desc limit ${MOST_HOURS}`,
    [tx.tenantId, livemode, before],
  );
  if (touched.length === 0) return false;
  const { mine } = await tx.one<{ mine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('daozhang sums'), hashtext($1)) as mine`,
    [tx.tenantId],
  );
  if (!mine) return false;
  const at = [tx.tenantId, livemode, touched.map((t) => t.hour)];
  await tx.run('delete from touched_hours where tenant_id = $1 and livemode = $2 and hour = any($3)', at);
  await tx.run('delete from hour_sums where tenant_id = $1 and livemode = $2 and hour = any($3)', at);
  const sums = await tx.rows<SumRow>(SUM, at);
  const rows = sums.map((sum, n) => [livemode, sum.hour, n, ...COLUMNS.split(', ').map((column) => sum[column])]);
  for (const chunk of inChunks(rows, TYPES.length + 4)) {
    const v = tenantValues(['boolean', 'timestamptz', 'int', ...TYPES], chunk);
    await tx.run(`insert into hour_sums (tenant_id, livemode, hour, n, ${COLUMNS}) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
  return touched.length === MOST_HOURS;
}

const KEY = `e.account_id, e.currency, e.verdict, e.position, e.unpaid, e.unrecorded, e.refunded, e.cleared_on, e.batch_id`;
const SUM = `select h.hour, ${KEY}, min(e.first_at) as first_at, sum(e.payments)::bigint as payments, sum(e.rest_payments)::bigint as rest_payments,
            sum(e.whole_minor) as whole_minor, sum(e.given_minor) as given_minor
       from unnest($3::timestamptz[]) as h (hour) cross join lateral (
         select ${EACH} from payments p
          where p.tenant_id = $1 and p.livemode = $2 and p.moment >= h.hour and p.moment < h.hour + interval '1 hour' and ${COUNTS} offset 0) e
      group by h.hour, ${KEY}`;
