import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { zipOf } from './zip.ts';

const entry = (name: string, data: Uint8Array | string) => ({ name: Buffer.from(name), data: Buffer.from(data) });

test('law: another program unpacks what was packed', () => {
  const entries = fc.uniqueArray(
    fc.tuple(fc.stringMatching(/^[a-z][a-z0-9/._]{0,19}$/), fc.uint8Array({ maxLength: 3000 })),
    {
      selector: ([name]) => name,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(entries, (list) => {
      const unpacked = unzipSync(zipOf(list.map(([name, data]) => entry(name, data))));
      assert.deepEqual(
        Object.entries(unpacked).map(([name, data]) => [name, [...data]]),
        list.map(([name, data]) => [name, [...data]]),
      );
    }),
    { numRuns: 50 },
  );
});

test('the same entries give the same bytes, dated with the format’s first day', () => {
  const list = [entry('a.txt', 'a'.repeat(1000)), entry('b.txt', '')];
  const bytes = Buffer.from(zipOf(list));
  assert.ok(bytes.equals(zipOf(list)));
  assert.equal(bytes.readUInt32LE(10), 0x00210000);
});
