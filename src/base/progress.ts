/** Progress of long work, told in rows or bytes of a known whole; the terminal, a page or nobody listens. */
import type { Text } from './lang.ts';

export type Progress = Readonly<{
  /** A step begins; `total` in its own unit, when known. */
  step(what: Text, total?: number): void;
  /** Done so far within the step. */
  at(done: number): void;
}>;

export const silent: Progress = { step: () => {}, at: () => {} };
