import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newToken, TOKEN_KINDS, tokenHash, tokenKind, tokenPrefix } from './secret.ts';
import { openVault, vaultOf } from './vault.ts';

const ROW = ['tenant', 'account', 'apiv3_key', ''];

test('what is sealed opens for the same row alone', () => {
  const vault = vaultOf([randomBytes(32)]);
  const sealed = vault.seal('密钥 secret', ROW);
  assert.equal(vault.open(sealed, ROW), '密钥 secret');
  assert.ok(!sealed.includes(Buffer.from('secret')));
  assert.throws(() => vault.open(sealed, ['tenant', 'another', 'apiv3_key', '']), { code: 'vault.damaged' });
});

test('any flipped bit is refused', () => {
  const vault = vaultOf([randomBytes(32)]);
  const sealed = vault.seal('secret', ROW);
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Buffer.from(sealed);
    changed[i]! ^= 1;
    assert.throws(() => vault.open(changed, ROW), /vault\.(damaged|key_missing)/, `byte ${i}`);
  }
});

test('a new master key in front: old secrets open, are rewrapped, and need the old one no more', () => {
  const [old, fresh] = [randomBytes(32), randomBytes(32)];
  const sealed = vaultOf([old]).seal('secret', ROW);
  const both = vaultOf([fresh, old]);
  assert.equal(both.open(sealed, ROW), 'secret');
  const moved = both.rewrap(sealed)!;
  assert.equal(both.rewrap(moved), undefined);
  assert.equal(vaultOf([fresh]).open(moved, ROW), 'secret');
  // It says which key is missing, and by that name the old one is known.
  assert.throws(() => vaultOf([fresh]).open(sealed, ROW), {
    code: 'vault.key_missing',
    params: { key: sealed.subarray(1, 9).toString('hex') },
  });
});

test('a row moved to another tenant, account, kind or key is refused, and names that run together are not alike', () => {
  const vault = vaultOf([randomBytes(32)]);
  const sealed = vault.seal('secret', ['t', 'a', 'k', 'id']);
  for (const other of [
    ['T', 'a', 'k', 'id'],
    ['t', 'A', 'k', 'id'],
    ['t', 'a', 'K', 'id'],
    ['t', 'a', 'k', 'ID'],
  ])
    assert.throws(() => vault.open(sealed, other), { code: 'vault.damaged' });
  const joined = vault.seal('secret', ['t', 'a', 'k\u001fid', '']);
  assert.throws(() => vault.open(joined, ['t', 'a', 'k', 'id\u001f']), { code: 'vault.damaged' });
});

test('keys from the environment: several by comma, the first seals; what is not 32 bytes of base64 is refused', () => {
  const [old, fresh] = [randomBytes(32), randomBytes(32)].map((k) => k.toString('base64'));
  const sealed = openVault(old, '').seal('secret', ROW);
  const both = openVault(`${fresh}, ${old}`, '');
  assert.equal(both.open(sealed, ROW), 'secret');
  assert.equal(openVault(fresh, '').open(both.seal('new', ROW), ROW), 'new');
  for (const wrong of ['', 'short', `${old!.slice(0, -2)}*=`, `${old},`, `${old},short`, '*'.repeat(44)])
    assert.throws(() => openVault(wrong, ''), { code: 'vault.bad_key' }, wrong);
});

test('the key file is made for its owner alone, and refused once others may read it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-vault-'));
  const file = join(folder, 'data', 'master.key');
  const sealed = openVault(undefined, file).seal('secret', ROW);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(openVault(undefined, file).open(sealed, ROW), 'secret');
  assert.deepEqual(readdirSync(join(folder, 'data')), ['master.key']);
  chmodSync(file, 0o644);
  assert.throws(() => openVault(undefined, file), { code: 'vault.key_exposed' });
  rmSync(folder, { recursive: true });
});

test('tokens tell their kind, and a typo', () => {
  for (const kind of TOKEN_KINDS) {
    const token = newToken(kind);
    assert.equal(tokenKind(token), kind);
    assert.equal(tokenKind(token.slice(0, -1)), undefined);
    assert.equal(tokenKind(token.replace(/.{8}$/, 'AAAAAAAA')), undefined);
    assert.equal(tokenHash(token).length, 32);
    assert.equal(tokenPrefix(token), token.slice(0, `dz_${kind}_`.length + 6));
  }
});
