/** What really happened: the orders, captures and refunds of the simulated PayPal. Nobody's opinion; the auditor's ground. */
import { randomBytes } from 'node:crypto';

export type OrderStatus = 'CREATED' | 'SAVED' | 'APPROVED' | 'VOIDED' | 'COMPLETED' | 'PAYER_ACTION_REQUIRED';
export type CaptureStatus = 'COMPLETED' | 'DECLINED' | 'PARTIALLY_REFUNDED' | 'PENDING' | 'REFUNDED' | 'FAILED';

export type Order = {
  /** PayPal's own; a test may choose it. */
  readonly id: string;
  readonly currency: string;
  /** Minor units. */
  readonly total: bigint;
  readonly invoiceId: string | undefined;
  readonly customId: string | undefined;
  readonly createdAt: Temporal.Instant;
  status: OrderStatus;
  updatedAt: Temporal.Instant;
  captures: Capture[];
};
export type Capture = {
  readonly id: string;
  readonly order: Order;
  readonly amount: bigint;
  readonly createdAt: Temporal.Instant;
  status: CaptureStatus;
  reason: string | undefined;
  updatedAt: Temporal.Instant;
  refunds: Refund[];
};
export type Refund = {
  readonly id: string;
  readonly capture: Capture;
  readonly amount: bigint;
  readonly customId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly note: string | undefined;
  readonly createdAt: Temporal.Instant;
  status: 'PENDING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  updatedAt: Temporal.Instant;
};
export type Merchant = Readonly<{ merchantId: string; email: string }>;

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** As PayPal's are: 17 letters and digits. */
export const newId = (length = 17): string =>
  Array.from(randomBytes(length), (b) => ALPHABET[b % ALPHABET.length]).join('');

/** PayPal's own list: these it writes and takes whole. */
const WHOLE = new Set(['HUF', 'JPY', 'TWD']);
/** Minor units as PayPal counts them here: hundredths, and whole units of these three (of HUF and TWD the hundredths are nought). */
const unitOf = (currency: string): bigint => (currency === 'JPY' ? 1n : 100n);

export function written(minor: bigint, currency: string): Readonly<{ currency_code: string; value: string }> {
  const unit = unitOf(currency);
  const whole = String(minor / unit);
  const value = WHOLE.has(currency) ? whole : `${whole}.${String(minor % unit).padStart(2, '0')}`;
  return { currency_code: currency, value };
}
/** Undefined where PayPal would refuse it. */
export function read(amount: unknown): Readonly<{ minor: bigint; currency: string }> | undefined {
  const { value, currency_code: currency } = (amount ?? {}) as { value?: unknown; currency_code?: unknown };
  if (typeof value !== 'string' || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return undefined;
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(value) ?? [];
  if (whole === undefined || (WHOLE.has(currency) && fraction !== '')) return undefined;
  const unit = unitOf(currency);
  const minor = BigInt(whole) * unit + (unit === 1n ? 0n : BigInt(fraction.padEnd(2, '0')));
  return minor === 0n ? undefined : { minor, currency };
}

const second = (at: Temporal.Instant): string => at.round({ smallestUnit: 'second' }).toString();
const given = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined));

/** 2.99 % and 0.49, as PayPal tells them; nobody checks the sum. */
const feeOf = (minor: bigint): bigint => (minor * 299n) / 10_000n + 49n;

export function captureSays(c: Capture, url: string, amount = c.amount): Record<string, unknown> {
  const { currency } = c.order;
  const isDone = c.status === 'COMPLETED' || c.status === 'PARTIALLY_REFUNDED' || c.status === 'REFUNDED';
  return given({
    id: c.id,
    status: c.status,
    status_details: c.reason === undefined ? undefined : { reason: c.reason },
    amount: written(amount, currency),
    final_capture: true,
    disbursement_mode: 'INSTANT',
    seller_protection: { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'] },
    seller_receivable_breakdown: isDone
      ? {
          gross_amount: written(amount, currency),
          paypal_fee: written(feeOf(amount), currency),
          net_amount: written(amount > feeOf(amount) ? amount - feeOf(amount) : 0n, currency),
        }
      : undefined,
    invoice_id: c.order.invoiceId,
    custom_id: c.order.customId,
    create_time: second(c.createdAt),
    update_time: second(c.updatedAt),
    links: [
      { href: `${url}/v2/payments/captures/${c.id}`, rel: 'self', method: 'GET' },
      { href: `${url}/v2/payments/captures/${c.id}/refund`, rel: 'refund', method: 'POST' },
      { href: `${url}/v2/checkout/orders/${c.order.id}`, rel: 'up', method: 'GET' },
    ],
  });
}

/** By itself, as GET and a notification tell it. */
export const captureAlone = (c: Capture, who: Merchant, url: string, amount = c.amount): Record<string, unknown> => ({
  ...captureSays(c, url, amount),
  payee: { email_address: who.email, merchant_id: who.merchantId },
  supplementary_data: { related_ids: { order_id: c.order.id } },
});

export function refundSays(r: Refund, url: string): Record<string, unknown> {
  const { currency } = r.capture.order;
  return given({
    id: r.id,
    status: r.status,
    amount: written(r.amount, currency),
    seller_payable_breakdown: {
      gross_amount: written(r.amount, currency),
      net_amount: written(r.amount, currency),
      total_refunded_amount: written(
        r.capture.refunds.reduce((sum, x) => sum + (x.status === 'COMPLETED' ? x.amount : 0n), 0n),
        currency,
      ),
    },
    // What the refund itself does not say, its capture does.
    invoice_id: r.invoiceId ?? r.capture.order.invoiceId,
    custom_id: r.customId ?? r.capture.order.customId,
    note_to_payer: r.note,
    create_time: second(r.createdAt),
    update_time: second(r.updatedAt),
    links: [
      { href: `${url}/v2/payments/refunds/${r.id}`, rel: 'self', method: 'GET' },
      { href: `${url}/v2/payments/captures/${r.capture.id}`, rel: 'up', method: 'GET' },
    ],
  });
}

export function orderSays(o: Order, who: Merchant, url: string): Record<string, unknown> {
  const refunds = o.captures.flatMap((c) => c.refunds);
  return {
    id: o.id,
    intent: 'CAPTURE',
    status: o.status,
    purchase_units: [
      given({
        reference_id: 'default',
        amount: written(o.total, o.currency),
        payee: { email_address: who.email, merchant_id: who.merchantId },
        invoice_id: o.invoiceId,
        custom_id: o.customId,
        payments:
          o.captures.length === 0
            ? undefined
            : given({
                captures: o.captures.map((c) => captureSays(c, url)),
                refunds: refunds.length === 0 ? undefined : refunds.map((r) => refundSays(r, url)),
              }),
      }),
    ],
    create_time: second(o.createdAt),
    update_time: second(o.updatedAt),
    links: [
      { href: `${url}/v2/checkout/orders/${o.id}`, rel: 'self', method: 'GET' },
      ...(o.status === 'CREATED'
        ? [{ href: `https://www.paypal.example/checkoutnow?token=${o.id}`, rel: 'approve', method: 'GET' }]
        : []),
      ...(o.status === 'APPROVED'
        ? [{ href: `${url}/v2/checkout/orders/${o.id}/capture`, rel: 'capture', method: 'POST' }]
        : []),
    ],
  };
}
