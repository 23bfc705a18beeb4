import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { flatJson } from './flat-json.ts';

const values = (text: string): Record<string, string> | undefined => {
  const flat = flatJson(text);
  return flat && Object.fromEntries(flat.values);
};

test('F38 numbers keep the digits that were written', () => {
  assert.deepEqual(values('{"a":4200001234567890123456789012,"b":0.10,"c":-1E+2,"d":90071992547409.93}'), {
    a: '4200001234567890123456789012',
    b: '0.10',
    c: '-1E+2',
    d: '90071992547409.93',
  });
});

test('objects become paths, arrays are passed over, null is empty', () => {
  assert.deepEqual(values(' {"a":{"b":{"c":"x"}},"l":[1,{"a":2},[]],"n":null,"t":true,"":"e"} '), {
    'a.b.c': 'x',
    n: '',
    t: 'true',
    '': 'e',
  });
});

test('F20 a name that stands twice is told; `__proto__` is a name like others', () => {
  assert.equal(flatJson('{"a":1,"a":2}')?.twice, 'a');
  assert.equal(flatJson('{"a":{"b":1},"a.b":2}')?.twice, 'a.b');
  assert.equal(flatJson('{"__proto__":"x"}')?.values.get('__proto__'), 'x');
});

test('F20 what is no JSON object is none, however deep', () => {
  for (const text of [
    '',
    '[]',
    '1',
    '{',
    '{"a"}',
    '{"a":1,}',
    '{"a":01}',
    '{"a":.5}',
    "{'a':1}",
    '{"a":1}x',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":nul}',
    '{"a":1 "b":2}',
  ]) {
    assert.equal(flatJson(text), undefined, text);
  }
  assert.equal(flatJson('{"a":'.repeat(10_000)), undefined);
  assert.equal(flatJson(`{"a":${'['.repeat(10_000)}`), undefined);
});

test('it takes what JSON.parse takes, and nothing else', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(), (value, cut) => {
      const text = JSON.stringify({ value });
      const shortened = text.slice(0, cut % text.length);
      assert.ok(flatJson(text));
      assert.equal(flatJson(shortened), undefined);
    }),
    { seed: 20261120 },
  );
});
