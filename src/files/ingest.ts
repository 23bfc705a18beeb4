/**
 * Bytes → lines: one document through its format into the table `lines` of the engine, or not at all.
 *
 * A `table` format costs one newline scan in JavaScript (for the byte offsets) and one parallel read by DuckDB; a `rows`
 * format appends in chunks. Memory is O(rejected rows) plus DuckDB's, which spills.
 */
import { type DuckDBAppender, DuckDBDateValue } from '@duckdb/node-api';
import { DaozhangError } from '../base/errors.ts';
import { type Engine, ident, quote } from './engine.ts';
import type {
  Facts,
  Format,
  Input,
  Rejected,
  RowsFormat,
  Sink,
  TableField,
  TableFormat,
  TableLayout,
} from './format.ts';
import { LINE_COLUMNS, type Line } from './line.ts';
import { LONGEST_RECORD, scanRecords, toUtf8 } from './records.ts';

/** What became of a document. */
export type Ingested = Readonly<{ lines: number; rejected: readonly Rejected[]; facts: Facts }>;

export type IngestOptions = Readonly<{
  /** Number of the document; the column `doc`. */
  doc: number;
  /** A free path for a UTF-8 copy. */
  scratch: () => string;
}>;

/** Reads one document. Throws a `file.*` error when it is refused; then none of its lines remain. */
export async function ingest(engine: Engine, input: Input, format: Format, options: IngestOptions): Promise<Ingested> {
  try {
    const done =
      format.shape === 'rows'
        ? await ingestRows(engine, input, format, options)
        : await ingestTable(engine, input, format, options);
    refuseFailedChecks(input, done);
    return done;
  } catch (error) {
    await engine.run(`delete from lines where doc = ${options.doc}`);
    throw error;
  }
}

/** A control figure that does not agree refuses the document; when rows were rejected, the first of them is the reason to tell. */
function refuseFailedChecks(input: Input, { facts, rejected }: Ingested): void {
  const failed = facts.checks.find((check) => !check.ok);
  if (!failed) return;
  const check = `${failed.name.en} / ${failed.name.zh}`;
  const first = rejected[0];
  if (first) {
    const { row, column, value } = first;
    throw new DaozhangError('file.bad_rows', { path: input.name, count: rejected.length, row, column, value, check });
  }
  const { expected, actual } = failed;
  throw new DaozhangError('file.check_failed', { path: input.name, check, expected, actual });
}

// ---------------------------------------------------------------- rows

const FLUSH_ROWS = 50_000;

async function ingestRows(engine: Engine, input: Input, format: RowsFormat, options: IngestOptions): Promise<Ingested> {
  const appender = await engine.connection.createAppender('lines');
  const rejected: Rejected[] = [];
  let lines = 0;
  const sink: Sink = {
    line: (line) => {
      append(appender, options.doc, format, line);
      lines += 1;
      if (lines % FLUSH_ROWS === 0) appender.flushSync();
    },
    reject: (r) => rejected.push({ ...r, value: r.value.slice(0, 80) }),
  };
  try {
    const facts = await format.read(input, sink);
    return { lines, rejected, facts };
  } finally {
    appender.closeSync();
  }
}

function append(appender: DuckDBAppender, doc: number, format: Format, line: Line): void {
  appender.appendInteger(doc);
  appender.appendVarchar(format.role);
  for (const [field, , type] of LINE_COLUMNS) {
    const value = line[field] ?? (field === 'channel' ? format.channel : undefined);
    if (value === undefined || value === '') appender.appendNull();
    else appendAs(appender, type, value);
  }
  appender.endRow();
}

function appendAs(appender: DuckDBAppender, type: string, value: string | number | bigint | Temporal.PlainDate): void {
  switch (type) {
    case 'VARCHAR':
      return appender.appendVarchar(value as string);
    case 'BIGINT':
      return appender.appendBigInt(BigInt(value as bigint));
    case 'INTEGER':
      return appender.appendInteger(value as number);
    case 'TINYINT':
      return appender.appendTinyInt(value as number);
    default:
      return appender.appendDate(new DuckDBDateValue(daysOf(value as Temporal.PlainDate)));
  }
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');
const daysOf = (on: Temporal.PlainDate): number => EPOCH.until(on, { largestUnit: 'day' }).days;

// ---------------------------------------------------------------- table

/** One column more than the header: what lands there shows that a row has too many. */
const OVERFLOW = '\u0001overflow';

async function ingestTable(engine: Engine, input: Input, format: TableFormat, options: IngestOptions): Promise<Ingested> {
  const layout = format.layout(input);
  try {
    const { rows, quotes } = await appendPlaces(engine, input, layout);
    const utf8 = input.encoding === 'utf-8' ? input.path : options.scratch();
    if (utf8 !== input.path) await toUtf8(input, utf8);
    await readRaw(engine, utf8, layout, quotes);
    const { n: read } = await engine.one<{ n: bigint }>('select count(*) as n from raw');
    if (Number(read) !== rows) {
      const reason = `${rows} records by line ends, ${read} by columns: a quote is misplaced / 行数不一致,引号位置有误`;
      throw new DaozhangError('file.layout', { path: input.name, reason });
    }
    const dataRows = rows - layout.trailerRows;
    if (dataRows < 0) {
      const reason = 'the summary rows at the end are missing / 结尾缺少汇总行';
      throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
    }
    const rejected = await selectLines(engine, input, format, layout, options.doc, dataRows);
    const facts = await format.facts(layout, input, async (select) => {
      const these = `with these as (select * from lines where doc = ${options.doc})`;
      const reader = await engine.connection.runAndReadAll(`${these} ${select}`);
      return (reader.getRows()[0] ?? []) as (bigint | string | null)[];
    });
    const { n } = await engine.one<{ n: bigint }>(`select count(*) as n from lines where doc = ${options.doc}`);
    return { lines: Number(n), rejected, facts };
  } finally {
    await engine.run('drop table if exists raw; drop table if exists places');
  }
}

/** `places(k, row_no, byte_at, byte_length)`: where the k-th record that is not blank lies, counted from the first data row. */
async function appendPlaces(
  engine: Engine,
  input: Input,
  layout: TableLayout,
): Promise<{ rows: number; quotes: boolean }> {
  await engine.run('create or replace table places (k integer, row_no integer, byte_at bigint, byte_length integer)');
  const appender = await engine.connection.createAppender('places');
  let row = 0;
  let k = 0;
  try {
    const { quotes } = await scanRecords(input, layout.quote === '"' ? layout.delimiter : '', (at, length) => {
      row += 1;
      if (row < layout.firstRow || length === 0) return;
      appender.appendInteger(k);
      appender.appendInteger(row);
      appender.appendBigInt(BigInt(at));
      appender.appendInteger(length);
      appender.endRow();
      k += 1;
    });
    return { rows: k, quotes };
  } finally {
    appender.closeSync();
  }
}

/** `raw`: the columns as text, in file order. Too few columns leave NULLs behind, too many fill the overflow column. */
async function readRaw(engine: Engine, path: string, layout: TableLayout, quotes: boolean): Promise<void> {
  const columns = [...layout.columns, OVERFLOW].map((name) => `${quote(name)}: 'VARCHAR'`).join(', ');
  const quoting = layout.quote === '"' && quotes ? '"' : '';
  await engine.run(`
    create or replace table raw as
    select * from read_csv(${quote(path)}, columns = {${columns}}, delim = ${quote(layout.delimiter)},
      quote = ${quote(quoting)}, escape = ${quote(quoting)}, header = false, skip = ${layout.firstRow - 1},
      auto_detect = false, null_padding = true, nullstr = ${quote('\u0001')}, strict_mode = false,
      maximum_line_size = ${LONGEST_RECORD}, parallel = ${quoting === ''})`);
}

/**
 * Raw rows → `lines`, and the rejected ones with the first column that is at fault. A required field that yields NULL
 * rejects the row; so does another number of columns than the header has.
 */
async function selectLines(
  engine: Engine,
  input: Input,
  format: TableFormat,
  layout: TableLayout,
  doc: number,
  dataRows: number,
): Promise<Rejected[]> {
  const { fields, lets = {}, guards = [], where } = format.fields(layout, input);
  const last = ident(layout.columns.at(-1)!);
  const computed = new Map<string, TableField>(Object.entries(fields));
  guards.forEach((guard, i) => {
    computed.set(`guard${i}`, { ...guard, required: true });
  });
  const required = [...computed].filter(([, field]) => field.required);
  const fault = [
    `when ${last} is null or ${ident(OVERFLOW)} is not null then 'ragged'`,
    ...required.map(([name]) => `when ${ident(`f_${name}`)} is null then ${quote(name)}`),
  ].join(' ');
  const letList = Object.entries(lets).map(([name, sql]) => `, ${sql} as ${ident(name)}`);
  const values = [...computed].map(([name, field]) => `, ${field.sql} as ${ident(`f_${name}`)}`);
  await engine.run(`
    create or replace temp view staged as
    select *, (case ${fault} end) as fault from (
      select * ${values.join('')} from (
        select p.row_no, p.byte_at, p.byte_length, raw.* ${letList.join('')}
        from raw join places p on p.k = raw.rowid where p.k < ${dataRows}) where ${where ?? 'true'})`);
  const columns = LINE_COLUMNS.map(([field, name]) => {
    if (field === 'row' || field === 'at' || field === 'length') return name;
    const given = fields[field] ? ident(`f_${field}`) : undefined;
    if (field === 'channel' && format.channel) return given ? `coalesce(${given}, ${quote(format.channel)})` : quote(format.channel);
    return given ?? 'null';
  });
  try {
    await engine.run(`
      insert into lines select ${doc}, ${quote(format.role)}, ${columns.join(', ')}
      from staged where fault is null order by row_no`);
    const text = required.map(([name, field]) => `when ${quote(name)} then ${rawOf(field, layout)}`).join(' ');
    const bad = await engine.all<BadRow>(`
      select row_no as row, byte_at as at, fault, (case fault ${text} else null end) as value
      from staged where fault is not null order by row_no`);
    return bad.map((r) => rejectedOf(r, computed));
  } finally {
    await engine.run('drop view if exists staged');
  }
}

const rawOf = (field: TableField, layout: TableLayout): string =>
  layout.columns.includes(field.column) ? ident(field.column) : 'null';

type BadRow = { row: number; at: bigint; fault: string; value: string | null };

function rejectedOf(r: BadRow, fields: ReadonlyMap<string, TableField>): Rejected {
  const field = fields.get(r.fault);
  const value = (r.value ?? '').trim();
  const code = !field ? 'ragged' : value === '' ? 'missing' : (field.code ?? 'bad_value');
  return { row: r.row, at: Number(r.at), column: field?.column ?? '', code, value: value.slice(0, 80) };
}
