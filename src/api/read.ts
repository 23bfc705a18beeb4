/** Payments as the API shows them: rows with their order's number and last verdict, in one query. */
import type { z } from 'zod';
import { moneyView, paymentView } from '../actions/view.ts';
import type { TenantTx } from '../db/pool.ts';
import { type PaymentRow, paymentOf } from '../traces/payment.ts';
import type * as shape from './contract.ts';
import { dropEmpty } from './manners.ts';

export type PaymentOut = z.output<typeof shape.payment>;
export type VerdictOut = z.output<typeof shape.verdict>;

export type VerdictRow = Readonly<{
  code: string;
  v_release: 'yes' | 'no' | 'ask';
  cause: string;
  reason: string | null;
  custody: string;
  confidence: string;
  v_amount: bigint | null;
  v_currency: string | null;
  also: string[];
  judged_at: Temporal.Instant;
}>;
export const VERDICT_COLUMNS = `v.code, v.release as v_release, v.cause, v.reason, v.custody, v.confidence, v.amount_minor as v_amount,
  v.currency as v_currency, v.also, v.judged_at`;

/** `where` and `tail` are ours, never a caller's; their parameters begin at $2. */
export async function paymentsWith(
  tx: TenantTx,
  where: string,
  params: readonly unknown[],
  tail: string,
): Promise<PaymentOut[]> {
  const rows = await tx.rows<PaymentRow & Partial<VerdictRow> & { order_ref: string | null }>(
    `select p.*, o.ref as order_ref, ${VERDICT_COLUMNS}
       from payments p
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
       left join lateral (select * from verdicts v where v.tenant_id = $1 and v.payment_id = p.id
                           order by v.version desc limit 1) v on true
      where p.tenant_id = $1 and ${where} ${tail}`,
    [tx.tenantId, ...params],
  );
  return rows.map((row) => {
    const verdict = row.code === null || row.code === undefined ? undefined : verdictOut(row as unknown as VerdictRow);
    return paymentView(paymentOf(row), row.order_ref ?? undefined, verdict) as PaymentOut;
  });
}

export function verdictOut(row: VerdictRow): VerdictOut {
  return dropEmpty({
    code: row.code,
    release: row.v_release,
    cause: row.cause,
    reason: row.reason ?? undefined,
    custody: row.custody,
    confidence: row.confidence,
    amount: moneyView(row.v_amount ?? undefined, row.v_currency ?? undefined),
    also: row.also,
    judged_at: row.judged_at.toString(),
  });
}
