/**
 * BAI2, the cash management report of North American banks: previous-day and same-day statements.
 *
 * A logical record is a physical one plus the 88 records that continue it, mid-field lists and text alike. Amounts are
 * unsigned minor units; the direction is in the type code. Every level carries control totals, all of them checked here:
 * 49 (sum of the account's amounts, records), 98 and 99 (sums, counts of what lies below). Those sums are blind to the
 * direction, so where the bank also states total credits (100) and debits (400) and the details are complete, credits and
 * debits are compared one by one, and opening ledger + details with the closing ledger.
 * Banks may report totals with few or no details; then only the control totals bind, and a note says so.
 *
 * Source: ASC X9 "Cash Management Balance Reporting Specifications" version 2 (channels.md §8). O(bytes), memory O(accounts).
 */
import { isCurrency } from '../../base/currency.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { decimalText } from '../../base/money.ts';
import type { Balance, Check, Facts, Input, RejectCode, Rejected, RowsFormat, Sink } from '../format.ts';
import type { Kind, Line } from '../line.ts';
import { eachRecord } from '../records.ts';
import { reference, remittance } from './bank.ts';

export const bai2: RowsFormat = {
  shape: 'rows',
  id: 'bai2',
  title: { en: 'BAI2 bank statement', zh: 'BAI2 银行对账单' },
  role: 'bank',
  rounding: 'none',
  check: {
    en: 'control totals and counts of records 49, 98 and 99; total credits and debits; opening + details = closing',
    zh: '49、98、99 记录的控制合计与条数;贷方、借方合计;期初加明细等于期末',
  },
  mapping: [
    ['account', '03 account number'],
    ['currency', '03 currency, else 02 currency, else USD'],
    ['businessOn', '02 as-of date'],
    ['valueOn', '16 value date (funds type V)'],
    ['kind', '16 type code'],
    ['amount', '16 amount, direction by type code'],
    ['method', '16 type code'],
    ['bankRef', '16 bank reference'],
    ['paymentRef', '16 customer reference'],
    ['text', '16 text, 88'],
  ],
  detect: (head) => /^\s*01,[^,\r\n]*,[^,\r\n]*,\d{6},\d{0,4},/.test(head.text) && /[\r\n]02,/.test(head.text),
  read,
};

// ---------------------------------------------------------------- logical records

/** `parts`: what each physical record holds behind its code, without the closing slash. */
type LogicalRecord = { code: string; row: number; at: number; length: number; parts: string[] };

async function eachLogical(input: Input, each: (record: LogicalRecord, physical: number) => void): Promise<void> {
  let open: LogicalRecord | undefined;
  let physical = 0;
  const close = (): void => {
    if (open) each(open, physical);
    open = undefined;
    physical = 0;
  };
  await eachRecord(input, ({ row, at, length, text }) => {
    const content = text.trimEnd();
    if (content === '' || content === '\x1a') return;
    const code = content.slice(0, 2);
    const part = content.slice(3).replace(/\/$/, '');
    if (!CODES.has(code) || (content.length > 2 && content[2] !== ',')) {
      const reason = `no BAI2 record: “${content.slice(0, 40)}” / 不是 BAI2 记录`;
      throw new DaozhangError('file.corrupt', { path: input.name, offset: at, reason });
    }
    if (code === '88') {
      if (!open) {
        const reason = 'a continuation (88) of nothing / 88 续行没有所属记录';
        throw new DaozhangError('file.corrupt', { path: input.name, offset: at, reason });
      }
      open.parts.push(part);
      open.length = at + length - open.at;
    } else {
      close();
      open = { code, row, at, length, parts: [part] };
    }
    physical += 1;
  });
  close();
}

const CODES = new Set(['01', '02', '03', '16', '49', '88', '98', '99']);

/** Reads fields one by one across continuations; the end of a physical record ends a field as a comma does. */
type Fields = Readonly<{
  next(): string | undefined;
  /** What is left, as text: commas belong to it, continuations are joined by a blank. */
  rest(): string;
}>;

function fieldsOf(parts: readonly string[]): Fields {
  let part = 0;
  let from = 0;
  return {
    next: () => {
      while (part < parts.length && from > parts[part]!.length) {
        part += 1;
        from = 0;
      }
      const text = parts[part];
      if (text === undefined) return undefined;
      const comma = text.indexOf(',', from);
      const end = comma === -1 ? text.length : comma;
      const field = text.slice(from, end).trim();
      from = end + 1;
      return field;
    },
    rest: () => {
      const left = [parts[part]?.slice(from) ?? '', ...parts.slice(part + 1)];
      part = parts.length;
      return left
        .map((text) => text.trim())
        .filter((text) => text !== '')
        .join(' ');
    },
  };
}

/** How a funds type distributes the amount over days; only the value date is kept. */
function readFunds(fields: Fields): { valueOn: string | undefined } {
  const type = fields.next() ?? '';
  if (type === 'V') {
    const on = fields.next();
    fields.next();
    return { valueOn: on };
  }
  let skip = type === 'S' ? 3 : 0;
  if (type === 'D') {
    const pairs = fields.next() ?? '';
    skip = /^\d{1,3}$/.test(pairs) ? 2 * Number(pairs) : 0;
  }
  for (; skip > 0; skip--) fields.next();
  return { valueOn: undefined };
}

const INTEGER = /^[+-]?\d{1,18}$/;
const integerOf = (text: string | undefined): bigint | undefined =>
  text !== undefined && INTEGER.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;

/** YYMMDD; the standard is from 1980, so 80 and later are of the last century. */
function dateOf(text: string | undefined): Temporal.PlainDate | undefined {
  const m = /^(\d{2})(\d{2})(\d{2})$/.exec(text ?? '');
  if (!m) return undefined;
  const year = Number(m[1]) + (Number(m[1]) >= 80 ? 1900 : 2000);
  try {
    return Temporal.PlainDate.from({ year, month: Number(m[2]), day: Number(m[3]) }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

// ---------------------------------------------------------------- type codes

const OPENING_LEDGER = '010';
const CLOSING_LEDGER = '015';
const CURRENT_LEDGER = '030';
const TOTAL_CREDITS = '100';
const TOTAL_DEBITS = '400';
const NOT_MONEY = '890';

/**
 * Credit or debit by the standard's ranges; 920–959 and 960–999 are the banks' own codes. Status codes (below 100, 900–919)
 * and loan codes are no movements of the account, `undefined`.
 */
function directionOf(type: string): 1n | -1n | undefined {
  if (!/^\d{3}$/.test(type)) return undefined;
  const code = Number(type);
  if ((code >= 101 && code <= 399) || (code >= 920 && code <= 959)) return 1n;
  if ((code >= 401 && code <= 699) || code >= 960) return -1n;
  return undefined;
}

const KINDS: Readonly<Record<string, Kind>> = {
  // Something that stood on the account is undone: returned cheques and ACH items, reversals, chargebacks of deposits.
  168: 'payout_return',
  252: 'payout_return',
  255: 'payout_return',
  257: 'payout_return',
  258: 'payout_return',
  266: 'payout_return',
  395: 'payout_return',
  468: 'reversal',
  552: 'reversal',
  555: 'reversal',
  557: 'reversal',
  558: 'reversal',
  566: 'reversal',
  694: 'reversal',
  // Fees, interest, corrections.
  398: 'fee',
  564: 'fee',
  567: 'fee',
  661: 'fee',
  698: 'fee',
  354: 'adjustment',
  357: 'adjustment',
  631: 'adjustment',
  654: 'adjustment',
  // Between the owner's own accounts.
  275: 'transfer',
  277: 'transfer',
  575: 'transfer',
  577: 'transfer',
};

const kindOf = (type: string, amount: bigint): Kind => KINDS[type] ?? (amount < 0n ? 'payout' : 'payment');

// ---------------------------------------------------------------- levels

type Level = { total: bigint; below: number; records: number };
type Group = Level & { on: Temporal.PlainDate; currency: string; interim: boolean };
type Account = Level & {
  number: string;
  currency: string;
  /** Amount and item count of each status and summary code in the 03. */
  stated: Map<string, { amount: bigint; count: bigint | undefined }>;
  credits: bigint;
  debits: bigint;
  creditCount: bigint;
  debitCount: bigint;
};

async function read(input: Input, sink: Sink): Promise<Facts> {
  const checks: Check[] = [];
  const balances: Balance[] = [];
  const notes: Text[] = [];
  const days: string[] = [];
  const accounts = new Set<string>();
  let file: Level | undefined;
  let group: Group | undefined;
  let account: Account | undefined;
  let undetailed = 0;

  const misplaced = (r: LogicalRecord): DaozhangError => {
    const reason = `record ${r.code} out of place, line ${r.row} / 第 ${r.row} 行的 ${r.code} 记录位置不对`;
    return new DaozhangError('file.corrupt', { path: input.name, offset: r.at, reason });
  };

  await eachLogical(input, (record, physical) => {
    if (file) file.records += physical;
    if (group) group.records += physical;
    if (account) account.records += physical;
    const fields = fieldsOf(record.parts);
    switch (record.code) {
      case '01':
        if (file) throw misplaced(record);
        refuseVersion(input, record);
        file = { total: 0n, below: 0, records: physical };
        return;
      case '02':
        if (!file || group) throw misplaced(record);
        group = groupOf(input, record, fields, physical);
        days.push(group.on.toString());
        return;
      case '03':
        if (!group || account) throw misplaced(record);
        account = accountOf(record, fields, group, physical, sink);
        accounts.add(account.number);
        return;
      case '16':
        if (!account || !group) throw misplaced(record);
        put(sink, detailOf(record, fields, account, group));
        return;
      case '49':
        if (!account || !group) throw misplaced(record);
        checks.push(
          ...trailerChecks(`49 ${account.number}`, fields, [
            ['total', account.total],
            ['records', BigInt(account.records)],
          ]),
        );
        if (!closeAccount(account, group, checks, balances)) undetailed += 1;
        group.total += account.total;
        group.below += 1;
        account = undefined;
        return;
      case '98':
        if (!group || account || !file) throw misplaced(record);
        checks.push(...trailerChecks('98', fields, levelFigures(group, 'accounts')));
        file.total += group.total;
        file.below += 1;
        group = undefined;
        return;
      default:
        if (!file || group) throw misplaced(record);
        checks.push(...trailerChecks('99', fields, levelFigures(file, 'groups')));
        file = undefined;
    }
  });
  if (file || checks.length === 0) {
    const reason = 'the closing record 99 is missing / 缺少结尾的 99 记录';
    throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
  }
  if (undetailed > 0) {
    notes.push({
      en: `${undetailed} account(s) state totals without all details; direction and balance cannot be checked there`,
      zh: `${undetailed} 个账户只给出合计而明细不全,方向与余额无法核对`,
    });
  }
  days.sort();
  return {
    account: accounts.size === 1 ? [...accounts][0] : undefined,
    from: days[0] === undefined ? undefined : Temporal.PlainDate.from(days[0]),
    to: days.length === 0 ? undefined : Temporal.PlainDate.from(days.at(-1)!),
    checks,
    balances,
    ...(notes.length > 0 && { notes }),
  };
}

function refuseVersion(input: Input, record: LogicalRecord): void {
  const version = record.parts.join(',').split(',')[7]?.trim() ?? '';
  if (version === '2') return;
  const reason = `BAI version “${version}”; only version 2 is read / BAI 版本为“${version}”,只支持版本 2`;
  throw new DaozhangError('file.layout', { path: input.name, reason });
}

/** Group status: 1 update, 2 deletion, 3 correction, 4 test. A deletion or a test is no statement of money. */
function groupOf(input: Input, record: LogicalRecord, fields: Fields, records: number): Group {
  fields.next();
  fields.next();
  const status = fields.next();
  if (status === '2' || status === '4') {
    const reason =
      status === '2'
        ? `line ${record.row}: the group deletes what an earlier file said; leave that file out / 第 ${record.row} 行:该组是对先前文件的删除指令,请不要使用那份文件`
        : `line ${record.row}: the group is marked as a test / 第 ${record.row} 行:该组标明为测试数据`;
    throw new DaozhangError('file.layout', { path: input.name, reason });
  }
  const day = fields.next();
  const on = dateOf(day);
  if (!on) {
    const reason = `line ${record.row}: the as-of date “${day ?? ''}” is none / 第 ${record.row} 行:报告日“${day ?? ''}”不是日期`;
    throw new DaozhangError('file.layout', { path: input.name, reason });
  }
  fields.next();
  const currency = fields.next() || 'USD';
  const modifier = fields.next() ?? '';
  return { on, currency, interim: modifier === '1' || modifier === '3', total: 0n, below: 0, records };
}

function accountOf(record: LogicalRecord, fields: Fields, group: Group, records: number, sink: Sink): Account {
  const number = fields.next() ?? '';
  const currency = fields.next() || group.currency;
  const stated: Account['stated'] = new Map();
  let total = 0n;
  for (let type = fields.next(); type !== undefined; type = fields.next()) {
    const written = fields.next() ?? '';
    const count = fields.next();
    readFunds(fields);
    if (type === '' || written === '') continue;
    const amount = integerOf(written);
    if (amount === undefined) {
      sink.reject({ row: record.row, at: record.at, column: `03 ${type}`, code: 'bad_amount', value: written });
      continue;
    }
    total += amount;
    stated.set(type, { amount, count: integerOf(count) });
  }
  return {
    number,
    currency,
    stated,
    total,
    below: 0,
    records,
    credits: 0n,
    debits: 0n,
    creditCount: 0n,
    debitCount: 0n,
  };
}

function put(sink: Sink, read: Line | Rejected | undefined): void {
  if (!read) return;
  if ('code' in read) sink.reject(read);
  else sink.line(read);
}

/** A detail is summed up before it is judged: the control totals count it also when it is rejected. */
function detailOf(record: LogicalRecord, fields: Fields, account: Account, group: Group): Line | Rejected | undefined {
  const reject = (column: string, code: RejectCode, value: string): Rejected => ({
    row: record.row,
    at: record.at,
    column,
    code: value === '' ? 'missing' : code,
    value,
  });
  const type = fields.next() ?? '';
  const written = fields.next() ?? '';
  // 890 is a message of the bank; it moves nothing and may leave the amount out.
  if (type === NOT_MONEY && (written === '' || /^[+-]?0+$/.test(written))) return undefined;
  const size = integerOf(written);
  if (size === undefined) return reject('16 amount', 'bad_amount', written);
  account.total += size;
  const direction = directionOf(type);
  if (direction === undefined) return reject('16 type code', 'bad_value', type);
  if (direction === 1n) {
    account.credits += size;
    account.creditCount += 1n;
  } else {
    account.debits += size;
    account.debitCount += 1n;
  }
  const funds = readFunds(fields);
  const valueOn = dateOf(funds.valueOn);
  if (funds.valueOn && !valueOn) return reject('16 value date', 'bad_date', funds.valueOn);
  if (!isCurrency(account.currency)) return reject('03 currency', 'bad_currency', account.currency);
  const amount = direction * size;
  return {
    row: record.row,
    at: record.at,
    length: record.length,
    kind: kindOf(type, amount),
    status: 'done',
    currency: account.currency,
    amount,
    businessOn: group.on,
    valueOn,
    account: account.number,
    method: type,
    bankRef: reference(fields.next()),
    paymentRef: reference(fields.next()),
    text: remittance([fields.rest()]),
  };
}

// ---------------------------------------------------------------- control figures

type Figure = readonly [keyof typeof FIGURES, bigint];

const FIGURES = {
  total: { en: 'control total', zh: '控制合计' },
  accounts: { en: 'number of accounts', zh: '账户数' },
  groups: { en: 'number of groups', zh: '组数' },
  records: { en: 'number of records', zh: '记录数' },
} as const satisfies Record<string, Text>;

const levelFigures = (level: Level, below: 'accounts' | 'groups'): Figure[] => [
  ['total', level.total],
  [below, BigInt(level.below)],
  ['records', BigInt(level.records)],
];

/** The trailer's fields in order against what was read. A figure left empty binds nothing; one cut off does not agree. */
function trailerChecks(name: string, fields: Fields, figures: readonly Figure[]): Check[] {
  const checks: Check[] = [];
  for (const [figure, actual] of figures) {
    const written = fields.next();
    if (written === '') continue;
    const expected = integerOf(written);
    checks.push({
      name: { en: `${name} ${FIGURES[figure].en}`, zh: `${name} ${FIGURES[figure].zh}` },
      expected: expected === undefined ? (written ?? '—') : String(expected),
      actual: String(actual),
      ok: expected === actual,
    });
  }
  return checks;
}

/**
 * Total credits, total debits and ledger balances against the details. Complete details are recognised without regard to
 * direction: the sum or the number of all details equals that of both totals. Then each direction must agree by itself.
 * False when totals are stated that the details do not reach.
 */
function closeAccount(account: Account, group: Group, checks: Check[], balances: Balance[]): boolean {
  const { stated, credits, debits, currency } = account;
  const add = (en: string, zh: string, expected: bigint, actual: bigint): void => {
    const text = (minor: bigint): string => decimalText(minor, currency);
    const name = { en: `${account.number} ${en}`, zh: `${account.number} ${zh}` };
    checks.push({ name, expected: text(expected), actual: text(actual), ok: expected === actual });
  };
  const statedCredits = stated.get(TOTAL_CREDITS);
  const statedDebits = stated.get(TOTAL_DEBITS);
  const complete = detailsComplete(account, group);
  const bothSides = (statedCredits === undefined) === (statedDebits === undefined);
  if (complete && statedCredits) add('total credits (100)', '贷方合计(100)', statedCredits.amount, credits);
  if (complete && statedDebits) add('total debits (400)', '借方合计(400)', statedDebits.amount, debits);
  const opening = stated.get(OPENING_LEDGER)?.amount;
  const closing = (stated.get(CLOSING_LEDGER) ?? stated.get(CURRENT_LEDGER))?.amount;
  if (complete && bothSides && opening !== undefined && closing !== undefined) {
    add('opening ledger + details = closing ledger', '期初账面 + 明细 = 期末账面', closing, opening + credits - debits);
  }
  if (opening !== undefined || closing !== undefined) {
    balances.push({ account: account.number, currency, opening, closing, from: group.on, to: group.on });
  }
  return complete || !(statedCredits || statedDebits);
}

function detailsComplete(account: Account, group: Group): boolean {
  const { stated, credits, debits, creditCount, debitCount } = account;
  const totals = [stated.get(TOTAL_CREDITS), stated.get(TOTAL_DEBITS)].filter((t) => t !== undefined);
  if (totals.length === 0) {
    // Nothing but ledger balances: they bind the details of a final report, if it has any and no summaries instead.
    const summaries = [...stated.keys()].some((type) => directionOf(type) !== undefined);
    return !summaries && !group.interim && creditCount + debitCount > 0n;
  }
  const sum = totals.reduce((all, t) => all + t.amount, 0n);
  const counts = totals.every((t) => t.count !== undefined) ? totals.reduce((all, t) => all + t.count!, 0n) : undefined;
  const inScope = { credits: stated.has(TOTAL_CREDITS), debits: stated.has(TOTAL_DEBITS) };
  const mine = (inScope.credits ? credits : 0n) + (inScope.debits ? debits : 0n);
  const myCount = (inScope.credits ? creditCount : 0n) + (inScope.debits ? debitCount : 0n);
  return mine === sum || myCount === counts;
}
