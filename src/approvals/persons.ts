/**
 * Who stands behind an actor, for whatever two people have to agree on (I9): an API key and whoever made it are one person, also where that was
 * done by another key. Of a key that was made at the command line, or before makers were kept, nobody knows the maker: it stands for itself.
 */
import type { TenantTx } from '../db/pool.ts';

/** Of an actor, such as `session:…` or `key:…`. Two are one person where this says the same of them. */
export type PersonOf = (actor: string) => string;

export async function personsBehind(tx: TenantTx, actors: readonly string[]): Promise<PersonOf> {
  const keys = [...new Set(actors)].filter((actor) => actor.startsWith('key:'));
  const rows =
    keys.length === 0
      ? []
      : await tx.rows<{ actor: string; made_by: string }>(
          `select 'key:' || id as actor, made_by from api_keys where tenant_id = $1 and 'key:' || id = any($2) and made_by is not null`,
          [tx.tenantId, keys],
        );
  const makers = new Map(rows.map((r) => [r.actor, r.made_by]));
  return (actor) => makers.get(actor) ?? actor;
}

export async function isOnePerson(tx: TenantTx, one: string, other: string): Promise<boolean> {
  const personOf = await personsBehind(tx, [one, other]);
  return personOf(one) === personOf(other);
}
