/**
 * Golden files: `tests/golden/<format>/<name>.<ext>` is read by detection, and what comes out must equal `<name>.golden.json`
 * beside it: lines with their offsets, rejected rows, checks. After a wanted change: UPDATE_GOLDEN=1 npm test, then read the diff.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatOf } from '../src/files/registry.ts';
import { type Reading, readAll } from './support/reading.ts';

const FOLDER = join(import.meta.dirname, 'golden');
const UPDATE = process.env.UPDATE_GOLDEN === '1';

for (const format of existsSync(FOLDER) ? readdirSync(FOLDER).sort() : []) {
  for (const file of readdirSync(join(FOLDER, format)).sort()) {
    if (file.endsWith('.golden.json')) continue;
    test(`golden ${format}/${file}`, async () => {
      assert.equal(formatOf(format).id, format);
      const path = join(FOLDER, format, file);
      const actual = `${JSON.stringify((await readAll(path)).map(goldenOf), jsonable, 1)}\n`;
      const golden = path.replace(/\.[^./]+$/, '.golden.json');
      if (UPDATE) writeFileSync(golden, actual);
      assert.equal(actual, readFileSync(golden, 'utf8'));
    });
  }
}

function goldenOf(r: Reading): object {
  return {
    format: r.format,
    encoding: r.encoding,
    lines: r.lines.map((line) => Object.fromEntries(Object.entries(line).filter(([, v]) => v !== null))),
    rejected: r.rejected,
    facts: r.facts,
  };
}

const jsonable = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
