/**
 * The story of one payment: where the money is, whether the goods may be handed over, why, what to do, and the evidence. Pure:
 * a thread of lines in, plain data out.
 *
 * Everything that is true of the payment is listed in one order of precedence (`judgements`); the first is the verdict, the
 * others stand in `also`. A break that concerns the payment is told in the break's own words; where a break is about many lines,
 * the sentence is made for this one.
 */
import { fill, type Lang, type Text } from '../base/lang.ts';
import type { Cause, Reason, Release, VerdictCode } from '../verdicts/catalogue.ts';
import { channelName } from '../verdicts/channels.ts';
import { type Custody, type FindingCode, findingOf } from '../verdicts/findings.ts';
import { amountOf } from './collect.ts';
import { amountText } from './report/summary.ts';
import type { Amount, Break, Evidence, Next } from './result.ts';
import {
  evidenceOfThread,
  isGivenBack,
  mainPayment,
  type Station,
  saysPaid,
  stationsOf,
  type Track,
  timeOf,
  tracksOf,
} from './stations.ts';
import {
  ALSO,
  BATCHES,
  type Confidence,
  MONEY,
  TELLINGS,
  type Telling,
  type TellingCode,
  WRONG,
  WRONG_DAY_CUT,
  WRONG_UNKNOWN,
} from './story-words.ts';
import type { Fact, Thread } from './thread.ts';

export type Story = Readonly<{
  /** The number a person would search for. */
  ref: string;
  amount: Amount;
  channel?: string;
  account?: string;
  store?: string;
  terminal?: string;
  verdict: VerdictCode;
  also: readonly VerdictCode[];
  release: Release;
  cause: Cause;
  reason: Reason;
  /** Who holds the money. */
  custody: Custody | 'other_payee';
  confidence: Confidence;
  promise?: string;
  says: Text;
  next: readonly Next[];
  /** What would prove this wrong. */
  wrong: Text;
  stations: readonly Station[];
  tracks: readonly Track[];
  /** Every line of the payment, and its batch. */
  evidence: readonly Evidence[];
  /** Lines that might belong, never taken. */
  candidates: readonly Evidence[];
  /** Ids of the breaks and open items of the reconciliation that concern it. */
  breaks: readonly string[];
}>;

type Judged = Pick<Story, 'verdict' | 'release' | 'cause' | 'reason' | 'custody' | 'says' | 'next' | 'promise'> & {
  readonly telling?: TellingCode;
};

export function storyOf(thread: Thread, zone: string): Story {
  const { evidence } = evidenceOfThread(thread);
  const words = wordsOf(thread, zone);
  const all = judgements(thread, words);
  const first = withMoney(all[0] ?? told('no_date', words), all, words);
  const also = [...all.slice(1).map((j) => j.verdict), ...asides(thread)];
  const { telling, ...headline } = withReservation(thread, { ...first, says: withAsides(thread, first, words) });
  const main = mainOf(thread);
  const claimsUsed = first.verdict === 'paid_elsewhere' ? thread.nearClaims : [];
  const place = (name: 'channel' | 'account' | 'store' | 'terminal') => {
    const value = evidence.find((e) => e.role !== 'bank' && e[name] !== undefined)?.[name];
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ref: words.en.ref,
    amount: main ? main.evidence.money : (thread.way?.batch.net ?? amountOf(0n, 'CNY')),
    ...place('channel'),
    ...place('account'),
    ...place('store'),
    ...place('terminal'),
    ...headline,
    also: [...new Set(also)].filter((v) => v !== first.verdict),
    confidence: confidenceOf(thread, telling !== undefined && CLAIMED.includes(telling)),
    wrong: said(wrongOf(thread, first), words),
    stations: stationsOf(thread, zone),
    tracks: tracksOf(thread, zone),
    evidence: [...evidence, ...claimsUsed.map((c) => c.evidence)],
    candidates: candidatesOf(thread, claimsUsed),
    breaks: thread.breaks.map((b) => b.id),
  };
}

function wrongOf(thread: Thread, { verdict, reason }: Judged): Text {
  if (waitsForBill(thread)) return WRONG_DAY_CUT;
  return (verdict === 'unknown' ? WRONG_UNKNOWN[reason] : undefined) ?? WRONG[verdict];
}

/** What is wrong with the order says nothing of the money: who holds it, and since when, comes from the money's own way. */
function withMoney(first: Judged, all: readonly Judged[], words: Words): Judged {
  const aboutOrder = ABOUT_ORDER.includes(first.verdict) || first.telling === 'book_missing';
  const money = all.find((j) => j.telling !== undefined && WAYS.includes(j.telling));
  if (!aboutOrder || !money || first === money) return first;
  const text = MONEY[money.telling!];
  const after = text ? said(text, words) : { zh: '', en: '' };
  return {
    ...first,
    custody: money.custody,
    says: { zh: first.says.zh + after.zh, en: first.says.en + after.en },
    ...(money.promise !== undefined && { promise: money.promise }),
  };
}

const ABOUT_ORDER: readonly VerdictCode[] = ['unrecorded', 'paid_after_close', 'duplicate', 'underpaid', 'overpaid'];
const WAYS: readonly TellingCode[] = [
  'received',
  'received_balance',
  'on_its_way',
  'late',
  'not_checked',
  'short',
  'over',
  'returned',
];

/**
 * A refund that the book claims and the channel never made is about the refund: the payment and its verdict stand, and the goods
 * stay in the shop.
 */
function withReservation(t: Thread, judged: Judged): Judged {
  const refund = t.payments.length > 0 ? t.breaks.find((b) => b.finding === 'refund_not_done') : undefined;
  if (!refund) return judged;
  const release = judged.release === 'yes' ? 'ask' : judged.release;
  const says = { zh: `${judged.says.zh}${refund.says.zh}`, en: `${judged.says.en} ${refund.says.en}` };
  return { ...judged, release, says, next: [...refund.next, ...judged.next.filter((n) => n.action !== 'none')] };
}

/** The line the story is about. */
function mainOf(t: Thread): Fact | undefined {
  return mainPayment(t) ?? t.orders[0] ?? t.attempts[0] ?? t.backs[0] ?? t.entries[0] ?? t.claims[0] ?? t.credits[0];
}

// ---------------------------------------------------------------- what is true, most telling first

const GROUPED: readonly FindingCode[] = ['bill_missing', 'book_missing', 'fee_differs'];

function judgements(t: Thread, words: Words): Judged[] {
  const found: Judged[] = [];
  const because = (...findings: FindingCode[]): void => {
    for (const b of t.breaks) {
      if (findings.includes(b.finding) && b.joint !== 'bank' && !GROUPED.includes(b.finding)) found.push(broken(b));
    }
  };
  const tell = (code: TellingCode, promise?: string): void => {
    found.push(told(code, words, promise));
  };
  because('unclear', 'charged_back');
  wentBack(t, because, tell);
  const surplus = isSettledUp(t) ? [] : (['duplicate', 'overpaid'] as const);
  because(...surplus);
  because('paid_after_close', 'paid_but_open', 'no_order', 'underpaid');
  if (t.payments.length === 0) noPayment(t, because, tell);
  if (t.payments.length === 0) because('refund_not_done');
  if (!isSettledUp(t)) because('refund_not_booked', 'refund_not_marked', 'refund_differs');
  because('settled_short', 'settled_without_line', 'not_settled');
  const goesOn = !isGivenBack(t);
  if (t.way && goesOn) badWay(t, tell);
  if (t.findings.has('book_missing') && t.book.given) tell('book_missing');
  because('day_cut', 'day_cut_paid');
  if (goesOn) because('settling');
  if (goesOn) money(t, tell);
  if (isSettledUp(t)) because('duplicate', 'overpaid', 'refund_not_booked', 'refund_not_marked', 'refund_differs');
  if (t.credits.length > 0) loneCredit(t, found, tell);
  return found;
}

type Because = (...findings: FindingCode[]) => void;
type Tell = (code: TellingCode, promise?: string) => void;

const sum = (facts: readonly Fact[]): bigint => facts.reduce((n, f) => n + f.amount, 0n);
const done = (facts: readonly Fact[]): Fact[] => facts.filter((f) => f.status === 'done');
const isUndone = (t: Thread): boolean => t.payments.length > 0 && t.payments.every((p) => t.undone.has(p.id));

/** What the channel took, less what it gave back, is what the book asks: a surplus that went back is no surplus any more. */
const isSettledUp = (t: Thread): boolean =>
  t.backs.length > 0 &&
  t.orders.length > 0 &&
  !isGivenBack(t) &&
  sum(t.payments) + sum(done(t.backs)) === sum(t.orders) + sum(t.bookedRefunds);

function wentBack(t: Thread, because: Because, tell: Tell): void {
  if (isUndone(t)) {
    because('reversed');
    tell('reversed');
  } else if (isGivenBack(t)) {
    because('refund_not_booked', 'refund_not_marked', 'refund_differs');
    tell('refunded');
  } else if (t.payments.length === 0 && done(t.backs).some((b) => b.kind === 'refund')) {
    because('refund_not_booked', 'refund_not_marked', 'refund_differs');
    tell('refund_alone');
  }
}

function noPayment(t: Thread, because: Because, tell: Tell): void {
  const claim = t.claims.find((c) => c.kind === 'payment');
  if (t.attempts.some((a) => a.status === 'pending')) tell('attempt_pending');
  else if (t.attempts.length > 0) tell('attempt_failed');
  else if (t.orders.length > 0) {
    if (claim?.status === 'done') tell(t.bill.complete ? 'claim_contradicts' : 'claim_unknown');
    else if (t.nearClaims.length === 1 && t.bill.complete && !t.findings.has('day_cut')) tell('paid_elsewhere');
    because('no_payment');
    if (t.findings.has('bill_missing')) tell('bill_missing');
    if (!saysPaid(t.orders[0])) tell(t.bill.complete ? 'order_unpaid' : 'order_unknown');
  } else if (t.claims.length > 0) claimAlone(t, claim, tell);
}

/** What WeChat and Alipay call a payment to a person's code or to a person. */
const PERSON = /^(扫二维码付款|二维码收款|转账|微信红包)/;

function claimAlone(t: Thread, claim: Fact | undefined, tell: Tell): void {
  if (!claim) tell('claim_other');
  else if (claim.status === 'failed') tell('claim_failed');
  else if (claim.status === 'pending') tell('claim_pending');
  else if (PERSON.test(claim.evidence.text ?? '')) tell('claim_person');
  else tell(t.bill.complete ? 'claim_elsewhere' : 'claim_unknown');
}

/** The batch did not arrive as it should. */
function badWay(t: Thread, tell: Tell): void {
  const { batch, unclear } = t.way!;
  if (unclear) tell('bank_unclear');
  else if (batch.state === 'returned') tell('returned', batch.dueOn);
  else if (batch.state === 'late') tell('late', batch.dueOn);
  else if (batch.state === 'short') tell(isShort(t) ? 'short' : 'over', batch.dueOn);
}

const isShort = (t: Thread): boolean => sum(t.way!.credits) < minorOf(t.way!.batch.net);
const minorOf = (a: Amount): bigint => BigInt(a.amount.replace('.', ''));

function money(t: Thread, tell: Tell): void {
  const entry = t.entries.find((e) => e.kind === 'payment');
  if (entry && t.payments.length > 0) tell('received_balance');
  if (t.way?.by === 'member' && !t.way.unclear) {
    const { state, dueOn } = t.way.batch;
    if (state === 'credited') tell(t.payments.length > 0 ? 'received' : 'payout_received');
    if (state === 'on_its_way') tell('on_its_way', dueOn);
    if (state === 'not_checked') tell(dueOn === undefined ? 'no_date' : 'not_checked', dueOn);
  } else if (t.payments.length > 0 && !entry && !t.way && !isSettling(t)) tell('no_date');
}

const isSettling = (t: Thread): boolean =>
  t.breaks.some((b) => b.finding === 'settling' || b.finding === 'not_settled');

function loneCredit(t: Thread, found: Judged[], tell: Tell): void {
  const known = t.breaks.filter((b) => b.joint === 'bank');
  if (known.length > 0) found.push(...known.map(broken));
  else tell('other_credit');
}

/** True beside the verdict, whatever it is. */
function asides(t: Thread): VerdictCode[] {
  const partly = t.payments.length > 0 && done(t.backs).some((b) => b.kind === 'refund');
  return [...(partly ? (['refunded'] as const) : []), ...(t.feeDiffers ? (['short_settled'] as const) : [])];
}

function withAsides(t: Thread, headline: Judged, words: Words): Text {
  const after: Text[] = [];
  const tellsMoney = headline.verdict === 'received' || headline.verdict === 'on_its_way';
  if (tellsMoney && done(t.backs).some((b) => b.kind === 'refund')) {
    after.push(t.payments.length > 1 ? ALSO.surplus_back : ALSO.partly_refunded);
  }
  const followed = t.way?.by === 'following' && t.way.batch.state === 'credited';
  if (headline.verdict === 'received' && followed) after.push(ALSO.payout_followed);
  const all = after.map((text) => said(text, words));
  return {
    zh: headline.says.zh + all.map((text) => text.zh).join(''),
    en: headline.says.en + all.map((text) => text.en).join(''),
  };
}

/** Bills, ledgers and statements prove, also by their silence; an order book alone only records. */
function confidenceOf(t: Thread, claimed: boolean): Confidence {
  if (claimed) return 'claimed';
  const shown = t.payments.length + t.attempts.length + t.backs.length + t.entries.length + t.credits.length > 0;
  return shown || t.way !== undefined || (t.bill.complete && !waitsForBill(t)) ? 'proven' : 'recorded';
}

const waitsForBill = (t: Thread): boolean => t.payments.length === 0 && t.findings.has('day_cut');

function candidatesOf(t: Thread, used: readonly Fact[]): Evidence[] {
  const own = new Set(evidenceOfThread(t).evidence.map(keyOf));
  const listed = t.breaks.flatMap((b) => [
    ...b.candidates,
    ...(b.class === 'ambiguous' ? [...b.ours, ...b.theirs] : []),
  ]);
  const near = [...t.lookalikes, ...t.nearClaims.filter((c) => !used.includes(c))].map((f) => f.evidence);
  const all = new Map([...listed, ...near].map((e) => [keyOf(e), e]));
  return [...all].filter(([key]) => !own.has(key)).map(([, e]) => e);
}

const keyOf = (e: Evidence): string => `${e.sha256}:${e.at}:${e.length}:${e.refs.batch ?? ''}`;

// ---------------------------------------------------------------- words

type Words = Readonly<Record<Lang, Readonly<Record<string, string>> & { ref: string }>>;

const said = (text: Text, words: Words): Text => ({ zh: fill(text.zh, words.zh), en: fill(text.en, words.en) });

const CLAIMED: readonly TellingCode[] = [
  'paid_elsewhere',
  'claim_elsewhere',
  'claim_person',
  'claim_unknown',
  'claim_failed',
  'claim_pending',
  'claim_other',
];
const OTHER_PAYEE: readonly TellingCode[] = ['paid_elsewhere', 'claim_elsewhere', 'claim_person'];

function told(code: TellingCode, words: Words, promise?: string): Judged {
  const telling: Telling = TELLINGS[code];
  const meant = 'of' in telling ? findingOf(telling.of) : telling;
  const { verdict, release, cause, reason, custody, action, owner } = meant;
  return {
    verdict,
    release,
    cause,
    reason,
    custody: OTHER_PAYEE.includes(code) ? 'other_payee' : custody,
    ...(promise !== undefined && { promise }),
    says: said(telling.says, words),
    next: [
      {
        action,
        owner,
        ...(promise !== undefined && action === 'wait' && { by: promise }),
        text: said(meant.next, words),
      },
    ],
    telling: code,
  };
}

function broken({ verdict, release, cause, reason, custody, promise, says, next }: Break): Judged {
  return { verdict, release, cause, reason, custody, ...(promise !== undefined && { promise }), says, next };
}

/** The reference a person would search for: the merchant's own first. */
const SEARCHED = ['order', 'payment', 'refund', 'channel_trade', 'wallet_trade', 'batch', 'bank_ref'] as const;

function refOf(evidence: readonly Evidence[]): string {
  // Of a customer's document only the channel's number means something to the channel.
  const names = evidence.every((e) => e.role === 'evidence') ? (['channel_trade', ...SEARCHED] as const) : SEARCHED;
  for (const name of names) {
    const ref = evidence.find((e) => e.refs[name] !== undefined)?.refs[name];
    if (ref !== undefined) return ref;
  }
  return '—';
}

function wordsOf(t: Thread, zone: string): Words {
  const main = mainOf(t);
  const way = t.way;
  const entry = t.entries.find((e) => e.kind === 'payment');
  const claim = t.claims.find((c) => c.kind === 'payment') ?? t.claims[0] ?? t.nearClaims[0];
  const back = done(t.backs).filter((b) => isUndone(t) || b.kind !== 'reversal');
  const short = (f: Fact | undefined): string => timeOf(f, zone)?.slice(0, 19) ?? '—';
  const currency = main?.currency ?? way?.batch.net.currency ?? 'CNY';
  const paid = sum(way?.credits ?? []);
  const net = way ? minorOf(way.batch.net) : 0n;
  const evidence = evidenceOfThread(t).evidence;
  const of = (lang: Lang) => {
    const text = (minor: bigint): string => amountText(amountOf(minor < 0n ? -minor : minor, currency), lang);
    return {
      ref: refOf(evidence),
      amount: text(main?.amount ?? net),
      channel: channelName(main?.evidence.channel ?? way?.batch.channel, lang),
      at: short(mainPayment(t) ?? main),
      on: main?.on ?? way?.batch.businessTo ?? '—',
      due: way?.batch.dueOn ?? t.breaks.find((b) => b.promise !== undefined)?.promise ?? '—',
      batch: BATCHES[way?.by ?? 'member'][lang],
      net: text(net),
      paid: text(paid),
      difference: text(net - paid),
      credited: way?.batch.creditedOn ?? way?.credits.at(-1)?.on ?? t.credits[0]?.on ?? '—',
      entered: entry?.on ?? '—',
      to: t.statementTo ?? '—',
      taken: text(sum(t.payments)),
      back: text(sum(back)),
      backed: short(back.at(-1)),
      bounced: way?.backs.at(-1)?.on ?? '—',
      claimed: short(claim),
      party: (claim ?? t.credits[0])?.evidence.party ?? '—',
      type: (claim?.evidence.text ?? '').split(' ')[0] || '—',
    };
  };
  return { zh: of('zh'), en: of('en') };
}
