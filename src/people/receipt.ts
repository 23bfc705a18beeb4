/**
 * From a claim and what was found to the facts that `verdicts/receipt.ts` judges. Pure: everything that was read is an argument.
 *
 * Amounts, times and names of a receipt are the customer's word: they are compared with the channel's, and never put in its place.
 */
import { CHINA } from '../base/time.ts';
import type { ReceiptFacts } from '../verdicts/receipt.ts';
import type { Details } from './details.ts';
import { type Found, isOther, isSame, type Place } from './find.ts';
import { type Hit, SHAPES } from './references.ts';

const NEAR_MINUTES = 15;
const FAR_HOURS = 24;
const OLD_DAYS = 7;
const PLACED_MINUTES = 5;

export type Around = Readonly<{
  kind: ReceiptFacts['kind'];
  createdAt: Temporal.Instant;
  said: Place &
    Readonly<{
      orderRef: string | undefined;
      amounts: Details['amounts'];
      times: readonly Temporal.Instant[];
      payee: string | undefined;
    }>;
  personal: boolean;
  hits: readonly Hit[];
  hasImage: boolean;
  found: ReceiptFacts['found'];
  searched: ReceiptFacts['searched'];
  payment: Found | undefined;
  channel: ReceiptFacts['channel'];
  handedIn: ReceiptFacts['handedIn'];
  imageSeen: boolean;
  /** The order that was named is in the book. */
  orderKnown: boolean;
  /** Providers of the accounts of this side. */
  providers: ReadonlySet<string>;
  /** Names under which we are paid, in lower case. */
  names: readonly string[];
}>;

export function factsOf(a: Around): ReceiptFacts {
  const shownHit = a.hits.some((h) => h.origin !== 'typed');
  return Object.freeze({
    kind: a.kind,
    proof: a.hasImage || shownHit ? 'shown' : 'told',
    found: a.found,
    searched: a.searched,
    payment: a.payment === undefined ? undefined : (a.payment.verdict ?? NOT_JUDGED),
    channel: a.channel,
    id: idOf(a),
    amount: amountOf(a),
    time: timeOf(a),
    payee: payeeOf(a),
    order: orderOf(a),
    handedIn: a.handedIn,
    imageSeen: a.imageSeen,
    old: a.payment?.capturedAt !== undefined && a.payment.capturedAt.until(a.createdAt).total('hours') > OLD_DAYS * 24,
    dayDiffers: dayDiffers(a),
    placed: isPlaced(a),
  });
}

const NOT_JUDGED = {
  code: 'unknown',
  release: 'ask',
  cause: 'sync_delay',
  reason: 'UNKNOWN_PENDING',
  custody: 'unknown',
  confidence: 'claimed',
  also: [],
} as const;

const WALLETS: ReadonlySet<string> = new Set(['wechatpay', 'alipay']);
/** Acquirers through which the wallets' numbers come too. */
const ACQUIRERS = ['lakala', 'unionpay'] as const;

/** Of the numbers that name their channel; a merchant's own number has no form that could be wrong. */
function idOf(a: Around): ReceiptFacts['id'] {
  const told = a.hits.filter((h) => h.shape !== undefined && SHAPES[h.shape].alone);
  if (told.length === 0) return a.hits.length === 0 ? 'none' : 'fits';
  const isServed = (h: Hit): boolean => {
    const { provider } = SHAPES[h.shape!];
    return a.providers.has(provider) || (WALLETS.has(provider) && ACQUIRERS.some((p) => a.providers.has(p)));
  };
  const latest = a.createdAt.toZonedDateTimeISO(CHINA).toPlainDate().add({ days: 1 });
  const cannotBe = (h: Hit): boolean =>
    h.impossible === true || (h.on !== undefined && Temporal.PlainDate.compare(h.on, latest) > 0);
  // What a person typed may be mistyped: only what was shown can be a forgery.
  if (told.some((h) => cannotBe(h) && isServed(h) && h.origin !== 'typed')) return 'impossible';
  return told.length === a.hits.length && told.every((h) => !isServed(h)) ? 'foreign' : 'fits';
}

function amountOf(a: Around): ReceiptFacts['amount'] {
  const { payment } = a;
  if (payment?.capturedAt === undefined || payment.currency === undefined) return 'unsaid';
  const said = a.said.amounts.filter((m) => m.currency === payment.currency).map((m) => m.minor);
  if (said.length === 0) return 'unsaid';
  const known = [payment.capturedMinor, payment.orderedMinor, payment.refundedMinor];
  if (said.some((minor) => known.includes(minor))) return 'same';
  return said.every((minor) => minor > payment.capturedMinor) ? 'more' : 'less';
}

function timeOf(a: Around): ReceiptFacts['time'] {
  const at = a.payment?.capturedAt;
  if (at === undefined || a.said.times.length === 0) return 'unsaid';
  const hours = Math.min(...a.said.times.map((t) => Math.abs(t.until(at).total('hours'))));
  return hours > FAR_HOURS ? 'far' : 'near';
}

function payeeOf(a: Around): ReceiptFacts['payee'] {
  const { payment, said } = a;
  if (payment !== undefined) {
    if (isOther(said.store, payment.store) || isOther(said.till, payment.till)) return 'other';
    if (isSame(said.store, payment.store)) return 'ours';
  } else if (a.personal) return 'other';
  if (said.payee === undefined) return 'unsaid';
  const payee = said.payee.toLowerCase().replace(/\s/g, '');
  const isOurs = a.names.some((n) => n !== '' && (payee.includes(n) || n.includes(payee)));
  return isOurs ? 'ours' : 'unlike';
}

function orderOf(a: Around): ReceiptFacts['order'] {
  const { payment } = a;
  const { orderRef } = a.said;
  if (orderRef === undefined || payment === undefined) return 'unsaid';
  if (payment.orderRef === orderRef || payment.ref === orderRef) return 'same';
  // Of an order that nobody knows it cannot be said that another was paid.
  if (payment.orderRef === undefined && !a.orderKnown) return 'unsaid';
  return payment.recorded || payment.orderState === 'paid' ? 'other_served' : 'other';
}

function dayDiffers(a: Around): boolean {
  const said = a.said.times[0];
  if (said === undefined) return false;
  const day = said.toZonedDateTimeISO(CHINA).toPlainDate();
  return a.hits.some((h) => h.on !== undefined && Math.abs(h.on.until(day, { largestUnit: 'day' }).days) > 1);
}

function isPlaced(a: Around): boolean {
  const { payment, said } = a;
  if (payment === undefined) return false;
  const here = isSame(said.store, payment.store) || isSame(said.till, payment.till);
  const at = said.times[0] ?? a.createdAt;
  return here && Math.abs(at.until(payment.at).total('minutes')) <= PLACED_MINUTES;
}

/** Where to look for an amount without a number. */
export function windowOf(
  createdAt: Temporal.Instant,
  times: readonly Temporal.Instant[],
): Readonly<{ at: Temporal.Instant; from: Temporal.Instant; to: Temporal.Instant }> {
  const at = times[0] ?? createdAt;
  return {
    at,
    from: at.subtract({ minutes: times[0] === undefined ? 2 * NEAR_MINUTES : NEAR_MINUTES }),
    to: at.add({ minutes: NEAR_MINUTES }),
  };
}
