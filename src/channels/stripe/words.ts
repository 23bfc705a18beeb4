/**
 * Stripe's words in ours. An unknown word is never guessed: the message is unreadable and a person sees it.
 *
 * A payment is a PaymentIntent; it is named by its metadata or by itself (`settings.payment_ref`). Amounts are integers of Stripe's smallest
 * unit, which is not ISO 4217's for every currency. Times are Unix seconds.
 *
 * A dispute speaks where it moves money: withdrawn, and reinstated where it was won. A payout speaks of itself (`payoutSaid`), never of a
 * payment. What says nothing: a dispute's other events, and whatever else Stripe sends: they are kept.
 */
import { z } from 'zod';
import { exponentOf } from '../../base/currency.ts';
import { exactMoney, type Money, rescale } from '../../base/money.ts';
import type { Kind, Observed, Ref, RefundState, Source } from '../../observations/observation.ts';
import type { PayoutSaid, PayoutState } from '../../observations/payout.ts';
import type { Account, BillRow, BillWord } from '../channel.ts';
import { DEFAULT_ORDER_KEY, REFUND_KEY } from './settings.ts';

/**
 * `requires_capture`: the customer sees a hold, the merchant has nothing yet. `canceled` is the end of this PaymentIntent. A declined card
 * is `requires_payment_method` again: not final.
 */
export const INTENT_STATES = {
  requires_payment_method: 'unpaid',
  requires_confirmation: 'unpaid',
  requires_action: 'unpaid',
  processing: 'processing',
  requires_capture: 'processing',
  canceled: 'closed',
  succeeded: 'captured',
} as const satisfies Record<string, Kind>;

/** A refund can succeed and fail days later, when the customer's bank sends it back. */
const REFUND_STATES = {
  pending: 'processing',
  requires_action: 'processing',
  succeeded: 'succeeded',
  failed: 'abnormal',
  canceled: 'closed',
} as const satisfies Record<string, RefundState>;

// ------------------------------------------------------------------------------------------- money

/** Decimals of Stripe's unit where they are not two. ISK and UGX are written with two, always 00, though they have none. */
const DECIMALS: Readonly<Record<string, number>> = Object.fromEntries([
  ...'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ...'BHD JOD KWD OMR TND'.split(' ').map((code) => [code, 3]),
]);
const decimalsOf = (currency: string): number => DECIMALS[currency] ?? 2;

/** Throws where the currency is not known, or the amount finer than it. */
export function moneyOf(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  const exact = exactMoney({ value: BigInt(amount), scale: decimalsOf(code) }, code);
  if (exact === undefined) throw new Error(`${amount} ${code} is no amount`);
  return exact;
}

/** In Stripe's unit; undefined where it would lose something. */
export function amountOf(minor: bigint, currency: string): bigint | undefined {
  const scale = exponentOf(currency);
  return scale === undefined ? undefined : rescale({ value: minor, scale }, decimalsOf(currency))?.value;
}

// ------------------------------------------------------------------------------------------- shapes

const id = z.string().min(1).max(255);
const amount = z.number().int().nonnegative();
const unix = z
  .number()
  .int()
  .positive()
  .transform((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1_000));
const currency = z.string().regex(/^[a-z]{3}$/);
const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((m) => m ?? {});
/** An id, or the object behind it. */
const idOf = z.union([id, z.object({ id })]).transform((it) => (typeof it === 'string' ? it : it.id));

export const refundShape = z.object({
  id,
  object: z.literal('refund'),
  amount,
  currency,
  created: unix,
  charge: idOf.nullish(),
  payment_intent: idOf.nullish(),
  metadata,
  status: z.enum(Object.keys(REFUND_STATES) as [keyof typeof REFUND_STATES]),
});
export type Refund = z.output<typeof refundShape>;

const chargeShape = z.object({
  id,
  object: z.literal('charge'),
  amount_captured: amount,
  currency,
  created: unix,
  captured: z.boolean(),
  status: z.enum(['succeeded', 'pending', 'failed']),
  payment_intent: idOf.nullish(),
  metadata,
  refunds: z.object({ data: z.array(refundShape) }).nullish(),
});

export const intentShape = z.object({
  id: id.regex(/^pi_/),
  object: z.literal('payment_intent'),
  livemode: z.boolean(),
  amount,
  amount_received: amount,
  currency,
  created: unix,
  canceled_at: unix.nullish(),
  latest_charge: z.union([id, chargeShape]).nullish(),
  metadata,
  status: z.enum(Object.keys(INTENT_STATES) as [keyof typeof INTENT_STATES]),
});
export type Intent = z.output<typeof intentShape>;

/** Source: Stripe API reference, “The Dispute object”. */
const disputeShape = z.object({
  id,
  object: z.literal('dispute'),
  amount,
  currency,
  charge: idOf,
  payment_intent: idOf.nullish(),
});

/** `failed` comes after `paid` where the bank finds out later, some five working days. Source: Stripe API reference, “The Payout object”. */
const PAYOUT_WORDS = {
  pending: 'pending',
  in_transit: 'in_transit',
  paid: 'paid',
  failed: 'returned',
  canceled: 'cancelled',
} as const satisfies Record<string, PayoutState>;

export const payoutShape = z.object({
  id: id.regex(/^po_\w+$/),
  object: z.literal('payout'),
  /** Below zero where the account's debt is taken from the bank. */
  amount: z.number().int(),
  currency,
  arrival_date: unix,
  automatic: z.boolean(),
  created: unix,
  livemode: z.boolean(),
  status: z.enum(Object.keys(PAYOUT_WORDS) as [keyof typeof PAYOUT_WORDS]),
  failure_code: z.string().max(100).nullish(),
  failure_message: z.string().max(1_000).nullish(),
  /** Absent in older versions of the API. */
  reconciliation_status: z.string().nullish(),
});
export type Payout = z.output<typeof payoutShape>;

export const eventShape = z.object({
  id: id.regex(/^evt_/),
  object: z.literal('event'),
  type: z.string().min(1).max(100),
  created: unix,
  livemode: z.boolean(),
  /** The connected account; absent in an event of one's own. */
  account: id.nullish(),
  data: z.object({ object: z.unknown() }),
});
export type Event = z.output<typeof eventShape>;

// ------------------------------------------------------------------------------------------- what they say

export const orderKeyOf = (account: Account): string => account.settings.order_key ?? DEFAULT_ORDER_KEY;
export const isByIntent = (account: Account): boolean => account.settings.payment_ref === 'payment_intent';

const numberIn = (meta: Readonly<Record<string, string>>, account: Account): string | undefined => {
  const value = meta[orderKeyOf(account)];
  return value === undefined || value === '' ? undefined : value;
};
/** The payment's name in the book. */
export const nameOf = (intent: Pick<Intent, 'id' | 'metadata'>, account: Account): string =>
  isByIntent(account) ? intent.id : (numberIn(intent.metadata, account) ?? intent.id);

type Heard = Readonly<{ source: Source; key?: string | undefined; at: Temporal.Instant }>;

/**
 * Events tell whole seconds, and several fall into one: within it a payment and a refund are taken to move forward, so that a PaymentIntent
 * that is made and paid at once does not end as unpaid.
 */
const STEP = { unpaid: 0, processing: 1, closed: 2, captured: 2, succeeded: 2, abnormal: 3 } as const;
const within = (heard: Heard, step: keyof typeof STEP): Temporal.Instant =>
  heard.source === 'notification' ? heard.at.add({ milliseconds: STEP[step] }) : heard.at;

/** `as`: under this name, where it was asked by it. */
export function intentSaid(it: Intent, account: Account, heard: Heard, as?: string): readonly Observed[] {
  const kind = INTENT_STATES[it.status];
  const charge = typeof it.latest_charge === 'object' && it.latest_charge !== null ? it.latest_charge : undefined;
  const isIn = kind === 'captured';
  const told = moneyOf(isIn ? it.amount_received : it.amount, it.currency);
  const paymentRef = as ?? nameOf(it, account);
  const chargeId = charge?.id ?? (typeof it.latest_charge === 'string' ? it.latest_charge : undefined);
  const intent: Observed = {
    source: heard.source,
    key: heard.key ?? [it.id, it.status, told.minor].join(':'),
    kind,
    // An answer tells when the charge was made, an event when it succeeded.
    occurredAt:
      (heard.source === 'inquiry' ? (isIn ? charge?.created : it.canceled_at) : undefined) ?? within(heard, kind),
    paymentRef,
    refs: refsOf([
      ['channel_trade', it.id],
      ['order', isByIntent(account) ? numberIn(it.metadata, account) : undefined],
      ['wallet_trade', isIn ? chargeId : undefined],
    ]),
    amount: told,
    said: it.status,
  };
  const refunds = (charge?.refunds?.data ?? []).flatMap((r) =>
    refundSaid(r, account, { source: heard.source, at: heard.at }, paymentRef),
  );
  return [intent, ...refunds];
}

/** By its own object: what a charge says of all that was given back counts refunds that are not done, and goes down when one fails. */
export function refundSaid(it: Refund, account: Account, heard: Heard, as?: string): readonly Observed[] {
  const intent = it.payment_intent ?? undefined;
  const ref = refundName(it);
  const state = REFUND_STATES[it.status];
  const paymentRef = as ?? (isByIntent(account) ? intent : undefined);
  const told = moneyOf(it.amount, it.currency);
  return [
    {
      source: heard.source,
      key: heard.key ?? [it.id, it.status, told.minor].join(':'),
      kind: 'refund',
      occurredAt: within(heard, state),
      // The merchant's number is not in it: it waits under the PaymentIntent's.
      ...(paymentRef === undefined ? {} : { paymentRef }),
      refs: refsOf([
        ['channel_trade', intent],
        ['wallet_trade', it.charge ?? undefined],
        ['refund', ref === it.id ? undefined : ref],
        ['channel_refund', it.id],
      ]),
      amount: told,
      refund: { ref, state },
      said: it.status,
    },
  ];
}
export const refundName = (it: Pick<Refund, 'id' | 'metadata'>): string => it.metadata[REFUND_KEY] ?? it.id;

const INTENT_EVENTS: ReadonlySet<string> = new Set(
  'created processing requires_action amount_capturable_updated partially_funded succeeded payment_failed canceled'
    .split(' ')
    .map((it) => `payment_intent.${it}`),
);
const REFUND_EVENTS: ReadonlySet<string> = new Set([
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refund.updated',
]);

const DISPUTE_EVENTS: Readonly<Record<string, 'charged_back' | 'chargeback_undone'>> = {
  'charge.dispute.funds_withdrawn': 'charged_back',
  'charge.dispute.funds_reinstated': 'chargeback_undone',
};

/** Empty where it says nothing about a payment. */
export function eventSaid(it: Event, account: Account): readonly Observed[] {
  const heard = { source: 'notification', key: it.id, at: it.created } as const;
  if (INTENT_EVENTS.has(it.type)) {
    const intent = intentShape.parse(it.data.object);
    return isNobodys(intent, account) ? [] : intentSaid(intent, account, heard);
  }
  if (REFUND_EVENTS.has(it.type)) return refundSaid(refundShape.parse(it.data.object), account, heard);
  const dispute = Object.hasOwn(DISPUTE_EVENTS, it.type) ? DISPUTE_EVENTS[it.type] : undefined;
  if (dispute !== undefined) return disputeSaid(it, dispute, account, heard);
  if (it.type === 'charge.succeeded' || it.type === 'charge.captured') return chargeSaid(it, account, heard);
  // Older versions of the API put the refunds into it; where they are not there, `refund.*` and the list of events tell.
  if (it.type === 'charge.refunded') {
    const { refunds } = chargeShape.parse(it.data.object);
    return (refunds?.data ?? []).flatMap((r) => refundSaid(r, account, { ...heard, key: `${it.id}:${r.id}` }));
  }
  return [];
}

/** Of a payout, by an event of its. */
export function payoutSaid(it: Event): readonly PayoutSaid[] {
  if (!it.type.startsWith('payout.')) return [];
  return [payoutFact(payoutShape.parse(it.data.object), { source: 'notification', key: it.id, at: it.created })];
}

export function payoutFact(it: Payout, heard: Heard & Readonly<{ source: PayoutSaid['source'] }>): PayoutSaid {
  const told = moneyOf(it.amount, it.currency);
  const isBack = it.status === 'failed';
  return {
    source: heard.source,
    key: heard.key ?? [it.id, it.status, told.minor, it.arrival_date].join(':'),
    payoutRef: it.id,
    state: PAYOUT_WORDS[it.status],
    occurredAt: heard.at,
    madeAt: it.created,
    amount: told,
    // Midnight UTC of a day.
    arrivalOn: it.arrival_date.toZonedDateTimeISO('UTC').toPlainDate(),
    failure: isBack ? { code: it.failure_code ?? '', says: it.failure_message ?? '' } : undefined,
    // Of one that was asked for by hand Stripe does not say what is in it.
    listing: !it.automatic ? 'never' : (it.reconciliation_status ?? 'completed') === 'completed' ? 'now' : 'later',
    said: it.status,
  };
}

/** Neither paid nor named: it may get its number before it is paid, or is given up. Nobody waits for it under its own. */
const isNobodys = (intent: Intent, account: Account): boolean =>
  nameOf(intent, account) === intent.id &&
  !isByIntent(account) &&
  (INTENT_STATES[intent.status] === 'unpaid' || INTENT_STATES[intent.status] === 'closed');

/** A charge that is captured is the PaymentIntent's success. One without a PaymentIntent is of the old API, and not followed. */
function chargeSaid(it: Event, account: Account, heard: Heard): readonly Observed[] {
  const charge = chargeShape.parse(it.data.object);
  const intent = charge.payment_intent ?? undefined;
  if (intent === undefined || charge.status !== 'succeeded' || !charge.captured) return [];
  // Its metadata were copied when it was made, and may be less than the PaymentIntent's.
  const paymentRef = isByIntent(account) ? intent : numberIn(charge.metadata, account);
  return [
    {
      source: heard.source,
      key: heard.key!,
      kind: 'captured',
      occurredAt: within(heard, 'captured'),
      ...(paymentRef === undefined ? {} : { paymentRef }),
      refs: refsOf([
        ['channel_trade', intent],
        ['wallet_trade', charge.id],
      ]),
      amount: moneyOf(charge.amount_captured, charge.currency),
      said: it.type,
    },
  ];
}

/** The merchant's number is not in it: it is found by the PaymentIntent's and the charge's. */
function disputeSaid(
  it: Event,
  kind: 'charged_back' | 'chargeback_undone',
  account: Account,
  heard: Heard,
): readonly Observed[] {
  const dispute = disputeShape.parse(it.data.object);
  const intent = dispute.payment_intent ?? undefined;
  return [
    {
      source: heard.source,
      key: heard.key!,
      kind,
      occurredAt: heard.at,
      ...(isByIntent(account) && intent !== undefined ? { paymentRef: intent } : {}),
      refs: refsOf([
        ['channel_trade', intent],
        ['wallet_trade', dispute.charge],
      ]),
      amount: moneyOf(dispute.amount, dispute.currency),
      dispute: { ref: dispute.id },
      said: it.type,
    },
  ];
}

/** A row of the balance report: what the merchant gave no number is named as its events name it. */
export function billSays(row: BillRow): BillWord | undefined {
  const said = `${row.kind} ${row.status}`;
  const source = row.channel_ref ?? undefined;
  if (row.kind === 'payment') return { kind: 'captured', said, paymentRef: source };
  const paymentRef = row.origin_ref ?? undefined;
  const ref = row.refund_ref ?? source;
  if (row.kind === 'refund' && ref !== undefined)
    return { kind: 'refund', said, paymentRef, refund: { ref, state: 'succeeded' } };
  if (row.kind !== 'reversal') return undefined;
  // Of a refund or of the payment, as its source tells.
  return ref !== undefined && /^(re|pyr)_/.test(source ?? '')
    ? { kind: 'refund', said, paymentRef, refund: { ref, state: 'abnormal' } }
    : { kind: 'reversed', said, paymentRef };
}

const refsOf = (pairs: ReadonlyArray<readonly [Ref['kind'], string | undefined]>): readonly Ref[] =>
  pairs.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]));
