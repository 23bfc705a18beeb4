/**
 * Wake-ups: what is to be looked at, and when. The row says nothing but that; whoever wakes reads the state anew, so that a wake-up may
 * come twice. A claim is a lease by the database's clock: work of a process that died is taken over when its lease ends.
 *
 * Cost: a claim is one index range for each tenant that has something due, and takes the same number from each (fair).
 */
import { DaozhangError } from '../base/errors.ts';
import type { Book, TenantTx, Tx } from '../db/pool.ts';
import { inChunks, values } from '../db/values.ts';

/** inquire: ask the channel about a payment · repair: tell the merchant's system · deliver: one webhook · close: close at the channel ·
 * bill: fetch the account's bills · recover: list the account's events at the channel · reconcile: run a reconciliation ·
 * claim: look at a customer's claim again · refund: send, ask about or end a refund of ours · remedy: do what the policy says about money
 * that nobody waits for · payout: ask the channel about a payout. */
export const DUE_KINDS = [
  'inquire',
  'repair',
  'deliver',
  'close',
  'bill',
  'recover',
  'reconcile',
  'claim',
  'refund',
  'remedy',
  'payout',
] as const;
export type DueKind = (typeof DUE_KINDS)[number];
export type Wake = Readonly<{ kind: DueKind; id: string; inMs: number }>;

/** Sets wake-ups; one that is there is moved and its lease is given back. `areNew`: of what has just been made, so that none is there. */
export async function setDue(tx: TenantTx, wakes: readonly Wake[], areNew = false): Promise<void> {
  // In the order of their keys, so that two transactions never wait for each other; of two for one the later.
  const sorted = wakes.toSorted(byKey);
  const rows = sorted
    .filter((w, i) => sorted[i + 1] === undefined || byKey(w, sorted[i + 1]!) !== 0)
    .map((w) => [w.kind, w.id, Math.max(0, Math.ceil(w.inMs))]);
  for (const chunk of inChunks(rows, 3)) {
    const v = values(['text', 'uuid', 'bigint'], chunk);
    await tx.run(
      `insert into due (tenant_id, kind, id, due_at)
       select $1, v.kind, v.id, now() + v.ms * interval '1 millisecond' from (${v.text}) as v (kind, id, ms)
       ${areNew ? '' : 'on conflict (tenant_id, kind, id) do update set due_at = excluded.due_at, lease_until = null'}`,
      [tx.tenantId, ...v.params],
    );
  }
}

const byKey = (a: Wake, b: Wake): number =>
  a.kind === b.kind ? (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) : a.kind < b.kind ? -1 : 1;

export async function clearDue(tx: TenantTx, kind: DueKind, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await tx.run('delete from due where tenant_id = $1 and kind = $2 and id = any($3)', [tx.tenantId, kind, [...ids]]);
}

/** What was answered to customers about these payments is looked at again: the verdict behind it is another. */
export async function wakeClaims(tx: TenantTx, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length === 0) return;
  const rows = await tx.rows<{ id: string }>(
    `select id from claims where tenant_id = $1 and payment_id = any($2) and state <> 'closed'`,
    [tx.tenantId, [...paymentIds]],
  );
  await setDue(
    tx,
    rows.map(({ id }) => ({ kind: 'claim', id, inMs: 0 })),
  );
}

/** Tenants that are worked on at once: one whose channel or endpoint hangs does not hold up those behind it. */
const TENANTS_AT_ONCE = 4;

/**
 * One sweep: of every tenant takes up to `each` due wake-ups for `leaseMs` and works on them; returns the sum of what `work` returns. A
 * tenant's are taken when their work begins, so that no lease runs while others are worked on.
 */
export async function workDue(
  book: Book,
  kind: DueKind,
  each: number,
  leaseMs: number,
  work: (tenantId: string, ids: readonly string[]) => Promise<number>,
  tenantsAtOnce = TENANTS_AT_ONCE,
): Promise<number> {
  let worked = 0;
  await eachAtOnce(await book.shared((tx) => tenantsWithDue(tx, kind)), tenantsAtOnce, async (tenantId) => {
    const ids = await book.shared((tx) => claimOf(tx, tenantId, kind, each, leaseMs));
    if (ids.length > 0) worked += await work(tenantId, ids);
  });
  return worked;
}

/** The kinds of which something is due, of any tenant: one look in place of one for each kind. */
export async function kindsDue(book: Book): Promise<readonly DueKind[]> {
  const rows = await book.shared((tx) =>
    tx.rows<{ kind: DueKind }>(
      `select k.kind from unnest($1::text[]) as k (kind)
        where exists (select from tenants t
                       where exists (select from due d where d.tenant_id = t.id and d.kind = k.kind and d.due_at <= now()
                                        and (d.lease_until is null or d.lease_until < now())))`,
      [DUE_KINDS],
    ),
  );
  return rows.map((r) => r.kind);
}

async function tenantsWithDue(tx: Tx, kind: DueKind): Promise<readonly string[]> {
  const rows = await tx.rows<{ id: string }>(
    `select t.id from tenants t
      where exists (select from due d where d.kind = $1 and d.tenant_id = t.id and d.due_at <= now()
                       and (d.lease_until is null or d.lease_until < now()))`,
    [kind],
  );
  return rows.map((r) => r.id);
}

async function claimOf(
  tx: Tx,
  tenantId: string,
  kind: DueKind,
  each: number,
  leaseMs: number,
): Promise<readonly string[]> {
  const rows = await tx.rows<{ id: string }>(
    // WITH, because a subquery in IN may be run once a row, and each run skips what the last has locked: all would be claimed.
    `with next as (
       select id from due where tenant_id = $1 and kind = $2 and due_at <= now()
          and (lease_until is null or lease_until < now())
        order by due_at limit $3 for update skip locked)
     update due d set lease_until = now() + $4 * interval '1 millisecond' from next
      where d.tenant_id = $1 and d.kind = $2 and d.id = next.id
     returning d.id`,
    [tenantId, kind, each, leaseMs],
  );
  return rows.map((r) => r.id);
}

/** Runs `work` over the items, at most `width` at once. What one throws is thrown after the others have ended. */
export async function eachAtOnce<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const failed: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item).catch((error) => failed.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  const outage = failed.find((e) => e instanceof DaozhangError);
  if (failed.length > 0) throw outage ?? failed[0];
}
