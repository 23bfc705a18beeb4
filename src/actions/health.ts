/**
 * How a channel behaves towards one account, shared by all processes through its row: the pace at which it may be asked (GCRA: the
 * time at which the bucket is empty again), a breaker, the last word of its clock.
 */
import type { OpenAccount } from '../channels/accounts.ts';
import type { Answer, RawMessage } from '../channels/channel.ts';
import { inquiriesPerSecond } from '../channels/ladders.ts';
import type { TenantTx } from '../db/pool.ts';

/** A burst of so many seconds' worth may be asked at once. */
const BURST_SECONDS = 2;
export const BREAK_AFTER = 5;
const BREAK_MS = 5_000;
const BREAK_MOST_MS = 300_000;
/** While one question tries whether the channel is back. */
const TRIAL_MS = 2_000;

type Turns = Readonly<{ granted: number; waitMs: number; everyMs: number }>;

/** Takes up to `wanted` turns at the account's pace; none while its breaker is open, and one after that until an answer has come. */
export async function takeTurns(tx: TenantTx, open: OpenAccount, wanted: number): Promise<Turns> {
  const everyMs = 1_000 / inquiriesPerSecond(open.account.provider);
  const row = await tx.one<{ failures: number; debt_ms: string; broken_ms: string }>(
    // Before PostgreSQL 17 nothing may be subtracted from -infinity, where pacing begins.
    `select failures, extract(epoch from greatest(paced_until, now()) - now()) * 1000 as debt_ms,
            greatest(0, coalesce(extract(epoch from open_until - now()) * 1000, 0)) as broken_ms
       from account_health where tenant_id = $1 and account_id = $2 for update`,
    [tx.tenantId, open.account.id],
  );
  const brokenMs = Number(row.broken_ms);
  if (brokenMs > 0) return { granted: 0, waitMs: brokenMs, everyMs };
  const debtMs = Number(row.debt_ms);
  const room = Math.floor((BURST_SECONDS * 1_000 - debtMs) / everyMs);
  const onTrial = row.failures >= BREAK_AFTER;
  const granted = Math.max(0, Math.min(wanted, room, onTrial ? 1 : wanted));
  if (granted > 0)
    await tx.run(
      `update account_health set paced_until = greatest(paced_until, now()) + $3 * interval '1 millisecond'
        where tenant_id = $1 and account_id = $2`,
      [tx.tenantId, open.account.id, granted * everyMs],
    );
  return { granted, waitMs: onTrial ? TRIAL_MS : everyMs * Math.max(1, -room), everyMs };
}

/**
 * Counts a call without an answer; after five in a row the account rests, longer each time. Calls that were under way when the rest
 * began say nothing new and are not counted: sixteen at once that time out are one silence, not sixteen. Returns how long it rests.
 */
export async function noteFailure(
  tx: TenantTx,
  accountId: string,
  answer: Exclude<Answer, { outcome: 'answered' }>,
): Promise<number> {
  // That we ask too fast or wrongly is no fault of the channel.
  const isFault = answer.outcome === 'unknown';
  const says = answer.outcome === 'limited' ? 'limited' : answer.detail;
  const row = await tx.one<{ rest_ms: string }>(
    `update account_health set
        failures = failures + case when ${COUNTS} then 1 else 0 end, last_failure_at = now(), last_failure = $4,
        open_until = case when ${COUNTS} and failures + 1 >= $5
          then now() + least($6 * power(2, least(failures + 1 - $5, 10)), $7) * interval '1 millisecond' else open_until end
      where tenant_id = $1 and account_id = $2
      returning greatest(0, coalesce(extract(epoch from open_until - now()) * 1000, 0)) as rest_ms`,
    [tx.tenantId, accountId, isFault, `${answer.outcome}: ${says}`.slice(0, 300), BREAK_AFTER, BREAK_MS, BREAK_MOST_MS],
  );
  return Number(row.rest_ms);
}

const COUNTS = '($3 and (open_until is null or open_until <= now()))';

export async function noteAnswer(
  tx: TenantTx,
  accountId: string,
  raw: RawMessage,
  now: Temporal.Instant,
): Promise<void> {
  const skew = skewOf(raw, now);
  await tx.run(
    `update account_health set failures = 0, open_until = null, last_answer_at = now(), clock_skew_ms = coalesce($3, clock_skew_ms)
      where tenant_id = $1 and account_id = $2
        and (failures > 0 or last_answer_at is null or last_answer_at < now() - interval '10 seconds')`,
    [tx.tenantId, accountId, skew ?? null],
  );
}

/** The channel's Date header (RFC 9110, IMF-fixdate, whole seconds) against our clock. */
function skewOf(raw: RawMessage, now: Temporal.Instant): number | undefined {
  const { date } = raw.headers;
  const match = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/.exec(date ?? '');
  const month = MONTHS.indexOf(match?.[2] ?? '');
  if (match === null || month === -1) return undefined;
  const said = Temporal.Instant.from(`${match[3]}-${String(month + 1).padStart(2, '0')}-${match[1]}T${match[4]}Z`);
  return Math.trunc(said.until(now).total('milliseconds'));
}
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
