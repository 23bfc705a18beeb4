/**
 * Builds the web app: `node ui/build.ts [FOLDER]` prints where it is. Without FOLDER it goes to `.cache/app/<hash of its sources>`: built
 * once, found again in a tenth of a second. Assets are named by their content and compressed beside themselves.
 *
 * A clone needs no second command: the server runs this at its first start (`src/cli/web.ts`). The published package carries the result.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';
import { tokensCss } from './src/base/theme.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = ['ui/**/*.*', 'src/api/contract*.ts', 'src/api/contract/*.ts', 'src/verdicts/catalogue.ts'];
const KEPT = 2;
const ENTRIES = ['app', 'counter', 'customer'] as const;

const read = (file: string): Buffer => readFileSync(join(ROOT, file));

/** Everything the result depends on. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of [...new Set(globSync(SOURCES, { cwd: ROOT }))].sort()) hash.update(`${file}\0`).update(read(file));
  // What the lockfile resolved, not how it is laid out.
  for (const name of [
    'vite',
    'react',
    'antd',
    'i18next',
    'zxing-wasm',
    '@tanstack/react-query',
    '@tanstack/react-virtual',
    'echarts',
    '@fontsource/noto-sans-sc',
  ])
    hash.update(`${name} ${JSON.parse(read(`node_modules/${name}/package.json`).toString()).version}\0`);
  return hash.digest('hex').slice(0, 16);
}

let building: Promise<string> | undefined;
/** The folder of the built app; builds it where it is not there, once however many ask. */
export function builtApp(): Promise<string> {
  building ??= foundOrBuilt().finally(() => {
    building = undefined;
  });
  return building;
}

async function foundOrBuilt(): Promise<string> {
  const place = join(ROOT, '.cache', 'app');
  const folder = join(place, fingerprint());
  if (existsSync(join(folder, 'app.html'))) return folder;
  const making = `${folder}.${process.pid}`;
  await buildApp(making);
  try {
    renameSync(making, folder);
  } catch (error) {
    // Another process was quicker.
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(join(folder, 'app.html'))) throw error;
  }
  const others = readdirSync(place).filter((name) => /^[0-9a-f]{16}$/.test(name) && join(place, name) !== folder);
  for (const name of others.slice(0, Math.max(0, others.length - KEPT)))
    rmSync(join(place, name), { recursive: true, force: true });
  return folder;
}

async function buildApp(outDir: string): Promise<void> {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  mkdirSync(outDir, { recursive: true });
  await build({
    configFile: false,
    root: import.meta.dirname,
    mode: 'production',
    logLevel: 'warn',
    plugins: [react(), ownStyles, written('tokens.css', tokensCss), written('chinese.css', chineseCss)],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      // One file is one request that is cached for good; nothing is put inline, so that no rule needs an exception.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2_000,
      reportCompressedSize: false,
      manifest: 'manifest.json',
      rolldownOptions: {
        input: Object.fromEntries(ENTRIES.map((name) => [name, join(import.meta.dirname, `${name}.html`)])),
      },
    },
  });
  writeFileSync(join(outDir, 'sw.js'), serviceWorker(outDir));
  await compressed(join(outDir, 'assets'));
}

/**
 * What a page's folder says of looks holds on that page alone. A stylesheet that has come stays, whichever page is shown after: two pages that
 * have a class of one name would dress each other.
 */
const ownStyles: Plugin = {
  name: 'own-styles',
  enforce: 'pre',
  transform(css, id) {
    const folder = /\/src\/app\/([a-z]+)\/[a-z]+\.css$/.exec(id)?.[1];
    return folder && { code: `[data-page="${folder}"] {\n${css}\n}`, map: null };
  },
};

/** A stylesheet that is written, not kept: `virtual:<name>`. */
function written(name: string, css: () => string): Plugin {
  const id = join(import.meta.dirname, 'src', 'base', `virtual-${name}`);
  return {
    name: `written-${name}`,
    resolveId: (source) => (source === `virtual:${name}` ? id : undefined),
    load: (asked) => (asked === id ? css() : undefined),
  };
}

const WRITTEN = [
  'ui/src/**/*.{ts,tsx}',
  'src/api/customer/*.ts',
  'src/{verdicts,traces,plans,people,actions}/*.ts',
  'src/channels/**/*.ts',
  'src/base/errors*.ts',
];
/**
 * Chinese for devices without a Chinese font: of the package's slices those that hold a character we write. A browser asks for a slice only
 * where no font before it in the list has the character.
 */
function chineseCss(): string {
  const ours = new Set<number>();
  for (const file of globSync(WRITTEN, { cwd: ROOT }))
    for (const char of read(file).toString('utf8')) ours.add(char.codePointAt(0)!);
  const chars = [...ours];
  return ['400', '600']
    .flatMap(
      (weight) =>
        read(`node_modules/@fontsource/noto-sans-sc/${weight}.css`)
          .toString()
          .match(/@font-face \{[^}]*\}/g) ?? [],
    )
    .filter((face) => rangesOf(face).some(([from, to]) => chars.some((code) => code >= from && code <= to)))
    .map((face) =>
      face
        .replace(/, url\([^)]*\.woff\) format\('woff'\)/, '')
        .replace('url(./', 'url(@fontsource/noto-sans-sc/')
        .replace("'Noto Sans SC'", "'Daozhang SC'")
        .replace(/unicode-range: [^;]+;/, `unicode-range: ${rangesOf(face).map(told).join(',')};`),
    )
    .join('\n');
}

/** Signs that are wide in a Chinese font and stand in Latin text all the time: ’ “ ” · come from the next font in the list. */
const NOT_OURS = new Set([0xb7, 0x2018, 0x2019, 0x201c, 0x201d]);

type Range = readonly [from: number, to: number];

function rangesOf(face: string): Range[] {
  const said = /unicode-range: ([^;]+);/.exec(face)?.[1]?.split(',') ?? [];
  return said.flatMap((range) => {
    const [from, to] = range
      .trim()
      .replace(/^U\+/i, '')
      .split('-')
      .map((hex) => Number.parseInt(hex, 16)) as [number, number?];
    const cuts = [...NOT_OURS].filter((code) => code >= from && code <= (to ?? from)).sort((a, b) => a - b);
    const parts: Range[] = [];
    let begin = from;
    for (const cut of cuts) {
      if (cut > begin) parts.push([begin, cut - 1]);
      begin = cut + 1;
    }
    if (begin <= (to ?? from)) parts.push([begin, to ?? from]);
    return parts;
  });
}

const told = ([from, to]: Range): string => `U+${from.toString(16)}${to === from ? '' : `-${to.toString(16)}`}`;

type Chunk = Readonly<{ file: string; imports?: readonly string[]; css?: readonly string[] }>;

/**
 * What a page needs before anybody does anything; read from Vite's own manifest. `entries`: the page, and what it opens on where that
 * comes by itself.
 */
export function shellOf(folder: string, ...entries: readonly string[]): string[] {
  const manifest: Readonly<Record<string, Chunk>> = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const files = new Set<string>();
  const add = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`${name} is not in the manifest`);
    if (files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    chunk.imports?.forEach(add);
  };
  entries.forEach(add);
  return [...files].sort();
}

/** `sw.ts` is plain enough to be stripped of its few types by hand: it is JavaScript, with the list of the shell written into it. */
function serviceWorker(folder: string): string {
  const shell = ['/counter/', ...shellOf(folder, 'counter.html').map((file) => `/${file}`)];
  const version = createHash('sha256').update(JSON.stringify(shell)).digest('hex').slice(0, 12);
  return read('ui/src/counter/sw.js')
    .toString()
    .replace('__VERSION__', version)
    .replace("['__SHELL__']", JSON.stringify(shell));
}

const GZIP = promisify(gzip);
const BROTLI = promisify(brotliCompress);

async function compressed(folder: string): Promise<void> {
  const files = readdirSync(folder).filter((name) => /\.(js|css|svg|wasm)$/.test(name));
  await Promise.all(
    files.map(async (name) => {
      const bytes = readFileSync(join(folder, name));
      writeFileSync(join(folder, `${name}.gz`), await GZIP(bytes, { level: 9 }));
      writeFileSync(
        join(folder, `${name}.br`),
        await BROTLI(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
        }),
      );
    }),
  );
}

if (process.argv[1] === import.meta.filename) {
  const [outDir] = process.argv.slice(2);
  if (outDir !== undefined) await buildApp(outDir);
  process.stdout.write(`${outDir ?? (await builtApp())}\n`);
}
