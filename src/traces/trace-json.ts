/** A trace as a payment's row keeps it, amounts and instants as text: what JSON carries without loss. Written, and read back. */
import { type Money, money } from '../base/money.ts';
import { instantText } from '../base/time.ts';
import type { Trace } from './fold.ts';
import type { Told } from './payout.ts';

type Text = Readonly<Record<string, unknown>>;

/** Instants of a trace, by member. */
const INSTANTS = [
  'placedAt',
  'expiresAt',
  'orderClosedAt',
  'recordedAt',
  'processingSince',
  'capturedAt',
  'lastWordAt',
] as const satisfies ReadonlyArray<keyof Trace>;

/** What is absent is undefined, which JSON does not write. */
export const jsonOf = (trace: Trace): Text =>
  ({
    position: trace.position,
    ordered: textOfMoney(trace.ordered),
    placedAt: textOfInstant(trace.placedAt),
    expiresAt: textOfInstant(trace.expiresAt),
    orderClosedAt: textOfInstant(trace.orderClosedAt),
    recordedAt: textOfInstant(trace.recordedAt),
    processingSince: textOfInstant(trace.processingSince),
    wasAtWork: trace.wasAtWork,
    captured: textOfMoney(trace.captured),
    capturedAt: textOfInstant(trace.capturedAt),
    capturedBy: trace.capturedBy,
    saidBy: trace.saidBy,
    refunds: trace.refunds.map((r) => ({ ...r, amount: textOfMoney(r.amount), at: instantText(r.at) })),
    refundedMinor: trace.refundedMinor.toString(),
    chargedBackMinor: trace.chargedBackMinor.toString(),
    holds: trace.holds.map((h) => ({ ...h, since: instantText(h.since), until: textOfInstant(h.until) })),
    lastWord: trace.lastWord,
    lastWordAt: textOfInstant(trace.lastWordAt),
    notFoundTimes: trace.notFoundTimes,
    absent: trace.absent,
    contradictions: trace.contradictions,
    evidence: trace.evidence,
  }) satisfies Record<keyof Trace, unknown>;

const textOfInstant = (at: Temporal.Instant | undefined): string | undefined =>
  at === undefined ? undefined : instantText(at);
const textOfMoney = (m: Money | undefined): unknown =>
  m === undefined ? undefined : { minor: m.minor.toString(), currency: m.currency };

/** Undefined where the row has no trace yet. What an older program did not write is as it is of a payment without it. */
export function traceOf(json: Text): Trace | undefined {
  if (typeof json.position !== 'string') return undefined;
  const instants = Object.fromEntries(INSTANTS.map((name) => [name, instantOf(json[name])]));
  return Object.freeze({
    ...(json as unknown as Trace),
    ...instants,
    ordered: moneyOf(json.ordered),
    captured: moneyOf(json.captured),
    wasAtWork: json.wasAtWork === true,
    saidBy: (json.saidBy as Trace['saidBy'] | undefined) ?? olderSaidBy(json),
    refundedMinor: BigInt((json.refundedMinor as string | undefined) ?? 0),
    chargedBackMinor: BigInt((json.chargedBackMinor as string | undefined) ?? 0),
    refunds: listOf(json.refunds).map((r) => ({
      ...(r as unknown as Trace['refunds'][number]),
      amount: moneyOf(r.amount),
      at: instantOf(r.at)!,
      by: (r.by as Trace['refunds'][number]['by'] | undefined) ?? 'inquiry',
      observations: (r.observations as string[] | undefined) ?? [],
    })),
    holds: listOf(json.holds).map((h) => ({
      ...(h as unknown as Trace['holds'][number]),
      since: instantOf(h.since)!,
      until: instantOf(h.until),
    })),
  });
}

const olderSaidBy = (json: Text): Trace['saidBy'] =>
  typeof json.capturedBy === 'string'
    ? [json.capturedBy as Trace['saidBy'][number]]
    : json.lastWord === undefined
      ? []
      : ['inquiry'];
const listOf = (value: unknown): readonly Text[] => (value as readonly Text[] | undefined) ?? [];
const instantOf = (value: unknown): Temporal.Instant | undefined =>
  typeof value === 'string' ? Temporal.Instant.from(value) : undefined;

function moneyOf(value: unknown): Money | undefined {
  if (value === undefined || value === null) return undefined;
  const { minor, currency } = value as Readonly<{ minor: string; currency: string }>;
  return money(BigInt(minor), currency);
}

/** What was told of a batch, as its row keeps it (`sources/payouts.ts`), read back. */
export function toldOf(json: Text): Told {
  const behind = (it: unknown): Record<string, unknown> | undefined =>
    it === undefined ? undefined : { ...(it as Text), at: instantOf((it as Text).at) };
  const arrival = json.arrivalOn as string | undefined;
  return Object.freeze({
    ...(json as unknown as Told),
    amount: moneyOf(json.amount)!,
    arrivalOn: arrival === undefined ? undefined : Temporal.PlainDate.from(arrival),
    saidAt: json.saidAt === undefined ? undefined : instantOf(json.saidAt),
    paid: behind(json.paid) as Told['paid'],
    returned: behind(json.returned) as Told['returned'],
  });
}
