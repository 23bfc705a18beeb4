import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HOSTILE, manyBreaks, sampleResult } from '../../../tests/support/result.ts';
import type { Result } from '../result.ts';
import { breaksCsv, inertText, openCsv } from './csv.ts';

/** A small RFC 4180 reader of our own, to read back what was written: strict, so a wrong quote fails. */
function parse(csv: string): string[][] {
  assert.ok(csv.startsWith('\ufeff'), 'no BOM');
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 1;
  while (at < csv.length) {
    const quoted = /"((?:[^"]|"")*)"(,|\r\n)/y;
    const plain = /([^",\r\n]*)(,|\r\n)/y;
    const form = csv[at] === '"' ? quoted : plain;
    form.lastIndex = at;
    const m = form.exec(csv);
    assert.ok(m, `not RFC 4180 at ${at}: ${JSON.stringify(csv.slice(at, at + 40))}`);
    row.push(m[1]!.replaceAll('""', '"'));
    at = form.lastIndex;
    if (m[2] === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  assert.deepEqual(row, [], 'the file does not end with a line break');
  return rows;
}

test('F36 text that would run as a formula stands behind an apostrophe', () => {
  const dangerous = [
    '=1+1',
    '+1',
    '-1+cmd|calc',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '\tplain',
    ' =1',
    '\u00a0=1',
    '\u3000=1',
    '\u200b=1',
    '\ufeff@x',
    '\u202e=1',
    '\uff1d1+1',
    '\uff0b1',
    '\uff0d1',
    '\uff20x',
    '\ufe631',
    HOSTILE.formula,
  ];
  for (const text of dangerous) assert.equal(inertText(text), `'${text}`, JSON.stringify(text));
  for (const text of ['', 'a=1', '订单 =1', '1-2', '2026-11-20', '¥1.00', '6222****0482', 'br_12', "'=1"]) {
    assert.equal(inertText(text), text, JSON.stringify(text));
  }
});

test('a number that is a name keeps all its digits', () => {
  for (const text of ['2088521012345678', '4200002345202611181122334455', '0012', '000000000000']) {
    assert.equal(inertText(text), `'${text}`);
  }
  for (const text of ['1900000109', '82229005812', '0']) assert.equal(inertText(text), text);
});

for (const lang of ['zh', 'en'] as const) {
  test(`${lang}: every break is there once, in order, with every column`, () => {
    const result = sampleResult();
    const [header, ...rows] = parse(breaksCsv(result, lang));
    assert.deepEqual(
      rows.map((r) => r[0]),
      result.breaks.map((b) => b.id),
    );
    for (const row of rows) assert.equal(row.length, header!.length);
    assert.equal(new Set(header).size, header!.length, 'two columns have one name');
    assert.ok(!header!.includes(''));
  });

  test(`${lang}: no cell of hostile documents runs, negative amounts stay numbers`, () => {
    const result = sampleResult();
    const [header, ...rows] = parse(breaksCsv(result, lang));
    const difference = header!.indexOf(lang === 'zh' ? '差额' : 'Difference');
    assert.deepEqual(
      rows.map((r) => r[difference]),
      result.breaks.map((b) => b.difference.amount),
    );
    assert.ok(rows.some((r) => r[difference]!.startsWith('-')));
    for (const row of rows) {
      for (const [i, cell] of row.entries()) {
        const number = /^-?\d+(\.\d+)?$/.test(cell);
        assert.ok(number || !/^[\s\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell), `column ${header![i]}: ${cell}`);
      }
    }
    const hostile = rows.find((r) => r[0] === result.breaks.find((b) => b.amount.amount === '9.90')!.id)!;
    assert.ok(hostile.includes(`'${HOSTILE.formula}`));
    assert.ok(hostile.some((cell) => cell.includes(HOSTILE.markup)));
  });
}

test('what waits and what fits in several ways have a table with the same columns', () => {
  const result = sampleResult();
  const [header, ...rows] = parse(openCsv(result, 'en'));
  assert.deepEqual(header, parse(breaksCsv(result, 'en'))[0]);
  assert.deepEqual(
    rows.map((r) => r[0]),
    [...result.open, ...result.ambiguous].map((b) => b.id),
  );
});

test('the same result gives the same bytes; no breaks give the header alone', () => {
  assert.equal(breaksCsv(sampleResult(), 'zh'), breaksCsv(sampleResult(), 'zh'));
  assert.equal(parse(breaksCsv({ ...sampleResult(), breaks: [] }, 'zh')).length, 1);
});

test('the CSV is never cut: it has the breaks that the page leaves out', () => {
  assert.equal(parse(breaksCsv(manyBreaks(2600), 'en')).length, 2601);
});

test('whatever a document says comes back unchanged, behind an apostrophe at most', () => {
  const sample = sampleResult();
  const model = sample.breaks[2]!;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (party) => {
      const line = { ...model.ours[0]!, party };
      const result: Result = { ...sample, breaks: [{ ...model, ours: [line] }] };
      const [header, row] = parse(breaksCsv(result, 'en'));
      const cell = row![header!.indexOf('Ours: party')]!;
      assert.ok(cell === party.trimEnd() || cell === `'${party.trimEnd()}`, JSON.stringify([party, cell]));
    }),
  );
});
