/**
 * DuckDB in this process, fenced: it reads and writes only the folders it is given, installs and loads nothing, and spills
 * to its own temporary folder. This file also owns the SQL macros that turn a source's text into exact values; they refuse
 * (NULL) what is not exact, and never pass through a float.
 */
import {
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { currencyCodes, exponentTable } from '../base/currency.ts';
import { KINDS, ROLES, STATUSES } from './line.ts';
import { FEW_LINES, newStore, type Store } from './lines.ts';

export type Cell = bigint | number | string | boolean | null;

export type Engine = Readonly<{
  connection: DuckDBConnection;
  /** Runs statements for their effect. */
  run(sql: string): Promise<void>;
  /** All rows of a SELECT as plain objects; integers of 64 bits and more are bigint, dates are ISO text. */
  all<Row extends Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** The first row of a SELECT. */
  one<Row extends Record<string, unknown>>(sql: string): Promise<Row>;
  /** Which documents have a table of their own, and the next free id of a line. */
  readonly store: Store;
  /** Stops the statement that is running. */
  interrupt(): void;
  close(): void;
}>;

type EngineOptions = Readonly<{
  /** Folder for spilling. */
  temp: string;
  /** Folders DuckDB may read from or write to. */
  folders: readonly string[];
  memoryMiB?: number;
  threads?: number;
}>;

/** `'it''s'` */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** `"商户订单号"` */
export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 2),
    memory_limit: `${options.memoryMiB ?? 1400}MiB`,
    temp_directory: options.temp,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  const run = async (sql: string): Promise<void> => {
    await connection.run(sql);
  };
  const all = async <Row extends Record<string, unknown>>(sql: string): Promise<Row[]> => {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjects().map((row) => {
      for (const name in row) row[name] = plain(row[name]!) as DuckDBValue;
      return row as unknown as Row;
    });
  };
  await run(`set TimeZone = 'UTC'; set preserve_insertion_order = true;`);
  // Asked by whoever shows progress (`connection.progress`); the engine itself prints nothing.
  await run('set enable_progress_bar = true; set enable_progress_bar_print = false; set progress_bar_time = 0');
  await run(`set allowed_directories = [${[options.temp, ...options.folders].map(quote).join(', ')}]`);
  await run('set enable_external_access = false; set lock_configuration = true');
  await run(MACROS);
  await run(FEW_LINES);
  return {
    connection,
    store: newStore(),
    run,
    all,
    one: async <Row extends Record<string, unknown>>(sql: string): Promise<Row> => (await all<Row>(sql))[0]!,
    interrupt: () => connection.interrupt(),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** How many rows a table, view or `table where …` has. */
export const countOf = async (engine: Engine, from: string): Promise<bigint> =>
  (await engine.one<{ n: bigint }>(`select count(*) as n from ${from}`)).n;

/**
 * Appends rows of a table by the chunk: a call a cell costs three times as much. The table has the columns of `row`; `close` writes
 * what is left.
 */
export async function appendRows<Row extends readonly (number | bigint)[]>(
  engine: Engine,
  table: string,
  types: { [I in keyof Row]: DuckDBType },
): Promise<{ row(...cells: Row): void; close(): void }> {
  const appender = await engine.connection.createAppender(table);
  const chunk = DuckDBDataChunk.create(types, CHUNK);
  const columns: (number | bigint)[][] = types.map(() => []);
  const flush = (): void => {
    chunk.rowCount = columns[0]!.length;
    for (const [i, column] of columns.entries()) chunk.setColumnValues(i, column);
    appender.appendDataChunk(chunk);
    for (const column of columns) column.length = 0;
  };
  return {
    row: (...cells) => {
      for (let i = 0; i < cells.length; i++) columns[i]!.push(cells[i]!);
      if (columns[0]!.length === CHUNK) flush();
    },
    close: () => {
      if (columns[0]!.length > 0) flush();
      appender.closeSync();
    },
  };
}

/** Rows of a chunk: DuckDB's own vector size. */
const CHUNK = 2048;

/** DuckDB's value objects as plain ones. Anything a query here does not return is a bug, and throws. */
function plain(value: DuckDBValue): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  if ('items' in value && Array.isArray(value.items)) return value.items.map((v) => plain(v as DuckDBValue));
  if ('entries' in value && typeof value.entries === 'object' && !Array.isArray(value.entries)) {
    return Object.fromEntries(Object.entries(value.entries).map(([k, v]) => [k, plain(v as DuckDBValue)]));
  }
  return value.toString();
}

/** Codes as an enum: a cast answers whether one is among them, without a comparison each. */
const codes = (exponent?: number): string =>
  (exponent === undefined ? currencyCodes() : exponentTable().flatMap(([code, e]) => (e === exponent ? [code] : [])))
    .map(quote)
    .join(', ');

/** A decimal by its parts, as base/money.ts takes it apart: parentheses, sign and currency sign, digits, fraction, exponent. */
const BLANKS = String.raw`[\s\x{00a0}\x{3000}]*`;
const DECIMAL = [
  `^${BLANKS}([(]?)${BLANKS}([+-]?)(?:${BLANKS}[¥$€£]${BLANKS})?`,
  '([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,30})([.][0-9]{0,18})?([eE][+-]?[0-9]{1,2})?',
  `${BLANKS}([)]?)${BLANKS}$`,
].join('');

/**
 * The macros are inlined where they are named, so each first asks the cheap question that nearly every value answers
 * (a `case` in DuckDB computes a branch only for the rows that reach it) and leaves the rest to the patient one.
 */
const MACROS = `
create type dz_currency_code as enum (${codes()});
create type dz_role as enum (${ROLES.map(quote).join(', ')});
create type dz_kind as enum (${KINDS.map(quote).join(', ')});
create type dz_status as enum (${STATUSES.map(quote).join(', ')});
create type dz_no_decimals as enum (${codes(0)});
create type dz_three_decimals as enum (${codes(3)});
create type dz_four_decimals as enum (${codes(4)});
create macro dz_exponent(currency) as case when currency in ('CNY', 'EUR', 'USD') then 2
  when try_cast(currency as dz_no_decimals) is not null then 0 when try_cast(currency as dz_three_decimals) is not null then 3
  when try_cast(currency as dz_four_decimals) is not null then 4 else 2 end;
create macro dz_currency(code) as case when code = 'CNY' then 'CNY'::dz_currency_code else try_cast(code as dz_currency_code) end;
-- WeChat's five decimals beside two come to 1000; a longer list would be planned wherever a fee is rounded.
create macro dz_pow10(n) as case n when 3 then 1000::bigint else rpad('1', (n + 1)::integer, '0')::bigint end;

-- A decimal as an integer at a scale; NULL when it is no plain decimal, is finer, or does not fit 64 bits.
create macro dz_scaled_plain(x, scale) as case
  when not regexp_full_match(x, '[+-]?[0-9]{1,17}([.][0-9]{0,18})?') then null
  when strpos(x, '.') = 0 then try_cast(x || repeat('0', scale) as bigint)
  when length(rtrim(substr(x, strpos(x, '.') + 1), '0')) > scale then null
  else try_cast(left(x, strpos(x, '.') - 1) || rpad(left(substr(x, strpos(x, '.') + 1), scale), scale, '0') as bigint)
end;
-- Written just as DuckDB writes a decimal of that scale, it is exact: nothing was rounded, no exponent was read.
create macro dz_as_written_2(x) as case when try_cast(x as decimal(15, 2))::varchar = x then (try_cast(x as decimal(15, 2)) * 100)::bigint end;
create macro dz_as_written_5(x) as case when try_cast(x as decimal(12, 5))::varchar = x then (try_cast(x as decimal(12, 5)) * 100000)::bigint end;
-- Whatever else money.ts reads, and as it reads it: 1,234.56, full-width digits, (5.00), ¥5, an exponent.
create macro dz_scaled_patient(x, scale) as list_transform(
  [regexp_extract(translate(x, '０１２３４５６７８９．，－＋（）￥', '0123456789.,-+()¥'), ${quote(DECIMAL)},
    ['open', 'sign', 'whole', 'fraction', 'power', 'close'])],
  lambda p: case
    when p.whole = '' or (p.open = '') != (p.close = '') or (p.open != '' and p.sign != '') then null
    when p.power != '' and (contains(p.whole, ',') or p.fraction = '.') then null
    else list_transform(
      [{'digits': replace(p.whole, ',', '') || substr(p.fraction, 2),
        'shift': scale + 1 - greatest(length(p.fraction), 1) + coalesce(try_cast(substr(p.power, 2) as integer), 0)}],
      lambda d: case
        when d.shift < 0 and rtrim(right(d.digits, -d.shift), '0') != '' then null
        else try_cast(case when p.open != '' or p.sign = '-' then '-' else '' end ||
          case when d.shift >= 0 then d.digits || repeat('0', d.shift)
            when length(d.digits) > -d.shift then left(d.digits, d.shift) else '0' end as bigint) end)[1] end)[1];
-- (A case, not a coalesce: of that, DuckDB computes what its branches share for every row beforehand.)
create macro dz_scaled(x, scale) as case
  when x is null then null
  when scale = 2 and dz_as_written_2(x) is not null then dz_as_written_2(x)
  when scale = 5 and dz_as_written_5(x) is not null then dz_as_written_5(x)
  when scale between 3 and 5 and dz_as_written_2(x) is not null then dz_as_written_2(x) * dz_pow10(scale - 2)
  else coalesce(dz_scaled_plain(x, scale), dz_scaled_patient(x, scale)) end;
-- Not by way of dz_scaled, which names its scale a dozen times: planning the exponent as often costs more than a small bill.
create macro dz_minor(x, currency) as case
  when x is null then null
  when dz_as_written_2(x) is not null and dz_exponent(currency) = 2 then dz_as_written_2(x)
  else coalesce(dz_scaled_plain(x, dz_exponent(currency)),
    list_transform([dz_exponent(currency)], lambda exponent: dz_scaled_patient(x, exponent))[1]) end;

-- Half away from zero: what a Chinese channel does to a fee (四舍五入).
create macro dz_round(x, scale, exponent) as case
  when scale = exponent then x
  when scale < exponent then x * dz_pow10(exponent - scale)
  else sign(x)::bigint * ((abs(x) + dz_pow10(scale - exponent) // 2) // dz_pow10(scale - exponent)) end;

-- Empty text is no value. Blanks or tabs around it (Alipay) are the source's packing.
create macro dz_text(x) as case
  when x >= '!' and not suffix(x, ' ') and not suffix(x, chr(9)) then x else nullif(trim(x, chr(9) || ' '), '') end;
create macro dz_date(x) as try_cast(x as date);
-- Local time in a zone → microseconds. China has had one offset since 1992; the other zones ask the time zone data.
create macro dz_local(t, zone) as case
  when zone = 'Asia/Shanghai' and t >= timestamp '1992-01-01' then epoch_us(t) - 28800000000
  else epoch_us(timezone(zone, t)) end;
-- 2026-11-20 14:03:01, as nearly every source writes it: local time. NULL for anything else, which dz_at and dz_day read.
create macro dz_clock(x) as case when x like '________________:__' then try_cast(x as timestamp) end;
-- 2026-11-20T14:03:01+08:00, …Z, or local time in the zone → microseconds; a date alone is its midnight.
create macro dz_at(x, zone) as case
  when length(x) = 19 and x[17] = ':' then dz_local(try_cast(x as timestamp), zone)
  when length(x) > 16 and (right(x, 1) = 'Z' or x[-6] in ('+', '-') or x[-3] in ('+', '-')) then epoch_us(try_cast(x as timestamptz))
  else dz_local(try_cast(x as timestamp), zone) end;
create macro dz_day(x, zone) as case
  when length(x) = 19 and x[17] = ':' then try_cast(left(x, 10) as date)
  when length(x) > 16 and (right(x, 1) = 'Z' or x[-6] in ('+', '-') or x[-3] in ('+', '-')) then timezone(zone, try_cast(x as timestamptz))::date
  else try_cast(left(x, 10) as date) end;
-- The local time of a text that dz_at reads; NULL where an offset stands.
create macro dz_unzoned(x) as case
  when length(x) > 16 and (right(x, 1) = 'Z' or x[-6] in ('+', '-') or x[-3] in ('+', '-')) then null
  else try_cast(x as timestamp) end;
`;
