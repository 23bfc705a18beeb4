/** Faults that wait for their turn, and how often each has fired: an experiment whose fault never fired proves nothing. */

/** Makes and counts what the simulated channels do wrong, and each call they answered. */
export type Tally = Readonly<{ fired: ReadonlyMap<string, number>; count(what: string): void }>;

export function tallyOf(): Tally {
  const fired = new Map<string, number>();
  return {
    fired,
    count(what) {
      fired.set(what, (fired.get(what) ?? 0) + 1);
    },
  };
}

export type Faults<F> = Readonly<{
  add(fault: F, times: number, of?: string): void;
  /** The next one that is meant for this payment, or for any. */
  take(of?: string): F | undefined;
}>;

export function faultsOf<F>(): Faults<F> {
  const waiting: Array<{ fault: F; left: number; of: string | undefined }> = [];
  return {
    add(fault, times, of) {
      waiting.push({ fault, left: times, of });
    },
    take(of) {
      const it = waiting.find((f) => f.left > 0 && (f.of === undefined || f.of === of));
      if (it !== undefined) it.left -= 1;
      return it?.fault;
    },
  };
}

/** How a channel's answers can be wrong, in words that fit all of them. */
export type AnswerFault =
  /** Nothing comes, and nothing happened. */
  | 'silent'
  /** It happened, and nothing comes. */
  | 'silent_after'
  | 'limited'
  | 'broken'
  /** A page of something on the way, with 200. */
  | 'html'
  | 'unsigned'
  | 'badly_signed'
  /** Knows no such payment, this once. */
  | 'not_there';

/** How a channel's notifications can be wrong. */
export type NotifyFault =
  /** Never arrives, whatever the ladder says. */
  | 'lost'
  /** The first try is lost; the ladder brings it. */
  | 'first_lost'
  /** Comes twice more. */
  | 'duplicated'
  /** Another key signs it. */
  | 'forged'
  /** A deliberate wrong signature first. */
  | 'probe'
  /** Says one fen for whatever was paid. */
  | 'wrong_amount';
