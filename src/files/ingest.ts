/**
 * Bytes → lines: one document through its format into the table `lines` of the engine, or not at all.
 *
 * A `table` format costs one newline scan in JavaScript (for the byte offsets) and one parallel read by DuckDB; a `rows`
 * format appends in chunks. Memory is O(rejected rows) plus DuckDB's, which spills.
 */
import { type DuckDBAppender, DuckDBDateValue } from '@duckdb/node-api';
import { DaozhangError } from '../base/errors.ts';
import { dayNumber } from '../base/time.ts';
import { type Engine, ident, quote } from './engine.ts';
import type {
  Facts,
  Format,
  Input,
  Rejected,
  RowsFormat,
  Sink,
  TableField,
  TableFields,
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

/** From here on it pays to compress the lines as they stand: most of their columns are empty, and memory is bounded. */
const MANY = 200_000;

/** Reads one document. Throws a `file.*` error when it is refused; then none of its lines remain. */
export async function ingest(engine: Engine, input: Input, format: Format, options: IngestOptions): Promise<Ingested> {
  try {
    const done =
      format.shape === 'rows'
        ? await ingestRows(engine, input, format, options)
        : await ingestTable(engine, input, format, options);
    refuseFailedChecks(input, done);
    if (done.lines > MANY) await engine.run('checkpoint');
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
      appender.appendVarchar(value as string);
      return;
    case 'BIGINT':
      appender.appendBigInt(BigInt(value as bigint));
      return;
    case 'INTEGER':
      appender.appendInteger(value as number);
      return;
    case 'TINYINT':
      appender.appendTinyInt(value as number);
      return;
    default:
      appender.appendDate(new DuckDBDateValue(dayNumber(value as Temporal.PlainDate)));
  }
}

// ---------------------------------------------------------------- table

/** One column more than the header: what lands there shows that a row has too many. */
const OVERFLOW = '\u0001overflow';

async function ingestTable(
  engine: Engine,
  input: Input,
  format: TableFormat,
  options: IngestOptions,
): Promise<Ingested> {
  const layout = format.layout(input);
  refuseBadHeader(input, layout);
  const plan = format.fields(layout, input);
  try {
    const { rows, quotes } = await appendPlaces(engine, input, layout);
    const dataRows = rows - layout.trailerRows;
    if (dataRows < 0) {
      const reason = 'the summary rows at the end are missing / 结尾缺少汇总行';
      throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
    }
    const utf8 = input.encoding === 'utf-8' ? input.path : options.scratch();
    if (utf8 !== input.path) await toUtf8(input, utf8);
    const raw = rawSql(utf8, layout, quotes);
    if (plan.whole) await readAs(engine, input, `create or replace table raw as ${raw}`);
    const computed = await stage(engine, input, plan.whole ? 'select rowid as k, * from raw' : raw, plan, layout);
    const { n: read } = await engine.one<{ n: bigint }>(`select count(*) as n from ${plan.whole ? 'raw' : 'staged'}`);
    if (Number(read) !== rows) {
      const reason = `${rows} records by line ends, ${read} by columns: a quote is misplaced / 行数不一致,引号位置有误`;
      throw new DaozhangError('file.layout', { path: input.name, reason });
    }
    const placed = `staged s ${plan.whole ? 'join places p on p.k = s.k' : 'positional join places p'}`;
    const inFileOrder = plan.whole ? 'order by p.k' : '';
    const rejected = await takeLines(
      engine,
      format,
      plan,
      computed,
      options.doc,
      `${placed} where p.k < ${dataRows}`,
      inFileOrder,
    );
    const facts = await format.facts(layout, input, async (select) => {
      const these = `these as (select * from lines where doc = ${options.doc})`;
      const cells = `cells as (select p.row_no${lets(plan, 's.')} from ${placed} where p.k < ${dataRows})`;
      const reader = await engine.connection.runAndReadAll(`with ${these}, ${cells} ${select}`);
      return (reader.getRows()[0] ?? []) as (bigint | string | null)[];
    });
    const { n } = await engine.one<{ n: bigint }>(`select count(*) as n from lines where doc = ${options.doc}`);
    return { lines: Number(n), rejected, facts };
  } finally {
    await engine.run('drop table if exists places; drop table if exists staged; drop table if exists raw');
  }
}

/** The lets that `facts` may ask for, as a list that continues one. */
const lets = (plan: TableFields, from = ''): string =>
  Object.keys(plan.lets ?? {})
    .flatMap((name) => (name.startsWith('l_') ? [`, ${from}${ident(name)}`] : []))
    .join('');

/** A column must have a name of its own: otherwise nobody knows which amount was meant (F34). DuckDB does not tell `A` from `a`. */
function refuseBadHeader(input: Input, { columns }: TableLayout): void {
  const seen = new Set<string>();
  for (const [i, name] of columns.entries()) {
    if (name !== '' && !seen.has(name.toLowerCase())) {
      seen.add(name.toLowerCase());
      continue;
    }
    const en = name === '' ? `column ${i + 1} has no name` : `the header names “${name}” twice`;
    const zh = name === '' ? `第 ${i + 1} 列没有列名` : `表头重复出现“${name}”`;
    throw new DaozhangError('file.layout', { path: input.name, reason: `${en} / ${zh}` });
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

/** The columns as text, in file order. Too few columns leave NULLs behind, too many fill the overflow column. */
function rawSql(path: string, layout: TableLayout, quotes: boolean): string {
  const columns = [...layout.columns, OVERFLOW].map((name) => `${quote(name)}: 'VARCHAR'`).join(', ');
  const quoting = layout.quote === '"' && quotes ? '"' : '';
  return `
    select * from read_csv(${quote(path)}, columns = {${columns}}, delim = ${quote(layout.delimiter)},
      quote = ${quote(quoting)}, escape = ${quote(quoting)}, header = false, skip = ${layout.firstRow - 1},
      auto_detect = false, null_padding = true, nullstr = ${quote('\u0001')}, strict_mode = false,
      maximum_line_size = ${LONGEST_RECORD}, parallel = ${quoting === ''})`;
}

/** What a staged row carries beside the source's own columns; the sign in front keeps it apart from any of them. */
const DROPPED = ident('\u0001dropped');
const FAULT = ident('\u0001fault');
const VALUE = ident('\u0001value');

/**
 * Raw rows → `staged`, in file order, the trailer too: each sub-expression and field computed once a row, and the first column
 * that is at fault with its text. A required field that yields NULL rejects the row; so does another number of columns than the
 * header has. Written down rather than a view: lines, rejected rows and control figures are all read from it, and planning
 * the macros costs more than a small document.
 */
async function stage(
  engine: Engine,
  input: Input,
  raw: string,
  plan: TableFields,
  layout: TableLayout,
): Promise<ReadonlyMap<string, TableField>> {
  const { fields, guards = [], where } = plan;
  const computed = new Map<string, TableField>(Object.entries(fields));
  guards.forEach((guard, i) => {
    computed.set(`guard${i}`, { ...guard, required: true });
  });
  const required = [...computed].filter(([, field]) => field.required);
  const last = ident(layout.columns.at(-1)!);
  const fault = [
    `when ${DROPPED} then null`,
    `when ${last} is null or ${ident(OVERFLOW)} is not null then 'ragged'`,
    ...required.map(([name]) => `when ${ident(`f_${name}`)} is null then ${quote(name)}`),
  ].join(' ');
  const text = required.map(([name, field]) => `when ${quote(name)} then ${rawOf(field, layout)}`).join(' ');
  const known = Object.entries(plan.lets ?? {}).reduce(
    (from, [name, sql]) => `select *, ${sql} as ${ident(name)} from (${from})`,
    raw,
  );
  const values = [...computed].map(([name, field]) => `, ${field.sql} as ${ident(`f_${name}`)}`).join('');
  const kept = [...(plan.whole ? ['k'] : []), ...Object.keys(fields).map((f) => ident(`f_${f}`))];
  const sql = `
    create or replace table staged as
    select ${kept.map((name) => `${name}, `).join('')}${DROPPED}${lets(plan)}, ${FAULT}, (case ${FAULT} when 'ragged' then null ${text} end) as ${VALUE} from (
      select *, (case ${fault} end) as ${FAULT} from (
        select * ${values}, ${where ? `not coalesce(${where}, false)` : 'false'} as ${DROPPED} from (${known})))`;
  await readAs(engine, input, sql);
  return computed;
}

/** Runs what reads the document. What the reader cannot take apart is the document's fault; being stopped or out of disk is not. */
async function readAs(engine: Engine, input: Input, sql: string): Promise<void> {
  try {
    await engine.run(sql);
  } catch (cause) {
    const [reason = ''] = String((cause as Error).message).split('\n');
    if (!/CSV|Invalid Input|unicode/i.test(reason)) throw cause;
    throw new DaozhangError('file.layout', { path: input.name, reason }, cause);
  }
}

/** `staged` → `lines`, and the rejected rows. `placed` is `staged s` beside `places p`, without the trailer. */
async function takeLines(
  engine: Engine,
  format: TableFormat,
  { fields }: TableFields,
  computed: ReadonlyMap<string, TableField>,
  doc: number,
  placed: string,
  inFileOrder: string,
): Promise<Rejected[]> {
  const columns = LINE_COLUMNS.map(([field, name]) => {
    if (field === 'row' || field === 'at' || field === 'length') return `p.${name}`;
    const given = fields[field] ? `s.${ident(`f_${field}`)}` : undefined;
    if (field === 'channel' && format.channel)
      return given ? `coalesce(${given}, ${quote(format.channel)})` : quote(format.channel);
    return given ?? 'null';
  });
  await engine.run(`
    insert into lines select ${doc}, ${quote(format.role)}, ${columns.join(', ')}
    from ${placed} and s.${FAULT} is null and not s.${DROPPED} ${inFileOrder}`);
  const bad = await engine.all<BadRow>(`
    select p.row_no as row, p.byte_at as at, s.${FAULT} as fault, s.${VALUE} as value
    from ${placed} and s.${FAULT} is not null order by p.k`);
  return bad.map((r) => rejectedOf(r, computed));
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
