/**
 * What an MT940 message says about itself, against its entries: opening and closing balance, and the sums of an MT942.
 * The rule, and its one exception, stand at `verdictsOn`.
 */
import { isCurrency } from '../../base/currency.ts';
import type { Text } from '../../base/lang.ts';
import { decimalText, parseDecimal } from '../../base/money.ts';
import type { Check, RejectCode, Rejected } from '../format.ts';
import { balanceCheck, minorOf } from './bank.ts';
import { centuryOf, dateOf, type Field } from './mt940-fields.ts';

/** A balance or a sum that the source states. */
export type Stated = Readonly<{
  field: Field;
  raw: string;
  currency: string | undefined;
  minor: bigint;
  on: Temporal.PlainDate | undefined;
}>;

/** From :20: to the end of the message; fields outside of one are a fragment, which no balance proves. */
export type Message = {
  reference: string;
  account: string;
  number: string;
  currency: string | undefined;
  /** A :60: or :62: stands there, readable or not. */
  opens: boolean;
  closes: boolean;
  /** An MT942, which has no balances. */
  interim: boolean;
  opening: Stated | undefined;
  closing: Stated | undefined;
  sums: { credit?: Sum; debit?: Sum };
  entries: number;
  /** Signed minor units: booked ones, and those that are only expected. */
  booked: bigint[];
  expected: bigint[];
  /** A field that counts cannot be read, or stands twice with different content. */
  doubtful: boolean;
  begun: boolean;
};
export type Sum = Readonly<{ field: Field; currency: string; count: number; minor: bigint }>;

export const emptyMessage = (): Message => ({
  reference: '',
  account: '',
  number: '',
  currency: undefined,
  opens: false,
  closes: false,
  interim: false,
  opening: undefined,
  closing: undefined,
  sums: {},
  entries: 0,
  booked: [],
  expected: [],
  doubtful: false,
  begun: false,
});

/** A control figure that does not agree though no single change explains it; see `verdictsOn`. */
export type Doubt = Readonly<{ check: Check; rejected: Rejected; note: Text }>;

export const nameOf = (message: Message): string =>
  [message.reference, message.number].filter((part) => part !== '').join(' ') || '?';

export const rejectedOf = (field: Field, code: RejectCode): Rejected => ({
  row: field.row,
  at: field.at,
  column: `:${field.tag}:`,
  code,
  value: field.lines[0]!.slice(0, 80),
});

/** Side, date, currency, amount. Old statements leave the currency of the closing balance out. */
const BALANCE = /^([CD])(\d{6})([A-Z]{3})?(\d{1,24}(?:,\d{0,18})?)\s*$/;

export function balanceIn(field: Field, known: string | undefined): Stated | RejectCode {
  const raw = field.lines[0]!.trim();
  const parts = BALANCE.exec(raw);
  if (!parts) return 'bad_value';
  const currency = parts[3] ?? known;
  if (currency === undefined) return 'missing';
  if (!isCurrency(currency)) return 'bad_currency';
  const minor = minorOf(parseDecimal(parts[4]!.replace(',', '.')), currency);
  if (typeof minor !== 'bigint') return minor;
  const on = dateOf(`${centuryOf(parts[2]!)}${parts[2]}`)?.on;
  return { field, raw, currency, minor: parts[1] === 'D' ? -minor : minor, on };
}

/** Number, currency, amount. */
export function sumIn(field: Field): Sum | RejectCode {
  const raw = field.lines[0]!.trim();
  const parts = /^(\d{1,9})([A-Z]{3})(\d{1,24}(?:,\d{0,18})?)\s*$/.exec(raw);
  if (!parts) return 'bad_value';
  if (!isCurrency(parts[2]!)) return 'bad_currency';
  const minor = minorOf(parseDecimal(parts[3]!.replace(',', '.')), parts[2]!);
  return typeof minor === 'bigint' ? { field, currency: parts[2]!, count: Number(parts[1]), minor } : minor;
}

/**
 * Opening + booked entries = closing, and the sums of an MT942, against the entries.
 *
 * A figure that does not agree refuses the document. One case is held instead, because people pass excerpts on: nothing
 * that could have been added or altered explains the difference, so entries must be missing. Then what is there is taken,
 * the figure itself is rejected (so no run that uses the document is clean) and a note says how much is missing. It is held
 * only when nothing in the document vouches for it being whole: no envelope around the message, no majority of figures in the
 * document that agree, at least one entry, every field readable, and a line end behind the closing balance.
 */
export function* verdictsOn(message: Message, whole: boolean): Generator<Check | Doubt> {
  const { opening, closing, sums, booked, expected } = message;
  const name = nameOf(message);
  const strict = whole || message.doubtful || message.entries === 0;
  if (opening && closing) {
    const currency = opening.currency!;
    if (closing.currency !== currency) {
      yield currencyCheck(name, currency, closing.currency!);
    } else {
      const total = booked.reduce((sum, amount) => sum + amount, 0n);
      const check = balanceCheck(name, currency, { opening: opening.minor, booked: total, closing: closing.minor });
      const missing = closing.minor - opening.minor - total;
      const explained = (): boolean =>
        explains(missing, [...booked, opening.minor], expected) || oneChange(closing.minor, closing.minor - missing);
      yield check.ok || strict || explained() ? check : doubt(check, closing.field, name, currency, missing);
    }
  }
  const currency = message.currency;
  if (currency === undefined) return;
  for (const [side, sum] of [
    ['credit', sums.credit],
    ['debit', sums.debit],
  ] as const) {
    if (!sum) continue;
    if (sum.currency !== currency) {
      yield currencyCheck(name, currency, sum.currency);
      continue;
    }
    const mine = (amounts: readonly bigint[]): bigint[] =>
      amounts.map((amount) => (side === 'credit' ? amount : -amount)).filter((amount) => amount > 0n);
    yield sumVerdict(sum, mine(booked), mine(expected), { name, currency, strict });
  }
}

/** Banks count expected entries in or leave them out: either may agree. */
function sumVerdict(
  sum: Sum,
  booked: readonly bigint[],
  expected: readonly bigint[],
  about: Readonly<{ name: string; currency: string; strict: boolean }>,
): Check | Doubt {
  const { name, currency, strict } = about;
  const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
  const every = [...booked, ...expected];
  const same = (amounts: readonly bigint[]): boolean => amounts.length === sum.count && total(amounts) === sum.minor;
  const meant = same(every) ? every : booked;
  const stated = (count: number, minor: bigint): string => `${count} × ${decimalText(minor, currency)}`;
  const check: Check = {
    name: {
      en: `statement ${name}: number and sum in :${sum.field.tag}:`,
      zh: `对账单 ${name}::${sum.field.tag}: 的笔数与合计`,
    },
    expected: stated(sum.count, sum.minor),
    actual: stated(meant.length, total(meant)),
    ok: same(meant),
  };
  const missing = sum.minor - total(booked);
  const halfRight = booked.length === sum.count ? oneChange(sum.minor, total(booked)) : missing === 0n;
  if (check.ok || strict || halfRight || explains(missing, booked, expected)) return check;
  return doubt(check, sum.field, name, currency, missing);
}

/** True when altering, turning round or taking away one amount, or booking one that is expected, gives the difference. */
function explains(missing: bigint, amounts: readonly bigint[], expected: readonly bigint[]): boolean {
  return (
    expected.includes(missing) ||
    amounts.some((amount) => amount + missing === 0n || oneChange(amount, amount + missing))
  );
}

/** True when two amounts differ by their sign, one digit more, less or other, two exchanged, or the comma's place. */
function oneChange(is: bigint, should: bigint): boolean {
  if (is === -should) return true;
  if (is < 0n !== should < 0n) return false;
  const a = digitsOf(is);
  const b = digitsOf(should);
  return nearly(a, b) || nearly(a.replace(/0+$/, ''), b.replace(/0+$/, ''));
}

function nearly(a: string, b: string): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const restA = a.slice(same);
  const restB = b.slice(same);
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  );
}

const digitsOf = (minor: bigint): string => (minor < 0n ? -minor : minor).toString().padStart(3, '0');

const doubt = (check: Check, field: Field, name: string, currency: string, missing: bigint): Doubt => ({
  check,
  rejected: rejectedOf(field, 'bad_value'),
  note: {
    en: `statement ${name}: entries of ${decimalText(missing, currency)} ${currency} in total are missing between its balances; only what is here is taken`,
    zh: `对账单 ${name}:与自带余额相比,缺少合计 ${decimalText(missing, currency)} ${currency} 的明细;只采用现有明细`,
  },
});

const currencyCheck = (name: string, opening: string, closing: string): Check => ({
  name: { en: `statement ${name}: one currency`, zh: `对账单 ${name}:币种一致` },
  expected: closing,
  actual: opening,
  ok: false,
});

export const withoutOpening = (name: string): Check => ({
  name: { en: `statement ${name}: opening balance`, zh: `对账单 ${name}:期初余额` },
  expected: ':60F:',
  actual: '-',
  ok: false,
});

export const unreadable = (name: string, field: Field): Check => ({
  name: { en: `statement ${name}: :${field.tag}: that can be read`, zh: `对账单 ${name}:可读取的 :${field.tag}:` },
  expected: field.lines[0]!.slice(0, 80),
  actual: '?',
  ok: false,
});
