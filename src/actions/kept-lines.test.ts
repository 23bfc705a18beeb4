/** A long document is read once: any page of it is the same from what was kept, and its bytes are where it says. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { zipOf } from '../../tests/support/zip.ts';
import { openArchive } from '../base/archive.ts';
import { newId } from '../base/ids.ts';
import { CHINA } from '../base/time.ts';
import type { Lines, Part } from '../sources/lines-child.ts';
import { pageOfDocument } from './kept-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'daozhang-kept-'));
after(() => rmSync(folder, { recursive: true }));
const archive = openArchive(folder);
const tenantId = newId();

/** Rows 7, 307, 607 … cannot be read. */
const csvOf = (rows: number): Buffer =>
  Buffer.from(
    `order_ref,kind,status,amount,currency,created_at,channel\n${Array.from(
      { length: rows },
      (_, i) => `K${i},payment,paid,${i % 300 === 7 ? 'x' : `${1 + (i % 9)}.00`},CNY,2026-11-19 10:00:00,wechatpay\n`,
    ).join('')}`,
  );
const reader = (bytes: Uint8Array, name: string) => {
  const sha256 = archive.put(tenantId, bytes);
  const page = (after: string, zone = CHINA): Promise<Lines> =>
    pageOfDocument(archive, tenantId, { sha256, name }, { zone, after, limit: 200, mappings: [] });
  return { page, forget: () => rmSync(archive.path(tenantId, sha256)) };
};
const numbers = (lines: Lines): number[] => lines.items.map((i) => Number(i.evidence.refs.order!.slice(1)));

test('any page of a long document is shown from what was read for the first', async () => {
  const csv = csvOf(20_400);
  const { page, forget } = reader(zipOf([{ name: Buffer.from('a/orders.csv'), data: csv }]), 'long.zip');
  const first = await page('-1');
  const { lines, rejected } = first.parts[0] as Part;
  assert.deepEqual([lines, rejected], [20_332, 68]);
  // Whoever reads it again from here on finds nothing.
  forget();
  assert.deepEqual(await page('-1'), first);
  const last = await page('20200');
  assert.equal(last.next, undefined);
  const from = numbers(last)[0]!;
  assert.ok(from > 20_000);
  assert.deepEqual(
    [...numbers(first), ...numbers(last)],
    Array.from({ length: 20_400 }, (_, i) => i).filter((i) => i % 300 !== 7 && (i < 201 || i >= from)),
  );
  for (const { evidence: l } of [first, last].flatMap((p) => p.items))
    assert.equal(
      csv
        .subarray(l.at!, l.at! + l.length!)
        .toString()
        .trim(),
      l.raw,
    );
  // In another zone it is read otherwise.
  await assert.rejects(page('-1', 'UTC'), { code: 'archive.gone' });
});
