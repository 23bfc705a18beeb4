import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { repeatedMember } from './json.ts';

test('a member that stands twice is found, however it is spelled and however deep', () => {
  assert.equal(repeatedMember('{"a":1,"a":2}'), 'a');
  assert.equal(repeatedMember('{"a":1,"\\u0061" : 2}'), 'a');
  assert.equal(repeatedMember('[[{"x":{"b":[{}],"b":null}}]]'), 'b');
  assert.equal(repeatedMember('{"a\\"":1,"b":"a\\":","c":["a","a"],"d":{"a":1}}'), undefined);
  assert.equal(repeatedMember(`${'['.repeat(10_000)}${']'.repeat(10_000)}`), undefined);
});

test('what a writer made that cannot say a member twice is never refused; the same with one member again always is', () => {
  fc.assert(
    fc.property(fc.json(), fc.string(), (json, name) => {
      assert.equal(repeatedMember(json), undefined);
      const member = JSON.stringify(name);
      assert.equal(repeatedMember(`{${member}:${json},"other${name.length}x":[],${member}:0}`), name);
    }),
  );
});
