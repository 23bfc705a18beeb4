/**
 * What was repaired without a person, and how long it took until we knew of a payment: in a span of time.
 *
 * Cost: by the partial indexes `actions_repaired` and `observations_captured`: the span asked for, and no more.
 */
import type { Currency } from '../base/currency.ts';
import type { TenantTx } from '../db/pool.ts';

/** `from <= at < to`. */
export type Stretch = Readonly<{ livemode: boolean; from: Temporal.Instant; to: Temporal.Instant }>;

/**
 * Of a payment `p`: the merchant's system did not know of it, we told it, and it recorded it before a person had to be asked (`repair.ts`
 * opens a case after an hour). Recorded from the one parameter until before the other.
 */
export const repairedBetween = (from: string, to: string): string => `p.recorded_at >= ${from} and p.recorded_at < ${to}
  and not exists (select from cases c where c.tenant_id = $1 and c.reason = 'unrecorded' and c.subject_kind = 'payment' and c.subject_id = p.id)
  and p.id in (select a.payment_id from actions a where a.tenant_id = $1 and a.kind = 'repair' and a.state = 'done')`;

export type Repaired = Readonly<{ payments: bigint; minor: bigint }>;

export async function repairedIn(tx: TenantTx, { livemode, from, to }: Stretch, currency: Currency): Promise<Repaired> {
  const row = await tx.one<{ payments: bigint; minor: string | null }>(
    `select count(*) as payments, sum(p.captured_minor) as minor from payments p
      where p.tenant_id = $1 and p.livemode = $2 and ${repairedBetween('$3', '$4')} and p.currency = $5`,
    [tx.tenantId, livemode, from, to, currency],
  );
  return { payments: row.payments, minor: BigInt(row.minor ?? 0) };
}

export type Truth = Readonly<{
  /** Told by a notification or an answer to our question. */
  payments: bigint;
  p50Ms: bigint | undefined;
  p95Ms: bigint | undefined;
  /** First known from a document: they are no measure of how fast we are told. */
  fromDocuments: bigint;
}>;

/** Of payments that customers made in the span: from their payment until the first word of it was stored, as it stood at its end. */
export async function truthIn(tx: TenantTx, { livemode, from, to }: Stretch): Promise<Truth> {
  const row = await tx.one<{ payments: bigint; documents: bigint; p50: string | null; p95: string | null }>(
    `select count(*) filter (where live) as payments, count(*) filter (where not live) as documents,
            (percentile_disc(0.5) within group (order by ms) filter (where live))::text as p50,
            (percentile_disc(0.95) within group (order by ms) filter (where live))::text as p95
       from (select f.source in ('notification', 'inquiry') as live,
                    greatest(0, trunc(extract(epoch from f.received_at - f.occurred_at) * 1000)) as ms
               from (${FIRST_WORDS}) as f join payments p on p.tenant_id = $1 and p.id = f.payment_id and p.livemode = $4) as q`,
    [tx.tenantId, from, to, livemode],
  );
  return {
    payments: row.payments,
    p50Ms: row.p50 === null ? undefined : BigInt(row.p50),
    p95Ms: row.p95 === null ? undefined : BigInt(row.p95),
    fromDocuments: row.documents,
  };
}

/** Of payments made in `$2 <= at < $3` the word by which we knew first, as far as anything was known at `$3`. */
export const FIRST_WORDS = `select distinct on (o.payment_id) o.payment_id, o.account_id, o.source, o.occurred_at, o.received_at
  from observations o
 where o.tenant_id = $1 and o.kind = 'captured' and o.occurred_at >= $2 and o.occurred_at < $3 and o.received_at < $3
   and o.payment_id is not null
 order by o.payment_id, o.received_at, o.source`;
