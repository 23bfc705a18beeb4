import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanResult, manyBreaks, sampleResult } from '../../../tests/support/result.ts';
import { columns, terminalSummary } from './terminal.ts';
import { cutTo, padEnd, padStart, printable, widthOf } from './width.ts';

const plain = { colour: false, width: 100 };

test('a Chinese character takes two cells, a mark none', () => {
  const table: [string, number][] = [
    ['', 0],
    ['abc', 3],
    ['到账', 4],
    ['¥1,234.50', 9],
    ['\uff08全角\uff09', 8],
    ['カード', 6],
    ['한글', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['𠮷', 2],
    ['→ … ✓', 5],
  ];
  for (const [text, width] of table) assert.equal(widthOf(text), width, text);
});

test('cutting never splits a character and never exceeds the width', () => {
  assert.equal(cutTo('到账对账', 8), '到账对账');
  assert.equal(cutTo('到账对账', 7), '到账对…');
  assert.equal(cutTo('到账对账', 6), '到账…');
  assert.equal(cutTo('到账', 1), '…');
  assert.equal(cutTo('到账', 0), '');
  for (let width = 0; width < 20; width++) assert.ok(widthOf(cutTo('a到b账c👍d对', width)) <= width);
  assert.equal(padEnd('到', 4), '到  ');
  assert.equal(padStart('到', 4), '  到');
});

test('columns line up whatever is in them', () => {
  const lines = columns(
    [
      ['订单', '1.00', 'x'],
      ['channel', '12,345.00', 'y'],
      ['银行流水', '0.10', 'z'],
    ],
    [1],
    80,
  );
  const ends = lines.map((line) => widthOf(line.slice(0, line.search(/[xyz]$/))));
  assert.deepEqual(new Set(ends).size, 1, lines.join('\n'));
});

test('a table that is too wide loses its least important columns first', () => {
  const rows = [['joint', '512,300.00', '511,176.70', '0.00 ✓']];
  assert.deepEqual(columns(rows, [1, 2, 3], 60, [1, 2]), ['  joint  512,300.00  511,176.70  0.00 ✓']);
  assert.deepEqual(columns(rows, [1, 2, 3], 30, [1, 2]), ['  joint  511,176.70  0.00 ✓']);
  assert.deepEqual(columns(rows, [1, 2, 3], 20, [1, 2]), ['  joint  0.00 ✓']);
});

for (const lang of ['zh', 'en'] as const) {
  test(`${lang}: sentence, documents, proof, breaks, what waits, where the report is`, () => {
    const result = sampleResult();
    const text = terminalSummary(result, lang, { ...plain, report: './out/report.html' });
    const [first] = text.split('\n');
    assert.match(first!, lang === 'zh' ? /^! 不完整 .*2,004 笔订单里,1,987 笔/ : /^! Incomplete .*1,987 of 2,004/);
    for (const d of result.documents) assert.ok(text.includes(d.file.slice(0, 8)), d.file);
    assert.ok(text.includes(result.refused[0]!.says[lang]) && text.includes(result.refused[0]!.remedy[lang]));
    assert.equal(text.match(/0(\.00)? ✓/g)!.length, result.proof.length);
    // Ten of twelve, and the yen are not forgotten behind the yuan.
    const ids = result.breaks.filter((b) => text.includes(b.id));
    assert.equal(ids.length, 10);
    assert.ok(ids.some((b) => b.amount.currency === 'JPY'));
    assert.match(text, /11月订单\.csv:\d+/);
    assert.match(text, lang === 'zh' ? /2026-11-24 还有 1 天/ : /2026-11-24 in 1 day/);
    assert.ok(text.endsWith('./out/report.html\n'));
  });

  test(`${lang}: a hostile document cannot steer the terminal`, () => {
    const result = sampleResult();
    const breaks = result.breaks.filter((b) => b.amount.amount === '9.90');
    const text = terminalSummary({ ...result, breaks }, lang, { colour: false, width: 1000 });
    assert.ok(text.includes('\ufffd'));
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  });

  test(`${lang}: no row of a table is wider than the terminal`, () => {
    for (const width of [40, 60, 80, 100, 160]) {
      const rows = terminalSummary(sampleResult(), lang, { colour: false, width })
        .split('\n')
        .filter((line) => line.startsWith('  ') && !/✗ (未采用|not used)|^ {4}\S/.test(line));
      assert.ok(rows.length > 30);
      for (const row of rows) assert.ok(widthOf(row) <= width, `${width}: ${widthOf(row)} ${row}`);
    }
  });
}

test('the residual is seen even where there is little room', () => {
  const text = terminalSummary(sampleResult(), 'zh', { colour: false, width: 50 });
  assert.equal(text.match(/0(\.00)? ✓/g)!.length, 4, text);
});

test('colour says nothing that the text does not', () => {
  const coloured = terminalSummary(sampleResult(), 'zh', { colour: true, width: 100 });
  assert.ok(coloured.includes('\u001b['));
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), terminalSummary(sampleResult(), 'zh', plain));
});

for (const [lang, told, stale] of [
  ['zh', /结转 {2}接上 2026-11-19 的 1,012 项,本日留下 7 项/, /! 2026-11-21、2026-11-22 .*重新核对/],
  ['en', /Carried over {2}1,012 taken up from 2026-11-19, 7 left/, /! .*run again.*: 2026-11-21, 2026-11-22\./],
] as const) {
  test(`${lang}: what is carried over, and which days must be run again`, () => {
    const carry = { from: '2026-11-19', taken: 1012, left: 7, stale: ['2026-11-21', '2026-11-22'] };
    const text = terminalSummary({ ...cleanResult(), carry }, lang, plain);
    assert.match(text, told);
    assert.match(text, stale);
    const first = terminalSummary({ ...cleanResult(), carry: { taken: 0, left: 7, stale: [] } }, lang, plain);
    assert.match(first, lang === 'zh' ? /此前没有未达项/ : /nothing before this day, 7 left/);
    assert.doesNotMatch(first, /^!/m);
    const kept = terminalSummary({ ...cleanResult(), carry: { taken: 0, stale: [] } }, lang, plain);
    assert.match(kept, lang === 'zh' ? /保持原样/ : /stays as it was/);
  });
}

test('a clean result is short', () => {
  const text = terminalSummary(cleanResult(), 'en', plain);
  assert.match(text, /^✓ Clean {2}All 2,004 orders/);
  assert.doesNotMatch(text, /Breaks|Waiting|Several fit/);
});

test('of many breaks the ten largest, and how many there are', () => {
  const text = terminalSummary(manyBreaks(1234), 'en', plain);
  assert.match(text, /The 10 largest of 1,234 breaks/);
  assert.match(text, /1,234\.00\sCNY/);
  assert.doesNotMatch(text, /1,224\.00\sCNY/);
});

test('printable shows that something was there', () => {
  assert.equal(printable('a\u001b[31mb\u202ec\nd'), 'a\ufffd[31mb\ufffdc\ufffdd');
});
