/** A payment as the book's row tells it. The columns are written by `advance.ts` alone. */
import type { Contradiction } from './fold.ts';
import type { Position } from './transitions.ts';

export type Payment = Readonly<{
  id: string;
  livemode: boolean;
  accountId: string;
  direction: 'in' | 'out';
  ref: string;
  product: string | undefined;
  orderId: string | undefined;
  createdAt: Temporal.Instant;
  /** Inquiry's memory: how often it was asked about, and when last. */
  asked: number;
  lastAskedAt: Temporal.Instant | undefined;
  version: number;
  position: Position;
  currency: string | undefined;
  orderedMinor: bigint | undefined;
  capturedMinor: bigint;
  refundedMinor: bigint;
  placedAt: Temporal.Instant | undefined;
  expiresAt: Temporal.Instant | undefined;
  capturedAt: Temporal.Instant | undefined;
  recordedAt: Temporal.Instant | undefined;
  orderClosedAt: Temporal.Instant | undefined;
  contradictions: readonly Contradiction[];
  /** The whole trace as JSON: amounts and instants as text. */
  trace: Readonly<Record<string, unknown>>;
  verdict: string | undefined;
  release: string | undefined;
  terminal: boolean;
  /** The day of the channel's bill that has it. */
  clearedOn: Temporal.PlainDate | undefined;
}>;

/** What a fold and the verdict on it write: column, type, value. */
export const WRITTEN: ReadonlyArray<readonly [column: string, type: string, of: (p: Payment) => unknown]> = [
  ['version', 'int', (p) => p.version],
  ['order_id', 'uuid', (p) => p.orderId],
  ['product', 'text', (p) => p.product],
  ['position', 'text', (p) => p.position],
  ['currency', 'text', (p) => p.currency],
  ['ordered_minor', 'bigint', (p) => p.orderedMinor],
  ['captured_minor', 'bigint', (p) => p.capturedMinor],
  ['refunded_minor', 'bigint', (p) => p.refundedMinor],
  ['placed_at', 'timestamptz', (p) => p.placedAt],
  ['expires_at', 'timestamptz', (p) => p.expiresAt],
  ['captured_at', 'timestamptz', (p) => p.capturedAt],
  ['recorded_at', 'timestamptz', (p) => p.recordedAt],
  ['order_closed_at', 'timestamptz', (p) => p.orderClosedAt],
  ['contradictions', 'jsonb', (p) => JSON.stringify(p.contradictions)],
  ['trace', 'text', (p) => JSON.stringify(p.trace)],
  ['verdict', 'text', (p) => p.verdict],
  ['release', 'text', (p) => p.release],
  ['terminal', 'boolean', (p) => p.terminal],
];

export const PAYMENT_COLUMNS = `id, livemode, account_id, direction, ref, created_at, asked, last_asked_at, cleared_on,
  ${WRITTEN.map(([column]) => column).join(', ')}`;

export type PaymentRow = Readonly<{
  id: string;
  livemode: boolean;
  account_id: string;
  direction: 'in' | 'out';
  ref: string;
  product: string | null;
  order_id: string | null;
  created_at: Temporal.Instant;
  asked: number;
  last_asked_at: Temporal.Instant | null;
  version: number;
  position: Position;
  currency: string | null;
  ordered_minor: bigint | null;
  captured_minor: bigint;
  refunded_minor: bigint;
  placed_at: Temporal.Instant | null;
  expires_at: Temporal.Instant | null;
  captured_at: Temporal.Instant | null;
  recorded_at: Temporal.Instant | null;
  order_closed_at: Temporal.Instant | null;
  contradictions: readonly Contradiction[];
  /** JSON. */
  trace: string;
  verdict: string | null;
  release: string | null;
  terminal: boolean;
  cleared_on: Temporal.PlainDate | null;
}>;

export function paymentOf(row: PaymentRow): Payment {
  return Object.freeze({
    id: row.id,
    livemode: row.livemode,
    accountId: row.account_id,
    direction: row.direction,
    ref: row.ref,
    product: row.product ?? undefined,
    orderId: row.order_id ?? undefined,
    createdAt: row.created_at,
    asked: row.asked,
    lastAskedAt: row.last_asked_at ?? undefined,
    version: row.version,
    position: row.position,
    currency: row.currency ?? undefined,
    orderedMinor: row.ordered_minor ?? undefined,
    capturedMinor: row.captured_minor,
    refundedMinor: row.refunded_minor,
    placedAt: row.placed_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    capturedAt: row.captured_at ?? undefined,
    recordedAt: row.recorded_at ?? undefined,
    orderClosedAt: row.order_closed_at ?? undefined,
    contradictions: row.contradictions,
    trace: JSON.parse(row.trace),
    verdict: row.verdict ?? undefined,
    release: row.release ?? undefined,
    terminal: row.terminal,
    clearedOn: row.cleared_on ?? undefined,
  });
}

/** When the customer paid, else when the order was placed: as the column `moment` has it. */
export const momentOf = (p: Payment): Temporal.Instant => p.capturedAt ?? p.placedAt ?? p.createdAt;

/** A payment that nothing is known of yet, and that has no row. */
export const newPayment = (
  it: Pick<Payment, 'id' | 'livemode' | 'accountId' | 'ref' | 'product' | 'orderId' | 'createdAt'>,
): Payment => ({
  ...it,
  direction: 'in',
  asked: 0,
  lastAskedAt: undefined,
  version: 0,
  position: 'expected',
  currency: undefined,
  orderedMinor: undefined,
  capturedMinor: 0n,
  refundedMinor: 0n,
  placedAt: undefined,
  expiresAt: undefined,
  capturedAt: undefined,
  recordedAt: undefined,
  orderClosedAt: undefined,
  contradictions: [],
  trace: {},
  verdict: undefined,
  release: undefined,
  terminal: false,
  clearedOn: undefined,
});
