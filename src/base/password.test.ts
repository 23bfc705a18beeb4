import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPassword, hashPassword } from './password.ts';

test('the right password is right, any other is wrong, and no two hashes are alike', async () => {
  const stored = await hashPassword('correct horse 电池');
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(await hashPassword('correct horse 电池'), stored);
  assert.equal(await checkPassword('correct horse 电池', stored), 'right');
  for (const other of ['correct horse 电', 'Correct horse 电池', ''])
    assert.equal(await checkPassword(other, stored), 'wrong');
});

test('the same password from another keyboard', async () => {
  assert.equal(await checkPassword('cafe\u0301１', await hashPassword('caf\u00e91')), 'right');
});

test('a hash of the reference implementation is read, and is outdated', async () => {
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.equal(await checkPassword('password', reference), 'outdated');
  assert.equal(await checkPassword('passwort', reference), 'wrong');
});

test('a user who is not there is wrong with any password; what is no hash is our bug', async () => {
  assert.equal(await checkPassword('', undefined), 'wrong');
  for (const stored of ['', 'password', '$argon2i$v=19$m=65536,t=2,p=1$c29tc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8'])
    await assert.rejects(checkPassword('x', stored), /not a stored password/);
});
