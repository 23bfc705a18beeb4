/**
 * Wake-ups: what is to be looked at, and when. The row says nothing but that; whoever wakes reads the state anew, so that a wake-up may
 * come twice. A claim is a lease by the database's clock: work of a process that died is taken over when its lease ends.
 *
 * Cost: a claim is one index range for each tenant that has something due, and takes the same number from each (fair).
 */
import type { Book, TenantTx, Tx } from '../db/pool.ts';
import { inChunks } from '../db/values.ts';

/** inquire: ask the channel about a payment · repair: tell the merchant's system · deliver: one webhook · close: close at the channel ·
 * bill: fetch the account's bills. */
export const DUE_KINDS = ['inquire', 'repair', 'deliver', 'close', 'bill'] as const;
export type DueKind = (typeof DUE_KINDS)[number];
export type Wake = Readonly<{ kind: DueKind; id: string; inMs: number }>;

/** Sets wake-ups; one that is there is moved and its lease is given back. */
export async function setDue(tx: TenantTx, wakes: readonly Wake[]): Promise<void> {
  const rows = [...new Map(wakes.map((w) => [`${w.kind}${w.id}`, w])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, w]) => [w.kind, w.id, Math.max(0, Math.ceil(w.inMs))]);
  for (const chunk of inChunks(rows, 3)) {
    const list = chunk.map((_, i) => {
      const at = 2 + i * 3;
      return `($1, $${at}, $${at + 1}::uuid, now() + $${at + 2}::bigint * interval '1 millisecond')`;
    });
    await tx.run(
      `insert into due (tenant_id, kind, id, due_at) values ${list.join(', ')}
       on conflict (tenant_id, kind, id) do update set due_at = excluded.due_at, lease_until = null`,
      [tx.tenantId, ...chunk.flat()],
    );
  }
}

export async function clearDue(tx: TenantTx, kind: DueKind, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await tx.run('delete from due where tenant_id = $1 and kind = $2 and id = any($3)', [tx.tenantId, kind, [...ids]]);
}

/** Takes up to `each` due wake-ups of every tenant for `leaseMs`. */
export async function claimDue(
  book: Book,
  kind: DueKind,
  each: number,
  leaseMs: number,
): Promise<ReadonlyArray<Readonly<{ tenantId: string; ids: readonly string[] }>>> {
  const tenants = await book.shared((tx) => tenantsWithDue(tx, kind));
  const claimed = [];
  for (const tenantId of tenants) {
    const ids = await book.shared((tx) => claimOf(tx, tenantId, kind, each, leaseMs));
    if (ids.length > 0) claimed.push({ tenantId, ids });
  }
  return claimed;
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
    `update due set lease_until = now() + $4 * interval '1 millisecond'
      where tenant_id = $1 and kind = $2 and id in (
        select id from due where tenant_id = $1 and kind = $2 and due_at <= now()
           and (lease_until is null or lease_until < now())
         order by due_at limit $3 for update skip locked)
     returning id`,
    [tenantId, kind, each, leaseMs],
  );
  return rows.map((r) => r.id);
}
