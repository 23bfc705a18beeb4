/**
 * The reader of legacy BIFF `.xls` files, alone in its process: a parser of a binary format from strangers must not sit in
 * the server. `xls.ts` starts it with a small heap, a deadline and no right to anything but reading this one file.
 *
 * Prints one JSON array a row, `[sheet, row, ...cells]`: text as text, empty cells as null, dates as ISO text. BIFF itself keeps
 * numbers as doubles; they are printed as JSON numbers, shortest form, and `xls.ts` makes the exact text of them.
 */
import { readFileSync } from 'node:fs';
import { read, SSF, set_cptable } from '@e965/xlsx';
import * as codepages from '@e965/xlsx/dist/cpexcel.full.mjs';

type Cell = { t: string; v?: unknown; z?: string | number } | undefined;

set_cptable(codepages);
const book = read(readFileSync(process.argv[2]!), {
  type: 'buffer',
  dense: true,
  cellNF: true,
  cellFormula: false,
  cellHTML: false,
  cellText: false,
  bookVBA: false,
});

book.SheetNames.forEach((name, sheet) => {
  if (book.Workbook?.Sheets?.[sheet]?.Hidden) return;
  const rows = ((book.Sheets[name] as { '!data'?: Cell[][] })['!data'] ?? []) as (Cell[] | undefined)[];
  for (let r = 0; r < rows.length; r++) {
    const cells = Array.from(rows[r] ?? [], valueIn);
    if (cells.some((cell) => cell !== null)) process.stdout.write(`${JSON.stringify([sheet, r + 1, ...cells])}\n`);
  }
});

function valueIn(cell: Cell): string | number | null {
  if (cell?.v === undefined || cell.v === null || cell.t === 'z' || cell.t === 'e') return null;
  if (cell.t === 'n') {
    const value = cell.v as number;
    return cell.z !== undefined && SSF.is_date(String(cell.z)) ? dateText(value) : value;
  }
  if (cell.t === 'b') return cell.v ? 'TRUE' : 'FALSE';
  return String(cell.v);
}

function dateText(serial: number): string {
  const { y, m, d, H, M, S } = SSF.parse_date_code(serial);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`;
  const time = `${two(H)}:${two(M)}:${two(Math.floor(S))}`;
  if (serial < 1) return time;
  return time === '00:00:00' ? day : `${day} ${time}`;
}
