import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { DaozhangError } from '../base/errors.ts';
import { CHINA } from '../base/time.ts';
import type { Encoding, Input } from './format.ts';
import { type Workspace, workspace } from './open.ts';
import { eachRecord, excerpt, LONGEST_RECORD, scanRecords, toUtf8 } from './records.ts';

let space: Workspace;
before(async () => {
  space = await workspace();
});
after(() => space.remove());

/** A document whose chunks are as small as wanted: what stands at their edges must not matter. */
function inputOf(bytes: Uint8Array, encoding: Encoding, chunk = bytes.length): Input {
  return {
    ...{ name: 'memory', path: '', size: bytes.length, sha256: '', zone: CHINA, text: '', tail: '', encoding },
    hasQuote: true,
    bytes: bytes.subarray(0, 65536),
    async *chunks() {
      for (let i = 0; i < bytes.length; i += Math.max(1, chunk)) yield bytes.subarray(i, i + Math.max(1, chunk));
    },
  };
}

const WAYS = [
  ['utf-8', 'utf8', false],
  ['utf-8', 'utf8', true],
  ['gb18030', 'gb18030', false],
  ['utf-16le', 'utf16le', true],
  ['utf-16be', 'utf16be', true],
  ['utf-16le', 'utf16le', false],
] as const;

type Place = readonly [at: number, length: number];

/** Where records lie, by encoding them one at a time. */
function placesOf(
  records: readonly string[],
  ends: readonly string[],
  to: string,
  bom: boolean,
): { bytes: Uint8Array; places: Place[] } {
  let at = bom ? iconv.encode('', to, { addBOM: true }).length : 0;
  const places = records.map((record, i): Place => {
    const place = [at, iconv.encode(record, to).length] as const;
    at += iconv.encode(record + ends[i]!, to).length;
    return place;
  });
  return { bytes: iconv.encode(records.map((record, i) => record + ends[i]!).join(''), to, { addBOM: bom }), places };
}

async function scanned(input: Input, delimiter: string): Promise<Place[]> {
  const places: Place[] = [];
  await scanRecords(input, delimiter, (at, length, data, from) => {
    assert.ok(from + length <= data.length);
    places.push([at, length]);
  });
  return places;
}

/** 丢 is 4E22, 丬 is 4E2C, ਊ is 0A0A: in UTF-16 their bytes look like a quote, a comma and line ends. */
const RECORDS = [
  '订单号,金额',
  '"拿铁,大杯\n少冰",1.00',
  '',
  '"",丢"丬ਊ',
  'a,"x ""y""\r\nz"',
  '"丢丢,\n丬丬",2',
  'last,3',
];

for (const [encoding, to, bom] of WAYS) {
  test(`places are exact in ${to}${bom ? ' with a mark' : ''}, whatever the line ends and wherever the chunks end`, async () => {
    for (const end of ['\n', '\r\n']) {
      for (const last of [end, '']) {
        const records = to === 'gb18030' ? RECORDS.map((r) => r.replaceAll('ਊ', '中')) : RECORDS;
        const ends = records.map((_, i) => (i === records.length - 1 ? last : end));
        const { bytes, places } = placesOf(records, ends, to, bom);
        for (let chunk = 1; chunk <= bytes.length; chunk++) {
          assert.deepEqual(
            await scanned(inputOf(bytes, encoding, chunk), ','),
            places,
            `${JSON.stringify(end)}, chunks of ${chunk}`,
          );
        }
      }
    }
  });
}

test('any fields, quoted or not, in any encoding, cut into any chunks', async () => {
  const letter = fc.constantFrom('a', '1', '"', ',', '\n', '\r', '中', '丢', '丬', 'é', ' ', '\t', '|', '亖');
  const field = fc.oneof(
    fc.array(letter, { maxLength: 6 }).map((letters) => `"${letters.join('').replaceAll('"', '""')}"`),
    fc.array(fc.constantFrom('a', '1', '中', '丢', '丬', ' '), { maxLength: 6 }).map((letters) => letters.join('')),
  );
  const record = fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => fields.join(','));
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom(...WAYS),
      fc.integer({ min: 1, max: 40 }),
      async (records, end, [encoding, to, bom], chunk) => {
        const { bytes, places } = placesOf(
          records,
          records.map(() => end),
          to,
          bom,
        );
        assert.deepEqual(await scanned(inputOf(bytes, encoding, chunk), ','), places);
      },
    ),
    { numRuns: 300 },
  );
});

test('without a delimiter a quote is a letter like any other', async () => {
  const { bytes, places } = placesOf(['`"a', '`b'], ['\r\n', '\n'], 'utf8', true);
  for (let chunk = 1; chunk <= bytes.length; chunk++)
    assert.deepEqual(await scanned(inputOf(bytes, 'utf-8', chunk), ''), places);
});

test('a quote far away is looked for once, not once a record', async () => {
  const line = 'a,b\n';
  const bytes = Buffer.from(`${line.repeat(2 ** 21)}"x\ny",z\n`);
  const started = process.hrtime.bigint();
  let records = 0;
  await scanRecords(inputOf(bytes, 'utf-8'), ',', () => {
    records += 1;
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  assert.equal(records, 2 ** 21 + 1);
  // Once a record it would be eight trillion bytes.
  assert.ok(seconds < 20, `${seconds} s`);
});

async function refused(work: Promise<unknown>): Promise<DaozhangError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof DaozhangError, String(error));
    return error;
  }
  assert.fail('taken');
}

test('F34 a quote that is never closed is a cut, told with the record it opens in', async () => {
  for (const chunk of [1, 5, 1000]) {
    const error = await refused(scanned(inputOf(Buffer.from('a,b\nc,"d\ne,f\n'), 'utf-8', chunk), ','));
    assert.deepEqual([error.code, error.params.offset], ['file.cut', 4]);
  }
  const endless = Buffer.concat([Buffer.from('a,"'), Buffer.alloc(LONGEST_RECORD + 10, 'x\n')]);
  assert.equal((await refused(scanned(inputOf(endless, 'utf-8', 65536), ','))).code, 'file.cut');
});

test('F34 a field of 2 MB without a line end is no document of ours', async () => {
  const error = await refused(scanned(inputOf(Buffer.alloc(LONGEST_RECORD + 100_000, 'x'), 'utf-8', 65536), ','));
  assert.equal(error.code, 'file.layout');
});

test('records are decoded one by one; the row and the place of a bad one are told', async () => {
  const bytes = Buffer.concat([iconv.encode('订单号\n拿铁\n', 'gbk'), Buffer.from([0xff, 0xff]), Buffer.from('\n')]);
  const texts: string[] = [];
  const error = await refused(
    eachRecord(inputOf(bytes, 'gb18030', 3), ({ row, text }) => texts.push(`${row} ${text}`)),
  );
  assert.deepEqual(texts, ['1 订单号', '2 拿铁']);
  assert.deepEqual([error.code, error.params.offset], ['file.encoding', 12]);
});

test('a copy in UTF-8 says the same; a bad byte is found exactly, in any chunk', async () => {
  const text = '交易时间,金额\r\n2026-11-20,38.00\r\n'.repeat(20);
  for (const [encoding, to, bom] of WAYS) {
    const path = space.next();
    await toUtf8(inputOf(iconv.encode(text, to, { addBOM: bom }), encoding, 7), path);
    assert.equal(await readFile(path, 'utf8'), text);
  }
  const sound = iconv.encode(text, 'gbk');
  const broken = Buffer.concat([sound, Buffer.from([0xff]), sound]);
  for (const chunk of [1, 10, 333, 100_000]) {
    const error = await refused(toUtf8(inputOf(broken, 'gb18030', chunk), space.next()));
    assert.deepEqual([error.code, error.params.offset], ['file.encoding', sound.length], `chunks of ${chunk}`);
  }
});

test('the raw text of a line is found again by its place', async () => {
  for (const [encoding, to, bom] of WAYS) {
    const { bytes, places } = placesOf(['订单号,金额', 'A1,38.00'], ['\r\n', '\r\n'], to, bom);
    const path = space.next();
    await writeFile(path, bytes);
    assert.equal(await excerpt(path, ...places[1]!, encoding), 'A1,38.00');
    assert.equal(await excerpt(path, ...places[0]!, encoding), '订单号,金额');
  }
});
