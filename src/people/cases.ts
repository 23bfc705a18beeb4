/**
 * Cases as people work through them: the oldest first, each with what it is about; closed with a word by whoever saw to it.
 *
 * Opening them, and closing what went away by itself, is `actions/cases.ts`'s. May not: touch what a case is about. Cost: a page is one
 * statement over what is open, which is little; closed ones come by index.
 */
import { onSide } from '../actions/cases.ts';
import { setDue } from '../actions/due.ts';
import { appendEvents } from '../actions/events.ts';
import { DaozhangError } from '../base/errors.ts';
import type { TenantTx } from '../db/pool.ts';

export type CaseFilter = Readonly<{ state: 'open' | 'closed'; reason?: string | undefined; id?: string | undefined }>;

export type CaseRow = Readonly<{
  id: string;
  reason: string;
  subject_kind: string;
  subject_id: string;
  note: string | null;
  opened_at: Temporal.Instant;
  closed_at: Temporal.Instant | null;
  closed_by: string | null;
  closed_note: string | null;
  /** What people call the subject: a number, a name, an address. */
  name: string | null;
  minor: string | null;
  currency: string | null;
  /** Of a claim: the payment that was found. */
  payment_id: string | null;
}>;

/** Open ones the oldest first, closed ones the newest; `after` is where a page ended. */
export async function listCases(
  tx: TenantTx,
  livemode: boolean,
  filter: CaseFilter,
  page: Readonly<{ after: readonly [at: string, id: string] | undefined; limit: number }>,
): Promise<readonly CaseRow[]> {
  const isOpen = filter.state === 'open';
  const [past, order] = isOpen ? (['>', ''] as const) : (['<', 'desc'] as const);
  return await tx.rows<CaseRow>(
    `select c.id, c.reason, c.subject_kind, c.subject_id, c.note, c.opened_at, c.closed_at, c.closed_by, c.closed_note,
            coalesce(o.ref, p.ref, a.name, e.url, f.said, k.order_ref, r.ref) as name,
            coalesce(case when p.captured_minor > 0 then p.captured_minor else p.ordered_minor end, k.amount_minor, f.amount_minor, r.amount_minor)::text as minor,
            coalesce(p.currency, k.currency, nullif(f.currency, ''), r.currency) as currency,
            coalesce(p.id, k.payment_id, r.payment_id) as payment_id
       from cases c
       left join payments p on p.tenant_id = $1 and p.id = c.subject_id and c.subject_kind = 'payment'
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
       left join accounts a on a.tenant_id = $1 and a.id = c.subject_id and c.subject_kind = 'account'
       left join webhook_endpoints e on e.tenant_id = $1 and e.id = c.subject_id and c.subject_kind = 'endpoint'
       left join terminal_findings f on f.tenant_id = $1 and f.id = c.subject_id and c.subject_kind = 'terminal_finding'
       left join refunds r on r.tenant_id = $1 and r.id = c.subject_id and c.subject_kind = 'refund'
       left join claims k on k.tenant_id = $1 and k.id = c.subject_id and c.subject_kind = 'claim'
      where c.tenant_id = $1 and c.closed_at is ${isOpen ? '' : 'not'} null and ${onSide('c')}
        and ($3::text is null or c.reason = $3) and ($4::uuid is null or c.id = $4)
        and ($5::timestamptz is null or (c.opened_at, c.id) ${past} ($5::timestamptz, $6::uuid))
      order by c.opened_at ${order}, c.id ${order} limit $7`,
    [
      tx.tenantId,
      livemode,
      filter.reason ?? null,
      filter.id ?? null,
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      page.limit,
    ],
  );
}

export async function oneCase(tx: TenantTx, livemode: boolean, id: string): Promise<CaseRow | undefined> {
  for (const state of ['open', 'closed'] as const) {
    const [row] = await listCases(tx, livemode, { state, id }, { after: undefined, limit: 1 });
    if (row !== undefined) return row;
  }
  return undefined;
}

export type CaseCount = Readonly<{ reason: string; count: bigint }>;
/** How many are open, by reason. */
export async function countCases(tx: TenantTx, livemode: boolean): Promise<readonly CaseCount[]> {
  return await tx.rows<CaseCount>(
    `select c.reason, count(*) as count from cases c
      where c.tenant_id = $1 and c.closed_at is null and ${onSide('c')} group by c.reason order by 2 desc, 1`,
    [tx.tenantId, livemode],
  );
}

/** Of two at once the second is told. Throws `case.closed`. */
export async function closeCase(tx: TenantTx, livemode: boolean, of: CaseRow, by: string, note: string): Promise<void> {
  const closed = await tx.run(
    `update cases set closed_at = now(), closed_by = $3, closed_note = $4
      where tenant_id = $1 and id = $2 and closed_at is null`,
    [tx.tenantId, of.id, by, note],
  );
  if (closed === 0) throw new DaozhangError('case.closed', {});
  // Its claim has nobody to wait for any more.
  if (of.subject_kind === 'claim') await setDue(tx, [{ kind: 'claim', id: of.subject_id, inMs: 0 }]);
  await appendEvents(tx, [
    {
      type: 'case.closed',
      livemode,
      ...(of.subject_kind === 'payment' ? { paymentId: of.subject_id } : {}),
      body: { case: { id: of.id, reason: of.reason, subject_kind: of.subject_kind, subject_id: of.subject_id, note } },
    },
  ]);
}
