/**
 * One box over the whole book: by any number, its end, an amount, a time, or several of these together. Ranked by how sure each hit is, with
 * the reason. Each way uses an index of its own: refs (exact and by its end), batches_payout, payments_amount, payments_moment.
 */
import type { Text } from '../base/lang.ts';
import type { Money } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { tailOf } from '../observations/observation.ts';
import { AMOUNT } from './find.ts';
import type { Asked, Span } from './phrase.ts';

const MOST_BY_NUMBER = 200;
/** Of a payout that only its channel told of, the day it was made is all that is known of its days. */
const DAYS_BEFORE = 60;
const DAYS_AFTER = 2;

export type SearchHit = Readonly<{ id: string; at: Temporal.Instant; score: number; why: readonly Text[] }>;

/**
 * The newest payments in the payout of this number, which may have thousands. What binds them is no index of its own, which every payment would
 * pay for when it is bound: they are looked for by `payments_moment`, back from the payout's day. `$3`: the side.
 */
export const IN_PAYOUT = (number: string): string => `select q.id, b.payout_ref as value, true as exact from batches b
          cross join lateral (
            select p.id from payments p
             where p.tenant_id = $1 and p.livemode = $3 and p.batch_id = b.id
               and p.moment < b.business_to + ${DAYS_AFTER} and p.moment >= b.business_from - ${DAYS_BEFORE}
             order by p.moment desc, p.id desc limit ${MOST_BY_NUMBER}) q
         where b.tenant_id = $1 and b.livemode = $3 and b.payout_ref = ${number}`;

export const BY_REF = `select p.id, p.moment as at, bool_or(h.exact) as exact, min(h.value) as value, p.currency, ${AMOUNT} as amount
  from (select r.payment_id, r.value, true as exact from refs r where r.tenant_id = $1 and r.tail = any($4) and r.value = any($2)
        union all
        select q.id, w.ref, true from orders w join payments q on q.tenant_id = $1 and q.order_id = w.id
         where w.tenant_id = $1 and w.livemode = $3 and w.ref = any($2)
        union all
        ${IN_PAYOUT('any($2)')}) h
  join payments p on p.tenant_id = $1 and p.id = h.payment_id and p.livemode = $3
 group by p.id, p.currency, p.captured_minor, p.ordered_minor, p.moment
 order by p.moment desc, p.id desc limit ${MOST_BY_NUMBER}`;

/** What ends so: `tail` is the last eight characters backwards. */
export const BY_TAIL = `select p.id, p.moment as at, r.value, p.currency, ${AMOUNT} as amount
  from refs r join payments p on p.tenant_id = $1 and p.id = r.payment_id and p.livemode = $5
 where r.tenant_id = $1 and r.tail >= $2 and r.tail < $3
   and right(r.value, length($4)) = $4
 limit ${MOST_BY_NUMBER}`;

type NumberRow = Readonly<{
  id: string;
  at: Temporal.Instant;
  value: string;
  currency: string | null;
  amount: bigint | null;
}>;

/** At most `limit`; `after` is where a page by amount or time ended. Numbers give one page: whoever finds more than fifty says more. */
export async function search(
  tx: TenantTx,
  livemode: boolean,
  asked: Asked,
  page: Readonly<{ after: readonly [string, string] | undefined; limit: number }>,
): Promise<readonly SearchHit[]> {
  const hits = new Map<string, SearchHit>();
  const add = (row: NumberRow, score: number, why: Text): void => {
    if (!hits.has(row.id)) hits.set(row.id, also({ id: row.id, at: row.at, score, why: [why] }, row, asked));
  };
  if (asked.values.length > 0 && page.after === undefined) {
    for (const row of await tx.rows<NumberRow>(BY_REF, [
      tx.tenantId,
      [...asked.values],
      livemode,
      asked.values.map(tailOf),
    ]))
      add(row, 100, { en: `the number ${row.value}`, zh: `单号 ${row.value}` });
    for (const tail of asked.tails)
      for (const row of await tx.rows<NumberRow>(BY_TAIL, [tx.tenantId, ...endsOf(tail), tail, livemode]))
        add(row, 50, { en: `a number that ends in ${tail}: ${row.value}`, zh: `单号以 ${tail} 结尾:${row.value}` });
  }
  // An amount or a time beside a number only ranks; alone they find.
  const named = [...hits.values()];
  if (named.length === 0 || asked.values.every((v) => /^\d{1,7}$/.test(v)))
    for (const hit of await byAmountAndTime(tx, livemode, asked, page)) if (!hits.has(hit.id)) hits.set(hit.id, hit);
  return [...hits.values()]
    .sort((a, b) => b.score - a.score || Temporal.Instant.compare(b.at, a.at) || (a.id < b.id ? 1 : -1))
    .slice(0, page.limit);
}

/** From the last characters of a tail, read backwards, to the next that no longer begins so. */
function endsOf(tail: string): readonly [from: string, before: string] {
  const ends = tailOf(tail);
  return [ends, `${ends.slice(0, -1)}${String.fromCharCode(ends.charCodeAt(ends.length - 1) + 1)}`];
}

function also(hit: SearchHit, row: NumberRow, asked: Asked): SearchHit {
  const why = [...hit.why];
  let { score } = hit;
  if (asked.amount !== undefined && row.currency === asked.amount.currency && row.amount === asked.amount.minor) {
    score += 20;
    why.push(AMOUNT_FITS);
  }
  if (asked.span !== undefined && isIn(row.at, asked.span)) {
    score += 10;
    why.push(TIME_FITS);
  }
  return { ...hit, score, why };
}

const AMOUNT_FITS: Text = { en: 'the amount', zh: '金额' };
const TIME_FITS: Text = { en: 'the time', zh: '时间' };
const isIn = (at: Temporal.Instant, span: Span): boolean =>
  Temporal.Instant.compare(at, span.from) >= 0 && Temporal.Instant.compare(at, span.to) < 0;

async function byAmountAndTime(
  tx: TenantTx,
  livemode: boolean,
  { amount, span }: Readonly<{ amount: Money | undefined; span: Span | undefined }>,
  page: Readonly<{ after: readonly [string, string] | undefined; limit: number }>,
): Promise<readonly SearchHit[]> {
  if (amount === undefined && span === undefined) return [];
  const params: unknown[] = [tx.tenantId, livemode];
  const where: string[] = [];
  const p = (value: unknown): string => `$${params.push(value)}`;
  if (amount !== undefined) where.push(`p.currency = ${p(amount.currency)} and ${AMOUNT} = ${p(amount.minor)}`);
  if (span !== undefined) where.push(`p.moment >= ${p(span.from)} and p.moment < ${p(span.to)}`);
  if (page.after !== undefined)
    where.push(`(p.moment, p.id) < (${p(page.after[0])}::timestamptz, ${p(page.after[1])}::uuid)`);
  const rows = await tx.rows<{ id: string; at: Temporal.Instant }>(
    `select p.id, p.moment as at from payments p where p.tenant_id = $1 and p.livemode = $2 and ${where.join(' and ')}
      order by p.moment desc, p.id desc limit ${p(page.limit)}`,
    params,
  );
  const why = [...(amount === undefined ? [] : [AMOUNT_FITS]), ...(span === undefined ? [] : [TIME_FITS])];
  return rows.map((r) => ({ ...r, score: why.length * 10, why }));
}
