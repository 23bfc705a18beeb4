/**
 * Mappings that a tenant saved: how its own tables are read. A version is written once; the newest of a name holds, and one without a
 * document ends the name. May not: read a document.
 */
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import { type MappingKind, mappingFile, type Saved } from '../reconcile/saved.ts';

export type MappingRow = Readonly<{
  id: string;
  name: string;
  version: number;
  kind: MappingKind;
  document: string;
  made_by: string;
  by_name: string | null;
  made_at: Temporal.Instant;
}>;

/** Those that hold, the newest first: so they are tried. */
export async function mappingsOfSide(tx: TenantTx, livemode: boolean): Promise<readonly MappingRow[]> {
  return await tx.rows<MappingRow>(
    `select m.id, m.name, m.version, m.kind, m.document, m.made_by, coalesce(u.name, k.name) as by_name, m.made_at
       from (select distinct on (name) * from mappings where tenant_id = $1 and livemode = $2 order by name, version desc) m
       left join users u on u.tenant_id = $1 and m.made_by = 'session:' || u.id
       left join api_keys k on k.tenant_id = $1 and m.made_by = 'key:' || k.id
      where m.document is not null order by m.made_at desc, m.id desc`,
    [tx.tenantId, livemode],
  );
}

export const savedOfSide = async (tx: TenantTx, livemode: boolean): Promise<readonly Saved[]> =>
  (await mappingsOfSide(tx, livemode)).map(({ kind, name, version, document }) => ({ kind, name, version, document }));

/**
 * The next version of a name; the one that holds where it says the same. `after`: the version its author saw, 0 for a new name. Throws
 * `mapping.changed` where that is not the newest, `config.invalid` where the fields are no mapping.
 */
export async function saveMapping(
  tx: TenantTx,
  livemode: boolean,
  wanted: Readonly<{
    name: string;
    kind: MappingKind;
    fields: Readonly<Record<string, unknown>>;
    after: number;
    by: string;
  }>,
): Promise<string> {
  const { name, kind } = wanted;
  const document = mappingFile(kind, name, wanted.fields);
  const now = await newest(tx, livemode, name);
  if (now?.document === document && now.kind === kind) return now.id;
  // A name that was given up may be taken again.
  if (now !== undefined && now.document !== null && now.version !== wanted.after)
    throw new DaozhangError('mapping.changed', { name });
  const id = await append(tx, livemode, { ...wanted, version: (now?.version ?? 0) + 1, document });
  await forgetReadings(tx, livemode, name);
  return id;
}

/** Ends a mapping: documents are no longer read by it. False where it does not hold any more. */
export async function endMapping(tx: TenantTx, livemode: boolean, id: string, by: string): Promise<boolean> {
  const it = (await mappingsOfSide(tx, livemode)).find((m) => m.id === id);
  if (it === undefined) return false;
  await append(tx, livemode, { name: it.name, kind: it.kind, version: it.version + 1, document: null, by });
  await forgetReadings(tx, livemode, it.name);
  return true;
}

/** What was read by this name, or by none, may be read otherwise now: whoever looks next says how. */
const forgetReadings = (tx: TenantTx, livemode: boolean, name: string): Promise<number> =>
  tx.run(
    `delete from readings r using readings o
      where r.tenant_id = $1 and o.tenant_id = $1 and o.document_id = r.document_id and o.livemode = $2
        and (o.title ->> 'zh' = $3 or o.refused ->> 'code' = 'file.unknown_format')`,
    [tx.tenantId, livemode, name],
  );

type Newest = Readonly<{ id: string; version: number; kind: MappingKind; document: string | null }>;
const newest = (tx: TenantTx, livemode: boolean, name: string): Promise<Newest | undefined> =>
  tx.maybe<Newest>(
    `select id, version, kind, document from mappings where tenant_id = $1 and livemode = $2 and name = $3
      order by version desc limit 1`,
    [tx.tenantId, livemode, name],
  );

type Version = Readonly<{ name: string; kind: MappingKind; version: number; document: string | null; by: string }>;
/** Of two who write at once one wins; the other is told. */
async function append(tx: TenantTx, livemode: boolean, wanted: Version): Promise<string> {
  const id = newId();
  const made = await tx.run(
    `insert into mappings (tenant_id, id, livemode, name, version, kind, document, made_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant_id, livemode, name, version) do nothing`,
    [tx.tenantId, id, livemode, wanted.name, wanted.version, wanted.kind, wanted.document, wanted.by],
  );
  if (made === 0) throw new DaozhangError('mapping.changed', { name: wanted.name });
  return id;
}
