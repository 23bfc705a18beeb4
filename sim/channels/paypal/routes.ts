/** What each path of the simulated PayPal answers, over its truth, in the words of Orders v2 and Payments v2. */
import {
  type Capture,
  captureAlone,
  type Merchant,
  newId,
  type Order,
  orderSays,
  type Refund,
  read,
  refundSays,
} from './truth.ts';

export type Reply = Readonly<{ status: number; body: object }>;

export type Market = Readonly<{
  who: Merchant;
  webhookId: string;
  url(): string;
  now(): Temporal.Instant;
  orders: Map<string, Order>;
  place(
    id: string,
    total: bigint,
    more: Readonly<{ currency: string; invoiceId?: string | undefined; customId?: string | undefined }>,
  ): Order;
  /** The merchant's own system takes what the buyer agreed to. */
  capture(o: Order): Capture;
  refunded(r: Refund): void;
}>;

export const problem = (status: number, name: string, message: string, issue?: string): Reply => ({
  status,
  body: {
    name,
    message,
    debug_id: newId(13).toLowerCase(),
    ...(issue === undefined ? {} : { details: [{ issue, description: message }] }),
  },
});
const unprocessable = (issue: string): Reply =>
  problem(422, 'UNPROCESSABLE_ENTITY', 'The requested action could not be performed.', issue);
export const NOT_THERE = (): Reply =>
  problem(404, 'RESOURCE_NOT_FOUND', 'The specified resource does not exist.', 'INVALID_RESOURCE_ID');

export type Asked = Readonly<{ method: string; path: string; body: string; whole: boolean }>;

/** PayPal lets an order that nobody paid lapse, and then knows it no more. */
const LIVES_HOURS = 3;

export function routesOf(on: Market): (asked: Asked) => Reply {
  const find = (id: string): Order | undefined => {
    const o = on.orders.get(id);
    if (o === undefined || o.captures.length > 0 || o.status === 'VOIDED') return o;
    const isOver = Temporal.Instant.compare(o.createdAt.add({ hours: LIVES_HOURS }), on.now()) < 0;
    return isOver ? undefined : o;
  };
  const captures = (): Capture[] => [...on.orders.values()].flatMap((o) => o.captures);
  const orderWith = (o: Order, status: number, whole: boolean): Reply => {
    const says = orderSays(o, on.who, on.url());
    return { status, body: whole ? says : { id: o.id, status: o.status, links: says.links } };
  };

  const create = (body: Data, whole: boolean): Reply => {
    const [unit] = Array.isArray(body.purchase_units) ? (body.purchase_units as Data[]) : [];
    const amount = read(unit?.amount);
    if (body.intent !== 'CAPTURE' || amount === undefined)
      return problem(400, 'INVALID_REQUEST', 'Request is not well-formed.', 'INVALID_PARAMETER_VALUE');
    const o = on.place(newId(), amount.minor, {
      currency: amount.currency,
      invoiceId: textIn(unit?.invoice_id),
      customId: textIn(unit?.custom_id),
    });
    return orderWith(o, 201, whole);
  };
  const capture = (o: Order | undefined, whole: boolean): Reply => {
    if (o === undefined) return NOT_THERE();
    if (o.captures.length > 0) return unprocessable('ORDER_ALREADY_CAPTURED');
    if (o.status !== 'APPROVED') return unprocessable('ORDER_NOT_APPROVED');
    on.capture(o);
    return orderWith(o, 201, whole);
  };
  const refund = (c: Capture | undefined, body: Data, whole: boolean): Reply => {
    if (c === undefined) return NOT_THERE();
    if (c.status === 'REFUNDED') return unprocessable('CAPTURE_FULLY_REFUNDED');
    if (c.status !== 'COMPLETED' && c.status !== 'PARTIALLY_REFUNDED') return unprocessable('CAPTURE_STATUS_NOT_VALID');
    const given = c.refunds.reduce((sum, r) => sum + (r.status === 'COMPLETED' ? r.amount : 0n), 0n);
    const wanted =
      body.amount === undefined ? { minor: c.amount - given, currency: c.order.currency } : read(body.amount);
    if (wanted === undefined || wanted.currency !== c.order.currency)
      return problem(400, 'INVALID_REQUEST', 'Request is not well-formed.', 'INVALID_PARAMETER_VALUE');
    if (given + wanted.minor > c.amount) return unprocessable('REFUND_AMOUNT_EXCEEDED');
    const r: Refund = {
      id: newId(),
      capture: c,
      amount: wanted.minor,
      customId: textIn(body.custom_id),
      invoiceId: textIn(body.invoice_id),
      note: textIn(body.note_to_payer),
      createdAt: on.now(),
      status: 'COMPLETED',
      updatedAt: on.now(),
    };
    c.refunds.push(r);
    on.refunded(r);
    const says = refundSays(r, on.url());
    return { status: 201, body: whole ? says : { id: r.id, status: r.status, links: says.links } };
  };

  return ({ method, path, body: text, whole }) => {
    const body = dataOf(text);
    if (body === undefined)
      return problem(400, 'INVALID_REQUEST', 'Request is not well-formed.', 'MALFORMED_REQUEST_JSON');
    const [, kind, id = '', action = ''] =
      /^\/(v2\/checkout\/orders|v2\/payments\/captures|v2\/payments\/refunds|v1\/notifications\/webhooks)(?:\/([A-Z0-9]+))?(?:\/(\w+))?$/.exec(
        path,
      ) ?? [];
    switch (`${method} ${kind}${id === '' ? '' : '/…'}${action === '' ? '' : `/${action}`}`) {
      case 'POST v2/checkout/orders':
        return create(body, whole);
      case 'GET v2/checkout/orders/…': {
        const o = find(id);
        return o === undefined ? NOT_THERE() : orderWith(o, 200, true);
      }
      case 'POST v2/checkout/orders/…/capture':
        return capture(find(id), whole);
      case 'GET v2/payments/captures/…': {
        const c = captures().find((x) => x.id === id);
        return c === undefined ? NOT_THERE() : { status: 200, body: captureAlone(c, on.who, on.url()) };
      }
      case 'POST v2/payments/captures/…/refund':
        return refund(
          captures().find((x) => x.id === id),
          body,
          whole,
        );
      case 'GET v2/payments/refunds/…': {
        const r = captures()
          .flatMap((c) => c.refunds)
          .find((x) => x.id === id);
        return r === undefined ? NOT_THERE() : { status: 200, body: refundSays(r, on.url()) };
      }
      case 'GET v1/notifications/webhooks/…':
        return id === on.webhookId
          ? { status: 200, body: { id, url: 'https://shop.example/', event_types: [{ name: '*' }] } }
          : problem(404, 'INVALID_RESOURCE_ID', 'The requested resource ID was not found.');
      default:
        return problem(404, 'NOT_FOUND', 'No such path.');
    }
  };
}

type Data = Readonly<Record<string, unknown>>;
const textIn = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined);
function dataOf(text: string): Data | undefined {
  try {
    const it = JSON.parse(text === '' ? '{}' : text);
    return typeof it === 'object' && it !== null && !Array.isArray(it) ? it : undefined;
  } catch {
    return undefined;
  }
}
