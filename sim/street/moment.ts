/** A clock by which yesterday can be told today: what `asOf` runs sees another moment, and what follows it later sees the present. */
import type { SimClock } from '../clock.ts';

export type Moments = SimClock & Readonly<{ asOf<T>(at: Temporal.Instant, tell: () => T): T }>;

/** `tell` must be over when it returns: after its first wait it is the present again. */
export function momentsOf(clock: SimClock): Moments {
  let past: Temporal.Instant | undefined;
  return {
    now: () => past ?? clock.now(),
    after: clock.after,
    close: clock.close,
    asOf(at, tell) {
      past = at;
      try {
        return tell();
      } finally {
        past = undefined;
      }
    },
  };
}
