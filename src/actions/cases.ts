/** Cases and alerts: what waits for a person. One of a kind is open for a subject; opening it again only counts. */
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import { appendEvents } from './events.ts';

export type Subject = Readonly<{
  kind: 'payment' | 'account' | 'message' | 'endpoint' | 'ledger' | 'claim' | 'terminal_finding' | 'refund';
  id: string;
}>;

/** The subject of this row is test or live as $2 says. */
export const onSide = (row: string): string => `exists (
  select from payments s where s.tenant_id = $1 and s.id = ${row}.subject_id and s.livemode = $2 and ${row}.subject_kind = 'payment'
  union all
  select from accounts s where s.tenant_id = $1 and s.id = ${row}.subject_id and s.livemode = $2 and ${row}.subject_kind = 'account'
  union all
  select from ledgers s where s.tenant_id = $1 and s.id = ${row}.subject_id and s.livemode = $2 and ${row}.subject_kind = 'ledger'
  union all
  select from webhook_endpoints s
   where s.tenant_id = $1 and s.id = ${row}.subject_id and s.livemode = $2 and ${row}.subject_kind = 'endpoint'
  union all
  select from terminal_findings s
   where s.tenant_id = $1 and s.id = ${row}.subject_id and s.livemode = $2 and ${row}.subject_kind = 'terminal_finding'
  union all
  select from messages s join accounts o on o.tenant_id = $1 and o.id = s.account_id
   where s.tenant_id = $1 and s.id = ${row}.subject_id and o.livemode = $2 and ${row}.subject_kind = 'message'
  union all
  select from claims s where s.tenant_id = $1 and s.id = ${row}.subject_id and s.livemode = $2 and ${row}.subject_kind = 'claim'
  union all
  select from refunds s where s.tenant_id = $1 and s.id = ${row}.subject_id and s.livemode = $2 and ${row}.subject_kind = 'refund')`;

/** Found at every look: what a person closed is not put before them again within a day. */
const AT_EVERY_LOOK: ReadonlySet<string> = new Set(['pending_long', 'refund_uncertain']);

export async function openCase(tx: TenantTx, reason: string, subject: Subject, note?: string): Promise<void> {
  if (AT_EVERY_LOOK.has(reason) && (await isClosedToday(tx, reason, subject))) return;
  await tx.run(
    `insert into cases (tenant_id, id, reason, subject_kind, subject_id, note) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, reason, subject_kind, subject_id) where closed_at is null do nothing`,
    [tx.tenantId, newId(), reason, subject.kind, subject.id, note ?? null],
  );
}

async function isClosedToday(tx: TenantTx, reason: string, subject: Subject): Promise<boolean> {
  const row = await tx.maybe(
    `select from cases where tenant_id = $1 and reason = $2 and subject_kind = $3 and subject_id = $4 and closed_by is not null
        and closed_at > now() - interval '1 day' limit 1`,
    [tx.tenantId, reason, subject.kind, subject.id],
  );
  return row !== undefined;
}

/** Closes what is open for these subjects, of one reason or of all but those named. */
export async function closeCases(
  tx: TenantTx,
  subjectIds: readonly string[],
  except: readonly string[],
): Promise<void> {
  await tx.run(
    `update cases set closed_at = now() where tenant_id = $1 and subject_id = any($2) and closed_at is null and reason <> all($3)`,
    [tx.tenantId, [...subjectIds], [...except]],
  );
}

/** Opens an alert and tells it to the endpoints; one that is open only counts. */
export async function raise(
  tx: TenantTx,
  kind: string,
  subject: Subject,
  livemode: boolean,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  const row = await tx.one<{ times: bigint; id: string }>(
    `insert into alerts (tenant_id, id, kind, subject_kind, subject_id, detail) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, kind, subject_kind, subject_id) where closed_at is null
       do update set times = alerts.times + 1, last_at = now(), detail = excluded.detail
     returning times, id`,
    [tx.tenantId, newId(), kind, subject.kind, subject.id, JSON.stringify(detail)],
  );
  if (row.times > 1n) return;
  await appendEvents(tx, [
    {
      type: 'alert.opened',
      livemode,
      ...(subject.kind === 'payment' ? { paymentId: subject.id } : {}),
      body: { alert: { id: row.id, kind, subject_kind: subject.kind, subject_id: subject.id, detail } },
    },
  ]);
}

export async function settle(tx: TenantTx, kind: string, subject: Subject, livemode: boolean): Promise<void> {
  const closed = await tx.rows<{ id: string }>(
    `update alerts set closed_at = now() where tenant_id = $1 and kind = $2 and subject_kind = $3 and subject_id = $4
        and closed_at is null returning id`,
    [tx.tenantId, kind, subject.kind, subject.id],
  );
  await appendEvents(
    tx,
    closed.map(({ id }) => ({
      type: 'alert.closed',
      livemode,
      body: { alert: { id, kind, subject_kind: subject.kind, subject_id: subject.id } },
    })),
  );
}
