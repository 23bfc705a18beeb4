/**
 * ISO 20022 bank statements: camt.052 (intraday report), camt.053 (statement) and camt.054 (notification), every version,
 * recognised by the local name of the message element, with or without a namespace. Source: ISO 20022 message definitions
 * camt.05x.001.01–13 as used by the SEPA and Swiss guidelines.
 *
 * An entry (Ntry) is one line, unless its details share it to the cent; then each TxDtls is one. The sign comes from
 * CdtDbtInd alone: RvslInd only says that the entry undoes an earlier one. Only BOOK counts as money.
 *
 * Refused whole: not well formed, any DOCTYPE, and figures of the document itself that do not agree. A statement's balances
 * prove nothing only where the document shows it by itself (camt-checks.ts); then a note says so.
 *
 * Cost: one streaming pass, O(bytes); memory is one entry with its details.
 */
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import type { Balance, Check, Facts, Input, RowsFormat, Sink } from '../format.ts';
import { localClock } from '../local-time.ts';
import { type StatementBook, statementBook } from './bank.ts';
import {
  accountCurrency,
  balancesOf,
  countOf,
  emptyTally,
  judgeBalances,
  judgeSummary,
  type Open,
  pairsOf,
  refuseWithoutClosing,
  tallyUp,
  unreadable,
} from './camt-checks.ts';
import {
  type Batch,
  type Detail,
  detailOf,
  entryOf,
  type Fault,
  faultIn,
  linesOf,
  sharing,
  writtenDay,
} from './camt-entry.ts';
import { child, type Element, eachElement, find, type OnEnd, textOf } from './camt-xml.ts';

const MESSAGE = /^BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)(V\d\d)?$/;
const STATEMENTS: ReadonlySet<string> = new Set(['Stmt', 'Rpt', 'Ntfctn']);

const PLACED: ReadonlySet<string> = new Set(['Ntry', 'TxDtls', 'Bal', ...STATEMENTS]);

export const camt: RowsFormat = {
  shape: 'rows',
  id: 'camt',
  title: { en: 'Bank statement ISO 20022 camt.052/053/054 (XML)', zh: '银行对账单 ISO 20022 camt.052/053/054(XML)' },
  role: 'bank',
  rounding: 'none',
  check: {
    en: 'opening + booked entries = closing balance; counts and sums of the summary; totals of batches',
    zh: '期初余额 + 已入账明细 = 期末余额;汇总的笔数与金额;批次合计',
  },
  mapping: [
    ['kind', 'Ntry/CdtDbtInd, RvslInd'],
    ['status', 'Ntry/Sts'],
    ['currency', 'Ntry/Amt@Ccy'],
    ['amount', 'Ntry/Amt; TxDtls/Amt or TxDtls/AmtDtls/TxAmt/Amt'],
    ['occurredAt', 'Ntry/BookgDt/DtTm; TxDtls/RltdDts/AccptncDtTm'],
    ['businessOn', 'Ntry/BookgDt, ValDt; else the date of the statement'],
    ['valueOn', 'Ntry/ValDt, BookgDt'],
    ['account', 'Acct/Id/IBAN, Acct/Id/Othr/Id'],
    ['orderRef', 'Refs/EndToEndId'],
    ['channelRef', 'Refs/TxId, UETR, InstrId'],
    ['batchRef', 'Btch/PmtInfId, Btch/MsgId, Ntry/AcctSvcrRef'],
    ['bankRef', 'AcctSvcrRef'],
    ['method', 'BkTxCd'],
    ['party', 'RltdPties/Dbtr (money in), Cdtr (money out)'],
    ['text', 'RmtInf/Ustrd, RmtInf/Strd, RtrInf, AddtlTxInf, AddtlNtryInf'],
  ],
  detect: (head) => /<([\w.-]+:)?BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)(V\d\d)?[\s/>]/.test(head.text),
  read: async (input, sink) => {
    const book = statementBook(sink);
    const reading = startReading(input, sink, book);
    await eachElement(input, PLACED, reading.ended);
    return reading.facts();
  },
};

function startReading(input: Input, sink: Sink, book: StatementBook): { ended: OnEnd; facts(): Facts } {
  const checks: Check[] = [];
  const notes: Text[] = [];
  const clock = localClock(input.zone);
  const balances: Balance[] = [];
  const accounts = new Set<string>();
  const spans: (readonly [Temporal.PlainDate, Temporal.PlainDate] | undefined)[] = [];
  let batches: Batch[] = [];
  let details: Detail[] = [];
  let statement: Open | undefined;
  let statements = 0;
  let sharedBatches = 0;

  const openStatement = (element: Element): Open => {
    if (statement?.element === element) return statement;
    const id = textOf(element, 'Id') ?? '';
    statement = {
      element,
      name: id,
      account: accountOf(element),
      madeOn: writtenDay(textOf(element, 'CreDtTm') ?? textOf(element.parent, 'GrpHdr', 'CreDtTm')),
      all: emptyTally(),
      booked: emptyTally(),
      first: undefined,
      last: undefined,
      undated: 0,
    };
    book.begin([statement.account, id, pageOf(element).number].join('|'));
    return statement;
  };

  const rejectEntry = ({ row, at }: Element, { column, code, value }: Fault): void => {
    sink.reject({ row, at, column, code, value: value.slice(0, 80) });
  };

  const endEntry = (element: Element, end: number): void => {
    const open = openStatement(element.parent!);
    // Version 1 has the batch and the details directly below the entry.
    const groups = details.length === 0 ? batches : [...batches, { btch: child(element, 'Btch'), details }];
    batches = [];
    details = [];
    const entry = entryOf(element, open.madeOn, clock);
    if ('code' in entry) {
      rejectEntry(element, entry);
      return;
    }
    const fault = faultIn(
      groups.flatMap((batch) => batch.details),
      entry.currency,
    );
    if (fault) {
      rejectEntry(element, fault);
      return;
    }
    const { shares, wrong } = sharing(entry, groups, child(element, 'Chrgs') !== undefined);
    if (wrong) checks.push({ ...wrong, name: inStatement(open.name, element.row, wrong.name) });
    if (shares && shares.length > 1) sharedBatches += 1;
    tallyUp(open.all, entry);
    if (entry.status === 'done') {
      tallyUp(open.booked, entry);
      if (!open.first || Temporal.PlainDate.compare(entry.businessOn, open.first) < 0) open.first = entry.businessOn;
      if (!open.last || Temporal.PlainDate.compare(entry.businessOn, open.last) > 0) open.last = entry.businessOn;
    }
    if (!entry.dated) open.undated += 1;
    for (const line of linesOf(entry, element, end - element.at, open.account, groups, shares)) book.line(line);
  };

  const endStatement = (element: Element, end: number): void => {
    const open = openStatement(element);
    statement = undefined;
    statements += 1;
    const figures = balancesOf(element, (bad) => {
      sink.reject({ row: bad.row, at: bad.at, column: 'Bal/Amt', code: 'bad_amount', value: bad.text });
      checks.push(unreadable(open.name, bad.text));
    });
    const paged = pageOf(element).several;
    const pairs = pairsOf(figures);
    for (const judged of [judgeBalances(open, figures, pairs, paged), judgeSummary(open, paged)]) {
      checks.push(...judged.checks);
      notes.push(...judged.notes);
    }
    checks.push(...accountCurrency(open));
    refuseWithoutClosing(input, open, figures, paged, end);
    const spanned = spanOf(element);
    const outside = spanned && open.first && open.last && !covers(spanned, open.first, open.last);
    spans.push(outside ? undefined : spanned);
    if (open.account !== undefined) accounts.add(open.account);
    const copy = book.end({
      name: open.name,
      account: open.account ?? '',
      currency: pairs[0]?.currency ?? '',
      opening: pairs[0]?.opening.minor,
      closing: pairs[0]?.closing.minor,
      number: paged ? undefined : countOf(textOf(element, 'ElctrncSeqNb') ?? textOf(element, 'LglSeqNb')),
    });
    if (copy) return;
    if (open.undated > 0) notes.push(undated(open));
    for (const { currency, opening, closing } of pairs) {
      balances.push({
        account: open.account ?? '',
        currency,
        opening: opening.minor,
        closing: closing.minor,
        from: opening.on,
        to: closing.on,
      });
    }
  };

  const ended: OnEnd = (element, end) => {
    const { name, parent } = element;
    if (name === 'TxDtls' && (parent?.name === 'NtryDtls' || parent?.name === 'Ntry')) {
      details.push(detailOf(element, end, clock));
      return 'drop';
    }
    if (name === 'NtryDtls' && parent?.name === 'Ntry') {
      batches.push({ btch: child(element, 'Btch'), details });
      details = [];
      return 'drop';
    }
    if (name === 'Ntry' && parent && STATEMENTS.has(parent.name) && MESSAGE.test(parent.parent?.name ?? '')) {
      endEntry(element, end);
      return 'drop';
    }
    if (STATEMENTS.has(name) && MESSAGE.test(parent?.name ?? '')) {
      endStatement(element, end);
      return 'drop';
    }
    return 'keep';
  };

  const facts = (): Facts => {
    if (statements === 0) {
      const reason = 'there is no statement in it (Stmt, Rpt or Ntfctn) / 其中没有任何对账单(Stmt、Rpt 或 Ntfctn)';
      throw new DaozhangError('file.layout', { path: input.name, reason });
    }
    if (sharedBatches > 0) checks.push(sharedCheck(sharedBatches));
    return {
      account: accounts.size === 1 ? [...accounts][0] : undefined,
      ...unionOf(spans),
      checks,
      balances,
      notes: [...notes, ...book.notes(), ...clock.notes()],
    };
  };
  return { ended, facts };
}

const inStatement = (name: string, row: number, what: Text): Text => ({
  en: `statement ${name}, entry at line ${row}: ${what.en}`,
  zh: `对账单 ${name} 第 ${row} 行的明细:${what.zh}`,
});

const sharedCheck = (count: number): Check => ({
  name: { en: 'entries whose details add up to them', zh: '明细合计与总额一致的批次' },
  expected: String(count),
  actual: String(count),
  ok: true,
});

const undated = (open: Open): Text => ({
  en: `statement ${open.name}: entries without a date take the date of the statement: ${open.undated}`,
  zh: `对账单 ${open.name}:${open.undated} 笔明细没有日期,以对账单日期代替`,
});

function accountOf(statement: Element): string | undefined {
  const id = find(statement, 'Acct', 'Id');
  return textOf(id, 'IBAN') ?? textOf(id, 'Othr', 'Id') ?? textOf(id, 'PrtryAcct', 'Id') ?? textOf(id, 'BBAN');
}

/** The page of a statement that is spread over several messages. */
function pageOf(statement: Element): { number: string; several: boolean } {
  const own = statement.children.find((c) => /^(Stmt|Rpt|Ntfctn)Pgntn$/.test(c.name));
  const page = own ?? find(statement.parent, 'GrpHdr', 'MsgPgntn');
  const number = textOf(page, 'PgNb') ?? '1';
  return { number, several: number !== '1' || textOf(page, 'LastPgInd') === 'false' };
}

function spanOf(statement: Element): readonly [Temporal.PlainDate, Temporal.PlainDate] | undefined {
  const span = child(statement, 'FrToDt');
  const from = writtenDay(textOf(span, 'FrDtTm') ?? textOf(span, 'FrDt'));
  const to = writtenDay(textOf(span, 'ToDtTm') ?? textOf(span, 'ToDt'));
  return from && to ? [from, to] : undefined;
}

function covers(
  [from, to]: readonly [Temporal.PlainDate, Temporal.PlainDate],
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
): boolean {
  return Temporal.PlainDate.compare(from, first) <= 0 && Temporal.PlainDate.compare(last, to) <= 0;
}

/** First and last day of all statements; nothing when one of them states none, or one that its own entries contradict. */
function unionOf(spans: readonly (readonly [Temporal.PlainDate, Temporal.PlainDate] | undefined)[]): {
  from?: Temporal.PlainDate;
  to?: Temporal.PlainDate;
} {
  const known = spans.filter((span) => span !== undefined);
  if (known.length === 0 || known.length < spans.length) return {};
  const froms = known.map(([from]) => from).sort(Temporal.PlainDate.compare);
  const tos = known.map(([, to]) => to).sort(Temporal.PlainDate.compare);
  return { from: froms[0]!, to: tos.at(-1)! };
}
