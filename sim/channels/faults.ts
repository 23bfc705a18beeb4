/** Faults that wait for their turn, and how often each has fired: an experiment whose fault never fired proves nothing. */

/** What the simulated channels did wrong, and each call they answered, by name. */
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
  /** `of`: meant for this payment only. */
  add(fault: F, times: number, of?: string): void;
  /** The next one that is meant for anybody, or for whom `isMeant` says. */
  take(isMeant: (of: string) => boolean): F | undefined;
  /** None waits any more. */
  clear(): void;
}>;

export function faultsOf<F>(): Faults<F> {
  const waiting: Array<{ fault: F; left: number; of: string | undefined }> = [];
  return {
    add(fault, times, of) {
      waiting.push({ fault, left: times, of });
    },
    take(isMeant) {
      const it = waiting.find((f) => f.left > 0 && (f.of === undefined || isMeant(f.of)));
      if (it !== undefined) it.left -= 1;
      return it?.fault;
    },
    clear() {
      waiting.length = 0;
    },
  };
}

/** Made when it is first asked for: keys take a while, and most runs meet no forger. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
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
  /** One byte of the body is another than was signed. */
  | 'tampered'
  /** Signed well, about another payment. */
  | 'foreign'
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
  | Readonly<{ duplicated: number }>
  /** Comes so many milliseconds later. */
  | Readonly<{ late: number }>
  /** Comes when something else is done. */
  | Readonly<{ after: Promise<unknown> }>
  /** Comes behind the next one; where none follows, after a minute. */
  | 'reordered'
  /** Another key signs it, before the genuine one comes. */
  | 'forged'
  /** Says one fen for whatever was paid. */
  | 'wrong_amount';

/** The next bills: not made yet, or said not to exist. */
export type BillFault = 'bill_late' | 'bill_missing';
