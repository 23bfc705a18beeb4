/** People and keys behind `session:…` and `key:…`, by name: one statement for a page. */
import type { TenantTx } from '../db/pool.ts';

export type NameOf = (actor: string | null | undefined) => string | undefined;

export async function namesOf(tx: TenantTx, actors: readonly (string | null | undefined)[]): Promise<NameOf> {
  const ids = (kind: string): string[] => [
    ...new Set(actors.flatMap((a) => (a?.startsWith(`${kind}:`) === true ? [a.slice(kind.length + 1)] : []))),
  ];
  const [keys, users] = [ids('key').filter(isId), ids('session').filter(isId)];
  if (keys.length + users.length === 0) return () => undefined;
  const rows = await tx.rows<{ actor: string; name: string }>(
    `select 'key:' || id as actor, name from api_keys where tenant_id = $1 and id = any($2::uuid[])
     union all select 'session:' || id, name from users where tenant_id = $1 and id = any($3::uuid[])`,
    [tx.tenantId, keys, users],
  );
  const names = new Map(rows.map((r) => [r.actor, r.name]));
  return (actor) => (actor === null || actor === undefined ? undefined : names.get(actor));
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
