/** The published package: packed, installed into an empty folder as a user would, and run there. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'daozhang-package-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('npm pack → npm install → daozhang reconcile', { timeout: 300_000 }, () => {
  const npm = (args: string[], cwd: string): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  // The build may speak first. npm 11 tells a list, npm 12 an object by package.
  const said = npm(['pack', '--json', '--pack-destination', folder], ROOT);
  const told = JSON.parse(said.slice(said.search(/^[[{]/m)));
  const packed = Array.isArray(told) ? told[0] : told.daozhang;
  const names: string[] = packed.files.map((f: { path: string }) => f.path);
  assert.ok(
    names.includes('dist/src/main.js') &&
      names.includes('dist/src/reconcile/report/page/page.js') &&
      names.includes('LICENSE') &&
      names.includes('sql/0001_book.sql') &&
      names.includes('dist/app/app.html') &&
      names.some((n) => /^dist\/app\/assets\/.*\.wasm$/.test(n)),
  );
  assert.deepEqual(
    names.filter((n) => n.endsWith('.ts') && !n.endsWith('.d.ts')),
    [],
    'no TypeScript below node_modules',
  );
  writeFileSync(join(folder, 'package.json'), '{"name":"a-user","private":true}');
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)], folder);
  cpSync(join(ROOT, 'examples', 'day'), join(folder, 'day'), { recursive: true });
  const run = (args: string[]) =>
    spawnSync(join(folder, 'node_modules', '.bin', 'daozhang'), args, {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
  assert.equal(run(['--version']).stdout.trim(), JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
  const done = run(['reconcile', 'day', '--out', 'out', '--json']);
  assert.equal(done.status, 1, done.stderr);
  const result = JSON.parse(done.stdout);
  assert.equal(result.state, 'breaks');
  assert.equal(readFileSync(join(folder, 'out', 'result.json'), 'utf8'), done.stdout);
  assert.match(readFileSync(join(folder, 'out', 'report.html'), 'utf8'), /<html/);
});
