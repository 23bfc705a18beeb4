import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { isRsaSigned, rsaPrivateKey, rsaPublicKey, rsaSign } from './rsa.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const bare = (type: 'pkcs8' | 'pkcs1'): string => privateKey.export({ type, format: 'der' }).toString('base64');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

test('a key reads alike in each form in which the channels’ tools save it', () => {
  for (const value of [pem, bare('pkcs8'), bare('pkcs1')])
    assert.ok(rsaPrivateKey(value).equals(privateKey), value.slice(0, 30));
  for (const value of [spki, publicKey.export({ type: 'spki', format: 'pem' }).toString()])
    assert.ok(rsaPublicKey(value)?.equals(publicKey));
});

test('a signature holds for its own bytes, key and spelling, and for no other', () => {
  const signature = rsaSign('text', pem);
  assert.ok(isRsaSigned('text', signature, spki));
  assert.ok(!isRsaSigned('texT', signature, spki));
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  assert.ok(!isRsaSigned('text', signature, other.export({ type: 'spki', format: 'pem' }).toString()));
  for (const spelt of [`${signature}\n`, signature.replace('=', ''), ` ${signature}`])
    assert.ok(!isRsaSigned('text', spelt, spki), JSON.stringify(spelt.slice(-4)));
});

test('a key of another kind has signed nothing', () => {
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  assert.equal(rsaPublicKey(curve.publicKey.export({ type: 'spki', format: 'pem' }).toString()), undefined);
  assert.throws(() => rsaPrivateKey(curve.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()), /not RSA/);
  assert.equal(rsaPublicKey('no key'), undefined);
});
