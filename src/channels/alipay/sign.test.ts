import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { Credential } from '../channel.ts';
import { checkAnswer, checkForm, envelopeOf, formOf, membersOf, signed, textsOf } from './sign.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const keys: readonly Credential[] = [{ kind: 'alipay_key', id: '', value: spki, notAfter: undefined }];
const sign = (bytes: Uint8Array | string): string => createSign('RSA-SHA256').update(bytes).sign(privateKey, 'base64');

test('an answer is cut out as it stands, whatever its strings hold', () => {
  const inner =
    '{"code":"10000", "msg":"a } \\" , \\"sign\\":\\"x","url":"http:\\/\\/a","list":[{"b":1},[2]],"n":null }';
  const text = ` {"alipay_trade_query_response" : ${inner} ,"sign":"${sign(inner)}"}\n`;
  const envelope = envelopeOf(Buffer.from(text), 'alipay.trade.query');
  assert.equal(envelope.inner, inner);
  assert.deepEqual(checkAnswer(envelope, keys), { ok: true });
  assert.equal(checkAnswer({ ...envelope, inner: JSON.stringify(JSON.parse(inner)) }, keys).ok, false);
  assert.equal(checkAnswer({ ...envelope, sign: undefined }, keys).ok, false);
  assert.equal(checkAnswer({ ...envelope, certSn: 'another' }, keys).ok, false);
});

test('what names the same twice, is about something else, or is no object is nobody’s answer', () => {
  assert.deepEqual(
    [...membersOf('{"a":{"b":"c"},"d":[],"e":""}')],
    [
      ['a', '{"b":"c"}'],
      ['d', '[]'],
      ['e', '""'],
    ],
  );
  for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[1]', '"x"', '{', 'null', ''])
    assert.throws(() => membersOf(text), text);
  assert.deepEqual([...membersOf('{}')], []);
  const other = Buffer.from(`{"alipay_trade_close_response":{},"sign":"${sign('{}')}"}`);
  assert.throws(() => envelopeOf(other, 'alipay.trade.query'));
});

test('a form is checked over its bytes, in the character set that it names', () => {
  const gbk = 'subject=%B2%E8%D2%FB&charset=GBK&total_amount=1.00&empty=';
  const text = Buffer.from('charset=GBK&subject=\xb2\xe8\xd2\xfb&total_amount=1.00', 'latin1');
  const body = `${gbk}&sign_type=RSA2&sign=${encodeURIComponent(sign(text))}`;
  const form = formOf(Buffer.from(body))!;
  assert.deepEqual(checkForm(form, keys), { ok: true });
  assert.equal(textsOf(form).subject, '茶饮');
  assert.deepEqual(checkForm(form, []), { ok: false, reason: 'unknown_key' });
  for (const damaged of [body.replace('RSA2', 'RSA'), body.replace('1.00', '1.0'), body.replace('sign=', 'sign=%20')])
    assert.deepEqual(checkForm(formOf(Buffer.from(damaged))!, keys), { ok: false, reason: 'bad_signature' });
  for (const none of ['a=1&a=2', 'a=%2', 'a=%zz', 'a', '=1', ''])
    assert.equal(formOf(Buffer.from(none)), undefined, none);
});

test('a request signs what is not empty; keys are read as PEM and as the key tool saves them', () => {
  const bare = (type: 'pkcs8' | 'pkcs1'): string => privateKey.export({ type, format: 'der' }).toString('base64');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const value of [pem, bare('pkcs8'), bare('pkcs1')]) {
    const it = signed({ b: '2', a: '1', none: '' }, { kind: 'app_key', id: '', value, notAfter: undefined });
    assert.equal(it.sign, sign('a=1&b=2&sign_type=RSA2'));
  }
});
