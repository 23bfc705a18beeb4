/** Progress of long work, told in bytes or parts of a known whole; the terminal, a page or nobody listens. */
import type { Text } from './lang.ts';

export type Whole = Readonly<{
  total: number;
  unit: 'bytes' | 'parts';
  /** How much is done, for whoever looks between two calls of `at`: while an engine works, nobody calls. */
  now?: () => number;
}>;

export type Progress = Readonly<{
  /** A step begins; without a whole, nobody knows how long it takes. */
  step(what: Text, whole?: Whole): void;
  /** Done so far within the step, and the rows found in it. */
  at(done: number, rows?: number): void;
}>;

export const silent: Progress = { step: () => {}, at: () => {} };
