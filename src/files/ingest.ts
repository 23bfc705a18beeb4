/**
 * Bytes → lines: one document through its format into the `lines` of the engine, or not at all.
 *
 * A `table` format costs one parallel read by DuckDB, and a walk along its records where the document is small or something in it is
 * quoted; a `rows` format appends in chunks. Memory is O(rejected rows) plus DuckDB's, which spills.
 */
import { BIGINT, type DuckDBAppender, DuckDBDateValue, INTEGER } from '@duckdb/node-api';
import { DaozhangError } from '../base/errors.ts';
import { dayNumber } from '../base/time.ts';
import { appendRows, countOf, type Engine, ident, quote } from './engine.ts';
import {
  checkFailed,
  type Facts,
  type Format,
  type Input,
  type Rejected,
  type RowsFormat,
  type Sink,
  type TableField,
  type TableFields,
  type TableFormat,
  type TableLayout,
} from './format.ts';
import { amountFault } from './formats/bank.ts';
import { LINE_COLUMNS, type Line, type LineField } from './line.ts';
import { type LineIndex, MARK_EVERY } from './line-index.ts';
import { type LargeDocument, placesOf, removeLines, selectLarge, showLines, tableOf } from './lines.ts';
import { LONGEST_RECORD, scanRecords, toUtf8 } from './records.ts';

/** What became of a document. */
export type Ingested = Readonly<{ lines: number; rejected: readonly Rejected[]; facts: Facts }>;

type IngestOptions = Readonly<{
  /** Number of the document; the column `doc`. */
  doc: number;
  /** A free path for a UTF-8 copy. */
  scratch: () => string;
  /** Bytes from which on a delimited document gets a table of its own; for tests. */
  large?: number;
  /** Told now and then how many rows were found so far; never for each. */
  onRows?: (rows: number) => void;
}>;

/** Bytes from which on a delimited document gets a table of its own. */
export const LARGE = 16 * 2 ** 20;

/** Reads one document. Throws a `file.*` error when it is refused; then none of its lines remain. */
export async function ingest(engine: Engine, input: Input, format: Format, options: IngestOptions): Promise<Ingested> {
  try {
    const done =
      format.shape === 'rows'
        ? await ingestRows(engine, input, format, options)
        : await ingestTable(engine, input, format, options);
    refuseFailedChecks(input, done);
    return input.checks ? { ...done, facts: { ...done.facts, checks: [...input.checks, ...done.facts.checks] } } : done;
  } catch (error) {
    await removeLines(engine, options.doc);
    throw error;
  }
}

/** A control figure that does not agree refuses the document; when rows were rejected, the first of them is the reason to tell. */
function refuseFailedChecks(input: Input, { facts, rejected }: Ingested): void {
  const failed = facts.checks.find((check) => !check.ok);
  if (!failed) return;
  const first = rejected[0];
  if (first) {
    const { row, column, value } = first;
    const check = failed.name;
    throw new DaozhangError('file.bad_rows', { path: input.name, count: rejected.length, row, column, value, check });
  }
  throw checkFailed(input.name, failed);
}

// ---------------------------------------------------------------- rows

const FLUSH_ROWS = 50_000;

async function ingestRows(engine: Engine, input: Input, format: RowsFormat, options: IngestOptions): Promise<Ingested> {
  const appender = await engine.connection.createAppender('few_lines');
  const rejected: Rejected[] = [];
  let lines = 0;
  const sink: Sink = {
    line: (line) => {
      append(appender, engine.store.nextId, options.doc, format, line);
      engine.store.nextId += 1n;
      lines += 1;
      if (lines % FLUSH_ROWS === 0) {
        appender.flushSync();
        options.onRows?.(lines);
      }
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

function append(appender: DuckDBAppender, id: bigint, doc: number, format: Format, line: Line): void {
  appender.appendBigInt(id);
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
    case 'dz_kind':
    case 'dz_status':
    case 'dz_currency_code':
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
  const table: Table = { input, format, layout, plan, computed: computedOf(plan), ...options };
  const path = input.encoding === 'utf-8' ? input.path : options.scratch();
  if (path !== input.path) await toUtf8(input, path);
  const large = input.size >= (options.large ?? LARGE) ? await ingestLarge(engine, table, path) : undefined;
  return large ?? ingestFew(engine, table, path);
}

/** A delimited document on its way: how its format reads it, and each field and guard by name. */
type Table = Readonly<{
  input: Input;
  format: TableFormat;
  layout: TableLayout;
  plan: TableFields;
  computed: ReadonlyMap<string, TableField>;
  doc: number;
  onRows?: IngestOptions['onRows'];
}>;

function computedOf({ fields, guards = [] }: TableFields): ReadonlyMap<string, TableField> {
  const computed = new Map<string, TableField>(Object.entries(fields));
  guards.forEach((guard, i) => {
    computed.set(`guard${i}`, { ...guard, required: true });
  });
  return computed;
}

/** How many of the records are data: those before the trailer. */
function withoutTrailer({ input, layout }: Table, records: number): number {
  if (records >= layout.trailerRows) return records - layout.trailerRows;
  const reason = 'the summary rows at the end are missing / 结尾缺少汇总行';
  throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
}

/** The records that the walk found must be those that the columns gave. */
async function refuseOtherCount(engine: Engine, { input }: Table, records: number, from: string): Promise<void> {
  const read = Number(await countOf(engine, from));
  if (read === records) return;
  const reason = `${records} records by line ends, ${read} by columns: a quote is misplaced / 行数不一致,引号位置有误`;
  throw new DaozhangError('file.layout', { path: input.name, reason });
}

const quotedBy = ({ layout }: Table): string => (layout.quote === '"' ? layout.delimiter : '');

/** The first row of what `facts` asks, over the lines and cells of the document. */
async function answer(
  engine: Engine,
  these: string,
  cells: string,
  query: string,
): Promise<(bigint | string | null)[]> {
  const reader = await engine.connection.runAndReadAll(`with these as (${these}), cells as (${cells}) ${query}`);
  return (reader.getRows()[0] ?? []) as (bigint | string | null)[];
}

// ---------------------------------------------------------------- a document of ordinary size

/** Through `staged` into `few_lines`, each line with its place. */
async function ingestFew(engine: Engine, table: Table, path: string): Promise<Ingested> {
  const { input, format, layout, plan, doc } = table;
  try {
    const { rows, quotes } = await appendPlaces(engine, table);
    const last = withoutTrailer(table, rows);
    const raw = rawSql(path, layout, quotes);
    if (plan.whole) await readAs(engine, input, `create or replace table raw as ${raw}`);
    const kept = Object.keys(plan.fields).map((f) => `${ident(`f_${f}`)}, `);
    const select = `${plan.whole ? 'k, ' : ''}${kept.join('')}${DROPPED}${lets(plan)}`;
    const staged = stagedSql(table, plan.whole ? 'select rowid as k, * from raw' : raw, select);
    await readAs(engine, input, `create or replace table staged as ${staged}`);
    await refuseOtherCount(engine, table, rows, plan.whole ? 'raw' : 'staged');
    const placed = `staged s ${plan.whole ? 'join places p on p.k = s.k' : 'positional join places p'} where p.k < ${last}`;
    const rejected = await takeLines(engine, table, placed);
    const these = `select * from few_lines where doc = ${doc}`;
    const cells = `select p.row_no${lets(plan, 's.')} from ${placed}`;
    const facts = await format.facts(layout, input, (query) => answer(engine, these, cells, query));
    return { lines: Number(await countOf(engine, `few_lines where doc = ${doc}`)), rejected, facts };
  } finally {
    await engine.run('drop table if exists places; drop table if exists staged; drop table if exists raw');
  }
}

// ---------------------------------------------------------------- a large document

/** A field whose value stands in the format, not in the rows. */
const CONSTANT = /^('[^']*'|\d+)$/;

/**
 * Straight into a table of its own, in file order, the trailer's rows taken out again. `undefined` when blank lines stand between
 * the rows: then the number of a row does not tell its line, and the document is read like any other.
 */
async function ingestLarge(engine: Engine, table: Table, path: string): Promise<Ingested | undefined> {
  const { input, format, layout, plan, computed, doc } = table;
  const name = tableOf(doc);
  const k = plan.whole ? 'k' : 'rowid';
  const columns = new Map<LineField, string>();
  const stored: string[] = [];
  for (const [field, column, type] of LINE_COLUMNS) {
    const own = plan.fields[field]?.sql ?? 'null';
    const sql = own === 'null' && field === 'channel' && format.channel ? quote(format.channel) : own;
    if (sql === 'null') continue;
    const constant = CONSTANT.test(sql);
    columns.set(field, constant ? `${sql}::${type}` : column);
    const given = ident(`f_${field}`);
    const value = field === 'channel' && format.channel ? `coalesce(${given}, ${quote(format.channel)})` : given;
    if (!constant) stored.push(`${value}::${type} as ${column}`);
  }
  const droppable = plan.where ? [DROPPED] : [];
  const select = [...(plan.whole ? ['k'] : []), ...stored, ...droppable, ...letNames(plan)].join(', ');
  try {
    const walked = await walk(table);
    if (walked === undefined) return undefined;
    const raw = rawSql(path, layout, walked.quotes, bufferFor(input.size, walked.rows));
    if (plan.whole) await readAs(engine, input, `create or replace table raw as ${raw}`);
    const staged = stagedSql(table, plan.whole ? 'select rowid as k, * from raw' : raw, select);
    await readAs(engine, input, `create or replace table ${name} as ${staged}`);
    const last = withoutTrailer(table, walked.rows);
    await refuseOtherCount(engine, table, walked.rows, plan.whole ? 'raw' : name);
    table.onRows?.(last);
    await engine.run(`drop table if exists raw; delete from ${name} where ${k} >= ${last}`);
    const { dropped, faulty } = await engine.one<{ dropped: bigint; faulty: bigint }>(
      `select ${plan.where ? `count(*) filter (${DROPPED})` : '0::bigint'} as dropped, count(${FAULT}) as faulty from ${name}`,
    );
    const out = [...(dropped > 0n ? [`not ${DROPPED}`] : []), ...(faulty > 0n ? [`${FAULT} is null`] : [])];
    const document: LargeDocument = {
      ...{ doc, role: format.role, input, firstId: engine.store.nextId, firstRow: layout.firstRow },
      ...{ quoted: walked.quotes ? quotedBy(table) : '', marks: walked.marks, columns, k, only: out.join(' and ') },
    };
    const rejected = faulty === 0n ? [] : await rejectedOfLarge(engine, document, computed);
    engine.store.nextId += await countOf(engine, name);
    engine.store.large.set(doc, document);
    const these = selectLarge(document);
    const cells = `select ${layout.firstRow} + ${k} as row_no${lets(plan)} from ${name}`;
    const facts = await format.facts(layout, input, (query) => answer(engine, these, cells, query));
    const same = await sameThroughout(engine, name, columns);
    const spare = [
      ...same,
      ...letNames(plan),
      VALUE,
      ...(faulty > 0n ? [] : [FAULT]),
      ...(dropped > 0n ? [] : droppable),
    ];
    for (const column of spare) await engine.run(`alter table ${name} drop column ${column}`);
    await showLines(engine);
    const lines = Number(await countOf(engine, `${name}${document.only === '' ? '' : ` where ${document.only}`}`));
    return { lines, rejected, facts };
  } finally {
    await engine.run('drop table if exists raw');
    if (!engine.store.large.has(doc)) await engine.run(`drop table if exists ${name}`);
  }
}

/**
 * Columns in which every row has one value become a constant of the document, as if its format had said so: nothing of them is kept, and
 * what is asked of the lines is decided while it is planned. Returns their names.
 */
async function sameThroughout(engine: Engine, name: string, columns: Map<LineField, string>): Promise<string[]> {
  const kept = LINE_COLUMNS.filter(([field, column, type]) => columns.get(field) === column && MAY_BE_SAME.test(type));
  if (kept.length === 0) return [];
  const list = (sql: (column: string) => string): string => kept.map(([, column]) => sql(column)).join(', ');
  // Two rows tell nearly every column that has several values; the others are read through. Each is asked for by itself: of a list the
  // engine would look at every row.
  const ends: Record<string, string | null>[] = [];
  for (const row of [0n, (await countOf(engine, name)) - 1n])
    ends.push(
      ...(await engine.all<Record<string, string | null>>(
        `select ${list((c) => `${c}::varchar as ${c}`)} from ${name} where rowid = ${row}`,
      )),
    );
  const [first, last] = [ends[0], ends.at(-1)];
  if (!first || !last) return [];
  const constant = (column: string, type: string): string =>
    first[column] == null ? 'null' : `${quote(first[column])}::${type}`;
  const maybe = kept.filter(([, column]) => first[column] === last[column]);
  if (maybe.length === 0) return [];
  const others = maybe.map(([, c, type]) => `count(*) filter (${c} is distinct from ${constant(c, type)}) as ${c}`);
  const differ = await engine.one<Record<string, bigint>>(`select ${others.join(', ')} from ${name}`);
  const same = maybe.filter(([, column]) => differ[column] === 0n);
  for (const [field, column, type] of same) columns.set(field, constant(column, type));
  return same.map(([, column]) => column);
}

/** Codes and texts; figures and times are small, and the same throughout but by chance. */
const MAY_BE_SAME = /^(VARCHAR|TINYINT|dz_)/;

type Walk = Readonly<{ rows: number; quotes: boolean; marks: readonly number[] }>;

/**
 * Where the records lie, `undefined` when blank lines stand between them; and whether any field is quoted, which decides how to read.
 * Where no quote sign stands the lines are known since the document was opened; else they are walked.
 */
async function walk(table: Table): Promise<Walk | undefined> {
  const { input, layout, onRows } = table;
  if (input.lines && (!input.hasQuote || quotedBy(table) === '')) return walked(input.lines, layout.firstRow);
  const marks: number[] = [];
  let row = 0;
  let rows = 0;
  let blank = 0;
  let blankBetween = false;
  const { quotes } = await scanRecords(input, input.hasQuote ? quotedBy(table) : '', (at, length) => {
    if (row % MARK_EVERY === 0) marks.push(at);
    row += 1;
    if (row < layout.firstRow) return;
    if (length === 0) {
      blank += 1;
      return;
    }
    if (blank > 0) blankBetween = true;
    if (rows % MARK_EVERY === 0) onRows?.(rows);
    rows += 1;
  });
  return blankBetween ? undefined : { rows, quotes, marks };
}

/** The same from the lines: those from `firstRow` on, without the blank ones that end the document. */
function walked({ lines, marks, blank }: LineIndex, firstRow: number): Walk | undefined {
  let end = lines;
  let i = blank.length;
  while (i > 0 && blank[i - 1] === end - 1) {
    i -= 1;
    end -= 1;
  }
  if (i > 0 && blank[i - 1]! >= firstRow - 1) return undefined;
  return { rows: Math.max(0, end - (firstRow - 1)), quotes: false, marks };
}

async function rejectedOfLarge(
  engine: Engine,
  document: LargeDocument,
  computed: ReadonlyMap<string, TableField>,
): Promise<Rejected[]> {
  const bad = await engine.all<Omit<BadRow, 'at'>>(`
    select (${document.firstRow} + ${document.k})::integer as row, ${FAULT} as fault, ${VALUE} as value,
      ${document.columns.get('currency') ?? 'null'}::varchar as currency
    from ${tableOf(document.doc)} where ${FAULT} is not null order by row`);
  const places = await placesOf(
    document,
    bad.map((r) => r.row - document.firstRow),
  );
  return bad.map((r, i) => rejectedOf({ ...r, at: BigInt(places[i]!.at) }, computed));
}

// ---------------------------------------------------------------- both

/** The lets that `facts` may ask for. */
const letNames = (plan: TableFields): string[] =>
  Object.keys(plan.lets ?? {}).flatMap((name) => (name.startsWith('l_') ? [ident(name)] : []));

/** The same, as a list that continues one. */
const lets = (plan: TableFields, from = ''): string =>
  letNames(plan)
    .map((name) => `, ${from}${name}`)
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
async function appendPlaces(engine: Engine, table: Table): Promise<{ rows: number; quotes: boolean }> {
  const { input, layout } = table;
  await engine.run('create or replace table places (k integer, row_no integer, byte_at bigint, byte_length integer)');
  const places = await appendRows<[number, number, bigint, number]>(engine, 'places', [
    INTEGER,
    INTEGER,
    BIGINT,
    INTEGER,
  ]);
  let row = 0;
  let k = 0;
  try {
    const { quotes } = await scanRecords(input, quotedBy(table), (at, length) => {
      row += 1;
      if (row < layout.firstRow || length === 0) return;
      places.row(k, row, BigInt(at), length);
      k += 1;
    });
    return { rows: k, quotes };
  } finally {
    places.close();
  }
}

/** The fields without which a row is rejected: a fault is the number of one here, or `RAGGED`. A number, as millions of rows have it. */
const requiredOf = (computed: ReadonlyMap<string, TableField>): [string, TableField][] =>
  [...computed].filter(([, field]) => field.required);
const RAGGED = 255;

/** Bytes the reader takes at once: the engine tells how far it is by them. */
const BUFFER = 8 * LONGEST_RECORD;
const LARGEST_BUFFER = 6 * BUFFER;
/** Rows the engine keeps together. Threads that read fewer at a time have them put together by another copy: 0.1 µs a row. */
const ROW_GROUP = 122_880;
/** A thread takes a quarter of a buffer at a time. Of a size that four pieces do not fill a bit is left, which the reader refuses. */
const PIECES = 4;
const STEP = 1_000_000;

/** The buffer of which a thread takes a whole row group at a time, where the document is many times as large. */
function bufferFor(size: number, rows: number): number {
  const wanted = STEP * Math.ceil((1.1 * PIECES * ROW_GROUP * size) / Math.max(1, rows) / STEP);
  return wanted > BUFFER && wanted <= Math.min(LARGEST_BUFFER, size / 8) ? wanted : BUFFER;
}

/** The columns as text, in file order. Too few columns leave NULLs behind, too many fill the overflow column. */
function rawSql(path: string, layout: TableLayout, quotes: boolean, buffer = BUFFER): string {
  const columns = [...layout.columns, OVERFLOW].map((name) => `${quote(name)}: 'VARCHAR'`).join(', ');
  const quoting = layout.quote === '"' && quotes ? '"' : '';
  return `
    select * from read_csv(${quote(path)}, columns = {${columns}}, delim = ${quote(layout.delimiter)},
      quote = ${quote(quoting)}, escape = ${quote(quoting)}, header = false, skip = ${layout.firstRow - 1},
      auto_detect = false, null_padding = true, nullstr = ${quote('\u0001')}, strict_mode = false,
      maximum_line_size = ${LONGEST_RECORD}, buffer_size = ${buffer}, parallel = ${quoting === ''})`;
}

/** What a staged row carries beside the source's own columns; the sign in front keeps it apart from any of them. */
const DROPPED = ident('\u0001dropped');
const FAULT = ident('\u0001fault');
const VALUE = ident('\u0001value');

/**
 * Raw rows → what stands in the columns `select` names, in file order, the trailer too: each sub-expression and field computed
 * once a row, and the first column that is at fault with its text. A required field that yields NULL rejects the row; so does
 * another number of columns than the header has. Written into a table by the caller: lines, rejected rows and control figures are
 * all read from it, and planning the macros costs more than a small document.
 */
function stagedSql({ plan, layout, computed }: Table, raw: string, select: string): string {
  const required = requiredOf(computed);
  const last = ident(layout.columns.at(-1)!);
  const fault = [
    `when ${DROPPED} then null`,
    `when ${last} is null or ${ident(OVERFLOW)} is not null then ${RAGGED}::utinyint`,
    ...required.map(([name], i) => `when ${ident(`f_${name}`)} is null then ${i}`),
  ].join(' ');
  const text = required.map(([, field], i) => `when ${i} then ${rawOf(field, layout)}`).join(' ');
  const known = layers(plan.lets ?? {}).reduce((from, layer) => `select *, ${layer.join(', ')} from (${from})`, raw);
  const values = [...computed].map(([name, field]) => `, ${field.sql} as ${ident(`f_${name}`)}`).join('');
  return `
    select ${select}, ${FAULT}, (case ${FAULT} when ${RAGGED} then null ${text} end) as ${VALUE} from (
      select *, (case ${fault} end) as ${FAULT} from (
        select * ${values}, ${plan.where ? `not coalesce(${plan.where}, false)` : 'false'} as ${DROPPED} from (${known})))`;
}

/** The lets, each in the layer above those it names: planning a layer costs about as much as planning what stands in it. */
function layers(lets: Readonly<Record<string, string>>): string[][] {
  const depths = new Map<string, number>();
  const found: string[][] = [];
  for (const [name, sql] of Object.entries(lets)) {
    const depth = Math.max(0, ...[...depths].map(([other, at]) => (sql.includes(other) ? at + 1 : 0)));
    depths.set(name, depth);
    found[depth] = [...(found[depth] ?? []), `${sql} as ${ident(name)}`];
  }
  return found;
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

/** `staged` → `few_lines`, and the rejected rows. `placed` is `staged s` beside `places p`, without the trailer. */
async function takeLines(engine: Engine, { format, plan, computed, doc }: Table, placed: string): Promise<Rejected[]> {
  const columns = LINE_COLUMNS.map(([field, name]) => {
    if (field === 'row' || field === 'at' || field === 'length') return `p.${name}`;
    const given = plan.fields[field] ? `s.${ident(`f_${field}`)}` : undefined;
    if (field === 'channel' && format.channel)
      return given ? `coalesce(${given}, ${quote(format.channel)})` : quote(format.channel);
    return given ?? 'null';
  });
  const { store } = engine;
  await engine.run(`
    insert into few_lines select ${store.nextId} + s.rowid, ${doc}, ${quote(format.role)}, ${columns.join(', ')}
    from ${placed} and s.${FAULT} is null and not s.${DROPPED}`);
  store.nextId += await countOf(engine, 'staged');
  const bad = await engine.all<BadRow>(`
    select p.row_no as row, p.byte_at as at, s.${FAULT} as fault, s.${VALUE} as value,
      ${plan.fields.currency ? `s.${ident('f_currency')}` : 'null'}::varchar as currency
    from ${placed} and s.${FAULT} is not null order by p.k, s.rowid`);
  return bad.map((r) => rejectedOf(r, computed));
}

const rawOf = (field: TableField, layout: TableLayout): string =>
  layout.columns.includes(field.column) ? ident(field.column) : 'null';

type BadRow = { row: number; at: bigint; fault: number; value: string | null; currency: string | null };

function rejectedOf(r: BadRow, fields: ReadonlyMap<string, TableField>): Rejected {
  const [name, field] = requiredOf(fields)[r.fault] ?? [];
  const value = (r.value ?? '').trim();
  const code = !field
    ? 'ragged'
    : value === ''
      ? 'missing'
      : name === 'amount' && field.code === 'bad_amount'
        ? amountFault(value, r.currency)
        : (field.code ?? 'bad_value');
  return { row: r.row, at: Number(r.at), column: field?.column ?? '', code, value: value.slice(0, 80) };
}
