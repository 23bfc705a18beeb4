/**
 * The arithmetic of the bank reconciliation (银行存款余额调节表): pure, from a result and the bank's balances to one table per
 * bank account and currency. `bank.ts` draws it.
 *
 * There is no general ledger here, so the merchant's balance is what the documents say should be in the account:
 *
 *   merchant = opening balance + batches the bank credited, at their expected net + batches due and not shown
 *              + entries that come from no channel, as the bank has them
 *   bank     = closing balance
 *
 * Each is corrected by what only the other has, and both must then be one figure (I10), or the run has failed. Three checks that
 * share no figure with the tables stand before it: opening + entries = closing; the channel entries are those of the proof; the
 * batches called credited are worth exactly the channel entries that no break names. O(breaks + days) per account.
 */
import { DaozhangError } from '../../base/errors.ts';
import { decimalText, parseMoney } from '../../base/money.ts';
import type { Break, Evidence, Result } from '../result.ts';
import { accountKey, type BankDay, type PaperFacts, type StatedBalance } from './facts.ts';

/** What a line of the table stands for. */
export type ItemKind =
  /** A batch that was due and that the bank does not show. */
  | 'batch_due'
  /** What a batch and its credit differ by. */
  | 'difference'
  /** What a set that fits in several ways differs by. */
  | 'unclear'
  /** A bank entry from a channel that no batch explains. */
  | 'entry'
  /** A payout that the bank sent back. */
  | 'returned';

/** `amount` is positive; the side it stands on tells its direction. */
export type Item = Readonly<{ kind: ItemKind; on: string; break: Break; evidence: Evidence; amount: bigint }>;

/** What one party has and the other does not: `plus` received, `minus` paid. */
export type Missing = Readonly<{ plus: readonly Item[]; minus: readonly Item[] }>;

export type Sides = Readonly<{
  /** The merchant's balance, before. */
  book: bigint;
  /** The bank's balance, before. */
  bank: bigint;
  /** Corrects the merchant's side: the bank has it, the merchant's documents do not. */
  onlyBank: Missing;
  /** Corrects the bank's side: the merchant's documents have it, the bank does not. */
  onlyBook: Missing;
  /** Both, after. */
  adjusted: bigint;
}>;

export type AccountTable = Sides &
  Readonly<{
    account: string;
    currency: string;
    from: string;
    to: string;
    /** How `book` comes about; they add up to it. */
    parts: Readonly<{
      opening: bigint;
      credited: bigint;
      creditedEntries: number;
      /** Batches credited with a difference, or in a set that fits in several ways, at their expected net. */
      differing: bigint;
      due: bigint;
      otherIn: bigint;
      otherOut: bigint;
      otherEntries: number;
    }>;
  }>;

/** Why an item stands in no account's table. */
export type OutsideReason = 'no_account' | 'several_accounts' | 'no_table' | 'after_statement';
export type OutsideItem = Item &
  Readonly<{ why: OutsideReason; account?: string; sign: 1n | -1n; side: 'book' | 'bank' }>;

export type NoTable = Readonly<{ account: string; currency: string; why: 'no_balances' | 'not_continuous' }>;

export type BankReconciliation = Readonly<{
  tables: readonly AccountTable[];
  /** Per currency: what should be in some account of which nothing says which one. Counts in the total. */
  unassigned: ReadonlyMap<string, Sides>;
  outside: readonly OutsideItem[];
  without: readonly NoTable[];
}>;

/** The whole, or nothing when no bank statement was compared with batches. Throws `run.proof_failed`. */
export function adjustBank(result: Result, facts: PaperFacts): BankReconciliation | undefined {
  if (!facts.bankCompared || facts.days.length + facts.balances.length === 0) return undefined;
  const breaks = [...result.breaks, ...result.open, ...result.ambiguous]
    .filter((b) => b.joint === 'bank')
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  checkAgainstBatches(result, facts, breaks);
  const { spans, without } = spansOf(facts);
  const books = new Map(spans.map((span) => [placeOf(span), openBook(span, facts.days)]));
  const outside: OutsideItem[] = [];
  const loose = new Map<string, Book>();
  const context: Context = {
    books,
    outside,
    accountOfBatch: accountsOfBatches(result, facts),
    lastDay: (currency) =>
      spans
        .filter((s) => s.currency === currency)
        .map((s) => s.to)
        .sort()
        .at(-1),
    looseOf: (currency) => {
      const book = loose.get(currency) ?? emptyBook();
      loose.set(currency, book);
      return book;
    },
  };
  for (const b of breaks) place(b, context);
  return {
    tables: [...books.values()].map(tableOf),
    unassigned: new Map([...loose].sort(([a], [b]) => (a < b ? -1 : 1)).map(([c, book]) => [c, sidesOf(book, c, c)])),
    outside: outside.sort(byDate),
    without,
  };
}

// ---------------------------------------------------------------- accounts and their days

type Span = Readonly<{
  account: string;
  currency: string;
  from: string;
  to: string;
  opening: bigint;
  closing: bigint;
  /** Is a day inside? The opening balance may be dated with its own first day or with the day before it. */
  covers(on: string): boolean;
}>;

const placeOf = (x: { account: string; currency: string }): string => `${x.account}\u001f${x.currency}`;
const byPlace = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every account and currency that a statement shows, in order. */
function placesOf(facts: PaperFacts): Array<Readonly<{ account: string; currency: string }>> {
  const places = new Map([...facts.days, ...facts.balances].map((x) => [placeOf(x), x]));
  return [...places].sort(([a], [b]) => byPlace(a, b)).map(([, x]) => x);
}

/** For each account the longest stretch of days up to its last closing balance over which opening + entries = closing. */
function spansOf(facts: PaperFacts): { spans: Span[]; without: NoTable[] } {
  const days = Map.groupBy(facts.days, placeOf);
  const balances = Map.groupBy(facts.balances, placeOf);
  const spans: Span[] = [];
  const without: NoTable[] = [];
  for (const { account, currency } of placesOf(facts)) {
    const place = placeOf({ account, currency });
    const stated = balances.get(place) ?? [];
    const span = spanOf(stated, days.get(place) ?? []);
    if (span) spans.push({ account, currency, ...span });
    else {
      const complete = stated.some((b) => b.opening !== undefined) && stated.some((b) => b.closing !== undefined);
      without.push({ account, currency, why: complete ? 'not_continuous' : 'no_balances' });
    }
  }
  return { spans, without };
}

function spanOf(
  balances: readonly StatedBalance[],
  days: readonly BankDay[],
): Omit<Span, 'account' | 'currency'> | undefined {
  const closings = balances.filter((b) => b.closing !== undefined);
  const to = closings
    .map((b) => b.to)
    .sort()
    .at(-1);
  if (to === undefined) return undefined;
  const openings = balances.filter((b) => b.opening !== undefined).sort((a, b) => byPlace(a.from, b.from));
  for (const { opening, from } of openings) {
    for (const inclusive of [true, false]) {
      const covers = (on: string): boolean => (inclusive ? on >= from : on > from) && on <= to;
      const moved = days.filter((d) => covers(d.on)).reduce((sum, d) => sum + d.in + d.out, 0n);
      const end = closings.find((b) => b.to === to && b.closing === opening! + moved);
      if (end) return { from, to, opening: opening!, closing: end.closing!, covers };
    }
  }
  return undefined;
}

// ---------------------------------------------------------------- one account's book

type Book = {
  span: Span | undefined;
  /** Channel entries that no break names; batches explain them to the cent. */
  credited: bigint;
  creditedEntries: number;
  differing: bigint;
  due: bigint;
  otherIn: bigint;
  otherOut: bigint;
  otherEntries: number;
  onlyBank: { plus: Item[]; minus: Item[] };
  onlyBook: { plus: Item[]; minus: Item[] };
};

const emptyBook = (): Book => ({
  span: undefined,
  ...{ credited: 0n, creditedEntries: 0, differing: 0n, due: 0n, otherIn: 0n, otherOut: 0n, otherEntries: 0 },
  onlyBank: { plus: [], minus: [] },
  onlyBook: { plus: [], minus: [] },
});

function openBook(span: Span, days: readonly BankDay[]): Book {
  const book = { ...emptyBook(), span };
  for (const d of days) {
    if (placeOf(d) !== placeOf(span) || !span.covers(d.on)) continue;
    if (d.channel) {
      book.credited += d.in + d.out;
      book.creditedEntries += d.entries;
    } else {
      book.otherIn += d.in;
      book.otherOut += d.out;
      book.otherEntries += d.entries;
    }
  }
  return book;
}

const sum = (xs: readonly bigint[]): bigint => xs.reduce((a, b) => a + b, 0n);
const size = (x: bigint): bigint => (x < 0n ? -x : x);
const worth = ({ plus, minus }: Missing): bigint => sum(plus.map((i) => i.amount)) - sum(minus.map((i) => i.amount));

function sidesOf(book: Book, where: string, currency: string): Sides {
  const own = (book.span?.opening ?? 0n) + book.credited + book.differing + book.due + book.otherIn + book.otherOut;
  const bank = book.span?.closing ?? 0n;
  const adjusted = own + worth(book.onlyBank);
  prove(`bank ${where}`, currency, adjusted - (bank + worth(book.onlyBook)));
  const inOrder = ({ plus, minus }: Missing): Missing => ({
    plus: [...plus].sort(byDate),
    minus: [...minus].sort(byDate),
  });
  return { book: own, bank, onlyBank: inOrder(book.onlyBank), onlyBook: inOrder(book.onlyBook), adjusted };
}

function tableOf(book: Book): AccountTable {
  const { account, currency, from, to, opening } = book.span!;
  const { credited, creditedEntries, differing, due, otherIn, otherOut, otherEntries } = book;
  return {
    ...{ account, currency, from, to },
    ...sidesOf(book, account, currency),
    parts: { opening, credited, creditedEntries, differing, due, otherIn, otherOut, otherEntries },
  };
}

function byDate(a: Item, b: Item): number {
  const key = (i: Item): string => `${i.on}\u001f${i.break.id}\u001f${i.evidence.sha256}`;
  const at = (i: Item): number => i.evidence.at ?? 0;
  return byPlace(key(a), key(b)) || at(a) - at(b);
}

function prove(joint: string, currency: string, residual: bigint): void {
  if (residual !== 0n)
    throw new DaozhangError('run.proof_failed', { joint, currency, residual: decimalText(residual, currency) });
}

// ---------------------------------------------------------------- each break in its place

type Context = Readonly<{
  books: ReadonlyMap<string, Book>;
  outside: OutsideItem[];
  accountOfBatch(e: Evidence): string | undefined;
  /** The end of the last statement in a currency. */
  lastDay(currency: string): string | undefined;
  looseOf(currency: string): Book;
}>;

const minorOf = (e: Evidence): bigint => parseMoney(e.money.amount, e.money.currency).minor;
const bankAccountOf = (e: Evidence): string => accountKey(e.account, e.sha256);
const dayOf = (e: Evidence): string => e.businessOn ?? '';

/** A break of the joint `bank`: batches on our side, bank entries on theirs, either may be empty. */
function place(b: Break, context: Context): void {
  const { currency } = b.difference;
  const difference = parseMoney(b.difference.amount, currency).minor;
  const net = sum(b.ours.map(minorOf));
  prove(`bank ${b.id}`, currency, net - sum(b.theirs.map(minorOf)) - difference);
  if (b.theirs.length === 0) placeBatch(b, net, context);
  else if (b.ours.length === 0) for (const e of b.theirs) placeEntry(b, e, kindOfEntry(b), context);
  else placePair(b, net, context);
}

const kindOfEntry = (b: Break): ItemKind => (b.finding === 'payout_returned' ? 'returned' : 'entry');

/** What the bank should have received by the end of its statement. What is due later is nobody's difference yet. */
function placeBatch(b: Break, net: bigint, context: Context): void {
  const { currency } = b.difference;
  const due = b.promise;
  const last = context.lastDay(currency);
  if (due === undefined || last === undefined || due > last || net === 0n) return;
  const account = context.accountOfBatch(b.ours[0]!);
  const item: Item = { kind: 'batch_due', on: due, break: b, evidence: b.ours[0]!, amount: size(net) };
  const beside = { ...item, sign: net < 0n ? (-1n as const) : (1n as const), side: 'book' as const };
  const book = account === undefined ? undefined : context.books.get(placeOf({ account, currency }));
  if (account === undefined) {
    const loose = context.looseOf(currency);
    loose.due += net;
    put(loose.onlyBook, item, net);
    context.outside.push({ ...beside, why: 'no_account' });
  } else if (!book) context.outside.push({ ...beside, account, why: 'no_table' });
  else if (due > book.span!.to) context.outside.push({ ...beside, account, why: 'after_statement' });
  else {
    book.due += net;
    put(book.onlyBook, item, net);
  }
}

const put = (into: { plus: Item[]; minus: Item[] }, item: Item, signed: bigint): void => {
  if (signed !== 0n) (signed > 0n ? into.plus : into.minus).push(item);
};

function bookOfEntry(e: Evidence, context: Context): Book | undefined {
  const book = context.books.get(placeOf({ account: bankAccountOf(e), currency: e.money.currency }));
  return book?.span?.covers(dayOf(e)) ? book : undefined;
}

/** A bank entry that the merchant's documents do not have. */
function placeEntry(b: Break, e: Evidence, kind: ItemKind, context: Context): void {
  const amount = minorOf(e);
  const item: Item = { kind, on: dayOf(e), break: b, evidence: e, amount: size(amount) };
  const book = bookOfEntry(e, context);
  if (book) {
    leave(book, amount);
    put(book.onlyBank, item, amount);
    return;
  }
  const sign = amount < 0n ? -1n : 1n;
  context.outside.push({ ...item, sign, side: 'bank', account: bankAccountOf(e), why: 'no_table' });
}

/** The entry is named by a break: no batch explains it to the cent. */
function leave(book: Book, amount: bigint): void {
  book.credited -= amount;
  book.creditedEntries -= 1;
}

/**
 * Batches and entries that belong together and differ. In one account the batches stand at their expected net, and what is
 * missing or too much is one item. Over several accounts the entries stay as they are, and the difference belongs to none.
 */
function placePair(b: Break, net: bigint, context: Context): void {
  const back = (e: Evidence): boolean => b.finding === 'payout_returned' && minorOf(e) < 0n;
  for (const e of b.theirs.filter(back)) placeEntry(b, e, 'returned', context);
  const entries = b.theirs.filter((e) => !back(e));
  const gap = net - sum(entries.map(minorOf));
  const books = new Set(entries.map((e) => bookOfEntry(e, context)));
  const [only] = books;
  const book = books.size === 1 ? only : undefined;
  const last = entries.map(dayOf).sort().at(-1) ?? b.promise ?? '';
  const evidence = b.ours[0]!;
  const kind: ItemKind = b.class === 'ambiguous' ? 'unclear' : 'difference';
  const item: Item = { kind, on: last, break: b, evidence, amount: size(gap) };
  if (book) {
    for (const e of entries) leave(book, minorOf(e));
    book.differing += net;
    putGap(book, item, net, gap);
  } else if (gap !== 0n) {
    const inTables = entries.every((e) => bookOfEntry(e, context));
    const { side, signed } = sideOfGap(net, gap);
    const sign = signed < 0n ? -1n : 1n;
    context.outside.push({ ...item, sign, side, why: inTables ? 'several_accounts' : 'no_table' });
    if (!inTables) return;
    const loose = context.looseOf(b.difference.currency);
    loose.differing += gap;
    putGap(loose, item, net, gap);
  }
}

/** Too little received is still to come; too much received the merchant's documents do not have yet. Of money out, the reverse. */
function sideOfGap(net: bigint, gap: bigint): { side: 'book' | 'bank'; signed: bigint } {
  return net < 0n === gap < 0n ? { side: 'book', signed: gap } : { side: 'bank', signed: -gap };
}

function putGap(book: Book, item: Item, net: bigint, gap: bigint): void {
  const { side, signed } = sideOfGap(net, gap);
  put(side === 'book' ? book.onlyBook : book.onlyBank, item, signed);
}

// ---------------------------------------------------------------- whose batch, and the checks

/**
 * The bank account a batch is paid to: the one its plan states; else, when the statements show only one account in the
 * currency, that one, because no other was looked into. Otherwise nobody can say.
 */
function accountsOfBatches(result: Result, facts: PaperFacts): (e: Evidence) => string | undefined {
  const seen = placesOf(facts);
  const plain = (account: string): string => account.replace(/[\s-]/g, '').toUpperCase();
  return (e) => {
    const { currency, amount } = e.money;
    const inCurrency = seen.filter((x) => x.currency === currency).map((x) => x.account);
    const itself = result.batches.filter(
      (b) =>
        b.channel === e.channel &&
        b.account === (e.account ?? '') &&
        b.businessTo === e.businessOn &&
        b.ref === e.refs.batch &&
        b.net.amount === amount &&
        b.net.currency === currency,
    );
    const [stated, ...others] = new Set(itself.map((b) => b.bankAccount));
    if (stated !== undefined && others.length === 0)
      return inCurrency.find((account) => plain(account) === plain(stated)) ?? stated;
    return inCurrency.length === 1 ? inCurrency[0] : undefined;
  };
}

/**
 * The figures of the tables come from the bank's entries and from the breaks. Here they are held against the batches and
 * against the proof, which do not know the tables: what the breaks leave of both sides must be the same money.
 */
function checkAgainstBatches(result: Result, facts: PaperFacts, breaks: readonly Break[]): void {
  const currencies = new Set([
    ...result.batches.map((b) => b.net.currency),
    ...facts.days.filter((d) => d.channel).map((d) => d.currency),
  ]);
  for (const currency of [...currencies].sort()) {
    const own = breaks.filter((b) => b.difference.currency === currency);
    const shown = sum(facts.days.filter((d) => d.channel && d.currency === currency).map((d) => d.in + d.out));
    const named = sum(own.flatMap((b) => b.theirs.map(minorOf)));
    const nets = (credited: boolean): bigint =>
      sum(
        result.batches
          .filter((b) => b.net.currency === currency && (b.state === 'credited') === credited)
          .map((b) => parseMoney(b.net.amount, currency).minor),
      );
    prove('bank (batches credited)', currency, nets(true) - (shown - named));
    prove('bank (batches not credited)', currency, nets(false) - sum(own.flatMap((b) => b.ours.map(minorOf))));
    const proof = result.proof.find((p) => p.joint === 'bank' && p.currency === currency);
    if (proof) prove('bank (entries)', currency, parseMoney(proof.theirs.amount, currency).minor - shown);
  }
}
