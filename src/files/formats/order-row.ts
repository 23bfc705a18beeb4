/**
 * One row of a merchant's order export → its lines, as `order-mapped` reads documents row by row; and what its SQL for delimited
 * text must hold alike: the packing around a cell, and how a time may be written. A test holds the two together.
 */
import { isCurrency } from '../../base/currency.ts';
import { type Decimal, parseDecimal, rescale } from '../../base/money.ts';
import { dateIn, type Micros, microsOf } from '../../base/time.ts';
import type { RejectCode, Rejected } from '../format.ts';
import type { Line } from '../line.ts';
import type { LocalClock } from '../local-time.ts';
import {
  CHANNEL_WORDS,
  CURRENCY_WORDS,
  KIND_WORDS,
  type MappedField,
  type OrderMapping,
  STATUS_WORDS,
} from '../mapping.ts';
import { amountFault, dayOf, fitsLine, minorOf } from './bank.ts';

/** What exports put around references: `="123"`, a back-tick or apostrophe in front, a TAB behind; and what they write for nothing. */
const BLANK = ' \t\u00a0\u3000';
export const FRONT = `${BLANK}="'\``;
export const BEHIND = `${BLANK}"`;
export const NOTHING = ['', '-', '--', '/', '—'];

export const DATE = String.raw`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}(?:[.]\d{1,6})?))?)?[ ]*(Z|[+-]\d{2}:?\d{2})?$`;
export const DIGITS = String.raw`^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$`;

/** A cell without that packing. */
export function bareText(cell: string): string {
  if (NOTHING.includes(cell)) return '';
  let from = 0;
  let to = cell.length;
  while (from < to && FRONT.includes(cell[from]!)) from += 1;
  while (to > from && BEHIND.includes(cell[to - 1]!)) to -= 1;
  return cell.slice(from, to);
}

type Cell = (column: string) => string;
type Place = Readonly<{ row: number; at: number; length: number }>;

/** One row → one line, two when it states a refund, or why it cannot be read. The same rules as `fieldsOf` in order-mapped.ts. */
export function orderReader(mapping: OrderMapping, zone: string, clock: LocalClock) {
  const { columns, unit, values } = mapping;
  const meanings = <T extends string>(
    known: Readonly<Record<string, T>>,
    own: Readonly<Record<string, T>>,
  ): Map<string, T> => new Map(Object.entries({ ...known, ...own }));
  const status = meanings(STATUS_WORDS, values.status);
  const channels = meanings(CHANNEL_WORDS, values.channel);
  const kinds = meanings(KIND_WORDS, values.kind);
  const currencies = new Map(Object.entries(CURRENCY_WORDS));
  return (place: Place, cell: Cell): readonly Line[] | Rejected => {
    const text = (field: MappedField): string => {
      for (const column of columns[field] ?? []) {
        const value = cell(column);
        if (value !== '') return value;
      }
      return '';
    };
    const no = (field: MappedField, code: RejectCode = 'bad_value'): Rejected => {
      const value = text(field);
      return {
        row: place.row,
        at: place.at,
        column: columns[field]?.[0] ?? field,
        code: value === '' ? 'missing' : code,
        value,
      };
    };
    // In the order in which the SQL finds faults.
    const currency =
      currencyOf(text('currency'), currencies) ?? (text('currency') === '' ? mapping.currency : undefined);
    const known = currency !== undefined && isCurrency(currency);
    const amount = known ? minorIn(text('amount'), currency, unit) : undefined;
    const kind = columns.kind ? kinds.get(text('kind').toLowerCase()) : (amount ?? 0n) < 0n ? 'refund' : 'payment';
    if (kind === undefined) return no('kind');
    if (!known) return no('currency', 'bad_currency');
    if (amount === undefined) return no('amount', amountFault(text('amount'), currency));
    const given = columns.refunded && text('refunded') !== '' ? minorIn(text('refunded'), currency, unit) : 0n;
    const refunded = given !== undefined && given < 0n ? -given : given;
    const both = kind === 'payment' && refunded !== undefined && refunded > 0n;
    const said = status.get(text('status').toLowerCase());
    if (said === undefined || (both && said === 'unpaid')) return no('status');
    const orderRef = text('order_ref');
    if (orderRef === '') return no('order_ref');
    const timeField = text('paid_at') === '' ? 'created_at' : 'paid_at';
    const happened = instantIn(text(timeField), clock);
    if (happened === undefined) return no(timeField, 'bad_date');
    if (refunded === undefined) return no('refunded', 'bad_amount');
    const channel = text('channel') === '' ? mapping.channel : channels.get(text('channel').toLowerCase());
    if (text('channel') !== '' && channel === undefined) return no('channel');
    const common = {
      ...place,
      currency,
      channel,
      orderRef,
      account: text('account'),
      store: text('store'),
      terminal: text('terminal'),
    };
    const isRefund = kind === 'refund';
    const line: Line = {
      ...common,
      row: place.row,
      at: place.at,
      length: place.length,
      kind,
      status: both && (said === 'closed' || said === 'unknown') ? 'refunded' : said,
      amount: isRefund && amount > 0n ? -amount : amount,
      occurredAt: isRefund ? (instantIn(text('refunded_at'), clock) ?? happened) : happened,
      paymentRef: isRefund ? text('refund_ref') : text('payment_ref'),
      refundRef: isRefund ? text('refund_ref') : undefined,
      channelRef: text('channel_ref'),
    };
    const lines = [withDay(line, zone)];
    if (!both) return lines;
    lines.push(
      withDay(
        {
          ...line,
          kind: 'refund',
          status: 'refunded',
          amount: -refunded,
          occurredAt: instantIn(text('refunded_at'), clock) ?? happened,
          paymentRef: text('refund_ref'),
          refundRef: text('refund_ref'),
          channelRef: undefined,
          originRef: text('channel_ref'),
        },
        zone,
      ),
    );
    return lines;
  };
}

const withDay = (line: Line, zone: string): Line => ({ ...line, businessOn: dateIn(line.occurredAt!, zone) });

function currencyOf(text: string, known: ReadonlyMap<string, string>): string | undefined {
  if (text === '') return undefined;
  return known.get(text.toLowerCase()) ?? (isCurrency(text.toUpperCase()) ? text.toUpperCase() : undefined);
}

/** As `dz_scaled`, without the currency's sign or word around it. */
function minorIn(text: string, currency: string, unit: 'major' | 'minor'): bigint | undefined {
  const decimal = parseDecimal(text.replace(/[¥￥$€£元 ]/g, ''));
  const minor = unit === 'minor' ? wholeOf(decimal) : minorOf(decimal, currency);
  return typeof minor === 'bigint' ? minor : undefined;
}

const wholeOf = (d: Decimal | undefined): bigint | undefined => {
  const whole = d && rescale(d, 0)?.value;
  return whole !== undefined && fitsLine(whole) ? whole : undefined;
};

const DATE_PATTERN = new RegExp(DATE);
const DIGITS_PATTERN = new RegExp(DIGITS);

/** As the SQL and `dz_at` read it. */
function instantIn(text: string, clock: LocalClock): Micros | undefined {
  const m = /^\d+$/.test(text) ? DIGITS_PATTERN.exec(text) : DATE_PATTERN.exec(text);
  if (!m) return undefined;
  const on = dayOf(`${m[1]}-${m[2]!.padStart(2, '0')}-${m[3]!.padStart(2, '0')}`);
  if (!on) return undefined;
  const [second, fraction = ''] = (m[6] ?? '0').split('.');
  const [hour, minute] = [Number(m[4] ?? 0), Number(m[5] ?? 0)];
  if (hour > 23 || minute > 59 || Number(second) > 59) return undefined;
  const micro = Number(fraction.padEnd(6, '0'));
  const local = on.toPlainDateTime({
    hour,
    minute,
    second: Number(second),
    millisecond: Math.trunc(micro / 1000),
    microsecond: micro % 1000,
  });
  if (m[7] === undefined) return clock.at(local);
  const offset = m[7] === 'Z' ? '+00:00' : m[7].length === 5 ? `${m[7].slice(0, 3)}:${m[7].slice(3)}` : m[7];
  return microsOf(local.toZonedDateTime(offset).toInstant());
}
