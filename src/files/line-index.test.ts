import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MARK_EVERY } from './line-index.ts';
import { inputOf, workspace } from './open.ts';
import { scanRecords } from './records.ts';

test('the lines found while a document is hashed are those that a walk finds', async () => {
  const space = await workspace();
  try {
    const some = fc.array(fc.constantFrom('a', '\r', '\n', '\r\n', '\n\n', '订'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(some, fc.nat({ max: 2 * MARK_EVERY }), async (end, before) => {
        const input = await inputOf(Buffer.from('一\n'.repeat(before) + end.join('')), space, 'UTC');
        if (input.size === 0) return;
        const marks: number[] = [];
        const blank: number[] = [];
        let lines = 0;
        await scanRecords(input, '', (at, length) => {
          if (lines % MARK_EVERY === 0) marks.push(at);
          if (length === 0) blank.push(lines);
          lines += 1;
        });
        assert.deepEqual(input.lines, { lines, marks, blank });
      }),
      { numRuns: 60 },
    );
  } finally {
    await space.remove();
  }
});

test('a document of many chunks: its lines and its encoding do not depend on where a chunk ends', async () => {
  const space = await workspace();
  try {
    // A character of three bytes and a line end at every place a chunk can be cut.
    for (const shift of [0, 1, 2, 3, 4, 5]) {
      const text = `${'x'.repeat(shift)}\n${'奶茶\r\n'.repeat(300_000)}`;
      const input = await inputOf(Buffer.from(text), space, 'UTC');
      assert.equal(input.encoding, 'utf-8');
      assert.equal(input.lines?.lines, 300_001);
      assert.deepEqual(input.lines?.blank, shift === 0 ? [0] : []);
      const last = Math.floor(300_000 / MARK_EVERY) * MARK_EVERY;
      assert.equal(input.lines?.marks.at(-1), shift + 1 + (last - 1) * 8);
    }
  } finally {
    await space.remove();
  }
});

test('lines that no table can have are walked: one too long for a record, too many blank ones, UTF-16', async () => {
  const space = await workspace();
  try {
    const linesOf = async (bytes: Buffer) => (await inputOf(bytes, space, 'UTC')).lines;
    assert.equal(await linesOf(Buffer.from(`a\n${'x'.repeat(2_000_001)}\nb`)), undefined);
    assert.equal(await linesOf(Buffer.from(`a\n${'\n'.repeat(1001)}b`)), undefined);
    assert.equal((await linesOf(Buffer.from(`a\n${'\n'.repeat(1000)}b`)))?.blank.length, 1000);
    assert.equal(await linesOf(Buffer.from('\ufeffa\nb\n', 'utf16le')), undefined);
  } finally {
    await space.remove();
  }
});
