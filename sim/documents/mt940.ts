/**
 * A bank statement as SWIFT MT940, in its envelope: opening and closing balance, an entry and its text per movement. Party
 * and text are code words of field 86. SWIFT's alphabet has no hanzi: give names in Latin letters.
 * Source: SWIFT category 9 user handbook.
 */
import { decimalText } from '../../src/base/money.ts';
import { type BankEntry, type Statement, sum } from './domain.ts';
import { compactDate, utf8 } from './text.ts';

export function mt940(statement: Statement): Uint8Array {
  const { account, currency, from, to, opening, entries } = statement;
  const closing = opening + sum(entries, (e) => e.amount);
  const records = [
    '{1:F01BANKCNBJAXXX0000000000}{2:I940SHOPCNBJXXXXN}{4:',
    `:20:${compactDate(to)}`,
    `:25:${account}`,
    `:28C:${to.dayOfYear}/1`,
    `:60F:${balance(opening, from, currency)}`,
    ...entries.flatMap((e) => [`:61:${entryText(e, currency)}`, `:86:/NAME/${e.party}/REMI/${e.text}`]),
    `:62F:${balance(closing, to, currency)}`,
    '-}',
  ];
  return utf8(records.map((r) => `${r}\r\n`).join(''));
}

const sixDigits = (on: Temporal.PlainDate): string => compactDate(on).slice(2);
const amount = (minor: bigint, currency: string): string => {
  const text = decimalText(minor < 0n ? -minor : minor, currency);
  return text.includes('.') ? text.replace('.', ',') : `${text},`;
};
const mark = (minor: bigint): string => (minor < 0n ? 'D' : 'C');

const balance = (minor: bigint, on: Temporal.PlainDate, currency: string): string =>
  `${mark(minor)}${sixDigits(on)}${currency}${amount(minor, currency)}`;

/** RC takes a credit back, RD a debit. */
function entryText(e: BankEntry, currency: string): string {
  const what = e.undoes ? (e.amount < 0n ? 'RC' : 'RD') : mark(e.amount);
  return `${sixDigits(e.valueOn ?? e.on)}${sixDigits(e.on).slice(2)}${what}${amount(e.amount, currency)}NTRFNONREF//${e.ref}`;
}
