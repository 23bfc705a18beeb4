import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerOf, formOf } from './sign.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const asText = (form: ReadonlyMap<string, string> | undefined): Record<string, string> | undefined =>
  form && Object.fromEntries([...form].map(([n, v]) => [n, Buffer.from(v, 'latin1').toString('utf8')]));
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,11}$/);

test('a form is read as it was written, whatever is in it', () => {
  fc.assert(
    fc.property(fc.dictionary(name, fc.string({ unit: 'grapheme' }), { minKeys: 1 }), (fields) => {
      const { signature: _, signPubKeyCert: __, ...plain } = fields;
      fc.pre(Object.keys(plain).length > 0);
      assert.deepEqual(asText(formOf(bytes(new URLSearchParams(plain).toString()))), { ...plain });
    }),
  );
});

test('an answer is read as it stands: nothing is escaped, and a bracket holds pairs of its own', () => {
  const value = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9+/=_.: -]{0,20}$/),
    fc.stringMatching(/^\{[a-z]{1,4}=[a-z0-9]{0,4}&[a-z]{1,4}=[a-z0-9]{0,4}\}$/),
    fc.stringMatching(/^\[[a-z&=]{0,12}\]$/),
  );
  fc.assert(
    fc.property(fc.dictionary(name, value, { minKeys: 1 }), (fields) => {
      const text = Object.entries(fields)
        .map(([n, v]) => `${n}=${v}`)
        .join('&');
      assert.deepEqual(asText(answerOf(bytes(text))), { ...fields });
    }),
  );
  assert.deepEqual(asText(answerOf(bytes('a={x&b=2'))), { a: '{x', b: '2' }, 'a bracket that never ends is a bracket');
});

test('what two readers could read in two ways is no form', () => {
  for (const text of ['', 'a', '=1', 'a=1&', '&a=1', 'a=1&&b=2', 'a=1&a=1', 'a=1&b']) {
    assert.equal(formOf(bytes(text)), undefined, `form ${text}`);
    assert.equal(answerOf(bytes(text)), undefined, `answer ${text}`);
  }
  for (const text of ['a=1&%61=1', 'a=%', 'a=%4', 'a=%zz']) assert.equal(formOf(bytes(text)), undefined, text);
  for (const text of ['a b=1', '<html a=1>', '{"a":1}', 'a=1\n&b=2&b=3'])
    assert.equal(answerOf(bytes(text)), undefined, text);
});

test('a hostile answer costs no more than its length', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `f${i}={`).join('&');
  const start = performance.now();
  assert.equal(answerOf(bytes(many)), undefined);
  assert.ok(performance.now() - start < 1_000);
});

test('a plus that became a blank is one again in base64, and nowhere else', () => {
  const form = formOf(
    bytes('signature=a+b&respMsg=a+b&signPubKeyCert=-----BEGIN CERTIFICATE-----%0Aa+b%0A-----END CERTIFICATE-----'),
  );
  assert.equal(form?.get('signature'), 'a+b');
  assert.equal(form?.get('respMsg'), 'a b');
  assert.equal(form?.get('signPubKeyCert'), '-----BEGIN CERTIFICATE-----\na+b\n-----END CERTIFICATE-----');
});
