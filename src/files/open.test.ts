import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { bytesOf, wechatTradeBill } from '../../tests/support/bills.ts';
import { type ZipEntry, zipOf } from '../../tests/support/zip.ts';
import type { DaozhangError } from '../base/errors.ts';
import { CHINA } from '../base/time.ts';
import type { Input } from './format.ts';
import { LIMITS, type Limits, listFiles, openAll, type Workspace, workspace } from './open.ts';
import { detect } from './registry.ts';

let folder: string;
let space: Workspace;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-test-'));
  space = await workspace();
});
after(async () => {
  await space.remove();
  await rm(folder, { recursive: true });
});

const bill = bytesOf(wechatTradeBill());
const utf8 = (name: string, data: Uint8Array | string): ZipEntry => ({
  name: Buffer.from(name),
  data: Buffer.from(data),
});

let files = 0;
async function open(
  bytes: Uint8Array,
  limits?: Limits,
): Promise<{ inputs: Input[]; problems: DaozhangError[]; path: string }> {
  const path = join(folder, `f${++files}`);
  await writeFile(path, bytes);
  const problems: DaozhangError[] = [];
  const inputs = await openAll([path], { space, zone: CHINA, ...(limits && { limits }) }, (error) =>
    problems.push(error),
  );
  return { inputs, problems, path };
}

/** The one error that opening these bytes gives; nothing of them may come out. */
async function refused(bytes: Uint8Array, limits?: Limits): Promise<DaozhangError> {
  const { inputs, problems } = await open(bytes, limits);
  assert.deepEqual(
    inputs.map((input) => input.name),
    [],
  );
  assert.equal(problems.length, 1);
  return problems[0]!;
}

const contents = (inputs: readonly Input[]): Promise<string[]> =>
  Promise.all(inputs.map((input) => readFile(input.path, 'utf8')));

test('a plain file, a gzip and a zip give the same document', async () => {
  const hashes = new Set<string>();
  for (const bytes of [
    bill,
    gzipSync(bill),
    zipOf([utf8('a/bill.csv', bill)]),
    gzipSync(zipOf([utf8('bill.csv', bill)])),
  ]) {
    const { inputs, problems } = await open(bytes);
    assert.deepEqual(problems, []);
    assert.equal(inputs.length, 1);
    hashes.add(inputs[0]!.sha256);
    assert.deepEqual([inputs[0]!.size, inputs[0]!.encoding], [bill.length, 'utf-8']);
  }
  assert.equal(hashes.size, 1);
});

test('an archive whose names are GBK without the flag that says so is named rightly', async () => {
  const names = ['20880011223344550156_20261120_业务明细.csv', '20880011223344550156_20261120_业务明细(汇总).csv'];
  const { inputs, path } = await open(zipOf(names.map((name) => ({ name: iconv.encode(name, 'gbk'), data: bill }))));
  assert.deepEqual(
    inputs.map((input) => input.name),
    names.map((name) => `${path} › ${name}`),
  );
  const again = await open(zipOf(names.map((name) => utf8(name, bill))));
  assert.deepEqual(
    again.inputs.map((input) => input.name),
    names.map((name) => `${again.path} › ${name}`),
  );
});

for (const [kind, packed] of [
  ['gzip', gzipSync(bill)],
  ['zip', zipOf([utf8('1.csv', bill), utf8('2.csv', bill)])],
] as const) {
  test(`F28 a ${kind} cut at every 1 % is refused, whole`, async () => {
    for (let percent = 0; percent < 100; percent++) {
      const { inputs, problems } = await open(packed.subarray(0, Math.floor((packed.length * percent) / 100)));
      if (inputs.length === 0) assert.match(problems[0]!.code, /^file\.(cut|corrupt|empty|archive)$/, `${percent} %`);
      // So little is left that it is no archive any more: then it is of no known format.
      for (const input of inputs) assert.throws(() => detect(input), /file.unknown_format/, `${percent} %`);
    }
  });

  test(`F10 a ${kind} with a flipped bit gives the same documents or none, never others`, async () => {
    const sound = (await open(packed)).inputs.map((input) => input.sha256);
    let noticed = 0;
    for (let i = 3; i < packed.length; i += Math.ceil(packed.length / 120)) {
      const flipped = Uint8Array.from(packed);
      flipped[i]! ^= 1 << (i % 8);
      const { inputs, problems } = await open(flipped);
      noticed += problems.length;
      if (inputs.length > 0)
        assert.deepEqual(
          inputs.map((input) => input.sha256),
          sound,
          `byte ${i}`,
        );
    }
    assert.ok(noticed > 60, `only ${noticed} noticed`);
  });
}

/** Changes a two- or four-byte field of every local header and every directory entry. */
function patched(
  zip: Uint8Array,
  atLocal: number,
  atDirectory: number,
  change: (view: DataView, at: number) => void,
): Uint8Array {
  const bytes = Uint8Array.from(zip);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i + 4 <= bytes.length; i++) {
    const magic = view.getUint32(i, true);
    if (magic === 0x04034b50) change(view, i + atLocal);
    if (magic === 0x02014b50) change(view, i + atDirectory);
  }
  return bytes;
}

test('F28 a member whose CRC does not fit is refused', async () => {
  const zip = patched(zipOf([utf8('bill.csv', bill)]), 14, 16, (view, at) => view.setUint32(at, 0x12345678, true));
  const error = await refused(zip);
  assert.deepEqual([error.code, error.params.reason], ['file.corrupt', 'CRC-32']);
});

test('F28 an encrypted member is refused as such', async () => {
  const error = await refused(
    patched(zipOf([utf8('bill.csv', bill)]), 6, 8, (view, at) => view.setUint16(at, 1, true)),
  );
  assert.equal(error.code, 'file.archive');
  assert.match(String(error.params.reason), /encrypted/);
});

test('F28 a way of packing that is not read here is told, not called damage', async () => {
  const error = await refused(
    patched(zipOf([utf8('bill.csv', bill)]), 8, 10, (view, at) => view.setUint16(at, 14, true)),
  );
  assert.equal(error.code, 'file.archive');
  assert.match(String(error.params.reason), /method 14/);
});

test('F28 names that lead out of the archive are refused', async () => {
  for (const name of [
    '../bill.csv',
    'a/../../bill.csv',
    '..\\bill.csv',
    '/etc/bill.csv',
    'C:\\bill.csv',
    '\\\\server\\bill.csv',
  ]) {
    const error = await refused(zipOf([utf8('good.csv', bill), utf8(name, bill)]));
    assert.equal(error.code, 'file.archive', name);
    assert.match(String(error.params.reason), /unsafe name/);
  }
  assert.equal((await open(zipOf([utf8('a..b/bill..csv', bill)]))).inputs.length, 1);
});

test('F28 a thousand members are read, one more is refused', async () => {
  const members = Array.from({ length: LIMITS.entries }, (_, i) => utf8(`${i}.csv`, 'x'));
  assert.equal((await open(zipOf(members))).inputs.length, LIMITS.entries);
  assert.equal((await refused(zipOf([...members, utf8('more.csv', 'x')]))).code, 'file.archive');
});

test('F28 an archive in an archive is read, a third one is not', async () => {
  const once = zipOf([utf8('bill.csv', bill)]);
  const twice = zipOf([utf8('inner.zip', once), utf8('bill.csv.gz', gzipSync(bill))]);
  const { inputs, path } = await open(twice);
  assert.deepEqual(
    inputs.map((input) => input.name),
    [`${path} › inner.zip › bill.csv`, `${path} › bill.csv.gz › gunzip`],
  );
  for (const bytes of [zipOf([utf8('outer.zip', twice)]), gzipSync(gzipSync(once)), gzipSync(twice)]) {
    const error = await refused(bytes);
    assert.equal(error.code, 'file.archive');
    assert.match(String(error.params.reason), /nested/);
  }
});

test('F29 a bomb is stopped by its ratio, in one member or spread over many', async () => {
  const zeros = new Uint8Array(24 * 2 ** 20);
  const part = new Uint8Array(4 * 2 ** 20);
  for (const bytes of [
    gzipSync(zeros),
    zipOf([utf8('a', zeros)]),
    zipOf([1, 2, 3, 4].map((n) => utf8(`${n}`, part))),
    gzipSync(gzipSync(zeros)),
  ]) {
    const error = await refused(bytes);
    assert.equal(error.code, 'file.bomb');
    assert.ok(Number(error.params.offset) < 11 * 2 ** 20);
  }
});

test('F29 the cap on bytes counts all members together', async () => {
  const limits = { ...LIMITS, bytes: 3000 };
  assert.equal((await refused(new Uint8Array(3001).fill(65), limits)).code, 'file.too_large');
  assert.equal((await refused(gzipSync(new Uint8Array(3001).fill(65)), limits)).code, 'file.too_large');
  const members = [1, 2].map((n) => utf8(`${n}.csv`, new Uint8Array(2000).fill(65)));
  assert.equal((await refused(zipOf(members), limits)).code, 'file.too_large');
  assert.equal((await open(zipOf(members.slice(1)), limits)).inputs.length, 1);
});

test('nothing in it: an empty file, an archive without a file, a member without a byte', async () => {
  assert.equal((await refused(new Uint8Array(0))).code, 'file.empty');
  assert.equal((await refused(gzipSync(new Uint8Array(0)))).code, 'file.empty');
  assert.equal((await refused(zipOf([]))).code, 'file.archive');
  assert.equal((await refused(zipOf([utf8('only/a/folder/', '')]))).code, 'file.archive');
  assert.equal((await refused(zipOf([utf8('empty.csv', '')]))).code, 'file.empty');
  assert.equal((await open(zipOf([utf8('empty.csv', ''), utf8('bill.csv', bill)]))).inputs.length, 1);
});

test('what a Mac puts beside the files is passed over; an office document stays whole', async () => {
  const mac = await open(zipOf([utf8('__MACOSX/._bill.csv', 'x'), utf8('a/.DS_Store', 'x'), utf8('bill.csv', bill)]));
  assert.deepEqual(await contents(mac.inputs), [bill.toString()]);
  const office = await open(zipOf([utf8('[Content_Types].xml', '<Types/>'), utf8('xl/workbook.xml', '<x/>')]));
  assert.deepEqual(
    office.inputs.map((input) => input.name),
    [office.path],
  );
});

test('a damaged file does not keep the others from being read', async () => {
  const paths = await Promise.all(
    [gzipSync(bill).subarray(0, 300), bill].map(async (bytes, i) => {
      await writeFile(join(folder, `beside${i}`), bytes);
      return join(folder, `beside${i}`);
    }),
  );
  const problems: string[] = [];
  const inputs = await openAll(paths, { space, zone: CHINA }, (error) => problems.push(error.code));
  assert.deepEqual([inputs.length, problems], [1, ['file.cut']]);
});

test('a folder is walked in a stable order, without hidden files and our own', async () => {
  const root = join(folder, 'walk');
  await mkdir(join(root, 'b', '.git'), { recursive: true });
  for (const name of ['z.csv', 'b/a.csv', 'b/.hidden', 'b/.git/x.csv', 'daozhang.yaml', 'README.md', '~$open.xlsx'])
    await writeFile(join(root, name), 'x');
  assert.deepEqual(await listFiles([root]), [join(root, 'b/a.csv'), join(root, 'z.csv')]);
  // Who names a hidden file means it; a README and a configuration are named by a shell that names everything.
  assert.deepEqual(
    await listFiles(['b/.hidden', 'README.md', 'daozhang.yaml', 'z.csv'].map((name) => join(root, name))),
    [join(root, 'b/.hidden'), join(root, 'z.csv')],
  );
  await assert.rejects(listFiles([join(root, 'none')]), /file.not_found/);
});

test('a workspace leaves nothing behind', async () => {
  const own = await workspace();
  await writeFile(own.next(), 'x');
  await own.remove();
  await assert.rejects(stat(own.path), /ENOENT/);
});
