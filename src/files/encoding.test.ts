import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { bytesOf, wechatTradeBill } from '../../tests/support/bills.ts';
import { read } from '../../tests/support/reading.ts';
import { DaozhangError } from '../base/errors.ts';
import { CHINA } from '../base/time.ts';
import { EncodingWatch } from './encoding.ts';
import type { Encoding } from './format.ts';
import { inputOf, type Workspace, workspace } from './open.ts';

let space: Workspace;
before(async () => {
  space = await workspace();
});
after(() => space.remove());

const TEXT = '交易时间,商户订单号,订单金额（元）\r\n2026-11-20 08:01:02,A1001,38.00\r\n拿铁,大杯,少冰\r\n';
const RARE = '𠮷野家 🍜 龘';

const ways: ReadonlyArray<readonly [string, Uint8Array, Encoding]> = [
  ['ASCII', Buffer.from('a,b\n1,2\n'), 'utf-8'],
  ['UTF-8', Buffer.from(TEXT), 'utf-8'],
  ['UTF-8 with a mark', iconv.encode(TEXT, 'utf8', { addBOM: true }), 'utf-8'],
  ['GBK', iconv.encode(TEXT, 'gbk'), 'gb18030'],
  ['GB18030 with characters of four bytes', iconv.encode(`${TEXT}${RARE}\n`, 'gb18030'), 'gb18030'],
  ['UTF-16LE with a mark', iconv.encode(TEXT, 'utf16le', { addBOM: true }), 'utf-16le'],
  ['UTF-16BE with a mark', iconv.encode(TEXT, 'utf16be', { addBOM: true }), 'utf-16be'],
  ['UTF-16LE without a mark', iconv.encode(TEXT, 'utf16le'), 'utf-16le'],
  ['UTF-16BE without a mark', iconv.encode(TEXT, 'utf16be'), 'utf-16be'],
  ['Windows-1252', iconv.encode('Käufer;Betrag\nMüller;12,50 €\n', 'win1252'), 'windows-1252'],
];

for (const [what, bytes, encoding] of ways) {
  test(`F33 ${what} is told from the others`, async () => {
    const input = await inputOf(bytes, space, CHINA);
    assert.equal(input.encoding, encoding);
    assert.equal(input.text, new TextDecoder(encoding).decode(bytes));
    assert.doesNotMatch(input.text, /\ufffd/);
  });
}

async function refusedAt(bytes: Uint8Array): Promise<number> {
  try {
    const { encoding } = await inputOf(bytes, space, CHINA);
    assert.fail(`taken as ${encoding}`);
  } catch (error) {
    assert.ok(error instanceof DaozhangError, String(error));
    assert.equal(error.code, 'file.encoding');
    return Number(error.params.offset);
  }
}

test('F33 a mix is refused with the byte where the other encoding begins', async () => {
  const [utf8, gbk] = [Buffer.from(TEXT), iconv.encode(TEXT, 'gbk')];
  assert.equal(await refusedAt(Buffer.concat([utf8, gbk])), utf8.length);
  assert.equal(await refusedAt(Buffer.concat([utf8, utf8, utf8, gbk])), utf8.length * 3);
  assert.equal(await refusedAt(Buffer.concat([gbk, gbk, gbk, utf8])), gbk.length * 3);
  assert.equal(await refusedAt(Buffer.concat([iconv.encode(TEXT, 'utf8', { addBOM: true }), gbk])), utf8.length + 3);
});

test('what is no text is not refused as text', async () => {
  const packed = gzipSync(Buffer.from(TEXT.repeat(50))).subarray(10);
  // By chance its first bytes are a character in UTF-8.
  for (const magic of ['PK\x03\x04\x14\x00中文', '\x89PNG\x1a\x00é', '\xd0\xcf\x11\xe0\x00\x00\x00中文']) {
    const input = await inputOf(Buffer.concat([Buffer.from(magic), packed]), space, CHINA);
    assert.notEqual(input.encoding, 'utf-8');
  }
});

test('F33 UTF-8 that ends within a character is refused there', async () => {
  const bytes = Buffer.from('金额,'.repeat(50));
  const whole = Buffer.concat([bytes, Buffer.from('元')]);
  assert.equal(await refusedAt(whole.subarray(0, whole.length - 1)), bytes.length);
});

test('F33 GBK that no character of is broken is read; one that breaks is refused where it breaks', async () => {
  const bill = { ...wechatTradeBill(), encoding: 'gb18030', bom: false } as const;
  const sound = Buffer.from(bytesOf(bill));
  assert.equal((await read(sound)).lines.length, 20);
  const at = sound.indexOf(iconv.encode('拿铁', 'gbk'), 4000);
  const broken = Buffer.concat([sound.subarray(0, at + 1), Buffer.from([0xff]), sound.subarray(at + 2)]);
  await assert.rejects(read(broken), (error) => {
    assert.ok(error instanceof DaozhangError);
    assert.equal(error.code, 'file.encoding');
    assert.ok(Math.abs(Number(error.params.offset) - at) <= 2, `${error.params.offset} is not at ${at}`);
    return true;
  });
});

test('the same bill in every encoding gives the same lines', async () => {
  const bill = wechatTradeBill();
  const text = bytesOf({ ...bill, bom: false }).toString();
  const plain = ({ byte_at, byte_length, ...line }: Record<string, unknown>) => line;
  const wanted = (await read(Buffer.from(text))).lines.map(plain);
  assert.equal(wanted.length, 20);
  for (const [to, addBOM] of [
    ['gb18030', false],
    ['utf16le', true],
    ['utf16be', true],
    ['utf16le', false],
    ['utf8', true],
  ] as const) {
    assert.deepEqual((await read(iconv.encode(text, to, { addBOM }))).lines.map(plain), wanted, to);
  }
});

test('the verdict does not depend on where the chunks end', () => {
  for (const [what, bytes, encoding] of ways) {
    if (encoding.startsWith('utf-16')) continue;
    for (let size = 1; size <= 7; size++) {
      const watch = new EncodingWatch();
      for (let i = 0; i < bytes.length; i += size) watch.push(bytes.subarray(i, i + size));
      // Chunks of a few bytes split every pair; then only UTF-8 is certain.
      const verdict = watch.verdict();
      if (encoding === 'utf-8') assert.deepEqual(verdict, { encoding }, `${what}, ${size}`);
      else assert.notDeepEqual(verdict, { encoding: 'utf-8' }, `${what}, ${size}`);
    }
  }
});

test('many names and rare hanzi in GB18030 are not taken for UTF-8', async () => {
  // Every hanzi of GB 2312, in order, is the worst there is: rare ones stand beside rare ones.
  const all: number[] = [];
  for (let lead = 0xb0; lead <= 0xf7; lead++)
    for (let trail = 0xa1; trail <= 0xfe; trail++) if (lead !== 0xd7 || trail < 0xfa) all.push(lead, trail);
  const bytes = Buffer.from(all);
  assert.doesNotMatch(iconv.decode(bytes, 'gbk'), /\ufffd/);
  assert.equal(
    (await inputOf(Buffer.concat([iconv.encode(TEXT.repeat(400), 'gbk'), bytes]), space, CHINA)).encoding,
    'gb18030',
  );
});
