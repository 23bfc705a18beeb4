/**
 * Real files nobody here wrote, in a folder beside the project. A user's clone does not have it: then these tests skip, and
 * say so aloud. Each table row names a file and what must come of it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DaozhangError } from '../../src/base/errors.ts';
import { type Reading, readAll } from './reading.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'shared', 'samples');

/** `parses`: format id and number of lines (rejected rows, if any, are counted too). `refused`: the error code. */
export type Sample =
  | Readonly<{ file: string; parses: string; lines: number; rejected?: number; also?: (readings: Reading[]) => void }>
  | Readonly<{ file: string; refused: string }>;

export const samplePath = (file: string): string => join(FOLDER, file);
export const samplesPresent = (): boolean => existsSync(FOLDER);

/** One test per row, so a failure names its file. */
export function sampleTests(samples: readonly Sample[]): void {
  const skip = samplesPresent()
    ? false
    : 'the folder of real samples is not beside this clone; nothing of it was tested';
  for (const sample of samples) {
    test(`sample ${sample.file}`, { skip }, async () => {
      if ('refused' in sample) {
        await assert.rejects(readAll(samplePath(sample.file)), (error) => {
          assert.ok(error instanceof DaozhangError, String(error));
          assert.equal(error.code, sample.refused);
          return true;
        });
        return;
      }
      const readings = await readAll(samplePath(sample.file));
      const lines = readings.reduce((n, r) => n + r.lines.length, 0);
      const rejected = readings.flatMap((r) => r.rejected);
      assert.deepEqual([...new Set(readings.map((r) => r.format))], [sample.parses]);
      assert.equal(rejected.length, sample.rejected ?? 0, JSON.stringify(rejected.slice(0, 3)));
      assert.equal(lines, sample.lines);
      sample.also?.(readings);
    });
  }
}
