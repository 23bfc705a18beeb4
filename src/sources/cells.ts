/**
 * The first rows of a table that nobody has said how to read, as cells: what a person needs to say it. Reads the head of the document only;
 * workbooks as a whole.
 */
import { DaozhangError } from '../base/errors.ts';
import { decodeLoose } from '../files/encoding.ts';
import { flatJson } from '../files/flat-json.ts';
import { ENCODINGS, type Encoding, type Input } from '../files/format.ts';
import { mappingData, proposeMapping } from '../files/mapping.ts';
import { headRows, openRows, rowKind } from '../files/rows.ts';

const MOST_ROWS = 40;
const MOST_COLUMNS = 200;
const LONGEST_CELL = 120;

export type Cells = Readonly<{
  kind: 'text' | 'json' | 'xlsx' | 'xls' | 'html';
  /** What the bytes prove; a document is read in this one. */
  encoding: Encoding;
  /** The one in which these rows were decoded. */
  shownIn: Encoding;
  encodings: readonly Encoding[];
  /** Each way to cut the rows into cells, the likeliest first; a workbook has one, without a delimiter. */
  tables: ReadonlyArray<
    Readonly<{
      delimiter: string;
      /** Which of the rows names the columns, from 0; the likeliest. */
      header: number;
      rows: readonly (readonly string[])[];
      /** Fields of an order book by the names of the columns, where they are its. */
      proposed?: object;
    }>
  >;
}>;

/** A row that may name columns: several cells, most of them words, none of them twice. */
function headerAt(rows: readonly (readonly string[])[]): number {
  const scored = rows.slice(0, 20).map((row, at) => {
    const filled = row.filter((cell) => cell !== '');
    const words = filled.filter((cell) => !/^[-+¥$€£]?[\d.,:/ -]+$/.test(cell) && cell.length <= 40);
    const isOne = filled.length > 1 && words.length === filled.length && new Set(filled).size === filled.length;
    return { at, score: isOne ? filled.length : 0 };
  });
  return scored.reduce((best, one) => (one.score > best.score ? one : best), { at: 0, score: 0 }).at;
}

const isEmpty = (row: readonly string[]): boolean => row.every((cell) => cell === '');
const cut = (rows: readonly (readonly string[])[]): string[][] =>
  rows
    .slice(0, rows.findLastIndex((row) => !isEmpty(row)) + 1)
    .slice(0, MOST_ROWS)
    .map((row) => row.slice(0, MOST_COLUMNS).map((cell) => cell.slice(0, LONGEST_CELL)));

function tableOf(delimiter: string, whole: readonly (readonly string[])[]): Cells['tables'][number] {
  const rows = cut(whole);
  const header = headerAt(rows);
  const proposal = proposeMapping(rows[header] ?? []);
  const unclear = new Set<string>(proposal.unclear.map(({ field }) => field));
  const columns = Object.entries(proposal.mapping.columns).filter(([field]) => !unclear.has(field));
  const sure = { ...proposal.mapping, columns: Object.fromEntries(columns) };
  return { delimiter, header, rows, ...(columns.length > 0 && { proposed: mappingData(sure) }) };
}

/** Throws `mapping.no_table` where there is none. */
export async function cellsOf(input: Input, encoding?: string): Promise<Cells> {
  const shownIn = ENCODINGS.find((e) => e === encoding) ?? input.encoding;
  const head = { ...input, text: decodeLoose(input.bytes, shownIn) };
  const said = { encoding: input.encoding, shownIn };
  if (/^\s*\{\s*["}]/.test(head.text)) {
    const records = head.text
      .split(/\r?\n/, MOST_ROWS)
      .map(flatJson)
      .filter((r) => r !== undefined);
    const names = [...new Set(records.flatMap((r) => [...r.values.keys()]))];
    const rows = [names, ...records.map((r) => names.map((name) => r.values.get(name) ?? ''))];
    if (names.length < 2) throw new DaozhangError('mapping.no_table', { path: input.name });
    return { kind: 'json', ...said, encodings: [input.encoding], tables: [{ ...tableOf('', rows), header: 0 }] };
  }
  const kind = rowKind(head);
  if (kind === 'xls') {
    const rows: (readonly string[])[] = [];
    await (await openRows(input, '')).each((row) => {
      if (rows.length < MOST_ROWS) rows.push(row.cells);
    });
    return { kind, ...said, encodings: [input.encoding], tables: [tableOf('', rows)] };
  }
  const width = (rows: readonly (readonly string[])[]): number => {
    const several = rows.filter((row) => row.length > 1);
    return several.reduce((sum, row) => sum + Math.min(row.length, MOST_COLUMNS), 0);
  };
  const tables = headRows(head, MOST_ROWS)
    .filter(({ rows }) => rows.some((row) => row.length > 1))
    .sort((a, b) => width(b.rows) - width(a.rows))
    .map(({ delimiter, rows }) => tableOf(delimiter, rows));
  if (tables.length === 0) throw new DaozhangError('mapping.no_table', { path: input.name });
  return { kind, ...said, encodings: kind === 'text' ? ENCODINGS : [input.encoding], tables };
}
