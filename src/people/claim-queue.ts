/**
 * Claims as a list to work through, each with whom it waits for; and one claim's answers as they followed each other.
 *
 * Cost: a page is one statement over an index of what is not closed; who it waits for looks into the open cases by their key.
 */
import type { TenantTx } from '../db/pool.ts';
import { type Claim, COLUMNS, claimOf, type Row } from './claims.ts';

/**
 * `us`: a person has to choose or decide · `channel`: it is looked at again by itself · `customer`: not paid, by the channel's own word ·
 * `nobody`: answered; it closes by itself (`ends.ts`), or when its end is noted.
 */
export const WAITS = ['us', 'channel', 'customer', 'nobody'] as const;
export type WaitsFor = (typeof WAITS)[number];

const WAITS_SQL = `case
  when c.state = 'closed' then 'nobody'
  when exists (select from cases w where w.tenant_id = $1 and w.reason = 'claim' and w.subject_kind = 'claim' and w.subject_id = c.id
                and w.closed_at is null) then 'us'
  when c.state = 'open' then 'channel'
  when c.release = 'ask' then 'us'
  when c.release = 'yes' and c.kind = 'paid_no_goods' then 'us'
  when c.release = 'no' and c.kind in ('paid_not_seen', 'paid_no_goods') then 'customer'
  else 'nobody' end`;

export type ClaimFilter = Readonly<{
  /** `todo`: whatever is not closed. */
  state?: Claim['state'] | 'todo' | undefined;
  kind?: string | undefined;
  waits_for?: WaitsFor | undefined;
  payment_id?: string | undefined;
  /** A number that was shown or typed, or the order's. */
  ref?: string | undefined;
}>;

export async function listClaims(
  tx: TenantTx,
  livemode: boolean,
  filter: ClaimFilter,
  page: Readonly<{ sort: 'newest' | 'oldest'; after: readonly [string, string] | undefined; limit: number }>,
): Promise<readonly Claim[]> {
  const [past, order] = page.sort === 'oldest' ? (['>', ''] as const) : (['<', 'desc'] as const);
  const state = filter.state === 'todo' ? ` and c.state <> 'closed'` : '';
  const waits = filter.waits_for === undefined ? '' : ` and c.state <> 'closed' and ${WAITS_SQL} = $9`;
  const rows = await tx.rows<Row>(
    `select ${COLUMNS} from claims c
      where c.tenant_id = $1 and c.livemode = $2${state}${waits} and ($3::text is null or c.state = $3) and ($4::uuid is null or c.payment_id = $4)
        and ($5::text is null or c.kind = $5)
        and ($6::text is null or c.order_ref = $6
             or exists (select from claim_refs r where r.tenant_id = $1 and r.claim_id = c.id and r.value = $6))
        and ($7::timestamptz is null or (c.created_at, c.id) ${past} ($7::timestamptz, $8::uuid))
      order by c.created_at ${order}, c.id ${order} limit ${page.limit}`,
    [
      tx.tenantId,
      livemode,
      filter.state === 'todo' ? null : (filter.state ?? null),
      filter.payment_id ?? null,
      filter.kind ?? null,
      filter.ref ?? null,
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      ...(filter.waits_for === undefined ? [] : [filter.waits_for]),
    ],
  );
  return rows.map(claimOf);
}

/** Whom each waits for. */
export async function waitsOf(tx: TenantTx, ids: readonly string[]): Promise<ReadonlyMap<string, WaitsFor>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<{ id: string; waits: WaitsFor }>(
    `select c.id, ${WAITS_SQL} as waits from claims c where c.tenant_id = $1 and c.id = any($2)`,
    [tx.tenantId, [...ids]],
  );
  return new Map(rows.map((r) => [r.id, r.waits]));
}

/** How many are not closed, by whom they wait for. */
export async function countClaims(tx: TenantTx, livemode: boolean): Promise<ReadonlyMap<WaitsFor, bigint>> {
  const rows = await tx.rows<{ waits: WaitsFor; count: bigint }>(
    `select ${WAITS_SQL} as waits, count(*) as count from claims c
      where c.tenant_id = $1 and c.livemode = $2 and c.state <> 'closed' group by 1`,
    [tx.tenantId, livemode],
  );
  return new Map(rows.map((r) => [r.waits, r.count]));
}

// ---------------------------------------------------------------- one claim's answers

export type AnswerRow = Readonly<{
  look: number;
  at: Temporal.Instant;
  code: string;
  release: 'yes' | 'no' | 'ask';
  cause: string;
  reason: string | null;
  custody: string;
  confidence: string;
  why: ReadonlyArray<Readonly<{ en: string; zh: string }>>;
  found: string;
  channel: string | null;
  payment_id: string | null;
  payment_code: string | null;
  payment_confidence: string | null;
}>;

/** In the order in which they were given. */
export async function answersOf(tx: TenantTx, claimId: string): Promise<readonly AnswerRow[]> {
  return await tx.rows<AnswerRow>(
    `select look, at, code, release, cause, reason, custody, confidence, why, found, channel, payment_id, payment_code, payment_confidence
       from claim_answers where tenant_id = $1 and claim_id = $2 order by look`,
    [tx.tenantId, claimId],
  );
}
