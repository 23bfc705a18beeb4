/**
 * What a camt statement says about itself, against its entries: balances, summary, currency. A figure that does not agree
 * refuses the document. The exceptions are few, and each must be shown by the statement itself: see `judgeBalances` and
 * `judgeSummary`.
 */
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { decimalText, parseDecimal, rescale, scaledText } from '../../base/money.ts';
import type { Check, Input } from '../format.ts';
import { balanceCheck } from './bank.ts';
import { amountOf, dateText, type Entry, signOf, writtenDay } from './camt-entry.ts';
import { child, childrenOf, type Element, textOf } from './camt-xml.ts';

/** What a statement's entries add up to, by currency; `all` with what is not booked yet. */
export type Tally = {
  count: number;
  credits: number;
  debits: number;
  credit: Map<string, bigint>;
  debit: Map<string, bigint>;
};

export const emptyTally = (): Tally => ({ count: 0, credits: 0, debits: 0, credit: new Map(), debit: new Map() });

export function tallyUp(tally: Tally, { sign, amount, currency }: Entry): void {
  tally.count += 1;
  if (sign > 0n) tally.credits += 1;
  else tally.debits += 1;
  const sums = sign > 0n ? tally.credit : tally.debit;
  sums.set(currency, (sums.get(currency) ?? 0n) + amount * sign);
}

/** The statement that is open. */
export type Open = {
  element: Element;
  name: string;
  account: string | undefined;
  madeOn: Temporal.PlainDate | undefined;
  all: Tally;
  booked: Tally;
  first: Temporal.PlainDate | undefined;
  last: Temporal.PlainDate | undefined;
  undated: number;
};

export type Judged = Readonly<{ checks: readonly Check[]; notes: readonly Text[] }>;

export const countOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;

type Figure = Readonly<{ currency: string; minor: bigint; on: Temporal.PlainDate | undefined }>;
type Figures = Readonly<{
  opening: readonly Figure[];
  previous: readonly Figure[];
  closing: readonly Figure[];
  /** Currencies of all balances, also of those that are no check. */
  currencies: ReadonlySet<string>;
  interim: boolean;
  /** A closing balance stands there, readable or not. */
  closes: boolean;
}>;

export function balancesOf(
  statement: Element,
  unreadableBalance: (bad: { row: number; at: number; text: string }) => void,
): Figures {
  const byType: Record<'OPBD' | 'PRCD' | 'CLBD', Figure[]> = { OPBD: [], PRCD: [], CLBD: [] };
  const currencies = new Set<string>();
  let interim = false;
  let closes = false;
  for (const bal of childrenOf(statement, 'Bal')) {
    const type = textOf(bal, 'Tp', 'CdOrPrtry', 'Cd') ?? textOf(bal, 'Tp', 'Cd') ?? '';
    const amount = amountOf(child(bal, 'Amt'));
    if (type === 'ITBD') interim = true;
    if (type === 'CLBD') closes = true;
    const readable = amount && 'minor' in amount ? amount : undefined;
    if (readable) currencies.add(readable.currency);
    if (type !== 'OPBD' && type !== 'PRCD' && type !== 'CLBD') continue;
    const sign = signOf(bal);
    if (readable && sign) {
      const on = writtenDay(dateText(child(bal, 'Dt')));
      byType[type].push({ currency: readable.currency, minor: sign * readable.minor, on });
    } else {
      const text = `${type} ${textOf(bal, 'Amt') ?? ''} ${child(bal, 'Amt')?.currency ?? ''} ${textOf(bal, 'CdtDbtInd') ?? ''}`;
      unreadableBalance({ row: bal.row, at: bal.at, text: text.slice(0, 80) });
    }
  }
  return { opening: byType.OPBD, previous: byType.PRCD, closing: byType.CLBD, currencies, interim, closes };
}

export const unreadable = (name: string, text: string): Check => ({
  name: { en: `statement ${name}: a balance that can be read`, zh: `对账单 ${name}:可读取的余额` },
  expected: text,
  actual: '?',
  ok: false,
});

type Pair = Readonly<{ currency: string; opening: Figure; closing: Figure }>;

/** Opening and closing of each currency: the earliest opening, the latest closing; PRCD opens where OPBD is missing. */
export function pairsOf({ opening, previous, closing }: Figures): Pair[] {
  const pairs: Pair[] = [];
  for (const currency of new Set(closing.map((figure) => figure.currency))) {
    const opened = byDay(opening, currency)[0] ?? byDay(previous, currency)[0];
    const closed = byDay(closing, currency).at(-1)!;
    if (opened) pairs.push({ currency, opening: opened, closing: closed });
  }
  return pairs;
}

function byDay(figures: readonly Figure[], currency: string): Figure[] {
  const same = figures.filter((figure) => figure.currency === currency);
  return same.every((figure) => figure.on) ? same.sort((a, b) => Temporal.PlainDate.compare(a.on!, b.on!)) : same;
}

const bookedIn = ({ credit, debit }: Tally, currency: string): bigint =>
  (credit.get(currency) ?? 0n) - (debit.get(currency) ?? 0n);

/**
 * Opening + booked entries = closing, in each currency. A disagreement refuses the document, except where the statement
 * itself shows that its balances are not about these entries:
 * - it is one page of several, so other entries lie elsewhere;
 * - its opening and closing balance share no currency and its balances are in three currencies or more. One damaged
 *   currency code makes two at most, and is refused;
 * - it states two openings (OPBD and PRCD) that contradict each other, neither leads to the closing, and no entry is booked
 *   on the days between its balances. One damaged figure cannot do that, and is refused.
 */
export function judgeBalances(open: Open, figures: Figures, pairs: readonly Pair[], paged: boolean): Judged {
  const checks: Check[] = [];
  const notes: Text[] = [];
  if (pairs.length === 0) return judgeUnpaired(open, figures);
  for (const { currency, opening, closing } of pairs) {
    const booked = bookedIn(open.booked, currency);
    const check = balanceCheck(open.name, currency, { opening: opening.minor, booked, closing: closing.minor });
    const previous = byDay(figures.previous, currency)[0];
    const contradicted = previous !== undefined && previous.minor !== opening.minor;
    if (!check.ok && paged) {
      notes.push(unproven(open.name, 'it is one page of several', '它只是多页中的一页'));
    } else if (
      contradicted &&
      !check.ok &&
      previous.minor + booked !== closing.minor &&
      outsideBalances(open, opening, closing)
    ) {
      notes.push(
        unproven(
          open.name,
          'it states two openings, and its entries lie outside its days',
          '它写了两个期初余额,且明细不在其期间内',
        ),
      );
    } else {
      checks.push(check);
      if (contradicted) checks.push(twoOpenings(open.name, currency, opening.minor, previous.minor));
    }
  }
  const paired = new Set(pairs.map((pair) => pair.currency));
  for (const currency of [...open.booked.credit.keys(), ...open.booked.debit.keys()]) {
    if (!paired.has(currency)) checks.push(strayCurrency(open.name, [...paired].join(' '), currency));
  }
  return { checks, notes };
}

function judgeUnpaired(open: Open, { opening, previous, closing, currencies }: Figures): Judged {
  const opened = [...opening, ...previous][0];
  const closed = closing[0];
  if (!opened || !closed) return { checks: [], notes: [] };
  if (currencies.size > 2) {
    const en = `it opens in ${opened.currency} and closes in ${closed.currency}`;
    const zh = `它的期初是 ${opened.currency},期末是 ${closed.currency}`;
    return { checks: [], notes: [unproven(open.name, en, zh)] };
  }
  return { checks: [strayCurrency(open.name, closed.currency, opened.currency)], notes: [] };
}

function outsideBalances({ first, last }: Open, opening: Figure, closing: Figure): boolean {
  if (!first || !last || !opening.on || !closing.on) return false;
  return Temporal.PlainDate.compare(last, opening.on) < 0 || Temporal.PlainDate.compare(closing.on, first) < 0;
}

const unproven = (name: string, en: string, zh: string): Text => ({
  en: `statement ${name}: its balances do not agree with its entries and prove nothing, because ${en}`,
  zh: `对账单 ${name}:余额与明细不符,但不能作为校验,因为${zh}`,
});

const twoOpenings = (name: string, currency: string, opening: bigint, previous: bigint): Check => ({
  name: { en: `statement ${name}: OPBD equals PRCD`, zh: `对账单 ${name}:OPBD 等于 PRCD` },
  expected: decimalText(previous, currency),
  actual: decimalText(opening, currency),
  ok: false,
});

const strayCurrency = (name: string, expected: string, actual: string): Check => ({
  name: { en: `statement ${name}: one currency`, zh: `对账单 ${name}:币种一致` },
  expected,
  actual,
  ok: false,
});

/** An account that names its currency is held in that one only. */
export function accountCurrency({ element, name, all: { credit, debit } }: Open): Check[] {
  const currency = textOf(element, 'Acct', 'Ccy');
  const stray = [...credit.keys(), ...debit.keys()].find((other) => other !== currency);
  return currency === undefined || stray === undefined ? [] : [strayCurrency(name, currency, stray)];
}

/** An end-of-day statement that opens and has entries must close; an intraday report need not. */
export function refuseWithoutClosing(input: Input, open: Open, figures: Figures, paged: boolean, end: number): void {
  if (open.element.name !== 'Stmt' || paged || figures.interim || open.all.count === 0) return;
  if (figures.opening.length === 0 || figures.closes) return;
  const reason = `statement ${open.name} has no closing balance / 对账单 ${open.name} 缺少期末余额`;
  throw new DaozhangError('file.cut', { path: input.name, offset: end, reason });
}

type SummaryFigure = Readonly<{ path: string; stated: string; all: string; booked: string }>;

/**
 * TxsSummry against the entries, all of them or the booked ones as the bank counts. A disagreement refuses the document,
 * except on a page of several, and in an account report (camt.052) that shows by itself that its summary is not about the
 * entries it lists: it lists none, or no figure agrees and its total is not even the sum of its own credits and debits.
 */
export function judgeSummary(open: Open, paged: boolean): Judged {
  const summary = child(open.element, 'TxsSummry');
  const figures = summary ? summaryOf(summary, open) : [];
  if (figures.length === 0) return { checks: [], notes: [] };
  const agrees = (figure: SummaryFigure): boolean => figure.stated === figure.all || figure.stated === figure.booked;
  const checks = figures.map((figure) => ({
    name: { en: `statement ${open.name}: ${figure.path}`, zh: `对账单 ${open.name}:${figure.path}` },
    expected: figure.stated,
    actual: figure.all,
    ok: agrees(figure),
  }));
  if (checks.every((check) => check.ok)) return { checks, notes: [] };
  const report = open.element.name === 'Rpt';
  const elsewhere = report && !figures.some(agrees) && totalIsForeign(summary);
  const totalsOnly = report && open.all.count === 0 && !child(open.element, 'Bal');
  if (paged || elsewhere || totalsOnly) {
    return { checks: [], notes: [summaryElsewhere(open)] };
  }
  return { checks, notes: [] };
}

function totalIsForeign(summary: Element | undefined): boolean {
  const count = (name: string): number | undefined => countOf(textOf(summary, name, 'NbOfNtries'));
  const [total, credits, debits] = [count('TtlNtries'), count('TtlCdtNtries'), count('TtlDbtNtries')];
  return total !== undefined && credits !== undefined && debits !== undefined && total !== credits + debits;
}

const summaryElsewhere = (open: Open): Text => ({
  en: `statement ${open.name}: its summary counts more than the ${open.all.count} entries listed here and is not used as a check`,
  zh: `对账单 ${open.name}:汇总统计的不只是这里列出的 ${open.all.count} 笔明细,未用作校验`,
});

function summaryOf(summary: Element, { all: every, booked }: Open): SummaryFigure[] {
  const figures: SummaryFigure[] = [];
  const counted = (path: string, element: Element | undefined, of: (tally: Tally) => number): void => {
    const stated = textOf(element, 'NbOfNtries');
    if (stated !== undefined) {
      figures.push({
        path: `${path}/NbOfNtries`,
        stated: stated.replace(/^0+(?=\d)/, ''),
        all: String(of(every)),
        booked: String(of(booked)),
      });
    }
  };
  const summed = (path: string, stated: string | undefined, of: (tally: Tally) => Map<string, bigint>): void => {
    if (stated !== undefined) {
      figures.push({ path, stated: plainDecimal(stated), all: sumText(of(every)), booked: sumText(of(booked)) });
    }
  };
  const total = child(summary, 'TtlNtries');
  counted('TtlNtries', total, (tally) => tally.count);
  summed('TtlNtries/Sum', textOf(total, 'Sum'), (tally) => merged(tally.credit, tally.debit, 1n));
  const net = textOf(total, 'TtlNetNtryAmt') ?? textOf(total, 'TtlNetNtry', 'Amt');
  const netSign = signOf(child(total, 'TtlNetNtry')) ?? signOf(total) ?? 1n;
  const signedNet = net !== undefined && netSign < 0n ? `-${net}` : net;
  summed('TtlNtries/TtlNetNtryAmt', signedNet, (tally) => merged(tally.credit, tally.debit, -1n));
  counted('TtlCdtNtries', child(summary, 'TtlCdtNtries'), (tally) => tally.credits);
  summed('TtlCdtNtries/Sum', textOf(summary, 'TtlCdtNtries', 'Sum'), (tally) => tally.credit);
  counted('TtlDbtNtries', child(summary, 'TtlDbtNtries'), (tally) => tally.debits);
  summed('TtlDbtNtries/Sum', textOf(summary, 'TtlDbtNtries', 'Sum'), (tally) => tally.debit);
  return figures;
}

function merged(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>, sign: bigint): Map<string, bigint> {
  const sums = new Map(a);
  for (const [currency, minor] of b) sums.set(currency, (sums.get(currency) ?? 0n) + sign * minor);
  return sums;
}

/** A summary has no currency: a sum over several cannot agree with it, and is shown as it is. */
function sumText(sums: ReadonlyMap<string, bigint>): string {
  const [first, ...others] = sums;
  if (!first) return '0';
  if (others.length === 0) return plainDecimal(decimalText(first[1], first[0]));
  return [...sums].map(([currency, minor]) => `${currency} ${decimalText(minor, currency)}`).join(' + ');
}

/** `12.50`, `012.5` → `12.5`, so that equal numbers are equal text. What is no number stays as it is. */
function plainDecimal(text: string): string {
  const d = parseDecimal(text);
  if (!d) return text;
  let { value, scale } = d;
  for (let shorter = scale > 0 ? rescale({ value, scale }, scale - 1) : undefined; shorter; ) {
    ({ value, scale } = shorter);
    shorter = scale > 0 ? rescale({ value, scale }, scale - 1) : undefined;
  }
  return scaledText(value, scale);
}
