/** What really happened: the PaymentIntents, charges, refunds and payouts of the simulated Stripe, and how its API writes them. */
import { randomBytes } from 'node:crypto';

export type Json = Record<string, unknown>;

export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'canceled'
  | 'succeeded';

export type Charge = {
  readonly id: string;
  readonly intent: Intent;
  readonly created: number;
  readonly amount: number;
  status: 'succeeded' | 'pending' | 'failed';
  captured: number;
  disputed: boolean;
  readonly refunds: Refund[];
};

export type Refund = {
  readonly id: string;
  readonly charge: Charge;
  readonly amount: number;
  readonly created: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly reason: string | null;
  status: 'pending' | 'succeeded' | 'failed' | 'canceled';
  failedAt: number | undefined;
};

export type Intent = {
  readonly id: string;
  /** The connected account it belongs to. */
  readonly account: string | undefined;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly captureMethod: 'automatic' | 'manual';
  /** The account's balance is in another currency, and gets so much for it. */
  readonly settles: Readonly<{ amount: number; currency: string }> | undefined;
  metadata: Record<string, string>;
  status: IntentStatus;
  received: number;
  canceledAt: number | undefined;
  cancellationReason: string | null;
  /** The last error of a payment method that was declined. */
  error: Json | null;
  charge: Charge | undefined;
};

/** What moved on the balance, in its currency. */
export type Movement = Readonly<{
  id: string;
  at: number;
  gross: number;
  fee: number;
  currency: string;
  type: string;
  source: string;
}>;

export type Payout = {
  readonly id: string;
  readonly account: string | undefined;
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  /** Midnight UTC of the day on which it should be in the bank. */
  readonly arrival: number;
  /** What it settled; undefined: it was asked for by hand. */
  readonly settled: readonly Movement[] | undefined;
  status: 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled';
  isListed: boolean;
  failure: Readonly<{ code: string; message: string; at: number }> | undefined;
};

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
/** `pi_3…`: letters and digits behind a prefix. */
export const newIdOf = (prefix: string): string =>
  `${prefix}_3${Array.from(randomBytes(23), (b) => LETTERS[b % LETTERS.length]).join('')}`;

export const unix = (at: Temporal.Instant): number => Math.floor(at.epochMilliseconds / 1_000);

/** All that is given back or on its way: what failed or was cancelled is not. */
export const refunded = (c: Charge): number =>
  c.refunds.reduce((sum, r) => (r.status === 'failed' || r.status === 'canceled' ? sum : sum + r.amount), 0);

export function intentSays(it: Intent, livemode: boolean): Json {
  return {
    id: it.id,
    object: 'payment_intent',
    amount: it.amount,
    amount_capturable: it.status === 'requires_capture' ? it.amount : 0,
    amount_details: { tip: {} },
    amount_received: it.received,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: it.canceledAt ?? null,
    cancellation_reason: it.cancellationReason,
    capture_method: it.captureMethod,
    client_secret: `${it.id}_secret_sim`,
    confirmation_method: 'automatic',
    created: it.created,
    currency: it.currency,
    customer: null,
    description: null,
    last_payment_error: it.error,
    latest_charge: it.charge?.id ?? null,
    livemode,
    metadata: { ...it.metadata },
    next_action: it.status === 'requires_action' ? { type: 'use_stripe_sdk', use_stripe_sdk: {} } : null,
    on_behalf_of: null,
    payment_method: it.charge === undefined ? null : 'pm_1SimCard',
    payment_method_options: {},
    payment_method_types: ['card'],
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: it.status,
    transfer_data: null,
    transfer_group: null,
  };
}

export function chargeSays(c: Charge, livemode: boolean): Json {
  const back = refunded(c);
  return {
    id: c.id,
    object: 'charge',
    amount: c.amount,
    amount_captured: c.captured,
    amount_refunded: back,
    balance_transaction: c.captured > 0 ? txnOf(c.id) : null,
    billing_details: { address: null, email: null, name: null, phone: null },
    captured: c.captured > 0,
    created: c.created,
    currency: c.intent.currency,
    customer: null,
    description: null,
    disputed: c.disputed,
    failure_code: c.status === 'failed' ? 'card_declined' : null,
    failure_message: null,
    livemode,
    metadata: { ...c.intent.metadata },
    outcome: { network_status: 'approved_by_network', risk_level: 'normal', risk_score: 12, type: 'authorized' },
    paid: c.status === 'succeeded',
    payment_intent: c.intent.id,
    payment_method: 'pm_1SimCard',
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242' } },
    receipt_url: null,
    refunded: back > 0 && back === c.captured,
    review: null,
    status: c.status,
  };
}

export function refundSays(r: Refund): Json {
  return {
    id: r.id,
    object: 'refund',
    amount: r.amount,
    balance_transaction: txnOf(r.id),
    charge: r.charge.id,
    created: r.created,
    currency: r.charge.intent.currency,
    ...(r.failedAt === undefined
      ? {}
      : { failure_balance_transaction: txnOf(`${r.id}f`), failure_reason: 'expired_or_canceled_card' }),
    metadata: { ...r.metadata },
    payment_intent: r.charge.intent.id,
    reason: r.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: r.status,
    transfer_reversal: null,
  };
}

export const disputeSays = (c: Charge, created: number, livemode: boolean): Json => ({
  id: `dp_${c.id.slice(3)}`,
  object: 'dispute',
  amount: c.amount,
  balance_transactions: [],
  charge: c.id,
  created,
  currency: c.intent.currency,
  evidence: {},
  evidence_details: { due_by: created + 864_000, has_evidence: false, past_due: false, submission_count: 0 },
  is_charge_refundable: false,
  livemode,
  metadata: {},
  payment_intent: c.intent.id,
  reason: 'fraudulent',
  status: 'needs_response',
});

export const payoutSays = (p: Payout, livemode: boolean): Json => ({
  id: p.id,
  object: 'payout',
  amount: p.amount,
  application_fee: null,
  application_fee_amount: null,
  arrival_date: p.arrival,
  automatic: p.settled !== undefined,
  balance_transaction: txnOf(p.id),
  created: p.created,
  currency: p.currency,
  description: 'STRIPE PAYOUT',
  destination: 'ba_1SimBank',
  failure_balance_transaction: p.failure === undefined ? null : txnOf(`${p.id}f`),
  failure_code: p.failure?.code ?? null,
  failure_message: p.failure?.message ?? null,
  livemode,
  metadata: {},
  method: 'standard',
  original_payout: null,
  payout_method: null,
  reconciliation_status: p.settled === undefined ? 'not_applicable' : p.isListed ? 'completed' : 'in_progress',
  reversed_by: null,
  source_type: 'card',
  statement_descriptor: null,
  status: p.status,
  trace_id: null,
  type: 'bank_account',
});

export const movementSays = (m: Movement): Json => ({
  id: m.id,
  object: 'balance_transaction',
  amount: m.gross,
  available_on: m.at + 172_800,
  balance_type: 'payments',
  created: m.at,
  currency: m.currency,
  description: null,
  exchange_rate: null,
  fee: m.fee,
  fee_details: [],
  net: m.gross - m.fee,
  reporting_category: m.type,
  source: m.source,
  status: 'available',
  type: m.type,
});

/** The movement on the balance that belongs to an object. */
export const txnOf = (id: string): string => `txn_${id.slice(id.indexOf('_') + 1)}`;
