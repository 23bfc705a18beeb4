/** What one loop has done reaches the others at once, those too that were just looking. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tx } from '../db/pool.ts';
import { startWorkers, type Working } from './work.ts';

/** An empty book: no tenant, nothing due. */
const book = { shared: (work: (tx: Partial<Tx>) => unknown) => work({ rows: async () => [] }) };

test('whoever was in the middle of a look when all were stirred looks again at once, not after its pause', async () => {
  const inTheMiddle = Promise.withResolvers<void>();
  const lookedAgain = Promise.withResolvers<string>();
  let looks = 0;
  let done = 0;
  const errors: unknown[] = [];
  const workers = startWorkers({
    book,
    told: (error: unknown) => errors.push(error),
    rounds: [
      async () => {
        looks += 1;
        if (looks === 1) await inTheMiddle.promise;
        else lookedAgain.resolve('again');
        return false;
      },
      async () => {
        done += 1;
        return done === 1;
      },
    ],
  } as unknown as Working);
  try {
    // The second round has worked and stirred all, and looked once more.
    while (done < 2) await sleep(5);
    assert.equal(looks, 1);
    inTheMiddle.resolve();
    assert.equal(await Promise.race([lookedAgain.promise, sleep(500, 'asleep')]), 'again');
  } finally {
    inTheMiddle.resolve();
    await workers.stop();
  }
  assert.deepEqual(errors, []);
});
