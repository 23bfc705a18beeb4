/**
 * SWIFT MT940 statements and MT942 interim reports, as banks hand them out: with or without the {1:…}{4:…-} envelope, many
 * statements in one file, pages (60M/62M), German `?20` subfields, `EREF+` and `/EREF/` code words, :NS: blocks. Source:
 * SWIFT category 9 user handbook and the SEPA subfield tables of the German banks.
 *
 * Signs: C and RD are money in, D and RC money out (R takes an earlier entry back); EC and ED are expected, not money yet.
 * 30 February is a value date that 30/360 interest really has: it is read as the last day of February, and noted.
 *
 * Opening + entries = closing is checked for each statement (mt940-checks.ts). A statement that opens and never closes is
 * cut. Cost: one streaming pass over the records, O(bytes); memory is one entry, and the amounts of one statement.
 */
import { isCurrency } from '../../base/currency.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import type { Balance, Check, Facts, Head, Input, RejectCode, RowsFormat, Sink } from '../format.ts';
import type { Line } from '../line.ts';
import { remittance, type StatementBook, statementBook } from './bank.ts';
import {
  balanceIn,
  type Doubt,
  emptyMessage,
  type Message,
  nameOf,
  rejectedOf,
  type Stated,
  sumIn,
  unreadable,
  verdictsOn,
  withoutOpening,
} from './mt940-checks.ts';
import {
  blockOf,
  type Details,
  detailsOf,
  type Entry,
  eachField,
  entryOf,
  type Field,
  HEADING,
  type OnField,
  TAG,
} from './mt940-fields.ts';

export const mt940: RowsFormat = {
  shape: 'rows',
  id: 'mt940',
  title: { en: 'Bank statement SWIFT MT940/MT942', zh: '银行对账单 SWIFT MT940/MT942' },
  role: 'bank',
  rounding: 'none',
  check: {
    en: ':60: + entries = :62: of each statement; :90C: and :90D: of an MT942',
    zh: '每份对账单 :60: + 明细 = :62:;MT942 的 :90C: 与 :90D:',
  },
  mapping: [
    ['kind', ':61: C D RC RD EC ED'],
    ['status', ':61: EC ED are pending'],
    ['currency', ':60F:, :60M:, :34F:, the end of :25:'],
    ['amount', ':61: amount'],
    ['businessOn', ':61: entry date, value date'],
    ['valueOn', ':61: value date'],
    ['account', ':25:'],
    ['orderRef', ':86: EREF'],
    ['paymentRef', ':61: customer reference'],
    ['channelRef', ':86: KREF, PREF'],
    ['bankRef', ':61: // bank reference'],
    ['method', ':61: transaction type'],
    ['party', ':86: ?32 ?33, NAME, ABWA; :NS: 15 16'],
    ['text', ':86: ?20–?29 ?60–?63, SVWZ, REMI; :61: supplementary details'],
  ],
  detect,
  read: async (input, sink) => {
    const reading = startReading(input, sink, statementBook(sink));
    await eachField(input, reading.field);
    return reading.facts();
  },
};

/** A tag near the top, with nothing before it that a bank's header would not hold. */
function detect(head: Head): boolean {
  for (const line of head.text.slice(0, 4000).split(/\r?\n/, 12)) {
    const text = line.replace(/^[\u0000-\u0020]+/, '').replace(/^\{.*\{4:/, '');
    if (TAG.test(text)) return true;
    if (text.length > 120 || /[<>;,\t|"`=]/.test(text)) return false;
  }
  return false;
}

/** An entry that waits for its details. */
type Waiting = { field: Field; details: Details[]; end: number };

function startReading(input: Input, sink: Sink, book: StatementBook): { field: OnField; facts(): Facts } {
  const checks: Check[] = [];
  const notes: Text[] = [];
  const doubts: Doubt[] = [];
  const balances: Balance[] = [];
  const accounts = new Set<string>();
  let message = emptyMessage();
  let waiting: Waiting | undefined;
  let agreed = 0;
  let enveloped = false;
  let thirtieths = 0;

  const rejectField = (field: Field, code: RejectCode): void => {
    message.doubtful = true;
    sink.reject(rejectedOf(field, code));
  };

  const begin = (): void => {
    if (message.begun) return;
    message.begun = true;
    book.begin([message.account, message.reference, message.number, message.opening?.raw].join('|'));
  };

  const flush = (): void => {
    if (!waiting) return;
    const { field, details, end } = waiting;
    waiting = undefined;
    begin();
    message.entries += 1;
    const { currency } = message;
    if (currency === undefined) {
      sink.reject({ ...rejectedOf(field, 'missing'), column: ':60F:' });
      return;
    }
    const entry = entryOf(field.lines, currency);
    if (typeof entry === 'string') {
      rejectField(field, entry);
      return;
    }
    if (entry.thirtieth) thirtieths += 1;
    (entry.expected ? message.expected : message.booked).push(entry.amount);
    if (message.account !== '') accounts.add(message.account);
    book.line(
      lineOf(entry, details, {
        row: field.row,
        at: field.at,
        length: end - field.at,
        currency,
        account: message.account,
      }),
    );
  };

  const cut = (offset: number, en: string, zh: string): DaozhangError => {
    const name = nameOf(message);
    const reason = `statement ${name} ${en} / 对账单 ${name} ${zh}`;
    return new DaozhangError('file.cut', { path: input.name, offset, reason });
  };

  const endMessage = (offset: number): void => {
    flush();
    const { opening, closing } = message;
    if (message.reference === '' && !opening && !closing && message.entries === 0) {
      message = emptyMessage();
      return;
    }
    begin();
    if (opening && !message.closes && message.reference !== '') {
      throw cut(offset, 'has no closing balance', '缺少期末余额');
    }
    if (!message.opens && message.closes && message.reference !== '' && message.entries > 0) {
      checks.push(withoutOpening(nameOf(message)));
    }
    const cutHere = closing?.field.end === input.size;
    for (const verdict of verdictsOn(message, enveloped || cutHere)) {
      if ('note' in verdict) doubts.push(verdict);
      else checks.push(verdict);
      if (!('note' in verdict) && verdict.ok) agreed += 1;
    }
    const copy = book.end({
      name: nameOf(message),
      account: message.account,
      currency: message.currency ?? '',
      opening: opening?.minor,
      closing: closing?.minor,
      number: /^\d+/.test(message.number) ? Number.parseInt(message.number.slice(0, 9), 10) : undefined,
    });
    if (opening && closing && !copy) balances.push(balanceOf(message, opening, closing));
    message = emptyMessage();
  };

  const balance = (field: Field): Stated | undefined => {
    const stated = balanceIn(field, message.currency);
    if (typeof stated !== 'string') return stated;
    rejectField(field, stated);
    checks.push(unreadable(nameOf(message), field));
    return undefined;
  };

  const take = (field: Field): void => {
    const text = field.lines[0]!.trim();
    switch (field.tag) {
      case '20':
        endMessage(field.at);
        message.reference = text;
        return;
      case '25':
      case '25P':
        // An account cannot change inside a statement: here the details bear the wrong tag.
        if (waiting && message.account !== '') attach(field, detailsOf(field.lines));
        else message.account = text;
        if (!waiting) message.currency ??= currencyAtEnd(text);
        return;
      case '28':
      case '28C':
        message.number = text;
        return;
      case '34F':
        message.interim = true;
        message.currency ??= currencyAt(text, 0);
        return;
      case '60':
      case '60F':
      case '60M': {
        flush();
        const { account } = message;
        if (message.opening) endMessage(field.at);
        message.account ||= account;
        message.opens = true;
        message.opening = balance(field);
        message.currency = message.opening?.currency ?? message.currency;
        return;
      }
      case '61':
        flush();
        waiting = { field, details: [], end: field.end };
        return;
      case '86':
        attach(field, detailsOf(field.lines));
        return;
      case 'NS':
        attach(field, blockOf(field.lines));
        return;
      case '62':
      case '62F':
      case '62M': {
        flush();
        message.closes = true;
        const closing = balance(field);
        if (message.closing && message.closing.raw !== closing?.raw) {
          rejectField(field, 'bad_value');
          checks.push(unreadable(nameOf(message), field));
        }
        message.closing ??= closing;
        message.currency ??= closing?.currency;
        return;
      }
      case '90C':
      case '90D': {
        flush();
        const sum = sumIn(field);
        if (typeof sum === 'string') {
          rejectField(field, sum);
          checks.push(unreadable(nameOf(message), field));
        } else {
          message.sums[field.tag === '90C' ? 'credit' : 'debit'] = sum;
        }
        return;
      }
      default:
        flush();
    }
  };

  const attach = (field: Field, details: Details): void => {
    if (!waiting) return;
    waiting.details.push(details);
    waiting.end = field.end;
  };

  /** The end of the document inside a message: an envelope that stays open, or a heading after whole statements. */
  const refuseUnfinished = (): void => {
    if (enveloped && message.reference !== '') throw cut(input.size, 'does not reach its end', '没有到达结尾');
    const headingOnly = message.reference !== '' && !message.opens && !message.interim && message.entries === 0;
    if (headingOnly && balances.length > 0) throw cut(input.size, 'has only a heading', '只有报头');
  };

  const facts = (): Facts => {
    // A source that balances is held to it: when more statements agree than not, the others count.
    for (const { check, rejected, note } of doubts) {
      if (agreed > doubts.length) {
        checks.push(check);
      } else {
        sink.reject(rejected);
        notes.push(note);
      }
    }
    if (thirtieths > 0) notes.push(thirtiethNote(thirtieths));
    return {
      account: accounts.size === 1 ? [...accounts][0] : undefined,
      checks,
      balances,
      notes: [...notes, ...book.notes()],
    };
  };

  return {
    facts,
    field: (field, next) => {
      if (field !== 'document' && field !== 'message') {
        take(field);
        return;
      }
      // A hyphen in the middle of a statement is a line of text.
      if (message.opening && !message.closing && next && !HEADING.test(next.text)) return;
      if (field === 'document') refuseUnfinished();
      endMessage(next?.at ?? input.size);
      enveloped = next?.text.startsWith('{') === true;
    },
  };
}

function lineOf(
  entry: Entry,
  details: readonly Details[],
  place: Readonly<{ row: number; at: number; length: number; currency: string; account: string }>,
): Line {
  const first = (pick: (details: Details) => string | undefined): string | undefined =>
    details.map(pick).find((text) => text);
  return {
    ...place,
    kind: entry.kind,
    status: entry.expected ? 'pending' : 'done',
    amount: entry.amount,
    businessOn: entry.businessOn,
    valueOn: entry.valueOn,
    orderRef: first((d) => d.orderRef),
    paymentRef: entry.customerRef,
    channelRef: first((d) => d.channelRef),
    bankRef: entry.bankRef,
    method: entry.method,
    party: first((d) => d.party),
    text: remittance([...details.map((d) => d.text), ...entry.supplement]),
  };
}

const balanceOf = (message: Message, opening: Stated, closing: Stated): Balance => ({
  account: message.account,
  currency: opening.currency ?? closing.currency ?? '',
  opening: opening.minor,
  closing: closing.minor,
  from: opening.on,
  to: closing.on,
});

const currencyAt = (text: string, at: number): string | undefined => {
  const code = text.slice(at, at + 3);
  return isCurrency(code) ? code : undefined;
};

/** `51210600/9223382012EUR` */
const currencyAtEnd = (account: string): string | undefined =>
  /\d[A-Z]{3}$/.test(account) ? currencyAt(account, account.length - 3) : undefined;

const thirtiethNote = (count: number): Text => ({
  en: `entries dated 30 February, as 30/360 interest does, are taken on the last day of that month: ${count}`,
  zh: `${count} 笔明细日期为 2 月 30 日(30/360 计息惯例),按当月最后一天处理`,
});
