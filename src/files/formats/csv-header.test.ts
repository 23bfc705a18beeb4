import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Head } from '../format.ts';
import { csvHeader, layoutOf, splitRecord } from './csv-header.ts';

const head = (text: string): Head => ({
  name: 'memory',
  text,
  tail: text,
  bytes: Buffer.from(text),
  encoding: 'utf-8',
});

test('a record is split as RFC 4180 says, and a quote inside a bare cell is a sign like any other', () => {
  for (const [record, cells] of [
    ['a,b,', ['a', 'b', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a ""b""",c', ['a "b"', 'c']],
    ['5" nail,c', ['5" nail', 'c']],
    ['"a"b,c', ['ab', 'c']],
    ['"never closed', ['never closed']],
    ['', ['']],
  ] as const) {
    assert.deepEqual(splitRecord(record, ','), cells, record);
  }
});

test('the header may stand under blank lines and behind any of the delimiters', () => {
  const isHeader = (names: readonly string[]): boolean => names.includes('Net');
  assert.deepEqual(csvHeader(head('\n\r\n"Gross ";Net\r\n1;2\n'), [',', ';'], isHeader), {
    names: ['Gross', 'Net'],
    row: 3,
    delimiter: ';',
  });
  assert.equal(csvHeader(head(`${'x,y\n'.repeat(20)}Gross,Net\n`), [','], isHeader), undefined);
});

test('columns nobody reads may be nameless or repeated; one that is read keeps its name, so that twice is refused', () => {
  const header = { names: ['Net', '', 'x', 'X', 'NET', ''], row: 1, delimiter: ',' };
  const { columns } = layoutOf(header, (name) => name.toLowerCase() === 'net');
  assert.deepEqual(columns, ['Net', '[2]', 'x', 'X [4]', 'NET', '[6]']);
});
