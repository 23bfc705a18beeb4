/**
 * PayPal settlement report (STL) and transaction detail report (TRR), as they come by SFTP. Records are told by their first
 * cell: RH report, FH file, SH section (account and period), CH column names, SB a transaction, SF and SC the section's totals
 * per currency and its count, RF and RC the report's, FF the file's count.
 *
 * Amounts are unsigned minor units of the currency with `CR` or `DR` beside them; times carry their offset. The business date is
 * that of completion, because that is the day in whose report a transaction stands; it happened when it was initiated.
 *
 * Proven here: the count of SB records against SC, RC and FF; per section and currency, gross credits, gross debits, fee
 * credits and fee debits against SF, and over the file against RF. A currency that is converted at once is not held and has no
 * footer: then its rows must sum to zero. A detail report also lists what moved nothing; its footers may leave that out.
 * A report may be split into files; RF and RC are the whole report's and are compared only where the file is the first.
 * Source: developer.paypal.com — settlement report, transaction detail report (channels.md §7).
 *
 * Cost: O(bytes), one pass; memory is one record and the totals.
 */
import { exponentOf, isCurrency } from '../../base/currency.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { scaledText } from '../../base/money.ts';
import type { Micros } from '../../base/time.ts';
import type { Balance, Check, Facts, Head, Input, RejectCode, RowsFormat, Sink } from '../format.ts';
import type { Line, Status } from '../line.ts';
import { eachRecord } from '../records.ts';
import { splitRecord } from './csv-header.ts';
import { PAYPAL_SHOWN_ONLY, paypalKind } from './paypal.ts';

/** Our word for a column → its names; the French ones from reports of French accounts. */
const COLUMNS = {
  id: ['Transaction ID', 'Numéro de transaction'],
  invoice: ['Invoice ID', 'Numéro de facture'],
  reference: ['PayPal Reference ID', 'Numéro de référence PayPal'],
  referenceType: ['PayPal Reference ID Type', 'Type de numéro de référence PayPal'],
  code: ['Transaction Event Code', 'Code de transaction'],
  initiated: ['Transaction Initiation Date', 'Date de début de la transaction'],
  completed: ['Transaction Completion Date', 'Date de fin de transaction'],
  way: ['Transaction Debit or Credit', 'Transaction débitée ou créditée'],
  gross: ['Gross Transaction Amount', 'Montant brut de la transaction'],
  currency: ['Gross Transaction Currency', 'Devise de la transaction'],
  feeWay: ['Fee Debit or Credit', 'Commission débitée ou créditée'],
  fee: ['Fee Amount', 'Montant de la commission'],
  feeCurrency: ['Fee Currency', 'Devise de la commission'],
  custom: ['Custom Field', 'Champ personnalisé'],
  store: ['Store ID', 'Identifiant de la boutique'],
  bank: ['Bank Reference ID'],
  status: ['Transactional Status', 'Transaction Status', 'État de la transaction'],
  subject: ['Transaction Subject', 'Objet de la transaction'],
  terminal: ['Terminal ID', 'Identifiant du terminal'],
  source: ['Payment Source', 'Source de paiement'],
  firstName: ['First Name', 'Prénom'],
  lastName: ['Last Name', 'Nom'],
} as const satisfies Record<string, readonly string[]>;
type Word = keyof typeof COLUMNS;

const NEEDED: readonly Word[] = [
  'id',
  'code',
  'initiated',
  'completed',
  'way',
  'gross',
  'currency',
  'feeWay',
  'fee',
  'feeCurrency',
];

const nameOf = (cell: string): string => cell.trim().replace(/\s+/g, ' ').toLowerCase();

type Columns = Readonly<{ at: Partial<Record<Word, number>>; names: readonly string[] }>;

function columnsOf(cells: readonly string[]): Columns {
  const keys = cells.map(nameOf);
  const at: Partial<Record<Word, number>> = {};
  for (const [word, names] of Object.entries(COLUMNS)) {
    const wanted = names.map(nameOf);
    const i = keys.findIndex((k) => wanted.includes(k));
    if (i !== -1) at[word as Word] = i;
  }
  return { at, names: cells };
}

const FIRST = /^"?(?:RH|FH|SH|CH)"?([,\t])/;

function headerOf(head: Head): Columns | undefined {
  const delimiter = FIRST.exec(head.text)?.[1];
  if (delimiter === undefined) return undefined;
  const header = head.text.split('\n', 20).find((record) => /^"?CH"?[,\t]/.test(record));
  return header === undefined ? undefined : columnsOf(splitRecord(header.replace(/\r$/, ''), delimiter));
}

export const paypalStl: RowsFormat = {
  shape: 'rows',
  id: 'paypal-stl',
  title: {
    en: 'PayPal settlement report (STL) and transaction detail report (TRR)',
    zh: 'PayPal 结算报告(STL)与交易明细报告(TRR)',
  },
  role: 'channel',
  channel: 'paypal',
  rounding: 'row',
  check: {
    en: 'SF, RF: gross and fee totals per currency; SC, RC, FF: counts',
    zh: 'SF、RF:各币种总额与手续费合计;SC、RC、FF:笔数',
  },
  mapping: [
    ['occurredAt', 'Transaction Initiation Date'],
    ['businessOn', 'Transaction Completion Date'],
    ['account', 'SH, else RH'],
    ['store', 'Store ID'],
    ['terminal', 'Terminal ID'],
    ['kind', 'Transaction Event Code'],
    ['status', 'Transactional Status (TRR)'],
    ['currency', 'Gross Transaction Currency'],
    ['amount', 'Gross Transaction Amount, Transaction Debit or Credit'],
    ['fee', 'Fee Amount, Fee Debit or Credit'],
    ['channelRef', 'Transaction ID'],
    ['originRef', 'PayPal Reference ID of type TXN, of what is no payment'],
    ['orderRef', 'Invoice ID'],
    ['paymentRef', 'Custom Field'],
    ['bankRef', 'Bank Reference ID'],
    ['method', 'Payment Source (TRR)'],
    ['party', 'First Name, Last Name (TRR)'],
    ['text', 'Transaction Event Code, Transaction Subject'],
  ],
  detect: (head) => headerOf(head)?.at.code !== undefined,
  read,
};

/** What SF and RF sum up, in minor units. */
type Sums = { grossCredit: bigint; grossDebit: bigint; feeCredit: bigint; feeDebit: bigint };
const PARTS = [
  ['grossCredit', { en: 'gross credits', zh: '贷记总额' }],
  ['grossDebit', { en: 'gross debits', zh: '借记总额' }],
  ['feeCredit', { en: 'fee credits', zh: '手续费贷记' }],
  ['feeDebit', { en: 'fee debits', zh: '手续费借记' }],
] as const satisfies ReadonlyArray<readonly [keyof Sums, Text]>;

const net = (s: Sums): bigint => s.grossCredit - s.grossDebit + s.feeCredit - s.feeDebit;

/** Sums per currency, of all rows and of those that moved money. */
type Totals = { all: Map<string, Sums>; moved: Map<string, Sums>; rows: number };
const newTotals = (): Totals => ({ all: new Map(), moved: new Map(), rows: 0 });

function add(totals: Totals, currency: string, part: keyof Sums, amount: bigint, moved: boolean): void {
  for (const map of moved ? [totals.all, totals.moved] : [totals.all]) {
    let sums = map.get(currency);
    if (!sums) {
      sums = { ...EMPTY };
      map.set(currency, sums);
    }
    sums[part] += amount;
  }
}

const EMPTY: Readonly<Sums> = { grossCredit: 0n, grossDebit: 0n, feeCredit: 0n, feeDebit: 0n };

type Section = {
  number: number;
  account: string | undefined;
  from: Temporal.PlainDate | undefined;
  to: Temporal.PlainDate | undefined;
  totals: Totals;
  footed: Set<string>;
};

/** One document on its way through: what was seen so far, and what the footers said of it. */
type Reading = {
  readonly input: Input;
  readonly sink: Sink;
  readonly checks: Check[];
  readonly balances: Balance[];
  readonly notes: Text[];
  readonly sections: Section[];
  report: Totals;
  columns: Columns | undefined;
  account: string | undefined;
  fileNumber: number;
  fileRows: number;
  ended: boolean;
};

type CsvRecord = Readonly<{ row: number; at: number; length: number; cells: readonly string[] }>;

async function read(input: Input, sink: Sink): Promise<Facts> {
  const delimiter = FIRST.exec(input.text)?.[1] ?? ',';
  const reading: Reading = {
    input,
    sink,
    checks: [],
    balances: [],
    notes: [],
    sections: [],
    report: newTotals(),
    columns: undefined,
    account: undefined,
    fileNumber: 1,
    fileRows: 0,
    ended: false,
  };
  await eachRecord(
    input,
    ({ text, ...place }) => {
      if (text.trim() !== '') take(reading, { ...place, cells: splitRecord(text, delimiter) });
    },
    delimiter,
  );
  return factsOf(reading);
}

function take(reading: Reading, record: CsvRecord): void {
  const { cells } = record;
  const type = cells[0]!.trim();
  if (reading.ended && type !== 'RH' && type !== 'FH') {
    throw layout(
      reading,
      record,
      `“${type.slice(0, 20)}” behind the file footer / 文件尾之后还有“${type.slice(0, 20)}”`,
    );
  }
  switch (type) {
    case 'RH':
      reading.account = cells[3]?.trim() || undefined;
      reading.report = newTotals();
      reading.ended = false;
      return;
    case 'FH':
      reading.fileNumber = Number(/^\s*(\d{1,6})\s*$/.exec(cells[1] ?? '')?.[1] ?? 1);
      reading.fileRows = 0;
      reading.ended = false;
      return;
    case 'SH':
      openSection(reading, cells);
      return;
    case 'CH':
      reading.columns = neededColumns(reading, record);
      return;
    case 'SB':
      transaction(reading, record);
      return;
    case 'SF':
      footer(reading, record, section(reading).totals, sectionName(section(reading)));
      return;
    case 'SC':
      count(reading, record, section(reading).totals.rows, sectionName(section(reading)));
      return;
    case 'RF':
      if (reading.fileNumber === 1) footer(reading, record, reading.report, { en: 'report', zh: '报告' });
      return;
    case 'RC':
      if (reading.fileNumber === 1) count(reading, record, reading.report.rows, { en: 'report', zh: '报告' });
      return;
    case 'FF':
      count(reading, record, reading.fileRows, { en: 'file', zh: '文件' });
      reading.ended = true;
      return;
    default: {
      const shown = type.slice(0, 20);
      throw layout(reading, record, `there is no record of type “${shown}” / 没有“${shown}”类型的记录`);
    }
  }
}

function factsOf(reading: Reading): Facts {
  if (!reading.ended) {
    const reason = 'the file footer FF is missing / 缺少文件尾记录 FF';
    throw new DaozhangError('file.cut', { path: reading.input.name, offset: reading.input.size, reason });
  }
  const { sections, checks, balances, notes } = reading;
  for (const one of sections) unfooted(reading, one);
  const covered = sections.flatMap((s) => (s.from && s.to ? [s.from, s.to] : [])).sort(Temporal.PlainDate.compare);
  const accounts = new Set(sections.map((s) => s.account));
  const account = accounts.size === 1 ? [...accounts][0] : undefined;
  return { account, from: covered[0], to: covered.at(-1), checks, balances, notes };
}

function layout(reading: Reading, record: CsvRecord, reason: string): DaozhangError {
  const where = `line ${record.row} / 第 ${record.row} 行`;
  return new DaozhangError('file.layout', { path: reading.input.name, reason: `${where}: ${reason}` });
}

function neededColumns(reading: Reading, record: CsvRecord): Columns {
  const columns = columnsOf(record.cells);
  for (const word of NEEDED) {
    if (columns.at[word] !== undefined) continue;
    const name = COLUMNS[word][0];
    throw layout(reading, record, `the column “${name}” is missing / 缺少“${name}”列`);
  }
  return columns;
}

const section = (reading: Reading): Section => reading.sections.at(-1) ?? openSection(reading, []);
const sectionName = (s: Section): Text => ({ en: `section ${s.number}`, zh: `第 ${s.number} 节` });

function openSection(reading: Reading, cells: readonly string[]): Section {
  const opened: Section = {
    number: reading.sections.length + 1,
    account: cells[3]?.trim() || cells[4]?.trim() || reading.account,
    from: momentOf(cells[1] ?? '')?.on,
    to: momentOf(cells[2] ?? '')?.on,
    totals: newTotals(),
    footed: new Set(),
  };
  reading.sections.push(opened);
  return opened;
}

// ---------------------------------------------------------------- SB

/** What one transaction says, or the column that cannot be read and why. */
type Transaction = Readonly<{
  get: (word: Word) => string;
  code: string;
  currency: string;
  /** Signed; the fee as cost. */
  amount: bigint;
  fee: bigint;
  feeCurrency: string;
  status: Status;
  initiated: Moment;
  completed: Moment;
}>;
type Unreadable = Readonly<{ word: Word | undefined; code: RejectCode }>;

function transaction(reading: Reading, record: CsvRecord): void {
  const { columns } = reading;
  if (!columns) throw layout(reading, record, 'a transaction before the column names / 明细出现在列名之前');
  const { totals, account } = section(reading);
  for (const each of [totals, reading.report]) each.rows += 1;
  reading.fileRows += 1;
  const { row, at, length } = record;
  const t = transactionOf(columns, record.cells);
  if ('word' in t) {
    const i = t.word === undefined ? undefined : columns.at[t.word];
    const value = i === undefined ? '' : (record.cells[i] ?? '').trim();
    const code = i !== undefined && value === '' ? 'missing' : t.code;
    reading.sink.reject({ row, at, column: i === undefined ? '' : columns.names[i]!, code, value });
    return;
  }
  const moved = t.status === 'done';
  for (const each of [totals, reading.report]) {
    add(each, t.currency, t.amount < 0n ? 'grossDebit' : 'grossCredit', t.amount < 0n ? -t.amount : t.amount, moved);
    add(each, t.feeCurrency, t.fee < 0n ? 'feeCredit' : 'feeDebit', t.fee < 0n ? -t.fee : t.fee, moved);
  }
  const line = { row, at, length, account, ...commonOf(t) };
  const own = t.feeCurrency === t.currency;
  const kind = paypalKind(t.code, t.amount >= 0n);
  const originRef = kind !== 'payment' && t.get('referenceType') === 'TXN' ? t.get('reference') : undefined;
  const feeScale = exponentOf(t.currency)!;
  reading.sink.line({
    ...line,
    kind,
    currency: t.currency,
    amount: t.amount,
    settle: t.amount,
    fee: own ? t.fee : 0n,
    feeScale,
    originRef,
  });
  // A fee in another currency leaves another balance: a line of its own.
  if (!own && t.fee !== 0n) {
    reading.sink.line({ ...line, kind: 'fee', currency: t.feeCurrency, amount: -t.fee, originRef: t.get('id') });
  }
}

function commonOf(t: Transaction): Omit<Line, 'row' | 'at' | 'length' | 'kind' | 'currency' | 'amount'> {
  const { get } = t;
  return {
    status: t.status,
    occurredAt: t.initiated.at,
    businessOn: t.completed.on,
    store: get('store'),
    terminal: get('terminal'),
    orderRef: get('invoice'),
    paymentRef: get('custom'),
    channelRef: get('id'),
    bankRef: get('bank'),
    method: get('source'),
    party: [get('firstName'), get('lastName')].filter((name) => name !== '').join(' '),
    text: [t.code, get('subject')].filter((part) => part !== '').join(' · '),
  };
}

function transactionOf(columns: Columns, cells: readonly string[]): Transaction | Unreadable {
  const bad = (word: Word | undefined, code: RejectCode): Unreadable => ({ word, code });
  if (cells.length !== columns.names.length) return bad(undefined, 'ragged');
  const get = (word: Word): string => {
    const i = columns.at[word];
    return i === undefined ? '' : cells[i]!.trim();
  };
  const currency = get('currency');
  if (!isCurrency(currency)) return bad('currency', 'bad_currency');
  const gross = minorOf(get('gross'));
  if (gross === undefined) return bad('gross', 'bad_amount');
  const way = get('way');
  if (way !== 'CR' && way !== 'DR') return bad('way', 'bad_value');
  const fee = get('fee') === '' ? 0n : minorOf(get('fee'));
  if (fee === undefined) return bad('fee', 'bad_amount');
  const feeWay = get('feeWay');
  if (feeWay !== 'CR' && feeWay !== 'DR' && (feeWay !== '' || fee !== 0n)) return bad('feeWay', 'bad_value');
  const feeCurrency = get('feeCurrency') || currency;
  if (!isCurrency(feeCurrency)) return bad('feeCurrency', 'bad_currency');
  const code = get('code');
  if (!/^T\d{4}$/.test(code)) return bad('code', 'bad_value');
  const initiated = momentOf(get('initiated'));
  if (!initiated) return bad('initiated', 'bad_date');
  const completed = get('completed') === '' ? initiated : momentOf(get('completed'));
  if (!completed) return bad('completed', 'bad_date');
  const status = statusOf(columns.at.status === undefined ? undefined : get('status'), code);
  if (!status) return bad('status', 'bad_value');
  const amount = way === 'CR' ? gross : -gross;
  return { get, code, currency, amount, fee: feeWay === 'CR' ? -fee : fee, feeCurrency, status, initiated, completed };
}

// ---------------------------------------------------------------- footers

function check(reading: Reading, name: Text, expected: string, actual: string): void {
  reading.checks.push({ name, expected, actual, ok: expected === actual });
}

function count(reading: Reading, record: CsvRecord, actual: number, whose: Text): void {
  const type = record.cells[0]!.trim();
  const written = (record.cells[1] ?? '').trim();
  const expected = /^\d{1,12}$/.test(written) ? String(Number(written)) : written;
  check(reading, { en: `${type} ${whose.en}: transactions`, zh: `${type} ${whose.zh}:笔数` }, expected, String(actual));
}

/** SF and RF: currency, four totals, three pairs of opening and closing balance, a number of their own that is not explained. */
function footer(reading: Reading, record: CsvRecord, totals: Totals, whose: Text): void {
  const cells = record.cells.map((c) => c.trim());
  const [type = '', currency = ''] = cells;
  const exponent = exponentOf(currency);
  if (exponent === undefined) throw layout(reading, record, `“${currency.slice(0, 20)}” is no currency / 不是币种`);
  const all = totals.all.get(currency) ?? EMPTY;
  const moved = totals.moved.get(currency) ?? EMPTY;
  const stated = PARTS.map((_, i) => minorOf(cells[2 + i] ?? ''));
  // A detail report's footer may leave out what moved nothing: then all four totals do.
  const counted =
    reading.columns?.at.status !== undefined && PARTS.every(([part], i) => moved[part] === stated[i]) ? moved : all;
  PARTS.forEach(([part, says], i) => {
    const expected = stated[i] === undefined ? (cells[2 + i] ?? '') : scaledText(stated[i], exponent);
    const name = {
      en: `${type} ${whose.en} ${currency}: ${says.en}`,
      zh: `${type} ${whose.zh} ${currency}:${says.zh}`,
    };
    check(reading, name, expected, scaledText(counted[part], exponent));
  });
  if (type !== 'SF') return;
  section(reading).footed.add(currency);
  balance(reading, currency, cells, net(counted));
}

/**
 * The balance that can be used and the whole balance, each before and after. Which of the two a hold moves differs, so the pair
 * that the rows explain is taken; none is told but no reason to refuse, as the totals have proven the rows.
 */
function balance(reading: Reading, currency: string, cells: readonly string[], moved: bigint): void {
  const { number, account = '', from, to } = section(reading);
  const pairs = [
    [signedMinor(cells[10], cells[11]), signedMinor(cells[12], cells[13])],
    [signedMinor(cells[6], cells[7]), signedMinor(cells[8], cells[9])],
  ] as const;
  if (pairs.flat().includes(undefined)) return;
  const pair = pairs.find(([opening, closing]) => opening! + moved === closing);
  if (pair) {
    reading.balances.push({ account, currency, opening: pair[0], closing: pair[1], from, to });
    return;
  }
  reading.notes.push({
    en: `section ${number}: the rows do not explain the step from opening to closing balance in ${currency}; part of it may be held`,
    zh: `第 ${number} 节:明细不能解释 ${currency} 期初到期末余额的变化,可能有部分资金被冻结`,
  });
}

/** A currency that is not held has no footer; what came in went out again. */
function unfooted(reading: Reading, { number, totals, footed }: Section): void {
  if (reading.columns?.at.status !== undefined) return;
  for (const [currency, sums] of totals.all) {
    if (footed.has(currency)) continue;
    const exponent = exponentOf(currency)!;
    const name = {
      en: `section ${number} ${currency}: no footer, so nothing stays`,
      zh: `第 ${number} 节 ${currency}:无合计行,应收支相抵`,
    };
    check(reading, name, scaledText(0n, exponent), scaledText(net(sums), exponent));
  }
}

/** Unsigned minor units; 64 bits hold them. */
function minorOf(text: string): bigint | undefined {
  return /^\d{1,18}$/.test(text) ? BigInt(text) : undefined;
}

function signedMinor(way: string | undefined, text: string | undefined): bigint | undefined {
  const amount = minorOf(text ?? '');
  return amount === undefined || (way !== 'CR' && way !== 'DR') ? undefined : way === 'CR' ? amount : -amount;
}

/** A settlement report lists what is settled. A detail report has a letter: S success, V reversed and F partly refunded moved. */
function statusOf(letter: string | undefined, code: string): Status | undefined {
  const shown = PAYPAL_SHOWN_ONLY.some((prefix) => code.startsWith(prefix));
  switch (letter) {
    case undefined:
    case 'S':
    case 'V':
    case 'F':
      return shown ? 'pending' : 'done';
    case 'P':
      return 'pending';
    case 'D':
      return 'failed';
    default:
      return undefined;
  }
}

const MOMENT = /^(\d{4})[/-](\d{2})[/-](\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2}):?(\d{2})$/;

type Moment = Readonly<{ at: Micros; on: Temporal.PlainDate }>;

/** `2024/08/20 00:01:17 -0700` → the instant, and the date as it stands there. */
function momentOf(written: string): Moment | undefined {
  const m = MOMENT.exec(written.trim());
  const day = m && dayOf(`${m[1]}-${m[2]}-${m[3]}`);
  if (!m || !day || Number(m[4]) > 23 || Number(m[5]) > 59 || Number(m[6]) > 59) return undefined;
  const offset = (Number(m[8]) * 60 + Number(m[9])) * (m[7] === '-' ? -1 : 1);
  const seconds = (Number(m[4]) * 60 + Number(m[5]) - offset) * 60 + Number(m[6]);
  return { at: day.at + BigInt(seconds) * 1_000_000n, on: day.on };
}

/** Midnight UTC of each day, as one file names few days many times. */
const days = new Map<string, Moment>();

function dayOf(iso: string): Moment | undefined {
  const known = days.get(iso);
  if (known) return known;
  try {
    const on = Temporal.PlainDate.from(iso);
    const day = { on, at: on.toZonedDateTime('UTC').toInstant().epochNanoseconds / 1000n };
    if (days.size >= 4096) days.clear();
    days.set(iso, day);
    return day;
  } catch {
    return undefined;
  }
}
