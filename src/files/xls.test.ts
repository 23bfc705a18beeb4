import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { utils, write } from '@e965/xlsx';
import { cuts, survivors } from '../../tests/support/damage.ts';
import { refusal } from '../../tests/support/refusal.ts';
import { workspace } from './open.ts';
import { isXls, readXls, XLS_LIMITS } from './xls.ts';

const space = await workspace();
after(() => space.remove());

const SOUND = readFileSync(join(import.meta.dirname, '../../tests/golden/bank-table/workbook-biff.xls'));

const fileOf = (bytes: Uint8Array): string => {
  const path = space.next();
  writeFileSync(path, bytes);
  return path;
};

/** A BIFF workbook of these cells; sheet by sheet. */
function workbook(...sheets: ReadonlyArray<ReadonlyArray<readonly unknown[]>>): Buffer {
  const book = utils.book_new();
  sheets.forEach((rows, i) => {
    utils.book_append_sheet(book, utils.aoa_to_sheet(rows.map((row) => [...row])), `S${i}`);
  });
  return write(book, { type: 'buffer', bookType: 'biff8' });
}

test('cells are the text that the sheet shows: numbers exact, dates ISO, nothing empty invented', async () => {
  const date = { t: 'n', v: 46345.58675925926, z: 'yyyy/m/d h:mm:ss' };
  const day = { t: 'n', v: 46345, z: 'm/d/yy' };
  const rows = await readXls(
    fileOf(workbook([['a', 0.1 + 0.2, 16.78, 2176.91, -5, 1e15, true, null, '007'], [], [date, day]], [['second']])),
    'x',
  );
  assert.deepEqual(rows, [
    { sheet: 0, row: 1, cells: ['a', '0.3', '16.78', '2176.91', '-5', '1000000000000000', 'TRUE', '', '007'] },
    { sheet: 0, row: 3, cells: ['2026-11-19 14:04:56', '2026-11-19'] },
    { sheet: 1, row: 1, cells: ['second'] },
  ]);
});

test('F27 a workbook cut at any hundredth is refused, whole', async () => {
  assert.ok(isXls(SOUND));
  assert.deepEqual((await survivors([...cuts(SOUND)].filter((_, i) => i % 2 === 1))).survived, []);
});

test('a container without a workbook is of no known format', async () => {
  const renamed = Buffer.from(SOUND);
  const name = Buffer.from('Workbook', 'utf16le');
  renamed.set(Buffer.from('Document', 'utf16le'), renamed.indexOf(name));
  assert.equal((await refusal(renamed)).code, 'file.unknown_format');
});

test('F31 a chain that goes in a circle ends', async () => {
  const circle = Buffer.from(SOUND);
  const fat = (circle.readUInt32LE(76) + 1) * 512;
  const directory = circle.readUInt32LE(48);
  circle.writeUInt32LE(directory, fat + 4 * directory);
  assert.equal((await refusal(circle)).code, 'file.cut');
});

test('the reader is stopped: by time, by output, by size', async () => {
  const path = fileOf(SOUND);
  await assert.rejects(readXls(path, 'x', { ...XLS_LIMITS, timeoutMs: 1 }), {
    code: 'file.corrupt',
    message: /took longer/,
  });
  await assert.rejects(readXls(path, 'x', { ...XLS_LIMITS, outputBytes: 10 }), { code: 'file.too_large' });
  await assert.rejects(readXls(path, 'x', { ...XLS_LIMITS, fileBytes: 100 }), { code: 'file.too_large' });
});

test('the reader’s heap is bounded', async () => {
  const text = 'some text of a cell that nobody shares ';
  const wide = workbook(
    Array.from({ length: 4000 }, (_, i) => Array.from({ length: 10 }, (_, j) => `${text}${i} ${j}`)),
  );
  await assert.rejects(readXls(fileOf(wide), 'x', { ...XLS_LIMITS, heapMiB: 8 }), { code: 'file.too_large' });
});
