/** The SHA-1 a channel tells of its bill: found beside the bill or given, held against what the bill unpacks to, never a document. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CHINA } from '../src/base/time.ts';
import { openAll, workspace } from '../src/files/open.ts';
import { type RunOptions, reconcile } from '../src/reconcile/run.ts';
import { wechatBill } from './support/shop.ts';

const ROOT = join(import.meta.dirname, '..');
const BILL = wechatBill(['O1 4200001 100.00 10:00:01']).bytes;
const SHA1 = createHash('sha1').update(BILL).digest('hex');
const OTHER = SHA1.replace(/^./, (c) => (c === '0' ? '1' : '0'));
const answer = (hash: string, type = 'SHA1') =>
  JSON.stringify({ hash_type: type, hash_value: hash, download_url: 'https://api.mch.weixin.qq.com/v3/billdownload' });

type Files = Readonly<Record<string, string | Uint8Array>>;

async function withFiles<T>(files: Files, act: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-sha1-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function resultOf(paths: readonly string[], options: Partial<RunOptions> = {}) {
  const run = await reconcile({ paths, zone: CHINA, ...options });
  try {
    return run.result;
  } finally {
    await run.close();
  }
}

const checksOf = ({ documents }: Awaited<ReturnType<typeof resultOf>>) =>
  documents.flatMap((d) => d.checks.filter((c) => c.name.en.includes('SHA-1')).map((c) => [c.expected, c.actual]));

/** What is checked of each document, as soon as it is opened. */
async function openedWith(paths: readonly string[]) {
  const space = await workspace();
  try {
    const inputs = await openAll(paths, { space, zone: CHINA }, (error) => assert.fail(error));
    return inputs.map((input) => (input.checks ?? []).map((c) => [c.expected, c.actual]));
  } finally {
    await space.remove();
  }
}

const SIDES: ReadonlyArray<readonly [what: string, bill: string, bytes: Uint8Array, side: string, text: string]> = [
  ['the answer under the whole name', 'bill.csv', BILL, 'bill.csv.json', answer(SHA1)],
  ['the answer under the name alone', 'bill.csv', BILL, 'bill.json', answer(SHA1.toUpperCase())],
  ['the hash alone', 'bill.csv', BILL, 'bill.csv.sha1', SHA1],
  ['as sha1sum writes it', 'bill.csv', BILL, 'bill.sha1', `${SHA1}  bill.csv\n`],
  ['packed: the hash is over the text', 'bill.csv.gz', gzipSync(BILL), 'bill.csv.gz.json', answer(SHA1)],
  ['packed, the answer under the unpacked name', 'bill.csv.gz', gzipSync(BILL), 'bill.json', answer(SHA1)],
  ['a bill without an extension', 'bill', BILL, 'bill.json', answer(SHA1)],
];

for (const [what, bill, bytes, side, text] of SIDES) {
  test(`a hash beside the bill is checked and shown, and is no document: ${what}`, async () => {
    await withFiles({ [bill]: bytes, [side]: text }, async (folder) => {
      for (const paths of [[folder], [join(folder, bill)], [join(folder, side), join(folder, bill)]])
        assert.deepEqual(await openedWith(paths), [[[SHA1, SHA1]]]);
      const result = await resultOf([folder]);
      assert.deepEqual(result.refused, []);
      assert.equal(result.documents.length, 1);
      assert.deepEqual(checksOf(result), [[SHA1, SHA1]]);
    });
    await withFiles({ [bill]: bytes, [side]: text.replace(new RegExp(SHA1, 'i'), OTHER) }, async (folder) => {
      const { documents, refused } = await resultOf([folder]);
      assert.deepEqual(documents, []);
      assert.deepEqual(
        refused.map((r) => r.code),
        ['file.check_failed'],
      );
      assert.ok(refused[0]!.says.en.includes(`says ${OTHER}, the content gives ${SHA1}`), refused[0]!.says.en);
      assert.ok(refused[0]!.says.zh.includes(`写的是 ${OTHER},实际内容是 ${SHA1}`), refused[0]!.says.zh);
    });
  });
}

test('a damaged bill is refused by its hash, though what is left looks like nothing at all', async () => {
  await withFiles({ 'bill.csv': BILL.subarray(40), 'bill.csv.json': answer(SHA1) }, async (folder) => {
    const { refused } = await resultOf([folder]);
    assert.deepEqual(
      refused.map((r) => r.code),
      ['file.check_failed'],
    );
  });
});

test('a document that is surveyed in a thread of its own is checked there', async () => {
  const large = Buffer.alloc(33 * 2 ** 20, 'a line\n');
  const hash = createHash('sha1').update(large).digest('hex');
  await withFiles({ 'bill.csv': large, 'bill.csv.sha1': hash }, async (folder) => {
    assert.deepEqual(await openedWith([folder]), [[[hash, hash]]]);
  });
});

test('without a known hash nothing is computed and nothing is claimed', async () => {
  await withFiles({ 'bill.csv': BILL }, async (folder) => {
    assert.deepEqual(checksOf(await resultOf([folder])), []);
  });
});

test('what only looks like a side file is a document like any other', async () => {
  for (const [name, text] of [
    ['bill.json', '{"hash_value": "x"}'],
    ['bill.csv.json', answer(SHA1, 'MD5')],
    ['bill.csv.sha1', 'none'],
    ['other.csv.json', answer(SHA1)],
  ] as const) {
    await withFiles({ 'bill.csv': BILL, [name]: text }, async (folder) => {
      const result = await resultOf([folder]);
      assert.deepEqual(
        result.refused.map((r) => [r.file.endsWith(name), r.code]),
        [[true, 'file.unknown_format']],
      );
      assert.deepEqual(checksOf(result), []);
    });
  }
});

test('--sha1 on reconcile and sniff: goes before what lies beside, must name a document and be a hash', async () => {
  await withFiles({ 'bi=ll.csv': BILL, 'bi=ll.csv.sha1': OTHER }, (folder) => {
    const bill = join(folder, 'bi=ll.csv');
    const run = (command: string, ...args: string[]) =>
      spawnSync(process.execPath, [join(ROOT, 'src', 'main.ts'), command, bill, ...args], { encoding: 'utf8' });
    for (const command of ['reconcile', 'sniff']) {
      const right = run(command, '--sha1', `${bill}=${SHA1}`, '--json');
      assert.notEqual(right.status, 2, right.stderr);
      assert.ok(right.stdout.includes(`"expected": "${SHA1}"`));
      assert.equal(run(command, '--sha1', `${bill}=${OTHER}`).status, 2);
      assert.equal(run(command, '--sha1', `${folder}/elsewhere.csv=${SHA1}`).status, 64);
      assert.equal(run(command, '--sha1', `${bill}=${SHA1.slice(1)}`).status, 64);
      assert.equal(run(command, '--sha1', SHA1).status, 64);
    }
  });
});
