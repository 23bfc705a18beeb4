/** What one loop has done reaches the others at once, those too that were just looking. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tx } from '../db/pool.ts';
import { startWorkers, type Working } from './work.ts';

test('whoever was in the middle of a look when something of its kind became due looks again at once; nobody else looks', async () => {
  const inTheMiddle = Promise.withResolvers<void>();
  const lookedAgain = Promise.withResolvers<string>();
  let due: readonly string[] = [];
  let heard = 0;
  let looks = 0;
  let looksOfOthers = 0;
  /** No tenant; `due` is due. */
  const rows = async (_: string, [kind]: readonly unknown[] = []): Promise<unknown> => {
    if (Array.isArray(kind)) {
      heard += 1;
      return due.map((it) => ({ kind: it }));
    }
    if (kind === 'deliver') looksOfOthers += 1;
    return [];
  };
  let done = 0;
  const errors: unknown[] = [];
  const workers = startWorkers({
    book: { shared: (work: (tx: Partial<Tx>) => unknown) => work({ rows: rows as Tx['rows'] }) },
    told: (error: unknown) => errors.push(error),
    claims: async () => {
      looks += 1;
      if (looks === 1) await inTheMiddle.promise;
      else lookedAgain.resolve('again');
      return 0;
    },
    rounds: [
      async () => {
        due = ['claim'];
        done += 1;
        return done === 1;
      },
    ],
  } as unknown as Working);
  try {
    const looksAtFirst = looksOfOthers;
    // The round has worked, and somebody listened what is due since.
    while (heard < 2) await sleep(5);
    assert.equal(looks, 1);
    inTheMiddle.resolve();
    assert.equal(await Promise.race([lookedAgain.promise, sleep(500, 'asleep')]), 'again');
    assert.equal(looksOfOthers, looksAtFirst);
  } finally {
    inTheMiddle.resolve();
    await workers.stop();
  }
  assert.deepEqual(errors, []);
});
