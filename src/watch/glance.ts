/**
 * How each channel account behaves: payments hour by hour, what its notifications are worth, whether its batches come in time, and whether it
 * answers at all.
 *
 * Cost: four statements for all accounts; the last day of payments and the batches of the days asked for.
 */
import type { TenantTx } from '../db/pool.ts';
import { FIRST_WORDS, type Stretch } from './figures.ts';

export type Hour = Readonly<{ at: Temporal.Instant; tried: bigint; paid: bigint }>;
export type Glance = Readonly<{
  accountId: string;
  name: string;
  provider: string;
  feed: 'relay' | 'copy' | 'none';
  state: 'active' | 'paused';
  hours: readonly Hour[];
  /** How we first knew of the payments of the last day. */
  notified: bigint;
  asked: bigint;
  fromDocuments: bigint;
  /** Of those that a notification told first: from the customer's payment until it was stored. */
  p50Ms: bigint | undefined;
  p95Ms: bigint | undefined;
  batches: Readonly<{ inTime: bigint; late: bigint; toCome: bigint }>;
  lastAnswerAt: Temporal.Instant | undefined;
  lastFailureAt: Temporal.Instant | undefined;
  /** It is not asked until then. */
  restsUntil: Temporal.Instant | undefined;
}>;

type AccountRow = Readonly<{
  id: string;
  name: string;
  provider: string;
  feed: Glance['feed'];
  state: Glance['state'];
  in_time: bigint;
  late: bigint;
  to_come: bigint;
  last_answer_at: Temporal.Instant | null;
  last_failure_at: Temporal.Instant | null;
  open_until: Temporal.Instant | null;
}>;
type WordRow = Readonly<{
  account_id: string;
  notified: bigint;
  asked: bigint;
  documents: bigint;
  p50: string | null;
  p95: string | null;
}>;

/** `day`: the last day, for payments and words. `since`: batches of days from then on. */
export async function glanceOf(tx: TenantTx, day: Stretch, since: Temporal.PlainDate): Promise<readonly Glance[]> {
  const accounts = await tx.rows<AccountRow>(
    `select a.id, a.name, a.provider, a.feed, a.state, h.last_answer_at, h.last_failure_at,
            case when h.open_until > now() then h.open_until end as open_until,
            coalesce(b.in_time, 0) as in_time, coalesce(b.late, 0) as late, coalesce(b.to_come, 0) as to_come
       from accounts a
       left join account_health h on h.tenant_id = $1 and h.account_id = a.id
       left join lateral (
         select count(*) filter (where b.state in ('credited', 'short') and (b.due_on is null or b.credited_on <= b.due_on)) as in_time,
                count(*) filter (where b.state in ('late', 'returned') or (b.state in ('credited', 'short') and b.credited_on > b.due_on)) as late,
                count(*) filter (where b.state = 'on_its_way') as to_come
           from batches b
          where b.tenant_id = $1 and b.livemode = $2 and b.channel = a.provider and b.account in (a.merchant_no, nullif(a.sub_merchant_no, ''))
            and b.business_to >= $3) b on true
      where a.tenant_id = $1 and a.livemode = $2 order by a.created_at, a.id`,
    [tx.tenantId, day.livemode, since],
  );
  const hours = await tx.rows<Readonly<{ account_id: string } & Hour>>(
    `select p.account_id, date_trunc('hour', p.moment) as at, count(*) as tried, count(*) filter (where p.captured_at is not null) as paid
       from payments p
      where p.tenant_id = $1 and p.livemode = $2 and p.direction = 'in' and p.moment >= $3 and p.moment < $4 and p.verdict is not null
      group by 1, 2 order by 2`,
    [tx.tenantId, day.livemode, day.from, day.to],
  );
  const words = await tx.rows<WordRow>(
    `select account_id, count(*) filter (where source = 'notification') as notified, count(*) filter (where source = 'inquiry') as asked,
            count(*) filter (where source not in ('notification', 'inquiry')) as documents,
            (percentile_disc(0.5) within group (order by ms) filter (where source = 'notification'))::text as p50,
            (percentile_disc(0.95) within group (order by ms) filter (where source = 'notification'))::text as p95
       from (select f.account_id, f.source, greatest(0, trunc(extract(epoch from f.received_at - f.occurred_at) * 1000)) as ms
               from (${FIRST_WORDS}) as f) as q
      group by account_id`,
    [tx.tenantId, day.from, day.to],
  );
  const hoursOf = Map.groupBy(hours, (h) => h.account_id);
  const wordsOf = new Map(words.map((w) => [w.account_id, w]));
  return accounts.map((a) => {
    const said = wordsOf.get(a.id);
    return {
      ...{ accountId: a.id, name: a.name, provider: a.provider, feed: a.feed, state: a.state },
      hours: (hoursOf.get(a.id) ?? []).map(({ at, tried, paid }) => ({ at, tried, paid })),
      ...{ notified: said?.notified ?? 0n, asked: said?.asked ?? 0n, fromDocuments: said?.documents ?? 0n },
      p50Ms: msOf(said?.p50),
      p95Ms: msOf(said?.p95),
      batches: { inTime: a.in_time, late: a.late, toCome: a.to_come },
      lastAnswerAt: a.last_answer_at ?? undefined,
      lastFailureAt: a.last_failure_at ?? undefined,
      restsUntil: a.open_until ?? undefined,
    };
  });
}

const msOf = (text: string | null | undefined): bigint | undefined =>
  text === null || text === undefined ? undefined : BigInt(text);
