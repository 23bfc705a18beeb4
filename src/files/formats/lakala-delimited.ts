/**
 * A channel's delimited bill whose columns the operator describes: for Lakala, and for any acquirer whose layout is in a
 * contract and not public. Nothing of a layout is assumed here; `daozhang.yaml` says under `formats:` which header means what.
 *
 * What keeps a wrong description from passing: every mapped header must be there by its exact name, every kind and status
 * value must be listed, the sign rule is checked on each row, `net` proves amount − fee on each row, and the trailer must
 * begin as stated and agree with the figures it carries. Without a trailer a missing row cannot be seen, and `check` says so.
 * Source: Lakala's layout is delivered under contract (channels.md §3.3).
 */
import { z } from 'zod';
import { exponentOf, isCurrency } from '../../base/currency.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { parseDecimal, rescale, scaledText } from '../../base/money.ts';
import { isZone } from '../../base/time.ts';
import { csvCells } from '../cells.ts';
import { ident, quote } from '../engine.ts';
import type {
  Check,
  Facts,
  Head,
  Input,
  TableField,
  TableFields,
  TableFormat,
  TableLayout,
  TableQuery,
} from '../format.ts';
import { ENCODINGS } from '../format.ts';
import { KINDS, type LineField } from '../line.ts';
import { localLet, openTimes } from '../local-time.ts';
import { figureLets } from './columns.ts';

// ---------------------------------------------------------------- the configuration

const header = z.string().min(1);
const zone = z.string().refine(isZone, 'not a time zone / 不是时区');

/** Line fields that are plain text of one column. */
const TEXTS = [
  'account',
  'store',
  'terminal',
  'orderRef',
  'paymentRef',
  'refundRef',
  'channelRef',
  'originRef',
  'walletRef',
  'batchRef',
  'bankRef',
  'method',
  'party',
  'text',
] as const;

/** A whole number, also as the text configuration is read as. */
const whole = (least: number, most: number) =>
  z.preprocess((v) => (typeof v === 'string' && /^\d{1,4}$/.test(v) ? Number(v) : v), z.int().min(least).max(most));

const figure = z.strictObject({
  /** How the trailer calls it; shown when it does not agree. */
  name: z.string().min(1),
  /** `count` of rows, or the sum of a column; refunds are taken off unless `kind` asks for one kind. */
  what: z.enum(['count', 'amount', 'fee', 'net']),
  /** Only rows of this kind. */
  kind: z.enum(KINDS).optional(),
  /** Where it stands: record of the trailer and cell in it, both from 1, and the words in front of the number in that cell. */
  row: whole(1, 20),
  cell: whole(1, 500),
  after: z.string().optional(),
});

export const delimitedConfig = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens / 小写单词,用连字符连接'),
    title: z.strictObject({ en: z.string().min(1), zh: z.string().min(1) }),
    /** Provider of every line. */
    channel: z.string().regex(/^[a-z][a-z0-9]*$/),
    role: z.enum(['channel', 'balance']).default('channel'),
    delimiter: z.string().length(1).default(','),
    /** `'"'` for quoted CSV, `''` when the source never quotes. */
    quote: z.enum(['"', '']).default('"'),
    /** The encoding is found by content; when stated, a document in another one is not this format. */
    encoding: z.enum(ENCODINGS).optional(),
    currency: z.string().refine(isCurrency, 'not an ISO 4217 currency / 不是 ISO 4217 货币代码').default('CNY'),
    rounding: z.enum(['row', 'batch', 'day', 'none']).default('row'),
    /** Header → value. Names exactly as in the file, blanks around them aside. */
    columns: z.strictObject({
      amount: header,
      /** Owed before fees, where the source states it beside the amount (discounts borne by the channel). */
      settle: header.optional(),
      fee: header.optional(),
      /** What is settled after the fee. Not kept: it proves each row, net = settle − fee. */
      net: header.optional(),
      ...(Object.fromEntries(TEXTS.map((name) => [name, header.optional()])) as Record<
        (typeof TEXTS)[number],
        z.ZodOptional<typeof header>
      >),
    }),
    /** One column, or a date and a time column that are joined by one blank; letters yyyy MM dd HH mm ss. */
    time: z.strictObject({
      columns: z.array(header).min(1).max(2),
      format: z.string().regex(/yyyy.*MM.*dd/),
      zone: zone.default('Asia/Shanghai'),
    }),
    /** Each value of the column; a row with another value is rejected. */
    kind: z.strictObject({ column: header, values: z.record(z.string().min(1), z.enum(KINDS)) }),
    status: z
      .strictObject({ column: header, values: z.record(z.string().min(1), z.enum(['done', 'pending', 'failed'])) })
      .optional(),
    amounts: z.strictObject({
      /** `yuan` 12.34 in major units · `fen` 1234 in minor units. */
      unit: z.enum(['yuan', 'fen']),
      /** On rows that give money back: `signed` amounts and fee are written negative · `unsigned` without a sign. */
      refunds: z.enum(['signed', 'unsigned']),
      /** How a fee that costs is written. */
      fee: z.enum(['positive', 'negative']).default('positive'),
      /** Decimals of the fee in major units, when the source writes it finer than the currency. */
      feeDecimals: whole(0, 8).optional(),
    }),
    /** The field that names a row: required on every row, and told when it repeats. */
    key: z.enum(TEXTS),
    /** What the source writes for nothing. */
    empty: z.array(z.string()).default(['-', '--', '/']),
    /** Records at the end that are no rows; `begins` is how the first of them begins. */
    trailer: z
      .strictObject({ rows: whole(1, 20), begins: z.string().min(1), figures: z.array(figure).default([]) })
      .optional(),
  })
  .superRefine((config, context) => {
    const complain = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (config.columns[config.key] === undefined)
      complain(['key'], `columns.${config.key} is missing / 缺少 columns.${config.key}`);
    if (config.columns.net && !config.columns.fee) complain(['columns', 'net'], 'net needs fee / 有 net 就必须有 fee');
    if ((config.amounts.feeDecimals ?? 8) < (exponentOf(config.currency) ?? 0)) {
      complain(['amounts', 'feeDecimals'], 'fewer than the currency has / 少于币种的小数位');
    }
    const blanks = config.time.format.split(' ').length - 1;
    if (config.time.columns.length === 2 && blanks !== 1)
      complain(['time', 'format'], 'one blank joins two columns / 两列之间用一个空格');
    if (config.quote !== '' && config.delimiter === config.quote) complain(['delimiter'], 'is the quote / 与引号相同');
    config.trailer?.figures.forEach((f, i) => {
      if (f.row > config.trailer!.rows) complain(['trailer', 'figures', i, 'row'], 'beyond the trailer / 超出汇总行');
      if (f.what !== 'count' && !config.columns[f.what])
        complain(['trailer', 'figures', i, 'what'], 'no such column / 没有该列');
    });
  });

export type DelimitedConfig = Readonly<z.output<typeof delimitedConfig>>;

// ---------------------------------------------------------------- the format

const HEADER_WITHIN = 10;

export function delimitedChannel(config: DelimitedConfig): TableFormat {
  const wanted = mappedNames(config);
  return {
    shape: 'table',
    id: config.id,
    title: config.title,
    role: config.role,
    channel: config.channel,
    rounding: config.rounding,
    check: checkText(config),
    mapping: mappingOf(config),
    detect: (head) =>
      (config.encoding === undefined || speaks(head, config.encoding)) && headerAt(head, config, wanted) !== undefined,
    layout: (input) => {
      trailerOf(config, input);
      return layoutOf(input, config, wanted);
    },
    fields: () => fieldsOf(config),
    facts: (_, input, query) => factsOf(config, input, query),
  };
}

/** Plain ASCII is every encoding at once. */
const speaks = (head: Head, encoding: NonNullable<DelimitedConfig['encoding']>): boolean =>
  head.encoding === encoding || (head.encoding === 'utf-8' && /^[\x00-\x7f]*$/.test(head.text + head.tail));

function mappedNames(config: DelimitedConfig): ReadonlySet<string> {
  const names = [...Object.values(config.columns), ...config.time.columns, config.kind.column, config.status?.column];
  return new Set(names.filter((n) => n !== undefined));
}

function checkText(config: DelimitedConfig): Text {
  const figures = config.trailer?.figures.map((f) => f.name) ?? [];
  const row = config.columns.net
    ? { en: '; per row net = amount − fee', zh: ';逐行核对 净额 = 金额 − 手续费' }
    : { en: '', zh: '' };
  if (figures.length > 0)
    return { en: `trailer: ${figures.join(', ')}${row.en}`, zh: `汇总行:${figures.join('、')}${row.zh}` };
  return { en: `none in the file; a missing row cannot be seen${row.en}`, zh: `文件自身没有,缺行无法发现${row.zh}` };
}

function mappingOf(config: DelimitedConfig): TableFormat['mapping'] {
  const columns = (['amount', 'settle', 'fee', ...TEXTS] as const).flatMap((field) => {
    const name = config.columns[field];
    return name === undefined ? [] : [[field, name] as const];
  });
  return [
    ['occurredAt', config.time.columns.join(' + ')],
    ['kind', config.kind.column],
    ...(config.status ? [['status', config.status.column] as const] : []),
    ...columns,
  ];
}

// ---------------------------------------------------------------- layout

const cellsOf = (record: string, config: DelimitedConfig): string[] => {
  if (config.quote === '"') return csvCells(record, config.delimiter).map((c) => c.trim());
  return record.split(config.delimiter).map((c) => c.trim());
};

/** Index and cells of the first record that has every mapped name. */
function headerAt(
  head: Head,
  config: DelimitedConfig,
  wanted: ReadonlySet<string>,
): { at: number; cells: string[] } | undefined {
  const records = head.text.split(/\r?\n/, HEADER_WITHIN);
  for (const [at, record] of records.entries()) {
    const cells = cellsOf(record, config);
    if ([...wanted].every((name) => cells.includes(name))) return { at, cells };
  }
  return undefined;
}

function layoutOf(head: Head, config: DelimitedConfig, wanted: ReadonlySet<string>): TableLayout {
  const found = headerAt(head, config, wanted);
  if (!found) {
    const first = cellsOf(head.text.split(/\r?\n/, 1)[0] ?? '', config);
    const missing = [...wanted].filter((name) => !first.includes(name)).join(', ');
    const reason = `no header with ${missing} within ${HEADER_WITHIN} records / 前 ${HEADER_WITHIN} 行内没有含 ${missing} 的表头`;
    throw new DaozhangError('file.layout', { path: head.name, reason });
  }
  const seen = new Set<string>();
  // The engine's column names do not tell capitals from small letters.
  const columns = found.cells.map((name, i) => {
    if (seen.has(name.toLowerCase()) && wanted.has(name)) {
      const reason = `the header has “${name}” twice / 表头中“${name}”出现两次`;
      throw new DaozhangError('file.layout', { path: head.name, reason });
    }
    const unique = name === '' || seen.has(name.toLowerCase()) ? `${name}#${i + 1}` : name;
    seen.add(unique.toLowerCase());
    return unique;
  });
  return {
    delimiter: config.delimiter,
    quote: config.quote,
    firstRow: found.at + 2,
    columns,
    trailerRows: config.trailer?.rows ?? 0,
  };
}

// ---------------------------------------------------------------- fields, as SQL over the raw columns

/** Kinds that give money back: their amounts are negative. */
const OUT = ['refund', 'reversal', 'chargeback', 'payout'] as const;
/** Kinds that bring money in: a negative amount contradicts them. The others may have either sign. */
const IN = ['payment', 'payout_return'] as const;

/** As the code it is: compared with a word, each row's code would be written out first. */
const kindOf = (kind: string): string => `${quote(kind)}::dz_kind`;

function fieldsOf(config: DelimitedConfig): TableFields {
  const { columns, amounts, currency } = config;
  const minorScale = exponentOf(currency)!;
  const feeScale = amounts.feeDecimals ?? minorScale;
  const lets: Record<string, string> = {};
  /** The let that holds the cell of this column, made when first asked for. */
  const cell = (name: string): string => {
    lets[`c_${name}`] ??= `dz_text(${ident(name)})`;
    return ident(`c_${name}`);
  };
  /** The same where a sign for «nothing» is no value; a figure, a time or a kind needs no such look, they are none of these. */
  const last = config.empty.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).at(-1);
  const text = (name: string): string =>
    last === undefined
      ? cell(name)
      : // What sorts behind all of these signs, as nearly every number does, is none of them.
        `case when ${cell(name)} > ${quote(last)} then ${cell(name)} when ${cell(name)} not in (${config.empty.map(quote).join(', ')}) then ${cell(name)} end`;
  lets.t_kind = wordOf(config.kind.column, config.kind.values, 'dz_kind');
  lets.t_out = `t_kind in (${OUT.map(kindOf).join(', ')})`;
  lets.t_in = `t_kind in (${IN.map(kindOf).join(', ')})`;
  const number = (field: string, name: string, scale: number): string => {
    const digits = amounts.unit === 'yuan' ? scale : scale - minorScale;
    Object.assign(lets, figureLets('n', field, ident(name), digits));
    return `n_${field}`;
  };
  const money = (name: string, value: string): TableField => ({
    sql: signedSql(value, amounts.refunds),
    column: name,
    required: true,
    code: 'bad_amount',
  });
  const fields: Partial<Record<LineField, TableField>> = {
    kind: { sql: 't_kind', column: config.kind.column, required: true },
    status: config.status
      ? {
          sql: wordOf(config.status.column, config.status.values, 'dz_status'),
          column: config.status.column,
          required: true,
        }
      : { sql: `'done'`, column: '' },
    currency: { sql: quote(currency), column: '' },
    amount: money(columns.amount, number('amount', columns.amount, minorScale)),
  };
  const guards: TableField[] = [];
  if (columns.settle) fields.settle = money(columns.settle, number('settle', columns.settle, minorScale));
  if (columns.fee) {
    const fee = number('fee', columns.fee, feeScale);
    fields.fee = money(columns.fee, amounts.fee === 'negative' ? `(-${fee})` : fee);
    fields.feeScale = { sql: String(feeScale), column: columns.fee };
    if (columns.net) {
      const net = signedSql(number('net', columns.net, feeScale), amounts.refunds);
      const owed = `(${(fields.settle ?? fields.amount)!.sql}) * ${10n ** BigInt(feeScale - minorScale)}`;
      const holds = `(${net}) = ${owed} - (${fields.fee.sql})`;
      guards.push({ sql: `nullif(${holds}, false)`, column: columns.net, code: 'bad_amount' });
    }
  }
  const raws = config.time.columns.map(ident);
  const texts = raws.map((raw) => `dz_text(${raw})`);
  if (texts.length === 1 && config.time.format === PLAIN_TIME) {
    // A time written as it should be has no blanks around it: only of the others is the text without them taken.
    lets.t_time = `case when ${writtenTime(raws[0]!)} then try_cast(${raws[0]} as timestamp) else ${timeSql(texts[0]!, PLAIN_TIME)} end`;
  } else {
    lets.t_when = texts.length === 1 ? texts[0]! : `concat_ws(' ', ${texts.join(', ')})`;
    lets.t_time = timeSql('t_when', config.time.format);
  }
  Object.assign(lets, localLet('t_time', config.time.zone));
  fields.occurredAt = { sql: `dz_local(t_time, ${quote(config.time.zone)})`, column: config.time.columns[0]! };
  fields.businessOn = { sql: `t_time::date`, column: config.time.columns[0]! };
  const formats = config.time.columns.length === 1 ? [] : config.time.format.split(' ');
  config.time.columns.forEach((column, i) => {
    guards.push({ sql: formats[i] ? timeSql(texts[i]!, formats[i]) : 't_time', column, code: 'bad_date' });
  });
  for (const name of TEXTS) {
    const column = columns[name];
    if (column !== undefined) fields[name] = { sql: text(column), column, required: name === config.key };
  }
  return { fields, lets, guards };
}

/** The figure as the merchant sees it: negative when money goes back. NULL where its sign contradicts the kind. */
function signedSql(value: string, refunds: 'signed' | 'unsigned'): string {
  const back =
    refunds === 'unsigned'
      ? `case when ${value} >= 0 then -(${value}) end`
      : `case when ${value} <= 0 then ${value} end`;
  return `case when t_out then ${back} when t_in and ${value} < 0 then null else ${value} end`;
}

/** What the word in this column means: as it stands, as nearly always, or without blanks around it. NULL when nobody said. */
function wordOf(column: string, values: Readonly<Record<string, string>>, type: string): string {
  const cases = (words: readonly (readonly [string, string])[]): string =>
    words.map(([from, to]) => `when ${quote(from)} then ${quote(to)}::${type}`).join(' ');
  const words = Object.entries(values);
  const bare = words.filter(([from]) => from === from.trim());
  const rest = `case dz_text(${ident(column)}) ${cases(words)} end`;
  return bare.length === 0 ? rest : `case ${ident(column)} ${cases(bare)} else ${rest} end`;
}

const TOKENS = {
  yyyy: ['[0-9]{4}', '%Y'],
  MM: ['[0-9]{2}', '%m'],
  dd: ['[0-9]{2}', '%d'],
  HH: ['[0-9]{2}', '%H'],
  mm: ['[0-9]{2}', '%M'],
  ss: ['[0-9]{2}', '%S'],
} as const;

const PLAIN_TIME = 'yyyy-MM-dd HH:mm:ss';

/** What DuckDB writes again as it stood was read whole and in the plain form; cheaper than a pattern. */
const writtenTime = (text: string): string => `try_cast(${text} as timestamp)::varchar = ${text}`;

/** Text → timestamp, NULL when it is none. Digits exactly as the format has letters: `strptime` alone takes 2026112 for a date. */
function timeSql(text: string, format: string): string {
  if (format === PLAIN_TIME) return `case when ${writtenTime(text)} then try_cast(${text} as timestamp) end`;
  const parts = format.split(/(yyyy|MM|dd|HH|mm|ss)/).filter((p) => p !== '');
  const token = (part: string) => TOKENS[part as keyof typeof TOKENS];
  const pattern = parts.map((p) => token(p)?.[0] ?? p.replace(/[!-/:-@[-`{-~]/g, '\\$&')).join('');
  const strptime = parts.map((p) => token(p)?.[1] ?? p.replaceAll('%', '%%')).join('');
  return `case when regexp_full_match(${text}, ${quote(pattern)}) then try_strptime(${text}, ${quote(strptime)}) end`;
}

// ---------------------------------------------------------------- the trailer

/** The trailer's records; `file.cut` when it does not begin as stated, for then its place holds rows. */
function trailerOf(config: DelimitedConfig, input: Input): string[][] {
  const { trailer } = config;
  if (!trailer) return [];
  const records = input.tail.split(/\r?\n/).filter((r) => r !== '');
  const last = records.slice(-trailer.rows);
  if (last.length < trailer.rows || !(last[0] ?? '').replace(/^"/, '').trimStart().startsWith(trailer.begins)) {
    const reason = `the trailer that begins “${trailer.begins}” is missing / 缺少以“${trailer.begins}”开头的汇总行`;
    throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
  }
  return last.map((record) => cellsOf(record, config));
}

/** Sums as the rows write them: unsigned files count refunds as positive figures of their own kind. */
const SUMS = {
  count: 'count(*)',
  amount: 'sum(amount)',
  fee: 'sum(fee)',
  net: 'sum(coalesce(settle, amount))',
} as const;

async function factsOf(config: DelimitedConfig, input: Input, query: TableQuery): Promise<Facts> {
  const rows = trailerOf(config, input);
  const checks: Check[] = [];
  for (const figure of config.trailer?.figures ?? []) {
    checks.push(await checkOf(config, figure, rows[figure.row - 1]?.[figure.cell - 1] ?? '', query));
  }
  const key = config.key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  // Hardly ever does one stand twice. Joined with themselves by their hashes, keys that all differ meet once each: that is asked for
  // in half the time that counting them apart takes. Whatever meets more often ends the join, and is counted.
  const [keys] = await query(`select count(${ident(key)}) from these`);
  const hashes = `(select hash(${ident(key)}) as h from these where ${ident(key)} is not null)`;
  const [met] = await query(
    `select count(*) from (select 1 from ${hashes} a join ${hashes} b using (h) limit ${BigInt(keys ?? 0) + 1n})`,
  );
  const [twice] = met === keys ? [0n] : await query(`select count(*) - count(distinct ${ident(key)}) from these`);
  const notes = await openTimes(config.time.zone, query);
  if (BigInt(twice ?? 0) > 0n) notes.unshift(repeated(config.columns[config.key]!, String(twice)));
  const [first, last] = await query('select min(account), max(account) from these');
  return { account: first !== null && first === last ? String(first) : undefined, checks, notes };
}

const repeated = (column: string, count: string): Text => ({
  en: `${count} row(s) repeat a ${column} of another row`,
  zh: `有 ${count} 行的 ${column} 与其他行重复`,
});

type Figure = NonNullable<DelimitedConfig['trailer']>['figures'][number];

async function checkOf(config: DelimitedConfig, figure: Figure, cell: string, query: TableQuery): Promise<Check> {
  const name = { en: figure.name, zh: figure.name };
  const written = (figure.after && cell.startsWith(figure.after) ? cell.slice(figure.after.length) : cell).trim();
  const where = figure.kind ? ` where kind = ${quote(figure.kind)}` : '';
  const minorScale = exponentOf(config.currency)!;
  const feeScale = config.amounts.feeDecimals ?? minorScale;
  const scale = figure.what === 'count' ? 0 : figure.what === 'amount' ? minorScale : feeScale;
  const shift = 10n ** BigInt(feeScale - minorScale);
  const sum = figure.what === 'net' ? `${SUMS.net} * ${shift} - ${SUMS.fee}` : SUMS[figure.what];
  const [value] = await query(`select coalesce(${sum}, 0)::bigint from these${where}`);
  let actual = BigInt(value ?? 0);
  // A file that writes refunds without a sign totals them without one too.
  if (config.amounts.refunds === 'unsigned' && figure.kind && actual < 0n) actual = -actual;
  const read = parseDecimal(written);
  const inMinor =
    figure.what !== 'count' && config.amounts.unit === 'fen' && read
      ? { ...read, scale: read.scale + minorScale }
      : read;
  const expected = inMinor && rescale(inMinor, scale);
  const text = scaledText(actual, scale);
  return {
    name,
    expected: expected ? scaledText(expected.value, scale) : written,
    actual: text,
    ok: expected?.value === actual,
  };
}
