/**
 * Tells the merchant's system what the channel has and it has not: `payment.unrecorded` in the feed and to its webhook endpoints. What
 * is said back — an acknowledged delivery, a reader of the feed that acknowledges, PATCH of the order — is the record.
 *
 * I11: told and still not recorded after an hour, it becomes a case for a person; the deliveries go on by their own ladder.
 */

import { newId } from '../base/ids.ts';
import type { Accounts } from '../channels/accounts.ts';
import type { Policies } from '../channels/policies.ts';
import { planAt } from '../channels/terms.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { tenantValues } from '../db/values.ts';
import { type Follow, take } from '../traces/advance.ts';
import { fold } from '../traces/fold.ts';
import { PAYMENT_COLUMNS, type Payment, type PaymentRow, paymentOf } from '../traces/payment.ts';
import { observationsOf } from '../traces/store.ts';
import { judge } from '../verdicts/judge.ts';
import { NO_ROAD } from '../verdicts/standing.ts';
import { openCase, raise } from './cases.ts';
import { clearDue, setDue, workDue } from './due.ts';
import { appendEvents, type NewEvent } from './events.ts';
import { orderRefs, paymentEvent, settingOf } from './follow.ts';
import type { Pace } from './pace.ts';

const EACH = 200;
const LEASE_MS = 30_000;
const CASE_AFTER_SECONDS = 3_600;

export type Repairing = Readonly<{ book: Book; accounts: Accounts; policies: Policies; pace: Pace }>;

/** One sweep over the payments whose repair is due; returns how many were told. */
export async function repairDue(on: Repairing): Promise<number> {
  return await workDue(on.book, 'repair', EACH, LEASE_MS, (tenantId, ids) =>
    on.book.tenant(tenantId, (tx) => repairAll(tx, on, ids)),
  );
}

async function repairAll(tx: TenantTx, on: Repairing, ids: readonly string[]): Promise<number> {
  const rows = await tx.rows<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and id = any($2) order by account_id, ref for update`,
    [tx.tenantId, [...ids]],
  );
  const payments = rows.map(paymentOf).filter((p) => p.verdict === 'unrecorded');
  const telling = new Set(payments.map((p) => p.id));
  await clearDue(
    tx,
    'repair',
    ids.filter((id) => !telling.has(id)),
  );
  const open = new Set(
    (
      await tx.rows<{ payment_id: string }>(
        `select payment_id from actions where tenant_id = $1 and kind = 'repair' and payment_id = any($2)
            and state in ('intended', 'called', 'unknown')`,
        [tx.tenantId, [...telling]],
      )
    ).map((r) => r.payment_id),
  );
  const first = payments.filter((p) => !open.has(p.id));
  const again = payments.filter((p) => open.has(p.id));
  await tell(tx, on, first);
  for (const p of again) {
    await openCase(tx, 'unrecorded', { kind: 'payment', id: p.id });
    await raise(tx, 'repair_unanswered', { kind: 'payment', id: p.id }, p.livemode, { payment_ref: p.ref });
  }
  await clearDue(
    tx,
    'repair',
    again.map((p) => p.id),
  );
  return first.length;
}

/** A person asks for it: told at once, again where it was told before. False where there is nothing to repair. */
export async function repairNow(tx: TenantTx, on: Repairing, id: string): Promise<boolean> {
  const row = await tx.maybe<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and id = $2 for update`,
    [tx.tenantId, id],
  );
  if (row === undefined || paymentOf(row).verdict !== 'unrecorded') return false;
  await tx.run(
    `update actions set attempts = attempts + 1, updated_at = now() where tenant_id = $1 and kind = 'repair' and payment_id = $2
        and state in ('intended', 'called', 'unknown')`,
    [tx.tenantId, id],
  );
  await tell(tx, on, [paymentOf(row)]);
  return true;
}

async function tell(tx: TenantTx, on: Repairing, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  const known = await observationsOf(
    tx,
    payments.map((p) => p.id),
  );
  const refs = await orderRefs(
    tx,
    payments.flatMap((p) => p.orderId ?? []),
  );
  const events: NewEvent[] = [];
  const policy = await on.policies.of(tx);
  for (const p of payments) {
    const open = await on.accounts.get(tx, p.accountId);
    const setting = settingOf(open, false);
    // The same judgement as when it was found, but the time that has passed since tells a delay from a fault.
    const trace = fold(known.get(p.id) ?? []);
    const plan = await planAt(tx, p.accountId, trace.capturedAt ?? p.createdAt);
    const verdict = judge({ trace, setting, road: NO_ROAD }, plan, policy, on.pace.now());
    events.push(paymentEvent(p, refs.get(p.orderId ?? ''), verdict));
  }
  const v = tenantValues(
    ['uuid', 'text', 'uuid', 'text', 'int'],
    payments.map((p) => [newId(), 'repair', p.id, 'called', 1]),
  );
  await tx.run(
    `insert into actions (tenant_id, id, kind, payment_id, state, attempts) ${v.text} on conflict do nothing`,
    [tx.tenantId, ...v.params],
  );
  await appendEvents(tx, events);
  const later = on.pace.now().add({ seconds: CASE_AFTER_SECONDS });
  await setDue(
    tx,
    payments.map((p) => ({ kind: 'repair', id: p.id, inMs: on.pace.msUntil(later) })),
  );
}

/** The merchant's system knows: an acknowledged webhook, relay, or read of the feed, as one more observation. */
export async function recorded(
  tx: TenantTx,
  by: Readonly<{ payments: readonly Payment[]; key(payment: Payment): string; said: string; at: Temporal.Instant }>,
  follow: Follow,
): Promise<void> {
  const at = by.at.round({ smallestUnit: 'millisecond' });
  const told = by.payments.filter((p) => p.recordedAt === undefined && p.capturedAt !== undefined);
  await tx.run(
    `update orders set state = 'paid', paid_at = $3, version = version + 1, updated_at = now()
      where tenant_id = $1 and id = any($2) and state = 'open'`,
    [tx.tenantId, told.flatMap((p) => p.orderId ?? []), at],
  );
  await take(
    tx,
    told.map((p) => ({
      accountId: p.accountId,
      livemode: p.livemode,
      observed: {
        source: 'order',
        key: by.key(p),
        kind: 'recorded',
        occurredAt: at,
        paymentRef: p.ref,
        refs: [],
        said: by.said,
      },
      messageId: undefined,
      heardAt: at,
    })),
    follow,
  );
}
