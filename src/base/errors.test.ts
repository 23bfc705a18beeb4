import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DaozhangError, ERRORS, explain } from './errors.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test('every error says what happened and what to do, in both languages, with the same facts', () => {
  for (const [code, { says, remedy }] of Object.entries(ERRORS)) {
    const names = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!))].sort();
    assert.deepEqual(names(says.zh), names(says.en), `${code}: says`);
    assert.deepEqual(names(remedy.zh), names(remedy.en), `${code}: remedy`);
    assert.match(says.zh + remedy.zh, /[\u4e00-\u9fff]/, code);
    assert.doesNotMatch(says.en + remedy.en + says.zh + remedy.zh, /[!!]/, `${code}: no exclamation marks`);
  }
});

test('every code is thrown somewhere, and what is not ours is our bug', () => {
  const product = globSync('src/**/*.ts', { cwd: ROOT }).filter(
    (f) => !f.endsWith('.test.ts') && !f.endsWith('errors.ts'),
  );
  const all = product.map((f) => readFileSync(join(ROOT, f), 'utf8')).join('\n');
  for (const code of Object.keys(ERRORS)) {
    if (code !== 'bug.unexpected') assert.ok(all.includes(`'${code}'`), `${code} is never thrown`);
  }
  const told = explain(new Error('boom'), 'en');
  assert.equal(told.code, 'bug.unexpected');
  assert.equal(told.exit, 70);
  assert.equal(
    explain(new DaozhangError('file.not_found', { path: 'x.csv' }), 'zh').says,
    'x.csv:没有这个文件或文件夹',
  );
});
