/** How long work is stopped from outside: no statement begins, the running one ends, and reading ends at its next chunk. */
import type { Progress } from '../base/progress.ts';
import type { Engine } from '../files/engine.ts';

const AGAIN_MS = 100;

/**
 * Once asked to stop, no statement begins, and the running one is interrupted: again and again, because an interrupt that falls
 * between two statements is lost.
 */
export function stoppable(engine: Engine, signal: AbortSignal | undefined): Engine {
  if (signal === undefined) return engine;
  let again: NodeJS.Timeout | undefined;
  const stop = (): void => {
    engine.interrupt();
    again = setInterval(engine.interrupt, AGAIN_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  const going = <A extends readonly unknown[], R>(f: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      signal.throwIfAborted();
      return f(...args);
    };
  };
  return {
    ...engine,
    run: going(engine.run),
    all: going(engine.all) as Engine['all'],
    one: going(engine.one) as Engine['one'],
    close: () => {
      signal.removeEventListener('abort', stop);
      clearInterval(again);
      engine.close();
    },
  };
}

/** Progress that ends the work once it is to stop: reading tells it of every chunk, between two statements. */
export const stopping = (progress: Progress, signal: AbortSignal | undefined): Progress => ({
  step: (what, whole) => {
    signal?.throwIfAborted();
    progress.step(what, whole);
  },
  at: (done, rows) => {
    signal?.throwIfAborted();
    progress.at(done, rows);
  },
});
