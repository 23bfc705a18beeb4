import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as XLSX from '@e965/xlsx';
import { readCells } from '../../../tests/support/papers.ts';
import { cleanResult, everyItem, HOSTILE, manyBreaks, sampleResult } from '../../../tests/support/result.ts';
import type { Lang } from '../../base/lang.ts';
import { parseDecimal } from '../../base/money.ts';
import type { Break, Result } from '../result.ts';
import { breaksWorkbook, sheetOf } from './breaks.ts';
import { type Sheet, workbookBytes } from './workbook.ts';

const sample = sampleResult();

async function rowsOf(result: Result, sheet: number, lang: Lang): Promise<Record<string, string>[]> {
  const { sheets, font } = breaksWorkbook(result, lang);
  const [header, ...rows] = (await readCells(workbookBytes([sheets[sheet]!], font))).rows;
  return rows.map((row) => Object.fromEntries(header!.map((title, i) => [title!, row[i] ?? ''])));
}

const same = (a: string, b: string): boolean => {
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  return x !== undefined && y !== undefined && x.value * 10n ** BigInt(y.scale) === y.value * 10n ** BigInt(x.scale);
};

test('the header is what was promised, in both languages', async () => {
  const header = async (lang: Lang) => Object.keys((await rowsOf(sample, 0, lang))[0]!).join(' | ');
  assert.equal(
    await header('zh'),
    '编号 | 类别 | 段 | 结论 | 交货 | 原因 | 缘由 | 渠道 | 账户 | 交易日 | 差额 | 涉及金额 | 币种 | 商户订单号 | 渠道单号 | 批次号 | 银行流水号 | 出处(文件:行) | 发生了什么 | 下一步 | 谁处理 | 最迟',
  );
  assert.equal(
    await header('en'),
    'Id | Class | Joint | Verdict | Goods | Cause | Reason | Channel | Account | Business day | Difference | At stake | Currency | Order no. | Channel no. | Batch no. | Bank ref. | Source (file:line) | What happened | What to do | Owner | By',
  );
});

test('every item of the result is one row of its sheet, in order, with its exact amounts', async () => {
  for (const [sheet, list] of [sample.breaks, sample.open, sample.ambiguous].entries()) {
    const rows = await rowsOf(sample, sheet, 'en');
    assert.deepEqual(
      rows.map((r) => r.Id),
      list.map((b) => b.id),
    );
    for (const [i, b] of list.entries()) {
      assert.ok(same(rows[i]!.Difference!, b.difference.amount), b.id);
      assert.ok(same(rows[i]!['At stake']!, b.amount.amount), b.id);
      assert.equal(rows[i]!.Currency, b.difference.currency);
      assert.equal(rows[i]!['Business day'], b.businessOn ?? '');
      assert.equal(rows[i]!['What happened'], b.says.en.replaceAll(/[\u0000-\u0008\u000b-\u001f]/g, '\ufffd'));
    }
  }
  assert.ok(everyItem(sample).length > 12);
});

test('F36 hostile text stays text in every sheet, and negative amounts stay numbers', () => {
  const { sheets, font } = breaksWorkbook(sample, 'zh');
  const book = XLSX.read(workbookBytes(sheets, font), { cellNF: true });
  assert.deepEqual(book.SheetNames, ['差错', '在等', '无法确定', '未采用']);
  const texts: string[] = [];
  let negative = 0;
  for (const name of book.SheetNames) {
    for (const [at, cell] of Object.entries(book.Sheets[name]!)) {
      if (at.startsWith('!')) continue;
      assert.equal(cell.f, undefined, `${name} ${at}`);
      if (cell.t === 's') texts.push(cell.v);
      else if (cell.t === 'n' && cell.v < 0) negative += 1;
    }
  }
  assert.ok(negative > 0, 'a negative amount was there to stay a number');
  assert.ok(
    texts.some((t) => t.includes(HOSTILE.formula.slice(0, 20))),
    'the formula was there to stay text',
  );
  assert.ok(texts.every((t) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(t)));
});

test('where the lines stand, and who has to do what by when', async () => {
  const b = sample.breaks.find((x) => x.ours.some((e) => e.line !== undefined) && x.next.length > 0)!;
  const row = (await rowsOf(sample, 0, 'zh')).find((r) => r.编号 === b.id)!;
  const [first] = [...b.ours, ...b.theirs].filter((e) => e.file !== '');
  assert.equal(row['出处(文件:行)']!.split('\n')[0], `${first!.file}:${first!.line}`);
  assert.equal(row.下一步, b.next.map((n) => n.text.zh).join('\n'));
  assert.equal(row.谁处理!.split('\n').length, b.next.length);
});

test('refused documents and rejected lines stand in one sheet', async () => {
  const rows = await rowsOf(sample, 3, 'en');
  assert.equal(rows.length, sample.refused.length + sample.rejected.length);
  const [refused] = sample.refused;
  const [rejected] = sample.rejected;
  assert.deepEqual(rows[0], {
    ...{ What: 'whole document', Document: refused!.file, Line: '', Column: '', Value: '' },
    ...{ Code: refused!.code, Why: refused!.says.en, Remedy: refused!.remedy.en },
  });
  const line = rows.find((r) => r.What === 'one line')!;
  assert.deepEqual([line.Document, line.Line, line.Column], [rejected!.file, String(rejected!.line), rejected!.column]);
});

test('a long list of evidence is cut, and says by how much', async () => {
  const [b] = sample.breaks;
  const line = { ...b!.ours[0]!, file: 'a.csv' };
  const many: Break = { ...b!, ours: Array.from({ length: 25 }, (_, i) => ({ ...line, line: i })), theirs: [] };
  const [row] = await rowsOf({ ...sample, breaks: [many] }, 0, 'en');
  const places = row!['Source (file:line)']!.split('\n');
  assert.deepEqual([places.length, places[0], places.at(-1)], [21, 'a.csv:0', '… +5']);
});

test('a list longer than a spreadsheet bears ends with where the rest is', async () => {
  const result = manyBreaks(30);
  const column = { title: { zh: '编号', en: 'Id' }, width: 20, of: (b: Break) => ({ text: b.id }) };
  const sheet: Sheet = sheetOf('Breaks', [column], result.breaks, 'en', 10);
  const { rows } = await readCells(workbookBytes([sheet], 'Calibri'));
  assert.equal(rows.length, 12);
  assert.equal(rows[11]![0], `These are the first 10 of ${result.breaks.length}; all are in result.json.`);
  assert.equal(sheet.filterTo, 11);
});

test('a clean result has its four sheets, with headers only', async () => {
  const { sheets } = breaksWorkbook(cleanResult(), 'en');
  assert.deepEqual(
    sheets.map((s) => [s.name, s.rows.length]),
    [
      ['Breaks', 1],
      ['Waiting', 1],
      ['Several fit', 1],
      ['Not used', 1],
    ],
  );
});
