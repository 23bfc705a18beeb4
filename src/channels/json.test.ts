import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { strictJson } from './json.ts';

/** As `JSON.parse` reads it, for values that both can hold. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('whatever JSON.stringify writes without fractions reads as the same', () => {
  const leaf = fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        tie('tree'),
      ),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.deepEqual(plain(strictJson(text)), JSON.parse(text));
    }),
  );
});

test('F20: a name that stands twice is refused, also where one of them is escaped', () => {
  const also = ['[{"b":[]},{"a":"x","b":0,"a":"x"}]', '{"a":"到账","a":"1.0"}'];
  for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":{"a":1,"a":1}}', ...also])
    assert.throws(() => strictJson(text), /"a" twice/);
});

test('F20: `__proto__` is refused, and nothing is inherited', () => {
  for (const text of ['{"__proto__":{"trade_state":"SUCCESS"}}', '{"\\u005f_proto__":1}'])
    assert.throws(() => strictJson(text), /no channel writes/);
  const read = strictJson('{"constructor":1}') as Record<string, unknown>;
  assert.equal(read.toString, undefined);
  assert.deepEqual(Object.keys(read), ['constructor']);
});

test('F20: 10,000 levels are refused at once', () => {
  for (const open of ['[', '{"a":']) assert.throws(() => strictJson(open.repeat(10_000)), /deeper/);
});

test('F20: nothing is inherited and nothing can be changed on the quick way either', () => {
  const read = strictJson('{"a":{"b":[{"c":"x"}]}}') as { a: { b: ReadonlyArray<Record<string, unknown>> } };
  assert.equal((read as Record<string, unknown>).constructor, undefined);
  assert.equal('toString' in read.a.b[0]!, false);
  assert.ok([read, read.a, read.a.b, read.a.b[0]].every(Object.isFrozen));
});

test('F38: a number that a double would change, or that is no plain integer, stays text', () => {
  for (const digits of ['9007199254740993', '1e21', '1.0', '1.005', '1e2', '-0', '100.00000000000000001', '-1.5'])
    assert.deepEqual(plain(strictJson(`{"total":${digits}}`)), { total: { digits } });
  assert.equal(strictJson('9007199254740991'), 9_007_199_254_740_991);
  assert.equal(strictJson('-9007199254740991'), -9_007_199_254_740_991);
});

test('what is no JSON is refused', () => {
  const texts = ['', ' ', '{', '{"a"}', '{"a":}', '{"a":1,}', '[1,]', '[1 2]', '01', '+1', '1.', '.5', 'NaN', "'a'"];
  for (const text of [...texts, '"a', '"\n"', '"\\x"', '{}{}', 'nul', '{a:1}', '\ufeff{}', '{"a":1}x'])
    assert.throws(() => strictJson(text), SyntaxError, JSON.stringify(text));
});

test('bytes that are no UTF-8 are refused, not replaced', () => {
  assert.throws(() => strictJson(Buffer.from('227b80227d', 'hex')));
  assert.equal(strictJson(Buffer.from('"到账"')), '到账');
});
