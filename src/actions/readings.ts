/** How documents were read, as the list of them shows it: by whoever looked last, else by the reconciliation that took them in. */
import type { Text } from '../base/lang.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import { FORMATS } from '../files/registry.ts';
import type { Result } from '../reconcile/result.ts';
import { type Saved, savedFormats } from '../reconcile/saved.ts';
import type { Failure } from '../sources/reconcile-child.ts';

type PartRead = Readonly<{
  format: string;
  title: Text;
  role: string;
  channel?: string | undefined;
  account?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  lines: number;
  rejected: number;
  member?: string | undefined;
}>;
export type KeptPart = Readonly<{ read: PartRead } | { refused: Failure; member?: string | undefined }>;

const TYPES = [
  ...['uuid', 'int', 'boolean', 'text', 'text', 'jsonb', 'text', 'text', 'text', 'date', 'date', 'bigint', 'bigint'],
  'jsonb',
];

/** Takes the place of what was kept of the document. */
export async function keepReading(
  tx: TenantTx,
  livemode: boolean,
  documentId: string,
  parts: readonly KeptPart[],
): Promise<void> {
  await tx.run('delete from readings where tenant_id = $1 and document_id = $2', [tx.tenantId, documentId]);
  await insert(tx, rowsOf(livemode, documentId, parts));
}

function rowsOf(livemode: boolean, documentId: string, parts: readonly KeptPart[]): readonly unknown[][] {
  return parts.map((part, n) => {
    if (!('read' in part)) {
      const nothing = [null, null, null, null, null, null, null, 0, 0];
      return [documentId, n, livemode, part.member ?? null, ...nothing, JSON.stringify(part.refused)];
    }
    const { member, format, title, role, channel, account, from, to, lines, rejected } = part.read;
    const about = [format, JSON.stringify(title), role, channel ?? null, account ?? null, from ?? null, to ?? null];
    return [documentId, n, livemode, member ?? null, ...about, lines, rejected, null];
  });
}

async function insert(tx: TenantTx, rows: readonly (readonly unknown[])[]): Promise<void> {
  for (const chunk of inChunks(rows, TYPES.length)) {
    const v = tenantValues(TYPES, chunk);
    // Two may look at once: what they read is the same.
    await tx.run(
      `insert into readings (tenant_id, document_id, part, livemode, member, format, title, role, channel, account, from_on, to_on,
         lines, rejected, refused) ${v.text} on conflict (tenant_id, document_id, part) do nothing`,
      [tx.tenantId, ...v.params],
    );
  }
}

/** What a run read of documents that nobody has looked at yet. */
export async function keepReadings(
  tx: TenantTx,
  livemode: boolean,
  inputs: ReadonlyArray<Readonly<{ id: string; name: string }>>,
  result: Result,
  saved: readonly Saved[],
): Promise<void> {
  const rows = await tx.rows<{ id: string }>(
    `select d.id from documents d where d.tenant_id = $1 and d.id = any($2)
        and not exists (select from readings r where r.tenant_id = $1 and r.document_id = d.id)`,
    [tx.tenantId, inputs.map(({ id }) => id)],
  );
  const unseen = new Set(rows.map(({ id }) => id));
  const titles = new Map([...FORMATS, ...savedFormats(saved)].map(({ id, title }) => [id, title]));
  const parts = new Map<string, KeptPart[]>();
  const add = (file: string, partOf: (member: string | undefined) => KeptPart): void => {
    const [name, ...members] = file.split(' › ');
    const list = parts.get(name!) ?? [];
    list.push(partOf(members.length === 0 ? undefined : members.join(' › ')));
    parts.set(name!, list);
  };
  for (const d of result.documents) {
    const title = titles.get(d.format) ?? { zh: d.format, en: d.format };
    add(d.file, (member) => ({ read: { ...d, member, title } }));
  }
  for (const { file, code, says, remedy } of result.refused)
    add(file, (member) => ({ refused: { code, says, remedy }, member }));
  await insert(
    tx,
    inputs.filter(({ id }) => unseen.has(id)).flatMap(({ id, name }) => rowsOf(livemode, id, parts.get(name) ?? [])),
  );
}
