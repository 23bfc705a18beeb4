/**
 * How far the money of one payment has come, station by station, as the documents show it. Pure. A station is `reached` only
 * with a line behind it, and `absent` only with a complete document that would have shown it; everything else waits or is
 * unknown, and then says which document would tell.
 */
import { fill, type Text } from '../base/lang.ts';
import { stamp } from '../base/time.ts';
import { channelName } from '../verdicts/channels.ts';
import type { Amount, DocumentResult, Evidence } from './result.ts';
import { NEEDS, type NeedCode, type StationCode, type StationState, type TrackKind } from './story-words.ts';
import type { Coverage, Fact, Thread } from './thread.ts';

/** A document that shows by its silence: it is complete and does not have the line. */
type SilentDocument = Readonly<Pick<DocumentResult, 'file' | 'sha256' | 'role' | 'from' | 'to' | 'lines'>>;

export type Station = Readonly<{
  station: StationCode;
  state: StationState;
  /** An instant with its offset, or a date where the source gives no more. */
  at?: string;
  /** The date by which it should be reached. */
  promise?: string;
  /** Positions in the story's `evidence`. */
  evidence: readonly number[];
  documents?: readonly SilentDocument[];
  /** The document that would tell. */
  needs?: Text;
}>;

/** What left the line, or lies beside it, with its own few stations. */
export type Track = Readonly<{
  kind: TrackKind;
  leaves: StationCode;
  amount?: Amount;
  at?: string;
  ref?: string;
  stations: readonly Station[];
}>;

type More = Readonly<{
  at?: string | undefined;
  promise?: string | undefined;
  evidence?: readonly (Fact | undefined)[];
  batch?: boolean;
  silent?: Coverage;
  needs?: NeedCode;
}>;
type Draw = (station: StationCode, state: StationState, more?: More) => Station;

/** All lines of a thread in the order of the money's way, and the batch: what the positions of a station point into. */
export function evidenceOfThread(t: Thread): { facts: readonly Fact[]; evidence: readonly Evidence[]; batch?: number } {
  const behind = [...t.orders, ...t.claims, ...t.attempts, ...t.payments, ...t.entries];
  const after = [...(t.way?.payout ? [t.way.payout] : []), ...(t.way?.credits ?? []), ...(t.way?.backs ?? [])];
  const facts = [...behind, ...after, ...t.credits, ...t.bookedRefunds, ...t.backs];
  const evidence = facts.map((f) => f.evidence);
  if (!t.way) return { facts, evidence };
  return { facts, evidence: [...evidence, batchEvidence(t.way.batch)], batch: evidence.length };
}

function batchEvidence(b: NonNullable<Thread['way']>['batch']): Evidence {
  return {
    role: 'batch',
    file: '',
    sha256: '',
    kind: b.kind,
    money: b.net,
    businessOn: b.businessTo,
    channel: b.channel,
    ...(b.account !== '' && { account: b.account }),
    refs: b.ref === undefined ? {} : { batch: b.ref },
    made: { lines: b.lines, gross: b.gross, refunds: b.refunds, fees: b.fees },
  };
}

/** The payment the line is drawn for: the first that was not taken back. */
export const mainPayment = (t: Thread): Fact | undefined =>
  t.payments.find((p) => !t.undone.has(p.id)) ?? t.payments[0];
export const saysPaid = (order: Fact | undefined): boolean => order?.status === 'paid' || order?.status === 'refunded';

/** The instant of a line as text, or its date. */
export const timeOf = (f: Fact | undefined, zone: string): string | undefined =>
  f === undefined ? undefined : f.at === undefined ? f.on : stamp(f.at, zone);

export function stationsOf(t: Thread, zone: string): Station[] {
  const draw = drawing(t);
  if (t.payments.length + t.orders.length + t.attempts.length + t.entries.length + t.claims.length === 0) {
    const way = t.way ? [settled(t, draw, zone), paidOut(t, draw, zone), credited(t, draw, zone)] : [];
    const alone = t.credits.map((c) => draw('credited', 'reached', { at: timeOf(c, zone), evidence: [c] }));
    return [...way, ...alone];
  }
  return [
    ordered(t, draw, zone),
    debited(t, draw, zone),
    captured(t, draw, zone),
    recorded(t, draw, zone),
    cleared(t, draw),
    settled(t, draw, zone),
    paidOut(t, draw, zone),
    credited(t, draw, zone),
  ];
}

function drawing(t: Thread): Draw {
  const { facts, batch } = evidenceOfThread(t);
  const main = mainPayment(t) ?? t.orders[0] ?? t.attempts[0] ?? t.entries[0] ?? t.claims[0];
  const due = t.way?.batch.dueOn;
  const need = (code: NeedCode): Text => {
    const told = code === 'statement' && due === undefined ? 'any_statement' : code;
    const words = (lang: 'zh' | 'en') => ({
      channel: channelName(main?.evidence.channel ?? t.way?.batch.channel, lang),
      on: main?.on ?? '—',
      due: due ?? '—',
    });
    return { zh: fill(NEEDS[told].zh, words('zh')), en: fill(NEEDS[told].en, words('en')) };
  };
  return (station, state, more = {}) => ({
    station,
    state,
    ...(more.at !== undefined && { at: more.at }),
    ...(more.promise !== undefined && { promise: more.promise }),
    evidence: [
      ...(more.evidence ?? []).flatMap((f) => (f ? facts.findIndex((x) => x.id === f.id) : [])),
      ...(more.batch && batch !== undefined ? [batch] : []),
    ].filter((i) => i !== -1),
    ...(more.silent && { documents: more.silent.documents.map(silentDocument) }),
    ...(more.needs && { needs: need(more.needs) }),
  });
}

function silentDocument({ file, sha256, role, from, to, lines }: DocumentResult): SilentDocument {
  return { file, sha256, role, ...(from !== undefined && { from }), ...(to !== undefined && { to }), lines };
}

/**
 * An order book gives one time a row: when it was paid, where it knows that. Later than the channel's time it can only be the
 * record of the payment, before it only the order.
 */
function isRecordTime(order: Fact, payment: Fact | undefined): boolean {
  return saysPaid(order) && order.at !== undefined && payment?.at !== undefined && order.at > payment.at;
}

function ordered(t: Thread, draw: Draw, zone: string): Station {
  const [order] = t.orders;
  if (order) {
    const at = isRecordTime(order, mainPayment(t)) ? undefined : timeOf(order, zone);
    return draw('ordered', 'reached', { at, evidence: [order] });
  }
  if (t.book.complete && !t.findings.has('day_cut_paid') && mainPayment(t)) {
    return draw('ordered', 'absent', { silent: t.book });
  }
  if (!mainPayment(t)) return draw('ordered', 'unknown');
  return draw('ordered', 'unknown', { needs: t.findings.has('day_cut_paid') ? 'next_book' : 'book' });
}

/** Only the channel's own word that it is still at work sets this one; finished money has passed over it. */
function debited(t: Thread, draw: Draw, zone: string): Station {
  if (mainPayment(t) || t.entries.length > 0) return draw('debited', 'passed_over');
  const pending = t.attempts.find((a) => a.status === 'pending');
  if (pending) return draw('debited', 'reached', { at: timeOf(pending, zone), evidence: [pending] });
  const missed = t.bill.complete && !t.findings.has('day_cut') && !isAmbiguous(t);
  return draw(
    'debited',
    'unknown',
    missed && t.claims.length + t.nearClaims.length === 0 ? { needs: 'customer_bill' } : {},
  );
}

function captured(t: Thread, draw: Draw, zone: string): Station {
  const payment = mainPayment(t);
  if (payment) return draw('captured', 'reached', { at: timeOf(payment, zone), evidence: [payment] });
  const entry = t.entries.find((e) => e.kind === 'payment');
  if (entry) return draw('captured', 'reached', { at: timeOf(entry, zone), evidence: [entry] });
  const attempt = t.attempts.at(-1);
  if (attempt) return draw('captured', attempt.status === 'pending' ? 'due' : 'absent', { evidence: [attempt] });
  return notInBill(t, draw, 'captured');
}

function notInBill(t: Thread, draw: Draw, station: StationCode): Station {
  if (t.findings.has('day_cut')) return draw(station, 'due', { needs: 'next_bill' });
  if (isAmbiguous(t)) return draw(station, 'unknown');
  return t.bill.complete ? draw(station, 'absent', { silent: t.bill }) : draw(station, 'unknown', { needs: 'bill' });
}

const isAmbiguous = (t: Thread): boolean => t.breaks.some((b) => b.class === 'ambiguous');

function recorded(t: Thread, draw: Draw, zone: string): Station {
  const [order] = t.orders;
  const payment = mainPayment(t);
  if (order && saysPaid(order)) {
    const at = isRecordTime(order, payment) ? timeOf(order, zone) : undefined;
    return draw('recorded', 'reached', { at, evidence: [order] });
  }
  if (!payment) return draw('recorded', t.entries.length > 0 ? 'unknown' : 'ahead');
  if (order) return draw('recorded', 'late', { evidence: [order] });
  if (t.findings.has('day_cut_paid')) return draw('recorded', 'due', { needs: 'next_book' });
  return t.book.complete
    ? draw('recorded', 'late', { silent: t.book })
    : draw('recorded', 'unknown', { needs: 'book' });
}

function cleared(t: Thread, draw: Draw): Station {
  const payment = mainPayment(t);
  if (payment) return draw('cleared', 'reached', { at: payment.on, evidence: [payment] });
  if (t.entries.length > 0) return draw('cleared', 'unknown', { needs: 'own_bill' });
  return notInBill(t, draw, 'cleared');
}

/** The channel took it and gave all of it back. */
export const isGivenBack = (t: Thread): boolean => {
  const done = [...t.payments, ...t.backs].filter((f) => f.status === 'done');
  return t.payments.length > 0 && done.reduce((n, f) => n + f.amount, 0n) === 0n;
};

/** Nothing is owed for money that was never taken, or that went back before it was settled. */
const owesNothing = (t: Thread): boolean => {
  if (mainPayment(t)) return isGivenBack(t) && t.entries.length === 0 && (t.way?.credits ?? []).length === 0;
  return t.entries.length === 0 && t.way === undefined;
};

function settled(t: Thread, draw: Draw, zone: string): Station {
  if (owesNothing(t)) return draw('settled', mainPayment(t) ? 'passed_over' : 'ahead');
  const entry = t.entries.find((e) => e.kind === 'payment');
  if (entry) return draw('settled', 'reached', { at: timeOf(entry, zone), evidence: [entry] });
  const open = t.breaks.find((b) => b.finding === 'settling' || b.finding === 'not_settled');
  if (open) {
    return draw('settled', open.finding === 'settling' ? 'due' : 'late', {
      promise: open.promise,
      evidence: [mainPayment(t)],
    });
  }
  if (!t.way) return draw('settled', 'unknown', { needs: 'settlement' });
  const { batch, credits } = t.way;
  if (batch.kind !== 'implied') return draw('settled', 'reached', { at: batch.businessTo, batch: true });
  // No document states an implied batch: it is known when its money is seen.
  if (credits.length > 0) return draw('settled', 'reached', { at: batch.businessTo, batch: true });
  return draw('settled', batch.state === 'on_its_way' ? 'due' : 'unknown', {
    promise: batch.dueOn,
    batch: true,
    ...(batch.state !== 'on_its_way' && { needs: 'settlement' as const }),
  });
}

function paidOut(t: Thread, draw: Draw, zone: string): Station {
  if (owesNothing(t)) return draw('paid_out', mainPayment(t) ? 'passed_over' : 'ahead');
  if (!t.way) return draw('paid_out', 'ahead');
  const { batch, payout, credits } = t.way;
  if (payout) return draw('paid_out', 'reached', { at: timeOf(payout, zone), evidence: [payout] });
  if (credits.length > 0) return draw('paid_out', 'passed_over');
  return batch.state === 'on_its_way'
    ? draw('paid_out', 'due', { promise: batch.dueOn })
    : draw('paid_out', 'unknown', { promise: batch.dueOn, needs: 'payout' });
}

function credited(t: Thread, draw: Draw, zone: string): Station {
  if (owesNothing(t)) return draw('credited', mainPayment(t) ? 'passed_over' : 'ahead');
  if (!t.way) return draw('credited', 'ahead');
  const { batch, credits, backs, unclear } = t.way;
  const at = batch.creditedOn ?? timeOf(credits.at(-1), zone);
  const promise = batch.dueOn;
  if (unclear) return draw('credited', 'unknown', { promise, needs: 'payout' });
  switch (batch.state) {
    case 'credited':
    case 'short':
      return draw('credited', 'reached', { at, promise, evidence: credits });
    case 'returned':
      return draw('credited', 'late', { promise, evidence: [...credits, ...backs] });
    case 'late':
      return draw('credited', 'late', { promise });
    case 'on_its_way':
      return draw('credited', 'due', { promise });
    case 'not_checked':
      return draw('credited', 'unknown', { promise, needs: 'statement' });
  }
}

// ---------------------------------------------------------------- tracks

export function tracksOf(t: Thread, zone: string): Track[] {
  const draw = drawing(t);
  const main = mainPayment(t);
  const track = (kind: TrackKind, leaves: StationCode, f: Fact, stations: readonly Station[]): Track => {
    const at = timeOf(f, zone);
    const ref = f.evidence.refs.refund ?? f.evidence.refs.channel_trade ?? f.evidence.refs.order;
    return {
      kind,
      leaves,
      amount: f.evidence.money,
      ...(at !== undefined && { at }),
      ...(ref !== undefined && { ref }),
      stations,
    };
  };
  const others = t.payments
    .filter((p) => p !== main)
    .map((p) => track('payment', 'captured', p, [inBill(p, draw), bookedPayment(t, p, draw)]));
  const closed = t.orders.filter((o) => o.status === 'closed').map((o) => track('closed', 'ordered', o, []));
  const went = t.backs.map((b) => {
    const kind = b.kind as 'refund' | 'reversal' | 'chargeback';
    const stations =
      kind === 'refund' ? [bookedRefund(t, b, draw), inBill(b, draw), atCustomer(t, b, draw)] : [inBill(b, draw)];
    return track(kind, 'captured', b, stations);
  });
  const notDone = t.findings.has('refund_not_done')
    ? t.bookedRefunds.map((r) =>
        track('refund', 'captured', r, [
          draw('recorded', 'reached', { at: timeOf(r, zone), evidence: [r] }),
          draw('cleared', 'absent', { silent: t.bill }),
        ]),
      )
    : [];
  const returned = (t.way?.backs ?? []).map((b) =>
    track('returned', 'credited', b, [draw('credited', 'late', { at: timeOf(b, zone), evidence: [b] })]),
  );
  return [...closed, ...others, ...went, ...notDone, ...returned];
}

const CLEARED = { done: 'reached', pending: 'due', failed: 'absent' } as const;

function inBill(line: Fact, draw: Draw): Station {
  const state = CLEARED[line.status as keyof typeof CLEARED] ?? 'unknown';
  return draw('cleared', state, { at: line.on, evidence: [line] });
}

/** A payment beside the first one: its order knows of it, or it is surplus. */
function bookedPayment(t: Thread, payment: Fact, draw: Draw): Station {
  const surplus = isIn(t, payment, 'duplicate');
  return draw('recorded', surplus ? 'late' : 'reached', { evidence: t.orders.slice(0, 1) });
}

function bookedRefund(t: Thread, back: Fact, draw: Draw): Station {
  if (isIn(t, back, 'refund_not_booked') || isIn(t, back, 'refund_not_marked')) {
    return draw('recorded', 'late', t.bookedRefunds.length > 0 ? { evidence: t.bookedRefunds } : { silent: t.book });
  }
  const booked = t.bookedRefunds.length > 0 ? t.bookedRefunds : t.orders.filter((o) => o.status === 'refunded');
  return booked.length > 0
    ? draw('recorded', 'reached', { evidence: booked })
    : draw('recorded', 'unknown', { needs: 'book' });
}

/** The channel's bill tells that it sent the money back, never that it arrived. */
function atCustomer(t: Thread, back: Fact, draw: Draw): Station {
  const seen = t.claims.find((c) => c.kind === 'refund' && c.amount === back.amount && c.status === 'done');
  return seen
    ? draw('credited', 'reached', { at: seen.on, evidence: [seen] })
    : draw('credited', 'unknown', { needs: 'customer_bill' });
}

function isIn(t: Thread, line: Fact, finding: string): boolean {
  const { sha256, at, length } = line.evidence;
  return t.breaks.some(
    (b) =>
      b.finding === finding &&
      [...b.ours, ...b.theirs].some((e) => e.sha256 === sha256 && e.at === at && e.length === length),
  );
}
