import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sheetBytes, workbookOf } from '../../tests/support/sheet.ts';
import { zipOf } from '../../tests/support/zip.ts';
import { DaozhangError, type ErrorCode } from '../base/errors.ts';
import { CHINA } from '../base/time.ts';
import { inputOf, workspace } from './open.ts';
import { numberText, readSheets, SHEET_LIMITS, type Sheet, type SheetLimits, sheetHeads } from './sheet.ts';

async function readBook(bytes: Uint8Array, limits?: SheetLimits): Promise<readonly Sheet[]> {
  const space = await workspace();
  try {
    return await readSheets(await inputOf(bytes, space, CHINA), limits);
  } finally {
    await space.remove();
  }
}

const read = async (bytes: Uint8Array, limits?: SheetLimits): Promise<Sheet> => (await readBook(bytes, limits))[0]!;

const refused = (code: ErrorCode) => (error: unknown) => error instanceof DaozhangError && error.code === code;
const row = (cells: string, number = 1): string => `<row r="${number}">${cells}</row>`;

test('every kind of cell comes as exact text, in its column and row', async () => {
  const [{ rows, name }, ...others] = (await readBook(
    sheetBytes({
      strings: [
        '<si><t>微信支付</t></si>',
        '<si><r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh><t>ya</t></rPh></si>',
      ],
      sheets: [
        {
          name: '账单',
          rows:
            row('<c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c>') +
            row(
              '<c r="B3" t="inlineStr"><is><t>¥12.00 &amp; x_x000D_</t></is></c><c r="C3" t="str"><f>A1</f><v>4200001234567890123456789012</v></c>' +
                '<c r="D3" t="b"><v>1</v></c><c r="E3" t="e"><v>#N/A</v></c><c r="F3"/><c r="G3"><v>4200001234567890123456789012</v></c>',
              3,
            ),
        },
        { name: '说明', rows: '' },
        { name: '隐藏', rows: '', state: 'hidden' },
      ],
    }),
  )) as [Sheet, ...Sheet[]];
  assert.equal(name, '账单');
  assert.deepEqual(others, [{ name: '说明', rows: [] }]);
  assert.deepEqual(rows, [
    ['微信支付', null, 'a b'],
    [],
    [null, '¥12.00 & x\r', '4200001234567890123456789012', 'TRUE', '#N/A', null, '4200001234567890123456789012'],
  ]);
});

test('F38 a number keeps the digits its author typed, and never gains one', () => {
  const cases: [written: string, text: string][] = [
    ['35.2', '35.2'],
    ['35.200000000000003', '35.2'],
    ['1234567.8899999999', '1234567.89'],
    ['0.10000000000000001', '0.1'],
    ['9.9999999999999996E-2', '0.1'],
    ['-0.05', '-0.05'],
    ['12.50', '12.5'],
    ['100', '100'],
    ['1E3', '1000'],
    ['1.5E+3', '1500'],
    ['1.234567E-2', '0.01234567'],
    ['0', '0'],
    ['0.0', '0'],
    ['-0.0', '0'],
    ['9007199254740993', '9007199254740993'],
    ['4200001234567890123456789012', '4200001234567890123456789012'],
    ['4.2E+27', '4.2E+27'],
    ['123456789012345.67', '123456789012345.67'],
    ['12345678901.120001', '12345678901.12'],
    ['0.30000000000000004', '0.3'],
    ['abc', 'abc'],
  ];
  for (const [written, text] of cases) assert.equal(numberText(written), text, written);
});

test('a number in a date style is a date, to the second; the same number without it is a number', async () => {
  const cells = ['46346.5860069444', '46346', '0.25', '46346.999999', '59', '-1', '2958466', '46346.5']
    .map((v, i) => `<c r="A${i + 1}" s="1"><v>${v}</v></c>`)
    .map((c, i) => row(c, i + 1));
  const styles = (code: string) => `<numFmts><numFmt numFmtId="164" formatCode="${code}"/></numFmts>`;
  const at = async (code: string, date1904 = false) => {
    const { rows } = await read(
      sheetBytes({ sheets: [{ rows: cells.join('') }], numFmts: styles(code), cellXfs: ['0', '164'], date1904 }),
    );
    return rows.map((r) => r[0]);
  };
  assert.deepEqual(await at('yyyy\\-mm\\-dd\\ hh\\:mm\\:ss'), [
    '2026-11-20 14:03:51',
    '2026-11-20 00:00:00',
    '0.25',
    '2026-11-21 00:00:00',
    '59',
    '-1',
    '2958466',
    '2026-11-20 12:00:00',
  ]);
  assert.deepEqual((await at('yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;'))[1], '2026-11-20');
  assert.deepEqual((await at('h:mm:ss'))[2], '06:00:00');
  assert.deepEqual((await at('[$-804]yyyy/m/d', true))[1], '2030-11-21');
  for (const plain of ['¥#,##0.00', '0.00E+00', 'General', '[Red]0.00;[Blue]-0.00', '&quot;days&quot;0']) {
    assert.deepEqual((await at(plain))[7], '46346.5', plain);
  }
  const builtin = sheetBytes({ sheets: [{ rows: cells.join('') }], cellXfs: ['0', '22'] });
  assert.equal((await read(builtin)).rows[0]![0], '2026-11-20 14:03:51');
});

test('rows and cells without a reference follow each other', async () => {
  const { rows } = await read(
    sheetBytes({ sheets: [{ rows: '<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>' }] }),
  );
  assert.deepEqual(rows, [['1', '2'], ['3']]);
});

test('the head for detection: the first rows of a workbook, nothing for another zip, another office document or plain text', async () => {
  const many = Array.from({ length: 60 }, (_, i) => [`row ${i + 1}`]);
  const space = await workspace();
  try {
    const [head] = sheetHeads(await inputOf(workbookOf(many), space, CHINA));
    assert.equal(head?.rows.length, 40);
    assert.deepEqual(head.rows[39], ['row 40']);
    const member = (name: string) => ({ name: Buffer.from(name), data: Buffer.from('<x/>') });
    const letter = zipOf([member('[Content_Types].xml'), member('word/document.xml')]);
    assert.deepEqual(sheetHeads(await inputOf(letter, space, CHINA)), []);
    assert.deepEqual(sheetHeads(await inputOf(Buffer.from('PK, not a zip'), space, CHINA)), []);
  } finally {
    await space.remove();
  }
});

test('F28 F29 F31 a damaged, encrypted, oversized or hostile workbook is refused with its reason', async () => {
  const sound = workbookOf([['a', 'b'], ['c']]);
  const part = (name: string, data: string) => ({ name: Buffer.from(name), data: Buffer.from(data) });
  const flip = (find: string, change: (bytes: Buffer, at: number) => void): Buffer => {
    const bytes = Buffer.from(sound);
    change(bytes, bytes.indexOf(find));
    return bytes;
  };
  const at = (bytes: Buffer, name: string) => bytes.lastIndexOf(name) - 46;
  await assert.rejects(read(sound.subarray(0, sound.length - 30)), refused('file.cut'));
  await assert.rejects(
    read(flip('PK', (b) => b.writeUInt8(b[at(b, 'xl/workbook.xml') + 8]! | 1, at(b, 'xl/workbook.xml') + 8))),
    refused('file.archive'),
  );
  await assert.rejects(
    read(flip('PK', (b) => b.writeUInt32LE(1, at(b, 'xl/worksheets/sheet1.xml') + 16))),
    refused('file.corrupt'),
  );
  await assert.rejects(read(zipOf([part('xl/workbook.xml', '<workbook/>')])), refused('file.corrupt'));
  await assert.rejects(read(zipOf([part('readme.txt', 'x')])), refused('file.corrupt'));
  const hostile = '<!DOCTYPE sst [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>';
  await assert.rejects(read(sheetBytes({ sharedXml: hostile, sheets: [{ rows: '' }] })), refused('file.corrupt'));
  await assert.rejects(read(sheetBytes({ sheets: [{ rows: row('<c t="s"><v>9</v></c>') }] })), refused('file.corrupt'));
  await assert.rejects(read(sheetBytes({ sheets: [{ rows: '<row><c>' }] })), refused('file.corrupt'));
  await assert.rejects(read(sheetBytes({ sheets: [{ rows: row('', 2) + row('', 1) }] })), refused('file.corrupt'));
  await assert.rejects(
    read(sheetBytes({ sheets: [{ rows: row('<c r="ZZZ1"><v>1</v></c>') }] })),
    refused('file.corrupt'),
  );
  await assert.rejects(read(sheetBytes({ sheets: [{ rows: row('', 9_999_999) }] })), refused('file.too_large'));
  const limits = (change: Partial<SheetLimits>): SheetLimits => ({ ...SHEET_LIMITS, ...change });
  await assert.rejects(read(sound, limits({ cells: 2 })), refused('file.too_large'));
  await assert.rejects(read(sound, limits({ rows: 1 })), refused('file.too_large'));
  await assert.rejects(read(sound, limits({ packed: 100 })), refused('file.too_large'));
  await assert.rejects(read(sound, limits({ part: 100 })), refused('file.too_large'));
  await assert.rejects(read(sheetBytes({ sheets: [{ rows: ' '.repeat(12 * 2 ** 20) }] })), refused('file.bomb'));
});

test('F10 any flipped bit in a workbook is refused or changes nothing that is read', async () => {
  const sound = Buffer.from(
    workbookOf([
      ['交易时间', '金额'],
      ['2026-11-20 14:03:01', '12.30'],
    ]),
  );
  const expected = JSON.stringify((await read(sound)).rows);
  let refusals = 0;
  for (let at = 0; at < sound.length; at += 7) {
    const damaged = Buffer.from(sound);
    damaged[at]! ^= 0x10;
    try {
      assert.equal(JSON.stringify((await read(damaged)).rows), expected, `byte ${at}`);
    } catch (error) {
      assert.ok(error instanceof DaozhangError, `byte ${at}: ${error}`);
      refusals += 1;
    }
  }
  assert.ok(refusals > 50, `${refusals}`);
});
