/** What happens at the simulated Stripe: intents are made, paid, cancelled, given back; each change is an event and a state that is searched. */
import type { SimClock } from '../../clock.ts';
import { payoutsOf } from './payouts.ts';
import {
  type Charge,
  chargeSays,
  disputeSays,
  type Intent,
  intentSays,
  type Json,
  newIdOf,
  payoutSays,
  type Refund,
  refunded,
  refundSays,
  unix,
} from './truth.ts';
import { ApiError, invalid } from './wire.ts';

export type Happened = Readonly<{ id: string; type: string; created: number; account: string | undefined; body: Json }>;
type Whose = Pick<Intent, 'id' | 'account'> & Readonly<{ metadata?: Readonly<Record<string, string>> }>;
/** The payment that an event is about, by its number and its PaymentIntent's; a payout by its own. */
export type About = Readonly<{ refs: readonly string[] }>;

type On = Readonly<{
  clock: SimClock;
  livemode: boolean;
  /** A fault has happened. */
  fired(fault: string): void;
  tell(event: Happened, about: About): Promise<void>;
}>;

export type Market = ReturnType<typeof marketOf>;
export type NewIntent = Readonly<{
  amount: number;
  currency: string;
  metadata?: Record<string, string>;
  captureMethod?: 'automatic' | 'manual';
  account?: string | undefined;
  settles?: Intent['settles'];
}>;

/** What can still be cancelled, and be paid. */
export const CANCELABLE: ReadonlySet<string> = new Set([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'requires_capture',
  'processing',
]);
const PAYABLE: ReadonlySet<string> = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);

export function marketOf({ clock, livemode, fired, tell }: On) {
  const intents = new Map<string, Intent>();
  const charges = new Map<string, Charge>();
  const refunds = new Map<string, Refund>();
  const events: Happened[] = [];
  /** How each intent stood since when: the index that is searched is behind. */
  const history = new Map<string, Array<Readonly<{ at: number; says: Json }>>>();
  const now = (): number => unix(clock.now());

  const told = async (type: string, object: Json, about: Whose, before?: Json): Promise<void> => {
    const data = before === undefined ? { object } : { object, previous_attributes: before };
    const id = newIdOf('evt').replace('evt_3', 'evt_1');
    const { account } = about;
    const body: Json = {
      id,
      object: 'event',
      ...(account === undefined ? {} : { account }),
      api_version: '2026-10-28.endive',
      created: now(),
      data: JSON.parse(JSON.stringify(data)),
      livemode,
      pending_webhooks: 0,
      request: { id: null, idempotency_key: null },
      type,
    };
    const event = { id, type, created: now(), account, body };
    events.push(event);
    const refs = [about.id, ...Object.values(about.metadata ?? {})];
    await tell(event, { refs });
  };
  const moved = async (it: Intent, type: string): Promise<void> => {
    const says = intentSays(it, livemode);
    history.set(it.id, [...(history.get(it.id) ?? []), { at: clock.now().epochMilliseconds, says }]);
    await told(`payment_intent.${type}`, says, it);
  };
  const chargeTold = (c: Charge, type: string): Promise<void> =>
    told(`charge.${type}`, chargeSays(c, livemode), c.intent);
  const charged = (it: Intent, status: Charge['status'], captured: number): Charge => {
    const c: Charge = {
      id: newIdOf('ch'),
      intent: it,
      created: now(),
      amount: it.amount,
      status,
      captured,
      disputed: false,
      refunds: [],
    };
    charges.set(c.id, c);
    it.charge = c;
    return c;
  };

  /** It happened in an earlier run: nobody is told again. */
  const restore = (it: Intent): void => {
    intents.set(it.id, it);
    history.set(it.id, [{ at: 0, says: intentSays(it, livemode) }]);
    if (it.charge === undefined) return;
    charges.set(it.charge.id, it.charge);
    for (const r of it.charge.refunds) refunds.set(r.id, r);
  };

  const make = (wanted: NewIntent): Intent => {
    whole(wanted.amount, wanted.currency);
    const it: Intent = {
      id: newIdOf('pi'),
      account: wanted.account,
      created: now(),
      amount: wanted.amount,
      currency: wanted.currency,
      captureMethod: wanted.captureMethod ?? 'automatic',
      settles: wanted.settles,
      metadata: wanted.metadata ?? {},
      status: 'requires_payment_method',
      received: 0,
      canceledAt: undefined,
      cancellationReason: null,
      error: null,
      charge: undefined,
    };
    intents.set(it.id, it);
    void moved(it, 'created');
    return it;
  };
  const succeed = async (it: Intent): Promise<void> => {
    const c = it.charge?.status === 'pending' ? it.charge : charged(it, 'succeeded', it.amount);
    c.status = 'succeeded';
    c.captured = it.amount;
    it.status = 'succeeded';
    it.received = it.amount;
    await chargeTold(c, 'succeeded');
    await moved(it, 'succeeded');
  };
  /** The buyer pays, if it still can be. `processingMs`: a debit that takes so long. */
  const pay = async (it: Intent, how: Readonly<{ processingMs?: number }> = {}): Promise<void> => {
    if (!PAYABLE.has(it.status)) return;
    if (it.captureMethod === 'manual') {
      charged(it, 'succeeded', 0);
      it.status = 'requires_capture';
      return await moved(it, 'amount_capturable_updated');
    }
    if (how.processingMs === undefined) return await succeed(it);
    const c = charged(it, 'pending', 0);
    it.status = 'processing';
    clock.after(how.processingMs, () => (it.status === 'processing' ? succeed(it) : undefined));
    await chargeTold(c, 'pending');
    await moved(it, 'processing');
  };
  /** Throws at once where it cannot be; the telling takes its time. */
  const capture = (it: Intent): Promise<void> => {
    const c = it.charge;
    if (it.status !== 'requires_capture' || c === undefined) throw unexpected(it, 'could not be captured');
    c.captured = it.amount;
    it.received = it.amount;
    it.status = 'succeeded';
    return chargeTold(c, 'captured').then(() => moved(it, 'succeeded'));
  };
  /** The bank declines: another card may be tried. */
  const decline = async (it: Intent): Promise<void> => {
    const c = charged(it, 'failed', 0);
    it.status = 'requires_payment_method';
    it.error = {
      code: 'card_declined',
      decline_code: 'generic_decline',
      message: 'Your card was declined.',
      type: 'card_error',
      charge: c.id,
    };
    await chargeTold(c, 'failed');
    await moved(it, 'payment_failed');
  };
  const askBuyer = async (it: Intent): Promise<void> => {
    it.status = 'requires_action';
    await moved(it, 'requires_action');
  };
  /** Throws at once where it cannot be. */
  const cancel = (it: Intent, reason: string | null): Promise<void> => {
    if (!CANCELABLE.has(it.status)) throw unexpected(it, 'could not be canceled');
    it.status = 'canceled';
    it.canceledAt = now();
    it.cancellationReason = reason;
    return moved(it, 'canceled');
  };

  /** `pendingMs`: its bank takes so long. */
  const giveBack = (
    c: Charge,
    amount: number,
    how: Readonly<{ metadata?: Record<string, string>; reason?: string; pendingMs?: number }> = {},
  ): Refund => {
    whole(amount, c.intent.currency);
    const left = c.captured - refunded(c);
    if (c.captured === 0 || left === 0)
      throw invalid(`Charge ${c.id} has already been refunded.`, 'charge_already_refunded');
    if (amount > left)
      throw invalid(
        `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
        undefined,
        'amount',
      );
    const { pendingMs } = how;
    const r: Refund = {
      id: newIdOf('re'),
      charge: c,
      amount,
      created: now(),
      metadata: how.metadata ?? {},
      reason: how.reason ?? null,
      status: pendingMs === undefined ? 'succeeded' : 'pending',
      failedAt: undefined,
    };
    refunds.set(r.id, r);
    c.refunds.unshift(r);
    void told('refund.created', refundSays(r), c.intent);
    void chargeTold(c, 'refunded');
    if (pendingMs !== undefined)
      clock.after(pendingMs, async () => {
        if (r.status !== 'pending') return;
        r.status = 'succeeded';
        await told('refund.updated', refundSays(r), c.intent, { status: 'pending' });
      });
    return r;
  };
  /** The customer's bank sends it back: days later, and after it had been told as done. */
  const failRefund = async (r: Refund): Promise<void> => {
    const before = { status: r.status };
    r.status = 'failed';
    r.failedAt = now();
    await told('refund.updated', refundSays(r), r.charge.intent, before);
    await told('refund.failed', refundSays(r), r.charge.intent, before);
  };
  const dispute = async (c: Charge): Promise<void> => {
    c.disputed = true;
    await told('charge.dispute.created', disputeSays(c, now(), livemode), c.intent);
    await told('charge.dispute.funds_withdrawn', disputeSays(c, now(), livemode), c.intent);
  };
  /** The bank takes the merchant's side. */
  const winDispute = async (c: Charge): Promise<void> => {
    c.disputed = false;
    await told('charge.dispute.funds_reinstated', disputeSays(c, now(), livemode), c.intent);
  };
  const payouts = payoutsOf({
    ...{ clock, charges, fired },
    tell: (type, p, before) => told(`payout.${type}`, payoutSays(p, livemode), p, before),
  });

  return {
    intents,
    charges,
    refunds,
    payouts,
    events,
    /** As the index had it then. */
    indexed: (it: Intent, atMs: number): Json | undefined => history.get(it.id)?.findLast((h) => h.at <= atMs)?.says,
    restore,
    make,
    pay,
    capture,
    decline,
    askBuyer,
    cancel,
    giveBack,
    failRefund,
    dispute,
    winDispute,
  };
}

const unexpected = (it: Intent, what: string): ApiError =>
  new ApiError(400, 'invalid_request_error', {
    message: `This PaymentIntent's ${what} because it has a status of ${it.status}.`,
    code: 'payment_intent_unexpected_state',
    payment_intent: { id: it.id, object: 'payment_intent', status: it.status },
  });

/** Currencies that are written with more digits than they have. */
function whole(amount: number, currency: string): void {
  const step = /^(isk|ugx)$/.test(currency) ? 100 : /^(bhd|jod|kwd|omr|tnd)$/.test(currency) ? 10 : 1;
  if (!Number.isSafeInteger(amount) || amount <= 0)
    throw invalid(`Invalid integer: ${amount}`, 'parameter_invalid_integer', 'amount');
  if (amount % step !== 0) throw invalid(`Invalid amount: it must be divisible by ${step}.`, undefined, 'amount');
}
