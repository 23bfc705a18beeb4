import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
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
  assert.throws(() => vaultOf([fresh]).open(sealed, ROW), { code: 'vault.key_missing' });
});

test('the key file is made for its owner alone, and refused once others may read it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-vault-'));
  const file = join(folder, 'data', 'master.key');
  const sealed = openVault(undefined, file).seal('secret', ROW);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(openVault(undefined, file).open(sealed, ROW), 'secret');
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
