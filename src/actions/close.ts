/**
 * Closes at the channel what the merchant gave up, so that it cannot be paid afterwards: ask → close → ask → close locally. What the customer
 * pays by code at the till is taken back instead, under the same rules (`channels/reversals.ts`). Only where the account says `closing: auto` and the order's end is known from the merchant.
 *
 * F03: the intent is stored before the call and its end after; a process that dies in between leaves `called`, and the next one asks
 * before it does anything. What was paid meanwhile wins: nothing is closed over money; between the question and the taking back, at the till,
 * what was paid goes back to the customer, who is told so.
 */
import { newId } from '../base/ids.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import { endingOf } from '../channels/reversals.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Payment } from '../traces/payment.ts';
import { paymentById } from '../traces/store.ts';
import { clearDue, eachAtOnce, setDue, workDue } from './due.ts';
import { type Asking, askOf, inquire } from './inquire.ts';

/** Twice the lanes, and three calls each: even where every call takes its whole time, the lease outlasts them. */
const EACH = 20;
const AT_ONCE = 10;
const LEASE_MS = 120_000;
const AGAIN_MS = 60_000;
const MOST_MS = 86_400_000;
/** A customer may be typing the PIN at the last second: closing begins a moment after the end. */
export const GRACE_SECONDS = 15;

export async function closeDue(on: Asking): Promise<number> {
  return await workDue(on.book, 'close', EACH, LEASE_MS, async (tenantId, ids) => {
    let closed = 0;
    await eachAtOnce(ids, AT_ONCE, async (id) => {
      if (await closeOne(on, tenantId, id)) closed += 1;
    });
    return closed;
  });
}

/** True where the channel has confirmed that it can no longer be paid. */
async function closeOne(on: Asking, tenantId: string, id: string): Promise<boolean> {
  const read = (): Promise<Payment> => on.book.tenant(tenantId, (tx) => paymentById(tx, id));
  let payment = await read();
  const open = await on.book.tenant(tenantId, (tx) => on.accounts.get(tx, payment.accountId));
  const way = endingOf(open.account.provider, productOf(payment, open), placedAt(payment), on.pace.now());
  const mayNot = way === undefined || open.closing !== 'auto' || open.channel.capabilities[way] !== true;
  if (mayNot || !isOpen(payment)) {
    await on.book.tenant(tenantId, (tx) => end(tx, id));
    return false;
  }
  // Never close what was not asked about just now.
  const before = await inquire(on, tenantId, payment, open);
  payment = await read();
  // While the customer is at it nothing is closed; at the till it is taken back, for that is what the till waits for.
  const isWaitedFor = payment.position === 'debited' && way === 'close';
  if (before.outcome !== 'answered' || isWaitedFor) return await again(on, tenantId, payment);
  if (!isOpen(payment)) {
    await on.book.tenant(tenantId, (tx) => end(tx, id));
    return false;
  }
  const asked = await on.book.tenant(tenantId, async (tx) => {
    await intend(tx, id);
    return await askOf(tx, payment);
  });
  // Whatever the call says or does not say, the question after it decides.
  await open.channel[way](asked, open.account, open.keys, on.io).catch(() => undefined);
  await inquire(on, tenantId, payment, open);
  payment = await read();
  if (isOpen(payment)) return await again(on, tenantId, payment);
  await on.book.tenant(tenantId, (tx) => end(tx, id));
  return ENDED.has(payment.position);
}

/** Lakala tells what it took back as given back. */
const ENDED: ReadonlySet<Payment['position']> = new Set(['closed', 'reversed', 'refunded']);

const productOf = (p: Payment, open: OpenAccount): string | undefined => p.product ?? open.account.settings.product;
const placedAt = (p: Payment): Temporal.Instant => p.placedAt ?? p.createdAt;

const isOpen = (p: Payment): boolean =>
  p.position === 'ordered' || p.position === 'expected' || p.position === 'debited';

/** The later, the rarer: an order that the buyer never opened is not there at some channels, and cannot be closed. */
async function again(on: Asking, tenantId: string, payment: Payment): Promise<false> {
  const now = on.pace.now();
  const end = payment.expiresAt ?? payment.orderClosedAt ?? now;
  const waitMs = Math.min(MOST_MS, Math.max(AGAIN_MS, end.until(now).total('milliseconds') / 4));
  const at = now.add({ milliseconds: Math.ceil(waitMs * (1 + on.pace.jitter())) });
  await on.book.tenant(tenantId, (tx) => setDue(tx, [{ kind: 'close', id: payment.id, inMs: on.pace.msUntil(at) }]));
  return false;
}

async function intend(tx: TenantTx, paymentId: string): Promise<void> {
  const known = await tx.run(
    `update actions set attempts = attempts + 1, state = 'called', updated_at = now()
      where tenant_id = $1 and payment_id = $2 and kind = 'close' and state in ('intended', 'called', 'unknown')`,
    [tx.tenantId, paymentId],
  );
  if (known === 0)
    await tx.run(
      `insert into actions (tenant_id, id, kind, payment_id, state, attempts) values ($1, $2, 'close', $3, 'called', 1)`,
      [tx.tenantId, newId(), paymentId],
    );
}

/** `done` is what the channel confirms, whoever of us had called it; where money came first, the intent is withdrawn. */
async function end(tx: TenantTx, paymentId: string): Promise<void> {
  await tx.run(
    `update actions a set state = case when p.position in ('closed', 'reversed') or p.position = 'refunded' and a.attempts > 0 then 'done' else 'withdrawn' end, updated_at = now()
       from payments p
      where a.tenant_id = $1 and a.payment_id = $2 and a.kind = 'close' and a.state in ('intended', 'called', 'unknown')
        and p.tenant_id = $1 and p.id = a.payment_id`,
    [tx.tenantId, paymentId],
  );
  await clearDue(tx, 'close', [paymentId]);
}
