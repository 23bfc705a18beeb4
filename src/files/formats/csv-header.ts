/**
 * Delimited reports whose columns are known by name, in whatever order an account has them: finding the header, splitting a
 * record, and the columns as SQL. Names are compared without case and surrounding blanks.
 */
import { ident } from '../engine.ts';
import type { Head, TableLayout } from '../format.ts';

export type CsvHeader = Readonly<{
  /** The names as they stand, trimmed. */
  names: readonly string[];
  /** Record number of the header, from 1. */
  row: number;
  delimiter: string;
}>;

/** Exports are opened and saved again: a header may have blank lines above it, but not a page of text. */
const HEADER_WITHIN = 20;

/** The first record of the document that `isHeader` accepts; `undefined` when none of the first ones is it. */
export function csvHeader(
  head: Head,
  delimiters: readonly string[],
  isHeader: (names: readonly string[]) => boolean,
): CsvHeader | undefined {
  const records = head.text.split('\n', HEADER_WITHIN);
  for (const [i, record] of records.entries()) {
    for (const delimiter of delimiters) {
      if (!record.includes(delimiter)) continue;
      const names = splitRecord(record.replace(/\r$/, ''), delimiter).map((name) => name.trim());
      if (isHeader(names)) return { names, row: i + 1, delimiter };
    }
  }
  return undefined;
}

/** The cells of one record of quoted CSV (RFC 4180): a quote opens at the start of a cell only, `""` inside is a quote sign. */
export function splitRecord(record: string, delimiter: string): string[] {
  if (!record.includes('"')) return record.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  while (true) {
    let cell = '';
    if (record[at] === '"') {
      at += 1;
      while (at < record.length) {
        const end = record.indexOf('"', at);
        if (end === -1) {
          cell += record.slice(at);
          at = record.length;
          break;
        }
        cell += record.slice(at, end);
        at = end + 1;
        if (record[at] !== '"') break;
        cell += '"';
        at += 1;
      }
    }
    const end = record.indexOf(delimiter, at);
    cells.push(cell + record.slice(at, end === -1 ? undefined : end));
    if (end === -1) return cells;
    at = end + 1;
  }
}

export const key = (name: string): string => name.trim().toLowerCase();

/**
 * The columns of a layout. What the format reads keeps its name, so that a header which has it twice is refused; columns
 * nobody reads may be nameless or repeated and only get a number.
 */
export function layoutOf(header: CsvHeader, reads: (name: string) => boolean): TableLayout {
  const seen = new Set<string>();
  const columns = header.names.map((name, i) => {
    const taken = name === '' || seen.has(key(name));
    seen.add(key(name));
    return taken && (name === '' || !reads(name)) ? `${name} [${i + 1}]`.trim() : name;
  });
  return { delimiter: header.delimiter, quote: '"', firstRow: header.row + 1, columns, trailerRows: 0 };
}

/** The document's own name of the first of these columns that it has. */
export function found(layout: TableLayout, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const column = layout.columns.find((c) => key(c) === key(name));
    if (column !== undefined) return column;
  }
  return undefined;
}

/** The first value that is not empty among these columns, as SQL; `null` when the document has none of them. */
export function textOf(layout: TableLayout, ...names: readonly string[]): string {
  const cells = names.flatMap((name) => {
    const column = found(layout, name);
    return column === undefined ? [] : [`dz_text(${ident(column)})`];
  });
  return cells.length === 0 ? 'null::varchar' : cells.length === 1 ? cells[0]! : `coalesce(${cells.join(', ')})`;
}

/** `case … end` from value to result, over an SQL expression. */
export function caseOf(sql: string, table: Readonly<Record<string, string>>, otherwise = 'null'): string {
  const byResult = new Map<string, string[]>();
  for (const [value, result] of Object.entries(table))
    byResult.set(result, [...(byResult.get(result) ?? []), `'${value}'`]);
  const branches = [...byResult].map(([result, values]) => `when ${sql} in (${values.join(', ')}) then '${result}'`);
  return `case ${branches.join(' ')} else ${otherwise} end`;
}
