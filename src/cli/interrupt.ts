/**
 * Ctrl-C. A terminal signals every process of its group, and the launcher passes on what it gets, so one key press may arrive
 * twice: the second must not kill the cleaning up that the first began. The handlers stay until the process ends, and what
 * hears of the signal stops at its next step.
 */
const stop = new AbortController();

/** Aborted once the user, the system or a closed terminal asks the program to stop. */
export function interruption(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    if (process.listenerCount(signal) === 0) process.on(signal, () => stop.abort());
  }
  return stop.signal;
}
