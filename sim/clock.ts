/**
 * Time in the simulated market: stepped by hand, so that a test crosses a day in a moment, or running with the real clock at some speed.
 * What is to happen later waits here, and happens in the order of its time.
 */

export type SimClock = Readonly<{
  now(): Temporal.Instant;
  /** Runs `work` then; returns a way to take it back. */
  after(ms: number, work: () => unknown): () => void;
  /** Nothing of what waits happens any more, nor what is still asked for. */
  close(): void;
}>;

export type SteppedClock = SimClock & Readonly<{ advance(ms: number): Promise<void> }>;

type Waiting = { at: number; seq: number; work: () => unknown };

export function steppedClock(start: Temporal.Instant): SteppedClock {
  let nowMs = start.epochMilliseconds;
  let seq = 0;
  let waiting: Waiting[] = [];
  return {
    now: () => Temporal.Instant.fromEpochMilliseconds(nowMs),
    after(ms, work) {
      const item = { at: nowMs + Math.max(0, ms), seq: seq++, work };
      waiting.push(item);
      return () => {
        waiting = waiting.filter((w) => w !== item);
      };
    },
    async advance(ms) {
      const end = nowMs + ms;
      for (;;) {
        const next = waiting.filter((w) => w.at <= end).sort((a, b) => a.at - b.at || a.seq - b.seq)[0];
        if (next === undefined) break;
        waiting = waiting.filter((w) => w !== next);
        nowMs = next.at;
        await next.work();
      }
      nowMs = end;
    },
    close() {
      waiting = [];
    },
  };
}

/** From `start`, which is now, `speed` times as fast as the real clock. */
export function runningClock(speed = 1, start = Temporal.Now.instant()): SimClock {
  const startMs = start.epochMilliseconds;
  const startTicks = performance.now();
  const timers = new Set<NodeJS.Timeout>();
  let isClosed = false;
  return {
    now: () => Temporal.Instant.fromEpochMilliseconds(Math.floor(startMs + (performance.now() - startTicks) * speed)),
    after(ms, work) {
      if (isClosed) return () => {};
      const timer = setTimeout(() => {
        timers.delete(timer);
        void work();
      }, ms / speed);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
