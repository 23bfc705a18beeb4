import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as XLSX from '@e965/xlsx';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { readCells } from '../../../tests/support/papers.ts';
import { type Cell, columnName, type Sheet, workbookBytes } from './workbook.ts';

const sheetOf = (rows: Sheet['rows'], more: Partial<Sheet> = {}): Sheet => ({
  name: '差错',
  widths: [20, 20, 20],
  rows,
  ...more,
});
const bytesOf = (...sheets: Sheet[]): Uint8Array => workbookBytes(sheets, '宋体');
const partOf = (bytes: Uint8Array, name: string): string => new TextDecoder().decode(unzipSync(bytes)[name]);
const SHEET = 'xl/worksheets/sheet1.xml';
const onlySheet = (book: XLSX.WorkBook): XLSX.WorkSheet => book.Sheets[book.SheetNames[0]!]!;

test('an amount goes into its cell digit by digit', async () => {
  const amounts = ['0', '0.00', '-0.05', '12000', '1234.50', '-1234567.123', '0.60000', '9999999999999.99'];
  const bytes = bytesOf(sheetOf(amounts.map((amount) => [{ amount }])));
  for (const amount of amounts) assert.ok(partOf(bytes, SHEET).includes(`<v>${amount}</v>`), amount);
  // The reader drops zeros at the end, which are no part of a number's value.
  const plain = (text: string): string => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  const { rows } = await readCells(bytes);
  assert.deepEqual(
    rows.map(([cell]) => cell),
    amounts.map(plain),
  );
});

test('F38 an amount with more digits than a spreadsheet keeps stands as text, whole', async () => {
  const amounts = ['1234567890123456.78', '-92233720368547758.07', '10000000000000.01', '9223372036854775807'];
  const bytes = bytesOf(sheetOf(amounts.map((amount) => [{ amount }])));
  assert.ok(!partOf(bytes, SHEET).includes('<v>'));
  assert.deepEqual(
    (await readCells(bytes)).rows,
    amounts.map((amount) => [amount]),
  );
  // Zeros at the end are no digits to lose.
  const round = bytesOf(sheetOf([[{ amount: '100000000000000.00' }]]));
  assert.ok(partOf(round, SHEET).includes('<v>100000000000000.00</v>'));
});

test('what is no amount is a bug, not a cell', () => {
  for (const amount of ['1e3', '', '1,000', '=1', 'NaN', '1.']) {
    assert.throws(() => bytesOf(sheetOf([[{ amount }]])), TypeError, amount);
  }
});

test('numbers show the decimals of their currency', () => {
  const bytes = bytesOf(sheetOf([[{ amount: '12000' }, { amount: '12.00' }, { amount: '12.000' }]]));
  const book = XLSX.read(bytes, { cellNF: true });
  const cells = onlySheet(book);
  assert.deepEqual(
    ['A1', 'B1', 'C1'].map((at) => [cells[at].z, cells[at].w]),
    [
      ['#,##0', '12,000'],
      ['#,##0.00', '12.00'],
      ['#,##0.000', '12.000'],
    ],
  );
});

test('F36 text never becomes a formula', async () => {
  const hostile = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '＝1',
    "=cmd|' /C calc'!A0",
    '{=1}',
    `=${'A'.repeat(300)}`,
  ];
  const bytes = bytesOf(sheetOf(hostile.map((text) => [{ text }])));
  for (const [name, data] of Object.entries(unzipSync(bytes))) {
    assert.doesNotMatch(new TextDecoder().decode(data), /<f[ >/]|<hyperlink|<oleObject|externalLink/, name);
  }
  assert.deepEqual(
    (await readCells(bytes)).rows,
    hostile.map((text) => [text]),
  );
  const book = XLSX.read(bytes, { cellNF: true });
  const cells = Object.entries(onlySheet(book)).filter(([at]) => !at.startsWith('!'));
  for (const [at, cell] of cells) {
    assert.equal(cell.t, 's', at);
    assert.equal(cell.f, undefined, at);
    // In text format, or behind a quote where that format would show ####: editing the cell does not run it either.
    assert.ok(cell.z === '@' || at === 'A10', `${at} ${cell.z}`);
  }
  assert.match(partOf(bytes, 'xl/styles.xml'), /quotePrefix="1"/);
});

test('characters that XML 1.0 forbids are replaced, the others come through', async () => {
  const hostile = 'a\u0000b\u0008c\u001b[2Jd\ufffee\ud800f';
  const kept = '制表\t换行\n"引号" <b>&amp; 😀 \u202e\u007f ]]> _x0041_ _x005F_';
  const { rows } = await readCells(bytesOf(sheetOf([[{ text: hostile }, { text: kept }, { text: 'a\r\nb\rc' }]])));
  assert.deepEqual(rows, [['a\ufffdb\ufffdc\ufffd[2Jd\ufffde\ufffdf', kept, 'a\nb\nc']]);
});

test('law: any text is read back as it was written', async () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(texts, async (list) => {
      const wellFormed = list.filter((t) => !/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/.test(t));
      fc.pre(wellFormed.length > 0);
      const { rows } = await readCells(bytesOf(sheetOf(wellFormed.map((text) => [{ text }]))));
      assert.deepEqual(
        rows,
        wellFormed.map((text) => [text]),
      );
    }),
    { numRuns: 25 },
  );
});

test('a cell longer than a spreadsheet takes is cut between characters, with a mark', async () => {
  const { rows } = await readCells(bytesOf(sheetOf([[{ text: '😀'.repeat(20_000) }]])));
  const text = rows[0]![0]!;
  assert.ok(text.length <= 32_767 && text.length > 32_700, String(text.length));
  assert.ok(text.endsWith('😀…'));
});

test('days are dates, and what is no day stays text', async () => {
  const dates = ['2026-11-20', '1900-03-01', '1899-12-31', '2026-11-20 10:00:00+08:00'];
  const { rows } = await readCells(bytesOf(sheetOf([dates.map((date) => ({ date }))])));
  assert.deepEqual(rows, [dates]);
});

test('sheet names are made to fit, and no two are alike', () => {
  const names = ['a/b:c[1]*?\\', 'Bank', 'bank', 'x'.repeat(40), 'x'.repeat(50), '', "'quoted'"];
  const book = XLSX.read(
    bytesOf(...names.map((name) => sheetOf([[{ text: 'x' }]], { name, headerRows: 1, filterTo: 1 }))),
  );
  assert.equal(book.SheetNames.length, names.length);
  assert.deepEqual(book.SheetNames.slice(0, 3), ['a b c 1', 'Bank', 'bank (2)']);
  assert.deepEqual(book.SheetNames.slice(3, 5), ['x'.repeat(31), `${'x'.repeat(27)} (2)`]);
  assert.deepEqual(book.SheetNames.slice(5), ['Sheet', 'quoted']);
});

test('another reader sees the header, the filter and the merged title', () => {
  const rows: Cell[][] = [
    [{ text: '标题', bold: true }],
    [{ text: 'a' }, null, { count: 1234 }],
    [{ empty: true, border: true }],
  ];
  const bytes = bytesOf(sheetOf(rows, { merges: ['A1:C1'], headerRows: 1, filterTo: 2 }));
  const sheet = onlySheet(XLSX.read(bytes));
  assert.deepEqual(sheet['!merges'], [{ s: { r: 0, c: 0 }, e: { r: 0, c: 2 } }]);
  assert.deepEqual(sheet['!autofilter'], { ref: 'A1:C2' });
  assert.equal(sheet.C2.v, 1234);
  assert.match(partOf(bytes, SHEET), /<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"\/>/);
  assert.match(partOf(bytes, 'xl/workbook.xml'), /_FilterDatabase" localSheetId="0" hidden="1">'差错'!\$A\$1:\$C\$2</);
});

test('the same sheets give the same bytes, whatever the time', () => {
  const make = () => bytesOf(sheetOf([[{ text: 'a', bold: true }, { amount: '1.00' }, { date: '2026-11-20' }]]));
  const bytes = make();
  assert.deepEqual(make(), bytes);
  // Every entry bears the zip format's first day: nothing tells when it was written.
  const view = Buffer.from(bytes);
  for (let at = view.indexOf('PK\x01\x02', 0, 'latin1'); at !== -1; at = view.indexOf('PK\x01\x02', at + 4, 'latin1')) {
    assert.equal(view.readUInt32LE(at + 12), 0x00210000);
  }
});

test('columns are lettered as in a spreadsheet', () => {
  const letters = [1, 26, 27, 52, 53, 702, 703].map(columnName);
  assert.deepEqual(letters, ['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
});
