/**
 * A bank statement as a table: what Chinese banks, and others without a format of their own, export. CSV and TSV in any
 * encoding, HTML named `.xls`, BIFF `.xls`, `.xlsx`.
 *
 * Lines of labels, a header found by its names within the first rows, movements, totals and remarks. Money moves in one signed
 * column, in two columns (收入/支出), or in one with a flag (借/贷). Two readings of the file: the first learns the order of day
 * and month and the decimal sign from the whole columns, the second makes the lines.
 *
 * What the statement states is checked: the balance behind each row, opening and closing balance, totals and counts. What does
 * not agree refuses the document; excerpts are held, see `bank-balance.ts` and `bank-checks.ts`.
 * The currency is never guessed: it is stated in a column, a header, a line above, or the header is Chinese (then CNY).
 * Source: real exports of eight banks (channels.md §8). O(rows) time; memory as in `rows.ts` and `bank-balance.ts`.
 */
import { isCurrency } from '../../base/currency.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import type { Balance, Check, Facts, Head, Input, RejectCode, RowsFormat, Sink } from '../format.ts';
import type { Kind, Line } from '../line.ts';
import { type LocalClock, localClock } from '../local-time.ts';
import { headRows, openRows, passedOverNotes, type Row, type Rows, rowKind } from '../rows.ts';
import { minorOf, reference, remittance } from './bank.ts';
import { type BalanceWatch, type Doubt, watchBalance } from './bank-balance.ts';
import {
  blank,
  type DayOrder,
  decimalOf,
  type Mark,
  type MarkFound,
  maskedCard,
  momentOf,
  type OrderFound,
  timeOf,
  watchDays,
  watchMarks,
} from './bank-cells.ts';
import { labelChecks, type Sums, totalsOf } from './bank-checks.ts';
import {
  type BankField,
  type BankHeader,
  bankHeader,
  currencyOf,
  type Label,
  labelled,
  totalsRow,
} from './bank-columns.ts';

type BankTableOptions = Readonly<{
  /** For tables that state no currency; ISO 4217. */
  currency?: string;
}>;

const HEADER_WITHIN = 30;

export function bankTableWith(options: BankTableOptions): RowsFormat {
  return {
    shape: 'rows',
    id: 'bank-table',
    title: { en: 'Bank statement as a table (CSV, TSV, Excel, HTML)', zh: '银行流水表格(CSV、TSV、Excel、网页表格)' },
    role: 'bank',
    rounding: 'none',
    check: {
      en: 'the balance behind each row; stated totals, counts, opening and closing balance',
      zh: '每行之后的余额;所附的合计、笔数、期初与期末余额',
    },
    mapping: [
      ['businessOn', '记账日期, else 交易日期 / posting date, else date'],
      ['occurredAt', '交易日期 + 交易时间'],
      ['valueOn', '起息日 / value date'],
      ['amount', '收入 − 支出, or 金额 with 借/贷, or a signed 金额'],
      ['currency', '币种, a unit in the header, a line above; CNY under a Chinese header'],
      ['kind', 'direction; 退汇, 手续费 and 利息 by 摘要'],
      ['account', '账号, 卡号'],
      ['bankRef', '流水号, 日志号, 凭证号 / reference'],
      ['party', '对方户名 / counterparty'],
      ['method', '交易渠道, 交易类型'],
      ['text', '摘要, 附言, 用途, 备注 / description, details'],
    ],
    detect: (head) => rowKind(head) === 'xls' || headerOf(head) !== undefined,
    read: (input, sink) => readTable(input, sink, options),
  };
}

/** Without options: a table that states no currency is refused unless its header is Chinese. */
export const bankTable: RowsFormat = bankTableWith({});

/** The delimiter under which a header shows, and how many columns it names. */
function headerOf(head: Head): { delimiter: string } | undefined {
  let best: { delimiter: string; fields: number } | undefined;
  for (const { delimiter, rows } of headRows(head, HEADER_WITHIN)) {
    const header = rows.map(bankHeader).find((h) => h !== undefined);
    const fields = header ? Object.keys(header.at).length : 0;
    if (header && fields > (best?.fields ?? 0)) best = { delimiter, fields };
  }
  return best;
}

const layoutError = (input: Input, en: string, zh: string): DaozhangError =>
  new DaozhangError('file.layout', { path: input.name, reason: `${en} / ${zh}` });

// ---------------------------------------------------------------- rows by what they are

type Seen =
  | Readonly<{ is: 'label' | 'total'; row: Row; header: BankHeader | undefined }>
  | Readonly<{ is: 'movement'; row: Row; header: BankHeader; cell: (field: BankField) => string }>;

/** Sorts the rows. A workbook may hold several sheets and a page several tables: each has its own header. */
async function eachSeen(rows: Rows, each: (seen: Seen) => void): Promise<boolean> {
  let sheet = -1;
  let above = 0;
  let header: BankHeader | undefined;
  let any = false;
  await rows.each((row) => {
    if (row.sheet !== sheet) {
      sheet = row.sheet;
      above = 0;
      header = undefined;
    }
    if (row.cells.every((cell) => cell === '')) return;
    if (!header) {
      above += 1;
      header = above <= HEADER_WITHIN ? bankHeader(row.cells) : undefined;
      if (header) any = true;
      else each({ is: 'label', row, header });
      return;
    }
    // A header is printed again on each page.
    if (header.cells.every((cell, i) => cell === (row.cells[i] ?? ''))) return;
    const { at } = header;
    const cell = (field: BankField): string => {
      const index = at[field];
      const text = index === undefined ? '' : (row.cells[index] ?? '');
      return blank(text) ? '' : text;
    };
    const total = totalsRow(row.cells);
    const amounts = cell('amount') + cell('credit') + cell('debit');
    const day = cell('booked') || cell('happened');
    if (total === 'page') return;
    if (total === 'total') each({ is: 'total', row, header });
    else if (amounts === '' && !/^\d/.test(day)) each({ is: 'label', row, header });
    else each({ is: 'movement', row, header, cell });
  });
  return any;
}

// ---------------------------------------------------------------- what the whole file tells

type Learned = Readonly<{
  order: DayOrder;
  mark: Mark;
  /** The balance column is filled and readable. */
  balances: boolean;
  labels: Partial<Record<Label, string>>;
  /** A currency named above the table. */
  currency: string | undefined;
  /** A card's bill with one signed column: positive is what the holder owes. */
  card: boolean;
  /** Money out is written with a minus throughout, so that the minus says nothing more than the column or flag does. */
  minusRepeats: boolean;
  chinese: boolean;
  notes: readonly Text[];
}>;

async function learn(input: Input, rows: Rows, delimiter: string): Promise<Learned> {
  const days = watchDays();
  const marks = watchMarks();
  const labels: Partial<Record<Label, string>> = {};
  const named = new Set<string>();
  let header: BankHeader | undefined;
  let card = false;
  let movements = 0;
  let stated = 0;
  let readable = 0;
  const out = { plus: 0, minus: 0 };
  const notes: Text[] = [];
  const found = await eachSeen(rows, (seen) => {
    if (seen.header?.twice !== undefined) {
      throw layoutError(input, `the header names “${seen.header.twice}” twice`, `表头重复出现“${seen.header.twice}”`);
    }
    if (seen.is !== 'movement') {
      for (const [label, value] of labelled(seen.row.cells)) labels[label] ??= value;
      if (seen.header || seen.is === 'total') return;
      const text = seen.row.cells.join(' ');
      if (CARD_BILL.test(text)) card = true;
      if (/人民币|\b(CNY|RMB)\b/.test(text)) named.add('CNY');
      return;
    }
    header ??= seen.header;
    movements += 1;
    for (const field of ['booked', 'happened', 'value'] as const) days.see(seen.cell(field));
    const paired = seen.header.at.credit !== undefined && seen.header.at.debit !== undefined;
    const gone = paired ? seen.cell('debit') : directionOf(seen.cell('flag')) === -1n ? seen.cell('amount') : '';
    if (/[1-9]/.test(gone)) out[gone.startsWith('-') ? 'minus' : 'plus'] += 1;
    for (const field of ['amount', 'credit', 'debit', 'balance'] as const) {
      const text = seen.cell(field);
      marks.see(text);
      if (field !== 'balance' || text === '') continue;
      stated += 1;
      if (decimalOf(text, 'point') ?? decimalOf(text, 'comma')) readable += 1;
    }
  });
  if (!found) throw new DaozhangError('file.unknown_format', { path: input.name });
  const chinese = header?.chinese ?? true;
  const { credit, debit, flag, balance } = header?.at ?? {};
  const oneSigned = (credit ?? debit ?? flag ?? balance) === undefined;
  card = oneSigned && (card || (header?.card ?? false));
  if (stated > 0 && (readable === 0 || readable * 2 < movements)) notes.push(balanceNotUsed);
  return {
    order: orderOf(input, days.found()),
    mark: markOf(input, marks.found(), !chinese && delimiter === ';'),
    balances: readable * 2 >= movements && readable > 0,
    labels,
    currency: currencyOf(labels.currency ?? '') ?? [...named][0],
    card,
    minusRepeats: out.plus === 0 && out.minus > 0,
    chinese,
    notes,
  };
}

const CARD_BILL = /信用卡|贷记卡|本期账单|credit card/i;

const balanceNotUsed: Text = {
  en: 'the balance column is masked or mostly empty; it was not used as a check',
  zh: '余额列被遮盖或大多为空,未用于核对',
};

function orderOf(input: Input, found: OrderFound): DayOrder {
  if (found === 'dmy' || found === 'mdy') return found;
  if (found === 'none') return 'dmy';
  if (found === 'both') {
    throw layoutError(input, 'some dates are day/month, others month/day', '有的日期是日/月,有的是月/日');
  }
  throw layoutError(
    input,
    'dates such as 01/02/2026 do not tell day from month; export with the year first, or a longer period',
    '形如 01/02/2026 的日期分不清日和月;请按年-月-日导出,或导出更长的期间',
  );
}

/** `1,234` alone is a thousand where decimals are marked by points; under a semicolon they often are not. */
function markOf(input: Input, found: MarkFound, either: boolean): Mark {
  if (found === 'point' || found === 'comma') return found;
  if (found === 'both' || (found === 'either' && either)) {
    throw layoutError(
      input,
      'the amounts do not tell whether point or comma marks the decimals',
      '无法判断金额中小数点用的是“.”还是“,”',
    );
  }
  return 'point';
}

// ---------------------------------------------------------------- lines

async function readTable(input: Input, sink: Sink, options: BankTableOptions): Promise<Facts> {
  const delimiter = headerOf(input)?.delimiter ?? ',';
  const rows = await openRows(input, delimiter);
  const clock = localClock(input.zone);
  const { statements, passed } = await statementsIn(rows);
  const parts: Facts[] = [];
  const one = async (of: Rows): Promise<unknown> =>
    parts.push(await readStatement(input, of, delimiter, sink, options, clock));
  for (const sheets of statements) {
    await one({ ...rows, each: (onRow) => rows.each((row) => (sheets.has(row.sheet) ? onRow(row) : undefined)) });
  }
  if (statements.length === 0) await one(rows);
  const facts = parts.length === 1 ? parts[0]! : together(parts);
  const notes = [...(facts.notes ?? []), ...clock.notes(), ...passedOverNotes(rows, passed)];
  return notes.length > 0 ? { ...facts, notes } : facts;
}

/**
 * The sheets of a workbook that are statements. One that says otherwise than the one before it (another account, another opening)
 * is a statement of its own; one that says nothing or the same goes on with it. Labels without a table belong to the next.
 */
async function statementsIn(rows: Rows): Promise<{ statements: Set<number>[]; passed: number[] }> {
  if (rows.kind !== 'xlsx' && rows.kind !== 'xls') return { statements: [], passed: [] };
  const seen = new Map<number, { table: boolean; labels: Map<Label, string> }>();
  await eachSeen(rows, ({ is, row, header }) => {
    const sheet = seen.get(row.sheet) ?? { table: false, labels: new Map<Label, string>() };
    seen.set(row.sheet, sheet);
    if (header) sheet.table = true;
    if (is !== 'movement') for (const [label, value] of labelled(row.cells)) sheet.labels.set(label, value);
  });
  const statements: Set<number>[] = [];
  const passed: number[] = [];
  let ahead: number[] = [];
  let said = new Map<Label, string>();
  for (const [number, { table, labels }] of seen) {
    if (!table) {
      if (labels.size > 0) ahead.push(number);
      else passed.push(number);
      continue;
    }
    const differs = [...labels].some(([label, value]) => said.has(label) && said.get(label) !== value);
    if (statements.length === 0 || differs) {
      statements.push(new Set());
      said = new Map();
    }
    for (const [label, value] of labels) said.set(label, value);
    for (const sheet of [...ahead, number]) statements.at(-1)!.add(sheet);
    ahead = [];
  }
  return { statements, passed: [...passed, ...ahead].sort((a, b) => a - b) };
}

/** What several statements say as one document: the account they share, all their days, every check and balance. */
function together(parts: readonly Facts[]): Facts {
  const accounts = new Set(parts.map((p) => p.account));
  const { compare } = Temporal.PlainDate;
  const days = (of: 'from' | 'to') => {
    const all = parts.flatMap((p) => p[of] ?? []);
    return all.length < parts.length ? [] : all.sort(compare);
  };
  const notes = new Map(parts.flatMap((p) => (p.notes ?? []).map((note) => [note.en, note])));
  const balances = parts.flatMap((p) => p.balances ?? []);
  return {
    account: accounts.size === 1 ? [...accounts][0] : undefined,
    from: days('from')[0],
    to: days('to').at(-1),
    checks: parts.flatMap((p) => p.checks),
    ...(balances.length > 0 && { balances }),
    ...(notes.size > 0 && { notes: [...notes.values()] }),
  };
}

async function readStatement(
  input: Input,
  rows: Rows,
  delimiter: string,
  sink: Sink,
  options: BankTableOptions,
  clock: LocalClock,
): Promise<Facts> {
  const learned = await learn(input, rows, delimiter);
  const sums = new Map<string, Sums>();
  const accounts = new Set<string>();
  const totals: { row: Row; header: BankHeader }[] = [];
  let balanceColumn = '';
  const balance = watchBalance(() => balanceColumn);
  const labelAccount = accountText(learned.labels.account ?? '');
  let shortAt: number | undefined;
  let rejected = false;

  await eachSeen(rows, (seen) => {
    if (seen.is === 'total' && seen.header) totals.push({ row: seen.row, header: seen.header });
    if (seen.is !== 'movement') return;
    balanceColumn = seen.header.cells[seen.header.at.balance ?? -1] ?? '';
    const short = rows.kind === 'text' && seen.row.cells.length < trimmed(seen.header.cells);
    shortAt = short ? seen.row.at : undefined;
    const line = lineOf(input, seen, short, { ...learned, fallback: options.currency, account: labelAccount, clock });
    if ('code' in line) {
      rejected = true;
      sink.reject(line);
      return;
    }
    accounts.add(line.line.account ?? '');
    addTo(sums, line.line, line.side);
    if (line.after !== undefined) watch(balance, line.line, line.after);
    sink.line(line.line);
  });
  if (shortAt !== undefined && !/[\r\n]\s*$/.test(input.tail)) {
    const reason = 'the last row is not complete / 最后一行不完整';
    throw new DaozhangError('file.cut', { path: input.name, offset: shortAt, reason });
  }
  const { facts, doubts } = factsOf(learned, sums, accounts, totals, balance, rejected);
  for (const doubt of doubts) sink.reject(doubt.rejected);
  return facts;
}

/** How many columns the header really names. */
const trimmed = (cells: readonly string[]): number => cells.findLastIndex((cell) => cell !== '') + 1;

type Movement = Extract<Seen, { is: 'movement' }>;
type Rejection = Readonly<{ row: number; at: number; column: string; code: RejectCode; value: string }>;
type Known = Learned & Readonly<{ fallback: string | undefined; account: string; clock: LocalClock }>;

/** `side`: the column or direction the bank booked it under; a correction in red stands there with the other sign. */
type Taken = Readonly<{ line: Line; side: Side; after: bigint | undefined }>;
type Side = 'credit' | 'debit';

function lineOf(input: Input, seen: Movement, short: boolean, known: Known): Taken | Rejection {
  const { row, header, cell } = seen;
  const no = (field: BankField, code: RejectCode): Rejection => {
    const value = cell(field);
    const column = header.cells[header.at[field] ?? -1] ?? field;
    return { row: row.row, at: row.at, column, code: value === '' ? 'missing' : code, value };
  };
  const over = row.cells.slice(header.cells.length).find((c) => c !== '');
  if (short || over !== undefined) return { row: row.row, at: row.at, column: '', code: 'ragged', value: over ?? '' };

  const dayField = cell('booked') !== '' ? 'booked' : 'happened';
  const booked = momentOf(cell(dayField), known.order);
  if (!booked) return no(dayField, 'bad_date');
  const happened = cell('happened') === '' ? booked : momentOf(cell('happened'), known.order);
  if (!happened) return no('happened', 'bad_date');
  const time =
    cell('time') === '' ? happened.time : (momentOf(cell('time'), known.order)?.time ?? timeOf(cell('time')));
  if (cell('time') !== '' && !time) return no('time', 'bad_date');
  const value = cell('value') === '' ? undefined : momentOf(cell('value'), known.order);
  if (cell('value') !== '' && !value) return no('value', 'bad_date');

  const currency =
    cell('currency') === ''
      ? (header.currency ?? known.currency ?? fallbackCurrency(input, known))
      : currencyOf(cell('currency'));
  if (currency === undefined) return no('currency', 'bad_currency');
  const amount = amountOf(header, cell, currency, known);
  if ('code' in amount) return no(amount.field, amount.code);
  const after = known.balances ? minorOf(decimalOf(cell('balance'), known.mark), currency) : undefined;
  if (after !== undefined && typeof after !== 'bigint') return no('balance', after);

  const text = remittance([...new Set(header.text.map((i) => row.cells[i] ?? '').filter((t) => !blank(t)))]);
  const own = accountText(cell('account')) || known.account;
  const account = known.card ? maskedCard(own) : own;
  return {
    after,
    side: amount.side,
    line: {
      row: row.row,
      at: row.at,
      length: row.length,
      kind: kindOf(text ?? '', amount.minor),
      status: 'done',
      currency,
      amount: amount.minor,
      occurredAt: time && known.clock.at(happened.on.toPlainDateTime(time)),
      businessOn: booked.on,
      valueOn: value?.on,
      account: account === '' ? undefined : account,
      bankRef: reference(cell('ref')),
      method: cell('method'),
      party: cell('party'),
      text,
    },
  };
}

const accountText = (cell: string): string => cell.replace(/^'|'$/g, '').replace(/\s+/g, ' ').trim();

function fallbackCurrency(input: Input, known: Known): string {
  if (known.fallback !== undefined && isCurrency(known.fallback)) return known.fallback;
  if (known.chinese) return 'CNY';
  throw layoutError(
    input,
    'no currency is stated; set “currency:” of this account in daozhang.yaml',
    '没有写明币种;请在 daozhang.yaml 中为该账户设置 currency:',
  );
}

type NoAmount = Readonly<{ field: BankField; code: RejectCode }>;

/** Signed minor units: in is positive. A zero in the other column of a pair is how some banks leave it empty. */
function amountOf(
  header: BankHeader,
  cell: (field: BankField) => string,
  currency: string,
  known: Known,
): Readonly<{ minor: bigint; side: Side }> | NoAmount {
  const minorIn = (field: BankField): bigint | NoAmount => {
    const read = cell(field) === '' ? 0n : minorOf(decimalOf(cell(field), known.mark), currency);
    return typeof read === 'bigint' ? read : { field, code: read };
  };
  // A minus in money out repeats the direction where all have it; else it is a correction in red (红字), money back in.
  const out = (minor: bigint): bigint => (minor < 0n && known.minusRepeats ? minor : -minor);
  if (header.at.credit !== undefined && header.at.debit !== undefined) {
    const credit = minorIn('credit');
    const debit = minorIn('debit');
    if (typeof credit !== 'bigint') return credit;
    if (typeof debit !== 'bigint') return debit;
    if (cell('credit') === '' && cell('debit') === '') return { field: 'credit', code: 'missing' };
    if (credit !== 0n && debit !== 0n) return { field: 'debit', code: 'bad_value' };
    return debit === 0n ? { minor: credit, side: 'credit' } : { minor: out(debit), side: 'debit' };
  }
  const amount = minorIn('amount');
  if (typeof amount !== 'bigint') return amount;
  if (cell('amount') === '') return { field: 'amount', code: 'missing' };
  if (header.at.flag === undefined) {
    const minor = known.card ? -amount : amount;
    return { minor, side: minor < 0n ? 'debit' : 'credit' };
  }
  const direction = directionOf(cell('flag'));
  if (direction === undefined) return { field: 'flag', code: 'bad_value' };
  return direction === 1n ? { minor: amount, side: 'credit' } : { minor: out(amount), side: 'debit' };
}

const IN = /^(贷|收|入|存|来|转入|cr?\b|credit|haben|in\b|\+)/i;
const OUT = /^(借|支|付|出|取|往|转出|dr?\b|debit|soll|out\b|-)/i;

function directionOf(flag: string): 1n | -1n | undefined {
  const text = flag.normalize('NFKC').trim();
  if (IN.test(text)) return 1n;
  return OUT.test(text) ? -1n : undefined;
}

/** By what the bank itself calls the movement; everything else is money in or money out. */
function kindOf(text: string, amount: bigint): Kind {
  if (amount > 0n && /退汇|退票/.test(text)) return 'payout_return';
  if (/冲正|冲账|抹账|撤销交易/.test(text)) return 'reversal';
  if (/^(结息|利息|扣税|利息税|存款利息|活期结息|interest)/i.test(text)) return 'adjustment';
  if (amount < 0n && /^(手续费|工本费|年费|账户管理费|短信费|短信服务费|汇划费|服务费|bank charges?|fee)/i.test(text))
    return 'fee';
  return amount < 0n ? 'payout' : 'payment';
}

function watch(balance: BalanceWatch, line: Line, after: bigint): void {
  const { account = '', currency, row, amount } = line;
  balance.see({ account, currency, row, at: line.at, on: line.businessOn!, amount, after });
}

function addTo(sums: Map<string, Sums>, { currency, amount }: Line, side: Side): void {
  const sum = sums.get(currency) ?? { credits: 0n, debits: 0n, creditCount: 0n, debitCount: 0n };
  sums.set(currency, sum);
  if (side === 'credit') {
    sum.credits += amount;
    sum.creditCount += 1n;
  } else {
    sum.debits -= amount;
    sum.debitCount += 1n;
  }
}

// ---------------------------------------------------------------- facts and checks

function factsOf(
  learned: Learned,
  sums: ReadonlyMap<string, Sums>,
  accounts: ReadonlySet<string>,
  totals: readonly { row: Row; header: BankHeader }[],
  balance: BalanceWatch,
  rejected: boolean,
): { facts: Facts; doubts: readonly Doubt[] } {
  const notes: Text[] = [...learned.notes];
  const { labels, mark } = learned;
  const running = balance.result(rejected);
  const checks: Check[] = [...running.checks];
  const balances: Balance[] = [...running.balances];
  const doubts: Doubt[] = [...running.doubts];
  // A row that cannot be read counts too: then nothing is held.
  const whole = rejected || running.checks.some((check) => check.ok);
  for (const { row, header } of totals) {
    const judged = totalsOf(row, header, sums, learned, whole);
    checks.push(...judged.checks);
    doubts.push(...judged.doubts);
    notes.push(...judged.notes);
  }
  notes.push(...new Set(running.doubts.map((doubt) => doubt.note)));
  const sole = sums.size === 1 ? [...sums][0] : undefined;
  if (sole) checks.push(...labelChecks(sole[0], sole[1], labels, mark, balances));
  if (learned.card) notes.push(cardNote);
  const [from, to] = periodOf(labels, learned.order);
  const facts: Facts = {
    account: accounts.size === 1 && ![...accounts].includes('') ? [...accounts][0] : undefined,
    from,
    to,
    checks,
    ...(balances.length > 0 && { balances: balances.map((b) => ({ ...b, from, to })) }),
    ...(notes.length > 0 && { notes }),
  };
  return { facts, doubts };
}

const cardNote: Text = {
  en: "a card's bill: what the holder spent is money out, repayments and refunds are money in",
  zh: '信用卡账单:消费记为支出,还款与退款记为收入',
};

function periodOf(
  labels: Learned['labels'],
  order: DayOrder,
): [Temporal.PlainDate | undefined, Temporal.PlainDate | undefined] {
  const found = [...(labels.period ?? '').matchAll(/\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{8}/g)].map((m) => m[0]);
  const day = (text: string | undefined): Temporal.PlainDate | undefined =>
    text === undefined ? undefined : momentOf(text.trim(), order)?.on;
  return found.length === 2 ? [day(found[0]), day(found[1])] : [day(labels.from), day(labels.to)];
}
