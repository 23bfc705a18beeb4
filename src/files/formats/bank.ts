/**
 * What the bank statement formats share: amounts as banks write them, placeholders that are no reference, and the book of
 * the statements in one document, which sees copies and gaps.
 *
 * A statement that stands twice in a document, word for word, is money once: its lines are taken from the first copy and a
 * note says so. The lines of a statement are held back only while it looks like a copy, so memory stays flat.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Text } from '../../base/lang.ts';
import { type Decimal, decimalText, exactMoney, parseDecimal } from '../../base/money.ts';
import type { Check, RejectCode, Sink } from '../format.ts';
import type { Line } from '../line.ts';

/** A line holds 64 bits of minor units. */
const LARGEST = 2n ** 63n - 1n;
export const fitsLine = (minor: bigint): boolean => minor <= LARGEST && minor >= -LARGEST;

/** A decimal in minor units, or why it is none. */
export function minorOf(d: Decimal | undefined, currency: string): bigint | RejectCode {
  if (!d) return 'bad_amount';
  const exact = exactMoney(d, currency);
  if (!exact) return 'amount_not_exact';
  return fitsLine(exact.minor) ? exact.minor : 'bad_amount';
}

/** Why an amount was not taken: it is finer than its currency, or it is none. */
export function amountFault(text: string, currency: string | null): 'bad_amount' | 'amount_not_exact' {
  if (currency === null) return 'bad_amount';
  return minorOf(parseDecimal(text), currency) === 'amount_not_exact' ? 'amount_not_exact' : 'bad_amount';
}

/** Written where a reference would stand when there is none, or when it stands elsewhere. */
const NO_REFERENCE = /^(NOT ?PROVIDED|NON ?REF|NO ?REF|NONE|N\/?A|[EKM]REF\+?|0+|-+)?$/i;

/** A reference, or nothing when the text only says that there is none. */
export function reference(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || NO_REFERENCE.test(trimmed) ? undefined : trimmed;
}

/** Remittance text as one line; longer than any bank prints it is cut. */
export function remittance(parts: ReadonlyArray<string | undefined>): string | undefined {
  const words = parts.map((part) => part?.replace(/\s+/g, ' ').trim()).filter((part) => part);
  return words.length === 0 ? undefined : words.join(' ').slice(0, 2000);
}

/** A date as ISO text, or nothing when there is no such day. One file names few days many times. */
export function dayOf(iso: string): Temporal.PlainDate | undefined {
  const known = days.get(iso);
  if (known) return known;
  try {
    const day = Temporal.PlainDate.from(iso);
    if (days.size >= 4096) days.clear();
    days.set(iso, day);
    return day;
  } catch {
    return undefined;
  }
}
const days = new Map<string, Temporal.PlainDate>();

/** One statement of a document, when it has ended. */
export type Statement = Readonly<{
  /** As the document calls it, for messages. */
  name: string;
  account: string;
  currency: string;
  opening?: bigint | undefined;
  closing?: bigint | undefined;
  /** The bank's own running number, where it keeps one. */
  number?: number | undefined;
}>;

export type StatementBook = Readonly<{
  /** A statement begins; `key` is all that names it before its entries. */
  begin(key: string): void;
  line(line: Line): void;
  /** True when it is a copy of an earlier one, whose lines were taken already. */
  end(statement: Statement): boolean;
  notes(): readonly Text[];
}>;

const MOST_NOTES = 50;

/** Passes lines on to the sink, and watches the statements they belong to. */
export function statementBook(sink: Sink): StatementBook {
  const digests = new Map<string, string>();
  const previous = new Map<string, Statement>();
  const notes: Text[] = [];
  let more = 0;
  let key = '';
  let hash: Hash = createHash('sha256');
  let held: Line[] | undefined;

  const note = (text: Text): void => {
    if (notes.length < MOST_NOTES) notes.push(text);
    else more += 1;
  };

  return {
    begin: (name) => {
      key = name;
      hash = createHash('sha256');
      held = digests.has(key) ? [] : undefined;
    },
    line: (line) => {
      hash.update(contentOf(line));
      if (held) held.push(line);
      else sink.line(line);
    },
    end: (statement) => {
      const { name, opening, closing, number } = statement;
      const digest = hash.update(`${opening}|${closing}|${number}`).digest('hex');
      if (held) {
        if (digests.get(key) === digest) {
          note(copied(name));
          held = undefined;
          return true;
        }
        for (const line of held) sink.line(line);
        held = undefined;
        note(sameName(name));
      }
      digests.set(key, digest);
      const place = `${statement.account}|${statement.currency}`;
      const before = previous.get(place);
      const gap = before && gapBetween(before, statement);
      if (gap) note(gap);
      previous.set(place, statement);
      return false;
    },
    notes: () => (more === 0 ? notes : [...notes, andMore(more)]),
  };
}

/** All that a line says, without where it stands; the columns a bank statement never fills are left out. */
function contentOf(l: Line): string {
  const money = `${l.kind}\t${l.status}\t${l.currency}\t${l.amount}`;
  const time = `${l.occurredAt}\t${l.businessOn}\t${l.valueOn}`;
  const refs = `${l.account}\t${l.orderRef}\t${l.paymentRef}\t${l.channelRef}\t${l.batchRef}\t${l.bankRef}`;
  return `${money}\t${time}\t${refs}\t${l.method}\t${l.party}\t${l.text}\n`;
}

const copied = (name: string): Text => ({
  en: `statement ${name} is in this file twice, word for word; its entries are counted once`,
  zh: `对账单 ${name} 在本文件中出现两次且内容完全相同,明细只计一次`,
});
const sameName = (name: string): Text => ({
  en: `two statements in this file are called ${name}, with different entries; both are counted`,
  zh: `本文件中有两份对账单都叫 ${name},明细不同,两份都计入`,
});
const andMore = (count: number): Text => ({ en: `and ${count} more notes like these`, zh: `另有 ${count} 条类似提示` });

/** Statements of one account follow each other: numbers run on, and each opens where the last one closed. */
function gapBetween(before: Statement, after: Statement): Text | undefined {
  const jumps = before.number !== undefined && after.number !== undefined && after.number > before.number + 1;
  const follows = before.closing === undefined || after.opening === undefined || before.closing === after.opening;
  const backwards = before.opening !== undefined && before.opening === after.closing;
  if (!jumps && (follows || backwards)) return undefined;
  const { account, currency } = after;
  const numbers = jumps
    ? {
        en: `; the numbers jump from ${before.number} to ${after.number}`,
        zh: `;编号从 ${before.number} 跳到 ${after.number}`,
      }
    : { en: '', zh: '' };
  const amount = (minor: bigint | undefined): string => (minor === undefined ? '?' : decimalText(minor, currency));
  const [closing, opening] = [amount(before.closing), amount(after.opening)];
  return {
    en: `account ${account}: ${before.name} closes with ${closing} ${currency}, ${after.name} opens with ${opening}: a statement between them is not in this file${numbers.en}`,
    zh: `账户 ${account}:${before.name} 期末余额 ${closing} ${currency},${after.name} 期初余额 ${opening},两者之间的对账单不在本文件中${numbers.zh}`,
  };
}

/** The identity every bank statement stands on. */
export function balanceCheck(
  name: string,
  currency: string,
  figures: Readonly<{ opening: bigint; booked: bigint; closing: bigint }>,
): Check {
  const reached = figures.opening + figures.booked;
  return {
    name: {
      en: `statement ${name}: closing balance in ${currency}`,
      zh: `对账单 ${name}:${currency} 期末余额`,
    },
    expected: decimalText(figures.closing, currency),
    actual: decimalText(reached, currency),
    ok: reached === figures.closing,
  };
}
