/** A counter's day: what came in lately, and shifts with what they came to. Money is counted as the channels said it, per channel and currency. */
import { type MoneyView, moneyView } from '../actions/view.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';

export type Counter = Readonly<{ livemode: boolean; store: string; terminal: string }>;
export type Totals = Readonly<{
  channels: ReadonlyArray<Readonly<{ provider: string; payments: number; captured: MoneyView; refunded: MoneyView }>>;
  /** Verdicts of the payments that came in, as they stand at the close. */
  verdicts: Readonly<Record<string, number>>;
  /** Answers given to claims, by verdict. */
  claims: Readonly<Record<string, number>>;
}>;
export type Shift = Readonly<{
  id: string;
  store: string;
  terminal: string;
  opened_at: Temporal.Instant;
  opened_by: string;
  closed_at: Temporal.Instant | null;
  closed_by: string | null;
  totals: Totals | null;
}>;
const COLUMNS = 'id, store, terminal, opened_at, opened_by, closed_at, closed_by, totals';

/** Throws `shift.open`: one is open at this place. */
export async function openShift(tx: TenantTx, at: Counter, by: string, now: Temporal.Instant): Promise<Shift> {
  const made = await tx.maybe<Shift>(
    `insert into shifts (tenant_id, id, livemode, store, terminal, opened_at, opened_by) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, livemode, store, terminal) where closed_at is null do nothing returning ${COLUMNS}`,
    [tx.tenantId, newId(), at.livemode, at.store, at.terminal, now, by],
  );
  if (made === undefined) throw new DaozhangError('shift.open', {});
  return made;
}

/** Closes the open one with its totals. Throws `shift.none`. */
export async function closeShift(tx: TenantTx, at: Counter, by: string, now: Temporal.Instant): Promise<Shift> {
  const open = await currentShift(tx, at, true);
  if (open === undefined) throw new DaozhangError('shift.none', {});
  const totals = await totalsOf(tx, at, open.opened_at, now);
  return await tx.one<Shift>(
    `update shifts set closed_at = $3, closed_by = $4, totals = $5 where tenant_id = $1 and id = $2 returning ${COLUMNS}`,
    [tx.tenantId, open.id, now, by, JSON.stringify(totals)],
  );
}

export async function currentShift(tx: TenantTx, at: Counter, lock = false): Promise<Shift | undefined> {
  return await tx.maybe<Shift>(
    `select ${COLUMNS} from shifts where tenant_id = $1 and livemode = $2 and store = $3 and terminal = $4 and closed_at is null
      ${lock ? 'for update' : ''}`,
    [tx.tenantId, at.livemode, at.store, at.terminal],
  );
}

/** A place without a name stands for all. */
const HERE = `($3 = '' or o.store = $3) and ($4 = '' or o.terminal = $4)`;

export async function totalsOf(
  tx: TenantTx,
  at: Counter,
  from: Temporal.Instant,
  to: Temporal.Instant,
): Promise<Totals> {
  const params = [tx.tenantId, at.livemode, at.store, at.terminal, from, to];
  const channels = await tx.rows<{
    provider: string;
    currency: string;
    payments: bigint;
    captured: string;
    refunded: string;
  }>(
    `select a.provider, p.currency, count(*) as payments, sum(p.captured_minor)::text as captured, sum(p.refunded_minor)::text as refunded
       from payments p join accounts a on a.tenant_id = $1 and a.id = p.account_id
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where p.tenant_id = $1 and p.livemode = $2 and p.moment >= $5 and p.moment < $6 and p.captured_at is not null
        and p.position in ('captured', 'refunded') and ${HERE}
      group by a.provider, p.currency order by a.provider, p.currency`,
    params,
  );
  const verdicts = await tx.rows<{ code: string; n: bigint }>(
    `select coalesce(p.verdict, 'unknown') as code, count(*) as n from payments p
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where p.tenant_id = $1 and p.livemode = $2 and p.moment >= $5 and p.moment < $6 and ${HERE} group by 1 order by 1`,
    params,
  );
  const claims = await tx.rows<{ code: string; n: bigint }>(
    `select coalesce(o.code, 'unknown') as code, count(*) as n from claims o
      where o.tenant_id = $1 and o.livemode = $2 and o.created_at >= $5 and o.created_at < $6 and ${HERE} group by 1 order by 1`,
    params,
  );
  const counts = (rows: ReadonlyArray<{ code: string; n: bigint }>): Record<string, number> =>
    Object.fromEntries(rows.map((r) => [r.code, Number(r.n)]));
  return {
    channels: channels.map((c) => ({
      provider: c.provider,
      payments: Number(c.payments),
      captured: moneyView(BigInt(c.captured), c.currency)!,
      refunded: moneyView(BigInt(c.refunded), c.currency)!,
    })),
    verdicts: counts(verdicts),
    claims: counts(claims),
  };
}

/** Ids of what was captured, newest first. */
export async function recentlyCaptured(
  tx: TenantTx,
  at: Counter,
  since: Temporal.Instant,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.rows<{ id: string }>(
    `select p.id from payments p left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where p.tenant_id = $1 and p.livemode = $2 and p.moment >= $5 and p.captured_at is not null and ${HERE}
      order by p.moment desc, p.id desc limit $6`,
    [tx.tenantId, at.livemode, at.store, at.terminal, since, limit],
  );
  return rows.map((r) => r.id);
}
