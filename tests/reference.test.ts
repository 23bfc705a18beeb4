/** The reference pages are the code's own lists: a page that differs was not written again after a change. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGES } from '../scripts/reference.ts';

for (const [name, page] of Object.entries(PAGES)) {
  test(`docs/reference/${name} is what the code says; else run: node scripts/reference.ts`, () => {
    assert.equal(readFileSync(join(import.meta.dirname, '..', 'docs', 'reference', name), 'utf8'), page());
  });
}
