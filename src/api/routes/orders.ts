/** Orders: what the merchant asks to be paid for. Placing one begins the watch over its payment. */
import { z } from 'zod';
import { GRACE_SECONDS } from '../../actions/close.ts';
import { setDue } from '../../actions/due.ts';
import { tellReopened } from '../../actions/remedy.ts';
import { moneyView } from '../../actions/view.ts';
import { DaozhangError } from '../../base/errors.ts';
import { parseMoney } from '../../base/money.ts';
import { needsOrder } from '../../channels/ladders.ts';
import type { TenantTx } from '../../db/pool.ts';
import {
  addPayment,
  closeOrder,
  listOrders,
  markPaid,
  type Order,
  orderById,
  orderByRef,
  placeOrder,
  reopenOrder,
} from '../../sources/orders.ts';
import type { Caller } from '../auth.ts';
import * as shape from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import { paymentsWith } from '../read.ts';
import type { Api, Serving } from '../server.ts';

export function orderRoutes(api: Api, on: Serving): void {
  api.post(
    '/v1/orders',
    {
      config: { scope: 'orders', idempotent: true },
      schema: {
        operationId: 'placeOrder',
        summary: 'Place an order',
        description:
          'The same order_ref with the same amount is the order that is there (200); with another amount it is a conflict (409). From here on the channel is asked about its payment until the channel itself has decided.',
        tags: ['orders'],
        body: shape.newOrder,
        response: { 200: shape.order, 201: shape.order, 409: shape.problem, 422: shape.problem },
      },
    },
    async (request, reply) => {
      const { body, caller } = request;
      const amount = parseMoney(body.amount.amount, body.amount.currency);
      const { view, isNew } = await on.book.tenant(caller.tenantId, async (tx) => {
        const accountId = await accountFor(tx, on, caller, body.account_id);
        const { order, isNew } = await placeOrder(
          tx,
          caller.livemode,
          {
            ref: body.order_ref,
            paymentRef: body.payment_ref,
            accountId,
            amount,
            product: body.product,
            store: body.store,
            terminal: body.terminal,
            description: body.description,
            placedAt: (await placedAt(tx, on, accountId, body.placed_at)) ?? on.pace.now(),
            expiresAt: body.expires_at === undefined ? undefined : Temporal.Instant.from(body.expires_at),
          },
          on.follow,
        );
        await planClosing(tx, on, order);
        return { view: await viewOf(tx, on, order), isNew };
      });
      return await reply.status(isNew ? 201 : 200).send(view);
    },
  );

  api.get(
    '/v1/orders',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listOrders',
        summary: 'Orders, newest first',
        tags: ['orders'],
        querystring: z.strictObject({
          ...shape.paging,
          state: z.enum(['open', 'paid', 'closed', 'cancelled']).optional(),
          order_ref: shape.reference.optional(),
        }),
        response: { 200: shape.page(shape.order) },
      },
    },
    async ({ caller, query }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        if (query.order_ref !== undefined) {
          const one = await orderByRef(tx, caller.livemode, query.order_ref);
          return { items: one === undefined ? [] : [await viewOf(tx, on, one)] };
        }
        const orders = await listOrders(tx, caller.livemode, {
          limit: query.limit,
          after: fromCursor(query.after),
          state: query.state,
        });
        const last = orders.length === query.limit ? orders.at(-1) : undefined;
        return dropEmpty({
          items: await viewsOf(tx, on, orders),
          next: last === undefined ? undefined : cursor(last.placedAt.toString(), last.id),
        });
      });
    },
  );

  const params = z.object({ id: shape.id });
  api.get(
    '/v1/orders/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getOrder',
        summary: 'One order with its payments',
        tags: ['orders'],
        params,
        response: { 200: shape.order, 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      return await on.book.tenant(
        caller.tenantId,
        async (tx) => await viewOf(tx, on, await orderOf(tx, caller, params.id)),
      );
    },
  );

  api.patch(
    '/v1/orders/:id',
    {
      config: { scope: 'orders', idempotent: true },
      schema: {
        operationId: 'changeOrder',
        summary: 'Tell what your system knows: paid, closed, or one more attempt to pay',
        tags: ['orders'],
        params,
        body: shape.orderPatch,
        response: { 200: shape.order, 404: shape.problem, 409: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const order = await orderOf(tx, caller, params.id);
        if ('payment_ref' in body) {
          const accountId = await accountFor(tx, on, caller, body.account_id);
          const attempt = {
            accountId,
            paymentRef: body.payment_ref,
            product: body.product,
            sentAt: await placedAt(tx, on, accountId, body.placed_at),
          };
          await addPayment(tx, order, attempt, on.follow);
          return await viewOf(tx, on, order);
        }
        const at = body.at === undefined ? on.pace.now() : Temporal.Instant.from(body.at);
        const after =
          body.state === 'paid'
            ? await markPaid(tx, order, at, on.follow)
            : await closeOrder(tx, order, 'closed', at, on.follow);
        if (body.state === 'closed') await planClosing(tx, on, { ...after, expiresAt: at });
        return await viewOf(tx, on, after);
      });
    },
  );

  api.post(
    '/v1/orders/:id/cancel',
    {
      config: { scope: 'orders', idempotent: true },
      schema: {
        operationId: 'cancelOrder',
        summary: 'Give the order up',
        description:
          'Where the channel account says closing: auto it is closed at the channel too, unless it turns out to be paid. The payment is watched until the channel confirms.',
        tags: ['orders'],
        params,
        response: { 200: shape.order, 404: shape.problem, 409: shape.problem },
      },
    },
    async ({ caller, params }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const at = on.pace.now();
        const after = await closeOrder(tx, await orderOf(tx, caller, params.id), 'cancelled', at, on.follow);
        await planClosing(tx, on, { ...after, expiresAt: at });
        return await viewOf(tx, on, after);
      });
    },
  );

  api.post(
    '/v1/orders/:id/reopen',
    {
      config: { scope: 'orders', idempotent: true },
      schema: {
        operationId: 'reopenOrder',
        summary: 'Take a closed order up again',
        description:
          'Whoever paid it after it was closed has paid it: the goods may go, and your system is told of the payment as of any that it does not know.',
        tags: ['orders'],
        params,
        response: { 200: shape.order, 404: shape.problem, 409: shape.problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) =>
        viewOf(tx, on, await reopened(tx, on, await orderOf(tx, caller, params.id))),
      ),
  );
}

async function reopened(tx: TenantTx, on: Serving, order: Order): Promise<Order> {
  const after = await reopenOrder(tx, order, on.pace.now(), on.follow);
  await tellReopened(tx, order, undefined);
  return after;
}

async function orderOf(tx: TenantTx, caller: Caller, id: string): Promise<Order> {
  return (await orderById(tx, caller.livemode, id)) ?? notFound();
}

/** The account named, or the only one there is. */
async function accountFor(tx: TenantTx, on: Serving, caller: Caller, named: string | undefined): Promise<string> {
  const all = await on.accounts.list(tx, caller.livemode);
  if (named !== undefined) {
    if (!all.some((a) => a.account.id === named)) throw new DaozhangError('account.not_found', { account: named });
    return named;
  }
  const active = all.filter((a) => a.state === 'active');
  if (active.length !== 1) throw new DaozhangError('account.needed', { count: active.length });
  return active[0]!.account.id;
}

/** Undefined where nothing was told; throws `order.needs_time` where the channel would then be asked about another payment. */
async function placedAt(
  tx: TenantTx,
  on: Serving,
  accountId: string,
  told: string | undefined,
): Promise<Temporal.Instant | undefined> {
  if (told !== undefined) return Temporal.Instant.from(told);
  const { provider } = (await on.accounts.get(tx, accountId)).account;
  if (needsOrder(provider)) throw new DaozhangError('order.needs_time', { provider });
  return undefined;
}

/** Closing begins a moment after the order's end, for accounts that ask for it. */
async function planClosing(tx: TenantTx, on: Serving, order: Order): Promise<void> {
  if (order.expiresAt === undefined) return;
  const end = order.expiresAt.add({ seconds: GRACE_SECONDS });
  const payments = await tx.rows<{ id: string; account_id: string }>(
    `select id, account_id from payments where tenant_id = $1 and order_id = $2 and position in ('ordered', 'expected', 'debited')`,
    [tx.tenantId, order.id],
  );
  for (const p of payments) {
    const open = await on.accounts.get(tx, p.account_id);
    if (open.closing === 'auto') await setDue(tx, [{ kind: 'close', id: p.id, inMs: on.pace.msUntil(end) }]);
  }
}

async function viewsOf(
  tx: TenantTx,
  on: Serving,
  orders: readonly Order[],
): Promise<Array<z.output<typeof shape.order>>> {
  const payments = await paymentsWith(
    tx,
    on,
    'p.order_id = any($2)',
    [orders.map((o) => o.id)],
    'order by p.created_at, p.id',
  );
  return orders.map((order) =>
    dropEmpty({
      id: order.id,
      livemode: order.livemode,
      order_ref: order.ref,
      amount: moneyView(order.amount.minor, order.amount.currency)!,
      state: order.state,
      store: order.store,
      terminal: order.terminal,
      description: order.description,
      placed_at: order.placedAt.toString(),
      expires_at: order.expiresAt?.toString(),
      paid_at: order.paidAt?.toString(),
      closed_at: order.closedAt?.toString(),
      payments: payments.filter((p) => p.order_id === order.id),
    }),
  );
}
const viewOf = async (tx: TenantTx, on: Serving, order: Order): Promise<z.output<typeof shape.order>> =>
  (await viewsOf(tx, on, [order]))[0]!;
