/**
 * What the policy says about money that nobody waits for: an order paid after it was closed is reopened or given back, a second payment and
 * what was paid too much are given back. Where the policy leaves it to people, or it cannot be done, it is a case.
 *
 * A wake-up, like everything that is due: what stands is read anew, and nothing goes back on the word of a notification alone. Each payment is
 * given back so once (`BY_POLICY`); what its amount asks of people, it asks here too (I9).
 */
import { DaozhangError, told } from '../base/errors.ts';
import { money } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { orderById, reopenOrder } from '../sources/orders.ts';
import type { Payment } from '../traces/payment.ts';
import { paymentById } from '../traces/store.ts';
import type { VerdictCode } from '../verdicts/catalogue.ts';
import { remedyFor } from '../verdicts/policy.ts';
import { openCase } from './cases.ts';
import { clearDue, eachAtOnce, setDue, workDue } from './due.ts';
import { appendEvents } from './events.ts';
import { inquire } from './inquire.ts';
import type { Refunding } from './refund.ts';
import { BY_POLICY, lockPayment, makeRefund, type RefundReason, refundsOf } from './refund-book.ts';

const EACH = 20;
const AT_ONCE = 10;
const LEASE_MS = 60_000;
const AGAIN_MS = 30_000;

export async function remedyDue(on: Refunding): Promise<number> {
  return await workDue(on.book, 'remedy', EACH, LEASE_MS, async (tenantId, ids) => {
    await eachAtOnce(ids, AT_ONCE, (id) => remedyOne(on, tenantId, id));
    return ids.length;
  });
}

async function remedyOne(on: Refunding, tenantId: string, id: string): Promise<void> {
  const seen = await on.book.tenant(tenantId, async (tx) => {
    const payment = await paymentById(tx, id);
    const open = await on.accounts.get(tx, payment.accountId);
    return { payment, open, way: remedyFor(await on.policies.of(tx), payment.verdict) };
  });
  const { payment, open, way } = seen;
  if (way === 'refund' && open.channel.capabilities.inquire === true && payment.trace.capturedBy === 'notification') {
    const answer = await inquire(on, tenantId, payment, open);
    if (answer.outcome !== 'answered') {
      await on.book.tenant(tenantId, (tx) => setDue(tx, [{ kind: 'remedy', id, inMs: AGAIN_MS }]));
      return;
    }
  }
  await on.book.tenant(tenantId, async (tx) => {
    if (way === 'reopen') await reopen(tx, on, await paymentById(tx, id));
    else if (way === 'refund') await giveBack(tx, on, payment);
    else if (way === 'ask') await leaveToPeople(tx, payment);
    await clearDue(tx, 'remedy', [id]);
  });
}

const leaveToPeople = (tx: TenantTx, payment: Payment, note?: string): Promise<void> =>
  openCase(tx, payment.verdict!, { kind: 'payment', id: payment.id }, note);

/** The order is open again, and the merchant's system is told of the payment as of any that it does not know (`repair.ts`). */
async function reopen(tx: TenantTx, on: Refunding, payment: Payment): Promise<void> {
  if (payment.verdict !== 'paid_after_close' || payment.orderId === undefined) return;
  const order = await orderById(tx, payment.livemode, payment.orderId);
  if (order === undefined || (order.state !== 'closed' && order.state !== 'cancelled')) return;
  await reopenOrder(tx, order, on.pace.now(), on.follow);
  await tellReopened(tx, order, payment.id);
}

export const tellReopened = (
  tx: TenantTx,
  order: Readonly<{ id: string; ref: string; livemode: boolean }>,
  paymentId: string | undefined,
): Promise<void> =>
  appendEvents(tx, [
    {
      type: 'order.reopened',
      livemode: order.livemode,
      paymentId,
      orderId: order.id,
      body: { order: { id: order.id, order_ref: order.ref, state: 'open' } },
    },
  ]);

const REASONS: Readonly<Partial<Record<VerdictCode, RefundReason>>> = {
  paid_after_close: 'paid_after_close',
  duplicate: 'duplicate',
  overpaid: 'overpaid',
};

async function giveBack(tx: TenantTx, on: Refunding, seen: Payment): Promise<void> {
  const payment = await lockPayment(tx, seen.livemode, seen.id);
  const reason = REASONS[(payment?.verdict ?? '') as VerdictCode];
  if (payment === undefined || reason === undefined || payment.verdict !== seen.verdict) return;
  if ((await refundsOf(tx, payment.id)).some((r) => r.made_by === BY_POLICY)) return;
  if (reason === 'duplicate' && !(await isPaidOtherwise(tx, payment))) return await leaveToPeople(tx, payment);
  const surplus = payment.capturedMinor - (payment.orderedMinor ?? 0n);
  try {
    await makeRefund(tx, on, {
      livemode: payment.livemode,
      paymentId: payment.id,
      amount: reason === 'overpaid' ? money(surplus, payment.currency!) : undefined,
      reason,
      by: BY_POLICY,
    });
  } catch (error) {
    // Refused before anything was written.
    if (!(error instanceof DaozhangError) || !error.code.startsWith('refund.')) throw error;
    const { en, zh } = told(error).says;
    await leaveToPeople(tx, payment, `${en} / ${zh}`);
  }
}

/** Another payment has paid the order, and keeps it: the verdict on this one was given when it did. */
async function isPaidOtherwise(tx: TenantTx, payment: Payment): Promise<boolean> {
  const row = await tx.maybe(
    `select from payments p where p.tenant_id = $1 and p.order_id = $2 and p.id <> $3 and p.position = 'captured' and p.refunded_minor = 0
        and not exists (select from refunds r where r.tenant_id = $1 and r.payment_id = p.id
                           and r.state not in ('refused', 'rejected', 'cancelled'))
      limit 1`,
    [tx.tenantId, payment.orderId ?? null, payment.id],
  );
  return row !== undefined;
}
