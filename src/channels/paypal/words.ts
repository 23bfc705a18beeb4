/**
 * PayPal's words in ours: one table for each place a status stands in, checked by the compiler. Source: Orders v2 and Payments v2, whose
 * enumerations the official SDK carries. An unknown word is never guessed: the message is unreadable and a person sees it.
 *
 * A payment is named by PayPal's order id, which both the order and its capture carry. The capture's id is the transaction of PayPal's
 * reports and of the customer's account.
 */
import { z } from 'zod';
import { add, decimalText, type Money, parseMoney } from '../../base/money.ts';
import type { Kind, Observed, Ref, RefundState, Source } from '../../observations/observation.ts';
import type { Account } from '../channel.ts';

/** `status` of an order. Undefined: what was paid for it tells. */
export const ORDER_STATES = {
  CREATED: 'unpaid',
  SAVED: 'unpaid',
  PAYER_ACTION_REQUIRED: 'unpaid', // 3-D Secure and the like: the customer has to do something.
  APPROVED: 'unpaid', // The customer agreed. No money moves before the merchant's own system captures.
  VOIDED: 'closed',
  COMPLETED: undefined, // Captured or authorised, well or not.
} as const satisfies Record<string, Kind | undefined>;

/** `status` of a capture. */
export const CAPTURE_STATES = {
  COMPLETED: 'captured',
  PARTIALLY_REFUNDED: 'captured', // How much was given back, the refunds themselves tell.
  REFUNDED: 'captured', // It was paid, and all of it was given back: both are said.
  PENDING: 'processing', // Why, `status_details` tells: an eCheck for days, a review, a payee who has to accept.
  DECLINED: 'failed',
  FAILED: 'failed',
} as const satisfies Record<string, Kind>;

/** `status` of an authorisation: a hold on the customer's side, no money. Undefined: its captures tell. */
const AUTHORIZATION_STATES = {
  CREATED: 'unpaid',
  PENDING: 'unpaid',
  CAPTURED: undefined,
  PARTIALLY_CAPTURED: undefined,
  DENIED: 'failed',
  VOIDED: 'closed',
} as const satisfies Record<string, Kind | undefined>;

/** `status` of a refund. */
export const REFUND_STATES = {
  PENDING: 'processing',
  COMPLETED: 'succeeded',
  CANCELLED: 'closed', // Nothing was given back.
  FAILED: 'closed',
} as const satisfies Record<string, RefundState>;

/**
 * What a notification's resource is, by the event's name; the resource's own status is the word. Other families (disputes, subscriptions,
 * payouts) say nothing about a payment and are kept.
 */
const FOLLOWED = /^(CHECKOUT\.ORDER|PAYMENT\.CAPTURE|PAYMENT\.REFUND)\./;
const EVENTS = [
  [/^CHECKOUT\.ORDER\./, 'order'],
  [/^PAYMENT\.CAPTURE\.(PENDING|COMPLETED|DENIED|DECLINED)$/, 'capture'],
  [/^PAYMENT\.CAPTURE\.REFUNDED$|^PAYMENT\.REFUND\./, 'refund'],
  [/^PAYMENT\.CAPTURE\.REVERSED$/, 'reversal'],
] as const;

const words = <T extends string>(table: Readonly<Record<T, unknown>>) => z.enum(Object.keys(table) as [T, ...T[]]);
const id = z.string().regex(/^[A-Z0-9]{1,36}$/);
const text = z
  .string()
  .max(255)
  .nullish()
  .transform((v) => (v === null || v === '' ? undefined : v));
const time = z
  .string()
  .transform((v) => Temporal.Instant.from(v))
  .optional();
const maybe = <T extends z.ZodType>(shape: T) => shape.nullish().transform((v) => v ?? undefined);
/** `{"currency_code":"USD","value":"10.99"}`, a decimal exactly as the currency has it. */
const amountLike = (form: RegExp) =>
  z
    .object({ currency_code: z.string(), value: z.string().regex(form) })
    .transform((v) => parseMoney(v.value.replace('-', ''), v.currency_code));
const amount = amountLike(/^\d{1,15}(\.\d{1,3})?$/);
/** What PayPal takes back it may write with its sign: a refund has one direction only. */
const givenBack = amountLike(/^-?\d{1,15}(\.\d{1,3})?$/);
const details = maybe(
  z.object({
    reason: z
      .string()
      .regex(/^[A-Z_]{1,64}$/)
      .optional(),
  }),
);
const payee = maybe(z.object({ merchant_id: text }));
const times = { create_time: time, update_time: time };

const capture = z.object({
  id,
  status: words(CAPTURE_STATES),
  status_details: details,
  amount,
  final_capture: z.boolean().optional(),
  invoice_id: text,
  custom_id: text,
  ...times,
});
const refund = z.object({
  id,
  status: words(REFUND_STATES),
  status_details: details,
  amount: givenBack,
  custom_id: text,
  links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
  ...times,
});
export const refundShape = refund;
export type Refund = z.output<typeof refund>;
type Capture = z.output<typeof capture>;

/** By itself a capture names its order. */
export const captureShape = capture.extend({
  payee,
  supplementary_data: maybe(z.object({ related_ids: maybe(z.object({ order_id: maybe(id) })) })),
});
export const orderShape = z.object({
  id,
  status: words(ORDER_STATES),
  purchase_units: z
    .array(
      z.object({
        amount: maybe(amount),
        payee,
        invoice_id: text,
        custom_id: text,
        payments: maybe(
          z.object({
            captures: z.array(capture).default([]),
            authorizations: z.array(z.object({ status: words(AUTHORIZATION_STATES) })).default([]),
            refunds: z.array(refund).default([]),
          }),
        ),
      }),
    )
    .min(1),
  ...times,
});
export type Order = z.output<typeof orderShape>;

export type Heard = Readonly<{ source: Source; at: Temporal.Instant; key?: string }>;

/** Thrown where an answer or a message is about another payee. */
export class OfAnother extends Error {
  override readonly name = 'OfAnother';
}

const isOurs = (of: z.output<typeof payee>, account: Account): boolean =>
  of?.merchant_id === undefined || of.merchant_id === account.merchantNo;

/** What of an order is paid to this account. */
export function oursOf(o: Order, account: Account) {
  const units = o.purchase_units.filter((u) => isOurs(u.payee, account));
  if (units.length === 0) throw new OfAnother('an order that pays another merchant');
  const payments = units.flatMap((u) => u.payments ?? []);
  return {
    units,
    captures: payments.flatMap((p) => p.captures),
    authorizations: payments.flatMap((p) => p.authorizations),
    refunds: payments.flatMap((p) => p.refunds),
  };
}

export function orderSays(o: Order, account: Account, heard: Heard): readonly Observed[] {
  const { units, captures, authorizations, refunds } = oursOf(o, account);
  const refs = [...units, ...captures].flatMap(ordersOf);
  const of = (kind: Kind): readonly Capture[] => captures.filter((c) => CAPTURE_STATES[c.status] === kind);
  const done = of('captured');
  const payment = (kind: Kind, said: string, total: Money | undefined, at: Temporal.Instant, by: readonly Capture[]) =>
    observed(heard, { kind, said, paymentRef: o.id, amount: total, at, refs: [...by.map(tradeOf), ...refs] });
  if (done.length > 0)
    return [
      payment('captured', done.map(saidOf).join(), sumOf(done), done.map((c) => paidAt(c, heard)).reduce(later), done),
      ...refunds.map((r) => refundSays(r, { paymentRef: o.id, name: undefined }, heard)),
    ];
  const waiting = of('processing');
  if (waiting.length > 0) return [payment('processing', waiting.map(saidOf).join(), sumOf(waiting), heard.at, waiting)];
  const total = sumOf(units.flatMap((u) => (u.amount === undefined ? [] : [{ amount: u.amount }])));
  const last = captures.at(-1);
  if (last !== undefined) {
    // Whoever is declined may pay the same order another way, as long as it is not completed.
    const kind = ORDER_STATES[o.status] === 'unpaid' ? 'unpaid' : 'failed';
    return [payment(kind, `${o.status}:${saidOf(last)}`, total, heard.at, captures)];
  }
  const hold = authorizations.at(-1);
  const kind = hold === undefined ? ORDER_STATES[o.status] : AUTHORIZATION_STATES[hold.status];
  if (kind === undefined) throw new Error(`an order that is ${o.status}, and nothing that was paid for it`);
  return [payment(kind, hold === undefined ? o.status : `${o.status}:${hold.status}`, total, heard.at, [])];
}

type Alone = z.output<typeof captureShape>;

export function captureSays(c: Alone, account: Account, heard: Heard): readonly Observed[] {
  // One of several: how much was paid in all, only the order tells.
  if (c.final_capture === false) return [];
  const kind = CAPTURE_STATES[c.status];
  const at = kind === 'captured' ? paidAt(c, heard) : heard.at;
  // Of a declined one only the order tells whether it is the end.
  return [captureIs(kind === 'failed' ? 'unpaid' : kind, saidOf(c), at, c, account, heard)];
}
const reversed = (c: Alone, account: Account, heard: Heard): readonly Observed[] => [
  captureIs('reversed', `REVERSED:${c.status}`, heard.at, c, account, heard),
];

function captureIs(kind: Kind, said: string, at: Temporal.Instant, c: Alone, account: Account, heard: Heard): Observed {
  if (!isOurs(c.payee, account)) throw new OfAnother('a payment to another merchant');
  const paymentRef = c.supplementary_data?.related_ids?.order_id;
  return observed(heard, { kind, said, paymentRef, amount: c.amount, at, refs: [tradeOf(c), ...ordersOf(c)] });
}

/** `name`: the reference it was asked by, where it is not told. */
export function refundSays(
  r: Refund,
  asked: Readonly<{ paymentRef: string | undefined; name: string | undefined }>,
  heard: Heard,
  said: string = saidOf(r),
): Observed {
  const name = asked.name ?? nameOf(r);
  const of = captureOf(r);
  return {
    source: heard.source,
    key: [heard.key ?? asked.paymentRef, r.id, said, textOf(r.amount)].join(':'),
    kind: 'refund',
    occurredAt: (REFUND_STATES[r.status] === 'succeeded' ? (r.update_time ?? r.create_time) : undefined) ?? heard.at,
    ...(asked.paymentRef === undefined ? {} : { paymentRef: asked.paymentRef }),
    refs: [
      ...(of === undefined ? [] : [{ kind: 'channel_trade', value: of } as const]),
      ...(name === r.id ? [] : [{ kind: 'refund', value: name } as const]),
      { kind: 'channel_refund', value: r.id },
    ],
    amount: r.amount,
    refund: { ref: name, state: REFUND_STATES[r.status] },
    said,
  };
}

const OURS = 'daozhang-refund:';
export const MOST_NAME = 127 - OURS.length;
/**
 * How a refund of ours carries its own reference. The prefix tells it apart: a refund made elsewhere shows the `custom_id` of its capture.
 */
export const customIdOf = (refundRef: string): string => `${OURS}${refundRef}`;
export const nameOf = (r: Refund): string =>
  r.custom_id?.startsWith(OURS) === true ? r.custom_id.slice(OURS.length) : r.id;

/** The capture it gives back, by its link upwards. */
export function captureOf(r: Refund): string | undefined {
  const up = r.links.find((l) => l.rel === 'up')?.href;
  return /\/v2\/payments\/captures\/([A-Z0-9]{1,36})$/.exec(up ?? '')?.[1];
}

export const eventShape = z.object({
  id: z.string().min(1).max(100),
  create_time: z.string().transform((v) => Temporal.Instant.from(v)),
  event_type: z.string().max(100),
  resource_type: z.string().max(100).optional(),
  resource: z.unknown(),
});

/** What a notification says; [] where it is about no payment of ours. */
export function eventSays(event: z.output<typeof eventShape>, account: Account): readonly Observed[] {
  const { event_type: type, resource } = event;
  if (!FOLLOWED.test(type)) return [];
  const heard: Heard = { source: 'notification', at: event.create_time, key: event.id };
  switch (EVENTS.find(([name]) => name.test(type))?.[1]) {
    case 'order':
      return orderSays(orderShape.parse(resource), account, heard);
    case 'capture':
      return captureSays(captureShape.parse(resource), account, heard);
    case 'refund':
      return [refundTold(resource, heard)];
    case 'reversal':
      // PayPal took it back: by a refund of its own, whole or in part, or the capture itself is named.
      return event.resource_type === 'capture'
        ? reversed(captureShape.parse(resource), account, heard)
        : [refundTold(resource, heard, 'REVERSED')];
    default:
      throw new Error(`an event of unknown type: ${type}`);
  }
}

function refundTold(resource: unknown, heard: Heard, how?: string): Observed {
  const r = refundShape.parse(resource);
  if (captureOf(r) === undefined) throw new Error('a refund that names no capture');
  return refundSays(
    r,
    { paymentRef: undefined, name: undefined },
    heard,
    how === undefined ? undefined : `${how}:${r.status}`,
  );
}

/** PayPal takes no decimals of these, whatever ISO 4217 has. */
const WHOLE: ReadonlySet<string> = new Set(['HUF', 'JPY', 'TWD']);
/** Undefined where PayPal cannot write it. */
export function decimalOf(m: Money): string | undefined {
  const written = decimalText(m.minor, m.currency);
  if (!WHOLE.has(m.currency)) return written;
  const [whole, fraction = ''] = written.split('.');
  return /^0*$/.test(fraction) ? whole : undefined;
}

type Said = Readonly<{
  kind: Kind;
  said: string;
  paymentRef: string | undefined;
  amount: Money | undefined;
  at: Temporal.Instant;
  refs: readonly Ref[];
}>;
function observed(heard: Heard, it: Said): Observed {
  const refs = [...new Map(it.refs.map((r) => [`${r.kind}:${r.value}`, r])).values()];
  return {
    source: heard.source,
    // An answer has no name of its own: what says the same has the same one.
    key:
      heard.key ??
      [
        it.paymentRef,
        it.said,
        it.amount === undefined ? '' : textOf(it.amount),
        ...refs.map((r) => r.value),
        ...(it.kind === 'captured' ? [it.at] : []),
      ].join(':'),
    kind: it.kind,
    occurredAt: it.at,
    ...(it.paymentRef === undefined ? {} : { paymentRef: it.paymentRef }),
    refs,
    ...(it.amount === undefined ? {} : { amount: it.amount }),
    said: it.said,
  };
}

const saidOf = (it: Pick<Capture, 'status_details'> & Readonly<{ status: string }>): string =>
  it.status_details?.reason === undefined ? it.status : `${it.status}:${it.status_details.reason}`;
const textOf = (m: Money): string => `${m.minor} ${m.currency}`;
/** A refund moves the time of change; what waited was paid when it was completed. */
const paidAt = (c: Capture, heard: Heard): Temporal.Instant =>
  (c.status === 'COMPLETED' ? (c.update_time ?? c.create_time) : c.create_time) ?? heard.at;
const later = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(a, b) < 0 ? b : a;
/** Undefined for none; throws where currencies differ. */
const sumOf = (of: ReadonlyArray<Readonly<{ amount: Money }>>): Money | undefined =>
  of.map((c) => c.amount).reduce<Money | undefined>((sum, m) => (sum === undefined ? m : add(sum, m)), undefined);
const tradeOf = (c: Capture): Ref => ({ kind: 'channel_trade', value: c.id });
/** The merchant's own numbers. */
const ordersOf = (of: Readonly<{ invoice_id?: string | undefined; custom_id?: string | undefined }>): readonly Ref[] =>
  [of.invoice_id, of.custom_id].flatMap((value) => (value === undefined ? [] : [{ kind: 'order', value } as const]));
