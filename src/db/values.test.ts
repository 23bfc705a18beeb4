/** Rows as arrays, on a real PostgreSQL: what goes in is what comes out, of every type that the book writes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshBook, type TestBook } from '../../tests/support/database.ts';
import { newId } from '../base/ids.ts';
import { inChunks, tenantValues, values } from './values.ts';

let on: TestBook;
before(async () => {
  on = await freshBook();
});
after(() => on.close());

const back = async (types: readonly string[], rows: readonly (readonly unknown[])[]): Promise<readonly unknown[][]> => {
  const v = values(types, rows);
  const names = types.map((_, i) => `v${i}`);
  const found = await on.book.tenant(on.tenantId, (tx) =>
    tx.rows<Record<string, unknown>>(
      `select v.* from (${v.text}) as v (${names.join(', ')}) where $1::uuid is not null`,
      [tx.tenantId, ...v.params],
    ),
  );
  return found.map((row) => names.map((name) => row[name]));
};

const at = Temporal.Instant.from('2026-11-27T13:00:00.123456Z');
const EACH: ReadonlyArray<readonly [type: string, given: readonly unknown[], read?: readonly unknown[]]> = [
  ['text', ['', 'NULL', '{"a",\\}', 'é 到账 🀄\n\t', null, 'x'.repeat(70_000)]],
  [
    'uuid',
    ['019acb3e-0000-7000-8000-00000000000f', null, 'FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF'],
    ['019acb3e-0000-7000-8000-00000000000f', null, 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
  ],
  ['int', [0, -1, 2 ** 31 - 1, -(2 ** 31), null]],
  ['bigint', [0n, -(2n ** 63n), 2n ** 63n - 1n, null]],
  ['boolean', [true, false, null]],
  ['bytea', [Buffer.from([0, 1, 34, 92, 255]), Buffer.alloc(0), null]],
  ['jsonb', ['{"b": "\\"\\\\到", "a": [1, null]}', '[]', null], [{ a: [1, null], b: '"\\到' }, [], null]],
  ['json', ['{"b":1}', null], [{ b: 1 }, null]],
  ['date', [Temporal.PlainDate.from('2026-02-28'), null]],
  ['numeric', ['12.3400', null]],
  ['text[]', [['a', '', 'NULL', 'b"\\,{}'], [], null]],
  ['uuid[]', [['019acb3e-0000-7000-8000-00000000000f'], [], null]],
  [
    'timestamptz',
    [
      at,
      Temporal.Instant.from('1969-12-31T23:59:59.999999Z'),
      Temporal.Instant.from('0001-01-01T00:00:00Z'),
      Temporal.Instant.fromEpochMilliseconds(8.64e15),
      Temporal.Instant.fromEpochMilliseconds(-8.64e15),
      '2026-11-27T21:00:00+08:00',
      null,
    ],
    [
      at,
      Temporal.Instant.from('1969-12-31T23:59:59.999999Z'),
      Temporal.Instant.from('0001-01-01T00:00:00Z'),
      Temporal.Instant.fromEpochMilliseconds(8.64e15),
      Temporal.Instant.fromEpochMilliseconds(-8.64e15),
      Temporal.Instant.from('2026-11-27T13:00:00Z'),
      null,
    ],
  ],
];

const shown = (value: unknown): unknown =>
  value instanceof Temporal.Instant || value instanceof Temporal.PlainDate ? value.toString() : value;

for (const [type, given, read = given] of EACH)
  test(`${type}: each row as it was given, in order`, async () => {
    const found = await back(
      [type, 'int'],
      given.map((value, i) => [value, i]),
    );
    assert.deepEqual(
      found.map(([value, i]) => [shown(value), i]),
      read.map((value, i) => [shown(value), i]),
    );
  });

test('what is not of its type is refused, here or by PostgreSQL, and nothing is read as something else', async () => {
  const id = '019acb3e-4c1d-7f00-8a00-00000000000';
  for (const none of ['019acb3e', '', id, `${id}g`, `${id}0\u0660`, `${id}00`, `g${id}`, `0g${id.slice(1)}`])
    assert.throws(() => values(['uuid'], [[none]]), TypeError, none);
  assert.throws(() => values(['int'], [[2 ** 31]]), RangeError);
  assert.throws(() => values(['int'], [[1.5]]), RangeError);
  assert.throws(() => values(['bigint'], [[2n ** 63n]]), RangeError);
  assert.throws(() => values(['boolean'], [['yes']]), TypeError);
  await assert.rejects(back(['text'], [['a\0b']]));
  await assert.rejects(back(['jsonb'], [['{']]));
});

test('the text is the same for any number of rows, the tenant stands before each, and pieces hold all rows', async () => {
  const rows = Array.from({ length: 12_345 }, (_, i) => [newId(), `C${i}`]);
  const pieces = [...inChunks(rows, 2)];
  assert.deepEqual(pieces.flat(), rows);
  assert.ok(pieces.every((piece) => piece.length <= 5_000));
  const texts = new Set(pieces.map((piece) => tenantValues(['uuid', 'text'], piece).text));
  assert.equal(texts.size, 1);
  assert.match([...texts][0]!, /^select \$1::uuid, c0, c1 from unnest\(\$2::uuid\[\], \$3::text\[\]\)/);
});
