/**
 * How long it took of late at an account from the customer's payment until the shop's system knew: half of the payments, and 95 of 100.
 * Of the newest five hundred of seven days, found by index; under twenty payments nothing is usual.
 */
import type { TenantTx } from '../db/pool.ts';

const NEWEST = 500;
const FEWEST = 20;
/** What was recorded later than this was no step of the day: it was brought in as history, or repaired by people. */
const HISTORY_HOURS = 6;

export type Usual = Readonly<{ half_ms: number; most_ms: number; of: number }>;

export async function usualToRecord(
  tx: TenantTx,
  of: Readonly<{ accountId: string; livemode: boolean; but: string }>,
): Promise<Usual | undefined> {
  return await tx.maybe<Usual>(
    `with lately as (
       select captured_at, recorded_at from payments
        where tenant_id = $1 and account_id = $2 and livemode = $3 and id <> $4 and created_at > now() - interval '7 days'
        order by created_at desc, id desc limit ${NEWEST}),
     took as (
       select greatest(0, extract(epoch from recorded_at - captured_at) * 1000)::int8 as ms from lately
        where recorded_at is not null and captured_at is not null and recorded_at < captured_at + interval '${HISTORY_HOURS} hours')
     select percentile_disc(0.5) within group (order by ms)::int as half_ms, percentile_disc(0.95) within group (order by ms)::int as most_ms,
            count(*)::int as of
       from took having count(*) >= ${FEWEST}`,
    [tx.tenantId, of.accountId, of.livemode, of.but],
  );
}
