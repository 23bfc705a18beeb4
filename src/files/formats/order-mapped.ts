/**
 * A merchant's own order export, read through a mapping (`mapping.ts`): delimited text by DuckDB; row by row what is no
 * delimited text (NDJSON, `.xlsx`, `.xls`) and what gives two lines a row. Both ways give the same lines from the same cells;
 * a test holds them together.
 *
 * Without a saved mapping a document is taken only when its columns leave no doubt; a channel's bill never is one.
 * A word that has no meaning yet rejects its row, so that nobody's «已冻结» becomes a payment. A row that states a refunded
 * amount gives two lines of the same bytes: what was paid and what went back. Carries no control figure.
 */
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { ident, quote } from '../engine.ts';
import { flatJson } from '../flat-json.ts';
import type {
  Facts,
  Format,
  FormatInfo,
  Head,
  Input,
  Rejected,
  RowsFormat,
  Sink,
  TableField,
  TableFields,
  TableFormat,
  TableLayout,
} from '../format.ts';
import type { Line, LineField } from '../line.ts';
import { localClock, localLet, openTimes } from '../local-time.ts';
import {
  CHANNEL_WORDS,
  CURRENCY_WORDS,
  isClear,
  KIND_WORDS,
  MAPPED_FIELDS,
  type MappedField,
  type OrderMapping,
  type Proposal,
  proposeMapping,
  STATUS_WORDS,
} from '../mapping.ts';
import { eachRecord } from '../records.ts';
import { headRows, openRows, passedOverNotes, rowKind } from '../rows.ts';
import { BEHIND, bareText, DATE, DIGITS, FRONT, NOTHING, orderReader } from './order-row.ts';

/** The mapping for these columns, or nothing when they are not of it. */
type Resolve = (columns: readonly string[]) => OrderMapping | undefined;

/** Where a mapping comes from: kept by the merchant, or proposed from the names of the columns. */
type Source = Readonly<{
  resolve: Resolve;
  /** What is to be told of a document read through it. */
  notes: (mapping: OrderMapping) => readonly Text[];
  shown: FormatInfo['mapping'];
  /** Why a document is not of it. */
  absent: string;
}>;

const LINE_FIELDS: Readonly<Record<MappedField, LineField>> = {
  order_ref: 'orderRef',
  payment_ref: 'paymentRef',
  channel_ref: 'channelRef',
  refund_ref: 'refundRef',
  kind: 'kind',
  status: 'status',
  amount: 'amount',
  refunded: 'amount',
  currency: 'currency',
  created_at: 'occurredAt',
  paid_at: 'occurredAt',
  refunded_at: 'occurredAt',
  channel: 'channel',
  account: 'account',
  store: 'store',
  terminal: 'terminal',
};

const INFO = {
  role: 'order',
  rounding: 'none',
  check: { en: 'none', zh: '无' },
  mapping: [
    ['orderRef', 'order_ref: 商户订单号, else 订单号'],
    ['paymentRef', 'payment_ref: 支付单号; refund_ref: 退款单号 (refunds)'],
    ['channelRef', 'channel_ref: 微信订单号, 支付宝交易号, 流水号'],
    ['kind', 'kind: 类型; a refunded amount is a line of its own'],
    ['status', 'status: 支付状态, 订单状态'],
    ['amount', 'amount: 实付金额, 支付金额, 订单金额; refunded: 退款金额'],
    ['currency', 'currency: 币种, else the unit in the header'],
    ['occurredAt', 'paid_at: 支付时间, else created_at: 下单时间'],
    ['channel', 'channel: 支付渠道, 支付方式'],
    ['account', 'account: 商户号'],
    ['store', 'store: 门店'],
    ['terminal', 'terminal: 终端号'],
  ],
} as const satisfies Partial<FormatInfo>;

/** The formats of a saved mapping: they take every document that has the mapped columns. */
export function mappedOrders(mapping: OrderMapping): readonly Format[] {
  const wanted = [...new Set(Object.values(mapping.columns).flat())];
  const source: Source = {
    resolve: (columns) => (wanted.every((name) => columns.includes(name)) ? mapping : undefined),
    notes: () => [],
    shown: MAPPED_FIELDS.flatMap((field) => {
      const columns = mapping.columns[field];
      return columns ? [[LINE_FIELDS[field], `${field}: ${columns.join(', ')}`] as const] : [];
    }),
    absent: `no row names all columns of the saved mapping: ${wanted.join(', ')} / 没有一行包含已存映射的全部列名:${wanted.join('、')}`,
  };
  return [tableFormat(source), rowsFormat(source)];
}

const proposed: Resolve = (columns) => {
  const proposal = proposeMapping(columns);
  return isClear(proposal) ? proposal.mapping : undefined;
};

const PROPOSED: Source = {
  resolve: proposed,
  notes: (mapping) => [proposedNote(mapping)],
  shown: INFO.mapping,
  absent: 'no row names the columns of an order book / 没有一行包含订单表的列名',
};

/** Without a saved mapping, for documents that need none. */
export const orderMapped: TableFormat = tableFormat(PROPOSED);
export const orderMappedRows: RowsFormat = rowsFormat(PROPOSED);

/** The mapping that the names of the document's columns propose, when they leave no doubt. */
export function proposedMapping(head: Head): OrderMapping | undefined {
  return isJson(head) ? proposed(jsonColumns(head)) : headerOf(head, proposed)?.mapping;
}

/** So many columns known by their names make a document worth a person's look, though it is no clear order book. */
const WORTH_A_LOOK = 3;

/** What the names of the columns propose though something is missing or unclear; what is unclear stands in no column of the mapping. */
export function unfinishedProposal(head: Head): Proposal | undefined {
  const headers = isJson(head) ? [jsonColumns(head)] : headRows(head, HEADER_WITHIN).flatMap(({ rows }) => rows);
  const known = (p: Proposal): number => Object.keys(p.mapping.columns).length;
  const [best] = headers
    .map(proposeMapping)
    .filter((p) => p.foreign.length === 0 && known(p) >= WORTH_A_LOOK)
    .sort((a, b) => known(b) - known(a));
  if (!best) return undefined;
  const unclear = new Set<string>(best.unclear.map(({ field }) => field));
  const columns = Object.entries(best.mapping.columns).filter(([field]) => !unclear.has(field));
  return { ...best, mapping: { ...best.mapping, columns: Object.fromEntries(columns) } };
}

/** Nobody has looked at this mapping yet, so whoever reads the result is told what was taken for what. */
function proposedNote({ columns }: OrderMapping): Text {
  const read = MAPPED_FIELDS.flatMap((field) => (columns[field] ? [`${field} = ${columns[field].join(', ')}`] : []));
  const command = 'daozhang sniff FILE --save-mapping orders.mapping.yaml';
  return {
    en: `the columns were understood by their names (${read.join('; ')}); check them, and keep them with: ${command}`,
    zh: `列的含义由列名推断(${read.join(';')});请核对,并用此命令存下:${command}`,
  };
}

const HEADER_WITHIN = 20;

// ---------------------------------------------------------------- delimited text, by DuckDB

function tableFormat({ resolve, notes, shown, absent }: Source): TableFormat {
  const found = (head: Head): HeaderFound => {
    const header = headerOf(head, resolve);
    if (header) return header;
    throw new DaozhangError('file.layout', { path: head.name, reason: absent });
  };
  return {
    ...INFO,
    mapping: shown,
    shape: 'table',
    id: 'order-mapped',
    title: { en: 'Order book by mapping (CSV, TSV)', zh: '订单表(按映射读取,CSV、TSV)' },
    detect: (head) => {
      const mapping = rowKind(head) === 'text' && !isJson(head) ? headerOf(head, resolve)?.mapping : undefined;
      return mapping !== undefined && !mapping.columns.refunded;
    },
    layout: (input) => layoutOf(found(input)),
    fields: (layout, input) => fieldsOf(found(input).mapping, layout, input.zone),
    facts: async (_, input, query) =>
      factsOf([...notes(found(input).mapping), ...(await openTimes(input.zone, query))]),
  };
}

const factsOf = (notes: readonly Text[]): Facts => ({ checks: [], ...(notes.length > 0 && { notes }) });

type HeaderFound = { delimiter: string; row: number; columns: readonly string[]; mapping: OrderMapping };

function headerOf(head: Head, resolve: Resolve): HeaderFound | undefined {
  for (const { delimiter, rows } of headRows(head, HEADER_WITHIN)) {
    for (const [i, columns] of rows.entries()) {
      const mapping = columns.length > 1 ? resolve(columns) : undefined;
      if (mapping) return { delimiter, row: i + 1, columns, mapping };
    }
  }
  return undefined;
}

const layoutOf = ({ delimiter, row, columns }: HeaderFound): TableLayout => ({
  delimiter,
  quote: '"',
  firstRow: row + 1,
  columns: columns.map((name, i) => (name === '' ? `column ${i + 1}` : name)),
  trailerRows: 0,
});

/**
 * A cell without the packing that exports put around references: `="123"`, a back-tick or apostrophe in front, a TAB behind.
 * Trimming is dear and rarely needed, so the ends are looked at first.
 */
function bareSql(column: string): string {
  const x = ident(column);
  const nothing = NOTHING.map(quote).join(', ');
  const front = `${x} < '0' or ${['=', '`', '\u00a0', '\u3000'].map((c) => `starts_with(${x}, ${quote(c)})`).join(' or ')}`;
  const behind = [...BEHIND].map((c) => `ends_with(${x}, ${quote(c)})`).join(' or ');
  return `case when ${x} in (${nothing}) then null when ${front} or ${behind}
    then nullif(rtrim(ltrim(${x}, ${quote(FRONT)}), ${quote(BEHIND)}), '') else ${x} end`;
}

/** `word` → its meaning, or NULL; the word is computed once, which a CASE would not do. */
const meaningSql = (word: string, meanings: Readonly<Record<string, string>>): string => {
  const entries = Object.entries(meanings);
  return `map([${entries.map(([w]) => quote(w)).join(', ')}], [${entries.map(([, m]) => quote(m)).join(', ')}])[${word}]`;
};

/** Computes `sql` once a row and uses it in `expression` as `t`: DuckDB repeats what an alias or a macro stands for. */
const once = (sql: string, expression: string): string => `list_transform([${sql}], lambda t: ${expression})[1]`;

/** `+0800` as `+08:00`, which is how `dz_at` knows an offset. */
const ZONE_SQL = `|| case when length(p.z) = 5 then p.z[1:3] || ':' || p.z[4:5] else p.z end`;

/** Whatever way a time is written → ISO 8601, for `dz_at`; nothing when it is none. */
function isoSql(text: string): string {
  const wide = (part: string): string => `lpad(case when p.${part} = '' then '0' else p.${part} end, 2, '0')`;
  const built = (zone: string): string =>
    `p.y || '-' || ${wide('m')} || '-' || ${wide('d')} || 'T' || ${wide('h')} || ':' || ${wide('i')} || ':' || case when p.s = '' then '00' else p.s end ${zone}`;
  const by = (pattern: string, names: string, zone: string): string =>
    `list_transform([regexp_extract(t, ${quote(pattern)}, ${names})], lambda p: case when p.y = '' then null else ${built(zone)} end)[1]`;
  return once(
    text,
    `case when length(t) = 19 and t[5] = '-' and t[8] = '-' and t[14] = ':' then t
      when regexp_full_match(t, '[0-9]+') then ${by(DIGITS, "['y', 'm', 'd', 'h', 'i', 's']", '')}
      else ${by(DATE, "['y', 'm', 'd', 'h', 'i', 's', 'z']", ZONE_SQL)} end`,
  );
}

/** A row of totals begins with the word, and with nothing else in its first cell. */
const TOTALS = String.raw`[\s"]*(合计|总计|共计|小计|totals?)[\s":：]*`;
const TOTALS_PATTERN = new RegExp(`^${TOTALS}$`, 'i');

/** A value that is nowhere; typed, or DuckDB would take it for a number. */
const NONE = 'null::varchar';

function fieldsOf(mapping: OrderMapping, layout: TableLayout, zone: string): TableFields {
  const { columns, unit, values } = mapping;
  const text = (field: MappedField): string => {
    const cells = (columns[field] ?? []).map(bareSql);
    return cells.length === 0 ? NONE : cells.length === 1 ? cells[0]! : `coalesce(${cells.join(', ')})`;
  };
  const named = (field: MappedField): string => columns[field]?.[0] ?? field;
  const digits = (field: MappedField): string =>
    once(text(field), `case when regexp_full_match(t, '[0-9.]+') then t else translate(t, '¥￥$€£元 ', '') end`);
  const minor = (x: string): string => (unit === 'minor' ? `dz_scaled(${x}, 0)` : `dz_minor(${x}, l_currency)`);
  const at = (x: string): string => `dz_at(${x}, ${quote(zone)})`;
  const word = (field: MappedField): string => `lower(${text(field)})`;
  const otherwise = (value: string | undefined): string => (value === undefined ? NONE : quote(value));
  const lets: Record<string, string> = {
    l_currency: columns.currency
      ? once(
          word('currency'),
          `case when t is null then ${otherwise(mapping.currency)} else coalesce(${meaningSql('t', CURRENCY_WORDS)}, dz_currency(upper(t))) end`,
        )
      : otherwise(mapping.currency),
    l_status: meaningSql(word('status'), { ...STATUS_WORDS, ...values.status }),
    l_amount_text: digits('amount'),
    l_amount: minor('l_amount_text'),
    l_kind: columns.kind
      ? meaningSql(word('kind'), { ...KIND_WORDS, ...values.kind })
      : `case when l_amount < 0 then 'refund' else 'payment' end`,
    l_tender: columns.channel ? word('channel') : NONE,
    l_channel: columns.channel
      ? `case when l_tender is null then ${otherwise(mapping.channel)} else ${meaningSql('l_tender', { ...CHANNEL_WORDS, ...values.channel })} end`
      : otherwise(mapping.channel),
    l_paid: `${text('paid_at')} is not null`,
    l_time: isoSql(`coalesce(${text('paid_at')}, ${text('created_at')})`),
    l_at: at('l_time'),
    l_order_ref: text('order_ref'),
    l_refund_ref: text('refund_ref'),
    l_channel_ref: text('channel_ref'),
    l_back: `l_kind = 'refund'`,
    l_back_time: columns.refunded_at ? `case when l_back then ${isoSql(text('refunded_at'))} end` : NONE,
    l_back_at: columns.refunded_at ? at('l_back_time') : 'null::bigint',
    ...localLet('dz_unzoned(case when l_back_at is null then l_time else l_back_time end)', zone),
  };
  const plain = (field: MappedField): TableField => ({ sql: text(field), column: named(field) });
  const fields: Partial<Record<LineField, TableField>> = {
    kind: { sql: 'l_kind', column: named('kind'), required: true },
    currency: { sql: 'l_currency', column: named('currency'), required: true, code: 'bad_currency' },
    amount: {
      sql: 'case when l_back then -abs(l_amount) else l_amount end',
      column: named('amount'),
      required: true,
      code: 'bad_amount',
    },
    status: { sql: 'l_status', column: named('status'), required: true },
    orderRef: { sql: 'l_order_ref', column: named('order_ref'), required: true },
    occurredAt: { sql: 'coalesce(l_back_at, l_at)', column: named('created_at') },
    businessOn: {
      sql: `dz_day(case when l_back_at is null then l_time else l_back_time end, ${quote(zone)})`,
      column: named('created_at'),
    },
    channel: { sql: 'l_channel', column: named('channel') },
    paymentRef: {
      sql: `case when l_back then l_refund_ref else ${text('payment_ref')} end`,
      column: named('payment_ref'),
    },
    refundRef: { sql: 'case when l_back then l_refund_ref end', column: named('refund_ref') },
    channelRef: { sql: 'l_channel_ref', column: named('channel_ref') },
    account: plain('account'),
    store: plain('store'),
    terminal: plain('terminal'),
  };
  // The column at fault is the one that was used: paid_at where it is filled, else created_at.
  const when = (sound: string): string => `case when ${sound} then '' end`;
  const guards: TableField[] = [
    { sql: when('not l_paid or l_at is not null'), column: named('paid_at'), code: 'bad_date' },
    { sql: when('l_paid or l_at is not null'), column: named('created_at'), code: 'bad_date' },
    { sql: when('l_tender is null or l_channel is not null'), column: named('channel') },
  ];
  const first = `coalesce(${ident(layout.columns[0]!)}, '')`;
  return { whole: true, lets, fields, guards, where: `not regexp_full_match(${first}, ${quote(TOTALS)}, 'i')` };
}

// ---------------------------------------------------------------- row by row

function rowsFormat(source: Source): RowsFormat {
  const { resolve } = source;
  return {
    ...INFO,
    mapping: source.shown,
    shape: 'rows',
    id: 'order-mapped-rows',
    title: {
      en: 'Order book by mapping (NDJSON, Excel, or with a refunded amount)',
      zh: '订单表(按映射读取,NDJSON、Excel 或带退款金额列)',
    },
    detect: (head) => {
      if (isJson(head)) return resolve(jsonColumns(head)) !== undefined;
      const kind = rowKind(head);
      if (kind !== 'xlsx' && kind !== 'text') return false;
      const mapping = headerOf(head, resolve)?.mapping;
      return mapping !== undefined && (kind === 'xlsx' || mapping.columns.refunded !== undefined);
    },
    read: async (input, sink) =>
      factsOf(isJson(input) ? await readJson(input, sink, source) : await readCells(input, sink, source)),
  };
}

const isJson = (head: Head): boolean => /^\s*\{\s*["}]/.test(head.text);

/** The names of the first complete records; not every record has every field. */
function jsonColumns(head: Head): string[] {
  const lines = head.text.split(/\r?\n/, HEADER_WITHIN);
  const names = new Set<string>();
  for (const line of lines) for (const name of flatJson(line)?.values.keys() ?? []) names.add(name);
  return [...names];
}

async function readJson(input: Input, sink: Sink, { resolve, notes, absent }: Source): Promise<readonly Text[]> {
  const mapping = resolve(jsonColumns(input));
  if (!mapping) throw new DaozhangError('file.layout', { path: input.name, reason: absent });
  const clock = localClock(input.zone);
  const reader = orderReader(mapping, input.zone, clock);
  let bad: Rejected | undefined;
  await eachRecord(input, ({ row, at, length, text }) => {
    if (text.trim() === '') return;
    if (bad) sink.reject(bad);
    bad = undefined;
    const flat = flatJson(text);
    if (!flat || flat.twice !== undefined) {
      bad = { row, at, column: flat?.twice ?? '', code: flat ? 'bad_value' : 'ragged', value: text };
      return;
    }
    put(
      sink,
      reader({ row, at, length }, (column) => bareText(flat.values.get(column) ?? '')),
    );
  });
  if (bad && !/[\r\n]\s*$/.test(input.tail)) throw cutShort(input, bad.at);
  if (bad) sink.reject(bad);
  return [...notes(mapping), ...clock.notes()];
}

async function readCells(input: Input, sink: Sink, { resolve, notes, absent }: Source): Promise<readonly Text[]> {
  const rows = await openRows(input, headerOf(input, resolve)?.delimiter ?? ',');
  let header: readonly string[] | undefined;
  let places: ReadonlyMap<string, number> = new Map();
  let reader: ReturnType<typeof orderReader> | undefined;
  const clock = localClock(input.zone);
  const told = new Map<string, Text>();
  /** The sheets that have rows → whether they are an order book. */
  const sheets = new Map<number, boolean>();
  let above = 0;
  let shortAt: number | undefined;
  await rows.each((row) => {
    if (row.cells.length <= 1 && (row.cells[0] ?? '') === '') return;
    if (!sheets.has(row.sheet)) {
      sheets.set(row.sheet, false);
      reader = undefined;
      above = 0;
    }
    if (!reader || !header) {
      above += 1;
      const mapping = above <= HEADER_WITHIN ? resolve(row.cells) : undefined;
      if (!mapping) return;
      sheets.set(row.sheet, true);
      header = row.cells;
      places = new Map(header.map((name, i) => [name, i]));
      reader = orderReader(mapping, input.zone, clock);
      for (const note of notes(mapping)) told.set(note.en, note);
      return;
    }
    shortAt = undefined;
    if (TOTALS_PATTERN.test(row.cells[0] ?? '')) return;
    // A sheet leaves out empty cells at the end and empty rows; text has them.
    if (rows.kind === 'text' && row.cells.length !== header.length) {
      if (row.cells.length < header.length) shortAt = row.at;
      sink.reject({ row: row.row, at: row.at, column: '', code: 'ragged', value: '' });
      return;
    }
    if (rows.kind !== 'text' && row.cells.every((cell) => cell === '')) return;
    put(
      sink,
      reader(row, (column) => bareText(row.cells[places.get(column) ?? -1] ?? '')),
    );
  });
  const passed = [...sheets].flatMap(([sheet, taken]) => (taken ? [] : [sheet]));
  if (passed.length === sheets.size) throw new DaozhangError('file.layout', { path: input.name, reason: absent });
  if (shortAt !== undefined && !/[\r\n]\s*$/.test(input.tail)) throw cutShort(input, shortAt);
  return [...told.values(), ...clock.notes(), ...passedOverNotes(rows, passed)];
}

function cutShort(input: Input, offset: number): DaozhangError {
  const reason = 'the last record is not complete / 最后一条记录不完整';
  return new DaozhangError('file.cut', { path: input.name, offset, reason });
}

function put(sink: Sink, read: readonly Line[] | Rejected): void {
  if ('code' in read) sink.reject(read);
  else for (const line of read as readonly Line[]) sink.line(line);
}
