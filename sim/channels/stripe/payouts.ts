/**
 * Payouts of the simulated Stripe: all that the charges moved on the balance and no earlier payout took goes to the bank, and each step of its
 * life is an event. What a bank sent back is on the balance again, and in the next.
 */
import type { SimClock } from '../../clock.ts';
import { faultsOf } from '../faults.ts';
import { movementsOf } from './reports.ts';
import { type Charge, type Json, type Movement, newIdOf, type Payout, txnOf, unix } from './truth.ts';
import { invalid } from './wire.ts';

export type PayoutFault =
  /** The bank sends it back, days after it was told as paid. */
  | 'returned'
  /** The bank sends it back before it was told as paid. */
  | 'refused';

type On = Readonly<{
  clock: SimClock;
  charges: ReadonlyMap<string, Charge>;
  fired(fault: string): void;
  tell(type: string, payout: Payout, before?: Json): Promise<void>;
}>;

/** How long each step takes, in milliseconds from the last; by itself a payout takes days. */
export type Steps = Readonly<{ sentMs?: number; listedMs?: number; paidMs?: number; returnedMs?: number }>;

const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;
const BANK = {
  code: 'account_closed',
  message: 'The bank account has been closed.',
} as const;

export type Payouts = ReturnType<typeof payoutsOf>;

export function payoutsOf({ clock, charges, fired, tell }: On) {
  const all = new Map<string, Payout>();
  const faults = faultsOf<PayoutFault>();
  const now = (): number => unix(clock.now());

  const make = (it: Pick<Payout, 'account' | 'amount' | 'currency' | 'settled'>): Payout => {
    const created = now();
    const p: Payout = {
      ...it,
      ...{ id: newIdOf('po'), created, status: 'pending', isListed: false, failure: undefined },
      arrival: (Math.floor(created / DAY_SECONDS) + 2) * DAY_SECONDS,
    };
    all.set(p.id, p);
    return p;
  };
  const moved = async (p: Payout, type: string, status: Payout['status']): Promise<void> => {
    const before = { status: p.status };
    p.status = status;
    await tell(type, p, before);
  };
  const send = (p: Payout): Promise<void> => moved(p, 'updated', 'in_transit');
  const pay = (p: Payout): Promise<void> => moved(p, 'paid', 'paid');
  /** Also of one that was told as paid. */
  const fail = async (p: Payout, why: Readonly<{ code: string; message: string }> = BANK): Promise<void> => {
    p.failure = { ...why, at: now() };
    await moved(p, 'failed', 'failed');
  };
  /** Which movements are in it is known from now on. */
  const list = async (p: Payout): Promise<void> => {
    p.isListed = true;
    await tell('reconciliation_completed', p);
  };
  const cancel = (p: Payout): Promise<void> => {
    if (p.status !== 'pending' || p.settled !== undefined)
      throw invalid('Payouts can only be canceled while they are pending, and automatic ones not at all.');
    return moved(p, 'canceled', 'canceled');
  };

  /** The payout's own movements: out, and back again. */
  const own = (p: Payout): readonly Movement[] => {
    const out = { id: txnOf(p.id), at: p.created, gross: -p.amount, fee: 0, currency: p.currency, source: p.id };
    return [{ ...out, type: 'payout' }];
  };
  const returnedTo = (p: Payout): readonly Movement[] =>
    p.failure === undefined
      ? []
      : [
          {
            ...{ id: txnOf(`${p.id}f`), at: p.failure.at, gross: p.amount, fee: 0, currency: p.currency },
            ...{ type: 'payout_failure', source: p.id },
          },
        ];

  /** All that is on the balance in this currency, at once: its first step is told when this returns. */
  const settle = async (currency: string, account?: string | undefined): Promise<Payout> => {
    const taken = new Set([...all.values()].flatMap((p) => (p.settled ?? []).map((m) => m.id)));
    const mine = [...charges.values()].filter((c) => c.intent.account === account);
    const back = [...all.values()].filter((p) => p.account === account && p.settled !== undefined).flatMap(returnedTo);
    const settled = [...movementsOf(mine), ...back].filter((m) => m.currency === currency && !taken.has(m.id));
    const amount = settled.reduce((sum, m) => sum + m.gross - m.fee, 0);
    if (amount <= 0) throw invalid('You have insufficient funds in your Stripe account.', 'balance_insufficient');
    const p = make({ account, amount, currency, settled });
    await tell('created', p);
    return p;
  };

  /** From the balance to the bank, step by step on the clock. */
  const payOut = async (
    currency: string,
    { account, ...steps }: Steps & Readonly<{ account?: string }> = {},
  ): Promise<Payout> => {
    const p = await settle(currency, account);
    clock.after(steps.sentMs ?? HOUR_MS, async () => {
      clock.after(steps.listedMs ?? HOUR_MS, async () => {
        const untilPaidMs = p.arrival * 1_000 - clock.now().epochMilliseconds + 8 * HOUR_MS;
        clock.after(steps.paidMs ?? untilPaidMs, async () => {
          const fault = faults.take(() => true);
          if (fault !== undefined)
            clock.after(steps.returnedMs ?? 24 * HOUR_MS, async () => {
              fired(fault);
              await fail(p);
            });
          if (fault !== 'refused') await pay(p);
        });
        await list(p);
      });
      await send(p);
    });
    return p;
  };

  return {
    all,
    own,
    settle,
    payOut,
    ...{ send, list, pay, fail, cancel },
    /** The merchant asks for so much. */
    byHand(amount: number, currency: string, account: string | undefined): Payout {
      const p = make({ account, amount, currency, settled: undefined });
      void tell('created', p);
      return p;
    },
    fault: (fault: PayoutFault, times: number) => faults.add(fault, times),
  };
}
