/** The only door to the wall clock; `tests/tidy.test.ts` keeps the others shut. Results never hold what comes from here. */
export const clock = {
  /** Monotonic milliseconds, for progress and ETA. */
  ticks: (): number => performance.now(),
  /** Now, for sign-off lines a person asks for and for logs. */
  now: (): Temporal.Instant => Temporal.Now.instant(),
};
