/** Withdrawals (提现) of the simulated merchant's whole balance to its bank card; one that the bank sends back is on the balance again a day later. */
import type { SimClock } from '../../clock.ts';
import { faultsOf } from '../faults.ts';

export type Withdrawal = Readonly<{
  id: string;
  at: Temporal.Instant;
  amount: bigint;
  returnedAt: Temporal.Instant | undefined;
}>;
export type PayoutFault = 'returned';

const BACK_HOURS = 24;

export function withdrawalsOf(
  clock: SimClock,
  /** What is on the account now, but for what was withdrawn. */
  balance: (now: Temporal.Instant) => bigint,
  fired: (fault: string) => void,
) {
  const all: Withdrawal[] = [];
  const faults = faultsOf<PayoutFault>();
  return {
    all,
    fault: (fault: PayoutFault, times: number) => faults.add(fault, times),
    /** Undefined where there is nothing to withdraw. */
    withdraw(): Withdrawal | undefined {
      const at = clock.now();
      const out = all.filter((w) => w.returnedAt === undefined || Temporal.Instant.compare(w.returnedAt, at) > 0);
      const amount = out.reduce((sum, w) => sum - w.amount, balance(at));
      if (amount <= 0n) return undefined;
      const fault = faults.take(() => true);
      if (fault !== undefined) fired(fault);
      const returnedAt = fault === undefined ? undefined : at.add({ hours: BACK_HOURS });
      const made = { id: `WD${at.epochMilliseconds}${all.length}`, at, amount, returnedAt };
      all.push(made);
      return made;
    },
  };
}
