/** What is told in the terminal: one line at a time, unhurried; where there is more to tell than time, the least is left out. */
import type { Lang, Text } from '../../src/base/lang.ts';

export type Story = Readonly<{
  /** `weight`: 2 is told in any case, 0 only where nothing else is to be told. */
  tell(line: Text, weight?: 0 | 1 | 2): void;
  close(): void;
}>;

const MOST_WAITING = 5;

export function storyOf(lang: Lang, everyMs: number, print: (line: string) => void): Story {
  let waiting: Array<readonly [weight: number, line: Text]> = [];
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    timer = undefined;
    const [first, ...rest] = waiting;
    if (first === undefined) return;
    waiting = rest;
    toldAt = performance.now();
    print(first[1][lang]);
    if (rest.length > 0) timer = setTimeout(next, everyMs);
  };
  return {
    tell(line, weight = 1) {
      if (weight === 0 && waiting.length > 0) return;
      if (waiting.length >= MOST_WAITING) {
        const least = waiting.findIndex(([w]) => w < 2);
        if (least >= 0) waiting.splice(least, 1);
        else if (weight < 2) return;
      }
      waiting.push([weight, line]);
      timer ??= setTimeout(next, Math.max(0, toldAt + everyMs - performance.now()));
    },
    close() {
      clearTimeout(timer);
      waiting = [];
    },
  };
}
