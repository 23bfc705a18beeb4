/** What a long run tells of itself: bytes and rows within one document, not only when it is done; and where it can be stopped. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { market } from '../bench/market.ts';
import { PLAIN } from '../bench/plain.ts';
import type { Progress, Whole } from '../src/base/progress.ts';
import { CHINA } from '../src/base/time.ts';
import { reconcile } from '../src/reconcile/run.ts';

/** A bill of several of the engine's buffers, by which it tells how far it is. */
const ROWS = 500_000;
const folder = mkdtempSync(join(tmpdir(), 'daozhang-progress-'));
let bill: string;
before(async () => {
  bill = (await market(folder, ROWS, false)).bill;
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Call = { step: string; done: number; rows: number };
function recorder(each: (call: Call) => void = () => {}) {
  const steps: { name: string; whole: Whole | undefined }[] = [];
  const calls: Call[] = [];
  const progress: Progress = {
    step: ({ en }, whole) => steps.push({ name: en, whole }),
    at: (done, rows = 0) => {
      const call = { step: steps.at(-1)!.name, done, rows };
      calls.push(call);
      each(call);
    },
  };
  return { steps, calls, progress };
}

test('one large document: bytes and rows while it is read, ending at the whole', async () => {
  const { steps, calls, progress } = recorder();
  const run = await reconcile({ paths: [bill], zone: CHINA, configured: [PLAIN], progress, large: 1 });
  await run.close();
  const { size } = statSync(bill);
  for (const name of ['opening', 'reading']) {
    const { whole } = steps.find((s) => s.name === name)!;
    assert.deepEqual([whole!.total, whole!.unit], [size, 'bytes']);
    const here = calls.filter((c) => c.step === name);
    const between = here.filter((c) => c.done > 0 && c.done < size);
    assert.ok(between.length > (name === 'opening' ? 3 : 1), `${name}: ${between.length} times within the document`);
    assert.ok(here.length < 100, `${name}: told ${here.length} times`);
    assert.deepEqual(
      here.map((c) => c.done),
      here.map((c) => c.done).toSorted((a, b) => a - b),
      'never back',
    );
    assert.equal(here.at(-1)!.done, size);
  }
  const rows = calls.filter((c) => c.step === 'reading').map((c) => c.rows);
  assert.ok(
    rows.some((n) => n > 0 && n < ROWS * 0.9),
    'rows within the document',
  );
  assert.ok(rows.at(-1)! > ROWS * 0.9);
});

test('asked to stop while a document is opened or read, the run ends there', async () => {
  for (const step of ['opening', 'reading']) {
    const stop = new AbortController();
    const { calls, progress } = recorder((call) => {
      if (call.step === step && call.done > 0) stop.abort();
    });
    await assert.rejects(
      reconcile({ paths: [bill], zone: CHINA, configured: [PLAIN], progress, signal: stop.signal, large: 1 }),
      (error) => (error as { code?: string }).code === 'run.interrupted',
    );
    assert.equal(calls.at(-1)!.step, step);
    assert.ok(calls.filter((c) => c.step === step).length <= 2, step);
  }
});
