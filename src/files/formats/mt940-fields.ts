/**
 * MT940 text: records → fields, and what the fields :61:, :86: and :NS: hold. Banks wrap lines anywhere, so a record is a
 * tag only where one can stand.
 */
import { DaozhangError } from '../../base/errors.ts';
import { parseDecimal } from '../../base/money.ts';
import type { Input, RejectCode } from '../format.ts';
import type { Kind } from '../line.ts';
import { eachRecord, type TextRecord } from '../records.ts';
import { dayOf, minorOf, reference, remittance } from './bank.ts';

/** A tag at the beginning of a record. Only tags of these messages: `:26:37` at a line's start is a time that was wrapped. */
export const TAG = /^:(13D?|20|21|25P?|28C?|34F|60[FM]?|61|62[FM]?|64|65|86|90[CD]|940|942|NS):/;

/** A tag with its records; `at` and `end` are bytes of the document. */
export type Field = { tag: string; row: number; at: number; end: number; lines: string[] };
/** What ends a message, or the whole document. */
export type Mark = 'message' | 'document';

export type OnField = (field: Field | Mark, next: TextRecord | undefined) => void;

/** What begins a message. */
export const HEADING = /^[\u0000-\u001f]*(:20:|:940:|:942:|\{1:)/;
const HYPHEN = /^-(\}.*|[\u0000-\u001f]*|X{1,3})\s*$/;

/** Lines of a field; a bank writes a dozen at most, and a file of text must not be gathered in memory. */
const LONGEST_FIELD = 1000;

/** One field at a time, with the record that follows it: some records mean one thing or another by what comes next. */
export async function eachField(input: Input, on: OnField): Promise<void> {
  let field: Field | undefined;
  let record: TextRecord | undefined;
  let enveloped = false;

  const end = (next: TextRecord | undefined): void => {
    if (field) on(field, next);
    field = undefined;
  };
  const take = (current: TextRecord, next: TextRecord | undefined): void => {
    const { row, at, length } = current;
    const text = current.text.replace(/^[\u0000-\u001f]+/, '');
    if (text.startsWith('{')) {
      end(current);
      on('message', current);
      if (next === undefined && !text.startsWith('{5:')) {
        const reason = 'a message is announced and does not come / 报文只有报头,没有正文';
        throw new DaozhangError('file.cut', { path: input.name, offset: at + length, reason });
      }
      enveloped = /\{4:\s*$/.test(text);
      return;
    }
    if (HYPHEN.test(text) && (!enveloped || text.startsWith('-}'))) {
      end(current);
      on('message', next);
      return;
    }
    const tag = TAG.exec(text)?.[1];
    if (tag !== undefined && !wrappedTime(field, tag, next)) {
      end(current);
      field = { tag, row, at, end: at + length, lines: [text.slice(tag.length + 2)] };
      return;
    }
    if (!field) return;
    if (field.lines.length < LONGEST_FIELD) field.lines.push(text);
    if (text.trim() !== '') field.end = at + length;
  };

  await eachRecord(input, (current) => {
    if (record) {
      // A colon that stands alone belongs to the tag on the next line.
      if (record.text.trim() === ':' && TAG.test(`:${current.text}`)) {
        const { row, at } = record;
        record = { row, at, length: current.at + current.length - at, text: `:${current.text}` };
        return;
      }
      take(record, current);
    }
    record = current;
  });
  if (record) take(record, undefined);
  end(undefined);
  on('document', undefined);
}

/** `16:20:37` wrapped before `:20:37` in details is no new statement: that has its account or number on the next line. */
function wrappedTime(field: Field | undefined, tag: string, next: TextRecord | undefined): boolean {
  if (field?.tag !== '86') return false;
  if (tag === '20') return next === undefined || !/^:(21|25|28|13|34|60|NS)/.test(next.text);
  return /^(13|21|25|28)$/.test(tag);
}

// ---------------------------------------------------------------- :61:

/** Value date, entry date, mark, funds letter, amount, the rest. Four blanks may stand for the entry date. */
const ENTRY = /^(\d{6})(\d{4}| {4})?(R?[CD]|E[CD])([A-Z])?\s?(\d{1,24}(?:,\d{0,18})?)(.*)$/;

export type Entry = Readonly<{
  kind: Kind;
  expected: boolean;
  amount: bigint;
  valueOn: Temporal.PlainDate;
  businessOn: Temporal.PlainDate;
  method: string | undefined;
  customerRef: string | undefined;
  bankRef: string | undefined;
  supplement: readonly string[];
  thirtieth: boolean;
}>;

/** The parts of a :61:; the code says why it is none. */
export function entryOf(lines: readonly string[], currency: string): Entry | RejectCode {
  let used = 1;
  let parts = ENTRY.exec(lines[0]!);
  if (!parts && lines.length > 1) {
    // Some savings banks break the line before the amount.
    used = 2;
    parts = ENTRY.exec(lines[0]! + lines[1]!);
  }
  // Without its comma an amount must end where the type of the transaction begins.
  if (!parts || (!parts[5]!.includes(',') && !/^([NFS][A-Z0-9 ]{3}|$)/.test(parts[6]!))) return 'bad_value';
  const [, valueText, entryText, mark, , amountText, rest] = parts;
  const value = dateOf(`${centuryOf(valueText!)}${valueText}`);
  if (!value) return 'bad_date';
  const entry = entryText?.trim() ? entryDate(entryText, value.on) : value;
  if (!entry) return 'bad_date';
  const minor = minorOf(parseDecimal(amountText!.replace(',', '.')), currency);
  if (typeof minor !== 'bigint') return minor;
  const moneyIn = mark === 'C' || mark === 'RD' || mark === 'EC';
  const [, method, references] = /^([NFS][A-Z0-9 ]{3})?(.*)$/.exec(rest!)!;
  const [customerRef, ...bankRef] = references!.split('//');
  return {
    kind: mark!.startsWith('R') ? 'reversal' : moneyIn ? 'payment' : 'payout',
    expected: mark!.startsWith('E'),
    amount: moneyIn ? minor : -minor,
    valueOn: value.on,
    businessOn: entry.on,
    method: method?.trim(),
    customerRef: reference(customerRef),
    bankRef: reference(bankRef.join('//')),
    supplement: lines.slice(used),
    thirtieth: value.thirtieth || entry.thirtieth,
  };
}

/** Statements are no older than 1980. */
export const centuryOf = (date: string): string => (date >= '80' ? '19' : '20');

type Dated = Readonly<{ on: Temporal.PlainDate; thirtieth: boolean }>;

/** YYYYMMDD. The 30th of February, and the 29th of a short one, are the last day of that February. */
export function dateOf(digits: string): Dated | undefined {
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
  const on = dayOf(iso);
  if (on) return { on, thirtieth: false };
  if (!/02(29|30)$/.test(digits)) return undefined;
  return { on: dayOf(`${iso.slice(0, 8)}28`)!.with({ day: 31 }), thirtieth: true };
}

/** MMDD in the year that brings it nearest to the value date: 1231 may be valued 0102 of the next. */
function entryDate(text: string, valueOn: Temporal.PlainDate): Dated | undefined {
  const ahead = Number(text.slice(0, 2)) - valueOn.month;
  const year = valueOn.year + (ahead > 6 ? -1 : ahead < -6 ? 1 : 0);
  return dateOf(`${year}${text}`);
}

// ---------------------------------------------------------------- :86: and :NS:

export type Details = Readonly<{
  orderRef?: string | undefined;
  channelRef?: string | undefined;
  party?: string | undefined;
  text?: string | undefined;
}>;

/** What a :86: says, in whichever of the three ways it is written. */
export function detailsOf(lines: readonly string[]): Details {
  const whole = lines.join('').trim();
  const separator = /^\d{3}([?>~])(?=\d\d)/.exec(whole)?.[1];
  if (separator) return subfields(whole.slice(3), separator);
  const text = unwrapped(lines, 65);
  if (SLASHED.test(text.slice(0, 6))) return slashed(unwrapped(lines, 65));
  const words = codeWords(text);
  return { ...refsOf(words), party: words.get('ABWA'), text: remittance([words.get('') ?? '', words.get('SVWZ')]) };
}

/** Lines as they were before they were cut at a width: a full line goes on in the next without a blank. */
function unwrapped(lines: readonly string[], width: number): string {
  let text = '';
  let full = true;
  for (const line of lines) {
    text += full ? line : ` ${line}`;
    full = line.length >= width;
  }
  return text.trim();
}

const SUBFIELD: Readonly<Record<string, RegExp>> = { '?': /\?(\d\d)/, '>': />(\d\d)/, '~': /~(\d\d)/ };

/** German banks: business code, then subfields of 27 characters. */
function subfields(text: string, separator: string): Details {
  const parts = text.split(SUBFIELD[separator]!);
  // 60–63 go on where 20–29 are full; otherwise they are the bank's own remarks.
  const purpose: string[] = [];
  const more: string[] = [];
  const names: string[] = [];
  let posting: string | undefined;
  for (let i = 1; i < parts.length; i += 2) {
    const code = parts[i]!;
    const content = parts[i + 1]!;
    if (code === '00') posting = content;
    else if (/^2\d$/.test(code)) purpose.push(content);
    else if (/^6[0-3]$/.test(code)) (purpose.length === 10 ? purpose : more).push(content);
    else if (/^3[23]$/.test(code)) names.push(content);
  }
  const words = codeWords(unwrapped(purpose, 27));
  return {
    ...refsOf(words),
    party: unwrapped(names, 27) || words.get('ABWA') || words.get('ABWE'),
    text: remittance([words.get(''), words.get('SVWZ'), unwrapped(more, 27), posting]),
  };
}

const CODE_WORD = /(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP)\+/;

/** `EREF+… SVWZ+…` by word; what stands before the first one under the empty word. */
function codeWords(text: string): ReadonlyMap<string, string> {
  const parts = text.split(CODE_WORD);
  const words = new Map([['', parts[0]!.trim()]]);
  for (let i = 1; i < parts.length; i += 2) if (!words.has(parts[i]!)) words.set(parts[i]!, parts[i + 1]!.trim());
  return words;
}

const refsOf = (words: ReadonlyMap<string, string>): Details => ({
  orderRef: reference(words.get('EREF')),
  channelRef: reference(words.get('KREF') ?? words.get('PREF')),
});

const SLASHED =
  /\/(EREF|KREF|PREF|TRCD|TRTP|BENM|ORDP|CNTP|NAME|REMI|ISDT|IBAN|BIC|CSID|MARF|RTRN|ADDR|PURP|ULTD|ULTB|ULTC|SVCL|BUSP)\//;

/** `/EREF/…/BENM//NAME/…/REMI/…`: Dutch and Belgian banks. */
function slashed(text: string): Details {
  const parts = `${text}/`.split(SLASHED);
  const words = new Map<string, string>();
  for (let i = 1; i < parts.length; i += 2) {
    const content = parts[i + 1]!.replace(/^\/+|\/+$/g, '').trim();
    if (content !== '' && !words.has(parts[i]!)) words.set(parts[i]!, content);
  }
  const remittanceText = words.get('REMI')?.replace(/^(USTD|STRD)\/+/, '');
  return {
    ...refsOf(words),
    party: words.get('NAME') ?? words.get('CNTP')?.split('/')[2],
    text: remittance([remittanceText ?? text]),
  };
}

/** :NS: blocks: lines 01–14 purpose, 15 and 16 the other side's name, 17 the kind of posting. */
export function blockOf(lines: readonly string[]): Details {
  const coded = lines.map((line) => [line.slice(0, 2), line.slice(2)] as const);
  const pick = (from: string, to: string): string[] =>
    coded.filter(([code]) => code >= from && code <= to).map(([, text]) => text);
  return {
    party: unwrapped(pick('15', '16'), 27) || undefined,
    text: remittance([...pick('01', '14'), ...pick('17', '17')]),
  };
}
