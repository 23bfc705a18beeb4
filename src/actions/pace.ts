/**
 * Time as the business sees it, and how fast it runs against the database's clock: 1, or more where a drill or a test compresses days.
 * Leases and due times are the database's own; only the waiting between them is divided.
 */
import { clock } from '../base/clock.ts';

export type Pace = Readonly<{
  now(): Temporal.Instant;
  /** From now until then, in the database's milliseconds. */
  msUntil(at: Temporal.Instant): number;
  /** In [0, 1). */
  jitter(): number;
}>;

export function paceOf(now: () => Temporal.Instant, speed: number, jitter: () => number): Pace {
  return {
    now,
    msUntil: (at) => Math.max(0, (at.epochMilliseconds - now().epochMilliseconds) / speed),
    jitter,
  };
}

export const realPace = (jitter: () => number): Pace => paceOf(clock.now, 1, jitter);
