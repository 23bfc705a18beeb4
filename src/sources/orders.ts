/**
 * The merchant's own word: orders placed, changed, closed, known to be paid. Each becomes an observation of the payment that is to pay
 * the order; the order's row is what the merchant told last.
 */
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Money } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Observed } from '../observations/observation.ts';
import { type Follow, type Said, take } from '../traces/advance.ts';
import type { Payment } from '../traces/payment.ts';

type OrderState = 'open' | 'paid' | 'closed' | 'cancelled';
export type Order = Readonly<{
  id: string;
  livemode: boolean;
  ref: string;
  amount: Money;
  state: OrderState;
  store: string | undefined;
  terminal: string | undefined;
  description: string | undefined;
  placedAt: Temporal.Instant;
  expiresAt: Temporal.Instant | undefined;
  paidAt: Temporal.Instant | undefined;
  closedAt: Temporal.Instant | undefined;
  createdAt: Temporal.Instant;
  version: number;
}>;

type NewOrder = Readonly<{
  ref: string;
  /** The number under which it is paid at the channel; the order's own where the merchant uses one number. */
  paymentRef: string | undefined;
  accountId: string;
  amount: Money;
  product: string | undefined;
  store: string | undefined;
  terminal: string | undefined;
  description: string | undefined;
  placedAt: Temporal.Instant;
  expiresAt: Temporal.Instant | undefined;
}>;

type Row = Readonly<{
  id: string;
  livemode: boolean;
  ref: string;
  amount_minor: bigint;
  currency: string;
  state: OrderState;
  store: string | null;
  terminal: string | null;
  description: string | null;
  placed_at: Temporal.Instant;
  expires_at: Temporal.Instant | null;
  paid_at: Temporal.Instant | null;
  closed_at: Temporal.Instant | null;
  created_at: Temporal.Instant;
  version: number;
}>;
const COLUMNS = `id, livemode, ref, amount_minor, currency, state, store, terminal, description, placed_at, expires_at, paid_at,
  closed_at, created_at, version`;

const orderOf = (r: Row): Order =>
  Object.freeze({
    id: r.id,
    livemode: r.livemode,
    ref: r.ref,
    amount: { minor: r.amount_minor, currency: r.currency },
    state: r.state,
    store: r.store ?? undefined,
    terminal: r.terminal ?? undefined,
    description: r.description ?? undefined,
    placedAt: r.placed_at,
    expiresAt: r.expires_at ?? undefined,
    paidAt: r.paid_at ?? undefined,
    closedAt: r.closed_at ?? undefined,
    createdAt: r.created_at,
    version: r.version,
  });

/** The book keeps instants to the microsecond; a merchant's clock is not better than its millisecond. */
const whole = (at: Temporal.Instant): Temporal.Instant =>
  at.round({ smallestUnit: 'millisecond', roundingMode: 'floor' });

/**
 * Places an order. The same order again (same number, same facts) is the order that is there; the same number with other facts is
 * `order.conflict`: an amount is never changed under a payment.
 */
export async function placeOrder(
  tx: TenantTx,
  livemode: boolean,
  wanted: NewOrder,
  follow: Follow,
): Promise<Readonly<{ order: Order; isNew: boolean }>> {
  const placedAt = whole(wanted.placedAt);
  const expiresAt = wanted.expiresAt === undefined ? undefined : whole(wanted.expiresAt);
  const made = await tx.maybe<Row>(
    `insert into orders (tenant_id, id, livemode, ref, amount_minor, currency, state, store, terminal, description, placed_at,
       expires_at)
     values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11)
     on conflict (tenant_id, livemode, ref) do nothing returning ${COLUMNS}`,
    [
      tx.tenantId,
      newId(),
      livemode,
      wanted.ref,
      wanted.amount.minor,
      wanted.amount.currency,
      wanted.store ?? null,
      wanted.terminal ?? null,
      wanted.description ?? null,
      placedAt,
      expiresAt ?? null,
    ],
  );
  if (made === undefined) {
    const known = await orderByRef(tx, livemode, wanted.ref);
    if (known === undefined) throw new Error(`order ${wanted.ref} is there and cannot be read`);
    if (known.amount.minor !== wanted.amount.minor || known.amount.currency !== wanted.amount.currency)
      throw new DaozhangError('order.conflict', { order: wanted.ref });
    await addPayment(tx, known, wanted, follow);
    return { order: known, isNew: false };
  }
  const order = orderOf(made);
  await addPayment(tx, order, wanted, follow);
  return { order, isNew: true };
}

/** One more attempt to pay the order; telling it again changes nothing. */
export async function addPayment(
  tx: TenantTx,
  order: Order,
  attempt: Readonly<{
    accountId: string;
    paymentRef: string | undefined;
    product?: string | undefined;
    /** When this attempt was sent to the channel, where that is told; else the order's time. */
    sentAt?: Temporal.Instant | undefined;
  }>,
  follow: Follow,
): Promise<void> {
  const paymentRef = attempt.paymentRef ?? order.ref;
  await take(
    tx,
    [
      {
        ...said(order, attempt.accountId, {
          key: `placed:${order.id}`,
          kind: 'order_placed',
          occurredAt: attempt.sentAt === undefined ? order.placedAt : whole(attempt.sentAt),
          paymentRef,
          refs: [{ kind: 'order', value: order.ref }],
          amount: order.amount,
          ...(order.expiresAt === undefined ? {} : { expiresAt: order.expiresAt }),
          said: 'placed',
        }),
        orderId: order.id,
        product: attempt.product,
      },
    ],
    follow,
  );
}

/** The merchant's system knows that the order is paid. */
export async function markPaid(tx: TenantTx, order: Order, at: Temporal.Instant, follow: Follow): Promise<Order> {
  const after = await setState(tx, order, 'paid', at);
  await tellPayments(tx, order, 'recorded', `paid:${order.id}`, whole(at), follow);
  return after;
}

/** The merchant gave the order up. The channel may still be paid: that is watched as before. */
export async function closeOrder(
  tx: TenantTx,
  order: Order,
  state: 'closed' | 'cancelled',
  at: Temporal.Instant,
  follow: Follow,
): Promise<Order> {
  if (order.state === 'closed' || order.state === 'cancelled') return order;
  if (order.state === 'paid') throw new DaozhangError('order.is_paid', { order: order.ref });
  const after = await setState(tx, order, state, at);
  // Closed, reopened and closed again is two facts.
  await tellPayments(tx, order, 'order_closed', `closed:${order.id}:${after.version}`, whole(at), follow);
  return after;
}

/** The merchant takes it up again: whoever paid it meanwhile has paid it. Throws `order.not_closed`. */
export async function reopenOrder(tx: TenantTx, order: Order, at: Temporal.Instant, follow: Follow): Promise<Order> {
  if (order.state !== 'closed' && order.state !== 'cancelled')
    throw new DaozhangError('order.not_closed', { order: order.ref });
  const row = await tx.maybe<Row>(
    `update orders set state = 'open', closed_at = null, version = version + 1, updated_at = now()
      where tenant_id = $1 and id = $2 and version = $3 returning ${COLUMNS}`,
    [tx.tenantId, order.id, order.version],
  );
  if (row === undefined) throw new DaozhangError('order.changed', { order: order.ref });
  const closed = order.closedAt?.add({ milliseconds: 1 }) ?? at;
  const since = whole(Temporal.Instant.compare(at, closed) < 0 ? closed : at);
  await tellPayments(tx, order, 'order_reopened', `reopened:${order.id}:${row.version}`, since, follow);
  return orderOf(row);
}

async function setState(tx: TenantTx, order: Order, state: OrderState, at: Temporal.Instant): Promise<Order> {
  const column = state === 'paid' ? 'paid_at' : 'closed_at';
  const row = await tx.maybe<Row>(
    `update orders set state = $4, ${column} = coalesce(${column}, $5), version = version + 1, updated_at = now()
      where tenant_id = $1 and id = $2 and version = $3 returning ${COLUMNS}`,
    [tx.tenantId, order.id, order.version, state, whole(at)],
  );
  if (row === undefined) throw new DaozhangError('order.changed', { order: order.ref });
  return orderOf(row);
}

async function tellPayments(
  tx: TenantTx,
  order: Order,
  kind: 'recorded' | 'order_closed' | 'order_reopened',
  key: string,
  at: Temporal.Instant,
  follow: Follow,
): Promise<readonly Payment[]> {
  const payments = await tx.rows<{ account_id: string; ref: string; captured_at: Temporal.Instant | null }>(
    'select account_id, ref, captured_at from payments where tenant_id = $1 and order_id = $2 order by created_at, id',
    [tx.tenantId, order.id],
  );
  // Of several attempts the merchant knows of one success: the first that was captured.
  const captured = payments
    .filter((p) => p.captured_at !== null)
    .sort((a, b) => Temporal.Instant.compare(a.captured_at!, b.captured_at!));
  const told = kind === 'recorded' && captured.length > 0 ? captured.slice(0, 1) : payments;
  return await take(
    tx,
    told.map((p) => said(order, p.account_id, { key, kind, occurredAt: at, paymentRef: p.ref, refs: [], said: kind })),
    follow,
  );
}

const said = (order: Order, accountId: string, o: Omit<Observed, 'source'>): Said => ({
  accountId,
  livemode: order.livemode,
  observed: { ...o, source: 'order' },
  messageId: undefined,
  heardAt: o.occurredAt,
});

export async function orderById(tx: TenantTx, livemode: boolean, id: string): Promise<Order | undefined> {
  const row = await tx.maybe<Row>(`select ${COLUMNS} from orders where tenant_id = $1 and livemode = $2 and id = $3`, [
    tx.tenantId,
    livemode,
    id,
  ]);
  return row === undefined ? undefined : orderOf(row);
}

export async function orderByRef(tx: TenantTx, livemode: boolean, ref: string): Promise<Order | undefined> {
  const row = await tx.maybe<Row>(`select ${COLUMNS} from orders where tenant_id = $1 and livemode = $2 and ref = $3`, [
    tx.tenantId,
    livemode,
    ref,
  ]);
  return row === undefined ? undefined : orderOf(row);
}

/** Newest first, after a place in that order. */
export async function listOrders(
  tx: TenantTx,
  livemode: boolean,
  page: Readonly<{
    limit: number;
    after: readonly [placedAt: string, id: string] | undefined;
    state?: OrderState | undefined;
  }>,
): Promise<readonly Order[]> {
  const rows = await tx.rows<Row>(
    `select ${COLUMNS} from orders
      where tenant_id = $1 and livemode = $2 and ($3::text is null or state = $3)
        and ($4::timestamptz is null or (placed_at, id) < ($4::timestamptz, $5::uuid))
      order by placed_at desc, id desc limit $6`,
    [tx.tenantId, livemode, page.state ?? null, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
  return rows.map(orderOf);
}
