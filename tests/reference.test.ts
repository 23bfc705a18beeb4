/** The reference pages are the code's own lists: a page that differs was not written again after a change. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGES, UNUSUAL, USUAL } from '../scripts/reference.ts';
import type { VerdictCode } from '../src/verdicts/catalogue.ts';
import { FINDINGS, type FindingCode } from '../src/verdicts/findings.ts';

for (const [name, page] of Object.entries(PAGES)) {
  test(`docs/reference/${name} is what the code says; else run: node scripts/reference.ts`, () => {
    assert.equal(readFileSync(join(import.meta.dirname, '..', 'docs', 'reference', name), 'utf8'), page());
  });
}

test('a finding means what its class means, or the page says why not; `refund_not_done` is explained all the same', () => {
  const unusual = Object.entries(FINDINGS)
    .filter(([, f]) => !(USUAL[f.class] as readonly VerdictCode[]).includes(f.verdict))
    .map(([code]) => code as FindingCode);
  assert.deepEqual(Object.keys(UNUSUAL).sort(), [...unusual, 'refund_not_done'].sort());
});
