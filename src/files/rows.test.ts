import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import iconv from 'iconv-lite';
import { CHINA } from '../base/time.ts';
import { inputOf, workspace } from './open.ts';
import { headRows, openRows, type Row, rowKind, splitLoose } from './rows.ts';

const space = await workspace();
after(() => space.remove());

async function rowsOf(bytes: Uint8Array, delimiter = ','): Promise<Row[]> {
  const input = await inputOf(bytes, space, CHINA);
  const rows: Row[] = [];
  await (await openRows(input, delimiter)).each((row) => rows.push(row));
  return rows;
}

test('cells are taken leniently: a quote opens at the start, what stands behind it belongs to the cell', () => {
  for (const [record, cells, open] of [
    ['a,b,', ['a', 'b', ''], false],
    ['"a,b","c ""d""",e', ['a,b', 'c "d"', 'e'], false],
    ['"-1,099.14"\t,CNY', ['-1,099.14\t', 'CNY'], false],
    ['  "a,b" ,12" disk', ['a,b ', '12" disk'], false],
    ['a,"b', ['a', 'b'], true],
    ['', [''], false],
  ] as const) {
    assert.deepEqual(splitLoose(record, ','), { cells: [...cells], open }, record);
  }
});

test('packing is taken off: blanks of any width, TABs, back-ticks, ="…"', async () => {
  const [row] = await rowsOf(Buffer.from('="0012"\t,  a\u3000,`x,\'6222,\u00a0b\t\n'));
  assert.deepEqual(row!.cells, ['0012', 'a', 'x', '6222', 'b']);
});

for (const encoding of ['utf8', 'gb18030', 'utf-16le', 'utf-16be'] as const) {
  test(`F33 places are bytes of the document in ${encoding}, also of a record over several lines`, async () => {
    const text = '题目\n日期,摘要\n1,"丢失""的""\n卡"\r\n2,补卡\n';
    const bytes = iconv.encode(text, encoding, { addBOM: encoding !== 'gb18030' });
    const rows = await rowsOf(bytes);
    assert.deepEqual(
      rows.map((r) => [r.row, r.cells]),
      [
        [1, ['题目']],
        [2, ['日期', '摘要']],
        [3, ['1', '丢失"的"\n卡']],
        [5, ['2', '补卡']],
      ],
    );
    const third = bytes.subarray(rows[2]!.at, rows[2]!.at + rows[2]!.length);
    assert.equal(iconv.decode(Buffer.from(third), encoding, { stripBOM: false }), '1,"丢失""的""\n卡"');
  });
}

test('F34 a quote that is never closed means lost bytes', async () => {
  await assert.rejects(rowsOf(Buffer.from('a,b\n1,"x\n2,y\n')), { code: 'file.cut' });
});

test('HTML: rows with their bytes, spans, entities, cells that are not closed', async () => {
  const page = `<html><head><style>td{x:"<td>"}</style></head><!-- <tr><td>no</td></tr> --><table>
<tr><td colspan=2>流水</td><td>&#65;&amp;B&nbsp;<br>C</td></tr><tr><td>1<td>2<td>3
</table><table><TR><TH>x</TH></TR></table></html>`;
  const bytes = iconv.encode(page, 'gb18030');
  const rows = await rowsOf(bytes);
  assert.deepEqual(
    rows.map((r) => [r.sheet, r.row, r.cells]),
    [
      [0, 1, ['流水', '', 'A&B C']],
      [0, 2, ['1', '2', '3']],
      [1, 3, ['x']],
    ],
  );
  const first = bytes.subarray(rows[0]!.at, rows[0]!.at + rows[0]!.length);
  assert.match(iconv.decode(Buffer.from(first), 'gb18030'), /^<tr><td colspan=2>流水.*<\/tr>$/);
  await assert.rejects(rowsOf(iconv.encode(page.slice(0, page.indexOf('</table>')), 'gb18030')), { code: 'file.cut' });
});

test('the head of a document shows its rows by every delimiter it may have', async () => {
  const input = await inputOf(Buffer.from('a;b\n1,5;2\n'), space, CHINA);
  assert.equal(rowKind(input), 'text');
  assert.deepEqual(
    headRows(input, 1).map((h) => [h.delimiter, h.rows]),
    [
      [',', [['a;b']]],
      [';', [['a', 'b']]],
    ],
  );
});
